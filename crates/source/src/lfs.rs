//! Git LFS pointers: small texts that stand for a file whose bytes were not fetched.

use candor_facts::{Algorithm, Digest};

/// What a pointer says of the file that it stands for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Pointer {
    pub(crate) digest: Option<Digest>,
    pub(crate) size: Option<u64>,
}

/// Read a pointer; `None` when the bytes are something else. A pointer with bad lines is still a pointer.
pub(crate) fn parse(bytes: &[u8]) -> Option<Pointer> {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.lines();
    let version = lines.next()?.strip_prefix("version ")?;
    if !matches!(version.trim_end(), "https://git-lfs.github.com/spec/v1" | "https://hawser.github.com/spec/v1") {
        return None;
    }
    let mut pointer = Pointer::default();
    for line in lines {
        match line.split_once(' ') {
            Some(("oid", oid)) => {
                let hex = oid.trim_end().strip_prefix("sha256:");
                pointer.digest = hex.and_then(|hex| Digest::from_hex(Algorithm::Sha256, hex));
            }
            Some(("size", size)) => pointer.size = size.trim_end().parse().ok(),
            _ => {}
        }
    }
    Some(pointer)
}

/// Whether a file of this name may be a pointer: sources and prose are never kept in LFS, so their bytes are not looked at.
pub(crate) fn may_be(name: &str) -> bool {
    const NEVER: &[&str] = &[
        "py", "rs", "c", "h", "cc", "cpp", "hpp", "cu", "js", "ts", "go", "java", "sh", "md", "rst", "yml", "yaml",
        "toml", "cfg", "ini", "html", "css", "ipynb",
    ];
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    !NEVER.iter().any(|never| extension.eq_ignore_ascii_case(never))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers() {
        let hex = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393";
        let text = format!("version https://git-lfs.github.com/spec/v1\noid sha256:{hex}\nsize 12345\n");
        let pointer = parse(text.as_bytes()).expect("pointer");
        assert_eq!(pointer.size, Some(12345));
        assert_eq!(pointer.digest.expect("digest").hex(), hex);
        let bad = b"version https://git-lfs.github.com/spec/v1\r\noid sha256:zz\nsize -1\n";
        assert_eq!(parse(bad), Some(Pointer::default()));
        for other in [&b""[..], b"version 2\n", b"PK\x03\x04", b"\xff\xfe"] {
            assert_eq!(parse(other), None);
        }
        assert!(may_be("model.safetensors") && !may_be("setup.py"));
    }
}
