//! A Sigstore bundle with a DSSE envelope: from JSON to what is signed, by what, and how it says to check that.
//!
//! Nothing in here is trusted yet; this only insists on one reading.

use super::json;
use super::refusal::{Point, Refusal, refuse, shorten};
use crate::caps;
use base64ct::{Base64, Encoding};
use serde_json::{Map, Value};

/// What the bundle offers for checking its signature.
pub(crate) enum Material {
    /// A key known by its hint, or by nothing.
    Key { hint: Option<String> },
    /// Certificates, the signer's first.
    Chain(Vec<Vec<u8>>),
    /// A short-lived certificate and an entry in a transparency log.
    Keyless,
}

/// A bundle.
pub(crate) struct Bundle {
    pub(crate) material: Material,
    pub(crate) payload_type: String,
    pub(crate) payload: Vec<u8>,
    /// The DER signature over the pre-authentication encoding of the payload.
    pub(crate) signature: Vec<u8>,
    /// Whether it holds log entries or timestamps, which nobody checks here.
    pub(crate) unchecked_log: bool,
}

/// The media type that is written.
pub(crate) const MEDIA_TYPE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";
/// Media types that are read: the spellings that Sigstore used for versions with the same fields.
const MEDIA_TYPES: &[&str] = &[
    MEDIA_TYPE, "application/vnd.dev.sigstore.bundle+json;version=0.3",
    "application/vnd.dev.sigstore.bundle+json;version=0.2", "application/vnd.dev.sigstore.bundle+json;version=0.1",
];

/// The bytes that a signature is over: DSSE's pre-authentication encoding.
pub(crate) fn encode(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut out = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len()).into_bytes();
    out.extend_from_slice(payload);
    out
}

/// Read a bundle.
///
/// # Errors
/// When it has another form than a bundle with one DSSE signature.
pub(crate) fn read(bytes: &[u8]) -> Result<Bundle, Refusal> {
    let wrong = |why: String| Refusal { point: Point::Bundle, why: format!("the signature file {why}") };
    if bytes.is_empty() {
        return Err(wrong("is empty".to_owned()));
    }
    let value = json::read(bytes).map_err(|error| wrong(format!("is no JSON, or is cut: {error}")))?;
    let Some(bundle) = value.as_object() else { return Err(wrong("is JSON, and no Sigstore bundle".to_owned())) };
    only(bundle, "the bundle", &["mediaType", "verificationMaterial", "dsseEnvelope"])?;
    let media_type = string(bundle, "the bundle", "mediaType")?;
    if !MEDIA_TYPES.contains(&media_type) {
        return refuse(
            Point::Bundle,
            format!("the bundle is of type {}, and not of `{MEDIA_TYPE}`", shorten(media_type)),
        );
    }
    let (material, unchecked_log) = material(object(bundle, "the bundle", "verificationMaterial")?)?;
    let envelope = object(bundle, "the bundle", "dsseEnvelope")?;
    only(envelope, "the envelope", &["payload", "payloadType", "signatures"])?;
    let payload_type = string(envelope, "the envelope", "payloadType")?.to_owned();
    let payload = base64(envelope, "the envelope", "payload")?;
    let signatures = envelope.get("signatures").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let [signature] = signatures else {
        let why = format!("the envelope holds {} signatures; exactly one is read", signatures.len());
        return refuse(Point::Bundle, why);
    };
    let Some(signature) = signature.as_object() else {
        return refuse(Point::Bundle, "the envelope's signature is no object");
    };
    only(signature, "the signature", &["sig", "keyid"])?;
    if !matches!(signature.get("keyid"), None | Some(Value::Null | Value::String(_))) {
        return refuse(Point::Bundle, "the signature's `keyid` is no string");
    }
    let signature = base64(signature, "the signature", "sig")?;
    Ok(Bundle { material, payload_type, payload, signature, unchecked_log })
}

fn material(material: &Map<String, Value>) -> Result<(Material, bool), Refusal> {
    let place = "the verification material";
    let ways = ["publicKey", "x509CertificateChain", "certificate"];
    only(
        material,
        place,
        &["publicKey", "x509CertificateChain", "certificate", "tlogEntries", "timestampVerificationData"],
    )?;
    let present: Vec<&str> = ways.into_iter().filter(|way| material.contains_key(*way)).collect();
    let full = |value: &Value| match value {
        Value::Array(entries) => !entries.is_empty(),
        Value::Object(members) => !members.is_empty(),
        _ => false,
    };
    let logged = ["tlogEntries", "timestampVerificationData"].iter().filter_map(|key| material.get(*key)).any(full);
    let found = match present.as_slice() {
        ["publicKey"] => {
            let key = object(material, place, "publicKey")?;
            let hint = match key.get("hint") {
                None | Some(Value::Null) => None,
                Some(Value::String(hint)) if hint.is_empty() => None,
                Some(Value::String(hint)) => Some(hint.clone()),
                Some(_) => return refuse(Point::Bundle, "the hint of the public key is no string"),
            };
            Material::Key { hint }
        }
        ["x509CertificateChain"] => {
            let chain = object(material, place, "x509CertificateChain")?;
            let certificates = chain.get("certificates").and_then(Value::as_array).map(Vec::as_slice);
            let certificates = certificates.unwrap_or_default();
            if certificates.is_empty() || certificates.len() > caps::CERTIFICATES {
                let why = format!("the bundle holds {} certificates", certificates.len());
                return refuse(Point::Bundle, why);
            }
            let mut chain = Vec::new();
            for certificate in certificates {
                let Some(certificate) = certificate.as_object() else {
                    return refuse(Point::Bundle, "a certificate of the bundle is no object");
                };
                chain.push(base64(certificate, "a certificate of the bundle", "rawBytes")?);
            }
            Material::Chain(chain)
        }
        ["certificate"] => Material::Keyless,
        [] => return refuse(Point::Bundle, format!("{place} names neither a key nor certificates")),
        several => {
            let why = format!("{place} names several ways to check the signature: {}", several.join(", "));
            return refuse(Point::Bundle, why);
        }
    };
    Ok((found, logged))
}

/// Refuse members that the format does not have: what nobody reads could mean something to someone else.
pub(crate) fn only(object: &Map<String, Value>, place: &str, known: &[&str]) -> Result<(), Refusal> {
    match object.keys().find(|key| !known.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => refuse(Point::Bundle, format!("{place} has a member that it must not have: {}", shorten(key))),
    }
}

fn object<'v>(of: &'v Map<String, Value>, place: &str, key: &str) -> Result<&'v Map<String, Value>, Refusal> {
    match of.get(key) {
        Some(Value::Object(object)) => Ok(object),
        Some(_) => refuse(Point::Bundle, format!("`{key}` of {place} is no object")),
        None => refuse(Point::Bundle, format!("{place} has no `{key}`")),
    }
}

fn string<'v>(of: &'v Map<String, Value>, place: &str, key: &str) -> Result<&'v str, Refusal> {
    match of.get(key) {
        Some(Value::String(text)) => Ok(text),
        Some(_) => refuse(Point::Bundle, format!("`{key}` of {place} is no string")),
        None => refuse(Point::Bundle, format!("{place} has no `{key}`")),
    }
}

fn base64(of: &Map<String, Value>, place: &str, key: &str) -> Result<Vec<u8>, Refusal> {
    let text = string(of, place, key)?;
    match Base64::decode_vec(text) {
        Ok(bytes) if bytes.is_empty() => refuse(Point::Bundle, format!("`{key}` of {place} is empty")),
        Ok(bytes) => Ok(bytes),
        Err(_) => refuse(Point::Bundle, format!("`{key}` of {place} is no base64, or is cut")),
    }
}
