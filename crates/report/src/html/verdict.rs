//! What is seen first: the release, its place on the spectrum, the strip, why not the next level.

use super::{Page, marks};
use crate::format::Options;
use crate::gist::{self, Ask};
use crate::{links, safe, words};
use candor_assess::Status;
use candor_facts::{Group, Part};

impl Page<'_, '_> {
    pub(super) fn header(&mut self, options: &Options<'_>) {
        let release = &self.content.sheet.release;
        let mut meta = String::new();
        if let Some((count, _)) = self.content.assessment.inventory.weights.parameters {
            meta.push_str(&format!("<span>{} parameters</span>", words::parameters(count)));
        }
        for part in self.content.sheet.own_parts() {
            meta.push_str(&format!("<span>{}</span>", part_words(part)));
        }
        if let Some(date) = options.date {
            meta.push_str(&format!("<span>assessed on {}</span>", safe::html(date)));
        }
        let sections = [
            ("verdict", "Verdict"),
            ("answers", "What it lets you do"),
            ("components", "What is published"),
            ("terms", "Terms"),
            ("unseen", "Not seen"),
            ("requirements", "Requirements"),
            ("evidence", "Evidence"),
        ];
        let whole = sections.iter().map(|(id, name)| format!("<li><a href=\"#{id}\">{name}</a></li>"));
        let whole: String = whole.collect();
        let header = format!(
            "<header>\n<p class=\"kicker\">How open is this model?</p>\n<h1>{}</h1>\n<p class=\"meta\">{meta}</p>\n\
             <nav aria-label=\"On this page\"><ul>{whole}</ul></nav>\n</header>\n",
            safe::html(&release.id)
        );
        self.put(&header);
    }

    pub(super) fn verdict(&mut self) {
        let assessment = self.content.assessment;
        let Some(standing) = assessment.standings.iter().find(|standing| standing.framework == "spectrum") else {
            return;
        };
        let said = gist::standing(standing);
        let mut by: Vec<String> = said.rest;
        if !said.by.is_empty() {
            by.insert(0, said.by.to_owned());
        }
        let mut levels = String::new();
        for level in &standing.ladder {
            let word = marks::level_word(standing, level);
            let off = if matches!(word, "ruled out" | "not ruled out") { " class=\"off\"" } else { "" };
            let word = if word.is_empty() { String::new() } else { format!("<small>{word}</small>") };
            levels.push_str(&format!("<li{off}><b>{}</b>{word}</li>", safe::html(&words::level(level))));
        }
        let hero = format!(
            "<section id=\"verdict\" class=\"hero\" aria-labelledby=\"verdict-title\">\n<h2 id=\"verdict-title\">{}</h2>\n\
             <p class=\"by\">{}</p>\n{}\n<ol class=\"levels\">{levels}</ol>\n",
            safe::html(&said.level),
            safe::html(&by.join("; ")),
            marks::spectrum(standing),
        );
        self.put(&hero);
        self.strip();
        self.others();
        self.put("</section>\n");
    }

    /// One mark a component, each leading to what is known of it.
    fn strip(&mut self) {
        let mut strip = String::from("<dl class=\"strip\">");
        for group in Group::ALL {
            strip.push_str(&format!("<dt>{}</dt><dd>", group.as_str()));
            let held = self.content.components.iter().filter(|held| held.component.group() == group);
            for held in held.filter(|held| gist::shown(held.component, held.presence)) {
                let (shape, colour, word) = marks::presence(held.presence, held.basis);
                let name = format!("{}: {word}", held.component.title());
                strip.push_str(&format!(
                    "<a href=\"#c-{}\" title=\"{name}\">{}{}<span class=\"hide\">: {word}</span></a>",
                    held.component.id(),
                    marks::dot(shape, colour),
                    gist::short(held.component)
                ));
            }
            strip.push_str("</dd>");
        }
        strip.push_str("</dl>\n");
        strip.push_str(&super::sections::legend());
        self.put(&strip);
    }

    /// Where the release stands in the other frameworks.
    fn others(&mut self) {
        let mut list = String::from("<dl class=\"others\">");
        let assessment = self.content.assessment;
        for standing in assessment.standings.iter().filter(|standing| standing.framework != "spectrum") {
            let said = gist::standing(standing);
            let mut rest: Vec<String> = said.rest;
            if !said.by.is_empty() {
                rest.insert(0, said.by.to_owned());
            }
            list.push_str(&format!(
                "<div><dt>{}</dt><dd><strong>{}</strong> <span class=\"soft\">({})</span></dd></div>",
                safe::html(words::framework(&standing.framework)),
                safe::html(&said.level),
                safe::html(&rest.join("; "))
            ));
        }
        for card in &assessment.scorecards {
            let (shown, rest) = gist::tally(card);
            list.push_str(&format!(
                "<div><dt>{}</dt><dd><strong>{}</strong> <span class=\"soft\">({})</span></dd></div>",
                safe::html(words::framework(&card.framework)),
                safe::html(&shown),
                safe::html(&rest)
            ));
        }
        for readings in &assessment.readings {
            let mut cells = String::new();
            for (name, confirmed, declared) in &readings.statuses {
                let said = *confirmed == Status::Unknown && *declared == Status::Met;
                let said = if said { " <span class=\"soft\">(met by the publisher’s word)</span>" } else { "" };
                cells.push_str(&format!(
                    "<div><a href=\"#r-{0}.{1}\">{1}</a>: {2}{said}</div>",
                    safe::html(&readings.framework),
                    safe::html(name),
                    status_word(*confirmed)
                ));
            }
            list.push_str(&format!(
                "<div><dt>{}, three readings</dt><dd>{cells}</dd></div>",
                safe::html(words::framework(&readings.framework))
            ));
        }
        if let Some((count, _)) = assessment.inventory.weights.parameters {
            list.push_str(&format!(
                "<div><dt>Size</dt><dd>{} parameters{}</dd></div>",
                words::parameters(count),
                marks::size(count)
            ));
        }
        list.push_str("</dl>\n");
        self.put(&list);
    }

    pub(super) fn next(&mut self) {
        let Some(next) = gist::next(self.content.assessment) else { return };
        let level = safe::html(&words::level(&next.level));
        let title = match next.ask {
            Ask::Closed => "Why it is closed".to_owned(),
            Ask::Confirm => format!("What is not confirmed of “{level}”"),
            Ask::Higher => format!("Why not “{level}”"),
        };
        self.put(&format!(
            "<section id=\"next\" aria-labelledby=\"next-title\">\n<h2 id=\"next-title\">{title}</h2>\n"
        ));
        if let Some(kinds) = &next.but_for {
            self.put(&format!(
                "<p class=\"note\">Open source but for its terms ({}): all else that the top level asks is met, at least by the publisher’s word.</p>\n",
                safe::html(kinds)
            ));
        }
        self.put("<ul class=\"reasons\">");
        for reason in &next.reasons {
            let (shape, colour) = match (next.ask, reason.status) {
                (Ask::Closed, _) => ("m-here", "faint"),
                (_, Status::NotMet) => ("m-absent", "bad"),
                _ => ("m-unknown", "doubt"),
            };
            let word = match (next.ask, reason.status) {
                (Ask::Closed, _) => "",
                (_, Status::NotMet) => "<span class=\"hide\">Not met: </span>",
                _ => "<span class=\"hide\">Not shown: </span>",
            };
            let text = format!(
                "<li>{}<span>{word}<a href=\"#r-{}\">{}</a></span></li>",
                marks::dot(shape, colour),
                safe::html(&reason.requirement),
                safe::html(&reason.text)
            );
            self.put(&text);
        }
        self.put("</ul>\n</section>\n");
    }

    pub(super) fn footer(&mut self, options: &Options<'_>) {
        let footer = format!(
            "<footer><p>Made by Candor {} from fact sheet <code>{}</code>. Every statement rests on the places listed above; \
             what is not known is said to be unknown.</p></footer>\n",
            safe::html(options.version),
            self.content.sheet.digest()
        );
        self.put(&footer);
    }
}

/// A status in a word, with its colour.
pub(super) fn status_word(status: Status) -> String {
    let (word, _) = words::status(status);
    format!("<span class=\"word {}\">{word}</span>", status_colour(status))
}

/// The colour of a status.
pub(super) fn status_colour(status: Status) -> &'static str {
    match status {
        Status::Met => "good",
        Status::NotMet => "bad",
        Status::Unknown => "doubt",
        Status::NotApplicable => "faint",
    }
}

/// A part by its place and revision, with a link where that is known.
fn part_words(part: &Part) -> String {
    let name = part.locator.as_deref().unwrap_or(part.role.as_str());
    let revision: String = part.revision.iter().flat_map(|text| text.chars()).take(8).collect();
    let revision = if revision.is_empty() { String::new() } else { format!(" @ {}", safe::html(&revision)) };
    let text = format!("{}{revision}", safe::html(name));
    match links::folder(part) {
        Some(address) => format!("<a href=\"{}\" rel=\"noreferrer\">{text}</a>", safe::html(&address)),
        None => text,
    }
}
