//! Two front desks, no hub: both book the last free time from the calendar, by keys. The double booking shows on
//! both, and one key settles it for both.

use chrono::TimeZone;
use chrono_tz::Asia::Kolkata as ZONE;
use serde_json::{Value, json};

use crate::calendar::turn_to;
use crate::window::{Pc, SAID};
use crate::{DEMO_PASSWORD, HubProcess, two_at_a_hub};

/// Leaves one free time of one doctor on the first working day after today: the doctor, the day and the time.
async fn leave_one(pc: &Pc, site: &Value) -> (String, String, String) {
    let week = pc.ask("show_calendar", json!({ "clinicId": site, "first": null, "days": 7, "providerId": null })).await;
    let today = week["today"].as_str().expect("a day");
    let columns = week["columns"].as_array().expect("columns");
    let column =
        columns.iter().find(|column| column["day"].as_str() > Some(today) && column["free"].as_u64() > Some(1));
    let column = column.expect("a working day");
    let (doctor, day) = (&column["providerId"], column["day"].as_str().expect("a day").to_owned());
    let patient = pc.ask("search_patients", json!({ "query": "Ramesh" })).await[0]["id"].clone();
    let name = column["providerName"].as_str().expect("a name").to_owned();
    loop {
        let query = json!({
            "clinicId": site, "providerIds": [doctor], "specialization": "", "serviceId": null, "from": column["from"],
            "to": column["to"], "mode": null, "afterTime": "", "beforeTime": "", "limit": 200,
        });
        let free = pc.ask("find_free_slots", json!({ "query": query })).await;
        let free = free.as_array().expect("free times");
        if let [last] = free.as_slice() {
            let at: neem_core::Instant = serde_json::from_value(last["start"].clone()).expect("an instant");
            return (name, day, ZONE.timestamp_millis_opt(at.0).unwrap().format("%H:%M").to_string());
        }
        let form = json!({
            "clinicId": site, "patientId": patient, "providerId": doctor, "serviceId": null,
            "start": free[0]["start"], "minutes": null, "mode": null, "channel": "phone", "status": "confirmed",
            "reason": "", "notes": "",
        });
        pc.ask("book_appointment", json!({ "form": form })).await;
    }
}

/// From the rail to the booking of a patient at that time, without touching the mouse.
async fn book_by_keys(pc: &Pc, (doctor, day, time): (&str, &str, &str), words: &str, name: &str) {
    pc.press("Alt 2").await;
    pc.see("[data-testid=new-appointment]").await;
    turn_to(pc, day).await;
    pc.until("the grid", "return document.querySelector('[data-canvas] [data-current]') !== null").await;
    pc.walk_to("Tab", "[data-canvas] [data-current]").await;
    let here = format!("{time}, {doctor}");
    'found: for key in ["Left", "Right"] {
        for _ in 0..6 {
            for way in ["Up", "Down"] {
                for _ in 0..60 {
                    let said = pc.js(&format!("return {SAID}")).await;
                    if said.as_str().is_some_and(|said| said.starts_with(&here)) {
                        break 'found;
                    }
                    pc.press(way).await;
                }
            }
            pc.press(key).await;
        }
    }
    pc.until(&here, &format!("return {SAID}.startsWith({})", json!(here))).await;
    pc.press("Enter").await;
    pc.until("the search box", "return document.activeElement?.dataset.testid === 'search'").await;
    pc.type_text(words).await;
    pc.until(
        name,
        &format!("return document.querySelector('[role=search] [role=option]')?.innerText.includes({})", json!(name)),
    )
    .await;
    pc.press("Enter").await;
    pc.until("the panel", &format!("return document.querySelector('aside')?.innerText.includes({})", json!(name)))
        .await;
    pc.press("Ctrl Enter").await;
    pc.read(&format!("{name} booked")).await;
}

async fn conflicts_of(pc: &Pc) -> usize {
    pc.ask("double_bookings", json!({})).await.as_array().map_or(0, Vec::len)
}

pub async fn story() {
    let folder = tempfile::tempdir().expect("a folder");
    let (hub, desk, room) = two_at_a_hub(folder.path()).await;
    let site = desk.ask("startup", json!({})).await["clinic"]["homeClinicId"].clone();
    let (doctor, day, time) = leave_one(&desk, &site).await;
    desk.ask("sync_now", json!({})).await;
    room.ask("sync_now", json!({})).await;

    desk.sign_out().await;
    desk.sign_in("meera@kadamba.example", DEMO_PASSWORD).await;
    let address = hub.address.clone();
    hub.stop();
    let last = (doctor.as_str(), day.as_str(), time.as_str());
    book_by_keys(&desk, last, "Noura", "Noura Qasim").await;
    book_by_keys(&room, last, "Vikram", "Vikram Bapat").await;
    assert_eq!((conflicts_of(&desk).await, conflicts_of(&room).await), (0, 0), "neither has heard of the other");

    let hub = HubProcess::start(&folder.path().join("hub"), &address);
    for pc in [&desk, &room, &desk] {
        assert!(pc.sync().await.contains("identical"));
    }
    for pc in [&desk, &room] {
        assert_eq!(conflicts_of(pc).await, 1);
        // The calendar itself shows it, where the two stand in one time.
        pc.press("Alt 2").await;
        turn_to(pc, &day).await;
        pc.until("both visits", "return ['Noura Qasim', 'Vikram Bapat'].every(name => document.querySelector('[data-canvas]')?.innerText.includes(name))")
            .await;
        pc.look("last-slot-twice").await;
    }

    // One key on one of them.
    desk.press("Alt 7").await;
    desk.read("holds the time for now").await;
    desk.look("last-slot-inbox").await;
    desk.press("1").await;
    desk.read("moved to").await;
    for pc in [&desk, &room] {
        assert!(pc.sync().await.contains("identical"));
    }
    assert_eq!((conflicts_of(&desk).await, conflicts_of(&room).await), (0, 0), "settled for both");
    room.press("Alt 7").await;
    room.read("Decided today").await;
    room.picture("last-slot-settled").await;
    desk.stop().await;
    room.stop().await;
    hub.stop();
}
