//! Chains of certificates against the verdict. `certificates.pem` is made by the script beside it.

use super::*;

/// Certificates by name, one PEM text.
fn certificates(names: &str) -> String {
    let all = include_str!("certificates.pem");
    names
        .split_whitespace()
        .map(|name| {
            let start = all.find(&format!("# {name}\n")).unwrap_or_else(|| panic!("no certificate `{name}`"));
            let rest = &all[start + 2..];
            &rest[..rest.find("# ").unwrap_or(rest.len())]
        })
        .collect()
}

/// Signs a model with a chain that nobody looks at, and asks.
fn check(chain: &str, roots: &str, at: u64) -> String {
    let model = folder(MODEL);
    let key = key("P-256");
    let plain = sign(&signing(&model, Method::Files, HashType::Sha256), &key).unwrap();
    let mut bundle: Value = serde_json::from_str(&plain).unwrap();
    use base64ct::Encoding;
    let chain: Vec<Value> = pem::blocks(certificates(chain).as_bytes())
        .unwrap()
        .iter()
        .map(|block| json!({"rawBytes": base64ct::Base64::encode_string(&block.bytes)}))
        .collect();
    bundle["verificationMaterial"] = json!({"x509CertificateChain": {"certificates": chain}});
    let trust = Trust::roots(certificates(roots).as_bytes()).unwrap();
    let verdict = verify(&Question {
        bundle: bundle.to_string().as_bytes(),
        trust: &trust,
        at,
        tree: &model,
        signature: None,
        allow_unsigned: false,
        threads: 1,
        progress: Progress::none(),
    });
    format!(
        "{:?} {}",
        verdict.outcome,
        verdict.refusals.first().map_or(verdict.signer.join(" < "), ToString::to_string)
    )
}

/// In the years 2022, 2027 and 2055.
const EARLIER: u64 = 1_640_995_200;
const NOW: u64 = 1_798_761_600;
const LATER: u64 = 2_682_288_000;

#[test]
fn chains() {
    let cases = [
        ("leaf", "root", NOW),
        ("leaf root", "root", NOW),
        ("leaf root", "root-of-the-same-name", NOW),
        ("leaf", "root-of-the-same-name root", NOW),
        ("leaf-under-middle middle", "root", NOW),
        ("leaf-under-middle", "root middle", NOW),
        ("leaf-under-middle", "root", NOW),
        ("leaf-under-middle", "middle", NOW),
        ("leaf-under-second middle second", "root", NOW),
        ("leaf-under-second middle second", "root-length-0", NOW),
        ("leaf-under-middle middle", "root-length-0", NOW),
        ("leaf-under-middle middle-no-ca", "root", NOW),
        ("leaf-under-middle middle-not-issuing", "root", NOW),
        ("leaf-under-middle middle-expired", "root", NOW),
        ("leaf-under-middle middle-by-leaf leaf", "root", NOW),
        ("leaf-under-middle middle-unknown-critical", "root", NOW),
        ("leaf", "root-expired", NOW),
        ("leaf", "root-no-ca", NOW),
        ("leaf", "root-tls", NOW),
        ("leaf", "root-constrained", NOW),
        ("leaf-p521", "root-p521", NOW),
        ("leaf-p521-sha256", "root-p521-sha256", NOW),
        ("leaf-rsa", "root-rsa", NOW),
        ("leaf-rsa-sha512", "root-rsa", NOW),
        ("leaf-rsa-small", "root-rsa-small", NOW),
        ("leaf-ed25519", "root-ed25519", NOW),
        ("leaf-no-eku", "root", NOW),
        ("leaf-tls", "root", NOW),
        ("leaf-any", "root", NOW),
        ("leaf-wrong-usage", "root", NOW),
        ("leaf-no-usage", "root", NOW),
        ("leaf-expired", "root", NOW),
        ("leaf-expired", "root", EARLIER),
        ("leaf-early", "root", NOW),
        ("leaf-early", "root", LATER),
        ("leaf-other-key", "root", NOW),
        ("self-signed", "root", NOW),
        ("self-signed", "self-signed", NOW),
        ("leaf", "leaf", NOW),
        ("root", "root", NOW),
        ("leaf-under-loop loop-a loop-b", "root", NOW),
    ];
    let mut said = String::new();
    for (chain, roots, at) in cases {
        said.push_str(&format!("{chain} / {roots}: {}\n", check(chain, roots, at)));
    }
    expect![[r#"
        leaf / root: Verified `CN=signer` < `CN=root`
        leaf root / root: Verified `CN=signer` < `CN=root`
        leaf root / root-of-the-same-name: Refuted the certificate `CN=root` names `CN=root` as its issuer, whose key did not sign it
        leaf / root-of-the-same-name root: Verified `CN=signer` < `CN=root`
        leaf-under-middle middle / root: Verified `CN=signer` < `CN=middle` < `CN=root`
        leaf-under-middle / root middle: Verified `CN=signer` < `CN=middle` < `CN=root`
        leaf-under-middle / root: Refuted the issuer of `CN=signer` is missing: `CN=middle`
        leaf-under-middle / middle: Refuted none of the certificates given with `--ca` is a root: a root is issued by itself
        leaf-under-second middle second / root: Verified `CN=signer` < `CN=second` < `CN=middle` < `CN=root`
        leaf-under-second middle second / root-length-0: Refuted `CN=root` stands above 2 more authorities than itself: its path length is shorter
        leaf-under-middle middle / root-length-0: Refuted `CN=root` stands above 1 more authorities than itself: its path length is shorter
        leaf-under-middle middle-no-ca / root: Refuted `CN=middle` issued a certificate and is no authority: basic constraints
        leaf-under-middle middle-not-issuing / root: Refuted `CN=middle` issued a certificate; its key usage does not permit that
        leaf-under-middle middle-expired / root: Refuted the certificate `CN=middle` expired at 2010-01-01T00:00:00Z. The bundle has no trusted time of signing, so the signature may be younger than that; if you know otherwise when it was made, say so with `--at`
        leaf-under-middle middle-by-leaf leaf / root: Refuted `CN=signer` issued a certificate and is no authority: basic constraints
        leaf-under-middle middle-unknown-critical / root: Refuted the certificate `CN=middle` has the extension 1.3.6.1.4.1.55555.1, which must be heeded and is not read here
        leaf / root-expired: Refuted the certificate `CN=root` expired at 2010-01-01T00:00:00Z. The bundle has no trusted time of signing, so the signature may be younger than that; if you know otherwise when it was made, say so with `--at`
        leaf / root-no-ca: Refuted `CN=root` issued a certificate and is no authority: basic constraints
        leaf / root-tls: Refuted `CN=root` issues certificates for other purposes than code signing
        leaf / root-constrained: Refuted the certificate `CN=root` has the extension 2.5.29.30, which must be heeded and is not read here
        leaf-p521 / root-p521: Verified `CN=signer` < `CN=wide`
        leaf-p521-sha256 / root-p521-sha256: Verified `CN=signer` < `CN=wide`
        leaf-rsa / root-rsa: Verified `CN=signer` < `CN=old`
        leaf-rsa-sha512 / root-rsa: Verified `CN=signer` < `CN=old`
        leaf-rsa-small / root-rsa-small: Refuted the certificate `CN=signer` is signed with the algorithm 1.2.840.113549.1.1.11, which is not accepted
        leaf-ed25519 / root-ed25519: Refuted the certificate `CN=signer` is signed with the algorithm 1.3.101.112, which is not accepted
        leaf-no-eku / root: Refuted the certificate `CN=signer` is not made for code signing: its extended key usage does not say so (our policy; the reference client accepts it)
        leaf-tls / root: Refuted the certificate `CN=signer` is not made for code signing: its extended key usage does not say so (our policy; the reference client accepts it)
        leaf-any / root: Refuted the certificate `CN=signer` is not made for code signing: its extended key usage does not say so (our policy; the reference client accepts it)
        leaf-wrong-usage / root: Refuted the certificate `CN=signer` is not made for digital signatures
        leaf-no-usage / root: Verified `CN=signer` < `CN=root`
        leaf-expired / root: Refuted the certificate `CN=signer` expired at 2025-01-01T00:00:00Z. The bundle has no trusted time of signing, so the signature may be younger than that; if you know otherwise when it was made, say so with `--at`
        leaf-expired / root: Verified `CN=signer` < `CN=root`
        leaf-early / root: Refuted the certificate `CN=signer` is valid only from 2050-01-01T00:00:00Z on
        leaf-early / root: Verified `CN=signer` < `CN=root`
        leaf-other-key / root: Refuted the signature does not hold under the P-256 key: it is another's, or the statement was changed
        self-signed / root: Refuted the chain ends at `CN=signer`, which is none of the roots that you gave
        self-signed / self-signed: Verified `CN=signer`
        leaf / leaf: Refuted none of the certificates given with `--ca` is a root: a root is issued by itself
        root / root: Refuted the certificate `CN=root` is not made for digital signatures
        leaf-under-loop loop-a loop-b / root: Refuted the issuer of `CN=b` is missing: `CN=a`
    "#]].assert_eq(&said);
}

#[test]
fn signing_with_certificates() {
    let model = folder(MODEL);
    let chain = certificates("leaf-under-middle middle");
    let signing = Signing { chain: Some(chain.as_bytes()), ..signing(&model, Method::Files, HashType::Sha256) };
    let bundle = sign(&signing, &key("P-256")).unwrap();
    let trust = Trust::roots(certificates("root").as_bytes()).unwrap();
    let verdict = ask(bundle.as_bytes(), &trust, &model, false);
    assert_eq!(line(&verdict), "Verified [] signed 4", "{verdict:?}");
    let why = sign(&signing, &key("other")).expect_err("another key");
    assert_eq!(why, "its first certificate, `CN=signer`, is not that of the key");
}

#[test]
fn files_of_keys_and_certificates_that_are_not_ones() {
    let certificate = certificates("leaf");
    let private = "-----BEGIN EC PRIVATE KEY-----\nAA==\n-----END EC PRIVATE KEY-----\n";
    let broken = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
    let said = [
        Trust::key(certificate.as_bytes()).err(),
        Trust::key(private.as_bytes()).err(),
        Trust::key(b"").err(),
        Trust::key(b"\xff").err(),
        Trust::roots(private.as_bytes()).err(),
        Trust::roots(broken.as_bytes()).err(),
        PrivateKey::from_pem(private.as_bytes()).err(),
        PrivateKey::from_pem(certificate.as_bytes()).err(),
    ];
    let said: Vec<String> = said.into_iter().map(Option::unwrap_or_default).collect();
    expect![[r#"
        it holds a certificate; give a root certificate with `--ca`
        it holds a private key; verify with the public one: `openssl pkey -in KEY -pubout -out PUBLIC`
        it holds no PEM block; give a public key that begins `-----BEGIN PUBLIC KEY-----`
        it is not text
        it holds no certificate; give a root that begins `-----BEGIN CERTIFICATE-----`
        certificate 1: it is no certificate: ASN.1 DER message is incomplete: expected 3, actual 2 at DER byte 2
        no private key on P-256, P-384 or P-521; make one with `openssl ecparam -name prime256v1 -genkey -noout`
        it holds `CERTIFICATE`, and no private key"#]]
    .assert_eq(&said.join("\n"));
}
