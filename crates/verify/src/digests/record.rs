//! `RECORD` of a Python package: each file with its digest and size, a line of comma-separated values each (binary
//! distribution format, "The .dist-info directory"; PEP 376). Paths are relative to the folder of the packages.

use super::Digests;
use super::sources::{Claimed, Source};
use crate::hash::hex;
use base64ct::{Base64UrlUnpadded, Encoding};

/// Whether a path is that of such a list.
pub(super) fn is_record(path: &str) -> bool {
    path.strip_suffix("/RECORD").is_some_and(|folder| folder.ends_with(".dist-info"))
}

/// Read one; what it does not give a digest of, such as itself, it says nothing of.
pub(super) fn read(source: &mut Source, text: &str) {
    let name = source.name.clone();
    let folder = name.rsplitn(3, '/').nth(2).unwrap_or_default();
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        let place = format!("{name}:{number}");
        let Some([path, digest, size]) = fields(line) else {
            source.faults.push(format!("{place}: no line of path, digest and size"));
            continue;
        };
        let size = size.parse::<u64>().ok();
        let Some((algorithm, value)) = digest.split_once('=') else {
            if !digest.is_empty() {
                source.faults.push(format!("{place}: a digest without the name of its algorithm"));
            }
            continue;
        };
        let sha256 =
            Base64UrlUnpadded::decode_vec(value).ok().filter(|bytes| bytes.len() == 32).map(|bytes| hex(&bytes));
        match (algorithm, sha256) {
            ("sha256", Some(sha256)) => {
                let digests = Digests { sha256: Some(sha256), ..Digests::default() };
                source.add(&path, folder, Claimed { size, digests }, &place);
            }
            ("sha256", None) => source.faults.push(format!("{place}: no digest of 32 bytes in base64")),
            (other, _) => source.faults.push(format!("{place}: a digest by `{other}`, which is not computed")),
        }
    }
}

/// The three fields of a line, without their quotes.
fn fields(line: &str) -> Option<[String; 3]> {
    let mut fields = vec![String::new()];
    let (mut quoted, mut letters) = (false, line.chars().peekable());
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.next_if_eq(&'"').is_some() => fields.last_mut()?.push('"'),
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            letter => fields.last_mut()?.push(letter),
        }
    }
    fields.try_into().ok().filter(|_| !quoted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_a_line() {
        for (line, expected) in [
            ("a/b.py,sha256=x,12", Some(["a/b.py", "sha256=x", "12"])),
            ("\"a,\"\"b\"\".py\",,", Some(["a,\"b\".py", "", ""])),
            ("a,b", None),
            ("a,b,c,d", None),
            ("\"a,b,c", None),
        ] {
            assert_eq!(fields(line), expected.map(|fields| fields.map(str::to_owned)), "{line}");
        }
    }
}
