//! The doctors who can be seen, with what patients say of them (D: active_doctors).

use rusqlite::{Connection, Row, named_params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::Result;
use crate::ids::ProviderId;
use crate::page::{Page, PageRequest};
use crate::providers::tags::{TagKind, spellings};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ActiveDoctor {
    pub id: ProviderId,
    pub display_name: String,
    pub specialization: Option<String>,
    pub registration_number: String,
    pub years_of_experience: Option<u32>,
    pub consultation_fee_minor: Option<u32>,
    /// Out of five; none without a review.
    pub rating: Option<f64>,
}

impl ActiveDoctor {
    fn from_row(row: &Row) -> rusqlite::Result<ActiveDoctor> {
        Ok(ActiveDoctor {
            id: row.get("id")?,
            display_name: row.get("display_name")?,
            specialization: row.get("specialization")?,
            registration_number: row.get("registration_number")?,
            years_of_experience: row.get("years_of_experience")?,
            consultation_fee_minor: row.get("consultation_fee_minor")?,
            rating: row.get("rating")?,
        })
    }
}

/// What a doctor must be known for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct KnownFor {
    pub kind: TagKind,
    pub value: String,
}

/// Active, approved doctors, the best rated first; with a language, skill or specialization where
/// one is asked for, whatever its case and accents.
pub fn active_doctors(
    conn: &Connection,
    known_for: Option<&KnownFor>,
    page: PageRequest,
) -> Result<Page<ActiveDoctor>> {
    // A JSON array of spellings; none at all means that nothing is asked for.
    let values = match known_for {
        Some(wanted) => {
            let mut values = spellings(conn, wanted.kind, &wanted.value)?;
            values.push(wanted.value.trim().to_owned());
            Some(serde_json::to_string(&values)?)
        }
        None => None,
    };
    let mut statement = conn.prepare_cached(include_str!("active.sql"))?;
    let doctors = statement.query_map(
        named_params! {
            ":kind": known_for.map(|wanted| wanted.kind),
            ":values": values,
            ":limit": page.sql_limit(),
            ":offset": page.sql_offset(),
        },
        ActiveDoctor::from_row,
    )?;
    Ok(page.page(doctors.collect::<rusqlite::Result<_>>()?))
}
