//! Which tables and columns a commit may name. A newer version's tables pass; those that never leave
//! a PC do not, and neither does what is no name at all.

use crate::sync::commit::Body;
use crate::sync::tables::LOCAL;

const LONGEST: usize = 64;

/// Why the names in a commit set it aside; `None` if all may travel. A bad name is not repeated in
/// the reason, which people and logs read.
pub fn unfit(body: &Body) -> Option<&'static str> {
    let tables = body.inserts.iter().map(|block| &block.table).chain(body.updates.iter().map(|update| &update.table));
    for table in tables {
        if !is_name(table) || table.starts_with("sqlite_") {
            return Some("a table whose name is none");
        }
        if LOCAL.contains(&table.as_str()) {
            return Some("a table that never leaves a PC");
        }
    }
    let groups = || body.updates.iter().flat_map(|update| &update.groups);
    let inserted = body.inserts.iter().flat_map(|block| &block.columns);
    let written = groups().flat_map(|write| write.fields.iter().map(|(column, _)| column));
    let mut columns = inserted.chain(written).chain(groups().map(|write| &write.group));
    columns.any(|column| !is_name(column)).then_some("a column whose name is none")
}

/// `[a-z_][a-z0-9_]*`, 64 letters at most: never anything that SQL would read as more than a name.
fn is_name(text: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
    let (first, rest) = match text.as_bytes() {
        [first, rest @ ..] if text.len() <= LONGEST => (*first, rest),
        _ => return false,
    };
    letter(first) && rest.iter().all(|byte| letter(*byte) || byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::sync::Table;
    use crate::sync::commit::{GroupWrite, Inserts, Update};
    use crate::sync::value::Value;

    fn body() -> Body {
        let inserts = Vec::new();
        Body { schema: 1, hlc: 0, at: 0, user: None, action: "test".into(), inserts, updates: Vec::new() }
    }

    fn inserting(table: &str, column: &str) -> Body {
        let block = Inserts { table: table.into(), columns: vec![column.into()], rows: Vec::new() };
        Body { inserts: vec![block], ..body() }
    }

    fn updating(table: &str, group: &str, column: &str) -> Body {
        let fields = vec![(column.to_owned(), Value::Null)];
        let groups = vec![GroupWrite { group: group.into(), seen: Vec::new(), fields }];
        Body { updates: vec![Update { table: table.into(), row: Uuid::nil(), groups }], ..body() }
    }

    #[test]
    fn every_replicated_table_travels_and_no_local_one_does() {
        for table in Table::ALL {
            assert_eq!(unfit(&inserting(table.name(), "sha256")), None, "{}", table.name());
        }
        for table in LOCAL {
            assert!(unfit(&inserting(table, "id")).is_some(), "{table}");
            assert!(unfit(&updating(table, "name", "name")).is_some(), "{table}");
        }
        assert_eq!(unfit(&updating("a_table_of_next_year", "name", "name")), None);
    }

    #[test]
    fn what_is_no_name_travels_nowhere() {
        let long = "a".repeat(LONGEST + 1);
        for bad in ["", "Patients", "a b", "x;--", "x\"", "1st", "naïve", "main.patients", "a\0", &long] {
            assert!(unfit(&inserting(bad, "id")).is_some(), "table {bad:?}");
            assert!(unfit(&inserting("patients", bad)).is_some(), "column {bad:?}");
            assert!(unfit(&updating(bad, "name", "name")).is_some(), "table {bad:?}");
            assert!(unfit(&updating("patients", bad, "name")).is_some(), "group {bad:?}");
            assert!(unfit(&updating("patients", "name", bad)).is_some(), "column {bad:?}");
        }
        assert!(unfit(&inserting("sqlite_master", "id")).is_some());
        assert_eq!(unfit(&inserting("patients", &"a".repeat(LONGEST))), None);
    }
}
