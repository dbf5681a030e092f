//! What is typed into a box that finds something: it becomes part of a full-text query, and must never be
//! read as one.
#![no_main]

use std::cell::RefCell;

use libfuzzer_sys::fuzz_target;
use neem_core::page::PageRequest;
use neem_core::patients::search::{fold, sounds};
use neem_core::providers::{ProviderSearch, search_providers};
use neem_core::{Actor, Code, Db, identity, patients, prescriptions, tickets};
use neem_fuzz::world::{FIRST, World, new_patient, today};
use neem_fuzz::{answered, text};

thread_local! {
    static PC: RefCell<Option<Db>> = const { RefCell::new(None) };
}

fn asked(db: &Db, typed: &str) {
    let page = PageRequest { offset: 0, limit: 20 };
    let words = ProviderSearch { words: typed.to_owned(), specialization: String::new(), everyone: true };
    let special = ProviderSearch { words: String::new(), specialization: typed.to_owned(), everyone: false };
    let outcome = db.read(|conn| {
        assert!(patients::search(conn, typed, today())?.len() <= 12);
        tickets::search(conn, typed, page)?;
        search_providers(conn, &words, page)?;
        search_providers(conn, &special, page)?;
        prescriptions::search_medicines(conn, typed)?;
        prescriptions::suggest_from(conn, typed)?;
        prescriptions::parse_line_from(conn, typed)?;
        let allergies = patients::allergies(conn, World::get().staff.patient)?;
        prescriptions::check(conn, &[prescriptions::parse_line(typed).item], &allergies)?;
        identity::find_by_email(conn, typed)?;
        patients::likely_duplicates(conn, &new_patient(typed, typed), today())
    });
    answered(outcome).expect("whatever is typed has an answer");
}

/// Who was registered under a name is found by it.
fn found_again(db: &Db, typed: &str) {
    let admin = Actor::User(World::get().staff.admin);
    let mut registered = None;
    let undone = db.write(admin, "register_patient", |tx| {
        if let Some(patient) = answered(patients::register(tx, &new_patient(typed, ""), today())) {
            let hits = patients::search(tx, &patient.full_name, today())?;
            registered = Some((hits.iter().any(|hit| hit.id == patient.id), patient.full_name));
        }
        Err::<(), _>(Code::SyncStopped.into())
    });
    assert_eq!(undone.map_err(|error| error.code()), Err(Code::SyncStopped));
    if let Some((found, name)) = registered {
        let folded = fold(&name);
        // A number in a name is looked for as a number; of a sign that has no letters nothing can be found.
        let plain = !folded.is_empty() && !folded.bytes().any(|byte| byte.is_ascii_digit());
        assert!(found || !plain, "{name:?} ({folded}) is not found");
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((how, bytes)) = data.split_first() else { return };
    let typed = text(bytes);
    let folded = fold(&typed);
    assert!(folded.is_ascii());
    assert_eq!(fold(&folded), folded);
    let _ = sounds(&typed);
    PC.with_borrow_mut(|pc| {
        let db = pc.get_or_insert_with(|| World::get().pc(FIRST));
        asked(db, &typed);
        if how % 2 == 0 {
            found_again(db, &typed);
        }
    });
});
