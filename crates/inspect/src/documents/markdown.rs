//! Markdown as statements: sentences, list items and table rows, each with its bytes, its links and its headings.
//!
//! The text is parsed by a CommonMark parser, never searched as a whole; what a reader of the rendered page
//! would not see as prose (code, HTML comments) is kept apart. Nothing is interpreted here.
//!
//! Long because one walk over the events of the parser carries all that a statement remembers.

use crate::caps;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use std::ops::Range;

/// Longest nesting of headings is six; deeper structure is flattened.
const SENTENCE_ENDS: [char; 4] = ['.', '!', '?', '。'];

/// A link as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    /// The address.
    pub(crate) url: String,
    /// The words that carry it.
    pub(crate) text: String,
    /// Bytes of the whole link.
    pub(crate) range: Range<usize>,
}

/// What a statement is in the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Prose,
    Item,
    Row,
}

/// One thing the text says, in its place.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    /// The words without markup.
    pub(crate) text: String,
    /// Bytes of the statement in the artifact.
    pub(crate) range: Range<usize>,
    /// Links inside it.
    pub(crate) links: Vec<Link>,
    /// Index of the section it stands in.
    pub(crate) section: usize,
    /// What it is.
    pub(crate) form: Form,
    /// For a table row: the words of the header row.
    pub(crate) columns: String,
}

/// A heading and what it stands under.
#[derive(Clone, Debug)]
pub(crate) struct Section {
    /// Words of the headings, outermost first.
    pub(crate) path: Vec<String>,
    level: usize,
}

/// A block of code.
#[derive(Clone, Debug)]
pub(crate) struct Code {
    /// Its lines.
    pub(crate) text: String,
    /// Bytes of the block.
    pub(crate) range: Range<usize>,
    /// Index of the section it stands in.
    pub(crate) section: usize,
}

/// A page taken apart.
#[derive(Clone, Debug, Default)]
pub(crate) struct Page {
    /// Headings; the first is the untitled top.
    pub(crate) sections: Vec<Section>,
    /// What it says, in order.
    pub(crate) statements: Vec<Statement>,
    /// Its code blocks.
    pub(crate) code: Vec<Code>,
    /// Where reading stopped, when there is more than is read.
    pub(crate) cut: Option<usize>,
}

impl Page {
    /// Whether no more of the page is read.
    fn is_full(&self) -> bool {
        self.statements.len() + self.sections.len() + self.code.len() > caps::STATEMENTS
    }

    /// The headings over a section, outermost first.
    pub(crate) fn headings(&self, section: usize) -> &[String] {
        self.sections.get(section).map_or(&[], |section| &section.path)
    }
}

/// Take Markdown apart. `offset` is where `text` begins in its artifact; all ranges count from the artifact's start.
pub(crate) fn parse(text: &str, offset: usize) -> Page {
    let mut options = Options::empty();
    options.insert(Options::ENABLE_TABLES);
    options.insert(Options::ENABLE_FOOTNOTES);
    options.insert(Options::ENABLE_STRIKETHROUGH);
    let (mut builder, mut stopped) = (Builder::new(), false);
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        if builder.page.cut.is_some() || builder.page.is_full() {
            builder.page.cut.get_or_insert(range.start + offset);
            stopped = true;
            break;
        }
        builder.event(event, range.start + offset..range.end + offset);
    }
    if !stopped {
        builder.flush(Form::Prose);
    }
    // Where marks of a quotation stand inside a piece, a place in it is a guess; it still begins and ends with letters.
    let whole = |range: &Range<usize>| {
        let (start, end) = (range.start.saturating_sub(offset), range.end.saturating_sub(offset));
        text.floor_char_boundary(start) + offset..text.ceil_char_boundary(end) + offset
    };
    for statement in &mut builder.page.statements {
        statement.range = whole(&statement.range);
        statement.links.iter_mut().for_each(|link| link.range = whole(&link.range));
    }
    builder.page
}

struct Builder {
    page: Page,
    section: usize,
    /// The sections that the next heading may stand under: each of a lower level than the next.
    open: Vec<usize>,
    /// Words gathered for the current block, and where each piece stands in the artifact.
    flat: String,
    pieces: Vec<(usize, Range<usize>)>,
    links: Vec<(usize, Link)>,
    open_link: Option<(usize, String, Range<usize>)>,
    code: Option<(String, Range<usize>)>,
    heading: Option<usize>,
    in_head: bool,
    in_row: bool,
    columns: String,
    items: usize,
    html_text: String,
    strong: Option<usize>,
    strong_bytes: usize,
}

impl Builder {
    fn new() -> Self {
        let top = Section { path: Vec::new(), level: 0 };
        Self {
            page: Page { sections: vec![top], ..Page::default() },
            section: 0,
            open: vec![0],
            flat: String::new(),
            pieces: Vec::new(),
            links: Vec::new(),
            open_link: None,
            code: None,
            heading: None,
            in_head: false,
            in_row: false,
            columns: String::new(),
            items: 0,
            html_text: String::new(),
            strong: None,
            strong_bytes: 0,
        }
    }

    fn form(&self) -> Form {
        if self.in_row {
            Form::Row
        } else if self.items > 0 {
            Form::Item
        } else {
            Form::Prose
        }
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(&tag, range),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => {
                if let Some((code, span)) = &mut self.code {
                    code.push_str(&text);
                    span.end = range.end;
                } else {
                    self.push(&text, range);
                }
            }
            Event::Code(text) => {
                // As many backticks and spaces stand before the text as behind it.
                let ticks = range.len().saturating_sub(text.len()) / 2;
                self.push(&text, range.start + ticks..range.end - ticks);
            }
            Event::SoftBreak | Event::HardBreak => self.push(" ", range),
            Event::Html(html) | Event::InlineHtml(html) => self.html(&html, range),
            Event::FootnoteReference(_) | Event::TaskListMarker(_) | Event::Rule => {}
            Event::InlineMath(text) | Event::DisplayMath(text) => self.push(&text, range),
        }
    }

    fn start(&mut self, tag: &Tag<'_>, range: Range<usize>) {
        match tag {
            Tag::Heading { level, .. } => {
                self.flush(self.form());
                self.heading = Some(*level as usize);
            }
            Tag::Paragraph | Tag::BlockQuote(_) | Tag::List(_) => self.flush(self.form()),
            Tag::Item => {
                self.flush(self.form());
                self.items += 1;
            }
            Tag::CodeBlock(_) => {
                self.flush(self.form());
                self.code = Some((String::new(), range));
            }
            Tag::TableHead => {
                self.in_head = true;
                self.columns.clear();
            }
            Tag::TableRow => self.in_row = true,
            Tag::TableCell if !self.flat.is_empty() => self.push(" | ", range.start..range.start),
            Tag::Strong => self.strong = Some(self.flat.len()),
            Tag::Link { dest_url, .. } => self.open_link = Some((self.flat.len(), dest_url.to_string(), range)),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => {
                let words = std::mem::take(&mut self.flat).trim().to_owned();
                self.pieces.clear();
                let links: Vec<Link> = std::mem::take(&mut self.links).into_iter().map(|(_, link)| link).collect();
                self.enter(words.clone(), self.heading.unwrap_or(1));
                self.heading = None;
                // A heading that leads somewhere says something too.
                let start = links.iter().map(|link| link.range.start).min();
                let end = links.iter().map(|link| link.range.end).max();
                if let (Some(start), Some(end)) = (start, end) {
                    let (section, columns) = (self.section, String::new());
                    self.page.statements.push(Statement {
                        text: words,
                        range: start..end,
                        links,
                        section,
                        form: Form::Prose,
                        columns,
                    });
                }
            }
            TagEnd::Paragraph | TagEnd::BlockQuote(_) => self.flush(self.form()),
            TagEnd::Item => {
                self.flush(Form::Item);
                self.items = self.items.saturating_sub(1);
            }
            TagEnd::CodeBlock => {
                if let Some((text, span)) = self.code.take() {
                    self.page.code.push(Code { text, range: span, section: self.section });
                }
            }
            TagEnd::TableHead => {
                self.columns = shorten(std::mem::take(&mut self.flat));
                self.pieces.clear();
                self.links.clear();
                self.in_head = false;
            }
            TagEnd::TableRow => {
                self.flush(Form::Row);
                self.in_row = false;
            }
            TagEnd::Strong => {
                let from = self.strong.take().unwrap_or(self.flat.len());
                self.strong_bytes += self.flat.len().saturating_sub(from);
            }
            TagEnd::Link => {
                if let Some((from, url, span)) = self.open_link.take() {
                    let text = self.flat.get(from..).unwrap_or_default().trim().to_owned();
                    self.links.push((from, Link { url, text, range: span }));
                }
            }
            _ => {}
        }
    }

    fn enter(&mut self, words: String, level: usize) {
        while let Some(last) = self.open.last().and_then(|last| self.page.sections.get(*last)) {
            if last.level < level {
                break;
            }
            self.open.pop();
        }
        let parent = self.open.last().and_then(|last| self.page.sections.get(*last));
        let mut path = parent.map(|section| section.path.clone()).unwrap_or_default();
        path.push(shorten(words));
        self.page.sections.push(Section { path, level });
        self.section = self.page.sections.len() - 1;
        self.open.push(self.section);
    }

    fn push(&mut self, text: &str, range: Range<usize>) {
        self.pieces.push((self.flat.len(), range));
        self.flat.push_str(text);
    }

    /// Links, headings and words of raw HTML; comments and scripts say nothing.
    fn html(&mut self, html: &str, range: Range<usize>) {
        let mut rest = html;
        let mut at = range.start;
        while let Some(open) = rest.find('<') {
            let (before, tail) = rest.split_at(open);
            self.push_html_text(before, at);
            at += open;
            let (tag, after) = if tail.starts_with("<!--") {
                tail.split_at(tail.find("-->").map_or(tail.len(), |end| end + 3))
            } else {
                tail.split_at(tail.find('>').map_or(tail.len(), |end| end + 1))
            };
            self.html_tag(tag, at..at + tag.len());
            at += tag.len();
            rest = after;
        }
        self.push_html_text(rest, at);
    }

    fn push_html_text(&mut self, text: &str, at: usize) {
        if !text.trim().is_empty() && self.html_text.is_empty() {
            self.push(text, at..at + text.len());
        } else if text.contains('\n') && self.html_text.is_empty() {
            self.push(" ", at..at + text.len());
        }
    }

    fn html_tag(&mut self, tag: &str, range: Range<usize>) {
        let name: String = tag.chars().skip(1).take_while(|c| c.is_ascii_alphanumeric() || *c == '/').collect();
        match name.to_ascii_lowercase().as_str() {
            "a" => {
                if let Some(url) = attribute(tag, "href") {
                    self.open_link = Some((self.flat.len(), url, range));
                }
            }
            "/a" => self.end(TagEnd::Link),
            "script" | "style" => self.html_text = name,
            "/script" | "/style" => self.html_text.clear(),
            "p" | "/p" | "div" | "/div" | "li" | "/li" | "br" | "br/" | "tr" | "/tr" | "table" | "details"
            | "/details" => {
                self.flush(self.form());
            }
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.flush(self.form());
                self.heading = name.get(1..).and_then(|digit| digit.parse().ok());
            }
            "/h1" | "/h2" | "/h3" | "/h4" | "/h5" | "/h6" => {
                self.end(TagEnd::Heading(pulldown_cmark::HeadingLevel::H1))
            }
            _ => {}
        }
    }

    /// Close the current block and cut it into statements.
    fn flush(&mut self, form: Form) {
        if self.in_head || self.heading.is_some() {
            return;
        }
        let flat = std::mem::take(&mut self.flat);
        let pieces = std::mem::take(&mut self.pieces);
        let links = std::mem::take(&mut self.links);
        let strong = std::mem::take(&mut self.strong_bytes);
        if form == Form::Prose && links.is_empty() && is_bold_heading(&flat, strong) {
            self.enter(flat.trim().trim_end_matches(':').to_owned(), BOLD);
            return;
        }
        for cut in sentences(&flat, form) {
            if self.page.is_full() {
                self.page.cut = source(&pieces, cut.start, false);
                return;
            }
            let Some(text) = flat.get(cut.clone()) else { continue };
            let (from, to) = (source(&pieces, cut.start, false), source(&pieces, cut.end, true));
            let (Some(from), Some(to)) = (from, to) else { continue };
            let first = links.partition_point(|(at, _)| *at < cut.start);
            let inside = links.iter().skip(first).take_while(|(at, _)| *at < cut.end).take(caps::LINKS);
            let mut inside: Vec<Link> = inside.map(|(_, link)| link.clone()).collect();
            for bare in bare_addresses(text) {
                let url = text.get(bare.clone()).unwrap_or_default();
                let known = inside.iter().any(|link| link.text.contains(url) || link.url == url);
                let begin = source(&pieces, cut.start + bare.start, false);
                let end = source(&pieces, cut.start + bare.end, true);
                if let (false, Some(begin), Some(end)) = (known || inside.len() >= caps::LINKS, begin, end) {
                    inside.push(Link { url: url.to_owned(), text: url.to_owned(), range: begin..end });
                }
            }
            let start = inside.iter().map(|link| link.range.start).min().unwrap_or(from).min(from);
            let end = inside.iter().map(|link| link.range.end).max().unwrap_or(to).max(to);
            self.page.statements.push(Statement {
                text: text.trim().to_owned(),
                range: start..end,
                links: inside,
                section: self.section,
                form,
                columns: if form == Form::Row { self.columns.clone() } else { String::new() },
            });
        }
    }
}

/// Level of a short paragraph in bold letters, which people use as a heading below all others.
const BOLD: usize = 7;

fn is_bold_heading(flat: &str, strong: usize) -> bool {
    let text = flat.trim();
    let words = text.split_whitespace().count();
    strong > 0 && strong + 2 >= text.len() && (1..=6).contains(&words) && !text.ends_with(['.', '!', '?', ','])
}

/// Addresses that are written out: the web pages that show cards make links of them.
fn bare_addresses(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find("http")).map(|at| at + from) {
        let rest = text.get(at..).unwrap_or_default();
        let scheme = ["https://", "http://"].into_iter().find(|scheme| rest.starts_with(scheme));
        let apart = text.get(..at).and_then(|before| before.chars().next_back()).is_none_or(|c| !c.is_alphanumeric());
        from = at + 4;
        let Some(scheme) = scheme.filter(|_| apart) else { continue };
        let stop = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '\'' | '`' | '|' | ')' | ']' | '}');
        let length = rest.find(stop).unwrap_or(rest.len());
        let url = rest.get(..length).unwrap_or_default().trim_end_matches(['.', ',', ';', ':', '!', '?', '*']);
        if url.len() > scheme.len() {
            found.push(at..at + url.len());
            from = at + url.len();
        }
    }
    found
}

/// Where an offset of the flat text stands in the artifact.
fn source(pieces: &[(usize, Range<usize>)], at: usize, end: bool) -> Option<usize> {
    let index = pieces.partition_point(|(from, _)| if end { *from < at } else { *from <= at }).checked_sub(1)?;
    let (from, range) = pieces.get(index)?;
    Some((range.start + at - from).min(range.end))
}

/// Cut flat text at the ends of its sentences; rows stay whole.
fn sentences(flat: &str, form: Form) -> Vec<Range<usize>> {
    let mut cuts = Vec::new();
    let mut start = 0;
    if form != Form::Row || flat.len() > caps::STATEMENT {
        let mut chars = flat.char_indices().peekable();
        let mut word = 0;
        while let Some((at, c)) = chars.next() {
            if c.is_whitespace() {
                word = at + c.len_utf8();
            }
            let end = at + c.len_utf8();
            let next_is_break = chars.peek().is_none_or(|(_, next)| next.is_whitespace());
            let ends =
                SENTENCE_ENDS.contains(&c) && next_is_break && !is_abbreviation(flat.get(word..at).unwrap_or_default());
            if ends || next_is_break && end - start > caps::STATEMENT || end - start > 2 * caps::STATEMENT {
                cuts.push(start..end);
                start = end;
            }
        }
    }
    cuts.push(start..flat.len());
    cuts.retain(|cut| flat.get(cut.clone()).is_some_and(|text| !text.trim().is_empty()));
    for cut in &mut cuts {
        let text = flat.get(cut.clone()).unwrap_or_default();
        cut.start += text.len() - text.trim_start().len();
        cut.end -= text.len() - text.trim_end().len();
    }
    cuts
}

fn is_abbreviation(word: &str) -> bool {
    // The longest of them has six letters; what is much longer is not looked at.
    word.len() < 16
        && matches!(
            word.to_ascii_lowercase().trim_start_matches(['(', '"']),
            "e.g" | "i.e" | "etc" | "al" | "vs" | "no" | "fig" | "cf" | "approx" | "inc" | "ltd" | "dr" | "mr"
        )
}

/// A text of at most so many bytes as a heading may have.
fn shorten(mut text: String) -> String {
    let mut end = text.len().min(caps::HEADING);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text
}

/// The value of an attribute of an HTML tag.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let lower = tag.to_ascii_lowercase();
    let at = lower.find(&format!("{name}="))? + name.len() + 1;
    let rest = tag.get(at..)?;
    let quote = rest.chars().next().filter(|c| *c == '"' || *c == '\'');
    let value = match quote {
        Some(quote) => rest.get(1..)?.split(quote).next()?,
        None => rest.split(|c: char| c.is_whitespace() || c == '>').next()?,
    };
    Some(value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};
    use std::fmt::Write as _;

    fn check(text: &str, expected: Expect) {
        let page = parse(text, 0);
        let mut out = String::new();
        for statement in &page.statements {
            let path = page.headings(statement.section).join(" > ");
            writeln!(out, "[{path}] {:?} {}", statement.form, statement.text).unwrap();
            writeln!(out, "    = {:?}", &text[statement.range.clone()]).unwrap();
            for link in &statement.links {
                writeln!(out, "    -> {} ({})", link.url, link.text).unwrap();
            }
        }
        for code in &page.code {
            writeln!(out, "code {:?}", code.text).unwrap();
        }
        expected.assert_eq(&out);
    }

    #[test]
    fn sentences_items_rows_and_headings() {
        check(
            "# Plum\n\nA *small* model. It has [weights](https://w), e.g. two files.\n\n## Terms\n- **License:** MIT\n- other\n\n| a | b |\n|--|--|\n| [x](u) | y |\n\n```sh\nrun. me\n```\n",
            expect![[r#"
                [Plum] Prose A small model.
                    = "A *small* model."
                [Plum] Prose It has weights, e.g. two files.
                    = "It has [weights](https://w), e.g. two files."
                    -> https://w (weights)
                [Plum > Terms] Item License: MIT
                    = "License:** MIT"
                [Plum > Terms] Item other
                    = "other"
                [Plum > Terms] Row x | y
                    = "[x](u) | y"
                    -> u (x)
                code "run. me\n"
            "#]],
        );
    }

    #[test]
    fn html_links_count_and_comments_do_not() {
        check(
            "<p align=\"c\"><a href=\"https://w\">Models</a> here</p>\n<!-- weights withheld -->\n\n<h2>Part</h2>\n\nEnd.\n",
            expect![[r#"
                [] Prose Models here
                    = "<a href=\"https://w\">Models</a> here"
                    -> https://w (Models)
                [Part] Prose End.
                    = "End."
            "#]],
        );
    }

    proptest::proptest! {
        #[test]
        fn ranges_lie_in_the_text(text in "[a-c.# |\\-\\n*\\[\\]()`<>/é!]{0,80}") {
            lie_in(&text);
        }
    }

    fn lie_in(text: &str) {
        let page = parse(text, 0);
        for statement in &page.statements {
            assert!(text.get(statement.range.clone()).is_some(), "{text:?}");
            assert!(statement.links.iter().all(|link| text.get(link.range.clone()).is_some()), "{text:?}");
        }
    }

    /// Found by the property: the marks of a quotation inside of code.
    #[test]
    fn code_across_the_lines_of_a_quotation_has_a_place() {
        lie_in(">`\n> .\n>é-`");
    }
}
