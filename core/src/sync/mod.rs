//! Commits, their merging, and the way to the hub. Imports no domain module; of all this
//! a domain module sees only [`Table`].

pub mod apply;
pub mod capture;
pub mod client;
pub mod commit;
mod copies;
pub mod crowding;
pub mod decide;
pub mod devices;
pub mod digest;
pub mod engine;
pub mod fit;
pub mod history;
pub mod http;
mod incarnation;
pub mod leaving;
pub mod log;
pub mod making;
pub mod merge;
mod names;
pub mod newer;
pub mod overlap;
pub mod pin;
pub mod protocol;
pub mod records;
pub mod reintroduce;
pub mod repair;
pub mod rotation;
pub mod row;
pub mod rules;
pub mod runs;
pub mod shallow;
pub mod snapshot;
pub mod tables;
pub mod value;

pub use tables::Table;
