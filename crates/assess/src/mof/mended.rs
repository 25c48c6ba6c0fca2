//! Components as the framework means them: licences in any spelling, expressions, several licences, contained
//! documents; names that are no components are refused. Each departure from the Model Openness Tool keeps its reason.

use super::components::{COMPONENTS, Component, Kind, PAPER, REPORT, named};
use super::mot::NONE;
use super::record::{Entry, Record, meant, quoted};
use super::{Fault, Judged, RecordError, Status, table};
use candor_license::{Expression, Freedom, Grant, How, LicenseId, grants, license, resolve};

/// Judge the components in the order of `COMPONENTS`.
pub(super) fn judge(record: &Record) -> Result<Vec<Judged>, RecordError> {
    let mut faults = Vec::new();
    let mut declared: Vec<Vec<&Entry>> = vec![Vec::new(); COMPONENTS.len()];
    for entry in &record.entries {
        match named(&entry.name).and_then(|at| declared.get_mut(at)) {
            Some(slot) => slot.push(entry),
            None => faults.push(entry.misnamed()),
        }
    }
    for entry in &record.entries {
        faults.extend(entry.contained_in.as_deref().and_then(|name| misplaced(entry, name, &declared)));
    }
    RecordError::none_or(faults)?;
    let mut judged: Vec<Judged> = COMPONENTS
        .iter()
        .zip(&declared)
        .map(|(component, entries)| one(record, component, entries, &declared))
        .collect();
    let status = |judged: &[Judged], at: usize| judged.get(at).map(|one| one.status);
    if let Some(paper) = status(&judged, PAPER).filter(|paper| paper.declared())
        && let Some(report) = judged.get_mut(REPORT).filter(|report| report.status == Status::Missing)
    {
        if paper == Status::Included {
            report.status = Status::Waived;
        } else {
            report.reasons.push("only a paper under an open licence can stand in for the report".to_owned());
        }
    }
    Ok(judged)
}

/// What is wrong with `contained_in`.
fn misplaced(entry: &Entry, name: &str, declared: &[Vec<&Entry>]) -> Option<Fault> {
    let Some(at) = named(name) else {
        let what = format!("`contained_in` names no component: there is no `{}`; {}", quoted(name), meant(name));
        return Some(entry.fault(what));
    };
    let holders = declared.get(at).map_or(&[][..], Vec::as_slice);
    let what = if COMPONENTS.get(at).is_none_or(|holder| holder.kind != Kind::Document) {
        format!("`contained_in: {name}`: that is no document; name the document that this is part of")
    } else if holders.is_empty() {
        format!("`contained_in: {name}`: the record does not declare that component; declare it, or drop the key")
    } else if holders.iter().any(|holder| holder.contained_in.is_some()) {
        format!("`contained_in: {name}`: that is part of another document itself; name the outermost one")
    } else {
        return None;
    };
    Some(entry.fault(what))
}

/// One licence as understood.
enum Word {
    /// The text says that the component is not there.
    Absent,
    /// No licence is given.
    None,
    /// A licence, and whether it is open.
    Named { text: String, expression: Option<Expression>, open: bool },
}

fn one(record: &Record, component: &'static Component, entries: &[&Entry], declared: &[Vec<&Entry>]) -> Judged {
    let mut reasons = Vec::new();
    let mut words = Vec::new();
    for entry in entries {
        let texts = written(record, component.kind, entry, declared, &mut reasons);
        if texts.len() > 1 {
            reasons.push("a list of licences: all of them apply; the tool refuses lists".to_owned());
        }
        let read: Vec<Word> = texts.iter().map(|text| word(text, component.kind, &mut reasons)).collect();
        words.extend(if read.is_empty() { vec![Word::None] } else { read });
    }
    if entries.len() > 1 {
        reasons.push("declared more than once: the licences of all entries apply; the tool keeps the last".to_owned());
    }
    reasons.dedup();
    let all_absent = words.iter().all(|word| matches!(word, Word::Absent));
    words.retain(|word| !matches!(word, Word::Absent));
    let mut judged = if all_absent {
        Judged::undeclared(component)
    } else if words.iter().any(|word| matches!(word, Word::None)) {
        Judged::unlicensed(component, NONE)
    } else {
        let open = words.iter().all(|word| matches!(word, Word::Named { open: true, .. }));
        Judged::licensed(component, joined(words), open, None)
    };
    judged.reasons = reasons;
    judged
}

/// The licences that an entry comes under: its own, those of the document that it is part of, the inherited ones.
fn written<'r>(
    record: &'r Record,
    kind: Kind,
    entry: &'r Entry,
    declared: &[Vec<&'r Entry>],
    reasons: &mut Vec<String>,
) -> Vec<&'r str> {
    let texts = |list: &'r [String]| list.iter().map(String::as_str).collect::<Vec<_>>();
    if let Some(own) = &entry.licenses {
        return texts(own);
    }
    let holder = entry.contained_in.as_deref().and_then(named);
    let Some((at, name)) = holder.and_then(|at| Some((at, COMPONENTS.get(at)?.name))) else {
        return texts(record.inherited(kind));
    };
    reasons.push(format!("it is part of `{name}` and comes under its licence; the tool does not know `contained_in`"));
    let holders = declared.get(at).map_or(&[][..], Vec::as_slice);
    let own =
        |holder: &&'r Entry| texts(holder.licenses.as_deref().unwrap_or_else(|| record.inherited(Kind::Document)));
    holders.iter().flat_map(own).collect()
}

/// All of several licences, as one text.
fn joined(words: Vec<Word>) -> String {
    let mut texts: Vec<String> = Vec::new();
    let mut expressions = Vec::new();
    for word in words {
        let Word::Named { text, expression, .. } = word else { continue };
        if !texts.contains(&text) {
            texts.push(text);
            expressions.push(expression);
        }
    }
    if let [only] = &*texts {
        return only.clone();
    }
    let expressions: Option<Vec<Expression>> = expressions.into_iter().collect();
    match expressions.and_then(Expression::all) {
        Some(expression) => expression.to_string(),
        None => texts.join(" AND "),
    }
}

/// Words with which records say that a component is not published.
const ABSENT: &[&str] = &["not include", "not released", "not published", "not provided", "not available"];
/// Longer texts may say it of something else. Words.
const SHORT: usize = 5;
/// Words that name no licence and yet say that there are terms.
const TERMS: &[&str] = &["other", "custom", "proprietary", "see license file"];

fn word(written: &str, kind: Kind, reasons: &mut Vec<String>) -> Word {
    let lower = written.trim().to_lowercase();
    if lower.is_empty() || lower == NONE {
        if written != NONE && !written.is_empty() {
            reasons.push(format!("`{}` says that there is no licence; the tool takes it for one", quoted(written)));
        }
        return Word::None;
    }
    if lower.split_whitespace().count() <= SHORT && ABSENT.iter().any(|words| lower.contains(words)) {
        reasons.push(format!("`{}` says that it is not there; the tool takes it for a licence", quoted(written)));
        return Word::Absent;
    }
    let declared = resolve(written);
    let Some(expression) = declared.expression else {
        if declared.how == How::Unstated && !TERMS.contains(&lower.as_str()) {
            reasons.push(format!("`{}` names no licence; the tool takes it for one", quoted(written)));
            return Word::None;
        }
        return Word::Named { text: written.to_owned(), expression: None, open: false };
    };
    let text = expression.to_string();
    // GNU ids without `-only` say the same thing: what the record writes is kept where the tool knows it.
    let known = table::known(written).is_some_and(|known| known.open());
    let text = if known { written.to_owned() } else { text };
    if !matches!(expression, Expression::Id(_)) {
        reasons.push(format!("`{}` is an expression of several; the tool takes one id", quoted(written)));
    } else if text != written {
        reasons.push(format!(
            "`{}` is read as {text}: {}; the tool compares letter by letter",
            quoted(written),
            declared.reason
        ));
    }
    let open = known || is_open(&expression, kind, reasons);
    Word::Named { text, expression: Some(expression), open }
}

/// Whether an expression is open for a kind of component.
pub(crate) fn accepts(expression: &Expression, kind: Kind) -> bool {
    is_open(expression, kind, &mut Vec::new())
}

/// Whether an expression is open: `AND` needs all, `OR` one, and an exception only adds.
fn is_open(expression: &Expression, kind: Kind, reasons: &mut Vec<String>) -> bool {
    match expression {
        Expression::Id(id) => match openness(id, kind) {
            Some(Some(why)) => {
                reasons.push(format!("{id} is open: {why}; the tool does not count it"));
                true
            }
            Some(None) => true,
            None => false,
        },
        Expression::With(inner, _) => is_open(inner, kind, reasons),
        Expression::And(parts) => parts.iter().all(|part| is_open(part, kind, reasons)),
        Expression::Or(parts) => parts.iter().any(|part| is_open(part, kind, reasons)),
    }
}

/// Whether a licence is open, and the reason where it is so by more than the tool's table.
fn openness(id: &LicenseId, kind: Kind) -> Option<Option<&'static str>> {
    let known = table::known(id.as_str());
    if known.is_some_and(|known| known.open()) {
        return Some(None);
    }
    let license = license(id)?;
    let expression = Expression::Id(id.clone());
    let granted = || Freedom::ALL.iter().all(|freedom| grants(&expression, *freedom) == Grant::Granted);
    if license.osi {
        Some(Some("the OSI approved it"))
    } else if license.fsf == Some(true) {
        Some(Some("the FSF counts it as free"))
    } else if license.open_definition == Some(true) {
        Some(Some("it conforms to the Open Definition"))
    } else if known.is_some_and(|known| known.fits(kind)) && granted() {
        Some(Some("the framework lists it for this kind of component, and it grants the four freedoms"))
    } else {
        None
    }
}
