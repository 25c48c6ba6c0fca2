//! Names of licences → `data/names.bin`, read in place by the crate.

use std::path::Path;

use candor_license::names_layout as layout;
use candor_license::words;

struct Name {
    first: u64,
    second: u64,
    whole: u64,
    words: u32,
    id: String,
}

/// Writes the file from the SPDX list, the catalogue's blocks and `names.csv`.
pub(crate) fn write(data: &Path) -> anyhow::Result<()> {
    let mut names: Vec<Name> = Vec::new();
    spdx_names(&mut names);
    for line in std::fs::read_to_string(data.join("names.csv"))?.lines().skip(1) {
        if let Some((name, id)) = line.split_once(',') {
            add(&mut names, name, id);
        }
    }
    for line in std::fs::read_to_string(data.join("catalogue.txt"))?.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        if let ["L", id, name, ..] = fields.as_slice()
            && id.starts_with("LicenseRef-")
        {
            add(&mut names, name, id);
            add(&mut names, &name.replace("License", "License Agreement"), id);
        }
    }
    names.sort_by_key(|n| (n.first, std::cmp::Reverse(n.words)));
    let mut filter = [0_u8; layout::FILTER];
    let (mut entries, mut ids) = (Vec::new(), String::new());
    for name in &names {
        let (slot, bit) = candor_license::names_filter_bit(name.first, name.second);
        filter[slot] |= bit;
        entries.extend(name.first.to_le_bytes());
        entries.extend(name.whole.to_le_bytes());
        entries.extend(name.words.to_le_bytes());
        entries.extend(u32::try_from(ids.len())?.to_le_bytes());
        entries.extend(u32::try_from(name.id.len())?.to_le_bytes());
        entries.extend([0; 4]);
        ids.push_str(&name.id);
    }
    let mut out = filter.to_vec();
    out.extend(u32::try_from(names.len())?.to_le_bytes());
    out.extend(entries);
    out.extend(ids.as_bytes());
    std::fs::write(data.join("names.bin"), out)?;
    Ok(())
}

fn add(names: &mut Vec<Name>, text: &str, id: &str) {
    let words = words::words(text.as_bytes());
    let [first, second, ..] = words.as_slice() else {
        return;
    };
    let whole = words::whole(&words);
    if names.iter().all(|n| n.whole != whole) {
        let (first, second) = (first.hash, second.hash);
        names.push(Name { first, second, whole, words: words.len() as u32, id: id.to_owned() });
    }
}

fn spdx_names(names: &mut Vec<Name>) {
    for l in spdx::identifiers::LICENSES {
        if l.flags & spdx::flags::IS_DEPRECATED != 0 {
            continue;
        }
        let full = l.full_name.replace(['"', '“', '”'], "").replace(" - ", " ");
        add(names, &full, l.name);
        // "X License v1.0" is also written "X License, Version 1.0" and "X License 1.0".
        let parts = full.rsplit_once(" v").or_else(|| full.rsplit_once(' '));
        if let Some((stem, v)) = parts.filter(|(_, v)| v.starts_with(|c: char| c.is_ascii_digit())) {
            add(names, &format!("{stem} version {v}"), l.name);
            add(names, &format!("{stem} {v}"), l.name);
            add(names, &format!("{stem} v{v}"), l.name);
        }
        if !full.to_lowercase().contains("license") && full.len() > 3 {
            add(names, &format!("{full} license"), l.name);
        }
        if l.name.contains(|c: char| c.is_ascii_digit() || c == '-') {
            add(names, l.name, l.name);
        }
        // A one-word id with "license" after it.
        if l.name.len() >= 4 && !l.name.contains('-') {
            add(names, &format!("{} license", l.name), l.name);
        }
    }
}
