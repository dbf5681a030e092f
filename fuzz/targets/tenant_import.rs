//! A clinic as one file of JSON lines, of which somebody has written every line: it comes in whole, or the
//! database stays empty.
#![no_main]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use neem_core::transfer::{export_tenant, import_tenant, tenant_digest};
use neem_core::{Code, Db};
use neem_fuzz::sound;
use neem_fuzz::world::{NOW, World};
use serde_json::{Map, Value as Json, json};

/// The last line as it must be for the lines before it: a fuzzer finds no digest.
fn sealed(lines: &[u8]) -> Vec<u8> {
    let mut rows: BTreeMap<String, u64> = BTreeMap::new();
    let mut all = lines.split_inclusive(|byte| *byte == b'\n');
    let header: Json = all.next().and_then(|line| serde_json::from_slice(line).ok()).unwrap_or_default();
    for table in header.get("tables").and_then(Json::as_array).into_iter().flatten() {
        rows.extend(table.get("name").and_then(Json::as_str).map(|name| (name.to_owned(), 0)));
    }
    for line in all {
        if let Ok((table, _)) = serde_json::from_slice::<(String, Map<String, Json>)>(line) {
            *rows.entry(table).or_default() += 1;
        }
    }
    let trailer = json!({ "rows": rows, "digest": blake3::hash(lines).to_hex().to_string() });
    [lines, trailer.to_string().as_bytes(), b"\n"].concat()
}

thread_local! {
    static EMPTY: RefCell<Option<Db>> = const { RefCell::new(None) };
}

fuzz_target!(|data: &[u8]| {
    let Some((how, bytes)) = data.split_first() else { return };
    let file = if how % 4 == 0 { bytes.to_vec() } else { sealed(bytes) };
    EMPTY.with_borrow_mut(|kept| {
        let db = kept.get_or_insert_with(|| World::get().empty());
        match import_tenant(db, Cursor::new(&file), "PC 1") {
            Err(error) => {
                assert_ne!(error.code(), Code::NotEmpty, "something stayed of an import that failed");
                sound::<()>(Err(error));
                assert!(db.device().is_err());
            }
            Ok(_) => {
                let mut out = Vec::new();
                let digest = db.read(tenant_digest).expect("reads");
                db.read(|conn| export_tenant(conn, &mut out, NOW)).expect("goes out again");
                *kept = None;
                let other = World::get().empty();
                import_tenant(&other, Cursor::new(&out), "PC 2").expect("comes in again");
                assert_eq!(other.read(tenant_digest).expect("reads"), digest);
            }
        }
    });
});
