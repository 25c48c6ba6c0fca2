//! `candor sign`: a signature over a folder, with a key.

use crate::Outcome;
use crate::output::Output;
use crate::{disk, progress};
use anyhow::{anyhow, bail};
use candor_source::Folder;
use candor_verify::signature::{self, Method, PrivateKey, Signing};
use candor_verify::{Counter, HashType, Progress, caps};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// What `sign --help` shows.
pub(crate) const HELP: &str = "\
Writes a Sigstore bundle of OpenSSF Model Signing 1.0, which the reference client (`model_signing verify key`)
reads. Signatures are deterministic: the same folder and key give the same bundle.

Example:
  openssl ecparam -name prime256v1 -genkey -noout -out key.pem
  candor sign models/mine --key key.pem";

/// Arguments of `sign`.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// The folder of the model
    dir: PathBuf,
    /// The private key, as PEM: P-256, P-384 or P-521, not encrypted
    #[arg(long, value_name = "PEM")]
    key: PathBuf,
    /// The certificate of the key, and those between it and the root, as PEM; without it the key alone is named
    #[arg(long, value_name = "PEM")]
    chain: Option<PathBuf>,
    /// Where to write the signature; without it, `model.sig` in the folder
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Leave a file or folder of the model out
    #[arg(long, value_name = "PATH")]
    ignore: Vec<String>,
    /// How files are hashed
    #[arg(long, value_enum, default_value_t = Hash::Sha256)]
    hash: Hash,
    /// Cut files into shards of this many bytes, and sign each
    #[arg(long, value_name = "BYTES")]
    shards: Option<u64>,
    /// Name the digests of shards as the specification does; the reference client 1.1 refuses such bundles
    #[arg(long, requires = "shards")]
    spec_names: bool,
}

/// Hash functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Hash {
    /// SHA-256, which the command line of the reference client can verify.
    Sha256,
    /// BLAKE2b.
    Blake2b,
    /// BLAKE3.
    Blake3,
}

/// Run the command.
pub(crate) fn run(options: &Options, output: &Output) -> anyhow::Result<Outcome> {
    let folder = Folder::open(&options.dir)?;
    let pem = disk::read(&options.key, caps::PEM_BYTES)?;
    let key = PrivateKey::from_pem(&pem).map_err(|why| anyhow!("`{}`: {why}", options.key.display()))?;
    let chain = options.chain.as_ref().map(|path| disk::read(path, caps::PEM_BYTES)).transpose()?;
    let path = options.output.clone().unwrap_or_else(|| options.dir.join("model.sig"));
    if path.is_dir() {
        bail!("`{}` is a folder; name the file to write", path.display());
    }
    let mut ignored: Vec<String> =
        options.ignore.iter().map(|path| path.trim_start_matches("./").trim_end_matches('/').to_owned()).collect();
    // The signature cannot sign itself, whether it is there already or will be.
    ignored.extend(disk::relative(&path, folder.root()));
    let counter = Counter::default();
    let name = folder.root().file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let signing = Signing {
        tree: &folder,
        name: &name,
        method: options.shards.map_or(Method::Files, Method::Shards),
        hash: match options.hash {
            Hash::Sha256 => HashType::Sha256,
            Hash::Blake2b => HashType::Blake2b,
            Hash::Blake3 => HashType::Blake3,
        },
        ignored,
        strict_names: options.spec_names,
        chain: chain.as_deref(),
        threads: disk::threads(),
        progress: Progress::on(&counter),
    };
    let bundle = progress::watch(output, &counter, || signature::sign(&signing, &key))
        .map_err(|why| anyhow!("`{}`: {why}", options.dir.display()))?;
    disk::write(&path, bundle.as_bytes())?;
    output.show(&format!("{}: signed; the signature is `{}`\n", options.dir.display(), path.display()))?;
    Ok(Outcome::Answered)
}
