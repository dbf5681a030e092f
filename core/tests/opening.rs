//! The first databases that a process opens, from several threads at once.

use std::process::{Command, Stdio};
use std::sync::{Arc, Barrier};
use std::thread;

use neem_core::clock::SystemEntropy;
use neem_core::connection;
use neem_core::keys::DatabaseKey;
use rusqlite::OpenFlags;

/// Set in the processes that the story starts.
const CHILD: &str = "NEEM_TEST_OPENS_FIRST";
const THREADS: usize = 16;

/// Only the first opening of a process can show the fault, so each try is a process of its own.
#[test]
fn threads_that_open_the_first_databases_together_all_can() {
    if std::env::var_os(CHILD).is_some() {
        return open_together();
    }
    let tries = (0..40).map(|_| {
        Command::new(std::env::current_exe().expect("this test"))
            .env(CHILD, "1")
            .args(["--exact", "threads_that_open_the_first_databases_together_all_can"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .expect("a process")
    });
    assert_eq!(tries.filter(|status| !status.success()).count(), 0);
}

fn open_together() {
    let folder = tempfile::tempdir().expect("a folder");
    let together = Arc::new(Barrier::new(THREADS));
    let opening: Vec<_> = (0..THREADS)
        .map(|index| {
            let (path, together) = (folder.path().join(format!("{index}.db")), together.clone());
            thread::spawn(move || {
                together.wait();
                connection::open(&path, &DatabaseKey::random(&SystemEntropy), OpenFlags::default()).map(drop)
            })
        })
        .collect();
    for opened in opening {
        opened.join().expect("no panic").expect("opens");
    }
}
