//! The front desk through a morning: numbers, calls, the board in the waiting room, and a power cut.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::window::Pc;

const PASSWORD: &str = "neem demo clinic";

/// The row of a patient in today's list gets the keys.
async fn focus_row(pc: &Pc, name: &str) {
    let find =
        format!("[...document.querySelectorAll('[data-row]')].find(row => row.innerText.includes({}))", json!(name));
    pc.until(name, &format!("return {find} ? true : false")).await;
    pc.js(&format!("{find}.focus()")).await;
}

/// The pages of a PDF as pictures, beside those of the screens.
fn on_paper(pdf: &Path, name: &str) {
    let to = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("target/screens/desk-{name}"));
    let run = Command::new("pdftoppm").args(["-png", "-r", "110"]).arg(pdf).arg(to).status().expect("pdftoppm");
    assert!(run.success());
}

fn words_of(pdf: &Path) -> String {
    let output = Command::new("pdftotext").args(["-layout"]).arg(pdf).arg("-").output().expect("pdftotext");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Saves what a dialog shows and tells where.
async fn saved(pc: &Pc, stem: &str) -> PathBuf {
    pc.push("Save as PDF").await;
    let script = format!("return document.body.innerText.match(/Saved: (\\/.*{stem}.*\\.pdf)/)?.[1]");
    let path = pc.until("the file", &script).await;
    PathBuf::from(path.as_str().expect("a path"))
}

pub async fn story() {
    let folder = tempfile::tempdir().expect("a folder");
    let pc = Pc::start("desk", folder.path()).await;
    pc.click("[data-testid=start-demo]").await;
    pc.sign_in("meera@kadamba.example", PASSWORD).await;
    pc.see("[data-testid^=row-]").await;
    pc.look("morning").await;

    // A walk-in for somebody known: the search, then a digit and Ctrl Enter.
    pc.search("deshp sun").await;
    pc.read("सुनीता देशपांडे").await;
    pc.press("Enter").await;
    pc.see("[data-testid=walk-in-issue]").await;
    pc.see("[data-testid=slip-printer]").await;
    pc.look("walk-in-panel").await;
    pc.press("2").await;
    pc.press("Ctrl Enter").await;
    pc.see("[data-testid=document-preview]").await;
    let given = pc.see("[data-testid=queue-number]").await;
    let slip = saved(&pc, "slip").await;
    on_paper(&slip, "slip");
    assert!(!words_of(&slip).contains("Printed again"));
    pc.picture("given").await;
    pc.close_preview().await;
    // The second paper says that it is one.
    focus_row(&pc, "Sunita").await;
    pc.press("p").await;
    pc.see("[data-testid=document-preview]").await;
    let again = saved(&pc, "slip").await;
    on_paper(&again, "slip-again");
    assert!(words_of(&again).contains("Printed again"));
    pc.close_preview().await;

    // She does not get a second number by accident, but with a reason.
    pc.search("deshp sun").await;
    pc.read("सुनीता देशपांडे").await;
    pc.press("Enter").await;
    pc.read(&format!("waits already, with number {given}")).await;
    pc.press("Ctrl Enter").await;
    pc.read(&format!("already waits, with number {given}")).await;
    pc.look("already-waits").await;
    pc.fill("another", "Her mother comes with her").await;
    pc.press("Ctrl Enter").await;
    pc.see("[data-testid=document-preview]").await;
    let second = pc.see("[data-testid=queue-number]").await;
    assert_ne!(second, given);
    pc.close_preview().await;

    // Called, called again, not there, and each of it taken back.
    focus_row(&pc, "Ramesh Gokhale").await;
    pc.press("Enter").await;
    pc.row_says("Ramesh Gokhale", "Called").await;
    focus_row(&pc, "Ramesh Gokhale").await;
    pc.press("r").await;
    pc.read("Ramesh Gokhale called again").await;
    focus_row(&pc, "Ramesh Gokhale").await;
    pc.press("s").await;
    pc.row_says("Ramesh Gokhale", "No answer").await;
    pc.press("Ctrl z").await;
    pc.row_says("Ramesh Gokhale", "Called").await;
    // Another doctor for one, and one who goes first.
    focus_row(&pc, "Prakash Jadhav").await;
    pc.press("m").await;
    pc.read("The number stays").await;
    pc.picture("another-doctor").await;
    pc.press("1").await;
    pc.press("Ctrl Enter").await;
    pc.read("Prakash Jadhav moved to").await;
    pc.press("Ctrl z").await;
    pc.read("Prakash Jadhav: put back").await;
    focus_row(&pc, "Kavya Nair").await;
    pc.press("y").await;
    pc.read("Kavya Nair goes first?").await;
    pc.push("Pregnant").await;
    pc.js("document.querySelector('[role=dialog] input:not([type=hidden])').focus()").await;
    pc.type_text("24 weeks, dizzy").await;
    pc.press("Ctrl Enter").await;
    pc.row_says("Kavya Nair", "Pregnant").await;
    focus_row(&pc, "Tiago Moreira").await;
    pc.press("Enter").await;
    pc.row_says("Tiago Moreira", "Called").await;
    pc.look("queue").await;
    pc.push("Grouped").await;
    pc.push("By doctor").await;
    pc.picture("by-doctor").await;
    pc.push("Grouped").await;
    pc.push("By stage").await;

    // The day on paper.
    pc.press("Alt d").await;
    pc.see("[data-testid=document-preview]").await;
    pc.picture("day-list").await;
    let list = saved(&pc, "day").await;
    on_paper(&list, "day-list");
    let words = words_of(&list);
    for word in ["Day list", "Ramesh Gokhale", "Dr Farah Siddiqui", "Room 2"] {
        assert!(words.contains(word), "{word} is not in {words}");
    }
    pc.close_preview().await;

    power_cut(&pc).await;
    board(&pc).await;
    pc.stop().await;
}

/// Blank slips for the drawer, and one of them entered with the keyboard alone.
async fn power_cut(pc: &Pc) {
    pc.press("Alt e").await;
    pc.read("No blank slips of this PC").await;
    pc.push("Blank slips").await;
    pc.read("How many").await;
    pc.press("Ctrl Enter").await;
    pc.see("[data-testid=document-preview]").await;
    let blank = saved(pc, "blank-slips").await;
    on_paper(&blank, "blank-slips");
    assert!(words_of(&blank).contains("A-101") || words_of(&blank).contains("101"));
    pc.close_preview().await;
    let number = pc.see("[data-testid=paper-number]").await;
    assert!(number.ends_with("101"), "{number}");
    pc.js("document.querySelector('[name=paperPatient]').focus()").await;
    pc.type_text("Joana Queiroz").await;
    pc.until("the hit", "return document.querySelector('[role=listbox] [role=option] b') !== null").await;
    pc.picture("paper-search").await;
    pc.press("Enter").await;
    pc.fill("reason", "Mole, bleeding").await;
    pc.fill("time", "25:00").await;
    pc.press("Ctrl Enter").await;
    pc.read("This is not a time").await;
    pc.look("paper-slips").await;
    let now = pc
        .js("return new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: 'Asia/Kolkata' }).format(new Date())")
        .await;
    pc.refill("time", now.as_str().expect("a time")).await;
    pc.press("Ctrl Enter").await;
    pc.read("Entered just now").await;
    pc.picture("paper-entered").await;
    pc.press("Esc").await;
    pc.row_says("Joana Queiroz", "101").await;
}

/// The second window: numbers without names, alive while the desk is locked, and good for nothing else.
async fn board(pc: &Pc) {
    let desk = pc.client.window().await.expect("the window");
    assert_eq!(pc.refusal("show_board").await, "not_allowed", "the board's command is the board's");
    pc.press("Alt b").await;
    let begun = std::time::Instant::now();
    let board = loop {
        let windows = pc.client.windows().await.expect("windows");
        if let Some(board) = windows.into_iter().find(|window| *window != desk) {
            break board;
        }
        assert!(begun.elapsed().as_secs() < 20, "no second window");
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    };
    pc.client.switch_to_window(board.clone()).await.expect("the board");
    pc.client.set_window_size(1920, 1080).await.expect("its size");
    pc.see("[data-testid=board-number]").await;
    let page = pc.js("return document.body.innerText").await;
    let page = page.as_str().expect("words");
    for name in ["Ramesh", "Gokhale", "Tiago", "Moreira", "Kavya"] {
        assert!(!page.contains(name), "{name} is on the board:\n{page}");
    }
    assert!(page.contains("Room"), "{page}");
    pc.look("board").await;
    for command in ["today", "session", "search_patients", "lock_screen", "show_queue"] {
        assert_eq!(pc.refusal(command).await, "not_allowed", "{command}, called by the board");
    }
    let called = pc.see("[data-testid=board-number]").await;

    // Somebody else is called; the board shows it by itself, also after the desk has locked.
    pc.client.switch_to_window(desk.clone()).await.expect("the desk");
    focus_row(pc, "Aisyah Lestari").await;
    pc.press("Enter").await;
    pc.row_says("Aisyah Lestari", "Called").await;
    pc.invoke("lock_screen", json!({})).await.expect("locks");
    assert_eq!(pc.refusal("today").await, "locked");
    pc.client.switch_to_window(board.clone()).await.expect("the board");
    let changed = format!(
        "const e = document.querySelector('[data-testid=board-number]'); return e && e.innerText.trim() !== {}",
        json!(called)
    );
    pc.until("the next call", &changed).await;
    assert!(pc.invoke("show_board", json!({})).await.is_ok_and(|board| board["calls"][0]["name"] == Value::Null));
    pc.picture("board-next").await;
    pc.client.close_window().await.expect("closes");
    pc.client.switch_to_window(desk).await.expect("the desk");
}
