//! What a clinic's records need now and then without anybody asking: looked after in the background,
//! in small steps, so that nobody at the desk waits for it.

use std::time::Duration;

use neem_core::ids::LocalDate;
use neem_core::retention::{self, RetentionPolicy};
use neem_core::{Actor, Db, Result, patients, scheduling};
use tauri::{AppHandle, Manager};
use tauri_specta::Event;

use crate::events::Changed;
use crate::state::App;
use crate::sync::announce_status;

/// Between two looks; also before the first, which must not slow the start.
const PAUSE: Duration = Duration::from_secs(60);
/// How many days ahead slots are laid out.
const AHEAD_DAYS: u32 = 60;

/// Looks after the records for as long as the app runs.
pub fn keep_up(handle: AppHandle) {
    std::thread::spawn(move || {
        let mut done_for: Option<LocalDate> = None;
        let mut laid_out = String::new();
        loop {
            std::thread::sleep(PAUSE);
            let app = handle.state::<App>();
            let (Ok(db), Ok(today)) = (app.db(), app.day()) else { continue };
            // A failure here is tried again at the next look; the log names it.
            let looked = patients::find_possible_duplicates(&db).map(|changed| {
                if changed > 0 {
                    let _ = Changed { tables: vec!["possible_duplicates".to_owned()] }.emit(&handle);
                    announce_status(&handle);
                }
            });
            let daily = if done_for == Some(today) { Ok(()) } else { daily(&db) };
            if daily.is_ok() {
                done_for = Some(today);
            }
            let slots = lay_out(&db, today, &mut laid_out);
            for error in [looked, daily, slots].into_iter().filter_map(Result::err) {
                eprintln!("neem: upkeep: {error}");
            }
        }
    });
}

/// Once a day: what has run out is closed, what is old is put away.
fn daily(db: &Db) -> Result<()> {
    let policy = RetentionPolicy::default();
    db.write(Actor::System, "expire_waitlist", scheduling::expire_waitlist)?;
    while db.write(Actor::System, "purge", |tx| retention::purge(tx, &policy, tx.now))?.more {}
    retention::archive(db, &policy, db.now())?;
    Ok(())
}

/// Lays the slots out anew on another day, and after a change of hours, here or on another PC.
fn lay_out(db: &Db, today: LocalDate, laid_out: &mut String) -> Result<()> {
    let mark = format!("{today} {}", db.read(scheduling::hours_mark)?);
    if mark != *laid_out {
        scheduling::materialise(db, today, today.plus_days(AHEAD_DAYS))?;
        *laid_out = mark;
    }
    Ok(())
}
