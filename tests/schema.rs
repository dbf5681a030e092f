//! The schema against the catalogue: no table can be forgotten, no statement can lag behind.

mod support;

use std::path::{Path, PathBuf};

use neem_core::sync::Table;
use neem_core::sync::tables::LOCAL;
use support::Pc;

fn tables(pc: &Pc) -> Vec<String> {
    pc.read(|conn| {
        let mut statement = conn.prepare(
            "SELECT name FROM pragma_table_list
             WHERE schema = 'main' AND type IN ('table', 'virtual') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
        )?;
        Ok(statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
    })
}

#[test]
fn every_table_replicates_or_stays_here_and_says_which() {
    let pc = Pc::empty();
    let found = tables(&pc);
    for table in &found {
        let replicated = Table::by_name(table).is_some();
        let local = LOCAL.contains(&table.as_str());
        assert!(
            replicated != local,
            "{table} is in {} of Table::ALL and LOCAL",
            if local { "both" } else { "neither" }
        );
    }
    for name in Table::ALL.iter().map(|table| table.name()).chain(LOCAL.iter().copied()) {
        assert!(found.iter().any(|table| table == name), "there is no table {name}");
    }
}

#[test]
fn every_replicated_table_has_the_common_columns() {
    let pc = Pc::empty();
    for table in Table::ALL {
        let columns = pc.read(|conn| neem_core::db::columns(conn, table.name()));
        for column in ["id", "tenant_id", "created_at", "updated_at"] {
            assert!(columns.iter().any(|name| name == column), "{} has no {column}", table.name());
        }
        for group in table.groups() {
            for column in group.columns {
                assert!(
                    columns.iter().any(|name| name == column),
                    "{}: group {} names {column}",
                    table.name(),
                    group.name
                );
            }
        }
    }
}

fn sql_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sql_files(&path, found);
        } else if path.extension().is_some_and(|end| end == "sql") {
            found.push(path);
        }
    }
}

#[test]
fn every_statement_in_a_file_fits_the_schema() {
    let pc = Pc::empty();
    let mut files = Vec::new();
    sql_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("core/src"), &mut files);
    assert!(files.len() > 8, "{files:?}");
    for file in files {
        let sql = std::fs::read_to_string(&file).expect("reads");
        // On the writer: a statement that writes calls the functions of the capture.
        pc.db
            .write_local(|conn| Ok(conn.prepare(&sql).map(drop)?))
            .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }
}

#[test]
fn every_reference_has_an_index() {
    let pc = Pc::empty();
    let missing: Vec<String> = pc.read(|conn| {
        let mut found = Vec::new();
        for table in Table::ALL {
            let mut keys = conn.prepare("SELECT \"from\" FROM pragma_foreign_key_list(?1)")?;
            let columns: Vec<String> =
                keys.query_map([table.name()], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
            // One file holds one tenant, and who did something is only ever read along.
            let who =
                |column: &str| column.ends_with("_by") || (*table == Table::AppointmentEvents && column == "user_id");
            for column in columns.iter().filter(|column| *column != "tenant_id" && !who(column)) {
                let indexed: bool = conn.query_row(
                    "SELECT EXISTS (SELECT 1 FROM pragma_index_list(?1) AS list, pragma_index_info(list.name) AS info
                                    WHERE info.seqno = 0 AND info.name = ?2)",
                    [table.name(), column],
                    |row| row.get(0),
                )?;
                if !indexed {
                    found.push(format!("{}.{column}", table.name()));
                }
            }
        }
        Ok(found)
    });
    assert_eq!(missing, Vec::<String>::new());
}

/// The schema as one text. It changes with a new migration only, and a reviewer sees what changed:
/// `UPDATE=1 cargo test --test schema` writes it again.
#[test]
fn the_schema_is_the_one_that_was_reviewed() {
    let pc = Pc::empty();
    let schema: String = pc.read(|conn| {
        let mut statement = conn.prepare(
            "SELECT sql FROM sqlite_master
             WHERE sql IS NOT NULL AND name NOT LIKE 'capture\\_%' ESCAPE '\\'
               AND tbl_name NOT IN (SELECT name FROM pragma_table_list WHERE type = 'shadow')
             ORDER BY tbl_name, type DESC, name",
        )?;
        let texts = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(texts.iter().map(|text| format!("{text};\n")).collect())
    });
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/device/schema.snapshot.txt");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, &schema).expect("writes");
    }
    let reviewed = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(schema == reviewed, "the migrated schema is not the one in {}", file.display());
}
