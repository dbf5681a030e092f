//! Commits that are well formed and say strange things: rows like those that are there, with some values
//! exchanged. Bytes alone would hardly ever get so far.

use arbitrary::{Result, Unstructured};
use neem_core::sync::Table;
use neem_core::sync::commit::{Body, GroupWrite, Inserts, Update};
use neem_core::sync::merge::StampId;
use neem_core::sync::value::Value;
use rusqlite::Connection;
use uuid::Uuid;

struct Shape {
    table: Table,
    columns: Vec<String>,
    rows: Vec<Vec<Value>>,
}

/// The tables of a clinic, and what is in them.
pub struct Shapes {
    shapes: Vec<Shape>,
    ids: Vec<Uuid>,
    stamps: Vec<StampId>,
}

const TEXTS: &[&str] = &[
    "",
    " ",
    "x",
    "completed",
    "cancelled",
    "active",
    "admin",
    "2026-03-02",
    "9999-12-31",
    "+262142-12-31",
    "-262143-01-01",
    "24:00",
    "09:30",
    "FREQ=DAILY",
    "FREQ=YEARLY;INTERVAL=65535",
    "Asia/Kolkata",
    "INR",
    "{}",
    "[]",
    "null",
    "\u{0}",
    "\u{202e}ا",
];
const INTS: &[i64] = &[
    0,
    1,
    -1,
    2,
    15,
    i64::MAX,
    i64::MIN,
    8_210_266_876_799_999,
    -8_334_601_228_800_000,
    1_772_422_200_000,
    u32::MAX as i64,
    u32::MAX as i64 + 1,
];
const REALS: &[f64] = &[0.0, -0.0, 1.5, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300, -90.5];

impl Shapes {
    /// Reads a PC's database.
    pub fn read(conn: &Connection) -> neem_core::Result<Shapes> {
        let mut shapes = Vec::new();
        let mut ids = Vec::new();
        for table in Table::ALL {
            let mut statement = conn.prepare(&format!("SELECT * FROM {} ORDER BY id LIMIT 8", table.name()))?;
            let columns: Vec<String> = statement.column_names().into_iter().map(str::to_owned).collect();
            let mut found = statement.query([])?;
            let mut rows = Vec::new();
            while let Some(row) = found.next()? {
                let values = (0..columns.len()).map(|at| Ok(Value::from(row.get_ref(at)?)));
                let values: Vec<Value> = values.collect::<rusqlite::Result<_>>()?;
                ids.extend(values.iter().filter_map(|value| Uuid::from_slice(value.as_blob()?).ok()));
                rows.push(values);
            }
            shapes.push(Shape { table: *table, columns, rows });
        }
        ids.sort();
        ids.dedup();
        let mut statement = conn.prepare("SELECT device, incarnation, seq FROM commits ORDER BY id LIMIT 32")?;
        let stamps = statement.query_map([], |row| {
            Ok(StampId { device: row.get(0)?, incarnation: row.get(1)?, seq: row.get::<_, i64>(2)?.unsigned_abs() })
        })?;
        Ok(Shapes { shapes, ids, stamps: stamps.collect::<rusqlite::Result<_>>()? })
    }

    fn value(&self, u: &mut Unstructured, was: &Value) -> Result<Value> {
        Ok(match u.int_in_range(0..=9)? {
            0 => Value::Null,
            1 => Value::Int(*u.choose(INTS)?),
            2 => Value::Int(u.arbitrary()?),
            3 => Value::Real(*u.choose(REALS)?),
            4 => Value::Text((*u.choose(TEXTS)?).to_owned()),
            5 => Value::Text(u.arbitrary()?),
            6 => Value::Blob(u.choose(&self.ids)?.as_bytes().to_vec()),
            7 => Value::Blob(u.arbitrary()?),
            _ => was.clone(),
        })
    }

    fn inserts(&self, u: &mut Unstructured, table: &Shape) -> Result<Inserts> {
        let mut columns = table.columns.clone();
        let nothing = vec![Value::Null; columns.len()];
        let mut row = if table.rows.is_empty() { nothing } else { u.choose(&table.rows)?.clone() };
        if let Some(id) = columns.iter().position(|column| column == "id")
            && u.ratio(9, 10)?
        {
            row[id] = Value::Blob(u.arbitrary::<[u8; 16]>()?.to_vec());
        }
        for _ in 0..u.int_in_range(0..=3)? {
            let at = u.choose_index(row.len())?;
            row[at] = self.value(u, &row[at])?;
        }
        if u.ratio(1, 12)? {
            let at = u.choose_index(row.len())?;
            columns.remove(at);
            row.remove(at);
        }
        if u.ratio(1, 12)? {
            columns.push("next_column".into());
            row.push(self.value(u, &Value::Null)?);
        }
        Ok(Inserts { table: table.table.name().to_owned(), columns, rows: vec![row] })
    }

    fn update(&self, u: &mut Unstructured, table: &Shape) -> Result<Update> {
        let id = table.columns.iter().position(|column| column == "id").unwrap_or_default();
        let nothing = vec![Value::Null; table.columns.len()];
        let row = if table.rows.is_empty() { &nothing } else { u.choose(&table.rows)? };
        let known = row[id].as_blob().and_then(|id| Uuid::from_slice(id).ok());
        let row_id = if u.ratio(9, 10)? { known.unwrap_or_default() } else { *u.choose(&self.ids)? };
        let mut groups = Vec::new();
        for _ in 0..u.int_in_range(1..=3)? {
            let named = table.table.groups();
            let (group, columns): (&str, Vec<&str>) = if !named.is_empty() && u.ratio(1, 2)? {
                let group = u.choose(named)?;
                (group.name, group.columns.to_vec())
            } else {
                let column = u.choose(&table.columns)?.as_str();
                (column, vec![column])
            };
            let mut fields = Vec::new();
            for column in columns {
                let at = table.columns.iter().position(|known| known == column);
                let was = at.map_or(&Value::Null, |at| &row[at]);
                fields.push((column.to_owned(), self.value(u, was)?));
            }
            let mut seen = Vec::new();
            if u.ratio(1, 2)? && !self.stamps.is_empty() {
                seen.push(*u.choose(&self.stamps)?);
            }
            groups.push(GroupWrite { group: group.to_owned(), seen, fields });
        }
        Ok(Update { table: table.table.name().to_owned(), row: row_id, groups })
    }

    /// One commit.
    ///
    /// # Errors
    /// When the input has come to its end.
    pub fn body(&self, u: &mut Unstructured) -> Result<Body> {
        let (mut inserts, mut updates) = (Vec::new(), Vec::new());
        for _ in 0..u.int_in_range(1..=3)? {
            let table = u.choose(&self.shapes)?;
            match u.ratio(1, 2)? {
                true => inserts.push(self.inserts(u, table)?),
                false => updates.push(self.update(u, table)?),
            }
        }
        Ok(Body {
            schema: 1,
            hlc: if u.ratio(1, 2)? { 1_772_422_200_000 << 16 } else { u.arbitrary()? },
            at: if u.ratio(1, 2)? { 1_772_422_200_000 } else { *u.choose(INTS)? },
            user: None,
            action: "edit_patient".into(),
            inserts,
            updates,
        })
    }
}
