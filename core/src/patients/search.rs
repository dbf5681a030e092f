//! One box finds a patient: name in any order and script, phone, record number, birth date.

use any_ascii::any_ascii;
use chrono_tz::Tz;
use rphonetic::{DoubleMetaphone, Encoder};
use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, OptionalExtension, named_params, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::Result;
use crate::form::{self, Precision, age_in_years};
use crate::ids::{Instant, LocalDate, PatientId};
use crate::patients::{Gender, root_of};
use crate::tenancy;

const MOST: usize = 12;
/// The most people born on one day among whom a name is looked for.
const SAME_DAY: usize = 200;
/// From here on (Jaro-Winkler) two words may be one with a slip of the finger.
const ALIKE: f64 = 0.86;

/// A line of the list of results.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PatientHit {
    pub id: PatientId,
    pub record_number: String,
    pub full_name: String,
    pub alternate_name: Option<String>,
    pub gender: Gender,
    pub age_years: Option<u32>,
    pub birth_date: Option<LocalDate>,
    /// Only the year or the month is known.
    pub birth_date_estimated: bool,
    pub phone: Option<String>,
    pub last_visit: Option<LocalDate>,
    /// The number with which the patient waits today.
    pub waiting_number: Option<String>,
}

/// Makes the functions known that fill the search index.
pub fn register(conn: &Connection) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    conn.create_scalar_function("neem_fold", 2, flags, |ctx| {
        let (name, other): (String, Option<String>) = (ctx.get(0)?, ctx.get(1)?);
        Ok(fold(&format!("{name} {}", other.unwrap_or_default())))
    })?;
    conn.create_scalar_function("neem_sounds", 2, flags, |ctx| {
        let (name, other): (String, Option<String>) = (ctx.get(0)?, ctx.get(1)?);
        Ok(sounds(&format!("{name} {}", other.unwrap_or_default())))
    })?;
    conn.create_scalar_function("neem_numbers", 3, flags, |ctx| {
        let parts: [Option<String>; 3] = [ctx.get(0)?, ctx.get(1)?, ctx.get(2)?];
        let [record, phone, birth] = parts.map(Option::unwrap_or_default);
        Ok(numbers(&record, &phone, &birth))
    })?;
    Ok(())
}

/// Latin letters of whatever script, small, one space between words.
pub fn fold(text: &str) -> String {
    let ascii = any_ascii(text).to_lowercase();
    let words: Vec<&str> = ascii.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).collect();
    words.join(" ")
}

/// How each word sounds, so that Sunitha is found as Sunita; only ever used to find, never to decide.
/// The breath after a consonant is written or not as the clerk pleases, and is left out.
pub fn sounds(text: &str) -> String {
    let encoder = DoubleMetaphone::new(Some(6));
    let plain = ["th", "dh", "bh", "kh", "gh"].iter().fold(fold(text), |text, pair| text.replace(pair, &pair[..1]));
    let codes: Vec<String> =
        plain.split(' ').map(|word| encoder.encode(word).to_lowercase()).filter(|c| !c.is_empty()).collect();
    codes.join(" ")
}

/// A phone is typed with or without its country, from the front or by its last digits.
fn numbers(record: &str, phone: &str, birth: &str) -> String {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    let mut words = vec![record.to_lowercase(), digits.clone()];
    words.extend((1..=3).filter_map(|code| digits.get(code..).map(str::to_owned)));
    words.extend(
        [4, 5, 6]
            .iter()
            .filter_map(|last| digits.len().checked_sub(*last).and_then(|at| digits.get(at..)).map(str::to_owned)),
    );
    words.push(birth.get(..4).unwrap_or_default().to_owned());
    words.join(" ")
}

/// Finds patients while the name is being typed; an empty query finds today's.
pub fn search(conn: &Connection, query: &str, today: LocalDate) -> Result<Vec<PatientHit>> {
    let query: String = query.chars().take(200).collect();
    let query = query.trim();
    if query.is_empty() {
        return hits(conn, include_str!("search_today.sql"), "", today, MOST);
    }
    if let Some((date, name)) = birth_date_in(query) {
        return born(conn, date, &name, today);
    }
    let (whole, begun) = expressions(query);
    if begun.is_empty() {
        return Ok(Vec::new());
    }
    // Somebody who is called exactly that comes before those whose names only begin so.
    let mut found = hits(conn, include_str!("search.sql"), &whole, today, MOST)?;
    if found.len() < MOST {
        let rest = hits(conn, include_str!("search.sql"), &begun, today, MOST)?;
        let known: Vec<PatientId> = found.iter().map(|hit| hit.id).collect();
        found.extend(rest.into_iter().filter(|hit| !known.contains(&hit.id)));
        found.truncate(MOST);
    }
    if !found.is_empty() {
        return Ok(found);
    }
    if query.chars().any(|c| c.is_ascii_digit()) {
        return merged_record(conn, query, today);
    }
    let codes = sounds(query);
    let heard: Vec<String> = codes.split(' ').filter(|c| !c.is_empty()).map(|c| format!("sounds:\"{c}\"*")).collect();
    if heard.is_empty() {
        return Ok(Vec::new());
    }
    let mut alike = hits(conn, include_str!("search.sql"), &heard.join(" AND "), today, MOST)?;
    if alike.is_empty() {
        return misspelt(conn, query, today);
    }
    let folded = fold(query);
    let likeness = |hit: &PatientHit| strsim::jaro_winkler(&folded, &fold(&hit.full_name));
    alike.sort_by(|a, b| likeness(b).total_cmp(&likeness(a)));
    Ok(alike)
}

/// The birth date in a query, and the name around it: `Sunita 12/3/1980`, `12 Mar 1980 desh`.
fn birth_date_in(query: &str) -> Option<(LocalDate, String)> {
    let words: Vec<&str> = query.split_whitespace().collect();
    for length in [3, 1] {
        for (at, window) in words.windows(length).enumerate() {
            if let Some((date, Precision::Day)) = form::parse_date(&window.join(" ")) {
                let around = words[..at].iter().chain(&words[at + length..]);
                return Some((LocalDate(date), around.copied().collect::<Vec<_>>().join(" ")));
            }
        }
    }
    None
}

/// Whoever was born on a day and has a name in which each of these words begins one.
fn born(conn: &Connection, date: LocalDate, name: &str, today: LocalDate) -> Result<Vec<PatientHit>> {
    let wanted = fold(name);
    let most = if wanted.is_empty() { MOST } else { SAME_DAY };
    let mut found = hits(conn, include_str!("search_born.sql"), &date.to_string(), today, most)?;
    found.retain(|hit| {
        let names = fold(&format!("{} {}", hit.full_name, hit.alternate_name.as_deref().unwrap_or_default()));
        wanted.split(' ').all(|word| names.split(' ').any(|name| name.starts_with(word)))
    });
    found.truncate(MOST);
    Ok(found)
}

/// Every word must be some word of the name or some number; and the same with words that only begin
/// so. A phone number that was typed in groups is one number.
fn expressions(query: &str) -> (String, String) {
    let ascii = any_ascii(query);
    let is_phone = ascii.chars().all(|c| c.is_ascii_digit() || " +-()./".contains(c));
    let digits: String = ascii.chars().filter(char::is_ascii_digit).collect();
    if is_phone && digits.len() >= 4 {
        return (format!("numbers:\"{digits}\""), format!("numbers:\"{digits}\"*"));
    }
    let folded = fold(query);
    let words: Vec<String> =
        folded.split(' ').filter(|w| !w.is_empty()).map(|w| format!("{{name numbers}}:\"{w}\"")).collect();
    let begun: Vec<String> = words.iter().map(|word| format!("{word}*")).collect();
    (words.join(" AND "), begun.join(" AND "))
}

/// Names with a slip of the finger that even changed how they sound. One word of several must be heard
/// right and the others begin right; a single word must begin right.
fn misspelt(conn: &Connection, query: &str, today: LocalDate) -> Result<Vec<PatientHit>> {
    let folded = fold(query);
    let words: Vec<&str> = folded.split(' ').filter(|word| word.len() > 1).collect();
    let begins = |word: &str, letters: usize| format!("name:\"{}\"*", word.get(..letters).unwrap_or(word));
    let wanted: Vec<String> = match words.as_slice() {
        [] => return Ok(Vec::new()),
        [word] => vec![begins(word, 3)],
        _ => (0..words.len())
            .map(|right| {
                let each = words.iter().enumerate().map(|(at, word)| match at == right {
                    true => format!("sounds:\"{}\"*", sounds(word)),
                    false => begins(word, 1),
                });
                format!("({})", each.collect::<Vec<_>>().join(" AND "))
            })
            .filter(|all| !all.contains("sounds:\"\""))
            .collect(),
    };
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let mut statement = conn.prepare_cached(include_str!("search_alike.sql"))?;
    let rows = statement.query_map(named_params! { ":wanted": wanted.join(" OR ") }, |row| {
        let other: Option<String> = row.get("alternate_name")?;
        let name = format!("{} {}", row.get::<_, String>("full_name")?, other.unwrap_or_default());
        Ok((row.get::<_, PatientId>("id")?, likeness(&words, &fold(&name))))
    })?;
    let mut alike: Vec<(PatientId, f64)> = rows.collect::<rusqlite::Result<_>>()?;
    alike.retain(|(_, likeness)| *likeness >= ALIKE);
    alike.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    alike.into_iter().take(MOST).map(|(id, _)| hit(conn, id, today)).collect()
}

/// How well the worst of the words is found in a name.
fn likeness(words: &[&str], name: &str) -> f64 {
    let best = |word: &&str| name.split(' ').map(|one| strsim::jaro_winkler(word, one)).fold(0.0, f64::max);
    words.iter().map(best).fold(1.0, f64::min)
}

fn hits(conn: &Connection, sql: &str, wanted: &str, today: LocalDate, most: usize) -> Result<Vec<PatientHit>> {
    let mut statement = conn.prepare_cached(sql)?;
    let most = most as i64;
    let zone = tenancy::home_zone(conn)?;
    let rows = statement.query_map(named_params! { ":wanted": wanted, ":today": today, ":most": most }, |row| {
        let birth: Option<LocalDate> = row.get("birth_date")?;
        Ok(PatientHit {
            id: row.get("id")?,
            record_number: row.get("record_number")?,
            full_name: row.get("full_name")?,
            alternate_name: row.get("alternate_name")?,
            gender: row.get("gender")?,
            age_years: birth.and_then(|date| age_in_years(date.0, today.0)),
            birth_date: birth,
            birth_date_estimated: row.get::<_, Option<String>>("birth_date_precision")?.is_some_and(|p| p != "day"),
            phone: row.get("phone")?,
            last_visit: row.get::<_, Option<Instant>>("last_visit")?.map(|at| at.day(zone)),
            waiting_number: row.get("waiting_number")?,
        })
    })?;
    let mut found: Vec<PatientHit> = rows.collect::<rusqlite::Result<_>>()?;
    drop(statement);
    join_merged(conn, &mut found, today, zone)?;
    Ok(found)
}

/// The last visit and the number of a person who has several records are those of all of them.
/// Asked apart, and of those few alone: inside the query it would cost every search its speed.
fn join_merged(conn: &Connection, found: &mut [PatientHit], today: LocalDate, zone: Tz) -> Result<()> {
    let any: bool = conn
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM patients WHERE merged_into_id IS NOT NULL)")?
        .query_row([], |row| row.get(0))?;
    if !any {
        return Ok(());
    }
    for hit in found {
        let several: bool = conn
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM patients WHERE merged_into_id = ?1)")?
            .query_row([hit.id], |row| row.get(0))?;
        if several {
            let mut statement = conn.prepare_cached(include_str!("search_merged.sql"))?;
            let (last_visit, number) = statement.query_row(params![hit.id, today], |row| {
                Ok((row.get::<_, Option<Instant>>("last_visit")?, row.get("waiting_number")?))
            })?;
            (hit.last_visit, hit.waiting_number) = (last_visit.map(|at| at.day(zone)), number);
        }
    }
    Ok(())
}

/// The number on an old card or slip finds the record that its own was merged into.
fn merged_record(conn: &Connection, number: &str, today: LocalDate) -> Result<Vec<PatientHit>> {
    let id: Option<PatientId> = conn
        .prepare_cached(
            "SELECT id FROM patients WHERE record_number = ?1 AND deleted_at IS NULL AND merged_into_id IS NOT NULL LIMIT 1",
        )?
        .query_row([number.to_uppercase()], |row| row.get("id"))
        .optional()?;
    id.map(|id| hit(conn, id, today)).into_iter().collect()
}

/// One patient as a line of results; of a record that was merged, the one it was merged into.
pub fn hit(conn: &Connection, id: PatientId, today: LocalDate) -> Result<PatientHit> {
    let hex = root_of(conn, id)?.0.simple().to_string();
    hits(conn, include_str!("search_one.sql"), &hex, today, 1)?.pop().ok_or_else(|| crate::Code::NotFound.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_any_script_fold_to_letters() {
        assert_eq!(fold("  José  Ávila-Neto "), "jose avila neto");
        assert_eq!(sounds("Sunita Deshpande"), sounds("Sunitha Deshpandey"));
        assert!(!fold("सुनीता").is_empty() && fold("نورة").is_ascii());
    }
}
