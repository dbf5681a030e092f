// A clinic PC shows one window, not a console beside it.
#![cfg_attr(all(not(debug_assertions), target_os = "windows"), windows_subsystem = "windows")]

fn main() {
    neem_app::run();
}
