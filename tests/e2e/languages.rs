//! One PC, two people, two languages: the screens in Hindi and in Arabic, which is read from the right.
//! Pictures of each are left to be looked at.

use std::process::Command;

use serde_json::json;

use crate::DEMO_PASSWORD;
use crate::window::Pc;

/// Nothing is cut off without an ellipsis, and nothing needs scrolling from side to side.
async fn fits(pc: &Pc, screen: &str) {
    let script = "
        const wide = document.documentElement.scrollWidth > innerWidth ? ['the page'] : [];
        const cut = [...document.querySelectorAll('button, a, label, h1, h2, h3, th, p, [role=gridcell], [role=columnheader]')]
          .filter((e) => e.clientWidth > 0 && e.scrollWidth > e.clientWidth + 1
            && getComputedStyle(e).overflowX !== 'visible' && getComputedStyle(e).textOverflow !== 'ellipsis'
            && !['auto', 'scroll'].includes(getComputedStyle(e).overflowX))
          .map((e) => e.innerText.slice(0, 60));
        const outside = [...document.querySelectorAll('button, a, h1, h2')]
          .filter((e) => { const r = e.getBoundingClientRect(); return r.width > 0 && (r.left < -1 || r.right > innerWidth + 1); })
          .map((e) => 'outside: ' + e.innerText.slice(0, 60));
        return [...wide, ...cut, ...outside]";
    assert_eq!(pc.js(script).await, json!([]), "{screen} has words that do not fit");
}

async fn look(pc: &Pc, screen: &str) {
    pc.picture(screen).await;
    fits(pc, screen).await;
    pc.is_accessible(screen).await;
}

/// Opens a screen by its place in the rail, whatever its name is.
async fn open(pc: &Pc, path: &str) {
    pc.click(&format!("nav a[href$='{path}']")).await;
}

async fn speaks(pc: &Pc, language: &str) {
    pc.until(language, &format!("return document.documentElement.lang === '{language}'")).await;
    let direction = if language == "ar" { "rtl" } else { "ltr" };
    assert_eq!(pc.js("return document.documentElement.dir").await, json!(direction));
}

/// By the menu of the person who is signed in.
async fn choose(pc: &Pc, language: &str) {
    pc.click("[data-testid=person]").await;
    pc.click(&format!("[role=menuitem][data-testid=language-{language}]")).await;
    speaks(pc, language).await;
}

async fn sign_out(pc: &Pc) {
    pc.invoke("sign_out", json!({})).await.expect("signs out");
    pc.js("location.reload()").await;
    pc.see("[data-testid=sign-in]").await;
}

/// The screens of the desk beside today's list.
async fn rest_of_the_desk(pc: &Pc, language: &str) {
    for path in ["calendar", "patients", "money", "waitlist", "hours"] {
        open(pc, &format!("/{path}")).await;
        tokio::time::sleep(std::time::Duration::from_millis(900)).await;
        look(pc, &format!("{language}-{path}")).await;
    }
}

/// Somebody who is in the list twice, so that there is something to decide.
async fn register(pc: &Pc, name: &str) {
    let new = json!({
        "fullName": name, "alternateName": "", "gender": "male", "birthDate": "2/2/1992", "ageYears": "",
        "phone": "", "address": "7 Palash Road", "city": "Pune", "primaryLanguage": "",
    });
    pc.invoke("register_patient", json!({ "patient": new })).await.expect("registers");
}

/// The fonts that are packaged are the ones that draw the letters.
async fn has_font(pc: &Pc, family: &str, letters: &str) {
    let loaded = format!(
        "return document.fonts.check('14px \"{family}\"', '{letters}')
           && [...document.fonts].some((f) => f.family.includes('{family}') && f.status === 'loaded')"
    );
    pc.until(family, &loaded).await;
}

pub async fn story() {
    let folder = tempfile::tempdir().expect("a folder");
    let pc = Pc::start("desk", folder.path()).await;
    pc.see("[data-testid=start-demo]").await;

    // The first start asks in the language of whoever sits there.
    pc.click("[data-testid=language-ar]").await;
    speaks(&pc, "ar").await;
    look(&pc, "ar-start").await;
    pc.click("[data-testid=start-demo]").await;
    pc.see("[data-testid=sign-in]").await;
    look(&pc, "ar-sign-in").await;
    has_font(&pc, "Vazirmatn Variable", "مرحبا").await;

    // Reception in Arabic: the list begins at the right, and a number is still a number.
    pc.sign_in("meera@kadamba.example", DEMO_PASSWORD).await;
    pc.see("[data-testid^=row-]").await;
    look(&pc, "ar-today").await;
    let order = "const row = document.querySelector('[data-testid^=row-]');
        const [number, , who] = [...row.querySelectorAll('[role=gridcell]')].map((e) => e.getBoundingClientRect());
        return number.left > who.left";
    assert_eq!(pc.js(order).await, json!(true), "the number stands at the right of the name");
    let number = "const e = document.querySelector('[data-testid^=row-] [dir=ltr]');
        const range = document.createRange(); const rects = [...e.childNodes].map((n) => { range.selectNode(n); return range.getBoundingClientRect().left; });
        return rects.every((left, at) => at === 0 || left >= rects[at - 1])";
    assert_eq!(pc.js(number).await, json!(true), "the lane comes before the digits");
    pc.search("deshp sun").await;
    pc.see("[data-testid=hit]").await;
    pc.picture("ar-search").await;
    pc.press("Enter").await;
    pc.see("[data-testid=walk-in-issue]").await;
    look(&pc, "ar-walk-in").await;
    let plus = "const phones = [...document.querySelectorAll('bdi')].map((e) => e.firstChild).filter((text) => text.data?.startsWith('+'));
        const at = (text, from) => { const range = document.createRange(); range.setStart(text, from); range.setEnd(text, from + 1); return range.getBoundingClientRect().left; };
        return phones.length > 0 && phones.every((text) => at(text, 0) < at(text, 1) && at(text, 1) < at(text, text.length - 1))";
    assert_eq!(pc.js(plus).await, json!(true), "a phone number begins with its plus at the left");
    pc.press("Esc").await;
    // The day on paper is in the language of the screen.
    pc.press("Alt d").await;
    pc.see("[data-testid=document-preview] img").await;
    pc.picture("ar-day-list").await;
    pc.push("حفظ بصيغة PDF").await;
    let path = pc
        .until("the file", "return document.body.innerText.match(/\\/[^\\n\\u2069]*day[^\\n\\u2069]*\\.pdf/)?.[0]")
        .await;
    let paper = Command::new("pdftotext").arg(path.as_str().expect("a path")).arg("-").output().expect("pdftotext");
    let words = String::from_utf8_lossy(&paper.stdout).into_owned();
    assert!(words.contains("Gokhale") && !words.contains("Day list") && !words.contains("Confirmed"), "{words}");
    pc.close_preview().await;
    pc.theme("dark").await;
    look(&pc, "ar-today-dark").await;
    pc.theme("light").await;
    register(&pc, "Ruben Castelo").await;
    register(&pc, "Rubens Castello").await;
    open(&pc, "/conflicts").await;
    pc.see("[data-item]").await;
    look(&pc, "ar-conflicts").await;
    open(&pc, "/sync").await;
    pc.see("[data-testid=sync-result], main, section").await;
    look(&pc, "ar-sync").await;
    rest_of_the_desk(&pc, "ar").await;
    // The same in Hindi, which goes with her and not with the PC; and the papers of the desk.
    choose(&pc, "hi").await;
    rest_of_the_desk(&pc, "hi").await;
    open(&pc, "/").await;
    pc.see("[data-testid^=row-]").await;
    pc.press("Alt d").await;
    pc.see("[data-testid=document-preview] img").await;
    look(&pc, "hi-day-list").await;
    pc.close_preview().await;
    sign_out(&pc).await;
    speaks(&pc, "ar").await;

    // A doctor, still in the language of the PC: forward is to the left.
    pc.sign_in("farah@kadamba.example", DEMO_PASSWORD).await;
    open(&pc, "/consult").await;
    pc.see("[data-testid^=row-]").await;
    pc.press("Alt Left").await;
    pc.see("[data-testid=quick-line]").await;
    pc.click("[data-testid=quick-line]").await;
    pc.type_text("amlo 5 1 tab od 1m").await;
    tokio::time::sleep(std::time::Duration::from_millis(900)).await;
    look(&pc, "ar-consult").await;
    pc.press("Enter").await;
    pc.see("[aria-label*=Amlodipine]").await;

    // She chooses Hindi in the middle of it: nothing typed is lost.
    choose(&pc, "hi").await;
    has_font(&pc, "Noto Sans Devanagari Variable", "नमस्ते").await;
    pc.see("[aria-label*=Amlodipine]").await;
    look(&pc, "hi-consult").await;
    pc.theme("dark").await;
    look(&pc, "hi-consult-dark").await;
    pc.theme("light").await;
    for (path, name) in [("/", "hi-today"), ("/conflicts", "hi-conflicts"), ("/sync", "hi-sync")] {
        open(&pc, path).await;
        tokio::time::sleep(std::time::Duration::from_millis(900)).await;
        look(&pc, name).await;
    }

    // Long words: Portuguese and Indonesian on the same screens.
    for language in ["pt", "id"] {
        choose(&pc, language).await;
        for (path, name) in [("/", "today"), ("/consult", "consult"), ("/conflicts", "conflicts"), ("/sync", "sync")] {
            open(&pc, path).await;
            tokio::time::sleep(std::time::Duration::from_millis(900)).await;
            look(&pc, &format!("{language}-{name}")).await;
        }
    }
    sign_out(&pc).await;
    // Her language went with her; the PC keeps its own.
    speaks(&pc, "ar").await;
    pc.stop().await;
}
