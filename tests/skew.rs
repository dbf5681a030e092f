//! Two versions in one clinic: one PC is updated, the other is not yet, and nothing is lost between them.

mod support;

use neem_core::clock;
use rusqlite::params;
use support::{HubHouse, Pc, first_pc, join_with};
use uuid::Uuid;

/// The schema before the whole clinic's tables came.
const OLD: usize = 3;

/// What the updated PC writes: tables and columns that the older one has not.
fn write_as_newer(desk: &Pc, staff: &support::Staff) -> (Uuid, Uuid, Uuid) {
    let patient = desk.register(staff.desk, "Sunita Deshpande").0;
    let condition = desk
        .write(staff.doctor, |tx| {
            let id = tx.new_id();
            tx.execute(
                "INSERT INTO conditions (id, tenant_id, patient_id, name, status, recorded_by, created_at, updated_at)
                 VALUES (?1, ?2, ?3, 'Type 2 diabetes', 'active', ?4, ?5, ?5)",
                params![id, tx.device.tenant, patient, staff.doctor, tx.now],
            )?;
            Ok(id)
        })
        .expect("writes");
    desk.write(staff.doctor, |tx| {
        tx.execute("UPDATE conditions SET status = 'remission' WHERE id = ?1", [condition])?;
        tx.execute("UPDATE patients SET user_id = ?1 WHERE id = ?2", params![staff.desk, patient])?;
        Ok(())
    })
    .expect("writes");
    let provider = desk
        .write(staff.admin, |tx| {
            let id = clock::new_id(tx.now, tx.entropy);
            tx.execute(
                "INSERT INTO providers (id, tenant_id, display_name, registration_number, approval_note, created_at, updated_at)
                 VALUES (?1, ?2, 'Dr Putri Wulandari', 'MMC-77', 'papers seen', ?3, ?3)",
                params![id, tx.device.tenant, tx.now],
            )?;
            Ok(id)
        })
        .expect("writes");
    (patient, condition, provider)
}

#[test]
fn an_older_pc_keeps_what_it_does_not_know_and_has_it_after_its_update() {
    let hub = HubHouse::open();
    let (desk, staff) = first_pc(&hub);
    let room = join_with(Pc::of_level(OLD), &hub, desk.db.device().expect("a device").tenant, "Room 2");
    desk.sync();
    let (patient, condition, provider) = write_as_newer(&desk, &staff);
    desk.sync();
    room.sync();

    // The older one changes what it knows of the same row, without the columns that it has not.
    room.write(staff.desk, |tx| {
        tx.execute("UPDATE patients SET full_name = 'Sunita Joshi' WHERE id = ?1", [patient])?;
        Ok(())
    })
    .expect("writes");
    room.sync();
    desk.sync();
    let name_and_user = "SELECT full_name || ' ' || hex(user_id) FROM patients WHERE id = ?1";
    let expected = format!("Sunita Joshi {}", staff.desk.0.simple().to_string().to_uppercase());
    assert_eq!(desk.text(name_and_user, patient).as_deref(), Some(expected.as_str()));

    let room = room.reopened();
    assert_eq!(room.text(name_and_user, patient).as_deref(), Some(expected.as_str()));
    let status = "SELECT name || ', ' || status FROM conditions WHERE id = ?1";
    assert_eq!(room.text(status, condition).as_deref(), Some("Type 2 diabetes, remission"));
    let note = "SELECT approval_note FROM providers WHERE id = ?1";
    assert_eq!(room.text(note, provider).as_deref(), Some("papers seen"));
    assert_eq!(room.count("SELECT (SELECT count(*) FROM unknown_values) + (SELECT count(*) FROM unknown_commits)"), 0);
    assert_eq!(room.count("SELECT count(*) FROM quarantine"), 0);
    assert_eq!(room.sync().digest, desk.sync().digest);

    // Writing goes on where the other left off.
    room.write(staff.doctor, |tx| {
        tx.execute("UPDATE conditions SET status = 'resolved' WHERE id = ?1", [condition])?;
        Ok(())
    })
    .expect("writes");
    room.sync();
    desk.sync();
    assert_eq!(desk.text(status, condition).as_deref(), Some("Type 2 diabetes, resolved"));
    assert!(desk.conflicts().is_empty());
}

/// Older PCs put nothing where a column is that they do not know: it must be able to be empty.
#[test]
fn a_column_that_is_added_can_be_empty() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/device");
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        for line in std::fs::read_to_string(&path).expect("reads").lines().filter(|line| line.contains(" ADD COLUMN "))
        {
            assert!(!line.contains("NOT NULL"), "{}: {line}", path.display());
        }
    }
}
