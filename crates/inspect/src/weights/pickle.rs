//! A reader of pickles that never executes: what a stream would build, and whether that is all it would do.
//!
//! All opcodes of protocols 0 to 5 are followed on a symbolic stack. A stream is inert when every opcode
//! does what is known and harmless: plain values, and calls of the few functions of the allow-list with
//! arguments of the expected kind. Everything else — an import that is not on the list, a stream that
//! readers would not all read alike, a limit reached — makes it *not provably inert*, with the opcode.
//! Long because the machine is one table of opcodes, and splitting it would hide what is missing.

mod allowed;
mod state;

use super::window::{Lack, Window};
use crate::caps;
use crate::tensors::{Dtype, shorten};
pub(crate) use allowed::Kind;
pub(crate) use state::{Named, named};
use std::collections::BTreeSet;
use std::ops::Range;

/// A value on the symbolic stack. What is of no interest but harmless is `Opaque`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    None,
    Bool(bool),
    Int(i64),
    /// The number that legacy files of PyTorch begin with.
    Magic,
    /// A text that is kept: its number.
    Text(u32),
    Bytes,
    Opaque,
    /// Something imported.
    Global(Kind),
    Node(u32),
}

/// A value with parts.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    Tuple(Vec<Value>),
    List(Vec<Value>),
    Set,
    /// A dictionary; whether it is an object whose attributes may be set.
    Dict(Vec<(Value, Value)>, bool),
    /// A storage: its key, element type (`None`: bytes) and length in elements.
    Storage {
        key: u32,
        dtype: Option<Dtype>,
        elements: u64,
    },
    /// A tensor on a storage, and the byte of the opcode that makes it.
    Tensor {
        storage: u32,
        dtype: Dtype,
        offset: u64,
        shape: Vec<u64>,
        strides: Vec<u64>,
        at: u64,
    },
    /// An object that takes its state from a tuple: arrays and element types of NumPy.
    Array,
    /// An object that takes its state from a dictionary of attributes.
    Plain,
}

/// The opcode that makes a stream not provably inert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Offence {
    /// Its bytes.
    pub(crate) bytes: Range<u64>,
    /// Its name, or what stands in its place.
    pub(crate) opcode: String,
    /// What is wrong with it.
    pub(crate) what: String,
}

/// How persistent ids are to be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Persistent {
    /// By no known loader.
    Unknown,
    /// As storages of PyTorch.
    Storages,
}

/// Why a stream cannot be followed further.
enum Stop {
    /// It cannot be read on; told at the opcode.
    Broken(String),
    Medium(std::io::Error),
}

impl From<Lack> for Stop {
    fn from(lack: Lack) -> Self {
        match lack {
            Lack::End => Self::Broken("the stream ends within it".to_owned()),
            Lack::Medium(error) => Self::Medium(error),
        }
    }
}

/// A stream, or several one after the other, being read.
pub(crate) struct Machine<'a, 'b> {
    pub(crate) window: &'b mut Window<'a>,
    pub(crate) persistent: Persistent,
    pub(crate) at: u64,
    /// Where the opcode at hand begins, and its name.
    opcode: (u64, &'static str),
    stack: Vec<Value>,
    marks: Vec<usize>,
    memo: Vec<Option<Value>>,
    frame: Option<u64>,
    steps: u64,
    pub(crate) nodes: Vec<Node>,
    texts: Vec<Box<str>>,
    /// Bytes of texts and number of values kept.
    kept: (usize, usize),
    /// Long byte strings, which may be streams themselves.
    pub(crate) nested: Vec<Range<u64>>,
    pub(crate) imports: BTreeSet<String>,
    pub(crate) protocol: u8,
    /// The first offence.
    pub(crate) offence: Option<Offence>,
    /// Whether the first opcode was `PROTO`, which nothing else begins with.
    pub(crate) begins_as_pickle: bool,
}

impl<'a, 'b> Machine<'a, 'b> {
    /// A machine at a place of a file.
    pub(crate) fn new(window: &'b mut Window<'a>, at: u64, persistent: Persistent) -> Self {
        Self {
            window,
            persistent,
            at,
            opcode: (at, ""),
            stack: Vec::new(),
            marks: Vec::new(),
            memo: Vec::new(),
            frame: None,
            steps: 0,
            nodes: Vec::new(),
            texts: Vec::new(),
            kept: (0, 0),
            nested: Vec::new(),
            imports: BTreeSet::new(),
            protocol: 0,
            offence: None,
            begins_as_pickle: false,
        }
    }

    /// Read one stream to its end. `None` when it could not be followed that far; then there is an offence.
    ///
    /// # Errors
    /// Those of the medium.
    pub(crate) fn load(&mut self) -> std::io::Result<Option<Value>> {
        self.stack.clear();
        self.marks.clear();
        self.memo.clear();
        self.frame = None;
        let start = self.at;
        loop {
            self.opcode = (self.at, "");
            match self.step(start) {
                Ok(None) => {}
                Ok(Some(value)) => return Ok(Some(value)),
                Err(Stop::Broken(what)) => {
                    self.offend(what);
                    return Ok(None);
                }
                Err(Stop::Medium(error)) => return Err(error),
            }
        }
    }

    /// A text that is kept.
    pub(crate) fn text(&self, value: Value) -> Option<&str> {
        match value {
            Value::Text(number) => self.texts.get(number as usize).map(|text| &**text),
            _ => None,
        }
    }

    /// The parts of a value that has parts.
    pub(crate) fn node(&self, value: Value) -> Option<&Node> {
        match value {
            Value::Node(number) => self.nodes.get(number as usize),
            _ => None,
        }
    }

    /// Record what makes the stream not provably inert, at the opcode at hand; the first counts.
    pub(crate) fn offend(&mut self, what: impl Into<String>) {
        if self.offence.is_none() {
            let (start, name) = self.opcode;
            let end = self.at.max(start + 1).min(self.window.size()).max(start);
            let name = if name.is_empty() { "no opcode".to_owned() } else { name.to_owned() };
            self.offence = Some(Offence { bytes: start..end, opcode: name, what: what.into() });
        }
    }

    fn step(&mut self, start: u64) -> Result<Option<Value>, Stop> {
        self.steps += 1;
        if self.steps > caps::PICKLE_OPCODES {
            return Err(Stop::Broken(format!("more than {} opcodes", caps::PICKLE_OPCODES)));
        }
        if self.frame.is_some_and(|end| end == self.at) {
            self.frame = None;
        }
        let [code] = self.take::<1>()?;
        let Some(name) = allowed::opcode(code) else {
            return Err(Stop::Broken(format!("the byte {code:#04x} is no opcode")));
        };
        self.opcode.1 = name;
        if self.at == start + 1 {
            self.begins_as_pickle = code == 0x80;
        }
        let done = self.execute(code)?;
        if let Some(end) = self.frame
            && self.opcode.0 < end
            && self.at > end
        {
            self.offend("it straddles the end of its frame: readers differ on what follows");
            self.frame = None;
        }
        if done.is_some() && self.frame.is_some_and(|end| end > self.at) {
            self.offend("the frame goes on after the end of the stream: readers differ on what follows");
        }
        Ok(done)
    }

    fn execute(&mut self, code: u8) -> Result<Option<Value>, Stop> {
        match code {
            0x80 => {
                let [protocol] = self.take::<1>()?;
                if protocol > 5 {
                    return Err(Stop::Broken(format!("protocol {protocol}; protocols 0 to 5 exist")));
                }
                self.protocol = self.protocol.max(protocol);
            }
            0x95 => self.frame()?,
            b'.' => return self.pop().map(Some),
            b'(' => self.marks.push(self.stack.len()),
            b'0' => {
                if self.marks.last() == Some(&self.stack.len()) {
                    self.marks.pop();
                } else {
                    self.pop()?;
                }
            }
            b'1' => drop(self.pop_mark()?),
            b'2' => {
                let top = self.top()?;
                self.push(top)?;
            }
            b'N' => self.push(Value::None)?,
            0x88 => self.push(Value::Bool(true))?,
            0x89 => self.push(Value::Bool(false))?,
            b'I' | b'L' | b'F' | b'J' | b'K' | b'M' | b'G' | 0x8a | 0x8b => self.number(code)?,
            b'S' | b'V' | b'T' | b'U' | b'X' | 0x8c | 0x8d => self.string(code)?,
            b'B' | b'C' | 0x8e | 0x96 => {
                let length = match code {
                    b'C' => u64::from(self.take::<1>()?[0]),
                    b'B' => u64::from(u32::from_le_bytes(self.take()?)),
                    _ => u64::from_le_bytes(self.take()?),
                };
                self.blob(length)?;
                self.push(Value::Bytes)?;
            }
            0x97 => {
                self.offend("the bytes of a buffer that lies outside of the file");
                self.push(Value::Opaque)?;
            }
            0x98 => drop(self.top()?),
            b']' => self.push_node(Node::List(Vec::new()))?,
            b'}' => self.push_node(Node::Dict(Vec::new(), false))?,
            b')' => self.push_node(Node::Tuple(Vec::new()))?,
            0x8f => self.push_node(Node::Set)?,
            b'l' => {
                let items = self.pop_mark()?;
                self.push_node(Node::List(items))?;
            }
            b't' => {
                let items = self.pop_mark()?;
                self.push_node(Node::Tuple(items))?;
            }
            0x85..=0x87 => {
                let count = usize::from(code - 0x84);
                let items = self.pop_many(count)?;
                self.push_node(Node::Tuple(items))?;
            }
            0x91 => {
                self.pop_mark()?;
                self.push_node(Node::Set)?;
            }
            b'd' => {
                let items = self.pop_mark()?;
                let pairs = self.pairs(items)?;
                self.push_node(Node::Dict(pairs, false))?;
            }
            b'a' => {
                let item = self.pop()?;
                let list = self.top()?;
                self.append(list, vec![item])?;
            }
            b'e' => {
                let items = self.pop_mark()?;
                let list = self.top()?;
                self.append(list, items)?;
            }
            b's' => {
                let pair = self.pop_many(2)?;
                let dict = self.top()?;
                self.set_items(dict, pair)?;
            }
            b'u' => {
                let items = self.pop_mark()?;
                let dict = self.top()?;
                self.set_items(dict, items)?;
            }
            0x90 => {
                self.pop_mark()?;
                let set = self.top()?;
                if !matches!(self.node(set), Some(Node::Set)) {
                    self.offend("it adds to something that is no set");
                }
            }
            b'g' | b'h' | b'j' => {
                let index = self.index(code == b'g', code == b'h')?;
                let known = usize::try_from(index).ok().and_then(|index| self.memo.get(index).copied().flatten());
                let Some(value) = known else {
                    return Err(Stop::Broken(format!("the memo has no entry {index}")));
                };
                self.push(value)?;
            }
            b'p' | b'q' | b'r' => {
                let index = self.index(code == b'p', code == b'q')?;
                self.memoize(index)?;
            }
            0x94 => {
                let index = self.memo.len() as u64;
                self.memoize(index)?;
            }
            b'c' => {
                let (module, name) = (self.line()?, self.line()?);
                let value = self.import(module, name);
                self.push(value)?;
            }
            0x93 => {
                let pair = self.pop_many(2)?;
                let texts: Vec<Option<String>> =
                    pair.iter().map(|value| self.text(*value).map(str::to_owned)).collect();
                let value = match texts.as_slice() {
                    [Some(module), Some(name)] => {
                        let (module, name) = (module.clone(), name.clone());
                        self.import(Some(module), Some(name))
                    }
                    _ => self.import(None, None),
                };
                self.push(value)?;
            }
            b'R' => {
                let pair = self.pop_many(2)?;
                let [callee, arguments] = pair.as_slice() else { return Err(underflow()) };
                let Some(Node::Tuple(arguments)) = self.node(*arguments) else {
                    return Err(Stop::Broken("it calls with something that is no tuple".to_owned()));
                };
                let arguments = few(arguments)?;
                self.call(*callee, &arguments)?;
            }
            0x81 => {
                let pair = self.pop_many(2)?;
                let [class, arguments] = pair.as_slice() else { return Err(underflow()) };
                let Some(Node::Tuple(arguments)) = self.node(*arguments) else {
                    return Err(Stop::Broken("it makes an object of something that is no tuple".to_owned()));
                };
                let arguments = few(arguments)?;
                self.new_object(*class, &arguments)?;
            }
            0x92 => {
                let three = self.pop_many(3)?;
                let [class, arguments, keywords] = three.as_slice() else { return Err(underflow()) };
                match (self.node(*arguments), self.node(*keywords)) {
                    (Some(Node::Tuple(arguments)), Some(Node::Dict(keywords, _))) => {
                        let (arguments, plain) = (few(arguments)?, keywords.is_empty());
                        if !plain {
                            self.offend("it makes an object with named arguments");
                        }
                        self.new_object(*class, &arguments)?;
                    }
                    _ => return Err(Stop::Broken("it makes an object of something that is no tuple".to_owned())),
                }
            }
            b'i' => {
                let (module, name) = (self.line()?, self.line()?);
                let class = self.import(module, name);
                let arguments = self.pop_mark()?;
                self.call(class, &arguments)?;
            }
            b'o' => {
                let mut items = self.pop_mark()?;
                if items.is_empty() {
                    return Err(underflow());
                }
                let class = items.remove(0);
                self.call(class, &items)?;
            }
            b'b' => {
                let state = self.pop()?;
                let object = self.top()?;
                self.build(object, state)?;
            }
            0x82..=0x84 => {
                match code {
                    0x82 => drop(self.take::<1>()?),
                    0x83 => drop(self.take::<2>()?),
                    _ => drop(self.take::<4>()?),
                }
                self.offend("what an extension code stands for is decided where the stream is read");
                self.push(Value::Opaque)?;
            }
            b'P' => {
                self.line()?;
                self.offend("a persistent id, which only its own loader understands");
                self.push(Value::Opaque)?;
            }
            b'Q' => {
                let id = self.pop()?;
                self.persistent_id(id)?;
            }
            _ => return Err(Stop::Broken("an opcode that is not followed".to_owned())),
        }
        Ok(None)
    }

    fn frame(&mut self) -> Result<(), Stop> {
        let length = u64::from_le_bytes(self.take()?);
        if self.frame.is_some_and(|end| end > self.at) {
            self.offend("a frame within a frame: readers differ on what follows");
        }
        match self.at.checked_add(length).filter(|end| *end <= self.window.size()) {
            Some(end) => self.frame = Some(end),
            None => self.offend(format!("a frame of {length} bytes reaches past the end")),
        }
        Ok(())
    }

    fn number(&mut self, code: u8) -> Result<(), Stop> {
        let value = match code {
            b'J' => Value::Int(i64::from(i32::from_le_bytes(self.take()?))),
            b'K' => Value::Int(i64::from(self.take::<1>()?[0])),
            b'M' => Value::Int(i64::from(u16::from_le_bytes(self.take()?))),
            b'G' => self.take::<8>().map(|_| Value::Opaque)?,
            b'I' | b'L' => {
                let line = self.line()?.unwrap_or_default();
                let digits = line.strip_suffix('L').filter(|_| code == b'L').unwrap_or(&line);
                match (code, line.as_str()) {
                    (b'I', "00") => Value::Bool(false),
                    (b'I', "01") => Value::Bool(true),
                    _ => match digits.trim().parse() {
                        Ok(number) => Value::Int(number),
                        Err(_) if is_integer(digits) => Value::Opaque,
                        Err(_) => return Err(Stop::Broken("a number that is none".to_owned())),
                    },
                }
            }
            b'F' => {
                let line = self.line()?.unwrap_or_default();
                if line.trim().parse::<f64>().is_err() {
                    return Err(Stop::Broken("a number that is none".to_owned()));
                }
                Value::Opaque
            }
            _ => {
                let length = match code {
                    0x8a => u64::from(self.take::<1>()?[0]),
                    _ => match u64::try_from(i32::from_le_bytes(self.take()?)) {
                        Ok(length) => length,
                        Err(_) => return Err(Stop::Broken("a length below nothing".to_owned())),
                    },
                };
                let at = self.at;
                self.skip(length)?;
                if length <= 10 {
                    long(self.window.get(at, usize::try_from(length).unwrap_or(0))?)
                } else {
                    Value::Opaque
                }
            }
        };
        self.push(value)
    }

    fn string(&mut self, code: u8) -> Result<(), Stop> {
        if code == b'S' || code == b'V' {
            let line = self.line()?;
            let quoted = |text: &str| {
                let quote = text.chars().next()?;
                let inner = text.strip_prefix(quote)?.strip_suffix(quote)?;
                matches!(quote, '\'' | '"').then(|| inner.to_owned())
            };
            let text = match line {
                Some(line) if code == b'S' => {
                    let inner = quoted(line.trim_end_matches([' ', '\t', '\r']));
                    Some(inner.ok_or_else(|| Stop::Broken("a string without its quotes".to_owned()))?)
                }
                line => line,
            };
            // With escapes it is some text, but none that is understood as a name.
            let plain = text.filter(|text| text.is_ascii() && !text.contains('\\'));
            return self.push_text(plain);
        }
        let length = match code {
            b'U' | 0x8c => u64::from(self.take::<1>()?[0]),
            b'T' => match u64::try_from(i32::from_le_bytes(self.take()?)) {
                Ok(length) => length,
                Err(_) => return Err(Stop::Broken("a length below nothing".to_owned())),
            },
            b'X' => u64::from(u32::from_le_bytes(self.take()?)),
            _ => u64::from_le_bytes(self.take()?),
        };
        let at = self.at;
        self.skip(length)?;
        if length > caps::PICKLE_TEXT {
            self.note_nested(at, length)?;
            return self.push(Value::Opaque);
        }
        let bytes = self.window.get(at, usize::try_from(length).unwrap_or(0))?;
        let text = std::str::from_utf8(bytes).ok().map(str::to_owned);
        if matches!(code, b'U' | b'T') {
            // Read as text or as bytes, as the reader wishes; only letters that are the same in both are a name.
            self.note_nested(at, length)?;
            return self.push_text(text.filter(|text| text.is_ascii()));
        }
        if text.is_none() {
            return Err(Stop::Broken("a text that is not UTF-8".to_owned()));
        }
        self.push_text(text)
    }

    fn push_text(&mut self, text: Option<String>) -> Result<(), Stop> {
        let Some(text) = text else { return self.push(Value::Opaque) };
        self.kept.0 += text.len() + size_of::<Box<str>>();
        if self.kept.0 > caps::PICKLE_TEXTS {
            return Err(Stop::Broken(format!("more than {} bytes of texts", caps::PICKLE_TEXTS)));
        }
        let number = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.texts.push(text.into_boxed_str());
        self.push(Value::Text(number))
    }

    /// Bytes that are walked over.
    fn blob(&mut self, length: u64) -> Result<(), Stop> {
        let at = self.at;
        self.skip(length)?;
        self.note_nested(at, length)
    }

    /// Bytes that begin and end as a stream does are looked at afterwards.
    fn note_nested(&mut self, at: u64, length: u64) -> Result<(), Stop> {
        if length < 4 || self.nested.len() >= caps::PICKLE_NESTED {
            return Ok(());
        }
        let first = self.window.get(at, 2)?;
        if matches!(first, [0x80, 0..=5]) {
            self.nested.push(at..at + length);
        }
        Ok(())
    }

    fn index(&mut self, as_text: bool, short: bool) -> Result<u64, Stop> {
        if as_text {
            let line = self.line()?.unwrap_or_default();
            return line.trim().parse().map_err(|_| Stop::Broken("an index of the memo that is no number".to_owned()));
        }
        Ok(if short { u64::from(self.take::<1>()?[0]) } else { u64::from(u32::from_le_bytes(self.take()?)) })
    }

    fn memoize(&mut self, index: u64) -> Result<(), Stop> {
        let top = self.top()?;
        // Readers make room up to the index: one far beyond what is stored asks for memory, and for nothing else.
        if index > self.steps * 4 + 1024 || index > caps::PICKLE_VALUES as u64 {
            return Err(Stop::Broken(format!("entry {index} of the memo, far beyond what the stream stores")));
        }
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        if self.memo.len() <= index {
            self.memo.resize(index + 1, None);
        }
        if let Some(entry) = self.memo.get_mut(index) {
            *entry = Some(top);
        }
        Ok(())
    }

    /// An import. `None` where a name is not known as text.
    fn import(&mut self, module: Option<String>, name: Option<String>) -> Value {
        let (Some(module), Some(name)) = (module, name) else {
            self.offend("it imports something whose name is not plain text");
            return Value::Opaque;
        };
        let full = format!("{module}.{name}");
        if self.imports.len() < caps::PICKLE_IMPORTS {
            self.imports.insert(shorten(&full));
        }
        match allowed::import(&module, &name) {
            Some(kind) => Value::Global(kind),
            None => {
                self.offend(format!("it imports `{}`, which is not known to be harmless", shorten(&full)));
                Value::Opaque
            }
        }
    }

    fn call(&mut self, callee: Value, arguments: &[Value]) -> Result<(), Stop> {
        let Value::Global(kind) = callee else {
            self.offend("it calls something that is not known to be harmless");
            return self.push(Value::Opaque);
        };
        // What is looked at again and again is paid for each time.
        self.steps += arguments.iter().map(|argument| self.size(*argument)).sum::<u64>();
        match allowed::call(self, kind, arguments) {
            Ok(allowed::Made::Value(value)) => self.push(value),
            Ok(allowed::Made::Node(node)) => self.push_node(node),
            Err(what) => {
                self.offend(format!("it calls `{}` {what}", kind.name()));
                self.push(Value::Opaque)
            }
        }
    }

    /// Objects of a class, made without calling more than its constructor.
    fn new_object(&mut self, class: Value, arguments: &[Value]) -> Result<(), Stop> {
        match class {
            Value::Global(kind) if kind.is_class() => self.call(class, arguments),
            _ => {
                self.offend("it makes an object of something that is not known to be a harmless class");
                self.push(Value::Opaque)
            }
        }
    }

    fn build(&mut self, object: Value, state: Value) -> Result<(), Stop> {
        self.steps += self.size(state);
        let attributes = |machine: &Self, state: Value| match machine.node(state) {
            Some(Node::Dict(pairs, _)) => {
                pairs.iter().all(|(key, _)| machine.text(*key).is_some_and(|key| !key.starts_with("__")))
            }
            _ => false,
        };
        let fine = match self.node(object) {
            Some(Node::Dict(_, true) | Node::Plain) => attributes(self, state),
            Some(Node::Array) => matches!(self.node(state), Some(Node::Tuple(_))),
            _ => false,
        };
        if !fine {
            self.offend("it sets the state of something that is not known to take it without running code");
        }
        Ok(())
    }

    fn persistent_id(&mut self, id: Value) -> Result<(), Stop> {
        let storage = match (self.persistent, self.node(id)) {
            (Persistent::Storages, Some(Node::Tuple(items))) => self.storage(items),
            _ => None,
        };
        match storage {
            Some(node) => self.push_node(node),
            None => {
                self.offend("a persistent id that is no storage of tensors");
                self.push(Value::Opaque)
            }
        }
    }

    /// `('storage', type, key, location, elements)`, and in old files a view, which is none.
    fn storage(&self, items: &[Value]) -> Option<Node> {
        let (kind, class, key, location, elements) = match items {
            [kind, class, key, location, elements] | [kind, class, key, location, elements, Value::None] => {
                (*kind, *class, *key, *location, *elements)
            }
            _ => return None,
        };
        let (Value::Global(Kind::Storage(dtype)), Value::Text(key)) = (class, key) else { return None };
        let fine = self.text(kind) == Some("storage") && self.text(location).is_some();
        let Value::Int(elements) = elements else { return None };
        let elements = u64::try_from(elements).ok()?;
        fine.then_some(Node::Storage { key, dtype, elements })
    }

    fn append(&mut self, list: Value, items: Vec<Value>) -> Result<(), Stop> {
        self.count(items.len())?;
        match self.node_mut(list) {
            Some(Node::List(known)) => known.extend(items),
            _ => self.offend("it appends to something that is no list"),
        }
        Ok(())
    }

    fn set_items(&mut self, dict: Value, items: Vec<Value>) -> Result<(), Stop> {
        let pairs = self.pairs(items)?;
        match self.node_mut(dict) {
            Some(Node::Dict(known, _)) => known.extend(pairs),
            _ => self.offend("it sets items of something that is no dictionary"),
        }
        Ok(())
    }

    fn pairs(&mut self, items: Vec<Value>) -> Result<Vec<(Value, Value)>, Stop> {
        self.count(items.len())?;
        if !items.len().is_multiple_of(2) {
            return Err(Stop::Broken("an odd number of keys and values".to_owned()));
        }
        Ok(items.chunks_exact(2).filter_map(|pair| Some((*pair.first()?, *pair.get(1)?))).collect())
    }

    /// How many parts a value has.
    fn size(&self, value: Value) -> u64 {
        match self.node(value) {
            Some(Node::Tuple(items) | Node::List(items)) => items.len() as u64,
            Some(Node::Dict(pairs, _)) => pairs.len() as u64,
            _ => 0,
        }
    }

    fn node_mut(&mut self, value: Value) -> Option<&mut Node> {
        match value {
            Value::Node(number) => self.nodes.get_mut(number as usize),
            _ => None,
        }
    }

    /// Values kept in nodes, all together.
    fn count(&mut self, more: usize) -> Result<(), Stop> {
        self.kept.1 += more;
        if self.kept.1 > caps::PICKLE_VALUES {
            return Err(Stop::Broken(format!("more than {} values", caps::PICKLE_VALUES)));
        }
        Ok(())
    }

    fn push(&mut self, value: Value) -> Result<(), Stop> {
        if self.stack.len() >= caps::PICKLE_VALUES {
            return Err(Stop::Broken(format!("more than {} values", caps::PICKLE_VALUES)));
        }
        self.stack.push(value);
        Ok(())
    }

    fn push_node(&mut self, node: Node) -> Result<(), Stop> {
        self.count(match &node {
            Node::Tuple(items) | Node::List(items) => items.len(),
            Node::Dict(pairs, _) => pairs.len() * 2,
            Node::Tensor { shape, strides, .. } => shape.len() + strides.len(),
            _ => 0,
        })?;
        if self.nodes.len() >= caps::PICKLE_NODES {
            return Err(Stop::Broken(format!("more than {} objects", caps::PICKLE_NODES)));
        }
        let number = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        self.nodes.push(node);
        self.push(Value::Node(number))
    }

    /// What lies above the last mark; what is below cannot be reached.
    fn fence(&self) -> usize {
        self.marks.last().copied().unwrap_or(0)
    }

    fn pop(&mut self) -> Result<Value, Stop> {
        if self.stack.len() <= self.fence() {
            return Err(underflow());
        }
        self.stack.pop().ok_or_else(underflow)
    }

    fn top(&self) -> Result<Value, Stop> {
        if self.stack.len() <= self.fence() {
            return Err(underflow());
        }
        self.stack.last().copied().ok_or_else(underflow)
    }

    fn pop_many(&mut self, count: usize) -> Result<Vec<Value>, Stop> {
        let start = self.stack.len().checked_sub(count).filter(|start| *start >= self.fence());
        Ok(self.stack.split_off(start.ok_or_else(underflow)?))
    }

    fn pop_mark(&mut self) -> Result<Vec<Value>, Stop> {
        let mark = self.marks.pop().ok_or_else(|| Stop::Broken("there is no mark on the stack".to_owned()))?;
        Ok(self.stack.split_off(mark.min(self.stack.len())))
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], Stop> {
        let taken = self.window.get(self.at, N)?.first_chunk::<N>().copied();
        self.at += N as u64;
        taken.ok_or(Stop::Broken("the stream ends within it".to_owned()))
    }

    fn skip(&mut self, length: u64) -> Result<(), Stop> {
        let end = self.at.checked_add(length).filter(|end| *end <= self.window.size());
        self.at = end.ok_or_else(|| Stop::Broken(format!("{length} bytes reach past the end")))?;
        Ok(())
    }

    /// A line without its end; `None` where it is not UTF-8, or too long to be kept.
    fn line(&mut self) -> Result<Option<String>, Stop> {
        let mut bytes = Vec::new();
        loop {
            self.window.get(self.at, 1)?;
            let held = self.window.held_from(self.at);
            let end = held.iter().position(|byte| *byte == b'\n');
            let piece = held.get(..end.unwrap_or(held.len())).unwrap_or_default();
            if bytes.len() <= caps::PICKLE_LINE {
                bytes.extend_from_slice(piece);
            }
            self.at += piece.len() as u64;
            if end.is_some() {
                self.at += 1;
                let text = String::from_utf8(bytes).ok();
                return Ok(text.filter(|text| text.len() <= caps::PICKLE_LINE));
            }
        }
    }
}

/// The arguments of a call; no call of the allow-list takes many.
fn few(arguments: &[Value]) -> Result<Vec<Value>, Stop> {
    if arguments.len() > 64 {
        return Err(Stop::Broken(format!("a call with {} arguments", arguments.len())));
    }
    Ok(arguments.to_vec())
}

fn underflow() -> Stop {
    Stop::Broken("there is too little on the stack".to_owned())
}

fn is_integer(text: &str) -> bool {
    let digits = text.trim().trim_start_matches(['-', '+']);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// A number as bytes, the lowest first, with its sign.
fn long(bytes: &[u8]) -> Value {
    const MAGIC: [u8; 10] = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
    if bytes == MAGIC {
        return Value::Magic;
    }
    if bytes.len() > 8 {
        return Value::Opaque;
    }
    let sign = if bytes.last().is_some_and(|byte| byte & 0x80 != 0) { 0xff } else { 0 };
    let mut wide = [sign; 8];
    for (to, from) in wide.iter_mut().zip(bytes) {
        *to = *from;
    }
    Value::Int(i64::from_le_bytes(wide))
}
