//! Keys: from PEM and DER, to verify with and to sign with. Elliptic curves for models, RSA for certificates too.

use super::pem;
use crate::caps;
use crate::hash::hex;
use base64ct::{Base64, Encoding};
use ecdsa::signature::Signer;
use ecdsa::signature::hazmat::PrehashVerifier;
use p256::pkcs8::{DecodePublicKey, EncodePublicKey};
use rsa::traits::PublicKeyParts;
use sha2::Digest;

/// A public key.
#[derive(Clone)]
pub(crate) enum PublicKey {
    P256(p256::ecdsa::VerifyingKey),
    P384(p384::ecdsa::VerifyingKey),
    P521(p521::ecdsa::VerifyingKey),
    Rsa(Box<rsa::PublicKey>),
}

/// The hash function of a signature.
#[derive(Clone, Copy)]
pub(crate) enum Prehash {
    Sha256,
    Sha384,
    Sha512,
}

impl Prehash {
    fn of(self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => sha2::Sha256::digest(message).to_vec(),
            Self::Sha384 => sha2::Sha384::digest(message).to_vec(),
            Self::Sha512 => sha2::Sha512::digest(message).to_vec(),
        }
    }
}

impl PublicKey {
    /// The only public key of a PEM file.
    ///
    /// # Errors
    /// Says what the file is instead, and what to give.
    pub(crate) fn from_pem(file: &[u8]) -> Result<Self, String> {
        let blocks = pem::blocks(file)?;
        let [block] = blocks.as_slice() else {
            return Err(match blocks.len() {
                0 => "it holds no PEM block; give a public key that begins `-----BEGIN PUBLIC KEY-----`".to_owned(),
                many => format!("it holds {many} PEM blocks; give one public key"),
            });
        };
        match block.label.as_str() {
            "PUBLIC KEY" => match Self::from_der(&block.bytes) {
                Some(Self::Rsa(_)) => Err("an RSA key; model signatures use P-256, P-384 or P-521".to_owned()),
                Some(key) => Ok(key),
                None => Err("no key on P-256, P-384 or P-521; model signatures use no other".to_owned()),
            },
            "CERTIFICATE" => Err("it holds a certificate; give a root certificate with `--ca`".to_owned()),
            "PRIVATE KEY" | "EC PRIVATE KEY" => {
                Err("it holds a private key; verify with the public one: `openssl pkey -in KEY -pubout -out PUBLIC`"
                    .to_owned())
            }
            other => Err(format!("it holds `{other}`, and not `PUBLIC KEY`")),
        }
    }

    /// A key from its SubjectPublicKeyInfo; `None` when it is malformed or of another kind.
    pub(crate) fn from_der(info: &[u8]) -> Option<Self> {
        let p256 = p256::ecdsa::VerifyingKey::from_public_key_der(info).map(Self::P256).ok();
        let p384 = || p384::ecdsa::VerifyingKey::from_public_key_der(info).map(Self::P384).ok();
        let p521 = || p521::ecdsa::VerifyingKey::from_public_key_der(info).map(Self::P521).ok();
        let rsa = || {
            let key = rsa::PublicKey::from_public_key_der(info).ok()?;
            (key.size() * 8 >= caps::RSA_BITS).then(|| Self::Rsa(Box::new(key)))
        };
        p256.or_else(p384).or_else(p521).or_else(rsa)
    }

    /// Its name in messages.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::P256(_) => "P-256",
            Self::P384(_) => "P-384",
            Self::P521(_) => "P-521",
            Self::Rsa(_) => "RSA",
        }
    }

    fn to_der(&self) -> Option<Vec<u8>> {
        let der = match self {
            Self::P256(key) => key.to_public_key_der(),
            Self::P384(key) => key.to_public_key_der(),
            Self::P521(key) => key.to_public_key_der(),
            Self::Rsa(key) => key.to_public_key_der(),
        };
        der.ok().map(|document| document.as_bytes().to_vec())
    }

    /// What bundles call this key: the SHA-256 of its PEM form, in hexadecimal digits.
    pub(crate) fn hint(&self) -> String {
        let der = self.to_der().unwrap_or_default();
        hex(&sha2::Sha256::digest(pem::write("PUBLIC KEY", &der)))
    }

    /// Whether a hint names this key: the form above, or the SHA-256 of the DER form in hexadecimal or base64.
    pub(crate) fn is_hinted(&self, hint: &str) -> bool {
        let der = sha2::Sha256::digest(self.to_der().unwrap_or_default());
        [self.hint(), hex(&der), Base64::encode_string(&der)].iter().any(|form| form.eq_ignore_ascii_case(hint))
    }

    /// Whether a DER signature of this key over a message holds, with the hash function that belongs to the curve.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        let hash = match self {
            Self::P256(_) => Prehash::Sha256,
            Self::P384(_) => Prehash::Sha384,
            Self::P521(_) => Prehash::Sha512,
            Self::Rsa(_) => return false,
        };
        self.verify_with(hash, message, signature)
    }

    /// Whether a signature holds with a given hash function: DER for curves, PKCS #1 v1.5 for RSA.
    pub(crate) fn verify_with(&self, hash: Prehash, message: &[u8], signature: &[u8]) -> bool {
        let digest = hash.of(message);
        match self {
            Self::P256(key) => p256::ecdsa::Signature::from_der(signature)
                .is_ok_and(|signature| key.verify_prehash(&digest, &signature).is_ok()),
            Self::P384(key) => p384::ecdsa::Signature::from_der(signature)
                .is_ok_and(|signature| key.verify_prehash(&digest, &signature).is_ok()),
            Self::P521(key) => {
                // The hash is a number; the crate wants it no shorter than half of the field.
                let mut padded = vec![0; 66_usize.saturating_sub(digest.len())];
                padded.extend(digest);
                p521::ecdsa::Signature::from_der(signature)
                    .is_ok_and(|signature| key.verify_prehash(&padded, &signature).is_ok())
            }
            Self::Rsa(key) => {
                let Ok(signature) = rsa::pkcs1v15::Signature::try_from(signature) else { return false };
                let key = rsa::PublicKey::clone(key);
                match hash {
                    Prehash::Sha256 => {
                        rsa::pkcs1v15::VerifyingKey::<sha2::Sha256>::new(key).verify_prehash(&digest, &signature)
                    }
                    Prehash::Sha384 => {
                        rsa::pkcs1v15::VerifyingKey::<sha2::Sha384>::new(key).verify_prehash(&digest, &signature)
                    }
                    Prehash::Sha512 => {
                        rsa::pkcs1v15::VerifyingKey::<sha2::Sha512>::new(key).verify_prehash(&digest, &signature)
                    }
                }
                .is_ok()
            }
        }
    }
}

/// A private key to sign with. Signatures are those of RFC 6979: no randomness is needed, and none can be bad.
pub struct PrivateKey(Curve);

enum Curve {
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
    P521(p521::ecdsa::SigningKey),
}

impl PrivateKey {
    /// The private key of a PEM file: `PRIVATE KEY` (PKCS #8) or `EC PRIVATE KEY` (SEC 1).
    ///
    /// # Errors
    /// Says what the file is instead, and what to do.
    pub fn from_pem(file: &[u8]) -> Result<Self, String> {
        let blocks = pem::blocks(file)?;
        // `openssl ecparam -genkey` writes the curve as a block of its own before the key.
        let keys: Vec<&pem::Block> = blocks.iter().filter(|block| block.label != "EC PARAMETERS").collect();
        let [block] = keys.as_slice() else {
            return Err(format!("it holds {} PEM blocks; give one private key", keys.len()));
        };
        match block.label.as_str() {
            "PRIVATE KEY" | "EC PRIVATE KEY" => {}
            "ENCRYPTED PRIVATE KEY" => {
                return Err("the key is encrypted; decrypt it first: `openssl pkcs8 -in KEY -out PLAIN`".to_owned());
            }
            "PUBLIC KEY" => return Err("it holds a public key; signing needs the private one".to_owned()),
            other => return Err(format!("it holds `{other}`, and no private key")),
        }
        let der = &block.bytes;
        let p256 = p256::SecretKey::from_der(der).map(|key| Curve::P256(key.into())).ok();
        let p384 = || p384::SecretKey::from_der(der).map(|key| Curve::P384(key.into())).ok();
        let p521 = || p521::SecretKey::from_der(der).map(|key| Curve::P521(key.into())).ok();
        p256.or_else(p384).or_else(p521).map(Self).ok_or_else(|| {
            "no private key on P-256, P-384 or P-521; make one with `openssl ecparam -name prime256v1 -genkey -noout`"
                .to_owned()
        })
    }

    pub(crate) fn public(&self) -> PublicKey {
        match &self.0 {
            Curve::P256(key) => PublicKey::P256(*key.verifying_key()),
            Curve::P384(key) => PublicKey::P384(*key.verifying_key()),
            Curve::P521(key) => PublicKey::P521(*key.verifying_key()),
        }
    }

    /// A DER signature over a message, with the hash function that belongs to the curve.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        match &self.0 {
            Curve::P256(key) => Signer::<p256::ecdsa::Signature>::sign(key, message).to_der().as_bytes().to_vec(),
            Curve::P384(key) => Signer::<p384::ecdsa::Signature>::sign(key, message).to_der().as_bytes().to_vec(),
            Curve::P521(key) => Signer::<p521::ecdsa::Signature>::sign(key, message).to_der().as_bytes().to_vec(),
        }
    }
}
