//! Running numbers behind a prefix, as `A10001` or `A-2026-0001`: the highest given out so far.

use rusqlite::{Connection, OptionalExtension, params};

use crate::error::Result;

/// As many digits as the greatest `u32` has.
const MOST_DIGITS: usize = 10;

/// The highest number behind `prefix` in a column that has an index over its length and itself; `None`
/// before the first. It looks into the index once for each number of digits, the most digits first, so
/// that it costs the same however many numbers there are. What is not a number behind the prefix does
/// not count: neither another lane (`AA…` for `A`) nor a number of another form (`A12-B`).
pub(crate) fn highest(conn: &Connection, table: &str, column: &str, prefix: &str) -> Result<Option<u32>> {
    // Digits sort before the colon: the range holds exactly what goes on with a digit, or less than one.
    let mut statement = conn.prepare_cached(&format!(
        "SELECT CAST(substr({column}, length(?2) + 1) AS INTEGER) AS number FROM {table}
         WHERE length({column}) = length(?2) + ?1 AND {column} > ?2 AND {column} < ?2 || ':'
           AND substr({column}, length(?2) + 1) NOT GLOB '*[^0-9]*'
           AND CAST(substr({column}, length(?2) + 1) AS INTEGER) < 4294967295
         ORDER BY {column} DESC LIMIT 1"
    ))?;
    for digits in (1..=MOST_DIGITS).rev() {
        let found = statement.query_row(params![digits as i64, prefix], |row| row.get("number")).optional()?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(given: &[&str]) -> Connection {
        let conn = crate::connection::in_memory().expect("opens");
        conn.execute_batch(
            "CREATE TABLE cards (number TEXT) STRICT;
             CREATE INDEX cards_number ON cards (length(number), number) WHERE number IS NOT NULL;",
        )
        .expect("a table");
        for number in given {
            conn.execute("INSERT INTO cards (number) VALUES (?1)", [number]).expect("inserts");
        }
        conn
    }

    #[test]
    fn the_highest_is_that_of_the_prefix_and_by_value() {
        for (given, prefix, expected) in [
            (vec![], "A", None),
            (vec!["AA10001", "B10001", "A-7", "A", "A1B"], "A", None),
            (vec!["A9999", "A10000", "AA20000", "B30000"], "A", Some(10_000)),
            (vec!["A99999", "A100000", "A99998"], "A", Some(100_000)),
            (vec!["A10001", "A99X99", "A12-45"], "A", Some(10_001)),
            (vec!["AA7", "AA10", "A99", "AAA500"], "AA", Some(10)),
            (vec!["A-2026-0009", "A-2026-0010", "A-2025-0999", "A-2026-R0500"], "A-2026-", Some(10)),
            (vec!["A-2026-9999", "A-2026-10000"], "A-2026-", Some(10_000)),
            // Not one of ours, and no next number follows it.
            (vec!["A4294967295", "A9999999999", "A12"], "A", Some(12)),
        ] {
            assert_eq!(highest(&numbers(&given), "cards", "number", prefix).expect("reads"), expected, "{given:?}");
        }
    }

    #[test]
    fn it_is_looked_up_and_not_counted() {
        let conn = numbers(&[]);
        let plan: Vec<String> = conn
            .prepare("EXPLAIN QUERY PLAN SELECT number FROM cards WHERE length(number) = 5 AND number > 'A' AND number < 'A:' ORDER BY number DESC LIMIT 1")
            .and_then(|mut plan| plan.query_map([], |row| row.get("detail"))?.collect())
            .expect("a plan");
        assert_eq!(plan.len(), 1, "{plan:?}");
        assert!(
            plan[0].starts_with("SEARCH cards USING") && plan[0].contains("cards_number (<expr>=? AND number>"),
            "{plan:?}"
        );
    }
}
