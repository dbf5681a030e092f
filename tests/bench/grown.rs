//! One changed row there and back, in a clinic that holds very much and in one that holds little.

use std::time::Instant as Watch;

use neem_core::sync::http::HttpHub;
use rusqlite::params;
use uuid::Uuid;

use super::support::{Clinic, Seeded};
use super::{data, milliseconds, percentile, report, size};

const SMALL: usize = 10_000;
const TURNS: usize = 100;

struct Side {
    clinic: Clinic,
    ids: Vec<Uuid>,
    desk: HttpHub,
    room: HttpHub,
    samples: Vec<f64>,
}

impl Side {
    fn of(rows: usize) -> Side {
        let clinic = Clinic::open();
        let mut seed = Seeded::new(42);
        let patients = data::patients(&clinic.desk, clinic.staff.admin, 5_000.min(rows), &mut seed);
        let ids = data::appointments(&clinic.desk, &clinic.staff, &patients, rows, &mut seed);
        clinic.settle();
        let (desk, room) = (clinic.desk.client(), clinic.room.client());
        Side { clinic, ids, desk, room, samples: Vec::new() }
    }

    /// Writes here, sends, fetches there; both are proved identical to the hub.
    fn turn(&mut self, turn: usize, seed: &mut Seeded) {
        let id = self.ids[seed.below(self.ids.len())];
        let Clinic { desk, room, staff, .. } = &self.clinic;
        let watch = Watch::now();
        let change = "UPDATE appointments SET notes = ?1, updated_at = ?2 WHERE id = ?3";
        desk.write(staff.desk, |tx| Ok(tx.execute(change, params![format!("turn {turn}"), tx.now, id])?))
            .expect("writes");
        assert!(desk.sync_through(&self.desk).expect("syncs").identical);
        assert!(room.sync_through(&self.room).expect("syncs").identical);
        self.samples.push(milliseconds(watch.elapsed()));
    }
}

pub fn measure() {
    let large = size("NEEM_BENCH_GROWN", 1_000_000);
    let mut seed = Seeded::new(7);
    let mut sides = [(SMALL, Side::of(SMALL)), (large, Side::of(large))];
    // Turn by turn, so that whatever else the machine does falls on both.
    for turn in 0..TURNS {
        sides.iter_mut().for_each(|(_, side)| side.turn(turn, &mut seed));
    }
    let mut medians = Vec::new();
    for (rows, side) in &mut sides {
        let on =
            format!("{rows} appointments; one changed and synced to the other PC over open connections, {TURNS} times");
        medians.push(percentile(&mut side.samples, 0.5));
        report(&format!("grown_{rows}_round_trip_p50"), medians[medians.len() - 1], "ms", &on);
        report(&format!("grown_{rows}_round_trip_p95"), percentile(&mut side.samples, 0.95), "ms", &on);
    }
    let on = format!("{large} appointments against {SMALL}, turn by turn in one run");
    report("grown_round_trip_over_small_p50", medians[1] / medians[0], "times", &on);
}
