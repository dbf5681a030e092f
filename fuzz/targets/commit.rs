//! A commit, a row, and the parts of a snapshot: MessagePack of other PCs and of the hub.
#![no_main]

use libfuzzer_sys::fuzz_target;
use neem_core::sync::commit::{Body, MAX_BODY, Origin, Sealed};
use neem_core::sync::devices::{RenewRequest, VerdictRequest};
use neem_core::sync::protocol::{HubDigest, PullReply, Push, Rows};
use neem_core::sync::row::RowState;
use neem_core::sync::snapshot::{Beginning, Chunk, TableRows, value_of};
use neem_core::sync::{fit, rotation, shallow};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What is read is written as it was, however it came: once written by us it stays the same bytes.
fn steady<'a, T: Serialize + Deserialize<'a>>(bytes: &'a [u8]) -> Option<(T, Vec<u8>)> {
    let read: T = shallow::from_slice(bytes).ok()?;
    let ours = rmp_serde::to_vec(&read).expect("what was read can be written");
    Some((read, ours))
}

macro_rules! steady {
    ($bytes:expr => $($type:ty),+) => {$(
        if let Some((_, ours)) = steady::<$type>($bytes) {
            let (_, again) = steady::<$type>(&ours).expect("what was written can be read");
            assert!(ours == again, concat!("another ", stringify!($type)));
        }
    )+};
}

fn commit(bytes: &[u8]) {
    let Ok(body) = Body::decode(bytes) else { return };
    assert!(bytes.len() <= MAX_BODY);
    // A number may have come in more bytes than it needs, but never becomes longer here.
    let ours = body.encode().expect("what was read can be written");
    let again = Body::decode(&ours).expect("what was written can be read");
    assert!(ours == again.encode().expect("encodes"), "another commit");
    let tenant = Uuid::nil();
    let origin = Origin { device: tenant, incarnation: 1 };
    let unfit = fit::malformed(&body, tenant);
    assert_eq!(unfit, fit::malformed(&again, tenant));
    let _ = (rotation::unfit(&body, origin.device), rotation::only_renews(&body, origin.device));
    for block in &body.inserts {
        for row in &block.rows {
            if row.len() == block.columns.len() {
                let mut state = RowState::inserted(block.columns.iter(), row.iter().cloned());
                for update in &body.updates {
                    for write in &update.groups {
                        state.merge(&block.table, write, origin.stamp(1), body.hlc);
                        let _ = state.in_conflict(&block.table, &write.group);
                    }
                }
                let _ = state.hash(&block.table, tenant);
            }
        }
    }
}

fn row(bytes: &[u8]) {
    let Some((state, ours)) = steady::<RowState>(bytes) else { return };
    let again: RowState = shallow::from_slice(&ours).expect("what was written can be read");
    assert_eq!(state.hash("patients", Uuid::nil()), again.hash("patients", Uuid::nil()));
    for (column, value) in &state.values {
        let found = value_of(&ours, column);
        // A value that is not a number is like no other, not even itself.
        assert!(found.as_ref() == Some(value) || found.is_some_and(|found| !found.comes_back()), "{column}");
    }
    assert!(value_of(&ours, "no such column").is_none() || state.values.contains_key("no such column"));
}

fuzz_target!(|data: &[u8]| {
    let Some((which, bytes)) = data.split_first() else { return };
    match which % 4 {
        0 => commit(bytes),
        1 => row(bytes),
        2 => {
            let _ = value_of(bytes, "status");
            steady!(bytes => Beginning<'_>, Chunk<'_>, Vec<TableRows<'_>>, Rows, HubDigest);
        }
        _ => {
            steady!(bytes => Push<'_>, PullReply<'_>, Sealed<'_>, RenewRequest, VerdictRequest);
        }
    }
});
