//! The file that lies beside a database and tells where its key is: it may be damaged, or put there by
//! somebody.
#![no_main]

use libfuzzer_sys::fuzz_target;
use neem_core::Code;
use neem_core::keys::{DatabaseKey, KeyFile};
use neem_core::sync::leaving;
use neem_core::sync::pin::{self, Pin};
use neem_fuzz::{sound, text};
use std::io::Write;

fuzz_target!(|data: &[u8]| {
    let Some((how, bytes)) = data.split_first() else { return };
    if how % 4 == 3 {
        let typed = text(bytes);
        if let Ok((code, demand)) = pin::split(&typed) {
            assert!(code.len() <= 12 && code.bytes().all(|byte| byte.is_ascii_alphanumeric()));
            assert_eq!(pin::split(&code), Ok((code.clone(), None)));
            assert!(demand.is_none() || typed.len() >= 28);
        }
        let _ = Pin::of(&bytes.into());
        if let Some(pin) = Pin::from_hex(&typed) {
            assert!(pin.to_hex().eq_ignore_ascii_case(&typed));
        }
        if let Some(key) = DatabaseKey::from_hex(&typed) {
            assert!(key.to_hex().eq_ignore_ascii_case(&typed));
        }
        return;
    }
    let path = std::env::temp_dir().join(format!("neem-fuzz-{}.key", std::process::id()));
    std::fs::File::create(&path).and_then(|mut file| file.write_all(bytes)).expect("writes");
    let file = match KeyFile::read(&path) {
        Ok(file) => file,
        Err(error) => {
            assert_eq!(error.code(), Code::DatabaseDamaged, "{error}");
            return;
        }
    };
    let again = serde_json::to_vec(&file).expect("writes");
    let again: KeyFile = serde_json::from_slice(&again).expect("reads");
    assert_eq!(serde_json::to_value(&again).ok(), serde_json::to_value(&file).ok());
    if sound(file.unwrap_with("mango season in june")).is_some() {
        assert!(file.unwrap_with("mango season in july").is_err());
    }
    sound(leaving::unlock(&path, &[7; 32], |_, _| true));
});
