//! Support tickets: a question or a complaint that somebody sees to until it is settled. (A number in
//! the queue is another thing, see [`scheduling`](crate::scheduling).)

mod assign;
mod comment;
mod list;
mod number;
mod open;
mod participants;
mod search;
mod status;
mod timeline;

pub use assign::{assign, set_priority};
pub use comment::comment;
pub use list::{TicketLine, list, ticket};
pub use open::{NewTicket, open};
pub use participants::{TicketParticipant, add_participant, participants, remove_participant};
pub use search::search;
pub use status::{TicketCategory, TicketPriority, TicketState, allowed, change_status};
pub use timeline::{TicketEvent, TicketEventKind, timeline};
