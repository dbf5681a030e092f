//! What always holds: asked of every machine after each crash, and of all together at the end.

mod causality;
mod decisions;
mod log;
mod promises;
mod replica;
mod sets;
mod wrong;

pub use decisions::{decided_by_the_way, open_conflicts};
pub use promises::{
    acknowledged_what_it_has, holds_what_it_promised, hub_holds_what_it_acknowledged, sent_what_it_marks,
};

use crate::tally::Check;
use crate::world::World;
use log::Log;
use wrong::Wrong;

/// In so many rounds everybody has everything: the first brings what waits to the hub, the second brings it
/// to the others; a hub that was restored is filled in between, and a copy begins its new life.
const ROUNDS: usize = 4;

/// Syncs everybody who is still enrolled until all hold the same, and looks whether all promises are kept.
pub fn settle(world: &mut World) {
    let required = promises::required(world);
    let live: Vec<usize> = (0..world.pcs.len()).filter(|which| !world.pcs[*which].revoked).collect();
    for round in 1..=ROUNDS {
        let mut quiet = true;
        for which in &live {
            let pc = &mut world.pcs[*which];
            let name = pc.name.clone();
            match pc.sync() {
                Some(Ok(report)) => {
                    // What introduces it waits for the next round.
                    quiet &= pc.introduced();
                    if let Err(error) = pc.introduce() {
                        let text = format!("{name} is not introduced: {error:?}");
                        return world.tally.violation(Check::Program, text);
                    }
                    quiet &= report.identical && report.sent == 0 && report.received == 0;
                    world.line(format!("{name}: {} sent, {} received", report.sent, report.received));
                    if !report.identical {
                        let text =
                            format!("{name} is not the same as the hub: {} {}", report.digest, report.hub_digest);
                        return world.tally.violation(Check::Digest, text);
                    }
                }
                Some(Err(error)) => {
                    return world.tally.violation(Check::Settles, format!("{name} cannot sync any more: {error:?}"));
                }
                None => return world.tally.violation(Check::Settles, format!("{name}: a sync without end")),
            }
        }
        if quiet {
            break;
        }
        if round == ROUNDS {
            return world
                .tally
                .violation(Check::Settles, format!("after {ROUNDS} rounds there is still something to exchange"));
        }
    }
    promises::kept(world, &live, &required);
    everything(world, &live);
}

/// Looks at the rows, the sums, the chains and the conflicts of every machine.
fn everything(world: &World, live: &[usize]) {
    let house = world.net.hub.borrow();
    if house.hub().is_none() {
        return;
    }
    let read = || -> rusqlite::Result<_> {
        let conn = house.database()?;
        Ok((Log::of_hub(&conn)?, replica::sums_of_hub(&conn)?, replica::stored_sums(&conn)?))
    };
    let (log, sums, stored) = match read() {
        Ok(read) => read,
        Err(error) => return world.tally.violation(Check::Program, format!("the hub cannot be read: {error}")),
    };
    let numbers = match replica::numbers_of(&house) {
        Ok(numbers) => numbers,
        Err(error) => return world.tally.violation(Check::Program, format!("the hub cannot be read: {error}")),
    };
    log.wrong.0.iter().for_each(|(check, wrong)| world.tally.violation(*check, format!("the hub: {wrong}")));
    if sums != stored {
        world.tally.violation(Check::Digest, "the hub's sums are not those of its rows");
    }
    for which in live {
        let pc = &world.pcs[*which];
        let Some(db) = pc.db() else { continue };
        let mut wrong = Wrong::default();
        let looked = db.read(|conn| {
            if replica::sums_of_pc(conn, &log, &mut wrong)? != sums {
                wrong.add(Check::Digest, "its rows are not those of the hub");
            }
            if replica::stored_sums(conn)? != sums {
                wrong.add(Check::Digest, "its sums are not those of its rows");
            }
            replica::chains(conn, &mut wrong)?;
            replica::conflicts(conn, &log, &mut wrong)?;
            replica::left_over(conn, &log, &world.breaking, &mut wrong)?;
            if !world.hub_was_restored {
                replica::marked(conn, &numbers, &mut wrong)?;
            }
            causality::holds(conn, &log, &world.written_at(*which), &mut wrong)
        });
        if let Err(error) = looked {
            wrong.add(Check::Program, format!("cannot be read: {error:?}"));
        }
        let told = |(check, text): (Check, String)| world.tally.violation(check, format!("{}: {text}", pc.name));
        wrong.0.into_iter().for_each(told);
    }
    for text in sets::broken(world, &log) {
        world.tally.violation(Check::Sets, text);
    }
}
