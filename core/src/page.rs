//! Long lists come in pages.

use serde::{Deserialize, Serialize};
use specta::Type;

/// The most rows that one answer carries.
const MOST: u32 = 200;

/// Which part of a list is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PageRequest {
    /// Rows to pass over.
    pub offset: u32,
    /// Rows wanted, 200 at most.
    pub limit: u32,
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Whether there are rows behind these.
    pub more: bool,
}

impl PageRequest {
    pub const FIRST: PageRequest = PageRequest { offset: 0, limit: 50 };

    /// What to bind as `LIMIT`: one row more than wanted, which shows whether there are more.
    pub fn sql_limit(self) -> i64 {
        i64::from(self.limit.clamp(1, MOST)) + 1
    }

    /// What to bind as `OFFSET`.
    pub fn sql_offset(self) -> i64 {
        i64::from(self.offset)
    }

    /// The page, from the rows found with [`PageRequest::sql_limit`].
    pub fn page<T>(self, mut items: Vec<T>) -> Page<T> {
        let wanted = self.limit.clamp(1, MOST) as usize;
        let more = items.len() > wanted;
        items.truncate(wanted);
        Page { items, more }
    }
}
