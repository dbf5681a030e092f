//! Everything that is decoded before anybody knows whose it is: commits, and every message of the
//! protocol in both directions.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use arbitrary::Unstructured;
use neem_core::sync::commit::{Body, Origin};
use neem_core::sync::fit;
use neem_core::sync::merge::Head;
use neem_core::sync::protocol::*;
use neem_core::sync::row::RowState;
use neem_core::sync::value::Value;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::bodies::{self, Stuff};

pub fn commit(bytes: &[u8]) {
    let Some((kind, bytes)) = bytes.split_first() else { return };
    match kind % 24 {
        0 => decoded(bytes),
        1 | 2 => {
            let mut u = Unstructured::new(bytes);
            let stuff = Stuff::of_clinic();
            let (one, two) = (bodies::body(&mut u, &stuff), bodies::body(&mut u, &stuff));
            merged(&stuff, [one, two].into_iter().flatten().collect());
        }
        3 => {
            // What comes out may be large; that it stops in time is asserted inside.
            if let Ok(plain) = unpack(bytes) {
                assert!(plain.len() <= MAX_PLAIN);
                decoded(&plain);
            }
        }
        4 => read::<EnrolRequest>(bytes),
        5 => read::<TokenRequest>(bytes),
        6 => read::<HelloRequest>(bytes),
        7 => read::<PullRequest>(bytes),
        8 => read::<WaitRequest>(bytes),
        9 => read::<DigestRequest>(bytes),
        10 => read::<NewCodeRequest>(bytes),
        11 => read_borrowed::<Push>(bytes),
        12 => read_borrowed::<PullReply>(bytes),
        13 => read::<PushReply>(bytes),
        14 => read::<Hello>(bytes),
        15 => read::<Woken>(bytes),
        16 => read::<HubDigest>(bytes),
        17 => read::<Vec<HubDevice>>(bytes),
        18 => read::<NewCode>(bytes),
        19 => read::<EnrolReply>(bytes),
        20 => read::<Token>(bytes),
        21 => read::<Refusal>(bytes),
        22 => read::<Vec<Head>>(bytes),
        _ => read::<RowState>(bytes),
    }
}

/// What was read and written again reads the same.
fn read<T: Serialize + DeserializeOwned>(bytes: &[u8]) {
    let Ok(value) = rmp_serde::from_slice::<T>(bytes) else { return };
    let written = rmp_serde::to_vec(&value).expect("what was read can be written");
    let again: T = rmp_serde::from_slice(&written).expect("what was written can be read");
    assert_eq!(rmp_serde::to_vec(&again).expect("writes"), written);
}

fn read_borrowed<'a, T: Serialize + serde::Deserialize<'a>>(bytes: &'a [u8]) {
    if let Ok(value) = rmp_serde::from_slice::<T>(bytes) {
        rmp_serde::to_vec(&value).expect("what was read can be written");
    }
}

fn decoded(bytes: &[u8]) {
    let Ok(body) = Body::decode(bytes) else { return };
    let written = body.encode().expect("what was read can be written");
    assert_eq!(Body::decode(&written).expect("reads").encode().expect("writes"), written);
    merged(&Stuff::of_clinic(), vec![body]);
}

/// What the hub does with commits, on rows in memory; a row whose values and heads are stored and read
/// again has the same hash.
fn merged(stuff: &Stuff, bodies: Vec<Body>) {
    let mut rows: BTreeMap<(String, Uuid), RowState> = (stuff.samples.iter())
        .map(|s| ((s.table.to_owned(), s.id), RowState::inserted(s.columns.iter(), s.values.iter().cloned())))
        .collect();
    let origin = Origin { device: Uuid::from_u128(5), incarnation: 1 };
    for (seq, body) in (1..).zip(bodies) {
        let there: BTreeSet<_> = rows.keys().cloned().collect();
        let exists = |table: &str, id: Uuid| Ok::<_, Infallible>(there.contains(&(table.to_owned(), id)));
        let Ok(None) = fit::unfit(&body, stuff.tenant, exists) else { continue };
        for block in &body.inserts {
            for row in &block.rows {
                let id = fit::id_in(&block.columns, row).expect("a fit row has an id");
                let state = RowState::inserted(block.columns.iter(), row.iter().cloned());
                let stated = state.values.get("id").and_then(Value::as_blob);
                assert_eq!(stated, Some(id.as_bytes().as_slice()), "one row, two ids");
                let tenant = state.values.get("tenant_id").and_then(Value::as_blob);
                assert_eq!(tenant, Some(stuff.tenant.as_bytes().as_slice()), "a row of another clinic");
                rows.insert((block.table.clone(), id), state);
            }
        }
        for update in &body.updates {
            let state = rows.get_mut(&(update.table.clone(), update.row)).expect("a fit change has its row");
            for write in &update.groups {
                state.merge(&update.table, write, origin.stamp(seq), body.hlc);
                state.in_conflict(&update.table, &write.group);
            }
            let hash = state.hash(&update.table, update.row);
            let stored = rmp_serde::to_vec(&state).expect("stores");
            let read: RowState = rmp_serde::from_slice(&stored).expect("reads");
            assert_eq!(read.hash(&update.table, update.row), hash, "{state:?}");
        }
    }
}
