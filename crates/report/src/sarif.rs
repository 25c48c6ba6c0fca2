//! SARIF 2.1.0 for code scanning: requirements as rules, what does not hold as results, with file and line.
//!
//! Levels: `error` is kept for a published statement that is not true (a claim that does not hold), because
//! somebody has to correct it; `warning` for a requirement that is not met and for a restriction; what is unknown is
//! of kind `open`, for which the format allows no level. What is met is no result: its places stand with the
//! rule, so that nothing is lost and nothing is reported that needs no attention.

use crate::content::{Content, Made};
use crate::evidence::Wire;
use crate::format::{Excerpt, Format, Options, Several, Subject};
use crate::{gist, links, safe, words};
use candor_assess::{Holds, Status};
use candor_facts::{Digest, Evidence, Place};
use serde_json::{Map, Value, json};

/// For code scanning.
pub(crate) const FORMAT: Format = Format {
    id: "sarif",
    media_type: "application/sarif+json",
    ends: ".sarif",
    purpose: "SARIF 2.1.0 for code scanning, with file and line",
    people: false,
    several: Several::Yes,
    assess: Some(assess),
    compare: None,
    explain: None,
};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// Further places of one result.
const RELATED: usize = 20;

fn assess(subjects: &[Subject<'_, '_>], options: &Options<'_>) -> String {
    let runs: Vec<Value> = subjects.iter().map(|subject| run(subject, options)).collect();
    json!({"$schema": SCHEMA, "version": "2.1.0", "runs": runs}).to_string()
}

struct Run<'r, 'a> {
    content: &'r Content<'r, 'a>,
    excerpt: &'r Excerpt<'r>,
    rules: Vec<Value>,
    results: Vec<Value>,
}

fn run(subject: &Subject<'_, '_>, options: &Options<'_>) -> Value {
    let content = Content::new(subject.sheet, subject.assessment);
    let mut run = Run { content: &content, excerpt: subject.excerpt, rules: Vec::new(), results: Vec::new() };
    run.requirements();
    run.restrictions();
    run.claims();
    let (rules, results) = (run.rules, run.results);
    let mut bases = Map::new();
    for (at, part) in subject.sheet.release.parts.iter().enumerate() {
        let name = words::part_name(part);
        let mut base = json!({"description": {"text": format!("{} part: {}", part.role, safe::plain(&name))}});
        if let (Some(address), Some(map)) = (links::folder(part), base.as_object_mut()) {
            map.insert("uri".to_owned(), json!(format!("{}/", address.replace("/tree/", "/blob/"))));
        }
        bases.insert(base_id(at), base);
    }
    let gaps = subject.sheet.gaps().iter().map(|gap| {
        json!({"level": "note", "message": {"text": format!("{}: {}", safe::plain(gap.path.as_str()), gap.reason)},
               "locations": [{"physicalLocation": {"artifactLocation": artifact(gap.part.0 as usize, gap.path.as_str())}}]})
    });
    let versions: Vec<Value> = subject
        .sheet
        .release
        .parts
        .iter()
        .filter_map(|part| {
            let repository = links::repository(part.locator.as_deref()?)?;
            Some(json!({"repositoryUri": repository, "revisionId": part.revision.as_deref()?}))
        })
        .collect();
    let mut value = json!({
        "tool": {"driver": {"name": "Candor", "semanticVersion": options.version, "rules": rules}},
        "automationDetails": {"id": format!("candor/{}", safe::plain(&subject.sheet.release.id))},
        "originalUriBaseIds": bases,
        "invocations": [{"executionSuccessful": true, "toolExecutionNotifications": gaps.collect::<Vec<_>>()}],
        "columnKind": "unicodeCodePoints",
        "results": results,
        "properties": {
            "facts": subject.sheet.digest(),
            "standings": standings(&content),
            "evidence": content.evidence.iter().map(Wire::of).collect::<Vec<_>>(),
        },
    });
    if let (false, Some(map)) = (versions.is_empty(), value.as_object_mut()) {
        map.insert("versionControlProvenance".to_owned(), Value::Array(versions));
    }
    value
}

fn standings(content: &Content<'_, '_>) -> Value {
    let mut map = Map::new();
    for standing in &content.assessment.standings {
        let value =
            json!({"confirmed": standing.confirmed, "declared": standing.declared, "possible": standing.possible});
        map.insert(standing.framework.clone(), value);
    }
    Value::Object(map)
}

impl Run<'_, '_> {
    fn rule(&mut self, id: &str, text: &str, help: &str, level: &str, properties: Value) -> usize {
        self.rules.push(json!({
            "id": id, "shortDescription": {"text": safe::plain(text)}, "help": {"text": safe::plain(help)},
            "defaultConfiguration": {"level": level}, "properties": properties,
        }));
        self.rules.len() - 1
    }

    fn requirements(&mut self) {
        let content = self.content;
        for demand in &content.requirements {
            let verdict = demand.verdict;
            let mut help = if verdict.cite.is_empty() {
                verdict.title.clone()
            } else {
                format!("{} Source: {}.", verdict.title, verdict.cite)
            };
            if !verdict.reading.is_empty() {
                help.push_str(&format!(" Our reading: {}", verdict.reading));
            }
            let mut properties = json!({
                "status": verdict.confirmed.as_str(), "declared": verdict.declared.as_str(), "evidence": demand.evidence,
                "doubts": demand.doubts.iter().filter_map(|at| content.doubts.get(*at))
                    .map(|doubt| json!({"doubt": doubt.kind, "text": doubt.text, "evidence": doubt.evidence})).collect::<Vec<_>>(),
            });
            if let (Made::Composed { rule, parts }, Some(map)) = (&demand.made, properties.as_object_mut()) {
                map.insert("rule".to_owned(), json!(rule));
                map.insert("parts".to_owned(), json!(parts));
            }
            if let (Some(exempt), Some(map)) = (demand.unless, properties.as_object_mut()) {
                map.insert("unless".to_owned(), json!(exempt));
            }
            let rule = self.rule(&verdict.requirement, &verdict.title, &help, "warning", properties);
            // What is composed of others is reported where it is decided, not twice.
            let Made::Probed { why, .. } = &demand.made else { continue };
            let (kind, level) = match verdict.confirmed {
                // What law asks is told, and no failure of a release is made of it.
                Status::NotMet if verdict.law => ("informational", "none"),
                Status::NotMet => ("fail", "warning"),
                Status::Unknown => ("open", "none"),
                Status::Met | Status::NotApplicable => continue,
            };
            let (word, _) = words::status(verdict.confirmed);
            let mut text = format!("{word}: {}", verdict.title);
            if let Some(why) = why {
                text.push_str(&format!(" ({why})"));
            }
            let doubts: Vec<_> = demand.doubts.iter().filter_map(|at| content.doubts.get(*at)).collect();
            for doubt in &doubts {
                text.push_str(&format!("; {}", doubt.text));
            }
            let mut places = demand.evidence.clone();
            places.extend(doubts.iter().flat_map(|doubt| &doubt.evidence));
            self.result(rule, &verdict.requirement, kind, level, &text, &places);
        }
    }

    fn restrictions(&mut self) {
        for cited in &self.content.restrictions {
            let id = format!("restriction.{}", cited.item.kind.as_str());
            let text = format!("{} ({})", gist::restriction(cited.item), cited.item.license);
            let rule = self.rules.iter().position(|rule| rule["id"] == id.as_str());
            let rule = rule.unwrap_or_else(|| {
                let title = format!("The terms restrict: {}", cited.item.kind.as_str().replace('-', " "));
                self.rule(&id, &title, &title, "warning", json!({}))
            });
            self.result(rule, &id, "fail", "warning", &text, &cited.evidence);
        }
    }

    fn claims(&mut self) {
        for (number, cited) in self.content.claims.iter().enumerate() {
            let (kind, level, word) = match cited.item.holds {
                Holds::Yes => continue,
                Holds::No => ("fail", "error", "does not hold"),
                Holds::Unknown => ("open", "none", "is not shown"),
            };
            let id = format!("claim.{}", gist::claim_id(number, cited.item));
            let title = format!("What is said holds: \"{}\"", cited.item.claim);
            let rule = self.rule(&id, &title, &title, "error", json!({"decided-by": cited.item.why}));
            let text = format!("the claim \"{}\" {word}; {}", cited.item.claim, gist::decided_by(cited.item));
            self.result(rule, &id, kind, level, &text, &cited.evidence);
        }
    }

    fn result(&mut self, rule: usize, id: &str, kind: &str, level: &str, text: &str, places: &[usize]) {
        let mut seen: Vec<usize> = Vec::new();
        for number in places {
            if !seen.contains(number) {
                seen.push(*number);
            }
        }
        let mut places = seen.iter().filter_map(|number| Some((*number, self.content.evidence.get(*number)?)));
        let first = places.next();
        let location = match first {
            Some((_, evidence)) => self.location(evidence),
            None => json!({"logicalLocations": [{"fullyQualifiedName": id, "kind": "requirement"}]}),
        };
        let mut value = json!({
            "ruleId": id, "ruleIndex": rule, "kind": kind, "level": level, "message": {"text": safe::plain(text)},
            "locations": [location],
            "partialFingerprints": {"candor/1": fingerprint(id, first.map(|(_, evidence)| evidence))},
            "properties": {"evidence": seen},
        });
        let related: Vec<Value> = places
            .take(RELATED)
            .map(|(number, evidence)| {
                let mut location = self.location(evidence);
                if let Some(map) = location.as_object_mut() {
                    map.insert("id".to_owned(), json!(number));
                }
                location
            })
            .collect();
        if let (false, Some(map)) = (related.is_empty(), value.as_object_mut()) {
            map.insert("relatedLocations".to_owned(), Value::Array(related));
        }
        self.results.push(value);
    }

    fn location(&self, evidence: &Evidence) -> Value {
        let part = evidence.place.part().0 as usize;
        let text = safe::plain(&words::place(self.content.sheet, evidence));
        match &evidence.place {
            Place::Span { path, start, end, line, digest, .. } => {
                let mut region = json!({"byteOffset": start, "byteLength": end - start,
                                        "properties": {"sha256": digest.hex()}});
                if let Some(map) = region.as_object_mut() {
                    if *line > 0 {
                        map.insert("startLine".to_owned(), json!(line));
                    }
                    if let Some(words) = (self.excerpt)(evidence).filter(|words| !words.is_empty()) {
                        map.insert("snippet".to_owned(), json!({"text": safe::plain(&words)}));
                    }
                }
                json!({"physicalLocation": {"artifactLocation": artifact(part, path.as_str()), "region": region}})
            }
            Place::Listed { path, .. } => {
                json!({"physicalLocation": {"artifactLocation": artifact(part, path.as_str())}})
            }
            Place::Absent { listing, sought, .. } => json!({
                "message": {"text": text},
                "logicalLocations": [{"name": safe::plain(sought), "fullyQualifiedName": format!("listing {listing}"), "kind": "listing"}],
            }),
        }
    }
}

fn base_id(part: usize) -> String {
    format!("PART{part}")
}

fn artifact(part: usize, path: &str) -> Value {
    json!({"uri": safe::address(path), "uriBaseId": base_id(part)})
}

/// The same finding in a later run: its rule and its words, not its line.
fn fingerprint(id: &str, place: Option<&Evidence>) -> String {
    let at = match place.map(|evidence| &evidence.place) {
        Some(Place::Span { path, digest, .. }) => format!("{path}\0{digest}"),
        Some(Place::Listed { path, .. }) => path.to_string(),
        Some(Place::Absent { sought, .. }) => sought.clone(),
        None => String::new(),
    };
    Digest::of(format!("{id}\0{at}").as_bytes()).hex().to_owned()
}
