//! Addresses: their origin, what a redirect leads to, how they are shown.

use ureq::http::Uri;

/// `scheme://host:port`, with the port written out: what a token is for.
pub(crate) fn origin(address: &str) -> Option<String> {
    let uri: Uri = address.parse().ok()?;
    let scheme = uri.scheme_str()?.to_ascii_lowercase();
    let default = match scheme.as_str() {
        "https" => 443,
        "http" => 80,
        _ => return None,
    };
    let host = uri.host().filter(|host| !host.is_empty())?.to_ascii_lowercase();
    // A name and password in an address would be shown wherever the address is.
    let plain = !uri.authority()?.as_str().contains('@');
    plain.then(|| format!("{scheme}://{host}:{}", uri.port_u16().unwrap_or(default)))
}

/// Where a redirect leads, or why it is not followed.
pub(crate) fn redirected(from: &str, location: &str) -> Result<String, &'static str> {
    let location = location.trim();
    let scheme = from.split_once("://").map_or("https", |(scheme, _)| scheme);
    let start = origin(from).ok_or("from an address that is none")?;
    let target = if location.contains("://") && !location.starts_with('/') {
        location.to_owned()
    } else if location.starts_with("//") {
        format!("{scheme}:{location}")
    } else {
        let authority = from.split_once("://").map_or(from, |(_, rest)| rest);
        let (authority, path) = authority.split_once('/').unwrap_or((authority, ""));
        let path = path.split(['?', '#']).next().unwrap_or_default();
        match location.strip_prefix('/') {
            Some(absolute) => format!("{scheme}://{authority}/{absolute}"),
            None => {
                let folder = path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
                format!("{scheme}://{authority}/{folder}{location}")
            }
        }
    };
    let target = target.split('#').next().unwrap_or_default().to_owned();
    let end = origin(&target).ok_or("to an address that is none, or of a kind that is not followed")?;
    if start.starts_with("https:") && !end.starts_with("https:") {
        return Err("from a secured connection to one that is not");
    }
    if is_inside(&end) && !is_inside(&start) {
        return Err("from outside into a private network");
    }
    Ok(target)
}

/// Whether an origin is written as an address of this machine or of a private network.
fn is_inside(origin: &str) -> bool {
    let host = origin.split_once("://").map_or(origin, |(_, rest)| rest);
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host).trim_matches(['[', ']']);
    match host.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(ip)) => {
            ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_unspecified()
        }
        Ok(std::net::IpAddr::V6(ip)) => {
            ip.is_loopback()
                || ip.is_unspecified()
                || (ip.segments()[0] & 0xfe00) == 0xfc00
                || ip.segments()[0] == 0xfe80
        }
        Err(_) => host == "localhost" || host.ends_with(".localhost"),
    }
}

/// How an address is shown: without its query, in which signatures stand, and without names and passwords.
pub(crate) fn shown(address: &str) -> String {
    let bare = address.split(['?', '#']).next().unwrap_or_default();
    match bare.split_once("://") {
        Some((scheme, rest)) => {
            let (authority, path) = rest.split_once('/').map_or((rest, ""), |(authority, path)| (authority, path));
            let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
            if path.is_empty() { format!("{scheme}://{host}") } else { format!("{scheme}://{host}/{path}") }
        }
        None => bare.to_owned(),
    }
}

/// A text as one or more segments of a path; `/` stays where `keep_slash` says so.
pub(crate) fn encode(text: &str, keep_slash: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') || byte == b'/' && keep_slash {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// The address of the next page: `Link: <…>; rel="next"`.
pub(crate) fn next_page(link: &str) -> Option<&str> {
    link.split('<').skip(1).find_map(|entry| {
        let (address, parameters) = entry.split_once('>')?;
        let parameters = parameters.replace(' ', "").to_ascii_lowercase();
        let next = parameters.split([';', ',']).any(|word| word == "rel=\"next\"" || word == "rel=next");
        next.then_some(address)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins() {
        for (address, expected) in [
            ("https://Host/a?b", Some("https://host:443")),
            ("http://127.0.0.1:8080", Some("http://127.0.0.1:8080")),
            ("http://[::1]:8/x", Some("http://[::1]:8")),
            ("ftp://host/", None),
            ("https://user:pass@host/", None),
            ("/path", None),
            ("", None),
        ] {
            assert_eq!(origin(address).as_deref(), expected, "{address}");
        }
    }

    #[test]
    fn redirects() {
        for (from, location, expected) in [
            ("https://h/a/b?x=1", "/c", Ok("https://h/c")),
            ("https://h/a/b?x=1", "c?d", Ok("https://h/a/c?d")),
            ("https://h/a", "//other/c#f", Ok("https://other/c")),
            ("https://h/a", "https://cdn/x?sig=1", Ok("https://cdn/x?sig=1")),
            ("https://h/a", "http://h/a", Err("from a secured connection to one that is not")),
            ("https://h/a", "https://127.0.0.1/a", Err("from outside into a private network")),
            ("https://h/a", "https://[fd00::1]/a", Err("from outside into a private network")),
            ("http://127.0.0.1:1/a", "http://127.0.0.1:2/a", Ok("http://127.0.0.1:2/a")),
            ("https://h/a", "file:///etc/passwd", Err("to an address that is none, or of a kind that is not followed")),
            ("https://h/a", "https://u:p@other/", Err("to an address that is none, or of a kind that is not followed")),
        ] {
            assert_eq!(redirected(from, location), expected.map(str::to_owned), "{location}");
        }
    }

    #[test]
    fn nothing_secret_is_shown() {
        assert_eq!(shown("https://u:p@h/a/b?X-Signature=1#f"), "https://h/a/b");
        assert_eq!(shown("https://h?token=1"), "https://h");
    }

    #[test]
    fn encoding_and_pages() {
        assert_eq!(encode("a b/é#?.md", true), "a%20b/%C3%A9%23%3F.md");
        assert_eq!(encode("refs/pr/1", false), "refs%2Fpr%2F1");
        assert_eq!(next_page("<https://h/x?cursor=a>; rel=\"next\""), Some("https://h/x?cursor=a"));
        assert_eq!(next_page("<https://h/1>; rel=\"prev\", <https://h/2>; rel=\"next\""), Some("https://h/2"));
        assert_eq!(next_page("<https://h/1>; rel=\"last\""), None);
        assert_eq!(next_page("rel=next"), None);
    }
}
