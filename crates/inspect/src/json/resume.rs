//! Reading a text of which more is still to come, and members that others read in the reader's place.

use super::{Kind, Next, Reader};

impl<'a> Reader<'a> {
    /// The same reader at the beginning of another text, which goes on where this one is.
    pub(crate) fn over<'b>(&self, text: &'b [u8]) -> Reader<'b> {
        Reader { text, at: 0, open: self.open.clone(), next: self.next, relaxed: self.relaxed }
    }

    /// Bytes of the text that were read.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// The text that is read.
    pub(crate) fn text(&self) -> &'a [u8] {
        self.text
    }

    /// Whether the text, which may go on, holds the next token; of a name, the value too.
    pub(crate) fn has_whole_member(&self) -> bool {
        let mut ahead = Self { at: self.at, ..self.over(self.text) };
        let mut next = || {
            let token = ahead.next().ok()??;
            if token.kind != Kind::Key {
                return Some(token.span);
            }
            let value = ahead.next().ok()??;
            ahead.skip(&value).ok()
        };
        // What ends with the text may go on, as numbers do.
        next().is_some_and(|span| span.end < self.text.len())
    }

    /// Where the name of a member is due; `None` if none is. For readers that know a form by heart; see `took`.
    pub(crate) fn due(&self) -> Option<usize> {
        match self.next {
            Next::Key(_) => Some(self.at),
            Next::CommaOrEnd if self.open.last() == Some(&true) && self.peek() == Some(b',') => Some(self.at + 1),
            _ => None,
        }
    }

    /// A whole member of so many bytes was read from `due`, by rules no laxer than those here. Where it begins.
    pub(crate) fn took(&mut self, length: usize) -> usize {
        let start = self.at + usize::from(self.next == Next::CommaOrEnd);
        self.at = start + length;
        self.next = Next::CommaOrEnd;
        start
    }
}
