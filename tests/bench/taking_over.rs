//! A new PC takes the records of a clinic over.

use std::time::Instant as Watch;

use neem_core::sync::engine;
use neem_core::sync::snapshot::Far;
use neem_hub::enrol::For;

use super::support::{Clinic, Pc, Seeded};
use super::{data, report, size};

/// What this process, or this thread of it, has had of the processors, in seconds.
fn processor(of: &str) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{of}/stat")).unwrap_or_default();
    // Behind the name, which may hold anything: user and system time are the 12th and 13th, in hundredths.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

pub fn measure() {
    let count = size("NEEM_BENCH_ROWS", 50_000);
    let clinic = Clinic::open();
    let mut seed = Seeded::new(42);
    let patients = data::patients(&clinic.desk, clinic.staff.admin, 5_000.min(count), &mut seed);
    data::appointments(&clinic.desk, &clinic.staff, &patients, count, &mut seed);
    clinic.settle();
    let pc = Pc::empty();
    pc.enrol(&clinic.hub, &clinic.hub.code(For::Tenant(clinic.tenant().0)), "Room 3").expect("enrols");
    let (hub, far) = (pc.client(), Far { new: 0, behind: 0 });
    let (watch, both, mine) = (Watch::now(), processor("self"), processor("thread-self"));
    pc.wait(engine::join(&pc.db, &hub, far)).expect("joins");
    let first = watch.elapsed();
    // Until the records are here and nothing but the older log is missing.
    let (rows, took, cpu, own) = {
        let reached = std::cell::Cell::new(None);
        let progress = |now: engine::SyncProgress| {
            if now.step == engine::SyncStep::Comparing && reached.get().is_none() {
                let cpu = (processor("self") - both, processor("thread-self") - mine);
                reached.set(Some((now.to_take_over, watch.elapsed(), cpu.0, cpu.1)));
            }
        };
        let ended = pc.wait(engine::sync_or_take_over(&pc.db, &hub, &progress, far)).expect("syncs");
        assert!(ended.identical && ended.repaired == 0, "{ended:?}");
        reached.get().expect("compared")
    };
    let rows = f64::from(rows);
    let on = format!("{count} appointments and {} patients, encrypted; hub and PC on one machine", patients.len());
    report("snapshot_rows_per_s", rows / took.as_secs_f64(), "rows/s", &format!("{on}; proved equal at the end"));
    report("snapshot_cpu_per_row", cpu / rows * 1e6, "us", &format!("{on}; processor time of both"));
    report("snapshot_pc_cpu_per_row", own / rows * 1e6, "us", &format!("{on}; processor time of the PC's thread"));
    report("snapshot_first_part", first.as_secs_f64() * 1e3, "ms", &format!("{on}; until today can begin"));
    report("snapshot_whole", watch.elapsed().as_secs_f64() * 1e3, "ms", &format!("{on}; the older log as well"));
}
