//! How patient and doctor meet.

use serde::{Deserialize, Serialize};
use specta::Type;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    InPerson,
    Chat,
    Audio,
    Video,
}

crate::ids::named_values!(Mode { InPerson = "in_person", Chat = "chat", Audio = "audio", Video = "video" });
