//! Appointments, the hours in which they can be booked, walk-ins, the queue and the waiting list.

mod appointment;
mod appointment_form;
mod availability;
mod back_entry;
mod board;
mod book;
mod booking_form;
mod bookings;
mod calendar;
mod cancel;
mod day_list;
mod day_view;
mod double_bookings;
mod edit;
mod free_slots;
mod free_time_form;
mod local_time;
mod materialise;
mod mode;
mod move_double_booked;
mod other_times;
mod outlook;
mod pace;
mod paper_slips;
mod queue;
mod queue_order;
mod queue_turns;
mod rearrange;
mod recurrence;
mod repeat;
mod reschedule;
mod roster;
mod series;
mod slots;
mod stranded;
mod template_form;
mod time_off;
mod timeline;
mod today;
mod waitlist;
mod waitlist_offer;
mod walk_in;

pub use appointment::{AppointmentStatus, Move, Moved, allowed, complete, move_appointment, start, target};
pub(crate) use appointment::{log_event, set_status};
pub use appointment_form::{AppointmentForm, Occurrence, Refusal, book_appointments, plan_appointments};
pub use availability::{AvailabilityTemplate, TemplateSlot, delete_template, end_template, template, templates};
pub use back_entry::{PaperEntry, PaperPatient, enter_paper_slip};
pub use board::{Board, BoardCall, board, show_names, shows_names};
pub(crate) use book::works_at;
pub use book::{Channel, NewAppointment, book};
pub use booking_form::{BookingForm, book_appointment};
pub use bookings::{
    Booking, appointment, bookings_by_status, bookings_of_day, bookings_of_patient, upcoming_of_provider,
    visit_history, walk_ins,
};
/// The statements of the lists, for the tests that no large table is read through.
pub mod statements {
    pub use super::bookings::{BY_STATUS, CLINIC_DAY, DAY, HISTORY, OF_PATIENT, SERIES, UPCOMING, WALK_INS};
    pub use super::waitlist::WAITING_FOR;
    pub const CLAIMS: &str = include_str!("claims.sql");
}
use crate::sync::crowding as capacity;
pub use calendar::{Calendar, CalendarColumn, calendar};
pub use cancel::{Cancelled, cancel_appointment};
pub use day_list::{DayList, DayVisit, DoctorDay, day_list};
pub use day_view::{AvailableStaff, DayView, Hours, available_staff, day_view};
pub use double_bookings::{BookedHere, DoubleBooking, double_bookings};
pub use edit::{AppointmentDetails, AppointmentEdit, AppointmentEdited, edit_appointment};
pub use free_slots::{FreeSlot, FreeSlotQuery, free_slots};
pub use free_time_form::{FreeTimeForm, find_free_times};
pub use materialise::{Slot, SlotStatus, hours_mark, materialise, slots};
pub use mode::Mode;
pub use move_double_booked::{BookingMove, move_double_booked, undo_move};
pub use other_times::FreeTime;
pub use outlook::{FreeDay, HoursChange, HoursOutlook, doctor_of, hours_outlook, rehearse_hours};
pub use pace::{Pace, PaceBasis, pace};
pub use paper_slips::{PaperSlip, SlipBatch, open_slips, reserve_slips, slip_batch, throw_away_slips};
pub(crate) use queue::set_status as set_ticket_status;
pub use queue::{TicketStatus, number_of, number_text};
pub use queue_order::{Priority, Queue, QueueCounts, QueueRow, counts as queue_counts, queue};
pub use queue_turns::{Turn, Turned, move_to_doctor, prioritise, recall, skip, take_back_turn};
pub use rearrange::{RearrangeForm, Rearranged, Spot, put_back, rearrange};
pub use repeat::{Repeat, RepeatUnit};
pub use reschedule::{RescheduleForm, reschedule};
pub use series::{CancelledSeries, SeriesScope, cancel_appointments, series, undo_appointments};
pub use slots::{DaySpan, PlannedSlot, Window, plan, slot_id, standing_slots, standing_windows, windows};
pub use stranded::{StrandedBy, StrandedVisit, Whose, keep_stranded, stranded, times_for};
pub use template_form::{TemplateForm, TemplateRow, add_template, edit_template};
pub use time_off::{
    TimeOff, TimeOffAdded, TimeOffForm, TimeOffKind, add_time_off, cancel_time_off, list_time_off, planned_time_off,
    time_off,
};
pub use timeline::{TimelineEvent, timeline};
pub use today::{Today, TodayRow, WAIT_LIMIT_MINUTES, today};
pub use waitlist::{
    OfferStanding, WaitlistEntry, WaitlistForm, WaitlistStatus, add_to_waitlist, cancel_waiting, expire_waitlist,
    matches_for, waitlist, waitlist_allowed, waitlist_entry,
};
pub use waitlist_offer::{WaitlistBooking, WaitlistOffer, book_waiting, decline_offer, offer_waiting, waitlist_offers};
pub use walk_in::{
    DoctorQueue, NewWalkIn, QueueTicket, WalkInDesk, WalkInForm, book_walk_in, desk, issue_walk_in, ticket,
};
