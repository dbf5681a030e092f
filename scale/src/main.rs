//! `neem-scale`: makes a believable clinic of any size in a folder.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use neem_core::LocalDate;
use neem_core::clock::{Clock, SystemClock};
use neem_scale::{MANAGER, Options, PASSWORD, generate};

#[derive(Parser)]
#[command(
    name = "neem-scale",
    version,
    about = "Makes a believable clinic of any size: the same seed, the same clinic"
)]
struct Cli {
    #[arg(long, default_value_t = 100_000)]
    patients: usize,
    #[arg(long, default_value_t = 1_000_000)]
    appointments: usize,
    #[arg(long, default_value_t = 100)]
    clinics: usize,
    #[arg(long, default_value_t = 200)]
    providers: usize,
    /// All logins, the manager and the providers among them.
    #[arg(long, default_value_t = 500)]
    users: usize,
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// The day that is today at the clinic, as 2026-11-20.
    #[arg(long)]
    day: Option<chrono::NaiveDate>,
    /// The folder for `neem.db`; made if it is not there.
    #[arg(long)]
    out: PathBuf,
    /// Where the database's key goes, as hex; without it, beside the database.
    #[arg(long)]
    key_file: Option<PathBuf>,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let today = || SystemClock.now().day(chrono_tz::Asia::Kolkata);
    let options = Options {
        patients: cli.patients,
        appointments: cli.appointments,
        clinics: cli.clinics,
        providers: cli.providers,
        users: cli.users,
        seed: cli.seed,
        day: cli.day.map_or_else(today, LocalDate),
    };
    let key_file = cli.key_file.unwrap_or_else(|| cli.out.join("key.hex"));
    let made =
        std::fs::create_dir_all(&cli.out).map_err(Into::into).and_then(|()| generate(&options, &cli.out, &key_file));
    let summary = match made {
        Ok(summary) => summary,
        Err(error) => {
            eprintln!("neem-scale: {error}");
            return ExitCode::FAILURE;
        }
    };
    for (table, rows) in &summary.rows {
        println!("{rows:>9} {}", table.name());
    }
    println!("{:>9} prescriptions, issued one by one", summary.prescriptions);
    let mut all = 0.0;
    for (name, took) in &summary.steps {
        all += took.as_secs_f64();
        println!("{:>8.1} s {name}", took.as_secs_f64());
    }
    println!("{all:>8.1} s in all, {:.1} s of them in bulk inserts", summary.writing.as_secs_f64());
    println!("{:.0} MB, {}", summary.bytes as f64 / 1e6, summary.database.display());
    println!("day {}, key in {}", options.day, key_file.display());
    println!("login {MANAGER}, password {PASSWORD:?}");
    let (record, visits) = &summary.faithful;
    println!("patient {record} has {visits} visits");
    if summary.overlaps > 0 {
        eprintln!("neem-scale: {} appointments overlap", summary.overlaps);
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
