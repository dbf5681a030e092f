//! The PCs of a large clinic were apart for a day, and all come back in the same moment.

use std::sync::Barrier;
use std::sync::Mutex;
use std::time::Instant as Watch;

use neem_core::scheduling::{self, NewWalkIn};
use neem_core::sync::engine::{self, SyncProgress, SyncStep};

use super::support::{self, HubHouse, Pc, Seeded};
use super::{data, milliseconds, percentile, report, size};

/// Walk-ins that each PC books while it is apart.
const WALK_INS: usize = 20;
/// Everybody has everything after the second; a third is for what came in between.
const ROUNDS: usize = 4;

pub fn measure() {
    let count = size("NEEM_BENCH_PCS", 200);
    let hub = HubHouse::open();
    let (first, staff) = support::first_pc(&hub);
    let patients = data::patients(&first, staff.admin, 500, &mut Seeded::new(42));
    first.sync();
    let tenant = first.db.device().expect("a device").tenant;
    let mut pcs: Vec<Pc> = (1..count).map(|number| support::join(&hub, tenant, &format!("PC {number}"))).collect();
    pcs.push(first);
    let before = hub.count("SELECT count(*) FROM commits");
    for (number, pc) in pcs.iter().enumerate() {
        for turn in 0..WALK_INS {
            let patient_id = patients[(number * WALK_INS + turn) % patients.len()];
            let walk_in =
                NewWalkIn { clinic_id: staff.site, patient_id, provider_id: staff.provider, reason: "Fever".into() };
            pc.write(staff.desk, |tx| scheduling::book_walk_in(tx, &walk_in)).expect("books");
        }
    }
    let waiting: i64 = pcs.iter().map(|pc| i64::from(pc.read(engine::waiting))).sum();

    let begin = Barrier::new(pcs.len());
    let settled = Watch::now();
    let (mut sent, mut synced): (Vec<f64>, Vec<f64>) = std::thread::scope(|scope| {
        let begin = &begin;
        let all: Vec<_> = pcs
            .iter()
            .map(|pc| {
                scope.spawn(move || {
                    let client = pc.client();
                    begin.wait();
                    let watch = Watch::now();
                    let sent = Mutex::new(None);
                    let note = |progress: SyncProgress| {
                        // All of its own has been acknowledged when it begins to fetch.
                        if progress.step == SyncStep::Fetching {
                            sent.lock().expect("no panic").get_or_insert_with(|| milliseconds(watch.elapsed()));
                        }
                    };
                    pc.wait(engine::sync(&pc.db, &client, &note)).expect("syncs");
                    (sent.into_inner().expect("no panic").expect("fetched"), milliseconds(watch.elapsed()))
                })
            })
            .collect();
        all.into_iter().map(|one| one.join().expect("joins")).unzip()
    });
    let on =
        format!("{count} PCs with {WALK_INS} walk-ins each ({waiting} commits) begin to sync at once; one hub, SQLite");
    let last = percentile(&mut sent, 1.0);
    report("day_end_taken_commits_per_s", waiting as f64 / last * 1000.0, "commits/s", &on);
    for (name, samples) in [("day_end_sent", &mut sent), ("day_end_synced", &mut synced)] {
        report(&format!("{name}_p50"), percentile(samples, 0.5), "ms", &on);
        report(&format!("{name}_p99"), percentile(samples, 0.99), "ms", &on);
    }

    let proved = || {
        let digest = hub.digest(tenant).short();
        let reports = std::thread::scope(|scope| {
            let all: Vec<_> = pcs.iter().map(|pc| scope.spawn(|| pc.try_sync().expect("syncs"))).collect();
            all.into_iter().map(|one| one.join().expect("joins")).collect::<Vec<_>>()
        });
        reports.iter().all(|report| report.identical && report.digest == digest)
    };
    assert!((0..ROUNDS).any(|_| proved()), "all PCs and the hub are the same");
    assert_eq!(hub.count("SELECT count(*) FROM commits") - before, waiting, "nothing is lost");
    assert_eq!(hub.count("SELECT count(*) FROM quarantine"), 0);
    report(
        "day_end_settled",
        settled.elapsed().as_secs_f64(),
        "s",
        &format!("{on}; until all have everything, proved"),
    );
}
