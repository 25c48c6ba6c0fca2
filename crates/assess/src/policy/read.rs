//! Reading a policy file: all that is wrong with it at once, each with line and column.

use super::{Clarify, Exception, Model, Policy, PolicyError};
use crate::regulation::is_day;
use candor_facts::{Algorithm, Component, Digest, TermKind};
use candor_license::Expression;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

type Value<'v> = Spanned<DeValue<'v>>;

pub(super) fn policy(text: &str) -> Result<Policy, Vec<PolicyError>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut reader = Reader { text, wrong: Vec::new() };
    for error in errors {
        reader.at(error.span().map_or(0, |span| span.start), error.message().to_owned());
    }
    let mut policy = Policy::default();
    if reader.wrong.is_empty() {
        reader.policy(table.get_ref(), &mut policy);
    }
    let mut wrong = reader.wrong;
    wrong.sort_by_key(|error| (error.line, error.column));
    if wrong.is_empty() { Ok(policy) } else { Err(wrong) }
}

struct Reader<'t> {
    text: &'t str,
    wrong: Vec<PolicyError>,
}

impl Reader<'_> {
    fn line(&self, at: usize) -> usize {
        1 + self.text.get(..at.min(self.text.len())).unwrap_or_default().matches('\n').count()
    }

    fn column(&self, at: usize) -> usize {
        let before = self.text.get(..at.min(self.text.len())).unwrap_or_default();
        1 + before.rsplit('\n').next().unwrap_or_default().chars().count()
    }

    /// A name with its line and column.
    fn placed(&self, name: &str, at: usize) -> (String, usize, usize) {
        (name.to_owned(), self.line(at), self.column(at))
    }

    fn at(&mut self, at: usize, what: impl Into<String>) {
        self.wrong.push(PolicyError { line: self.line(at), column: self.column(at), what: what.into() });
    }

    fn policy(&mut self, table: &DeTable<'_>, policy: &mut Policy) {
        const KNOWN: &str = "version, minimum, allow-licenses, allow-restrictions, require-components, require, basis, unknown, \
                             clarify, exceptions, models";
        let mut version = false;
        for (key, value) in table.iter() {
            let name: &str = key.get_ref();
            match name {
                "version" => {
                    version = true;
                    let one = value.get_ref().as_integer().is_some_and(|number| number.as_str() == "1");
                    if !one {
                        self.at(value.span().start, "`version`: this program reads policies of version 1");
                    }
                }
                "minimum" => match value.get_ref() {
                    DeValue::Table(levels) => {
                        for (framework, level) in levels.iter() {
                            let at = level.span().start;
                            if let Some(level) = self.string(framework.get_ref(), level) {
                                policy.named_at.push(self.placed(framework.get_ref(), at));
                                policy.minimum.push((framework.get_ref().to_string(), level));
                            }
                        }
                    }
                    _ => self.at(
                        value.span().start,
                        "`minimum` is a table: write `[minimum]` and `spectrum = \"open-weights\"`",
                    ),
                },
                "allow-licenses" => {
                    let list = self.strings(name, value);
                    for (id, at) in &list {
                        if candor_license::LicenseId::parse(id).is_none() {
                            self.at(
                                *at,
                                format!("`{id}` is no licence id; write SPDX ids or `LicenseRef-…`, one a text"),
                            );
                        }
                    }
                    policy.licenses = Some(list.into_iter().map(|(id, _)| id).collect());
                }
                "allow-restrictions" => {
                    let mut kinds = Vec::new();
                    for (word, at) in self.strings(name, value) {
                        match TermKind::parse(&word).filter(|kind| kind.restricts()) {
                            Some(kind) => kinds.push(kind),
                            None => {
                                let known: Vec<&str> = TermKind::ALL
                                    .iter()
                                    .filter(|kind| kind.restricts())
                                    .map(|kind| kind.as_str())
                                    .collect();
                                self.at(
                                    at,
                                    format!("`{word}` is no kind of restriction; there are {}", known.join(", ")),
                                );
                            }
                        }
                    }
                    policy.restrictions = Some(kinds);
                }
                "require-components" => {
                    for (word, at) in self.strings(name, value) {
                        match Component::parse(&word) {
                            Some(component) => policy.components.push(component),
                            None => self.at(at, format!("`{word}` is no component; `candor assess -v` lists them")),
                        }
                    }
                }
                "require" => {
                    for (id, at) in self.strings(name, value) {
                        policy.named_at.push(self.placed(&id, at));
                        policy.requirements.push(id);
                    }
                }
                "basis" => match self.string(name, value).as_deref() {
                    Some("confirmed") => policy.trust_publisher = false,
                    Some("declared") => policy.trust_publisher = true,
                    Some(_) => self.at(value.span().start, "`basis` is \"confirmed\" or \"declared\""),
                    None => {}
                },
                "unknown" => match self.string(name, value).as_deref() {
                    Some("deny") => policy.unknown_warns = false,
                    Some("warn") => policy.unknown_warns = true,
                    Some(_) => self.at(value.span().start, "`unknown` is \"deny\" or \"warn\""),
                    None => {}
                },
                "clarify" => self.tables(name, value, |reader, at, table| {
                    policy.clarify.extend(reader.clarify(at, table));
                }),
                "exceptions" => self.tables(name, value, |reader, at, table| {
                    policy.exceptions.extend(reader.exception(at, table));
                }),
                "models" => self.tables(name, value, |reader, at, table| {
                    policy.models.extend(reader.model(at, table));
                }),
                _ => self.at(key.span().start, format!("unknown key `{name}`; there are {KNOWN}")),
            }
        }
        if !version {
            self.at(0, "`version` is missing: write `version = 1`");
        }
    }

    fn string(&mut self, key: &str, value: &Value<'_>) -> Option<String> {
        let text = value.get_ref().as_str().map(str::to_owned);
        if text.is_none() {
            self.at(value.span().start, format!("`{key}` is a text, in quotation marks"));
        }
        text
    }

    fn strings(&mut self, key: &str, value: &Value<'_>) -> Vec<(String, usize)> {
        let DeValue::Array(list) = value.get_ref() else {
            self.at(value.span().start, format!("`{key}` is a list: write `{key} = [\"…\"]`"));
            return Vec::new();
        };
        let mut texts = Vec::new();
        for item in list.iter() {
            texts.extend(self.string(key, item).map(|text| (text, item.span().start)));
        }
        texts
    }

    fn tables(&mut self, key: &str, value: &Value<'_>, mut each: impl FnMut(&mut Self, usize, &DeTable<'_>)) {
        let DeValue::Array(list) = value.get_ref() else {
            self.at(value.span().start, format!("`{key}` is a list of tables: write `[[{key}]]`"));
            return;
        };
        for item in list.iter() {
            match item.get_ref() {
                DeValue::Table(table) => each(self, item.span().start, table),
                _ => self.at(item.span().start, format!("`{key}` is a list of tables: write `[[{key}]]`")),
            }
        }
    }

    /// The texts of a table by key; keys that are not known, and those that are missing, are told.
    fn fields(
        &mut self,
        at: usize,
        table: &DeTable<'_>,
        needed: &[&str],
        allowed: &[&str],
    ) -> Vec<(String, String, usize)> {
        let mut fields = Vec::new();
        for (key, value) in table.iter() {
            let name: &str = key.get_ref();
            if !needed.contains(&name) && !allowed.contains(&name) {
                let known: Vec<&str> = needed.iter().chain(allowed).copied().collect();
                self.at(key.span().start, format!("unknown key `{name}`; there are {}", known.join(", ")));
            } else if name != "allow"
                && let Some(text) = self.string(name, value)
            {
                if text.trim().is_empty() {
                    self.at(value.span().start, format!("`{name}` is empty"));
                }
                fields.push((name.to_owned(), text, value.span().start));
            }
        }
        for name in needed.iter().filter(|name| table.get(**name).is_none()) {
            self.at(at, format!("`{name}` is missing"));
        }
        fields
    }

    fn clarify(&mut self, at: usize, table: &DeTable<'_>) -> Option<Clarify> {
        let fields = self.fields(at, table, &["model", "license", "path", "sha256", "reason"], &[]);
        let get = |key: &str| fields.iter().find(|(name, _, _)| name == key).map(|(_, text, at)| (text.clone(), *at));
        let (license, place) = get("license")?;
        if let Err(error) = Expression::parse(&license) {
            self.at(place, format!("`license`: {error}"));
        }
        let (hex, place) = get("sha256")?;
        let Some(sha256) = Digest::from_hex(Algorithm::Sha256, &hex) else {
            self.at(place, "`sha256` is 64 hexadecimal digits: those of the file as it was read");
            return None;
        };
        let (model, reason, path) = (get("model")?.0, get("reason")?.0, get("path")?.0);
        Some(Clarify { model, license, reason, path, sha256, line: self.line(at) })
    }

    fn exception(&mut self, at: usize, table: &DeTable<'_>) -> Option<Exception> {
        let fields = self.fields(at, table, &["model", "allow", "reason"], &["expires"]);
        let get = |key: &str| fields.iter().find(|(name, _, _)| name == key).map(|(_, text, at)| (text.clone(), *at));
        let expires = get("expires");
        if let Some((day, place)) = &expires
            && !is_day(day)
        {
            self.at(*place, "`expires`: write a day as 2026-01-31");
        }
        let mut allow = Vec::new();
        if let Some(value) = table.get("allow") {
            for (key, place) in self.strings("allow", value) {
                const RULES: &[&str] =
                    &["license", "restriction", "minimum", "component", "requirement", "changed", "unresolved", "*"];
                let rule = key.split_once(':').map_or(key.as_str(), |(rule, _)| rule);
                if !RULES.contains(&rule) {
                    self.at(place, format!("`{key}`: write RULE:WHAT; rules are {}", RULES.join(", ")));
                }
                allow.push(key);
            }
        }
        let (model, reason) = (get("model")?.0, get("reason")?.0);
        Some(Exception { model, allow, reason, expires: expires.map(|(day, _)| day), line: self.line(at) })
    }

    fn model(&mut self, at: usize, table: &DeTable<'_>) -> Option<Model> {
        let fields = self.fields(at, table, &["name", "locator"], &[]);
        let get = |key: &str| fields.iter().find(|(name, _, _)| name == key).map(|(_, text, _)| text.clone());
        Some(Model { name: get("name")?, locator: get("locator")? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(text: &str, expected: Expect) {
        let errors = policy(text).expect_err("errors");
        let lines: String =
            errors.iter().map(|error| format!("{}:{}: {}\n", error.line, error.column, error.what)).collect();
        expected.assert_eq(&lines);
    }

    #[test]
    fn all_errors_at_once_with_line_and_column() {
        check(
            "version = 2\nunknown = \"maybe\"\nallow-licenses = [\"MIT\", \"not a licence\"]\nallow-restrictions = [\"rude\"]\nlicences = []\n",
            expect![[r#"
                1:11: `version`: this program reads policies of version 1
                2:11: `unknown` is "deny" or "warn"
                3:26: `not a licence` is no licence id; write SPDX ids or `LicenseRef-…`, one a text
                4:23: `rude` is no kind of restriction; there are no-license, field-of-use, non-commercial, user-threshold, revenue-threshold, no-competing-models, geographic, no-redistribution, no-modification, remote-restriction, update-duty, mutable-terms, revocable, royalty, indemnity, gated
                5:1: unknown key `licences`; there are version, minimum, allow-licenses, allow-restrictions, require-components, require, basis, unknown, clarify, exceptions, models
            "#]],
        );
        check(
            "version = 1\n[[exceptions]]\nmodel = \"*\"\nallow = [\"licence:MIT\"]\nexpires = \"tomorrow\"\n[[clarify]]\nmodel = \"x\"\nsha256 = \"12\"\nlicense = \"MIT OR\"\n",
            expect![[r#"
                2:1: `reason` is missing
                4:10: `licence:MIT`: write RULE:WHAT; rules are license, restriction, minimum, component, requirement, changed, unresolved, *
                5:11: `expires`: write a day as 2026-01-31
                6:1: `path` is missing
                6:1: `reason` is missing
                8:10: `sha256` is 64 hexadecimal digits: those of the file as it was read
                9:11: `license`: licence id expected at byte 6
            "#]],
        );
        check(
            "version = 1\nunknown = \n",
            expect![[r#"
            2:11: string values must be quoted, expected literal string
        "#]],
        );
    }

    #[test]
    fn a_policy_is_read() {
        let text = "version = 1\nunknown = \"warn\"\nbasis = \"declared\"\nallow-licenses = [\"MIT\"]\n[minimum]\nspectrum = \"open-weights\"\n[[exceptions]]\nmodel = \"hf:a/*\"\nallow = [\"license:*\"]\nreason = \"r\"\nexpires = \"2026-12-31\"\n";
        let policy = policy(text).expect("a policy");
        assert!(policy.unknown_warns && policy.trust_publisher);
        assert_eq!(policy.minimum, [("spectrum".to_owned(), "open-weights".to_owned())]);
        assert_eq!(policy.exceptions.first().map(|exception| exception.line), Some(7));
    }
}
