//! The medicines that a typed line is completed from: generic names, as data.

use std::sync::OnceLock;

use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::Result;
use crate::patients::search::fold;

const MOST_SUGGESTED: usize = 8;

/// A medicine by its generic name (INN).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Medicine {
    pub name: String,
    pub strengths: Vec<String>,
    pub form: String,
    /// What allergies to a whole class are matched against.
    pub class: String,
    pub route: String,
    /// Of a homeopathic remedy of the clinic's own list.
    pub potency: Option<String>,
}

pub(super) fn medicines() -> &'static [Medicine] {
    static MEDICINES: OnceLock<Vec<Medicine>> = OnceLock::new();
    MEDICINES.get_or_init(|| include_str!("formulary.csv").lines().skip(1).filter_map(read).collect())
}

fn read(line: &str) -> Option<Medicine> {
    let mut cells = line.split(',').map(str::to_owned);
    Some(Medicine {
        name: cells.next()?,
        class: cells.next()?,
        form: cells.next()?,
        strengths: cells.next()?.split('|').map(str::to_owned).collect(),
        route: cells.next()?,
        potency: None,
    })
}

/// Medicines of the shipped list whose name begins with what was typed, then those with a word that does.
pub fn suggest(text: &str) -> Vec<Medicine> {
    suggest_of(&[], text).into_iter().cloned().collect()
}

/// As [`suggest`], the clinic's own medicines before the shipped ones.
pub fn suggest_from(conn: &Connection, text: &str) -> Result<Vec<Medicine>> {
    Ok(suggest_of(&active(conn)?, text).into_iter().cloned().collect())
}

pub(super) fn suggest_of<'a>(own: &'a [Medicine], text: &str) -> Vec<&'a Medicine> {
    let wanted = fold(text);
    if wanted.is_empty() {
        return Vec::new();
    }
    let begins = |m: &&Medicine| fold(&m.name).starts_with(&wanted);
    let has_word = |m: &&Medicine| !begins(m) && fold(&m.name).split(' ').any(|word| word.starts_with(&wanted));
    let all = || own.iter().chain(medicines());
    let mut found: Vec<&Medicine> = Vec::new();
    for medicine in all().filter(begins).chain(all().filter(has_word)) {
        // The clinic's own entry stands for the shipped one of the same name.
        if found.len() < MOST_SUGGESTED && !found.iter().any(|other| fold(&other.name) == fold(&medicine.name)) {
            found.push(medicine);
        }
    }
    found
}

/// The medicine of exactly this name: the clinic's own if it says more than the name, else the shipped one.
pub(super) fn find<'a>(own: &'a [Medicine], name: &str) -> Option<&'a Medicine> {
    let wanted = fold(name);
    let named = |medicine: &&Medicine| fold(&medicine.name) == wanted;
    let own_ones = || own.iter().filter(named);
    own_ones()
        .find(|medicine| !medicine.class.is_empty())
        .or_else(|| medicines().iter().find(named))
        .or_else(|| own_ones().next())
}

/// The clinic's own medicines, those taken out of use among them: their class still tells what an
/// allergy to one means.
pub(super) fn own(conn: &Connection) -> Result<Vec<Medicine>> {
    list(conn, "SELECT * FROM formulary WHERE deleted_at IS NULL ORDER BY name, id")
}

/// The clinic's own medicines in use.
pub(super) fn active(conn: &Connection) -> Result<Vec<Medicine>> {
    list(conn, "SELECT * FROM formulary WHERE active = 1 AND deleted_at IS NULL ORDER BY name, id")
}

fn list(conn: &Connection, sql: &str) -> Result<Vec<Medicine>> {
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map([], |row| {
        let text = |column| row.get::<_, Option<String>>(column).map(Option::unwrap_or_default);
        Ok(Medicine {
            name: row.get("name")?,
            strengths: text("strength")?
                .split('|')
                .map(str::trim)
                .filter(|s| !s.is_empty())
                .map(str::to_owned)
                .collect(),
            form: text("form")?,
            class: text("class")?,
            route: text("route")?,
            potency: row.get("potency")?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_read() {
        let lines = include_str!("formulary.csv").lines().count() - 1;
        assert_eq!(medicines().len(), lines);
        assert!(medicines().iter().all(|m| !m.name.is_empty() && !m.route.is_empty()));
        assert_eq!(suggest("amox").len(), 2);
        assert_eq!(suggest("clav")[0].name, "Amoxicillin and clavulanic acid");
    }
}
