//! Objects and arrays looked at one level at a time: names, values, and where each stands.

use super::{Kind, Problem, Reader, Token, unquote};
use crate::caps;
use std::ops::Range;

/// A member of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) name: String,
    /// From the quote of the name to the end of the value.
    pub(crate) span: Range<usize>,
    /// What the value begins with.
    pub(crate) kind: Kind,
    pub(crate) value: Range<usize>,
}

/// The members of the object that is the whole text. All of the text is checked.
pub(crate) fn object(text: &[u8]) -> Result<Vec<Member>, Problem> {
    members(text, Reader::relaxed(text))
}

/// The members of an object inside a text that was checked; empty when it is no object.
pub(crate) fn object_at(text: &[u8], range: &Range<usize>) -> Vec<Member> {
    members(text, Reader::within(text, range)).unwrap_or_default()
}

/// The elements of an array inside a text that was checked; empty when it is no array.
pub(crate) fn array_at(text: &[u8], range: &Range<usize>) -> Vec<Token> {
    let mut reader = Reader::within(text, range);
    let mut elements = Vec::new();
    if !matches!(reader.next(), Ok(Some(Token { kind: Kind::ArrayStart, .. }))) {
        return elements;
    }
    while let Ok(Some(token)) = reader.next() {
        let Ok(span) = reader.skip(&token) else { break };
        if token.kind == Kind::ArrayEnd || elements.len() >= caps::MEMBERS {
            break;
        }
        elements.push(Token { kind: token.kind, span });
    }
    elements
}

/// A member by its name; `None` also when the name stands twice, for then nothing is said for certain.
pub(crate) fn member<'m>(members: &'m [Member], name: &str) -> Option<&'m Member> {
    let mut named = members.iter().filter(|member| member.name == name);
    let first = named.next()?;
    named.next().is_none().then_some(first)
}

/// The first name that stands a second time.
pub(crate) fn twice(members: &[Member]) -> Option<&Member> {
    let mut sorted: Vec<&Member> = members.iter().collect();
    sorted.sort_by(|a, b| a.name.cmp(&b.name).then(a.span.start.cmp(&b.span.start)));
    let repeated = sorted.windows(2).filter_map(|pair| match pair {
        [first, second] if first.name == second.name => Some(*second),
        _ => None,
    });
    repeated.min_by_key(|member| member.span.start)
}

fn members(text: &[u8], mut reader: Reader<'_>) -> Result<Vec<Member>, Problem> {
    let first = reader.next()?;
    if !matches!(first, Some(Token { kind: Kind::ObjectStart, .. })) {
        let at = first.map_or(0, |token| token.span.start);
        return Err(Problem { at, what: "not an object".to_owned() });
    }
    let mut members = Vec::new();
    loop {
        match reader.next()? {
            Some(Token { kind: Kind::Key, span: key }) => {
                let Some(token) = reader.next()? else { return Err(reader.problem("expected a value")) };
                let value = reader.skip(&token)?;
                if members.len() >= caps::MEMBERS {
                    return Err(Problem { at: key.start, what: format!("more than {} names", caps::MEMBERS) });
                }
                let name = unquote(text, &key).into_owned();
                members.push(Member { name, span: key.start..value.end, kind: token.kind, value });
            }
            Some(_) => {}
            None => return Ok(members),
        }
    }
}
