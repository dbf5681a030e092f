//! What a machine's disk does: it fills up, stops in the middle of a write, and loses at a power cut
//! what nobody waited for. Every file of every database in this thread goes through here (see
//! [`crate::vfs`]); a folder is a machine.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// What a disk refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    None,
    /// After so many more writes the disk takes no more bytes; what is there can be written over.
    FullAfter(u64),
    /// After so many more writes the machine stands still: nothing is written, synced or removed.
    DeadAfter(u64),
}

/// A machine, as its files know it.
pub struct Machine {
    fault: Cell<Fault>,
    /// How often the disk has refused since the fault was set.
    pub refusals: Cell<u64>,
    /// How often it has refused in all.
    pub refused: Cell<u64>,
}

impl Machine {
    pub fn set(&self, fault: Fault) {
        self.fault.set(fault);
        self.refusals.set(0);
    }

    /// Whether a write may go on; `grows` if the file becomes longer by it.
    pub fn write(&self, grows: bool) -> Result<(), Fault> {
        let fault = self.fault.get();
        match fault {
            Fault::FullAfter(0) if grows => self.refuse(fault),
            Fault::DeadAfter(0) => self.refuse(fault),
            Fault::FullAfter(left) => {
                self.fault.set(Fault::FullAfter(left.saturating_sub(1)));
                Ok(())
            }
            Fault::DeadAfter(left) => {
                self.fault.set(Fault::DeadAfter(left - 1));
                Ok(())
            }
            Fault::None => Ok(()),
        }
    }

    /// Whether a sync or a removal may go on.
    pub fn settle(&self) -> Result<(), Fault> {
        match self.fault.get() {
            fault @ Fault::DeadAfter(0) => self.refuse(fault),
            _ => Ok(()),
        }
    }

    fn refuse(&self, fault: Fault) -> Result<(), Fault> {
        self.refusals.set(self.refusals.get() + 1);
        self.refused.set(self.refused.get() + 1);
        Err(fault)
    }

    pub fn is_dead(&self) -> bool {
        self.fault.get() == Fault::DeadAfter(0)
    }
}

/// A change that no sync has followed yet.
pub enum Unsynced {
    Write { at: u64, old: Vec<u8>, new: Vec<u8>, old_len: u64 },
    Truncate { to: u64, tail: Vec<u8> },
}

/// A file of a machine.
pub struct Tracked {
    pub path: PathBuf,
    pub machine: Rc<Machine>,
    pub unsynced: RefCell<Vec<Unsynced>>,
}

#[derive(Default)]
struct Disks {
    machines: HashMap<PathBuf, Rc<Machine>>,
    files: HashMap<PathBuf, Rc<Tracked>>,
}

thread_local! {
    static DISKS: RefCell<Disks> = RefCell::default();
}

/// The machine of a folder.
pub fn machine(folder: &Path) -> Rc<Machine> {
    DISKS.with_borrow_mut(|disks| {
        let new = || Rc::new(Machine { fault: Cell::new(Fault::None), refusals: Cell::new(0), refused: Cell::new(0) });
        disks.machines.entry(folder.to_owned()).or_insert_with(new).clone()
    })
}

/// The state of a file, the same for every connection that opens it.
pub fn tracked(path: &Path) -> Rc<Tracked> {
    let machine = machine(path.parent().unwrap_or(Path::new("/")));
    DISKS.with_borrow_mut(|disks| {
        let new = || Rc::new(Tracked { path: path.to_owned(), machine, unsynced: RefCell::default() });
        disks.files.entry(path.to_owned()).or_insert_with(new).clone()
    })
}

/// A file was removed.
pub fn forget(path: &Path) {
    DISKS.with_borrow_mut(|disks| disks.files.remove(path));
}

/// Nothing is remembered: another run begins.
pub fn forget_everything() {
    DISKS.take();
}

/// Nothing of the folder is remembered: it is gone, or another machine's files are put there.
pub fn forget_folder(folder: &Path) {
    DISKS.with_borrow_mut(|disks| {
        disks.machines.remove(folder);
        disks.files.retain(|path, _| path.parent() != Some(folder));
    });
}

/// The power fails in a folder whose databases are closed: of what was not synced, `kept` says for each
/// change whether it has reached the disk. Afterwards the disk works again.
///
/// # Errors
/// Those of reading and writing the files.
pub fn power_cut(folder: &Path, mut kept: impl FnMut() -> bool) -> std::io::Result<()> {
    let files: Vec<Rc<Tracked>> = DISKS.with_borrow(|disks| {
        let mut files: Vec<_> =
            disks.files.values().filter(|file| file.path.parent() == Some(folder)).cloned().collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files
    });
    for file in files {
        let unsynced = std::mem::take(&mut *file.unsynced.borrow_mut());
        if !unsynced.is_empty() && file.path.exists() {
            let mut bytes = fs::read(&file.path)?;
            undo(&mut bytes, &unsynced);
            unsynced.iter().filter(|_| kept()).for_each(|change| redo(&mut bytes, change));
            fs::write(&file.path, bytes)?;
        }
    }
    machine(folder).set(Fault::None);
    Ok(())
}

fn undo(bytes: &mut Vec<u8>, unsynced: &[Unsynced]) {
    for change in unsynced.iter().rev() {
        match change {
            Unsynced::Write { at, old, old_len, .. } => {
                let at = *at as usize;
                let end = (at + old.len()).min(bytes.len());
                bytes[at.min(end)..end].copy_from_slice(&old[..end - at.min(end)]);
                bytes.truncate(*old_len as usize);
            }
            Unsynced::Truncate { to, tail } => {
                bytes.resize(*to as usize, 0);
                bytes.extend_from_slice(tail);
            }
        }
    }
}

fn redo(bytes: &mut Vec<u8>, change: &Unsynced) {
    match change {
        Unsynced::Write { at, new, .. } => {
            let (at, end) = (*at as usize, *at as usize + new.len());
            if bytes.len() < end {
                bytes.resize(end, 0);
            }
            bytes[at..end].copy_from_slice(new);
        }
        Unsynced::Truncate { to, .. } => bytes.truncate(*to as usize),
    }
}

/// Copies the database of a folder, with its write-ahead log, to another folder.
///
/// # Errors
/// Those of reading and writing the files.
pub fn copy(from: &Path, to: &Path, file: &str) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    forget_folder(to);
    for name in [file.to_owned(), format!("{file}-wal")] {
        let target = to.join(&name);
        match fs::copy(from.join(&name), &target) {
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                fs::remove_file(&target).or_else(|error| match error.kind() {
                    std::io::ErrorKind::NotFound => Ok(()),
                    _ => Err(error),
                })?;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
