//! Whether the checks can fail: faults that were put in on purpose are played until one of them does.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use neem_core::seeded::{self, Bug};
use neem_sim::Stage;

/// Puts the fault of this name in; the names that there are, if there is none.
pub fn choose(name: &str) -> Result<(), String> {
    match Bug::ALL.iter().find(|(_, known, _)| *known == name) {
        Some((bug, ..)) => {
            seeded::choose(*bug);
            Ok(())
        }
        None => Err(Bug::ALL.iter().map(|(_, name, what)| format!("{name}: {what}\n")).collect()),
    }
}

/// Plays each fault from the same seed on, until a check finds it, and writes one line of a table for
/// each; only one line if only one is asked for. Fails if one is never found. The program without a fault is
/// for [`super::main`] to play.
pub fn all(stage: &Stage, seed: u64, runs: u64, only: Option<&str>) -> ExitCode {
    // What a fault makes of the program is told in the table.
    std::panic::set_hook(Box::new(|_| {}));
    if only.is_none() {
        println!("| fault | what is broken | found by | runs |");
        println!("|---|---|---|---|");
    }
    let mut missed = 0;
    for (bug, name, what) in Bug::ALL.iter().filter(|(_, name, _)| only.is_none_or(|only| only == *name)) {
        seeded::choose(*bug);
        let found = (seed..seed + runs).enumerate().find_map(|(count, seed)| Some((count + 1, play(stage, seed)?)));
        match found {
            Some((count, check)) => println!("| `{name}` | {what} | {check} | {count} |"),
            None => {
                missed += 1;
                println!("| `{name}` | {what} | **nothing** | {runs} |");
            }
        }
    }
    if missed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The check that finds something in the run of a seed.
fn play(stage: &Stage, seed: u64) -> Option<String> {
    match catch_unwind(AssertUnwindSafe(|| stage.play(seed))) {
        Ok(run) => run.violations.first().map(|(check, _)| format!("{check:?}")),
        Err(_) => Some("Program (it panicked)".into()),
    }
}
