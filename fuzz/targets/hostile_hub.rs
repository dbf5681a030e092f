//! A sync in which somebody answers in the hub's place, once or twice: whatever is said, the PC keeps what
//! it has written, and comes to terms with its own hub afterwards.
#![no_main]

use libfuzzer_sys::fuzz_target;
use neem_core::Db;
use neem_core::sync::commit::Body;
use neem_core::sync::engine;
use neem_core::sync::snapshot::Far;
use neem_fuzz::line::{Line, Swap, at_once};
use neem_fuzz::world::{self, BEHIND, NEW, World};

/// What the PC's own commits say, without where they stand: a hub can say that the PC must begin a new
/// life, which numbers and signs them anew.
fn own(db: &Db, which: &str) -> Vec<String> {
    let sql =
        format!("SELECT body FROM commits WHERE device = (SELECT device_id FROM this_device) AND {which} ORDER BY id");
    let bodies = db.read(|conn| {
        let mut statement = conn.prepare(&sql)?;
        let bodies: Vec<Vec<u8>> = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        Ok(bodies)
    });
    let bodies = bodies.expect("reads").into_iter().filter_map(|body| Body::decode(&body).ok());
    bodies.map(|body| format!("{} {:?}", body.action, body.inserts)).collect()
}

fn swap(at: u8, status: u8, plain: &[u8]) -> Swap {
    let status = *[401, 403, 409, 422, 429, 500, 503].get(status as usize).unwrap_or(&200);
    let packed = if at & 0x80 != 0 { plain.to_vec() } else { zstd::bulk::compress(plain, 1).expect("packs") };
    Swap { at: (at & 0x1f) as usize, status, packed }
}

fuzz_target!(|data: &[u8]| {
    let [who, at, status, bytes @ ..] = data else { return };
    let world = World::get();
    let mut swaps = Vec::new();
    // A second answer stands behind a mark.
    let second = bytes.windows(4).position(|mark| mark == b"\xff\xfeNX");
    match second {
        Some(mark) => {
            swaps.push(swap(*at, *status, &bytes[..mark]));
            if let [at, status, rest @ ..] = &bytes[mark + 4..] {
                swaps.push(swap(*at, *status, rest));
            }
        }
        None => swaps.push(swap(*at, *status, bytes)),
    }
    let running = world.hub();
    let (which, far) = match who % 4 {
        0 => (BEHIND, Far::default()),
        1 => (BEHIND, Far { new: 0, behind: 0 }),
        2 => (NEW, Far::default()),
        _ => (NEW, Far { new: 0, behind: 0 }),
    };
    let db = world.pc(which);
    let mine = own(&db, "hub_seq IS NULL");
    let line = Line::new(&running.router, swaps);
    let client = world::client(&db, &line);
    let hostile = at_once(engine::sync_or_take_over(&db, &client, &|_| {}, far)).expect("a sync that never ends");
    neem_fuzz::sound(hostile);
    let there = own(&db, "true");
    assert!(mine.iter().all(|commit| there.contains(commit)), "a commit of this PC is lost");
});
