//! After a failed proof: which parts of which tables differ, and what stands in them here.

use neem_core::error::Code;
use neem_core::sync::digest::{BucketSum, Delta};
use neem_core::sync::protocol::{Buckets, BucketsRequest, Refusal, Rows, RowsRequest};
use neem_core::sync::row::RowState;
use uuid::Uuid;

use crate::Hub;
use crate::auth::Device;
use crate::store::{self, ReadTx, StoreError};

/// More tables than any version has; a request is small.
const MAX_TABLES: usize = 512;

/// The sums of every part of some tables.
pub fn buckets(hub: &Hub, device: Device, request: &BucketsRequest) -> Result<Buckets, Refusal> {
    if request.tables.is_empty() || request.tables.len() > MAX_TABLES {
        return Err(Refusal::new(Code::HubRefused, "sums of no table, or of too many"));
    }
    let mut tx = hub.store().read()?;
    let names: Vec<&str> = request.tables.iter().map(String::as_str).collect();
    let hub_seq = tx.head(device.tenant)?;
    let sums = tx.bucket_sums(device.tenant, &names)?;
    Ok(Buckets { hub_seq, sums: sums.into_iter().map(told).collect() })
}

fn told(sum: store::BucketSum) -> BucketSum {
    let store::BucketSum { table, bucket, sum, rows } = sum;
    BucketSum { table, bucket, sum: sum.to_le_bytes(), rows: rows.unsigned_abs() }
}

/// The rows of one part. They are counted on the way, and a stored sum that does not fit them is set right.
pub fn rows(hub: &Hub, device: Device, request: &RowsRequest) -> Result<Rows, Refusal> {
    let (tenant, table, bucket) = (device.tenant, request.table.as_str(), request.bucket);
    let mut tx = hub.store().read()?;
    let hub_seq = tx.head(tenant)?;
    let (rows, error) = counted(&mut *tx, tenant, table, bucket)?;
    drop(tx);
    if error != (0, 0) {
        mend(hub, tenant, table, bucket)?;
    }
    Ok(Rows { hub_seq, rows })
}

/// The rows of a part, and by how much its stored sum and number are wrong.
#[expect(clippy::type_complexity, reason = "rows, and the error of a sum and of a number")]
fn counted(
    tx: &mut (impl ReadTx + ?Sized),
    tenant: Uuid,
    table: &str,
    bucket: u8,
) -> Result<(Vec<(Uuid, RowState)>, (u128, i64)), StoreError> {
    let mut rows = Vec::new();
    let mut sum = 0u128;
    for (id, bytes) in tx.rows_in_bucket(tenant, table, bucket)? {
        let state: RowState = rmp_serde::from_slice(&bytes).map_err(neem_core::Error::from)?;
        sum = sum.wrapping_add(state.hash(table, id));
        rows.push((id, state));
    }
    let stored = tx.bucket_sums(tenant, &[table])?.into_iter().find(|stored| stored.bucket == bucket);
    let (stored_sum, stored_rows) = stored.as_ref().map_or((0, 0), |stored| (stored.sum, stored.rows));
    let error = (sum.wrapping_sub(stored_sum), rows.len() as i64 - stored_rows);
    Ok((rows, error))
}

/// Counted once more under the tenant's lock: a push may have come in between.
fn mend(hub: &Hub, tenant: Uuid, table: &str, bucket: u8) -> Result<(), StoreError> {
    let mut tx = hub.store().write()?;
    tx.lock(tenant)?;
    let (_, (sum, rows)) = counted(&mut *tx, tenant, table, bucket)?;
    tracing::error!(%tenant, table, bucket, rows, "a stored sum was wrong");
    let mut delta = Delta::default();
    delta.correct(table, bucket, sum, rows);
    tx.add_sums(tenant, delta)?;
    tx.commit()
}
