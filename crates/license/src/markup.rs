//! Tags and entities of HTML, found in HTML files and inside Markdown.
//!
//! Only names on the list are tags, so that `<year>` of a template stays text. Nothing a reader sees is
//! dropped; style sheets, scripts and comments are, which no reader sees.

/// A tag found.
pub(crate) struct Tag {
    /// Its bytes.
    pub(crate) length: usize,
    /// Whether a new line starts with it.
    pub(crate) breaks: bool,
}

const INLINE: &[&str] = &[
    "a", "abbr", "acronym", "b", "big", "cite", "code", "em", "font", "i", "img", "ins", "kbd", "mark", "q", "s",
    "small", "span", "strong", "strike", "sub", "sup", "tt", "u", "var", "wbr", "input", "label", "o:p", "nobr",
];

const BLOCK: &[&str] = &[
    "address", "article", "aside", "base", "blockquote", "body", "br", "button", "center", "col", "colgroup", "dd",
    "details", "dir", "div", "dl", "dt", "fieldset", "figure", "footer", "form", "frame", "frameset", "h1", "h2", "h3",
    "h4", "h5", "h6", "head", "header", "hr", "html", "iframe", "legend", "li", "link", "main", "menu", "meta", "nav",
    "noscript", "object", "ol", "option", "p", "param", "picture", "pre", "section", "select", "source", "summary",
    "svg", "table", "tbody", "td", "tfoot", "th", "thead", "title", "tr", "ul", "video", "path",
];

const HIDDEN: &[&str] = &["script", "style"];

/// Longest tag or comment passed over.
const TAG_CAP: usize = 4096;

/// Whether the file is HTML as a whole.
pub(crate) fn is_html(bytes: &[u8]) -> bool {
    let head = bytes.get(..1024).unwrap_or(bytes);
    memchr::memchr_iter(b'<', head).any(|at| {
        let starts = |tag: &[u8]| head.get(at + 1..at + 1 + tag.len()).is_some_and(|t| t.eq_ignore_ascii_case(tag));
        starts(b"html") || starts(b"!doctype html") || starts(b"body") || starts(b"head")
    })
}

fn find(hay: &[u8], needle: &[u8]) -> Option<usize> {
    memchr::memmem::find(hay, needle)
}

/// A tag at the start of `rest`, which begins with `<`.
pub(crate) fn tag(rest: &[u8], html: bool) -> Option<Tag> {
    let body = rest.get(1..)?;
    if body.starts_with(b"!--") && html {
        let length = find(body, b"-->").map_or(rest.len(), |end| end + 4);
        return Some(Tag { length, breaks: false });
    }
    if body.starts_with(b"!") || body.starts_with(b"?") {
        if !html {
            return None;
        }
        let end = body.iter().take(TAG_CAP).position(|b| matches!(b, b'>' | b'<'))?;
        return Some(Tag { length: end + 2, breaks: false });
    }
    let body = body.strip_prefix(b"/").unwrap_or(body);
    let name_end = body.iter().take(12).position(|b| !(b.is_ascii_alphanumeric() || *b == b':'))?;
    let mut lower = [0_u8; 12];
    for (slot, b) in lower.iter_mut().zip(body.get(..name_end)?) {
        *slot = b.to_ascii_lowercase();
    }
    let name = std::str::from_utf8(lower.get(..name_end)?).ok()?;
    let hidden = html && HIDDEN.contains(&name) && rest.get(1) != Some(&b'/');
    let breaks = BLOCK.contains(&name);
    if name.is_empty() || !(breaks || hidden || INLINE.contains(&name) || html && HIDDEN.contains(&name)) {
        return None;
    }
    let close = rest.iter().take(TAG_CAP).skip(1).position(|b| matches!(b, b'>' | b'<')).map(|n| n + 1)?;
    if rest.get(close) != Some(&b'>') {
        return None;
    }
    // Between a name and `>` attributes may stand, and nothing else: `<a b c>` in prose is text.
    let attributes = rest.get(1 + name_end..close).unwrap_or_default();
    if !html
        && attributes.iter().any(|b| b.is_ascii_alphanumeric())
        && !attributes.contains(&b'=')
        && rest.get(1) != Some(&b'/')
    {
        return None;
    }
    if hidden {
        // Like a browser: what is not closed hides the rest.
        let end = closing(rest, name).unwrap_or(rest.len());
        return Some(Tag { length: end.max(close + 1), breaks: true });
    }
    Some(Tag { length: close + 1, breaks })
}

/// Where `</name` starts.
fn closing(rest: &[u8], name: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = find(rest.get(from..)?, b"</") {
        let after = rest.get(from + at + 2..from + at + 2 + name.len())?;
        if after.eq_ignore_ascii_case(name.as_bytes()) {
            return Some(from + at);
        }
        from += at + 2;
    }
    None
}

/// An entity at the start of `rest`, which begins with `&`.
pub(crate) fn entity(rest: &[u8]) -> Option<(char, usize)> {
    let end = rest.iter().take(12).position(|b| *b == b';')?;
    let name = std::str::from_utf8(rest.get(1..end)?).ok()?;
    let c = match name {
        "nbsp" | "ensp" | "emsp" | "thinsp" => ' ',
        "quot" | "ldquo" | "rdquo" | "laquo" | "raquo" => '"',
        "apos" | "lsquo" | "rsquo" => '’',
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "copy" => '©',
        "reg" => '®',
        "bull" | "middot" => '•',
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "sect" => '§',
        "eacute" => 'é',
        "egrave" => 'è',
        "agrave" => 'à',
        "ccedil" => 'ç',
        "ouml" => 'ö',
        "uuml" => 'ü',
        "auml" => 'ä',
        "szlig" => 'ß',
        _ => {
            let digits = name.strip_prefix('#')?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => digits.parse().ok()?,
            };
            match code {
                0xa0 => ' ',
                0x91 | 0x92 => '’',
                0x93 | 0x94 => '"',
                0x96 | 0x97 => '–',
                other => char::from_u32(other).filter(|c| !c.is_control()).unwrap_or(' '),
            }
        }
    };
    Some((c, end + 1))
}
