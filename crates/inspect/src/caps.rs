//! The caps that keep hostile input from costing more than it is worth, in one place.

/// Longest document that is read: cards, licences, plain text. Bytes.
pub const DOCUMENT: u64 = 4 << 20;
/// All files that one inspector reads of one part together: beyond it, they are listed and not read. Bytes.
pub const READ_TOTAL: u64 = 16 << 20;
/// Facts that one inspector finds in one part after which it reads no further file.
pub const FACTS: usize = 50_000;
/// Most values of one key of the front matter that are looked at.
pub const FRONT_VALUES: usize = 1_000;
/// Longest front matter. Bytes.
pub const FRONT_MATTER: usize = 1 << 20;
/// Longest JSON or YAML configuration. Bytes.
pub const CONFIG: u64 = 8 << 20;
/// Longest log that a trainer leaves (`trainer_state.json`). Bytes.
pub const TRAINER_STATE: u64 = 64 << 20;
/// Longest shard index. Bytes.
pub const SHARD_INDEX: u64 = 64 << 20;
/// Longest safetensors header: the cap of the format itself. Bytes.
pub const SAFETENSORS_HEADER: u64 = 100_000_000;
/// Longest GGUF header: what comes before the data. Bytes.
pub const GGUF_HEADER: u64 = 256 << 20;
/// Most keys of a GGUF header.
pub const GGUF_KEYS: u64 = 65_536;
/// Longest key and longest name of a tensor in GGUF: the cap of the format. Bytes.
pub const GGUF_KEY: u64 = 65_535;
/// Most dimensions of a tensor in GGUF: the cap of its readers.
pub const GGUF_DIMENSIONS: usize = 4;
/// Longest value of a GGUF key that is kept; a longer one is walked over. Bytes.
pub const GGUF_VALUE: usize = 64 << 10;
/// All values of a GGUF header that are kept, together. Bytes.
pub const GGUF_KEPT: usize = 1 << 20;
/// Most keys of a GGUF header whose values are kept.
pub const GGUF_KEPT_KEYS: usize = 4_096;
/// Most numbered entries (base models, data sets) of a GGUF header.
pub const GGUF_ENTRIES: u64 = 1_000;
/// Longest stream of a pickle that is unpacked from an archive. Bytes.
pub const PICKLE: u64 = 64 << 20;
/// Most opcodes of one file's pickles, and of what they look at again.
pub const PICKLE_OPCODES: u64 = 32 << 20;
/// Longest text of a pickle that is kept; a longer one is walked over. Bytes.
pub const PICKLE_TEXT: u64 = 4 << 10;
/// All texts of one file's pickles that are kept, together. Bytes.
pub const PICKLE_TEXTS: usize = 64 << 20;
/// Longest line of a pickle in text that is kept; a longer one is walked over. Bytes.
pub const PICKLE_LINE: usize = 64 << 10;
/// Most values of one file's pickles.
pub const PICKLE_VALUES: usize = 4 << 20;
/// Most objects of one file's pickles.
pub const PICKLE_NODES: usize = 1 << 20;
/// Most imports of a pickle that are told.
pub const PICKLE_IMPORTS: usize = 100;
/// Most byte strings of a pickle that are looked at as pickles themselves, and how deep.
pub const PICKLE_NESTED: usize = 64;
/// Most pickles of one file, one after the other.
pub const PICKLES: u32 = 1_000;
/// Longest directory of a ZIP archive. Bytes.
pub const ZIP_DIRECTORY: u64 = 64 << 20;
/// Most members of a ZIP archive.
pub const ZIP_MEMBERS: u64 = 200_000;
/// Longest run of bytes that is hashed for the place of a single statement. Bytes.
pub const PLACE: u64 = 16 << 20;
/// Most fields of an ONNX model that are walked over.
pub const ONNX_FIELDS: u64 = 16 << 20;
/// Longest name and longest value of an ONNX model that is kept. Bytes.
pub const ONNX_TEXT: u64 = 64 << 10;
/// An ONNX model up to this length is the place of its table as a whole; of a longer one its start is. Bytes.
pub const ONNX_WHOLE: u64 = 1 << 20;
/// What is shown of a longer ONNX model. Bytes.
pub const ONNX_START: u64 = 64 << 10;
/// All headers of one part together: beyond it, files are listed and not opened. Bytes.
pub const HEADERS_TOTAL: u64 = 512 << 20;
/// Most tensors of one header.
pub const TENSORS: usize = 500_000;
/// Most dimensions of one tensor.
pub const DIMENSIONS: usize = 64;
/// Most sets of weight files that a part is told to have; the rest is counted.
pub const WEIGHT_SETS: usize = 2_000;
/// Most names of missing files that a fact lists.
pub const MISSING: usize = 100;
/// Most faults of one file that are told one by one; the rest is counted.
pub const FAULTS: usize = 50;
/// Most gaps of one kind that a part may give for weight files; the rest is counted.
pub const WEIGHT_GAPS: usize = 2_000;
/// Most names of one JSON object that are looked at one by one.
pub const MEMBERS: usize = 100_000;
/// Deepest nesting followed in JSON and YAML.
pub const DEPTH: usize = 64;
/// Longest statement of a page; a longer one is cut at a space. Bytes.
pub const STATEMENT: usize = 8 << 10;
/// Most links of one statement that are looked at.
pub const LINKS: usize = 200;
/// Most statements, headings and blocks of code of one page, together; what stands after is not read.
pub const STATEMENTS: usize = 10_000;
/// Longest heading, and longest head of a table, that is kept. Bytes.
pub const HEADING: usize = 512;
/// Most models of one bill of materials that are looked at.
pub const LISTED_MODELS: usize = 200;
/// A file of reviews, in bytes.
pub(crate) const REVIEW_FILE_BYTES: u64 = 1 << 20;
/// What a review may be pinned to, in bytes.
pub(crate) const REVIEWED_BYTES: u64 = 64 << 20;
