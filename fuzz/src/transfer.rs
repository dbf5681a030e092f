//! An export that somebody has changed, on its way into an empty PC: a clinic that can be written out
//! again, or no clinic at all.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::LazyLock;

use arbitrary::{Result, Unstructured};
use neem_core::sync::Table;
use neem_core::{Db, transfer};
use serde_json::{Value as Json, json};
use tempfile::TempDir;

use super::fixture::{TEMPLATE, check_sums, count};

/// The lines of an export: what belongs to the PC alone is gone, so that it is small.
static EXPORT: LazyLock<Vec<String>> = LazyLock::new(|| {
    let desk = TEMPLATE.desk();
    let mut bytes = Vec::new();
    desk.db.read(|conn| transfer::export_tenant(conn, &mut bytes, desk.db.now())).expect("exports");
    String::from_utf8(bytes).expect("text").lines().map(str::to_owned).collect()
});

thread_local! {
    /// A PC without a clinic, as long as it has none.
    static EMPTY: RefCell<Option<(TempDir, Db)>> = const { RefCell::new(None) };
}

pub fn transfer(bytes: &[u8]) {
    let mut u = Unstructured::new(bytes);
    let Ok(file) = changed(&mut u) else { return };
    EMPTY.with_borrow_mut(|slot| {
        let (_, db) = slot.get_or_insert_with(|| TEMPLATE.empty());
        match transfer::import_tenant(db, Cursor::new(&file), "Second desk") {
            Ok(report) => {
                check_sums(db, Table::ALL);
                assert_eq!(count(db, "SELECT count(*) FROM pragma_foreign_key_check"), 0, "a row without its parent");
                let mut out = Vec::new();
                db.read(|conn| transfer::export_tenant(conn, &mut out, db.now())).expect("can be written out again");
                // A header, a trailer, and this PC itself.
                let lines = out.iter().filter(|byte| **byte == b'\n').count();
                assert_eq!(lines, report.rows as usize + 3);
                *slot = None;
            }
            Err(_) => {
                assert!(db.device().is_err(), "half a clinic");
                let left = "SELECT (SELECT count(*) FROM patients) + (SELECT count(*) FROM clinics) +
                                   (SELECT count(*) FROM commits) + (SELECT count(*) FROM this_device)";
                assert_eq!(count(db, left), 0, "half a clinic");
            }
        }
    });
}

/// Any bytes, or an export with some lines changed and a digest that fits.
fn changed(u: &mut Unstructured) -> Result<Vec<u8>> {
    let kind: u8 = u.arbitrary()?;
    if kind < 32 {
        let left = u.len();
        return Ok(u.bytes(left)?.to_vec());
    }
    let mut lines: Vec<Vec<u8>> = EXPORT.iter().map(|line| line.clone().into_bytes()).collect();
    lines.pop();
    for _ in 0..u.int_in_range(0..=3)? {
        // The header is as likely as all others together.
        let at = if u.ratio(1, 4)? { 0 } else { u.choose_index(lines.len())? };
        match u.int_in_range(0..=6)? {
            0 => drop(lines.remove(at)),
            1 => {
                let twice = lines[at].clone();
                lines.insert(at, twice);
            }
            2 => {
                let length = u.int_in_range(0..=40)?;
                let part = u.bytes(length)?.to_vec();
                let line = &mut lines[at];
                let from = if line.is_empty() { 0 } else { u.choose_index(line.len())? };
                let to = (from + part.len()).min(line.len());
                line.splice(from..to, part.into_iter().filter(|byte| *byte != b'\n'));
            }
            _ => {
                if let Some(line) = other_value(u, &lines[at])? {
                    lines[at] = line;
                }
            }
        }
        if lines.is_empty() {
            break;
        }
    }
    let mut file = Vec::new();
    for line in &lines {
        file.extend_from_slice(line);
        file.push(b'\n');
    }
    let mut rows: BTreeMap<String, u64> = BTreeMap::new();
    if let Some(Ok(header)) = lines.first().map(|line| serde_json::from_slice::<Json>(line)) {
        let tables = header["tables"].as_array().cloned().unwrap_or_default();
        rows.extend(tables.iter().filter_map(|table| Some((table["name"].as_str()?.to_owned(), 0))));
    }
    for line in lines.iter().skip(1) {
        if let Ok((table, _)) = serde_json::from_slice::<(String, Json)>(line) {
            *rows.entry(table).or_default() += 1;
        }
    }
    let digest = blake3::hash(&file).to_hex().to_string();
    file.extend(serde_json::to_vec(&json!({ "rows": rows, "digest": digest })).expect("encodes"));
    file.push(b'\n');
    Ok(file)
}

/// The line with one of its values replaced by another of JSON.
fn other_value(u: &mut Unstructured, line: &[u8]) -> Result<Option<Vec<u8>>> {
    let Ok(mut json) = serde_json::from_slice::<Json>(line) else { return Ok(None) };
    let object = match &mut json {
        Json::Array(pair) => pair.get_mut(1).and_then(Json::as_object_mut),
        Json::Object(header) => Some(header),
        _ => None,
    };
    let Some(object) = object.filter(|object| !object.is_empty()) else { return Ok(None) };
    let at = u.choose_index(object.len())?;
    let key = object.keys().nth(at).cloned().unwrap_or_default();
    let value = match u.int_in_range(0..=7)? {
        0 => Json::Null,
        1 => json!(u.arbitrary::<i64>()?),
        2 => json!(super::bodies::text(u)?),
        3 => json!({ "real": super::bodies::text(u)? }),
        4 => json!({ "hex": super::bodies::text(u)? }),
        5 => json!({ "real": *u.choose(&["NaN", "inf", "-0.0", "1e400"])? }),
        6 => json!([]),
        _ => {
            object.remove(&key);
            return Ok(serde_json::to_vec(&json).ok());
        }
    };
    object.insert(key, value);
    Ok(serde_json::to_vec(&json).ok())
}
