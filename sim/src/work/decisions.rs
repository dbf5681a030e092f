//! What people decide about that PCs did apart.

use neem_core::Result;
use neem_core::ids::{ConflictId, MergeId};
use neem_core::patients::{self, MergeChoice};
use neem_core::sync::{decide, overlap};

use super::{Hand, desk};

type Tried = Result<Option<Result<()>>>;

pub fn keep_version(hand: &mut Hand) -> Tried {
    let mut open = hand.db.read(|conn| decide::field_conflicts(conn, true))?;
    if open.is_empty() {
        return Ok(None);
    }
    open.sort_by_key(|conflict| conflict.id.0);
    let conflict = &open[hand.rng.usize(0..open.len())];
    let version = &conflict.versions[hand.rng.usize(0..conflict.versions.len())];
    let user = hand.staff.doctors[0].0;
    let done = hand.write(user, |tx| decide::keep_version(tx, conflict.id, &version.stamp, true).map(drop));
    is_over(hand, conflict.id, &done)?;
    Ok(Some(done))
}

pub fn keep_both(hand: &mut Hand) -> Tried {
    let open = "SELECT id FROM conflicts WHERE kind = 'booked_twice' ORDER BY id";
    let Some(id) = hand.one(open)?.map(ConflictId) else { return Ok(None) };
    let done = hand.write(hand.staff.desk, |tx| overlap::keep_both(tx, id).map(drop));
    is_over(hand, id, &done)?;
    Ok(Some(done))
}

/// What somebody has decided is open no more.
fn is_over(hand: &mut Hand, id: ConflictId, done: &Result<()>) -> Result<()> {
    let open = "SELECT EXISTS (SELECT 1 FROM conflicts WHERE id = ?1)";
    if done.is_ok() && hand.db.read(|conn| Ok(conn.query_row(open, [id], |row| row.get(0))?))? {
        hand.wrong.push("the conflict is open still".into());
    }
    Ok(())
}

pub fn merge_records(hand: &mut Hand) -> Tried {
    let (Some(one), Some(other)) = (desk::patient(hand)?, desk::patient(hand)?) else { return Ok(None) };
    let (choice, today) = (MergeChoice { one, other, from_later: Vec::new() }, hand.today());
    Ok(Some(hand.write(hand.staff.admin, |tx| patients::merge(tx, &choice, today)).map(drop)))
}

pub fn undo_merge(hand: &mut Hand) -> Tried {
    let merged = "SELECT id FROM patient_merges WHERE undone_at IS NULL ORDER BY id";
    let Some(id) = hand.one(merged)?.map(MergeId) else { return Ok(None) };
    Ok(Some(hand.write(hand.staff.admin, |tx| patients::undo_merge(tx, id))))
}
