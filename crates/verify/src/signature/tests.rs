//! Long because each case is one line of a table, and the tables are read beside each other.
//!
//! Statements, keys and folders against the verdict. Certificates are made once by hand and stand in `tests/`.

use super::*;
use crate::HashType;
use candor_facts::{OpenError, ReadAt, Standing, TreeEntry, TreeFile};
use expect_test::expect;
use serde_json::{Value, json};
use std::io;

/// A folder in memory.
struct Memory {
    entries: Vec<TreeEntry>,
    bytes: Vec<Vec<u8>>,
    /// A file that says that it was written to.
    restless: Option<String>,
}

struct Bytes(Vec<u8>, bool);

impl ReadAt for Bytes {
    fn len(&self) -> u64 {
        self.0.len() as u64
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.as_slice().read_at(offset, buffer)
    }
}

impl TreeFile for Bytes {
    fn unchanged(&self) -> io::Result<bool> {
        Ok(self.1)
    }
}

impl Tree for Memory {
    fn entries(&self) -> &[TreeEntry] {
        &self.entries
    }

    fn open(&self, entry: &TreeEntry) -> Result<Box<dyn TreeFile + '_>, OpenError> {
        let at = self.entries.iter().position(|other| other == entry).ok_or(OpenError::NotFetched)?;
        Ok(Box::new(Bytes(self.bytes[at].clone(), self.restless.as_deref() != Some(&entry.path))))
    }
}

/// A folder as one string: a file a line, `path = content`; `path -> why` is refused, `path ~ content` is a link.
fn folder(text: &str) -> Memory {
    let mut memory = Memory { entries: Vec::new(), bytes: Vec::new(), restless: None };
    let mut lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.sort_unstable();
    for line in lines {
        let mut words = line.splitn(3, ' ');
        let (path, kind, content) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap_or(""));
        let standing = match kind {
            "=" => Standing::File,
            "~" => Standing::Link,
            "->" => Standing::Refused(content.to_owned()),
            other => panic!("{other}"),
        };
        let bytes = content.as_bytes().to_vec();
        memory.entries.push(TreeEntry { path: path.to_owned(), size: bytes.len() as u64, modified: 0, standing });
        memory.bytes.push(bytes);
    }
    memory
}

const MODEL: &str = "README.md = card\nconfig.json = {}\nmodel.safetensors = 0123456789\nsub/vocab.txt = words";

/// Private keys for tests only, made from fixed numbers.
fn key(curve: &str) -> PrivateKey {
    let der = |der: &[u8]| pem::write("PRIVATE KEY", der);
    use p256::pkcs8::EncodePrivateKey;
    let pem = match curve {
        "P-256" => der(p256::SecretKey::from_slice(&[7; 32]).unwrap().to_pkcs8_der().unwrap().as_bytes()),
        "other" => der(p256::SecretKey::from_slice(&[8; 32]).unwrap().to_pkcs8_der().unwrap().as_bytes()),
        "P-384" => der(p384::SecretKey::from_slice(&[7; 48]).unwrap().to_pkcs8_der().unwrap().as_bytes()),
        "P-521" => {
            let mut number = [7; 66];
            number[0] = 0;
            der(p521::SecretKey::from_slice(&number).unwrap().to_pkcs8_der().unwrap().as_bytes())
        }
        other => panic!("{other}"),
    };
    PrivateKey::from_pem(pem.as_bytes()).unwrap()
}

fn public(curve: &str) -> Trust {
    Trust(Trusted::Key(key(curve).public()))
}

fn signing<'a>(tree: &'a Memory, method: Method, hash: HashType) -> Signing<'a> {
    let progress = Progress::none();
    Signing {
        tree,
        name: "model",
        method,
        hash,
        ignored: Vec::new(),
        strict_names: false,
        chain: None,
        threads: 2,
        progress,
    }
}

fn ask(bundle: &[u8], trust: &Trust, tree: &Memory, allow_unsigned: bool) -> Verdict {
    verify(&Question {
        bundle,
        trust,
        at: 1_800_000_000,
        tree,
        signature: Some("model.sig"),
        allow_unsigned,
        threads: 2,
        progress: Progress::none(),
    })
}

/// The outcome, the points, and the files that are not simply signed, on one line.
fn line(verdict: &Verdict) -> String {
    let points: Vec<&str> = verdict.refusals.iter().map(|refusal| refusal.point.as_str()).collect();
    let Coverage { signed, ignored, unsigned, missing, changed, empty, unread } = &verdict.coverage;
    let mut line = format!("{:?} [{}] signed {}", verdict.outcome, points.join(" "), signed.len());
    for (word, paths) in [
        ("ignored", ignored),
        ("unsigned", unsigned),
        ("missing", missing),
        ("changed", changed),
        ("empty", empty),
        ("unread", unread),
    ] {
        if !paths.is_empty() {
            line.push_str(&format!(", {word} {}", paths.join(" ")));
        }
    }
    line
}

#[test]
fn what_is_signed_verifies_with_every_key_method_and_hash() {
    let model = folder(MODEL);
    for curve in ["P-256", "P-384", "P-521"] {
        for method in [Method::Files, Method::Shards(4), Method::Shards(1 << 30)] {
            for hash in HashType::ALL {
                for strict_names in [false, true] {
                    let signing = Signing { strict_names, ..signing(&model, method, hash) };
                    let bundle = sign(&signing, &key(curve)).unwrap();
                    let verdict = ask(bundle.as_bytes(), &public(curve), &model, false);
                    assert_eq!(line(&verdict), "Verified [] signed 4", "{curve} {method:?} {hash:?}: {verdict:?}");
                    let other = if curve == "P-256" { "other" } else { "P-256" };
                    let verdict = ask(bundle.as_bytes(), &public(other), &model, false);
                    assert_eq!(verdict.outcome, Outcome::Refuted, "{curve}");
                }
            }
        }
    }
}

#[test]
fn a_folder_that_is_not_what_was_signed() {
    let signed = folder(MODEL);
    let files = sign(&signing(&signed, Method::Files, HashType::Sha256), &key("P-256")).unwrap();
    let shards = sign(&signing(&signed, Method::Shards(4), HashType::Blake3), &key("P-256")).unwrap();
    let cases = [
        ("as it was", MODEL.to_owned()),
        ("with its signature", format!("{MODEL}\nmodel.sig = x")),
        ("other bytes", MODEL.replace("56789", "56780")),
        ("longer", MODEL.replace("56789", "567890")),
        ("shorter", MODEL.replace("56789", "5678")),
        ("emptied", MODEL.replace("0123456789", "")),
        ("one is gone", MODEL.replace("config.json = {}\n", "")),
        ("one more", format!("{MODEL}\nevil.py = import os")),
        ("an empty one that loads", format!("{MODEL}\nsub/__init__.py =")),
        ("an empty one that does not", format!("{MODEL}\nnotes.txt =")),
        ("version control", format!("{MODEL}\n.git/HEAD = x\n.github/w.yml = x\n.gitignore = x\n.gitx = x")),
        ("the hub client's", format!("{MODEL}\n.cache/huggingface/download/config.json.metadata = x")),
        ("a link", MODEL.replace("config.json =", "config.json ~")),
        ("leads out", MODEL.replace("config.json = {}", "config.json -> a link that leads out of its folder")),
        ("a pipe more", format!("{MODEL}\npipe -> a pipe, socket or device")),
        ("renamed", MODEL.replace("config.json", "Config.json")),
    ];
    let mut said = String::new();
    for (what, text) in cases {
        let tree = folder(&text);
        for (method, bundle) in [("files", &files), ("shards", &shards)] {
            let verdict = ask(bundle.as_bytes(), &public("P-256"), &tree, false);
            said.push_str(&format!("{what} ({method}): {}\n", line(&verdict)));
        }
    }
    expect![[r#"
        as it was (files): Verified [] signed 4
        as it was (shards): Verified [] signed 4
        with its signature (files): Verified [] signed 4, ignored model.sig
        with its signature (shards): Verified [] signed 4, ignored model.sig
        other bytes (files): Refuted [changed] signed 3, changed model.safetensors
        other bytes (shards): Refuted [changed] signed 3, changed model.safetensors
        longer (files): Refuted [changed] signed 3, changed model.safetensors
        longer (shards): Refuted [changed] signed 3, changed model.safetensors
        shorter (files): Refuted [changed] signed 3, changed model.safetensors
        shorter (shards): Refuted [changed] signed 3, changed model.safetensors
        emptied (files): Refuted [changed] signed 3, changed model.safetensors
        emptied (shards): Refuted [changed] signed 3, changed model.safetensors
        one is gone (files): Refuted [missing] signed 3, missing config.json
        one is gone (shards): Refuted [missing] signed 3, missing config.json
        one more (files): Refuted [unsigned] signed 4, unsigned evil.py
        one more (shards): Refuted [unsigned] signed 4, unsigned evil.py
        an empty one that loads (files): Refuted [zero-byte-file] signed 4, unsigned sub/__init__.py
        an empty one that loads (shards): Refuted [zero-byte-file] signed 4, unsigned sub/__init__.py
        an empty one that does not (files): Refuted [zero-byte-file] signed 4, unsigned notes.txt
        an empty one that does not (shards): Verified [] signed 4, empty notes.txt
        version control (files): Refuted [unsigned] signed 4, ignored .git/HEAD .github/w.yml .gitignore, unsigned .gitx
        version control (shards): Refuted [unsigned] signed 4, ignored .git/HEAD .github/w.yml .gitignore, unsigned .gitx
        the hub client's (files): Verified [] signed 4, ignored .cache/huggingface/download/config.json.metadata
        the hub client's (shards): Verified [] signed 4, ignored .cache/huggingface/download/config.json.metadata
        a link (files): Refuted [symlink] signed 3, changed config.json
        a link (shards): Refuted [symlink] signed 3, changed config.json
        leads out (files): Refuted [symlink] signed 3, changed config.json
        leads out (shards): Refuted [symlink] signed 3, changed config.json
        a pipe more (files): Refuted [unsigned] signed 4, unsigned pipe
        a pipe more (shards): Refuted [unsigned] signed 4, unsigned pipe
        renamed (files): Refuted [missing unsigned] signed 3, unsigned Config.json, missing config.json
        renamed (shards): Refuted [missing unsigned] signed 3, unsigned Config.json, missing config.json
    "#]].assert_eq(&said);
    let tree = folder(&format!("{MODEL}\nevil.py = import os"));
    let verdict = ask(files.as_bytes(), &public("P-256"), &tree, true);
    expect![[r#"
        Verified [] signed 4, unsigned evil.py
        signed by the P-256 key d9edd6aae988ddc86a7c1142a6ee5eb027c642e23a9b826b2194de64dea18de7; 4 files are as signed; nobody signed, and you allow it: `evil.py`"#]].assert_eq(&format!("{}\n{}", line(&verdict), verdict.reason()));
    let mut restless = folder(MODEL);
    restless.restless = Some("config.json".to_owned());
    let verdict = ask(files.as_bytes(), &public("P-256"), &restless, false);
    expect![[r#"
        Undetermined [unreadable] signed 3, unread config.json
        `config.json` could not be read: it was written to while it was read; try again when it rests"#]]
    .assert_eq(&format!("{}\n{}", line(&verdict), verdict.reason()));
}

/// A bundle whose statement was changed before it was signed with the right key.
fn crafted(method: Method, change: impl FnOnce(&mut Value)) -> String {
    let model = folder(MODEL);
    let bundle = sign(&signing(&model, method, HashType::Sha256), &key("P-256")).unwrap();
    let bundle: Value = serde_json::from_str(&bundle).unwrap();
    use base64ct::Encoding;
    let payload = base64ct::Base64::decode_vec(bundle["dsseEnvelope"]["payload"].as_str().unwrap()).unwrap();
    let mut statement: Value = serde_json::from_slice(&payload).unwrap();
    change(&mut statement);
    // The digest of the whole follows, so that only what was changed is wrong.
    if statement["subject"][0]["digest"]["sha256"] != "0" {
        use sha2::Digest;
        let mut whole = sha2::Sha256::new();
        for resource in statement["predicate"]["resources"].as_array().into_iter().flatten() {
            whole.update(crate::hash::unhex(resource["digest"].as_str().unwrap_or_default()).unwrap_or_default());
        }
        statement["subject"][0]["digest"]["sha256"] = json!(crate::hash::hex(&whole.finalize()));
    }
    sign_statement(&statement, &key("P-256"))
}

#[test]
fn statements_that_break_a_rule() {
    type Change = fn(&mut Value);
    let files: &[(&str, Change)] = &[
        ("none", |_| {}),
        ("type", |s| s["_type"] = json!("https://in-toto.io/Statement/v0.1")),
        ("predicate type", |s| s["predicateType"] = json!("https://slsa.dev/provenance/v1")),
        ("of version 0.2", |s| s["predicateType"] = json!("https://model_signing/Digests/v0.1")),
        ("no list", |s| s["predicate"]["resources"] = json!({})),
        ("empty", |s| s["predicate"]["resources"] = json!([])),
        ("two subjects", |s| s["subject"] = json!([s["subject"][0], s["subject"][0]])),
        ("subject", |s| s["subject"][0]["digest"]["sha256"] = json!("0")),
        ("md5", |s| s["predicate"]["serialization"]["hash_type"] = json!("md5")),
        ("other hash", |s| s["predicate"]["serialization"]["hash_type"] = json!("blake3")),
        ("one other hash", |s| s["predicate"]["resources"][1]["algorithm"] = json!("blake3")),
        ("upper case", |s| {
            let digest = s["predicate"]["resources"][0]["digest"].as_str().unwrap().to_uppercase();
            s["predicate"]["resources"][0]["digest"] = json!(digest);
        }),
        ("short digest", |s| s["predicate"]["resources"][0]["digest"] = json!("00")),
        ("parent", |s| s["predicate"]["resources"][0]["name"] = json!("../README.md")),
        ("absolute", |s| s["predicate"]["resources"][0]["name"] = json!("/README.md")),
        ("dot", |s| s["predicate"]["resources"][0]["name"] = json!("./README.md")),
        ("double slash", |s| s["predicate"]["resources"][3]["name"] = json!("sub//vocab.txt")),
        ("backslash", |s| s["predicate"]["resources"][3]["name"] = json!("sub\\vocab.txt")),
        ("git", |s| s["predicate"]["resources"][0]["name"] = json!(".git/config")),
        ("twice", |s| s["predicate"]["resources"][1]["name"] = json!("README.md")),
        ("unsorted", |s| s["predicate"]["resources"].as_array_mut().unwrap().reverse()),
        ("unknown parameter", |s| s["predicate"]["serialization"]["chunk"] = json!(1)),
        ("size for files", |s| s["predicate"]["serialization"]["shard_size"] = json!(1)),
        ("links unsaid", |s| s["predicate"]["serialization"]["allow_symlinks"] = json!("no")),
        ("ignores all", |s| s["predicate"]["serialization"]["ignore_paths"] = json!(["."])),
        ("ignores outside", |s| s["predicate"]["serialization"]["ignore_paths"] = json!(["../x"])),
        ("ignores signed", |s| s["predicate"]["serialization"]["ignore_paths"] = json!(["README.md"])),
        ("ignores weights", |s| {
            s["predicate"]["resources"].as_array_mut().unwrap().remove(2);
            s["predicate"]["serialization"]["ignore_paths"] = json!(["model.safetensors"]);
        }),
        ("ignores the card", |s| {
            s["predicate"]["resources"].as_array_mut().unwrap().remove(0);
            s["predicate"]["serialization"]["ignore_paths"] = json!(["README.md"]);
        }),
    ];
    let shards: &[(&str, Change)] = &[
        ("none", |_| {}),
        ("fraction of zero", |s| s["predicate"]["serialization"]["shard_size"] = json!(4.0)),
        ("fraction", |s| s["predicate"]["serialization"]["shard_size"] = json!(4.5)),
        ("zero", |s| s["predicate"]["serialization"]["shard_size"] = json!(0)),
        ("negative", |s| s["predicate"]["serialization"]["shard_size"] = json!(-4)),
        ("other size", |s| s["predicate"]["serialization"]["shard_size"] = json!(8)),
        ("a gap", |s| drop(s["predicate"]["resources"].as_array_mut().unwrap().remove(3))),
        ("no start", |s| drop(s["predicate"]["resources"].as_array_mut().unwrap().remove(2))),
        ("no end", |s| drop(s["predicate"]["resources"].as_array_mut().unwrap().remove(4))),
        ("no range", |s| s["predicate"]["resources"][0]["name"] = json!("README.md")),
        ("odd number", |s| s["predicate"]["resources"][0]["name"] = json!("README.md:0:04")),
        ("overlap", |s| s["predicate"]["resources"][3]["name"] = json!("model.safetensors:2:6")),
        ("as text", |s| {
            let resources = s["predicate"]["resources"].as_array_mut().unwrap();
            resources.sort_by_key(|resource| resource["name"].to_string());
        }),
    ];
    let model = folder(MODEL);
    let mut said = String::new();
    for (method, cases) in [(Method::Files, files), (Method::Shards(4), shards)] {
        for (what, change) in cases {
            let bundle = crafted(method, change);
            let verdict = ask(bundle.as_bytes(), &public("P-256"), &model, false);
            said.push_str(&format!("{what}: {:?} {}\n", verdict.outcome, verdict.reason()));
        }
    }
    expect![[r#"
        none: Verified signed by the P-256 key d9edd6aae988ddc86a7c1142a6ee5eb027c642e23a9b826b2194de64dea18de7; 4 files are as signed
        type: Refuted the statement is of type `https://in-toto.io/Statement/v0.1`, and not of `https://in-toto.io/Statement/v1`
        predicate type: Refuted the statement says `https://slsa.dev/provenance/v1`, and not `https://model_signing/signature/v1.0`
        of version 0.2: Refuted the statement is of the time before version 1.0, which does not say how the model was read; sign it again
        no list: Refuted the predicate lists no `resources`
        empty: Refuted the statement signs nothing: its list of resources is empty
        two subjects: Refuted the statement has 2 subjects, and not one
        subject: Refuted the subject has no SHA-256 of 64 lower-case digits
        md5: Refuted the hash type `md5` is none of sha256, blake2b, blake3
        other hash: Refuted `README.md` is hashed with `sha256`, and the statement says blake3
        one other hash: Refuted `config.json` is hashed with `blake3`, and the statement says sha256
        upper case: Refuted the digest of `README.md` is not 64 lower-case hexadecimal digits
        short digest: Refuted the digest of `README.md` is not 64 lower-case hexadecimal digits
        parent: Refuted `../README.md` leaves the model, or is no plain relative path
        absolute: Refuted `/README.md` leaves the model, or is no plain relative path
        dot: Refuted `./README.md` leaves the model, or is no plain relative path
        double slash: Refuted `sub//vocab.txt` leaves the model, or is no plain relative path
        backslash: Refuted `sub\vocab.txt` leaves the model, or is no plain relative path
        git: Refuted `.git/config` is signed, though version control never is
        twice: Refuted `README.md` is signed twice
        unsorted: Refuted the signed names are not sorted: `model.safetensors` stands too late
        unknown parameter: Refuted the serialization has a parameter that nobody knows: `chunk`
        size for files: Refuted whole files are signed, and yet a shard size is given
        links unsaid: Refuted the serialization does not say whether links were followed
        ignores all: Refuted an ignored path leaves the model or is the whole of it: `.`
        ignores outside: Refuted an ignored path leaves the model or is the whole of it: `../x`
        ignores signed: Refuted the statement both signs and ignores `README.md`
        ignores weights: Refuted the signer left out what is loaded with the model: `model.safetensors` (our policy; `--allow-unsigned` accepts it)
        ignores the card: Verified signed by the P-256 key d9edd6aae988ddc86a7c1142a6ee5eb027c642e23a9b826b2194de64dea18de7; 3 files are as signed; the signature leaves out the card: `README.md`
        none: Verified signed by the P-256 key d9edd6aae988ddc86a7c1142a6ee5eb027c642e23a9b826b2194de64dea18de7; 4 files are as signed; signed by shards, which cannot sign empty files: whether one was added or taken away cannot be seen (zero-byte files; our policy refuses those that a loader reads)
        fraction of zero: Verified signed by the P-256 key d9edd6aae988ddc86a7c1142a6ee5eb027c642e23a9b826b2194de64dea18de7; 4 files are as signed; signed by shards, which cannot sign empty files: whether one was added or taken away cannot be seen (zero-byte files; our policy refuses those that a loader reads)
        fraction: Refuted the shard size is no whole number of bytes above zero
        zero: Refuted the shard size is no whole number of bytes above zero
        negative: Refuted the shard size is no whole number of bytes above zero
        other size: Refuted `README.md:0:4` is hashed with `sha256-sharded-4`, and the statement says sha256
        a gap: Refuted bytes 4 to 8 of `model.safetensors` are signed by no shard
        no start: Refuted bytes 0 to 4 of `model.safetensors` are signed by no shard
        no end: Refuted not the bytes that were signed: `model.safetensors`
        no range: Refuted `README.md` does not name a range as `path:start:end`
        odd number: Refuted `README.md:0:04` does not name a range as `path:start:end`
        overlap: Refuted the shards of `model.safetensors` overlap at byte 2
        as text: Verified signed by the P-256 key d9edd6aae988ddc86a7c1142a6ee5eb027c642e23a9b826b2194de64dea18de7; 4 files are as signed; signed by shards, which cannot sign empty files: whether one was added or taken away cannot be seen (zero-byte files; our policy refuses those that a loader reads)
    "#]].assert_eq(&said);
}

#[test]
fn bundles_that_are_not_ones() {
    let model = folder(MODEL);
    let good = sign(&signing(&model, Method::Files, HashType::Sha256), &key("P-256")).unwrap();
    let change = |change: &dyn Fn(&mut Value)| {
        let mut bundle: Value = serde_json::from_str(&good).unwrap();
        change(&mut bundle);
        bundle.to_string()
    };
    let cases = [
        ("nothing", String::new()),
        ("cut", good[..good.len() / 2].to_owned()),
        ("a list", "[]".to_owned()),
        ("twice", good.replacen('{', r#"{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","#, 1)),
        ("media type", change(&|b| b["mediaType"] = json!("application/json"))),
        ("one more member", change(&|b| b["messageSignature"] = json!({}))),
        ("payload type", change(&|b| b["dsseEnvelope"]["payloadType"] = json!("application/json"))),
        ("no signature", change(&|b| b["dsseEnvelope"]["signatures"] = json!([]))),
        (
            "two signatures",
            change(&|b| {
                b["dsseEnvelope"]["signatures"] =
                    json!([b["dsseEnvelope"]["signatures"][0], b["dsseEnvelope"]["signatures"][0]]);
            }),
        ),
        ("no base64", change(&|b| b["dsseEnvelope"]["payload"] = json!("%"))),
        ("other payload", change(&|b| b["dsseEnvelope"]["payload"] = json!("e30="))),
        ("other hint", change(&|b| b["verificationMaterial"]["publicKey"]["hint"] = json!("00"))),
        ("no hint", change(&|b| b["verificationMaterial"]["publicKey"] = json!({}))),
        ("two ways", change(&|b| b["verificationMaterial"]["certificate"] = json!({}))),
        ("no way", change(&|b| b["verificationMaterial"] = json!({}))),
        ("keyless", change(&|b| b["verificationMaterial"] = json!({"certificate": {}, "tlogEntries": [{}]}))),
        (
            "certificates",
            change(&|b| {
                b["verificationMaterial"] = json!({"x509CertificateChain": {"certificates": [{"rawBytes": "AA=="}]}});
            }),
        ),
    ];
    let mut said = String::new();
    for (what, bundle) in cases {
        let verdict = ask(bundle.as_bytes(), &public("P-256"), &model, false);
        said.push_str(&format!("{what}: {:?} {}\n", verdict.outcome, verdict.reason()));
    }
    expect![[r#"
        nothing: Refuted the signature file is empty
        cut: Refuted the signature file is no JSON, or is cut: EOF while parsing a string at line 1 column 781
        a list: Refuted the signature file is JSON, and no Sigstore bundle
        twice: Refuted the signature file is no JSON, or is cut: the key `mediaType` stands twice in one object at line 1 column 1492
        media type: Refuted the bundle is of type `application/json`, and not of `application/vnd.dev.sigstore.bundle.v0.3+json`
        one more member: Refuted the bundle has a member that it must not have: `messageSignature`
        payload type: Refuted the payload is of type `application/json`, and not of `application/vnd.in-toto+json`
        no signature: Refuted the envelope holds 0 signatures; exactly one is read
        two signatures: Refuted the envelope holds 2 signatures; exactly one is read
        no base64: Refuted `payload` of the envelope is no base64, or is cut
        other payload: Refuted the signature does not hold under the P-256 key: it is another's, or the statement was changed
        other hint: Refuted it is signed with another key than yours: it names `00`, and yours is `d9edd6aae988ddc86a7c1142a6ee5eb027c642e23a9b826b2194de64dea18de7`
        no hint: Verified signed by the P-256 key d9edd6aae988ddc86a7c1142a6ee5eb027c642e23a9b826b2194de64dea18de7; 4 files are as signed; the bundle does not say which key signed it; yours fits
        two ways: Refuted the verification material names several ways to check the signature: publicKey, certificate
        no way: Refuted the verification material names neither a key nor certificates
        keyless: Undetermined it is signed without a key of its own, through a transparency log; this version checks keys and certificates under a root that you give
        certificates: Refuted it is signed with certificates, and you gave a key; give the root with `--ca`
    "#]].assert_eq(&said);
}

#[test]
fn what_cannot_be_signed_is_said() {
    let cases = [
        ("", Method::Files, ""),
        ("a = x\nb ~ x", Method::Files, ""),
        ("a = x\np -> a pipe, socket or device", Method::Files, ""),
        ("a = x\nempty.py =", Method::Shards(4), ""),
        ("a = x", Method::Shards(0), ""),
        ("a = x", Method::Files, "../b"),
    ];
    let mut said = String::new();
    for (text, method, ignored) in cases {
        let tree = folder(text);
        let ignored = if ignored.is_empty() { Vec::new() } else { vec![ignored.to_owned()] };
        let signing = Signing { ignored, ..signing(&tree, method, HashType::Sha256) };
        said.push_str(&format!("{}\n", sign(&signing, &key("P-256")).expect_err(text)));
    }
    expect![[r#"
        there is no file to sign
        `b` is a link, and links cannot be signed: copy the file there, or leave it out with `--ignore b`
        `p` cannot be signed: a pipe, socket or device; copy the file there, or leave it out with `--ignore p`
        shards cannot sign empty files: `empty.py`. Sign whole files, or leave these out with `--ignore`
        a shard has at least one byte
        `../b` cannot be left out: give a path inside the model
    "#]]
    .assert_eq(&said);
}

#[test]
fn a_hundred_thousand_resources() {
    let mut text = String::new();
    for index in 0..100_000 {
        text.push_str(&format!("f{index:06}.json = {index}\n"));
    }
    let tree = folder(&text);
    let tree = Quick(tree);
    let signing = Signing {
        tree: &tree,
        name: "m",
        method: Method::Files,
        hash: HashType::Sha256,
        ignored: Vec::new(),
        strict_names: false,
        chain: None,
        threads: 2,
        progress: Progress::none(),
    };
    let bundle = sign(&signing, &key("P-256")).unwrap();
    let verdict = verify(&Question {
        bundle: bundle.as_bytes(),
        trust: &public("P-256"),
        at: 0,
        tree: &tree,
        signature: None,
        allow_unsigned: false,
        threads: 2,
        progress: Progress::none(),
    });
    assert_eq!(line(&verdict), "Verified [] signed 100000");
}

/// As [`Memory`], found by path.
struct Quick(Memory);

impl Tree for Quick {
    fn entries(&self) -> &[TreeEntry] {
        self.0.entries()
    }

    fn open(&self, entry: &TreeEntry) -> Result<Box<dyn TreeFile + '_>, OpenError> {
        let at =
            self.0.entries.binary_search_by(|other| other.path.cmp(&entry.path)).map_err(|_| OpenError::NotFetched)?;
        Ok(Box::new(Bytes(self.0.bytes[at].clone(), true)))
    }
}

mod certificates;
