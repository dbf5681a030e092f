use neem_core::identity::Permission;
use neem_core::ids::{SupportTicketId, UserId};
use neem_core::page::{Page, PageRequest};
use neem_core::tickets::{self, NewTicket, TicketEvent, TicketLine, TicketParticipant, TicketPriority, TicketState};
use tauri::State;

use crate::error::Answer;
use crate::state::App;

#[tauri::command(async)]
#[specta::specta]
pub fn open_ticket(app: State<App>, ticket: NewTicket) -> Answer<TicketLine> {
    app.write(Permission::WorkTickets, "open_ticket", |tx| tickets::open(tx, &ticket))
}

#[tauri::command(async)]
#[specta::specta]
pub fn show_ticket(app: State<App>, ticket_id: SupportTicketId) -> Answer<TicketLine> {
    app.read(Permission::WorkTickets, |conn| tickets::ticket(conn, ticket_id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_tickets(
    app: State<App>,
    status: TicketState,
    priority: Option<TicketPriority>,
    page: PageRequest,
) -> Answer<Page<TicketLine>> {
    app.read(Permission::WorkTickets, |conn| tickets::list(conn, status, priority, page))
}

#[tauri::command(async)]
#[specta::specta]
pub fn search_tickets(app: State<App>, text: String, page: PageRequest) -> Answer<Page<TicketLine>> {
    app.read(Permission::WorkTickets, |conn| tickets::search(conn, &text, page))
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_ticket_events(app: State<App>, ticket_id: SupportTicketId, page: PageRequest) -> Answer<Page<TicketEvent>> {
    app.read(Permission::WorkTickets, |conn| tickets::timeline(conn, ticket_id, page))
}

#[tauri::command(async)]
#[specta::specta]
pub fn comment_ticket(app: State<App>, ticket_id: SupportTicketId, text: String) -> Answer<()> {
    app.write(Permission::WorkTickets, "comment_ticket", |tx| tickets::comment(tx, ticket_id, &text))
}

#[tauri::command(async)]
#[specta::specta]
pub fn change_ticket_status(
    app: State<App>,
    ticket_id: SupportTicketId,
    to: TicketState,
    note: String,
) -> Answer<TicketLine> {
    app.write(Permission::WorkTickets, "change_ticket_status", |tx| tickets::change_status(tx, ticket_id, to, &note))
}

#[tauri::command(async)]
#[specta::specta]
pub fn set_ticket_priority(app: State<App>, ticket_id: SupportTicketId, to: TicketPriority) -> Answer<TicketLine> {
    app.write(Permission::WorkTickets, "set_ticket_priority", |tx| tickets::set_priority(tx, ticket_id, to))
}

#[tauri::command(async)]
#[specta::specta]
pub fn assign_ticket(app: State<App>, ticket_id: SupportTicketId, to: Option<UserId>) -> Answer<TicketLine> {
    app.write(Permission::WorkTickets, "assign_ticket", |tx| tickets::assign(tx, ticket_id, to))
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_ticket_participants(app: State<App>, ticket_id: SupportTicketId) -> Answer<Vec<TicketParticipant>> {
    app.read(Permission::WorkTickets, |conn| tickets::participants(conn, ticket_id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn add_ticket_participant(app: State<App>, ticket_id: SupportTicketId, user_id: UserId) -> Answer<()> {
    app.write(Permission::WorkTickets, "add_ticket_participant", |tx| tickets::add_participant(tx, ticket_id, user_id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn remove_ticket_participant(app: State<App>, ticket_id: SupportTicketId, user_id: UserId) -> Answer<()> {
    app.write(Permission::WorkTickets, "remove_ticket_participant", |tx| {
        tickets::remove_participant(tx, ticket_id, user_id)
    })
}
