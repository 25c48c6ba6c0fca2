//! Doors for fuzzing: readers that are private, with what must hold for any bytes. Not for other use.

use crate::json::{self, Reader};
use crate::weights::safetensors;

/// Any bytes as a safetensors file: places lie in the file, and what has no fault covers its data exactly.
pub fn safetensors(bytes: &[u8]) {
    let Ok(header) = safetensors::read(&bytes) else { return };
    let size = bytes.len() as u64;
    assert!(header.faults.iter().all(|fault| fault.at <= size), "a fault outside the file");
    for tensor in &header.tensors {
        assert!(tensor.header_bytes.start < tensor.header_bytes.end && tensor.header_bytes.end <= size);
    }
    if header.faults.is_empty() {
        let data = size - header.bytes.map_or(0, |(length, _)| length);
        let sum: u64 = header.tensors.iter().map(|tensor| tensor.range.end - tensor.range.start).sum();
        assert_eq!(sum, data, "bytes that belong to no tensor, or to two");
    }
}

/// Any bytes as JSON: tokens lie in the text one after the other, and every member can be read again.
pub fn json(bytes: &[u8]) {
    for mut reader in [Reader::new(bytes), Reader::relaxed(bytes)] {
        let mut end = 0;
        loop {
            match reader.next() {
                Ok(Some(token)) => {
                    assert!(end <= token.span.start && token.span.start < token.span.end);
                    end = token.span.end;
                    assert!(end <= bytes.len());
                }
                Ok(None) => break,
                Err(problem) => {
                    assert!(problem.at <= bytes.len(), "a problem outside the text");
                    break;
                }
            }
        }
    }
    for member in json::object(bytes).unwrap_or_default() {
        assert!(bytes.get(member.span.clone()).is_some_and(|span| span.starts_with(b"\"")));
        json::object_at(bytes, &member.value);
        json::array_at(bytes, &member.value);
    }
}
