//! Files that hold pickles, made from the specification of the opcodes: hostile ones, and benign ones of real layout.
//!
//! Long because it is the list of the cases. None is ever loaded; what hostile ones would run is `true`.

use super::zips::{self, Entry};

/// A file with what must be said of it.
pub struct Case {
    /// What it is about; unique.
    pub name: String,
    /// The name under which it is looked at.
    pub file: String,
    /// Whether it must not be called inert.
    pub hostile: bool,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// All cases.
pub fn cases() -> Vec<Case> {
    let mut made = Made(Vec::new());
    made.imports();
    made.names();
    made.opcodes();
    made.streams();
    made.frames();
    made.arguments();
    made.nested();
    made.archives();
    made.disguises();
    made.containers();
    made.plain_values();
    made.checkpoints();
    made.0
}

struct Made(Vec<Case>);

/// Bytes one after the other.
macro_rules! cat {
    ($($part:expr),* $(,)?) => {{
        let mut bytes: Vec<u8> = Vec::new();
        $(bytes.extend_from_slice($part.as_ref());)*
        bytes
    }};
}

fn short(text: &str) -> Vec<u8> {
    cat!([0x8c, u8::try_from(text.len()).unwrap()], text)
}

fn unicode(text: &str) -> Vec<u8> {
    cat!("X", u32::try_from(text.len()).unwrap().to_le_bytes(), text)
}

fn global(module: &str, name: &str) -> Vec<u8> {
    cat!("c", module, "\n", name, "\n")
}

fn stack_global(module: &str, name: &str) -> Vec<u8> {
    cat!(short(module), short(name), [0x93])
}

/// A stream of a protocol, in a frame from protocol 4 on.
fn stream(protocol: u8, body: &[u8]) -> Vec<u8> {
    let body = cat!(body, ".");
    if protocol < 2 {
        return body;
    }
    if protocol < 4 {
        return cat!([0x80, protocol], body);
    }
    cat!([0x80, protocol, 0x95], (body.len() as u64).to_le_bytes(), body)
}

/// One argument in a tuple: the text `true`.
fn argument() -> Vec<u8> {
    cat!(unicode("true"), [0x85])
}

/// A call that loaders make, of something that no loader should call.
fn attack() -> Vec<u8> {
    cat!(global("os", "system"), argument(), "R")
}

/// Things that must not be imported, whatever is done with them.
const HARMFUL: &[(&str, &str)] = &[
    ("os", "system"),
    ("posix", "system"),
    ("nt", "system"),
    ("subprocess", "Popen"),
    ("builtins", "eval"),
    ("__builtin__", "exec"),
    ("builtins", "getattr"),
    ("builtins", "__import__"),
    ("runpy", "_run_code"),
    ("pickle", "loads"),
    ("_pickle", "Unpickler"),
    ("torch.storage", "_load_from_bytes"),
    ("torch", "load"),
    ("torch.hub", "load"),
    ("webbrowser", "open"),
    ("socket", "create_connection"),
    ("importlib", "import_module"),
    ("ctypes", "CDLL"),
    ("numpy.testing._private.utils", "runstring"),
    ("pydoc", "pipepager"),
    ("bdb", "Bdb.run"),
    ("timeit", "timeit"),
    ("code", "InteractiveInterpreter.runcode"),
    ("shutil", "rmtree"),
    ("functools", "partial"),
    ("operator", "methodcaller"),
    ("types", "FunctionType"),
    ("copyreg", "_reconstructor"),
    ("torch._utils", "_rebuild_tensor_v2.__globals__"),
    ("collections", "OrderedDict.__class__"),
    ("torch", "serialization.os.system"),
    ("joblib.numpy_pickle", "NumpyArrayWrapper"),
    ("collections\r", "OrderedDict"),
    ("my_package", "anything"),
];

impl Made {
    fn hostile(&mut self, name: &str, file: &str, bytes: Vec<u8>) {
        self.0.push(Case { name: name.to_owned(), file: file.to_owned(), hostile: true, bytes });
    }

    fn benign(&mut self, name: &str, file: &str, bytes: Vec<u8>) {
        self.0.push(Case { name: name.to_owned(), file: file.to_owned(), hostile: false, bytes });
    }

    /// What is imported, by each way to import and each way to use it.
    fn imports(&mut self) {
        for (module, name) in HARMFUL {
            let what = format!("{module}.{name}").replace(['\r', '\n'], "_");
            let by_line = global(module, name);
            let by_stack = stack_global(module, name);
            let ways = [
                ("called, protocol 0", stream(0, &cat!(by_line, "(S'true'\ntR"))),
                ("called, protocol 2", stream(2, &cat!(by_line, argument(), "R"))),
                ("called, protocol 4", stream(4, &cat!(by_stack, argument(), "R"))),
                ("only imported", stream(4, &cat!(by_stack, "0N"))),
            ];
            for (way, bytes) in ways {
                self.hostile(&format!("{what} {way}"), "model.pkl", bytes);
            }
        }
        for (name, bytes) in [
            ("INST", stream(0, b"(S'true'\nios\nsystem\n")),
            ("OBJ", stream(1, &cat!("(", global("os", "system"), "S'true'\no"))),
            ("NEWOBJ", stream(2, &cat!(global("os", "system"), argument(), [0x81]))),
            ("NEWOBJ_EX", stream(4, &cat!(stack_global("os", "system"), argument(), "}", [0x92]))),
            (
                "NEWOBJ_EX with names",
                stream(4, &cat!(stack_global("collections", "OrderedDict"), ")}", short("a"), "Ns", [0x92])),
            ),
            ("BUILD on an import", stream(2, &cat!(global("os", "environ"), "}", unicode("a"), "Nsb"))),
            ("BUILD of a hidden class", stream(2, &cat!(global("my", "Class"), ")", [0x81], "}", unicode("a"), "Nsb"))),
            ("EXT1", stream(2, &[0x82, 1])),
            ("EXT2", stream(2, &[0x83, 1, 0])),
            ("EXT4", stream(2, &[0x84, 1, 0, 0, 0])),
            ("EXT1 called", stream(2, &cat!([0x82, 1], argument(), "R"))),
            ("PERSID", stream(0, b"Pname\n")),
            ("BINPERSID", stream(2, &cat!(unicode("name"), "Q"))),
            ("NEXT_BUFFER", stream(5, &[0x97])),
            ("NEXT_BUFFER made read-only", stream(5, &[0x97, 0x98])),
        ] {
            self.hostile(name, "model.pkl", bytes);
        }
    }

    /// The names of STACK_GLOBAL, written and handed over in every way.
    fn names(&mut self) {
        let long = |text: &str| cat!([0x8d], (text.len() as u64).to_le_bytes(), text);
        let old = |text: &str| cat!("U", [u8::try_from(text.len()).unwrap()], text);
        let older = |text: &str| cat!("T", u32::try_from(text.len()).unwrap().to_le_bytes(), text);
        let call = |module: Vec<u8>, name: Vec<u8>| cat!(module, name, [0x93], argument(), "R");
        for (way, body) in [
            ("BINUNICODE8", call(long("os"), long("system"))),
            ("SHORT_BINSTRING", call(old("os"), old("system"))),
            ("BINSTRING", call(older("os"), older("system"))),
            ("UNICODE", call(b"Vos\n".to_vec(), b"Vsystem\n".to_vec())),
            ("UNICODE with escapes", call(b"V\\u006fs\n".to_vec(), b"V\\u0073ystem\n".to_vec())),
            ("STRING", call(b"S'os'\n".to_vec(), b"S\"system\"\n".to_vec())),
            ("STRING with escapes", call(b"S'\\x6fs'\n".to_vec(), b"S'\\163ystem'\n".to_vec())),
            (
                "escapes that spell what is allowed",
                call(b"S'collection\\x73'\n".to_vec(), b"S'OrderedDict'\n".to_vec()),
            ),
            (
                "MEMOIZE and BINGET",
                cat!(short("os"), [0x94], "0", short("system"), [0x94], "0h\x00h\x01", [0x93], argument(), "R"),
            ),
            (
                "BINPUT and BINGET",
                cat!(short("os"), "q\x050", short("system"), "q\x060h\x05h\x06", [0x93], argument(), "R"),
            ),
            (
                "LONG_BINPUT and LONG_BINGET",
                cat!(
                    short("os"),
                    "r\x05\0\0\x000",
                    short("system"),
                    "r\x06\0\0\x000j\x05\0\0\0j\x06\0\0\0",
                    [0x93],
                    argument(),
                    "R"
                ),
            ),
            ("PUT and GET", cat!(short("os"), "p7\n0", short("system"), "p8\n0g7\ng8\n", [0x93], argument(), "R")),
            (
                "an entry of the memo that is replaced",
                cat!(
                    short("collections"),
                    "q\x000",
                    short("os"),
                    "q\x000",
                    short("system"),
                    "q\x010h\0h\x01",
                    [0x93],
                    argument(),
                    "R"
                ),
            ),
            ("the import itself from the memo", cat!(stack_global("os", "system"), "q\x000h\0", argument(), "R")),
            ("DUP", cat!(short("code"), "2", [0x93], "0N")),
            ("below a mark that is popped", cat!(short("os"), short("system"), "(NN1", [0x93], argument(), "R")),
            ("from a list", cat!("]", short("os"), [0x94], "a0h\0", short("system"), [0x93], argument(), "R")),
            ("names that are no texts", cat!("K\x01K\x02", [0x93])),
            ("names that are bytes", cat!("C\x02osC\x06system", [0x93], argument(), "R")),
            ("a name beyond the longest", cat!(short("os"), unicode(&"x".repeat(5000)), [0x93])),
        ] {
            self.hostile(&format!("names by {way}"), "model.pkl", stream(4, &body));
        }
        self.hostile(
            "a name in letters that look alike",
            "model.pkl",
            stream(2, &global("c\u{43e}llections", "OrderedDict")),
        );
        self.hostile("a name that is not UTF-8", "model.pkl", stream(2, b"c\xff\nx\n"));
    }

    /// An attack between, before and after every kind of opcode, and streams that break after it.
    fn opcodes(&mut self) {
        for (name, before, after) in [
            ("in a list", &b"]"[..], &b"a"[..]),
            ("in a list of several", b"](", b"e"),
            ("in a dictionary", b"}K\x01", b"s"),
            ("in a dictionary of several", b"}(K\x01", b"u"),
            ("in a tuple", b"(", b"t"),
            ("in a tuple of three", b"NN", b"\x87"),
            ("in a list by LIST", b"(", b"l"),
            ("in a dictionary by DICT", b"(K\x01", b"d"),
            ("in a set", b"\x8f(", b"\x90"),
            ("in a frozen set", b"(", b"\x91"),
            ("and its result popped", b"N", b"0"),
            ("and its result popped to a mark", b"N(", b"1"),
            ("and its result kept", b"", b"q\0"),
            ("after a number", b"I7\n0", b""),
            ("after a long number", b"L7L\n0", b""),
            ("after fractions", b"F1.5\n0G\0\0\0\0\0\0\0\x000", b""),
            ("after LONG1 and LONG4", b"\x8a\x01\x070\x8b\x01\0\0\0\x070", b""),
            ("after truth values", b"\x880\x890", b""),
            ("after BININTs", b"J\x01\0\0\x000M\x01\x000", b""),
            ("after a second PROTO", b"\x80\x05", b""),
            ("beside an object that is fine", b"ccollections\nOrderedDict\n)R", b"0"),
        ] {
            self.hostile(&format!("attack {name}"), "model.pkl", stream(4, &cat!(before, attack(), after)));
        }
        for (name, tail) in [
            ("no end", &b""[..]),
            ("a byte that is no opcode", b"\xff."),
            ("too little on the stack", b"00000."),
            ("an unknown entry of the memo", b"h\x63."),
            ("a protocol that is none", b"\x80\x09."),
            ("a text that is cut", b"X\xff\xff\xff\x7fabc"),
            ("a length below nothing", b"T\xff\xff\xff\xff."),
            ("a mark that is not there", b"t."),
            ("a number that is none", b"Ixyz\n."),
            ("a string without quotes", b"Sabc\n."),
            ("an entry of the memo far away", b"r\xff\xff\xff\x7f."),
            ("bytes of 2^63", b"\x8e\0\0\0\0\0\0\0\x80."),
        ] {
            self.hostile(&format!("attack, then {name}"), "model.pkl", cat!([0x80, 2], attack(), tail));
            self.hostile(&format!("no attack, but {name}"), "model.pkl", cat!([0x80, 2], "N", tail));
        }
    }

    /// Several streams in one file, and what stands after a stream.
    fn streams(&mut self) {
        let fine = stream(2, b"}");
        let bad = stream(2, &attack());
        self.hostile("a second stream", "model.pkl", cat!(fine, bad));
        self.hostile("a third stream", "model.pkl", cat!(fine, fine, bad));
        self.hostile("a second stream of protocol 0", "model.pkl", cat!(fine, stream(0, b"cos\nsystem\n(S'true'\ntR")));
        self.hostile("several ends", "model.pkl", cat!(fine, "....", bad));
        self.hostile("noise after the end", "model.pkl", cat!(fine, [0xffu8; 40]));
        self.hostile("noise and a second stream", "model.pkl", cat!(fine, [0u8; 40], bad));
        self.hostile("a stream before which noise stands", "model.pkl", cat!([0u8; 8], bad));
        self.hostile("an empty file", "model.pkl", Vec::new());
        for (name, parts) in [
            ("the number", [bad.clone(), version(), system(), object(&bare_state()), keys()]),
            ("the version", [magic(), bad.clone(), system(), object(&bare_state()), keys()]),
            ("the system", [magic(), version(), bad.clone(), object(&bare_state()), keys()]),
            ("the object", [magic(), version(), system(), bad.clone(), keys()]),
            ("the keys", [magic(), version(), system(), object(&bare_state()), bad.clone()]),
        ] {
            self.hostile(
                &format!("old file of PyTorch, attack in {name}"),
                "pytorch_model.bin",
                cat!(parts.concat(), raw()),
            );
        }
        let old = cat!(magic(), version(), system(), object(&bare_state()), keys(), raw());
        self.hostile("old file of PyTorch, more after its data", "pytorch_model.bin", cat!(old, bad));
    }

    fn frames(&mut self) {
        let framed = |length: u64, body: &[u8]| cat!([0x80, 4, 0x95], length.to_le_bytes(), body);
        let body = cat!(stack_global("os", "system"), argument(), "R.");
        let length = body.len() as u64;
        self.hostile("a frame that ends in a text", "model.pkl", framed(3, &body));
        self.hostile("a frame that ends in an argument", "model.pkl", framed(length - 4, &body));
        self.hostile("a frame beyond the end", "model.pkl", framed(1 << 40, &body));
        self.hostile("a frame of nothing", "model.pkl", framed(0, &body));
        self.hostile("a frame in a frame", "model.pkl", framed(length + 9, &cat!([0x95], length.to_le_bytes(), body)));
        self.hostile("a frame that goes on after the end", "model.pkl", framed(length + 4, &cat!("N.", body, "...")));
        let fine = cat!(short("harmless"), ".");
        self.hostile("no attack, a frame that ends in a text", "model.pkl", framed(4, &fine));
        self.hostile(
            "no attack, a frame in a frame",
            "model.pkl",
            framed(30, &cat!([0x95], 10u64.to_le_bytes(), fine, "............")),
        );
        self.hostile("no attack, a frame that goes on", "model.pkl", framed(fine.len() as u64 + 3, &cat!(fine, "abc")));
        self.hostile("no attack, a frame beyond the end", "model.pkl", framed(1 << 40, &fine));
        let hidden = cat!(short("x"), "0", attack());
        self.hostile("a frame that ends where an attack is hidden", "model.pkl", framed(2, &cat!(hidden, ".")));
    }

    /// Functions that are harmless with the arguments of real files, with others.
    fn arguments(&mut self) {
        let ordered = cat!(global("collections", "OrderedDict"), ")R");
        let with = |module: &str, name: &str, arguments: &[u8]| cat!(global(module, name), "(", arguments, "tR");
        for (name, body) in [
            ("an array of as many bytes as it says", with("builtins", "bytearray", b"J\0\0\0\x40")),
            ("a codec that unpacks", with("_codecs", "encode", &cat!(unicode("x"), unicode("zip")))),
            (
                "a default that is called",
                with("collections", "defaultdict", &global("torch._utils", "_rebuild_tensor_v2")),
            ),
            ("a class of storages, called", with("torch", "FloatStorage", b"K\x01")),
            ("a class of tensors, called", with("torch", "Tensor", b"K\x01")),
            ("a class of arrays, called", with("numpy", "ndarray", b"K\x01")),
            ("a type, called", with("builtins", "str", b"K\x01")),
            ("a tensor without a storage", with("torch._utils", "_rebuild_tensor_v2", &cat!("NK\0)))", ordered))),
            (
                "an array that is not empty",
                with(
                    "numpy.core.multiarray",
                    "_reconstruct",
                    &cat!(global("numpy", "ndarray"), "K\x05", [0x85], "C\x01b"),
                ),
            ),
            (
                "an array of another class",
                with(
                    "numpy.core.multiarray",
                    "_reconstruct",
                    &cat!(global("collections", "OrderedDict"), "K\0", [0x85], "C\x01b"),
                ),
            ),
            (
                "attributes with underscores",
                cat!(ordered, "}", unicode("__setstate__"), global("builtins", "set"), "sb"),
            ),
            ("attributes that are no dictionary", cat!(ordered, "N}", [0x86], "b")),
            ("the state of a set", cat!([0x8f], "}", unicode("a"), "Nsb")),
            ("an item appended to a dictionary", cat!(ordered, "Na")),
            ("items appended to an object", cat!(global("argparse", "Namespace"), ")", [0x81], "(NNe")),
            ("items set in a list", cat!("]NNs")),
            ("items added to a list", cat!("](N", [0x90])),
            ("an item set in an import", cat!(global("collections", "OrderedDict"), "NNs")),
            ("a call of a dictionary", cat!("})R")),
            ("a call with no tuple", cat!(global("builtins", "set"), "]R")),
            ("an object of a function", cat!(global("_codecs", "encode"), ")", [0x81])),
            ("a device of a number", with("torch", "device", b"K\x01")),
            ("a shape of texts", with("torch", "Size", &cat!(unicode("a"), [0x85]))),
            ("a layout of nothing", with("torch.serialization", "_get_layout", b"")),
        ] {
            self.hostile(&format!("arguments: {name}"), "model.pkl", stream(2, &body));
        }
        let tensor = |hooks: &[u8]| state(&cat!("(", unicode("w"), tensor_with("FloatStorage", 4, hooks), "u"));
        let hooks = cat!(ordered, unicode("hook"), global("builtins", "set"), "s");
        self.hostile(
            "arguments: a tensor with hooks",
            "pytorch_model.bin",
            zips::zip(&zips::torch(&tensor(&hooks), &[16])),
        );
    }

    /// Streams in byte strings.
    fn nested(&mut self) {
        let bad = stream(2, &attack());
        let twice = stream(3, &cat!("B", u32::try_from(bad.len()).unwrap().to_le_bytes(), bad));
        let bytes = |inner: &[u8]| u32::try_from(inner.len()).unwrap().to_le_bytes();
        for (name, body) in [
            ("BINBYTES", cat!("B", bytes(&bad), bad)),
            ("SHORT_BINBYTES", cat!("C", [u8::try_from(bad.len()).unwrap()], bad)),
            ("BINBYTES8", cat!([0x8e], (bad.len() as u64).to_le_bytes(), bad)),
            ("BYTEARRAY8", cat!([0x96], (bad.len() as u64).to_le_bytes(), bad)),
            ("BINSTRING", cat!("T", bytes(&bad), bad)),
            ("two layers", cat!("B", bytes(&twice), twice)),
            ("a byte string that is loaded", cat!(global("pickle", "loads"), "B", bytes(&bad), bad, [0x85], "R")),
            (
                "a byte string that PyTorch loads",
                cat!(global("torch.storage", "_load_from_bytes"), "B", bytes(&bad), bad, [0x85], "R"),
            ),
        ] {
            self.hostile(&format!("a stream in {name}"), "model.pkl", stream(4, &body));
        }
    }

    fn archives(&mut self) {
        let bad = stream(2, &attack());
        let fine = state(&cat!("(", unicode("w"), tensor_with("FloatStorage", 4, &ordered()), "u"));
        let torch = |pickle: &[u8]| zips::torch(pickle, &[16]);
        let file = "pytorch_model.bin";
        self.hostile("archive with an attack", file, zips::zip(&torch(&bad)));
        self.hostile(
            "archive, deflated",
            file,
            zips::zip(&torch(&bad).into_iter().map(Entry::deflated).collect::<Vec<_>>()),
        );
        self.hostile(
            "archive with an attack and a wrong checksum",
            file,
            zips::zip(&change(torch(&bad), 0, |e| e.crc = Some(1))),
        );
        self.hostile(
            "archive with an attack, said to be encrypted",
            file,
            zips::zip(&change(torch(&bad), 0, |e| e.flags |= 1)),
        );
        self.hostile(
            "archive, encrypted by the directory alone",
            file,
            zips::zip(&change(torch(&bad), 0, |e| e.central_flags = Some(1))),
        );
        self.hostile(
            "archive, two names for one member",
            file,
            zips::zip(&change(torch(&bad), 0, |e| e.local_name = Some("archive/x".to_owned()))),
        );
        for (name, change_entry) in [
            ("a wrong checksum", (|e: &mut Entry| e.crc = Some(1)) as fn(&mut Entry)),
            ("said to be encrypted", |e| e.flags |= 1),
            ("encrypted by the directory alone", |e| e.central_flags = Some(1)),
            ("encrypted by its own header alone", |e| e.local_flags = Some(1)),
            ("two names for one member", |e| e.local_name = Some("archive/version".to_owned())),
            ("two methods", |e| e.central_method = Some(8)),
            ("a method that nobody reads", |e| e.method = 14),
            ("two sizes", |e| e.local_size = Some(3)),
            ("a record of sizes that is not there", |e| e.flags |= 8),
            ("a comment", |e| e.comment = b"x".to_vec()),
            ("a name with a zero byte", |e| e.name = "archive/data.pkl\0.txt".to_owned()),
            ("a name that leads out", |e| e.name = "../archive/data.pkl".to_owned()),
            ("a name that begins at the root", |e| e.name = "/data.pkl".to_owned()),
            ("a name with a backslash", |e| e.name = "archive\\data.pkl".to_owned()),
            ("a second name in an extra field", |e| e.extra = b"\x75\x70\x05\0\x01abcd".to_vec()),
        ] {
            self.hostile(&format!("archive: {name}"), file, zips::zip(&change(torch(&fine), 0, change_entry)));
        }
        let twice = |name: &str| {
            let mut entries = torch(&fine);
            entries.push(Entry::stored(name, &bad));
            entries
        };
        self.hostile("archive: a name twice", file, zips::zip(&twice("archive/data.pkl")));
        self.hostile("archive: a name twice, in other letters", file, zips::zip(&twice("archive/DATA.pkl")));
        self.hostile("archive: a second pickle", file, zips::zip(&twice("archive/other.pkl")));
        self.hostile("archive: a second pickle elsewhere", file, zips::zip(&twice("second/data.pkl")));
        self.hostile("archive: a pickle under another name", file, zips::zip(&twice("archive/weights.bin")));
        self.hostile("archive: a member of no known purpose", file, zips::zip(&twice("archive/notes")));
        self.hostile("archive: code of TorchScript", file, zips::zip(&twice("archive/code/__torch__.py")));
        let whole = zips::zip(&torch(&fine));
        self.hostile("archive: bytes before it", file, cat!(bad, whole));
        self.hostile("archive: noise before it", file, cat!([0u8; 7], whole));
        self.hostile("archive: bytes after it", file, cat!(whole, bad));
        self.hostile("archive: another archive after it", file, cat!(whole, zips::zip(&torch(&bad))));
        self.hostile("archive: cut in the middle", file, whole[..whole.len() / 2].to_vec());
        self.hostile("archive: without its directory", file, whole[..whole.len() - 22].to_vec());
        self.hostile("archive: bytes between members", file, zips::with_hole(&torch(&fine), &bad));
        self.hostile("archive: more entries told than there are", file, zips::with_count(&torch(&fine), 9));
        self.hostile("archive: attack after the end of its stream", file, zips::zip(&torch(&cat!(fine, bad))));
        self.hostile(
            "archive: an archive in it",
            file,
            zips::zip(&[Entry::stored("archive/data.pkl", &zips::zip(&torch(&bad)))]),
        );
        self.hostile(
            "archive: a bomb",
            file,
            zips::zip(&[Entry { size: Some(1 << 40), ..Entry::stored("archive/data.pkl", b"x").deflated() }]),
        );
    }

    /// Attacks under names that tell of something else.
    fn disguises(&mut self) {
        let bad = stream(4, &cat!(stack_global("os", "system"), argument(), "R"));
        for file in [
            "model.safetensors", "model.gguf", "model.onnx", "config.json", "README.md", "vocab.txt", "data",
            "model.bin", "model.dat", "model.npy", "model.model", "spiece.model", "LICENSE", "image.png", "model.h5",
            "model.pt.txt",
        ] {
            self.hostile(&format!("under the name {file}"), file, bad.clone());
        }
        let archive = zips::zip(&zips::torch(&bad, &[]));
        for file in ["model.safetensors", "model.gguf", "config.json", "model.zip", "model"] {
            self.hostile(&format!("archive under the name {file}"), file, archive.clone());
        }
    }

    fn containers(&mut self) {
        let bad = stream(3, &attack());
        let fine = stream(3, &cat!("](", unicode("a"), unicode("b"), "e"));
        let array = |pickle: &[u8]| zips::npy("|O", "(2,)", pickle);
        self.hostile("an array of objects", "x.npy", array(&bad));
        self.hostile("an array of objects, named in a list", "x.npy", zips::npy("[('a', '|O')]", "(1,)", &bad));
        self.hostile("an array of objects and more", "x.npy", cat!(array(&fine), bad));
        self.hostile("an archive of arrays", "x.npz", zips::zip(&[Entry::stored("a.npy", &array(&bad))]));
        self.hostile(
            "an archive of arrays, deflated",
            "x.npz",
            zips::zip(&[Entry::stored("a.npy", &array(&bad)).deflated()]),
        );
        self.hostile("zlib", "model.joblib", zips::zlib(&bad));
        self.hostile("gzip", "model.pkl", zips::gzip(&bad));
        self.hostile("gzip in two pieces", "model.pkl", cat!(zips::gzip(&fine), zips::gzip(&bad)));
        self.hostile(
            "gzip in two pieces of one length",
            "model.pkl",
            cat!(zips::gzip(&stream(2, b"N")), zips::gzip(&stream(2, b"]"))),
        );
        self.hostile("bytes after zlib", "model.joblib", cat!(zips::zlib(&fine), bad));
        for (name, magic) in [
            ("7z", &b"7z\xbc\xaf\x27\x1c\0\x04"[..]),
            ("bzip2", b"BZh91AY"),
            ("xz", b"\xfd7zXZ\0"),
            ("lzma", b"\x5d\0\0\x80\0"),
            ("zstd", b"\x28\xb5\x2f\xfd"),
            ("lz4", b"\x04\x22\x4d\x18"),
            ("rar", b"Rar!\x1a\x07"),
        ] {
            self.hostile(name, "model.pt", cat!(magic, bad));
        }
        self.hostile("tar", "model.pt", zips::tar(&[("sys_info", &stream(2, b"}")), ("pickle", &bad)]));
        self.hostile(
            "tar without an attack",
            "model.pt",
            zips::tar(&[("sys_info", &stream(2, b"}")), ("pickle", &stream(2, b"}"))]),
        );
        self.benign("an array of objects", "x.npy", array(&fine));
        self.benign("an archive of arrays", "x.npz", zips::zip(&[Entry::stored("a.npy", &array(&fine))]));
        self.benign(
            "an archive of arrays, deflated",
            "x.npz",
            zips::zip(&[Entry::stored("a.npy", &array(&fine)).deflated()]),
        );
        self.benign("zlib", "model.joblib", zips::zlib(&fine));
        self.benign("gzip", "model.pkl", zips::gzip(&fine));
    }

    /// Plain values, every opcode that makes or handles them.
    fn plain_values(&mut self) {
        for (name, protocol, body) in [
            ("numbers in text", 0, &b"(I1\nI-7\nI00\nI01\nL12345678901234567890L\nF1.5\nFinf\nt"[..]),
            ("strings in text", 0, b"(S'a'\nS\"it's\"\nVx\\u00e9\nS'\\n'\nt"),
            ("a list in text", 0, b"(lp0\nI1\naI2\na"),
            ("a dictionary in text", 0, b"(dp0\nS'a'\np1\nI1\nsS'b'\ng1\ns"),
            ("the entries of a mark", 1, b"(K\x01K\x02K\x03l"),
            ("a dictionary of a mark", 1, b"(K\x01NK\x02Nd"),
            ("numbers", 2, b"(K\x01M\x01\x01J\xff\xff\xff\xffG?\xf0\0\0\0\0\0\0t"),
            ("long numbers", 2, b"(\x8a\0\x8a\x01\xff\x8a\x09\0\0\0\0\0\0\0\0\x01\x8b\x02\0\0\0\0\x01t"),
            ("truth and nothing", 2, b"(\x88\x89Nt"),
            ("tuples", 2, b")K\x01\x85K\x01K\x02\x86K\x01K\x02K\x03\x87\x86\x86"),
            ("old strings", 1, b"(U\x01aT\x02\0\0\0bct"),
            ("texts", 4, b"(X\x01\0\0\0a\x8c\x01b\x8d\x01\0\0\0\0\0\0\0ct"),
            ("bytes", 4, b"(C\x01aB\x02\0\0\0bc\x8e\x01\0\0\0\0\0\0\0dt"),
            ("an array of bytes", 5, b"\x96\x03\0\0\0\0\0\0\0abc"),
            ("bytes made read-only", 5, b"\x96\x03\0\0\0\0\0\0\0abc\x98"),
            ("a set", 4, b"\x8f\x94(K\x01K\x02\x90"),
            ("a frozen set", 4, b"(K\x01K\x02\x91"),
            ("lists", 2, b"]q\0(K\x01K\x02e"),
            ("one item", 2, b"]q\0K\x01a"),
            ("dictionaries", 2, b"}q\0(K\x01NK\x02Nu"),
            ("one entry", 2, b"}q\0K\x01Ns"),
            ("a list that holds itself", 2, b"]q\0h\0a"),
            ("the memo in all widths", 2, b"]q\0r\x01\0\0\0p2\n0(h\0j\x01\0\0\0g2\nt"),
            ("what is thrown away", 2, b"NK\x010(K\x02K\x0310N2\x86"),
            ("a set by a call", 2, b"cbuiltins\nset\n](K\x01K\x02e\x85R"),
            ("a set in the words of the second version", 2, b"c__builtin__\nset\n]\x85R"),
            ("a complex number", 2, b"c__builtin__\ncomplex\nG\0\0\0\0\0\0\0\0G\0\0\0\0\0\0\0\0\x86R"),
            ("bytes in the words of the second version", 2, b"c_codecs\nencode\nX\x01\0\0\0aX\x06\0\0\0latin1\x86R"),
            ("an array of bytes by a call", 2, b"c__builtin__\nbytearray\nX\x01\0\0\0aX\x07\0\0\0latin-1\x86R"),
            ("an ordered dictionary", 2, b"ccollections\nOrderedDict\n)R(K\x01Nu"),
            ("an ordered dictionary of a list", 2, b"ccollections\nOrderedDict\n]]K\x01aNaa\x85R"),
            ("an ordered dictionary with an attribute", 2, b"ccollections\nOrderedDict\n)R}X\x09\0\0\0_metadataNsb"),
            ("an ordered dictionary made as an object", 2, b"ccollections\nOrderedDict\n)\x81"),
            ("a dictionary with a default", 2, b"ccollections\ndefaultdict\nc__builtin__\nint\n\x85RK\x01K\x02s"),
            ("a counter", 2, b"ccollections\nCounter\n}K\x05K\x01s\x85R"),
            ("settings of a script", 2, b"cargparse\nNamespace\n)\x81}X\x02\0\0\0lrK\x01sb"),
            ("an ordered dictionary in text", 0, b"ccollections\nOrderedDict\n((lp1\ntR"),
            ("an object by INST", 0, b"(icollections\nOrderedDict\n"),
            ("an object by OBJ", 1, b"(ccollections\nOrderedDict\no"),
            ("an object with no names", 4, b"\x8c\x0bcollections\x8c\x0bOrderedDict\x93)}\x92"),
            ("a name from the memo", 4, b"\x8c\x0bcollections\x94\x8c\x0bOrderedDict\x94\x93\x94)R\x94(K\x01h\0u"),
            ("a byte string that is no stream", 3, b"C\x06\x80\x02abc."),
            ("a byte string that is an inert stream", 3, b"C\x04\x80\x02N."),
        ] {
            self.benign(name, "values.pkl", stream(protocol, body));
        }
        let long = cat!(
            [0x80, 4, 0x95],
            4u64.to_le_bytes(),
            "]",
            [0x94],
            "(N",
            "B",
            70_000u32.to_le_bytes(),
            [7u8; 70_000],
            [0x95],
            2u64.to_le_bytes(),
            "e."
        );
        self.benign("long bytes outside of frames", "values.pkl", long);
        self.benign("two streams", "values.pkl", cat!(stream(2, b"N"), stream(4, b"N")));
    }

    fn checkpoints(&mut self) {
        let file = "pytorch_model.bin";
        for (class, width) in [
            ("FloatStorage", 4),
            ("DoubleStorage", 8),
            ("HalfStorage", 2),
            ("BFloat16Storage", 2),
            ("ByteStorage", 1),
            ("CharStorage", 1),
            ("ShortStorage", 2),
            ("IntStorage", 4),
            ("LongStorage", 8),
            ("BoolStorage", 1),
            ("ComplexFloatStorage", 8),
            ("ComplexDoubleStorage", 16),
        ] {
            let pickle = state(&cat!("(", unicode("w"), tensor_with(class, 4, &ordered()), "u"));
            self.benign(&format!("PyTorch, {class}"), file, zips::zip(&zips::torch(&pickle, &[4 * width])));
        }
        let fine = state(&cat!("(", unicode("w"), tensor_with("FloatStorage", 4, &ordered()), "u"));
        self.benign(
            "PyTorch, with records of sizes",
            file,
            zips::zip(
                &zips::torch(&fine, &[16])
                    .into_iter()
                    .map(|e| Entry { flags: 8, descriptor: true, ..e })
                    .collect::<Vec<_>>(),
            ),
        );
        self.benign(
            "PyTorch, with padding in extra fields",
            file,
            zips::zip(
                &zips::torch(&fine, &[16])
                    .into_iter()
                    .map(|e| Entry { extra: cat!("FB", 20u16.to_le_bytes(), [b'Z'; 20]), ..e })
                    .collect::<Vec<_>>(),
            ),
        );
        self.benign(
            "PyTorch, deflated",
            file,
            zips::zip(&zips::torch(&fine, &[16]).into_iter().map(Entry::deflated).collect::<Vec<_>>()),
        );
        self.benign("PyTorch, with 64-bit records", file, zips::zip64(&zips::torch(&fine, &[16])));
        let metadata = cat!(fine[..fine.len() - 1], "}", unicode("_metadata"), ordered(), "sb.");
        self.benign("PyTorch, with metadata", file, zips::zip(&zips::torch(&metadata, &[16])));
        let parameter = cat!(
            global("torch._utils", "_rebuild_parameter"),
            tensor_with("FloatStorage", 4, &ordered()),
            [0x88],
            ordered(),
            [0x87],
            "R"
        );
        self.benign(
            "PyTorch, a parameter",
            file,
            zips::zip(&zips::torch(&state(&cat!("(", unicode("w"), parameter, "u")), &[16])),
        );
        let tied = cat!(
            "(",
            unicode("a"),
            tensor_with("FloatStorage", 4, &ordered()),
            unicode("b"),
            tensor_with("FloatStorage", 4, &ordered()),
            "u"
        );
        self.benign("PyTorch, one storage under two names", file, zips::zip(&zips::torch(&state(&tied), &[16])));
        let trained = cat!(
            [0x80, 2],
            "}(",
            unicode("model"),
            fine[2..fine.len() - 1],
            unicode("epoch"),
            "K\x03",
            unicode("optimizer"),
            "}(",
            unicode("param_groups"),
            "]}",
            unicode("lr"),
            b"G?\xf0\0\0\0\0\0\0sa",
            unicode("state"),
            "}K\0}",
            unicode("exp_avg"),
            tensor_with("FloatStorage", 4, &ordered()),
            "ssu",
            unicode("args"),
            global("argparse", "Namespace"),
            ")",
            [0x81],
            "}",
            unicode("lr"),
            "K\x01sbu."
        );
        self.benign("PyTorch, a state of training", "checkpoint.pt", zips::zip(&zips::torch(&trained, &[16])));
        let optimizer = cat!(
            [0x80, 2],
            "}(",
            unicode("state"),
            "}K\0}",
            unicode("step"),
            tensor_with("FloatStorage", 4, &ordered()),
            "ss",
            unicode("param_groups"),
            "](}(",
            unicode("betas"),
            b"G?\xf0\0\0\0\0\0\0G?\xf0\0\0\0\0\0\0",
            [0x86],
            unicode("params"),
            "](K\0K\x01eueu."
        );
        self.benign("PyTorch, optimizer.pt", "optimizer.pt", zips::zip(&zips::torch(&optimizer, &[16])));
        let scheduler = cat!(
            [0x80, 2],
            "}(",
            unicode("base_lrs"),
            b"]G?\xf0\0\0\0\0\0\0a",
            unicode("lr_lambdas"),
            "]}a",
            unicode("milestones"),
            "ccollections\nCounter\n}K\x05K\x01s",
            [0x85],
            "Ru."
        );
        self.benign("PyTorch, scheduler.pt", "scheduler.pt", zips::zip(&zips::torch(&scheduler, &[])));
        for module in ["numpy.core.multiarray", "numpy._core.multiarray"] {
            let array = cat!(
                global(module, "_reconstruct"),
                global("numpy", "ndarray"),
                "K\0",
                [0x85],
                "C\x01b",
                [0x87],
                "R(K\x01K\x02",
                [0x85],
                global("numpy", "dtype"),
                unicode("u4"),
                [0x89, 0x88, 0x87],
                "R(K\x03",
                unicode("<"),
                b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb",
                [0x89],
                "C\x08abcdefghtb"
            );
            self.benign(&format!("an array of {module}"), "values.pkl", stream(3, &array));
            let scalar = cat!(
                global(module, "scalar"),
                global("numpy", "dtype"),
                unicode("f8"),
                [0x89, 0x88, 0x87],
                "R(K\x03",
                unicode("<"),
                b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tbC\x08abcdefgh",
                [0x86],
                "R"
            );
            self.benign(&format!("a number of {module}"), "values.pkl", stream(3, &scalar));
        }
        self.benign(
            "PyTorch before 1.6",
            file,
            cat!(magic(), version(), system(), object(&bare_state()), keys(), raw()),
        );
        self.benign("PyTorch, nothing in it", file, zips::zip(&zips::torch(&stream(2, b"}"), &[])));
        let device = cat!(
            global("torch", "device"),
            unicode("cpu"),
            [0x85],
            "R",
            global("torch", "float32"),
            global("torch", "Size"),
            "K\x01K\x02",
            [0x86, 0x85],
            "R",
            [0x87]
        );
        self.benign(
            "PyTorch, devices, types and shapes",
            "values.pt",
            zips::zip(&zips::torch(&stream(2, &device), &[])),
        );
    }
}

fn change(mut entries: Vec<Entry>, index: usize, with: impl FnOnce(&mut Entry)) -> Vec<Entry> {
    with(&mut entries[index]);
    entries
}

fn ordered() -> Vec<u8> {
    cat!(global("collections", "OrderedDict"), ")R")
}

/// A stream that builds a dictionary of a model: `items` are its entries, from the mark on.
fn state(items: &[u8]) -> Vec<u8> {
    stream(2, &cat!(ordered(), items))
}

/// A tensor of two rows on the storage `0`.
fn tensor_with(class: &str, elements: u8, hooks: &[u8]) -> Vec<u8> {
    let id = cat!("(", unicode("storage"), global("torch", class), unicode("0"), unicode("cpu"), "K", [elements], "tQ");
    cat!(
        global("torch._utils", "_rebuild_tensor_v2"),
        "(",
        id,
        "K\0K\x02K\x02",
        [0x86],
        "K\x02K\x01",
        [0x86],
        [0x89],
        hooks,
        "tR"
    )
}

fn bare_state() -> Vec<u8> {
    let id = cat!("(", unicode("storage"), global("torch", "FloatStorage"), unicode("94"), unicode("cpu"), "K\x04NtQ");
    let tensor = cat!(
        global("torch._utils", "_rebuild_tensor_v2"),
        "(",
        id,
        "K\0K\x02K\x02",
        [0x86],
        "K\x02K\x01",
        [0x86],
        [0x89],
        ordered(),
        "tR"
    );
    cat!(ordered(), "(", unicode("w"), tensor, "u")
}

fn magic() -> Vec<u8> {
    stream(2, b"\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19")
}

fn version() -> Vec<u8> {
    stream(2, b"M\xe9\x03")
}

fn system() -> Vec<u8> {
    stream(2, &cat!("}(", unicode("little_endian"), [0x88], unicode("protocol_version"), b"M\xe9\x03u"))
}

fn object(body: &[u8]) -> Vec<u8> {
    stream(2, body)
}

fn keys() -> Vec<u8> {
    stream(2, &cat!("]", unicode("94"), "a"))
}

fn raw() -> Vec<u8> {
    cat!(4u64.to_le_bytes(), [0u8; 16])
}
