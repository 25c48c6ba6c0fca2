//! Tensors as files.

use super::Made;
use candor_inspect::tensors::Dtype;

/// Bits of a half-precision number, rounded to nearest even.
fn half(value: f32) -> u16 {
    let bits = value.to_bits();
    let sign = (bits >> 16 & 0x8000) as u16;
    let magnitude = value.abs();
    if magnitude.is_nan() {
        return sign | 0x7e00;
    }
    if magnitude >= 65520.0 {
        return sign | 0x7c00;
    }
    if magnitude < 2f32.powi(-14) {
        // The sum rounds as the hardware does.
        return sign | ((magnitude + 0.5).to_bits() - 0.5f32.to_bits()) as u16;
    }
    let bits = magnitude.to_bits() - (112 << 23);
    sign | ((bits + 0xfff + (bits >> 13 & 1)) >> 13) as u16
}

/// Bits of a `bfloat16`, rounded to nearest even.
fn brain(value: f32) -> u16 {
    let bits = value.to_bits();
    ((bits + 0x7fff + (bits >> 16 & 1)) >> 16) as u16
}

/// Nearest of the 256 numbers of an 8-bit type.
fn eighth(dtype: Dtype, value: f32) -> u8 {
    let mut all = Vec::new();
    let bytes: Vec<u8> = (0..=255).collect();
    crate::values::decode(dtype, false, &bytes, &mut all);
    let wanted = f64::from(value);
    let near = |at: &usize| if all[*at].is_finite() { (all[*at] - wanted).abs() } else { f64::INFINITY };
    // Of two as near, the one with an even last digit.
    (0..256usize).min_by(|a, b| near(a).total_cmp(&near(b)).then((a & 1).cmp(&(b & 1)))).unwrap_or(0) as u8
}

/// The bytes of numbers.
pub(super) fn encode(dtype: Dtype, values: &[f32]) -> Vec<u8> {
    match dtype {
        Dtype::F64 => values.iter().flat_map(|value| f64::from(*value).to_le_bytes()).collect(),
        Dtype::F16 => values.iter().flat_map(|value| half(*value).to_le_bytes()).collect(),
        Dtype::BF16 => values.iter().flat_map(|value| brain(*value).to_le_bytes()).collect(),
        Dtype::F8_E4M3 | Dtype::F8_E5M2 => values.iter().map(|value| eighth(dtype, *value)).collect(),
        Dtype::Q8_0 => values.chunks(32).flat_map(q8_0).collect(),
        Dtype::Q4_0 => values.chunks(32).flat_map(q4_0).collect(),
        _ => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
    }
}

fn q8_0(block: &[f32]) -> Vec<u8> {
    let scale = block.iter().fold(0f32, |most, value| most.max(value.abs())) / 127.0;
    let quants = block.iter().map(|value| if scale > 0.0 { (value / scale).round() as i8 as u8 } else { 0 });
    half(scale).to_le_bytes().into_iter().chain(quants).collect()
}

fn q4_0(block: &[f32]) -> Vec<u8> {
    let most = block.iter().copied().fold(0f32, |most, value| if value.abs() > most.abs() { value } else { most });
    let scale = most / -8.0;
    let quant = |value: f32| if scale != 0.0 { (value / scale + 8.5).clamp(0.0, 15.0) as u8 } else { 8 };
    let pairs = (0..16).map(|at| quant(block[at]) | quant(block[at + 16]) << 4);
    half(scale).to_le_bytes().into_iter().chain(pairs).collect()
}

/// A safetensors file of one element type.
pub fn safetensors(tensors: &[Made], dtype: Dtype) -> Vec<u8> {
    let mut header = serde_json::Map::new();
    let mut data = Vec::new();
    for one in tensors {
        let start = data.len();
        data.extend(encode(dtype, &one.values));
        let entry = serde_json::json!({"dtype": dtype.name(), "shape": one.shape, "data_offsets": [start, data.len()]});
        header.insert(one.name.clone(), entry);
    }
    let header = serde_json::Value::Object(header).to_string();
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &data].concat()
}

/// A GGUF file; what is no matrix of whole blocks stays `F32`.
pub fn gguf(tensors: &[Made], dtype: Dtype) -> Vec<u8> {
    const ALIGNMENT: usize = 32;
    let number = |dtype: Dtype| match dtype {
        Dtype::F16 => 1u32,
        Dtype::Q4_0 => 2,
        Dtype::Q8_0 => 8,
        _ => 0,
    };
    let text = |text: &str| [&(text.len() as u64).to_le_bytes()[..], text.as_bytes()].concat();
    let mut out =
        [&b"GGUF"[..], &3u32.to_le_bytes(), &(tensors.len() as u64).to_le_bytes(), &1u64.to_le_bytes()].concat();
    out.extend([text("general.architecture"), 8u32.to_le_bytes().to_vec(), text("test")].concat());
    let mut data: Vec<u8> = Vec::new();
    for one in tensors {
        let own = if one.matrix().is_some_and(|(_, columns)| columns % 32 == 0) { dtype } else { Dtype::F32 };
        out.extend(text(&one.name));
        out.extend((one.shape.len() as u32).to_le_bytes());
        one.shape.iter().rev().for_each(|dimension| out.extend(dimension.to_le_bytes()));
        out.extend(number(own).to_le_bytes());
        out.extend((data.len() as u64).to_le_bytes());
        data.extend(encode(own, &one.values));
        data.resize(data.len().next_multiple_of(ALIGNMENT), 0);
    }
    out.resize(out.len().next_multiple_of(ALIGNMENT), 0);
    out.extend(data);
    out
}

/// A PyTorch file: a ZIP archive with a pickle of single-precision tensors. With `turned`, matrices are stored
/// column by column.
pub fn pytorch(tensors: &[Made], turned: bool) -> Vec<u8> {
    let mut pickle = vec![0x80, 2, b'}'];
    let string = |out: &mut Vec<u8>, text: &str| {
        out.push(b'X');
        out.extend((text.len() as u32).to_le_bytes());
        out.extend(text.as_bytes());
    };
    let int = |out: &mut Vec<u8>, number: u64| {
        out.push(b'J');
        out.extend((number as u32).to_le_bytes());
    };
    pickle.push(b'(');
    let mut members = Vec::new();
    for (number, one) in tensors.iter().enumerate() {
        string(&mut pickle, &one.name);
        pickle.extend(b"ctorch._utils\n_rebuild_tensor_v2\n((");
        string(&mut pickle, "storage");
        pickle.extend(b"ctorch\nFloatStorage\n");
        string(&mut pickle, &number.to_string());
        string(&mut pickle, "cpu");
        int(&mut pickle, one.values.len() as u64);
        pickle.extend(b"tQ");
        int(&mut pickle, 0);
        let strides: Vec<u64> = match (turned, one.shape.as_slice()) {
            (true, [rows, _]) => vec![1, *rows],
            (_, shape) => (0..shape.len()).map(|at| shape[at + 1..].iter().product()).collect(),
        };
        for list in [&one.shape, &strides] {
            pickle.push(b'(');
            list.iter().for_each(|number| int(&mut pickle, *number));
            pickle.push(b't');
        }
        pickle.extend(b"\x89ccollections\nOrderedDict\n)RtR");
        let values = match (turned, one.shape.as_slice()) {
            (true, [rows, columns]) => {
                let at = |row: u64, column: u64| one.values[(row * columns + column) as usize];
                (0..*columns).flat_map(|column| (0..*rows).map(move |row| at(row, column))).collect()
            }
            _ => one.values.clone(),
        };
        members.push((format!("archive/data/{number}"), encode(Dtype::F32, &values)));
    }
    pickle.extend(b"u.");
    members.insert(0, ("archive/data.pkl".to_owned(), pickle));
    members.push(("archive/version".to_owned(), b"3\n".to_vec()));
    zip(&members)
}

fn zip(members: &[(String, Vec<u8>)]) -> Vec<u8> {
    let (mut out, mut central) = (Vec::new(), Vec::new());
    for (name, bytes) in members {
        let fields: Vec<u8> = [
            &[0u8; 8][..],
            &crc32(bytes).to_le_bytes(),
            &(bytes.len() as u32).to_le_bytes(),
            &(bytes.len() as u32).to_le_bytes(),
            &(name.len() as u16).to_le_bytes(),
            &0u16.to_le_bytes(),
        ]
        .concat();
        central.extend(
            [&b"PK\x01\x02\x14\0\x14\0"[..], &fields, &[0; 10], &(out.len() as u32).to_le_bytes(), name.as_bytes()]
                .concat(),
        );
        out.extend([&b"PK\x03\x04\x14\0"[..], &fields, name.as_bytes(), bytes].concat());
    }
    let count = (members.len() as u16).to_le_bytes();
    let end = [
        &b"PK\x05\x06\0\0\0\0"[..],
        &count,
        &count,
        &(central.len() as u32).to_le_bytes(),
        &(out.len() as u32).to_le_bytes(),
        &[0, 0],
    ]
    .concat();
    [out, central, end].concat()
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 })
    })
}
