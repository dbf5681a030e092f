//! The records as they stand, for a PC that would have too much to replay: first what today's work needs,
//! then table by table in chunks. Nothing is kept here between two questions, so a restart of the hub, or
//! another hub on the same database, does not matter to the PC.

use std::borrow::Cow;
use std::collections::BTreeSet;

use neem_core::error::Code;
use neem_core::sync::protocol::Refusal;
use neem_core::sync::snapshot::{
    Base, Beginning, CHUNK_BYTES, CHUNK_ROWS, Chunk, ChunkRequest, State, TableRows, hash_of, value_of,
};
use neem_core::sync::tables::{Comes, Table};
use serde::Serialize;
use uuid::Uuid;

use crate::auth::Device;
use crate::store::{ReadTx, StoreError};
use crate::{Hub, internal};

/// Yesterday may be today elsewhere, and tomorrow ends at most so much later.
const DAY: i64 = 24 * 60 * 60 * 1000;
/// A table of more rows than these does not come first as a whole.
const MOST_FIRST: u64 = 20_000;
/// Rows that are looked through at once.
const LOOKED_THROUGH: usize = 4_000;

type Rows = Vec<(Uuid, Vec<u8>)>;

/// What comes first, encoded: all of it from one state.
pub fn begin(hub: &Hub, device: Device) -> Result<Vec<u8>, Refusal> {
    let tenant = device.tenant;
    let now = hub.clock.now().0;
    let mut tx = hub.store().snapshot()?;
    let (epoch, hub_seq) = (tx.epoch(), tx.head(tenant)?);
    let tables: Vec<(String, u64)> =
        tx.digest(tenant)?.tables.into_iter().filter(|(_, (_, rows))| *rows > 0).map(|(t, (_, n))| (t, n)).collect();
    let base = |head: crate::store::Head| {
        let (device, incarnation) = (head.origin.device, head.origin.incarnation);
        Base { device, incarnation, seq: head.seq, hash: head.hash }
    };
    let origins = tx.heads(tenant, hub_seq)?.into_iter().map(base).collect();
    let count = |table: Table| tables.iter().find(|(name, _)| name == table.name()).map_or(0, |(_, rows)| *rows);
    let first = first(&mut *tx, tenant, (now - DAY, now + 2 * DAY), count)?;
    drop(tx);
    let rows = encoded(&first)?;
    encode(&Beginning { epoch, hub_seq, tables, origins, hash: hash_of(&rows), rows: Cow::Owned(rows) })
}

/// The rows of the front desk and of the doctors' patients for these milliseconds, and the small tables.
fn first(
    tx: &mut dyn ReadTx,
    tenant: Uuid,
    (from, until): (i64, i64),
    count: impl Fn(Table) -> u64,
) -> Result<Vec<(Table, Rows)>, StoreError> {
    let of = |comes: fn(&Comes) -> bool| Table::ALL.iter().copied().filter(move |table| comes(&table.comes()));
    let mut found: Vec<(Table, Rows)> = Vec::new();
    let (mut visits, mut patients) = (BTreeSet::new(), BTreeSet::new());
    for table in of(|comes| matches!(comes, Comes::First)).filter(|table| count(*table) <= MOST_FIRST) {
        found.push((table, those(tx, tenant, table, |_, _| true)?));
    }
    for table in Table::ALL {
        let Comes::OnItsDay { column } = table.comes() else { continue };
        let rows = those(tx, tenant, *table, |_, state| {
            let on = value_of(state, column).and_then(|value| value.as_int());
            on.is_some_and(|at| (from..until).contains(&at))
        })?;
        visits.extend(rows.iter().map(|(id, _)| *id));
        patients.extend(rows.iter().filter_map(|(_, state)| id_in(state, "patient_id")));
        found.push((*table, rows));
    }
    for table in Table::ALL {
        let (column, wanted) = match table.comes() {
            Comes::WithTheVisit { column } => (column, &visits),
            Comes::WithThePatient { column } => (column, &patients),
            Comes::First | Comes::OnItsDay { .. } | Comes::Patients | Comes::Later => continue,
        };
        let rows = those(tx, tenant, *table, |_, state| id_in(state, column).is_some_and(|id| wanted.contains(&id)))?;
        found.push((*table, rows));
    }
    for table in of(|comes| matches!(comes, Comes::Patients)) {
        let keys: Vec<(&str, Uuid)> = patients.iter().map(|id| (table.name(), *id)).collect();
        let states = tx.rows(tenant, &keys)?;
        let rows = keys.iter().zip(states).filter_map(|((_, id), state)| Some((*id, state?))).collect();
        found.push((table, rows));
    }
    Ok(found)
}

fn id_in(state: &[u8], column: &str) -> Option<Uuid> {
    Uuid::from_slice(value_of(state, column)?.as_blob()?).ok()
}

/// The rows of a table that are wanted, by id.
fn those(
    tx: &mut dyn ReadTx,
    tenant: Uuid,
    table: Table,
    wanted: impl Fn(Uuid, &[u8]) -> bool,
) -> Result<Rows, StoreError> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let rows = tx.rows_after(tenant, table.name(), after, LOOKED_THROUGH)?;
        let last = rows.len() < LOOKED_THROUGH;
        after = rows.last().map(|(id, _)| *id);
        found.extend(rows.into_iter().filter(|(id, state)| wanted(*id, state)));
        if last {
            return Ok(found);
        }
    }
}

/// The next rows of a table, encoded.
pub fn chunk(hub: &Hub, device: Device, request: &ChunkRequest) -> Result<Vec<u8>, Refusal> {
    if !request.table.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric()) {
        return Err(Refusal::new(Code::HubRefused, "not the name of a table"));
    }
    let mut tx = hub.store().snapshot()?;
    let (epoch, hub_seq) = (tx.epoch(), tx.head(device.tenant)?);
    let mut rows = tx.rows_after(device.tenant, &request.table, request.after, CHUNK_ROWS)?;
    drop(tx);
    let mut bytes = 0;
    let fitting = rows.iter().take_while(|(_, state)| {
        let fits = bytes < CHUNK_BYTES;
        bytes += state.len();
        fits
    });
    let fitting = fitting.count();
    let last = rows.len() < CHUNK_ROWS && fitting == rows.len();
    rows.truncate(fitting);
    let rows = encoding(&[part(&request.table, &rows)])?;
    encode(&Chunk { epoch, hub_seq, last, hash: hash_of(&rows), rows: Cow::Owned(rows) })
}

fn encoded(parts: &[(Table, Rows)]) -> Result<Vec<u8>, Refusal> {
    let parts: Vec<TableRows<'_>> = parts.iter().map(|(table, rows)| part(table.name(), rows)).collect();
    encoding(&parts)
}

fn part<'a>(table: &str, rows: &'a Rows) -> TableRows<'a> {
    let rows = rows.iter().map(|(id, state)| (*id, State(Cow::Borrowed(state)))).collect();
    TableRows { table: table.to_owned(), rows }
}

fn encoding(parts: &[TableRows<'_>]) -> Result<Vec<u8>, Refusal> {
    rmp_serde::to_vec(parts).map_err(internal)
}

fn encode(answer: &impl Serialize) -> Result<Vec<u8>, Refusal> {
    rmp_serde::to_vec(answer).map_err(internal)
}
