//! Papers: what a file is and whose is in the database, its bytes lie encrypted beside it.
//!
//! The bytes do not travel with sync: a file that was added on another PC is known here by its row,
//! and reading it says [`Code::FileNotHere`](crate::Code::FileNotHere).

mod add;
mod kind;
mod list;
mod name;
mod owner;
mod read;
mod remove;
mod store;
mod sweep;
mod text;

pub use add::{MAX_BYTES, add};
pub use kind::FileKind;
pub use list::{FileInfo, file, list};
pub use owner::{FileOwner, OwnerTable};
pub use read::{StoredBytes, read, save_copy};
pub use remove::remove;
pub use store::FileStore;
pub use sweep::sweep;
pub use text::set_extracted_text;
