//! The release bundle: `release.toml`, the offline form of a snapshot.
//!
//! Unknown keys are refused with their line, so that a slip of the pen is not read as silence; a path
//! never leaves the folder of the bundle.

use crate::{SourceError, caps};
use candor_facts::Role;
use serde::Deserialize;
use std::fs;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};
use toml::Spanned;

/// A bundle, checked.
#[derive(Debug)]
pub(crate) struct Bundle {
    /// Its real folder.
    pub(crate) folder: PathBuf,
    pub(crate) id: String,
    pub(crate) subject: Vec<String>,
    pub(crate) parts: Vec<BundlePart>,
}

/// One part of a bundle. Its paths are real and inside the folder of the bundle.
#[derive(Debug)]
pub(crate) struct BundlePart {
    pub(crate) role: Role,
    pub(crate) locator: Option<String>,
    pub(crate) revision: Option<String>,
    pub(crate) files: Option<PathBuf>,
    /// The listing file, and its name as written.
    pub(crate) listing: Option<(PathBuf, String)>,
    pub(crate) complete: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    format: Spanned<i64>,
    id: Spanned<String>,
    #[serde(default)]
    subject: Vec<String>,
    #[serde(default)]
    part: Vec<RawPart>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPart {
    role: Spanned<String>,
    locator: Option<String>,
    revision: Option<String>,
    files: Option<Spanned<String>>,
    listing: Option<Spanned<String>>,
    #[serde(default)]
    complete: bool,
}

/// Whether a folder is a bundle: it holds a `release.toml` that has one of a bundle's own keys. Other
/// tools keep their settings under the same name.
pub(crate) fn in_folder(folder: &Path) -> Option<PathBuf> {
    let path = folder.join("release.toml");
    let Ok(text) = read(&path) else {
        // Loading it will say what is wrong.
        return path.is_file().then_some(path);
    };
    let table: Result<toml::Table, _> = toml::from_str(&text);
    let ours = match table {
        Ok(table) => table.contains_key("format") || table.contains_key("part"),
        // Better an error with its line than a bundle read as a plain folder.
        Err(_) => text.contains("[[part]]") || text.contains("format"),
    };
    ours.then_some(path)
}

/// Whether a file is a bundle, by its name.
pub(crate) fn is_named(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.starts_with("release") && name.ends_with(".toml")
}

/// Read a bundle file.
///
/// # Errors
/// When it cannot be read, is no bundle of a known format, or names a path that is not there or leads out.
pub(crate) fn load(path: &Path) -> Result<Bundle, SourceError> {
    let text = read(path)?;
    let at = |span: Range<usize>, what: String| {
        let before = text.get(..span.start.min(text.len())).unwrap_or(&text);
        SourceError::Bundle { path: path.to_owned(), line: 1 + before.matches('\n').count(), what }
    };
    let raw: Raw =
        toml::from_str(&text).map_err(|error| at(error.span().unwrap_or(0..0), error.message().replace('\n', ", ")))?;
    if *raw.format.get_ref() != 1 {
        let what = format!("bundle format {}; this version reads format 1", raw.format.get_ref());
        return Err(at(raw.format.span(), what));
    }
    if raw.id.get_ref().trim().is_empty() {
        return Err(at(raw.id.span(), "`id` is empty; give the release a short name".to_owned()));
    }
    if raw.part.is_empty() {
        return Err(at(0..0, "no `[[part]]`; a release has at least one part".to_owned()));
    }
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let folder = folder
        .canonicalize()
        .map_err(|error| SourceError::Unreadable { path: folder.to_owned(), why: error.to_string() })?;
    let mut parts = Vec::new();
    for part in raw.part {
        let role = Role::parse(part.role.get_ref()).ok_or_else(|| {
            let what = format!("role `{}`; it is one of model, code, data, document", part.role.get_ref());
            at(part.role.span(), what)
        })?;
        let real = |key: &str, value: &Spanned<String>, folder_wanted: bool| {
            inside(&folder, key, value.get_ref(), folder_wanted).map_err(|what| at(value.span(), what))
        };
        let files = part.files.as_ref().map(|value| real("files", value, true)).transpose()?;
        let listing = match &part.listing {
            Some(value) => Some((real("listing", value, false)?, value.get_ref().clone())),
            None => None,
        };
        if part.complete && files.is_none() && listing.is_none() {
            let what = "`complete = true` for a part without `files` or `listing`: name what is complete".to_owned();
            return Err(at(part.role.span(), what));
        }
        let (locator, revision, complete) = (part.locator, part.revision, part.complete);
        parts.push(BundlePart { role, locator, revision, files, listing, complete });
    }
    Ok(Bundle { folder, id: raw.id.into_inner(), subject: raw.subject, parts })
}

fn read(path: &Path) -> Result<String, SourceError> {
    let unreadable = |why: String| SourceError::Unreadable { path: path.to_owned(), why };
    let metadata = fs::metadata(path).map_err(|error| unreadable(error.to_string()))?;
    if !metadata.is_file() {
        return Err(unreadable("it is no regular file".to_owned()));
    }
    if metadata.len() > caps::BUNDLE_BYTES {
        return Err(unreadable(format!("it is longer than a bundle file may be ({} bytes)", caps::BUNDLE_BYTES)));
    }
    fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))
}

/// The real path of `value`, which must lie in the folder of the bundle, links resolved.
pub(crate) fn inside(folder: &Path, key: &str, value: &str, folder_wanted: bool) -> Result<PathBuf, String> {
    let leads_out =
        || format!("`{key} = \"{value}\"` leads out of the folder of the bundle; use a relative path inside it");
    let relative = Path::new(value);
    if value.is_empty() || !relative.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
        return Err(leads_out());
    }
    let there = folder.join(relative);
    let real = there
        .canonicalize()
        .map_err(|error| format!("`{key} = \"{value}\"`: {error}; correct the path, or leave the key out"))?;
    if !real.starts_with(folder) {
        return Err(leads_out());
    }
    if folder_wanted != real.is_dir() || (!folder_wanted && !real.is_file()) {
        let wanted = if folder_wanted { "a folder" } else { "a file" };
        return Err(format!("`{key} = \"{value}\"` is not {wanted}"));
    }
    Ok(real)
}
