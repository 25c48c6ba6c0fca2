//! The allow-list: what a stream may import and call and still be inert, with the arguments that are expected.
//!
//! An entry stands here only if importing its module runs nothing but the library's own start, and if the
//! call with these arguments makes a value and does nothing else. Names are compared as a whole; a name
//! with dots, which some readers resolve step by step, is never on the list.
//! Long because the list is reviewed as a whole.

use super::{Machine, Node, Value};
use crate::tensors::Dtype;

/// Something that may be imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    OrderedDict,
    DefaultDict,
    Counter,
    Set,
    Bytearray,
    Complex,
    /// A type of the language: only as the default of a dictionary.
    Type,
    Encode,
    RebuildTensor,
    RebuildTensorV2,
    RebuildQuantised,
    RebuildParameter,
    /// A tensor, parameter or scheme of quantisation, as an argument only.
    Argument,
    Size,
    Device,
    Layout,
    /// An element type; imported, never called.
    Element,
    /// A class of storages: its element type; `None` for bytes.
    Storage(Option<Dtype>),
    NumpyReconstruct,
    NumpyArray,
    NumpyDtype,
    NumpyScalar,
    NumpyFromBuffer,
    Namespace,
    Date,
}

impl Kind {
    /// What it is, in words.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::OrderedDict => "OrderedDict",
            Self::DefaultDict => "defaultdict",
            Self::Counter => "Counter",
            Self::Set => "set",
            Self::Bytearray => "bytearray",
            Self::Complex => "complex",
            Self::Type => "a type",
            Self::Encode => "_codecs.encode",
            Self::RebuildTensor => "_rebuild_tensor",
            Self::RebuildTensorV2 => "_rebuild_tensor_v2",
            Self::RebuildQuantised => "_rebuild_qtensor",
            Self::RebuildParameter => "_rebuild_parameter",
            Self::Argument => "a class of tensors",
            Self::Size => "torch.Size",
            Self::Device => "torch.device",
            Self::Layout => "_get_layout",
            Self::Element => "an element type",
            Self::Storage(_) => "a class of storages",
            Self::NumpyReconstruct => "_reconstruct",
            Self::NumpyArray => "ndarray",
            Self::NumpyDtype => "dtype",
            Self::NumpyScalar => "scalar",
            Self::NumpyFromBuffer => "_frombuffer",
            Self::Date => "a date",
            Self::Namespace => "Namespace",
        }
    }

    /// Whether objects may be made of it without a call.
    pub(crate) fn is_class(self) -> bool {
        matches!(self, Self::OrderedDict | Self::Namespace | Self::Size | Self::Set | Self::Complex)
    }
}

/// The entry of a name.
pub(crate) fn import(module: &str, name: &str) -> Option<Kind> {
    use Kind::*;
    Some(match (module, name) {
        ("collections", "OrderedDict") => OrderedDict,
        ("collections", "defaultdict") => DefaultDict,
        ("collections", "Counter") => Counter,
        ("builtins" | "__builtin__", "set" | "frozenset") => Set,
        ("builtins" | "__builtin__", "bytearray") => Bytearray,
        ("builtins" | "__builtin__", "complex") => Complex,
        ("builtins" | "__builtin__", "int" | "float" | "str" | "list" | "dict" | "tuple" | "bool" | "bytes") => Type,
        ("_codecs", "encode") => Encode,
        ("torch._utils", "_rebuild_tensor") => RebuildTensor,
        ("torch._utils", "_rebuild_tensor_v2") => RebuildTensorV2,
        ("torch._utils", "_rebuild_qtensor") => RebuildQuantised,
        ("torch._utils", "_rebuild_parameter") => RebuildParameter,
        ("torch", "Tensor") | ("torch.nn.parameter", "Parameter") => Argument,
        ("torch", "per_tensor_affine" | "per_channel_affine" | "per_tensor_symmetric" | "per_channel_symmetric") => {
            Argument
        }
        ("torch", "Size") => Size,
        ("torch", "device") => Device,
        ("torch.serialization", "_get_layout") => Layout,
        ("torch", name) if element(name).is_some() => Element,
        ("torch", name) => Storage(Some(storage(name.strip_suffix("Storage")?)?)),
        ("torch.storage", "UntypedStorage" | "_UntypedStorage") => Storage(None),
        ("numpy.core.multiarray" | "numpy._core.multiarray", "_reconstruct") => NumpyReconstruct,
        ("numpy.core.multiarray" | "numpy._core.multiarray", "scalar") => NumpyScalar,
        ("numpy", "ndarray") => NumpyArray,
        ("numpy", "dtype") => NumpyDtype,
        ("numpy.core.numeric" | "numpy._core.numeric", "_frombuffer") => NumpyFromBuffer,
        ("argparse", "Namespace") => Namespace,
        ("datetime", "datetime" | "date" | "time" | "timedelta") => Date,
        _ => return None,
    })
}

fn element(name: &str) -> Option<Dtype> {
    use Dtype::*;
    Some(match name {
        "float32" | "float" => F32,
        "float64" | "double" => F64,
        "float16" | "half" => F16,
        "bfloat16" => BF16,
        "float8_e4m3fn" => F8_E4M3,
        "float8_e5m2" => F8_E5M2,
        "float8_e4m3fnuz" => F8_E4M3FNUZ,
        "float8_e5m2fnuz" => F8_E5M2FNUZ,
        "float8_e8m0fnu" => F8_E8M0,
        "uint8" => U8,
        "uint16" => U16,
        "uint32" => U32,
        "uint64" => U64,
        "int8" => I8,
        "int16" | "short" => I16,
        "int32" | "int" => I32,
        "int64" | "long" => I64,
        "bool" => BOOL,
        "complex32" => C32,
        "complex64" => C64,
        "complex128" => C128,
        "qint8" => QI8,
        "quint8" => QU8,
        "qint32" => QI32,
        _ => return None,
    })
}

fn storage(name: &str) -> Option<Dtype> {
    use Dtype::*;
    Some(match name {
        "Float" => F32,
        "Double" => F64,
        "Half" => F16,
        "BFloat16" => BF16,
        "Byte" => U8,
        "Char" => I8,
        "Short" => I16,
        "Int" => I32,
        "Long" => I64,
        "Bool" => BOOL,
        "ComplexFloat" => C64,
        "ComplexDouble" => C128,
        "QInt8" => QI8,
        "QUInt8" => QU8,
        "QInt32" => QI32,
        _ => return None,
    })
}

/// What a call makes.
pub(crate) enum Made {
    Value(Value),
    Node(Node),
}

/// What a call of an entry makes.
///
/// # Errors
/// Says what is not as expected: the words follow "it calls `name`".
pub(crate) fn call(machine: &Machine<'_, '_>, kind: Kind, arguments: &[Value]) -> Result<Made, &'static str> {
    const OTHER: &str = "with arguments that are not expected";
    let node = |value: &Value| machine.node(*value);
    let is_text = |value: &Value| machine.text(*value).is_some();
    let opaque = Ok(Made::Value(Value::Opaque));
    match kind {
        Kind::OrderedDict => match arguments {
            [] => Ok(Made::Node(Node::Dict(Vec::new(), true))),
            [list] => match node(list) {
                Some(Node::List(items)) => Ok(Made::Node(Node::Dict(pairs(machine, items).ok_or(OTHER)?, true))),
                Some(Node::Dict(known, _)) => Ok(Made::Node(Node::Dict(known.clone(), true))),
                _ => Err(OTHER),
            },
            _ => Err(OTHER),
        },
        Kind::DefaultDict => match arguments {
            [] | [Value::None | Value::Global(Kind::Type | Kind::Set)] => Ok(Made::Node(Node::Dict(Vec::new(), false))),
            _ => Err(OTHER),
        },
        Kind::Counter => match arguments {
            [] => Ok(Made::Node(Node::Dict(Vec::new(), false))),
            [dict] if matches!(node(dict), Some(Node::Dict(..))) => Ok(Made::Node(Node::Dict(Vec::new(), false))),
            _ => Err(OTHER),
        },
        Kind::Set => match arguments {
            [] => Ok(Made::Node(Node::Set)),
            [items] if matches!(node(items), Some(Node::List(_) | Node::Tuple(_) | Node::Set)) => {
                Ok(Made::Node(Node::Set))
            }
            _ => Err(OTHER),
        },
        Kind::Bytearray => match arguments {
            [] | [Value::Bytes] => Ok(Made::Value(Value::Bytes)),
            [text, encoding] if is_text(text) && is_latin(machine, *encoding) => Ok(Made::Value(Value::Bytes)),
            _ => Err(OTHER),
        },
        Kind::Complex if arguments.len() == 2 && arguments.iter().all(is_number) => opaque,
        Kind::Encode => match arguments {
            // Texts that are not kept are texts all the same.
            [Value::Text(_) | Value::Opaque, encoding] if is_latin(machine, *encoding) => Ok(Made::Value(Value::Bytes)),
            _ => Err(OTHER),
        },
        Kind::RebuildTensor => match arguments {
            [storage, offset, shape, strides] => {
                tensor(machine, *storage, *offset, *shape, *strides).map(Made::Node).ok_or(OTHER)
            }
            _ => Err(OTHER),
        },
        Kind::RebuildTensorV2 => match arguments {
            [storage, offset, shape, strides, Value::Bool(_), hooks, rest @ ..]
                if is_empty(machine, *hooks)
                    && (rest.is_empty() || matches!(rest, [only] if is_empty(machine, *only))) =>
            {
                tensor(machine, *storage, *offset, *shape, *strides).map(Made::Node).ok_or(OTHER)
            }
            _ => Err(OTHER),
        },
        Kind::RebuildQuantised => match arguments {
            [storage, offset, shape, strides, scheme, Value::Bool(_), hooks] if is_empty(machine, *hooks) => {
                let fine = match node(scheme) {
                    Some(Node::Tuple(items)) => matches!(items.first(), Some(Value::Global(Kind::Argument))),
                    _ => false,
                };
                if !fine {
                    return Err(OTHER);
                }
                tensor(machine, *storage, *offset, *shape, *strides).map(Made::Node).ok_or(OTHER)
            }
            _ => Err(OTHER),
        },
        Kind::RebuildParameter => match arguments {
            [inner, Value::Bool(_), hooks] if is_empty(machine, *hooks) => match node(inner) {
                Some(Node::Tensor { .. }) => Ok(Made::Value(*inner)),
                _ => Err(OTHER),
            },
            _ => Err(OTHER),
        },
        Kind::Size => match arguments {
            [shape] if numbers(machine, *shape).is_some() => Ok(Made::Value(*shape)),
            _ => Err(OTHER),
        },
        Kind::Device => match arguments {
            [kind] | [kind, Value::Int(_)] if is_text(kind) => opaque,
            _ => Err(OTHER),
        },
        Kind::Layout if arguments.len() == 1 && arguments.iter().all(is_text) => opaque,
        Kind::NumpyReconstruct => match arguments {
            [Value::Global(Kind::NumpyArray), shape, code] => {
                let empty = matches!(node(shape), Some(Node::Tuple(items)) if items.as_slice() == [Value::Int(0)]);
                let coded = matches!(code, Value::Bytes) || machine.text(*code) == Some("b");
                if empty && coded { Ok(Made::Node(Node::Array)) } else { Err(OTHER) }
            }
            _ => Err(OTHER),
        },
        Kind::NumpyDtype => match arguments {
            [text, rest @ ..]
                if is_text(text)
                    && rest.len() <= 2
                    && rest.iter().all(|flag| matches!(flag, Value::Bool(_) | Value::Int(_))) =>
            {
                Ok(Made::Node(Node::Array))
            }
            _ => Err(OTHER),
        },
        Kind::NumpyScalar => match arguments {
            [dtype, Value::Bytes] if matches!(node(dtype), Some(Node::Array)) => opaque,
            _ => Err(OTHER),
        },
        // NumPy refuses to read objects from a buffer.
        Kind::NumpyFromBuffer => match arguments {
            [Value::Bytes, dtype, shape, order]
                if matches!(node(dtype), Some(Node::Array)) && numbers(machine, *shape).is_some() && is_text(order) =>
            {
                opaque
            }
            _ => Err(OTHER),
        },
        Kind::Date if arguments.iter().all(|item| matches!(item, Value::Bytes | Value::Int(_))) => opaque,
        Kind::Namespace if arguments.is_empty() => Ok(Made::Node(Node::Plain)),
        Kind::Complex | Kind::Layout | Kind::Namespace | Kind::Date => Err(OTHER),
        Kind::Type | Kind::Argument | Kind::Element | Kind::Storage(_) | Kind::NumpyArray => {
            Err("which is known as an argument only")
        }
    }
}

fn is_number(value: &Value) -> bool {
    matches!(value, Value::Int(_) | Value::Opaque)
}

fn is_latin(machine: &Machine<'_, '_>, encoding: Value) -> bool {
    matches!(machine.text(encoding), Some("latin1" | "latin-1"))
}

/// Nothing, or a dictionary without entries: no hook is called, no attribute set.
fn is_empty(machine: &Machine<'_, '_>, value: Value) -> bool {
    match value {
        Value::None => true,
        _ => matches!(machine.node(value), Some(Node::Dict(pairs, _)) if pairs.is_empty()),
    }
}

/// A list of pairs as the pairs of a dictionary.
fn pairs(machine: &Machine<'_, '_>, items: &[Value]) -> Option<Vec<(Value, Value)>> {
    items
        .iter()
        .map(|item| match machine.node(*item)? {
            Node::Tuple(pair) | Node::List(pair) => match pair.as_slice() {
                [key, value] => Some((*key, *value)),
                _ => None,
            },
            _ => None,
        })
        .collect()
}

fn numbers(machine: &Machine<'_, '_>, value: Value) -> Option<Vec<u64>> {
    let Node::Tuple(items) = machine.node(value)? else { return None };
    let natural = |item: &Value| match item {
        Value::Int(number) => u64::try_from(*number).ok(),
        _ => None,
    };
    (items.len() <= crate::caps::DIMENSIONS).then(|| items.iter().map(natural).collect())?
}

fn tensor(machine: &Machine<'_, '_>, storage: Value, offset: Value, shape: Value, strides: Value) -> Option<Node> {
    let Value::Node(number) = storage else { return None };
    let Some(Node::Storage { dtype, .. }) = machine.node(storage) else { return None };
    let Value::Int(offset) = offset else { return None };
    let (shape, strides) = (numbers(machine, shape)?, numbers(machine, strides)?);
    (shape.len() == strides.len()).then_some(())?;
    let offset = u64::try_from(offset).ok()?;
    let dtype = dtype.unwrap_or(Dtype::U8);
    Some(Node::Tensor { storage: number, dtype, offset, shape, strides, at: machine.opcode.0 })
}

/// The name of an opcode, as the specification has it; `None` for bytes that are none.
pub(crate) fn opcode(code: u8) -> Option<&'static str> {
    Some(match code {
        b'(' => "MARK",
        b'.' => "STOP",
        b'0' => "POP",
        b'1' => "POP_MARK",
        b'2' => "DUP",
        b'F' => "FLOAT",
        b'I' => "INT",
        b'J' => "BININT",
        b'K' => "BININT1",
        b'L' => "LONG",
        b'M' => "BININT2",
        b'N' => "NONE",
        b'P' => "PERSID",
        b'Q' => "BINPERSID",
        b'R' => "REDUCE",
        b'S' => "STRING",
        b'T' => "BINSTRING",
        b'U' => "SHORT_BINSTRING",
        b'V' => "UNICODE",
        b'X' => "BINUNICODE",
        b'a' => "APPEND",
        b'b' => "BUILD",
        b'c' => "GLOBAL",
        b'd' => "DICT",
        b'}' => "EMPTY_DICT",
        b'e' => "APPENDS",
        b'g' => "GET",
        b'h' => "BINGET",
        b'i' => "INST",
        b'j' => "LONG_BINGET",
        b'l' => "LIST",
        b']' => "EMPTY_LIST",
        b'o' => "OBJ",
        b'p' => "PUT",
        b'q' => "BINPUT",
        b'r' => "LONG_BINPUT",
        b's' => "SETITEM",
        b't' => "TUPLE",
        b')' => "EMPTY_TUPLE",
        b'u' => "SETITEMS",
        b'G' => "BINFLOAT",
        b'B' => "BINBYTES",
        b'C' => "SHORT_BINBYTES",
        0x80 => "PROTO",
        0x81 => "NEWOBJ",
        0x82 => "EXT1",
        0x83 => "EXT2",
        0x84 => "EXT4",
        0x85 => "TUPLE1",
        0x86 => "TUPLE2",
        0x87 => "TUPLE3",
        0x88 => "NEWTRUE",
        0x89 => "NEWFALSE",
        0x8a => "LONG1",
        0x8b => "LONG4",
        0x8c => "SHORT_BINUNICODE",
        0x8d => "BINUNICODE8",
        0x8e => "BINBYTES8",
        0x8f => "EMPTY_SET",
        0x90 => "ADDITEMS",
        0x91 => "FROZENSET",
        0x92 => "NEWOBJ_EX",
        0x93 => "STACK_GLOBAL",
        0x94 => "MEMOIZE",
        0x95 => "FRAME",
        0x96 => "BYTEARRAY8",
        0x97 => "NEXT_BUFFER",
        0x98 => "READONLY_BUFFER",
        _ => return None,
    })
}
