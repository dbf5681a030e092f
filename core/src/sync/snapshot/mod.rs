//! A new PC, or one that was away for long, takes the records from the hub as they stand instead of
//! replaying every commit that ever was: first what the front desk needs today and tomorrow, then all
//! else in chunks, at last the older log for the history of who changed what.
//!
//! Every row that has arrived stands as the hub had it at a known number of the hub's order, and of the
//! commits fetched afterwards only those behind that number are applied to it. So the hub need not hold
//! one state for the whole way, others go on writing, and so does this PC.

mod install;
mod kept;
mod older;
mod part;
mod take;

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use specta::Type;
use uuid::Uuid;

use crate::sync::value::Value;

pub(super) use install::place_newer;
pub use kept::{Base, arriving, can_take, incomplete};
pub(crate) use kept::{base_of, next_id};
pub(super) use kept::{lenient, settle};
pub(super) use part::to_apply;
pub use take::Far;

/// Rows in a chunk at most.
pub const CHUNK_ROWS: usize = 4_000;
/// A chunk is closed at this many bytes of states; a row is never split.
pub const CHUNK_BYTES: usize = 8 << 20;

/// How a snapshot begins: what will come, and what the front desk needs first, from one state of the hub.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Beginning<'a> {
    pub epoch: Uuid,
    /// The state of the hub that all of this is of.
    pub hub_seq: i64,
    /// Every table in which the clinic has rows, and how many.
    pub tables: Vec<(String, u64)>,
    /// The last commit of every origin.
    pub origins: Vec<Base>,
    /// BLAKE3 of `rows`.
    #[serde(with = "serde_bytes")]
    pub hash: Vec<u8>,
    /// Encoded [`TableRows`].
    #[serde(borrow, with = "serde_bytes")]
    pub rows: std::borrow::Cow<'a, [u8]>,
}

/// Asks for the next rows of a table, by id.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ChunkRequest {
    pub table: String,
    /// The last row of the chunk before.
    pub after: Option<Uuid>,
}

/// Rows of one table, as they stand in one state of the hub.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Chunk<'a> {
    pub epoch: Uuid,
    pub hub_seq: i64,
    /// Whether the table ends here.
    pub last: bool,
    /// BLAKE3 of `rows`.
    #[serde(with = "serde_bytes")]
    pub hash: Vec<u8>,
    /// Encoded [`TableRows`], of one table.
    #[serde(borrow, with = "serde_bytes")]
    pub rows: std::borrow::Cow<'a, [u8]>,
}

/// Rows with their encoded `RowState`s, by id.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TableRows<'a> {
    pub table: String,
    #[serde(borrow)]
    pub rows: Vec<(Uuid, State<'a>)>,
}

/// An encoded `RowState`, not decoded on the way.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct State<'a>(#[serde(borrow, with = "serde_bytes")] pub std::borrow::Cow<'a, [u8]>);

/// How much of a snapshot has arrived, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Arriving {
    /// Records that are here; those that came first are counted with their table.
    pub records: u32,
    /// Records that the hub had when it began.
    pub of: u32,
    /// Whether only the older history of changes is still to come.
    pub only_history: bool,
}

/// One value of an encoded `RowState`, without decoding the others.
pub fn value_of(state: &[u8], column: &str) -> Option<Value> {
    struct Wanted<'a>(&'a str);
    impl<'de> DeserializeSeed<'de> for Wanted<'_> {
        type Value = Option<Value>;
        fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<Value>, D::Error> {
            deserializer.deserialize_map(self)
        }
    }
    impl<'de> Visitor<'de> for Wanted<'_> {
        type Value = Option<Value>;
        fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
            f.write_str("values by column")
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<Value>, A::Error> {
            let mut found = None;
            while let Some(name) = map.next_key::<&str>()? {
                if name == self.0 {
                    found = Some(map.next_value()?);
                } else {
                    map.next_value::<IgnoredAny>()?;
                }
            }
            Ok(found)
        }
    }
    // A `RowState` is encoded as an array of two, its values first.
    let values = state.strip_prefix(&[0x92])?;
    Wanted(column).deserialize(&mut rmp_serde::Deserializer::from_read_ref(values)).ok()?
}

/// The hash that goes with the rows of a chunk.
pub fn hash_of(rows: &[u8]) -> Vec<u8> {
    blake3::hash(rows).as_bytes().to_vec()
}
