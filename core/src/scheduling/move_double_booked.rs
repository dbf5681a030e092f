//! One of two bookings of one time gets another; and back again, when that was wrong.

use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::{Code, Error, Result};
use crate::ids::{AppointmentId, ClinicId, ConflictId, DecisionId, Instant, ProviderId, SlotId};
use crate::scheduling::bookings;
use crate::scheduling::capacity::{Claim, crowding};
use crate::scheduling::local_time::written;
use crate::scheduling::reschedule::{RescheduleForm, may_move, reschedule};
use crate::scheduling::{Mode, log_event, roster};
use crate::sync::decide::{Noted, note};
use crate::tenancy;

/// Which of the two moves, and where to.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BookingMove {
    pub conflict_id: ConflictId,
    pub appointment_id: AppointmentId,
    pub provider_id: ProviderId,
    pub clinic_id: ClinicId,
    pub start: Instant,
}

/// Where a booking was and where it went, so that it can go back.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Moved {
    appointment: AppointmentId,
    other: AppointmentId,
    from: Spot,
    to: Spot,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Spot {
    clinic: ClinicId,
    provider: ProviderId,
    start: Instant,
    end: Instant,
    timezone: Option<String>,
    slot: Option<SlotId>,
    capacity: u32,
    mode: Option<Mode>,
}

impl Spot {
    fn of(booking: &bookings::Booking) -> Spot {
        Spot {
            clinic: booking.clinic_id,
            provider: booking.provider_id,
            start: booking.start,
            end: booking.end,
            timezone: booking.timezone.clone(),
            slot: booking.slot_id,
            capacity: booking.capacity,
            mode: booking.mode,
        }
    }

    fn same_time(&self, other: &Spot) -> bool {
        (self.provider, self.clinic, self.start, self.end) == (other.provider, other.clinic, other.start, other.end)
    }
}

/// Decides a double booking by moving one of the two: a reschedule like any other, and a note of it.
///
/// # Errors
/// `ChangedMeanwhile` when the two no longer stand in conflict; what [`reschedule`] refuses, such as
/// `SlotTaken` when somebody else has booked the free time since it was shown.
pub fn move_double_booked(tx: &Tx, wanted: &BookingMove) -> Result<DecisionId> {
    let (conflict, id) = (wanted.conflict_id, wanted.appointment_id);
    let other: AppointmentId = tx
        .query_row(
            "SELECT CASE row WHEN ?2 THEN other ELSE row END AS other FROM conflicts
             WHERE id = ?1 AND kind = 'booked_twice' AND (row = ?2 OR other = ?2)",
            params![conflict, id],
            |row| row.get("other"),
        )
        .optional()?
        .ok_or(Code::ChangedMeanwhile)?;
    let before = bookings::appointment(tx, id)?;
    let form = RescheduleForm {
        start: wanted.start,
        minutes: None,
        provider_id: Some(wanted.provider_id),
        clinic_id: Some(wanted.clinic_id),
        note: String::new(),
    };
    let after = reschedule(tx, id, &form)?;
    let moved = Moved { appointment: id, other, from: Spot::of(&before), to: Spot::of(&after) };
    // Somebody has to call the patient still: the number stands with the decision.
    let kept = [Some(after.start.0.to_string()), after.patient_phone].into_iter().flatten().collect::<Vec<_>>();
    let (about, kept) = (serde_json::to_string(&moved)?, kept.join(", "));
    let (about, kept, title) = (Some(about.as_str()), Some(kept.as_str()), after.patient_name.as_str());
    note(tx, &Noted { conflict, kind: "booked_twice", outcome: "moved", title, kept, about })
}

/// Takes such a move back: the booking is where it was, and the two are to be decided again.
///
/// # Errors
/// `NotFound`; `ChangedMeanwhile` once it has moved again or is no longer a plan; `SlotTaken` when a third
/// booking has the time that it left.
pub fn undo_move(tx: &Tx, decision: DecisionId) -> Result<DecisionId> {
    let (conflict, about): (ConflictId, String) = tx
        .query_row(
            "SELECT conflict_id, about FROM conflict_decisions WHERE id = ?1 AND outcome = 'moved'",
            [decision],
            |row| Ok((row.get("conflict_id")?, row.get("about")?)),
        )
        .optional()?
        .ok_or(Code::NotFound)?;
    let moved: Moved = serde_json::from_str(&about)?;
    let now_at = bookings::appointment(tx, moved.appointment)?;
    if !Spot::of(&now_at).same_time(&moved.to) || !may_move(now_at.status) {
        return Err(Code::ChangedMeanwhile.into());
    }
    let spot = moved.from;
    let held = roster::claims(tx, spot.provider, spot.start, spot.end, Some(moved.appointment))?;
    // The other of the two has the time as before; anybody else there would be a new double booking.
    let others: Vec<Claim> = held.iter().filter(|(id, _)| *id != moved.other).map(|(_, claim)| *claim).collect();
    if !crowding(&Claim { start: spot.start, end: spot.end, capacity: spot.capacity }, &others).is_empty() {
        return Err(Error::Rule { code: Code::SlotTaken, detail: None });
    }
    tx.execute(
        "UPDATE appointments SET clinic_id = ?1, provider_id = ?2, scheduled_start = ?3, scheduled_end = ?4, timezone = ?5,
                slot_id = ?6, capacity = ?7, mode = ?8, updated_at = ?9 WHERE id = ?10",
        params![
            spot.clinic,
            spot.provider,
            spot.start,
            spot.end,
            spot.timezone,
            spot.slot,
            spot.capacity,
            spot.mode,
            tx.now,
            moved.appointment
        ],
    )?;
    let zone = tenancy::clinic(tx, spot.clinic)?.zone();
    let line = format!("{} → {}", written(now_at.start, zone), written(spot.start, zone));
    log_event(tx, moved.appointment, Some(now_at.status), now_at.status, Some(&line))?;
    let (about, title) = (decision.0.simple().to_string(), now_at.patient_name);
    let about = Some(about.as_str());
    note(tx, &Noted { conflict, kind: "booked_twice", outcome: "dismissed", title: &title, kept: None, about })
}
