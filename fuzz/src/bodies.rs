//! Commits made from bytes: close enough to real ones that they come past the first look.

use arbitrary::{Result, Unstructured};
use neem_core::clock::Hlc;
use neem_core::sync::commit::{Body, GroupWrite, Inserts, SCHEMA, Update};
use neem_core::sync::merge::StampId;
use neem_core::sync::value::Value;
use uuid::Uuid;

use super::fixture::{NOW, Sample, TEMPLATE};

/// What bodies are made of.
pub struct Stuff<'a> {
    pub samples: &'a [Sample],
    pub tenant: Uuid,
    pub stamps: Vec<StampId>,
}

impl Stuff<'static> {
    /// The clinic of the template.
    pub fn of_clinic() -> Stuff<'static> {
        let stamps = [(TEMPLATE.desk, 3), (TEMPLATE.desk, 40), (TEMPLATE.room, 1), (TEMPLATE.room, 2)];
        Stuff {
            samples: &TEMPLATE.samples,
            tenant: TEMPLATE.tenant,
            stamps: stamps.map(|(origin, seq)| origin.stamp(seq)).to_vec(),
        }
    }
}

pub fn body(u: &mut Unstructured, stuff: &Stuff) -> Result<Body> {
    let mut inserts = Vec::new();
    for _ in 0..u.int_in_range(0..=2)? {
        inserts.push(block(u, stuff)?);
    }
    let mut updates = Vec::new();
    for _ in 0..u.int_in_range(0..=3)? {
        updates.push(update(u, stuff)?);
    }
    Ok(Body {
        schema: if seldom(u)? { u.arbitrary()? } else { SCHEMA },
        hlc: if u.ratio(1, 4)? { u.arbitrary()? } else { Hlc::at(NOW).0 },
        at: if seldom(u)? { u.arbitrary()? } else { NOW.0 },
        user: if u.ratio(1, 4)? { Some(Uuid::from_u128(u.arbitrary()?)) } else { None },
        action: text(u)?,
        inserts,
        updates,
    })
}

fn seldom(u: &mut Unstructured) -> Result<bool> {
    // Bytes that have run out read as zero, and zero must mean the ordinary.
    Ok(u.arbitrary::<u8>()? >= 240)
}

fn sample<'a>(u: &mut Unstructured, stuff: &'a Stuff) -> Result<&'a Sample> {
    u.choose(stuff.samples)
}

fn block(u: &mut Unstructured, stuff: &Stuff) -> Result<Inserts> {
    let like = sample(u, stuff)?;
    let mut columns = like.columns.clone();
    for _ in 0..shifts(u)? {
        let at = u.choose_index(columns.len())?;
        match u.int_in_range(0..=3)? {
            0 => columns[at] = text(u)?,
            1 => columns[at] = columns[u.choose_index(columns.len())?].clone(),
            2 => columns.swap(at, 0),
            _ => drop(columns.pop().filter(|_| columns.len() > 1)),
        }
        if columns.is_empty() {
            columns.push("id".into());
        }
    }
    let mut rows = Vec::new();
    for _ in 0..u.int_in_range(1..=2)? {
        let id = row_id(u, like)?;
        let mut row: Vec<Value> = columns
            .iter()
            .map(|column| match like.columns.iter().position(|own| own == column) {
                Some(_) if column == "id" => Value::Blob(id.as_bytes().to_vec()),
                Some(_) if column == "tenant_id" => Value::Blob(stuff.tenant.as_bytes().to_vec()),
                Some(place) => like.values[place].clone(),
                None => Value::Null,
            })
            .collect();
        for _ in 0..shifts(u)? {
            let at = u.choose_index(row.len())?;
            row[at] = value(u, stuff)?;
        }
        if seldom(u)? {
            row.pop();
        }
        rows.push(row);
    }
    Ok(Inserts { table: table(u, like)?, columns, rows })
}

fn shifts(u: &mut Unstructured) -> Result<usize> {
    Ok(usize::from(u.arbitrary::<u8>()?.saturating_sub(150) / 35))
}

fn table(u: &mut Unstructured, like: &Sample) -> Result<String> {
    if seldom(u)? { text(u) } else { Ok(like.table.to_owned()) }
}

/// An id of the table's own row, one of few that may come again, or any.
fn row_id(u: &mut Unstructured, like: &Sample) -> Result<Uuid> {
    Ok(match u.int_in_range(0..=7)? {
        0 => like.id,
        1 => Uuid::from_u128(u.arbitrary()?),
        _ => Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0100 + u128::from(u.arbitrary::<u8>()? % 32)),
    })
}

fn update(u: &mut Unstructured, stuff: &Stuff) -> Result<Update> {
    let like = sample(u, stuff)?;
    let row = if u.ratio(1, 4)? { row_id(u, like)? } else { like.id };
    let mut groups = Vec::new();
    for _ in 0..u.int_in_range(1..=2)? {
        let first = u.choose_index(like.columns.len())?;
        let group = like.groups[first].clone();
        let mut fields: Vec<(String, Value)> = (like.columns.iter().zip(&like.groups).zip(&like.values))
            .filter(|((_, of), _)| **of == group)
            .map(|((column, _), value)| (column.clone(), value.clone()))
            .collect();
        for (_, field) in &mut fields {
            if u.arbitrary::<u8>()? < 200 {
                *field = value(u, stuff)?;
            }
        }
        match u.arbitrary::<u8>()? {
            240..=247 => fields.push((text(u)?, value(u, stuff)?)),
            248..=251 => drop(fields.pop()),
            252..=255 => fields.push((u.choose(&like.columns)?.clone(), value(u, stuff)?)),
            _ => {}
        }
        let group = if seldom(u)? { text(u)? } else { group };
        let mut seen = Vec::new();
        for _ in 0..u.int_in_range(0..=2)? {
            seen.push(match seldom(u)? {
                true => StampId {
                    device: Uuid::from_u128(u.arbitrary()?),
                    incarnation: u.arbitrary()?,
                    seq: u.arbitrary()?,
                },
                false => *u.choose(&stuff.stamps)?,
            });
        }
        groups.push(GroupWrite { group, seen, fields });
    }
    Ok(Update { table: table(u, like)?, row, groups })
}

pub fn value(u: &mut Unstructured, stuff: &Stuff) -> Result<Value> {
    const WORDS: [&str; 12] = [
        "cancelled",
        "arrived",
        "completed",
        "no_show",
        "waiting",
        "called",
        "severe",
        "mild",
        "active",
        "2026-11-20",
        "12",
        "[]",
    ];
    Ok(match u.int_in_range(0..=9)? {
        0 => Value::Null,
        1 => Value::Int(i64::from(u.arbitrary::<i8>()?)),
        2 => Value::Int(u.arbitrary()?),
        3 => Value::Int(NOW.0 + i64::from(u.arbitrary::<i32>()?)),
        4 => Value::Real(u.arbitrary()?),
        5 => Value::Real(f64::from(u.arbitrary::<i16>()?) / 4.0),
        6 => Value::Text(text(u)?),
        7 => Value::Text((*u.choose(&WORDS)?).to_owned()),
        8 => Value::Blob(sample(u, stuff)?.id.as_bytes().to_vec()),
        _ => Value::Blob(u.arbitrary()?),
    })
}

pub fn text(u: &mut Unstructured) -> Result<String> {
    let length = u.int_in_range(0..=24)?;
    Ok(String::from_utf8_lossy(u.bytes(length.min(u.len()))?).into_owned())
}
