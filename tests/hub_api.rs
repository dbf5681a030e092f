//! Who gets into a hub, and what they see of each other.

mod support;

use neem_core::Code;
use neem_core::sync::commit::SigningKey;
use neem_core::sync::engine;
use neem_core::sync::http::{self, HttpHub};
use neem_core::sync::protocol::{HelloRequest, HubApi, WaitRequest};
use neem_hub::enrol::For;
use support::{Clinic, HubHouse, MINUTE, Pc, founder};
use uuid::Uuid;

#[test]
fn a_code_works_once() {
    let clinic = Clinic::open();
    let code = clinic.hub.code(For::Tenant(clinic.tenant().0));
    let one = Pc::empty();
    // As it is read from paper.
    one.enrol(&clinic.hub, &code.to_lowercase().replace('-', " "), "Lab").expect("enrols");
    one.sync();
    let other = Pc::empty();
    let refusal = other.enrol(&clinic.hub, &code, "Lab 2").expect_err("a second time");
    assert_eq!(refusal.code, Code::CodeUsed);
    let refusal = other.enrol(&clinic.hub, "AAAA-BBBB-CCCC", "Lab 2").expect_err("a guess");
    assert_eq!(refusal.code, Code::CodeInvalid);
    assert!(other.db.device().is_err(), "nothing is left behind");
}

#[test]
fn a_code_runs_out() {
    let clinic = Clinic::open();
    let code = clinic.hub.code(For::Tenant(clinic.tenant().0));
    clinic.hub.clock.ahead(16 * MINUTE);
    let refusal = Pc::empty().enrol(&clinic.hub, &code, "Lab").expect_err("too late");
    assert_eq!(refusal.code, Code::CodeExpired);
}

#[test]
fn a_pc_that_nobody_let_in_is_refused() {
    let clinic = Clinic::open();
    let base = http::parse_address(&clinic.hub.address.to_string()).expect("an address");
    let (known, _) = clinic.desk.db.read(neem_core::sync::engine::credentials).expect("credentials");
    let other_key = SigningKey::from_bytes(&[7; 32]);
    for device in [Uuid::from_u128(7), known] {
        let hub = HttpHub::new(base.clone(), device, other_key.clone(), "test").expect("a client");
        let refusal = clinic
            .desk
            .wait(hub.hello(HelloRequest { incarnation: 1, at: None, heads: false, last: 0 }))
            .expect_err("not let in");
        assert_eq!(refusal.code, Code::HubRefused, "{refusal}");
    }
}

#[test]
fn a_pc_that_was_revoked_is_out_at_once() {
    let clinic = Clinic::open();
    let hub = clinic.room.client();
    clinic.room.sync_through(&hub).expect("syncs");
    let (device, _) = clinic.room.db.read(neem_core::sync::engine::credentials).expect("credentials");
    clinic.hub.revoke(clinic.tenant(), device);
    clinic.room.register(clinic.staff.desk, "Sunita Deshpande");
    let with_old_token = clinic.room.sync_through(&hub).expect_err("revoked");
    assert_eq!(with_old_token.code(), Code::DeviceRevoked);
    assert_eq!(clinic.room.try_sync().expect_err("revoked").code(), Code::DeviceRevoked);
    assert_eq!(clinic.hub.digest(clinic.tenant()).tables.get("patients"), None);
}

#[test]
fn two_clinics_on_one_hub_see_nothing_of_each_other() {
    let clinic = Clinic::open();
    let (other, other_staff) = founder("Palash Clinic");
    let tenant = other.db.device().expect("a device").tenant;
    let wrong = other.enrol(&clinic.hub, &clinic.hub.code(For::Tenant(clinic.tenant().0)), "Front desk");
    assert_eq!(wrong.expect_err("another clinic's code").code, Code::OtherClinic);
    other.enrol(&clinic.hub, &clinic.hub.code(For::NewClinic), "Front desk").expect("enrols");
    clinic.desk.register(clinic.staff.desk, "Sunita Deshpande");
    other.register(other_staff.desk, "Noura Qasim");
    clinic.settle();
    let report = other.sync();
    assert_eq!(report.received, 0);
    clinic.settle();
    for (pc, name) in [(&clinic.desk, "Sunita Deshpande"), (&clinic.room, "Sunita Deshpande"), (&other, "Noura Qasim")]
    {
        let names: Vec<String> = pc.read(|conn| {
            let mut statement = conn.prepare("SELECT full_name FROM patients")?;
            Ok(statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
        });
        assert_eq!(names, [name]);
        assert_eq!(pc.count("SELECT count(*) FROM tenants"), 1);
    }
    let devices = |pc: &Pc| pc.wait(pc.client().devices()).expect("devices").len();
    assert_eq!((devices(&clinic.desk), devices(&other)), (2, 1));
    assert_ne!(clinic.hub.digest(tenant).short(), clinic.hub.digest(clinic.tenant()).short());
}

#[test]
fn only_a_manager_gets_a_code_from_the_app() {
    let clinic = Clinic::open();
    let ask = |user: Uuid| {
        let request = neem_core::sync::protocol::NewCodeRequest { user };
        clinic.desk.wait(clinic.desk.client().new_code(request))
    };
    assert_eq!(ask(clinic.staff.desk.0).expect_err("a receptionist").code, Code::NotAllowed);
    let code = ask(clinic.staff.admin.0).expect("a manager").code;
    Pc::empty().enrol(&clinic.hub, &code, "Lab").expect("enrols");
}

#[test]
fn a_hub_keeps_everything_over_a_restart() {
    let mut hub = HubHouse::open();
    let (pc, staff) = support::first_pc(&hub);
    pc.register(staff.desk, "Sunita Deshpande");
    let before = pc.sync().hub_digest;
    let address = hub.address;
    hub.stop();
    hub.start();
    assert_eq!(hub.address, address);
    let report = pc.sync();
    assert_eq!((report.sent, report.hub_digest), (0, before));
}

#[test]
fn a_pc_that_waits_hears_of_the_others_at_once() {
    let clinic = Clinic::open();
    clinic.settle();
    let after = clinic.room.read(engine::link).expect("connected").pulled;
    let waiting = clinic.room.client();
    let woken = std::thread::scope(|threads| {
        let listener = threads.spawn(|| clinic.room.wait(waiting.wait(WaitRequest { after })));
        // The question is open before there is anything to tell.
        std::thread::sleep(std::time::Duration::from_millis(300));
        assert!(!listener.is_finished());
        clinic.desk.register(clinic.staff.desk, "Sunita Deshpande");
        clinic.desk.sync();
        listener.join().expect("ends").expect("is told")
    });
    assert!(woken.hub_seq > after);
    // What is new already is told without waiting, and a stranger's question is refused.
    let told = clinic.room.wait(waiting.wait(WaitRequest { after })).expect("is told");
    assert_eq!(told.hub_seq, woken.hub_seq);
}

#[test]
fn a_hub_that_stops_lets_those_go_who_wait() {
    let mut clinic = Clinic::open();
    clinic.settle();
    let after = clinic.room.read(engine::link).expect("connected").pulled;
    let waiting = clinic.room.client();
    let (room, hub) = (&clinic.room, &mut clinic.hub);
    std::thread::scope(|threads| {
        let listener = threads.spawn(|| room.wait(waiting.wait(WaitRequest { after })));
        std::thread::sleep(std::time::Duration::from_millis(300));
        hub.stop();
        assert_eq!(listener.join().expect("ends").expect("an answer").hub_seq, after);
    });
}
