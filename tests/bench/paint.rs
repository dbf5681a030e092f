//! From nothing to the first screen, in the real window, and the memory that it then holds.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant as Watch};

use fantoccini::wd::Capabilities;
use fantoccini::{ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;

use super::{milliseconds, percentile, report};

const PATIENCE: Duration = Duration::from_secs(40);
const TIMES: usize = 5;

pub fn measure() {
    if std::env::var_os("DISPLAY").is_none() {
        return skip("no display");
    }
    let app = app();
    if !app.exists() {
        return skip(&format!("no program at {}", app.display()));
    }
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let mut paints = Vec::new();
    let mut sizes = Vec::new();
    for _ in 0..TIMES {
        match runtime.block_on(once(&app)) {
            Ok((paint, size)) => {
                paints.push(milliseconds(paint));
                sizes.push(size);
            }
            Err(reason) => return skip(&reason),
        }
    }
    let on = format!(
        "{TIMES} starts with an empty data folder, until the first screen's buttons are there; {}",
        app.display()
    );
    report("first_paint", percentile(&mut paints, 0.5), "ms", &on);
    report("first_paint_max", percentile(&mut paints, 1.0), "ms", &on);
    let on = format!("{TIMES} starts, first screen; PSS of the program and all its web processes");
    report("resident_memory", percentile(&mut sizes, 0.5), "MB", &on);
}

fn skip(reason: &str) {
    println!("{}", json!({ "name": "first_paint", "skipped": reason }));
}

fn app() -> PathBuf {
    let named = std::env::var_os("NEEM_APP").map(PathBuf::from);
    let built = option_env!("CARGO_BIN_EXE_neem").map(PathBuf::from);
    named.or(built).unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target/release/neem"))
}

/// Ends the driver, and with it the window, however the measurement ends.
struct Driver(Child);

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn once(app: &Path) -> Result<(Duration, f64), String> {
    let data = tempfile::tempdir().map_err(|error| error.to_string())?;
    let port = free_port().map_err(|error| error.to_string())?;
    let driver = Command::new("WebKitWebDriver")
        .args(["-p", &port.to_string(), "--host=127.0.0.1"])
        .env("TAURI_WEBVIEW_AUTOMATION", "true")
        .env("NEEM_DATA_DIR", data.path())
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
    let shown = client
        .wait()
        .at_most(PATIENCE)
        .every(Duration::from_millis(5))
        .for_element(Locator::Css("[data-testid=start-demo]"))
        .await;
    let paint = start.elapsed();
    let size = megabytes(driver.0.id());
    // The window goes before its folder does.
    let _ = client.close().await;
    drop(driver);
    shown.map_err(|error| format!("no first screen: {error}"))?;
    Ok((paint, size?))
}

fn free_port() -> std::io::Result<u16> {
    Ok(std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// The proportional set size of everything below the driver: the program and its web processes.
fn megabytes(driver: u32) -> Result<f64, String> {
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
