//! The queue board: a window of its own for a second screen, that may ask for nothing but the board.

use tauri::{AppHandle, Manager, PhysicalPosition, WebviewUrl, WebviewWindow, WebviewWindowBuilder};

use neem_core::Code;

use crate::error::Answer;

/// The window's name; `capabilities/board.json` and `access.rs` know it by this.
pub const LABEL: &str = "board";

/// Opens the board, on a second screen if there is one and then over all of it, or brings it to the front.
pub fn open(handle: &AppHandle) -> Answer<()> {
    if let Some(window) = handle.get_webview_window(LABEL) {
        window.unminimize().and_then(|()| window.set_focus()).map_err(failed)?;
        return Ok(());
    }
    let window = WebviewWindowBuilder::new(handle, LABEL, WebviewUrl::App("board.html".into()))
        .title("Neem")
        .inner_size(1280.0, 720.0)
        .min_inner_size(640.0, 360.0)
        .build()
        .map_err(failed)?;
    let here = handle.get_webview_window("main").and_then(|main| main.current_monitor().ok().flatten());
    let others = window.available_monitors().map_err(failed)?;
    let second = others.into_iter().find(|other| here.as_ref().is_some_and(|here| here.position() != other.position()));
    if let Some(second) = second {
        let corner = PhysicalPosition::new(second.position().x, second.position().y);
        window.set_position(corner).and_then(|()| window.set_fullscreen(true)).map_err(failed)?;
    }
    Ok(())
}

/// Over the whole screen, or in a window again.
pub fn toggle_full_screen(window: &WebviewWindow) -> Answer<bool> {
    let full = !window.is_fullscreen().map_err(failed)?;
    window.set_fullscreen(full).map_err(failed)?;
    Ok(full)
}

/// The window system refused; nothing of the records is concerned.
fn failed(error: tauri::Error) -> crate::error::CommandError {
    eprintln!("The queue board: {error}");
    Code::Internal.into()
}
