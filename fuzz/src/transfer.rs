//! An export that somebody has changed, on its way into an empty PC: a clinic that can be written out
//! again, or no clinic at all.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::LazyLock;

use arbitrary::{Result, Unstructured};
use neem_core::transfer;
use serde_json::{Value as Json, json};

use super::fixture::TEMPLATE;
use super::page::check_sums;
use super::push::count;

/// The lines of an export: what belongs to the PC alone is gone, so that it is small.
static EXPORT: LazyLock<Vec<String>> = LazyLock::new(|| {
    let (_folder, db) = TEMPLATE.desk();
    let mut bytes = Vec::new();
    db.read(|conn| transfer::export_tenant(conn, &mut bytes, db.now())).expect("exports");
    String::from_utf8(bytes).expect("text").lines().map(str::to_owned).collect()
});

pub fn transfer(bytes: &[u8]) {
    let mut u = Unstructured::new(bytes);
    let Ok(file) = changed(&mut u) else { return };
    let (_folder, db) = TEMPLATE.empty();
    match transfer::import_tenant(&db, Cursor::new(&file), "Second desk") {
        Ok(report) => {
            check_sums(&db);
            assert_eq!(count(&db, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
            let mut out = Vec::new();
            db.read(|conn| transfer::export_tenant(conn, &mut out, db.now())).expect("can be written out again");
            // The PC itself is one row more.
            assert!(out.iter().filter(|byte| **byte == b'\n').count() as u32 == report.rows + 3);
        }
        Err(_) => {
            assert!(db.device().is_err(), "half a clinic");
            assert_eq!(count(&db, "SELECT (SELECT count(*) FROM patients) + (SELECT count(*) FROM commits)"), 0);
        }
    }
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
