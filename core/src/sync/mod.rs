//! Commits, their merging, and the way to the hub. Imports no domain module; of all this
//! a domain module sees only [`Table`].

pub mod apply;
pub mod capture;
pub mod client;
pub mod commit;
mod copies;
pub mod crowding;
pub mod decide;
pub mod digest;
pub mod engine;
pub mod fit;
pub mod history;
pub mod http;
mod incarnation;
pub mod log;
pub mod merge;
pub mod newer;
pub mod overlap;
pub mod protocol;
pub mod row;
pub mod tables;
pub mod value;

pub use tables::Table;
