//! The calendar in the real window, by keys alone: a booking, a move taken back, an overlap that is refused
//! with what is free instead, one question for a free time, a series, and the week.

use serde_json::{Value, json};

use crate::DEMO_PASSWORD;
use crate::window::{Pc, SAID};

/// Waits until the focus is on something, as a screen reader says it.
async fn focused(pc: &Pc, words: &str) {
    let find = format!("return {SAID}.includes({})", json!(words));
    pc.until(words, &find).await;
}

/// A day of the coming week on which all of the demo's doctors work, and its weekday is no Sunday.
async fn fill(pc: &Pc, site: &Value) -> String {
    let week = pc.ask("show_calendar", json!({ "clinicId": site, "first": null, "days": 7, "providerId": null })).await;
    let columns = week["columns"].as_array().expect("columns");
    let today = week["today"].as_str().expect("a day");
    let day = columns
        .iter()
        .find(|column| column["day"].as_str() > Some(today) && column["free"].as_u64() > Some(0))
        .expect("a working day")["day"]
        .as_str()
        .expect("a day")
        .to_owned();
    let doctors: Vec<&Value> = columns.iter().filter(|column| column["day"] == day.as_str()).collect();
    let visits = [
        (0, "09:00", "Ramesh", "Blood pressure", "confirmed"),
        (0, "09:20", "Vikram", "Results", "scheduled"),
        (0, "10:20", "Noura", "Headaches", "requested"),
        (1, "09:00", "Vikram", "Vaccination", "scheduled"),
        (1, "10:15", "Sunita", "Check-up", "confirmed"),
        (2, "10:00", "Noura", "Acne", "scheduled"),
        (2, "11:00", "Ramesh", "Rash", "confirmed"),
    ];
    for (doctor, time, name, reason, status) in visits {
        let hits = pc.ask("search_patients", json!({ "query": name })).await;
        let form = json!({
            "clinicId": site, "patientId": hits[0]["id"], "providerId": doctors[doctor]["providerId"],
            "serviceId": null, "day": day, "time": time, "minutes": null, "mode": null, "channel": "phone",
            "status": status, "reason": reason, "repeat": null, "leaveOut": [],
        });
        pc.ask("book_appointments", json!({ "form": form })).await;
    }
    day
}

/// On to a day of the coming week, by its key.
pub async fn turn_to(pc: &Pc, day: &str) {
    for _ in 0..8 {
        let shown = format!("return document.querySelector('[data-day={}]') !== null", json!(day));
        if pc.js(&shown).await == json!(true) {
            break;
        }
        pc.press("]").await;
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    }
}

pub async fn story() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = Pc::start("desk", folder.path()).await;
    desk.click("[data-testid=start-demo]").await;
    desk.sign_in("meera@kadamba.example", DEMO_PASSWORD).await;
    let site = desk.ask("startup", json!({})).await["clinic"]["homeClinicId"].clone();
    let day = fill(&desk, &site).await;

    // From anywhere by its digit, and on to the day.
    desk.press("Alt 2").await;
    desk.see("[data-testid=new-appointment]").await;
    desk.look("calendar-today").await;
    turn_to(&desk, &day).await;
    desk.read("Vaccination").await;
    desk.look("calendar-day").await;

    // The keys stand somewhere; up as far as it goes is before anybody comes.
    desk.js("document.querySelector('[data-current]').focus()").await;
    for _ in 0..30 {
        desk.press("Up").await;
    }
    for _ in 0..20 {
        desk.press("Down").await;
        let here = desk.js(&format!("return {SAID}")).await;
        if here.as_str().is_some_and(|label| label.contains("Vikram Bapat")) {
            break;
        }
    }
    focused(&desk, "Vikram Bapat").await;
    desk.press("Down").await;
    focused(&desk, "09:40").await;

    // Book there: Enter, who, and the key of the form. Nothing was touched with a mouse.
    desk.press("Enter").await;
    desk.until("the search box", "return document.activeElement?.dataset.testid === 'search'").await;
    desk.type_text("deshp sun").await;
    desk.read("सुनीता देशपांडे").await;
    desk.press("Enter").await;
    desk.until("the panel", "return document.querySelector('aside')?.innerText.includes('Sunita Deshpande')").await;
    desk.look("calendar-book").await;
    desk.press("Ctrl Enter").await;
    desk.read("Sunita Deshpande booked").await;
    focused(&desk, "Sunita Deshpande").await;

    // Longer by a key, moved to another doctor, and both taken back.
    desk.press("m").await;
    desk.press("Right").await;
    for _ in 0..6 {
        desk.press("Down").await;
    }
    desk.read("Sunita Deshpande to 10:10").await;
    desk.picture("calendar-moving").await;
    desk.press("Esc").await;
    desk.press("m").await;
    for _ in 0..12 {
        desk.press("Down").await;
    }
    desk.press("Enter").await;
    desk.read("Sunita Deshpande moved to 10:40").await;
    desk.press("Ctrl z").await;
    desk.read("Sunita Deshpande: back where it was").await;

    // Somebody else's time is refused in the transaction, with the holder and what is free instead.
    focused(&desk, "09:40").await;
    desk.press("m").await;
    for _ in 0..4 {
        desk.press("Up").await;
    }
    desk.press("Enter").await;
    desk.read("already taken: Vikram Bapat").await;
    desk.look("calendar-refused").await;
    desk.push("Close").await;

    // One question across doctors, and one key for its first answer.
    desk.js("document.querySelector('[data-current]').focus()").await;
    desk.press("f").await;
    desk.fill("specialization", "skin").await;
    desk.fill("afterTime", "17:30").await;
    desk.until(
        "answers of one doctor",
        "return [...document.querySelectorAll('[data-slot]')].length > 0
        && [...document.querySelectorAll('[data-slot]')].every(e => e.innerText.includes('Wulandari'))",
    )
    .await;
    desk.look("calendar-free").await;
    desk.press("Down").await;
    desk.press("1").await;
    desk.until("the booking", "return document.querySelector('[name=time]')?.value >= '17:30'").await;

    // A series, with what is in its way known before.
    desk.press("Esc").await;
    let plan = json!({
        "clinicId": site, "patientId": null, "providerId": null, "serviceId": null, "day": day, "time": "12:00",
        "minutes": null, "mode": null, "channel": "desk", "status": "scheduled", "reason": "Dressing",
        "repeat": { "unit": "week", "interval": 1, "count": 4, "until": "" }, "leaveOut": [],
    });
    let calendar = json!({ "clinicId": site, "first": day, "days": 1, "providerId": null });
    let shown = desk.ask("show_calendar", calendar).await;
    let hits = desk.ask("search_patients", json!({ "query": "Noura" })).await;
    let mut series = plan;
    series["providerId"] = shown["columns"][0]["providerId"].clone();
    series["patientId"] = hits[0]["id"].clone();
    let booked = desk.ask("book_appointments", json!({ "form": series })).await;
    assert_eq!(booked.as_array().map(Vec::len), Some(4));
    let id = booked[0]["id"].as_str().expect("an id").to_owned();
    desk.until("the series", &format!("return document.querySelector('[data-block=\"{id}\"]') !== null")).await;
    desk.click(&format!("[data-block=\"{id}\"]")).await;
    desk.read("every week, 4 still to come").await;
    desk.read("What happened").await;
    desk.look("calendar-visit").await;
    correct(&desk).await;
    bill(&desk).await;
    desk.press("x").await;
    desk.see("[name=reason]").await;
    desk.fill("reason", "Goes home for the month").await;
    desk.push("This and later").await;
    desk.press("Ctrl Enter").await;
    desk.read("4 visits of Noura").await;
    desk.press("Ctrl z").await;
    desk.read("put back").await;

    // The week, of one doctor and of all.
    desk.js("document.activeElement?.blur()").await;
    desk.press("w").await;
    desk.read("All doctors").await;
    desk.look("calendar-week").await;
    desk.stop().await;
}

/// What a visit is for, corrected by keys in the panel that is open: refused where the doctor does not do
/// it, written into the timeline, and taken back.
async fn correct(desk: &Pc) {
    desk.press("e").await;
    focused_field(desk, "reason").await;
    desk.press("Ctrl a").await;
    desk.type_text("Dressing, left heel").await;
    desk.press("Tab").await;
    desk.press("Ctrl a").await;
    desk.type_text("Photo").await;
    desk.read("Phototherapy, 45 min").await;
    desk.press("Down").await;
    desk.press("Enter").await;
    desk.until("its length", "return document.querySelector('[name=minutes]')?.value === '45'").await;
    desk.read("does not offer this").await;
    desk.press("Ctrl Enter").await;
    desk.until("the refusal", "return document.querySelector('aside [role=alert]') !== null").await;
    desk.look("calendar-edit-refused").await;
    desk.press("Ctrl a").await;
    desk.type_text("Well").await;
    desk.read("Well-child check, 30 min").await;
    desk.press("Down").await;
    desk.press("Enter").await;
    desk.until("its length", "return document.querySelector('[name=minutes]')?.value === '30'").await;
    desk.press("Tab").await;
    focused_field(desk, "minutes").await;
    desk.press("Tab").await;
    focused_field(desk, "notes").await;
    desk.type_text("Bring the old dressing").await;
    desk.press("Enter").await;
    desk.type_text("and the card of the diabetes nurse").await;
    desk.look("calendar-edit").await;
    desk.press("Ctrl Enter").await;
    desk.read("Visit of Noura Qasim changed").await;
    desk.read("– → Well-child check").await;
    desk.read("reason changed; note changed").await;
    desk.read("and the card of the diabetes nurse").await;
    desk.look("calendar-edited").await;
    desk.press("Ctrl z").await;
    desk.read("Noura Qasim: changed back").await;
    desk.until("as before", "return !document.querySelector('aside').innerText.includes('old dressing')").await;
}

async fn focused_field(pc: &Pc, name: &str) {
    pc.until(name, &format!("return document.activeElement?.name === {}", json!(name))).await;
}

/// The money of the visit whose panel is open, by one key and back again; what is open stands in both panels.
async fn bill(desk: &Pc) {
    desk.press("b").await;
    desk.until("the service", "return document.activeElement?.matches('aside [role=combobox]')").await;
    let open = desk.see("[data-testid=open-balance]").await;
    assert_eq!(open, "Nothing to pay");
    desk.type_text("Diabetes").await;
    desk.press("Down").await;
    desk.press("Enter").await;
    desk.read("₹700.00").await;
    desk.press("Ctrl Enter").await;
    desk.read("In all ₹700.00 to pay").await;
    desk.see("[data-testid=take-payment]").await;
    desk.look("calendar-payment").await;
    desk.press("Esc").await;
    desk.read("What happened").await;
    desk.read("₹700.00 to pay").await;
    desk.picture("calendar-owes").await;
}
