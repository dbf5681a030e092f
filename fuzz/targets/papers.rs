//! A paper of any kind and name: what it is comes from its bytes, and its name leads nowhere.
#![no_main]

use std::cell::RefCell;
use std::path::{Component, Path};

use libfuzzer_sys::fuzz_target;
use neem_core::files::{self, FileOwner, FileStore};
use neem_core::{Actor, Code, Db};
use neem_fuzz::world::{FIRST, World};
use neem_fuzz::{answered, text};

thread_local! {
    static PC: RefCell<Option<(Db, FileStore)>> = const { RefCell::new(None) };
}

/// Gives the bytes in pieces: what a file is does not depend on how it is read.
struct Pieces<'a>(&'a [u8], usize);

impl std::io::Read for Pieces<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let size = self.1.min(self.0.len()).min(out.len());
        out[..size].copy_from_slice(&self.0[..size]);
        self.0 = &self.0[size..];
        Ok(size)
    }
}

fuzz_target!(|data: &[u8]| {
    let [piece, length, rest @ ..] = data else { return };
    let (name, bytes) = rest.split_at((*length as usize).min(rest.len()));
    let name = text(name);
    let owner = FileOwner::patient(World::get().staff.patient);
    PC.with_borrow_mut(|pc| {
        let (db, store) = pc.get_or_insert_with(|| {
            let db = World::get().pc(FIRST);
            let store = FileStore::beside(db.path());
            (db, store)
        });
        let actor = Actor::User(World::get().staff.admin);
        let mut kinds = Vec::new();
        for size in [usize::from(*piece) + 1, bytes.len().max(1)] {
            let undone = db.write(actor, "add_file", |tx| {
                let added = answered(files::add(tx, store, owner, &name, Pieces(bytes, size)));
                if let Some(info) = &added {
                    let parts: Vec<Component> = Path::new(&info.name).components().collect();
                    assert!(matches!(parts.as_slice(), [Component::Normal(_)]), "{:?}", info.name);
                    assert!(info.name.len() <= 200 && !info.name.chars().any(char::is_control), "{:?}", info.name);
                    assert!(files::read(tx, store, info.id)?.bytes == bytes);
                }
                kinds.push(added.map(|info| (info.name, info.media_type)));
                Err::<(), _>(Code::SyncStopped.into())
            });
            assert_eq!(undone.map_err(|error| error.code()), Err(Code::SyncStopped));
        }
        assert_eq!(kinds[0], kinds[1], "another kind in other pieces");
        let _ = std::fs::remove_dir_all(store.folder());
    });
});
