//! Statements of reviewers: a file of them, each pinned to digests of what was reviewed.
//!
//! A statement whose pins no longer fit is stale: it becomes a gap and counts for nothing. What a statement means for
//! a requirement is decided by those who judge; here it is only read, and held against the release.

use crate::caps;
use candor_facts::{
    ArtifactPath, Basis, Claim, Component, Digest, Evidence, Extent, Fact, FactSheet, Files, Gap, GapReason, Listing,
    PartIndex, Place, Route, read_all, read_exact,
};
use serde::Deserialize;
use std::ops::Range;

/// The name under which reviews are found beside a release. In a listing such a file is no part of what is pinned.
pub const REVIEWS: &str = "candor-reviews.toml";

/// What a statement is pinned to.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    /// The part, from 0.
    pub part: u32,
    /// A file of it; without one, the listing is pinned.
    pub path: Option<String>,
    /// Bytes of the file; without them, all of it.
    pub bytes: Option<(u64, u64)>,
    /// SHA-256, in hexadecimal digits, of those bytes or of the listing.
    pub sha256: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    format: toml::Spanned<i64>,
    #[serde(default)]
    review: Vec<toml::Spanned<toml::Value>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Review {
    about: String,
    holds: bool,
    by: String,
    because: String,
    evidence: Option<String>,
    #[allow(dead_code, reason = "kept for people; nothing is judged by it")]
    on: Option<String>,
    pin: Vec<Pin>,
}

/// The digest of a listing without files of reviews, so that adding one leaves its own pins alone.
pub fn pinned_listing(listing: &Listing) -> Digest {
    let others = listing.entries().iter().filter(|entry| entry.path.name() != REVIEWS).cloned().collect();
    Listing::new(listing.complete, others).digest().clone()
}

/// The digest that a pin should have now.
///
/// # Errors
/// What of it cannot be found or read.
pub fn pinned(
    sheet: &FactSheet,
    files: &dyn Files,
    part: u32,
    path: Option<&str>,
    bytes: Option<(u64, u64)>,
) -> Result<Digest, String> {
    let index = PartIndex(part);
    let known = sheet.release.part(index).ok_or_else(|| format!("there is no part {part}"))?;
    let Some(path) = path else { return Ok(pinned_listing(&known.listing)) };
    let place = ArtifactPath::new(path).ok_or_else(|| format!("`{path}` is no path inside a part"))?;
    if known.listing.get(path).is_none() {
        return Err(format!("`{path}` is not there any more"));
    }
    let opened = files.open(index, &place).map_err(|error| format!("`{path}`: {error}"))?;
    let read = match bytes {
        Some((start, end)) => {
            let length = end.checked_sub(start).filter(|length| *length <= caps::REVIEWED_BYTES);
            let length = length.and_then(|length| usize::try_from(length).ok());
            let length = length.ok_or_else(|| format!("`{path}`: no such bytes"))?;
            read_exact(&*opened, start, length).map_err(|_| format!("`{path}` is shorter than it was"))?
        }
        None => match read_all(&*opened, caps::REVIEWED_BYTES) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Err(format!("`{path}` is longer than what is pinned ({} bytes)", caps::REVIEWED_BYTES)),
            Err(error) => return Err(format!("`{path}`: {error}")),
        },
    };
    Ok(Digest::of(&read))
}

/// The fact sheet with the statements of a file of reviews that is itself listed as a part of the release.
#[must_use]
pub fn review(sheet: FactSheet, files: &dyn Files, part: PartIndex, path: &ArtifactPath) -> FactSheet {
    let (mut facts, mut gaps) = (Vec::new(), Vec::new());
    let mut gap = |reason: GapReason| gaps.push(Gap { part, path: path.clone(), reason });
    let malformed = |at: usize, what: String| GapReason::Malformed { at: at as u64, what };
    let read = files.open(part, path).map_err(|error| error.to_string());
    match read.and_then(|bytes| read_all(&*bytes, caps::REVIEW_FILE_BYTES).map_err(|error| error.to_string())) {
        Err(what) => gap(GapReason::Unreachable { what }),
        Ok(None) => gap(GapReason::TooLarge { cap: caps::REVIEW_FILE_BYTES }),
        Ok(Some(bytes)) => {
            match std::str::from_utf8(&bytes).map_err(|error| (error.valid_up_to(), "not UTF-8".to_owned())) {
                Err((at, what)) => gap(malformed(at, what)),
                Ok(text) => match toml::from_str::<Raw>(text) {
                    Err(error) => {
                        gap(malformed(error.span().map_or(0, |span| span.start), error.message().replace('\n', ", ")))
                    }
                    Ok(raw) if *raw.format.get_ref() != 1 => {
                        let what = format!("reviews of format {}; this version reads format 1", raw.format.get_ref());
                        gap(malformed(raw.format.span().start, what));
                    }
                    Ok(raw) => {
                        for (number, value) in raw.review.into_iter().enumerate() {
                            let span = value.span();
                            let review = match value.into_inner().try_into::<Review>() {
                                Ok(review) => review,
                                Err(error) => {
                                    gap(malformed(
                                        span.start,
                                        format!("review {}: {}", number + 1, error.message().replace('\n', ", ")),
                                    ));
                                    continue;
                                }
                            };
                            match state(&sheet, files, &review) {
                                Ok(claim) => {
                                    facts.push(Fact::new(claim, evidence(part, path, text, span, number, &review.by)))
                                }
                                Err(reason) => gap(reason),
                            }
                        }
                    }
                },
            }
        }
    }
    sheet.with_facts(facts).with_gaps(gaps)
}

/// What a statement says, when it may be said.
fn state(sheet: &FactSheet, files: &dyn Files, review: &Review) -> Result<Claim, GapReason> {
    let about = &review.about;
    let wrong = |what: String| GapReason::Malformed { at: 0, what };
    if review.by.trim().is_empty() || review.because.trim().is_empty() {
        return Err(wrong(format!("the statement on `{about}` does not say by whom, or why")));
    }
    if review.pin.is_empty() {
        return Err(wrong(format!("the statement on `{about}` is pinned to nothing")));
    }
    for pin in &review.pin {
        let now = pinned(sheet, files, pin.part, pin.path.as_deref(), pin.bytes);
        let what = match now {
            Ok(digest) if digest.hex().eq_ignore_ascii_case(&pin.sha256) => continue,
            Ok(_) => format!("`{}` has changed", pin.path.as_deref().unwrap_or("the listing")),
            Err(what) => what,
        };
        return Err(GapReason::Stale {
            what: format!("the statement of {} on `{about}`: {what}; review it again", review.by),
        });
    }
    if let Some(component) = Component::parse(about) {
        if !review.holds {
            return Err(wrong(format!(
                "`{about}`: that something does not exist cannot be attested; attest a requirement instead"
            )));
        }
        return Ok(Claim::Provides { component, extent: Extent::Whole, target: review.evidence.clone() });
    }
    Ok(Claim::Reviewed {
        requirement: about.clone(),
        holds: review.holds,
        because: review.because.clone(),
        url: review.evidence.clone(),
    })
}

fn evidence(part: PartIndex, path: &ArtifactPath, text: &str, span: Range<usize>, number: usize, by: &str) -> Evidence {
    let bytes = text.as_bytes().get(span.clone()).unwrap_or_default();
    let line = 1 + text.get(..span.start).unwrap_or_default().matches('\n').count();
    let place = Place::Span {
        part,
        path: path.clone(),
        start: span.start as u64,
        end: span.end as u64,
        line: u32::try_from(line).unwrap_or(u32::MAX),
        digest: Digest::of(bytes),
        route: Some(Route(format!("review {}", number + 1))),
    };
    Evidence { basis: Basis::Attested { by: by.to_owned() }, place }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::fixture;
    use expect_test::{Expect, expect};

    /// What statements say of a release of one card, `hello`.
    fn check(reviews: &str, expected: Expect) {
        let digest = Digest::of(b"hello");
        let reviews = reviews.replace("HELLO", digest.hex());
        let fixture = fixture(&format!("//- README.md\nhello\n//= document\n//- r.toml\n{reviews}\n"));
        let sheet = FactSheet::new(fixture.release.clone(), Vec::new(), Vec::new(), Vec::new());
        let path = ArtifactPath::new("r.toml").expect("path");
        let sheet = review(sheet, &fixture, PartIndex(1), &path);
        let mut text = String::new();
        for (_, fact) in sheet.facts() {
            text.push_str(&format!(
                "{} {}\n",
                fact.evidence.basis.as_str(),
                serde_json::to_string(&fact.claim).expect("JSON")
            ));
        }
        for gap in sheet.gaps() {
            text.push_str(&format!("gap: {}\n", gap.reason));
        }
        expected.assert_eq(&text);
    }

    #[test]
    fn statements_are_read_and_held_against_the_release() {
        let pinned = "pin = [{ part = 0, path = \"README.md\", sha256 = \"HELLO\" }]";
        check(
            &format!("format = 1\n[[review]]\nabout = \"x.y\"\nholds = false\nby = \"A\"\nbecause = \"so\"\n{pinned}"),
            expect![[r#"
                attested {"claim":"reviewed","requirement":"x.y","holds":false,"because":"so"}
            "#]],
        );
        check(
            &format!(
                "format = 1\n[[review]]\nabout = \"data.sft\"\nholds = true\nby = \"A\"\nbecause = \"so\"\nevidence = \"u\"\n{pinned}"
            ),
            expect![[r#"
                attested {"claim":"provides","component":"data.sft","extent":"whole","target":"u"}
            "#]],
        );
        let stale = "pin = [{ part = 0, path = \"README.md\", bytes = [0, 2], sha256 = \"HELLO\" }]";
        check(
            &format!("format = 1\n[[review]]\nabout = \"x.y\"\nholds = true\nby = \"A\"\nbecause = \"so\"\n{stale}"),
            expect![[r#"
                gap: stale: the statement of A on `x.y`: `README.md` has changed; review it again
            "#]],
        );
        check(
            "format = 1\n[[review]]\nabout = \"x.y\"\nholds = true\nby = \"A\"\nbecause = \"so\"\npin = []",
            expect![[r#"
                gap: malformed at byte 0: the statement on `x.y` is pinned to nothing
            "#]],
        );
        check(
            "format = 2",
            expect![[r#"
                gap: malformed at byte 9: reviews of format 2; this version reads format 1
            "#]],
        );
        check(
            "format = 1\n[[review]]\nabout = 3",
            expect![[r#"
                gap: malformed at byte 11: review 1: invalid type: integer `3`, expected a string
            "#]],
        );
    }
}
