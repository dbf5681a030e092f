//! What always holds: asked of every machine after each crash, and of all together at the end.

mod promises;

pub use promises::{holds_what_it_promised, hub_holds_what_it_acknowledged};

use crate::world::World;

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
                    quiet &= report.identical && report.sent == 0 && report.received == 0;
                    world.line(format!("{name}: {} sent, {} received", report.sent, report.received));
                    if !report.identical {
                        let text = format!("{name} is not the same as the hub: {} {}", report.digest, report.hub_digest);
                        return world.tally.violation(text);
                    }
                }
                Some(Err(error)) => return world.tally.violation(format!("{name} cannot sync any more: {error:?}")),
                None => return world.tally.violation(format!("{name}: a sync without end")),
            }
        }
        if quiet {
            break;
        }
        if round == ROUNDS {
            return world.tally.violation(format!("after {ROUNDS} rounds there is still something to exchange"));
        }
    }
    promises::kept(world, &live, &required);
}
