//! The clinic: its data, its rules and its sync. Knows neither windows nor servers;
//! time, randomness and transport come from outside, so that a whole clinic can run in one thread.

pub mod audit;
pub mod billing;
pub mod bulk;
mod checkpoints;
pub mod clock;
pub mod connection;
pub mod consultations;
pub mod db;
pub mod demo;
pub mod error;
pub mod files;
pub mod form;
pub mod idempotency;
pub mod identity;
pub mod ids;
pub mod keys;
pub mod messaging;
pub mod page;
pub mod patients;
pub mod prescriptions;
pub mod providers;
pub mod retention;
pub mod reviews;
mod running_number;
pub mod scheduling;
pub mod seeded;
pub mod services;
pub mod sync;
pub mod tenancy;
pub mod tickets;
pub mod transfer;

pub use db::{Actor, Db, Tx};
pub use error::{Code, Error, Problem, Result};
pub use ids::{Instant, LocalDate};
