//! Where a place can be looked at by others: addresses at the revision, for the platforms whose addresses are known.

use crate::safe;
use candor_facts::{Evidence, FactSheet, Part, Place};

/// The address of a place, at the revision that was read. `None` where no revision fixes it or the platform is
/// not known.
pub(crate) fn place(sheet: &FactSheet, evidence: &Evidence) -> Option<String> {
    let part = sheet.release.part(evidence.place.part())?;
    match &evidence.place {
        Place::Span { path, line, .. } => {
            let line = if *line > 0 { format!("#L{line}") } else { String::new() };
            Some(format!("{}{line}", file(part, path.as_str())?))
        }
        Place::Listed { path, .. } => file(part, path.as_str()),
        Place::Absent { .. } => folder(part),
    }
}

/// The address of a file.
pub(crate) fn file(part: &Part, path: &str) -> Option<String> {
    Some(format!("{}/blob/{}/{}", repository(part.locator.as_deref()?)?, revision(part)?, safe::address(path)))
}

/// The address of what a part lists.
pub(crate) fn folder(part: &Part) -> Option<String> {
    Some(format!("{}/tree/{}", repository(part.locator.as_deref()?)?, revision(part)?))
}

/// The address of a repository.
pub(crate) fn repository(locator: &str) -> Option<String> {
    let (platform, rest) = locator.split_once(':')?;
    let name = rest.split_once('@').map_or(rest, |(name, _)| name);
    let root = match platform {
        "hf" => "https://huggingface.co",
        "github" => "https://github.com",
        _ => return None,
    };
    let segments = name.split('/').count();
    let wanted = if platform == "hf" && name.starts_with("datasets/") { 3 } else { 2 };
    let fine = |segment: &str| {
        !segment.is_empty() && segment.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
    };
    (segments == wanted && name.split('/').all(fine)).then(|| format!("{root}/{name}"))
}

fn revision(part: &Part) -> Option<&str> {
    let fine = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    part.revision.as_deref().filter(|revision| !revision.is_empty() && revision.bytes().all(fine))
}

#[cfg(test)]
mod tests {
    #[test]
    fn only_known_platforms_have_addresses() {
        for (locator, expected) in [
            ("hf:a/b", Some("https://huggingface.co/a/b")),
            ("hf:datasets/a/b", Some("https://huggingface.co/datasets/a/b")),
            ("github:a/b@v1", Some("https://github.com/a/b")),
            ("hf:a", None),
            ("hf:a/b/c", None),
            ("github:a/<b>", None),
            ("javascript:a/b", None),
            ("./a", None),
        ] {
            assert_eq!(super::repository(locator).as_deref(), expected, "{locator}");
        }
    }
}
