//! OpenSSF Model Signing 1.0: is this folder what was signed, and by whom?
//!
//! Three questions, in this order, and no later one is asked before the earlier is answered by yes: is the signature
//! that of the key or of a certificate under the root that the user trusts; is what it signs a well-formed statement of
//! a model; do the files say the same. The policy where the format leaves room stands in `docs/guides/signatures.md`.

mod bundle;
mod chain;
mod coverage;
mod files;
mod json;
mod keys;
mod pem;
mod refusal;
mod sign;
mod statement;
#[cfg(test)]
mod tests;

pub use coverage::Coverage;
pub(crate) use files::is_loaded;
pub(crate) use json::read as read_json;
pub use keys::PrivateKey;
pub use refusal::{Point, Refusal};
pub use sign::{Signing, sign, sign_statement};
pub use statement::Method;

use crate::work::Progress;
use bundle::{Bundle, Material};
use candor_facts::Tree;
use keys::PublicKey;
use refusal::{refuse, shorten};

/// Whom the user trusts.
pub struct Trust(Trusted);

enum Trusted {
    Key(PublicKey),
    Roots(Vec<chain::Cert>),
}

impl Trust {
    /// The public key of a PEM file.
    ///
    /// # Errors
    /// Says what the file is instead.
    pub fn key(pem: &[u8]) -> Result<Self, String> {
        PublicKey::from_pem(pem).map(|key| Self(Trusted::Key(key)))
    }

    /// The root certificates of a PEM file.
    ///
    /// # Errors
    /// Says what the file is instead.
    pub fn roots(pem: &[u8]) -> Result<Self, String> {
        chain::from_pem(pem).map(|certificates| Self(Trusted::Roots(certificates)))
    }
}

/// What is asked.
pub struct Question<'a> {
    /// The signature file, whole.
    pub bundle: &'a [u8],
    /// Whom to trust.
    pub trust: &'a Trust,
    /// The time as of which certificates must be valid, in seconds since 1970.
    pub at: u64,
    /// The folder.
    pub tree: &'a dyn Tree,
    /// Where in the folder the signature file lies, if it does.
    pub signature: Option<&'a str>,
    /// Whether files that nobody signed may be there.
    pub allow_unsigned: bool,
    /// Threads to use.
    pub threads: usize,
    /// Where progress is counted.
    pub progress: Progress<'a>,
}

/// The answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is what was signed.
    Verified,
    /// It is not.
    Refuted,
    /// It could not be found out.
    Undetermined,
}

/// The answer with its reasons.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The answer.
    pub outcome: Outcome,
    /// What speaks against it; empty when verified.
    pub refusals: Vec<Refusal>,
    /// What a reader must know although it does not change the answer.
    pub notes: Vec<String>,
    /// Who signed: a key, or names from the signer to the root. Empty unless the signature holds.
    pub signer: Vec<String>,
    /// The digest of the whole, by which other statements may name the model.
    pub subject: Option<String>,
    /// The files. Where the signature does not hold, all are unsigned.
    pub coverage: Coverage,
}

impl Verdict {
    /// One sentence: why the answer is as it is.
    pub fn reason(&self) -> String {
        if self.refusals.is_empty() {
            let files = self.coverage.signed.len();
            let signer = self.signer.first().map_or("the key", String::as_str);
            let mut reason = format!("signed by {signer}; {files} files are as signed");
            for note in &self.notes {
                reason.push_str("; ");
                reason.push_str(note);
            }
            return reason;
        }
        let reasons: Vec<&str> = self.refusals.iter().map(|refusal| refusal.why.as_str()).collect();
        reasons.join("; ")
    }
}

/// Verify a signature over a folder.
pub fn verify(question: &Question<'_>) -> Verdict {
    let mut notes = Vec::new();
    let authentic = bundle::read(question.bundle).and_then(|bundle| {
        authenticate(&bundle, question.trust, question.at, &mut notes).map(|signer| (bundle, signer))
    });
    let (bundle, signer) = match authentic {
        Ok(found) => found,
        Err(refusal) => return nothing_signed(question, refusal, notes, Vec::new()),
    };
    let statement = match statement::read(&bundle.payload) {
        Ok(statement) => statement,
        Err(refusal) => return nothing_signed(question, refusal, notes, signer),
    };
    let how = coverage::How {
        signature: question.signature,
        allow_unsigned: question.allow_unsigned,
        threads: question.threads,
        progress: &question.progress,
    };
    let compared = coverage::compare(&statement, question.tree, &how);
    notes.extend(compared.notes);
    Verdict {
        outcome: outcome(&compared.refusals),
        refusals: compared.refusals,
        notes,
        signer,
        subject: Some(statement.subject),
        coverage: compared.coverage,
    }
}

/// What a bundle signs, and by whom, when it is by one of those who are trusted. Any in-toto statement, not only one
/// of a model's files.
///
/// # Errors
/// Why it is by none of them; the reason of the first.
pub(crate) fn signed(bytes: &[u8], trusted: &[Trust], at: u64) -> Result<(Vec<u8>, String), String> {
    let bundle = bundle::read(bytes).map_err(|refusal| refusal.why)?;
    let mut why = None;
    for trust in trusted {
        match authenticate(&bundle, trust, at, &mut Vec::new()) {
            Ok(signer) => return Ok((bundle.payload, signer.into_iter().next().unwrap_or_default())),
            Err(refusal) => why = why.or(Some(refusal.why)),
        }
    }
    Err(why.unwrap_or_else(|| "no key was named that is trusted".to_owned()))
}

/// What a bundle holds, whoever signed it.
///
/// # Errors
/// When it is no bundle.
pub(crate) fn payload(bytes: &[u8]) -> Result<Vec<u8>, String> {
    bundle::read(bytes).map(|bundle| bundle.payload).map_err(|refusal| refusal.why)
}

fn outcome(refusals: &[Refusal]) -> Outcome {
    match refusals {
        [] => Outcome::Verified,
        some if some.iter().all(|refusal| refusal.point.leaves_open()) => Outcome::Undetermined,
        _ => Outcome::Refuted,
    }
}

fn nothing_signed(question: &Question<'_>, refusal: Refusal, notes: Vec<String>, signer: Vec<String>) -> Verdict {
    let paths = question.tree.entries().iter().map(|entry| entry.path.clone());
    let (ignored, unsigned) = paths.partition(|path| question.signature == Some(path.as_str()));
    Verdict {
        outcome: outcome(std::slice::from_ref(&refusal)),
        refusals: vec![refusal],
        notes,
        signer,
        subject: None,
        coverage: Coverage { ignored, unsigned, ..Coverage::default() },
    }
}

/// Whether whom the user trusts signed the payload; says who that is.
fn authenticate(bundle: &Bundle, trust: &Trust, at: u64, notes: &mut Vec<String>) -> Result<Vec<String>, Refusal> {
    if bundle.payload_type != statement::PAYLOAD_TYPE {
        let why = format!(
            "the payload is of type {}, and not of `{}`",
            shorten(&bundle.payload_type),
            statement::PAYLOAD_TYPE
        );
        return refuse(Point::PayloadType, why);
    }
    let (key, signer) = match (&trust.0, &bundle.material) {
        (_, Material::Keyless) => {
            let why = "it is signed without a key of its own, through a transparency log; this version checks keys and \
                       certificates under a root that you give";
            return refuse(Point::Unsupported, why);
        }
        (Trusted::Key(key), Material::Key { hint }) => {
            match hint {
                Some(hint) if !key.is_hinted(hint) => {
                    let why = format!(
                        "it is signed with another key than yours: it names {}, and yours is `{}`",
                        shorten(hint),
                        key.hint()
                    );
                    return refuse(Point::Key, why);
                }
                Some(_) => {}
                None => notes.push("the bundle does not say which key signed it; yours fits".to_owned()),
            }
            (key.clone(), vec![format!("the {} key {}", key.name(), key.hint())])
        }
        (Trusted::Roots(roots), Material::Chain(chain)) => {
            let signer = chain::follow(chain, roots, at)?;
            notes.push("whether a certificate was revoked is not looked up".to_owned());
            (signer.key, signer.chain)
        }
        (Trusted::Key(_), Material::Chain(_)) => {
            let why = "it is signed with certificates, and you gave a key; give the root with `--ca`";
            return refuse(Point::Key, why);
        }
        (Trusted::Roots(_), Material::Key { .. }) => {
            let why = "it is signed with a key, and you gave a root; give the public key with `--key`";
            return refuse(Point::Key, why);
        }
    };
    if bundle.unchecked_log {
        notes.push("the bundle's log entries and timestamps were not checked".to_owned());
    }
    let message = bundle::encode(&bundle.payload_type, &bundle.payload);
    if key.verify(&message, &bundle.signature) {
        return Ok(signer);
    }
    let why = format!(
        "the signature does not hold under the {} key: it is another's, or the statement was changed",
        key.name()
    );
    refuse(Point::Signature, why)
}

/// Doors for fuzzing.
pub(crate) mod fuzzing {
    use super::{bundle, chain, keys, pem, statement};

    /// Any bytes as a bundle.
    pub fn bundle(bytes: &[u8]) {
        if let Ok(bundle) = bundle::read(bytes) {
            assert!(!bundle.payload.is_empty() && !bundle.signature.is_empty());
            statement(&bundle.payload);
        }
    }

    /// Any bytes as a statement: whatever is accepted signs something, and its ranges meet.
    pub fn statement(bytes: &[u8]) {
        let Ok(statement) = statement::read(bytes) else { return };
        assert!(!statement.files.is_empty());
        for ranges in statement.files.values() {
            let mut at = 0;
            for range in ranges {
                assert_eq!(range.start, at);
                at = range.end.unwrap_or(at);
            }
        }
    }

    /// Any bytes as a certificate: its names can be shown, and it can be its own root.
    pub fn certificate(bytes: &[u8]) {
        if let Ok(read) = chain::Cert::read(bytes) {
            let _ = read.name();
            let _ = chain::follow(&[bytes.to_vec()], &[read], 0);
        }
    }

    /// Any bytes as PEM: what is read is the same when it is written and read again.
    pub fn pem(bytes: &[u8]) {
        if let Ok(blocks) = pem::blocks(bytes) {
            for block in blocks {
                let again = pem::blocks(pem::write(&block.label, &block.bytes).as_bytes());
                assert_eq!(again.ok().as_deref(), Some(&[block][..]));
            }
        }
        let _ = keys::PublicKey::from_pem(bytes);
        let _ = keys::PrivateKey::from_pem(bytes);
        let _ = chain::from_pem(bytes);
    }
}
