//! Tensor tables: what the header of a weight file says of each tensor, in one form for all formats.
//!
//! A table tells where the data of a tensor lies, so that those who compare tensors need to know no
//! format. Only headers are read. Of a table without faults every range lies inside its file.

use crate::caps;
use candor_facts::Digest;
use std::ops::Range;

macro_rules! dtypes {
    ($($variant:ident $name:literal $elements:literal $bits:literal $float:literal;)*) => {
        /// An element type, over all formats: safetensors, GGUF, PyTorch, ONNX.
        #[allow(non_camel_case_types, reason = "the names that the formats use")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Dtype {
            $(#[doc = $name] $variant,)*
        }

        impl Dtype {
            /// All element types.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The name used in facts and reports: that of safetensors where it has one.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Elements and bits of one block; a block is one element unless the type packs several under one scale.
            pub fn block(self) -> (u64, u64) {
                match self { $(Self::$variant => ($elements, $bits),)* }
            }

            /// Whether its elements stand for fractions: parameters do, counters and masks do not.
            pub fn is_float(self) -> bool {
                match self { $(Self::$variant => $float,)* }
            }
        }
    };
}

dtypes! {
    BOOL "BOOL" 1 8 false;
    F4 "F4" 1 4 true;
    F6_E2M3 "F6_E2M3" 1 6 true;
    F6_E3M2 "F6_E3M2" 1 6 true;
    U8 "U8" 1 8 false;
    I8 "I8" 1 8 false;
    F8_E5M2 "F8_E5M2" 1 8 true;
    F8_E4M3 "F8_E4M3" 1 8 true;
    F8_E8M0 "F8_E8M0" 1 8 true;
    F8_E5M2FNUZ "F8_E5M2FNUZ" 1 8 true;
    F8_E4M3FNUZ "F8_E4M3FNUZ" 1 8 true;
    I16 "I16" 1 16 false;
    U16 "U16" 1 16 false;
    F16 "F16" 1 16 true;
    BF16 "BF16" 1 16 true;
    I32 "I32" 1 32 false;
    U32 "U32" 1 32 false;
    F32 "F32" 1 32 true;
    C32 "C32" 1 32 true;
    C64 "C64" 1 64 true;
    F64 "F64" 1 64 true;
    I64 "I64" 1 64 false;
    U64 "U64" 1 64 false;
    C128 "C128" 1 128 true;
    U2 "U2" 1 2 false;
    I2 "I2" 1 2 false;
    U4 "U4" 1 4 false;
    I4 "I4" 1 4 false;
    QI8 "QI8" 1 8 true;
    QU8 "QU8" 1 8 true;
    QI32 "QI32" 1 32 true;
    Q4_0 "Q4_0" 32 144 true;
    Q4_1 "Q4_1" 32 160 true;
    Q5_0 "Q5_0" 32 176 true;
    Q5_1 "Q5_1" 32 192 true;
    Q8_0 "Q8_0" 32 272 true;
    Q8_1 "Q8_1" 32 288 true;
    Q2_K "Q2_K" 256 672 true;
    Q3_K "Q3_K" 256 880 true;
    Q4_K "Q4_K" 256 1152 true;
    Q5_K "Q5_K" 256 1408 true;
    Q6_K "Q6_K" 256 1680 true;
    Q8_K "Q8_K" 256 2336 true;
    IQ2_XXS "IQ2_XXS" 256 528 true;
    IQ2_XS "IQ2_XS" 256 592 true;
    IQ3_XXS "IQ3_XXS" 256 784 true;
    IQ1_S "IQ1_S" 256 400 true;
    IQ4_NL "IQ4_NL" 32 144 true;
    IQ3_S "IQ3_S" 256 880 true;
    IQ2_S "IQ2_S" 256 656 true;
    IQ4_XS "IQ4_XS" 256 1088 true;
    IQ1_M "IQ1_M" 256 448 true;
    TQ1_0 "TQ1_0" 256 432 true;
    TQ2_0 "TQ2_0" 256 528 true;
    MXFP4 "MXFP4" 32 136 true;
    NVFP4 "NVFP4" 64 288 true;
    Q1_0 "Q1_0" 128 144 true;
}

impl Dtype {
    /// The type of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|dtype| dtype.name() == name).copied()
    }

    /// Bits of so many elements; `None` when they fill no whole number of blocks, or more than can be counted.
    pub fn bits(self, elements: u64) -> Option<u64> {
        let (block, bits) = self.block();
        // Most types have no blocks, and a division takes longer than all else here.
        if block == 1 {
            return elements.checked_mul(bits);
        }
        elements.is_multiple_of(block).then(|| (elements / block).checked_mul(bits)).flatten()
    }

    /// Whether several elements share a scale: a type that weights are quantised to.
    pub fn is_blocked(self) -> bool {
        self.block().0 > 1
    }
}

/// Where the data of a tensor lies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Data {
    /// Bytes of the file. `None` where they stand nowhere as such: compressed, told as a list of numbers, or none at all. Of
    /// another file the end is not checked.
    pub bytes: Option<Range<u64>>,
    /// Where else than in the file itself, or as a part of what; boxed, since tables are long and few formats need it.
    pub apart: Option<Box<Apart>>,
    /// Whether numbers stand with their highest byte first.
    pub big_endian: bool,
}

impl Data {
    /// Another file that holds it, by its path from the folder of this one.
    pub fn file(&self) -> Option<&str> {
        match self.apart.as_deref() {
            Some(Apart::File(path)) => Some(path),
            _ => None,
        }
    }

    /// Elements from one index to the next, for each dimension; `None` where the last dimension runs fastest and
    /// nothing is left out. With strides, `bytes` reaches from the first to the last element that is used.
    pub fn strides(&self) -> Option<&[u64]> {
        match self.apart.as_deref() {
            Some(Apart::Storage { strides, .. }) => strides.as_deref(),
            _ => None,
        }
    }
}

/// Data that is not simply a run of bytes of the file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Apart {
    /// It lies in another file, by its path from the folder of this one.
    File(String),
    /// It is a part of a storage of a PyTorch file. Tensors whose parts and shapes are equal are one.
    Storage {
        /// The name of the storage.
        key: String,
        /// The first element that is used.
        first: u64,
        /// See [`Data::strides`].
        strides: Option<Vec<u64>>,
    },
}

/// Dimensions of a tensor: few, so that they stand beside its name and not elsewhere.
pub type Shape = smallvec::SmallVec<[u64; 2]>;

/// A tensor whose entry is fine in itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tensor {
    /// Its name as written.
    pub name: String,
    /// Its element type.
    pub dtype: Dtype,
    /// Its dimensions, the outermost first, whatever the order of the format.
    pub shape: Shape,
    /// Number of elements: the product of the shape.
    pub elements: u64,
    /// Where its data lies.
    pub data: Data,
    /// Bytes of the file that tell of it.
    pub entry: Range<u64>,
}

/// A fault, with its byte of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The byte at which it shows.
    pub at: u64,
    /// What is wrong.
    pub what: String,
}

/// What the header of a weight file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// `safetensors`, `gguf`, `pytorch`, `onnx`.
    pub format: &'static str,
    /// The tensors, in the order of the file.
    pub tensors: Vec<Tensor>,
    /// Free statements of the header, in the order of the file, as far as they are kept.
    pub metadata: Vec<(String, String)>,
    /// The bytes that the table was read from, with their digest; `None` when they are not all there.
    pub head: Option<(Range<u64>, Digest)>,
    /// What is wrong, in the order of the bytes.
    pub faults: Vec<Fault>,
    /// Faults beyond those kept.
    pub more_faults: u64,
    /// What was not understood, though it may be right.
    pub notes: Vec<String>,
    /// Whether the file ends before what its header tells of.
    pub truncated: bool,
}

impl Table {
    /// An empty table of a format.
    pub(crate) fn of(format: &'static str) -> Self {
        Self { format, ..Self::default() }
    }

    /// Add a fault; beyond the cap they are counted.
    pub(crate) fn fault(&mut self, at: u64, what: impl Into<String>) {
        if self.faults.len() < caps::FAULTS {
            self.faults.push(Fault { at, what: what.into() });
        } else {
            self.more_faults += 1;
        }
    }

    /// Add something that was not understood.
    pub(crate) fn note(&mut self, what: impl Into<String>) {
        if self.notes.len() < caps::FAULTS {
            self.notes.push(what.into());
        }
    }

    /// Each name once: faults at the entries that repeat one.
    pub(crate) fn check_names(&mut self) {
        // Most writers sort.
        if self.tensors.is_sorted_by(|one, next| one.name < next.name) {
            return;
        }
        let mut hashes: Vec<u64> = self.tensors.iter().map(|tensor| blurred(tensor.name.as_bytes())).collect();
        hashes.sort_unstable();
        if hashes.windows(2).all(|pair| pair.first() != pair.last()) {
            return;
        }
        // Sorted by a hash, names cost less than in their order; equal ones stand side by side all the same.
        let mut order: Vec<(u64, &Tensor)> =
            self.tensors.iter().map(|tensor| (blurred(tensor.name.as_bytes()), tensor)).collect();
        order.sort_unstable_by(|(one, a), (other, b)| {
            one.cmp(other).then_with(|| a.name.cmp(&b.name)).then(a.entry.start.cmp(&b.entry.start))
        });
        let pairs = order.windows(2).filter_map(|pair| match pair {
            [(_, first), (_, second)] if first.name == second.name => Some(*second),
            _ => None,
        });
        let again = |second: &Tensor| (second.entry.start, format!("tensor `{}` stands twice", shorten(&second.name)));
        let repeated: Vec<(u64, String)> = pairs.map(again).collect();
        for (at, what) in repeated {
            self.fault(at, what);
        }
    }
}

/// A hash of a name, eight bytes at a time. Those who choose names can make it collide, which costs time and no more.
fn blurred(name: &[u8]) -> u64 {
    // Both halves of the product, so that each bit of a word has a part in each bit of the hash.
    let mix = |hash: u64, word: u64| {
        let product = u128::from(hash ^ word) * 0x9e37_79b9_7f4a_7c15;
        (product >> 64) as u64 ^ product as u64
    };
    let chunks = name.chunks_exact(8);
    let rest = chunks.remainder().iter().fold(name.len() as u64, |word, byte| word << 8 | u64::from(*byte));
    let hash = chunks.fold(0, |hash, chunk| mix(hash, chunk.try_into().map_or(0, u64::from_le_bytes)));
    mix(hash, rest)
}

/// Number of elements of a shape; `None` when there are more than can be counted.
pub(crate) fn elements(shape: &[u64]) -> Option<u64> {
    // A dimension of nothing makes nothing, however large the others.
    if shape.contains(&0) {
        return Some(0);
    }
    shape.iter().try_fold(1u64, |product, dimension| product.checked_mul(*dimension))
}

/// Names come from outside and may be long.
pub(crate) fn shorten(text: &str) -> String {
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
