//! Several hubs on one PostgreSQL: PCs on either are one clinic, and a database that goes away, comes
//! back or is restored loses nothing.

mod support;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant as Watch};

use neem_core::Code;
use neem_core::sync::commit::{self, Body, GENESIS, Inserts, Origin, SCHEMA, Sealed, SigningKey};
use neem_core::sync::engine;
use neem_core::sync::protocol::{EnrolRequest, PROTOCOL, PullReply, PullRequest, Push, TokenRequest};
use neem_core::sync::value::Value;
use neem_hub::enrol::{self, For};
use neem_hub::{Hub, auth, backup, pull, push};
use support::postgres::{self, Cluster};
use support::{Backing, Clinic, HubHouse, Pc, first_pc, join};
use uuid::Uuid;

/// Long enough for the slowest machine, and shorter than the question for news that would hide a loss.
const BOUND: Duration = Duration::from_secs(15);

/// Asks until it is so.
fn until(what: &str, so: impl Fn() -> bool) {
    let watch = Watch::now();
    while !so() {
        assert!(watch.elapsed() < Duration::from_secs(60), "{what} does not come");
        std::thread::yield_now();
    }
}

fn epoch(house: &HubHouse) -> Uuid {
    house.hub().store().read().expect("reads").epoch()
}

/// What a PC of the clinic hears at a hub that believes that nothing is new: only being told wakes it.
fn told(house: &HubHouse, (epoch, tenant): (Uuid, Uuid), after: i64, meanwhile: impl FnOnce()) -> (i64, Duration) {
    let hub = house.hub();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    std::thread::scope(|threads| {
        let waiting = threads.spawn(|| {
            let heard = runtime.block_on(hub.news.wait(epoch, tenant, after, async { Ok(after) }));
            (heard.expect("an answer"), Watch::now())
        });
        until("the question", || hub.news.waited_for(epoch).contains(&tenant));
        let watch = Watch::now();
        meanwhile();
        let (heard, at) = waiting.join().expect("ends");
        (heard, at.duration_since(watch))
    })
}

fn names(pc: &Pc) -> Vec<String> {
    pc.read(|conn| {
        let mut statement = conn.prepare("SELECT full_name FROM patients ORDER BY full_name")?;
        Ok(statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
    })
}

#[test]
fn pcs_on_two_hubs_of_one_database_see_each_other_at_once() {
    let north = HubHouse::on(Backing::Postgres);
    let (desk, staff) = first_pc(&north);
    let south = north.beside();
    assert_eq!(north.hub().store().id(), south.hub().store().id());
    let tenant = desk.db.device().expect("a device").tenant;
    let room = join(&south, tenant, "Room 2");
    for (turn, (from, other, at)) in [(&desk, &room, &south), (&room, &desk, &north)].into_iter().enumerate() {
        desk.sync();
        room.sync();
        let after = other.read(engine::link).expect("connected").pulled;
        let head = north.hub().store().read().expect("reads").head(tenant.0).expect("a head");
        assert!(after <= head);
        let (heard, waited) = told(at, (epoch(at), tenant.0), head, || {
            from.register(staff.desk, ["Sunita Deshpande", "Grace Otieno"][turn]);
            from.sync();
        });
        assert!(heard > head && waited < BOUND, "{heard} after {waited:?}");
        other.sync();
        assert_eq!(names(other).len(), turn + 1);
    }
    // A PC that is put out at one hub is out at the other.
    let (device, _) = room.db.read(engine::credentials).expect("credentials");
    north.revoke(tenant, device);
    assert_eq!(room.try_sync().expect_err("out").code(), Code::DeviceRevoked);
}

/// A PC that writes as fast as it can, without a database of its own.
struct Writer {
    origin: Origin,
    key: SigningKey,
    token: String,
    seq: u64,
    hash: [u8; 32],
}

fn writer(hub: &Hub, tenant: Option<Uuid>, number: u128) -> Writer {
    let key = SigningKey::from_bytes(&[number as u8 + 1; 32]);
    let device = Uuid::from_u128(number + 1);
    let purpose = tenant.map_or(For::NewClinic, For::Tenant);
    let request = EnrolRequest {
        protocol: PROTOCOL,
        code: enrol::new_code(hub, purpose).expect("a code").code,
        device,
        public_key: key.verifying_key().to_bytes().to_vec(),
        name: "PC".into(),
        tenant: Some(CLINIC),
        lane: None,
        app_version: "1".into(),
    };
    enrol::enrol(hub, &request).expect("enrols");
    let challenge = auth::challenge(hub).challenge;
    let signature = ed25519_dalek::Signer::sign(&key, challenge.as_bytes()).to_bytes().to_vec();
    let token = auth::token(hub, &TokenRequest { device, challenge, signature, app_version: "1".into() });
    let origin = Origin { device, incarnation: 1 };
    Writer { origin, key, token: token.expect("a token").token, seq: 0, hash: GENESIS }
}

const CLINIC: Uuid = Uuid::from_u128(0xc11c);

impl Writer {
    fn write(&mut self, hub: &Hub, commits: usize) {
        let commits: Vec<Sealed<'_>> = (0..commits)
            .map(|_| {
                self.seq += 1;
                let id = Uuid::from_u64_pair(self.origin.device.as_u64_pair().1, self.seq);
                let blob = |id: Uuid| Value::Blob(id.as_bytes().to_vec());
                let (table, columns) = ("made_tomorrow".to_owned(), vec!["id".to_owned(), "tenant_id".to_owned()]);
                let inserts = vec![Inserts { table, columns, rows: vec![vec![blob(id), blob(CLINIC)]] }];
                let action = "test".to_owned();
                let body = Body { schema: SCHEMA, hlc: 1, at: 1, user: None, action, inserts, updates: vec![] };
                let body = body.encode().expect("encodes");
                self.hash = commit::chain_hash(&self.hash, self.origin, self.seq, &body);
                Sealed { seq: self.seq, signature: commit::sign(&self.key, &self.hash).into(), body: body.into() }
            })
            .collect();
        let hlcs = vec![i64::MAX; commits.len()];
        let push = Push { device: self.origin.device, incarnation: 1, commits, hlcs };
        let plain = rmp_serde::to_vec(&push).expect("encodes");
        assert_eq!(push::push(hub, &self.token, &plain).expect("takes it in").your_seq, self.seq);
    }
}

/// Sequences and the snapshots of transactions both hand out numbers before the rows behind them can be
/// read; who follows such a cursor passes over rows that appear behind it.
#[test]
fn who_follows_the_cursor_while_many_write_through_two_hubs_misses_nothing() {
    const WRITERS: usize = 8;
    const PUSHES: usize = 30;
    const COMMITS: usize = 3;
    let north = HubHouse::on(Backing::Postgres);
    let south = north.beside();
    let hubs = [north.hub(), south.hub()];
    let mut writers = vec![writer(hubs[0], None, 0)];
    writers.extend((1..WRITERS).map(|number| writer(hubs[number % 2], Some(CLINIC), number as u128)));
    let readers = [0, 1].map(|at| (hubs[at], writer(hubs[at], Some(CLINIC), (WRITERS + at) as u128)));
    let all = WRITERS * PUSHES * COMMITS;
    let writing = AtomicUsize::new(WRITERS);
    std::thread::scope(|threads| {
        for (number, writer) in writers.iter_mut().enumerate() {
            let (hub, writing) = (hubs[number % 2], &writing);
            threads.spawn(move || {
                for _ in 0..PUSHES {
                    writer.write(hub, COMMITS);
                }
                writing.fetch_sub(1, Ordering::SeqCst);
            });
        }
        for (hub, reader) in readers {
            let writing = &writing;
            threads.spawn(move || {
                let device = auth::device(hub, &reader.token, false).expect("is in");
                let mut cursor = 0;
                let mut seen: BTreeMap<i64, (Uuid, u64)> = BTreeMap::new();
                loop {
                    let done = writing.load(Ordering::SeqCst) == 0;
                    let plain =
                        pull::pull(hub, device, &PullRequest { after: cursor, incarnation: 1 }).expect("a page");
                    let page: PullReply<'_> = rmp_serde::from_slice(&plain).expect("reads");
                    for pulled in &page.commits {
                        let before = seen.insert(pulled.hub_seq, (pulled.device, pulled.sealed.seq));
                        assert!(pulled.hub_seq > cursor && before.is_none());
                    }
                    assert!(page.cursor >= cursor);
                    cursor = page.cursor;
                    if done && page.commits.is_empty() {
                        break;
                    }
                }
                assert_eq!((seen.len(), cursor), (all, all as i64));
                assert!(seen.keys().copied().eq(1..=all as i64));
                let mut last: BTreeMap<Uuid, u64> = BTreeMap::new();
                for (device, seq) in seen.values() {
                    let before = last.insert(*device, *seq).unwrap_or(0);
                    assert_eq!(*seq, before + 1, "an origin's commits are in its order");
                }
            });
        }
    });
    let digest = north.digest(neem_core::ids::TenantId(CLINIC));
    assert_eq!(digest.tables["made_tomorrow"].1, all as u64);
    assert_eq!(digest, south.digest(neem_core::ids::TenantId(CLINIC)));
}

#[test]
fn a_push_that_is_in_anothers_way_is_done_all_the_same() {
    let clinic = Clinic::at(HubHouse::on(Backing::Postgres));
    let url = clinic.hub.database.clone().expect("a database");
    let (device, _) = clinic.desk.db.read(engine::credentials).expect("credentials");
    let mut other = postgres::client(&url);
    let mut watching = postgres::client(&url);
    clinic.desk.register(clinic.staff.desk, "Sunita Deshpande");
    std::thread::scope(|threads| {
        let mut tx = other.transaction().expect("begins");
        // The push takes the tenant and then the PC's entry; this takes them the other way round. Of the
        // two, the one that has waited longer finds out: the push.
        tx.execute("SELECT 1 FROM devices WHERE id = $1 FOR UPDATE", &[&device]).expect("holds the entry");
        let pushing = threads.spawn(|| clinic.desk.try_sync());
        let waits = "SELECT count(*) FROM pg_stat_activity
                     WHERE datname = current_database() AND wait_event_type = 'Lock' AND application_name = 'neem-hub'";
        let mut waiting = || watching.query_one(waits, &[]).expect("counts").get::<_, i64>(0) > 0;
        let watch = Watch::now();
        while !waiting() {
            assert!(watch.elapsed() < Duration::from_secs(60), "the push does not come");
        }
        tx.execute("UPDATE tenants SET created_at = 7", &[]).expect("gets the tenant");
        tx.commit().expect("commits");
        assert!(pushing.join().expect("ends").expect("syncs").identical);
    });
    assert_eq!(clinic.hub.count("SELECT created_at FROM tenants"), 7);
    clinic.settle();
}

#[test]
fn a_database_that_goes_away_and_comes_back_loses_nothing() {
    let cluster = Cluster::begin();
    let clinic = Clinic::at(HubHouse::at(cluster.database()));
    let tenant = clinic.tenant().0;
    clinic.desk.register(clinic.staff.desk, "Sunita Deshpande");
    clinic.desk.sync();
    let (head, before) = (clinic.hub.count("SELECT hub_seq FROM tenants"), clinic.hub.digest(clinic.tenant()));
    let south = clinic.hub.beside();
    let life = epoch(&south);
    cluster.stop();
    clinic.desk.register(clinic.staff.desk, "Grace Otieno");
    for _ in 0..5 {
        assert_eq!(clinic.desk.try_sync().expect_err("no database").code(), Code::HubUnreachable);
    }
    // Who waits at a hub that has lost the database is told of a push through the other, once it is back.
    let (heard, _) = told(&south, (life, tenant), head, || {
        cluster.start();
        assert_eq!(clinic.hub.count("SELECT hub_seq FROM tenants"), head);
        until("the database", || clinic.desk.try_sync().is_ok());
    });
    assert!(heard > head);
    clinic.settle();
    assert_eq!(names(&clinic.room), ["Grace Otieno", "Sunita Deshpande"]);
    assert_ne!(before, clinic.hub.digest(clinic.tenant()));
}

#[test]
fn a_database_restored_from_last_nights_dump_is_filled_again_by_its_pcs() {
    let Clinic { mut hub, desk, room, staff } = Clinic::at(HubHouse::on(Backing::Postgres));
    desk.register(staff.desk, "Vikram Rao");
    desk.sync();
    let cluster = postgres::cluster();
    let night = cluster.dump(hub.database.as_deref().expect("a database"));
    for (pc, name) in [(&desk, "Sunita Deshpande"), (&room, "Aarti Menon"), (&desk, "Grace Otieno")] {
        pc.register(staff.desk, name);
        pc.sync();
    }
    desk.sync();
    room.sync();
    hub.stop();
    let restored = cluster.database();
    cluster.restore(&night, &restored);
    hub.database = Some(restored);
    hub.start();
    // What `neem-hub new-epoch` does, here while the hub serves.
    let before = epoch(&hub);
    assert_eq!(backup::new_epoch(hub.hub()).expect("a new epoch"), epoch(&hub));
    assert_ne!(before, epoch(&hub));
    room.register(staff.desk, "Omar Qasim");
    room.sync();
    desk.sync();
    room.sync();
    assert_eq!(names(&desk), ["Aarti Menon", "Grace Otieno", "Omar Qasim", "Sunita Deshpande", "Vikram Rao"]);
    assert_eq!(names(&desk), names(&room));
    let tenant = desk.db.device().expect("a device").tenant;
    assert_eq!(hub.digest(tenant).short(), desk.sync().digest);
    assert_eq!(hub.count("SELECT count(*) FROM quarantine"), 0);
}
