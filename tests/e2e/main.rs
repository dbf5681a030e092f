//! The whole story in the real window: two clinic PCs and a hub, with the hub gone in between.

mod calendar;
mod conflicts;
mod desk;
mod dragging;
mod hours;
mod languages;
mod last_slot;
mod no_mouse;
mod own_clinic;
mod patients;
mod roles;
mod stray;
mod sync_page;
mod window;

use std::future::Future;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use serde_json::json;
use window::{Pc, program};

const DEMO_PASSWORD: &str = "neem demo clinic";

/// A hub process of its own.
struct HubProcess {
    child: Child,
    address: String,
}

impl HubProcess {
    fn start(data: &Path, listen: &str) -> HubProcess {
        let mut child = Command::new(program("neem-hub"))
            .args(["serve", "--listen", listen, "--data"])
            .arg(data)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the hub starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("its output");
        BufReader::new(stdout).read_line(&mut line).expect("a line");
        let address = line.trim().rsplit_once("http://").expect("an address").1.to_owned();
        HubProcess { child, address }
    }

    /// Asks it politely, as a service manager does, and waits until it is gone.
    fn stop(mut self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("kill").success());
        assert!(self.child.wait().expect("its end").success());
    }
}

impl Drop for HubProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn enrolment_code(data: &Path) -> String {
    let output = Command::new(program("neem-hub")).args(["enroll", "--data"]).arg(data).output().expect("enroll");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// A hub, the demo clinic's first front desk with its manager, and a second desk that has joined.
async fn two_at_a_hub(folder: &Path) -> (HubProcess, Pc, Pc) {
    let data = |name: &str| {
        let path = folder.join(name);
        std::fs::create_dir_all(&path).expect("a folder");
        path
    };
    let hub_data = data("hub");
    let hub = HubProcess::start(&hub_data, "127.0.0.1:0");
    let desk = Pc::start("desk", &data("desk")).await;
    desk.click("[data-testid=start-demo]").await;
    desk.sign_in("nikhil@kadamba.example", DEMO_PASSWORD).await;
    let connect = json!({ "address": hub.address, "code": enrolment_code(&hub_data) });
    desk.ask("connect_hub", connect).await;
    desk.ask("sync_now", json!({})).await;
    let code = desk.ask("issue_enrolment_code", json!({})).await["code"].clone();
    let room = Pc::start("room", &data("room")).await;
    room.click("[data-testid=start-join]").await;
    room.fill("address", &hub.address).await;
    room.fill("code", code.as_str().expect("a code")).await;
    room.fill("deviceName", "Front desk 2").await;
    room.press("Enter").await;
    room.see("[data-testid=sign-in]").await;
    room.sign_in("imran@kadamba.example", DEMO_PASSWORD).await;
    (hub, desk, room)
}

/// One story at a time: they share the screen.
static SCREEN: Mutex<()> = Mutex::new(());

fn on_screen(story: impl Future<Output = ()>) {
    let _alone = SCREEN.lock().unwrap_or_else(PoisonError::into_inner);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(story);
}

#[test]
fn a_walk_in_a_prescription_a_sync() {
    on_screen(story());
}

#[test]
fn my_own_clinic_on_a_pc_without_a_keyring() {
    on_screen(own_clinic::story());
}

#[test]
fn the_front_desk_through_a_morning() {
    on_screen(desk::story());
}

#[test]
fn conflicts_are_decided_with_one_key_and_taken_back() {
    on_screen(conflicts::story());
}

#[test]
fn the_last_free_time_is_booked_twice_while_the_hub_is_away() {
    on_screen(last_slot::story());
}

#[test]
fn five_languages_one_of_them_from_the_right() {
    on_screen(languages::story());
}

#[test]
fn the_calendar_by_keys() {
    on_screen(calendar::story());
}

#[test]
fn the_calendar_by_the_mouse() {
    on_screen(dragging::story());
}

#[test]
fn hours_a_holiday_and_a_waiting_list() {
    on_screen(hours::story());
}

#[test]
fn a_patient_a_family_and_their_money() {
    on_screen(patients::story());
}

#[test]
fn the_whole_desk_without_a_mouse() {
    on_screen(no_mouse::story());
}

#[test]
fn every_command_as_every_role() {
    on_screen(roles::story());
}

#[test]
fn sync_page() {
    on_screen(sync_page::story());
}

async fn story() {
    let folder = tempfile::tempdir().expect("a folder");
    let hub_data = folder.path().join("hub");
    let desk_data = folder.path().join("desk");
    let room_data = folder.path().join("room");
    for data in [&hub_data, &desk_data, &room_data] {
        std::fs::create_dir_all(data).expect("a folder");
    }

    // A stranger tries the demo.
    let desk = Pc::start("desk", &desk_data).await;
    desk.see("[data-testid=start-demo]").await;
    desk.picture("first-run").await;
    desk.click("[data-testid=start-demo]").await;
    desk.read("Meera Kulkarni").await;
    desk.picture("sign-in").await;

    // A wrong password is answered and the email kept.
    desk.fill("email", "meera@kadamba.example").await;
    desk.fill("password", "not the password").await;
    desk.press("Enter").await;
    desk.read("do not belong together").await;
    assert_eq!(desk.js("return document.querySelector('[name=email]').value").await, "meera@kadamba.example");
    desk.fill("password", DEMO_PASSWORD).await;
    desk.press("Enter").await;
    desk.see("[data-testid=sync-badge]").await;
    desk.see("[data-testid^=row-]").await;
    desk.picture("today").await;
    desk.is_accessible("today").await;

    // A walk-in for somebody known: find, then three keys.
    desk.search("deshp sun").await;
    desk.read("सुनीता देशपांडे").await;
    desk.picture("search").await;
    desk.press("Enter").await;
    desk.see("[data-testid=walk-in-issue]").await;
    let number = desk.see("[data-testid=queue-number]").await;
    desk.picture("walk-in").await;
    desk.is_accessible("walk-in").await;
    desk.press("2").await;
    desk.press("Ctrl Enter").await;
    desk.see("[data-testid=document-preview]").await;
    let given = desk.see("[data-testid=queue-number]").await;
    assert_eq!(given, number, "the number that was shown is the number that was given");
    desk.picture("slip").await;
    desk.see(&format!("[data-testid='row-{given}']")).await;

    // The same person is not given a second number by accident.
    desk.search("20412").await;
    desk.read("Sunita").await;
    desk.press("Enter").await;
    desk.see("[data-testid=walk-in-issue]").await;
    desk.press("Ctrl Enter").await;
    desk.read(&format!("already waits, with number {given}")).await;
    desk.picture("already-waiting").await;
    desk.press("Esc").await;

    // A receptionist cannot do a doctor's work, whatever the screen offers: Rust refuses.
    for command in [
        "save_notes",
        "finish_consultation",
        "issue_prescription",
        "check_draft",
        "chart",
        "record_allergy",
        "list_staff",
        "issue_enrolment_code",
    ] {
        assert_eq!(desk.refusal(command).await, "not_allowed", "{command}");
    }

    // Whoever leaves locks the PC: nothing of the records stays on the page, and it goes on where it was.
    desk.search("Zubeida").await;
    desk.press("Alt l").await;
    desk.until("the lock", "return !document.body.innerText.includes('Ramesh Gokhale')").await;
    assert_eq!(desk.refusal("today").await, "locked");
    desk.picture("locked").await;
    desk.fill_password(0, DEMO_PASSWORD).await;
    desk.press("Enter").await;
    desk.read("Ramesh Gokhale").await;
    assert_eq!(desk.js("return document.querySelector('[data-testid=search]').value").await, "Zubeida");
    desk.search("\u{E003}").await;

    // Nobody of that name: register, with what is wrong said beside it.
    desk.search("Zubeida Khanam").await;
    desk.see("[data-testid=register]").await;
    desk.picture("no-match").await;
    desk.press("Enter").await;
    desk.fill("born", "12/3/2090").await;
    desk.press("Ctrl Enter").await;
    desk.read("future").await;
    desk.picture("register-errors").await;
    assert_eq!(desk.js("return document.querySelector('[name=fullName]').value").await, "Zubeida Khanam");
    desk.js("const e = document.querySelector('[name=born]'); e.focus(); e.select()").await;
    desk.type_text("34").await;
    desk.push("Female").await;
    desk.press("Ctrl Enter").await;
    desk.see("[data-testid=walk-in-issue]").await;
    desk.press("Ctrl Enter").await;
    desk.see("[data-testid=document-preview]").await;
    desk.close_preview().await;
    desk.sign_out().await;

    // The manager connects the PC to a hub and asks for a code for the doctor's PC.
    let hub = HubProcess::start(&hub_data, "127.0.0.1:0");
    let address = hub.address.clone();
    let code = enrolment_code(&hub_data);
    desk.sign_in("nikhil@kadamba.example", DEMO_PASSWORD).await;
    desk.open("Sync").await;
    desk.see("[name=address]").await;
    desk.picture("sync-not-connected").await;
    desk.fill("address", &address).await;
    desk.fill("code", &code).await;
    desk.press("Enter").await;
    desk.see("[data-testid=sync-now]").await;
    assert!(desk.sync().await.contains("identical"));
    desk.picture("sync-first").await;
    desk.push("Make a code").await;
    let code = desk.see("[data-testid=enrol-code]").await;
    desk.picture("enrolment-code").await;
    desk.is_accessible("sync").await;

    // The doctor's PC joins with it.
    let room = Pc::start("room", &room_data).await;
    room.click("[data-testid=start-join]").await;
    room.fill("address", &address).await;
    room.fill("code", &code).await;
    room.fill("deviceName", "Room 2").await;
    room.picture("join").await;
    room.press("Enter").await;
    room.see("[data-testid=sign-in]").await;
    room.sign_in("farah@kadamba.example", DEMO_PASSWORD).await;
    room.picture("queue").await;

    // The hub goes away; both go on working.
    hub.stop();
    room.open("Consult").await;
    room.see("[data-testid^=row-]").await;
    room.picture("waiting").await;
    room.press("Alt Right").await;
    room.see("[data-testid=quick-line]").await;
    room.fill("complaint", " and a headache").await;
    room.fill("findings", "Blood pressure 148/92, twice.").await;
    room.fill("diagnosis", "Essential hypertension").await;
    room.read("saved here").await;
    room.picture("consult").await;
    for line in ["amlo 5 1 tab od 1m", "para 500 1 tab tds 3d pc"] {
        room.click("[data-testid=quick-line]").await;
        room.type_text(line).await;
        room.until("the line to be understood", "return document.body.innerText.includes('day')").await;
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        room.press("Enter").await;
    }
    room.read("Amlodipine").await;
    room.read("Paracetamol").await;
    room.picture("draft").await;
    room.is_accessible("the doctor's screen").await;

    // An allergy that is found now stops what it speaks against.
    room.press("Alt a").await;
    room.fill("substance", "Paracetamol").await;
    room.press("Ctrl Enter").await;
    room.until("the stop", "return document.querySelector('[data-testid=issue-prescription]')?.disabled").await;
    room.picture("allergy-stop").await;
    room.press("Alt o").await;
    room.see("[name=overrideReason]").await;
    room.fill("overrideReason", "Tolerated last month, patient confused the names").await;
    room.press("Enter").await;
    room.until("the answer", "return document.querySelector('[data-testid=issue-prescription]')?.disabled === false")
        .await;
    room.press("Ctrl Enter").await;
    room.read("Issue 2 medicines?").await;
    room.picture("issue").await;
    room.press("Ctrl Enter").await;
    room.see("[data-testid=document-preview]").await;
    room.picture("sheet").await;
    room.push("Save as PDF").await;
    let saved =
        room.until("the file", "return document.body.innerText.match(/\\/\\S*prescription\\S*\\.pdf/)?.[0]").await;
    check_sheet(Path::new(saved.as_str().expect("a path")));
    room.press("Esc").await;
    room.press("Alt f").await;
    room.press("Ctrl Enter").await;
    room.see("[data-testid^=row-]").await;

    // The desk books another meanwhile, and is told truthfully that the hub is away.
    assert!(desk.sync().await.to_lowercase().contains("hub"));
    desk.picture("hub-away").await;
    desk.search("Noura").await;
    desk.read("نورة قاسم").await;
    desk.press("Enter").await;
    desk.see("[data-testid=walk-in-issue]").await;
    desk.press("Ctrl Enter").await;
    desk.see("[data-testid=document-preview]").await;
    desk.close_preview().await;

    // Both write another address for one patient, and neither hears of the other.
    move_house(&desk, "7 Palash Road, flat 3").await;
    room.invoke("sign_in", login("imran@kadamba.example")).await.expect("signs in");
    move_house(&room, "14 Champa Lane, rear gate").await;
    room.invoke("sign_in", login("farah@kadamba.example")).await.expect("signs in");

    // The hub comes back; one press each, and all three are the same.
    let hub = HubProcess::start(&hub_data, &address);
    assert!(room.sync().await.contains("identical"));
    assert!(desk.sync().await.contains("identical"));
    assert!(room.sync().await.contains("identical"));
    let digest = |page: serde_json::Value| {
        let text = page.as_str().unwrap_or_default().to_owned();
        text.split(|c: char| !(c.is_ascii_hexdigit() || c == ' '))
            .map(str::trim)
            .find(|part| part.len() == 19 && part.split(' ').all(|four| four.len() == 4))
            .map(str::to_owned)
            .unwrap_or_else(|| panic!("no digest in:\n{text}"))
    };
    let at_desk = digest(desk.js("return document.body.innerText").await);
    let in_room = digest(room.js("return document.body.innerText").await);
    assert_eq!(at_desk, in_room, "both PCs hold the same records");
    desk.picture("identical").await;
    room.picture("identical").await;

    // One key decides between the two addresses, and the other PC has nothing left to decide.
    desk.open("Conflicts").await;
    desk.read("Vikram Bapat").await;
    desk.read("rear gate").await;
    desk.picture("conflict").await;
    desk.is_accessible("conflicts").await;
    desk.press("1").await;
    desk.read("Decided today").await;
    desk.until(
        "the decision",
        "return !document.body.innerText.includes('rear gate') || !document.body.innerText.includes('flat 3')",
    )
    .await;
    desk.picture("conflict-decided").await;
    assert!(desk.sync().await.contains("identical"));
    assert!(room.sync().await.contains("identical"));
    assert_eq!(room.invoke("list_conflicts", json!({})).await, Ok(json!([])));

    // The desk sees that the doctor has finished; in the dark too.
    desk.open("Today").await;
    desk.see("[data-testid^=row-]").await;
    desk.theme("dark").await;
    desk.picture("today-dark").await;
    desk.is_accessible("today in the dark").await;
    desk.stop().await;
    room.stop().await;
    hub.stop();

    // Switched on again, the PC still has everything.
    let desk = Pc::start("desk", &desk_data).await;
    desk.see("[data-testid=sign-in]").await;
    desk.sign_in("meera@kadamba.example", DEMO_PASSWORD).await;
    desk.see(&format!("[data-testid='row-{given}']")).await;
    desk.picture("next-start").await;
    desk.stop().await;
}

fn login(email: &str) -> serde_json::Value {
    json!({ "email": email, "password": DEMO_PASSWORD, "code": null })
}

/// Gives a patient another address, past the screen.
async fn move_house(pc: &Pc, address: &str) {
    let hits = pc.invoke("search_patients", json!({ "query": "Vikram Bapat" })).await.expect("finds");
    let id = json!({ "patientId": hits[0]["id"] });
    let seen = pc.invoke("patient", id.clone()).await.expect("reads")["updatedAt"].clone();
    let mut form = pc.invoke("patient_form", id.clone()).await.expect("reads");
    form["address"] = json!(address);
    let change = json!({ "change": { "patientId": id["patientId"], "seen": seen, "form": form } });
    pc.invoke("edit_patient", change).await.expect("writes");
}

/// The sheet carries what the law wants, and says it in words.
fn check_sheet(path: &Path) {
    let output = Command::new("pdftotext")
        .args(["-layout".as_ref(), path.as_os_str(), "-".as_ref()])
        .output()
        .expect("pdftotext");
    let text = String::from_utf8_lossy(&output.stdout);
    for field in [
        "Kadamba Clinic",
        "14 Champa Lane",
        "+915550120400",
        "Dr Farah Siddiqui",
        "MBBS, MD (General Medicine)",
        "MMC-20411",
        "Shaila Bhosale",
        "Amlodipine",
        "5 mg",
        "once a day",
        "Paracetamol",
        "three times a day",
        "after food",
        "9 tablets",
        "Essential hypertension",
        "Tolerated last month",
    ] {
        assert!(text.contains(field), "{field} is not on the sheet:\n{text}");
    }
}
