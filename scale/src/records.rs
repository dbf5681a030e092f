//! What a visit leaves in the records: its line, its timeline, its number in the queue, its notes.

use neem_core::sync::Table;
use neem_core::{Instant, LocalDate, Result};
use uuid::Uuid;

use crate::batch::Batch;
use crate::cell::cells;
use crate::dice::Dice;
use crate::people::Patients;
use crate::visits::Visit;
use crate::world::{DAY, HOUR, MINUTE, PAST, World};

const APPOINTMENTS: &[&str] = &[
    "id",
    "tenant_id",
    "clinic_id",
    "patient_id",
    "provider_id",
    "service_id",
    "scheduled_start",
    "scheduled_end",
    "status",
    "channel",
    "reason",
    "created_by",
    "created_at",
    "updated_at",
    "timezone",
    "mode",
];

const EVENTS: &[&str] =
    &["id", "tenant_id", "appointment_id", "from_status", "to_status", "note", "user_id", "created_at", "updated_at"];

const TICKETS: &[&str] = &[
    "id",
    "tenant_id",
    "clinic_id",
    "day",
    "lane",
    "number",
    "appointment_id",
    "patient_id",
    "provider_id",
    "status",
    "priority",
    "issued_at",
    "called_at",
    "served_at",
    "created_at",
    "updated_at",
];

const CONSULTATIONS: &[&str] = &[
    "id",
    "tenant_id",
    "clinic_id",
    "appointment_id",
    "patient_id",
    "provider_id",
    "mode",
    "complaint",
    "findings",
    "diagnosis",
    "diagnosis_code",
    "started_at",
    "ended_at",
    "created_at",
    "updated_at",
];

const VITALS: &[&str] = &[
    "id",
    "tenant_id",
    "patient_id",
    "consultation_id",
    "measured_at",
    "systolic_mmhg",
    "diastolic_mmhg",
    "pulse_per_min",
    "temperature_c",
    "oxygen_percent",
    "weight_kg",
    "recorded_by",
    "created_at",
    "updated_at",
];

/// The whole timeline is there for these days; of earlier visits only the first line.
const TIMELINE: usize = 60;

/// Numbers of the queue are kept for these days.
const QUEUE: usize = 30;

/// The appointment with its timeline, its number in the queue and its consultation.
pub fn write(
    world: &World,
    dice: &mut Dice,
    batch: &mut Batch,
    patients: &Patients,
    visit: &mut Visit,
    numbers: &mut [i64],
) -> Result<()> {
    let doctor = &world.doctors[visit.doctor];
    let site = &world.sites[visit.site];
    let kind = &world.lists.visits[visit.kind];
    let patient = patients.all[visit.patient].id;
    let desk = world.desk_of(visit.site, visit.patient).0;
    let early = if visit.channel == "walk_in" { 0 } else { dice.from_to(1, 22) };
    let arrived = visit.start.plus_minutes(-early).max(visit.created).min(world.now);
    let begun = visit.start.plus_minutes(dice.from_to(0, 4)).min(world.now);
    let length = (visit.end.0 - begun.0).max(5 * MINUTE);
    let ended = Instant(begun.0 + length / 2 + dice.from_to(0, length / 2)).min(world.now);
    let left = match visit.status {
        "cancelled" => Instant(visit.start.0.min(world.now.0) - dice.from_to(HOUR, DAY)).max(visit.created),
        _ => visit.start.plus_minutes(25).min(world.now),
    };
    let first = match (visit.channel, visit.status) {
        ("walk_in", _) => "arrived",
        (_, "requested") => "requested",
        ("online", _) => "requested",
        _ => "scheduled",
    };
    let confirmed = Instant(visit.created.0 + (arrived.0 - visit.created.0) / 2);
    let steps = steps(first, visit.status, [confirmed, arrived, begun, ended, left]);
    let updated = steps.last().map_or(visit.created, |(_, at)| *at);
    let video = visit.channel == "online" && dice.percent(25.0);
    let mode = if video { "video" } else { "in_person" };
    batch.add(
        Table::Appointments,
        APPOINTMENTS,
        cells![
            visit.id,
            batch.tenant,
            site.id,
            patient,
            doctor.id.0,
            visit.service.map(|service| world.services[service]),
            visit.start,
            visit.end,
            visit.status,
            visit.channel,
            kind.reason.as_str(),
            desk,
            visit.created,
            updated,
            world.lists.cities[site.city].timezone.as_str(),
            mode
        ],
    );
    let event = |batch: &mut Batch, from: Option<&str>, to: &str, at: Instant, user: Uuid| {
        let row = cells![batch.id(at), batch.tenant, visit.id, from, to, None::<&str>, user, at, at];
        batch.add(Table::AppointmentEvents, EVENTS, row);
    };
    event(batch, None, first, visit.created, desk);
    if visit.day + TIMELINE >= PAST {
        let mut from = first;
        for (to, at) in &steps {
            let in_room = matches!(*to, "in_progress" | "completed");
            event(batch, Some(from), to, *at, if in_room { doctor.user.0 } else { desk });
            from = to;
        }
    }
    let came = matches!(visit.status, "arrived" | "in_progress" | "completed");
    if came && visit.day + QUEUE >= PAST {
        ticket(world, dice, batch, visit, patient, (arrived, begun), &mut numbers[visit.site]);
    }
    if matches!(visit.status, "in_progress" | "completed") {
        let over = (visit.status == "completed").then_some(ended);
        let id = batch.id(begun);
        visit.consultation = Some((id, begun, over));
        batch.add(
            Table::Consultations,
            CONSULTATIONS,
            cells![
                id,
                batch.tenant,
                site.id,
                visit.id,
                patient,
                doctor.id.0,
                mode,
                kind.reason.as_str(),
                over.map(|_| kind.findings.as_str()),
                over.map(|_| kind.diagnosis.as_str()),
                over.map(|_| kind.code.as_str()),
                begun,
                over,
                begun,
                over.unwrap_or(begun)
            ],
        );
        if visit.day + 365 > PAST && dice.percent(22.0) {
            vitals(dice, batch, patient, id, begun, doctor.user.0);
        }
    }
    Ok(())
}

/// The way from the first status to the last, with the times of confirming, arriving, being called
/// in, ending, and leaving or staying away.
fn steps(first: &str, last: &'static str, at: [Instant; 5]) -> Vec<(&'static str, Instant)> {
    let [confirmed, arrived, begun, ended, left] = at;
    let order = ["requested", "scheduled", "confirmed", "arrived", "in_progress", "completed"];
    let place = |status: &str| order.iter().position(|step| *step == status);
    let reached = |step: &str| match step {
        "scheduled" | "confirmed" => confirmed,
        "arrived" => arrived,
        "in_progress" => begun,
        _ => ended,
    };
    let from = place(first).unwrap_or(0);
    match place(last) {
        Some(to) => {
            let steps = order[from.min(to)..to].iter().zip(&order[from.min(to) + 1..=to]);
            // What is requested is confirmed at once, without being scheduled in between.
            steps
                .map(|(_, step)| (*step, reached(step)))
                .filter(|(step, _)| *step != "scheduled" || last == "scheduled")
                .collect()
        }
        // Nobody stays away from what was only requested.
        None if first == "requested" => vec![("confirmed", confirmed.min(left)), (last, left)],
        None => vec![(last, left)],
    }
}

fn ticket(
    world: &World,
    dice: &mut Dice,
    batch: &mut Batch,
    visit: &Visit,
    patient: Uuid,
    (arrived, begun): (Instant, Instant),
    last: &mut i64,
) {
    *last += 1;
    let day = LocalDate(world.date(visit.day));
    let waits = visit.status == "arrived";
    let priority = match dice.below(100) {
        0..3 => Some("urgent"),
        3..8 => Some("elderly"),
        _ => None,
    };
    let (issued, seen) = (arrived, (!waits).then_some(begun));
    let row = cells![
        batch.id(issued),
        batch.tenant,
        world.sites[visit.site].id,
        day,
        "A",
        *last,
        visit.id,
        patient,
        world.doctors[visit.doctor].id.0,
        if waits { "waiting" } else { "served" },
        priority,
        issued,
        seen,
        seen,
        issued,
        seen.unwrap_or(issued)
    ];
    batch.add(Table::QueueTickets, TICKETS, row);
}

fn vitals(dice: &mut Dice, batch: &mut Batch, patient: Uuid, consultation: Uuid, at: Instant, user: Uuid) {
    let systolic = dice.from_to(98, 165);
    let tenth = |value: f64| (value * 10.0).round() / 10.0;
    let row = cells![
        batch.id(at),
        batch.tenant,
        patient,
        consultation,
        at,
        systolic,
        systolic * 6 / 10 + dice.from_to(-4, 8),
        dice.from_to(56, 104),
        tenth(36.2 + 2.2 * dice.part().powi(3)),
        dice.from_to(94, 100),
        dice.percent(30.0).then(|| tenth(45.0 + 50.0 * dice.part())),
        user,
        at,
        at
    ];
    batch.add(Table::Vitals, VITALS, row);
}
