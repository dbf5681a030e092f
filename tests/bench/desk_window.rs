//! What somebody at the desk waits for, in the real window: from the key to the picture.

use std::path::Path;
use std::time::{Duration, Instant as Watch};

use chrono::{Datelike, Weekday};
use neem_core::clock::{Clock, SystemClock};
use neem_core::ids::{Instant, PatientId, ProviderId};
use neem_core::scheduling::{
    self, AppointmentStatus, Channel, Mode, NewAppointment, NewWalkIn, TemplateForm, TemplateRow,
};
use neem_core::{LocalDate, identity};
use serde_json::{Value, json};

use super::paint::runtime;
use super::support::{self, Clinic, MINUTE, PASSWORD, Seeded};
use super::window::{self, Window};
use super::{data, percentile, report, size};

const DOCTORS: usize = 20;
/// Working days from this week's Monday on, each doctor with sixteen visits a day.
const DAYS: u32 = 68;
const VISITS_A_DAY: i64 = 16;
const WEEKS: usize = 8;
const PEOPLE: usize = 30;
const WALK_INS: usize = 40;
const ZONE: chrono_tz::Tz = chrono_tz::Asia::Kolkata;
const PATIENCE: Duration = Duration::from_secs(20);

const CTRL: char = '\u{E009}';
const ALT: char = '\u{E00A}';
const ESC: char = '\u{E00C}';

/// Notes when the next key goes down and when `SHOWN` has been painted: the first frame after the document
/// has come to show it is over.
const ARM: &str = r#"
    const shown = () => SHOWN;
    const now = () => performance.timeOrigin + performance.now();
    const state = (window.neemBench = { pressed: null, painted: null });
    addEventListener("keydown", () => { state.pressed ??= now(); }, { capture: true, once: true });
    const look = () => {
        if (!shown()) return;
        watcher.disconnect();
        requestAnimationFrame(() => {
            const after = new MessageChannel();
            after.port1.onmessage = () => { state.painted = now(); };
            after.port2.postMessage(null);
        });
    };
    const watcher = new MutationObserver(look);
    watcher.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
    return null;
"#;

pub fn measure() {
    if let Err(reason) = desk() {
        println!("{}", json!({ "name": "desk_window", "skipped": reason }));
    }
}

fn desk() -> Result<(), String> {
    let app = window::app()?;
    let count = size("NEEM_BENCH_PATIENTS", 100_000);
    let clinic = Clinic::open();
    let mut seed = Seeded::new(42);
    let patients = data::patients(&clinic.desk, clinic.staff.admin, count, &mut seed);
    fill_calendar(&clinic, &patients);
    clinic.settle();
    let typed = data::typed_queries(&clinic.desk, PEOPLE, &mut seed);
    let Clinic { hub, desk, room, staff } = clinic;
    // The window has this PC's file from here on.
    let support::Pc { dir, key, db, .. } = desk;
    db.close().map_err(|error| error.to_string())?;
    window::keep_key(dir.path(), &key, "bench-desk")?;
    let client = room.client();
    runtime().block_on(async {
        let window = signed_in(&app, dir.path()).await?;
        week(&window).await?;
        search(&window, &typed, count).await?;
        let change = |turn: usize| {
            let walk_in = NewWalkIn {
                clinic_id: staff.site,
                patient_id: patients[turn * 31 % patients.len()],
                provider_id: staff.provider,
                reason: format!("Fever {turn:03}"),
            };
            // The other PC has a runtime of its own, which does not run inside this one.
            std::thread::scope(|scope| {
                let work = || {
                    room.write(staff.desk, |tx| scheduling::book_walk_in(tx, &walk_in)).expect("books");
                    room.sync_through(&client).expect("syncs");
                };
                scope.spawn(work).join().expect("works");
            });
        };
        queue(&window, change).await?;
        window.close().await;
        Ok::<(), String>(())
    })?;
    drop(hub);
    Ok(())
}

/// Twenty doctors with hours, and their visits.
fn fill_calendar(clinic: &Clinic, patients: &[PatientId]) {
    let staff = clinic.staff;
    let today = clinic.desk.db.now().day(ZONE);
    let monday = LocalDate(today.0.week(Weekday::Mon).first_day());
    let mut doctors = vec![staff.provider];
    for number in 1..DOCTORS {
        let name = format!("Dr Asha Doctor{number}");
        let member = support::member(&name, identity::Role::Provider);
        let added = clinic.desk.write(staff.admin, |tx| identity::add_staff(tx, &member, staff.site)).expect("adds");
        doctors.push(added.provider_id.expect("a provider"));
    }
    clinic
        .desk
        .write(staff.admin, |tx| {
            // A clinic of this size has had its limits raised.
            let raise = "UPDATE tenants SET max_users = 1000, max_bookings = 1000000, updated_at = ?1";
            Ok(tx.execute(raise, [tx.now])?)
        })
        .expect("raises the limits");
    let hours =
        |weekday| TemplateRow { weekday, start_time: "09:00".into(), end_time: "17:00".into(), mode: Mode::InPerson };
    for provider in &doctors {
        let form = TemplateForm {
            provider_id: *provider,
            clinic_id: staff.site,
            slot_duration_minutes: 15,
            buffer_minutes: 0,
            capacity: 1,
            valid_from: monday.to_string(),
            valid_to: String::new(),
            recurrence: String::new(),
            replaces: false,
            slots: (1..=6).map(hours).collect(),
        };
        clinic.desk.write(staff.admin, |tx| scheduling::add_template(tx, &form)).expect("adds hours");
    }
    for day in 0..DAYS {
        let day = monday.plus_days(day);
        if day.0.weekday() == Weekday::Sun {
            continue;
        }
        let nine = Instant(day.bounds(ZONE).0.0 + 9 * 60 * MINUTE);
        visits(clinic, &doctors, patients, day, nine);
    }
}

fn visits(clinic: &Clinic, doctors: &[ProviderId], patients: &[PatientId], day: LocalDate, nine: Instant) {
    let staff = clinic.staff;
    clinic
        .desk
        .write(staff.desk, |tx| {
            for (number, provider) in doctors.iter().enumerate() {
                for turn in 0..VISITS_A_DAY {
                    let start = nine.plus_minutes(turn * 30);
                    let whose = (day.0.ordinal() as usize * 7 + number * 131 + turn as usize * 17) % patients.len();
                    let new = NewAppointment {
                        clinic: staff.site,
                        patient: patients[whose],
                        provider: *provider,
                        service: None,
                        start,
                        end: start.plus_minutes(15),
                        status: AppointmentStatus::Confirmed,
                        channel: Channel::Phone,
                        reason: "Review".into(),
                    };
                    scheduling::book(tx, &new)?;
                }
            }
            Ok(())
        })
        .expect("books");
}

async fn signed_in(app: &Path, data: &Path) -> Result<Window, String> {
    let window = Window::open(app, data, "[name=email]").await?;
    window.fill("email", "kulkarni@clinic.example").await?;
    window.fill("password", PASSWORD).await?;
    window.press(&['\u{E007}']).await?;
    window.see("[data-testid=sync-badge]").await?;
    Ok(window)
}

/// From the key that was pressed last to the painting of what this condition says, both in milliseconds since 1970.
async fn painted(window: &Window, what: &str) -> Result<(Option<f64>, f64), String> {
    let begun = Watch::now();
    loop {
        let state = window.run("return [window.neemBench.pressed, window.neemBench.painted]", vec![]).await?;
        if let Some(painted) = state[1].as_f64() {
            return Ok((state[0].as_f64(), painted));
        }
        if begun.elapsed() > PATIENCE {
            return Err(format!("never painted: {what}"));
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The page's own rules forbid to make a function of a text, so the condition is part of the script.
async fn arm(window: &Window, shown: &str) -> Result<(), String> {
    window.run(&ARM.replace("SHOWN", shown), vec![]).await?;
    Ok(())
}

/// Presses keys and says how long it took until the condition had been painted.
async fn after(window: &Window, keys: &[char], shown: &str) -> Result<f64, String> {
    arm(window, shown).await?;
    window.press(keys).await?;
    let (pressed, painted) = painted(window, shown).await?;
    Ok(painted - pressed.ok_or("no key arrived")?)
}

fn tell(name: &str, mut samples: Vec<f64>, on: &str) {
    let on = format!("{on}, {} times; the real window, key down to the end of the frame", samples.len());
    for (end, part) in [("p50", 0.5), ("p95", 0.95), ("max", 1.0)] {
        report(&format!("{name}_{end}"), percentile(&mut samples, part), "ms", &on);
    }
}

/// The week of twenty doctors, and those after it, each seen for the first time.
async fn week(window: &Window) -> Result<(), String> {
    let on = format!("{DOCTORS} doctors with {VISITS_A_DAY} visits a day each");
    after(window, &[ALT, '2'], "document.querySelector('[data-day]') !== null").await?;
    let blocks =
        "document.querySelectorAll('[data-day]').length === 7 && document.querySelectorAll('[data-day] button').length";
    let full = (DOCTORS as i64 * VISITS_A_DAY * 6) as usize;
    let first = after(window, &['w'], &format!("{blocks} >= {full}")).await?;
    report("calendar_week_first", first, "ms", &format!("{on}; from the key for the week to its first picture"));
    let mut samples = Vec::new();
    for _ in 0..WEEKS {
        let monday = window.run("return document.querySelector('[data-day]').dataset.day", vec![]).await?;
        let other = format!("document.querySelector('[data-day]')?.dataset.day !== {monday} && {blocks} >= {full}");
        samples.push(after(window, &[']'], &other).await?);
    }
    tell("calendar_week", samples, &format!("the next week of {on}, never shown before"));
    after(window, &[ALT, '1'], "document.querySelector('[data-day]') === null").await?;
    Ok(())
}

/// Letter by letter, each until the answer for just these letters has been painted.
async fn search(window: &Window, typed: &[String], count: usize) -> Result<(), String> {
    let mut samples = Vec::new();
    let mut before = String::new();
    for query in typed {
        if !query.starts_with(&before) || before.is_empty() {
            window.press(&[CTRL, 'k']).await?;
            let empty = "document.activeElement?.dataset.testid === 'search' && document.activeElement.value === ''";
            while window.run(&format!("return {empty}"), vec![]).await? != Value::Bool(true) {
                window.press(&[ESC]).await?;
                window.press(&[CTRL, 'k']).await?;
            }
            before.clear();
        }
        for letter in query[before.len()..].chars() {
            before.push(letter);
            let shown = format!(
                "document.querySelector('[data-testid=search]').value === {} && \
                 document.querySelector('[role=search] [role=listbox]')?.ariaBusy === 'false'",
                json!(before)
            );
            samples.push(after(window, &[letter], &shown).await?);
        }
    }
    tell("search_paint", samples, &format!("{count} patients; a letter typed, its hits painted"));
    window.press(&[ESC]).await?;
    Ok(())
}

/// Another PC gives a number; it is painted here when the hub has told this one.
async fn queue(window: &Window, change: impl Fn(usize)) -> Result<(), String> {
    let (mut from_write, mut from_sync) = (Vec::new(), Vec::new());
    for turn in 0..WALK_INS {
        let shown = format!("document.querySelector('main')?.textContent.includes('Fever {turn:03}')");
        arm(window, &shown).await?;
        let begun = since_1970();
        change(turn);
        let sent = since_1970();
        let (_, painted) = painted(window, &shown).await?;
        from_write.push(painted - begun);
        from_sync.push(painted - sent);
    }
    tell("queue_paint", from_write, "a walk-in written on another PC, sent to the hub, fetched and painted here");
    tell("queue_paint_after_sent", from_sync, "the same from the end of the other PC's sync");
    Ok(())
}

fn since_1970() -> f64 {
    SystemClock.now().0 as f64
}
