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
