//! A new PC, or one that was away for long, takes the records over as they stand at the hub, while the
//! clinic works on: what today needs first, then the rest, then the older log. It ends as a PC that
//! replayed everything.

mod support;

use std::cell::{Cell, RefCell};

use neem_core::ids::{Instant, PatientId};
use neem_core::scheduling::{self, NewWalkIn};
use neem_core::sync::Table;
use neem_core::sync::commit::Inserts;
use neem_core::sync::engine::{self, SyncProgress, SyncReport, SyncStep};
use neem_core::sync::protocol::{
    Buckets, BucketsRequest, DigestRequest, Hello, HelloRequest, HubApi, HubDevice, HubDigest, NewCode, NewCodeRequest,
    PullRequest, PushReply, Refusal, Rows, RowsRequest, WaitRequest, Woken,
};
use neem_core::sync::snapshot::{self, ChunkRequest, Far};
use neem_core::sync::value::Value;
use neem_core::tenancy;
use neem_core::{Actor, Code};
use neem_hub::backup;
use neem_hub::enrol::For;
use rusqlite::params;
use support::{Clinic, MINUTE, Pc, Seeded};
use uuid::Uuid;

/// However little there is to take over.
const ANY: Far = Far { new: 0, behind: 0 };

/// What becomes of the answer to a question for a part.
#[derive(Clone, Copy, PartialEq)]
enum Fate {
    Arrives,
    /// The line is cut before the hub has heard the question.
    Unasked,
    /// The line is cut on the way back.
    Lost,
    /// A byte is another one than was sent.
    Damaged,
}

/// A line that tells when a part is asked for, and what becomes of it.
struct Line<'a, H> {
    hub: H,
    parts: Cell<u32>,
    asked: RefCell<Vec<(String, Option<Uuid>)>>,
    fate: &'a dyn Fn(u32) -> Fate,
}

impl<H: HubApi> Line<'_, H> {
    async fn part(
        &self,
        name: (String, Option<Uuid>),
        answer: impl Future<Output = Result<Vec<u8>, Refusal>>,
    ) -> Result<Vec<u8>, Refusal> {
        let part = self.parts.replace(self.parts.get() + 1);
        let fate = (self.fate)(part);
        let cut = || Refusal::new(Code::HubUnreachable, "cut");
        if fate == Fate::Unasked {
            return Err(cut());
        }
        self.asked.borrow_mut().push(name);
        let mut bytes = answer.await?;
        match fate {
            Fate::Lost => return Err(cut()),
            Fate::Damaged => {
                let middle = bytes.len() * 3 / 4;
                bytes[middle] ^= 1;
            }
            Fate::Arrives | Fate::Unasked => {}
        }
        Ok(bytes)
    }
}

impl<H: HubApi> HubApi for Line<'_, H> {
    async fn hello(&self, request: HelloRequest) -> Result<Hello, Refusal> {
        self.hub.hello(request).await
    }
    async fn push(&self, body: Vec<u8>) -> Result<PushReply, Refusal> {
        self.hub.push(body).await
    }
    async fn pull(&self, request: PullRequest) -> Result<Vec<u8>, Refusal> {
        self.hub.pull(request).await
    }
    async fn wait(&self, request: WaitRequest) -> Result<Woken, Refusal> {
        self.hub.wait(request).await
    }
    async fn digest(&self, request: DigestRequest) -> Result<HubDigest, Refusal> {
        self.hub.digest(request).await
    }
    async fn buckets(&self, request: BucketsRequest) -> Result<Buckets, Refusal> {
        self.hub.buckets(request).await
    }
    async fn rows(&self, request: RowsRequest) -> Result<Rows, Refusal> {
        self.hub.rows(request).await
    }
    async fn snapshot(&self) -> Result<Vec<u8>, Refusal> {
        self.part((String::new(), None), self.hub.snapshot()).await
    }
    async fn chunk(&self, request: ChunkRequest) -> Result<Vec<u8>, Refusal> {
        self.part((request.table.clone(), request.after), self.hub.chunk(request)).await
    }
    async fn devices(&self) -> Result<Vec<HubDevice>, Refusal> {
        self.hub.devices().await
    }
    async fn new_code(&self, request: NewCodeRequest) -> Result<NewCode, Refusal> {
        self.hub.new_code(request).await
    }
    fn traffic(&self) -> (u64, u64) {
        self.hub.traffic()
    }
}

type Asked = Vec<(String, Option<Uuid>)>;

/// Syncs over such a line; the parts that the hub was asked for.
fn sync_over(pc: &Pc, far: Far, fate: &dyn Fn(u32) -> Fate) -> (neem_core::Result<SyncReport>, Asked) {
    let line = Line { hub: pc.client(), parts: Cell::new(0), asked: RefCell::default(), fate };
    let ended = pc.wait(engine::sync_or_take_over(&pc.db, &line, &|_| {}, far));
    (ended, line.asked.into_inner())
}

fn take_over(pc: &Pc, fate: &dyn Fn(u32) -> Fate) -> Asked {
    let (report, asked) = sync_over(pc, ANY, fate);
    let report = report.expect("syncs");
    assert!(report.identical && report.repaired == 0, "{report:?}");
    assert!(!asked.is_empty(), "nothing was taken over");
    asked
}

/// Another thread's work in the middle of this one's sync, as other PCs do theirs.
fn meanwhile(work: impl FnOnce() + Send) {
    std::thread::scope(|scope| scope.spawn(work).join().expect("works"));
}

fn newcomer(clinic: &Clinic, name: &str) -> Pc {
    let pc = Pc::empty();
    pc.enrol(&clinic.hub, &clinic.hub.code(For::Tenant(clinic.tenant().0)), name).expect("enrols");
    pc
}

/// A PC that has what today needs and has told the clinic its name and key, as the app does it.
fn joined(clinic: &Clinic, name: &str) -> Pc {
    let pc = newcomer(clinic, name);
    pc.wait(engine::join(&pc.db, &pc.client(), ANY)).expect("joins");
    pc.db.write(Actor::System, "join_clinic", tenancy::introduce_device).expect("introduces itself");
    pc.wait(engine::join(&pc.db, &pc.client(), ANY)).expect("joins");
    assert_eq!(pc.read(engine::waiting), 0);
    pc
}

fn rename(pc: &Pc, clinic: &Clinic, patient: PatientId, name: &str) {
    let sql = "UPDATE patients SET full_name = ?1, updated_at = ?2 WHERE id = ?3";
    pc.write(clinic.staff.desk, |tx| Ok(tx.execute(sql, params![name, tx.now, patient])?)).expect("renames");
}

fn walk_in(pc: &Pc, clinic: &Clinic, patient_id: PatientId) -> scheduling::QueueTicket {
    let (clinic_id, provider_id) = (clinic.staff.site, clinic.staff.provider);
    let walk_in = NewWalkIn { clinic_id, patient_id, provider_id, reason: "Fever since yesterday".into() };
    pc.write(clinic.staff.desk, |tx| scheduling::book_walk_in(tx, &walk_in)).expect("books")
}

/// A clinic with a past: conflicts, a double booking, somebody who waits, somebody who comes next month.
struct Past {
    clinic: Clinic,
    waiting: PatientId,
    of_old: PatientId,
}

fn past() -> Past {
    let clinic = Clinic::open();
    let (desk, room, staff) = (&clinic.desk, &clinic.room, &clinic.staff);
    let waiting = desk.register(staff.desk, "Sunita Deshpande");
    let of_old = desk.register(staff.desk, "Vikram Rao");
    let others: Vec<PatientId> =
        ["Aarti Menon", "Grace Otieno", "Omar Qasim"].iter().map(|name| desk.register(staff.desk, name)).collect();
    desk.write(staff.doctor, |tx| {
        let sql = "INSERT INTO allergies (id, tenant_id, patient_id, substance, severity, status, recorded_by, created_at, updated_at)
                   VALUES (?1, ?2, ?3, 'Penicillin', 'severe', 'active', ?4, ?5, ?5)";
        Ok(tx.execute(sql, params![tx.new_id(), tx.device.tenant, waiting, staff.doctor, tx.now])?)
    })
    .expect("an allergy");
    walk_in(desk, &clinic, waiting);
    clinic.settle();
    // Apart: one name written twice, one time booked twice.
    rename(desk, &clinic, others[0], "Aarti Iyer");
    rename(room, &clinic, others[0], "Aarti M. Menon");
    let next_month = Instant(desk.db.now().0 + 30 * 24 * 60 * MINUTE);
    desk.book(staff, others[1], next_month);
    room.book(staff, others[2], next_month);
    clinic.settle();
    assert_eq!(clinic.desk.conflicts().len(), 2);
    Past { clinic, waiting, of_old }
}

/// Everything of a PC that it has in common with the others, line by line.
fn all_of(pc: &Pc) -> Vec<(String, Vec<String>)> {
    let replicated = Table::ALL.iter().map(|table| format!("SELECT * FROM {} ORDER BY id", table.name()));
    let kept = [
        "SELECT * FROM heads ORDER BY 1, 2, 3, 4, 5, 6",
        "SELECT * FROM digests WHERE rows > 0 ORDER BY tbl, bucket",
        "SELECT id, kind, tbl, row, other, grp FROM conflicts ORDER BY id",
        "SELECT device, incarnation, seq, reason, body FROM quarantine ORDER BY 1, 2, 3",
        "SELECT device, incarnation, seq, hash, signature, hlc, hub_seq, body FROM commits ORDER BY 1, 2, 3",
        "SELECT row, device, incarnation, seq FROM touches JOIN commits ON commits.id = commit_id ORDER BY 1, 2, 3, 4",
        "SELECT name, numbers, sounds FROM patient_search ORDER BY 1, 2, 3",
        "SELECT count(*) FROM pragma_foreign_key_check",
        "SELECT * FROM snapshot",
        "SELECT * FROM snapshot_chunks",
        "SELECT * FROM snapshot_origins",
    ];
    let questions = replicated.chain(kept.map(str::to_owned));
    questions
        .map(|sql| {
            let lines = pc.read(|conn| {
                let mut statement = conn.prepare(&sql)?;
                let columns = statement.column_count();
                let line = |row: &rusqlite::Row| {
                    (0..columns)
                        .map(|at| Ok(format!("{:?}", Value::from(row.get_ref(at)?))))
                        .collect::<rusqlite::Result<Vec<String>>>()
                };
                let lines = statement.query_map([], |row| Ok(line(row)?.join("|")))?;
                Ok(lines.collect::<rusqlite::Result<Vec<String>>>()?)
            });
            (sql, lines)
        })
        .collect()
}

fn assert_same(one: &Pc, other: &Pc) {
    for ((sql, ours), (_, theirs)) in all_of(one).into_iter().zip(all_of(other)) {
        assert_eq!(ours, theirs, "{sql}");
    }
}

/// The newcomer and the desk say the same, and so does a PC that has replayed everything.
fn assert_like_one_that_replayed(clinic: &Clinic, pc: &Pc) {
    clinic.settle();
    pc.sync();
    let replayed = newcomer(clinic, "Replayed");
    let (report, asked) = sync_over(&replayed, Far { new: i64::MAX, behind: i64::MAX }, &|_| Fate::Arrives);
    assert!(report.expect("syncs").identical && asked.is_empty());
    pc.sync();
    assert_same(pc, &replayed);
    assert_eq!(pc.sync().digest, clinic.hub.digest(clinic.tenant()).short());
}

fn counts(pc: &Pc) -> (i64, i64) {
    (pc.count("SELECT count(*) FROM patients"), pc.count("SELECT count(*) FROM queue_tickets"))
}

#[test]
fn a_new_pc_can_work_today_before_the_rest_has_come_and_ends_as_one_that_replayed_everything() {
    let Past { clinic, .. } = past();
    let pc = newcomer(&clinic, "Room 3");
    let seen = RefCell::new(Vec::new());
    take_over(&pc, &|part| {
        if part == 1 {
            seen.borrow_mut().push(counts(&pc));
            assert_eq!(pc.count("SELECT count(*) FROM allergies"), 1);
            assert_eq!(pc.count("SELECT count(*) FROM users"), 3);
            assert_eq!(pc.count("SELECT count(*) FROM patient_search WHERE patient_search MATCH 'sunita'"), 1);
            let arriving = pc.read(snapshot::arriving).expect("it arrives");
            assert!(!arriving.only_history && arriving.records == 0 && arriving.of > 20, "{arriving:?}");
        }
        Fate::Arrives
    });
    assert_eq!(*seen.borrow(), [(1, 1)], "she who waits is there, nobody else");
    assert_eq!(counts(&pc), (5, 1));
    assert_eq!(pc.conflicts().len(), 2);
    assert_eq!(pc.read(snapshot::arriving), None);
    assert_like_one_that_replayed(&clinic, &pc);
}

#[test]
fn a_cut_at_every_part_and_an_app_that_quits_go_on_where_it_was() {
    let Past { clinic, .. } = past();
    for lost in [false, true] {
        let mut pc = newcomer(&clinic, if lost { "Room 4" } else { "Room 3" });
        let (mut asked, mut cuts) = (Vec::new(), 0);
        loop {
            // One part arrives, then the line is cut, then the PC is switched off.
            let fate = |part| match (part, lost) {
                (0, _) => Fate::Arrives,
                (_, false) => Fate::Unasked,
                (_, true) => Fate::Lost,
            };
            let (ended, parts) = sync_over(&pc, ANY, &fate);
            asked.extend(parts);
            match ended {
                Ok(report) => break assert!(report.identical && report.repaired == 0, "{report:?}"),
                Err(error) => assert_eq!(error.code(), Code::HubUnreachable, "{error}"),
            }
            cuts += 1;
            assert!(cuts < 100, "it never gets through");
            pc = pc.reopened();
        }
        assert!(cuts > 8, "only {cuts} cuts");
        let mut once = asked.clone();
        once.sort();
        once.dedup();
        assert_eq!(asked.len() - once.len(), if lost { cuts } else { 0 }, "what has arrived is not asked for again");
        assert_like_one_that_replayed(&clinic, &pc);
    }
}

#[test]
fn many_rows_come_in_several_chunks() {
    let Past { clinic, .. } = past();
    let rows = 2 * snapshot::CHUNK_ROWS + 10;
    for half in 0..2 {
        clinic
            .desk
            .write(clinic.staff.desk, |tx| {
                let sql =
                    "INSERT INTO patients (id, tenant_id, record_number, full_name, gender, created_at, updated_at)
                           VALUES (?1, ?2, ?3, ?4, 'female', ?5, ?5)";
                let mut insert = tx.prepare(sql)?;
                for number in 0..rows / 2 {
                    let (number, name) = (format!("H{half}{number}"), format!("Asha Rao {number}"));
                    insert.execute(params![tx.new_id(), tx.device.tenant, number, name, tx.now])?;
                }
                Ok(())
            })
            .expect("a register");
    }
    clinic.settle();
    let pc = newcomer(&clinic, "Room 3");
    let last = Cell::new(0);
    let progress = |now: SyncProgress| {
        assert!(now.records >= last.get() && now.records <= now.to_take_over.max(last.get()), "{now:?}");
        last.set(now.records);
    };
    let report = pc.wait(engine::sync_or_take_over(&pc.db, &pc.client(), &progress, ANY)).expect("syncs");
    assert!(report.identical && report.repaired == 0 && last.get() >= rows as u32, "{report:?}");
    assert_eq!(pc.count("SELECT count(*) FROM patient_search WHERE patient_search MATCH 'asha'"), rows as i64);
    assert_like_one_that_replayed(&clinic, &pc);
}

#[test]
fn the_clinic_works_on_while_a_pc_takes_over_and_so_does_the_pc() {
    for seed in 0..4 {
        let Past { clinic, waiting, of_old } = past();
        let pc = joined(&clinic, "Room 3");
        let noise = RefCell::new(Seeded::new(seed));
        let desk = &clinic.desk;
        let names = ["Sunita Joshi", "Sunita D.", "Vikram Iyer", "Vikram R."];
        take_over(&pc, &|part| {
            let (of_desk, of_pc, who) = {
                let mut noise = noise.borrow_mut();
                (noise.below(4), noise.below(5), [waiting, of_old][noise.below(2)])
            };
            meanwhile(|| {
                match of_desk {
                    0 => rename(desk, &clinic, who, names[part as usize % 4]),
                    1 => drop(walk_in(desk, &clinic, desk.register(clinic.staff.desk, "Wei Chen"))),
                    2 => drop(desk.register(clinic.staff.desk, "Mei Chen")),
                    _ => {}
                }
                desk.sync();
            });
            // She who waits is here since the first part, whatever else is.
            match of_pc {
                0 => rename(&pc, &clinic, waiting, "Sunita of Room 3"),
                1 => drop(walk_in(&pc, &clinic, pc.register(clinic.staff.desk, "Budi Santoso"))),
                2 => drop(pc.register(clinic.staff.desk, "Putri Wulandari")),
                _ => {}
            }
            Fate::Arrives
        });
        assert_eq!(pc.read(engine::waiting), 0);
        assert_eq!(pc.count("SELECT count(*) FROM quarantine"), 0);
        assert_eq!(clinic.hub.count("SELECT count(*) FROM quarantine"), 0);
        assert_like_one_that_replayed(&clinic, &pc);
    }
}

#[test]
fn a_walk_in_before_the_history_has_come_is_at_the_hub_like_any_other() {
    let Past { clinic, waiting, .. } = past();
    let pc = joined(&clinic, "Room 3");
    assert_eq!(counts(&pc), (1, 1), "only what today needs");
    let stranger = pc.register(clinic.staff.desk, "Fatima Shaikh");
    walk_in(&pc, &clinic, stranger);
    rename(&pc, &clinic, waiting, "Sunita Joshi");
    let pc = pc.reopened();
    take_over_rest(&pc);
    clinic.desk.sync();
    assert_eq!(counts(&clinic.desk), (6, 2));
    assert_eq!(
        clinic.desk.text("SELECT full_name FROM patients WHERE id = ?1", waiting.0).as_deref(),
        Some("Sunita Joshi")
    );
    assert_like_one_that_replayed(&clinic, &pc);
}

fn take_over_rest(pc: &Pc) {
    let asked = take_over(pc, &|_| Fate::Arrives);
    assert!(asked.iter().all(|(table, _)| !table.is_empty()), "it begins again");
}

#[test]
fn a_damaged_part_is_refused_and_asked_for_again() {
    let Past { clinic, .. } = past();
    let pc = newcomer(&clinic, "Room 3");
    let asked = take_over(&pc, &|part| if part % 2 == 0 { Fate::Damaged } else { Fate::Arrives });
    let mut once = asked.clone();
    once.dedup();
    assert_eq!(asked.len(), 2 * once.len(), "every part twice");
    assert_like_one_that_replayed(&clinic, &pc);

    // One that never comes whole ends the sync, and nothing of it is stored.
    let pc = newcomer(&clinic, "Room 4");
    let (ended, _) = sync_over(&pc, ANY, &|_| Fate::Damaged);
    assert_eq!(ended.expect_err("damaged").code(), Code::HubRefused);
    assert_eq!(pc.count("SELECT count(*) FROM users"), 0);
    take_over(&pc, &|_| Fate::Arrives);
}

#[test]
fn a_hub_that_was_restarted_makes_no_difference_and_one_that_was_restored_is_begun_with_again() {
    let Past { mut clinic, .. } = past();
    let pc = joined(&clinic, "Room 3");
    let after = |parts| move |part| if part < parts { Fate::Arrives } else { Fate::Unasked };
    let (ended, _) = sync_over(&pc, ANY, &after(4));
    assert_eq!(ended.expect_err("cut").code(), Code::HubUnreachable);
    assert!(pc.read(snapshot::arriving).is_some_and(|arriving| arriving.records > 0));
    clinic.hub.stop();
    clinic.hub.start();
    let (ended, asked) = sync_over(&pc, ANY, &after(3));
    assert!(ended.is_err() && asked.iter().all(|(table, _)| !table.is_empty()), "it goes on: {asked:?}");

    walk_in(&pc, &clinic, pc.register(clinic.staff.desk, "Budi Santoso"));
    backup::new_epoch(clinic.hub.hub()).expect("a new epoch");
    clinic.settle();
    let asked = take_over(&pc, &|_| Fate::Arrives);
    assert_eq!(asked[0].0, "", "it begins again");
    assert_eq!(pc.read(engine::waiting), 0);
    assert_like_one_that_replayed(&clinic, &pc);

    // In the middle of one sync, too.
    let pc = newcomer(&clinic, "Room 4");
    let (ended, _) = sync_over(&pc, ANY, &|part| {
        if part == 5 {
            // On a thread of its own: PostgreSQL's client cannot wait inside the sync's runtime.
            let epoch = |hub: &neem_hub::Hub| backup::new_epoch(hub).expect("a new epoch");
            std::thread::scope(|own| own.spawn(|| epoch(clinic.hub.hub())).join().map(drop)).expect("no panic");
        }
        Fate::Arrives
    });
    assert_eq!(ended.expect_err("another life").code(), Code::HubRestored);
    clinic.settle();
    assert_eq!(take_over(&pc, &|_| Fate::Arrives)[0].0, "");
    assert_like_one_that_replayed(&clinic, &pc);
}

#[test]
fn a_pc_far_behind_sends_what_waits_and_takes_over_the_rest() {
    let Past { clinic, waiting, of_old } = past();
    let (desk, room) = (&clinic.desk, &clinic.room);
    for turn in 0..60 {
        rename(desk, &clinic, [waiting, of_old][turn % 2], &format!("Of the desk {}", ["a", "b", "c"][turn % 3]));
    }
    desk.register(clinic.staff.desk, "Mei Chen");
    desk.sync();
    // A month without a line: the room wrote as well.
    rename(room, &clinic, of_old, "Of the room");
    let ticket = walk_in(room, &clinic, of_old);
    let waits = room.read(engine::waiting);
    assert!(waits > 1);
    let (ended, asked) = sync_over(room, Far { new: 0, behind: 50 }, &|_| Fate::Arrives);
    let report = ended.expect("syncs");
    assert!(report.identical && report.repaired == 0 && report.sent == waits, "{report:?}");
    assert!(!asked.is_empty(), "it takes over");
    desk.sync();
    let there = "SELECT reason FROM appointments WHERE id = ?1";
    assert!(desk.text(there, ticket.appointment_id.0).is_some());
    assert_eq!(room.conflicts().len(), 3, "what both wrote without knowing of each other");
    assert_same(room, desk);

    // Not far enough behind: replaying is less.
    rename(desk, &clinic, waiting, "Sunita Deshpande");
    desk.sync();
    let (ended, asked) = sync_over(room, Far { new: 0, behind: 50 }, &|_| Fate::Arrives);
    assert!(ended.expect("syncs").identical && asked.is_empty());
}

#[test]
fn what_only_a_newer_version_knows_waits_for_the_update() {
    let Past { clinic, .. } = past();
    let newer = support::join(&clinic.hub, clinic.tenant(), "Newer");
    clinic.settle();
    let columns = ["id", "tenant_id", "reading"].map(str::to_owned).to_vec();
    let id = |n: u128| Value::Blob(Uuid::from_u128(n).as_bytes().to_vec());
    let tenant = Value::Blob(clinic.tenant().0.as_bytes().to_vec());
    let rows = (1..4).map(|n| vec![id(n), tenant.clone(), Value::Int(n as i64)]).collect();
    let block = Inserts { table: "of_a_newer_version".into(), columns, rows };
    support::forge::forge(&newer, vec![block], vec![]).expect("the hub keeps it");
    let pc = newcomer(&clinic, "Room 3");
    take_over(&pc, &|_| Fate::Arrives);
    assert_eq!(pc.count("SELECT count(*) FROM newer_rows"), 3);
    assert_eq!(pc.count("SELECT count(*) FROM unknown_commits"), 0, "it is in the rows already");
    pc.sync();
}

#[test]
fn the_page_shows_one_step_after_the_other() {
    let Past { clinic, .. } = past();
    let steps = RefCell::new(Vec::new());
    let quiet = newcomer(&clinic, "Room 4");
    let note = |now: SyncProgress| {
        if steps.borrow().last() != Some(&now.step) {
            steps.borrow_mut().push(now.step);
        }
    };
    quiet.wait(engine::sync_or_take_over(&quiet.db, &quiet.client(), &note, ANY)).expect("syncs");
    use SyncStep::{Comparing, Connecting, Done, Fetching, History, TakingOver};
    let told = [Connecting, TakingOver, Fetching, Comparing, Done, History, Fetching, Comparing, Done];
    assert_eq!(*steps.borrow(), told, "the page shows one step after the other");
}

#[test]
fn a_register_that_is_empty_is_taken_over_too() {
    let clinic = Clinic::open();
    let pc = joined(&clinic, "Room 3");
    take_over(&pc, &|_| Fate::Arrives);
    assert_eq!(pc.count("SELECT count(*) FROM patients"), 0);
    pc.register(clinic.staff.desk, "Mei Chen");
    assert_like_one_that_replayed(&clinic, &pc);
}
