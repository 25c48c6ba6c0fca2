//! Every requirement and every place of evidence, each with an anchor.

use super::Page;
use super::sections::{basis, sentence};
use super::verdict::{status_colour, status_word};
use crate::content::Made;
use crate::{links, safe, words};
use candor_assess::{Framework, Status};
use candor_facts::Place;
use std::collections::{BTreeMap, BTreeSet};

/// Deepest indentation of the tree.
const DEEPEST: usize = 4;

impl Page<'_, '_> {
    /// The requirements below some roots, and themselves.
    pub(super) fn below(&self, roots: &[String]) -> BTreeSet<String> {
        let mut wanted = BTreeSet::new();
        let mut left: Vec<&str> = roots.iter().map(String::as_str).collect();
        while let Some(id) = left.pop() {
            let Some(demand) = self.content.requirement(id) else { continue };
            if wanted.insert(id.to_owned()) {
                left.extend(demand.parts());
            }
        }
        wanted
    }

    /// The places that some requirements rest on.
    pub(super) fn cited(&self, wanted: &BTreeSet<String>) -> BTreeSet<usize> {
        let mut used = BTreeSet::new();
        for demand in self.content.requirements.iter().filter(|demand| wanted.contains(&demand.verdict.requirement)) {
            used.extend(&demand.evidence);
            let doubts = demand.doubts.iter().filter_map(|at| self.content.doubts.get(*at));
            used.extend(doubts.flat_map(|doubt| &doubt.evidence));
        }
        used
    }

    /// All requirements, framework by framework, each after what asks for it; or those wanted.
    pub(super) fn requirements(&mut self, frameworks: &[Framework], wanted: Option<&BTreeSet<String>>) {
        self.put("<section id=\"requirements\" aria-labelledby=\"requirements-title\">\n<h2 id=\"requirements-title\">Every requirement</h2>\n");
        let mut order: Vec<(usize, String, usize)> = Vec::new();
        for (at, framework) in frameworks.iter().enumerate() {
            let top = framework
                .ladder
                .iter()
                .rev()
                .chain(&framework.readings)
                .chain(&framework.bottom)
                .chain(&framework.also);
            for root in top {
                self.walk(&format!("{}.{root}", framework.short), at, 0, &mut order);
            }
        }
        // What no framework at hand leads to is shown all the same.
        let loose = self.content.requirements.iter().map(|demand| demand.verdict.requirement.clone());
        let loose: Vec<String> = loose.filter(|id| !order.iter().any(|(_, known, _)| known == id)).collect();
        order.extend(loose.into_iter().map(|id| (frameworks.len(), id, 0)));
        let mut last = None;
        let headline = |at: &usize| frameworks.get(*at).is_some_and(|framework| framework.short == "spectrum");
        order.sort_by_key(|(at, _, _)| (!headline(at), *at));
        for (at, id, depth) in &order {
            if wanted.is_some_and(|wanted| !wanted.contains(id)) {
                continue;
            }
            if last != Some(*at) {
                let name = frameworks.get(*at).map_or("Others", |framework| framework.name.as_str());
                self.put(&format!("<h3>{}</h3>\n", safe::html(name)));
                last = Some(*at);
            }
            self.requirement(id, *depth);
        }
        self.put("</section>\n");
    }

    fn walk(&self, id: &str, framework: usize, depth: usize, order: &mut Vec<(usize, String, usize)>) {
        let own = id.split_once('.').map_or("", |(short, _)| short);
        if order.iter().any(|(_, known, _)| known == id) {
            return;
        }
        let Some(demand) = self.content.requirement(id) else { return };
        order.push((framework, id.to_owned(), depth));
        for part in demand.parts() {
            // What another framework asks stands there.
            if part.split_once('.').is_some_and(|(short, _)| short == own) {
                self.walk(part, framework, depth + 1, order);
            }
        }
    }

    fn requirement(&mut self, id: &str, depth: usize) {
        let Some(demand) = self.content.requirement(id) else { return };
        let verdict = demand.verdict;
        let mut body = format!("<p>{}</p>", safe::html(&sentence(&verdict.title)));
        if verdict.declared != verdict.confirmed {
            let (said, _) = words::status(verdict.declared);
            body.push_str(&format!("<p>By the publisher’s word: {said}.</p>"));
        }
        if !verdict.cite.is_empty() {
            body.push_str(&format!("<p class=\"soft\">Source: {}</p>", safe::html(&verdict.cite)));
        }
        if !verdict.reading.is_empty() {
            body.push_str(&format!("<p class=\"soft\">Our reading: {}</p>", safe::html(&verdict.reading)));
        }
        match &demand.made {
            Made::Composed { rule, parts } => {
                let joined = match *rule {
                    "any" => "One of these must hold:",
                    "none" => "None of these may hold:",
                    "at-least" => "So many of these must hold:",
                    "decision" => "What the answers to these, in order, lead to:",
                    _ => "All of these must hold:",
                };
                body.push_str(&format!("<p>{joined}</p><ul>"));
                for part in parts {
                    let status = self.content.requirement(part).map_or(Status::Unknown, |part| part.verdict.confirmed);
                    body.push_str(&format!(
                        "<li><a href=\"#r-{0}\">{0}</a> {1}</li>",
                        safe::html(part),
                        status_word(status)
                    ));
                }
                body.push_str("</ul>");
            }
            Made::Probed { question, why, .. } => {
                body.push_str(&format!("<p>{}</p>", safe::html(question)));
                if let Some(why) = why {
                    body.push_str(&format!("<p><strong>{}</strong></p>", safe::html(&sentence(why))));
                }
            }
        }
        if let Some(exempt) = demand.unless {
            let status = self.content.requirement(exempt).map_or(Status::Unknown, |one| one.verdict.confirmed);
            body.push_str(&format!(
                "<p>Does not apply when this holds: <a href=\"#r-{0}\">{0}</a> {1}</p>",
                safe::html(exempt),
                status_word(status)
            ));
        }
        if !demand.evidence.is_empty() {
            body.push_str(&format!("<div>Rests on: {}</div>", self.chips(&demand.evidence)));
        }
        for doubt in demand.doubts.iter().filter_map(|at| self.content.doubts.get(*at)) {
            body.push_str(&format!(
                "<div>{} <span class=\"soft\">({})</span> {}</div>",
                safe::html(&sentence(&doubt.text)),
                doubt.kind,
                self.chips(&doubt.evidence)
            ));
        }
        let (word, _) = words::status(verdict.confirmed);
        let indent = if depth == 0 { String::new() } else { format!(" d{}", depth.min(DEEPEST)) };
        let line = format!(
            "<details class=\"req{indent}\" id=\"r-{0}\"><summary><span class=\"id\">{0}</span><span class=\"pill {1}\">{word}</span></summary><div class=\"body\">{body}<p><a href=\"#r-{0}\">Link to this requirement</a></p></div></details>\n",
            safe::html(id),
            status_colour(verdict.confirmed)
        );
        self.put(&line);
    }

    /// Every place once, by number, with what rests on it.
    pub(super) fn evidence(&mut self, wanted: impl Fn(usize) -> bool) {
        let mut uses: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
        for demand in &self.content.requirements {
            let doubts = demand.doubts.iter().filter_map(|at| self.content.doubts.get(*at));
            for number in demand.evidence.iter().chain(doubts.flat_map(|doubt| &doubt.evidence)) {
                let users = uses.entry(*number).or_default();
                if !users.contains(&demand.verdict.requirement.as_str()) {
                    users.push(&demand.verdict.requirement);
                }
            }
        }
        let mut list = String::new();
        for number in (0..self.content.evidence.len()).filter(|number| wanted(*number)) {
            let users = uses.get(&number).map(|users| {
                let links = users.iter().map(|id| format!("<a href=\"#r-{0}\">{0}</a>", safe::html(id)));
                format!("<div class=\"soft\">used by {}</div>", links.collect::<Vec<_>>().join(", "))
            });
            list.push_str(&format!(
                "<li id=\"e{number}\">{}{}</li>\n",
                self.proof(number, true),
                users.unwrap_or_default()
            ));
        }
        self.put("<section id=\"evidence\" aria-labelledby=\"evidence-title\">\n<h2 id=\"evidence-title\">Every place of evidence</h2>\n");
        self.put(&format!("<ol>{list}</ol>\n</section>\n"));
    }

    /// One place in full: where, who says so, which bytes, their digest, the words.
    pub(super) fn proof(&self, number: usize, numbered: bool) -> String {
        let Some(evidence) = self.content.evidence.get(number) else { return String::new() };
        let sheet = self.content.sheet;
        let place = safe::html(&words::place(sheet, evidence));
        let place = match links::place(sheet, evidence) {
            Some(address) => {
                format!("<a class=\"path\" href=\"{}\" rel=\"noreferrer\">{place}</a>", safe::html(&address))
            }
            None => format!("<span class=\"path\">{place}</span>"),
        };
        // Where the place has its own entry below, the digest is told in full there.
        let short = |digest: &candor_facts::Digest| {
            let text = digest.to_string();
            if numbered { text } else { format!("{}…", text.get(..19).unwrap_or(&text)) }
        };
        let detail = match &evidence.place {
            Place::Span { start, end, digest, route, .. } => {
                let route = route.as_ref().map(|route| format!("{}, ", safe::html(&route.0))).unwrap_or_default();
                format!("{route}bytes {start} to {end}, {}", short(digest))
            }
            Place::Listed { listing, .. } => format!("stands in listing {}", short(listing)),
            Place::Absent { listing, .. } => format!("searched: listing {}", short(listing)),
        };
        let quote = (self.excerpt)(evidence).filter(|words| !words.is_empty());
        let quote =
            quote.map(|words| format!("<blockquote class=\"quote\" dir=\"auto\">{}</blockquote>", safe::html(&words)));
        format!(
            "<div class=\"proof\"><a class=\"n\" href=\"#e{number}\">e{number}</a>{place} <span class=\"soft\">{}</span>{}<span class=\"digest path\">{detail}</span></div>",
            safe::html(&basis(evidence)),
            quote.unwrap_or_default()
        )
    }
}
