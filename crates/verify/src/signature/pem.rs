//! PEM files to their blocks (RFC 7468, as leniently as OpenSSL in what stands between blocks, strictly within).

use base64ct::{Base64, Encoding};

/// A block: its label, and the bytes in it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) label: String,
    pub(crate) bytes: Vec<u8>,
}

/// All blocks of a file, in order. Text between blocks is passed over.
///
/// # Errors
/// Says in which line a block is wrong.
pub(crate) fn blocks(file: &[u8]) -> Result<Vec<Block>, String> {
    let Ok(text) = std::str::from_utf8(file) else { return Err("it is not text".to_owned()) };
    let mut blocks = Vec::new();
    let mut open: Option<(String, usize, String)> = None;
    for (line, text) in (1..).zip(text.lines()) {
        let text = text.trim();
        match &mut open {
            None => {
                if let Some(label) = boundary(text, "-----BEGIN ") {
                    open = Some((label.to_owned(), line, String::new()));
                }
            }
            Some((label, began, body)) => {
                if let Some(end) = boundary(text, "-----END ") {
                    if end != label {
                        return Err(format!("line {line}: a block of `{label}` ends as `{end}`"));
                    }
                    let bytes = Base64::decode_vec(body)
                        .map_err(|error| format!("line {began}: the block `{label}` is no base64: {error}"))?;
                    blocks.push(Block { label: std::mem::take(label), bytes });
                    open = None;
                } else if text.contains("-----BEGIN ") {
                    return Err(format!("line {line}: a block begins within the block of line {began}"));
                } else if text.starts_with("Proc-Type:") && text.contains("ENCRYPTED") {
                    return Err(format!(
                        "line {began}: the key is encrypted; decrypt it first: `openssl pkey -in KEY -out PLAIN`"
                    ));
                } else {
                    body.push_str(text);
                }
            }
        }
    }
    match open {
        Some((label, line, _)) => Err(format!("line {line}: the block `{label}` has no end; the file is cut")),
        None => Ok(blocks),
    }
}

fn boundary<'t>(line: &'t str, start: &str) -> Option<&'t str> {
    line.strip_prefix(start)?.strip_suffix("-----")
}

/// A block as text, 64 characters a line.
pub(crate) fn write(label: &str, bytes: &[u8]) -> String {
    let mut out = format!("-----BEGIN {label}-----\n");
    let body = Base64::encode_string(bytes);
    for line in body.as_bytes().chunks(64) {
        out.extend(line.iter().map(|byte| char::from(*byte)));
        out.push('\n');
    }
    out.push_str(&format!("-----END {label}-----\n"));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn blocks_and_what_is_wrong_with_them() {
        let long = write("X Y", &[7; 100]);
        assert_eq!(blocks(long.as_bytes()).unwrap(), [Block { label: "X Y".to_owned(), bytes: vec![7; 100] }]);
        let cases = [
            "said before\n-----BEGIN A-----\nAA==\n-----END A-----\n-----BEGIN B-----\r\n-----END B-----\r\n",
            "",
            "-----BEGIN A-----\nAA==\n-----END B-----\n",
            "-----BEGIN A-----\nAA",
            "-----BEGIN A-----\n-----BEGIN A-----\n",
            "-----BEGIN A-----\nA*==\n-----END A-----\n",
            "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n",
        ];
        let said: Vec<String> = cases.iter().map(|case| format!("{:?}", blocks(case.as_bytes()))).collect();
        expect![[r#"
            Ok([Block { label: "A", bytes: [0] }, Block { label: "B", bytes: [] }])
            Ok([])
            Err("line 3: a block of `A` ends as `B`")
            Err("line 1: the block `A` has no end; the file is cut")
            Err("line 2: a block begins within the block of line 1")
            Err("line 1: the block `A` is no base64: invalid Base64 encoding")
            Err("line 1: the key is encrypted; decrypt it first: `openssl pkey -in KEY -out PLAIN`")"#]]
        .assert_eq(&said.join("\n"));
    }
}
