"""Makes certificates.pem, which the tests of chains read: one certificate a case, each after a line `# name`.

Needs the package `cryptography`. The signer's key is the fixed test key of the tests; authorities get fresh keys, so a
second run gives another file that serves as well. Run: python make_certificates.py > certificates.pem
"""

import datetime
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID as Usage, NameOID

SIGNER = ec.derive_private_key(int.from_bytes(bytes([7]) * 32, "big"), ec.SECP256R1())
DAY = lambda year: datetime.datetime(year, 1, 1)


def name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def make(subject, key, issuer, issuer_key, *, ca=None, length=None, usage=None, extended=None, years=(2020, 2060),
         hashed=hashes.SHA256(), more=()):
    builder = (x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name(issuer))
               .public_key(key.public_key()).serial_number(x509.random_serial_number())
               .not_valid_before(DAY(years[0])).not_valid_after(DAY(years[1])))
    if ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca, length), True)
    if usage is not None:
        flags = dict.fromkeys(["digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
                               "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"], False)
        builder = builder.add_extension(x509.KeyUsage(**{**flags, **dict.fromkeys(usage, True)}), True)
    if extended is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage(extended), False)
    for extension, critical in more:
        builder = builder.add_extension(extension, critical)
    return builder.sign(issuer_key, None if isinstance(issuer_key, ed25519.Ed25519PrivateKey) else hashed)


def show(label, certificate):
    print(f"# {label}")
    print(certificate.public_bytes(serialization.Encoding.PEM).decode(), end="")


curve = lambda: ec.generate_private_key(ec.SECP256R1())
root, rogue, middle, second, wide = curve(), curve(), curve(), curve(), ec.generate_private_key(ec.SECP521R1())
old, small, edwards = rsa.generate_private_key(65537, 2048), rsa.generate_private_key(65537, 1024), ed25519.Ed25519PrivateKey.generate()
issue, sign, code = ["key_cert_sign", "crl_sign"], ["digital_signature"], [Usage.CODE_SIGNING]
authority = dict(ca=True, usage=issue)
leaf = dict(ca=False, usage=sign, extended=code)

show("root", make("root", root, "root", root, **authority))
show("root-of-the-same-name", make("root", rogue, "root", rogue, **authority))
show("root-p521", make("wide", wide, "wide", wide, hashed=hashes.SHA512(), **authority))
show("root-p521-sha256", make("wide", wide, "wide", wide, **authority))
show("root-rsa", make("old", old, "old", old, **authority))
show("root-rsa-small", make("small", small, "small", small, **authority))
show("root-ed25519", make("edwards", edwards, "edwards", edwards, **authority))
show("root-expired", make("root", root, "root", root, years=(2000, 2010), **authority))
show("root-no-ca", make("root", root, "root", root, usage=issue))
show("root-length-0", make("root", root, "root", root, ca=True, length=0, usage=issue))
show("root-tls", make("root", root, "root", root, extended=[Usage.SERVER_AUTH], **authority))
show("root-constrained", make("root", root, "root", root, more=[
    (x509.NameConstraints(permitted_subtrees=[x509.DNSName("a.example")], excluded_subtrees=None), True)], **authority))

show("middle", make("middle", middle, "root", root, **authority))
show("middle-no-ca", make("middle", middle, "root", root, usage=issue))
show("middle-not-issuing", make("middle", middle, "root", root, ca=True, usage=sign))
show("middle-expired", make("middle", middle, "root", root, years=(2000, 2010), **authority))
show("middle-by-leaf", make("middle", middle, "signer", SIGNER, **authority))
show("middle-unknown-critical", make("middle", middle, "root", root, more=[
    (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.55555.1"), b"\x05\x00"), True)], **authority))
show("second", make("second", second, "middle", middle, **authority))

show("leaf", make("signer", SIGNER, "root", root, **leaf))
show("leaf-under-middle", make("signer", SIGNER, "middle", middle, **leaf))
show("leaf-under-second", make("signer", SIGNER, "second", second, **leaf))
show("leaf-p521", make("signer", SIGNER, "wide", wide, hashed=hashes.SHA512(), **leaf))
show("leaf-p521-sha256", make("signer", SIGNER, "wide", wide, **leaf))
show("leaf-rsa", make("signer", SIGNER, "old", old, **leaf))
show("leaf-rsa-sha512", make("signer", SIGNER, "old", old, hashed=hashes.SHA512(), **leaf))
show("leaf-rsa-small", make("signer", SIGNER, "small", small, **leaf))
show("leaf-ed25519", make("signer", SIGNER, "edwards", edwards, **leaf))
show("leaf-no-eku", make("signer", SIGNER, "root", root, ca=False, usage=sign))
show("leaf-tls", make("signer", SIGNER, "root", root, ca=False, usage=sign, extended=[Usage.SERVER_AUTH]))
show("leaf-any", make("signer", SIGNER, "root", root, ca=False, usage=sign, extended=[Usage.ANY_EXTENDED_KEY_USAGE]))
show("leaf-wrong-usage", make("signer", SIGNER, "root", root, ca=False, usage=["key_agreement"], extended=code))
show("leaf-no-usage", make("signer", SIGNER, "root", root, ca=False, extended=code))
show("leaf-expired", make("signer", SIGNER, "root", root, ca=False, usage=sign, extended=code, years=(2020, 2025)))
show("leaf-early", make("signer", SIGNER, "root", root, ca=False, usage=sign, extended=code, years=(2050, 2060)))
show("leaf-other-key", make("signer", second, "root", root, **leaf))
show("self-signed", make("signer", SIGNER, "signer", SIGNER, **leaf))
show("loop-a", make("a", middle, "b", second, **authority))
show("loop-b", make("b", second, "a", middle, **authority))
show("leaf-under-loop", make("signer", SIGNER, "a", middle, **leaf))
