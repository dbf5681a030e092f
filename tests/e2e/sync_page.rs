//! The Sync page in every state: alone, refused, first sync, work that waits, a hub that is silent
//! and a sync that is stopped, put right again, and in the dark.

use std::process::Command;

use serde_json::json;

use crate::window::Pc;
use crate::{DEMO_PASSWORD, HubProcess, enrolment_code};

/// Whoever is at the desk makes one more person wait.
async fn walk_in(desk: &Pc, name: &str) {
    desk.search(name).await;
    desk.until("a hit", "return document.querySelector('[role=option]') !== null").await;
    desk.press("Enter").await;
    desk.see("[data-testid=walk-in-issue]").await;
    desk.press("Ctrl Enter").await;
    desk.see("[data-testid=document-preview]").await;
    desk.close_preview().await;
}

/// Nothing that the main task needs lies below the window.
async fn fits(desk: &Pc, css: &str) {
    let script = format!(
        "const box = document.querySelector('{css}').getBoundingClientRect(); return box.bottom <= innerHeight && box.right <= innerWidth && box.top >= 0"
    );
    assert_eq!(desk.js(&script).await, json!(true), "{css} fits the window");
}

fn signal(hub: &HubProcess, name: &str) {
    let pid = hub.child.id().to_string();
    assert!(Command::new("kill").args([name, &pid]).status().expect("kill").success());
}

pub async fn story() {
    let folder = tempfile::tempdir().expect("a folder");
    let (hub_data, desk_data) = (folder.path().join("hub"), folder.path().join("desk"));
    for data in [&hub_data, &desk_data] {
        std::fs::create_dir_all(data).expect("a folder");
    }
    let desk = Pc::start("sync", &desk_data).await;
    desk.click("[data-testid=start-demo]").await;
    desk.sign_in("nikhil@kadamba.example", DEMO_PASSWORD).await;

    // Alone: the form, and what a wrong code means.
    desk.open("Sync").await;
    desk.see("[name=address]").await;
    let hub = HubProcess::start(&hub_data, "127.0.0.1:0");
    let address = hub.address.clone();
    desk.fill("address", &address).await;
    desk.fill("code", "AAAA-BBBB-CCCC").await;
    desk.press("Enter").await;
    desk.read("The hub does not know this code").await;
    desk.read("Nothing is lost").await;
    desk.picture("wrong-code").await;
    desk.is_accessible("connecting").await;
    desk.refill("code", &enrolment_code(&hub_data)).await;
    desk.press("Enter").await;
    desk.see("[data-testid=sync-now]").await;
    assert!(desk.sync().await.contains("identical with the hub"));
    desk.picture("first").await;
    fits(&desk, "[data-testid=sync-result]").await;
    fits(&desk, "[data-testid=sync-history]").await;

    // The hub goes away while the desk works: what waits is on the row, on the page, and in words.
    hub.stop();
    desk.sign_out().await;
    desk.sign_in("meera@kadamba.example", DEMO_PASSWORD).await;
    desk.see("[data-where=at_the_hub]").await;
    walk_in(&desk, "deshp sun").await;
    walk_in(&desk, "Noura").await;
    desk.until("two marks", "return document.querySelectorAll('[data-where=here_only]').length === 2").await;
    desk.picture("today-marks").await;
    desk.is_accessible("today with marks").await;
    desk.sync().await;
    desk.read("The hub was not reached").await;
    desk.read("2 changes wait here").await;
    desk.read("Walk-in, number given").await;
    desk.read("Sunita Deshpande").await;
    desk.picture("unreachable").await;
    desk.is_accessible("the hub away").await;

    // A hub that takes the question and never answers: the page says so, and Esc ends it at once.
    let hub = HubProcess::start(&hub_data, &address);
    signal(&hub, "-STOP");
    desk.click("[data-testid=sync-now]").await;
    desk.see("[data-testid=sync-stop]").await;
    desk.read("no answer for").await;
    desk.picture("silent").await;
    desk.is_accessible("a sync that runs").await;
    fits(&desk, "[data-testid=sync-steps]").await;
    desk.theme("dark").await;
    desk.picture("silent-dark").await;
    desk.theme("light").await;
    desk.press("Esc").await;
    desk.read("Stopped; 2 changes still wait here").await;
    desk.picture("stopped").await;
    desk.is_accessible("stopped").await;

    // Nothing was lost by it.
    signal(&hub, "-CONT");
    assert!(desk.sync().await.contains("identical with the hub"));
    desk.until("nothing waits", "return document.querySelector('[data-testid=waiting-changes]') === null").await;
    let history = desk.see("[data-testid=sync-history]").await;
    assert!(history.contains("Stopped") && history.contains("2 sent") && history.contains("not reached"), "{history}");
    desk.picture("history").await;
    desk.is_accessible("the history").await;
    desk.theme("dark").await;
    desk.picture("history-dark").await;
    desk.is_accessible("the history in the dark").await;
    desk.theme("light").await;

    // The doctor's screen: the mark beside the patient's name and on what was issued.
    desk.sign_out().await;
    desk.sign_in("farah@kadamba.example", DEMO_PASSWORD).await;
    desk.open("Consult").await;
    desk.see("[data-testid^=row-]").await;
    desk.press("Alt Right").await;
    desk.see("[data-testid=quick-line]").await;
    let shows = "const box = document.querySelector('h1 [data-where]')?.getBoundingClientRect();
         return box !== undefined && box.width > 0 && box.right < innerWidth";
    desk.until("the mark beside the name", shows).await;
    desk.is_accessible("the doctor's screen with marks").await;
    desk.picture("patient-mark").await;
    desk.stop().await;
    hub.stop();
}
