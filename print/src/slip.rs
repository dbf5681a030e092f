//! The queue slip a patient takes from the desk.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::Language;

/// What slips are printed on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum SlipPaper {
    /// 80 mm roll paper, 72 mm of it printed, as long as it needs to be.
    #[default]
    Roll,
    /// Sheets, with a line to cut along.
    A4,
}

/// A queue slip, black only.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Type)]
pub struct Slip {
    /// Language of the fixed words; it decides the reading direction.
    #[serde(default)]
    pub language: Language,
    #[serde(default)]
    pub paper: SlipPaper,
    /// Name of the clinic.
    pub clinic: String,
    /// Where in town this site is, such as "Kothrud, Pune".
    pub site: String,
    /// Queue number, lane first, such as "A-014".
    pub number: String,
    /// Whom the patient waits for.
    pub doctor: String,
    /// Where to go, such as "Room 2".
    #[serde(default)]
    pub room: Option<String>,
    /// The room once more in the patient's language.
    #[serde(default)]
    pub room_alternate: Option<String>,
    /// The day in words, such as "Fri 20 Nov 2026".
    pub date_text: String,
    /// The time of arrival, such as "10:42".
    pub time_text: String,
    /// Name of the patient.
    pub patient: String,
    /// The name in the patient's own script.
    #[serde(default)]
    pub patient_alternate: Option<String>,
    /// Set when the slip is printed again, which never gives a new number.
    #[serde(default)]
    pub reprinted: Option<Reprint>,
    /// What to do now, one line for each language of those who read the slip.
    #[serde(default)]
    pub notice: Vec<Line>,
}

/// When something already printed came out of the printer again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Reprint {
    /// When it is printed this time.
    pub at: String,
    /// When it was printed first.
    pub first: String,
}

/// One line of the notice; its script decides on which side it starts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Line {
    /// The words.
    pub text: String,
    /// Their language.
    pub language: Language,
}

/// Slips with a number and nothing else yet, for the hours without power: on roll paper one after the
/// other, on A4 eight to a sheet.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Type)]
pub struct BlankSlips {
    /// Language of the fixed words.
    #[serde(default)]
    pub language: Language,
    #[serde(default)]
    pub paper: SlipPaper,
    /// Name of the clinic.
    pub clinic: String,
    /// Where in town this site is.
    pub site: String,
    /// Lane first, such as "A-101".
    pub numbers: Vec<String>,
}
