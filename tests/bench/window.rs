//! The real window, driven from outside.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant as Watch};

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use neem_core::keys::{DatabaseKey, KeyFile};
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(40);
/// Under which the program asks the keyring.
const SERVICE: &str = "org.neem.clinic";

/// What there is to measure, or why nothing can be measured here.
pub fn app() -> Result<PathBuf, String> {
    if std::env::var_os("DISPLAY").is_none() {
        return Err("no display".into());
    }
    let named = std::env::var_os("NEEM_APP").map(PathBuf::from);
    let built = option_env!("CARGO_BIN_EXE_neem").map(PathBuf::from);
    let app = named.or(built).unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target/release/neem"));
    if app.exists() { Ok(app) } else { Err(format!("no program at {}", app.display())) }
}

/// Puts the key of a clinic's file into the keyring of the bench's desktop, where the program finds it.
pub fn keep_key(data: &Path, key: &DatabaseKey, account: &str) -> Result<(), String> {
    let kept = keyring::Entry::new(SERVICE, account).and_then(|entry| entry.set_password(&key.to_hex()));
    kept.map_err(|error| format!("no keyring: {error}"))?;
    KeyFile::in_keyring(key, account.to_owned()).store(&data.join("neem.key.json")).map_err(|error| error.to_string())
}

/// Ends the driver, and with it the window, however the measurement ends.
struct Driver(Child);

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub struct Window {
    client: Client,
    driver: Driver,
    /// From the order to start until an element was there.
    pub shown: Duration,
}

impl Window {
    /// Starts the program with a data folder and waits for an element.
    pub async fn open(app: &Path, data: &Path, until: &str) -> Result<Window, String> {
        let port = free_port().map_err(|error| error.to_string())?;
        let driver = Command::new("WebKitWebDriver")
            .args(["-p", &port.to_string(), "--host=127.0.0.1"])
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("NEEM_DATA_DIR", data)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("WebKitWebDriver: {error}"))?;
        let driver = Driver(driver);
        let address = format!("http://127.0.0.1:{port}");
        for _ in 0..200 {
            if tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let capabilities: Capabilities = [
            ("browserName".to_owned(), json!("wry")),
            ("webkitgtk:browserOptions".to_owned(), json!({ "binary": app, "args": [] })),
        ]
        .into_iter()
        .collect();
        let start = Watch::now();
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities);
        let client = tokio::time::timeout(PATIENCE, builder.connect(&address))
            .await
            .map_err(|_| "no window".to_owned())?
            .map_err(|error| format!("no window: {error}"))?;
        let mut window = Window { client, driver, shown: Duration::ZERO };
        window.see(until).await?;
        window.shown = start.elapsed();
        Ok(window)
    }

    /// Waits for an element.
    pub async fn see(&self, css: &str) -> Result<(), String> {
        let wait = self.client.wait().at_most(PATIENCE).every(Duration::from_millis(5));
        wait.for_element(Locator::Css(css)).await.map_err(|error| format!("no {css}: {error}"))?;
        Ok(())
    }

    pub async fn run(&self, script: &str, arguments: Vec<Value>) -> Result<Value, String> {
        self.client.execute(script, arguments).await.map_err(|error| format!("{script}: {error}"))
    }

    /// Types into the element that has this name.
    pub async fn fill(&self, name: &str, text: &str) -> Result<(), String> {
        let css = format!("[name=\"{name}\"]");
        self.see(&css).await?;
        let field = self.client.find(Locator::Css(&css)).await.map_err(|error| error.to_string())?;
        field.send_keys(text).await.map_err(|error| error.to_string())
    }

    /// Presses keys together.
    pub async fn press(&self, keys: &[char]) -> Result<(), String> {
        let mut actions = KeyActions::new("keyboard".into());
        for key in keys {
            actions = actions.then(KeyAction::Down { value: *key });
        }
        for key in keys.iter().rev() {
            actions = actions.then(KeyAction::Up { value: *key });
        }
        self.client.perform_actions(actions).await.map_err(|error| error.to_string())
    }

    /// The proportional set size of the program and its web processes, in MB.
    pub fn megabytes(&self) -> Result<f64, String> {
        weigh(self.driver.0.id())
    }

    /// The window goes before its folder does.
    pub async fn close(self) {
        let _ = self.client.clone().close().await;
    }
}

fn free_port() -> std::io::Result<u16> {
    Ok(std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// Everything below the driver.
fn weigh(driver: u32) -> Result<f64, String> {
    let parents: Vec<(u32, u32)> = std::fs::read_dir("/proc")
        .map_err(|error| format!("/proc: {error}"))?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(|pid: u32| {
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
            // The name, in brackets, may hold spaces; the parent is the second word after it.
            let parent = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()?;
            Some((pid, parent))
        })
        .collect();
    let mut family = BTreeSet::from([driver]);
    loop {
        let before = family.len();
        family.extend(
            parents.iter().filter(|(_, parent)| family.contains(parent)).map(|(pid, _)| *pid).collect::<Vec<_>>(),
        );
        if family.len() == before {
            break;
        }
    }
    family.remove(&driver);
    let kib: u64 = family.iter().filter_map(|pid| pss(*pid)).sum();
    if kib == 0 { Err("no process to weigh".to_owned()) } else { Ok(kib as f64 / 1024.0) }
}

fn pss(pid: u32) -> Option<u64> {
    let rollup = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
    rollup.lines().find(|line| line.starts_with("Pss:"))?.split_whitespace().nth(1)?.parse().ok()
}
