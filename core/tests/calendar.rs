//! The calendar's columns: the site's own days, all that binds a doctor's time, and one question for a free one.

mod support;

use neem_core::ids::{ClinicId, Instant, LocalDate};
use neem_core::scheduling::{
    self, Calendar, Channel, FreeTimeForm, Mode, NewAppointment, NewWalkIn, TemplateForm, TemplateRow, TimeOffForm,
    TimeOffKind,
};
use neem_core::{Code, scheduling::AppointmentStatus};
use rusqlite::params;
use support::{DAY, Desk, MINUTE, ZONE};

fn hours(desk: &Desk, clinic: ClinicId, from: &str, to: &str) {
    let rows = (1..=7).map(|weekday| TemplateRow {
        weekday,
        start_time: from.into(),
        end_time: to.into(),
        mode: Mode::InPerson,
    });
    let typed = TemplateForm {
        provider_id: desk.staff.provider,
        clinic_id: clinic,
        slot_duration_minutes: 20,
        buffer_minutes: 5,
        capacity: 1,
        valid_from: desk.today().to_string(),
        valid_to: String::new(),
        recurrence: String::new(),
        replaces: false,
        slots: rows.collect(),
    };
    desk.write(desk.staff.admin, |tx| scheduling::add_template(tx, &typed)).expect("adds hours");
}

fn tomorrow(desk: &Desk) -> LocalDate {
    LocalDate(desk.today().0 + chrono::Days::new(1))
}

fn book(desk: &Desk, name: &str, start: Instant) {
    let new = NewAppointment {
        clinic: desk.staff.site,
        patient: desk.register(name),
        provider: desk.staff.provider,
        service: None,
        start,
        end: start.plus_minutes(20),
        status: AppointmentStatus::Scheduled,
        channel: Channel::Desk,
        reason: String::new(),
    };
    desk.write(desk.staff.desk, |tx| scheduling::book(tx, &new)).expect("books");
}

fn calendar(desk: &Desk, clinic: ClinicId, first: Option<LocalDate>, days: u32) -> Calendar {
    let now = desk.now();
    desk.read(|conn| scheduling::calendar(conn, clinic, first, days, None, now))
}

#[test]
fn a_column_says_what_is_free_and_what_binds_the_time() {
    let desk = Desk::open();
    hours(&desk, desk.staff.site, "09:00", "11:00");
    let day = tomorrow(&desk);
    let at = |minutes| day.bounds(ZONE).0.plus_minutes(minutes);
    let here = |desk: &Desk| calendar(desk, desk.staff.site, Some(day), 1).columns.remove(0);
    let before = here(&desk);
    assert_eq!(
        (before.free, before.conflicts, before.hours.len()),
        (5, 0, 1),
        "20 minutes and 5 between, in two hours"
    );
    assert_eq!((before.from, before.to), day.bounds(ZONE));
    assert_eq!(before.hours[0].buffer_minutes, 5);

    book(&desk, "Sunita Deshpande", at(540));
    let off = TimeOffForm {
        kind: TimeOffKind::Blocked,
        provider_id: Some(desk.staff.provider),
        clinic_id: None,
        from_day: day.to_string(),
        from_time: "10:00".into(),
        to_day: String::new(),
        to_time: "10:30".into(),
        recurrence: String::new(),
        reason: "Vaccines arrive".into(),
    };
    desk.write(desk.staff.admin, |tx| scheduling::add_time_off(tx, &off)).expect("blocks");
    let after = here(&desk);
    assert_eq!(after.bookings.len(), 1);
    assert_eq!(after.time_off[0].reason.as_deref(), Some("Vaccines arrive"));
    assert_eq!(after.free, 2, "09:00 is booked, 09:50 and 10:15 lie in the blocked half hour");
    // What the head counts is what the question finds.
    let now = desk.now();
    let form = FreeTimeForm {
        clinic_id: Some(desk.staff.site),
        provider_id: Some(desk.staff.provider),
        specialization: "gener".into(),
        service_id: None,
        from_day: day.to_string(),
        days: 1,
        after_time: String::new(),
        before_time: String::new(),
        mode: None,
        limit: 50,
    };
    let site = desk.staff.site;
    let found = desk.read(|conn| scheduling::find_free_times(conn, &form, site, now));
    assert_eq!(found.iter().map(|slot| slot.start).collect::<Vec<_>>(), [565, 640].map(at));
    let late = FreeTimeForm { after_time: "10:30".into(), ..form.clone() };
    assert_eq!(desk.read(|conn| scheduling::find_free_times(conn, &late, site, now)).len(), 1);
    for (wrong, field) in [
        (FreeTimeForm { days: 0, ..form.clone() }, "days"),
        (FreeTimeForm { from_day: "soon".into(), ..form.clone() }, "fromDay"),
        (FreeTimeForm { from_day: "1/1/2020".into(), ..form.clone() }, "fromDay"),
        (FreeTimeForm { after_time: "4pm".into(), ..form.clone() }, "afterTime"),
    ] {
        let error = desk.db.read(|conn| scheduling::find_free_times(conn, &wrong, site, now)).expect_err("refuses");
        assert_eq!(error.problems()[0].field, field);
    }
}

#[test]
fn walk_ins_have_no_place_in_it_and_a_week_has_seven_days() {
    let desk = Desk::open();
    hours(&desk, desk.staff.site, "09:00", "11:00");
    let patient = desk.register("Noura Qasim");
    let walk_in = NewWalkIn {
        clinic_id: desk.staff.site,
        patient_id: patient,
        provider_id: desk.staff.provider,
        reason: String::new(),
    };
    desk.write(desk.staff.desk, |tx| scheduling::book_walk_in(tx, &walk_in)).expect("issues");
    let week = calendar(&desk, desk.staff.site, None, 7);
    assert_eq!(week.today, desk.today());
    assert_eq!(week.columns.len(), 7);
    assert_eq!(week.columns[0].day, desk.today());
    assert!(week.columns.iter().all(|column| column.bookings.is_empty()));
    assert!(week.columns.windows(2).all(|two| two[0].to == two[1].from), "no moment is lost between the days");
    let (site, now) = (desk.staff.site, desk.now());
    let many = desk.db.read(|conn| scheduling::calendar(conn, site, None, 36, None, now));
    assert_eq!(many.expect_err("refuses").code(), Code::OutOfRange);
}

#[test]
fn the_day_is_the_sites_whatever_this_pc_and_whatever_the_clocks_do() {
    let desk = Desk::open();
    let far = desk
        .write(desk.staff.admin, |tx| {
            let id = ClinicId(tx.new_id());
            tx.execute(
                "INSERT INTO clinics (id, tenant_id, name, address, phone, timezone, created_at, updated_at)
                 VALUES (?1, ?2, 'Far', '7 Palash Road', '+915550120500', 'America/New_York', ?3, ?3)",
                params![id, tx.device.tenant, tx.now],
            )?;
            tx.execute(
                "INSERT INTO provider_clinics (id, tenant_id, provider_id, clinic_id, created_at, updated_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?5)",
                params![tx.new_id(), tx.device.tenant, desk.staff.provider, id, tx.now],
            )?;
            Ok(id)
        })
        .expect("a site");
    // A minute before and a minute after midnight in Pune: another day there, the same one in New York.
    let midnight = tomorrow(&desk).bounds(ZONE).0;
    let ahead = |milliseconds: i64| desk.clock.ahead(milliseconds);
    let offset = midnight.0 - desk.now().0;
    ahead(offset - MINUTE);
    let (here, there) = (calendar(&desk, desk.staff.site, None, 1), calendar(&desk, far, None, 1));
    ahead(offset + MINUTE);
    let (here_later, there_later) = (calendar(&desk, desk.staff.site, None, 1), calendar(&desk, far, None, 1));
    assert_eq!(here_later.today, LocalDate(here.today.0 + chrono::Days::new(1)));
    assert_eq!(there.today, there_later.today);
    assert_eq!(there.columns[0].from, there.today.bounds(chrono_tz::America::New_York).0);

    // Every day of a year, the two on which the clocks change too, holds exactly its own hours.
    hours(&desk, far, "09:00", "17:00");
    let zone = chrono_tz::America::New_York;
    let mut lengths = std::collections::BTreeSet::new();
    for start in 0..53_u64 {
        let first = LocalDate(desk.today().0 + chrono::Days::new(1 + start * 7));
        for column in calendar(&desk, far, Some(first), 7).columns {
            lengths.insert(column.to.0 - column.from.0);
            let shown: Vec<String> = column
                .hours
                .iter()
                .map(|hours| {
                    let clock = |at: Instant| at.to_utc().with_timezone(&zone).format("%m-%d %H:%M").to_string();
                    format!("{} {}", clock(hours.start), clock(hours.end))
                })
                .collect();
            let day = column.day.0.format("%m-%d");
            assert_eq!(shown, [format!("{day} 09:00 {day} 17:00")]);
        }
    }
    assert_eq!(lengths.into_iter().collect::<Vec<_>>(), [DAY - 60 * MINUTE, DAY, DAY + 60 * MINUTE]);
}
