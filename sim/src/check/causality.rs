//! Whoever writes has seen what stands on the PC before them: such a write is never shown behind an
//! earlier one, whatever the clocks say.

use neem_core::Result;
use rusqlite::Connection;

use super::log::{Log, standing};
use super::wrong::Wrong;
use crate::pc::{Held, logged};
use crate::tally::Check;

/// Asks this of every write in `written` (by number), which were made at this PC: of a group that nobody has
/// to decide, the one write that stands is not one that they had seen.
pub fn holds(conn: &Connection, log: &Log, written: &Held, wrong: &mut Wrong) -> Result<()> {
    let places = logged(conn)?;
    let place = |number: u32| places.get(&number).and_then(|places| places.first());
    for ((table, row, group), writes) in &log.writes {
        let [last] = standing(writes)[..] else { continue };
        let Some(last_place) = last.number.and_then(place) else { continue };
        for write in writes {
            let Some(number) = write.number.filter(|number| written.contains(number)) else { continue };
            if write.stamp != last.stamp && place(number).is_some_and(|place| place > last_place) {
                let (later, earlier) = (number, last.number.unwrap_or_default());
                wrong
                    .add(Check::Causality, format!("{table} {row} {group}: #{later} had seen #{earlier}, which shows"));
            }
        }
    }
    Ok(())
}
