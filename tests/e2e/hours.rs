//! Hours by keyboard, a holiday that strands an appointment, its other time, and a cancelled time for
//! somebody who waited.

use neem_core::ids::{Instant, LocalDate};
use serde_json::{Value, json};

use crate::DEMO_PASSWORD;
use crate::window::Pc;

const ZONE: chrono_tz::Tz = chrono_tz::Asia::Kolkata;

pub async fn story() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = Pc::start("hours", folder.path()).await;
    desk.click("[data-testid=start-demo]").await;
    desk.sign_in("nikhil@kadamba.example", DEMO_PASSWORD).await;

    // The week of the first doctor; the evening is added by keyboard, what is wrong said beside it.
    desk.open("Hours").await;
    desk.see("[data-testid^=row-]").await;
    desk.until("the keys", "return document.activeElement?.dataset.row !== undefined").await;
    desk.press("1").await;
    desk.read("16:00–19:00").await;
    desk.picture("hours").await;
    desk.is_accessible("hours").await;
    desk.press("n").await;
    desk.fill("start0", "half past seven").await;
    desk.fill("end0", "19:10").await;
    desk.press("Ctrl Enter").await;
    desk.until(
        "the problem",
        "return document.querySelector('[name=start0]')?.getAttribute('aria-invalid') === 'true'",
    )
    .await;
    desk.picture("hours-problems").await;
    assert_eq!(desk.js("return document.querySelector('[name=end0]').value").await, "19:10");
    desk.refill("start0", "19:30").await;
    desk.refill("end0", "21:00").await;
    desk.read("free times in the next two weeks").await;
    desk.picture("hours-add").await;
    desk.is_accessible("the form of hours").await;
    desk.press("Ctrl Enter").await;
    desk.read("Hours added").await;
    desk.read("19:30–21:00").await;

    // Somebody is booked on a working day next week.
    let doctor = doctor_named(&desk, "Menon").await;
    let day = working_day(&desk).await;
    let booked = book(&desk, "Sunita Deshpande", &doctor, day).await;

    // A holiday on that day says so before it is saved, and the visit is a task after.
    desk.press("y").await;
    desk.read("No holidays written down").await;
    desk.press("n").await;
    desk.fill("reason", "Founders' day").await;
    desk.fill("fromDay", &day.0.format("%d/%m/%Y").to_string()).await;
    desk.read("into this").await;
    desk.picture("hours-holiday").await;
    desk.is_accessible("the form of a holiday").await;
    desk.press("Ctrl Enter").await;
    desk.read("to rebook").await;
    desk.see("[data-testid^=row-]").await;
    desk.press("r").await;
    desk.read("Closed: Founders' day").await;
    desk.see("[data-testid=time-1]").await;
    desk.picture("hours-rebook").await;
    desk.is_accessible("to rebook").await;
    desk.theme("dark").await;
    desk.picture("hours-rebook-dark").await;
    desk.is_accessible("to rebook in the dark").await;

    // One key gives it the next free time.
    desk.until("the keys", "return document.activeElement?.dataset.row !== undefined").await;
    desk.press("1").await;
    desk.read("Sunita Deshpande has").await;
    desk.read("Every appointment is within the hours").await;
    let moved = desk.invoke("show_appointment", json!({ "appointmentId": booked })).await.expect("reads");
    let start: Instant = serde_json::from_value(moved["start"].clone()).expect("an instant");
    assert_ne!(start.day(ZONE), day);
    desk.press("h").await;
    desk.read("19:30–21:00").await;
    desk.picture("hours-dark").await;
    desk.is_accessible("hours in the dark").await;
    desk.theme("light").await;

    // Somebody waits for exactly that time, which is taken.
    desk.press("Alt w").await;
    desk.read("Nobody waits for a time").await;
    desk.picture("waitlist-empty").await;
    desk.press("n").await;
    desk.type_text("Noura").await;
    desk.read("نورة قاسم").await;
    desk.press("Enter").await;
    desk.see("[name=toDay]").await;
    let shown = |at: Instant, how: &str| at.to_utc().with_timezone(&ZONE).format(how).to_string();
    let date = shown(start, "%d/%m/%Y");
    desk.fill("fromDay", &date).await;
    desk.fill("toDay", &date).await;
    desk.fill("afterTime", &shown(start, "%H:%M")).await;
    desk.fill("beforeTime", &shown(start.plus_minutes(1), "%H:%M")).await;
    desk.press("Tab").await;
    desk.type_text("Menon").await;
    desk.press("Down").await;
    desk.press("Enter").await;
    desk.picture("waitlist-add").await;
    desk.is_accessible("the form of the waiting list").await;
    desk.press("Ctrl Enter").await;
    desk.read("is on the waiting list").await;
    desk.read("No free time would do yet").await;
    let waiting = desk.invoke("list_waitlist", list(&desk).await).await.expect("reads");
    assert_eq!(waiting["items"][0]["providerId"], doctor, "{waiting}");

    // It is cancelled: a quiet line over today, one key to the list, one key books.
    desk.open("Today").await;
    let cancel = json!({ "appointmentId": booked, "reason": "Travels" });
    desk.invoke("cancel_appointment", cancel).await.expect("cancels");
    desk.see("[data-testid=waitlist-banner]").await;
    desk.picture("waitlist-banner").await;
    desk.is_accessible("today with a free time").await;
    desk.press("Alt w").await;
    desk.see("[data-testid=waitlist-book]").await;
    desk.until("the keys", "return document.activeElement?.dataset.row !== undefined").await;
    desk.picture("waitlist").await;
    desk.is_accessible("the waiting list").await;
    desk.theme("dark").await;
    desk.picture("waitlist-dark").await;
    desk.is_accessible("the waiting list in the dark").await;
    desk.theme("light").await;
    desk.press("Enter").await;
    desk.read("Noura Qasim has").await;
    desk.read("Nobody waits for a time").await;
    let mut all = list(&desk).await;
    all["open"] = json!(false);
    let entry = desk.invoke("list_waitlist", all).await.expect("reads")["items"][0].clone();
    assert_eq!(entry["status"], "booked");
    let visit = json!({ "appointmentId": entry["appointmentId"] });
    let visit = desk.invoke("show_appointment", visit).await.expect("reads");
    assert_eq!((&visit["patientName"], &visit["start"]), (&json!("Noura Qasim"), &moved["start"]));

    // What the clinic offers.
    desk.open("Hours").await;
    desk.push("Services").await;
    desk.read("Vaccination").await;
    desk.press("n").await;
    desk.fill("name", "Wound care").await;
    desk.fill("category", "General").await;
    desk.refill("durationMinutes", "5").await;
    desk.fill("priceMinor", "250").await;
    desk.press("Ctrl Enter").await;
    desk.until("the problem", "return document.querySelector('[name=durationMinutes]')?.getAttribute('aria-invalid')")
        .await;
    desk.refill("durationMinutes", "20").await;
    desk.picture("services").await;
    desk.is_accessible("services").await;
    desk.press("Ctrl Enter").await;
    desk.read("Wound care saved").await;
    desk.sign_out().await;

    // A doctor changes their own hours and nobody else's; the front desk reads them.
    desk.sign_in("farah@kadamba.example", DEMO_PASSWORD).await;
    let leave = |provider: &Value| {
        json!({ "form": { "kind": "leave", "providerId": provider, "clinicId": null, "fromDay": "1/2/2030",
            "fromTime": "", "toDay": "", "toTime": "", "recurrence": "", "reason": "" } })
    };
    assert_eq!(desk.invoke("add_time_off", leave(&doctor)).await, Err("not_allowed".into()));
    let own = doctor_named(&desk, "Farah").await;
    desk.invoke("add_time_off", leave(&own)).await.expect("their own");
    desk.sign_out().await;
    desk.sign_in("meera@kadamba.example", DEMO_PASSWORD).await;
    assert_eq!(desk.invoke("add_time_off", leave(&own)).await, Err("not_allowed".into()));
    desk.stop().await;
}

async fn clinic(desk: &Pc) -> Value {
    desk.invoke("startup", json!({})).await.expect("reads")["clinic"]["homeClinicId"].clone()
}

async fn list(desk: &Pc) -> Value {
    json!({ "clinicId": clinic(desk).await, "open": true, "page": { "offset": 0, "limit": 10 } })
}

async fn doctor_named(desk: &Pc, name: &str) -> Value {
    let all = desk.invoke("walk_in_desk", json!({ "clinicId": clinic(desk).await })).await.expect("reads");
    let doctors = all["doctors"].as_array().expect("doctors").clone();
    let found = doctors.into_iter().find(|doctor| doctor["name"].as_str().is_some_and(|text| text.contains(name)));
    found.expect("the doctor")["providerId"].clone()
}

/// A day of next week that is not a Sunday, in the clinic's zone.
async fn working_day(desk: &Pc) -> LocalDate {
    let today = desk.invoke("today", json!({ "clinicId": clinic(desk).await })).await.expect("reads");
    let today: LocalDate = serde_json::from_value(today["day"].clone()).expect("a day");
    let mut days = (5..8).map(|ahead| today.plus_days(ahead));
    days.find(|day| !"67".contains(&day.0.format("%u").to_string())).expect("a working day")
}

async fn book(desk: &Pc, name: &str, doctor: &Value, day: LocalDate) -> Value {
    let hits = desk.invoke("search_patients", json!({ "query": name })).await.expect("finds");
    let ten = day.bounds(ZONE).0.plus_minutes(10 * 60);
    let form = json!({ "clinicId": clinic(desk).await, "patientId": hits[0]["id"], "providerId": doctor,
        "serviceId": null, "start": ten, "minutes": 20, "mode": null, "channel": "phone",
        "status": "confirmed", "reason": "Results", "notes": "" });
    desk.invoke("book_appointment", json!({ "form": form })).await.expect("books")["id"].clone()
}
