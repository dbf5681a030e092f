//! Whoever asks to be forgotten is, and the fact that they asked stays.

mod support;

use neem_core::ids::{Instant, PatientId};
use neem_core::patients::{
    self, ConditionStatus, EditPatient, KeptBecause, MergeChoice, NewAllergy, NewCondition, NewDependant,
    NewMedication, NewVitals, PatientForm, Relationship, Severity,
};
use neem_core::scheduling::{self, AppointmentStatus, Channel, NewAppointment, NewWalkIn};
use neem_core::sync::Table;
use neem_core::sync::tables::LOCAL;
use neem_core::{Code, Error, Result};
use rusqlite::params;
use support::{DAY, Desk, MINUTE};

fn edit(desk: &Desk, id: PatientId, change: impl FnOnce(&mut PatientForm)) -> Result<patients::Patient> {
    let today = desk.today();
    let seen = desk.read(|conn| patients::patient(conn, id, today)).updated_at;
    let mut form = desk.read(|conn| patients::patient_form(conn, id));
    change(&mut form);
    desk.write(desk.staff.desk, |tx| patients::edit(tx, &EditPatient { patient_id: id, seen, form }, today))
}

fn measured(patient_id: PatientId) -> NewVitals {
    NewVitals {
        patient_id,
        consultation_id: None,
        measured_at: None,
        systolic_mmhg: None,
        diastolic_mmhg: None,
        pulse_per_min: None,
        breaths_per_min: None,
        temperature_c: None,
        oxygen_percent: None,
        glucose_mg_per_dl: None,
        height_cm: None,
        weight_kg: None,
        note: String::new(),
    }
}

const CANARY: &str = "xylocanary";

/// Puts a text that is found nowhere else into everything that is written about a patient.
fn write_everywhere(desk: &Desk, id: PatientId) -> [uuid::Uuid; 2] {
    let (site, provider, today) = (desk.staff.site, desk.staff.provider, desk.today());
    edit(desk, id, |form| {
        for text in [
            &mut form.full_name,
            &mut form.alternate_name,
            &mut form.address,
            &mut form.city,
            &mut form.postal_code,
            &mut form.national_id,
            &mut form.notes,
            &mut form.primary_language,
        ] {
            *text = CANARY.into();
        }
        form.email = format!("{CANARY}@example.org");
    })
    .expect("edits");
    let relative = desk.register("Mira Joshi");
    desk.write(desk.staff.doctor, |tx| {
        let start = Instant(tx.now.0 - 30 * DAY);
        let visit = NewAppointment {
            clinic: site,
            patient: id,
            provider,
            service: None,
            start,
            end: start.plus_minutes(15),
            status: AppointmentStatus::Confirmed,
            channel: Channel::Desk,
            reason: CANARY.into(),
        };
        let appointment = scheduling::book(tx, &visit)?;
        tx.execute("UPDATE appointments SET status = 'completed', notes = ?1 WHERE id = ?2", params![CANARY, appointment])?;
        let (consultation, conversation, message) = (tx.new_id(), tx.new_id(), tx.new_id());
        let (tenant, user, now) = (tx.device.tenant, tx.user()?, tx.now);
        tx.execute("INSERT INTO consultations (id, tenant_id, clinic_id, appointment_id, patient_id, provider_id, mode, complaint, findings, diagnosis, diagnosis_code, symptoms, diagnosis_codes, started_at, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'in_person', ?7, ?7, ?7, ?7, ?7, ?7, ?8, ?8, ?8)", params![consultation, tenant, site, appointment, id, provider, CANARY, now])?;
        tx.execute("INSERT INTO conversations (id, tenant_id, patient_id, subject, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?5)", params![conversation, tenant, id, CANARY, now])?;
        tx.execute("INSERT INTO messages (id, tenant_id, conversation_id, sender, body, sent_at, created_at, updated_at) VALUES (?1, ?2, ?3, 'patient', ?4, ?5, ?5, ?5)", params![message, tenant, conversation, CANARY, now])?;
        for (owner_table, owner) in [("patients", id.0), ("consultations", consultation), ("messages", message)] {
            tx.execute("INSERT INTO files (id, tenant_id, owner_table, owner_id, name, media_type, size_bytes, sha256, content_key, extracted_text, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, 'image/png', 1, randomblob(32), randomblob(32), ?5, ?6, ?6)", params![tx.new_id(), tenant, owner_table, owner, CANARY, now])?;
        }
        tx.execute("INSERT INTO notifications (id, tenant_id, patient_id, template_key, channel, status, meta, deep_link, created_at, updated_at) VALUES (?1, ?2, ?3, 'reminder', 'sms', 'sent', ?4, ?4, ?5, ?5)", params![tx.new_id(), tenant, id, CANARY, now])?;
        tx.execute("INSERT INTO tickets (id, tenant_id, number, subject, category, priority, status, patient_id, created_at, updated_at) VALUES (?1, ?2, 'T1', ?3, 'other', 'low', 'closed', ?4, ?5, ?5)", params![tx.new_id(), tenant, CANARY, id, now])?;
        tx.execute("INSERT INTO waitlist (id, tenant_id, clinic_id, patient_id, desired_from, desired_to, status, note, created_by, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, 1, 2, 'expired', ?5, ?6, ?7, ?7)", params![tx.new_id(), tenant, site, id, CANARY, user, now])?;
        tx.execute("INSERT INTO queue_tickets (id, tenant_id, clinic_id, day, lane, number, appointment_id, patient_id, provider_id, status, priority_reason, issued_at, created_at, updated_at) VALUES (?1, ?2, ?3, '2020-01-01', 'A', 1, ?4, ?5, ?6, 'served', ?7, ?8, ?8, ?8)", params![tx.new_id(), tenant, site, appointment, id, provider, CANARY, now])?;
        tx.execute("INSERT INTO reviews (id, tenant_id, provider_id, patient_id, appointment_id, rating, text, visible, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, 1, ?7, ?7)", params![tx.new_id(), tenant, provider, id, appointment, CANARY, now])?;
        tx.execute("INSERT INTO invoices (id, tenant_id, clinic_id, patient_id, number, status, currency, issued_at, note, issued_by, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, 'I1', 'issued', 'INR', ?5, ?6, ?7, ?5, ?5)", params![tx.new_id(), tenant, site, id, now, CANARY, user])?;
        tx.execute("INSERT INTO prescription_drafts (consultation_id, draft, saved_at) VALUES (?1, ?2, ?3)", params![consultation, CANARY, now])?;
        patients::record_allergy(tx, &NewAllergy { patient_id: id, substance: CANARY.into(), severity: Severity::Mild, reaction: CANARY.into() })?;
        let condition = NewCondition { patient_id: id, name: CANARY.into(), code: CANARY.into(), status: ConditionStatus::Active, onset_on: String::new(), note: CANARY.into() };
        patients::record_condition(tx, &condition, today)?;
        let medication = NewMedication { patient_id: id, medicine: CANARY.into(), dosage: CANARY.into(), frequency: CANARY.into(), route: CANARY.into(), started_on: String::new(), note: CANARY.into(), prescription_item_id: None };
        patients::record_medication(tx, &medication, today)?;
        // A tag of a language is no place for a secret; the row is written as another version might.
        tx.execute("INSERT INTO preferences (id, tenant_id, patient_id, channels, languages, created_at, updated_at) VALUES (?1, ?2, ?3, '[]', ?4, ?5, ?5)", params![tx.new_id(), tenant, id, format!("[\"{CANARY}\"]"), now])?;
        patients::record_vitals(tx, &NewVitals { pulse_per_min: Some(70), note: CANARY.into(), ..measured(id) })?;
        let link = NewDependant { responsible_patient_id: id, patient_id: relative, relationship: Relationship::Child, notes: CANARY.into() };
        patients::link_dependant(tx, &link)?;
        Ok([appointment.0, consultation])
    })
    .expect("writes")
}

/// The tables in which the canary stands in some column.
fn found_in(desk: &Desk, tables: impl Iterator<Item = &'static str>) -> Vec<&'static str> {
    let stands = |table: &&'static str| {
        desk.read(|conn| {
            let columns = neem_core::db::columns(conn, table)?;
            let any: Vec<String> =
                columns.iter().map(|c| format!("instr(CAST(\"{c}\" AS BLOB), CAST('{CANARY}' AS BLOB)) > 0")).collect();
            let sql = format!("SELECT EXISTS (SELECT 1 FROM {table} WHERE {})", any.join(" OR "));
            Ok(conn.query_row(&sql, [], |row| row.get::<_, bool>(0))?)
        })
    };
    tables.filter(stands).collect()
}

#[test]
fn whoever_asks_to_be_forgotten_is_found_in_no_table_that_can_change() {
    let desk = Desk::open();
    let id = desk.register("Sunita Deshpande");
    desk.clock.ahead(MINUTE);
    let second = desk.register("S Deshpande");
    let today = desk.today();
    write_everywhere(&desk, id);
    let choice = MergeChoice { one: id, other: second, from_later: vec![neem_core::patients::MergeField::FullName] };
    desk.write(desk.staff.desk, |tx| patients::merge(tx, &choice, today)).expect("merges");
    edit(&desk, id, |form| form.full_name = format!("{CANARY} Again")).expect("edits");

    // Invoices are kept for the tax office; rows that never change stay as they are.
    let changeable = || Table::ALL.iter().filter(|t| !t.insert_only()).map(|t| t.name()).filter(|t| *t != "invoices");
    let mut before = found_in(&desk, changeable());
    before.sort_unstable();
    let expected = [
        "allergies",
        "appointments",
        "conditions",
        "consultations",
        "conversations",
        "dependants",
        "files",
        "medications",
        "notifications",
        "patient_merges",
        "patients",
        "preferences",
        "queue_tickets",
        "reviews",
        "tickets",
        "waitlist",
    ];
    assert_eq!(before, expected, "the test writes into every table it is about");

    let commits = desk.count("SELECT count(*) FROM commits");
    // By whichever of the two records: they are one person.
    let report = desk.write(desk.staff.admin, |tx| patients::erase(tx, second)).expect("erases");
    assert_eq!(desk.count("SELECT count(*) FROM commits"), commits + 1);
    assert_eq!(found_in(&desk, changeable()), Vec::<&str>::new());
    // Nor in what this PC keeps beside them, the signed log apart.
    let local = LOCAL.iter().copied().filter(|t| !t.ends_with("_search") && !matches!(*t, "commits" | "clinic_places"));
    assert_eq!(found_in(&desk, local), Vec::<&str>::new());
    assert_eq!(
        desk.count("SELECT count(*) FROM files WHERE content_key <> zeroblob(32)"),
        0,
        "no key opens the papers"
    );

    assert_eq!(report.record_numbers, ["A10001", "A10002"]);
    let kept: Vec<(&str, KeptBecause)> = report.kept.iter().map(|part| (part.table.as_str(), part.because)).collect();
    for part in [
        ("invoices", KeptBecause::Accounts),
        ("vitals", KeptBecause::NeverChanges),
        ("commits", KeptBecause::SignedLog),
    ] {
        assert!(kept.contains(&part), "{part:?} in {kept:?}");
    }
    assert!(report.erased.iter().any(|part| part.table == "consultations" && part.rows == 1));
    assert_eq!(desk.count("SELECT count(*) FROM patients WHERE full_name = 'Erased' AND erased_by IS NOT NULL AND deleted_at IS NOT NULL"), 2);
    for typed in [CANARY, "deshpande", "A10001"] {
        assert_eq!(desk.read(|conn| patients::search(conn, typed, today)), Vec::new(), "{typed}");
    }
    let again = desk.write(desk.staff.admin, |tx| patients::erase(tx, id)).expect_err("done already");
    assert_eq!(again.code(), Code::Erased);
    assert_eq!(desk.db.read(|conn| patients::history(conn, id)).expect_err("not read out").code(), Code::Erased);
}

#[test]
fn whoever_is_still_expected_cannot_vanish() {
    let desk = Desk::open();
    let (clerk, site, provider) = (desk.staff.desk, desk.staff.site, desk.staff.provider);
    let waiting = desk.register("Asha Joshi");
    let walk_in = NewWalkIn { clinic_id: site, patient_id: waiting, provider_id: provider, reason: String::new() };
    desk.write(clerk, |tx| scheduling::book_walk_in(tx, &walk_in)).expect("walks in");
    let booked = desk.register("Ravi Joshi");
    let start = Instant(desk.now().0 + 3 * DAY);
    let visit = NewAppointment {
        clinic: site,
        patient: booked,
        provider,
        service: None,
        start,
        end: start.plus_minutes(15),
        status: AppointmentStatus::Confirmed,
        channel: Channel::Desk,
        reason: String::new(),
    };
    desk.write(clerk, |tx| scheduling::book(tx, &visit)).expect("books");
    for patient in [waiting, booked] {
        let error: Error = desk.write(desk.staff.admin, |tx| patients::erase(tx, patient)).expect_err("expected here");
        assert_eq!(error.code(), Code::NotAvailable);
    }
    assert_eq!(desk.count("SELECT count(*) FROM patients WHERE erased_at IS NOT NULL"), 0);
}
