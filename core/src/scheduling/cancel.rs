//! An appointment is cancelled, with a reason; whoever waits for such a time is named.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::Result;
use crate::form::{Form, LINE};
use crate::ids::AppointmentId;
use crate::scheduling::bookings::{self, Booking};
use crate::scheduling::waitlist::{self, WaitlistEntry};
use crate::scheduling::{Move, move_appointment};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Cancelled {
    pub booking: Booking,
    /// Who waits for a time like the one that is free now, the longest wait first.
    pub waiting: Vec<WaitlistEntry>,
}

/// Cancels an appointment; its timeline keeps the reason.
pub fn cancel_appointment(tx: &Tx, id: AppointmentId, reason: &str) -> Result<Cancelled> {
    let mut form = Form::default();
    form.required("reason", reason, LINE);
    form.finish()?;
    move_appointment(tx, id, Move::Cancel, reason)?;
    let booking = bookings::appointment(tx, id)?;
    let waiting = if booking.end > tx.now {
        waitlist::matches_for(tx, booking.provider_id, booking.start.max(tx.now), booking.end, tx.now)?
    } else {
        Vec::new()
    };
    Ok(Cancelled { booking, waiting })
}
