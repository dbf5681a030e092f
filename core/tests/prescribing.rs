//! Prescriptions of every school, corrections, and the clinic's own medicines.

mod support;

use neem_core::consultations;
use neem_core::ids::{ConsultationId, PatientId, PrescriptionId};
use neem_core::page::PageRequest;
use neem_core::patients::{self, NewAllergy, Severity};
use neem_core::prescriptions::{
    self, CheckState, DraftItem, NewMedicine, PrescriptionDraft, PrescriptionSummary, PrescriptionType, parse_line,
};
use neem_core::scheduling::{self, NewWalkIn};
use neem_core::{Code, Result};
use support::Desk;

fn visit(desk: &Desk, patient: PatientId) -> ConsultationId {
    let walk_in = NewWalkIn {
        clinic_id: desk.staff.site,
        patient_id: patient,
        provider_id: desk.staff.provider,
        reason: "Cough".into(),
    };
    let ticket = desk.write(desk.staff.desk, |tx| scheduling::book_walk_in(tx, &walk_in)).expect("walks in");
    desk.write(desk.staff.doctor, |tx| consultations::open(tx, ticket.appointment_id, desk.staff.provider))
        .expect("opens")
        .id
}

fn draft(lines: &[&str]) -> PrescriptionDraft {
    PrescriptionDraft {
        items: lines.iter().map(|line| parse_line(line).item).collect(),
        ..PrescriptionDraft::default()
    }
}

fn issue(desk: &Desk, visit: ConsultationId, draft: &PrescriptionDraft) -> Result<PrescriptionSummary> {
    desk.write(desk.staff.doctor, |tx| prescriptions::issue(tx, visit, draft, desk.staff.provider))
}

fn supersede(desk: &Desk, old: PrescriptionId, visit: ConsultationId) -> Result<PrescriptionSummary> {
    let draft = draft(&["para 650 1 tab tds 5d"]);
    desk.write(desk.staff.doctor, |tx| prescriptions::supersede(tx, old, visit, &draft, desk.staff.provider))
}

fn merge(desk: &Desk, kept: PatientId, merged: PatientId) {
    let sql = "UPDATE patients SET merged_into_id = ?1, updated_at = ?2 WHERE id = ?3";
    desk.write(desk.staff.admin, |tx| Ok(tx.execute(sql, rusqlite::params![kept, tx.now, merged])?)).expect("merges");
}

fn own(name: &str, class: &str) -> NewMedicine {
    NewMedicine {
        name: name.into(),
        class: class.into(),
        kind: PrescriptionType::Allopathic,
        strength: "500 mg".into(),
        form: "capsule".into(),
        route: "oral".into(),
        potency: String::new(),
    }
}

#[test]
fn a_remedy_is_issued_with_its_potency() {
    let desk = Desk::open();
    let visit = visit(&desk, desk.register("Sunita Deshpande"));
    let mut item = parse_line("Arnica montana 200ck 4 globules bd 5d").item;
    item.route = "oral".into();
    let remedy = |item: &DraftItem| PrescriptionDraft {
        items: vec![item.clone()],
        kind: Some(PrescriptionType::Homeopathic),
        ..PrescriptionDraft::default()
    };
    let without = DraftItem { potency: String::new(), ..item.clone() };
    let error = issue(&desk, visit, &remedy(&without)).expect_err("no potency");
    assert_eq!((error.problems()[0].field.as_str(), error.code()), ("items.0.potency", Code::Required));
    let wrong = DraftItem { potency: "500 mg".into(), ..item.clone() };
    let error = issue(&desk, visit, &remedy(&wrong)).expect_err("no potency");
    assert_eq!((error.problems()[0].field.as_str(), error.code()), ("items.0.potency", Code::NotAPotency));

    let issued = issue(&desk, visit, &remedy(&item)).expect("issues");
    assert_eq!(issued.kind, PrescriptionType::Homeopathic);
    let row = &issued.items[0];
    assert_eq!((row.potency.as_deref(), row.form.as_str(), row.strength.as_str()), (Some("200CK"), "globules", ""));
    let sheet = desk.read(|conn| prescriptions::sheet(conn, issued.id)).sheet;
    assert_eq!((sheet.kind, sheet.items[0].potency.as_deref()), (Some(PrescriptionType::Homeopathic), Some("200CK")));
}

#[test]
fn an_ayurvedic_medicine_has_a_vehicle() {
    let desk = Desk::open();
    let visit = visit(&desk, desk.register("Sunita Deshpande"));
    let item = DraftItem {
        form: "powder".into(),
        route: "oral".into(),
        dose: "3 g".into(),
        quantity: "60 g".into(),
        vehicle: " honey ".into(),
        ..parse_line("Sitopaladi churna bd 10d").item
    };
    let draft = PrescriptionDraft {
        items: vec![item],
        kind: Some(PrescriptionType::Ayurvedic),
        ..PrescriptionDraft::default()
    };
    let issued = issue(&desk, visit, &draft).expect("issues");
    assert_eq!((issued.kind, issued.items[0].vehicle.as_deref()), (PrescriptionType::Ayurvedic, Some("honey")));
}

#[test]
fn an_allopathic_sheet_is_as_it_was_before_there_were_others() {
    let desk = Desk::open();
    let visit = visit(&desk, desk.register("Sunita Deshpande"));
    // A draft as the screens of before send it.
    let text = serde_json::to_value(draft(&["amox 500 1 tab tds 5d"])).expect("json");
    let mut text = text;
    text.as_object_mut().expect("an object").remove("kind");
    for field in ["potency", "vehicle"] {
        text["items"][0].as_object_mut().expect("an object").remove(field);
    }
    let issued = issue(&desk, visit, &serde_json::from_value(text).expect("a draft")).expect("issues");
    assert_eq!(issued.kind, PrescriptionType::Allopathic);
    let sheet: String = desk
        .read(|conn| Ok(conn.query_row("SELECT sheet FROM prescriptions WHERE id = ?1", [issued.id], |r| r.get(0))?));
    for word in ["kind", "potency", "vehicle"] {
        assert!(!sheet.contains(word), "{word} in {sheet}");
    }
    desk.read(|conn| prescriptions::sheet(conn, issued.id));
}

#[test]
fn only_the_newest_of_a_chain_is_corrected() {
    let desk = Desk::open();
    let patient = desk.register("Sunita Deshpande");
    let room = visit(&desk, patient);
    let first = issue(&desk, room, &draft(&["para 500 1 tab tds 3d"])).expect("issues");
    let second = supersede(&desk, first.id, room).expect("corrects");
    assert_eq!((second.supersedes, second.superseded_by), (Some(first.id), None));
    let sheet = desk.read(|conn| prescriptions::sheet(conn, second.id)).sheet;
    assert_eq!(sheet.supersedes.as_ref(), Some(&first.number));
    let again = supersede(&desk, first.id, room).expect_err("corrected already");
    assert_eq!((again.code(), again.detail()), (Code::AlreadySuperseded, Some(second.number.as_str())));
    let third = supersede(&desk, second.id, room).expect("corrects the correction");
    let all = desk.read(|conn| prescriptions::of_consultation(conn, room));
    let by: Vec<_> = all.iter().map(|one| one.superseded_by).collect();
    assert_eq!(by, [Some(second.id), Some(third.id), None]);
    assert_eq!(all[0].items[0].strength, "500 mg", "the old one stays as it was issued");
    assert_eq!(
        desk.read(|conn| prescriptions::by_number(conn, &format!(" {} ", first.number.to_lowercase()))).id,
        first.id
    );
    let unknown = desk.db.read(|conn| prescriptions::by_number(conn, "20260101-A1"));
    assert_eq!(unknown.map_err(|error| error.code()), Err(Code::NotFound));
}

#[test]
fn a_correction_is_for_the_same_patient_under_whichever_record() {
    let desk = Desk::open();
    let (kept, merged) = (desk.register("Sunita Deshpande"), desk.register("Sunita Deshpandey"));
    let old = issue(&desk, visit(&desk, merged), &draft(&["para 500 1 tab tds 3d"])).expect("issues");
    let room = visit(&desk, kept);
    assert_eq!(supersede(&desk, old.id, room).map_err(|error| error.code()), Err(Code::NotFound));
    merge(&desk, kept, merged);
    let new = supersede(&desk, old.id, room).expect("one person now");
    let listed = desk.read(|conn| prescriptions::of_patient(conn, kept, PageRequest::FIRST)).items;
    assert_eq!(listed.iter().map(|one| one.id).collect::<Vec<_>>(), [new.id, old.id]);
}

#[test]
fn corrections_by_two_pcs_apart_both_stay() {
    let desk = Desk::open();
    let room = visit(&desk, desk.register("Sunita Deshpande"));
    let old = issue(&desk, room, &draft(&["para 500 1 tab tds 3d"])).expect("issues");
    let here = supersede(&desk, old.id, room).expect("corrects");
    assert_eq!(desk.read(prescriptions::rival_corrections), []);
    // What the other PC wrote meanwhile, as sync brings it.
    let there = desk
        .write(desk.staff.doctor, |tx| {
            let id = PrescriptionId(tx.new_id());
            tx.execute(
                "INSERT INTO prescriptions (id, tenant_id, clinic_id, consultation_id, patient_id, provider_id, number, type, issued_at,
                                            signed_by, supersedes_id, sheet, signature, created_at, updated_at)
                 SELECT ?1, tenant_id, clinic_id, consultation_id, patient_id, provider_id, 'B1', type, issued_at, signed_by, supersedes_id,
                        sheet, signature, created_at, updated_at FROM prescriptions WHERE id = ?2",
                rusqlite::params![id, here.id],
            )?;
            Ok(id)
        })
        .expect("arrives");
    let rivals = desk.read(prescriptions::rival_corrections);
    assert_eq!(rivals.len(), 1);
    assert_eq!(rivals[0].superseded.id, old.id);
    assert_eq!(rivals[0].corrections.iter().map(|one| one.id).collect::<Vec<_>>(), [here.id, there]);
    assert_eq!(desk.read(|conn| prescriptions::prescription(conn, old.id)).superseded_by, Some(here.id.min(there)));
}

#[test]
fn the_clinics_own_medicines_are_suggested_and_checked() {
    let desk = Desk::open();
    let add = |new: &NewMedicine| desk.write(desk.staff.doctor, |tx| prescriptions::add_medicine(tx, new));
    let novamox = add(&own("Novamox", "penicillin")).expect("adds");
    add(&own("Avipattikar", "")).expect("adds");
    let twice = add(&own(" novamox", "")).expect_err("there already");
    assert_eq!((twice.problems()[0].field.as_str(), twice.code()), ("name", Code::AlreadyUsed));
    let wrong = add(&NewMedicine { potency: "strong".into(), ..own("Bryonia", "") }).expect_err("no potency");
    assert_eq!((wrong.problems()[0].field.as_str(), wrong.code()), ("potency", Code::NotAPotency));

    let suggested = |text: &str| -> Vec<String> {
        desk.read(|conn| prescriptions::suggest_from(conn, text)).into_iter().map(|medicine| medicine.name).collect()
    };
    assert_eq!(suggested("nova"), ["Novamox"]);
    assert_eq!(suggested("amox").len(), 2, "the shipped list is still there");
    let parsed = desk.read(|conn| prescriptions::parse_line_from(conn, "novamox 500 1 cap tds 5d"));
    assert!(parsed.complete, "{parsed:?}");
    assert_eq!(parsed.item.strength, "500 mg");

    let patient = desk.register("Sunita Deshpande");
    let allergy = NewAllergy {
        patient_id: patient,
        substance: "Penicillins".into(),
        severity: Severity::Severe,
        reaction: String::new(),
    };
    desk.write(desk.staff.doctor, |tx| patients::record_allergy(tx, &allergy)).expect("records");
    let item = |name: &str| DraftItem { medicine: name.into(), ..parsed.item.clone() };
    let items = [item("Novamox"), item("Avipattikar"), item("Paracetamol")];
    let states: Vec<CheckState> = desk
        .read(|conn| prescriptions::check(conn, &items, &patients::allergies(conn, patient)?))
        .iter()
        .map(|check| check.state)
        .collect();
    assert_eq!(states, [CheckState::Stop, CheckState::NotChecked, CheckState::Clear]);
    let room = visit(&desk, patient);
    let refused = issue(&desk, room, &PrescriptionDraft { items: items[..1].to_vec(), ..PrescriptionDraft::default() });
    assert_eq!(refused.map_err(|error| error.code()), Err(Code::AllergyUnanswered));

    desk.write(desk.staff.doctor, |tx| prescriptions::set_medicine_active(tx, novamox.id, false)).expect("out of use");
    assert_eq!(suggested("nova"), Vec::<String>::new());
    let edited = own("Novamox forte", "penicillin");
    desk.write(desk.staff.doctor, |tx| prescriptions::edit_medicine(tx, novamox.id, &edited)).expect("edits");
    let found = desk.read(|conn| prescriptions::search_medicines(conn, "forte"));
    assert_eq!(found.iter().map(|one| (one.name.as_str(), one.active)).collect::<Vec<_>>(), [("Novamox forte", false)]);
    let listed = desk.read(|conn| prescriptions::own_medicines(conn, PageRequest::FIRST)).items;
    assert_eq!(listed.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["Avipattikar", "Novamox forte"]);
}
