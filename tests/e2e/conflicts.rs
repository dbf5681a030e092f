//! Two PCs work while the hub is away: both book the last free time, both register the same person,
//! both move a visit. Each is decided with one key on one PC; the other has nothing left to decide.

use serde_json::{Value, json};

use crate::window::Pc;
use crate::{DEMO_PASSWORD, HubProcess, stray, two_at_a_hub};

async fn patient(pc: &Pc, name: &str) -> Value {
    pc.ask("search_patients", json!({ "query": name })).await[0]["id"].clone()
}

async fn book(pc: &Pc, slot: &Value, patient: &Value, reason: &str) -> Value {
    let form = json!({
        "clinicId": slot["clinicId"], "patientId": patient, "providerId": slot["providerId"], "serviceId": null,
        "start": slot["start"], "minutes": null, "mode": null, "channel": "phone", "status": "confirmed",
        "reason": reason, "notes": "",
    });
    pc.ask("book_appointment", json!({ "form": form })).await["id"].clone()
}

async fn register(pc: &Pc, name: &str, address: &str) {
    let new = json!({
        "fullName": name, "alternateName": "", "gender": "male", "birthDate": "2/2/1992", "ageYears": "",
        "phone": "+91 98220 66471", "address": address, "city": "Pune", "primaryLanguage": "",
    });
    pc.ask("register_patient", json!({ "patient": new })).await;
}

/// Waits until something of a kind is being read.
async fn chosen(pc: &Pc, kind: &str) {
    pc.until(kind, &format!("return document.querySelector('[data-item][data-kind={kind}][aria-current]') !== null"))
        .await;
}

async fn choose(pc: &Pc, kind: &str) {
    pc.click(&format!("[data-item][data-kind={kind}]")).await;
    chosen(pc, kind).await;
}

/// In the light and in the dark, and nothing of the decision below the edge of the window.
async fn look(pc: &Pc, name: &str) {
    let fits = "const acts = [...document.querySelectorAll('article button')].at(-1);
        return !acts || acts.getBoundingClientRect().bottom <= document.querySelector('main, section').getBoundingClientRect().bottom";
    assert_eq!(pc.js(fits).await, json!(true), "{name} needs scrolling");
    pc.look(name).await;
}

async fn nothing_open(pc: &Pc) {
    for command in ["list_conflicts", "double_bookings", "field_conflicts"] {
        assert_eq!(pc.invoke(command, json!({})).await, Ok(json!([])), "{command}");
    }
}

pub async fn story() {
    let folder = tempfile::tempdir().expect("a folder");
    let (hub, desk, room) = two_at_a_hub(folder.path()).await;
    let (hub_data, address) = (folder.path().join("hub"), hub.address.clone());

    // A visit that both will move, and a program that does what none must.
    let site = desk.ask("startup", json!({})).await["clinic"]["homeClinicId"].clone();
    let from = desk.ask("today", json!({ "clinicId": site })).await["now"].clone();
    let query = json!({
        "clinicId": site, "providerIds": [], "specialization": "", "serviceId": null, "from": from,
        "to": later(&from, 7), "mode": null, "afterTime": "", "beforeTime": "", "limit": 200,
    });
    let free = desk.ask("find_free_slots", json!({ "query": query })).await;
    let free = free.as_array().expect("free times");
    let last = &free[0];
    let (ishaan, mira) = (patient(&desk, "Vikram Bapat").await, patient(&desk, "Noura").await);
    let other = |wanted: usize| {
        free.iter()
            .filter(|slot| slot["start"].as_str() > last["start"].as_str() && slot["providerId"] != last["providerId"])
            .nth(wanted)
    };
    let moving = book(&desk, other(8).expect("a time"), &patient(&desk, "Sunita").await, "Blood pressure").await;
    let code = desk.ask("issue_enrolment_code", json!({})).await["code"].clone();
    stray::changes_a_prescription(folder.path(), &address, code.as_str().expect("a code")).await;
    desk.ask("sync_now", json!({})).await;
    room.ask("sync_now", json!({})).await;

    hub.stop();
    let reschedule = |slot: Value| {
        json!({
            "appointmentId": moving,
            "form": { "start": slot["start"], "minutes": null, "providerId": slot["providerId"], "clinicId": null, "note": "" },
        })
    };
    desk.sign_out().await;
    desk.sign_in("meera@kadamba.example", DEMO_PASSWORD).await;
    book(&room, last, &mira, "Check-up").await;
    book(&desk, last, &ishaan, "Fever, third day").await;
    desk.ask("reschedule_appointment", reschedule(other(3).expect("a time").clone())).await;
    let same = free.iter().filter(|slot| slot["providerId"] == last["providerId"]).nth(5).expect("a time");
    room.ask("reschedule_appointment", reschedule(same.clone())).await;
    register(&desk, "Ruben Castelo", "7 Palash Road").await;
    register(&room, "Rubens Castello", "7 Palash Rd").await;

    let hub = HubProcess::start(&hub_data, &address);
    desk.ask("sync_now", json!({})).await;
    room.ask("sync_now", json!({})).await;
    desk.ask("sync_now", json!({})).await;

    // The next visit stands first; both PCs name the same holder, whichever came to the hub first.
    let mut holders = Vec::new();
    for pc in [&desk, &room] {
        pc.open("Conflicts").await;
        chosen(pc, "twice").await;
        pc.read("holds the time for now").await;
        let holder = "return document.querySelector('article section').getAttribute('aria-label')";
        holders.push(pc.js(holder).await.as_str().expect("a name").to_owned());
    }
    assert_eq!(holders[0], holders[1]);
    let moved = ["Vikram Bapat", "Noura Qasim"].into_iter().find(|name| *name != holders[0]).expect("the other");
    look(&desk, "booked-twice").await;
    for kind in ["fields", "pair", "commit"] {
        choose(&desk, kind).await;
        look(&desk, kind).await;
    }

    // One key each. A pair asks once more, and waits for later when told so.
    choose(&desk, "twice").await;
    desk.press("1").await;
    desk.read("moved to").await;
    desk.read("Still to call").await;
    choose(&desk, "pair").await;
    desk.press("l").await;
    desk.read("Kept for later").await;
    choose(&desk, "pair").await;
    desk.press("1").await;
    desk.read("Merge the two records").await;
    desk.picture("merge-asked").await;
    desk.press("Ctrl Enter").await;
    desk.read("merged into").await;
    choose(&desk, "fields").await;
    desk.press("2").await;
    desk.until("the decision", "return document.querySelector('[data-kind=fields]') === null").await;
    choose(&desk, "commit").await;
    desk.press("1").await;
    desk.read("Nothing to decide").await;
    look(&desk, "all-decided").await;

    desk.ask("sync_now", json!({})).await;
    room.ask("sync_now", json!({})).await;
    nothing_open(&room).await;
    room.read("Decided today").await;
    room.picture("nothing-left").await;

    // What was decided at the desk is taken back on the other PC, and the desk decides again.
    let decided =
        format!("[...document.querySelectorAll('[data-kind=decided]')].find(e => e.innerText.includes('{moved}'))");
    room.js(&format!("{decided}.click()")).await;
    room.read("Move back").await;
    look(&room, "decided").await;
    room.press("u").await;
    room.read("Taken back").await;
    chosen(&room, "twice").await;
    room.ask("sync_now", json!({})).await;
    desk.ask("sync_now", json!({})).await;
    desk.see("[data-kind=twice]").await;
    choose(&desk, "twice").await;
    desk.press("3").await;
    desk.read("Both bookings stay").await;
    desk.ask("sync_now", json!({})).await;
    room.ask("sync_now", json!({})).await;
    nothing_open(&room).await;
    desk.stop().await;
    room.stop().await;
    hub.stop();
}

/// So many days after an instant.
fn later(instant: &Value, days: i64) -> Value {
    let at: neem_core::Instant = serde_json::from_value(instant.clone()).expect("an instant");
    json!(at.plus_minutes(days * 24 * 60))
}
