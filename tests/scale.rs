//! A generated clinic is an ordinary one: it goes to a hub and comes to another PC, row by row.

mod support;

use std::collections::BTreeMap;

use neem_core::ids::Instant;
use neem_core::keys::DatabaseKey;
use neem_core::patients;
use neem_core::sync::Table;
use neem_core::sync::log::TableInfo;
use neem_core::sync::value::Value;
use neem_hub::enrol::For;
use neem_scale::Options;
use support::{HubHouse, Pc, join};
use uuid::Uuid;

/// 2026-11-20, 11 o'clock in Pune.
const NOW: i64 = 1_795_152_600_000;

fn rows(pc: &Pc, table: Table) -> BTreeMap<Uuid, Vec<Value>> {
    pc.read(|conn| {
        let info = TableInfo::read(conn, table)?;
        let mut statement = conn.prepare(&format!("SELECT id FROM {}", table.name()))?;
        let ids = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<Uuid>>>()?;
        Ok(ids.into_iter().map(|id| (id, info.values(conn, id).expect("reads").expect("a row"))).collect())
    })
}

#[test]
fn a_generated_clinic_syncs_to_a_second_pc_and_is_identical_there() {
    let today = Instant(NOW).day(chrono_tz::Asia::Kolkata);
    let options = Options::small(7, today);
    let mut desk = Pc::empty();
    let dir = tempfile::tempdir().expect("a folder");
    let key_file = dir.path().join("key.hex");
    neem_scale::generate(&options, dir.path(), &key_file).expect("generates");
    let hex = std::fs::read_to_string(&key_file).expect("a key");
    desk.key = DatabaseKey::from_hex(hex.trim()).expect("hex");
    desk.db = support::open(&dir.path().join("neem.db"), &desk.key, &desk.clock).expect("opens");

    let hub = HubHouse::open();
    desk.enrol(&hub, &hub.code(For::NewClinic), "Front desk").expect("enrols");
    let sent = desk.sync();
    assert!(sent.sent > 10, "{sent:?}");
    let tenant = desk.db.device().expect("a device").tenant;
    let room = join(&hub, tenant, "Room 2");
    desk.sync();
    assert_eq!(desk.sync().digest, room.sync().digest);
    assert_eq!(desk.sync().digest, hub.digest(tenant).short());

    for table in Table::ALL {
        assert_eq!(rows(&desk, *table), rows(&room, *table), "{}", table.name());
    }
    assert_eq!(room.count("SELECT count(*) FROM appointments"), options.appointments as i64);
    for derived in ["quarantine", "conflicts"] {
        assert_eq!(room.count(&format!("SELECT count(*) FROM {derived}")), 0, "{derived}");
    }
    let names: Vec<String> = desk.read(|conn| {
        let mut statement = conn.prepare("SELECT full_name FROM patients WHERE rowid % 20 = 0")?;
        Ok(statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
    });
    for name in names {
        let search = |pc: &Pc| pc.read(|conn| patients::search(conn, &name, today));
        assert_eq!(search(&desk), search(&room), "{name}");
    }
}
