//! The whole desk without a mouse: from the first start to signing out, every step by keys as a person presses
//! them. No script gives anything the focus, and a listener counts that no pointer did anything.

use std::time::{Duration, Instant};

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use serde_json::{Value, json};

use crate::DEMO_PASSWORD;
use crate::window::{Pc, SAID};

/// Types letter by letter into whatever has the focus.
async fn write(pc: &Pc, text: &str) {
    let mut actions = KeyActions::new("keyboard".into());
    for letter in text.chars() {
        actions = actions.then(KeyAction::Down { value: letter }).then(KeyAction::Up { value: letter });
    }
    pc.client.perform_actions(actions).await.unwrap_or_else(|error| panic!("{text}: {error}"));
}

async fn is_on(pc: &Pc, css: &str) -> bool {
    pc.js(&format!("return document.activeElement?.matches({}) ?? false", json!(css))).await == json!(true)
}

async fn says(pc: &Pc, words: &str) -> bool {
    pc.js(&format!("return {SAID}.includes({})", json!(words))).await == json!(true)
}

/// Walks through the rows of a list to somebody's.
async fn row(pc: &Pc, name: &str) {
    pc.read(name).await;
    pc.focused("[data-row]").await;
    for key in ["Up", "Down"] {
        let mut before = Value::Null;
        for _ in 0..80 {
            if says(pc, name).await {
                return;
            }
            let here = pc.js("return document.activeElement?.dataset.row ?? null").await;
            if here == before {
                break;
            }
            before = here;
            pc.press(key).await;
        }
    }
    panic!("no row of {name} is reached");
}

async fn sign_in(pc: &Pc, email: &str) {
    pc.walk_to("Tab", "[name=email]").await;
    write(pc, email).await;
    pc.walk_to("Tab", "[name=password]").await;
    write(pc, DEMO_PASSWORD).await;
    pc.press("Enter").await;
    pc.see("[data-testid=sync-badge]").await;
}

pub async fn story() {
    let begun = Instant::now();
    let folder = tempfile::tempdir().expect("a folder");
    let pc = Pc::start("keys", folder.path()).await;
    pc.see("[data-testid=start-demo]").await;
    pc.js(
        "window.__pointers = [];
         for (const kind of ['pointerdown', 'mousedown', 'touchstart', 'click'])
           window.addEventListener(kind, (event) => {
             if (kind !== 'click' || event.detail > 0) window.__pointers.push(kind + ' on ' + event.target.outerHTML.slice(0, 80));
           }, true)",
    )
    .await;
    pc.walk_to("Tab", "[data-testid=start-demo]").await;
    pc.press("Enter").await;
    pc.read("Meera Kulkarni").await;
    sign_in(&pc, "meera@kadamba.example").await;
    pc.see("[data-testid^=row-]").await;

    at_the_desk(&pc).await;
    in_the_calendar(&pc).await;
    on_the_waiting_list(&pc).await;
    money(&pc).await;

    // The day on paper.
    pc.press("Alt d").await;
    pc.see("[data-testid=document-preview] img").await;
    pc.close_preview().await;

    // Another language, and away.
    pc.walk_to("Tab", "[data-testid=person]").await;
    pc.press("Enter").await;
    pc.see("[data-testid=language-hi]").await;
    pc.walk_to("Down", "[data-testid=language-hi]").await;
    pc.press("Enter").await;
    pc.read("कैलेंडर").await;
    pc.picture("desk-in-hindi").await;
    pc.walk_to("Tab", "[data-testid=person]").await;
    pc.press("Enter").await;
    pc.see("[data-testid=sign-out]").await;
    pc.walk_to("Down", "[data-testid=sign-out]").await;
    pc.press("Enter").await;
    pc.see("[data-testid=sign-in]").await;

    assert_eq!(pc.js("return window.__pointers").await, json!([]), "a pointer had to help");
    let took = begun.elapsed();
    assert!(took < Duration::from_secs(120), "the desk took {took:?}");
    pc.stop().await;
}

/// Somebody new is registered and gets a number; others are called, skipped, called again.
async fn at_the_desk(pc: &Pc) {
    pc.press("Ctrl k").await;
    pc.focused("[data-testid=search]").await;
    write(pc, "Zubeida Khanam").await;
    pc.see("[data-testid=register]").await;
    pc.press("Enter").await;
    pc.focused("aside [role=radio]").await;
    pc.press("f").await;
    pc.press("Tab").await;
    pc.focused("[name=born]").await;
    write(pc, "34").await;
    pc.press("Ctrl Enter").await;
    pc.see("[data-testid=walk-in-issue]").await;
    pc.focused("aside [role=radio]").await;
    pc.press("2").await;
    pc.walk_to("Tab", "[name=reason]").await;
    write(pc, "Fever since Monday").await;
    pc.press("Ctrl Enter").await;
    pc.see("[data-testid=document-preview]").await;
    pc.close_preview().await;

    row(pc, "Ramesh Gokhale").await;
    pc.press("Enter").await;
    pc.row_says("Ramesh Gokhale", "Called").await;
    row(pc, "Ramesh Gokhale").await;
    pc.press("r").await;
    pc.read("Ramesh Gokhale called again").await;
    row(pc, "Ramesh Gokhale").await;
    pc.press("s").await;
    pc.row_says("Ramesh Gokhale", "No answer").await;
    row(pc, "Ramesh Gokhale").await;
    pc.press("Enter").await;
    pc.row_says("Ramesh Gokhale", "Called").await;
    pc.press("Ctrl z").await;
    pc.row_says("Ramesh Gokhale", "No answer").await;
}

/// A visit is booked on a coming day, moved, confirmed, corrected; one of today's arrives.
async fn in_the_calendar(pc: &Pc) {
    pc.press("Alt 2").await;
    pc.see("[data-testid=new-appointment]").await;
    // To a coming day on which a doctor has a free time in the morning.
    for _ in 0..8 {
        let before = pc.js("return document.querySelector('[data-day]')?.dataset.day").await;
        pc.press("]").await;
        let other = format!("return document.querySelector('[data-day]')?.dataset.day !== {before}");
        pc.until("another day", &other).await;
        if pc.js("return /[1-9]\\d* free/.test(document.body.innerText)").await == json!(true) {
            break;
        }
    }
    pc.walk_to("Tab", "[data-canvas] [data-current]").await;
    for _ in 0..40 {
        pc.press("Up").await;
    }
    for _ in 0..60 {
        if pc.js(&format!("return /^1[0-2]:\\d\\d.*: book$/.test({SAID})")).await == json!(true) {
            break;
        }
        pc.press("Down").await;
    }
    pc.press("Enter").await;
    pc.focused("[data-testid=search]").await;
    write(pc, "deshp sun").await;
    pc.read("सुनीता देशपांडे").await;
    pc.press("Enter").await;
    pc.until("the panel", "return document.querySelector('aside')?.innerText.includes('Sunita Deshpande')").await;
    pc.press("Ctrl Enter").await;
    pc.read("Sunita Deshpande booked").await;
    pc.until("the visit", &format!("return {SAID}.includes('Sunita Deshpande')")).await;

    pc.press("m").await;
    for _ in 0..12 {
        pc.press("Down").await;
    }
    pc.press("Enter").await;
    pc.read("Sunita Deshpande moved to").await;
    pc.until("the visit", &format!("return {SAID}.includes('Sunita Deshpande')")).await;
    pc.press("Enter").await;
    pc.read("What happened").await;
    pc.press("c").await;
    pc.until("confirmed", "return document.querySelector('aside')?.innerText.includes('Confirmed')").await;
    pc.press("e").await;
    pc.focused("[name=reason]").await;
    write(pc, "Results of the blood test").await;
    pc.press("Ctrl Enter").await;
    pc.read("Visit of Sunita Deshpande changed").await;
    pc.press("Esc").await;
    pc.until("the panel is closed", "return document.querySelector('aside') === null").await;

    // Who is booked for today comes.
    pc.press("Alt 1").await;
    pc.see("[data-testid^=row-]").await;
    let due = pc
        .until(
            "somebody who is due",
            "return [...document.querySelectorAll('[data-row]')].find(e => /Scheduled|Confirmed/.test(e.innerText))
                ?.querySelector('b')?.innerText.trim()",
        )
        .await;
    let due = due.as_str().expect("a name").to_owned();
    to_the_list(pc).await;
    row(pc, &due).await;
    pc.press("Enter").await;
    pc.row_says(&due, "Arrived").await;
}

/// From wherever the focus is to the rows.
async fn to_the_list(pc: &Pc) {
    if !is_on(pc, "[data-row]").await {
        pc.walk_to("Tab", "[role=grid] [data-row]").await;
    }
}

async fn on_the_waiting_list(pc: &Pc) {
    pc.press("Alt w").await;
    pc.read("Nobody waits for a time").await;
    pc.press("n").await;
    pc.focused("[data-testid=search]").await;
    write(pc, "Noura").await;
    pc.read("نورة قاسم").await;
    pc.press("Enter").await;
    pc.see("[name=toDay]").await;
    pc.walk_to("Tab", "[name=toDay]").await;
    let week = "const day = new Date(Date.now() + 7 * 864e5);
         return [day.getDate(), day.getMonth() + 1, day.getFullYear()].join('/')";
    write(pc, pc.js(week).await.as_str().expect("a day")).await;
    pc.press("Ctrl Enter").await;
    pc.read("is on the waiting list").await;
    row(pc, "Noura Qasim").await;
}

/// A bill is made and paid, and its receipt goes where a receipt goes without a printer.
async fn money(pc: &Pc) {
    pc.press("Alt 1").await;
    pc.see("[data-testid^=row-]").await;
    to_the_list(pc).await;
    row(pc, "Zubeida Khanam").await;
    pc.press("b").await;
    pc.focused("aside [role=combobox]").await;
    write(pc, "Diabetes").await;
    pc.read("Diabetes review").await;
    pc.press("Down").await;
    pc.press("Enter").await;
    pc.read("₹700.00").await;
    pc.press("Ctrl Enter").await;
    pc.see("[data-testid=take-payment]").await;
    pc.read("Take ₹700.00").await;
    pc.press("Ctrl Enter").await;
    pc.see("[data-testid=payment-done]").await;
    pc.see("[data-testid=document-preview] img").await;
    // The printer's key does nothing where there is none; the file is a few steps further.
    pc.press("Ctrl p").await;
    for _ in 0..60 {
        if says(pc, "Save as PDF").await {
            break;
        }
        pc.press("Tab").await;
    }
    pc.press("Enter").await;
    pc.until("the receipt", "return /Saved: \\S*receipt\\S*\\.pdf/.test(document.body.innerText)").await;
    pc.picture("receipt-by-keys").await;
    pc.press("Esc").await;
    pc.until("the panel is closed", "return document.querySelector('aside') === null").await;
}
