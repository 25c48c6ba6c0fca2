//! From a signer's certificate to a root that the user gave.
//!
//! The rules are those of RFC 5280 for what model signatures need, and stricter where that costs nobody: the signer's
//! certificate must be made for code signing, and so must every authority between that limits its uses at all. What a
//! critical extension says and we do not read is a refusal. Revocation is not looked up.

use super::keys::{Prehash, PublicKey};
use super::pem;
use super::refusal::{Point, Refusal, refuse, shorten};
use crate::caps;
use der::asn1::ObjectIdentifier;
use der::{Decode, Encode};
use x509_cert::Certificate;
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage};

const CODE_SIGNING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.3");
const ANY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37.0");
const BASIC_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.19");
const KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.15");
const EXTENDED_KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37");
/// Names of the subject: read by nobody here, and harmless when critical.
const SUBJECT_ALT_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.17");
/// Limits which names an authority may issue for.
const NAME_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.30");

/// Signature algorithms of certificates. SHA-1 and MD5 are not among them.
const ALGORITHMS: &[(ObjectIdentifier, Prehash, bool)] = &[
    (ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2"), Prehash::Sha256, false),
    (ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3"), Prehash::Sha384, false),
    (ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.4"), Prehash::Sha512, false),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11"), Prehash::Sha256, true),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.12"), Prehash::Sha384, true),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.13"), Prehash::Sha512, true),
];

/// A certificate with what is asked of it.
pub(crate) struct Cert {
    der: Vec<u8>,
    parsed: Certificate,
    subject: Vec<u8>,
    issuer: Vec<u8>,
    /// `None`: of a kind that is not read.
    key: Option<PublicKey>,
    basic: Option<BasicConstraints>,
    usage: Option<KeyUsage>,
    extended: Option<ExtendedKeyUsage>,
}

impl Cert {
    /// Read a certificate.
    ///
    /// # Errors
    /// When it is no certificate in DER, or not in its one form.
    pub(crate) fn read(der: &[u8]) -> Result<Self, String> {
        let parsed = Certificate::from_der(der).map_err(|error| format!("it is no certificate: {error}"))?;
        // What is checked below is written again from what was read: both must be the same bytes.
        if parsed.to_der().ok().as_deref() != Some(der) {
            return Err("it is not in the one form that certificates have (DER)".to_owned());
        }
        let tbs = parsed.tbs_certificate();
        if tbs.signature() != parsed.signature_algorithm() {
            return Err("it names two signature algorithms".to_owned());
        }
        let mut seen = Vec::new();
        for extension in tbs.extensions().into_iter().flatten() {
            if seen.contains(&extension.extn_id) {
                return Err(format!("its extension {} stands twice", extension.extn_id));
            }
            seen.push(extension.extn_id);
        }
        let encoded = |name: &x509_cert::name::Name| name.to_der().map_err(|error| error.to_string());
        let info = tbs.subject_public_key_info().to_der().map_err(|error| error.to_string())?;
        let wrong = |what: &str, error: der::Error| format!("its {what} cannot be read: {error}");
        Ok(Self {
            subject: encoded(tbs.subject())?,
            issuer: encoded(tbs.issuer())?,
            key: PublicKey::from_der(&info),
            basic: extension(&parsed, BASIC_CONSTRAINTS).map_err(|error| wrong("basic constraints", error))?,
            usage: extension(&parsed, KEY_USAGE).map_err(|error| wrong("key usage", error))?,
            extended: extension(&parsed, EXTENDED_KEY_USAGE).map_err(|error| wrong("extended key usage", error))?,
            der: der.to_vec(),
            parsed,
        })
    }

    /// Its subject, for messages.
    pub(crate) fn name(&self) -> String {
        let name = self.parsed.tbs_certificate().subject().to_string();
        if name.is_empty() { "a certificate without a name".to_owned() } else { shorten(&name) }
    }

    fn self_issued(&self) -> bool {
        self.subject == self.issuer
    }

    fn valid(&self, at: u64) -> Result<(), Refusal> {
        let validity = self.parsed.tbs_certificate().validity();
        let (from, to) =
            (validity.not_before.to_unix_duration().as_secs(), validity.not_after.to_unix_duration().as_secs());
        let name = self.name();
        if at < from {
            let why = format!("the certificate {name} is valid only from {} on", validity.not_before);
            return refuse(Point::Validity, why);
        }
        if at > to {
            let why = format!(
                "the certificate {name} expired at {}. The bundle has no trusted time of signing, so the signature may \
                 be younger than that; if you know otherwise when it was made, say so with `--at`",
                validity.not_after
            );
            return refuse(Point::Validity, why);
        }
        Ok(())
    }

    fn extensions_known(&self) -> Result<(), Refusal> {
        let known = [BASIC_CONSTRAINTS, KEY_USAGE, EXTENDED_KEY_USAGE, SUBJECT_ALT_NAME];
        for extension in self.parsed.tbs_certificate().extensions().into_iter().flatten() {
            let id = extension.extn_id;
            if id == NAME_CONSTRAINTS || extension.critical && !known.contains(&id) {
                let why = format!(
                    "the certificate {} has the extension {id}, which must be heeded and is not read here",
                    self.name()
                );
                return refuse(Point::Usage, why);
            }
        }
        Ok(())
    }

    fn may_sign_code(&self) -> Result<(), Refusal> {
        let name = self.name();
        if self.usage.as_ref().is_some_and(|usage| !usage.digital_signature()) {
            return refuse(Point::Usage, format!("the certificate {name} is not made for digital signatures"));
        }
        match &self.extended {
            Some(extended) if extended.0.contains(&CODE_SIGNING) => Ok(()),
            _ => {
                let why = format!(
                    "the certificate {name} is not made for code signing: its extended key usage does not say so \
                     (our policy; the reference client accepts it)"
                );
                refuse(Point::Usage, why)
            }
        }
    }

    /// Whether it may have issued another, with so many authorities between them.
    fn may_issue(&self, between: usize) -> Result<(), Refusal> {
        let name = self.name();
        let Some(basic) = self.basic.as_ref().filter(|basic| basic.ca) else {
            return refuse(Point::Usage, format!("{name} issued a certificate and is no authority: basic constraints"));
        };
        if basic.path_len_constraint.is_some_and(|most| between > usize::from(most)) {
            let why = format!("{name} stands above {between} more authorities than itself: its path length is shorter");
            return refuse(Point::Usage, why);
        }
        if self.usage.as_ref().is_some_and(|usage| !usage.key_cert_sign()) {
            return refuse(Point::Usage, format!("{name} issued a certificate; its key usage does not permit that"));
        }
        let fits = |extended: &ExtendedKeyUsage| extended.0.contains(&CODE_SIGNING) || extended.0.contains(&ANY_USAGE);
        if self.extended.as_ref().is_some_and(|extended| !fits(extended)) {
            return refuse(Point::Usage, format!("{name} issues certificates for other purposes than code signing"));
        }
        Ok(())
    }

    /// Whether the key of an issuer signed this certificate.
    fn signed_by(&self, issuer: &Self) -> Result<(), Refusal> {
        let algorithm = self.parsed.signature_algorithm().oid;
        let name = self.name();
        let unsupported = || {
            let why = format!("the certificate {name} is signed with the algorithm {algorithm}, which is not accepted");
            Refusal { point: Point::Chain, why }
        };
        let Some((_, hash, rsa)) = ALGORITHMS.iter().find(|(oid, ..)| *oid == algorithm) else {
            return Err(unsupported());
        };
        let Some(key) = &issuer.key else { return Err(unsupported()) };
        let message = self.parsed.tbs_certificate().to_der().unwrap_or_default();
        let signature = self.parsed.signature().as_bytes().unwrap_or_default();
        if *rsa == matches!(key, PublicKey::Rsa(_)) && key.verify_with(*hash, &message, signature) {
            return Ok(());
        }
        let why = format!("the certificate {name} names {} as its issuer, whose key did not sign it", issuer.name());
        refuse(Point::Chain, why)
    }
}

fn extension<T: for<'a> Decode<'a, Error = der::Error>>(
    certificate: &Certificate,
    id: ObjectIdentifier,
) -> Result<Option<T>, der::Error> {
    let extensions = certificate.tbs_certificate().extensions().into_iter().flatten();
    let found = extensions.into_iter().find(|extension| extension.extn_id == id);
    found.map(|extension| T::from_der(extension.extn_value.as_bytes())).transpose()
}

/// The certificates of a PEM file.
///
/// # Errors
/// When it holds none, or one that cannot be read.
pub(crate) fn from_pem(file: &[u8]) -> Result<Vec<Cert>, String> {
    let blocks = pem::blocks(file)?;
    let ders: Vec<&[u8]> = blocks
        .iter()
        .filter(|block| matches!(block.label.as_str(), "CERTIFICATE" | "X509 CERTIFICATE"))
        .map(|block| block.bytes.as_slice())
        .collect();
    if ders.is_empty() {
        return Err("it holds no certificate; give a root that begins `-----BEGIN CERTIFICATE-----`".to_owned());
    }
    if ders.len() > caps::CERTIFICATES {
        return Err(format!("it holds {} certificates; {} are read", ders.len(), caps::CERTIFICATES));
    }
    let number =
        |(index, der): (usize, &&[u8])| Cert::read(der).map_err(|why| format!("certificate {}: {why}", index + 1));
    ders.iter().enumerate().map(number).collect()
}

/// Who signed, by certificates.
pub(crate) struct Signer {
    pub(crate) key: PublicKey,
    /// Names from the signer to the root.
    pub(crate) chain: Vec<String>,
}

/// Follow a bundle's certificates, the signer's first, to one of the roots, as of a time (seconds since 1970).
///
/// Only self-issued certificates of `given` are roots; others there help to build the chain, as those of the bundle do.
///
/// # Errors
/// With the reason that came nearest to a root.
pub(crate) fn follow(bundle: &[Vec<u8>], given: &[Cert], at: u64) -> Result<Signer, Refusal> {
    let read = |der: &Vec<u8>| {
        Cert::read(der)
            .map_err(|why| Refusal { point: Point::Bundle, why: format!("a certificate of the bundle: {why}") })
    };
    let offered = bundle.iter().map(read).collect::<Result<Vec<Cert>, Refusal>>()?;
    let Some((leaf, between)) = offered.split_first() else {
        return refuse(Point::Bundle, "the bundle holds no certificate");
    };
    if !given.iter().any(Cert::self_issued) {
        let why = "none of the certificates given with `--ca` is a root: a root is issued by itself";
        return refuse(Point::Chain, why);
    }
    leaf.may_sign_code()?;
    leaf.extensions_known()?;
    leaf.valid(at)?;
    let key = match &leaf.key {
        Some(PublicKey::Rsa(_)) | None => {
            let why = format!("the key of {} is not on P-256, P-384 or P-521", leaf.name());
            return refuse(Point::Key, why);
        }
        Some(key) => key.clone(),
    };
    let mut search = Search { given, between, at, checks: 0, best: None };
    let mut path = vec![leaf];
    if search.reaches_root(&mut path) {
        return Ok(Signer { key, chain: path.iter().map(|cert| cert.name()).collect() });
    }
    Err(search.best.map_or_else(
        || {
            let why = format!("no chain leads from {} to a root that you gave", leaf.name());
            Refusal { point: Point::Chain, why }
        },
        |(_, refusal)| refusal,
    ))
}

struct Search<'c> {
    given: &'c [Cert],
    between: &'c [Cert],
    at: u64,
    checks: usize,
    /// The refusal on the longest path so far: the one nearest to a root.
    best: Option<(usize, Refusal)>,
}

impl<'c> Search<'c> {
    fn reaches_root(&mut self, path: &mut Vec<&'c Cert>) -> bool {
        let Some(current) = path.last().copied() else { return false };
        if self.is_root(current) {
            return true;
        }
        if path.len() >= caps::CHAIN {
            let why = format!("the chain of certificates is longer than {}", caps::CHAIN);
            self.note(path.len(), Refusal { point: Point::Chain, why });
            return false;
        }
        // Self-issued ones do not count for the length of a path, and the signer's is no authority.
        let authorities = path.iter().skip(1).filter(|cert| !cert.self_issued()).count();
        let mut issuers = 0;
        for issuer in self.given.iter().chain(self.between) {
            if issuer.subject != current.issuer || path.iter().any(|cert| cert.der == issuer.der) {
                continue;
            }
            self.checks += 1;
            if self.checks > caps::CHAIN_CHECKS {
                self.note(
                    caps::CHAIN,
                    Refusal { point: Point::Chain, why: "the bundle offers too many chains".to_owned() },
                );
                return false;
            }
            issuers += 1;
            let fine = current
                .signed_by(issuer)
                .and_then(|()| issuer.extensions_known())
                .and_then(|()| issuer.may_issue(authorities))
                .and_then(|()| issuer.valid(self.at));
            match fine {
                Err(refusal) => self.note(path.len(), refusal),
                Ok(()) => {
                    path.push(issuer);
                    if self.reaches_root(path) {
                        return true;
                    }
                    path.pop();
                }
            }
        }
        if issuers == 0 {
            let why = if current.self_issued() {
                format!("the chain ends at {}, which is none of the roots that you gave", current.name())
            } else {
                let issuer = current.parsed.tbs_certificate().issuer().to_string();
                format!("the issuer of {} is missing: {}", current.name(), shorten(&issuer))
            };
            self.note(path.len(), Refusal { point: Point::Chain, why });
        }
        false
    }

    fn is_root(&self, cert: &Cert) -> bool {
        cert.self_issued() && self.given.iter().any(|given| given.der == cert.der)
    }

    fn note(&mut self, length: usize, refusal: Refusal) {
        if self.best.as_ref().is_none_or(|(before, _)| *before < length) {
            self.best = Some((length, refusal));
        }
    }
}

/// The certificates to send with a signature, the signer's first, which must be for this key.
///
/// # Errors
/// When the first certificate is not the key's, or may not sign code.
pub(crate) fn own(pem: &[u8], key: &PublicKey) -> Result<Vec<Vec<u8>>, String> {
    let certificates = from_pem(pem)?;
    let Some(leaf) = certificates.first() else { return Err("it holds no certificate".to_owned()) };
    if leaf.key.as_ref().map(PublicKey::hint) != Some(key.hint()) {
        return Err(format!("its first certificate, {}, is not that of the key", leaf.name()));
    }
    leaf.may_sign_code().map_err(|refusal| refusal.why)?;
    Ok(certificates.into_iter().map(|certificate| certificate.der).collect())
}
