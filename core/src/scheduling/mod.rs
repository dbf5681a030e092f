//! Appointments, walk-ins and the queue.

mod appointment;
mod book;
mod queue;
mod today;
mod walk_in;

pub use appointment::{AppointmentStatus, Move, Moved, allowed, move_appointment};
pub(crate) use appointment::{log_event, set_status};
pub use book::{Channel, NewAppointment, book};
pub(crate) use queue::set_status as set_ticket_status;
pub use queue::{TicketStatus, number_of, number_text};
pub use today::{Today, TodayRow, WAIT_LIMIT_MINUTES, today};
pub use walk_in::{DoctorQueue, NewWalkIn, QueueTicket, WalkInDesk, book_walk_in, desk, ticket};
