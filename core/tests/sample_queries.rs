//! The sample queries of the sources, on the demo clinic: what they answer, and by which index.

mod support;

use std::sync::Arc;

use neem_core::clock::{Clock, SystemClock, SystemEntropy};
use neem_core::consultations::{self, Mode, Notes};
use neem_core::ids::{AppointmentId, ClinicId, Instant, LocalDate, PatientId, ProviderId, ServiceId, UserId};
use neem_core::keys::DatabaseKey;
use neem_core::messaging::{self, NewNotification, NotificationChannel, NotificationRecipient, TemplateKey};
use neem_core::page::PageRequest;
use neem_core::patients::{self, MergeChoice, Visits};
use neem_core::providers::{self, ApprovalDecision};
use neem_core::reviews::{self, NewReview, Rating};
use neem_core::scheduling::{self, AppointmentStatus, Channel, Move, NewAppointment, NewWalkIn, statements};
use neem_core::services::{self, ServiceFilter};
use neem_core::{Actor, Db, Result, Tx, demo, identity, tenancy};
use rusqlite::Connection;
use support::{DAY, MINUTE, WrongClock, ZONE, open, patient};
use tempfile::TempDir;

const FIRST: PageRequest = PageRequest::FIRST;

/// The demo clinic at noon of today.
struct Demo {
    _dir: TempDir,
    clock: Arc<WrongClock>,
    db: Db,
    site: ClinicId,
    noon: Instant,
}

impl Demo {
    fn open() -> Demo {
        let dir = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(WrongClock::default());
        let real = SystemClock.now();
        let noon = real.day(ZONE).bounds(ZONE).0.plus_minutes(12 * 60);
        clock.ahead(noon.0 - real.0);
        let db = open(&dir.path().join("neem.db"), &DatabaseKey::random(&SystemEntropy), &clock).expect("opens");
        demo::create(&db, "Front desk 1").expect("demo");
        let site = db.device().expect("a device").clinic.expect("a site");
        Demo { _dir: dir, clock, db, site, noon }
    }

    /// A quarter of an hour more on the clock.
    fn later(&self, quarters: i64) {
        self.clock.ahead(self.noon.0 - SystemClock.now().0 + quarters * 15 * MINUTE);
    }

    fn today(&self) -> LocalDate {
        self.noon.day(ZONE)
    }

    fn read<T>(&self, query: impl FnOnce(&Connection) -> Result<T>) -> T {
        self.db.read(query).expect("reads")
    }

    fn write<T>(&self, user: UserId, action: impl FnOnce(&Tx) -> Result<T>) -> T {
        self.db.write(Actor::User(user), "test", action).expect("writes")
    }

    fn user(&self, first_name: &str) -> UserId {
        let email = format!("{first_name}@kadamba.example");
        self.read(|conn| identity::find_by_email(conn, &email)).expect("an account").id
    }

    fn doctor(&self, name: &str) -> ProviderId {
        let doctors = self.read(|conn| providers::active_doctors(conn, None, FIRST)).items;
        doctors.iter().find(|doctor| doctor.display_name == name).expect("a doctor").id
    }

    fn patient(&self, name: &str) -> PatientId {
        let hits = self.read(|conn| patients::search(conn, name, self.today()));
        hits.iter().find(|hit| hit.full_name == name).expect("a patient").id
    }

    fn service(&self, name: &str) -> ServiceId {
        let offered = self.read(|conn| services::list_services(conn, &ServiceFilter::default(), FIRST)).items;
        offered.iter().find(|service| service.name == name).expect("a service").id
    }

    fn other_site(&self) -> ClinicId {
        let sites = self.read(tenancy::clinics);
        sites.iter().find(|site| site.id != self.site).expect("another site").id
    }

    fn book(&self, patient: PatientId, provider: ProviderId, clinic: ClinicId, start: Instant) -> AppointmentId {
        let new = NewAppointment {
            clinic,
            patient,
            provider,
            service: None,
            start,
            end: start.plus_minutes(15),
            status: AppointmentStatus::Confirmed,
            channel: Channel::Phone,
            reason: "Asked by phone".into(),
        };
        self.write(self.user("meera"), |tx| scheduling::book(tx, &new))
    }

    /// A visit to Dr Siddiqui from the door to its end.
    fn visit(&self, patient_id: PatientId, reason: &str) -> AppointmentId {
        let provider_id = self.doctor("Dr Farah Siddiqui");
        let walk_in = NewWalkIn { clinic_id: self.site, patient_id, provider_id, reason: reason.into() };
        let id = self.write(self.user("meera"), |tx| scheduling::book_walk_in(tx, &walk_in)).appointment_id;
        self.write(self.user("farah"), |tx| {
            let visit = consultations::open(tx, id, provider_id)?;
            let notes = Notes { complaint: visit.complaint, diagnosis: "Well".into(), ..Notes::default() };
            consultations::save_notes(tx, visit.id, &notes)?;
            consultations::finish(tx, visit.id)
        });
        id
    }

    /// A second record of Sunita Deshpande with one visit, merged with the first.
    fn second_record_of_sunita(&self) -> (PatientId, PatientId) {
        let first = self.patient("Sunita Deshpande");
        let desk = self.user("meera");
        self.later(1);
        let second = self.write(desk, |tx| patients::register(tx, &patient("Suneeta Deshpande"), self.today())).id;
        self.visit(second, "Sore throat");
        let choice = MergeChoice { one: first, other: second, from_later: Vec::new() };
        self.write(desk, |tx| patients::merge(tx, &choice, self.today()));
        (first, second)
    }

    fn plan(&self, sql: &str) -> Vec<String> {
        self.read(|conn| {
            let mut statement = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
            let nulls = vec![rusqlite::types::Null; statement.parameter_count()];
            let rows = statement.query_map(rusqlite::params_from_iter(nulls), |row| row.get("detail"))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }
}

#[test]
fn consultation_history_of_a_patient() {
    let demo = Demo::open();
    let (first, second) = demo.second_record_of_sunita();
    for id in [first, second] {
        let history = demo.read(|conn| consultations::history_of(conn, id, FIRST)).items;
        let rows: Vec<_> = history
            .iter()
            .map(|row| (row.reason.as_deref().unwrap_or_default(), row.diagnosis.as_deref().unwrap_or_default()))
            .collect();
        let expected =
            [("Sore throat", "Well"), ("Diabetes review", "Type 2 diabetes"), ("Cough for a week", "Acute bronchitis")];
        assert_eq!(rows, expected);
        for row in &history {
            assert_eq!((row.doctor_name.as_str(), row.status), ("Dr Farah Siddiqui", AppointmentStatus::Completed));
            assert_eq!((row.mode, row.ended_at.is_some()), (Mode::InPerson, true));
        }
        assert_eq!(history.iter().map(|row| row.patient_id).collect::<Vec<_>>(), [second, first, first]);
        assert_eq!(history[0].patient_name, "Suneeta Deshpande", "the name in the record of that visit");
        let page = demo.read(|conn| consultations::history_of(conn, id, PageRequest { offset: 1, limit: 1 }));
        assert_eq!((page.items, page.more), (history[1..2].to_vec(), true));
    }
}

#[test]
fn unread_notifications_of_a_user() {
    let demo = Demo::open();
    let (meera, imran) = (demo.user("meera"), demo.user("imran"));
    let queue = |user: UserId, number: &str, expires_at: Option<Instant>| {
        let new = NewNotification {
            recipient: NotificationRecipient::User { id: user },
            key: TemplateKey::QueueCalled,
            channel: NotificationChannel::InApp,
            params: [("name", "Sunita"), ("number", number), ("room", "Room 2")]
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .into(),
            deep_link: "/queue".into(),
            expires_at,
        };
        demo.write(meera, |tx| messaging::queue(tx, &new))
    };
    let oldest = queue(meera, "A-001", None);
    demo.later(1);
    let read = queue(meera, "A-002", None);
    queue(imran, "A-003", None);
    queue(meera, "A-004", Some(demo.noon.plus_minutes(25)));
    demo.later(2);
    let newest = queue(meera, "A-005", None);
    demo.write(meera, |tx| messaging::mark_notification_read(tx, read));
    let found = demo.read(|conn| messaging::unread(conn, meera, demo.db.now(), FIRST)).items;
    assert_eq!(found.iter().map(|one| one.id).collect::<Vec<_>>(), [newest, oldest], "the latest first");
    assert_eq!(found[0].words.body, "Number A-005: please come to Room 2.");
    assert_eq!(found[0].deep_link.as_deref(), Some("/queue"));
    assert_eq!(demo.read(|conn| messaging::unread_count(conn, meera, demo.db.now())), 2);
    let page = demo.read(|conn| messaging::unread(conn, meera, demo.db.now(), PageRequest { offset: 0, limit: 1 }));
    assert_eq!((page.items[0].id, page.more), (newest, true));
}

#[test]
fn upcoming_appointments_of_a_doctor() {
    let demo = Demo::open();
    let farah = demo.doctor("Dr Farah Siddiqui");
    let tomorrow = demo.noon.plus_minutes(24 * 60);
    demo.book(demo.patient("Usha Phadke"), farah, demo.site, tomorrow);
    let upcoming = || demo.read(|conn| scheduling::upcoming_of_provider(conn, farah, demo.db.now(), FIRST)).items;
    let rows: Vec<_> = upcoming()
        .iter()
        .map(|row| ((row.start.0 - demo.noon.0) / MINUTE, row.patient_name.clone(), row.status.name()))
        .collect();
    let expected = [
        (20, "Ganesh Kamble", "confirmed"),
        (40, "Larissa Figueiredo", "scheduled"),
        (80, "Vikram Bapat", "confirmed"),
        (100, "Zoya Merchant", "scheduled"),
        (140, "Helena Duarte", "scheduled"),
        (DAY / MINUTE, "Usha Phadke", "confirmed"),
    ];
    assert_eq!(rows, expected.map(|(minutes, name, status)| (minutes, name.to_owned(), status)));
    let (first, second) = (upcoming()[0].id, upcoming()[1].id);
    demo.write(demo.user("meera"), |tx| scheduling::move_appointment(tx, second, Move::Cancel, "Called"));
    demo.later(2);
    let left = upcoming();
    assert!(left.iter().all(|row| row.id != second), "a cancelled one does not come");
    assert!(left.iter().all(|row| row.id != first), "a time that has passed is not to come");
    assert_eq!(left.len(), 4);
}

#[test]
fn rating_of_a_doctor() {
    let demo = Demo::open();
    let (farah, arjun) = (demo.doctor("Dr Farah Siddiqui"), demo.doctor("Dr Arjun Menon"));
    let rating = |provider| demo.read(|conn| reviews::rating(conn, provider));
    assert_eq!(rating(farah), Rating { average: Some(5.0), reviews: 1 });
    assert_eq!(rating(arjun), Rating { average: None, reviews: 0 });
    let desk = demo.user("meera");
    for (name, stars, visible) in [("Ramesh Gokhale", 4, true), ("Shaila Bhosale", 1, false)] {
        let patient_id = demo.patient(name);
        let past = demo.read(|conn| scheduling::visit_history(conn, patient_id, FIRST)).items;
        let new = NewReview {
            appointment_id: past[0].id,
            patient_id,
            provider_id: farah,
            rating: stars,
            text: String::new(),
        };
        let review = demo.write(desk, |tx| reviews::write(tx, &new));
        if visible {
            demo.write(demo.user("nikhil"), |tx| reviews::moderate(tx, review.id, true));
        }
    }
    assert_eq!(rating(farah), Rating { average: Some(4.5), reviews: 2 }, "what nobody has moderated does not count");
    let doctors = demo.read(|conn| providers::active_doctors(conn, None, FIRST)).items;
    let ratings: Vec<_> = doctors.iter().map(|doctor| (doctor.display_name.as_str(), doctor.rating)).collect();
    let expected = [("Dr Farah Siddiqui", Some(4.5)), ("Dr Arjun Menon", None), ("Dr Putri Wulandari", None)];
    assert_eq!(ratings, expected, "the view says the same, the best rated first");
}

#[test]
fn bookings_of_today() {
    let demo = Demo::open();
    let putri = demo.doctor("Dr Putri Wulandari");
    demo.book(demo.patient("Usha Phadke"), putri, demo.site, demo.noon.plus_minutes(24 * 60));
    demo.book(demo.patient("Neha Bhatt"), putri, demo.other_site(), demo.noon.plus_minutes(180));
    let wanted = [AppointmentStatus::Confirmed, AppointmentStatus::Requested];
    let found = demo.read(|conn| scheduling::bookings_of_day(conn, demo.site, demo.today(), &wanted));
    assert!(found.is_sorted_by_key(|row| row.start));
    let mut rows: Vec<_> = found
        .iter()
        .map(|row| ((row.start.0 - demo.noon.0) / MINUTE, row.patient_name.as_str(), row.status.name()))
        .collect();
    rows.sort();
    let expected = [
        (20, "Ganesh Kamble", "confirmed"),
        (40, "Ishaan Rao", "confirmed"),
        (60, "Joana Queiroz", "requested"),
        (60, "Mira Pratiwi", "confirmed"),
        (80, "Vikram Bapat", "confirmed"),
        (90, "Neha Bhatt", "confirmed"),
    ];
    assert_eq!(rows, expected, "neither tomorrow nor the other site, and nobody who has been here");
    let day = |statuses: &[AppointmentStatus]| {
        demo.read(|conn| scheduling::bookings_of_day(conn, demo.site, demo.today(), statuses)).len()
    };
    assert_eq!(day(&[AppointmentStatus::Completed]), 5);
    assert_eq!(day(&[]), 24, "8 who were seen, 6 who walked in, 10 to come");
}

#[test]
fn staff_for_a_treatment() {
    let demo = Demo::open();
    let staff = |service: &str, site| {
        let id = demo.service(service);
        let found = demo.read(|conn| services::providers_for(conn, id, site));
        found.into_iter().map(|one| (one.name, one.room.unwrap_or_default())).collect::<Vec<_>>()
    };
    let pairs = |list: &[(&str, &str)]| -> Vec<(String, String)> {
        list.iter().map(|(name, room)| ((*name).to_owned(), (*room).to_owned())).collect()
    };
    let arjun = ("Dr Arjun Menon", "Room 1");
    let farah = ("Dr Farah Siddiqui", "Room 2");
    assert_eq!(staff("Vaccination", demo.site), pairs(&[arjun, farah]));
    assert_eq!(staff("Phototherapy", demo.site), pairs(&[("Dr Putri Wulandari", "Room 3")]));
    assert_eq!(staff("Phototherapy", demo.other_site()), pairs(&[("Dr Putri Wulandari", "Room 4")]));
    assert_eq!(staff("Vaccination", demo.other_site()), pairs(&[]), "neither works there");
    let id = demo.doctor("Dr Arjun Menon");
    let suspend = |tx: &Tx| providers::decide_approval(tx, id, ApprovalDecision::Suspend, "Registration not renewed");
    demo.write(demo.user("nikhil"), suspend);
    assert_eq!(staff("Vaccination", demo.site), pairs(&[farah]));
    let service = demo.service("Vaccination");
    demo.write(demo.user("nikhil"), |tx| services::deactivate_service(tx, service));
    assert_eq!(demo.read(|conn| services::providers_for(conn, service, demo.site)), [], "it is not offered");
}

#[test]
fn visit_history_of_a_patient() {
    let demo = Demo::open();
    let (first, second) = demo.second_record_of_sunita();
    let farah = demo.doctor("Dr Farah Siddiqui");
    let cancelled = demo.book(first, farah, demo.site, demo.noon.plus_minutes(200));
    demo.write(demo.user("meera"), |tx| scheduling::move_appointment(tx, cancelled, Move::Cancel, "Called"));
    for id in [first, second] {
        let page = demo.read(|conn| scheduling::visit_history(conn, id, PageRequest { offset: 0, limit: 2 }));
        let rows: Vec<_> = page
            .items
            .iter()
            .map(|row| (row.reason.as_deref().unwrap_or_default(), row.provider_name.as_str(), row.status))
            .collect();
        let seen = AppointmentStatus::Completed;
        let expected = [("Sore throat", "Dr Farah Siddiqui", seen), ("Diabetes review", "Dr Farah Siddiqui", seen)];
        assert_eq!((rows.as_slice(), page.more), (expected.as_slice(), true), "the latest first, a page at a time");
        let rest = demo.read(|conn| scheduling::visit_history(conn, id, PageRequest { offset: 2, limit: 2 }));
        assert_eq!((rest.items[0].reason.as_deref(), rest.items.len()), (Some("Cough for a week"), 1));
    }
}

#[test]
fn visits_and_the_last_one_are_counted_over_all_records_of_a_person() {
    let demo = Demo::open();
    let visits = |id| demo.read(|conn| patients::visits(conn, id));
    let sunita = demo.patient("Sunita Deshpande");
    let before = visits(sunita);
    assert_eq!(before.total, 2);
    let days_ago = before.last_visit_at.map(|at| (demo.noon.0 - at.0 + DAY / 2) / DAY);
    assert_eq!(days_ago, Some(78));
    let usha = demo.patient("Usha Phadke");
    assert_eq!(visits(usha), Visits { total: 0, last_visit_at: None });
    demo.book(usha, demo.doctor("Dr Farah Siddiqui"), demo.site, demo.noon.plus_minutes(200));
    assert_eq!(visits(usha).total, 0, "an appointment is no visit yet");
    let (first, second) = demo.second_record_of_sunita();
    let after = visits(first);
    assert_eq!((after, after.total), (visits(second), 3));
    assert!(after.last_visit_at.is_some_and(|at| at >= demo.noon.plus_minutes(15)), "{after:?}");
}

#[test]
fn no_sample_query_reads_a_large_table_through() {
    let demo = Demo::open();
    // With the names by which joins and views call them.
    let large = [
        "appointments",
        "consultations",
        "patients",
        "notifications",
        "reviews",
        "earlier",
        "messages",
        "appointment_events",
        "payments",
        "queue_tickets",
    ];
    for (name, sql, index) in [
        ("history of consultations", include_str!("../src/consultations/history.sql"), "consultations_patient"),
        ("unread notifications", include_str!("../src/messaging/unread.sql"), "notifications_unread"),
        ("a doctor's upcoming appointments", statements::UPCOMING, "appointments_provider_start"),
        ("a doctor's rating", include_str!("../src/reviews/rating.sql"), "reviews_provider"),
        ("today's bookings", statements::CLINIC_DAY, "appointments_clinic_start"),
        ("staff for a treatment", include_str!("../src/services/providers_for.sql"), "service_providers_service"),
        ("a patient's visits", statements::HISTORY, "appointments_patient_start"),
        ("the number of visits", patients::VISITS, "appointments_patient_start"),
        ("who is here today", include_str!("../src/patients/search_today.sql"), "queue_tickets_day"),
        ("active doctors", include_str!("../src/providers/active.sql"), "reviews_provider"),
    ] {
        let plan = demo.plan(sql);
        let text = plan.join("\n");
        for step in plan.iter().filter_map(|step| step.strip_prefix("SCAN ")) {
            let scanned = step.split(' ').next().unwrap_or_default();
            assert!(!large.contains(&scanned), "{name} reads {scanned} through:\n{text}");
        }
        let indexed = |how: &str| text.contains(&format!("{how} {index}"));
        assert!(indexed("USING INDEX") || indexed("USING COVERING INDEX"), "{name}:\n{text}");
    }
    // The check itself can fail: this one does read everything.
    let plan = demo.plan("SELECT count(*) FROM appointments WHERE notes = ?1");
    assert_eq!(plan, ["SCAN appointments"]);
}
