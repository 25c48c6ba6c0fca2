//! Releases that are packages of the Python index, as bundles: fetched once by their digest, below the target folder.

use anyhow::{Context, ensure};
use candor_assess::known::Package;
use std::path::PathBuf;
use std::process::Command;

/// The bundle of a package.
///
/// # Errors
/// When it is not at hand and cannot be fetched; the message says why.
pub(crate) fn bundle(name: &str, package: &Package) -> anyhow::Result<PathBuf> {
    let root = crate::workspace_root();
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let bundle = target.join("packages").join(package.sha256.get(..16).context("a digest of 64 digits")?);
    let files = bundle.join("files");
    if !files.is_dir() {
        let script = root.join(".ci/fetch_package.py");
        let words = [package.project.as_str(), &package.file, &package.sha256];
        let run = Command::new("python3").arg(script).args(words).arg(&files).output().context("python3")?;
        let said = String::from_utf8_lossy(&run.stderr);
        ensure!(run.status.success(), "{}", said.trim().lines().last().unwrap_or("python3 says nothing"));
    }
    let folder = if package.folder.is_empty() { "files".to_owned() } else { format!("files/{}", package.folder) };
    let text = format!(
        "format = 1\nid = \"{name}\"\n[[part]]\nrole = \"{}\"\nlocator = \"pkg:pypi/{}@{}\"\nfiles = \"{folder}\"\ncomplete = true\n",
        package.role, package.project, package.version
    );
    std::fs::write(bundle.join("release.toml"), text)?;
    Ok(bundle)
}
