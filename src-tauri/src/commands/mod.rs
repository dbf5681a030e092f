//! The commands, one file per module of the core. Each names its permission and calls one function.

pub mod audit;
pub mod billing;
pub mod board;
pub mod consultations;
pub mod documents;
pub mod files;
pub mod identity;
pub mod messaging;
pub mod patients;
pub mod prescriptions;
pub mod providers;
pub mod retention;
pub mod reviews;
pub mod scheduling;
pub mod services;
pub mod start;
pub mod sync;
pub mod tenancy;
pub mod tickets;
pub mod transfer;
