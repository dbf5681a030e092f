//! Accounts, roles, one-time codes, the second factor and sessions, as people meet them.

mod support;

use neem_core::identity::{
    self, ContactForm, Permission, ProfileForm, Role, TeamFilter, TeamMemberForm, TokenPurpose, UserStatus,
};
use neem_core::ids::{Instant, UserId};
use neem_core::page::PageRequest;
use neem_core::patients::Gender;
use neem_core::tenancy;
use neem_core::{Actor, Code, Error};
use support::{DAY, Desk, MINUTE, PASSWORD, member};

const DESK: &str = "kulkarni@clinic.example";
const MANAGER: &str = "manager@clinic.example";
const NEW_PASSWORD: &str = "mango season in june";

fn code_of<T: std::fmt::Debug>(outcome: Result<T, Error>) -> Code {
    outcome.expect_err("a refusal").code()
}

fn problems<T: std::fmt::Debug>(outcome: Result<T, Error>) -> Vec<(String, Code)> {
    let error = outcome.expect_err("problems");
    error.problems().iter().map(|problem| (problem.field.clone(), problem.code)).collect()
}

fn profile() -> ProfileForm {
    ProfileForm {
        name: "Meera Kulkarni-Rao".into(),
        gender: Some(Gender::Female),
        birth_date: "3/4/1990".into(),
        phone: "98220 12345".into(),
        address: "4 Neem Lane".into(),
        timezone: "Asia/Kolkata".into(),
    }
}

fn entry(user: Option<UserId>) -> TeamMemberForm {
    TeamMemberForm {
        user_id: user,
        provider_id: None,
        clinic_id: None,
        name: "Meera Kulkarni".into(),
        role: "Nurse".into(),
        skills: vec!["Phlebotomy".into()],
        permissions: vec![Permission::ManageTemplates],
        working_hours: vec!["tuesday 9:00-13:00".into(), "mon 09:00-17:00".into()],
        avatar_file_id: None,
    }
}

#[test]
fn a_profile_is_edited_and_every_slip_is_named() {
    let pc = Desk::open();
    let today = pc.today();
    let edited =
        pc.write(pc.staff.desk, |tx| identity::edit_profile(tx, pc.staff.desk, &profile(), today)).expect("edits");
    assert_eq!(edited.name, "Meera Kulkarni-Rao");
    assert_eq!(edited.phone.as_deref(), Some("+919822012345"));
    assert_eq!(edited.birth_date.map(|day| day.to_string()).as_deref(), Some("1990-04-03"));
    assert_eq!(edited.gender, Some(Gender::Female));
    let slips = ProfileForm {
        name: "12".into(),
        birth_date: "1/1/2200".into(),
        phone: "call me".into(),
        timezone: "Mars/Base".into(),
        ..profile()
    };
    let found = problems(pc.write(pc.staff.desk, |tx| identity::edit_profile(tx, pc.staff.desk, &slips, today)));
    let expected = [
        ("name", Code::NotAName),
        ("birthDate", Code::BirthDateInFuture),
        ("phone", Code::NotAPhone),
        ("timezone", Code::NotATimeZone),
    ];
    assert_eq!(found, expected.map(|(field, code)| (field.to_owned(), code)));
    assert_eq!(pc.read(|conn| identity::user(conn, pc.staff.desk)).name, "Meera Kulkarni-Rao");
}

#[test]
fn an_email_is_found_however_it_is_typed_and_belongs_to_one() {
    let pc = Desk::open();
    let found = pc.read(|conn| identity::find_by_email(conn, "  Kulkarni@Clinic.example ")).expect("found");
    assert_eq!(found.id, pc.staff.desk);
    assert!(pc.read(|conn| identity::find_by_email(conn, "nobody@clinic.example")).is_none());
    let contact = |email: &str, phone: &str| ContactForm { email: email.into(), phone: phone.into() };
    let change = |user, form: &ContactForm| pc.write(pc.staff.admin, |tx| identity::change_contact(tx, user, form));
    change(pc.staff.desk, &contact("meera@clinic.example", "98220 12345")).expect("changes");
    let taken = problems(change(pc.staff.doctor, &contact("MEERA@clinic.example", "+91 98220 12345")));
    assert_eq!(taken, [("email".to_owned(), Code::AlreadyUsed), ("phone".to_owned(), Code::AlreadyUsed)]);
    change(pc.staff.desk, &contact("meera@clinic.example", "")).expect("one's own is not taken");
    let again = member("Other Manager", Role::Receptionist);
    let again = identity::NewStaff { email: "meera@clinic.example".into(), ..again };
    let added = pc.write(pc.staff.admin, |tx| identity::add_staff(tx, &again, pc.staff.site));
    assert_eq!(problems(added), [("email".to_owned(), Code::AlreadyUsed)]);
}

#[test]
fn a_suspended_person_is_out_and_somebody_always_manages() {
    let pc = Desk::open();
    let staff = pc.staff;
    let session = identity::open_session(&pc.db, staff.desk).expect("opens");
    let suspended = pc.write(staff.admin, |tx| identity::suspend_user(tx, staff.desk)).expect("suspends");
    assert_eq!(suspended.status, UserStatus::Suspended);
    assert_eq!(code_of(identity::sign_in(&pc.db, DESK, PASSWORD)), Code::WrongSignIn);
    assert_eq!(code_of(identity::touch_session(&pc.db, session.id)), Code::NotSignedIn);
    pc.write(staff.admin, |tx| identity::reactivate_user(tx, staff.desk)).expect("reactivates");
    identity::sign_in(&pc.db, DESK, PASSWORD).expect("signs in again");
    assert_eq!(code_of(identity::touch_session(&pc.db, session.id)), Code::NotSignedIn, "the session stays ended");

    assert_eq!(code_of(pc.write(staff.admin, |tx| identity::suspend_user(tx, staff.admin))), Code::NotAllowed);
    assert_eq!(code_of(pc.write(staff.desk, |tx| identity::suspend_user(tx, staff.admin))), Code::LastOne);
    pc.write(staff.admin, |tx| identity::grant_role(tx, staff.desk, Role::Admin, None)).expect("a second manager");
    pc.write(staff.desk, |tx| identity::suspend_user(tx, staff.admin)).expect("no longer the last");
}

#[test]
fn the_limit_of_users_holds_and_patients_do_not_count() {
    let pc = Desk::open();
    let staff = pc.staff;
    let limit = |most: i64| {
        pc.write(
            staff.admin,
            |tx| Ok(tx.execute("UPDATE tenants SET max_users = ?1, updated_at = ?2", (most, tx.now))?),
        )
        .expect("sets")
    };
    let add = |name: &str, role| {
        pc.write(staff.admin, |tx| identity::insert_user(tx, name, &format!("{name}@x.example"), "hash", role, None))
    };
    limit(4);
    add("patient", Role::Patient).expect("a patient's account does not count");
    let nurse = add("nurse", Role::User).expect("the fourth");
    let error = add("fifth", Role::User).expect_err("one too many");
    assert_eq!((error.code(), error.detail()), (Code::LimitReached, Some("4")));
    add("another", Role::Patient).expect("still does not count");
    pc.write(staff.admin, |tx| identity::suspend_user(tx, nurse)).expect("suspends");
    let fifth = add("fifth", Role::User).expect("there is room");
    assert_eq!(code_of(pc.write(staff.admin, |tx| identity::reactivate_user(tx, nurse))), Code::LimitReached);
    let patient = pc.read(|conn| identity::find_by_email(conn, "patient@x.example")).expect("there").id;
    let granted = pc.write(staff.admin, |tx| identity::grant_role(tx, patient, Role::User, None));
    assert_eq!(code_of(granted), Code::LimitReached, "a patient who becomes staff counts");
    pc.write(staff.admin, |tx| identity::grant_role(tx, fifth, Role::Support, None)).expect("who counts already may");
}

#[test]
fn a_role_counts_where_it_was_given_and_says_by_whom() {
    let pc = Desk::open();
    let staff = pc.staff;
    let other = pc
        .write(staff.admin, |tx| {
            let here = tenancy::clinic(tx, staff.site)?;
            let form = tenancy::ClinicForm {
                name: "Other site".into(),
                address: here.address,
                latitude: None,
                longitude: None,
                telehealth: false,
                phone: here.phone,
                email: String::new(),
                timezone: here.timezone,
                owner_provider_id: None,
            };
            tenancy::add_clinic(tx, &form)
        })
        .expect("adds")
        .id;
    let grant =
        |role, site| pc.write(staff.admin, |tx| identity::grant_role(tx, staff.desk, role, site)).expect("grants");
    let here = grant(Role::Support, Some(staff.site));
    assert_eq!(here, grant(Role::Support, Some(staff.site)), "the same again is the same grant");
    grant(Role::Admin, Some(other));
    let who = identity::sign_in(&pc.db, DESK, PASSWORD).expect("signs in");
    assert_eq!(who.roles, [Role::Receptionist, Role::Support], "not the manager of another site");
    assert!(!who.may(Permission::ManageStaff));
    let grants = pc.read(|conn| identity::list_grants(conn, staff.desk));
    assert_eq!(grants.len(), 3);
    assert!(grants.iter().all(|grant| grant.granted_by.as_deref() == Some("Nikhil Sathe")));
    assert_eq!(grants[0].clinic_name.as_deref(), Some("Other site"));

    pc.write(staff.admin, |tx| identity::revoke_role(tx, here)).expect("revokes");
    let receptionist = grants[2].id;
    pc.write(staff.admin, |tx| identity::revoke_role(tx, receptionist)).expect("revokes");
    assert_eq!(code_of(identity::sign_in(&pc.db, DESK, PASSWORD)), Code::WrongSignIn, "no role counts here");
    grant(Role::Patient, None);
    assert_eq!(code_of(identity::sign_in(&pc.db, DESK, PASSWORD)), Code::WrongSignIn, "a patient has no business here");

    let own = pc.read(|conn| identity::list_grants(conn, staff.admin))[0].id;
    assert_eq!(code_of(pc.write(staff.admin, |tx| identity::revoke_role(tx, own))), Code::LastOne);
    let hub = pc.write(staff.admin, |tx| identity::grant_role(tx, staff.desk, Role::PlatformAdmin, None));
    assert_eq!(code_of(hub), Code::NotAllowed, "a clinic's manager does not hand out the hub");
}

#[test]
fn a_password_is_changed_with_the_old_one_only() {
    let pc = Desk::open();
    let own = pc.staff.desk;
    let here = identity::open_session(&pc.db, own).expect("opens");
    let elsewhere = identity::open_session(&pc.db, own).expect("opens");
    let change = |old, new| identity::change_password(&pc.db, own, old, new, Some(here.id));
    assert_eq!(problems(change(PASSWORD, "short")), [("newPassword".to_owned(), Code::PasswordTooShort)]);
    assert_eq!(problems(change("a wrong password", NEW_PASSWORD)), [("oldPassword".to_owned(), Code::WrongSignIn)]);
    change(PASSWORD, NEW_PASSWORD).expect("changes");
    identity::sign_in(&pc.db, DESK, NEW_PASSWORD).expect("the new one works");
    assert_eq!(code_of(identity::sign_in(&pc.db, DESK, PASSWORD)), Code::WrongSignIn);
    identity::touch_session(&pc.db, here.id).expect("the session that asked goes on");
    assert_eq!(code_of(identity::touch_session(&pc.db, elsewhere.id)), Code::NotSignedIn);
    for _ in 0..5 {
        let _ = change("a wrong password", PASSWORD);
    }
    assert_eq!(code_of(change(NEW_PASSWORD, PASSWORD)), Code::TooManyAttempts, "guessing is held off here too");
}

#[test]
fn a_reset_code_works_once_in_time_and_only_the_newest() {
    let pc = Desk::open();
    let issue = || {
        pc.write(pc.staff.admin, |tx| identity::issue_token(tx, pc.staff.desk, TokenPurpose::PasswordReset))
            .expect("issues")
    };
    let reset = |email: &str, code: &str| identity::reset_password(&pc.db, email, code, NEW_PASSWORD);
    let (first, second) = (issue(), issue());
    assert_eq!(code_of(reset(DESK, &first.code)), Code::TokenInvalid, "a newer code voids the older");
    let spoken = format!("{} {}", second.code[..5].to_lowercase(), &second.code[5..]);
    let session = identity::open_session(&pc.db, pc.staff.desk).expect("opens");
    reset(" KULKARNI@clinic.example ", &spoken).expect("resets");
    identity::sign_in(&pc.db, DESK, NEW_PASSWORD).expect("the new password works");
    assert_eq!(code_of(identity::touch_session(&pc.db, session.id)), Code::NotSignedIn);
    assert_eq!(code_of(reset(DESK, &second.code)), Code::TokenInvalid, "used");

    let late = issue();
    pc.clock.ahead(30 * MINUTE + 1_000);
    assert_eq!(code_of(reset(DESK, "ABCDEFGHJK")), Code::TokenInvalid, "a wrong code is not told that one ran out");
    assert_eq!(code_of(reset(DESK, &late.code)), Code::TokenExpired);
    let hashes =
        pc.count("SELECT count(*) FROM one_time_tokens WHERE token_hash IS NOT NULL AND length(token_hash) <> 32");
    assert_eq!(hashes, 0);
    let plain = format!("SELECT count(*) FROM one_time_tokens WHERE token_hash = CAST('{}' AS BLOB)", late.code);
    assert_eq!(pc.count(&plain), 0);
}

#[test]
fn an_unknown_email_and_a_wrong_code_get_one_answer_and_guessing_is_held_off() {
    let pc = Desk::open();
    let token = pc
        .write(pc.staff.admin, |tx| identity::issue_token(tx, pc.staff.desk, TokenPurpose::PasswordReset))
        .expect("issues");
    let reset = |email: &str, code: &str| identity::reset_password(&pc.db, email, code, NEW_PASSWORD);
    assert_eq!(code_of(reset("nobody@clinic.example", &token.code)), Code::TokenInvalid);
    for _ in 0..5 {
        assert_eq!(code_of(reset(DESK, "ABCDEFGHJK")), Code::TokenInvalid);
    }
    assert_eq!(code_of(reset(DESK, &token.code)), Code::TooManyAttempts);
    assert_eq!(code_of(identity::sign_in(&pc.db, DESK, PASSWORD)), Code::TooManyAttempts, "one count for both");
    pc.clock.ahead(MINUTE);
    reset(DESK, &token.code).expect("after the wait");
    let weak = identity::reset_password(&pc.db, DESK, &token.code, "password1234");
    assert_eq!(problems(weak), [("newPassword".to_owned(), Code::PasswordCommon)]);
}

#[test]
fn an_email_and_a_number_are_verified_until_they_change() {
    let pc = Desk::open();
    let own = pc.staff.desk;
    let issue = |purpose| pc.write(pc.staff.admin, |tx| identity::issue_token(tx, own, purpose));
    let verify = |user, purpose, code: &str| pc.write(user, |tx| identity::verify_contact(tx, purpose, code));
    assert_eq!(code_of(issue(TokenPurpose::PhoneVerification)), Code::NotFound, "there is no number to verify");
    let token = issue(TokenPurpose::EmailVerification).expect("issues");
    let email = TokenPurpose::EmailVerification;
    assert_eq!(code_of(verify(pc.staff.doctor, email, &token.code)), Code::TokenInvalid, "somebody else's");
    assert_eq!(code_of(verify(own, TokenPurpose::PhoneVerification, &token.code)), Code::TokenInvalid);
    pc.clock.ahead(2 * DAY - MINUTE);
    assert!(verify(own, email, &token.code).expect("verifies").email_verified_at.is_some());
    let contact = ContactForm { email: DESK.into(), phone: "98220 12345".into() };
    let change =
        |form: &ContactForm| pc.write(pc.staff.admin, |tx| identity::change_contact(tx, own, form)).expect("changes");
    assert!(change(&contact).email_verified_at.is_some(), "the email is the same");
    let token = issue(TokenPurpose::PhoneVerification).expect("issues");
    assert!(verify(own, TokenPurpose::PhoneVerification, &token.code).expect("verifies").phone_verified_at.is_some());
    let changed = change(&ContactForm { email: "meera@clinic.example".into(), phone: "98220 54321".into() });
    assert_eq!((changed.email_verified_at, changed.phone_verified_at), (None, None));
}

#[test]
fn the_second_factor_is_asked_for_after_the_password_and_no_code_works_twice() {
    let pc = Desk::open();
    let own = pc.staff.admin;
    let setup = pc.read(|conn| identity::begin_mfa(conn, &*pc.db.entropy, own));
    assert!(setup.url.starts_with("otpauth://totp/Kadamba%20Clinic:manager%40clinic.example?secret="), "{}", setup.url);
    identity::sign_in(&pc.db, MANAGER, PASSWORD).expect("nothing is on before it is confirmed");
    let code = |at: Instant| identity::mfa_code(&setup.secret, at).expect("a code");
    let wrong = if code(pc.now()) == "000000" { "000001" } else { "000000" };
    let confirm = |code: &str| pc.write(own, |tx| identity::confirm_mfa(tx, &setup.secret, code));
    assert_eq!(code_of(confirm(wrong)), Code::WrongMfaCode);
    let first = code(pc.now());
    confirm(&first).expect("confirms");
    assert_eq!(code_of(pc.db.read(|conn| identity::begin_mfa(conn, &*pc.db.entropy, own))), Code::AlreadyDecided);

    let sign_in = |password: &str, code: Option<&str>| identity::sign_in_with(&pc.db, MANAGER, password, code);
    assert_eq!(code_of(sign_in("a wrong password", None)), Code::WrongSignIn, "told only who has the password");
    assert_eq!(code_of(sign_in(PASSWORD, None)), Code::MfaNeeded);
    assert_eq!(code_of(sign_in(PASSWORD, Some(&first))), Code::WrongMfaCode, "used to confirm");
    pc.clock.ahead(MINUTE);
    let next = code(pc.now());
    sign_in(PASSWORD, Some(&format!("{} {}", &next[..3], &next[3..]))).expect("signs in");
    assert_eq!(code_of(sign_in(PASSWORD, Some(&next))), Code::WrongMfaCode, "read over a shoulder");
    let before = code(Instant(pc.now().0 - 30_000));
    assert_eq!(code_of(sign_in(PASSWORD, Some(&before))), Code::WrongMfaCode, "the step before the last used");
}

#[test]
fn codes_cannot_be_tried_through_and_asking_for_one_forgives_nothing() {
    let pc = Desk::open();
    let own = pc.staff.desk;
    let setup = pc.read(|conn| identity::begin_mfa(conn, &*pc.db.entropy, own));
    let code = |at: Instant| identity::mfa_code(&setup.secret, at).expect("a code");
    pc.write(own, |tx| identity::confirm_mfa(tx, &setup.secret, &code(tx.now))).expect("confirms");
    pc.clock.ahead(2 * MINUTE);
    let near: Vec<String> = (-2..=2).map(|step| code(Instant(pc.now().0 + step * 30_000))).collect();
    let wrong = ["000000", "000001", "000002", "000003", "000004", "000005"];
    let wrong = wrong.iter().find(|code| near.iter().all(|right| right != *code)).expect("a wrong one");
    for _ in 0..5 {
        assert_eq!(code_of(identity::sign_in_with(&pc.db, DESK, PASSWORD, Some(wrong))), Code::WrongMfaCode);
        let _ = identity::sign_in(&pc.db, DESK, PASSWORD);
    }
    let right = identity::sign_in_with(&pc.db, DESK, PASSWORD, Some(&code(pc.now())));
    assert_eq!(code_of(right), Code::TooManyAttempts);

    pc.clock.ahead(30 * MINUTE);
    assert_eq!(code_of(identity::disable_own_mfa(&pc.db, own, "a wrong password")), Code::WrongSignIn);
    pc.clock.ahead(60 * MINUTE);
    identity::disable_own_mfa(&pc.db, own, PASSWORD).expect("with the password");
    identity::sign_in(&pc.db, DESK, PASSWORD).expect("no code needed");
    pc.write(own, |tx| identity::confirm_mfa(tx, &setup.secret, &code(tx.now))).expect("on again");
    pc.write(pc.staff.admin, |tx| identity::disable_mfa_of(tx, own)).expect("by a manager: the phone is lost");
    identity::sign_in(&pc.db, DESK, PASSWORD).expect("no code needed");
}

#[test]
fn a_session_goes_on_by_its_token_and_a_copied_token_ends_it() {
    let pc = Desk::open();
    let own = pc.staff.desk;
    let first = identity::open_session(&pc.db, own).expect("opens");
    assert!((0..MINUTE).contains(&(pc.now().plus_minutes(12 * 60).0 - first.expires_at.0)), "twelve hours");
    pc.clock.ahead(11 * 60 * MINUTE);
    let second = identity::refresh_session(&pc.db, &first.refresh_token).expect("prolongs");
    assert_eq!((second.id, second.user), (first.id, own));
    pc.clock.ahead(13 * 60 * MINUTE);
    identity::touch_session(&pc.db, second.id).expect("prolonged");
    assert_eq!(code_of(identity::refresh_session(&pc.db, &first.refresh_token)), Code::NotSignedIn, "used before");
    assert_eq!(code_of(identity::refresh_session(&pc.db, &second.refresh_token)), Code::NotSignedIn, "and so it ended");

    let third = identity::open_session(&pc.db, own).expect("opens");
    let listed = pc.read(|conn| identity::list_sessions(conn, own, PageRequest::FIRST));
    assert_eq!(listed.items.iter().map(|session| session.id).collect::<Vec<_>>(), [third.id, first.id]);
    assert_eq!(listed.items[0].device_info, "Front desk");
    assert!(listed.items[1].ended_at.is_some());
    pc.clock.ahead(26 * 60 * MINUTE);
    assert_eq!(code_of(identity::touch_session(&pc.db, third.id)), Code::NotSignedIn, "twelve hours are over");
    for garbage in ["", "x.y", &third.refresh_token[..40]] {
        assert_eq!(code_of(identity::refresh_session(&pc.db, garbage)), Code::NotSignedIn);
    }
    let others = pc.db.write_local(|conn| identity::end_session_of(conn, pc.staff.doctor, third.id, pc.now()));
    assert_eq!(code_of(others), Code::NotFound, "somebody else's session");
    let secret = third.refresh_token.split('.').next_back().expect("a secret").to_owned();
    let kept = pc.count(&format!("SELECT count(*) FROM sessions WHERE lower(hex(refresh_token_hash)) = '{secret}'"));
    assert_eq!(kept, 0, "only the hash is kept");
}

#[test]
fn a_weak_hash_is_made_anew_when_its_owner_signs_in() {
    use argon2::password_hash::PasswordHasher;
    let pc = Desk::open();
    let weak = argon2::Argon2::new(
        argon2::Algorithm::Argon2id,
        argon2::Version::V0x13,
        argon2::Params::new(64, 1, 1, None).expect("parameters"),
    );
    let weak = weak.hash_password(PASSWORD.as_bytes()).expect("a hash").to_string();
    pc.write(pc.staff.admin, |tx| {
        Ok(tx.execute(
            "UPDATE users SET password_hash = ?1, updated_at = ?2 WHERE id = ?3",
            (&weak, tx.now, pc.staff.desk),
        )?)
    })
    .expect("writes");
    let hash = || -> String {
        pc.read(|conn| {
            Ok(conn.query_row("SELECT password_hash FROM users WHERE id = ?1", [pc.staff.desk], |row| row.get(0))?)
        })
    };
    let _ = identity::sign_in(&pc.db, DESK, "a wrong password");
    assert_eq!(hash(), weak, "only the right password can be hashed anew");
    identity::sign_in(&pc.db, DESK, PASSWORD).expect("signs in");
    let fresh = hash();
    assert!(fresh.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{fresh}");
    identity::sign_in(&pc.db, DESK, PASSWORD).expect("signs in");
    assert_eq!(hash(), fresh, "once is enough");
}

#[test]
fn an_entry_of_the_staff_list_adds_permissions_but_never_clinical_ones() {
    let pc = Desk::open();
    let staff = pc.staff;
    let write = |form: &TeamMemberForm| pc.write(staff.admin, |tx| identity::add_team_member(tx, form));
    let clinical = TeamMemberForm { permissions: vec![Permission::ViewClinical], ..entry(Some(staff.desk)) };
    assert_eq!(problems(write(&clinical)), [("permissions".to_owned(), Code::NotAllowed)]);
    let hours = TeamMemberForm { working_hours: vec!["mon 17:00-09:00".into(), "noon".into()], ..entry(None) };
    let expected = [("workingHours".to_owned(), Code::EndsBeforeStart), ("workingHours".to_owned(), Code::NotATime)];
    assert_eq!(problems(write(&hours)), expected);
    let nobody = TeamMemberForm { user_id: Some(UserId(staff.site.0)), ..entry(None) };
    assert_eq!(code_of(write(&nobody)), Code::NotFound);

    let nurse = write(&entry(Some(staff.desk))).expect("adds");
    assert_eq!(nurse.working_hours, ["mon 09:00-17:00", "tue 09:00-13:00"]);
    let may = || identity::sign_in(&pc.db, DESK, PASSWORD).expect("signs in").may(Permission::ManageTemplates);
    assert!(may(), "by the entry");
    pc.write(staff.admin, |tx| identity::deactivate_team_member(tx, nurse.id)).expect("deactivates");
    assert!(!may(), "no longer");
    pc.write(staff.admin, |tx| identity::reactivate_team_member(tx, nurse.id)).expect("reactivates");
    // A row that came from a PC which did not check, and one of a version to come.
    pc.db
        .write(Actor::User(staff.admin), "test", |tx| {
            let names = r#"["view_clinical","issue_prescription","fly_to_the_moon","manage_templates"]"#;
            Ok(tx.execute("UPDATE staff_members SET permissions = ?1, updated_at = ?2", (names, tx.now))?)
        })
        .expect("writes");
    let who = identity::sign_in(&pc.db, DESK, PASSWORD).expect("signs in");
    assert_eq!(who.extra, [Permission::ManageTemplates]);
    assert!(!who.may(Permission::ViewClinical) && !who.may(Permission::IssuePrescription));
}

#[test]
fn the_staff_list_by_role_skill_and_site() {
    let pc = Desk::open();
    let staff = pc.staff;
    let add = |name: &str, role: &str, skill: &str, site| {
        let form = TeamMemberForm {
            name: name.into(),
            role: role.into(),
            skills: vec![skill.into()],
            clinic_id: site,
            permissions: Vec::new(),
            ..entry(None)
        };
        pc.write(staff.admin, |tx| identity::add_team_member(tx, &form)).expect("adds").id
    };
    add("Asha", "Nurse", "Phlebotomy", Some(staff.site));
    let vijay = add("Vijay", "Therapist", "Massage", None);
    let names = |filter: TeamFilter| -> Vec<String> {
        let page = pc.read(|conn| identity::list_team(conn, &filter, PageRequest::FIRST));
        page.items.into_iter().map(|member| member.name).collect()
    };
    let all = TeamFilter::default();
    assert_eq!(names(all.clone()), ["Asha", "Vijay"]);
    assert_eq!(names(TeamFilter { role: "nurse".into(), ..all.clone() }), ["Asha"]);
    assert_eq!(names(TeamFilter { skill: "massage".into(), ..all.clone() }), ["Vijay"]);
    assert_eq!(names(TeamFilter { clinic_id: Some(staff.site), ..all.clone() }), ["Asha", "Vijay"]);
    let edited = TeamMemberForm { name: "Vijay Patil".into(), role: "Nurse".into(), ..entry(None) };
    pc.write(staff.admin, |tx| identity::edit_team_member(tx, vijay, &edited)).expect("edits");
    assert_eq!(names(TeamFilter { role: "Nurse".into(), ..all.clone() }), ["Asha", "Vijay Patil"]);
    pc.write(staff.admin, |tx| identity::deactivate_team_member(tx, vijay)).expect("deactivates");
    assert_eq!(names(all.clone()), ["Asha"]);
    assert_eq!(names(TeamFilter { include_inactive: true, ..all }), ["Asha", "Vijay Patil"]);
}
