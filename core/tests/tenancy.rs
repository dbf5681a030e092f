//! The business, its sites and its limits.

mod support;

use neem_core::ids::{ClinicId, Instant, ProviderId};
use neem_core::scheduling::{self, AppointmentStatus, Channel, NewAppointment};
use neem_core::tenancy::{self, Clinic, ClinicForm, TenantForm};
use neem_core::{Code, Error, providers};
use proptest::prelude::*;
use support::{Desk, MINUTE};

fn code_of<T: std::fmt::Debug>(outcome: Result<T, Error>) -> Code {
    outcome.expect_err("a refusal").code()
}

fn problems<T: std::fmt::Debug>(outcome: Result<T, Error>) -> Vec<(String, Code)> {
    let error = outcome.expect_err("problems");
    error.problems().iter().map(|problem| (problem.field.clone(), problem.code)).collect()
}

fn business() -> TenantForm {
    TenantForm {
        name: "Kadamba Clinics".into(),
        slug: "kadamba".into(),
        domain: "kadamba.example".into(),
        logo: "https://kadamba.example/logo.png".into(),
        primary_color: "#0a7f5c".into(),
        secondary_color: String::new(),
        max_users: 50,
        max_bookings: 500,
        active: true,
    }
}

fn site(name: &str, place: Option<(f64, f64)>, telehealth: bool) -> ClinicForm {
    ClinicForm {
        name: name.into(),
        address: "7 Palash Road".into(),
        latitude: place.map(|(latitude, _)| latitude),
        longitude: place.map(|(_, longitude)| longitude),
        telehealth,
        phone: "+91 55501 20500".into(),
        email: String::new(),
        timezone: "Asia/Kolkata".into(),
        owner_provider_id: None,
    }
}

fn add(pc: &Desk, form: &ClinicForm) -> Clinic {
    pc.write(pc.staff.admin, |tx| tenancy::add_clinic(tx, form)).expect("adds")
}

fn book(pc: &Desk, clinic: ClinicId, start: Instant, status: AppointmentStatus) -> Result<(), Error> {
    let patient = pc.register("Sunita Deshpande");
    pc.write(pc.staff.desk, |tx| {
        tenancy::check_booking_limit(tx)?;
        let new = NewAppointment {
            clinic,
            patient,
            provider: pc.staff.provider,
            service: None,
            start,
            end: start.plus_minutes(15),
            status,
            channel: Channel::Desk,
            reason: String::new(),
        };
        scheduling::book(tx, &new).map(drop)
    })
}

#[test]
fn the_business_is_edited_and_found() {
    let pc = Desk::open();
    let before = pc.read(tenancy::tenant_settings);
    assert_eq!((before.primary_color.as_str(), before.secondary_color.as_str()), ("#8B5CF6", "#EC4899"));
    assert_eq!((before.max_users, before.max_bookings, before.created_by), (100, 1000, Some(pc.staff.admin)));
    assert_eq!(before.slug, "kadamba-clinic");
    let edit = |form: &TenantForm| pc.write(pc.staff.admin, |tx| tenancy::edit_tenant(tx, form));
    let edited = edit(&business()).expect("edits");
    assert_eq!((edited.primary_color.as_str(), edited.secondary_color.as_str()), ("#0A7F5C", "#EC4899"));
    assert_eq!(pc.read(|conn| tenancy::find_by_slug(conn, " Kadamba ")).map(|found| found.id), Some(before.id));
    assert!(pc.read(|conn| tenancy::find_by_slug(conn, "kadamba-clinic")).is_none());
    let wrong = TenantForm {
        name: " ".into(),
        slug: "ka damba".into(),
        domain: "nowhere".into(),
        primary_color: "green".into(),
        max_users: 0,
        max_bookings: 0,
        ..business()
    };
    let expected = [
        ("name", Code::Required),
        ("slug", Code::NotAName),
        ("domain", Code::NotAnAddress),
        ("primaryColor", Code::NotAColor),
        ("maxUsers", Code::OutOfRange),
        ("maxBookings", Code::OutOfRange),
    ];
    assert_eq!(problems(edit(&wrong)), expected.map(|(field, code)| (field.to_owned(), code)));
    assert_eq!(pc.read(tenancy::find_active).len(), 1);
    edit(&TenantForm { active: false, ..business() }).expect("closes");
    assert!(pc.read(tenancy::find_active).is_empty());
}

#[test]
fn a_slug_of_another_business_is_taken() {
    let pc = Desk::open();
    pc.write(pc.staff.admin, |tx| {
        Ok(tx.execute(
            "INSERT INTO tenants (id, tenant_id, name, slug, country, currency, created_at, updated_at)
             VALUES (?1, ?1, 'Bali', 'bali', 'ID', 'IDR', ?2, ?2)",
            (tx.new_id(), tx.now),
        )?)
    })
    .expect("writes");
    let wanted = TenantForm { slug: "Bali".into(), ..business() };
    let edited = pc.write(pc.staff.admin, |tx| tenancy::edit_tenant(tx, &wanted));
    assert_eq!(problems(edited), [("slug".to_owned(), Code::AlreadyUsed)]);
}

#[test]
fn a_site_is_added_edited_and_every_slip_is_named() {
    let pc = Desk::open();
    let added = add(&pc, &site("Baner", Some((18.559, 73.786)), true));
    assert_eq!(pc.read(tenancy::clinics).len(), 2);
    let form = ClinicForm {
        email: "Baner@Kadamba.example".into(),
        owner_provider_id: Some(pc.staff.provider),
        ..site("Baner East", None, false)
    };
    let edited = pc.write(pc.staff.admin, |tx| tenancy::edit_clinic(tx, added.id, &form)).expect("edits");
    assert_eq!((edited.name.as_str(), edited.latitude, edited.telehealth), ("Baner East", None, false));
    assert_eq!(edited.email.as_deref(), Some("baner@kadamba.example"));
    assert_eq!(edited.owner_provider_id, Some(pc.staff.provider));
    let wrong = ClinicForm {
        latitude: Some(91.0),
        longitude: None,
        phone: String::new(),
        email: "baner".into(),
        timezone: "Pune".into(),
        ..site(" ", None, false)
    };
    let expected = [
        ("name", Code::Required),
        ("phone", Code::Required),
        ("email", Code::NotAnEmail),
        ("timezone", Code::NotATimeZone),
        ("latitude", Code::OutOfRange),
        ("longitude", Code::Required),
    ];
    let found = problems(pc.write(pc.staff.admin, |tx| tenancy::add_clinic(tx, &wrong)));
    assert_eq!(found, expected.map(|(field, code)| (field.to_owned(), code)));
    let owner = ClinicForm { owner_provider_id: Some(ProviderId(added.id.0)), ..site("X", None, false) };
    assert_eq!(code_of(pc.write(pc.staff.admin, |tx| tenancy::add_clinic(tx, &owner))), Code::NotFound);
    let nowhere = pc.write(pc.staff.admin, |tx| tenancy::edit_clinic(tx, ClinicId(pc.staff.provider.0), &form));
    assert_eq!(code_of(nowhere), Code::NotFound);
}

#[test]
fn the_last_site_and_one_with_appointments_stay_open() {
    let pc = Desk::open();
    let close = |id| pc.write(pc.staff.admin, |tx| tenancy::deactivate_clinic(tx, id));
    assert_eq!(code_of(close(pc.staff.site)), Code::LastOne);
    let other = add(&pc, &site("Baner", Some((18.559, 73.786)), false)).id;
    pc.write(pc.staff.admin, |tx| providers::work_at(tx, pc.staff.provider, other, "")).expect("works there");
    book(&pc, other, pc.now().plus_minutes(60), AppointmentStatus::Scheduled).expect("books");
    book(&pc, other, pc.now().plus_minutes(-600), AppointmentStatus::Confirmed).expect("books");
    let error = close(other).expect_err("somebody is coming");
    assert_eq!((error.code(), error.detail()), (Code::StillBooked, Some("1")));
    pc.clock.ahead(120 * MINUTE);
    assert!(!close(other).expect("nobody is coming").active);
    assert_eq!(pc.read(tenancy::clinics).len(), 1);
    assert_eq!(pc.read(tenancy::all_clinics).len(), 2);
    let near = |pc: &Desk| pc.read(|conn| tenancy::nearest_clinics(conn, (18.559, 73.786), 5, false)).len();
    assert_eq!(near(&pc), 0, "a closed site is nobody's nearest");
    pc.write(pc.staff.admin, |tx| tenancy::reactivate_clinic(tx, other)).expect("opens");
    assert_eq!(near(&pc), 1);
}

#[test]
fn the_nearest_sites_of_few_by_distance_and_over_the_date_line() {
    let pc = Desk::open();
    let near = |point, limit, telehealth| -> Vec<String> {
        let found = pc.read(|conn| tenancy::nearest_clinics(conn, point, limit, telehealth));
        assert!(found.is_sorted_by(|a, b| a.distance_km <= b.distance_km));
        found.into_iter().map(|near| near.clinic.name).collect()
    };
    assert_eq!(near((18.5, 73.8), 3, false), Vec::<String>::new(), "the main site has no place yet");
    for (name, place, telehealth) in [
        ("Kothrud", (18.507, 73.807), true),
        ("Baner", (18.559, 73.786), false),
        ("Suva", (-18.14, 178.44), false),
        ("Apia", (-13.83, -171.77), true),
        ("Tromso", (69.65, 18.96), false),
    ] {
        add(&pc, &site(name, Some(place), telehealth));
    }
    assert_eq!(near((18.55, 73.79), 2, false), ["Baner", "Kothrud"]);
    assert_eq!(near((18.55, 73.79), 1, true), ["Kothrud"]);
    assert_eq!(near((-16.0, -179.5), 2, false), ["Suva", "Apia"], "over the date line from the east");
    assert_eq!(near((-16.0, 179.9), 2, false), ["Suva", "Apia"], "and from the west");
    assert_eq!(near((89.9, -160.0), 1, false), ["Tromso"], "over the pole");
    assert_eq!(near((18.55, 73.79), 50, false).len(), 5, "fewer than asked for");
    assert_eq!(near((18.55, 73.79), 0, false).len(), 0);
    let off = pc.db.read(|conn| tenancy::nearest_clinics(conn, (99.0, 181.0), 1, false));
    let expected = [("latitude".to_owned(), Code::OutOfRange), ("longitude".to_owned(), Code::OutOfRange)];
    assert_eq!(problems(off), expected);
}

#[test]
fn the_tree_finds_what_measuring_every_site_finds() {
    let pc = Desk::open();
    // Spread evenly over the globe (a Fibonacci lattice), with a crowd around the date line.
    let mut places: Vec<(f64, f64)> = (0..60)
        .map(|i| {
            let latitude = (1.0 - 2.0 * (f64::from(i) + 0.5) / 60.0).asin().to_degrees();
            (latitude, (f64::from(i) * 137.507_764).rem_euclid(360.0) - 180.0)
        })
        .collect();
    places.extend((0..20).map(|i| (f64::from(i) - 10.0, if i % 2 == 0 { 179.5 } else { -179.5 })));
    for (index, place) in places.iter().enumerate() {
        add(&pc, &site(&format!("Site {index}"), Some(*place), index % 3 == 0));
    }
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(200));
    runner
        .run(&(-90.0..=90.0_f64, -180.0..=180.0_f64, 1..12_u32, any::<bool>()), |(lat, lon, limit, telehealth)| {
            let found = pc.read(|conn| tenancy::nearest_clinics(conn, (lat, lon), limit, telehealth));
            let mut measured: Vec<f64> = places
                .iter()
                .enumerate()
                .filter(|(index, _)| !telehealth || index % 3 == 0)
                .map(|(_, place)| tenancy::haversine_km((lat, lon), *place))
                .collect();
            measured.sort_by(f64::total_cmp);
            measured.truncate(limit as usize);
            prop_assert_eq!(found.iter().map(|near| near.distance_km).collect::<Vec<_>>(), measured);
            Ok(())
        })
        .expect("the same");
}

#[test]
fn no_more_open_appointments_than_the_limit() {
    let pc = Desk::open();
    let limit = |most| {
        let form = TenantForm { max_bookings: most, ..business() };
        pc.write(pc.staff.admin, |tx| tenancy::edit_tenant(tx, &form)).expect("sets");
    };
    let at = |minutes| pc.now().plus_minutes(minutes);
    let site = pc.staff.site;
    limit(2);
    book(&pc, site, at(-600), AppointmentStatus::Confirmed).expect("long over, and not open");
    book(&pc, site, at(60), AppointmentStatus::Cancelled).expect("not open");
    book(&pc, site, at(90), AppointmentStatus::Requested).expect("the first");
    book(&pc, site, at(120), AppointmentStatus::Confirmed).expect("the second");
    let error = book(&pc, site, at(150), AppointmentStatus::Scheduled).expect_err("one too many");
    assert_eq!((error.code(), error.detail()), (Code::LimitReached, Some("2")));
    limit(3);
    book(&pc, site, at(150), AppointmentStatus::Scheduled).expect("there is room");
    let plan = pc.plan(include_str!("../src/tenancy/open_bookings.sql"));
    assert!(plan.contains("USING") && plan.contains("appointments_status"), "{plan}");
}
