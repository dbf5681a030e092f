//! What a failed command hands to the screen.

use neem_core::{Code, Error, Problem};
use serde::{Deserialize, Serialize};
use specta::Type;

/// A failure as the screens know it: a code with words of its own, and the fields concerned.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CommandError {
    pub code: Code,
    pub problems: Vec<Problem>,
    /// A name, a number or a time that belongs in the sentence.
    pub detail: Option<String>,
}

impl From<Error> for CommandError {
    fn from(error: Error) -> CommandError {
        let code = error.code();
        if code == Code::Internal {
            // For whoever looks after the PC; it names tables and columns, never what is in them.
            eprintln!("neem: {error}");
        }
        CommandError { code, problems: error.problems().to_vec(), detail: error.detail().map(str::to_owned) }
    }
}

impl From<Code> for CommandError {
    fn from(code: Code) -> CommandError {
        Error::from(code).into()
    }
}

pub type Answer<T> = Result<T, CommandError>;
