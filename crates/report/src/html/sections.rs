//! Answers, components, terms, claims, and what could not be seen.

use super::{Page, marks};
use crate::gist;
use crate::{safe, words};
use candor_assess::{AnswerWord, Holds, Presence, QUESTIONS, Scope};
use candor_facts::Group;

/// Entries shown of a long list before the rest is folded.
const OPEN: usize = 6;

impl Page<'_, '_> {
    fn open(&mut self, id: &str, title: &str) {
        self.put(&format!(
            "<section id=\"{id}\" aria-labelledby=\"{id}-title\">\n<h2 id=\"{id}-title\">{title}</h2>\n"
        ));
    }

    fn close(&mut self) {
        self.put("</section>\n");
    }

    pub(super) fn answers(&mut self) {
        self.open("answers", "What it lets you do");
        self.put("<ul class=\"answers\">");
        for at in 0..self.content.answers.len() {
            let Some(cited) = self.content.answers.get(at) else { continue };
            let answer = cited.item;
            let question = QUESTIONS.iter().find(|(id, _)| *id == answer.question);
            let question = question.map_or(answer.question, |(_, text)| text);
            let (word, colour) = match answer.answer {
                AnswerWord::Yes => ("yes", "good"),
                AnswerWord::WithLimits => ("within limits", "doubt"),
                AnswerWord::No => ("no", "bad"),
                AnswerWord::Unknown => ("unknown", "faint"),
            };
            let chips = self.chips(&cited.evidence);
            let chips = if chips.is_empty() { chips } else { format!("<div>{chips}</div>") };
            let card = format!(
                "<li id=\"a-{}\"><h3>{}</h3><p><span class=\"pill {colour}\">{word}</span></p><div><p>{}</p>{chips}</div></li>",
                answer.question,
                safe::html(question),
                safe::html(&sentence(&answer.why))
            );
            self.put(&card);
        }
        self.put("</ul>\n");
        self.close();
    }

    pub(super) fn components(&mut self) {
        self.open("components", "What is published");
        self.put("<p class=\"soft\">Each line opens the places that say so.</p>\n");
        self.put("<div class=\"groups\">");
        for group in Group::ALL {
            self.put(&format!("<div class=\"group\"><h3>{}</h3>", group.as_str()));
            let here: Vec<usize> = (0..self.content.components.len())
                .filter(|at| self.content.components.get(*at).is_some_and(|held| held.component.group() == group))
                .collect();
            let known = |page: &Self, at: &usize| {
                page.content.components.get(*at).is_some_and(|held| gist::shown(held.component, held.presence))
            };
            let (shown, folded): (Vec<usize>, Vec<usize>) = here.into_iter().partition(|at| known(self, at));
            for at in shown {
                self.component(at);
            }
            if !folded.is_empty() {
                self.put(&format!(
                    "<details class=\"more\"><summary><span class=\"name soft\">{} more, absent or not known</span></summary>",
                    folded.len()
                ));
                for at in folded {
                    self.component(at);
                }
                self.put("</details>");
            }
            self.put("</div>");
        }
        self.put("</div>\n");
        self.close();
    }

    fn component(&mut self, at: usize) {
        let Some(held) = self.content.components.get(at) else { return };
        let (shape, colour, word) = marks::presence(held.presence, held.basis);
        let mut body = String::new();
        if held.component.title() != gist::short(held.component) {
            body.push_str(&format!("<p>{}.</p>", safe::html(&capital(held.component.title()))));
        }
        let there = !matches!(held.presence, Presence::Absent | Presence::Unknown);
        if let Some(terms) = held.terms.filter(|_| there) {
            let concluded = terms.concluded.as_ref().map(ToString::to_string);
            let told = match (&terms.written, &concluded) {
                (Some(written), Some(concluded)) if written == concluded => Some(concluded.clone()),
                (Some(written), Some(concluded)) => Some(format!("declared “{written}”, concluded {concluded}")),
                (Some(written), None) => Some(format!("declared “{written}”, which is no known licence")),
                (None, Some(concluded)) => Some(concluded.clone()),
                (None, None) => None,
            };
            if let Some(told) = told {
                let conflict = if terms.conflict.is_some() { "; the statements disagree" } else { "" };
                body.push_str(&format!("<p>Licence: {}{conflict}.</p>", safe::html(&told)));
            }
        }
        if held.evidence.is_empty() {
            body.push_str(match held.presence {
                Presence::Absent => "<p>Looked for in complete listings, and not there.</p>",
                _ => "<p>Nothing was found that tells of it. That does not mean that there is none.</p>",
            });
        }
        let mut seen = Vec::new();
        for number in &held.evidence {
            if !seen.contains(number) {
                seen.push(*number);
            }
        }
        for number in seen.iter().take(OPEN) {
            body.push_str(&self.proof(*number, false));
        }
        if let Some(rest) = seen.get(OPEN..).filter(|rest| !rest.is_empty()) {
            body.push_str(&format!("<div>And: {}</div>", self.chips(rest)));
        }
        let line = format!(
            "<details id=\"c-{}\"><summary>{}<span class=\"name\">{}</span><span class=\"word\">{word}</span></summary><div class=\"body\">{body}</div></details>",
            held.component.id(),
            marks::dot(shape, colour),
            gist::short(held.component),
        );
        self.put(&line);
    }

    pub(super) fn terms(&mut self) {
        self.open("terms", "Terms and restrictions");
        let mut rows = String::new();
        for (scope, name) in [(Scope::Model, "weights"), (Scope::Code, "code"), (Scope::Data, "data")] {
            let terms = self.content.assessment.inventory.scope(scope);
            let text = terms.and_then(|terms| gist::terms(self.content.sheet, self.content.assessment, terms));
            let text = text.map_or("none found".to_owned(), |text| safe::html(&text));
            rows.push_str(&format!("<tr><th scope=\"row\">{name}</th><td>{text}</td></tr>"));
        }
        self.put(&format!(
            "<table class=\"terms\"><caption>Which licence covers what, and where that was read</caption><tbody>{rows}</tbody></table>\n"
        ));
        let mut list = String::new();
        for cited in &self.content.restrictions {
            list.push_str(&format!(
                "<li><span class=\"pill bad\">{}</span> {} <span class=\"soft\">{}</span> {}</li>",
                safe::html(&cited.item.kind.as_str().replace('-', " ")),
                safe::html(&sentence(&gist::restriction(cited.item))),
                safe::html(&cited.item.license),
                self.chips(&cited.evidence)
            ));
        }
        if list.is_empty() {
            let none = match self.content.assessment.inventory.model_terms() {
                Some(terms) if terms.concluded.is_some() => "No restriction on the weights was found in these terms.",
                _ => "No terms over the weights were found; that is no permission.",
            };
            self.put(&format!("<h3>Restrictions on the weights</h3><p>{none}</p>"));
        } else {
            self.put(&format!("<h3>Restrictions on the weights</h3><ul class=\"items\">{list}</ul>\n"));
        }
        let mut list = String::new();
        for cited in &self.content.conditions {
            list.push_str(&format!(
                "<li><span class=\"pill faint\">{}</span> {} <span class=\"soft\">{}</span> {}</li>",
                safe::html(&cited.item.kind.as_str().replace('-', " ")),
                safe::html(&sentence(&cited.item.note)),
                safe::html(&cited.item.license),
                self.chips(&cited.evidence)
            ));
        }
        if !list.is_empty() {
            self.put(&format!(
                "<details class=\"more\"><summary><span>{} conditions, which do not restrict</span></summary><ul class=\"items\">{list}</ul></details>\n",
                self.content.conditions.len()
            ));
        }
        self.close();
    }

    pub(super) fn claims(&mut self) {
        if self.content.claims.is_empty() {
            return;
        }
        self.open("claims", "What the publisher says of it");
        let mut list = String::new();
        for cited in &self.content.claims {
            let (word, colour) = match cited.item.holds {
                Holds::Yes => ("holds", "good"),
                Holds::No => ("does not hold", "bad"),
                Holds::Unknown => ("not shown", "doubt"),
            };
            let why: Vec<String> =
                cited.item.why.iter().map(|id| format!("<a href=\"#r-{0}\">{0}</a>", safe::html(id))).collect();
            let why = if why.is_empty() {
                format!(" <span class=\"soft\">{}</span>", safe::html(&cited.item.note))
            } else {
                format!(" <span class=\"soft\">decided by</span> {}", why.join(", "))
            };
            let (open, close, at) =
                if cited.item.note.is_empty() { ("“", "”", "said at") } else { ("", "", "see") };
            list.push_str(&format!(
                "<li>{open}{}{close} <span class=\"pill {colour}\">{word}</span>{why}<div class=\"soft\">{at} {}</div></li>",
                safe::html(&cited.item.claim),
                self.chips(&cited.evidence)
            ));
        }
        self.put(&format!("<ul class=\"items\">{list}</ul>\n"));
        self.close();
    }

    pub(super) fn unseen(&mut self) {
        self.open("unseen", "What could not be seen");
        let unseen = gist::unseen(self.content.sheet);
        let list = |items: &[String]| {
            items.iter().map(|item| format!("<li class=\"path\">{}</li>", safe::html(item))).collect::<String>()
        };
        if unseen.others.is_empty() && unseen.not_fetched.is_empty() {
            self.put("<p>Everything that was listed could be read.</p>\n");
        }
        let (first, more) = unseen.others.split_at(unseen.others.len().min(OPEN));
        if !first.is_empty() {
            self.put(&format!("<ul>{}</ul>", list(first)));
        }
        for (items, told) in
            [(more, "more that could not be read"), (&unseen.not_fetched[..], "listed, and not fetched")]
        {
            if !items.is_empty() {
                self.put(&format!(
                    "<details class=\"more\"><summary><span>{} {told}</span></summary><ul>{}</ul></details>",
                    items.len(),
                    list(items)
                ));
            }
        }
        self.close();
    }
}

/// What the marks mean.
pub(super) fn legend() -> String {
    let marks = super::marks::LEGEND.iter();
    let marks: String =
        marks.map(|(shape, colour, word)| format!("<span>{}{word}</span>", marks::dot(shape, colour))).collect();
    format!("<p class=\"legend\">{marks}</p>\n")
}

/// A note as a sentence.
pub(super) fn sentence(note: &str) -> String {
    format!("{}.", capital(note.trim_end_matches('.')))
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}

/// A place's basis in words that fit behind it.
pub(super) fn basis(evidence: &candor_facts::Evidence) -> String {
    words::basis(&evidence.basis)
}
