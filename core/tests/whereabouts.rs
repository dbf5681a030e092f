//! Where a record stands, however much waits for the hub.

mod support;

use std::time::Instant as Watch;

use neem_core::bulk::{self, Rows};
use neem_core::patients;
use neem_core::sync::Table;
use neem_core::sync::records::{
    WAITING_BODIES, WAITING_FIRST, WAITING_SPAN, WaitingRows, Whereabouts, waiting_changes,
};
use neem_core::sync::value::Value;
use support::{Desk, patient};
use uuid::Uuid;

/// What the hub has acknowledged up to this commit of the PC, and nothing behind it.
fn acknowledge(desk: &Desk, upto: i64) {
    desk.db
        .write_local(|conn| {
            conn.execute("UPDATE commits SET hub_seq = CASE WHEN seq <= ?1 THEN seq END", [upto])?;
            Ok(())
        })
        .expect("acknowledges");
}

#[test]
fn a_record_is_here_only_until_the_last_of_its_changes_is_at_the_hub() {
    let desk = Desk::open();
    let first = desk.register("Asha Rao").0;
    let made = desk.count("SELECT seq FROM this_device");
    let second = desk.register("Sunita Deshpande").0;
    desk.write(desk.staff.desk, |tx| Ok(tx.execute("UPDATE patients SET city = 'Pune' WHERE id = ?1", [first])?))
        .expect("edits");
    let all = desk.count("SELECT seq FROM this_device");
    let mut rows = WaitingRows::default();
    let mut ask = |ids: &[Uuid]| desk.read(|conn| rows.whereabouts(conn, ids));
    use Whereabouts::{AtTheHub, HereOnly};
    assert_eq!(ask(&[first, second]), [HereOnly, HereOnly]);
    // Its making is there, its edit is not.
    acknowledge(&desk, made);
    assert_eq!(ask(&[first, second]), [HereOnly, HereOnly]);
    acknowledge(&desk, made + 1);
    assert_eq!(ask(&[first, second]), [HereOnly, AtTheHub]);
    acknowledge(&desk, all);
    assert_eq!(ask(&[first, second, Uuid::nil()]), [AtTheHub; 3]);
    // A hub that was restored has lost it again.
    acknowledge(&desk, made - 1);
    assert_eq!(ask(&[first, second]), [HereOnly, HereOnly]);
}

#[test]
fn what_waits_is_told_in_words_in_the_order_in_which_it_goes() {
    let desk = Desk::open();
    acknowledge(&desk, i64::MAX);
    let asha = desk.register("Asha Rao");
    let pair = ["Noura Qasim", "José Ávila"].map(patient);
    let today = desk.today();
    desk.write(desk.staff.admin, |tx| pair.iter().try_for_each(|form| patients::register(tx, form, today).map(drop)))
        .expect("registers two");
    desk.db
        .write(neem_core::Actor::System, "tidy", |tx| {
            Ok(tx.execute("UPDATE patients SET city = 'Pune' WHERE id = ?1", [asha])?)
        })
        .expect("edits");
    let told = desk.read(|conn| waiting_changes(conn, 2));
    assert_eq!(told.count, 3);
    let words: Vec<_> =
        told.first.iter().map(|it| (it.patient.as_deref(), it.more_patients, it.by.as_deref())).collect();
    assert_eq!(words, [(Some("Asha Rao"), 0, Some("Meera Kulkarni")), (Some("Noura Qasim"), 1, Some("Nikhil Sathe"))]);
    let all = desk.read(|conn| waiting_changes(conn, 20));
    let last = all.first.last().expect("three");
    assert_eq!((last.action.as_str(), last.patient.as_deref(), last.by.as_deref()), ("tidy", Some("Asha Rao"), None));
}

#[test]
fn fifty_thousand_waiting_commits_are_read_from_their_index_and_decoded_once() {
    let desk = Desk::open();
    for sql in [WAITING_SPAN, WAITING_BODIES, WAITING_FIRST] {
        let plan = desk.plan(sql);
        assert!(plan.contains("INDEX commits_waiting"), "{sql}: {plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{sql}: {plan}");
    }
    acknowledge(&desk, i64::MAX);
    let (tenant, now) = (desk.db.device().expect("a device").tenant, desk.now());
    let columns = &["id", "tenant_id", "action", "entity_type", "created_at", "updated_at"];
    let start = desk.count("SELECT coalesce(max(seq), 0) FROM commits");
    let ids: Vec<Uuid> = (1..=50_000).map(|n: u128| Uuid::from_u128(n << 64 | n)).collect();
    // One commit for one row, as the app writes them.
    for id in &ids {
        let word = |text: &str| Value::Text(text.into());
        let time = Value::Int(now.0);
        let row = vec![
            Value::Blob(id.as_bytes().to_vec()),
            Value::Blob(tenant.0.as_bytes().to_vec()),
            word("view"),
            word("patient"),
            time.clone(),
            time,
        ];
        bulk::insert(&desk.db, "view", vec![Rows { table: Table::AuditLog, columns, rows: vec![row] }]).expect("loads");
    }
    assert_eq!(desk.count("SELECT count(*) FROM commits WHERE hub_seq IS NULL"), 50_000);
    let mut rows = WaitingRows::default();
    let (asked, mut wanted) = (&ids[20_000..20_040], Vec::new());
    for turn in ["first", "again"] {
        let watch = Watch::now();
        wanted = desk.read(|conn| rows.whereabouts(conn, asked));
        println!("whereabouts of 40 rows, {turn}: {:?}", watch.elapsed());
        assert!(wanted.iter().all(|it| *it == Whereabouts::HereOnly));
    }
    acknowledge(&desk, start + 20_020);
    let watch = Watch::now();
    let after = desk.read(|conn| rows.whereabouts(conn, asked));
    println!("after 20,020 went: {:?}", watch.elapsed());
    let here = after.iter().filter(|it| **it == Whereabouts::HereOnly).count();
    assert_eq!((here, wanted.len()), (20, 40));
    let watch = Watch::now();
    assert_eq!(desk.read(|conn| waiting_changes(conn, 20)).first.len(), 20);
    println!("the first 20 in words: {:?}", watch.elapsed());
}
