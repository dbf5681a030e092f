//! One run: the machines, the true time, and the dice.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use neem_core::sync::digest::Digest;
use neem_core::{Code, Error};

use crate::check;
use crate::disk;
use crate::hub::HubHouse;
use crate::line::{Line, Net};
use crate::pc::{Held, Pc};
use crate::plan::Plan;
use crate::tally::{Check, Outcome, Tally};
use crate::template::{self, BEGIN, Staff, Template};
use crate::time::{DAY, Going, MINUTE};
use crate::work::{self, Done, Hand};

pub struct World<'a> {
    pub rng: fastrand::Rng,
    pub now: i64,
    pub tally: Rc<Tally>,
    pub net: Rc<Net>,
    pub pcs: Vec<Pc>,
    pub staff: &'a Staff,
    pub folder: PathBuf,
    pub plan: Plan,
    /// The copy of the hub from which it can be restored.
    pub hub_copy: Option<PathBuf>,
    /// How many folders have been made.
    pub folders: u32,
    next: u32,
    /// At which PC each write was made.
    pub authors: BTreeMap<u32, usize>,
    /// The writes that break a rule of the schema, which the hub sets aside.
    pub breaking: BTreeSet<u32>,
    pub hub_was_restored: bool,
}

/// Plays the run of a seed in `folder`, which it leaves as it ends.
pub fn play(seed: u64, template: &Template, folder: &Path) -> Outcome {
    let mut world = World::new(seed, template, folder);
    for _ in 0..world.plan.steps {
        world.step();
        if world.tally.broken() {
            break;
        }
    }
    if !world.tally.broken() {
        world.heal();
    }
    let simulated = world.now - BEGIN;
    world.tally.finish(simulated)
}

impl<'a> World<'a> {
    fn new(seed: u64, template: &'a Template, folder: &Path) -> World<'a> {
        let mut rng = fastrand::Rng::with_seed(seed);
        let plan = Plan::random(&mut rng);
        let tally = Rc::new(Tally::default());
        tally.line(format!("seed {seed}: {plan:?}"));
        let hub_folder = folder.join("hub");
        disk::copy(&template.hub.0, &hub_folder, crate::hub::FILE).expect("the hub's file is copied");
        std::fs::copy(template.hub.0.join("hub.key"), hub_folder.join("hub.key")).expect("the key is copied");
        let mut hub = HubHouse::of(&hub_folder, template.hub.1.clone(), rng.u64(..));
        hub.page = plan.page;
        hub.start().expect("the hub starts");
        let net = Rc::new(Net {
            hub: RefCell::new(hub),
            rng: RefCell::new(rng.fork()),
            tally: tally.clone(),
            trouble: Cell::new(plan.trouble),
            late: RefCell::default(),
            acknowledged: RefCell::default(),
            shut_out: RefCell::default(),
            spoilt: RefCell::default(),
        });
        let pcs = (0..plan.pcs).map(|number| {
            let seat = template::copy_to(&folder.join(format!("pc{number}")), &template.pcs[number]).expect("copies");
            let line = Line { net: net.clone(), pc: format!("PC {number}"), cut: Rc::default() };
            let mut pc = Pc::of(&seat, line, rng.u64(..));
            pc.page = plan.page;
            pc.updated = plan.updated.is_some_and(|some| rng.u8(0..100) < some);
            pc.start().expect("a PC starts");
            pc
        });
        let pcs = pcs.collect();
        let folder = folder.to_owned();
        let staff = &template.staff;
        World {
            rng,
            now: BEGIN,
            tally,
            net,
            pcs,
            staff,
            folder,
            plan,
            hub_copy: None,
            folders: 0,
            next: 0,
            authors: BTreeMap::new(),
            breaking: BTreeSet::new(),
            hub_was_restored: false,
        }
    }

    /// The number that the next write will have.
    pub fn next_number(&self) -> u32 {
        self.next + 1
    }

    /// The writes that were made at a PC and never left its disk: in its log they stand behind all that
    /// whoever made them could have seen.
    pub fn written_at(&self, which: usize) -> Held {
        let own = |number: &u32| self.authors.get(number) == Some(&which);
        self.pcs[which].held.iter().copied().filter(own).collect()
    }

    pub fn line(&self, text: impl AsRef<str>) {
        let minutes = (self.now - BEGIN) / MINUTE;
        let (day, hour, minute) = (minutes / 1_440, minutes / 60 % 24, minutes % 60);
        self.tally.line(format!("day {day} {hour:02}:{minute:02}  {}", text.as_ref()));
    }

    /// Time goes on, and every clock shows what it shows.
    fn tick(&mut self) {
        self.now += match self.rng.u8(0..20) {
            0 => self.rng.i64(0..2 * DAY),
            1..=4 => self.rng.i64(0..120) * MINUTE,
            _ => self.rng.i64(0..MINUTE),
        };
        self.set_clocks();
    }

    pub fn set_clocks(&mut self) {
        for pc in &self.pcs {
            pc.clock.set(pc.going.shows(self.now));
        }
        let hub = self.net.hub.borrow();
        hub.clock.set(hub.going.shows(self.now));
    }

    fn step(&mut self) {
        self.tick();
        let roll = self.rng.u32(0..100);
        match roll {
            0..40 => self.somebody_works(),
            40..50 => self.somebody_syncs(),
            50..85 => (0..4).for_each(|_| self.syncs_go_on()),
            85..87 => self.two_want_one_time(),
            87..89 => self.net.deliver_late(),
            89..92 => self.move_a_log(),
            92 => self.update_a_pc(),
            _ => self.misfortune(),
        }
        self.look_after_disks();
    }

    pub fn some_pc(&mut self) -> usize {
        self.rng.usize(0..self.pcs.len())
    }

    fn somebody_works(&mut self) {
        let which = self.some_pc();
        self.work_at(which);
    }

    pub fn work_at(&mut self, which: usize) {
        self.at_pc(which, work::anything);
    }

    fn two_want_one_time(&mut self) {
        let (doctor, slot) = (self.rng.usize(0..2), self.rng.i64(0..12));
        let (one, other) = (self.some_pc(), self.some_pc());
        self.tally.fault("race");
        for which in [one, other] {
            self.at_pc(which, |hand| ("book the same time", work::book_at(hand, doctor, slot)));
        }
    }

    /// A PC gets the next version, in a run in which there is one.
    fn update_a_pc(&mut self) {
        let which = self.some_pc();
        let machine = disk::machine(&self.pcs[which].folder);
        if self.plan.updated.is_some() && machine.refusals.get() == 0 {
            // Whoever updates makes room first: a migration writes more than a day's work.
            machine.set(disk::Fault::None);
            self.update(which);
        }
    }

    fn update(&mut self, which: usize) {
        if !std::mem::replace(&mut self.pcs[which].updated, true) {
            self.tally.fault("updated");
            self.line(format!("{} is updated", self.pcs[which].name));
            self.pcs[which].stop();
            self.start_pc(which);
        }
    }

    /// A PC moves its write-ahead log into the file.
    fn move_a_log(&mut self) {
        let pc = &self.pcs[self.rng.usize(0..self.pcs.len())];
        let Some(db) = pc.db() else { return };
        let moved = db.checkpoint();
        let sound = disk::machine(&pc.folder).refusals.get() == 0;
        if let (Err(error), true) = (moved, sound) {
            self.tally.violation(Check::Program, format!("{} cannot move its log: {error:?}", pc.name));
        }
    }

    pub fn at_pc(&mut self, which: usize, work: impl FnOnce(&mut Hand) -> (&'static str, neem_core::Result<Done>)) {
        let Some(db) = self.pcs[which].db().cloned().filter(|_| self.pcs[which].introduced()) else { return };
        self.next += 1;
        let number = self.next;
        let machine = disk::machine(&self.pcs[which].folder);
        let (before, refused) = (newest_commit(&db), machine.refusals.get());
        let open = check::open_conflicts(&db);
        let (wrong, updated) = (Vec::new(), self.pcs[which].updated);
        let mut hand = Hand { db: &db, staff: self.staff, rng: &mut self.rng, now: self.now, number, wrong, updated };
        let (what, done) = work(&mut hand);
        let name = &self.pcs[which].name;
        for text in std::mem::take(&mut hand.wrong) {
            self.tally.violation(Check::Decisions, format!("#{number} {what} at {name}: {text}"));
        }
        let said = match &done {
            Ok(Done::Nothing) => return,
            Ok(Done::Tried(Ok(()))) => "done".to_owned(),
            Ok(Done::Tried(Err(error))) | Err(error) => format!("{error:?}"),
        };
        self.line(format!("{name} #{number} {what}: {said}"));
        match done {
            Ok(Done::Tried(Ok(()))) => {
                // Something that was so already makes no commit.
                if newest_commit(&db) == before && machine.refusals.get() > refused {
                    self.tally.violation(Check::Lost, format!("{name} #{number} {what}: confirmed, and not written"));
                }
                if newest_commit(&db) > before {
                    if !what.starts_with("keep ")
                        && let Some(text) = check::decided_by_the_way(&db, &open)
                    {
                        self.tally.violation(Check::Decisions, format!("{name} #{number} {what}: {text}"));
                    }
                    self.tally.commits.set(self.tally.commits.get() + 1);
                    self.pcs[which].held.insert(number);
                    self.authors.insert(number, which);
                }
            }
            Ok(Done::Tried(Err(error))) | Err(error) => {
                let sound = disk::machine(&self.pcs[which].folder).refusals.get() == 0;
                if sound && is_fault(&error) {
                    self.tally.violation(Check::Program, format!("{what} at {}: {error:?}", self.pcs[which].name));
                }
            }
            Ok(Done::Nothing) => {}
        }
    }

    fn somebody_syncs(&mut self) {
        let which = self.some_pc();
        if !self.pcs[which].is_syncing() {
            self.line(format!("{} begins to sync", self.pcs[which].name));
            self.pcs[which].begin_sync();
        }
    }

    /// One of the running syncs takes a step.
    fn syncs_go_on(&mut self) {
        let running: Vec<usize> = (0..self.pcs.len()).filter(|which| self.pcs[*which].is_syncing()).collect();
        if running.is_empty() {
            return;
        }
        let which = running[self.rng.usize(0..running.len())];
        for _ in 0..self.rng.u8(1..8) {
            let Some(outcome) = self.pcs[which].go_on() else { continue };
            let pc = &self.pcs[which];
            let house = self.net.hub.borrow();
            if let Some(hub) = house.hub().filter(|_| !self.hub_was_restored)
                && let Some(text) = check::sent_what_it_marks(hub, pc)
            {
                self.tally.violation(Check::Marked, format!("{}: {text}", pc.name));
            }
            match outcome {
                Ok(report) => {
                    let same = if report.identical { "the same as the hub" } else { "NOT the same as the hub" };
                    self.line(format!("{} has synced: {same}", pc.name));
                    if let (Err(error), true) = (pc.introduce(), pc.disk_was_sound()) {
                        self.tally.violation(Check::Program, format!("{} is not introduced: {error:?}", pc.name));
                    }
                    if !report.identical && report.hub_digest != Digest::default().short() {
                        self.tally.violation(Check::Digest, format!("{} differs from the hub after a sync", pc.name));
                    }
                }
                Err(error) => {
                    self.line(format!("{} could not sync: {error:?}", pc.name));
                    if pc.disk_was_sound() && matches!(error, Error::Sqlite(_) | Error::Invariant(_)) {
                        self.tally.violation(Check::Program, format!("{} while syncing: {error:?}", pc.name));
                    }
                }
            }
            return;
        }
    }

    /// All faults are over. Within a few rounds everybody has everything, and every promise is kept.
    fn heal(&mut self) {
        self.line("--- all faults are over");
        self.net.trouble.set(0);
        let mut hub_ok = Ok(());
        if self.net.hub.borrow().hub().is_none() {
            hub_ok = self.net.hub.borrow_mut().start();
        }
        if let Err(error) = hub_ok {
            return self.tally.violation(Check::Program, format!("the hub does not start: {error}"));
        }
        self.net.hub.borrow_mut().going = Going::Right(0);
        disk::machine(&self.net.hub.borrow().folder.clone()).set(disk::Fault::None);
        for pc in &mut self.pcs {
            pc.line.cut.set(false);
            disk::machine(&pc.folder).set(disk::Fault::None);
        }
        self.now += MINUTE;
        self.set_clocks();
        if self.plan.updated.is_some() {
            (0..self.pcs.len()).for_each(|which| self.update(which));
        }
        check::settle(self);
    }
}

fn newest_commit(db: &neem_core::Db) -> i64 {
    let read = |conn: &rusqlite::Connection| {
        Ok(conn.query_row("SELECT coalesce(max(id), 0) FROM commits", [], |row| row.get(0))?)
    };
    db.read(read).unwrap_or(i64::MAX)
}

/// Whether an error is the program's and not an answer to a person.
fn is_fault(error: &Error) -> bool {
    matches!(error, Error::Sqlite(_) | Error::Invariant(_) | Error::Encoding(_) | Error::Io(_))
        || matches!(error.code(), Code::Internal | Code::DiskFull)
}
