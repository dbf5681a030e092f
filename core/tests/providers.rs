//! Doctors: registering, approving, finding, and their papers.

mod support;

use neem_core::ids::{CredentialId, FileId, ProviderId};
use neem_core::page::PageRequest;
use neem_core::providers::{
    self, Approval, ApprovalDecision, Credential, CredentialForm, CredentialStatus, KnownFor, Provider, ProviderForm,
    ProviderSearch, RegisteredBy, TagKind,
};
use neem_core::scheduling::{self, NewWalkIn};
use neem_core::{Code, Error, identity};
use support::{Desk, PASSWORD};

fn code_of<T: std::fmt::Debug>(outcome: Result<T, Error>) -> Code {
    outcome.expect_err("a refusal").code()
}

fn problems<T: std::fmt::Debug>(outcome: Result<T, Error>) -> Vec<(String, Code)> {
    let error = outcome.expect_err("problems");
    error.problems().iter().map(|problem| (problem.field.clone(), problem.code)).collect()
}

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|&text| text.to_owned()).collect()
}

fn doctor(name: &str, specialization: &str) -> ProviderForm {
    ProviderForm {
        display_name: name.into(),
        registration_number: format!("MMC-{name}"),
        specialization: specialization.into(),
        ..ProviderForm::default()
    }
}

fn add(pc: &Desk, form: &ProviderForm) -> Provider {
    pc.write(pc.staff.admin, |tx| providers::register_provider(tx, form, RegisteredBy::Manager(None))).expect("adds")
}

fn decide(pc: &Desk, id: ProviderId, decision: ApprovalDecision, note: &str) -> Result<Provider, Error> {
    pc.write(pc.staff.admin, |tx| providers::decide_approval(tx, id, decision, note))
}

#[test]
fn who_registers_themself_waits_for_the_manager() {
    let pc = Desk::open();
    let by = RegisteredBy::Themself(pc.staff.desk);
    let register = |form: &ProviderForm| pc.write(pc.staff.desk, |tx| providers::register_provider(tx, form, by));
    let waiting = register(&doctor("Dr Meera Kulkarni", "Children")).expect("registers");
    assert_eq!((waiting.approval, waiting.approved_by, waiting.approved_at), (Approval::Pending, None, None));
    let provider = || identity::sign_in(&pc.db, "kulkarni@clinic.example", PASSWORD).expect("signs in").provider;
    assert_eq!(provider(), None, "not yet");
    assert_eq!(problems(register(&doctor("Dr M", "Skin"))), [("userId".to_owned(), Code::AlreadyUsed)]);

    let approved = decide(&pc, waiting.id, ApprovalDecision::Approve, "papers seen").expect("approves");
    assert_eq!((approved.approval, approved.approved_by), (Approval::Approved, Some(pc.staff.admin)));
    assert!(approved.approved_at.is_some() && approved.approval_note.as_deref() == Some("papers seen"));
    assert_eq!(provider(), Some(waiting.id));

    assert_eq!(
        problems(decide(&pc, waiting.id, ApprovalDecision::Suspend, " ")),
        [("note".to_owned(), Code::Required)]
    );
    decide(&pc, waiting.id, ApprovalDecision::Suspend, "registration lapsed").expect("suspends");
    assert_eq!(provider(), None, "suspended");
    let again = decide(&pc, waiting.id, ApprovalDecision::Approve, "").expect_err("is suspended, not waiting");
    assert_eq!((again.code(), again.detail()), (Code::IllegalTransition, Some("suspended")));
    let back = decide(&pc, waiting.id, ApprovalDecision::Reinstate, "").expect("reinstates");
    assert_eq!((back.approval, back.approval_note), (Approval::Approved, None));
}

#[test]
fn a_profile_is_edited_and_every_slip_is_named() {
    let pc = Desk::open();
    let own = pc.staff.provider;
    let form = ProviderForm {
        qualification: "MBBS, MD".into(),
        bio: "Seventeen years in Pune.".into(),
        years_of_experience: Some(17),
        consultation_fee_minor: Some(60_000),
        phone: "98220 12345".into(),
        timezone: "Asia/Kolkata".into(),
        languages: texts(&["Marathi", "Hindi", " marathi "]),
        skills: texts(&["Diabetes"]),
        specializations: texts(&["Internal medicine"]),
        ..doctor("Dr Farah Siddiqui", "General")
    };
    let edit = |form: &ProviderForm| pc.write(pc.staff.admin, |tx| providers::edit_provider(tx, own, form));
    let edited = edit(&form).expect("edits");
    assert_eq!(edited.languages, ["Hindi", "Marathi"], "a set, whatever the case");
    assert_eq!((edited.consultation_fee_minor, edited.years_of_experience), (Some(60_000), Some(17)));
    assert_eq!(edited.phone.as_deref(), Some("+919822012345"));
    assert_eq!(edited.places.len(), 1, "the places are left alone");
    assert_eq!(edited.approval, Approval::Approved, "and so is the approval");

    let edited = edit(&ProviderForm { languages: texts(&["Urdu", "hindi"]), ..form.clone() }).expect("edits");
    assert_eq!(edited.languages, ["Hindi", "Urdu"]);
    let edited = edit(&form).expect("edits");
    assert_eq!(edited.languages, ["Hindi", "Marathi"], "added again");
    let rows = "SELECT count(*) FROM provider_tags WHERE value = 'Marathi'";
    assert_eq!(pc.count(rows), 2, "adding again is a new row: a set of the sync");

    let other = add(&pc, &doctor("Dr Arjun Menon", "Children"));
    let wrong = ProviderForm {
        display_name: "1".into(),
        registration_number: other.registration_number,
        specialization: String::new(),
        years_of_experience: Some(81),
        phone: "none".into(),
        timezone: "Pune".into(),
        skills: vec!["x".into(); 51],
        ..form.clone()
    };
    let expected = [
        ("displayName", Code::NotAName),
        ("registrationNumber", Code::AlreadyUsed),
        ("specialization", Code::Required),
        ("yearsOfExperience", Code::OutOfRange),
        ("phone", Code::NotAPhone),
        ("timezone", Code::NotATimeZone),
        ("skills", Code::TooLong),
    ];
    assert_eq!(problems(edit(&wrong)), expected.map(|(field, code)| (field.to_owned(), code)));
    let picture = ProviderForm { avatar_file_id: Some(FileId(own.0)), ..form };
    assert_eq!(code_of(edit(&picture)), Code::NotFound);
}

#[test]
fn a_doctor_works_at_sites_with_a_room_at_each() {
    let pc = Desk::open();
    let own = pc.staff.provider;
    let work = |clinic, room| pc.write(pc.staff.admin, |tx| providers::work_at(tx, own, clinic, room));
    let stop = |clinic| pc.write(pc.staff.admin, |tx| providers::stop_working_at(tx, own, clinic));
    let rooms = || -> Vec<Option<String>> {
        pc.read(|conn| providers::places_of(conn, own)).into_iter().map(|place| place.room).collect()
    };
    work(pc.staff.site, "Room 7").expect("another room");
    assert_eq!(rooms(), [Some("Room 7".to_owned())]);
    stop(pc.staff.site).expect("stops");
    assert_eq!(rooms(), Vec::<Option<String>>::new());
    assert_eq!(code_of(stop(pc.staff.site)), Code::DoesNotWorkHere);
    work(pc.staff.site, "").expect("again");
    assert_eq!(rooms(), [None]);
    assert_eq!(pc.count("SELECT count(*) FROM provider_clinics"), 1);
    assert_eq!(code_of(work(neem_core::ids::ClinicId(own.0), "")), Code::NotFound);
}

#[test]
fn a_doctor_is_found_by_the_beginnings_of_words_in_any_order() {
    let pc = Desk::open();
    add(
        &pc,
        &ProviderForm {
            specializations: texts(&["Diabétologie"]),
            ..doctor("Dr José Ávila Menon", "Internal medicine")
        },
    );
    add(&pc, &doctor("डॉ सुनीता पाटील", "Skin"));
    let waiting = doctor("Dr Josefa Waits", "Skin");
    let by = RegisteredBy::Themself(pc.staff.desk);
    let waiting = pc.write(pc.staff.desk, |tx| providers::register_provider(tx, &waiting, by)).expect("registers");
    let names = |words: &str, specialization: &str, everyone| -> Vec<String> {
        let search = ProviderSearch { words: words.into(), specialization: specialization.into(), everyone };
        let page = pc.read(|conn| providers::search_providers(conn, &search, PageRequest::FIRST));
        page.items.into_iter().map(|hit| hit.display_name).collect()
    };
    let jose = "Dr José Ávila Menon";
    for words in ["jose", "MEN jo", "avila jos", "internal", "diabetologie", "jose med"] {
        assert_eq!(names(words, "", false), [jose], "{words}");
    }
    assert_eq!(names("sunita", "", false), ["डॉ सुनीता पाटील"]);
    assert_eq!(names("jose", "skin", false), Vec::<String>::new());
    assert_eq!(names("", "diab", false), [jose]);
    assert_eq!(names("menon\" OR name:*", "", false), Vec::<String>::new(), "words, not operators");
    assert_eq!(names("??", "", false), Vec::<String>::new());
    assert_eq!(names("jos", "", true).len(), 2, "those who wait too");
    assert_eq!(names("", "", false).len(), 3, "nothing typed: everybody who can be seen");

    decide(&pc, waiting.id, ApprovalDecision::Approve, "").expect("approves");
    assert_eq!(names("jos", "", false).len(), 2);
    let renamed = ProviderForm { display_name: "Dr Pia Waits".into(), ..doctor("Dr Josefa Waits", "Skin") };
    pc.write(pc.staff.admin, |tx| providers::edit_provider(tx, waiting.id, &renamed)).expect("renames");
    assert_eq!(names("josefa", "", true), Vec::<String>::new(), "no longer by the old name");
    assert_eq!(names("pia", "", false), ["Dr Pia Waits"]);
}

#[test]
fn the_doctors_who_can_be_seen_by_what_they_are_known_for() {
    let pc = Desk::open();
    let skin =
        ProviderForm { languages: texts(&["Marathi"]), skills: texts(&["Dermoscopy"]), ..doctor("Dr Putri", "Skin") };
    let skin = add(&pc, &skin);
    let ears = ProviderForm {
        languages: texts(&["MARATHI"]),
        specializations: texts(&["skin"]),
        ..doctor("Dr Arjun", "Ears")
    };
    add(&pc, &ears);
    let names = |kind, value: &str| -> Vec<String> {
        let wanted = KnownFor { kind, value: value.into() };
        let page = pc.read(|conn| providers::active_doctors(conn, Some(&wanted), PageRequest::FIRST));
        page.items.into_iter().map(|doctor| doctor.display_name).collect()
    };
    assert_eq!(names(TagKind::Language, "marathi"), ["Dr Arjun", "Dr Putri"]);
    assert_eq!(names(TagKind::Skill, "dermoscopy"), ["Dr Putri"]);
    assert_eq!(names(TagKind::Specialization, "Skin"), ["Dr Arjun", "Dr Putri"], "printed or by tag");
    assert_eq!(names(TagKind::Language, "Latin"), Vec::<String>::new());
    decide(&pc, skin.id, ApprovalDecision::Suspend, "away for good").expect("suspends");
    assert_eq!(names(TagKind::Language, "marathi"), ["Dr Arjun"]);

    let review = |stars: i64, id: ProviderId| {
        let patient = pc.register("Sunita Deshpande");
        pc.write(pc.staff.desk, |tx| {
            let walk_in = NewWalkIn {
                clinic_id: pc.staff.site,
                patient_id: patient,
                provider_id: id,
                reason: String::new(),
            };
            let visit = scheduling::book_walk_in(tx, &walk_in)?.appointment_id;
            Ok(tx.execute(
                "INSERT INTO reviews (id, tenant_id, provider_id, patient_id, appointment_id, rating, visible, created_at, updated_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1, ?7, ?7)",
                (tx.new_id(), tx.device.tenant, id, patient, visit, stars, tx.now),
            )?)
        })
        .expect("reviews");
    };
    review(5, pc.staff.provider);
    review(4, pc.staff.provider);
    let all = pc.read(|conn| providers::active_doctors(conn, None, PageRequest::FIRST)).items;
    let rated: Vec<_> = all.iter().map(|doctor| (doctor.display_name.as_str(), doctor.rating)).collect();
    assert_eq!(rated, [("Dr Farah Siddiqui", Some(4.5)), ("Dr Arjun", None)], "the best rated first");
}

fn paper(pc: &Desk, kind: &str, days: i64) -> CredentialForm {
    let day = |days| (pc.today().0 + chrono::Duration::days(days)).to_string();
    CredentialForm {
        provider_id: pc.staff.provider,
        kind: kind.into(),
        number: "KI-77120".into(),
        file_id: None,
        document_url: String::new(),
        issued_on: day(-400),
        expires_on: day(days),
        notes: String::new(),
    }
}

fn add_paper(pc: &Desk, form: &CredentialForm) -> Result<Credential, Error> {
    pc.write(pc.staff.admin, |tx| providers::add_credential(tx, form, pc.today()))
}

fn check(pc: &Desk, id: CredentialId, genuine: bool, note: &str) -> Result<Credential, Error> {
    pc.write(pc.staff.admin, |tx| providers::check_credential(tx, id, genuine, note, pc.today()))
}

#[test]
fn papers_are_checked_once_and_by_name() {
    let pc = Desk::open();
    let added = add_paper(&pc, &paper(&pc, "Degree", 900)).expect("adds");
    assert_eq!((added.status, added.verified_at), (CredentialStatus::Pending, None));
    assert_eq!(check(&pc, added.id, true, "").expect("verifies").status, CredentialStatus::Verified);
    assert_eq!(pc.count("SELECT count(*) FROM credentials WHERE verified_by IS NOT NULL"), 1);
    assert_eq!(code_of(check(&pc, added.id, false, "no")), Code::AlreadyDecided);
    let other = add_paper(&pc, &paper(&pc, "Insurance", 900)).expect("adds");
    assert_eq!(problems(check(&pc, other.id, false, "")), [("note".to_owned(), Code::Required)]);
    let rejected = check(&pc, other.id, false, "another name on it").expect("rejects");
    assert_eq!((rejected.status, rejected.notes.as_deref()), (CredentialStatus::Rejected, Some("another name on it")));
    let wrong = CredentialForm { kind: String::new(), issued_on: "soon".into(), ..paper(&pc, "", 1) };
    let expected = [("kind".to_owned(), Code::Required), ("issuedOn".to_owned(), Code::NotADate)];
    assert_eq!(problems(add_paper(&pc, &wrong)), expected);
    let backward = add_paper(&pc, &paper(&pc, "Degree", -401));
    assert_eq!(problems(backward), [("expiresOn".to_owned(), Code::EndsBeforeStart)]);
    pc.write(pc.staff.admin, |tx| providers::remove_credential(tx, other.id)).expect("removes");
    assert_eq!(pc.read(|conn| providers::list_credentials(conn, pc.staff.provider, pc.today())).len(), 1);
    let twice = pc.write(pc.staff.admin, |tx| providers::remove_credential(tx, other.id));
    assert_eq!(code_of(twice), Code::NotFound);
}

#[test]
fn papers_run_out_after_their_last_day() {
    let pc = Desk::open();
    for days in [-1, 0, 30, 31] {
        add_paper(&pc, &paper(&pc, &format!("{days}"), days)).expect("adds");
    }
    let rejected = add_paper(&pc, &paper(&pc, "rejected", 5)).expect("adds");
    check(&pc, rejected.id, false, "not genuine").expect("rejects");
    let endless = CredentialForm { expires_on: String::new(), ..paper(&pc, "endless", 0) };
    add_paper(&pc, &endless).expect("adds");
    let kinds = |papers: Vec<Credential>| papers.into_iter().map(|paper| paper.kind).collect::<Vec<_>>();
    let expiring = pc.read(|conn| providers::expiring_credentials(conn, pc.today(), 30));
    assert!(expiring.iter().all(|paper| !paper.expired && paper.provider_name == "Dr Farah Siddiqui"));
    assert_eq!(kinds(expiring), ["0", "30"]);
    let all = pc.read(|conn| providers::list_credentials(conn, pc.staff.provider, pc.today()));
    assert_eq!(kinds(all.iter().filter(|paper| paper.expired).cloned().collect()), ["-1"]);
    assert_eq!(all.last().map(|paper| paper.kind.as_str()), Some("endless"));
    let plan = pc.plan(include_str!("../src/providers/expiring.sql"));
    assert!(plan.contains("credentials_expiry"), "{plan}");
}
