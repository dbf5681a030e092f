//! `neem-sim --seed 1 --runs 1000`: plays the runs of a thousand seeds and sums them up in one line of JSON.

#[cfg(feature = "seeded-bugs")]
mod prove;

use std::collections::BTreeMap;
use std::process::ExitCode;

use clap::Parser;
use neem_sim::Stage;

const DAY: f64 = 86_400_000.0;

/// Plays simulated clinics. One seed is one run, the same every time.
#[derive(Parser)]
struct Asked {
    /// The seed of the first run; the next ones follow it.
    #[arg(long, env = "SEED", default_value_t = 1)]
    seed: u64,
    /// How many runs.
    #[arg(long, env = "RUNS", default_value_t = 1)]
    runs: u64,
    /// Writes the schedule of every run, not only of those that break a promise.
    #[arg(long)]
    trace: bool,
    /// Puts a fault into the program before it plays; `list` names them all.
    #[cfg(feature = "seeded-bugs")]
    #[arg(long)]
    bug: Option<String>,
    /// Plays every fault in turn, or the one that is named, until a check finds it or the runs are over, and
    /// writes a table.
    #[cfg(feature = "seeded-bugs")]
    #[arg(long)]
    prove: bool,
}

fn main() -> ExitCode {
    let asked = Asked::parse();
    let stage = Stage::build();
    #[cfg(feature = "seeded-bugs")]
    if asked.prove {
        return prove::all(&stage, asked.seed, asked.runs, asked.bug.as_deref());
    } else if let Some(name) = &asked.bug
        && let Err(names) = prove::choose(name)
    {
        eprintln!("{names}");
        return ExitCode::FAILURE;
    }
    let mut faults: BTreeMap<&str, u64> = BTreeMap::new();
    let (mut commits, mut simulated, mut broken) = (0, 0, Vec::new());
    let begin = std::time::Instant::now();
    for seed in asked.seed..asked.seed + asked.runs {
        let run = stage.play(seed);
        commits += run.commits;
        simulated += run.simulated_ms;
        run.faults.iter().for_each(|(kind, count)| *faults.entry(kind).or_default() += count);
        if asked.trace || !run.violations.is_empty() {
            run.trace.iter().for_each(|line| eprintln!("{line}"));
        }
        if !run.violations.is_empty() {
            eprintln!("again: make sim SEED={seed} RUNS=1");
            let what = run.violations.iter().map(|(check, text)| format!("{check:?}: {text}"));
            broken.push(serde_json::json!({ "seed": seed, "what": what.collect::<Vec<_>>() }));
        }
    }
    let seconds = begin.elapsed().as_secs_f64();
    let summary = serde_json::json!({
        "runs": asked.runs,
        "seed": asked.seed,
        "commits": commits,
        "faults": faults,
        "simulated_days": (simulated as f64 / DAY).round(),
        "runs_per_second": (asked.runs as f64 / seconds * 10.0).round() / 10.0,
        "violations": broken,
    });
    println!("{summary}");
    if broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
