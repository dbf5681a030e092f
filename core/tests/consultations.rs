//! Visits in the room, on a line and with the assistant, as stories.

mod support;

use neem_core::consultations::{self, Consultation, Mode, Notes, Symptom};
use neem_core::ids::{AppointmentId, PatientId};
use neem_core::page::PageRequest;
use neem_core::patients::Severity;
use neem_core::prescriptions::{self, PrescriptionDraft, parse_line};
use neem_core::scheduling::{self, AppointmentStatus, Channel, Move, NewAppointment};
use neem_core::{Code, Result};
use support::Desk;

fn book(desk: &Desk, patient: PatientId, minutes: i64) -> AppointmentId {
    let start = desk.now().plus_minutes(minutes);
    let new = NewAppointment {
        clinic: desk.staff.site,
        patient,
        provider: desk.staff.provider,
        service: None,
        start,
        end: start.plus_minutes(15),
        status: AppointmentStatus::Confirmed,
        channel: Channel::Desk,
        reason: "Cough".into(),
    };
    desk.write(desk.staff.desk, |tx| scheduling::book(tx, &new)).expect("books")
}

fn arrived(desk: &Desk, patient: PatientId, minutes: i64) -> AppointmentId {
    let appointment = book(desk, patient, minutes);
    desk.write(desk.staff.desk, |tx| scheduling::move_appointment(tx, appointment, Move::CheckIn, ""))
        .expect("checks in");
    appointment
}

fn open_in(desk: &Desk, appointment: AppointmentId, mode: Mode) -> Result<Consultation> {
    desk.write(desk.staff.doctor, |tx| consultations::open_in(tx, appointment, desk.staff.provider, mode))
}

fn consent(desk: &Desk, patient: PatientId, decision: &str) {
    desk.write(desk.staff.desk, |tx| {
        tx.execute(
            "INSERT INTO consents (id, tenant_id, patient_id, purpose, decision, recorded_by, decided_at, created_at, updated_at)
             VALUES (?1, ?2, ?3, 'teleconsultation', ?4, ?5, ?6, ?6, ?6)",
            rusqlite::params![tx.new_id(), tx.device.tenant, patient, decision, tx.user()?, tx.now],
        )?;
        Ok(())
    })
    .expect("records");
}

fn status(desk: &Desk, appointment: AppointmentId) -> String {
    desk.read(|conn| {
        Ok(conn.query_row("SELECT status FROM appointments WHERE id = ?1", [appointment], |row| row.get(0))?)
    })
}

fn notes(diagnosis: &str) -> Notes {
    Notes { complaint: "Cough".into(), diagnosis: diagnosis.into(), ..Notes::default() }
}

#[test]
fn a_call_needs_the_patients_consent() {
    let desk = Desk::open();
    let patient = desk.register("Sunita Deshpande");
    let appointment = book(&desk, patient, 30);
    let refused = open_in(&desk, appointment, Mode::Video).expect_err("no consent yet");
    assert_eq!((refused.code(), refused.detail()), (Code::PurposeNotConsented, Some("teleconsultation")));
    consent(&desk, patient, "given");
    desk.clock.ahead(support::MINUTE);
    consent(&desk, patient, "withdrawn");
    assert_eq!(open_in(&desk, appointment, Mode::Chat).map_err(|e| e.code()), Err(Code::PurposeNotConsented));
    desk.clock.ahead(2 * support::MINUTE);
    consent(&desk, patient, "given");
    let call = open_in(&desk, appointment, Mode::Audio).expect("opens");
    assert_eq!(call.mode, Mode::Audio);
    // Nobody checked in at the desk: answering was the arrival.
    assert_eq!(status(&desk, appointment), "in_progress");
    let again = open_in(&desk, appointment, Mode::InPerson).expect("opens again");
    assert_eq!((again.id, again.mode), (call.id, Mode::Audio), "a visit under way keeps its mode");
}

#[test]
fn a_visit_in_the_room_needs_no_consent() {
    let desk = Desk::open();
    let patient = desk.register("Sunita Deshpande");
    let early = book(&desk, patient, 30);
    assert_eq!(open_in(&desk, early, Mode::InPerson).map_err(|e| e.code()), Err(Code::IllegalTransition));
    let appointment = arrived(&desk, patient, 60);
    let visit =
        desk.write(desk.staff.doctor, |tx| consultations::open(tx, appointment, desk.staff.provider)).expect("opens");
    assert_eq!((visit.mode, visit.complaint.as_str()), (Mode::InPerson, "Cough"));
}

#[test]
fn the_assistant_neither_diagnoses_nor_prescribes_until_a_doctor_takes_over() {
    let desk = Desk::open();
    let patient = desk.register("Sunita Deshpande");
    let appointment = arrived(&desk, patient, 30);
    let triage = open_in(&desk, appointment, Mode::Ai).expect("opens");
    assert_eq!(status(&desk, appointment), "arrived", "questions are no visit");
    let save = |notes: Notes| desk.write(desk.staff.doctor, |tx| consultations::save_notes(tx, triage.id, &notes));
    assert_eq!(save(notes("Bronchitis")).map_err(|e| e.code()), Err(Code::NotAllowed));
    let coded = Notes { diagnosis_codes: Some(vec!["J20".into()]), ..notes("") };
    assert_eq!(save(coded).map_err(|e| e.code()), Err(Code::NotAllowed));
    save(notes("")).expect("what the patient says may be noted");
    let draft =
        PrescriptionDraft { items: vec![parse_line("para 500 1 tab tds 3d").item], ..PrescriptionDraft::default() };
    let issue = || desk.write(desk.staff.doctor, |tx| prescriptions::issue(tx, triage.id, &draft, desk.staff.provider));
    assert_eq!(issue().map_err(|e| e.code()), Err(Code::NotAllowed));

    let by_desk = desk.write(desk.staff.desk, |tx| consultations::take_over(tx, triage.id, Mode::InPerson));
    assert_eq!(by_desk.map_err(|e| e.code()), Err(Code::NotAllowed), "a receptionist is no doctor");
    let taken = desk
        .write(desk.staff.doctor, |tx| consultations::take_over(tx, triage.id, Mode::InPerson))
        .expect("takes over");
    assert_eq!((taken.id, taken.mode), (triage.id, Mode::InPerson));
    assert_eq!(status(&desk, appointment), "in_progress");
    let twice = desk.write(desk.staff.doctor, |tx| consultations::take_over(tx, triage.id, Mode::InPerson));
    assert_eq!(twice.map_err(|e| e.code()), Err(Code::IllegalTransition));
    save(notes("Bronchitis")).expect("diagnoses");
    issue().expect("issues");
}

#[test]
fn the_assistants_questions_may_end_before_the_visit_begins() {
    let desk = Desk::open();
    let patient = desk.register("Sunita Deshpande");
    let appointment = book(&desk, patient, 30);
    let triage = open_in(&desk, appointment, Mode::Ai).expect("opens");
    desk.write(desk.staff.doctor, |tx| consultations::finish(tx, triage.id)).expect("ends");
    assert_eq!(status(&desk, appointment), "confirmed");
    desk.write(desk.staff.desk, |tx| scheduling::move_appointment(tx, appointment, Move::CheckIn, ""))
        .expect("arrives");
    let visit = open_in(&desk, appointment, Mode::InPerson).expect("opens");
    assert_ne!(visit.id, triage.id);
}

#[test]
fn symptoms_and_codes_are_lists_and_stay_when_left_out() {
    let desk = Desk::open();
    let patient = desk.register("Sunita Deshpande");
    let appointment = arrived(&desk, patient, 30);
    let visit = open_in(&desk, appointment, Mode::InPerson).expect("opens");
    let save = |notes: Notes| desk.write(desk.staff.doctor, |tx| consultations::save_notes(tx, visit.id, &notes));
    let symptom =
        |name: &str| Symptom { name: name.into(), since: "3 days".into(), severity: Some(Severity::Moderate) };
    let wrong = Notes {
        symptoms: Some(vec![symptom("Cough"), symptom("")]),
        diagnosis_codes: Some(vec!["J20.9".into(), "cough".into()]),
        ..notes("Bronchitis")
    };
    let error = save(wrong).expect_err("two problems");
    let found: Vec<_> = error.problems().iter().map(|p| (p.field.as_str(), p.code)).collect();
    assert_eq!(found, [("symptoms.1.name", Code::Required), ("diagnosisCodes.1", Code::NotADiagnosisCode)]);
    let full = Notes {
        symptoms: Some(vec![symptom("Cough")]),
        diagnosis_codes: Some(vec!["j209".into(), "E11.9".into(), "J20.9".into()]),
        ..notes("Bronchitis")
    };
    let saved = save(full).expect("saves");
    assert_eq!(saved.symptoms, [symptom("Cough")]);
    assert_eq!(saved.diagnosis_codes, ["J20.9", "E11.9"]);
    // What the screens of before send leaves the lists alone.
    let four = r#"{"complaint":"Cough","findings":"","diagnosis":"Bronchitis","diagnosisCode":""}"#;
    let kept = save(serde_json::from_str(four).expect("four fields are notes")).expect("saves");
    assert_eq!((kept.symptoms.len(), kept.diagnosis_codes.len()), (1, 2));
    let emptied = save(Notes { symptoms: Some(vec![]), ..notes("Bronchitis") }).expect("saves");
    assert_eq!(emptied.symptoms, []);
}

#[test]
fn the_history_covers_records_merged_into_the_patient() {
    let desk = Desk::open();
    let (kept, merged) = (desk.register("Sunita Deshpande"), desk.register("Sunita Deshpandey"));
    for (patient, minutes) in [(kept, 30), (merged, 60)] {
        let appointment = arrived(&desk, patient, minutes);
        desk.clock.ahead(minutes * support::MINUTE);
        open_in(&desk, appointment, Mode::InPerson).expect("opens");
    }
    let history = |patient| desk.read(|conn| consultations::history_of(conn, patient, PageRequest::FIRST)).items;
    assert_eq!(history(kept).len(), 1);
    desk.write(desk.staff.admin, |tx| {
        Ok(tx.execute(
            "UPDATE patients SET merged_into_id = ?1, updated_at = ?2 WHERE id = ?3",
            rusqlite::params![kept, tx.now, merged],
        )?)
    })
    .expect("merges");
    let both = history(kept);
    assert_eq!(both.iter().map(|entry| entry.patient_id).collect::<Vec<_>>(), [merged, kept], "the latest first");
    assert_eq!((both[0].doctor_name.as_str(), both[0].status), ("Dr Farah Siddiqui", AppointmentStatus::InProgress));
    let first = desk.read(|conn| consultations::history_of(conn, kept, PageRequest { offset: 0, limit: 1 }));
    assert!(first.more && first.items.len() == 1);
    let running = desk.read(|conn| consultations::running(conn, desk.staff.provider));
    assert_eq!(running.iter().map(|one| one.patient_id).collect::<Vec<_>>(), [kept, merged]);
    desk.write(desk.staff.doctor, |tx| consultations::finish(tx, running[0].consultation_id)).expect("ends");
    assert_eq!(desk.read(|conn| consultations::running(conn, desk.staff.provider)).len(), 1);
}

#[test]
fn the_lists_read_no_large_table_through() {
    let desk = Desk::open();
    for sql in [
        include_str!("../src/consultations/history.sql"),
        include_str!("../src/consultations/consent.sql"),
        include_str!("../src/consultations/one_person.sql"),
        include_str!("../src/prescriptions/of_patient.sql"),
        include_str!("../src/prescriptions/corrections.sql"),
        include_str!("../src/billing/payments_of_invoice.sql"),
        include_str!("../src/billing/payments_of_patient.sql"),
        include_str!("../src/billing/invoices_of_patient.sql"),
        include_str!("../src/billing/lines_of_patient.sql"),
        include_str!("../src/billing/movements_of_patient.sql"),
        include_str!("../src/billing/currencies_of_patient.sql"),
        include_str!("../src/billing/open_invoices.sql"),
        include_str!("../src/billing/takings.sql"),
        include_str!("../src/billing/till.sql"),
        include_str!("../src/reviews/rating.sql"),
        include_str!("../src/reviews/of_provider.sql"),
    ] {
        let plan = desk.plan(sql);
        for table in [
            "consultations",
            "patients",
            "appointments",
            "payments",
            "invoices",
            "invoice_lines",
            "consents",
            "prescriptions",
            "reviews",
        ] {
            let through =
                plan.lines().any(|step| step == format!("SCAN {table}") || step.starts_with(&format!("SCAN {table} ")));
            assert!(!through, "{table} is read through by\n{sql}\n{plan}");
        }
    }
}
