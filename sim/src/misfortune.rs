//! What goes wrong with machines.

use neem_core::keys::DatabaseKey;
use neem_hub::enrol::{self, For};
use neem_hub::store::StoreError;

use crate::disk::{self, Fault};
use crate::line::Line;
use crate::pc::{Pc, Seat};
use crate::plan::Misfortune;
use crate::tally::Check;
use crate::template;
use crate::time::{Going, Seeded};
use crate::world::World;

/// More copies of one clinic's PCs than this slow a run without showing more.
const MOST_PCS: usize = 6;

impl World<'_> {
    /// One of the misfortunes of this run's plan happens.
    pub fn misfortune(&mut self) {
        if self.plan.misfortunes.is_empty() {
            return;
        }
        let which = self.plan.misfortunes[self.rng.usize(0..self.plan.misfortunes.len())];
        let pc = self.some_pc();
        match which {
            Misfortune::Partition => {
                let cut = !self.pcs[pc].line.cut.get();
                self.pcs[pc].line.cut.set(cut);
                self.line(format!("{}: the cable is {}", self.pcs[pc].name, if cut { "out" } else { "in again" }));
            }
            Misfortune::PcCrash => self.crash_pc(pc, "crash"),
            Misfortune::PcCrashInWrite => {
                let after = self.some_writes();
                disk::machine(&self.pcs[pc].folder).set(Fault::DeadAfter(after));
                self.work_at(pc);
                self.crash_pc(pc, "crash_in_write");
            }
            Misfortune::PcCrashInSync => {
                if !self.pcs[pc].is_syncing() {
                    self.pcs[pc].begin_sync();
                }
                for _ in 0..self.rng.u8(0..20) {
                    self.pcs[pc].go_on();
                }
                let after = self.some_writes();
                disk::machine(&self.pcs[pc].folder).set(Fault::DeadAfter(after));
                for _ in 0..self.rng.u8(1..20) {
                    self.pcs[pc].go_on();
                }
                self.crash_pc(pc, "crash_in_sync");
            }
            Misfortune::HubCrash => self.crash_hub("hub_crash"),
            Misfortune::HubCrashInWork => {
                let after = self.some_writes();
                disk::machine(&self.net.hub.borrow().folder.clone()).set(Fault::DeadAfter(after));
                self.line(format!("the hub will go down after {after} more writes"));
            }
            Misfortune::PcDiskFull => self.fill(&self.pcs[pc].folder.clone(), "disk_full"),
            Misfortune::HubDiskFull => {
                let folder = self.net.hub.borrow().folder.clone();
                self.fill(&folder, "hub_disk_full");
            }
            Misfortune::PcRestored => self.restore_pc(pc),
            Misfortune::PcCloned => self.clone_pc(pc),
            Misfortune::HubRestored => self.restore_hub(),
            Misfortune::Revoked => self.revoke(pc),
            Misfortune::Clock => {
                let going = Going::random(&mut self.rng, self.now);
                self.pcs[pc].going = going;
                self.tally.fault(going.name());
                self.line(format!("{}: {}", self.pcs[pc].name, going.name()));
            }
            Misfortune::HubClock => {
                let going = Going::random(&mut self.rng, self.now);
                self.net.hub.borrow_mut().going = going;
                self.tally.fault("hub_clock");
                self.line(format!("the hub: {}", going.name()));
            }
            Misfortune::Spoilt => self.spoil(pc),
            Misfortune::RuleBroken => self.break_a_rule(pc),
            Misfortune::Enrolled => self.enrol_a_pc(),
        }
        self.set_clocks();
    }

    /// How many writes a disk still does: mostly few, so that the first transaction is cut, sometimes so many
    /// that one after it is.
    fn some_writes(&mut self) -> u64 {
        let most = [16, 60, 200][self.rng.usize(0..3)];
        self.rng.u64(0..most)
    }

    fn power(&mut self) -> impl FnMut() -> bool + use<> {
        let (style, mut dice) = (self.rng.u8(0..4), self.rng.fork());
        move || match style {
            0 => true,
            1 => false,
            _ => dice.bool(),
        }
    }

    /// The power of a PC fails; it starts again, and everything that was confirmed is there.
    fn crash_pc(&mut self, which: usize, kind: &'static str) {
        self.tally.fault(kind);
        self.line(format!("{}: {kind}", self.pcs[which].name));
        let kept = self.power();
        let pc = &mut self.pcs[which];
        if let Err(error) = pc.crash(kept) {
            return self.tally.violation(Check::Program, format!("{}: {error}", pc.name));
        }
        self.start_pc(which);
    }

    pub fn start_pc(&mut self, which: usize) {
        let pc = &mut self.pcs[which];
        if let Err(error) = pc.start() {
            return self.tally.violation(Check::Program, format!("{} does not start: {error:?}", pc.name));
        }
        crate::check::holds_what_it_promised(&self.tally, pc);
    }

    fn crash_hub(&mut self, kind: &'static str) {
        self.tally.fault(kind);
        self.line(kind);
        let kept = self.power();
        let mut hub = self.net.hub.borrow_mut();
        let started = hub.crash(kept).and_then(|()| hub.start());
        drop(hub);
        match started {
            Err(error) => self.tally.violation(Check::Program, format!("the hub does not start: {error}")),
            Ok(()) => crate::check::hub_holds_what_it_acknowledged(self),
        }
    }

    /// A full disk has room again after a while; a hub that went down over its work starts again.
    pub fn look_after_disks(&mut self) {
        let folder = self.net.hub.borrow().folder.clone();
        if disk::machine(&folder).is_dead() {
            self.crash_hub("hub_crash_in_work");
        }
        let mut folders: Vec<_> = self.pcs.iter().map(|pc| (pc.folder.clone(), "disk_full")).collect();
        folders.push((folder, "hub_disk_full"));
        for (folder, kind) in folders {
            let machine = disk::machine(&folder);
            if machine.refusals.get() > 0 && self.rng.u8(0..6) == 0 {
                self.tally.fault(kind);
                self.line(format!("{}: there is room again", name_of(&folder)));
                machine.set(Fault::None);
            }
        }
    }

    fn fill(&mut self, folder: &std::path::Path, kind: &str) {
        let after = self.some_writes();
        disk::machine(folder).set(Fault::FullAfter(after));
        self.line(format!("{kind}: {} is full after {after} more writes", name_of(folder)));
    }

    /// Somebody changes rows or sums of a PC with another program.
    fn spoil(&mut self, which: usize) {
        if disk::machine(&self.pcs[which].folder).refusals.get() > 0 {
            return;
        }
        disk::machine(&self.pcs[which].folder).set(Fault::None);
        self.tally.fault("spoilt");
        let name = self.pcs[which].name.clone();
        self.net.spoilt.borrow_mut().insert(name.clone());
        // A row alone would be noticed when its table next differs for another reason.
        let sums = "UPDATE digests SET sum = zeroblob(16) WHERE tbl IN ('patients', 'appointments')";
        let row = "UPDATE patients SET notes = 'spoilt' WHERE id = (SELECT max(id) FROM patients)";
        let change = if self.rng.bool() { format!("{sums}; {row}") } else { sums.to_owned() };
        self.line(format!("{name}: {change}"));
        self.pcs[which].stop();
        if let Err(error) = crate::pc::tamper(&self.pcs[which].seat(), &change) {
            return self.tally.violation(Check::Program, format!("{name} cannot be changed: {error}"));
        }
        self.start_pc(which);
    }

    /// A new PC joins the clinic; a line that is bad may keep it out.
    fn enrol_a_pc(&mut self) {
        if self.pcs.len() >= MOST_PCS {
            return;
        }
        let (folder, key) = (self.new_folder("new"), DatabaseKey::random(&Seeded::new(self.rng.u64(..))));
        std::fs::create_dir_all(&folder).expect("a folder");
        let line = Line { net: self.net.clone(), pc: format!("new PC {}", self.folders), cut: Default::default() };
        let mut pc = Pc::of(&Seat { folder, key }, line, self.rng.u64(..));
        (pc.page, pc.updated) = (self.plan.page, self.plan.updated.is_some());
        pc.clock.set(pc.going.shows(self.now));
        let Some(code) = self.code() else { return };
        let joined = pc.open_alone().map_err(|error| format!("{error:?}")).and_then(|db| {
            template::join(&pc, &db, &code, true)?;
            db.close().map_err(|error| format!("{error:?}"))
        });
        self.line(format!("{} is enrolled: {joined:?}", pc.name));
        if joined.is_ok() {
            self.tally.fault("enrolled");
            self.pcs.push(pc);
            self.start_pc(self.pcs.len() - 1);
        }
    }

    /// An enrolment code, if the hub can make one now.
    fn code(&self) -> Option<String> {
        let house = self.net.hub.borrow();
        enrol::new_code(house.hub()?, For::Tenant(self.staff.tenant.0)).ok().map(|code| code.code)
    }

    /// Whoever restores a hub lets those PCs in again that it does not know.
    fn let_in_again(&mut self) {
        let trouble = self.net.trouble.replace(0);
        for which in 0..self.pcs.len() {
            let known = || -> Result<bool, StoreError> {
                let house = self.net.hub.borrow();
                let Some(hub) = house.hub() else { return Ok(true) };
                Ok(hub.store().read()?.tenant_of(self.pcs[which].device)?.is_some())
            };
            if self.pcs[which].revoked || known().unwrap_or(true) {
                continue;
            }
            let (pc, code) = (&self.pcs[which], self.code());
            let cut = pc.line.cut.replace(false);
            let again = code.zip(pc.db()).map(|(code, db)| template::join(pc, db, &code, false));
            pc.line.cut.set(cut);
            self.line(format!("{} is let in again: {again:?}", self.pcs[which].name));
        }
        self.net.trouble.set(trouble);
    }

    /// A PC writes what no rule of the others allows.
    fn break_a_rule(&mut self, which: usize) {
        self.tally.fault("rule_broken");
        self.net.spoilt.borrow_mut().insert(self.pcs[which].name.clone());
        let next = self.next_number();
        self.breaking.insert(next);
        self.at_pc(which, |hand| ("break a rule", crate::work::break_a_rule(hand)));
    }

    fn new_folder(&mut self, name: &str) -> std::path::PathBuf {
        self.folders += 1;
        self.folder.join(format!("{name}{}", self.folders))
    }

    fn restore_pc(&mut self, which: usize) {
        if !self.pcs[which].introduced() {
            return;
        }
        if self.pcs[which].copy.is_none() || self.rng.u8(0..3) == 0 {
            let to = self.new_folder("copy");
            self.line(format!("{}: its disk is copied", self.pcs[which].name));
            self.pcs[which].back_up(&to).expect("a copy");
            return;
        }
        self.tally.fault("pc_restored");
        self.line(format!("{}: its disk is replaced by the old copy", self.pcs[which].name));
        self.pcs[which].restore().expect("the copy is there");
        self.start_pc(which);
    }

    fn clone_pc(&mut self, which: usize) {
        if self.pcs.len() >= MOST_PCS || !self.pcs[which].introduced() {
            return;
        }
        self.tally.fault("pc_cloned");
        let to = self.new_folder("clone");
        let seat = template::copy_to(&to, &self.pcs[which].seat()).expect("a copy");
        // A copy is made of everything, but starts as its own machine.
        let seat = Seat { folder: to, key: seat.key };
        let mut line = self.pcs[which].line.clone();
        line.cut = Default::default();
        line.pc = format!("{}'", line.pc);
        self.line(format!("{} is cloned", self.pcs[which].name));
        let mut clone = Pc::of(&seat, line, self.rng.u64(..));
        clone.going = self.pcs[which].going;
        clone.held = self.pcs[which].held.clone();
        clone.revoked = self.pcs[which].revoked;
        clone.clock.set(clone.going.shows(self.now));
        for names in [&self.net.shut_out, &self.net.spoilt] {
            let same = names.borrow().contains(&self.pcs[which].name);
            if same {
                names.borrow_mut().insert(clone.name.clone());
            }
        }
        (clone.page, clone.updated) = (self.plan.page, self.pcs[which].updated);
        self.pcs.push(clone);
        self.start_pc(self.pcs.len() - 1);
    }

    fn restore_hub(&mut self) {
        let hub_folder = self.net.hub.borrow().folder.clone();
        if disk::machine(&hub_folder).refusals.get() > 0 {
            return;
        }
        disk::machine(&hub_folder).set(Fault::None);
        if self.hub_copy.is_none() || self.rng.u8(0..3) == 0 {
            let to = self.new_folder("hub-copy-");
            self.line("the hub is backed up");
            match self.net.hub.borrow().back_up(&to) {
                Ok(()) => self.hub_copy = Some(to),
                Err(error) => self.tally.violation(Check::Program, format!("the hub cannot be backed up: {error}")),
            }
            return;
        }
        self.tally.fault("hub_restored");
        self.hub_was_restored = true;
        self.line("the hub is restored from its copy");
        let copy = self.hub_copy.clone().unwrap_or_default();
        let mut hub = self.net.hub.borrow_mut();
        hub.stop();
        disk::forget_folder(&hub_folder);
        let restored = hub.restore(&copy).and_then(|()| hub.start());
        drop(hub);
        self.net.acknowledged.borrow_mut().clear();
        if let Err(error) = restored {
            return self.tally.violation(Check::Program, format!("the hub cannot be restored: {error}"));
        }
        self.let_in_again();
        // Whoever restores a hub shuts out again whom they had shut out.
        let revoked: Vec<_> = self.pcs.iter().filter(|pc| pc.revoked).map(|pc| pc.device).collect();
        revoked.into_iter().for_each(|device| self.shut_out(device));
    }

    fn revoke(&mut self, which: usize) {
        let device = self.pcs[which].device;
        let others = self.pcs.iter().filter(|pc| !pc.revoked && pc.device != device).count();
        if others < 2 || self.pcs[which].revoked {
            return;
        }
        self.tally.fault("revoked");
        self.line(format!("{} is revoked", self.pcs[which].name));
        for pc in self.pcs.iter_mut().filter(|pc| pc.device == device) {
            pc.revoked = true;
            self.net.shut_out.borrow_mut().insert(pc.name.clone());
        }
        self.shut_out(device);
    }

    fn shut_out(&mut self, device: uuid::Uuid) {
        let house = self.net.hub.borrow();
        let Some(hub) = house.hub() else { return };
        disk::machine(&house.folder).set(Fault::None);
        let revoke = || -> Result<(), StoreError> {
            let mut tx = hub.store().write()?;
            let tenant = tx.tenant_of(device)?;
            tenant.map_or(Ok(()), |tenant| tx.revoke(tenant, device, self.now))?;
            tx.commit()
        };
        revoke().expect("a sound hub writes it down");
    }
}

/// A machine's name, for the trace: the same in every temporary folder.
fn name_of(folder: &std::path::Path) -> String {
    folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
