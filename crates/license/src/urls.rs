//! Addresses that name a licence.

use crate::catalogue::catalogue;
use crate::expression::LicenseId;

/// The licence an address names, if it is one of the well-known ones. A file in somebody's repository names
/// nothing: its text must be read.
pub(crate) fn license_of(url: &str) -> Option<LicenseId> {
    let lower = url.trim().trim_matches(|c: char| "<>()[]\"'.,;".contains(c)).to_ascii_lowercase();
    let rest = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://")).unwrap_or(&lower);
    let rest = rest.strip_prefix("www.").unwrap_or(rest);
    let rest = rest.split(['#', '?']).next().unwrap_or(rest);
    let rest = rest.trim_end_matches('/');
    // One publisher's page that holds one text.
    if rest.trim_end_matches('/') == "developers.google.com/open-source/licenses/bsd" {
        return LicenseId::parse("BSD-3-Clause");
    }
    if let Some(path) = rest.strip_prefix("creativecommons.org/") {
        return creative_commons(path);
    }
    for host in
        ["opensource.org/licenses/", "opensource.org/license/", "spdx.org/licenses/", "choosealicense.com/licenses/"]
    {
        if let Some(name) = rest.strip_prefix(host) {
            return listed(name);
        }
    }
    if let Some(path) = rest.strip_prefix("gnu.org/").or_else(|| rest.strip_prefix("fsf.org/")) {
        return gnu(path);
    }
    let urls = &catalogue().urls;
    let known = urls.iter().filter(|(prefix, _)| starts_at_boundary(rest, prefix)).max_by_key(|(p, _)| p.len())?;
    LicenseId::parse(known.1)
}

fn starts_at_boundary(rest: &str, prefix: &str) -> bool {
    rest.strip_prefix(prefix)
        .is_some_and(|after| after.is_empty() || after.starts_with(['/', '.', '-']) || prefix.ends_with('/'))
}

/// A page named after an id of the list, with or without a file ending.
fn listed(name: &str) -> Option<LicenseId> {
    let name =
        name.trim_end_matches(".php").trim_end_matches(".html").trim_end_matches(".txt").trim_end_matches(".json");
    let id = match name {
        "mit-license" | "mit" => "MIT",
        "bsd-license" | "bsd-2-clause" | "bsd-license.php" => "BSD-2-Clause",
        "apache2.0" | "apache-2.0" | "apache-2-0" => "Apache-2.0",
        "gpl-2-0" => "GPL-2.0-only",
        "gpl-3-0" => "GPL-3.0-only",
        "lgpl-2-1" => "LGPL-2.1-only",
        "lgpl-3-0" => "LGPL-3.0-only",
        "agpl-3-0" | "agpl-v3" => "AGPL-3.0-only",
        "mpl-2-0" => "MPL-2.0",
        "bsd-3-clause" => "BSD-3-Clause",
        "isc-license" | "isc-license-txt" | "isc" => "ISC",
        other => other,
    };
    LicenseId::parse(id)
}

/// `licenses/by-nc-sa/3.0/de`, `publicdomain/zero/1.0`.
fn creative_commons(path: &str) -> Option<LicenseId> {
    let mut parts = path.split('/');
    let (area, code, version) = (parts.next()?, parts.next()?, parts.next()?);
    let port = parts.next().filter(|p| p.len() == 2 || *p == "igo").map(str::to_ascii_uppercase);
    let base = match (area, code) {
        ("publicdomain", "zero") => format!("CC0-{version}"),
        ("publicdomain", "mark") => format!("CC-PDM-{version}"),
        ("licenses", code) => format!("CC-{code}-{version}").to_ascii_uppercase(),
        _ => return None,
    };
    let ported = port.and_then(|p| LicenseId::parse(&format!("{base}-{p}")));
    ported.or_else(|| LicenseId::parse(&base))
}

/// `licenses/gpl-3.0.html`, `licenses/old-licenses/lgpl-2.1.txt`, `copyleft/gpl.html` (no version: nothing).
fn gnu(path: &str) -> Option<LicenseId> {
    let name = path.rsplit('/').next()?;
    let name = name.split_once(".html").or_else(|| name.split_once(".txt")).map_or(name, |(n, _)| n);
    let name = name.trim_end_matches(".en").trim_end_matches("-standalone");
    LicenseId::parse(name).or_else(|| LicenseId::parse(&format!("{name}.0")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (url, id) in [
            ("https://creativecommons.org/licenses/by-nc-sa/3.0/de/", "CC-BY-NC-SA-3.0-DE"),
            ("http://creativecommons.org/licenses/by/4.0", "CC-BY-4.0"),
            ("https://creativecommons.org/publicdomain/zero/1.0/legalcode", "CC0-1.0"),
            ("https://www.gnu.org/licenses/gpl-3.0.html", "GPL-3.0-only"),
            ("https://www.gnu.org/licenses/old-licenses/lgpl-2.1.en.html", "LGPL-2.1-only"),
            ("https://opensource.org/licenses/BSD-3-Clause", "BSD-3-Clause"),
            ("http://www.apache.org/licenses/LICENSE-2.0.txt", "Apache-2.0"),
        ] {
            assert_eq!(license_of(url).map(|i| i.to_string()).as_deref(), Some(id), "{url}");
        }
        assert_eq!(license_of("https://huggingface.co/acme/model/blob/main/LICENSE"), None);
        assert_eq!(license_of("https://www.gnu.org/copyleft/gpl.html"), None);
    }
}
