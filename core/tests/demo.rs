//! The demo clinic is believable, and every row of it went through the front door.

use std::sync::Arc;

use neem_core::clock::{SystemClock, SystemEntropy};
use neem_core::keys::DatabaseKey;
use neem_core::page::PageRequest;
use neem_core::providers::{KnownFor, TagKind};
use neem_core::scheduling::AppointmentStatus;
use neem_core::services::ServiceFilter;
use neem_core::{Db, demo, identity, patients, providers, scheduling, services, tenancy};

#[test]
fn a_morning_at_the_demo_clinic() {
    let dir = tempfile::tempdir().expect("a directory");
    let key = DatabaseKey::random(&SystemEntropy);
    let db =
        Db::open(&dir.path().join("neem.db"), &key, Arc::new(SystemClock), Arc::new(SystemEntropy)).expect("opens");
    demo::create(&db, "Front desk 1").expect("demo");
    let now = db.now();
    db.read(|conn| {
        assert_eq!(tenancy::clinics(conn)?.len(), 2);
        assert_eq!(identity::list_staff(conn)?.len(), 6);
        let site = db.device()?.clinic.expect("a site");
        let near = tenancy::nearest_clinics(conn, (18.51, 73.81), 5, false)?;
        assert_eq!(near.iter().map(|near| near.clinic.id == site).collect::<Vec<_>>(), [true, false]);
        let offered = services::list_services(conn, &ServiceFilter::default(), PageRequest::FIRST)?;
        assert_eq!(offered.items.len(), 8);
        for service in &offered.items {
            assert!(!services::providers_for(conn, service.id, site)?.is_empty(), "nobody for {}", service.name);
        }
        let marathi = KnownFor { kind: TagKind::Language, value: "marathi".into() };
        assert_eq!(providers::active_doctors(conn, Some(&marathi), PageRequest::FIRST)?.items.len(), 2);
        let day = now.day(chrono_tz::Asia::Kolkata);
        assert_eq!(providers::expiring_credentials(conn, day, 30)?.len(), 1);
        let from = day.plus_days(1).bounds(chrono_tz::Asia::Kolkata).0;
        let free =
            scheduling::free_slots(conn, &scheduling::FreeSlotQuery::between(from, from.plus_minutes(7 * 24 * 60)))?;
        assert!(free.len() > 200, "{} free times next week", free.len());
        let today = scheduling::today(conn, site, now)?;
        let count = |status| today.rows.iter().filter(|row| row.status == status).count();
        assert!(today.rows.len() > 6, "{} rows", today.rows.len());
        assert!(count(AppointmentStatus::Arrived) + count(AppointmentStatus::Scheduled) > 0);
        for (typed, found) in [
            ("deshp sun", "Sunita Deshpande"),
            ("सुनीता", "Sunita Deshpande"),
            ("Sunitha Deshpandey", "Sunita Deshpande"),
            (" 12/3/1980 ", "Sunita Deshpande"),
            ("55501 20412", "Sunita Deshpande"),
            ("20412", "Sunita Deshpande"),
            ("A10001", "Sunita Deshpande"),
            ("نورة", "Noura Qasim"),
            ("Vikraam", "Vikram Bapat"),
        ] {
            let hits = patients::search(conn, typed, now.day(chrono_tz::Asia::Kolkata))?;
            assert!(hits.iter().any(|hit| hit.full_name == found), "{typed:?} finds {hits:?}");
        }
        Ok(())
    })
    .expect("reads");
    for login in demo::logins() {
        identity::sign_in(&db, &login.email, &login.password).expect("signs in");
    }
}
