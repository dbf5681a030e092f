//! Two records of one person are found, shown to somebody, and not shown again once decided.

mod support;

use neem_core::ids::PatientId;
use neem_core::page::PageRequest;
use neem_core::patients::{self, Agreement, Gender, MergeChoice, NewPatient};
use support::{Desk, MINUTE, patient};

fn register(desk: &Desk, new: &NewPatient) -> PatientId {
    let today = desk.today();
    desk.write(desk.staff.desk, |tx| patients::register(tx, new, today)).expect("registers").id
}

fn pairs(desk: &Desk) -> Vec<(PatientId, PatientId)> {
    patients::find_possible_duplicates(&desk.db).expect("looks");
    let today = desk.today();
    let page = desk.read(|conn| patients::possible_duplicates(conn, PageRequest::FIRST, today));
    page.items.iter().map(|pair| (pair.first.id, pair.second.id)).collect()
}

fn pair(a: PatientId, b: PatientId) -> (PatientId, PatientId) {
    (a.min(b), a.max(b))
}

#[test]
fn while_the_form_is_filled_in_the_likeliest_come_first() {
    let desk = Desk::open();
    let today = desk.today();
    let sunita = register(&desk, &NewPatient { phone: "98220 12345".into(), ..patient("Sunita Deshpande") });
    register(&desk, &NewPatient { birth_date: "1/1/1990".into(), ..patient("Sunita Deshpande") });
    let namesake = register(&desk, &NewPatient { birth_date: "1980".into(), ..patient("Sunita Deshpande") });
    register(&desk, &patient("Omar Haddad"));
    let alike = |new: &NewPatient| -> Vec<PatientId> {
        desk.read(|conn| patients::likely_duplicates(conn, new, today)).iter().map(|hit| hit.id).collect()
    };
    // Half a form: a name, and nothing that contradicts.
    assert_eq!(alike(&NewPatient { birth_date: String::new(), ..patient("Sunitha Deshpandey") }).len(), 3);
    // A birth date rules the namesake out who was born ten years later.
    assert_eq!(alike(&patient("Deshpande Sunita")), [sunita, namesake]);
    // In another script.
    assert_eq!(alike(&patient("सुनीता देशपांडे")).first(), Some(&sunita));
    // Whoever has the phone is shown whatever the name: registering will ask about them.
    let child = NewPatient { phone: "9822012345".into(), birth_date: "4/4/2015".into(), ..patient("Mira Kulkarni") };
    assert_eq!(alike(&child), [sunita]);
    assert_eq!(alike(&patient("")), []);
}

#[test]
fn a_pair_waits_until_somebody_decides() {
    let desk = Desk::open();
    let one = register(&desk, &NewPatient { phone: "98220 12345".into(), ..patient("Sunita Deshpande") });
    let other = register(&desk, &patient("Deshpande Sunitha"));
    register(&desk, &NewPatient { gender: Some(Gender::Male), ..patient("Omar Haddad") });
    assert_eq!(pairs(&desk), [pair(one, other)]);
    assert_eq!(desk.count("SELECT count(*) FROM duplicate_suspects"), 0, "nobody is looked at twice");
    let today = desk.today();
    let page = desk.read(|conn| patients::possible_duplicates(conn, PageRequest::FIRST, today));
    assert!(page.items[0].likely);
    assert_eq!(page.items[0].agreeing, [Agreement::Name, Agreement::BirthDate, Agreement::Gender]);

    // On the page of either of the two, and of nobody else.
    let of = |id| desk.read(|conn| patients::possible_duplicates_of(conn, id, today)).len();
    let omar = desk.read(|conn| patients::search(conn, "omar", today)).remove(0).id;
    assert_eq!((of(one), of(other), of(omar)), (1, 1, 0));

    desk.write(desk.staff.desk, |tx| patients::keep_apart(tx, other, one)).expect("decides");
    assert_eq!(pairs(&desk), []);
    assert_eq!(of(one), 0);
    // Nor does it come back when one of them changes.
    desk.write(desk.staff.desk, |tx| Ok(tx.execute("UPDATE patients SET address = 'x', updated_at = ?1", [tx.now])?))
        .expect("edits");
    assert_eq!(pairs(&desk), []);
}

#[test]
fn a_pair_goes_when_it_no_longer_stands() {
    let desk = Desk::open();
    let [one, other, third] = ["Sunita Deshpande", "Sunita Deshpande", "Sunita Deshpande"].map(|name| {
        desk.clock.ahead(desk.count("SELECT count(*) FROM patients") * MINUTE);
        desk.register(name)
    });
    assert_eq!(pairs(&desk).len(), 3);
    // A correction shows that the third is somebody else.
    let set = "UPDATE patients SET full_name = 'Omar Haddad', birth_date = '1950-01-01', gender = 'male' WHERE id = ?1";
    desk.write(desk.staff.desk, |tx| Ok(tx.execute(set, [third])?)).expect("edits");
    assert_eq!(pairs(&desk), [pair(one, other)]);
    let today = desk.today();
    let choice = MergeChoice { one, other, from_later: vec![] };
    desk.write(desk.staff.desk, |tx| patients::merge(tx, &choice, today)).expect("merges");
    assert_eq!(pairs(&desk), []);
    // Undone, they are two records that look like one person again.
    let merge = desk.read(|conn| patients::merges(conn, one))[0].id;
    desk.write(desk.staff.desk, |tx| patients::undo_merge(tx, merge)).expect("undoes");
    assert_eq!(pairs(&desk), [pair(one, other)]);
}

#[test]
fn blocking_uses_indexes_only() {
    let desk = Desk::open();
    let columns =
        "patients.id, full_name, alternate_name, birth_date, birth_date_precision, gender, phone, address, city";
    let there = "deleted_at IS NULL AND merged_into_id IS NULL";
    for sql in [
        format!("SELECT {columns} FROM patients WHERE phone = ?1 AND {there} LIMIT ?2"),
        format!("SELECT {columns} FROM patients WHERE birth_date = ?1 AND {there} LIMIT ?2"),
        format!(
            "SELECT {columns} FROM (SELECT rowid FROM patient_search WHERE patient_search MATCH ?1 LIMIT ?2) AS found
             JOIN patients ON patients.rowid = found.rowid WHERE {there}"
        ),
    ] {
        let plan = desk.plan(&sql);
        assert!(!plan.contains("SCAN patients\n") && !plan.ends_with("SCAN patients"), "{plan}");
    }
}
