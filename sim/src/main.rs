//! `neem-sim --seed 1 --runs 1000`: plays the runs of a thousand seeds and sums them up in one line of JSON.

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
}

fn main() -> ExitCode {
    let asked = Asked::parse();
    let stage = Stage::build();
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
            broken.push(serde_json::json!({ "seed": seed, "what": run.violations }));
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
