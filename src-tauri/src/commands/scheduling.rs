use neem_core::identity::Permission;
use neem_core::ids::{
    AppointmentId, ClinicId, ConflictId, DecisionId, Instant, LocalDate, PatientId, ProviderId, ServiceId, SlipBatchId,
    TemplateId, TicketId, TimeOffId, WaitlistId,
};
use neem_core::page::{Page, PageRequest};
use neem_core::scheduling::{
    self, AppointmentEdit, AppointmentEdited, AppointmentForm, AppointmentStatus, AvailabilityTemplate, AvailableStaff,
    Booking, BookingForm, BookingMove, Calendar, Cancelled, CancelledSeries, DayView, DoubleBooking, FreeSlot,
    FreeSlotQuery, FreeTime, FreeTimeForm, HoursChange, HoursOutlook, Move, Moved, Occurrence, PaperEntry, PaperSlip,
    Priority, Queue, QueueTicket, RearrangeForm, Rearranged, RescheduleForm, SeriesScope, SlipBatch, Slot, Spot,
    StrandedVisit, TemplateForm, TimeOff, TimeOffAdded, TimeOffForm, TimelineEvent, Today, Turn, Turned,
    WaitlistBooking, WaitlistEntry, WaitlistForm, WaitlistOffer, WalkInDesk, WalkInForm, Whose,
};
use neem_core::sync::overlap;
use neem_core::{idempotency, tenancy};
use rusqlite::Connection;
use tauri::{AppHandle, State};

use crate::error::Answer;
use crate::state::{App, apart};

#[tauri::command(async)]
#[specta::specta]
pub fn today(app: State<App>, clinic_id: ClinicId) -> Answer<Today> {
    let now = app.db()?.now();
    app.read(Permission::ViewQueue, |conn| scheduling::today(conn, clinic_id, now))
}

#[tauri::command(async)]
#[specta::specta]
pub fn walk_in_desk(app: State<App>, clinic_id: ClinicId) -> Answer<WalkInDesk> {
    let (device, now) = (app.db()?.device()?, app.db()?.now());
    app.read(Permission::ViewQueue, |conn| scheduling::desk(conn, clinic_id, &device, now))
}

#[tauri::command(async)]
#[specta::specta]
pub fn book_walk_in(app: State<App>, request_key: String, walk_in: WalkInForm) -> Answer<QueueTicket> {
    app.write(Permission::BookAppointment, "book_walk_in", |tx| {
        idempotency::once(tx, &request_key, "book_walk_in", &walk_in, || scheduling::issue_walk_in(tx, &walk_in))
    })
}

#[tauri::command(async)]
#[specta::specta]
pub fn move_appointment(app: State<App>, appointment_id: AppointmentId, to: Move, note: String) -> Answer<Moved> {
    app.write(Permission::CallPatient, "move_appointment", |tx| {
        scheduling::move_appointment(tx, appointment_id, to, &note)
    })
}

#[tauri::command(async)]
#[specta::specta]
pub fn book_appointment(app: State<App>, form: BookingForm) -> Answer<Booking> {
    app.write(Permission::BookAppointment, "book_appointment", |tx| scheduling::book_appointment(tx, &form))
}

#[tauri::command(async)]
#[specta::specta]
pub fn reschedule_appointment(app: State<App>, appointment_id: AppointmentId, form: RescheduleForm) -> Answer<Booking> {
    app.write(Permission::BookAppointment, "reschedule_appointment", |tx| {
        scheduling::reschedule(tx, appointment_id, &form)
    })
}

#[tauri::command(async)]
#[specta::specta]
pub fn cancel_appointment(app: State<App>, appointment_id: AppointmentId, reason: String) -> Answer<Cancelled> {
    app.write(Permission::BookAppointment, "cancel_appointment", |tx| {
        scheduling::cancel_appointment(tx, appointment_id, &reason)
    })
}

#[tauri::command(async)]
#[specta::specta]
pub fn show_calendar(
    app: State<App>,
    clinic_id: ClinicId,
    first: Option<LocalDate>,
    days: u32,
    provider_id: Option<ProviderId>,
) -> Answer<Calendar> {
    let now = app.db()?.now();
    app.read(Permission::ViewSchedule, |conn| scheduling::calendar(conn, clinic_id, first, days, provider_id, now))
}

#[tauri::command(async)]
#[specta::specta]
pub fn plan_appointments(app: State<App>, form: AppointmentForm) -> Answer<Vec<Occurrence>> {
    let now = app.db()?.now();
    app.read(Permission::ViewSchedule, |conn| scheduling::plan_appointments(conn, &form, now))
}

#[tauri::command(async)]
#[specta::specta]
pub fn book_appointments(app: State<App>, form: AppointmentForm) -> Answer<Vec<Booking>> {
    app.write(Permission::BookAppointment, "book_appointment", |tx| scheduling::book_appointments(tx, &form))
}

#[tauri::command(async)]
#[specta::specta]
pub fn edit_appointment(app: State<App>, change: AppointmentEdit) -> Answer<AppointmentEdited> {
    app.write(Permission::BookAppointment, "edit_appointment", |tx| scheduling::edit_appointment(tx, &change))
}

#[tauri::command(async)]
#[specta::specta]
pub fn rearrange_appointment(
    app: State<App>,
    appointment_id: AppointmentId,
    form: RearrangeForm,
) -> Answer<Rearranged> {
    app.write(Permission::BookAppointment, "reschedule_appointment", |tx| {
        scheduling::rearrange(tx, appointment_id, &form)
    })
}

#[tauri::command(async)]
#[specta::specta]
pub fn put_appointments_back(app: State<App>, spots: Vec<Spot>) -> Answer<Vec<Booking>> {
    app.write(Permission::BookAppointment, "reschedule_appointment", |tx| scheduling::put_back(tx, &spots))
}

#[tauri::command(async)]
#[specta::specta]
pub fn cancel_appointments(
    app: State<App>,
    appointment_id: AppointmentId,
    reason: String,
    scope: SeriesScope,
) -> Answer<CancelledSeries> {
    app.write(Permission::BookAppointment, "cancel_appointment", |tx| {
        scheduling::cancel_appointments(tx, appointment_id, &reason, scope)
    })
}

#[tauri::command(async)]
#[specta::specta]
pub fn undo_appointments(app: State<App>, appointment_ids: Vec<AppointmentId>) -> Answer<()> {
    app.write(Permission::BookAppointment, "move_appointment", |tx| scheduling::undo_appointments(tx, &appointment_ids))
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_series(app: State<App>, appointment_id: AppointmentId) -> Answer<Vec<Booking>> {
    app.read(Permission::ViewSchedule, |conn| scheduling::series(conn, appointment_id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn find_free_times(app: State<App>, form: FreeTimeForm, clinic_id: ClinicId) -> Answer<Vec<FreeSlot>> {
    let now = app.db()?.now();
    app.read(Permission::ViewSchedule, |conn| scheduling::find_free_times(conn, &form, clinic_id, now))
}

#[tauri::command(async)]
#[specta::specta]
pub fn show_appointment(app: State<App>, appointment_id: AppointmentId) -> Answer<Booking> {
    app.read(Permission::ViewSchedule, |conn| scheduling::appointment(conn, appointment_id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn show_timeline(app: State<App>, appointment_id: AppointmentId) -> Answer<Vec<TimelineEvent>> {
    app.read(Permission::ViewSchedule, |conn| scheduling::timeline(conn, appointment_id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn find_free_slots(app: State<App>, query: FreeSlotQuery) -> Answer<Vec<FreeSlot>> {
    // What has begun can no longer be booked.
    let query = FreeSlotQuery { from: query.from.max(app.db()?.now()), ..query };
    app.read(Permission::ViewSchedule, |conn| scheduling::free_slots(conn, &query))
}

#[tauri::command]
#[specta::specta]
pub async fn refresh_slots(handle: AppHandle, from: LocalDate, to: LocalDate) -> Answer<u32> {
    apart(handle, move |app| {
        app.user(Permission::ViewSchedule)?;
        Ok(scheduling::materialise(&*app.db()?, from, to)?)
    })
    .await
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_slots(app: State<App>, provider_id: ProviderId, from: Instant, to: Instant) -> Answer<Vec<Slot>> {
    app.read(Permission::ViewSchedule, |conn| scheduling::slots(conn, provider_id, from, to))
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_availability(app: State<App>, provider_id: ProviderId) -> Answer<Vec<AvailabilityTemplate>> {
    app.read(Permission::ViewSchedule, |conn| scheduling::templates(conn, provider_id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn add_availability(app: State<App>, form: TemplateForm) -> Answer<AvailabilityTemplate> {
    app.write(planner(&app, |_| Ok(Some(form.provider_id)))?, "add_availability", |tx| {
        scheduling::add_template(tx, &form)
    })
}

#[tauri::command(async)]
#[specta::specta]
pub fn edit_availability(app: State<App>, template_id: TemplateId, form: TemplateForm) -> Answer<AvailabilityTemplate> {
    app.write(planner(&app, |conn| doctor_of(conn, template_id))?, "edit_availability", |tx| {
        scheduling::edit_template(tx, template_id, &form)
    })
}

#[tauri::command(async)]
#[specta::specta]
pub fn end_availability(app: State<App>, template_id: TemplateId, valid_to: String) -> Answer<AvailabilityTemplate> {
    app.write(planner(&app, |conn| doctor_of(conn, template_id))?, "end_availability", |tx| {
        scheduling::end_template(tx, template_id, &valid_to)
    })
}

#[tauri::command(async)]
#[specta::specta]
pub fn delete_availability(app: State<App>, template_id: TemplateId) -> Answer<()> {
    app.write(planner(&app, |conn| doctor_of(conn, template_id))?, "delete_availability", |tx| {
        scheduling::delete_template(tx, template_id)
    })
}

fn doctor_of(conn: &Connection, template: TemplateId) -> neem_core::Result<Option<ProviderId>> {
    Ok(Some(scheduling::template(conn, template)?.provider_id))
}

/// The permission with which whoever is signed in may change a doctor's hours, or, without a doctor, a
/// site's: a doctor their own, a manager everybody's.
fn planner(app: &App, whose: impl FnOnce(&Connection) -> neem_core::Result<Option<ProviderId>>) -> Answer<Permission> {
    let own = app.is_doctor(app.db()?.read(whose)?)? && app.may_any(&[Permission::OwnAvailability]).is_ok();
    Ok(if own { Permission::OwnAvailability } else { Permission::ManageAvailability })
}

#[tauri::command(async)]
#[specta::specta]
pub fn add_time_off(app: State<App>, form: TimeOffForm) -> Answer<TimeOffAdded> {
    app.write(planner(&app, |_| Ok(form.provider_id))?, "add_time_off", |tx| scheduling::add_time_off(tx, &form))
}

#[tauri::command(async)]
#[specta::specta]
pub fn cancel_time_off(app: State<App>, time_off_id: TimeOffId) -> Answer<()> {
    let planner = planner(&app, |conn| Ok(scheduling::time_off(conn, time_off_id)?.provider_id))?;
    app.write(planner, "cancel_time_off", |tx| scheduling::cancel_time_off(tx, time_off_id))
}

/// What is still to come of a doctor's time off, or, without a doctor, of a site's; one that comes again
/// stands once.
#[tauri::command(async)]
#[specta::specta]
pub fn list_planned_time_off(
    app: State<App>,
    provider_id: Option<ProviderId>,
    clinic_id: Option<ClinicId>,
) -> Answer<Vec<TimeOff>> {
    let now = app.db()?.now();
    app.read(Permission::ViewSchedule, |conn| scheduling::planned_time_off(conn, provider_id, clinic_id, now))
}

#[tauri::command(async)]
#[specta::specta]
pub fn hours_outlook(app: State<App>, provider_id: ProviderId, clinic_id: ClinicId) -> Answer<HoursOutlook> {
    let now = app.db()?.now();
    app.read(Permission::ViewSchedule, |conn| scheduling::hours_outlook(conn, provider_id, clinic_id, now))
}

#[tauri::command(async)]
#[specta::specta]
pub fn rehearse_hours(app: State<App>, change: HoursChange, clinic_id: ClinicId) -> Answer<HoursOutlook> {
    let planner = planner(&app, |conn| scheduling::doctor_of(conn, &change))?;
    app.rehearse(planner, |db, actor| scheduling::rehearse_hours(db, actor, &change, clinic_id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_stranded(app: State<App>, clinic_id: ClinicId) -> Answer<Vec<StrandedVisit>> {
    let now = app.db()?.now();
    app.read(Permission::ViewSchedule, |conn| scheduling::stranded(conn, Whose::Site(clinic_id), now))
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_times_for(app: State<App>, appointment_id: AppointmentId) -> Answer<Vec<FreeTime>> {
    let now = app.db()?.now();
    app.read(Permission::ViewSchedule, |conn| scheduling::times_for(conn, appointment_id, now))
}

#[tauri::command(async)]
#[specta::specta]
pub fn keep_stranded(app: State<App>, appointment_id: AppointmentId, kept: bool) -> Answer<Booking> {
    app.write(Permission::BookAppointment, "keep_stranded", |tx| scheduling::keep_stranded(tx, appointment_id, kept))
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_time_off(app: State<App>, clinic_id: ClinicId, from: Instant, to: Instant) -> Answer<Vec<TimeOff>> {
    app.read(Permission::ViewSchedule, |conn| scheduling::list_time_off(conn, clinic_id, from, to))
}

/// A doctor's day at all sites; the day is one of the named site.
#[tauri::command(async)]
#[specta::specta]
pub fn show_doctor_day(
    app: State<App>,
    provider_id: ProviderId,
    clinic_id: ClinicId,
    day: LocalDate,
) -> Answer<DayView> {
    app.read(Permission::ViewSchedule, |conn| {
        scheduling::day_view(conn, provider_id, day, tenancy::clinic(conn, clinic_id)?.zone())
    })
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_bookings_of_day(
    app: State<App>,
    clinic_id: ClinicId,
    day: LocalDate,
    statuses: Vec<AppointmentStatus>,
) -> Answer<Vec<Booking>> {
    app.read(Permission::ViewSchedule, |conn| scheduling::bookings_of_day(conn, clinic_id, day, &statuses))
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_bookings_by_status(app: State<App>, status: AppointmentStatus, page: PageRequest) -> Answer<Page<Booking>> {
    app.read(Permission::ViewSchedule, |conn| scheduling::bookings_by_status(conn, status, page))
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_upcoming(app: State<App>, provider_id: ProviderId, page: PageRequest) -> Answer<Page<Booking>> {
    let now = app.db()?.now();
    app.read(Permission::ViewSchedule, |conn| scheduling::upcoming_of_provider(conn, provider_id, now, page))
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_bookings_of_patient(app: State<App>, patient_id: PatientId, page: PageRequest) -> Answer<Page<Booking>> {
    app.read(Permission::ViewSchedule, |conn| scheduling::bookings_of_patient(conn, patient_id, page))
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_visit_history(app: State<App>, patient_id: PatientId, page: PageRequest) -> Answer<Page<Booking>> {
    app.read(Permission::ViewSchedule, |conn| scheduling::visit_history(conn, patient_id, page))
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_walk_ins(app: State<App>, page: PageRequest) -> Answer<Page<Booking>> {
    app.read(Permission::ViewSchedule, |conn| scheduling::walk_ins(conn, page))
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_available_staff(
    app: State<App>,
    service_id: Option<ServiceId>,
    at: Option<Instant>,
) -> Answer<Vec<AvailableStaff>> {
    let at = at.unwrap_or(app.db()?.now());
    app.read(Permission::ViewSchedule, |conn| scheduling::available_staff(conn, service_id, at))
}

#[tauri::command(async)]
#[specta::specta]
pub fn show_queue(app: State<App>, clinic_id: ClinicId, provider_id: Option<ProviderId>) -> Answer<Queue> {
    let now = app.db()?.now();
    app.read(Permission::ViewQueue, |conn| {
        let day = now.day(tenancy::clinic(conn, clinic_id)?.zone());
        scheduling::queue(conn, clinic_id, day, provider_id, now)
    })
}

#[tauri::command(async)]
#[specta::specta]
pub fn prioritise_ticket(
    app: State<App>,
    ticket_id: TicketId,
    priority: Option<Priority>,
    reason: String,
) -> Answer<Turned> {
    app.write(Permission::CallPatient, "prioritise_ticket", |tx| {
        scheduling::prioritise(tx, ticket_id, priority, &reason)
    })
}

#[tauri::command(async)]
#[specta::specta]
pub fn skip_ticket(app: State<App>, ticket_id: TicketId) -> Answer<Turned> {
    app.write(Permission::CallPatient, "skip_ticket", |tx| scheduling::skip(tx, ticket_id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn recall_ticket(app: State<App>, ticket_id: TicketId) -> Answer<Turned> {
    app.write(Permission::CallPatient, "recall_ticket", |tx| scheduling::recall(tx, ticket_id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn move_ticket(app: State<App>, ticket_id: TicketId, provider_id: ProviderId) -> Answer<Turned> {
    app.write(Permission::CallPatient, "move_ticket", |tx| scheduling::move_to_doctor(tx, ticket_id, provider_id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn take_back_turn(app: State<App>, before: Turn) -> Answer<QueueTicket> {
    app.write(Permission::CallPatient, "take_back_turn", |tx| scheduling::take_back_turn(tx, &before))
}

#[tauri::command(async)]
#[specta::specta]
pub fn reserve_slips(app: State<App>, clinic_id: ClinicId, count: u32) -> Answer<SlipBatch> {
    app.write(Permission::BookAppointment, "reserve_slips", |tx| scheduling::reserve_slips(tx, clinic_id, count))
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_open_slips(app: State<App>, clinic_id: ClinicId) -> Answer<Vec<PaperSlip>> {
    let device = app.db()?.device()?;
    app.read(Permission::BookAppointment, |conn| scheduling::open_slips(conn, clinic_id, &device))
}

#[tauri::command(async)]
#[specta::specta]
pub fn throw_away_slips(app: State<App>, batch: SlipBatchId) -> Answer<u32> {
    app.write(Permission::BookAppointment, "throw_away_slips", |tx| scheduling::throw_away_slips(tx, batch))
}

#[tauri::command(async)]
#[specta::specta]
pub fn enter_paper_slip(app: State<App>, request_key: String, entry: PaperEntry) -> Answer<QueueTicket> {
    app.write(Permission::BookAppointment, "enter_paper_slip", |tx| {
        idempotency::once(tx, &request_key, "enter_paper_slip", &entry, || scheduling::enter_paper_slip(tx, &entry))
    })
}

#[tauri::command(async)]
#[specta::specta]
pub fn add_to_waitlist(app: State<App>, form: WaitlistForm) -> Answer<WaitlistEntry> {
    app.write(Permission::BookAppointment, "add_to_waitlist", |tx| scheduling::add_to_waitlist(tx, &form))
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_waitlist(
    app: State<App>,
    clinic_id: ClinicId,
    open: bool,
    page: PageRequest,
) -> Answer<Page<WaitlistEntry>> {
    let now = app.db()?.now();
    app.read(Permission::ViewSchedule, |conn| scheduling::waitlist(conn, clinic_id, open, page, now))
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_waitlist_offers(app: State<App>, clinic_id: ClinicId) -> Answer<Vec<WaitlistOffer>> {
    let now = app.db()?.now();
    app.read(Permission::ViewSchedule, |conn| scheduling::waitlist_offers(conn, clinic_id, now))
}

#[tauri::command(async)]
#[specta::specta]
pub fn match_waitlist(
    app: State<App>,
    provider_id: ProviderId,
    start: Instant,
    end: Instant,
) -> Answer<Vec<WaitlistEntry>> {
    let now = app.db()?.now();
    app.read(Permission::ViewSchedule, |conn| scheduling::matches_for(conn, provider_id, start, end, now))
}

#[tauri::command(async)]
#[specta::specta]
pub fn offer_waiting(app: State<App>, waitlist_id: WaitlistId, start: Instant) -> Answer<WaitlistEntry> {
    app.write(Permission::BookAppointment, "offer_waiting", |tx| scheduling::offer_waiting(tx, waitlist_id, start))
}

#[tauri::command(async)]
#[specta::specta]
pub fn decline_offer(app: State<App>, waitlist_id: WaitlistId, start: Instant) -> Answer<WaitlistEntry> {
    app.write(Permission::BookAppointment, "decline_offer", |tx| scheduling::decline_offer(tx, waitlist_id, start))
}

#[tauri::command(async)]
#[specta::specta]
pub fn book_waiting(app: State<App>, waitlist_id: WaitlistId, form: WaitlistBooking) -> Answer<WaitlistEntry> {
    app.write(Permission::BookAppointment, "book_waiting", |tx| scheduling::book_waiting(tx, waitlist_id, &form))
}

#[tauri::command(async)]
#[specta::specta]
pub fn cancel_waiting(app: State<App>, waitlist_id: WaitlistId) -> Answer<WaitlistEntry> {
    app.write(Permission::BookAppointment, "cancel_waiting", |tx| scheduling::cancel_waiting(tx, waitlist_id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn expire_waitlist(app: State<App>) -> Answer<u32> {
    app.write(Permission::BookAppointment, "expire_waitlist", scheduling::expire_waitlist)
}

#[tauri::command(async)]
#[specta::specta]
pub fn double_bookings(app: State<App>) -> Answer<Vec<DoubleBooking>> {
    let (today, now) = (app.day()?, app.db()?.now());
    app.read(Permission::DecideConflicts, |conn| scheduling::double_bookings(conn, today, now))
}

#[tauri::command(async)]
#[specta::specta]
pub fn keep_both_bookings(app: State<App>, conflict_id: ConflictId) -> Answer<DecisionId> {
    app.write(Permission::DecideConflicts, "keep_both_bookings", |tx| overlap::keep_both(tx, conflict_id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn undo_keep_both(app: State<App>, decision_id: DecisionId) -> Answer<DecisionId> {
    app.write(Permission::DecideConflicts, "undo_decision", |tx| overlap::undo_keep_both(tx, decision_id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn move_double_booked(app: State<App>, wanted: BookingMove) -> Answer<DecisionId> {
    app.write(Permission::DecideConflicts, "move_double_booked", |tx| scheduling::move_double_booked(tx, &wanted))
}

#[tauri::command(async)]
#[specta::specta]
pub fn undo_booking_move(app: State<App>, decision_id: DecisionId) -> Answer<DecisionId> {
    app.write(Permission::DecideConflicts, "undo_decision", |tx| scheduling::undo_move(tx, decision_id))
}
