//! From nothing to the first screen, in the real window, and the memory that it then holds.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant as Watch};

use fantoccini::wd::Capabilities;
use fantoccini::{ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use neem_core::keys::{DatabaseKey, KeyFile};
use serde_json::json;

use super::{milliseconds, percentile, report};

const PATIENCE: Duration = Duration::from_secs(40);
const TIMES: usize = 5;
/// On the screen of a fresh PC, and on that of a clinic.
const START: &str = "[data-testid=start-demo]";
const SIGN_IN: &str = "[data-testid=sign-in]";
/// Under which the program asks the keyring.
const SERVICE: &str = "org.neem.clinic";

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
        let data = tempfile::tempdir().expect("a folder");
        match runtime.block_on(once(&app, data.path(), START)) {
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

/// Starts with a clinic that is set up already, until somebody can sign in: a clinic of the full size
/// and one that has just been founded, turn by turn. The key is in the keyring of the bench's desktop.
pub fn measure_with_clinics(full: (&Path, &DatabaseKey), empty: (&Path, &DatabaseKey), on: &str) {
    let skip = |reason: &str| println!("{}", json!({ "name": "scale_first_paint", "skipped": reason }));
    if std::env::var_os("DISPLAY").is_none() {
        return skip("no display");
    }
    let app = app();
    if !app.exists() {
        return skip(&format!("no program at {}", app.display()));
    }
    for (index, (data, key)) in [full, empty].into_iter().enumerate() {
        let account = format!("bench-{index}");
        let kept = keyring::Entry::new(SERVICE, &account).and_then(|entry| entry.set_password(&key.to_hex()));
        if let Err(error) = kept {
            return skip(&format!("no keyring: {error}"));
        }
        KeyFile::in_keyring(key, account).store(&data.join("neem.key.json")).expect("writes");
    }
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let (mut paints, mut sizes) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
    // The first turn warms up whatever the two have in common.
    for turn in 0..=TIMES {
        for (index, (data, _)) in [full, empty].into_iter().enumerate() {
            match runtime.block_on(once(&app, data, SIGN_IN)) {
                Ok((paint, size)) if turn > 0 => {
                    paints[index].push(milliseconds(paint));
                    sizes[index].push(size);
                }
                Ok(_) => {}
                Err(reason) => return skip(&reason),
            }
        }
    }
    let [full, empty] = paints.each_mut().map(|times| percentile(times, 0.5));
    let how = format!("{TIMES} starts until the sign-in button is there; {}", app.display());
    report("scale_first_paint", full, "ms", &format!("{on}; {how}"));
    report("scale_first_paint_empty", empty, "ms", &format!("a clinic that was just founded; {how}"));
    report("scale_first_paint_over_empty", full / empty, "times", on);
    let [full, empty] = sizes.each_mut().map(|sizes| percentile(sizes, 0.5));
    report("scale_resident_memory", full, "MB", &format!("{on}; PSS of the program and all its web processes"));
    report("scale_resident_memory_empty", empty, "MB", "a clinic that was just founded");
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

/// One start with a data folder, until an element is there; the time and the memory.
async fn once(app: &Path, data: &Path, until: &str) -> Result<(Duration, f64), String> {
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
    let shown = client.wait().at_most(PATIENCE).every(Duration::from_millis(5)).for_element(Locator::Css(until)).await;
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
