//! The calendar by the mouse, in the real window: a visit drawn over empty time, dragged to another time and
//! another doctor, pulled longer at its lower edge, each taken back; and what a drag must not do.

use serde_json::{Value, json};

use crate::DEMO_PASSWORD;
use crate::calendar::turn_to;
use crate::window::Pc;

/// The middle of what a script finds.
async fn middle_of(pc: &Pc, what: &str, find: &str) -> (f64, f64) {
    let script = format!(
        "const e = {find}; if (!e) return null; e.scrollIntoView({{ block: 'center' }});
         const r = e.getBoundingClientRect(); return [r.left + r.width / 2, r.top + r.height / 2]"
    );
    point(&pc.until(what, &script).await)
}

fn point(found: &Value) -> (f64, f64) {
    (found[0].as_f64().expect("x"), found[1].as_f64().expect("y"))
}

/// Where a minute of the day lies in a column, a little below its line.
async fn place(pc: &Pc, column: usize, time: &str) -> (f64, f64) {
    let script = format!(
        "const axis = [...document.querySelectorAll('[data-canvas] > div:first-child > span')];
         const hours = axis.filter(e => /^\\d\\d:00$/.test(e.textContent)).map(e => [parseInt(e.textContent) * 60, parseFloat(e.style.top)]);
         const [first, second] = hours; const pixels = (second[1] - first[1]) / 60;
         const minutes = {time}.split(':').map(Number).reduce((h, m) => h * 60 + m);
         const column = document.querySelectorAll('[data-column]')[{column}];
         const r = column.getBoundingClientRect();
         return [r.left + r.width * 0.6, r.top + (minutes - first[0] + 1) * pixels]",
        time = json!(time),
    );
    point(&pc.until("a place", &script).await)
}

fn block(name: &str) -> String {
    format!("[...document.querySelectorAll('[data-block]')].find(e => e.innerText.includes({}))", json!(name))
}

/// Waits until the visit of somebody stands at a time, as a screen reader says it.
async fn stands(pc: &Pc, name: &str, from: &str, to: &str) {
    let said = format!("return ({})?.innerText.includes({}) ?? false", block(name), json!(format!("{from} to {to}")));
    pc.until(&format!("{name} from {from} to {to}"), &said).await;
}

pub async fn story() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = Pc::start("mouse", folder.path()).await;
    desk.click("[data-testid=start-demo]").await;
    desk.sign_in("meera@kadamba.example", DEMO_PASSWORD).await;
    let site = desk.ask("startup", json!({})).await["clinic"]["homeClinicId"].clone();
    let week =
        desk.ask("show_calendar", json!({ "clinicId": site, "first": null, "days": 7, "providerId": null })).await;
    let today = week["today"].as_str().expect("a day").to_owned();
    let columns = week["columns"].as_array().expect("columns");
    let free = |column: &&Value| {
        column["day"].as_str() > Some(&today) && column["bookings"].as_array().is_some_and(Vec::is_empty)
    };
    let open = columns.iter().find(|column| free(column) && column["free"].as_u64() > Some(0)).expect("a working day");
    let day = open["day"].as_str().expect("a day").to_owned();
    let doctors: Vec<&Value> = columns.iter().filter(|column| column["day"] == day.as_str()).collect();
    for (time, name) in [("09:00", "Vikram"), ("11:00", "Ramesh")] {
        let hits = desk.ask("search_patients", json!({ "query": name })).await;
        let form = json!({
            "clinicId": site, "patientId": hits[0]["id"], "providerId": doctors[0]["providerId"],
            "serviceId": null, "day": day, "time": time, "minutes": 30, "mode": null, "channel": "phone",
            "status": "scheduled", "reason": "Results", "repeat": null, "leaveOut": [],
        });
        desk.ask("book_appointments", json!({ "form": form })).await;
    }
    desk.press("Alt 2").await;
    desk.see("[data-testid=new-appointment]").await;
    turn_to(&desk, &day).await;
    desk.read("Vikram Bapat").await;

    // Moved down by an hour in one quick stroke, and back by one chord.
    let from = middle_of(&desk, "the visit", &block("Vikram Bapat")).await;
    let (below, above) = (place(&desk, 0, "10:30").await, place(&desk, 0, "09:30").await);
    let hour = below.1 - above.1;
    desk.drag(from, &[(from.0, from.1 + hour)]).await;
    desk.read("Vikram Bapat moved to 10:00").await;
    stands(&desk, "Vikram Bapat", "10:00", "10:30").await;
    desk.press("Ctrl z").await;
    desk.read("Vikram Bapat: back where it was").await;
    stands(&desk, "Vikram Bapat", "09:00", "09:30").await;

    // To the next doctor, slowly; what would come of it stands there meanwhile.
    let from = middle_of(&desk, "the visit", &block("Vikram Bapat")).await;
    let beside = place(&desk, 1, "09:30").await;
    let to = (beside.0, from.1 + hour / 2.0);
    desk.hold(from, &[(from.0, from.1 + 8.0), ((from.0 + to.0) / 2.0, to.1), to]).await;
    desk.read("Vikram Bapat to 09:30").await;
    desk.picture("drag-move").await;
    desk.theme("dark").await;
    desk.picture("drag-move-dark").await;
    desk.theme("light").await;
    desk.let_go().await;
    desk.read("Vikram Bapat moved to 09:30").await;
    let second = format!("return ({})?.closest('[data-column]')?.dataset.column === '1'", block("Vikram Bapat"));
    desk.until("the other doctor's column", &second).await;
    desk.press("Ctrl z").await;
    desk.read("Vikram Bapat: back where it was").await;
    stands(&desk, "Vikram Bapat", "09:00", "09:30").await;

    // Longer at the lower edge, in one stroke that leaves the edge at once.
    let edge = format!("({})?.querySelector('[data-edge]')", block("Vikram Bapat"));
    let from = middle_of(&desk, "its lower edge", &edge).await;
    desk.drag(from, &[(from.0, from.1 + hour / 4.0)]).await;
    desk.read("Vikram Bapat: 45 min").await;
    stands(&desk, "Vikram Bapat", "09:00", "09:45").await;
    desk.press("Ctrl z").await;
    stands(&desk, "Vikram Bapat", "09:00", "09:30").await;

    // Onto somebody: refused with the name, and it stays where it was.
    let from = middle_of(&desk, "the visit", &block("Vikram Bapat")).await;
    desk.drag(from, &[(from.0, from.1 + hour), (from.0, from.1 + 2.0 * hour)]).await;
    desk.read("already taken: Ramesh Gokhale").await;
    stands(&desk, "Vikram Bapat", "09:00", "09:30").await;
    desk.push("Close").await;

    // Left in the middle of it: nothing has happened when the button comes up.
    let from = middle_of(&desk, "the visit", &block("Vikram Bapat")).await;
    desk.hold(from, &[(from.0, from.1 + 20.0), (from.0, from.1 + hour)]).await;
    desk.read("Vikram Bapat to 10:00").await;
    desk.press("Esc").await;
    desk.until("it is left", "return !document.body.innerText.includes('Vikram Bapat to 10:00')").await;
    desk.let_go().await;
    stands(&desk, "Vikram Bapat", "09:00", "09:30").await;

    // Drawn over empty time, upwards as well as downwards: the form has the doctor, the time and the length.
    for (start, end) in [("12:00", "12:40"), ("12:40", "12:00")] {
        middle_of(&desk, "the doctor's column", "document.querySelectorAll('[data-block]')[0]").await;
        let (from, to) = (place(&desk, 0, start).await, place(&desk, 0, end).await);
        desk.hold(from, &[((from.0 + to.0) / 2.0, (from.1 + to.1) / 2.0), to]).await;
        desk.read("40 min, until 12:40").await;
        if start == "12:00" {
            desk.picture("drag-create").await;
        }
        desk.let_go().await;
        desk.until("the length", "return document.querySelector('[name=minutes]')?.value === '40'").await;
        desk.until("the time", "return document.querySelector('[name=time]')?.value === '12:00'").await;
        if start == "12:00" {
            desk.press("Esc").await;
            desk.press("Esc").await;
            desk.until("it is closed", "return document.querySelector('aside') === null").await;
        }
    }
    desk.until("the search box", "return document.activeElement?.dataset.testid === 'search'").await;
    desk.type_text("deshp sun").await;
    desk.read("सुनीता देशपांडे").await;
    desk.press("Enter").await;
    desk.until("the panel", "return document.querySelector('aside')?.innerText.includes('Sunita Deshpande')").await;
    desk.press("Ctrl Enter").await;
    desk.read("Sunita Deshpande booked").await;
    stands(&desk, "Sunita Deshpande", "12:00", "12:40").await;
    desk.press("Ctrl z").await;
    desk.read("Sunita Deshpande: booking taken back").await;

    // A press that does not move opens, as ever.
    let at = middle_of(&desk, "the visit", &block("Ramesh Gokhale")).await;
    desk.drag(at, &[]).await;
    desk.read("What happened").await;
    desk.stop().await;
}
