//! Turns what a write touched into one commit of this PC's log, in the write's own transaction.

use std::cell::RefCell;
use std::collections::HashMap;

use ed25519_dalek::SigningKey;
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use crate::clock::Hlc;
use crate::db::Decision;
use crate::error::{Error, Result};
use crate::ids::Instant;
use crate::seeded::{Bug, seeded};
use crate::sync::apply::Aftermath;
use crate::sync::capture::Touched;
use crate::sync::commit::{self, Body, GroupWrite, Inserts, Origin, SCHEMA, Update};
use crate::sync::digest::Delta;
use crate::sync::fit::{self, Judge};
use crate::sync::merge::{self, Head, StampId};
use crate::sync::newer;
use crate::sync::row::{self, RowState};
use crate::sync::rules::Rules;
use crate::sync::snapshot;
use crate::sync::tables::{Group, Table, rule_of};
use crate::sync::value::Value;

/// What the migrated schema says of a replicated table; read once per connection.
pub struct TableInfo {
    pub table: Table,
    pub columns: Vec<String>,
    /// Positions of the columns in the order of their names.
    by_name: Vec<usize>,
    select: String,
    exists: String,
    insert: String,
    /// The place of one row's values in an `INSERT`.
    marks: String,
}

/// Rows in one `INSERT`, the most first: for every statement SQLite keeps the pages as they were before
/// and writes out the full text index. Few sizes, so that the statements stay prepared.
const ROWS_AT_ONCE: [usize; 3] = [128, 16, 1];

impl TableInfo {
    pub fn read(conn: &Connection, table: Table) -> Result<TableInfo> {
        let columns = crate::db::columns(conn, table.name())?;
        let mut by_name: Vec<usize> = (0..columns.len()).collect();
        by_name.sort_by(|a, b| columns[*a].cmp(&columns[*b]));
        let name = table.name();
        Ok(TableInfo {
            table,
            select: format!("SELECT {} FROM {name} WHERE id = ?1", columns.join(", ")),
            exists: format!("SELECT 1 FROM {name} WHERE id = ?1"),
            insert: format!("INSERT INTO {name} ({}) VALUES ", columns.join(", ")),
            marks: format!("({})", vec!["?"; columns.len()].join(", ")),
            by_name,
            columns,
        })
    }

    /// The row's values in the order of the columns; `None` if there is no such row.
    pub fn values(&self, conn: &Connection, row: Uuid) -> Result<Option<Vec<Value>>> {
        let read = |found: &Row| (0..self.columns.len()).map(|i| Ok(Value::from(found.get_ref(i)?))).collect();
        Ok(conn.prepare_cached(&self.select)?.query_row([row], read).optional()?)
    }

    /// Whether there is such a row.
    pub fn exists(&self, conn: &Connection, row: Uuid) -> Result<bool> {
        Ok(conn.prepare_cached(&self.exists)?.exists([row])?)
    }

    /// Inserts rows, each with its values in the order of the columns.
    pub fn insert(&self, conn: &Connection, rows: &[&[Value]]) -> Result<()> {
        let mut rest = rows;
        for count in ROWS_AT_ONCE {
            let whole = rest.len() / count * count;
            if whole == 0 {
                continue;
            }
            let (now, later) = rest.split_at(whole);
            let sql = [self.insert.as_str(), &vec![self.marks.as_str(); count].join(", ")].concat();
            let mut insert = conn.prepare_cached(&sql)?;
            for chunk in now.chunks_exact(count) {
                insert.execute(rusqlite::params_from_iter(chunk.iter().copied().flatten()))?;
            }
            rest = later;
        }
        Ok(())
    }

    /// The hash of a row that no write has touched since it was inserted.
    pub fn hash_inserted(&self, row: Uuid, values: &[Value]) -> u128 {
        let ordered = self.by_name.iter().map(|i| (self.columns[*i].as_str(), &values[*i]));
        row::hash(self.table.name(), row, ordered, std::iter::empty())
    }

    pub fn state(&self, conn: &Connection, row: Uuid, values: Vec<Value>) -> Result<RowState> {
        let mut state = RowState::inserted(self.columns.iter(), values.into_iter());
        state.values.extend(newer::kept_values(conn, self.table, row)?);
        state.heads = read_heads(conn, self.table.name(), row)?;
        // A column that only a newer version has lives in the heads until this one is updated.
        let table = self.table.name();
        let winners = state.heads.iter().filter_map(|(group, heads)| merge::winner(rule_of(table, group), heads));
        let newer = winners
            .flat_map(|head| &head.fields)
            .filter(|(column, value)| !value.is_null() && !self.columns.contains(column));
        let newer: Vec<_> = newer.cloned().collect();
        state.values.extend(newer);
        Ok(state)
    }

    /// The group of each column, with all its columns.
    pub fn group_of(&self, column: &str) -> (String, Vec<String>) {
        let named: Option<&Group> = self.table.groups().iter().find(|group| group.columns.contains(&column));
        match named {
            Some(group) => (group.name.to_owned(), group.columns.iter().map(|c| (*c).to_owned()).collect()),
            None => (column.to_owned(), vec![column.to_owned()]),
        }
    }
}

/// All tables of one connection, and what they ask of their rows.
pub struct Catalogue {
    tables: HashMap<Table, TableInfo>,
    rules: Rules,
    snapshots: bool,
    /// The key that signed last.
    key: RefCell<Option<SigningKey>>,
}

/// The replicated tables that the migrated schema has: all of them, unless the file is kept at an
/// older level on purpose.
pub fn present_tables(conn: &Connection) -> Result<Vec<Table>> {
    let mut statement = conn.prepare("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'")?;
    let names: Vec<String> = statement.query_map([], |row| row.get("name"))?.collect::<rusqlite::Result<_>>()?;
    Ok(Table::ALL.iter().copied().filter(|table| names.iter().any(|name| name == table.name())).collect())
}

impl Catalogue {
    pub fn read(conn: &Connection) -> Result<Catalogue> {
        let read = |table| Ok((table, TableInfo::read(conn, table)?));
        let tables = present_tables(conn)?.into_iter().map(read).collect::<Result<_>>()?;
        Ok(Catalogue {
            tables,
            rules: Rules::read(conn)?,
            snapshots: snapshot::can_take(conn)?,
            key: RefCell::default(),
        })
    }

    /// The table of this name, if this version and this file have it.
    pub fn known(&self, name: &str) -> Option<Table> {
        Table::by_name(name).filter(|table| self.tables.contains_key(table))
    }

    pub fn tables(&self) -> impl Iterator<Item = Table> {
        self.tables.keys().copied()
    }

    pub fn table(&self, table: Table) -> &TableInfo {
        // Catalogue::read has filled in every table there is; names from outside come through `known`.
        &self.tables[&table]
    }

    /// Signs for this PC, whose key stays the same from one write to the next but for a renewal.
    fn sign(&self, author: &Author, hash: &[u8; 32]) -> Vec<u8> {
        let mut known = self.key.borrow_mut();
        let key = known.take().filter(|key| key.as_bytes() == &author.secret).unwrap_or_else(|| author.key());
        commit::sign(known.insert(key), hash)
    }

    /// Whether the file can hold a snapshot on its way.
    pub fn snapshots(&self) -> bool {
        self.snapshots
    }

    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Who says whether a commit may be applied.
    pub fn judge<'a>(&'a self, conn: &'a Connection, thorough: bool) -> Judge<'a> {
        Judge { rules: &self.rules, conn, thorough }
    }
}

pub fn read_heads(conn: &Connection, table: &str, row: Uuid) -> Result<std::collections::BTreeMap<String, Vec<Head>>> {
    let mut statement = conn.prepare_cached(
        "SELECT grp, device, incarnation, seq, hlc, fields FROM heads
         WHERE tbl = ?1 AND row = ?2 ORDER BY grp, device, incarnation, seq",
    )?;
    let mut rows = statement.query(params![table, row])?;
    let mut heads = std::collections::BTreeMap::<String, Vec<Head>>::new();
    while let Some(found) = rows.next()? {
        let seq: i64 = found.get("seq")?;
        let stamp =
            StampId { device: found.get("device")?, incarnation: found.get("incarnation")?, seq: seq.unsigned_abs() };
        let fields = rmp_serde::from_slice(found.get_ref("fields")?.as_blob().unwrap_or_default())?;
        heads.entry(found.get("grp")?).or_default().push(Head { stamp, hlc: found.get("hlc")?, fields });
    }
    Ok(heads)
}

pub fn write_heads(conn: &Connection, table: &str, row: Uuid, group: &str, heads: &[Head]) -> Result<()> {
    conn.prepare_cached("DELETE FROM heads WHERE tbl = ?1 AND row = ?2 AND grp = ?3")?
        .execute(params![table, row, group])?;
    let mut insert = conn.prepare_cached(
        "INSERT INTO heads (tbl, row, grp, device, incarnation, seq, hlc, fields) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    for head in heads {
        insert.execute(params![
            table,
            row,
            group,
            head.stamp.device,
            head.stamp.incarnation,
            head.stamp.seq as i64,
            head.hlc,
            rmp_serde::to_vec(&head.fields)?
        ])?;
    }
    Ok(())
}

/// This PC as its log knows it.
pub struct Author {
    pub origin: Origin,
    secret: [u8; 32],
    pub seq: u64,
    pub head_hash: Vec<u8>,
    pub hlc: Hlc,
}

impl Author {
    pub fn read(conn: &Connection) -> Result<Author> {
        let mut statement = conn.prepare_cached(
            "SELECT device_id, incarnation, secret_key, seq, head_hash, hlc FROM this_device WHERE only = 1",
        )?;
        statement
            .query_row([], |row| {
                let secret: Vec<u8> = row.get("secret_key")?;
                let seq: i64 = row.get("seq")?;
                Ok((
                    secret,
                    seq,
                    row.get("device_id")?,
                    row.get("incarnation")?,
                    row.get("head_hash")?,
                    row.get("hlc")?,
                ))
            })
            .map_err(Error::from)
            .and_then(|(secret, seq, device, incarnation, head_hash, hlc)| {
                let secret = <[u8; 32]>::try_from(secret)
                    .map_err(|_| Error::Invariant("a signing key of another length".into()))?;
                Ok(Author {
                    origin: Origin { device, incarnation },
                    secret,
                    seq: seq.unsigned_abs(),
                    head_hash,
                    hlc: Hlc(hlc),
                })
            })
    }

    /// The key that signs what is written here. Making it of its secret takes as long as signing.
    pub fn key(&self) -> SigningKey {
        SigningKey::from_bytes(&self.secret)
    }
}

/// One user action that has done its writing.
pub struct Action<'a> {
    pub touched: Touched,
    pub decided: Vec<Decision>,
    pub user: Option<Uuid>,
    /// What the audit calls it.
    pub name: &'a str,
    pub now: Instant,
}

/// Appends the commit of what was touched. Returns the tables that changed; none, no commit.
pub fn record(conn: &Connection, catalogue: &Catalogue, action: Action) -> Result<Vec<Table>> {
    let Action { mut touched, decided, user, name, now } = action;
    for (table, row, _) in &decided {
        // A decision for what shows already changes no value, and is a write all the same.
        if !touched.updated.iter().any(|(other, id, _)| other == table && id == row)
            && let Some(values) = catalogue.table(*table).values(conn, *row)?
        {
            touched.updated.push((*table, *row, values));
        }
    }
    if touched.inserted.is_empty() && touched.updated.is_empty() {
        return Ok(Vec::new());
    }
    let mut author = Author::read(conn)?;
    let seq = author.seq + 1;
    let hlc = author.hlc.tick(now);
    let mut delta = Delta::default();
    let inserts = collect_inserts(conn, catalogue, touched.inserted, &mut delta)?;
    let mut updates = Vec::new();
    let mut aftermath = Aftermath::default();
    inserts.iter().for_each(|block| aftermath.touch_inserted(block));
    for (table, row, before) in touched.updated {
        let info = catalogue.table(table);
        let decided = decided.iter().filter(|(other, id, _)| *other == table && *id == row).map(|(_, _, group)| group);
        let decided: Vec<&String> = decided.collect();
        let written = Written { row, before, decided: &decided, stamp: author.origin.stamp(seq), hlc };
        if let Some(update) = update_of(conn, info, written, &mut delta)? {
            aftermath.touch(table, row, update.groups.iter().map(|write| write.group.clone()));
            updates.push(update);
        }
    }
    if inserts.is_empty() && updates.is_empty() {
        return Ok(Vec::new());
    }
    let body = Body { schema: SCHEMA, hlc: hlc.0, at: now.0, user, action: name.to_owned(), inserts, updates };
    (author.seq, author.hlc) = (seq, hlc);
    append(conn, catalogue, &mut author, &body)?;
    conn.prepare_cached("UPDATE this_device SET seq = ?1, head_hash = ?2, hlc = ?3 WHERE only = 1")?
        .execute(params![seq as i64, author.head_hash, hlc.0])?;
    // Deciding or undoing here must open and close the same conflicts as on every other replica.
    aftermath.derive(conn, catalogue, now)?;
    delta.store(conn)?;
    Ok(aftermath.tables.into_iter().collect())
}

/// Appends a commit to the log; the author has its number and clock already, and gets its hash.
pub(crate) fn append(conn: &Connection, catalogue: &Catalogue, author: &mut Author, body: &Body) -> Result<()> {
    let bytes = body.encode()?;
    let hash = commit::chain_hash(&author.head_hash, author.origin, author.seq, &bytes);
    conn.prepare_cached(
        "INSERT INTO commits (id, device, incarnation, seq, hash, signature, hlc, hub_seq, body)
         VALUES (?8, ?1, ?2, ?3, ?4, ?5, ?6, NULL, ?7)",
    )?
    .execute(params![
        author.origin.device,
        author.origin.incarnation,
        author.seq as i64,
        hash.as_slice(),
        catalogue.sign(author, &hash),
        author.hlc.0,
        bytes,
        snapshot::next_id(conn, catalogue)?
    ])?;
    author.head_hash = hash.to_vec();
    note_touches(conn, conn.last_insert_rowid(), body)
}

/// Remembers which rows a commit concerns, for the history of each.
pub fn note_touches(conn: &Connection, commit_id: i64, body: &Body) -> Result<()> {
    let made = body
        .inserts
        .iter()
        .filter(|block| Table::by_name(&block.table).is_some_and(Table::remembers_making))
        .flat_map(|block| block.rows.iter().filter_map(|row| fit::id_in(&block.columns, row)));
    let mut insert = conn.prepare_cached("INSERT OR IGNORE INTO touches (row, commit_id) VALUES (?1, ?2)")?;
    for row in made.chain(body.updates.iter().map(|update| update.row)) {
        insert.execute(params![row, commit_id])?;
    }
    Ok(())
}

fn collect_inserts(
    conn: &Connection,
    catalogue: &Catalogue,
    inserted: Vec<(Table, Uuid)>,
    delta: &mut Delta,
) -> Result<Vec<Inserts>> {
    let mut blocks: Vec<Inserts> = Vec::new();
    for (table, row) in inserted {
        let info = catalogue.table(table);
        // A statement that failed and was taken back leaves a report without a row.
        let Some(values) = info.values(conn, row)? else { continue };
        delta.change(table.name(), row, None, info.hash_inserted(row, &values));
        match blocks.iter_mut().find(|block| block.table == table.name()) {
            Some(block) => block.rows.push(values),
            None => blocks.push(Inserts {
                table: table.name().to_owned(),
                columns: info.columns.clone(),
                rows: vec![values],
            }),
        }
    }
    Ok(blocks)
}

/// A row that was written, with its values before.
struct Written<'a> {
    row: Uuid,
    before: Vec<Value>,
    decided: &'a [&'a String],
    stamp: StampId,
    hlc: Hlc,
}

fn update_of(conn: &Connection, info: &TableInfo, written: Written, delta: &mut Delta) -> Result<Option<Update>> {
    let Written { row, before, decided, stamp, hlc } = written;
    let table = info.table.name();
    let Some(after) = info.values(conn, row)? else { return Ok(None) };
    let mut names: Vec<(String, Vec<String>)> = Vec::new();
    for (index, column) in info.columns.iter().enumerate() {
        let changed = before[index] != after[index];
        if !changed && decided.is_empty() {
            continue;
        }
        let group = info.group_of(column);
        if (changed || decided.contains(&&group.0)) && !names.contains(&group) {
            names.push(group);
        }
    }
    if names.is_empty() {
        return Ok(None);
    }
    let mut state = info.state(conn, row, before)?;
    let hash_before = state.hash(table, row);
    let mut groups = Vec::new();
    for (group, columns) in names {
        let value_of = |column: &String| {
            let index = info.columns.iter().position(|c| c == column);
            (column.clone(), index.map_or(Value::Null, |i| after[i].clone()))
        };
        let fields: Vec<_> = columns.iter().map(value_of).collect();
        let heads = state.heads.get(&group).map(Vec::as_slice).unwrap_or_default();
        let seen = match decided.contains(&&group) {
            true if !seeded(Bug::DecisionSeesShown) => heads.iter().map(|head| head.stamp).collect(),
            _ => merge::seen_by_edit(rule_of(table, &group), heads),
        };
        let write = GroupWrite { group, seen, fields };
        state.merge(table, &write, stamp, hlc.0);
        write_heads(conn, table, row, &write.group, &state.heads[&write.group])?;
        groups.push(write);
    }
    delta.change(table, row, Some(hash_before), state.hash(table, row));
    Ok(Some(Update { table: table.to_owned(), row, groups }))
}
