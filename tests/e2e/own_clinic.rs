//! A clinic of one's own, on a PC where no keyring answers: a passphrase instead, never plaintext;
//! and what the PC says when its file is damaged.

use crate::window::Pc;

const PASSPHRASE: &str = "seven quiet neem trees";
const PASSWORD: &str = "a long first password";

pub async fn story() {
    let data = tempfile::tempdir().expect("a folder");
    let pc = Pc::start_without_keyring("own", data.path()).await;
    pc.fill_password(0, "short").await;
    pc.fill_password(1, "short").await;
    pc.press("Enter").await;
    pc.read("12").await;
    pc.picture("passphrase").await;
    pc.fill_password(0, PASSPHRASE).await;
    pc.fill_password(1, PASSPHRASE).await;
    pc.press("Enter").await;
    pc.click("[data-testid=start-setup]").await;

    // Everything that is wrong is said at once, and nothing typed is lost.
    pc.fill("clinicName", "Jaswand Clinic").await;
    pc.fill("phone", "12").await;
    pc.fill("email", "anjali@nowhere").await;
    pc.press("Ctrl Enter").await;
    pc.until("the problems", "return document.querySelectorAll('[aria-invalid=true]').length > 3").await;
    pc.picture("set-up-errors").await;
    pc.is_accessible("set-up with errors").await;
    assert_eq!(pc.js("return document.querySelector('[name=clinicName]').value").await, "Jaswand Clinic");
    pc.refill("phone", "+91 55501 30100").await;
    pc.refill("email", "anjali@jaswand.example").await;
    pc.refill("deviceName", "Front desk").await;
    for (field, text) in [
        ("siteName", "Aundh"),
        ("address", "3 Banyan Street, Aundh"),
        ("adminName", "Anjali Rege"),
        ("password", PASSWORD),
    ] {
        pc.fill(field, text).await;
    }
    pc.press("Ctrl Enter").await;
    pc.see("[data-testid=sign-in]").await;
    assert!(pc.js("return document.body.innerText").await.as_str().is_some_and(|page| !page.contains("demo")));
    pc.sign_in("anjali@jaswand.example", PASSWORD).await;
    pc.read("Nobody is here or expected yet").await;
    pc.picture("own-today-empty").await;

    // The first receptionist.
    pc.open("Staff").await;
    pc.read("Anjali Rege").await;
    pc.picture("staff").await;
    pc.is_accessible("staff").await;
    pc.press("Alt n").await;
    pc.fill("name", "Imelda Rodrigues").await;
    pc.fill("email", "imelda@jaswand.example").await;
    pc.fill("password", "password1234").await;
    pc.press("Ctrl Enter").await;
    pc.read("Too many people use this one").await;
    pc.picture("add-staff").await;
    pc.refill("password", PASSWORD).await;
    pc.press("Ctrl Enter").await;
    pc.read("Imelda Rodrigues can sign in now").await;
    pc.sign_out().await;
    pc.sign_in("imelda@jaswand.example", PASSWORD).await;
    pc.stop().await;

    // The next morning: the passphrase is asked, and only the right one opens.
    let pc = Pc::start_without_keyring("own", data.path()).await;
    pc.fill_password(0, "seven loud neem trees").await;
    pc.press("Enter").await;
    pc.read("does not open the records").await;
    pc.picture("wrong-passphrase").await;
    pc.fill_password(0, PASSPHRASE).await;
    pc.press("Enter").await;
    pc.see("[data-testid=sign-in]").await;
    pc.stop().await;

    // A damaged file is said to be one, and left alone.
    let file = data.path().join("neem.db");
    let mut bytes = std::fs::read(&file).expect("the database");
    bytes[..4096].fill(7);
    std::fs::write(&file, &bytes).expect("damage");
    let pc = Pc::start_without_keyring("own", data.path()).await;
    pc.fill_password(0, PASSPHRASE).await;
    pc.press("Enter").await;
    pc.read("damaged").await;
    pc.picture("damaged").await;
    pc.stop().await;
    assert!(std::fs::read(&file).expect("the database") == bytes, "nothing was overwritten");
}
