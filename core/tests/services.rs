//! What the clinic offers, and who performs it.

mod support;

use neem_core::ids::{ClinicId, ProviderId, ServiceId};
use neem_core::page::PageRequest;
use neem_core::providers::{self, ApprovalDecision, ProviderForm, RegisteredBy};
use neem_core::services::{self, Service, ServiceFilter, ServiceForm, ServiceOrder};
use neem_core::{Code, Error};
use support::Desk;

fn problems<T: std::fmt::Debug>(outcome: Result<T, Error>) -> Vec<(String, Code)> {
    let error = outcome.expect_err("problems");
    error.problems().iter().map(|problem| (problem.field.clone(), problem.code)).collect()
}

fn form(name: &str, category: &str, price_minor: u32, popularity: u32) -> ServiceForm {
    ServiceForm {
        name: name.into(),
        category: category.into(),
        duration_minutes: 30,
        price_minor,
        description: String::new(),
        popularity,
    }
}

fn add(pc: &Desk, form: &ServiceForm) -> Result<Service, Error> {
    pc.write(pc.staff.admin, |tx| services::add_service(tx, form))
}

fn second_doctor(pc: &Desk) -> ProviderId {
    let form = ProviderForm {
        display_name: "Dr Arjun Menon".into(),
        registration_number: "MMC-2".into(),
        specialization: "Children".into(),
        ..ProviderForm::default()
    };
    pc.write(pc.staff.admin, |tx| {
        let id = providers::register_provider(tx, &form, RegisteredBy::Manager(None))?.id;
        providers::work_at(tx, id, pc.staff.site, "Room 1")?;
        Ok(id)
    })
    .expect("adds")
}

#[test]
fn a_service_has_a_name_of_its_own_and_sound_numbers() {
    let pc = Desk::open();
    let facial = add(&pc, &form("Facial", "Skin", 150_000, 70)).expect("adds");
    assert_eq!((facial.currency.as_str(), facial.price_minor, facial.active), ("INR", 150_000, true));
    assert_eq!(problems(add(&pc, &form(" FACIAL ", "Skin", 1, 0))), [("name".to_owned(), Code::AlreadyUsed)]);
    for (minutes, sound) in [(14, false), (15, true), (480, true), (481, false)] {
        let timed = ServiceForm { duration_minutes: minutes, ..form(&format!("For {minutes}"), "Skin", 0, 0) };
        assert_eq!(add(&pc, &timed).is_ok(), sound, "{minutes}");
    }
    let wrong = ServiceForm { duration_minutes: 0, ..form("", " ", 0, 101) };
    let expected = [
        ("name", Code::Required),
        ("category", Code::Required),
        ("durationMinutes", Code::OutOfRange),
        ("popularity", Code::OutOfRange),
    ];
    assert_eq!(problems(add(&pc, &wrong)), expected.map(|(field, code)| (field.to_owned(), code)));

    let edit = |id, form: &ServiceForm| pc.write(pc.staff.admin, |tx| services::edit_service(tx, id, form));
    let edited = edit(facial.id, &form("Facial", "Face", 160_000, 71)).expect("its own name is not taken");
    assert_eq!((edited.category.as_str(), edited.price_minor, edited.popularity), ("Face", 160_000, 71));
    assert_eq!(problems(edit(facial.id, &form("for 15", "Skin", 0, 0))), [("name".to_owned(), Code::AlreadyUsed)]);
    let nowhere = edit(ServiceId(pc.staff.site.0), &form("X", "Y", 0, 0)).expect_err("none");
    assert_eq!(nowhere.code(), Code::NotFound);
}

#[test]
fn services_by_category_doctor_price_and_popularity_in_pages() {
    let pc = Desk::open();
    let facial = add(&pc, &form("Facial", "Skin", 150_000, 20)).expect("adds");
    add(&pc, &form("Botox", "Injection", 900_000, 90)).expect("adds");
    let peel = add(&pc, &form("Peel", "Skin", 80_000, 50)).expect("adds");
    pc.write(pc.staff.admin, |tx| services::assign_provider(tx, peel.id, pc.staff.provider)).expect("assigns");
    let names = |filter: ServiceFilter| -> Vec<String> {
        let page = pc.read(|conn| services::list_services(conn, &filter, PageRequest::FIRST));
        page.items.into_iter().map(|service| service.name).collect()
    };
    let all = ServiceFilter::default;
    assert_eq!(names(all()), ["Botox", "Facial", "Peel"]);
    assert_eq!(names(ServiceFilter { order: ServiceOrder::Price, ..all() }), ["Peel", "Facial", "Botox"]);
    assert_eq!(names(ServiceFilter { order: ServiceOrder::Popularity, ..all() }), ["Botox", "Peel", "Facial"]);
    assert_eq!(names(ServiceFilter { category: "skin".into(), ..all() }), ["Facial", "Peel"]);
    assert_eq!(names(ServiceFilter { most_minor: Some(150_000), ..all() }), ["Facial", "Peel"]);
    assert_eq!(names(ServiceFilter { provider_id: Some(pc.staff.provider), ..all() }), ["Peel"]);
    let page = |offset| pc.read(|conn| services::list_services(conn, &all(), PageRequest { offset, limit: 2 }));
    assert_eq!((page(0).items.len(), page(0).more, page(2).items.len(), page(2).more), (2, true, 1, false));

    pc.write(pc.staff.admin, |tx| services::deactivate_service(tx, facial.id)).expect("deactivates");
    assert_eq!(names(all()), ["Botox", "Peel"]);
    assert_eq!(names(ServiceFilter { include_inactive: true, ..all() }).len(), 3);
    assert_eq!(problems(add(&pc, &form("Facial", "Skin", 1, 0))), [("name".to_owned(), Code::AlreadyUsed)]);
    pc.write(pc.staff.admin, |tx| services::reactivate_service(tx, facial.id)).expect("reactivates");
    assert_eq!(names(all()).len(), 3);
}

#[test]
fn whom_one_can_see_for_a_service_at_a_site() {
    let pc = Desk::open();
    let (farah, arjun) = (pc.staff.provider, second_doctor(&pc));
    let id = add(&pc, &form("Vaccination", "Children", 40_000, 70)).expect("adds").id;
    let seen = || -> Vec<ProviderId> {
        let doctors = pc.read(|conn| services::providers_for(conn, id, pc.staff.site));
        doctors.into_iter().map(|doctor| doctor.provider_id).collect()
    };
    let set = |wanted: &[ProviderId]| pc.write(pc.staff.admin, |tx| services::set_providers(tx, id, wanted));
    assert_eq!(seen(), [arjun, farah], "while nobody is assigned, everybody here does it");
    set(&[arjun]).expect("assigns");
    assert_eq!(seen(), [arjun]);
    set(&[farah, arjun]).expect("assigns");
    assert_eq!(seen(), [arjun, farah], "by name");
    set(&[farah, arjun]).expect("the same again");
    assert_eq!(
        pc.count("SELECT count(*) FROM service_providers WHERE removed_at IS NULL"),
        2,
        "assigning twice is once"
    );
    assert!(pc.read(|conn| services::providers_for(conn, id, ClinicId(farah.0))).is_empty(), "at another site");

    let manager = |decision| {
        pc.write(pc.staff.admin, |tx| providers::decide_approval(tx, arjun, decision, "papers"))
            .map(drop)
            .expect("decides")
    };
    manager(ApprovalDecision::Suspend);
    assert_eq!(seen(), [farah], "suspended");
    manager(ApprovalDecision::Reinstate);
    pc.write(pc.staff.admin, |tx| providers::stop_working_at(tx, farah, pc.staff.site)).expect("stops");
    assert_eq!(seen(), [arjun], "works elsewhere");
    pc.write(pc.staff.admin, |tx| services::deactivate_service(tx, id)).expect("deactivates");
    assert!(seen().is_empty(), "not offered");
    pc.write(pc.staff.admin, |tx| services::reactivate_service(tx, id)).expect("reactivates");

    set(&[]).expect("takes out");
    assert_eq!(seen(), [arjun], "nobody is assigned: whoever works here");
    pc.write(pc.staff.admin, |tx| services::assign_provider(tx, id, arjun)).expect("assigns again");
    assert_eq!(pc.count("SELECT count(*) FROM service_providers"), 3, "adding again is a new row: a set of the sync");
    let stranger = set(&[ProviderId(id.0)]).expect_err("no such doctor");
    assert_eq!(stranger.code(), Code::NotFound);
    assert_eq!(seen(), [arjun], "all or nothing");
}

#[test]
fn a_doctor_assigned_at_two_pcs_apart_is_there_once() {
    let pc = Desk::open();
    let id = add(&pc, &form("Vaccination", "Children", 40_000, 70)).expect("adds").id;
    // As after a sync of two PCs that each assigned her.
    pc.write(pc.staff.admin, |tx| {
        for _ in 0..2 {
            tx.execute(
                "INSERT INTO service_providers (id, tenant_id, service_id, provider_id, created_at, updated_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?5)",
                (tx.new_id(), tx.device.tenant, id, pc.staff.provider, tx.now),
            )?;
        }
        Ok(())
    })
    .expect("writes");
    assert_eq!(pc.read(|conn| services::providers_for(conn, id, pc.staff.site)).len(), 1);
    assert_eq!(pc.read(|conn| services::assigned(conn, id)), [pc.staff.provider]);
    pc.write(pc.staff.admin, |tx| services::unassign_provider(tx, id, pc.staff.provider)).expect("takes out");
    assert!(!pc.read(|conn| services::performs(conn, id, pc.staff.provider)), "both rows");
}
