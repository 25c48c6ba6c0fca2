//! Words of others inside our documents: nothing that they wrote can become markup, a link, a formula or a trick.

/// Whether a character can drive a terminal or turn the direction of writing, so that a reader sees other words
/// than those that stand there.
pub fn tricks(c: char) -> bool {
    let turns = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let hides = matches!(c, '\u{200b}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}');
    c.is_control() || turns || hides
}

/// On one line, what tricks replaced.
pub(crate) fn plain(text: &str) -> String {
    let one = |c: char| match c {
        '\n' | '\r' | '\t' => ' ',
        c if tricks(c) => '\u{fffd}',
        c => c,
    };
    text.chars().map(one).collect()
}

/// As text or attribute of HTML.
pub(crate) fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in plain(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// What begins a locator of ours, which nothing makes a link of.
const LOCATORS: &[&str] = &["hf", "github", "ollama", "catalogue"];

/// As text of Markdown, inside tables too: no markup, no mention of a user, no link to an issue.
pub(crate) fn markdown(text: &str) -> String {
    let text = plain(text);
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // A colon that can begin no link and no picture stays one.
            ':' if rest.as_str().is_empty() || rest.as_str().starts_with(' ') => out.push(c),
            ':' if LOCATORS.iter().any(|scheme| out.ends_with(scheme)) && !rest.as_str().contains(':') => out.push(c),
            '@' => out.push_str("&#64;"),
            '|' => out.push_str("&#124;"),
            '`' => out.push_str("&#96;"),
            ':' => out.push_str("&#58;"),
            '\\' | '*' | '_' | '[' | ']' | '#' | '~' | '$' | '^' | '!' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

/// As code of Markdown, inside tables too.
pub(crate) fn code(text: &str) -> String {
    let simple =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | ':' | '[' | ']' | '(' | ')');
    if text.chars().all(|c| simple(c) || c == ' ') && text.starts_with(simple) && text.ends_with(simple) {
        return format!("`{text}`");
    }
    // HTML's element takes entities, which a span of backticks does not.
    format!(
        "<code>{}</code>",
        html(text)
            .replace('|', "&#124;")
            .replace('@', "&#64;")
            .replace('`', "&#96;")
            .replace('*', "&#42;")
            .replace('_', "&#95;")
            .replace('[', "&#91;")
            .replace(']', "&#93;")
            .replace('\\', "&#92;")
            .replace('~', "&#126;")
            .replace('$', "&#36;")
            .replace(':', "&#58;")
    )
}

/// As a cell of CSV (RFC 4180). What a spreadsheet would run as a formula begins with an apostrophe.
pub(crate) fn csv(text: &str) -> String {
    let text = plain(text);
    let text = if text.starts_with(['=', '+', '-', '@']) && text.len() > 1 { format!("'{text}") } else { text };
    if text.contains([',', '"']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

/// As a path of an address: everything but letters, digits and `-._~/` as `%XX`.
pub(crate) fn address(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for nibble in [byte >> 4, byte & 15] {
                let digit = char::from_digit(u32::from(nibble), 16).unwrap_or('0');
                out.push(digit.to_ascii_uppercase());
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_wrote_stays_words() {
        let wild = "<b>&\"'`a`</b> @all #1 |x| [l](javascript:x) \u{202e}evil\u{1b}[31m\n=1+1 ](x) \\";
        for text in [html(wild), code(wild)] {
            assert!(!text.contains(['"', '\'', '\u{202e}', '\u{1b}', '\n']), "{text}");
            assert_eq!(text.matches('<').count(), text.matches("<code>").count() * 2, "{text}");
        }
        let text = markdown(wild);
        for bad in ["<b>", "@all", " #1", "|", "`", "](x", "javascript:", "\u{202e}", "\n"] {
            assert!(!text.replace("\\]", "").contains(bad), "{bad}: {text}");
        }
        for (given, expected) in [("a", "a"), ("-", "-"), ("=1", "'=1"), ("a,b", "\"a,b\""), ("\"", "\"\"\"\"")] {
            assert_eq!(csv(given), expected);
        }
        assert_eq!(address("a b/ü?#%.txt"), "a%20b/%C3%BC%3F%23%25.txt");
    }
}
