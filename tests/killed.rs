//! A PC or the hub is killed (kill -9) between any two steps of a write or of a sync: nothing that was
//! confirmed is lost. Only the process dies here; what a power cut takes is the disk's promise.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use neem_core::ids::{ClinicId, ProviderId, UserId};
use neem_core::keys::DatabaseKey;
use neem_core::scheduling::{self, NewWalkIn};
use neem_core::sync::commit::{self, Body, GENESIS, Origin};
use neem_core::sync::digest::Delta;
use neem_core::sync::engine::{self, SyncProgress, SyncStep};
use neem_core::sync::log::{Author, TableInfo};
use neem_core::sync::protocol::{HelloRequest, HubApi};
use neem_core::sync::{Table, fit};
use neem_core::{Actor, Db, patients};
use rusqlite::Connection;
use support::{HubHouse, Pc, Seeded, first_pc, join, open, patient};
use uuid::Uuid;

const ROUNDS: usize = 12;
const HUB_ROUNDS: usize = 10;
/// In each clinic of the long run: so few that its log stays quick to check.
const LONG_ROUNDS: usize = 12;
/// No child is silent for so long unless it hangs.
const SILENCE: Duration = Duration::from_secs(60);
/// What the child says before it is killed some milliseconds later: spreads kills over the steps.
const AIMS: [&str; 6] = ["booked", "at Connecting", "at Sending", "booked", "at Fetching", "at Comparing"];
const DIR: &str = "NEEM_KILLED_DIR";
const KEY: &str = "NEEM_KILLED_KEY";
const LISTEN: &str = "NEEM_KILLED_LISTEN";

/// This test's own binary as another process, running one of the children below; each ends by
/// itself once its pipes are closed, so a failed test leaves nothing behind.
struct Victim {
    process: Child,
    lines: mpsc::Receiver<String>,
}

impl Victim {
    fn start(child: &str, errand: &[(&str, String)]) -> Victim {
        let mut command = Command::new(std::env::current_exe().expect("this binary"));
        command.args(["--exact", child, "--nocapture", "--ignored"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        // What a killed process leaves behind goes with the test's own folder.
        command.envs(errand.iter().map(|(name, value)| (name, value))).env("TMPDIR", &errand[0].1);
        let mut process = command.spawn().expect("starts");
        let output = BufReader::new(process.stdout.take().expect("its output"));
        let (tell, lines) = mpsc::channel();
        // A thread, because reading a pipe has no time limit.
        std::thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| tell.send(line)));
        Victim { process, lines }
    }

    fn line(&self) -> String {
        self.lines.recv_timeout(SILENCE).expect("the child goes on; its own words are above")
    }

    /// SIGKILL, and what was still in the pipe: said before the end, hence confirmed too.
    fn kill(mut self) -> Vec<String> {
        self.process.kill().and_then(|()| self.process.wait()).expect("kills");
        self.lines.iter().collect()
    }
}

#[test]
#[ignore = "not a test: the PC that is killed"]
fn child_writes_until_it_is_killed() {
    let (Ok(dir), Ok(key)) = (std::env::var(DIR), std::env::var(KEY)) else { return };
    let (mut pc, key) = (Pc::empty(), DatabaseKey::from_hex(&key).expect("a key"));
    pc.db = open(&Path::new(&dir).join("neem.db"), &key, &pc.clock).expect("opens");
    let people = pc.read(people);
    // The harness has begun a line of its own. Each of these goes out at once and in one piece.
    println!();
    for turn in 1.. {
        let number = book(&pc.db, people);
        println!("booked {number}");
        if turn % 4 == 0 {
            println!("{}", edit(&pc.db, people, &number));
        }
        if turn % 8 == 0 {
            let tell = |progress: SyncProgress| println!("at {:?}", progress.step);
            assert!(pc.wait(engine::sync(&pc.db, &pc.client(), &tell)).expect("syncs").identical);
            println!("synced {}", pc.read(Author::read).seq);
        }
    }
}

#[test]
#[ignore = "not a test: the hub that is killed"]
fn child_serves_until_it_is_killed() {
    let (Ok(dir), Ok(listen)) = (std::env::var(DIR), std::env::var(LISTEN)) else { return };
    // What `neem-hub serve` does; its binary itself may not be built, or be an older one.
    let hub = Arc::new(neem_hub::serve::open(Path::new(&dir), None).expect("the hub opens"));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let bound = runtime.block_on(neem_hub::serve::bind(listen.parse().expect("an address")));
    runtime.spawn(neem_hub::serve::serve(hub, bound.expect("binds").0, std::future::pending()));
    println!("\nlistening");
    let _ = std::io::stdin().read(&mut [0]);
}

type People = (ClinicId, ProviderId, UserId);

/// Who works at the only site, as the first PC founded it.
fn people(conn: &Connection) -> neem_core::Result<People> {
    Ok(conn.query_row("SELECT c.id, p.id, u.id FROM clinics c, providers p, users u LIMIT 1", [], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?))
    })?)
}

/// A new patient and a place in the queue in one write: both or neither. Returns both numbers.
fn book(db: &Db, (clinic_id, provider_id, user): People) -> String {
    let today = db.now().day(chrono_tz::Asia::Kolkata);
    db.write(Actor::User(user), "test", |tx| {
        let hit = patients::register(tx, &patient("Sunita Deshpande"), today)?;
        let walk_in = NewWalkIn { clinic_id, patient_id: hit.id, provider_id, reason: "Cough".into() };
        Ok(format!("{} {}", hit.record_number, scheduling::book_walk_in(tx, &walk_in)?.number))
    })
    .expect("books")
}

/// Changes the patient, and a row that the other PC changes as well.
fn edit(db: &Db, (.., user): People, number: &str) -> String {
    let record = number.split(' ').next().expect("a record number");
    db.write(Actor::User(user), "test", |tx| {
        tx.execute("UPDATE patients SET city = 'Pune' WHERE record_number = ?1", [record])?;
        Ok(tx.execute("UPDATE patients SET address = ?1 WHERE record_number = 'A10001'", [tx.now.to_string()])?)
    })
    .expect("edits");
    format!("edited {record}")
}

/// Everything that was ever confirmed is there, each number once; returns all that is there.
fn check_confirmed(db: &Db, confirmed: &BTreeSet<String>) -> BTreeSet<String> {
    let there = "SELECT 'booked ' || record_number || printf(' %s-%03d', lane, number)
                 FROM patients JOIN queue_tickets ON patient_id = patients.id
                 UNION SELECT 'edited ' || record_number FROM patients WHERE city = 'Pune'";
    let there = BTreeSet::from_iter(texts(db, there));
    let lost: Vec<_> = confirmed.difference(&there).collect();
    assert!(lost.is_empty(), "lost: {lost:?}");
    let odd = "SELECT record_number FROM patients GROUP BY record_number HAVING count(*) > 1 UNION ALL
               SELECT lane || number FROM queue_tickets GROUP BY day, lane, number HAVING count(*) > 1 UNION ALL
               SELECT record_number FROM patients WHERE id NOT IN (SELECT patient_id FROM queue_tickets)";
    assert_eq!(texts(db, odd), Vec::<String>::new(), "numbers given out twice, or half a booking");
    there
}

fn texts(db: &Db, sql: &str) -> Vec<String> {
    db.read(|conn| Ok(conn.prepare(sql)?.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?))
        .expect("reads")
}

/// Makes a connection look at its full-text indexes anew. Their own part of the integrity check (SQLite
/// 3.53) goes by what the connection remembers, and reports segments that another one has merged away.
const FRESH_SEARCH: &str = "SELECT count(*) || '' FROM patient_search WHERE patient_search MATCH 'nobody' UNION ALL
                            SELECT count(*) || '' FROM provider_search WHERE provider_search MATCH 'nobody'";

/// The file is sound, the log is a whole chain that ends where this PC believes, the rows are those
/// of the log, and the sums are those of the rows.
fn check_store(db: &Db) {
    assert_eq!(texts(db, FRESH_SEARCH), ["0", "0"]);
    assert_eq!(texts(db, "PRAGMA integrity_check"), ["ok"]);
    assert_eq!(texts(db, "SELECT reason FROM quarantine"), Vec::<String>::new());
    let (mut sums, mut rows) = (Delta::default(), BTreeSet::new());
    db.read(|conn| {
        for table in Table::ALL {
            let info = TableInfo::read(conn, *table)?;
            let mut statement = conn.prepare(&format!("SELECT id FROM {}", table.name()))?;
            for id in statement.query_map([], |row| row.get::<_, Uuid>(0))? {
                let id = id?;
                let state = info.state(conn, id, info.values(conn, id)?.expect("the row"))?;
                sums.change(table.name(), id, None, state.hash(table.name(), id));
                rows.insert((table.name().to_owned(), id));
            }
        }
        assert!(check_log(conn)? == rows, "rows without a commit, or a commit without its rows");
        Ok(())
    })
    .expect("reads");
    // As SQLite shows the stored bytes, lowest first.
    let sums = sums.into_sorted().into_iter();
    let sums = sums.map(|((table, bucket), (sum, n))| format!("{table} {bucket} {:032X} {n}", sum.swap_bytes()));
    let stored = "SELECT concat_ws(' ', tbl, bucket, hex(sum), rows) FROM digests ORDER BY tbl, bucket";
    assert!(texts(db, stored).into_iter().eq(sums), "the digests are not those of the rows");
}

/// Every origin's chain from its first commit; returns the rows that the commits inserted.
fn check_log(conn: &Connection) -> neem_core::Result<BTreeSet<(String, Uuid)>> {
    let (mut heads, mut inserted) = (BTreeMap::<Origin, (u64, Vec<u8>)>::new(), BTreeSet::new());
    let mut statement = conn.prepare("SELECT * FROM commits ORDER BY device, incarnation, seq")?;
    let mut found = statement.query([])?;
    while let Some(row) = found.next()? {
        let origin = Origin { device: row.get("device")?, incarnation: row.get("incarnation")? };
        let (seq, bytes): (i64, Vec<u8>) = (row.get("seq")?, row.get("body")?);
        let (last, previous) = heads.remove(&origin).unwrap_or((0, GENESIS.to_vec()));
        assert_eq!(seq.unsigned_abs(), last + 1, "a gap in the log");
        let hash = commit::chain_hash(&previous, origin, last + 1, &bytes);
        assert_eq!(row.get::<_, Vec<u8>>("hash")?, hash, "a broken chain at {seq}");
        heads.insert(origin, (last + 1, hash.to_vec()));
        for block in Body::decode(&bytes)?.inserts {
            let id = |row: &Vec<_>| (block.table.clone(), fit::id_in(&block.columns, row).expect("an id"));
            inserted.extend(block.rows.iter().map(id));
        }
    }
    let own = Author::read(conn)?;
    assert_eq!(heads.get(&own.origin), Some(&(own.seq, own.head_hash)), "the log's end and this_device");
    Ok(inserted)
}

#[test]
fn a_pc_killed_at_any_moment_keeps_what_it_confirmed() {
    kill_pc(ROUNDS, 20_261_120);
}

#[test]
fn a_hub_killed_in_the_middle_of_pushes_keeps_what_it_acknowledged() {
    kill_hub(HUB_ROUNDS, 20_261_121);
}

/// `make torture RUNS=1000`: the same, in one small clinic after the other.
#[test]
#[ignore = "takes minutes: make torture"]
fn a_thousand_kills_lose_nothing() {
    let runs: usize = std::env::var("RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(1_000);
    let begun = Instant::now();
    let clinics = u32::try_from(runs.div_ceil(2 * LONG_ROUNDS)).expect("a number of clinics");
    let seed = |clinic: u32| clinic.wrapping_mul(2_654_435_761);
    let tell = |what: &str, clinic: u32| {
        let kills = (clinic as usize + 1) * LONG_ROUNDS;
        println!("{kills} kills of {what} in {} clinics, {} s", clinic + 1, begun.elapsed().as_secs());
    };
    // Side by side: each waits for the disk most of the time.
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut in_sync = 0;
            for clinic in 0..clinics {
                in_sync += kill_pc(LONG_ROUNDS, seed(clinic));
                tell(&format!("a PC, {in_sync} of them within a sync,"), clinic);
            }
        });
        scope.spawn(|| {
            for clinic in 0..clinics {
                kill_hub(LONG_ROUNDS, seed(clinic));
                tell("a hub", clinic);
            }
        });
    });
}

/// Kills a PC `rounds` times, while it writes and while it syncs with a hub that is a process of its
/// own; returns how many kills fell within a sync.
fn kill_pc(rounds: usize, seed: u32) -> usize {
    let mut house = HubHouse::open();
    let (Pc { dir, key, clock, db, .. }, _) = first_pc(&house);
    let device = db.device().expect("a device");
    let room = join(&house, device.tenant, "Room 2");
    db.close().expect("closes");
    house.stop();
    let hub = serving(&house);
    let file = dir.path().join("neem.db");
    let people = room.read(people);
    let mut noise = Seeded::new(seed);
    let mut desk = Pc::empty();
    let (mut confirmed, mut killed) = (BTreeSet::new(), Vec::new());
    for round in 0..rounds {
        // The killed syncs must have something to fetch, and rows that both have changed.
        edit(&room.db, people, &book(&room.db, people));
        room.sync();
        let errand = [(DIR, dir.path().display().to_string()), (KEY, key.to_hex())];
        let victim = Victim::start("child_writes_until_it_is_killed", &errand);
        let (aim, mut said) = (AIMS[round % AIMS.len()], Vec::new());
        let mut left = 1 + noise.below(if aim == "booked" { 14 } else { 3 });
        while left > 0 {
            said.push(victim.line());
            left -= usize::from(said.last().is_some_and(|line| line.starts_with(aim)));
        }
        std::thread::sleep(Duration::from_micros(noise.below(8_000) as u64));
        said.extend(victim.kill());
        killed.push(said.last().is_some_and(|line| line.starts_with("at ")));
        let spare = std::mem::replace(&mut desk.db, open(&file, &key, &clock).expect("opens after the kill"));
        confirmed.extend(said.iter().filter(|l| l.starts_with("booked") || l.starts_with("edited")).cloned());
        // What has been seen must stay as well, confirmed or not.
        confirmed = check_confirmed(&desk.db, &confirmed);
        check_store(&desk.db);
        let synced = said.iter().filter_map(|line| line.strip_prefix("synced ")?.parse().ok()).max();
        assert!(at_hub(&desk) >= synced.unwrap_or(0u64), "the hub has what a finished sync sent");
        // The next sync is identical; every other kill meets a PC with older work waiting.
        if round % 2 == 0 {
            desk.sync();
            check_store(&desk.db);
        }
        // The next victim opens the file alone.
        std::mem::replace(&mut desk.db, spare).close().expect("closes");
    }
    let in_sync = killed.iter().filter(|in_sync| **in_sync).count();
    assert!((1..rounds).contains(&in_sync), "kills in a sync and outside of one: {killed:?}");

    desk.db = open(&file, &key, &clock).expect("opens");
    desk.sync();
    confirmed = check_confirmed(&desk.db, &confirmed);
    hub.kill();
    house.start();
    let third = join(&house, device.tenant, "Room 3");
    room.sync();
    let conflicts = "SELECT hex(id) FROM conflicts ORDER BY id";
    for pc in [&room, &third] {
        assert_eq!(check_confirmed(&pc.db, &confirmed), confirmed);
        check_store(&pc.db);
        assert_eq!(texts(&pc.db, conflicts), texts(&desk.db, conflicts));
    }
    in_sync
}

/// The hub of a folder, as another process that listens where it listened before.
fn serving(house: &HubHouse) -> Victim {
    let errand = [(DIR, house.dir.path().display().to_string()), (LISTEN, house.address.to_string())];
    let hub = Victim::start("child_serves_until_it_is_killed", &errand);
    while hub.line() != "listening" {}
    hub
}

/// The last of this PC's commits that the hub has.
fn at_hub(pc: &Pc) -> u64 {
    let request = HelloRequest { incarnation: 1, at: None, heads: false, last: 0 };
    pc.wait(pc.client().hello(request)).expect("answers").your_seq
}

/// Kills a hub `rounds` times, each time about a push.
fn kill_hub(rounds: usize, seed: u32) {
    let mut house = HubHouse::open();
    let (pc, _) = first_pc(&house);
    let people = pc.read(people);
    house.stop();
    let acknowledged = "SELECT coalesce(max(seq), 0) FROM commits WHERE hub_seq IS NOT NULL";
    let (mut noise, mut confirmed) = (Seeded::new(seed), BTreeSet::new());
    for round in 0..rounds {
        let hub = serving(&house);
        // Asked before the next sync, which would mend a loss without a word.
        let there = at_hub(&pc);
        assert!(there >= pc.count(acknowledged).unsigned_abs(), "round {round}: acknowledged and lost");
        pc.sync();
        check_store(&pc.db);

        confirmed.extend((0..30).map(|_| format!("booked {}", book(&pc.db, people))));
        let (sending, hears) = mpsc::channel();
        // The kill falls about the push: before, within, or after its commit and the answer.
        let delay = Duration::from_micros(noise.below(25_000) as u64);
        let killer = std::thread::spawn(move || {
            hears.recv_timeout(SILENCE).expect("a push");
            std::thread::sleep(delay);
            hub.kill()
        });
        let tell = |progress: SyncProgress| {
            let _ = (progress.step == SyncStep::Sending).then(|| sending.send(()));
        };
        while pc.wait(engine::sync(&pc.db, &pc.client(), &tell)).is_ok() {
            confirmed.insert(format!("booked {}", book(&pc.db, people)));
        }
        killer.join().expect("kills");
    }
    house.start();
    pc.sync();
    check_confirmed(&pc.db, &confirmed);
    check_store(&pc.db);
    let room = join(&house, pc.db.device().expect("a device").tenant, "Room 2");
    check_confirmed(&room.db, &confirmed);
    check_store(&room.db);
}

#[test]
fn the_check_of_a_sound_file_finds_nothing_however_often_it_is_made() {
    let (pc, _) = support::founder("Kadamba Clinic");
    let people = pc.read(people);
    for _ in 0..40 {
        book(&pc.db, people);
        check_store(&pc.db);
    }
}
