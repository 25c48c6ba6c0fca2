use super::*;

#[track_caller]
fn check(dtype: Dtype, bytes: &[u8], expected: &[f64]) {
    let mut out = Vec::new();
    decode(dtype, false, bytes, &mut out);
    assert_eq!(out.get(..expected.len()), Some(expected), "{}", dtype.name());
}

#[test]
fn single_numbers() {
    check(Dtype::F16, &[0x00, 0x3c, 0x01, 0x00, 0xff, 0x7b, 0x00, 0xc0], &[1.0, 2f64.powi(-24), 65504.0, -2.0]);
    check(Dtype::BF16, &[0x80, 0x3f, 0x00, 0xc0], &[1.0, -2.0]);
    check(Dtype::F8_E4M3, &[0x38, 0x01, 0x7e, 0xb8], &[1.0, 2f64.powi(-9), 448.0, -1.0]);
    check(Dtype::F8_E5M2, &[0x3c, 0x01, 0x7b], &[1.0, 2f64.powi(-16), 57344.0]);
    check(Dtype::I8, &[0xff, 0x7f], &[-1.0, 127.0]);
    check(Dtype::I64, &(-5i64).to_le_bytes(), &[-5.0]);
    let mut out = Vec::new();
    decode(Dtype::F32, true, &1.5f32.to_be_bytes(), &mut out);
    assert_eq!(out, [1.5]);
    for (dtype, nan) in [(Dtype::F8_E4M3, vec![0x7f]), (Dtype::F16, vec![0x01, 0x7c])] {
        decode(dtype, false, &nan, &mut out);
        assert!(out.first().is_some_and(|value| value.is_nan()), "{}", dtype.name());
    }
}

/// Blocks with a scale of one, counted by hand from the layout.
#[test]
fn blocks() {
    let one = [0x00, 0x3c];
    let fill = |parts: &[&[u8]], length: usize| {
        let mut block = parts.concat();
        block.resize(length, 0);
        block
    };
    check(Dtype::Q4_0, &fill(&[&one, &[0x91]], 18), &[-7.0, -8.0]);
    check(Dtype::Q4_1, &fill(&[&one, &one, &[0x91]], 20), &[2.0, 1.0]);
    check(Dtype::Q5_0, &fill(&[&one, &[1, 0, 0, 0], &[0x03]], 22), &[3.0, -16.0]);
    check(Dtype::Q5_1, &fill(&[&one, &one, &[2, 0, 0, 0], &[0x03]], 24), &[4.0, 17.0]);
    check(Dtype::Q8_0, &fill(&[&one, &[0xff, 5]], 34), &[-1.0, 5.0, 0.0]);
    check(Dtype::Q8_K, &fill(&[&1f32.to_le_bytes(), &[0xfe, 7]], 292), &[-2.0, 7.0]);
    check(Dtype::IQ4_NL, &fill(&[&one, &[0x0f]], 18), &[113.0, -127.0]);
    // Scale 2 and minimum 1 of the first sixteen; quants 3 and 1.
    check(Dtype::Q2_K, &[&[0x12][..], &[0; 15], &[3, 1], &[0; 62], &one, &one].concat(), &[5.0, 1.0, -1.0]);
    // Scale 33 − 32 = 1; the high bit is set for the first element alone.
    let q3 = [&[1][..], &[0; 31], &[2, 2], &[0; 62], &[1], &[0; 7], &[2, 0, 0, 0], &one].concat();
    check(Dtype::Q3_K, &q3, &[2.0, -2.0, -4.0]);
    // Scale 2, minimum 1 of the first 32; the next 32 have scale 3 and the high nibble.
    let packed = [2, 3, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0];
    let q4 = [&one[..], &one, &packed, &[0x54], &[0; 127]].concat();
    let mut expected = vec![7.0];
    expected.extend([-1.0; 31]);
    expected.push(15.0);
    check(Dtype::Q4_K, &q4, &expected);
    let q5 = [&one[..], &one, &packed, &[0b11], &[0; 31], &[0x54], &[0; 127]].concat();
    expected[0] = 2.0 * 20.0 - 1.0;
    expected[32] = 3.0 * 21.0;
    check(Dtype::Q5_K, &q5, &expected);
    let q6 = [&[0x21][..], &[0; 127], &[0b01], &[0; 63], &[1; 16], &one].concat();
    let mut expected = vec![17.0 - 32.0];
    expected.extend([-32.0; 63]);
    expected.push(2.0 - 32.0);
    check(Dtype::Q6_K, &q6, &expected);
}

#[test]
fn distances_on_a_grid() {
    let grid = |dtype| grid(dtype).expect("a grid");
    for (dtype, a, b, apart) in [
        (Dtype::F32, 1.0, 1.0 + 2f64.powi(-23), 1),
        (Dtype::F32, 1.0, 2.0, 1 << 23),
        (Dtype::F32, -(2f64.powi(-149)), 2f64.powi(-149), 2),
        (Dtype::F16, 1.0, 1.0 + 2f64.powi(-10), 1),
        (Dtype::F16, 0.0, 2f64.powi(-24), 1),
        (Dtype::F16, 2f64.powi(-14), 2f64.powi(-14) - 2f64.powi(-24), 1),
        (Dtype::BF16, 1.0, 0.99609375, 1),
        (Dtype::F64, 1.0, f64::from_bits(1f64.to_bits() + 3), 3),
        (Dtype::F64, 0.0, f64::from_bits(5), 5),
        (Dtype::F32, 3.0, 3.0, 0),
    ] {
        assert_eq!(grid(dtype).apart(a, b), apart, "{} {a} {b}", dtype.name());
        assert_eq!(grid(dtype).apart(b, a), apart, "{} {b} {a}", dtype.name());
    }
    for (fine, coarse, took) in
        [(1.003, 1.0, true), (1.003, 1.0078125, true), (1.003, 1.015625, false), (1.003, 1.003, false)]
    {
        assert_eq!(grid(Dtype::BF16).took(fine, coarse), took, "{fine} {coarse}");
    }
}

#[test]
fn any_bytes_decode() {
    let bytes: Vec<u8> = (0..4096u32).map(|at| ((at * 89) >> 3) as u8).collect();
    for dtype in Dtype::ALL {
        let (elements, bits) = dtype.block();
        let mut out = Vec::new();
        decode(*dtype, false, &bytes, &mut out);
        if is_understood(*dtype, false) {
            assert_eq!(out.len() as u64, 4096 / (bits / 8) * elements, "{}", dtype.name());
        }
    }
}
