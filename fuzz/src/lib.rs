//! What the fuzz targets share: a small clinic with a hub, the same in every run, that can be put back
//! to its beginning between two inputs.

pub mod line;
pub mod structured;
pub mod world;

use neem_core::{Code, Error};

/// Fails if an error is one that the core promises never to make.
///
/// # Panics
/// When it is: that is what a fuzzer looks for.
pub fn sound<T>(outcome: Result<T, Error>) -> Option<T> {
    match outcome {
        Ok(value) => Some(value),
        Err(error @ Error::Invariant(_)) => panic!("{error}"),
        Err(error) => {
            let _: Code = error.code();
            None
        }
    }
}

/// As [`sound`]; the database is whole, so that SQL that fails was put together wrongly.
///
/// # Panics
/// See [`sound`].
pub fn answered<T>(outcome: Result<T, Error>) -> Option<T> {
    match outcome {
        Err(error @ Error::Sqlite(_)) if error.code() != Code::NotFound => panic!("{error}"),
        other => sound(other),
    }
}

/// The text of an input; what is no UTF-8 is replaced, as the window does before anything reaches the core.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
