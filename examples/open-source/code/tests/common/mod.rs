//! What the tests share: the recipe, folders, and the published files.

use std::fs;
use std::path::{Path, PathBuf};

use sprout_trainer::recipe::Recipe;

/// The folder of this package.
pub(crate) fn package() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The recipe of the published weights.
pub(crate) fn recipe() -> Recipe {
    Recipe::read(&package().join("config/sprout-1.toml")).unwrap()
}

/// An empty folder for one test.
pub(crate) fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// All files below a folder, as relative paths and bytes.
pub(crate) fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut left = vec![folder.to_owned()];
    while let Some(next) = left.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                left.push(path);
            } else {
                let relative = path.strip_prefix(folder).unwrap().to_owned();
                found.push((relative, fs::read(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// A published file, if the package still stands beside the other parts of its release.
pub(crate) fn published(path: &str) -> Option<Vec<u8>> {
    fs::read(package().parent()?.join(path)).ok()
}
