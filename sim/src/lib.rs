//! The simulator: several PCs with the real core on real files, the real hub, one thread, one seed.
//! What is simulated and what is not: docs/simulation.md.

pub mod check;
pub mod disk;
pub mod hub;
pub mod line;
mod misfortune;
pub mod pc;
pub mod plan;
pub mod tally;
pub mod template;
pub mod time;
pub mod vfs;
pub mod work;
pub mod world;

use std::path::{Path, PathBuf};

use tally::Outcome;
use template::Template;

/// The clinic that runs begin with, and the place where they play.
pub struct Stage {
    runtime: tokio::runtime::Runtime,
    folder: tempfile::TempDir,
    template: Template,
}

impl Stage {
    /// Makes the clinic. From here on every database of this program is behind the simulated disk.
    ///
    /// # Panics
    /// When the clinic cannot be made: nothing can be simulated then.
    pub fn build() -> Stage {
        vfs::install();
        // The hub's routes have a time limit, which wants a clock to hang on to; nothing ever waits for it.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        // Memory, where there is such a place: nothing that is simulated needs a real disk.
        let memory = Path::new("/dev/shm");
        let folder = match memory.is_dir() {
            true => tempfile::tempdir_in(memory),
            false => tempfile::tempdir(),
        };
        let folder = folder.expect("a folder");
        let template = {
            let _inside = runtime.enter();
            template::make(&folder.path().join("template"))
        };
        Stage { runtime, folder, template }
    }

    /// Plays the run of a seed.
    ///
    /// # Panics
    /// When the simulator itself fails, such as by a full temporary folder.
    pub fn play(&self, seed: u64) -> Outcome {
        let _inside = self.runtime.enter();
        let folder: PathBuf = self.folder.path().join("run");
        let _ = std::fs::remove_dir_all(&folder);
        disk::forget_everything();
        std::fs::create_dir_all(&folder).expect("a folder");
        world::play(seed, &self.template, &folder)
    }
}
impl Stage {
    pub fn bench(&self, f: &dyn Fn(&str, usize, &mut dyn FnMut())) {
        let _inside = self.runtime.enter();
        let folder: PathBuf = self.folder.path().join("run");
        std::fs::create_dir_all(&folder).unwrap();
        f("copy", 50, &mut || { template::copy_to(&folder.join("pc0"), &self.template.pcs[0]).unwrap(); });
        f("copy hub", 50, &mut || { disk::copy(&self.template.hub.0, &folder.join("hub"), hub::FILE).unwrap(); });
        println!("{:?}", std::fs::metadata(folder.join("pc0/neem.db")).unwrap().len());
        let mut hub = hub::HubHouse::of(&folder.join("hub"), self.template.hub.1.clone(), 1);
        f("hub start", 50, &mut || { hub.stop(); hub.start().unwrap(); });
        let net = std::rc::Rc::new(line::Net { hub: hub.into(), rng: fastrand::Rng::with_seed(1).into(), tally: Default::default(), trouble: Default::default(), late: Default::default(), acknowledged: Default::default() });
        let line = line::Line { net: net.clone(), pc: "x".into(), cut: Default::default() };
        let seat = pc::Seat { folder: folder.join("pc0"), key: self.template.pcs[0].key.clone() };
        let mut pc = pc::Pc::of(&seat, line, 1);
        pc.clock.set(template::BEGIN);
        net.hub.borrow().clock.set(template::BEGIN);
        f("open alone", 50, &mut || { pc.open_alone().unwrap(); });
        f("start", 50, &mut || { pc.stop(); pc.start().unwrap(); });
        f("sync first", 1, &mut || { pc.sync().unwrap().unwrap(); });
        f("sync", 50, &mut || { pc.sync().unwrap().unwrap(); });
        let db = pc.db().unwrap().clone();
        let mut rng = fastrand::Rng::with_seed(1);
        let mut number = 0;
        f("work", 300, &mut || { number += 1; let mut hand = work::Hand { db: &db, staff: &self.template.staff, rng: &mut rng, now: template::BEGIN, number }; let _ = work::anything(&mut hand); });
        f("logged", 50, &mut || { db.read(pc::logged).unwrap(); });
        f("sync 2", 1, &mut || { pc.sync().unwrap().unwrap(); });
        println!("{:?}", db.read(|c| Ok(c.query_row("SELECT count(*) FROM commits", [], |r| r.get::<_, i64>(0))?)).unwrap());
        check::bench(&net, &db, f);
    }
}
