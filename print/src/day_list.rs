//! The day on paper, for the hours in which no screen can be asked.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::Language;

/// Who comes when, doctor by doctor, on A4 with room to write.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Type)]
pub struct DayListSheet {
    /// Language of the fixed words.
    #[serde(default)]
    pub language: Language,
    /// Name of the clinic.
    pub clinic: String,
    /// Where in town this site is.
    pub site: String,
    /// The day in words, such as "Friday 20 November 2026".
    pub date_text: String,
    /// When it was printed, such as "07:45".
    pub printed_text: String,
    pub doctors: Vec<DayListDoctor>,
}

/// The day of one doctor.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Type)]
pub struct DayListDoctor {
    pub name: String,
    #[serde(default)]
    pub room: Option<String>,
    /// How many come, such as "6 patients".
    pub count_text: String,
    pub visits: Vec<DayListVisit>,
}

/// One line of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Type)]
pub struct DayListVisit {
    /// Such as "10:20".
    pub time: String,
    /// Queue number, if one was given.
    #[serde(default)]
    pub number: Option<String>,
    pub patient: String,
    /// What else tells one patient from another: age, sex, record number, phone.
    pub about: Vec<String>,
    #[serde(default)]
    pub reason: Option<String>,
    /// Where the visit stands, in words.
    pub status: String,
}
