//! A model to a signed bundle that the reference client reads.

use super::bundle::{MEDIA_TYPE, encode};
use super::chain;
use super::files;
use super::keys::PrivateKey;
use super::refusal::{named, shorten};
use super::statement::{self, Method, NEVER_SIGNED, within};
use crate::hash::{self, HashType, hex};
use crate::work::{self, Progress};
use base64ct::{Base64, Encoding};
use candor_facts::{ArtifactPath, Standing, Tree, TreeEntry};
use serde_json::{Value, json};
use sha2::Digest;

/// What to sign, and how.
pub struct Signing<'a> {
    /// The folder.
    pub tree: &'a dyn Tree,
    /// A name for the model, for people.
    pub name: &'a str,
    /// How files are cut.
    pub method: Method,
    /// How they are hashed.
    pub hash: HashType,
    /// Paths to leave out: files or folders.
    pub ignored: Vec<String>,
    /// Write the names of shard digests as the specification has them. The reference client 1.1 does not read those.
    pub strict_names: bool,
    /// Certificates to go with the signature, as PEM, the signer's first.
    pub chain: Option<&'a [u8]>,
    /// Threads to use.
    pub threads: usize,
    /// Where progress is counted.
    pub progress: Progress<'a>,
}

/// Sign a model. Gives the text of a bundle.
///
/// # Errors
/// When something in the folder cannot be signed; the text says what, and what to do.
pub fn sign(signing: &Signing<'_>, key: &PrivateKey) -> Result<String, String> {
    let material = match signing.chain {
        None => json!({"publicKey": {"hint": key.public().hint()}, "tlogEntries": []}),
        Some(pem) => {
            let chain = chain::own(pem, &key.public())?;
            let raw = |der: &Vec<u8>| json!({"rawBytes": Base64::encode_string(der)});
            let chain: Vec<Value> = chain.iter().map(raw).collect();
            json!({"x509CertificateChain": {"certificates": chain}, "tlogEntries": []})
        }
    };
    let statement = statement(signing)?;
    Ok(envelope(statement::PAYLOAD_TYPE, statement.to_string().as_bytes(), &material, key))
}

/// Sign any in-toto statement with a key: the same envelope and bundle as for models.
pub fn sign_statement(statement: &Value, key: &PrivateKey) -> String {
    let material = json!({"publicKey": {"hint": key.public().hint()}, "tlogEntries": []});
    envelope(statement::PAYLOAD_TYPE, statement.to_string().as_bytes(), &material, key)
}

fn envelope(payload_type: &str, payload: &[u8], material: &Value, key: &PrivateKey) -> String {
    let signature = key.sign(&encode(payload_type, payload));
    json!({
        "mediaType": MEDIA_TYPE,
        "verificationMaterial": material,
        "dsseEnvelope": {
            "payload": Base64::encode_string(payload),
            "payloadType": payload_type,
            "signatures": [{"sig": Base64::encode_string(&signature), "keyid": ""}],
        },
    })
    .to_string()
}

fn statement(signing: &Signing<'_>) -> Result<Value, String> {
    let entries = selected(signing)?;
    let ranges = cut(signing, &entries)?;
    signing.progress.expect(ranges.iter().map(|range| range.end - range.start).sum());
    let digests = work::map(&ranges, signing.threads, |range| {
        let name = shorten(&range.entry.path);
        let file = signing.tree.open(range.entry).map_err(|error| format!("{name} cannot be read: {error}"))?;
        if file.len() != range.entry.size {
            return Err(format!("{name} has another length than a moment ago; sign when nobody writes"));
        }
        let count = |bytes| signing.progress.add(bytes);
        let digest = hash::range(&*file, range.start, range.end, signing.hash, &count)
            .map_err(|error| format!("{name} cannot be read: {error}"))?;
        match file.unchanged() {
            Ok(true) => Ok(digest),
            Ok(false) => Err(format!("{name} was written to while it was read; sign when nobody writes")),
            Err(error) => Err(format!("{name} cannot be read: {error}")),
        }
    });
    let digests = digests.into_iter().collect::<Result<Vec<_>, String>>()?;
    let algorithm = match signing.method {
        Method::Shards(size) if !signing.strict_names => format!("{}-sharded-{size}", signing.hash.as_str()),
        _ => signing.hash.as_str().to_owned(),
    };
    let mut named: Vec<(String, Vec<u8>)> =
        ranges.iter().map(|range| range.name(signing.method)).zip(digests).collect();
    named.sort();
    let mut whole = sha2::Sha256::new();
    for (_, digest) in &named {
        whole.update(digest);
    }
    let resource =
        |(name, digest): &(String, Vec<u8>)| json!({"name": name, "algorithm": algorithm, "digest": hex(digest)});
    let resources: Vec<Value> = named.iter().map(resource).collect();
    let mut ignored: Vec<&str> =
        NEVER_SIGNED.iter().copied().chain(signing.ignored.iter().map(String::as_str)).collect();
    ignored.sort_unstable();
    ignored.dedup();
    let mut serialization = json!({"method": "files", "hash_type": signing.hash.as_str(), "allow_symlinks": false, "ignore_paths": ignored});
    if let (Method::Shards(size), Some(map)) = (signing.method, serialization.as_object_mut()) {
        map.insert("method".to_owned(), json!("shards"));
        map.insert("shard_size".to_owned(), json!(size));
    }
    Ok(json!({
        "_type": statement::STATEMENT_TYPE,
        "subject": [{"name": signing.name, "digest": {"sha256": hex(&whole.finalize())}}],
        "predicateType": statement::PREDICATE_TYPE,
        "predicate": {"resources": resources, "serialization": serialization},
    }))
}

/// The files to sign.
fn selected<'t>(signing: &Signing<'t>) -> Result<Vec<&'t TreeEntry>, String> {
    for path in &signing.ignored {
        if ArtifactPath::new(path).is_none() {
            return Err(format!("{} cannot be left out: give a path inside the model", shorten(path)));
        }
    }
    let left_out = |path: &str| {
        let never = NEVER_SIGNED.iter().any(|never| within(path, never)) || files::is_bookkeeping(path);
        never || signing.ignored.iter().any(|ignored| within(path, ignored))
    };
    let entries: Vec<&TreeEntry> = signing.tree.entries().iter().filter(|entry| !left_out(&entry.path)).collect();
    for entry in &entries {
        let name = shorten(&entry.path);
        let next = format!("copy the file there, or leave it out with `--ignore {}`", entry.path);
        match &entry.standing {
            Standing::File => {}
            Standing::Link | Standing::StoreLink { .. } => {
                return Err(format!("{name} is a link, and links cannot be signed: {next}"));
            }
            Standing::Refused(why) => return Err(format!("{name} cannot be signed: {why}; {next}")),
        }
        if entry.path.contains('\\') || entry.path.chars().any(char::is_control) {
            return Err(format!("{name} has a name that other systems read otherwise; rename it"));
        }
    }
    if entries.is_empty() {
        return Err("there is no file to sign".to_owned());
    }
    Ok(entries)
}

struct Cut<'t> {
    entry: &'t TreeEntry,
    start: u64,
    end: u64,
}

impl Cut<'_> {
    fn name(&self, method: Method) -> String {
        match method {
            Method::Files => self.entry.path.clone(),
            Method::Shards(_) => format!("{}:{}:{}", self.entry.path, self.start, self.end),
        }
    }
}

fn cut<'t>(signing: &Signing<'_>, entries: &[&'t TreeEntry]) -> Result<Vec<Cut<'t>>, String> {
    let Method::Shards(size) = signing.method else {
        return Ok(entries.iter().map(|entry| Cut { entry, start: 0, end: entry.size }).collect());
    };
    if size == 0 {
        return Err("a shard has at least one byte".to_owned());
    }
    let empty: Vec<&str> = entries.iter().filter(|entry| entry.size == 0).map(|entry| entry.path.as_str()).collect();
    if !empty.is_empty() {
        return Err(format!(
            "shards cannot sign empty files: {}. Sign whole files, or leave these out with `--ignore`",
            named(empty.into_iter())
        ));
    }
    let count: u64 = entries.iter().map(|entry| entry.size.div_ceil(size)).sum();
    if count > crate::caps::RESOURCES as u64 {
        return Err(format!("shards of {size} bytes make {count} of them; take larger ones"));
    }
    let shards = |entry: &&'t TreeEntry| {
        let entry = *entry;
        let starts = (0..entry.size.div_ceil(size)).map(move |index| index * size);
        starts.map(move |start| Cut { entry, start, end: entry.size.min(start + size) })
    };
    Ok(entries.iter().flat_map(shards).collect())
}
