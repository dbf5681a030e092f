//! Which records could be the same person: found by index, then weighed.

use std::collections::HashSet;

use rusqlite::{Connection, Row, params};

use crate::error::Result;
use crate::form::{self, Form, Precision};
use crate::ids::{LocalDate, PatientId};
use crate::patients::demographics::{birth, precision_of};
use crate::patients::fellegi_sunter::{Evidence, POSSIBLE, Traits, compare};
use crate::patients::search::{self, sounds};
use crate::patients::{NewPatient, PatientHit};
use crate::tenancy;

/// The most records that one way of looking brings: a block of namesakes larger than this is of no
/// use to anybody.
const MOST: u32 = 200;
/// How many are shown while a patient is being registered.
const SHOWN: usize = 3;

/// A record to compare with.
pub(super) struct Candidate {
    pub id: PatientId,
    pub traits: Traits,
    /// In each script.
    name: String,
}

impl Candidate {
    pub fn from_row(row: &Row) -> rusqlite::Result<Candidate> {
        let text = |column| row.get::<_, Option<String>>(column).map(Option::unwrap_or_default);
        let (name, other) = (text("full_name")?, text("alternate_name")?);
        let day: Option<LocalDate> = row.get("birth_date")?;
        let precision = precision_of(&text("birth_date_precision")?).unwrap_or(Precision::Day);
        Ok(Candidate {
            id: row.get("id")?,
            traits: Traits::new(&name, &other)
                .born(day.map(|day| (day.0, precision)))
                .known_by(Some(row.get("gender")?), row.get("phone")?)
                .living_at(&text("address")?, &text("city")?),
            name: format!("{name} {other}"),
        })
    }
}

/// What is looked for: a record that is there already or one that is being typed.
pub(super) struct Wanted<'a> {
    pub id: Option<PatientId>,
    /// In each script that is known.
    pub names: &'a [&'a str],
    pub traits: &'a Traits,
    /// The score from which on a record is of interest.
    pub least: f64,
}

const COLUMNS: &str =
    "patients.id, full_name, alternate_name, birth_date, birth_date_precision, gender, phone, address, city";

/// The record, if it can be anybody's duplicate: neither deleted nor merged.
pub(super) fn candidate(conn: &Connection, id: PatientId) -> Result<Option<(Candidate, [String; 2])>> {
    let sql = format!("SELECT {COLUMNS} FROM patients WHERE id = ?1 AND deleted_at IS NULL AND merged_into_id IS NULL");
    let mut statement = conn.prepare_cached(&sql)?;
    let mut rows = statement.query([id])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let other: Option<String> = row.get("alternate_name")?;
    Ok(Some((Candidate::from_row(row)?, [row.get("full_name")?, other.unwrap_or_default()])))
}

/// Blocks by phone, by birth date (also with day and month changed about), and by how the name
/// sounds; weighs what was found. The best first. For a form that is being
/// typed whoever has the phone is among them, whatever the score.
pub(super) fn weigh(conn: &Connection, wanted: &Wanted) -> Result<Vec<(PatientId, Evidence)>> {
    let mut seen: HashSet<PatientId> = wanted.id.into_iter().collect();
    let mut found = Vec::new();
    let mut take = |block: Vec<Candidate>| {
        for candidate in block {
            if seen.insert(candidate.id) {
                let evidence = compare(wanted.traits, &candidate.traits);
                let same_phone =
                    candidate.traits.phone().is_some() && candidate.traits.phone() == wanted.traits.phone();
                if evidence.score >= wanted.least || (wanted.id.is_none() && same_phone) {
                    found.push((candidate.id, evidence));
                }
            }
        }
    };
    if let Some(phone) = wanted.traits.phone() {
        take(block(conn, "phone = ?1", phone)?);
    }
    if let Some((date, Precision::Day)) = wanted.traits.birth() {
        take(born(conn, date, wanted.names)?);
        let swapped = chrono::NaiveDate::from_ymd_opt(
            chrono::Datelike::year(&date),
            chrono::Datelike::day(&date),
            chrono::Datelike::month(&date),
        );
        if let Some(swapped) = swapped.filter(|swapped| *swapped != date) {
            take(born(conn, swapped, wanted.names)?);
        }
    }
    for name in wanted.names {
        take(sounding(conn, name)?);
    }
    found.sort_by(|(a_id, a), (b_id, b)| b.score.total_cmp(&a.score).then(a_id.cmp(b_id)));
    Ok(found)
}

fn block(conn: &Connection, condition: &str, value: &str) -> Result<Vec<Candidate>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM patients WHERE {condition} AND deleted_at IS NULL AND merged_into_id IS NULL LIMIT ?2"
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let rows = statement.query_map(params![value, MOST], Candidate::from_row)?.collect::<rusqlite::Result<_>>()?;
    Ok(rows)
}

/// Whoever was born on a day and has a name of which some word sounds alike.
fn born(conn: &Connection, date: chrono::NaiveDate, names: &[&str]) -> Result<Vec<Candidate>> {
    let heard: Vec<String> = names.iter().flat_map(|name| codes(name)).collect();
    let mut all = block(conn, "birth_date = ?1", &LocalDate(date).to_string())?;
    all.retain(|candidate| codes(&candidate.name).iter().any(|code| heard.contains(code)));
    Ok(all)
}

/// How the words of a name sound; a single letter says too little.
fn codes(name: &str) -> Vec<String> {
    sounds(name).split(' ').filter(|code| code.len() > 1).map(str::to_owned).collect()
}

/// Whoever has a name in which every word of this one is heard.
fn sounding(conn: &Connection, name: &str) -> Result<Vec<Candidate>> {
    let heard: Vec<String> = codes(name).iter().map(|code| format!("sounds:\"{code}\"")).collect();
    if heard.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT {COLUMNS} FROM (SELECT rowid FROM patient_search WHERE patient_search MATCH ?1 LIMIT ?2) AS found
         JOIN patients ON patients.rowid = found.rowid
         WHERE deleted_at IS NULL AND merged_into_id IS NULL"
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let expression = heard.join(" AND ");
    let rows = statement.query_map(params![expression, MOST], Candidate::from_row)?.collect::<rusqlite::Result<_>>()?;
    Ok(rows)
}

/// Who this could already be, while the form is being filled in: the likeliest first, three at most.
/// Whoever has the phone is always among them, because registering will ask about them.
pub fn likely_duplicates(conn: &Connection, patient: &NewPatient, today: LocalDate) -> Result<Vec<PatientHit>> {
    let phone = form::parse_phone(&patient.phone, &tenancy::tenant(conn)?.country);
    // The form is still being typed: what cannot be read yet is no evidence yet.
    let birth = birth(&mut Form::default(), &patient.in_full(), today, false);
    let traits = Traits::new(&patient.full_name, &patient.alternate_name)
        .born(birth.map(|(date, precision)| (date.0, precision)))
        .known_by(patient.gender, phone)
        .living_at(&patient.address, &patient.city);
    let names = [patient.full_name.as_str(), patient.alternate_name.as_str()];
    // Before a birth date has been typed a name has to be enough, also one that is only heard alike.
    let least = if birth.is_some() { POSSIBLE } else { POSSIBLE / 2.0 };
    let found = weigh(conn, &Wanted { id: None, names: &names, traits: &traits, least })?;
    found.into_iter().take(SHOWN).map(|(id, _)| search::hit(conn, id, today)).collect()
}
