//! The patients: households with names, ages and phones, and what is known of their health.

use chrono::{Days, NaiveDate};
use neem_core::patients::search::fold;
use neem_core::sync::Table;
use neem_core::{Instant, LocalDate, Result};
use uuid::Uuid;

use crate::batch::Batch;
use crate::cell::cells;
use crate::dice::Dice;
use crate::households::{Member, households};
use crate::lists::Region;
use crate::world::World;

const PATIENTS: &[&str] = &[
    "id",
    "tenant_id",
    "record_number",
    "full_name",
    "alternate_name",
    "birth_date",
    "birth_date_precision",
    "gender",
    "phone",
    "email",
    "address",
    "city",
    "postal_code",
    "national_id",
    "primary_language",
    "timezone",
    "blood_group",
    "notes",
    "height_cm",
    "weight_kg",
    "active",
    "created_at",
    "updated_at",
];
const DEPENDANTS: &[&str] =
    &["id", "tenant_id", "responsible_patient_id", "patient_id", "relationship", "created_at", "updated_at"];
const PREFERENCES: &[&str] = &["id", "tenant_id", "patient_id", "channels", "languages", "created_at", "updated_at"];
const CONSENTS: &[&str] = &[
    "id",
    "tenant_id",
    "patient_id",
    "purpose",
    "decision",
    "given_by",
    "recorded_by",
    "decided_at",
    "created_at",
    "updated_at",
];
const ALLERGIES: &[&str] = &[
    "id",
    "tenant_id",
    "patient_id",
    "substance",
    "severity",
    "reaction",
    "status",
    "recorded_by",
    "created_at",
    "updated_at",
];
const CONDITIONS: &[&str] =
    &["id", "tenant_id", "patient_id", "name", "code", "status", "onset_on", "recorded_by", "created_at", "updated_at"];
const MEDICATIONS: &[&str] = &[
    "id",
    "tenant_id",
    "patient_id",
    "medicine",
    "dosage",
    "frequency",
    "route",
    "status",
    "started_on",
    "recorded_by",
    "created_at",
    "updated_at",
];

const BLOOD: &[(&str, u32)] =
    &[("O+", 37), ("B+", 28), ("A+", 22), ("AB+", 7), ("O-", 2), ("B-", 2), ("A-", 1), ("AB-", 1)];

/// What the visits need to know of a patient.
pub struct Patient {
    pub id: Uuid,
    pub created: Instant,
    pub birth: NaiveDate,
    pub female: bool,
}

pub struct Patients {
    pub all: Vec<Patient>,
    /// By site, in the order of registration; the one who came two hundred times is in none.
    pub of_site: Vec<Vec<usize>>,
    /// Who comes two hundred times, and their record number.
    pub faithful: (usize, String),
}

pub fn make(world: &World, dice: &mut Dice, batch: &mut Batch) -> Result<Patients> {
    let members = households(world, dice);
    let mut order: Vec<usize> = (0..members.len()).collect();
    order.sort_by_key(|place| (members[*place].created, *place));
    // A record number says in which order people came.
    let mut ids = vec![Uuid::nil(); members.len()];
    order.iter().for_each(|place| ids[*place] = batch.id(members[*place].created));
    let mut patients = Patients {
        all: Vec::with_capacity(members.len()),
        of_site: vec![Vec::new(); world.sites.len()],
        faithful: (0, String::new()),
    };
    for (number, place) in order.iter().enumerate() {
        let member = &members[*place];
        let record = format!("A{}", 10_001 + number);
        if member.faithful {
            patients.faithful = (number, record.clone());
        } else {
            patients.of_site[member.site].push(number);
        }
        register(world, dice, batch, member, ids[*place], record);
        if let Some((responsible, relationship)) = member.responsible {
            let (id, at) = (batch.id(member.created), member.created);
            let row = cells![id, batch.tenant, ids[responsible], ids[*place], relationship, at, at];
            batch.add(Table::Dependants, DEPENDANTS, row);
        }
        let female = member.given.0;
        patients.all.push(Patient { id: ids[*place], created: member.created, birth: member.birth, female });
        batch.flush_if_full()?;
    }
    batch.flush()?;
    Ok(patients)
}

fn register(world: &World, dice: &mut Dice, batch: &mut Batch, member: &Member, id: Uuid, record: String) {
    let region = &world.lists.regions[member.region];
    let site = &world.sites[member.site];
    let city = &world.lists.cities[site.city];
    let given = if member.given.0 { &region.female[member.given.1] } else { &region.male[member.given.1] };
    let family = &region.family[member.family];
    let name = format!("{} {}", given.name, family.name);
    let age = (world.options.day.0 - member.birth).num_days() / 365;
    let at = member.created;
    let precision = match dice.below(100) {
        0..88 => "day",
        88..92 => "month",
        _ => "year",
    };
    let birth = rounded(member.birth, precision);
    let gender = match (member.given.0, dice.below(400)) {
        (_, 0) => "other",
        (_, 1) => "prefer_not_to_say",
        (true, _) => "female",
        (false, _) => "male",
    };
    let streets = &world.lists.regions[site.region].streets;
    let street = &streets[(member.house as usize + member.family) % streets.len()];
    let email =
        (age > 15 && dice.percent(28.0)).then(|| format!("{}.{record}@mail.example", fold(&name).replace(' ', ".")));
    let (height, weight) = body(dice, age, member.given.0);
    let measured = dice.percent(38.0);
    let blood = BLOOD[dice.weighted(BLOOD.iter().map(|(_, share)| *share))].0;
    batch.add(
        Table::Patients,
        PATIENTS,
        cells![
            id,
            batch.tenant,
            record.as_str(),
            name.as_str(),
            Region::native(given, family),
            LocalDate(birth),
            precision,
            gender,
            member.phone.as_deref(),
            email.map(|email| email.to_lowercase()),
            format!("{} {street}", member.house),
            city.city.as_str(),
            postal(dice, &city.postal),
            dice.percent(4.0).then(|| format!("{:012}", dice.from_to(100_000_000_000, 999_999_999_999))),
            region.languages[member.language].0,
            (member.region != site.region).then_some(city.timezone.as_str()),
            dice.percent(55.0).then_some(blood),
            dice.percent(3.0).then_some(
                ["Hard of hearing.", "Comes with an interpreter.", "Prefers mornings.", "Uses a wheelchair."]
                    [dice.below(4)]
            ),
            measured.then_some(height),
            measured.then_some(weight),
            !dice.percent(1.5),
            at,
            at
        ],
    );
    let desk = world.desk_of(member.site, dice.below(8)).0;
    wishes(dice, batch, id, region.languages[member.language].0, at, desk, member.responsible.is_some());
    let doctor = world.doctors.get(member.site).map_or(world.admin.0, |doctor| doctor.user.0);
    history(world, dice, batch, (id, member.birth), doctor, at);
}

fn rounded(birth: NaiveDate, precision: &str) -> NaiveDate {
    use chrono::Datelike;
    let month = match precision {
        "year" => 1,
        _ => birth.month(),
    };
    match precision {
        "day" => birth,
        _ => NaiveDate::from_ymd_opt(birth.year(), month, 1).unwrap_or(birth),
    }
}

fn postal(dice: &mut Dice, pattern: &str) -> String {
    let letters = b"ABDEFGHJLNPQRSTUWXYZ";
    let each = pattern.chars().enumerate().map(|(place, c)| match c {
        '#' => char::from(b'0' + dice.below(10) as u8),
        'A' | 'B' if place > 2 => char::from(letters[dice.below(letters.len())]),
        other => other,
    });
    each.collect()
}

/// Height in centimetres and weight in kilograms, to a tenth.
fn body(dice: &mut Dice, age: i64, female: bool) -> (f64, f64) {
    let grown = if female { 160.0 } else { 172.0 };
    let height = if age >= 17 { grown } else { 52.0 + (grown - 52.0) * (age as f64 / 17.0).powf(0.75) };
    let height = height * (0.94 + 0.12 * dice.part());
    let index = if age < 17 { 15.0 + 5.0 * dice.part() } else { 19.0 + 13.0 * dice.part() };
    let tenth = |value: f64| (value * 10.0).round() / 10.0;
    (tenth(height), tenth(index * (height / 100.0).powi(2)))
}

fn wishes(dice: &mut Dice, batch: &mut Batch, patient: Uuid, language: &str, at: Instant, desk: Uuid, dependant: bool) {
    if dice.percent(35.0) {
        let channels = [r#"["sms"]"#, r#"["whatsapp","sms"]"#, r#"["whatsapp"]"#, r#"["email"]"#][dice.below(4)];
        let row = cells![batch.id(at), batch.tenant, patient, channels, format!("[\"{language}\"]"), at, at];
        batch.add(Table::Preferences, PREFERENCES, row);
    }
    let given_by = dependant.then_some("the responsible patient");
    for (purpose, percent) in [("treatment", 92.0), ("messages", 45.0), ("research", 6.0)] {
        if dice.percent(percent) {
            let decision = if purpose != "treatment" && dice.percent(3.0) { "withdrawn" } else { "given" };
            let row = cells![batch.id(at), batch.tenant, patient, purpose, decision, given_by, desk, at, at, at];
            batch.add(Table::Consents, CONSENTS, row);
        }
    }
}

fn history(
    world: &World,
    dice: &mut Dice,
    batch: &mut Batch,
    (patient, birth): (Uuid, NaiveDate),
    doctor: Uuid,
    at: Instant,
) {
    let known = at.day(chrono_tz::UTC).0;
    let days_old = (known - birth).num_days().max(1);
    let age = days_old / 365;
    for (kind, percent) in [("allergy", 9.0), ("condition", 0.8 * age as f64), ("medication", 0.7 * age as f64)] {
        if !dice.percent(percent) {
            continue;
        }
        let fitting = || world.lists.history.iter().filter(move |entry| entry.kind == kind && entry.from_age <= age);
        if fitting().next().is_none() {
            continue;
        }
        let place = dice.weighted(fitting().map(|entry| entry.share));
        let Some(entry) = fitting().nth(place) else { continue };
        let id = batch.id(at);
        let since = LocalDate(known - Days::new(dice.from_to(1, 3_000).min(days_old) as u64));
        match kind {
            "allergy" => {
                let severity = if entry.text == "anaphylaxis" {
                    "severe"
                } else {
                    ["mild", "mild", "moderate", "severe"][dice.below(4)]
                };
                let (name, reaction) = (entry.name.as_str(), entry.text.as_str());
                let row = cells![id, batch.tenant, patient, name, severity, reaction, "active", doctor, at, at];
                batch.add(Table::Allergies, ALLERGIES, row);
            }
            "condition" => {
                let status = ["active", "active", "active", "remission", "resolved"][dice.below(5)];
                let (name, code) = (entry.name.as_str(), entry.code.as_str());
                let row = cells![id, batch.tenant, patient, name, code, status, since, doctor, at, at];
                batch.add(Table::Conditions, CONDITIONS, row);
            }
            _ => {
                let (name, dose, often) = (entry.name.as_str(), entry.code.as_str(), entry.text.as_str());
                let row = cells![id, batch.tenant, patient, name, dose, often, "oral", "active", since, doctor, at, at];
                batch.add(Table::Medications, MEDICATIONS, row);
            }
        }
    }
}
