//! Any text: no panic, and what is printed reads back as the same expression. `cargo fuzz run license_expression`.
#![no_main]

use candor_license::{Expression, Freedom, grants, resolve};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(expression) = Expression::parse(text) {
        let printed = expression.to_string();
        assert_eq!(Expression::parse(&printed).map(|e| e.to_string()), Ok(printed));
        for freedom in Freedom::ALL {
            let _ = grants(&expression, freedom);
        }
    }
    let _ = resolve(text);
});
