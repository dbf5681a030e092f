//! Commits of a PC that has its key and follows no rule: the hub takes them, merges them or sets them
//! aside, and another PC ends with the same.
#![no_main]

use std::sync::OnceLock;

use arbitrary::Unstructured;
use libfuzzer_sys::fuzz_target;
use neem_core::Code;
use neem_core::ids::Instant;
use neem_core::page::PageRequest;
use neem_core::scheduling::{self, Whose};
use neem_core::sync::commit::{self, Origin, Sealed, SigningKey};
use neem_core::sync::protocol::{HelloRequest, HubApi, Push};
use neem_core::sync::snapshot::Far;
use neem_core::sync::{Table, engine, history};
use neem_core::{Db, audit, patients};
use neem_fuzz::line::{Line, at_once};
use neem_fuzz::structured::Shapes;
use neem_fuzz::world::{self, BEHIND, FIRST, NOW, Running, World, today};
use neem_hub::push;

/// The PC that pushes, as the hub knows it at the beginning.
struct Author {
    origin: Origin,
    key: SigningKey,
    seq: u64,
    hash: Vec<u8>,
    shapes: Shapes,
}

static AUTHOR: OnceLock<Author> = OnceLock::new();

fn author() -> Author {
    let world = World::get();
    let running = world.hub();
    let db = world.pc(BEHIND);
    let (device, key) = db.read(engine::credentials).expect("credentials");
    let line = Line::new(&running.router, Vec::new());
    let greeting = HelloRequest { incarnation: 1, at: None, heads: false, last: 0 };
    let hello = at_once(world::client(&db, &line).hello(greeting)).expect("ends").expect("is let in");
    let shapes = world.pc(FIRST).read(Shapes::read).expect("reads");
    let origin = Origin { device, incarnation: 1 };
    Author { origin, key, seq: hello.your_seq, hash: hello.your_hash, shapes }
}

/// What another PC's screens ask after it has fetched what was pushed.
fn looked_at(db: &Db) {
    let world = World::get();
    let page = PageRequest { offset: 0, limit: 50 };
    let (site, doctor) = (world.staff.site, world.staff.doctor.1);
    db.read(|conn| {
        let _ = patients::search(conn, "", today());
        let _ = patients::search(conn, "sunita", today());
        let _ = patients::history(conn, world.staff.patient);
        let _ = patients::visits(conn, world.staff.patient);
        let _ = scheduling::today(conn, site, NOW);
        let _ = scheduling::board(conn, site, NOW);
        let _ = scheduling::calendar(conn, site, Some(today()), 7, None, NOW);
        let _ = scheduling::day_list(conn, site, today(), None);
        let _ = scheduling::walk_ins(conn, page);
        let _ = scheduling::bookings_of_patient(conn, world.staff.patient, page);
        let _ = scheduling::double_bookings(conn, today(), NOW);
        let _ = scheduling::stranded(conn, Whose::Site(site), NOW);
        let _ = scheduling::templates(conn, doctor);
        let _ = scheduling::slots(conn, doctor, NOW, Instant(NOW.0 + 86_400_000));
        let _ = audit::verify_log(conn);
        for table in Table::ALL {
            let _ = history::history(conn, *table, world.staff.patient.0);
        }
        Ok(())
    })
    .expect("reads");
    let _ = scheduling::materialise(db, today(), today().plus_days(14));
}

fn bodies(data: &[u8], author: &Author) -> Vec<Vec<u8>> {
    let Some((how, bytes)) = data.split_first() else { return Vec::new() };
    if how % 4 == 0 {
        return vec![bytes.to_vec()];
    }
    let mut left = Unstructured::new(bytes);
    let mut found = Vec::new();
    while found.len() < 4
        && !left.is_empty()
        && let Ok(body) = author.shapes.body(&mut left)
    {
        found.extend(body.encode());
    }
    found
}

fn pushed(running: &Running, token: &str, author: &Author, bodies: Vec<Vec<u8>>) -> bool {
    let (mut commits, mut hash, mut seq) = (Vec::new(), author.hash.clone(), author.seq);
    for body in bodies {
        seq += 1;
        let link = commit::chain_hash(&hash, author.origin, seq, &body);
        let signature = commit::sign(&author.key, &link);
        commits.push(Sealed { seq, signature: signature.into(), body: body.into() });
        hash = link.to_vec();
    }
    let Origin { device, incarnation } = author.origin;
    let hlcs = commits.iter().map(|_| i64::MAX).collect();
    let plain = rmp_serde::to_vec(&Push { device, incarnation, commits, hlcs }).expect("encodes");
    match push::push(&running.hub, token, &plain) {
        Ok(_) => true,
        Err(refusal) => {
            assert_ne!(refusal.code, Code::Internal, "{refusal}");
            false
        }
    }
}

thread_local! {
    static STAGE: std::cell::RefCell<Option<(Running, Db, String)>> = const { std::cell::RefCell::new(None) };
}

fuzz_target!(|data: &[u8]| {
    let author = AUTHOR.get_or_init(author);
    let bodies = bodies(data, author);
    if bodies.is_empty() {
        return;
    }
    STAGE.with_borrow_mut(|stage| {
        let (running, db, token) = stage.get_or_insert_with(|| {
            let world = World::get();
            let running = world.hub();
            let token = world::token(&running, &world.pc(BEHIND));
            let db = world.pc(FIRST);
            (running, db, token)
        });
        // A refused push has left nothing.
        if pushed(running, token, author, bodies) {
            world::sync(running, db, Far::default());
            looked_at(db);
            *stage = None;
        }
    });
});
