//! The lines of an export: a header, a line for each row, and what proves that none is missing.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use crate::error::Result;
use crate::ids::{Instant, TenantId};
use crate::sync::Table;
use crate::sync::value::Value;

pub(super) const FORMAT: &str = "neem-clinic";
/// The version of this layout.
pub(super) const VERSION: u32 = 1;
/// A line longer than this is none of ours, in bytes.
pub(super) const LONGEST_LINE: u64 = 64 << 20;

/// The first line.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Header {
    pub format: String,
    pub version: u32,
    /// The level of the schema that wrote it.
    pub schema: u32,
    pub tenant: TenantId,
    pub name: String,
    pub demo: bool,
    pub exported_at: Instant,
    /// In the order in which their rows follow.
    pub tables: Vec<Columns>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Columns {
    pub name: String,
    pub columns: Vec<String>,
}

/// The last line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Trailer {
    /// How many rows each table has.
    pub rows: BTreeMap<String, u64>,
    /// BLAKE3 over all lines before, their ends included.
    pub digest: String,
}

/// A value as JSON: integers and texts as they are; bytes and numbers with a fraction tagged, so that
/// they come back exactly.
pub(super) fn to_json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Int(int) => json!(int),
        Value::Real(real) => json!({ "real": format!("{real:?}") }),
        Value::Text(text) => json!(text),
        Value::Blob(bytes) => json!({ "hex": hex(bytes) }),
    }
}

/// The value again; `None` for what [`to_json`] never writes.
pub(super) fn from_json(json: &Json) -> Option<Value> {
    match json {
        Json::Number(number) => number.as_i64().map(Value::Int),
        Json::String(text) => Some(Value::Text(text.clone())),
        Json::Object(tagged) => from_tagged(tagged),
        Json::Null | Json::Bool(_) | Json::Array(_) => None,
    }
}

fn from_tagged(tagged: &Map<String, Json>) -> Option<Value> {
    let (tag, text) = tagged.iter().next().filter(|_| tagged.len() == 1)?;
    match (tag.as_str(), text.as_str()?) {
        ("real", text) => text.parse().ok().map(Value::Real),
        ("hex", text) => unhex(text).map(Value::Blob),
        _ => None,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        text.extend([byte >> 4, byte & 15].map(|digit| char::from_digit(u32::from(digit), 16).unwrap_or('0')));
        text
    })
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|c| c.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(digits.chunks(2).map(|pair| (pair[0] * 16 + pair[1]) as u8).collect())
}

/// Every replicated table, each behind those that it refers to: however the import is cut into
/// commits, none has to wait for one that follows. Tables that refer to each other in a circle keep
/// the catalogue's order.
pub(super) fn in_order(conn: &Connection) -> Result<Vec<Table>> {
    let mut parents = BTreeMap::new();
    for table in Table::ALL {
        let mut statement = conn.prepare("SELECT DISTINCT \"table\" FROM pragma_foreign_key_list(?1)")?;
        let names: Vec<String> =
            statement.query_map([table.name()], |row| row.get("table"))?.collect::<rusqlite::Result<_>>()?;
        let others = names.iter().filter_map(|name| Table::by_name(name)).filter(|other| other != table);
        parents.insert(*table, others.collect::<BTreeSet<Table>>());
    }
    let mut order: Vec<Table> = Vec::new();
    while order.len() < Table::ALL.len() {
        let waiting = || Table::ALL.iter().copied().filter(|table| !order.contains(table));
        let ready = waiting().find(|table| parents[table].iter().all(|parent| order.contains(parent)));
        let Some(next) = ready.or_else(|| waiting().next()) else { break };
        order.push(next);
    }
    Ok(order)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_exactly() {
        for value in [
            Value::Int(i64::MIN),
            Value::Int(i64::MAX),
            Value::Int(0),
            Value::Real(0.1 + 0.2),
            Value::Real(36.6),
            Value::Real(12.0),
            Value::Real(f64::MIN_POSITIVE),
            Value::Real(-0.0),
            Value::Real(1e300),
            Value::Text("सुनीता \"x\"\n\u{1}".into()),
            Value::Text(String::new()),
            Value::Blob(vec![0, 1, 0xab, 0xff]),
            Value::Blob(vec![]),
        ] {
            let text = serde_json::to_string(&to_json(&value)).expect("encodes");
            let back = from_json(&serde_json::from_str(&text).expect("decodes"));
            assert_eq!(back, Some(value), "{text}");
        }
        for text in ["1.5", "true", "[]", "{}", r#"{"hex":"0"}"#, r#"{"hex":"zz"}"#, r#"{"real":"x"}"#, r#"{"a":"b"}"#]
        {
            assert_eq!(from_json(&serde_json::from_str(text).expect("decodes")), None, "{text}");
        }
    }
}
