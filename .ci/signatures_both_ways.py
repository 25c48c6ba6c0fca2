"""What Candor signs, the reference client of OpenSSF Model Signing verifies, and the other way round.

Run by .ci/signatures with the Python that has `model-signing` and `pyOpenSSL`; takes the path of the built program.
"""

import datetime
import json
import pathlib
import subprocess
import sys
import tempfile

import model_signing
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CANDOR = sys.argv[1]
passed = failed = 0


def check(what, fine, why=""):
    global passed, failed
    passed, failed = passed + bool(fine), failed + (not fine)
    print(f"{'ok    ' if fine else 'FAILED'} {what}{'' if fine else ': ' + str(why)}")


def candor(*args):
    return subprocess.run([CANDOR, *map(str, args)], capture_output=True, text=True)


def candor_verifies(what, model, signature, trust, expected=0):
    run = candor("verify", "signature", model, "--signature", signature, *trust, "--format", "json")
    try:
        verified = json.loads(run.stdout)["verified"]
    except (ValueError, KeyError):
        verified = None
    check(what, run.returncode == expected and verified == (expected == 0), run.stdout + run.stderr)


def reference_verifies(what, model, signature, public):
    """The command line, which knows whole files and SHA-256 only."""
    run = subprocess.run(
        [sys.executable, "-m", "model_signing", "verify", "key", str(model), "--signature", str(signature),
         "--public_key", str(public)], capture_output=True, text=True)
    check(what, run.returncode == 0, run.stdout + run.stderr)


def api_verifies(what, model, signature, public, hashing):
    try:
        config = model_signing.verifying.Config().use_elliptic_key_verifier(public_key=public)
        config.set_hashing_config(hashing).verify(model, signature)
        check(what, True)
    except Exception as error:  # whatever it raises is its verdict
        check(what, False, error)


def pem(path, data):
    path.write_bytes(data)
    return path


def keys(folder, name, curve):
    key = ec.generate_private_key(curve)
    private = pem(folder / f"{name}.pem", key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    public = pem(folder / f"{name}.pub.pem", key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo))
    return key, private, public


def certificate(subject, key, issuer, issuer_key, ca):
    name = lambda text: x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
    now = datetime.datetime.now(datetime.timezone.utc)
    usage = dict.fromkeys(["content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only",
                           "decipher_only", "crl_sign"], False)
    builder = (x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name(issuer))
               .public_key(key.public_key()).serial_number(x509.random_serial_number())
               .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=30))
               .add_extension(x509.BasicConstraints(ca, None), True)
               .add_extension(x509.KeyUsage(digital_signature=not ca, key_cert_sign=ca, **usage), True))
    if not ca:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), False)
    return builder.sign(issuer_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def main(folder):
    model = folder / "model"
    (model / "tokenizer").mkdir(parents=True)
    (model / ".git").mkdir()
    for path, data in {"README.md": b"# card\n", "config.json": b"{}", "model.safetensors": bytes(range(256)) * 9,
                       "tokenizer/vocab.txt": b"a\nb\n", "tokenizer.json": b"{}", ".git/HEAD": b"x"}.items():
        (model / path).write_bytes(data)
    signature = folder / "model.sig"
    curves = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}
    hashing = model_signing.hashing.Config
    cuts = {
        "sha256 files": ([], lambda: hashing().use_file_serialization(hashing_algorithm="sha256")),
        "blake2b files": (["--hash", "blake2b"], lambda: hashing().use_file_serialization(hashing_algorithm="blake2")),
        "blake3 files": (["--hash", "blake3"], lambda: hashing().use_file_serialization(hashing_algorithm="blake3")),
        "sha256 shards": (["--shards", "512"],
                          lambda: hashing().use_shard_serialization(hashing_algorithm="sha256", shard_size=512)),
    }
    for curve, of in curves.items():
        key, private, public = keys(folder, curve, of)
        run = candor("sign", model, "--key", private, "-o", signature)
        check(f"{curve}: candor signs", run.returncode == 0, run.stderr)
        reference_verifies(f"{curve}: the client verifies it", model, signature, public)
        candor_verifies(f"{curve}: candor verifies it", model, signature, ["--key", public])
        for cut, (options, config) in cuts.items():
            run = candor("sign", model, "--key", private, "-o", signature, *options)
            check(f"{curve}, {cut}: candor signs", run.returncode == 0, run.stderr)
            api_verifies(f"{curve}, {cut}: the client verifies it", model, signature, public, config())
            model_signing.signing.Config().use_elliptic_key_signer(private_key=private).set_hashing_config(
                config()).sign(model, signature)
            candor_verifies(f"{curve}, {cut}: candor verifies the client's", model, signature, ["--key", public])

        root_key, _, _ = keys(folder, "root", ec.SECP256R1())
        root = pem(folder / "root.pem", certificate("root", root_key, "root", root_key, True))
        leaf = pem(folder / "leaf.pem", certificate("signer", key, "root", root_key, False))
        model_signing.signing.Config().use_certificate_signer(
            private_key=private, signing_certificate=leaf, certificate_chain=[root]).sign(model, signature)
        candor_verifies(f"{curve}: candor verifies the client's certificate", model, signature, ["--ca", root])
        run = candor("sign", model, "--key", private, "--chain", leaf, "-o", signature)
        check(f"{curve}: candor signs with a certificate", run.returncode == 0, run.stderr)
        try:
            model_signing.verifying.Config().use_certificate_verifier(certificate_chain=[root]).verify(model, signature)
            check(f"{curve}: the client verifies it", True)
        except Exception as error:
            check(f"{curve}: the client verifies it", False, error)
        candor_verifies(f"{curve}: candor refuses another root", model, signature,
                        ["--ca", pem(folder / "o.pem", certificate("root", key, "root", key, True))], 1)

    inside = model / "model.sig"
    subprocess.run([sys.executable, "-m", "model_signing", "sign", "key", str(model), "--signature", str(inside),
                    "--private_key", str(folder / "P-256.pem")], check=True, capture_output=True)
    public = folder / "P-256.pub.pem"
    candor_verifies("inside the model: candor verifies the client's", model, inside, ["--key", public])
    check("inside the model: candor signs", candor("sign", model, "--key", folder / "P-256.pem").returncode == 0)
    reference_verifies("inside the model: the client verifies it", model, inside, public)
    candor_verifies("another key is refused", model, inside, ["--key", folder / "P-384.pub.pem"], 1)
    (model / "config.json").write_bytes(b"[]")
    candor_verifies("a changed file is refused", model, inside, ["--key", public], 1)


with tempfile.TemporaryDirectory() as folder:
    main(pathlib.Path(folder))
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
