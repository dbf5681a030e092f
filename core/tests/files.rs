//! Papers: what is on disk tells nothing, what comes back is what went in, or it is said that it is not.

mod support;

use std::fs;
use std::io::Read;
use std::path::PathBuf;

use neem_core::files::{self, FileInfo, FileOwner, FileStore, OwnerTable};
use neem_core::ids::PatientId;
use neem_core::page::PageRequest;
use neem_core::{Code, Result, patients};
use support::Desk;
use uuid::Uuid;

const CANARY: &str = "The canary sings of hypertension.";

fn store(desk: &Desk) -> FileStore {
    FileStore::beside(desk.db.path())
}

fn add(desk: &Desk, patient: PatientId, name: &str, content: impl Read) -> Result<FileInfo> {
    desk.write(desk.staff.desk, |tx| files::add(tx, &store(desk), FileOwner::patient(patient), name, content))
}

/// Every file under a folder.
fn on_disk(folder: &std::path::Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths.flat_map(|path| if path.is_dir() { on_disk(&path) } else { vec![path] }).collect()
}

fn read(desk: &Desk, file: &FileInfo) -> Result<Vec<u8>> {
    desk.db.read(|conn| Ok(files::read(conn, &store(desk), file.id)?.bytes))
}

#[test]
fn a_paper_comes_back_and_the_disk_says_nothing_of_it() {
    let desk = Desk::open();
    let patient = desk.register("Sunita Deshpande");
    let text = CANARY.repeat(10_000);
    let file = add(&desk, patient, "../../canary report.txt", text.as_bytes()).expect("adds");
    assert_eq!((file.name.as_str(), file.media_type.as_str()), ("canary report.txt", "text/plain"));
    assert_eq!(file.size_bytes as usize, text.len());
    assert_eq!(file.uploaded_by, Some(desk.staff.desk));
    assert_eq!(read(&desk, &file).expect("reads"), text.as_bytes());

    let paths = on_disk(desk.dir.path());
    assert!(paths.len() >= 2, "the database and the file: {paths:?}");
    for path in &paths {
        let bytes = fs::read(path).expect("reads");
        let plain = bytes.windows(10).any(|window| window == &CANARY.as_bytes()[..10]);
        assert!(!plain, "{} holds the words in the clear", path.display());
        assert!(!path.to_string_lossy().contains("canary"), "{}", path.display());
    }
    let sha256 =
        desk.read(|conn| Ok(conn.query_row("SELECT lower(hex(sha256)) FROM files", [], |r| r.get::<_, String>(0))?));
    let stored = on_disk(store(&desk).folder());
    assert_eq!(stored.len(), 1);
    assert!(!stored[0].to_string_lossy().contains(&sha256), "the name gives the hash away");

    let saved = desk.db.read(|conn| files::save_copy(conn, &store(&desk), file.id, &desk.dir.path().join("out")));
    let again = desk.db.read(|conn| files::save_copy(conn, &store(&desk), file.id, &desk.dir.path().join("out")));
    assert!(saved.expect("saves").ends_with("out/canary report.txt"));
    assert!(again.expect("saves").ends_with("out/canary report (2).txt"), "the first copy is not overwritten");
}

#[test]
fn only_papers_come_in() {
    let desk = Desk::open();
    let patient = desk.register("Sunita Deshpande");
    for (name, content) in [
        ("report.pdf", b"MZ\x90\x00\x03\x00\x00\x00".as_slice()),
        ("report.pdf", b"\x7fELF\x02\x01\x01\x00"),
        ("scans.zip", b"PK\x03\x04\x14\x00\x00\x00"),
        ("script.txt", b"#!/bin/sh\necho\n"),
        ("empty.txt", b""),
    ] {
        let error = add(&desk, patient, name, content).expect_err(name);
        assert_eq!(error.code(), Code::FileTypeRefused, "{name}");
    }
    let error =
        add(&desk, patient, "big.txt", std::io::repeat(b'a').take(files::MAX_BYTES + 1)).expect_err("too large");
    assert_eq!((error.code(), error.detail()), (Code::FileTooLarge, Some("20 MB")));
    let nobody = FileOwner { table: OwnerTable::Consultations, id: Uuid::from_u128(7) };
    let error = desk
        .write(desk.staff.desk, |tx| files::add(tx, &store(&desk), nobody, "a.txt", CANARY.as_bytes()))
        .expect_err("nobody's");
    assert_eq!(error.code(), Code::NotFound);
    assert_eq!(on_disk(store(&desk).folder()), Vec::<PathBuf>::new(), "what was refused leaves nothing behind");
    assert_eq!(desk.count("SELECT count(*) FROM files"), 0);
}

#[test]
fn the_largest_file_comes_in_piece_by_piece() {
    /// Gives bytes as they are asked for and remembers the most that were asked for at once.
    struct Slowly<'a>(u64, &'a mut usize);
    impl Read for Slowly<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            *self.1 = (*self.1).max(buffer.len());
            let given = buffer.len().min(1_000).min(self.0 as usize);
            buffer[..given].fill(b'x');
            self.0 -= given as u64;
            Ok(given)
        }
    }
    let desk = Desk::open();
    let patient = desk.register("Sunita Deshpande");
    let mut most = 0;
    let file = add(&desk, patient, "long.txt", Slowly(files::MAX_BYTES, &mut most)).expect("adds");
    assert!(most <= 64 << 10, "{most} bytes at once");
    assert_eq!(u64::from(file.size_bytes), files::MAX_BYTES);
    let back = read(&desk, &file).expect("reads");
    assert!(back.len() as u64 == files::MAX_BYTES && back.iter().all(|byte| *byte == b'x'));
}

#[test]
fn damage_is_noticed_wherever_it_is() {
    const SEALED: usize = (64 << 10) + 16;
    let desk = Desk::open();
    let patient = desk.register("Sunita Deshpande");
    // Three whole pieces, and the same twice over: a swap would go unseen without the place in it.
    let file = add(&desk, patient, "long.txt", "a".repeat(3 * (64 << 10)).as_bytes()).expect("adds");
    let path = on_disk(store(&desk).folder()).remove(0);
    let sound = fs::read(&path).expect("reads");
    assert_eq!(sound.len(), 3 * SEALED);
    let mut flipped = sound.clone();
    flipped[SEALED + 5] ^= 1;
    let mut swapped = sound.clone();
    swapped[..2 * SEALED].rotate_left(SEALED);
    let longer = [sound.as_slice(), b"more"].concat();
    for (what, bytes) in [
        ("a flipped bit", flipped),
        ("swapped pieces", swapped),
        ("a piece cut off", sound[..2 * SEALED].to_vec()),
        ("cut within a piece", sound[..2 * SEALED + 100].to_vec()),
        ("a piece left out", [&sound[..SEALED], &sound[2 * SEALED..]].concat()),
        ("something added", longer),
        ("nothing left", Vec::new()),
    ] {
        fs::write(&path, bytes).expect("writes");
        assert_eq!(read(&desk, &file).expect_err(what).code(), Code::FileDamaged, "{what}");
    }
    // The same paper again is not given the damaged bytes.
    let again = add(&desk, patient, "again.txt", "a".repeat(3 * (64 << 10)).as_bytes()).expect("adds");
    assert!(read(&desk, &again).is_ok() && read(&desk, &file).is_err());
    fs::remove_file(&path).expect("removes");
    assert_eq!(read(&desk, &file).expect_err("gone").code(), Code::FileNotHere);
    fs::write(&path, &sound).expect("writes");
    assert!(read(&desk, &file).is_ok());
}

#[test]
fn the_same_paper_is_stored_once_and_leaves_with_its_last_owner() {
    let desk = Desk::open();
    let (first, second) = (desk.register("Sunita Deshpande"), desk.register("Vikram Bapat"));
    let one = add(&desk, first, "report.txt", CANARY.as_bytes()).expect("adds");
    let two = add(&desk, second, "copy.txt", CANARY.as_bytes()).expect("adds");
    let other = add(&desk, second, "other.csv", b"a,b\n1,2\n".as_slice()).expect("adds");
    assert_eq!(other.media_type, "text/csv");
    assert_eq!(on_disk(store(&desk).folder()).len(), 2, "two contents of three files");

    let sweep = || desk.db.write_local(|conn| files::sweep(conn, &store(&desk))).expect("sweeps");
    assert_eq!(sweep(), 0);
    desk.write(desk.staff.desk, |tx| files::remove(tx, one.id)).expect("removes");
    assert_eq!(sweep(), 0, "the other file still refers to the bytes");
    assert_eq!(read(&desk, &two).expect("reads"), CANARY.as_bytes());
    assert_eq!(read(&desk, &one).expect_err("removed").code(), Code::NotFound);
    let error = desk.write(desk.staff.desk, |tx| files::remove(tx, one.id)).expect_err("removed already");
    assert_eq!(error.code(), Code::NotFound);
    desk.write(desk.staff.desk, |tx| files::remove(tx, two.id)).expect("removes");
    assert_eq!(sweep(), 1);
    assert_eq!(read(&desk, &other).expect("reads"), b"a,b\n1,2\n");

    // A write that fails after the bytes were stored leaves them to the sweep.
    let failed = desk.write(desk.staff.desk, |tx| {
        files::add(tx, &store(&desk), FileOwner::patient(first), "a.txt", b"never a row".as_slice())?;
        Err::<(), _>(Code::NotFound.into())
    });
    assert!(failed.is_err() && on_disk(store(&desk).folder()).len() == 2);
    assert_eq!(sweep(), 1);

    let of = |patient| desk.read(|conn| files::list(conn, FileOwner::patient(patient), PageRequest::FIRST)).items;
    assert_eq!((of(first).len(), of(second).len()), (0, 1));
}

#[test]
fn recognised_words_stay_with_their_scan() {
    let desk = Desk::open();
    let patient = desk.register("Sunita Deshpande");
    let file = add(&desk, patient, "scan.png", b"\x89PNG\r\n\x1a\n\0\0".as_slice()).expect("adds");
    let set = |text: &str| desk.write(desk.staff.desk, |tx| files::set_extracted_text(tx, file.id, text));
    set("Haemoglobin 11.2").expect("sets");
    let text = || desk.read(|conn| files::file(conn, file.id)).extracted_text;
    assert_eq!(text().as_deref(), Some("Haemoglobin 11.2"));
    set("").expect("empties");
    assert_eq!(text(), None);
    assert_eq!(set(&"x".repeat(300_000)).expect_err("too long").problems()[0].field, "extractedText");
}

#[test]
fn a_patient_has_one_photo_kept_like_every_file() {
    let desk = Desk::open();
    let (patient, other) = (desk.register("Sunita Deshpande"), desk.register("Vikram Bapat"));
    let jpeg = |colour: u8| [b"\xff\xd8\xff\xe0\0\x10JFIF".as_slice(), &[colour; 4_000]].concat();
    let set = |patient, picture: &[u8]| {
        desk.write(desk.staff.desk, |tx| patients::set_photo(tx, &store(&desk), patient, picture))
    };
    let shown = |patient| desk.db.read(|conn| patients::photo(conn, &store(&desk), patient));
    let bytes = |patient| shown(patient).expect("reads").map(|photo| photo.bytes);
    assert_eq!(bytes(patient), None);
    let none = desk.write(desk.staff.desk, |tx| patients::remove_photo(tx, patient)).expect_err("none to remove");
    assert_eq!(none.code(), Code::NotFound);

    let first = set(patient, &jpeg(1)).expect("sets");
    assert_eq!((first.name.as_str(), first.media_type.as_str()), ("photo.jpg", "image/jpeg"));
    assert_eq!(first.owner, FileOwner::patient(patient));
    assert_eq!(bytes(patient), Some(jpeg(1)));
    // One face on two records is stored once, and in nobody's sight.
    set(other, &jpeg(1)).expect("sets");
    assert_eq!(on_disk(store(&desk).folder()).len(), 1);
    for path in on_disk(desk.dir.path()) {
        assert!(!fs::read(&path).expect("reads").windows(4).any(|part| part == b"JFIF"), "{}", path.display());
    }

    // Another one takes its place, and the one before leaves the files.
    set(patient, &jpeg(2)).expect("sets");
    assert_eq!(bytes(patient), Some(jpeg(2)));
    let of = |patient| desk.read(|conn| files::list(conn, FileOwner::patient(patient), PageRequest::FIRST)).items;
    assert_eq!(of(patient).len(), 1);
    // What is no picture, or too large a one, changes nothing.
    for (picture, code) in [
        (b"%PDF-1.7\n".to_vec(), Code::FileTypeRefused),
        (b"a text".to_vec(), Code::FileTypeRefused),
        (jpeg(3).repeat(200), Code::FileTooLarge),
    ] {
        assert_eq!(set(patient, &picture).expect_err("refuses").code(), code);
        assert_eq!(bytes(patient), Some(jpeg(2)));
    }
    assert_eq!(set(PatientId(Uuid::nil()), &jpeg(1)).expect_err("nobody").code(), Code::NotFound);

    // Taken away here, or out of the list of files.
    desk.write(desk.staff.desk, |tx| patients::remove_photo(tx, patient)).expect("removes");
    assert_eq!((bytes(patient), of(patient).len()), (None, 0));
    let file = of(other).remove(0);
    desk.write(desk.staff.desk, |tx| files::remove(tx, file.id)).expect("removes");
    assert_eq!(bytes(other), None);
    let again = set(other, &jpeg(4)).expect("sets");
    // Bytes of another PC are known by their row alone.
    fs::remove_dir_all(store(&desk).folder()).expect("removes");
    assert_eq!(shown(other).expect_err("elsewhere").code(), Code::FileNotHere);
    desk.write(desk.staff.desk, |tx| patients::remove_photo(tx, other)).expect("removes all the same");
    assert_eq!(desk.db.read(|conn| files::file(conn, again.id)).expect_err("removed").code(), Code::NotFound);
}
