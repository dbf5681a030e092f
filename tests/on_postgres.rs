//! The stories of other files once more, with the hub in PostgreSQL (`support/hub.rs` knows this file's
//! name): whoever runs a hub must not be able to tell the two stores apart.

#![expect(clippy::duplicate_mod, reason = "each of these files is a test of its own, with its own support")]

#[path = "devices.rs"]
mod devices;
#[path = "hub_api.rs"]
mod hub_api;
#[path = "skew.rs"]
mod skew;
#[path = "snapshot.rs"]
mod snapshot;
#[path = "two_devices.rs"]
mod two_devices;
