//! What hangs in the waiting room: numbers, rooms and doctors, and no names unless the clinic wants them.

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::Result;
use crate::ids::{ClinicId, Instant, LocalDate};
use crate::scheduling::{number_text, queue_order};
use crate::tenancy;

/// The last call, and those before it.
const CALLS: u32 = 5;
const SOON: usize = 3;
/// As many languages as the board has room for.
const LANGUAGES: u32 = 3;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Board {
    pub clinic: String,
    pub site: String,
    pub timezone: String,
    pub day: LocalDate,
    pub now: Instant,
    /// The last call first.
    pub calls: Vec<BoardCall>,
    /// Whose turn comes next, as numbers.
    pub soon: Vec<String>,
    /// What most of today's patients speak, as BCP 47 tags, the most frequent first.
    pub languages: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BoardCall {
    pub number: String,
    pub room: Option<String>,
    pub doctor: String,
    /// A first name and an initial, where the clinic shows names.
    pub name: Option<String>,
    /// A call that is repeated has a new time.
    pub called_at: Instant,
}

/// The board of a site on its local day. Who goes in without having been called counts as called then.
pub fn board(conn: &Connection, clinic: ClinicId, now: Instant) -> Result<Board> {
    let site = tenancy::clinic(conn, clinic)?;
    let day = now.day(site.zone());
    let names = shows_names(conn, clinic)?;
    let mut statement = conn.prepare_cached(include_str!("board_calls.sql"))?;
    let calls = statement.query_map(params![clinic, day, CALLS], |row| {
        let name: String = row.get("full_name")?;
        Ok(BoardCall {
            number: number_text(&row.get::<_, String>("lane")?, row.get("number")?),
            room: row.get("room")?,
            doctor: row.get("display_name")?,
            name: names.then(|| first_name(&name)),
            called_at: row.get("at")?,
        })
    })?;
    let calls = calls.collect::<rusqlite::Result<_>>()?;
    let waiting = queue_order::waiting_numbers(conn, clinic, day)?;
    let mut statement = conn.prepare_cached(
        "SELECT primary_language FROM queue_tickets JOIN patients ON patients.id = patient_id
         WHERE clinic_id = ?1 AND day = ?2 AND primary_language IS NOT NULL
         GROUP BY primary_language ORDER BY count(*) DESC, primary_language LIMIT ?3",
    )?;
    let languages = statement.query_map(params![clinic, day, LANGUAGES], |row| row.get("primary_language"))?;
    Ok(Board {
        clinic: tenancy::tenant(conn)?.name,
        site: site.name,
        timezone: site.timezone,
        day,
        now,
        calls,
        soon: waiting.into_iter().take(SOON).collect(),
        languages: languages.collect::<rusqlite::Result<_>>()?,
    })
}

/// The first name, and of the last one only how it begins: "Sunita D."
fn first_name(full: &str) -> String {
    let mut words = full.split_whitespace();
    let first = words.next().unwrap_or_default().to_owned();
    match words.next_back().and_then(|last| last.chars().next()) {
        Some(initial) => format!("{first} {initial}."),
        None => first,
    }
}

/// Whether the board of a site shows first names; not until somebody decides it.
pub fn shows_names(conn: &Connection, clinic: ClinicId) -> Result<bool> {
    let shown: Option<bool> =
        conn.query_row("SELECT board_names FROM clinics WHERE id = ?1", [clinic], |row| row.get("board_names"))?;
    Ok(shown.unwrap_or(false))
}

/// Decides for a site whether its board shows first names beside the numbers.
pub fn show_names(tx: &Tx, clinic: ClinicId, shown: bool) -> Result<()> {
    tenancy::clinic(tx, clinic)?;
    tx.execute("UPDATE clinics SET board_names = ?1, updated_at = ?2 WHERE id = ?3", params![shown, tx.now, clinic])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::first_name;

    #[test]
    fn a_name_on_the_board_tells_little() {
        for (full, shown) in
            [("Sunita Deshpande", "Sunita D."), ("Yusuf bin al-Hakim", "Yusuf a."), ("Suharto", "Suharto"), ("", "")]
        {
            assert_eq!(first_name(full), shown);
        }
    }
}
