//! One function for each thing of Neem that reads bytes of others. libFuzzer calls them with bytes
//! that it invents (`make fuzz`), and `tests/fuzzed.rs` with those that are kept in `corpus/`.

mod bodies;
mod commit;
mod csv;
mod fixture;
mod line;
mod page;
mod push;
mod routes;
mod text;
mod transfer;

pub use commit::commit;
pub use csv::csv;
pub use page::page;
pub use push::push;
pub use routes::routes;
pub use text::text;
pub use transfer::transfer;

/// The name of a target's folder in `corpus/`, and what takes its bytes.
pub type Target = (&'static str, fn(&[u8]));

pub const TARGETS: &[Target] = &[
    ("commit", commit),
    ("csv", csv),
    ("page", page),
    ("push", push),
    ("routes", routes),
    ("text", text),
    ("transfer", transfer),
];
