//! What patients say of a visit, and what the clinic shows of it.

mod support;

use neem_core::ids::{AppointmentId, PatientId, ProviderId};
use neem_core::page::PageRequest;
use neem_core::reviews::{self, NewReview, Review};
use neem_core::scheduling::{self, NewWalkIn};
use neem_core::{Code, Result, consultations, providers};
use support::Desk;

fn walk_in(desk: &Desk, patient: PatientId) -> AppointmentId {
    let walk_in = NewWalkIn {
        clinic_id: desk.staff.site,
        patient_id: patient,
        provider_id: desk.staff.provider,
        reason: "Cough".into(),
    };
    desk.write(desk.staff.desk, |tx| scheduling::book_walk_in(tx, &walk_in)).expect("walks in").appointment_id
}

fn seen(desk: &Desk, patient: PatientId) -> AppointmentId {
    let appointment = walk_in(desk, patient);
    desk.write(desk.staff.doctor, |tx| {
        let visit = consultations::open(tx, appointment, desk.staff.provider)?;
        consultations::finish(tx, visit.id)
    })
    .expect("is seen");
    appointment
}

fn form(desk: &Desk, appointment_id: AppointmentId, patient_id: PatientId, rating: u32) -> NewReview {
    let provider_id = desk.staff.provider;
    NewReview { appointment_id, patient_id, provider_id, rating, text: "Listened.".into() }
}

fn write(desk: &Desk, review: &NewReview) -> Result<Review> {
    desk.write(desk.staff.desk, |tx| reviews::write(tx, review))
}

fn code(result: Result<Review>) -> Code {
    result.expect_err("refused").code()
}

#[test]
fn a_review_needs_a_visit_and_a_visit_has_one() {
    let desk = Desk::open();
    let (sunita, noura) = (desk.register("Sunita Deshpande"), desk.register("Noura Qasim"));
    let waiting = walk_in(&desk, noura);
    assert_eq!(code(write(&desk, &form(&desk, waiting, noura, 5))), Code::NoVisit, "not seen yet");
    let visit = seen(&desk, sunita);
    assert_eq!(code(write(&desk, &form(&desk, visit, noura, 5))), Code::NoVisit, "another patient's visit");
    let elsewhere = NewReview { provider_id: ProviderId(desk.staff.doctor.0), ..form(&desk, visit, sunita, 5) };
    assert_eq!(code(write(&desk, &elsewhere)), Code::NoVisit, "another doctor's visit");
    for rating in [0, 6] {
        let error = write(&desk, &form(&desk, visit, sunita, rating)).expect_err("out of range");
        assert_eq!((error.problems()[0].field.as_str(), error.code()), ("rating", Code::OutOfRange));
    }
    write(&desk, &form(&desk, visit, sunita, 4)).expect("writes");
    assert_eq!(code(write(&desk, &form(&desk, visit, sunita, 1))), Code::AlreadyReviewed);
}

#[test]
fn nothing_is_shown_or_counted_before_it_is_moderated() {
    let desk = Desk::open();
    let provider = desk.staff.provider;
    let ratings = [5, 4, 1];
    let written: Vec<Review> = ratings
        .iter()
        .zip(["Sunita Deshpande", "Noura Qasim", "Vikram Bapat"])
        .map(|(rating, name)| {
            let patient = desk.register(name);
            let visit = seen(&desk, patient);
            write(&desk, &form(&desk, visit, patient, *rating)).expect("writes")
        })
        .collect();
    let rating = || {
        let rating = desk.read(|conn| reviews::rating(conn, provider));
        (rating.average, rating.reviews)
    };
    let shown = || desk.read(|conn| reviews::of_provider(conn, provider, false, PageRequest::FIRST)).items.len();
    let waiting = || desk.read(|conn| reviews::waiting(conn, PageRequest::FIRST)).items.len();
    assert_eq!((rating(), shown(), waiting()), ((None, 0), 0, 3));
    let moderate = |review: &Review, visible| {
        desk.write(desk.staff.admin, |tx| reviews::moderate(tx, review.id, visible)).expect("moderates")
    };
    let first = moderate(&written[0], true);
    assert_eq!((first.visible, first.moderated_by.as_deref()), (true, Some("Nikhil Sathe")));
    moderate(&written[1], true);
    moderate(&written[2], false);
    assert_eq!((rating(), shown(), waiting()), ((Some(4.5), 2), 2, 0));
    let all = desk.read(|conn| reviews::of_provider(conn, provider, true, PageRequest::FIRST)).items;
    assert_eq!(all.len(), 3);
    let top = desk.read(|conn| reviews::top_rated(conn, 10));
    assert_eq!(
        top.iter().map(|one| (one.provider_id, one.average, one.reviews)).collect::<Vec<_>>(),
        [(provider, 4.5, 2)]
    );
    moderate(&written[1], false);
    assert_eq!(rating(), (Some(5.0), 1), "a hidden review no longer counts");
}

#[test]
fn of_two_reviews_of_one_visit_by_pcs_apart_one_counts() {
    let desk = Desk::open();
    let patient = desk.register("Sunita Deshpande");
    let visit = seen(&desk, patient);
    let here = write(&desk, &form(&desk, visit, patient, 5)).expect("writes");
    desk.write(desk.staff.admin, |tx| {
        reviews::moderate(tx, here.id, true)?;
        tx.execute(
            "INSERT INTO reviews (id, tenant_id, provider_id, patient_id, appointment_id, rating, visible, created_at, updated_at)
             SELECT ?1, tenant_id, provider_id, patient_id, appointment_id, 1, 1, created_at, updated_at FROM reviews WHERE id = ?2",
            rusqlite::params![tx.new_id(), here.id],
        )?;
        Ok(())
    })
    .expect("arrives");
    let rating = desk.read(|conn| reviews::rating(conn, desk.staff.provider));
    assert_eq!((rating.average, rating.reviews), (Some(5.0), 1));
    let doctors = desk.read(|conn| providers::active_doctors(conn, None, PageRequest::FIRST)).items;
    assert_eq!(doctors[0].rating, Some(5.0), "the list of doctors says the same");
}
