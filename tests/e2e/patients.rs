//! The patient's page and the money at the desk, in the real window and by keyboard: a new patient with
//! three answers, a child of theirs, a change with its history, a deposit and the rest, a receipt, the till.

use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::window::Pc;

const PASSWORD: &str = "neem demo clinic";

/// What a receipt says.
fn words(path: &str) -> String {
    let output = Command::new("pdftotext")
        .args(["-layout".as_ref(), Path::new(path).as_os_str(), "-".as_ref()])
        .output()
        .expect("pdftotext");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

async fn dark(pc: &Pc, picture: &str) {
    pc.theme("dark").await;
    pc.picture(picture).await;
    pc.is_accessible(picture).await;
    pc.theme("light").await;
}

/// Saves the receipt that is shown and returns where it is.
async fn saved(pc: &Pc) -> String {
    pc.js("window.__neemSaved = document.querySelector('main')?.innerText.match(/\\/\\S*receipt\\S*( \\(\\d+\\))?\\.pdf/)?.[0] ?? ''").await;
    pc.push("Save as PDF").await;
    let path = pc
        .until(
            "the file",
            "const found = document.body.innerText.match(/\\/\\S*receipt\\S*( \\(\\d+\\))?\\.pdf/)?.[0];
             return found && found !== window.__neemSaved ? found : null",
        )
        .await;
    path.as_str().expect("a path").to_owned()
}

/// The line of today's list of somebody.
async fn row_of(pc: &Pc, name: &str) {
    let find = format!(
        "return [...document.querySelectorAll('[role=grid] [data-row]')].find(e => e.innerText.includes({}))",
        json!(name)
    );
    pc.until(name, &format!("{find} ? true : false")).await;
    pc.js(&format!("{}.focus()", find.replacen("return ", "", 1))).await;
}

pub async fn story() {
    let data = tempfile::tempdir().expect("a folder");
    let pc = Pc::start("patients", data.path()).await;
    pc.click("[data-testid=start-demo]").await;
    pc.sign_in("meera@kadamba.example", PASSWORD).await;
    pc.see("[data-testid^=row-]").await;

    // Today's patients before anything is typed; in the box of every screen as on the list.
    pc.press("Ctrl k").await;
    pc.see("[data-testid=hit]").await;
    pc.picture("search-today").await;
    pc.is_accessible("the search before typing").await;
    pc.press("Esc").await;
    pc.open("Patients").await;
    pc.focused("[data-testid=patients-search]").await;
    pc.see("[data-testid=hit]").await;
    pc.picture("patients").await;
    pc.is_accessible("patients").await;

    // Nobody of that name: registered with four answers at most, and not a touch of the mouse.
    pc.type_text("Zubeida Khanam").await;
    pc.see("[data-testid=register]").await;
    pc.picture("patients-no-match").await;
    pc.press("Enter").await;
    pc.focused("[role=radio]").await;
    pc.press("f").await;
    pc.press("Tab").await;
    pc.focused("[name=born]").await;
    pc.type_text("34").await;
    pc.press("Tab").await;
    pc.type_text("98220 55501").await;
    pc.picture("register").await;
    pc.press("Ctrl Enter").await;

    // The second step asks for wishes and consents, and can be left.
    pc.read("Wishes and consents").await;
    pc.focused("[aria-pressed]").await;
    pc.type_text(" ").await;
    pc.until("the choice", "return document.querySelector('[aria-pressed=true]') !== null").await;
    pc.push("Given: Messages").await;
    pc.until("the consent", "return document.querySelectorAll('[data-decision=given]').length > 0").await;
    pc.picture("wishes").await;
    pc.is_accessible("wishes and consents").await;
    pc.press("Ctrl Enter").await;
    pc.read("registered this record").await;
    pc.read("about 34 years").await;
    pc.picture("patient").await;
    pc.is_accessible("a patient's page").await;

    // An edit: all problems at once, nothing typed lost, and the history tells what stood there before.
    pc.press("e").await;
    pc.see("[name=address]").await;
    pc.fill("address", "7 Palash Road").await;
    pc.fill("email", "zubeida@nowhere").await;
    pc.press("Ctrl Enter").await;
    pc.until("the problem", "return document.querySelectorAll('[aria-invalid=true]').length === 1").await;
    pc.picture("edit-error").await;
    pc.is_accessible("an edit with a problem").await;
    pc.refill("email", "zubeida@khanam.example").await;
    pc.press("Ctrl Enter").await;
    pc.until(
        "the history",
        "return [...document.querySelectorAll('ol li')].some(e => e.innerText.includes('7 Palash Road'))",
    )
    .await;
    pc.picture("patient-history").await;
    dark(&pc, "patient-dark").await;
    photo(&pc).await;

    // Her son, registered from her: phone and address are shared.
    pc.press("d").await;
    pc.focused("[name=fullName]").await;
    pc.type_text("Iqbal Khanam").await;
    pc.press("Tab").await;
    pc.press("m").await;
    pc.press("Tab").await;
    pc.type_text("4").await;
    pc.picture("dependant").await;
    pc.press("Ctrl Enter").await;
    pc.read("Answered for by").await;
    assert!(pc.js("return document.body.innerText").await.as_str().is_some_and(|page| page.contains("7 Palash Road")));
    pc.picture("dependant-page").await;

    // Found again by name and age, opened by one chord; she goes to the desk by one key.
    pc.search("khanam zub").await;
    pc.see("[data-testid=hit]").await;
    pc.picture("search-choices").await;
    pc.press("Ctrl Enter").await;
    pc.read("zubeida@khanam.example").await;
    pc.press("w").await;
    pc.see("[data-testid=walk-in-issue]").await;
    pc.see("aside img[alt='Photo of Zubeida Khanam']").await;
    pc.picture("walk-in-with-photo").await;
    pc.is_accessible("a walk-in with a photo").await;
    dark(&pc, "walk-in-with-photo-dark").await;
    pc.press("Ctrl Enter").await;
    pc.see("[data-testid=document-preview]").await;
    pc.close_preview().await;

    // A deposit from her row, with change, and its receipt.
    row_of(&pc, "Zubeida Khanam").await;
    pc.press("b").await;
    pc.push("Deposit").await;
    pc.see("[data-testid=take-payment]").await;
    pc.focused("[name=amount]").await;
    pc.type_text("200").await;
    pc.press("Tab").await;
    pc.type_text("500").await;
    pc.read("₹300.00").await;
    pc.picture("deposit").await;
    pc.is_accessible("a deposit").await;
    pc.press("Ctrl Enter").await;
    pc.see("[data-testid=payment-done]").await;
    pc.see("[data-testid=document-preview] img").await;
    pc.picture("receipt").await;
    pc.is_accessible("a receipt").await;
    let first = words(&saved(&pc).await);
    for wanted in ["Kadamba Clinic", "Receipt for a deposit", "Zubeida Khanam", "INR 200.00", "Meera Kulkarni"] {
        assert!(first.contains(wanted), "{wanted} is not on the receipt:\n{first}");
    }
    assert!(!first.contains("Printed again"));
    let again = words(&saved(&pc).await);
    assert!(again.contains("Printed again"), "a second paper of one receipt says so:\n{again}");
    pc.press("Esc").await;

    // The bill of the visit and the rest of it.
    row_of(&pc, "Zubeida Khanam").await;
    pc.press("b").await;
    pc.focused("aside [role=combobox]").await;
    pc.type_text("Diabetes").await;
    pc.press("Down").await;
    pc.press("Enter").await;
    pc.read("₹700.00").await;
    pc.picture("bill").await;
    pc.is_accessible("a bill").await;
    pc.press("Ctrl Enter").await;
    pc.see("[data-testid=take-payment]").await;
    pc.read("Take ₹500.00").await;
    pc.picture("bill-made").await;
    dark(&pc, "bill-made-dark").await;
    pc.press("Ctrl Enter").await;
    pc.see("[data-testid=payment-done]").await;
    pc.see("[data-testid=document-preview] img").await;
    let rest = words(&saved(&pc).await);
    for wanted in ["Diabetes review", "700.00", "Paid before", "INR 500.00", "Still to pay"] {
        assert!(rest.contains(wanted), "{wanted} is not on the receipt:\n{rest}");
    }
    pc.push("A4").await;
    pc.see("[data-testid=document-preview] img").await;
    pc.picture("receipt-a4").await;
    pc.press("Esc").await;
    pc.search("khanam zub").await;
    pc.see("[data-testid=hit]").await;
    pc.press("Ctrl Enter").await;
    pc.read("Nothing to pay").await;
    pc.picture("patient-paid").await;

    // What is still open, what came today, and a till that is counted blind.
    pc.open("Money").await;
    pc.see("[role=grid] [data-row]").await;
    pc.fill("openingFloat", "1000").await;
    pc.push("Open the till").await;
    pc.read("Count the till").await;
    pc.read("after the count").await;
    pc.picture("money").await;
    pc.is_accessible("money").await;
    pc.js("document.querySelector('[role=grid] [data-row]').focus()").await;
    pc.press("Enter").await;
    pc.see("[data-testid=take-payment]").await;
    pc.picture("open-balance").await;
    pc.press("Ctrl Enter").await;
    pc.see("[data-testid=payment-done]").await;
    pc.press("Esc").await;
    pc.push("Count the till").await;
    pc.see("[name=counted]").await;
    assert!(pc.js("return document.body.innerText").await.as_str().is_some_and(|page| !page.contains("expected")));
    pc.fill("counted", "1400").await;
    pc.press("Ctrl Enter").await;
    pc.read("₹100.00 missing").await;
    pc.picture("till-counted").await;
    dark(&pc, "money-dark").await;
    pc.stop().await;
}

/// A face to recognise her by: from a file, scaled down before it is kept; pasted; taken away; each taken back.
async fn photo(pc: &Pc) {
    let shown = "document.querySelector('main section img[alt=\"Photo of Zubeida Khanam\"]')";
    let size =
        format!("const e = {shown}; return e?.complete && e.naturalWidth ? [e.naturalWidth, e.naturalHeight] : null");
    let none = format!("return {shown} === null");
    let screen = pc.picture("before-the-photo").await;
    let choose = async |path: &Path| {
        let chooser = pc.client.find(fantoccini::Locator::Css("[name=photo]")).await.expect("a chooser");
        chooser.send_keys(&path.display().to_string()).await.expect("a path");
    };
    // No picture: said, and nothing changed.
    let text = screen.with_extension("txt");
    std::fs::write(&text, "no picture").expect("writes");
    choose(&text).await;
    pc.read("This picture cannot be read").await;
    std::fs::remove_file(&text).expect("removes");

    choose(&screen).await;
    pc.read("Photo of Zubeida Khanam saved").await;
    let first = pc.until("the photo", &size).await;
    assert_eq!(first[0], 512, "{first}");
    assert!(first[1].as_u64().is_some_and(|height| height < 512), "{first}");
    assert_eq!(pc.js("return document.body.innerText.includes('cannot be read')").await, json!(false));
    pc.press("Ctrl z").await;
    pc.read("Photo of Zubeida Khanam as before").await;
    pc.until("no photo", &none).await;

    // Pasted: small ones are not made larger.
    let paste = "const canvas = document.createElement('canvas'); canvas.width = 240; canvas.height = 300;
        const c = canvas.getContext('2d'); c.fillStyle = '#8aa39a'; c.fillRect(0, 0, 240, 300);
        c.fillStyle = '#e0b48c'; c.beginPath(); c.ellipse(120, 120, 62, 80, 0, 0, 7); c.fill();
        c.fillStyle = '#3b5568'; c.beginPath(); c.ellipse(120, 300, 110, 90, 0, 0, 7); c.fill();
        canvas.toBlob((blob) => {
            const data = new DataTransfer(); data.items.add(new File([blob], 'face.png', { type: 'image/png' }));
            document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
        });";
    pc.js(paste).await;
    pc.read("Photo of Zubeida Khanam saved").await;
    assert_eq!(pc.until("the photo", &size).await, json!([240, 300]));
    pc.picture("patient-photo").await;
    pc.is_accessible("a patient with a photo").await;
    dark(pc, "patient-photo-dark").await;
    pc.push("Remove the photo").await;
    pc.until("no photo", &none).await;
    pc.press("Ctrl z").await;
    pc.read("Photo of Zubeida Khanam as before").await;
    assert_eq!(pc.until("the photo", &size).await, json!([240, 300]));
}
