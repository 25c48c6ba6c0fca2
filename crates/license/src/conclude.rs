//! Puts texts and notices together: the matches in order, and the expression concluded from them.

use std::ops::Range;

use crate::bodies::Body;
use crate::expression::{Expression, LicenseId};
use crate::fingerprint::Role;
use crate::identify::{Match, MatchKind};
use crate::notices::Notice;

/// A match with what orders it.
struct Ranked {
    found: Match,
    /// Its class (lower is better), then how much speaks for it.
    rank: (u8, std::cmp::Reverse<usize>),
    expression: Option<Expression>,
    choice: bool,
}

/// One text found, as it will be shown.
pub(crate) struct Text<'a> {
    pub(crate) body: &'a Body,
    pub(crate) found: Match,
}

/// Orders matches and concludes an expression.
pub(crate) fn conclude(texts: Vec<Text<'_>>, notices: Vec<Notice>) -> (Option<Expression>, Vec<Match>) {
    let mut ranked: Vec<Ranked> = Vec::new();
    let whole_texts = texts.iter().any(|t| t.found.kind != MatchKind::Notice);
    for text in texts {
        ranked.push(rank_text(text));
    }
    let named: Vec<Notice> = merge(notices);
    for notice in named {
        add_notice(&mut ranked, notice, whole_texts);
    }
    combine_exceptions(&mut ranked);
    ranked.sort_by_key(|r| (r.rank, r.found.bytes.start));
    let mut all = Vec::new();
    let mut any = Vec::new();
    for r in &ranked {
        match &r.expression {
            Some(e) if r.choice => any.push(e.clone()),
            Some(e) => all.push(e.clone()),
            None => {}
        }
    }
    all.extend(Expression::any(any));
    (Expression::all(all), ranked.into_iter().map(|r| r.found).collect())
}

fn rank_text(text: Text<'_>) -> Ranked {
    let Text { body, found } = text;
    let weight = std::cmp::Reverse(body.difference.matched);
    let class = match (body.document.role, found.kind) {
        (Role::Exception, _) => 3,
        (_, MatchKind::Exact) => 0,
        (_, MatchKind::Modified) if body.coverage() >= 60 => 1,
        (_, MatchKind::Notice) => 2,
        _ => 4,
    };
    let expression = match (body.document.role, found.kind) {
        (Role::Exception, _) => None,
        (_, MatchKind::Modified) => Some(Expression::Id(found.id.modified())),
        _ => Some(Expression::Id(found.id.clone())),
    };
    Ranked { found, rank: (class, weight), expression, choice: false }
}

/// The same licence named several times counts once, where it is surest.
fn merge(notices: Vec<Notice>) -> Vec<Notice> {
    let mut kept: Vec<Notice> = Vec::new();
    let mut sorted = notices;
    sorted.sort_by_key(|n| (std::cmp::Reverse(n.strength), n.bytes.start));
    for notice in sorted {
        match kept.iter_mut().find(|k| same(&k.expression, &notice.expression)) {
            Some(k) => {
                k.grants |= notice.grants;
                k.choice |= notice.choice;
            }
            None => {
                // A version says more than the family alone.
                let vague = notice.strength % 20 == 0 && matches!(notice.strength, 40 | 10);
                let family = |e: &Expression| e.ids().next().map(|i| stem(i).to_owned());
                if vague && kept.iter().any(|k| family(&k.expression) == family(&notice.expression)) {
                    continue;
                }
                kept.push(notice);
            }
        }
    }
    kept
}

/// "GPL" of "GPL-2.0-only".
fn stem(id: &LicenseId) -> &str {
    id.as_str().split('-').next().unwrap_or_default()
}

fn base(id: &LicenseId) -> &str {
    let id = id.as_str();
    id.strip_suffix("-only").or_else(|| id.strip_suffix("-or-later")).unwrap_or(id)
}

fn same(a: &Expression, b: &Expression) -> bool {
    match (a, b) {
        (Expression::Id(a), Expression::Id(b)) => base(a) == base(b),
        _ => a == b,
    }
}

fn add_notice(ranked: &mut Vec<Ranked>, notice: Notice, whole_texts: bool) {
    let ids: Vec<LicenseId> = notice.ids().cloned().collect();
    let known = |r: &Ranked| ids.iter().all(|i| base(i) == base(&r.found.id));
    if let Some(r) = ranked.iter_mut().find(|r| known(r) && r.found.kind != MatchKind::Mention) {
        // The text is here; the notice may say that later versions are allowed too.
        if let (Some(id), true) = (ids.first(), r.found.kind != MatchKind::Modified)
            && id.as_str().ends_with("-or-later")
            && notice.grants
        {
            r.found.id = id.clone();
            r.expression = Some(Expression::Id(id.clone()));
        }
        r.choice |= notice.choice;
        return;
    }
    let kind = if notice.grants { MatchKind::Notice } else { MatchKind::Mention };
    // Beside a licence text, other licences named in passing say nothing about this one.
    let counts = notice.grants && (notice.strength >= 80 || !whole_texts);
    let class = match kind {
        MatchKind::Notice if notice.strength >= 80 => 2,
        MatchKind::Notice => 3,
        _ => 5,
    };
    let rank = (class, std::cmp::Reverse(usize::from(notice.strength)));
    let exception = ids.iter().any(|i| spdx::exception_id(i.as_str()).is_some());
    let mut expression = (counts && !exception).then(|| notice.expression.clone());
    for id in ids {
        let found = Match { id, kind, bytes: notice.bytes.clone(), residue: Vec::new(), missing: 0 };
        ranked.push(Ranked { found, rank, expression: expression.take(), choice: notice.choice });
    }
}

/// A licence and an exception to it, and SPDX's name for the pair where it has one.
fn combine_exceptions(ranked: &mut Vec<Ranked>) {
    const PAIRS: &[(&str, &str, &str)] = &[
        ("GPL-2.0", "GCC-exception-2.0", "GPL-2.0-with-GCC-exception"),
        ("GPL-2.0", "GPL-2.0-with-GCC-exception", "GPL-2.0-with-GCC-exception"),
        ("GPL-2.0", "Autoconf-exception-2.0", "GPL-2.0-with-autoconf-exception"),
        ("GPL-2.0", "Autoconf-exception-generic", "GPL-2.0-with-autoconf-exception"),
        ("GPL-2.0", "GPL-2.0-with-autoconf-exception", "GPL-2.0-with-autoconf-exception"),
        ("GPL-2.0", "Bison-exception-2.2", "GPL-2.0-with-bison-exception"),
        ("GPL-2.0", "GPL-2.0-with-bison-exception", "GPL-2.0-with-bison-exception"),
        ("GPL-2.0", "Classpath-exception-2.0", "GPL-2.0-with-classpath-exception"),
        ("GPL-2.0", "GPL-2.0-with-classpath-exception", "GPL-2.0-with-classpath-exception"),
        ("GPL-2.0", "Font-exception-2.0", "GPL-2.0-with-font-exception"),
        ("GPL-2.0", "GPL-2.0-with-font-exception", "GPL-2.0-with-font-exception"),
        ("GPL-3.0", "GCC-exception-3.1", "GPL-3.0-with-GCC-exception"),
        ("GPL-3.0", "Autoconf-exception-3.0", "GPL-3.0-with-autoconf-exception"),
        ("GPL-3.0", "Autoconf-exception-generic-3.0", "GPL-3.0-with-autoconf-exception"),
    ];
    if !ranked.iter().any(|r| r.found.id.as_str().contains("GPL")) {
        return;
    }
    for (licence, exception, pair) in PAIRS {
        let at = |ranked: &[Ranked], name: &str| {
            ranked.iter().position(|r| base(&r.found.id) == name && r.found.kind != MatchKind::Mention)
        };
        let (Some(l), Some(e)) = (at(ranked, licence), at(ranked, exception)) else {
            continue;
        };
        let (Some(text), Some(addition)) = (ranked.get(l), ranked.get(e)) else {
            continue;
        };
        let span = join(&text.found.bytes, &addition.found.bytes);
        let exact = text.found.kind == MatchKind::Exact && addition.found.kind == MatchKind::Exact;
        let kind = match (exact, text.found.kind) {
            (true, _) => MatchKind::Exact,
            (_, MatchKind::Notice) => MatchKind::Notice,
            _ => MatchKind::Modified,
        };
        let mut residue = text.found.residue.clone();
        residue.extend(addition.found.residue.iter().cloned());
        let missing = text.found.missing + addition.found.missing;
        let found = Match { id: LicenseId::known(pair), kind, bytes: span, residue, missing };
        let with = addition.found.id.as_str().to_owned();
        let with = Expression::parse(pair)
            .ok()
            .filter(|_| with == *pair)
            .and_then(|e| match e {
                Expression::With(_, exception) => Some(exception),
                _ => None,
            })
            .unwrap_or(with);
        let rank = (0, std::cmp::Reverse(usize::MAX));
        if let Some(r) = ranked.get_mut(e) {
            r.expression = None;
        }
        if let Some(r) = ranked.get_mut(l)
            && let Some(Expression::Id(id)) = r.expression.clone()
        {
            r.expression = Some(Expression::With(Box::new(Expression::Id(id)), with));
        }
        ranked.push(Ranked { found, rank, expression: None, choice: false });
        return;
    }
    // Other exceptions stand beside the licence they add to.
    let exception = ranked
        .iter()
        .find(|r| r.rank.0 == 3 && spdx::exception_id(r.found.id.as_str()).is_some())
        .map(|r| r.found.id.to_string());
    if let Some(exception) = exception
        && let Some(r) = ranked
            .iter_mut()
            .find(|r| r.found.id.as_str().contains("GPL") && matches!(r.expression, Some(Expression::Id(_))))
        && let Some(Expression::Id(id)) = r.expression.clone()
    {
        r.expression = Some(Expression::With(Box::new(Expression::Id(id)), exception));
    }
}

fn join(a: &Range<usize>, b: &Range<usize>) -> Range<usize> {
    a.start.min(b.start)..a.end.max(b.end)
}
