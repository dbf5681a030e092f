//! The commands, one file per module of the core. Each names its permission and calls one function.

pub mod consultations;
pub mod documents;
pub mod identity;
pub mod patients;
pub mod prescriptions;
pub mod scheduling;
pub mod start;
pub mod sync;
