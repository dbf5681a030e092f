//! From nothing to the first screen, in the real window, and the memory that it then holds.

use std::path::Path;
use std::time::Duration;

use neem_core::keys::DatabaseKey;
use serde_json::json;

use super::window::{self, Window};
use super::{milliseconds, percentile, report};

const TIMES: usize = 5;
/// On the screen of a fresh PC, and on that of a clinic.
const START: &str = "[data-testid=start-demo]";
const SIGN_IN: &str = "[data-testid=sign-in]";

pub fn measure() {
    if let Err(reason) = with_nothing() {
        println!("{}", json!({ "name": "first_paint", "skipped": reason }));
    }
}

fn with_nothing() -> Result<(), String> {
    let app = window::app()?;
    let runtime = runtime();
    let mut paints = Vec::new();
    let mut sizes = Vec::new();
    for _ in 0..TIMES {
        let data = tempfile::tempdir().expect("a folder");
        let (paint, size) = runtime.block_on(once(&app, data.path(), START))?;
        paints.push(milliseconds(paint));
        sizes.push(size);
    }
    let on = format!(
        "{TIMES} starts with an empty data folder, until the first screen's buttons are there; {}",
        app.display()
    );
    report("first_paint", percentile(&mut paints, 0.5), "ms", &on);
    report("first_paint_max", percentile(&mut paints, 1.0), "ms", &on);
    let on = format!("{TIMES} starts, first screen; PSS of the program and all its web processes");
    report("resident_memory", percentile(&mut sizes, 0.5), "MB", &on);
    Ok(())
}

/// Starts with a clinic that is set up already, until somebody can sign in: a clinic of the full size
/// and one that has just been founded, turn by turn.
pub fn measure_with_clinics(full: (&Path, &DatabaseKey), empty: (&Path, &DatabaseKey), on: &str) {
    if let Err(reason) = with_clinics(full, empty, on) {
        println!("{}", json!({ "name": "scale_first_paint", "skipped": reason }));
    }
}

fn with_clinics(full: (&Path, &DatabaseKey), empty: (&Path, &DatabaseKey), on: &str) -> Result<(), String> {
    let app = window::app()?;
    for (index, (data, key)) in [full, empty].into_iter().enumerate() {
        window::keep_key(data, key, &format!("bench-{index}"))?;
    }
    let runtime = runtime();
    let (mut paints, mut sizes) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
    // The first turn warms up whatever the two have in common.
    for turn in 0..=TIMES {
        for (index, (data, _)) in [full, empty].into_iter().enumerate() {
            let (paint, size) = runtime.block_on(once(&app, data, SIGN_IN))?;
            if turn > 0 {
                paints[index].push(milliseconds(paint));
                sizes[index].push(size);
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
    Ok(())
}

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime")
}

/// One start with a data folder, until an element is there; the time and the memory.
async fn once(app: &Path, data: &Path, until: &str) -> Result<(Duration, f64), String> {
    let window = Window::open(app, data, until).await?;
    let (shown, size) = (window.shown, window.megabytes());
    window.close().await;
    Ok((shown, size?))
}
