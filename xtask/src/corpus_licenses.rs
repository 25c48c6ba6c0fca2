//! Scores licence identification over `licenses/cases` of the corpus: a table by kind, and each failing case.
//!
//! `check = id`: the expected id is on top (of several, all are found). `check = not-permissive`: nothing that
//! is not expected is exact. Upstreams name licences at different granularity; each such pair stands once in
//! `license_aliases.csv` with its reason. Whether later versions are allowed is not compared, because many
//! labels do not say it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Context as _;
use candor_license::{MatchKind, identify};

/// One case and what became of it.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// Its path in the corpus.
    pub(crate) path: String,
    /// full, header, notice, scenario, supplement, mixed.
    pub(crate) kind: String,
    /// `id` or `not-permissive`.
    pub(crate) check: String,
    /// What the manifest expects.
    pub(crate) expected: String,
    /// What was found, best first.
    pub(crate) found: String,
    /// Whether the check holds.
    pub(crate) pass: bool,
    /// The pass rests on the alias file.
    pub(crate) by_alias: bool,
}

/// Pairs that upstreams label differently: (expected, found, the one case or empty).
type Aliases = BTreeSet<(String, String, String)>;

/// Scores every case.
pub(crate) fn score(corpus: &Path) -> anyhow::Result<Vec<Row>> {
    let folder = corpus.join("licenses");
    let manifest = std::fs::read_to_string(folder.join("cases/manifest.csv")).context("no cases/manifest.csv")?;
    let aliases = aliases();
    let mut rows = Vec::new();
    for line in manifest.lines().skip(1) {
        let mut fields = line.split(',');
        let path = fields.next().unwrap_or_default();
        let expected = fields.next().unwrap_or_default();
        let kind = fields.next().unwrap_or_default();
        let check = line.rsplit(',').next().unwrap_or_default();
        let bytes = std::fs::read(folder.join(path)).with_context(|| path.to_owned())?;
        rows.push(judge(path, expected, kind, check, &bytes, &aliases));
    }
    Ok(rows)
}

fn judge(path: &str, expected: &str, kind: &str, check: &str, bytes: &[u8], aliases: &Aliases) -> Row {
    let answer = identify(bytes);
    let found: Vec<(String, MatchKind)> = answer.matches.iter().map(|m| (m.id.to_string(), m.kind)).collect();
    let wanted: Vec<&str> = expected.split(" AND ").collect();
    let same = |want: &str, got: &str| canonical(want) == canonical(got);
    let alias = |want: &str, got: &str| {
        let pair = |case: &str| aliases.contains(&(canonical(want), canonical(got), case.to_owned()));
        pair("") || path.rsplit('/').next().is_some_and(pair)
    };
    let mut by_alias = false;
    let mut holds = |want: &str, got: &str| {
        let aliased = !same(want, got) && alias(want, got);
        by_alias |= aliased;
        same(want, got) || aliased
    };
    let pass = if check == "not-permissive" {
        found.iter().filter(|(_, k)| *k == MatchKind::Exact).all(|(id, _)| wanted.iter().any(|w| holds(w, id)))
    } else if let [want] = wanted.as_slice() {
        found.first().is_some_and(|(id, _)| holds(want, id))
    } else {
        wanted.iter().all(|w| found.iter().any(|(id, _)| holds(w, id)))
    };
    let shown: Vec<String> = found.iter().map(|(id, k)| format!("{id}:{}", k.as_str())).collect();
    Row {
        path: path.to_owned(),
        kind: kind.to_owned(),
        check: check.to_owned(),
        expected: expected.to_owned(),
        found: shown.join(" "),
        pass,
        by_alias,
    }
}

/// An id without "only" and "or later", and deprecated packed ids as the exception they hold.
fn canonical(id: &str) -> String {
    let packed = match id {
        "GPL-2.0-with-GCC-exception" => "GCC-exception-2.0",
        "GPL-2.0-with-autoconf-exception" => "Autoconf-exception-2.0",
        "GPL-2.0-with-bison-exception" => "Bison-exception-2.2",
        "GPL-2.0-with-classpath-exception" => "Classpath-exception-2.0",
        "GPL-2.0-with-font-exception" => "Font-exception-2.0",
        "GPL-3.0-with-GCC-exception" => "GCC-exception-3.1",
        "GPL-3.0-with-autoconf-exception" => "Autoconf-exception-3.0",
        other => other,
    };
    packed.trim_end_matches('+').trim_end_matches("-only").trim_end_matches("-or-later").to_owned()
}

fn aliases() -> Aliases {
    let text = include_str!("../license_aliases.csv");
    let lines = text.lines().skip(1).filter(|l| !l.is_empty());
    lines
        .filter_map(|l| {
            let mut fields = l.splitn(4, ',');
            Some((canonical(fields.next()?), canonical(fields.next()?), fields.next()?.to_owned()))
        })
        .collect()
}

/// Prints the table and the failing cases.
pub(crate) fn run(args: &[String]) -> anyhow::Result<()> {
    let rows = score(&crate::corpus_root())?;
    let mut table: BTreeMap<(String, String), (usize, usize, usize)> = BTreeMap::new();
    for row in &rows {
        let ai = row.expected.starts_with("LicenseRef-") && row.path.contains("modelrepos");
        let kind = if ai { "ai full".to_owned() } else { row.kind.clone() };
        let cell = table.entry((row.check.clone(), kind)).or_default();
        cell.0 += 1;
        cell.1 += usize::from(row.pass);
        cell.2 += usize::from(row.pass && row.by_alias);
    }
    println!("{:<16} {:<12} {:>6} {:>6} {:>8} {:>8}", "check", "kind", "cases", "pass", "%", "by alias");
    for ((check, kind), (all, pass, alias)) in &table {
        let tenths = pass * 1000 / all.max(&1);
        println!("{check:<16} {kind:<12} {all:>6} {pass:>6} {:>6}.{} {alias:>8}", tenths / 10, tenths % 10);
    }
    let pass = rows.iter().filter(|r| r.pass).count();
    println!("{pass} of {} pass", rows.len());
    let all = args.iter().any(|a| a == "--all");
    for row in rows.iter().filter(|r| all || !r.pass) {
        let path = row.path.trim_start_matches("cases/");
        println!(
            "{} {}/{} {path}: expected {}, found {}",
            if row.pass { "ok" } else { "FAIL" },
            row.kind,
            row.check,
            row.expected,
            row.found
        );
    }
    Ok(())
}
