//! A ticket is looked for by its number or by words of its subject.

use rusqlite::{Connection, params};

use crate::error::Result;
use crate::ids::SupportTicketId;
use crate::page::{Page, PageRequest};
use crate::patients::search::fold;
use crate::tickets::{TicketLine, ticket};

/// The longest text that is looked for, in characters.
const LONGEST: usize = 200;

/// Finds tickets whose number begins with the text (`T-A-00`, `a-00`), the lowest first; else those
/// in whose subject every word begins some word, in any script and order, the latest first.
pub fn search(conn: &Connection, text: &str, page: PageRequest) -> Result<Page<TicketLine>> {
    let text: String = text.trim().chars().take(LONGEST).collect();
    let ids = match number_prefix(&text) {
        Some(prefix) => by_number(conn, &prefix, page)?,
        None => by_words(conn, &text, page)?,
    };
    Ok(page.page(ids.into_iter().map(|id| ticket(conn, id)).collect::<Result<_>>()?))
}

/// The beginning of a number, with the `T-` that people leave out.
fn number_prefix(text: &str) -> Option<String> {
    let upper = text.to_uppercase();
    let rest = upper.strip_prefix("T-").unwrap_or(&upper);
    let (lane, digits) = rest.split_once('-')?;
    let sound = (1..=2).contains(&lane.len())
        && lane.bytes().all(|b| b.is_ascii_uppercase())
        && digits.bytes().all(|b| b.is_ascii_digit());
    sound.then(|| format!("T-{lane}-{digits}"))
}

fn by_number(conn: &Connection, prefix: &str, page: PageRequest) -> Result<Vec<SupportTicketId>> {
    // The digits end below the colon, which follows the nine.
    let mut statement = conn.prepare_cached(
        "SELECT id FROM tickets WHERE number >= ?1 AND number < ?1 || ':' AND deleted_at IS NULL ORDER BY number LIMIT ?2 OFFSET ?3",
    )?;
    let rows = statement.query_map(params![prefix, page.sql_limit(), page.sql_offset()], |row| row.get("id"))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Tickets are few beside patients and visits; their subjects are read through.
fn by_words(conn: &Connection, text: &str, page: PageRequest) -> Result<Vec<SupportTicketId>> {
    let folded = fold(text);
    let wanted: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let mut statement = conn.prepare_cached(
        "SELECT id, subject FROM tickets WHERE deleted_at IS NULL ORDER BY created_at DESC, rowid DESC",
    )?;
    let mut rows = statement.query([])?;
    let (mut skip, most) = (page.offset, page.sql_limit().unsigned_abs() as usize);
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let subject = fold(&row.get::<_, String>("subject")?);
        let fits = wanted.iter().all(|word| subject.split(' ').any(|other| other.starts_with(word)));
        if !fits {
            continue;
        }
        if skip > 0 {
            skip -= 1;
            continue;
        }
        found.push(row.get("id")?);
        if found.len() == most {
            break;
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_known_by_its_form() {
        for (typed, prefix) in [
            ("T-A-0001", Some("T-A-0001")),
            ("t-a-00", Some("T-A-00")),
            ("a-0001", Some("T-A-0001")),
            ("T-AB-", Some("T-AB-")),
            ("T-", None),
            ("refund", None),
            ("x-ray", None),
            ("", None),
        ] {
            assert_eq!(number_prefix(typed).as_deref(), prefix, "{typed}");
        }
    }
}
