//! One clinic PC: its own data folder, its own driver, the real window, and a keyboard.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use fantoccini::actions::{InputSource, KeyAction, KeyActions, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

static PICTURE: AtomicU32 = AtomicU32::new(1);

const PATIENCE: Duration = Duration::from_secs(40);

/// The words of what has the focus, as a screen reader says them.
pub const SAID: &str = "(document.activeElement === document.body ? ''
    : document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.innerText ?? '')";

pub struct Pc {
    pub client: Client,

    driver: Child,
    name: &'static str,
}

/// A file of the build, beside this test's own.
pub fn program(name: &str) -> PathBuf {
    let own = std::env::current_exe().expect("this test's file");
    let path = own.parent().and_then(Path::parent).expect("target/debug").join(name);
    assert!(path.exists(), "{} is not built: run the tests with `make test`", path.display());
    path
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port()
}

impl Pc {
    /// Starts the app on a data folder.
    pub async fn start(name: &'static str, data: &Path) -> Pc {
        Pc::start_with(name, data, &[]).await
    }

    /// The same on a PC where no keyring answers.
    pub async fn start_without_keyring(name: &'static str, data: &Path) -> Pc {
        Pc::start_with(name, data, &[("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")]).await
    }

    async fn start_with(name: &'static str, data: &Path, env: &[(&str, &str)]) -> Pc {
        assert!(std::env::var_os("DISPLAY").is_some(), "no display: run the tests with `make test`");
        let port = free_port();
        let driver = Command::new("WebKitWebDriver")
            .args(["-p", &port.to_string(), "--host=127.0.0.1"])
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("NEEM_DATA_DIR", data)
            .env("HOME", data)
            // What the window itself remembers, as its language, is one PC's as well.
            .env("XDG_DATA_HOME", data.join("window"))
            .envs(env.iter().copied())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("WebKitWebDriver starts");
        let capabilities = json!({
            "browserName": "wry",
            "webkitgtk:browserOptions": { "binary": program("neem"), "args": [] },
        });
        let Value::Object(capabilities) = capabilities else { unreachable!("an object") };
        let begun = Instant::now();
        let client = loop {
            let mut builder = ClientBuilder::new(HttpConnector::new());
            builder.capabilities(capabilities.clone());
            match builder.connect(&format!("http://127.0.0.1:{port}")).await {
                Ok(client) => break client,
                Err(error) => assert!(begun.elapsed() < PATIENCE, "{name}: no window: {error}"),
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        };
        let _ = client.set_window_size(1366, 768).await;
        Pc { client, driver, name }
    }

    /// Closes the window as a person would.
    pub async fn stop(mut self) {
        let _ = self.client.clone().close().await;
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }

    pub async fn js(&self, script: &str) -> Value {
        self.client.execute(script, vec![]).await.unwrap_or_else(|error| panic!("{}: {script}: {error}", self.name))
    }

    /// Calls a command past the screen, with arguments of the right shape, and returns why it was refused.
    pub async fn refusal(&self, command: &str) -> String {
        let script = "const [command, done] = arguments; const id = '00000000-0000-7000-8000-000000000000';
            const draft = { items: [], advice: '', followUpOn: '', savedAt: null };
            const notes = { complaint: '', findings: '', diagnosis: '', diagnosisCode: '' };
            const allergy = { patientId: id, substance: 'x', severity: 'mild', reaction: '' };
            window.__TAURI_INTERNALS__.invoke(command, { clinicId: id, consultationId: id, patientId: id, draft, notes, allergy })
              .then(() => done('done'), (error) => done(error.code ?? String(error)));";
        let answer = self.client.execute_async(script, vec![json!(command)]).await.expect(command);
        answer.as_str().unwrap_or_default().to_owned()
    }

    /// Calls a command past the screen; the code of what was refused.
    pub async fn invoke(&self, command: &str, arguments: Value) -> Result<Value, String> {
        let script = "const [command, given, done] = arguments;
            window.__TAURI_INTERNALS__.invoke(command, given)
              .then((value) => done([true, value ?? null]), (error) => done([false, (error && error.code) || String(error)]));";
        let answer = self.client.execute_async(script, vec![json!(command), arguments]).await.expect(command);
        match (answer[0].as_bool(), answer[1].as_str()) {
            (Some(true), _) => Ok(answer[1].clone()),
            (_, code) => Err(code.unwrap_or_default().to_owned()),
        }
    }

    /// Waits until a script says something other than null, false or nothing.
    pub async fn until(&self, what: &str, script: &str) -> Value {
        let begun = Instant::now();
        loop {
            let value = self.client.execute(script, vec![]).await.unwrap_or(Value::Null);
            if !matches!(value, Value::Null | Value::Bool(false)) && value != json!("") {
                return value;
            }
            if begun.elapsed() > PATIENCE {
                self.picture("waiting-in-vain").await;
                let page = self.js("return document.body.innerText").await;
                panic!(
                    "{}: waited in vain for {what}; the page says:\n{}",
                    self.name,
                    page.as_str().unwrap_or_default()
                );
            }
            tokio::time::sleep(Duration::from_millis(80)).await;
        }
    }

    /// Waits for an element and returns its text.
    pub async fn see(&self, css: &str) -> String {
        let script = format!(
            "const e = document.querySelector({}); return e ? (e.innerText || e.value || ' ') : null",
            json!(css)
        );
        self.until(css, &script).await.as_str().unwrap_or_default().trim().to_owned()
    }

    /// Calls a command past the screen that must not be refused.
    pub async fn ask(&self, command: &str, arguments: Value) -> Value {
        self.invoke(command, arguments).await.unwrap_or_else(|code| panic!("{}: {command}: {code}", self.name))
    }

    /// Waits until the focus is on an element.
    pub async fn focused(&self, css: &str) {
        self.until(css, &format!("return document.activeElement?.matches({}) ?? false", json!(css))).await;
    }

    /// Presses a key until the focus is on an element.
    pub async fn walk_to(&self, key: &str, css: &str) {
        let there = format!("return document.activeElement?.matches({}) ?? false", json!(css));
        for _ in 0..60 {
            if self.js(&there).await == json!(true) {
                return;
            }
            self.press(key).await;
        }
        panic!("{css} is not reached by {key}; the focus is on {}", self.js(&format!("return {SAID}")).await);
    }

    /// Waits until a row of a list says something.
    pub async fn row_says(&self, name: &str, words: &str) {
        let script = format!(
            "return [...document.querySelectorAll('[data-row]')].some(row => row.innerText.includes({}) && row.innerText.includes({}))",
            json!(name),
            json!(words)
        );
        self.until(&format!("{name}: {words}"), &script).await;
    }

    pub async fn theme(&self, name: &str) {
        self.js(&format!("document.documentElement.dataset.theme = '{name}'")).await;
    }

    /// A picture in the light and one in the dark, and whether everybody can use both.
    pub async fn look(&self, name: &str) {
        self.picture(name).await;
        self.is_accessible(name).await;
        self.theme("dark").await;
        self.picture(&format!("{name}-dark")).await;
        self.is_accessible(&format!("{name} in the dark")).await;
        self.theme("light").await;
    }

    /// Waits for words anywhere on the page.
    pub async fn read(&self, words: &str) {
        self.until(words, &format!("return document.body.innerText.includes({})", json!(words))).await;
    }

    pub async fn click(&self, css: &str) {
        self.see(css).await;
        self.client.find(Locator::Css(css)).await.expect(css).click().await.expect(css);
    }

    /// Presses the button that begins with these words.
    pub async fn push(&self, words: &str) {
        let find = format!(
            "return [...document.querySelectorAll('button, [role=menuitem], [role=radio], label')]
               .find(e => !e.disabled && (e.innerText.trim().startsWith({0}) || e.getAttribute('aria-label')?.startsWith({0}))) ?? null",
            json!(words)
        );
        self.until(words, &format!("{} ? true : false", find.trim_end_matches(" ?? null"))).await;
        self.js(&format!("{}.click()", find.replacen("return ", "(", 1).replace(" ?? null", ")"))).await;
    }

    /// Types into a field by its name.
    pub async fn fill(&self, name: &str, text: &str) {
        let css = format!("[name=\"{name}\"]");
        self.see(&css).await;
        let field = self.client.find(Locator::Css(&css)).await.expect(name);
        field.send_keys(text).await.expect(name);
    }

    /// Replaces what a field holds.
    pub async fn refill(&self, name: &str, text: &str) {
        let css = format!("[name=\"{name}\"]");
        self.client.find(Locator::Css(&css)).await.expect(name).clear().await.expect(name);
        self.fill(name, text).await;
    }

    /// Types into the nth password field of the page.
    pub async fn fill_password(&self, nth: usize, text: &str) {
        let all = "return document.querySelectorAll('input[type=password]').length";
        self.until("password fields", &format!("{all} > {nth}")).await;
        let fields = self.client.find_all(Locator::Css("input[type=password]")).await.expect("fields");
        fields[nth].clear().await.expect("empty");
        fields[nth].send_keys(text).await.expect("typing");
    }

    /// Asks axe whether everybody can use what is on the page; contrast counts.
    pub async fn is_accessible(&self, screen: &str) {
        let axe = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/node_modules/axe-core/axe.min.js");
        let axe = std::fs::read_to_string(axe).expect("axe-core of ui/node_modules");
        let script = "const done = arguments[0];
            axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => done(violations.map(
              (v) => v.id + ': ' + v.nodes.map((n) => n.html.slice(0, 160)).join(' | '))), (e) => done([String(e)]))";
        self.js(&format!("{axe}; return null")).await;
        let found = self.client.execute_async(script, vec![]).await.expect("axe");
        assert_eq!(found, json!([]), "{}: {screen}", self.name);
    }

    /// Types into whatever has the focus.
    pub async fn type_text(&self, text: &str) {
        self.client.active_element().await.expect("a focus").send_keys(text).await.expect("typing");
    }

    /// Presses keys together, as `Ctrl Enter`.
    pub async fn press(&self, chord: &str) {
        let keys: Vec<char> = chord.split(' ').map(key).collect();
        let mut actions = KeyActions::new("keyboard".into());
        for key in &keys {
            actions = actions.then(KeyAction::Down { value: *key });
        }
        for key in keys.iter().rev() {
            actions = actions.then(KeyAction::Up { value: *key });
        }
        self.client.perform_actions(actions).await.unwrap_or_else(|error| panic!("{chord}: {error}"));
    }

    /// Presses the mouse at a point of the window, takes it along others, and holds it.
    pub async fn hold(&self, from: (f64, f64), along: &[(f64, f64)]) {
        let go = |(x, y): (f64, f64), ms| PointerAction::MoveTo { duration: Some(Duration::from_millis(ms)), x, y };
        let mut actions =
            MouseActions::new("mouse".into()).then(go(from, 0)).then(PointerAction::Down { button: MOUSE_BUTTON_LEFT });
        for point in along {
            actions = actions.then(go(*point, 60));
        }
        self.client.perform_actions(actions).await.expect("the mouse");
    }

    /// Lets the mouse go where it is.
    pub async fn let_go(&self) {
        let up = PointerAction::Up { button: MOUSE_BUTTON_LEFT };
        self.client.perform_actions(MouseActions::new("mouse".into()).then(up)).await.expect("the mouse");
    }

    pub async fn drag(&self, from: (f64, f64), along: &[(f64, f64)]) {
        self.hold(from, along).await;
        self.let_go().await;
    }

    /// Closes the slip or the sheet, and waits until it is gone: a key that comes before belongs to it.
    pub async fn close_preview(&self) {
        self.press("Esc").await;
        self.until("the preview is gone", "return document.querySelector('[data-testid=document-preview]') === null")
            .await;
    }

    /// Looks for somebody by the key of the search box. While something is still closing, the key belongs to
    /// that, so it is pressed until the box has it.
    pub async fn search(&self, words: &str) {
        let begun = Instant::now();
        loop {
            self.press("Ctrl k").await;
            tokio::time::sleep(Duration::from_millis(100)).await;
            if self.js("return document.activeElement?.dataset.testid === 'search'").await == json!(true) {
                return self.type_text(words).await;
            }
            assert!(begun.elapsed() < PATIENCE, "{}: the search box never has the keys", self.name);
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// Leaves a numbered picture of the window.
    pub async fn picture(&self, name: &str) -> PathBuf {
        // A picture of a list that is still moving shows nothing.
        tokio::time::sleep(Duration::from_millis(350)).await;
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/screens");
        std::fs::create_dir_all(&folder).expect("a folder");
        let number = PICTURE.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!("{number:02}-{}-{name}.png", self.name));
        let picture = self.client.screenshot().await.expect("a picture");
        std::fs::write(&path, picture).expect("writes");
        path
    }

    pub async fn sign_in(&self, email: &str, password: &str) {
        self.fill("email", email).await;
        self.fill("password", password).await;
        self.press("Enter").await;
        self.see("[data-testid=sync-badge]").await;
    }

    pub async fn sign_out(&self) {
        self.click("[title*='sign out']").await;
        self.push("Sign out").await;
        self.see("[data-testid=sign-in]").await;
    }

    /// Syncs by its key and returns what the page says of it.
    pub async fn sync(&self) -> String {
        self.open("Sync").await;
        self.js("window.__neemOld = document.querySelector('[data-testid=sync-result]')?.closest('section')?.innerText ?? ''").await;
        self.click("[data-testid=sync-now]").await;
        tokio::time::sleep(Duration::from_millis(600)).await;
        self.until(
            "the end of the sync",
            "return document.querySelector('[data-testid=sync-now]:not([aria-busy=true])') !== null",
        )
        .await;
        self.see("[data-testid=sync-result]").await
    }

    /// Opens a screen of the rail.
    pub async fn open(&self, screen: &str) {
        let find = format!(
            "return [...document.querySelectorAll('nav a, nav button')].find(e => e.innerText.includes({}))",
            json!(screen)
        );
        self.until(screen, &format!("{find} ? true : false")).await;
        self.js(&format!("{}.click()", find.replacen("return ", "", 1))).await;
    }
}

impl Drop for Pc {
    fn drop(&mut self) {
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn key(name: &str) -> char {
    match name {
        "Ctrl" => '\u{E009}',
        "Alt" => '\u{E00A}',
        "Shift" => '\u{E008}',
        "Enter" => '\u{E007}',
        "Esc" => '\u{E00C}',
        "Tab" => '\u{E004}',
        "Right" => '\u{E014}',
        "Left" => '\u{E012}',
        "Up" => '\u{E013}',
        "Down" => '\u{E015}',
        one => one.chars().next().expect("a key"),
    }
}
