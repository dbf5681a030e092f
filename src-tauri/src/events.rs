//! What the window hears without asking.

use neem_core::sync::engine::SyncProgress;
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri_specta::Event;

use crate::sync::SyncStatus;

/// Rows of these tables have changed, here or by a sync.
#[derive(Debug, Clone, Serialize, Deserialize, Type, Event)]
pub struct Changed {
    pub tables: Vec<String>,
}

/// A page was sent or fetched.
#[derive(Debug, Clone, Serialize, Deserialize, Type, Event)]
pub struct SyncProgressed(pub SyncProgress);

#[derive(Debug, Clone, Serialize, Deserialize, Type, Event)]
pub struct SyncStatusChanged(pub SyncStatus);

/// Nobody touched the PC for a while.
#[derive(Debug, Clone, Serialize, Deserialize, Type, Event)]
pub struct ScreenLocked;

/// The PC was taken out, and its records are shut.
#[derive(Debug, Clone, Serialize, Deserialize, Type, Event)]
pub struct ShutOut;
