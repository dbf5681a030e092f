//! When the demo's doctors can be seen.

use crate::db::Tx;
use crate::error::Result;
use crate::ids::{ClinicId, LocalDate, ProviderId, UserId};
use crate::scheduling::{self, Mode, TemplateForm, TemplateRow};

/// Minutes of a visit, of the pause after it, and the hours of a working day.
type Week = (u32, u32, &'static [(&'static str, &'static str)]);

/// In the order of the staff.
const HOURS: &[Week] = &[
    (20, 0, &[("09:00", "13:00"), ("16:00", "20:00")]),
    (20, 5, &[("09:00", "13:00"), ("16:00", "19:00")]),
    (30, 0, &[("10:00", "14:00"), ("17:00", "20:00")]),
];
/// Sunday is free.
const WORKING_DAYS: std::ops::RangeInclusive<u32> = 1..=6;

/// Lays down the consulting hours at the first site.
pub fn lay_down(tx: &Tx, doctors: &[(UserId, ProviderId)], site: ClinicId, today: LocalDate) -> Result<()> {
    for ((_, provider_id), (minutes, pause, hours)) in doctors.iter().zip(HOURS) {
        let rows = WORKING_DAYS.flat_map(|weekday| {
            hours.iter().map(move |(start, end)| TemplateRow {
                weekday,
                start_time: (*start).to_owned(),
                end_time: (*end).to_owned(),
                mode: Mode::InPerson,
            })
        });
        let form = TemplateForm {
            provider_id: *provider_id,
            clinic_id: site,
            slot_duration_minutes: *minutes,
            buffer_minutes: *pause,
            capacity: 1,
            valid_from: today.to_string(),
            valid_to: String::new(),
            recurrence: String::new(),
            replaces: false,
            slots: rows.collect(),
        };
        scheduling::add_template(tx, &form)?;
    }
    Ok(())
}
