//! Conversations and notifications: who has read what, who may be written to, and in which words.

mod support;

use std::collections::BTreeMap;

use neem_core::files::{self, FileOwner, FileStore};
use neem_core::ids::{ConversationId, FileId, Instant, MessageId, NotificationId, PatientId};
use neem_core::messaging::{
    self, MessageSender, NewConversation, NewMessage, NewNotification, NotificationChannel, NotificationRecipient,
    NotificationTemplateForm, ReaderSide, TemplateKey,
};
use neem_core::page::PageRequest;
use neem_core::{Code, Result};
use rusqlite::params;
use support::{Desk, MINUTE};

const FIRST: PageRequest = PageRequest::FIRST;

fn open(desk: &Desk, patient: PatientId, subject: &str) -> ConversationId {
    let new = NewConversation {
        patient_id: patient,
        provider_id: Some(desk.staff.provider),
        consultation_id: None,
        subject: subject.into(),
    };
    desk.write(desk.staff.desk, |tx| messaging::open(tx, &new)).expect("opens")
}

fn send(desk: &Desk, id: ConversationId, sender: MessageSender, body: &str, files: &[FileId]) -> Result<MessageId> {
    let message = NewMessage { conversation_id: id, body: body.into(), attachments: files.to_vec() };
    desk.write(desk.staff.doctor, |tx| messaging::send(tx, sender, &message))
}

fn unread(desk: &Desk, id: ConversationId) -> (u32, u32) {
    let line = desk.read(|conn| messaging::conversation(conn, id));
    (line.unread_by_staff, line.unread_by_patient)
}

#[test]
fn each_side_has_read_what_it_has_read() {
    let desk = Desk::open();
    let patient = desk.register("Sunita Deshpande");
    let id = open(&desk, patient, "Blood test");
    for (sender, body) in [
        (MessageSender::Patient, "Is my result there?"),
        (MessageSender::Staff, "It is."),
        (MessageSender::System, "A file was added."),
        (MessageSender::Patient, "Thank you."),
    ] {
        send(&desk, id, sender, body, &[]).expect("sends");
        desk.clock.ahead(desk.now().0 - neem_now() + MINUTE);
    }
    assert_eq!(unread(&desk, id), (3, 2));
    assert_eq!(desk.read(|conn| messaging::unread_messages(conn, desk.staff.provider, ReaderSide::Staff)), 3);
    let read = |side| desk.write(desk.staff.doctor, |tx| messaging::mark_read(tx, id, side)).expect("marks");
    assert_eq!(read(ReaderSide::Staff), 3);
    assert_eq!(read(ReaderSide::Staff), 0, "what was read gets no second receipt");
    assert_eq!(unread(&desk, id), (0, 2));
    assert_eq!(desk.count("SELECT count(*) FROM message_receipts"), 3);
    assert_eq!(read(ReaderSide::Patient), 2);
    send(&desk, id, MessageSender::Patient, "One more thing", &[]).expect("sends");
    assert_eq!(unread(&desk, id), (1, 0));

    let page = desk.read(|conn| messaging::messages(conn, id, PageRequest { offset: 0, limit: 2 }));
    let bodies: Vec<&str> = page.items.iter().map(|message| message.body.as_str()).collect();
    assert_eq!((bodies, page.more), (vec!["Thank you.", "One more thing"], true), "the end first, in order");
    assert!(page.items[0].read_by_staff_at.is_some() && page.items[0].read_by_patient_at.is_none());
    let earlier = desk.read(|conn| messaging::messages(conn, id, PageRequest { offset: 2, limit: 9 }));
    assert_eq!(earlier.items[1].user_name.as_deref(), Some("Dr Farah Siddiqui"));
}

fn neem_now() -> i64 {
    use neem_core::clock::{Clock, SystemClock};
    SystemClock.now().0
}

#[test]
fn the_conversation_last_written_in_comes_first_and_merged_records_count() {
    let desk = Desk::open();
    let (kept, merged) = (desk.register("Sunita Deshpande"), desk.register("Sunita Deshpandey"));
    let first = open(&desk, kept, "First");
    desk.clock.ahead(MINUTE);
    let second = open(&desk, merged, "Second");
    let order = |desk: &Desk, page| {
        desk.read(|conn| messaging::by_provider(conn, desk.staff.provider, page))
            .items
            .into_iter()
            .map(|c| c.id)
            .collect::<Vec<_>>()
    };
    assert_eq!(order(&desk, FIRST), [second, first]);
    desk.clock.ahead(2 * MINUTE);
    send(&desk, first, MessageSender::Staff, "Hello", &[]).expect("sends");
    assert_eq!(order(&desk, FIRST), [first, second]);
    assert_eq!(order(&desk, PageRequest { offset: 1, limit: 1 }), [second]);

    let of_kept = || desk.read(|conn| messaging::by_patient(conn, kept, FIRST)).items;
    assert_eq!(of_kept().len(), 1);
    desk.write(desk.staff.desk, |tx| {
        Ok(tx.execute(
            "UPDATE patients SET merged_into_id = ?1, updated_at = ?2 WHERE id = ?3",
            params![kept, tx.now, merged],
        )?)
    })
    .expect("merges");
    assert_eq!(of_kept().iter().map(|line| line.id).collect::<Vec<_>>(), [first, second]);
    assert_eq!(of_kept()[0].last_message.as_deref(), Some("Hello"));

    desk.write(desk.staff.desk, |tx| messaging::close(tx, first)).expect("closes");
    assert_eq!(
        send(&desk, first, MessageSender::Patient, "Still there?", &[]).expect_err("closed").code(),
        Code::IllegalTransition
    );
    desk.write(desk.staff.desk, |tx| messaging::reopen(tx, first)).expect("reopens");
    send(&desk, first, MessageSender::Patient, "Still there?", &[]).expect("sends");
}

#[test]
fn a_message_carries_only_papers_of_its_patient() {
    let desk = Desk::open();
    let (patient, other) = (desk.register("Sunita Deshpande"), desk.register("Vikram Bapat"));
    let store = FileStore::beside(desk.db.path());
    let file = |owner| {
        desk.write(desk.staff.desk, |tx| {
            files::add(tx, &store, FileOwner::patient(owner), "note.txt", b"words".as_slice())
        })
        .expect("adds")
        .id
    };
    let (mine, theirs) = (file(patient), file(other));
    let id = open(&desk, patient, "Papers");
    let error = send(&desk, id, MessageSender::Staff, "See here", &[mine, theirs]).expect_err("somebody else's");
    assert_eq!((error.problems()[0].field.as_str(), error.code()), ("attachments", Code::NotFound));
    let error = send(&desk, id, MessageSender::Staff, "  ", &[]).expect_err("nothing said");
    assert_eq!((error.problems()[0].field.as_str(), error.code()), ("body", Code::Required));
    send(&desk, id, MessageSender::Patient, "", &[mine, mine]).expect("a file says enough");
    let page = desk.read(|conn| messaging::messages(conn, id, FIRST));
    assert_eq!(page.items[0].attachments, [mine], "named twice, attached once");
    assert_eq!(page.items[0].user_id, None, "the patient wrote, not the doctor at the PC");

    let lost = NewConversation {
        patient_id: PatientId(uuid::Uuid::from_u128(9)),
        provider_id: None,
        consultation_id: None,
        subject: String::new(),
    };
    let error = desk.write(desk.staff.desk, |tx| messaging::open(tx, &lost)).expect_err("nobody");
    let fields: Vec<&str> = error.problems().iter().map(|problem| problem.field.as_str()).collect();
    assert_eq!(fields, ["subject", "patientId"]);
}

fn consent(desk: &Desk, patient: PatientId, decision: &str) {
    desk.write(desk.staff.desk, |tx| {
        Ok(tx.execute(
            "INSERT INTO consents (id, tenant_id, patient_id, purpose, decision, recorded_by, decided_at, created_at, updated_at)
             VALUES (?1, ?2, ?3, 'messages', ?4, ?5, ?6, ?6, ?6)",
            params![tx.new_id(), tx.device.tenant, patient, decision, tx.user()?, tx.now],
        )?)
    })
    .expect("writes");
}

fn prefer(desk: &Desk, patient: PatientId, channels: &str, languages: &str) {
    desk.write(desk.staff.desk, |tx| {
        Ok(tx.execute(
            "INSERT INTO preferences (id, tenant_id, patient_id, channels, languages, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
            params![tx.new_id(), tx.device.tenant, patient, channels, languages, tx.now],
        )?)
    })
    .expect("writes");
}

fn called(recipient: NotificationRecipient, channel: NotificationChannel) -> NewNotification {
    let params = [("name", "Sunita"), ("number", "A-014"), ("room", "Room 2")];
    NewNotification {
        recipient,
        key: TemplateKey::QueueCalled,
        channel,
        params: params.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        deep_link: String::new(),
        expires_at: None,
    }
}

fn queue(desk: &Desk, new: &NewNotification) -> Result<NotificationId> {
    desk.write(desk.staff.desk, |tx| messaging::queue(tx, new))
}

#[test]
fn a_patient_is_written_to_only_as_they_wish() {
    let desk = Desk::open();
    let patient = desk.register("Sunita Deshpande");
    let sms = called(NotificationRecipient::Patient { id: patient }, NotificationChannel::Sms);
    assert_eq!(queue(&desk, &sms).expect_err("never asked").code(), Code::PurposeNotConsented);
    consent(&desk, patient, "given");
    queue(&desk, &sms).expect("queues");
    desk.clock.ahead(MINUTE);
    prefer(&desk, patient, r#"["email"]"#, r#"["hi-IN"]"#);
    let error = queue(&desk, &sms).expect_err("not by SMS");
    assert_eq!((error.code(), error.detail()), (Code::PurposeNotConsented, Some("sms")));
    let email = called(NotificationRecipient::Patient { id: patient }, NotificationChannel::Email);
    queue(&desk, &email).expect("queues");
    queue(&desk, &called(NotificationRecipient::Patient { id: patient }, NotificationChannel::InApp))
        .expect("disturbs nobody");
    let waiting = desk.read(|conn| messaging::outbox(conn, NotificationChannel::Email, desk.now(), FIRST)).items;
    assert!(waiting[0].words.body.contains("नंबर A-014"), "Hindi, from hi-IN: {}", waiting[0].words.body);
    desk.clock.ahead(2 * MINUTE);
    consent(&desk, patient, "withdrawn");
    assert_eq!(queue(&desk, &email).expect_err("withdrawn").code(), Code::PurposeNotConsented);

    let mut bare = called(NotificationRecipient::User { id: desk.staff.doctor }, NotificationChannel::InApp);
    bare.params = BTreeMap::from([("name".into(), "Farah".into())]);
    bare.expires_at = Some(Instant(desk.now().0 - 1));
    let error = queue(&desk, &bare).expect_err("incomplete");
    let fields: Vec<&str> = error.problems().iter().map(|problem| problem.field.as_str()).collect();
    assert_eq!(fields, ["params.number", "params.room", "expiresAt"]);
}

#[test]
fn the_bell_counts_what_is_unread_and_still_worth_reading() {
    let desk = Desk::open();
    let user = desk.staff.doctor;
    let mut new = called(NotificationRecipient::User { id: user }, NotificationChannel::InApp);
    let lasting = queue(&desk, &new).expect("queues");
    new.expires_at = Some(desk.now().plus_minutes(30));
    let passing = queue(&desk, &new).expect("queues");
    let count = |now| desk.read(|conn| messaging::unread_count(conn, user, now));
    assert_eq!(count(desk.now()), 2);
    assert_eq!(count(desk.now().plus_minutes(31)), 1, "one has expired");
    let later = desk.now().plus_minutes(31);
    let outbox = desk.read(|conn| messaging::outbox(conn, NotificationChannel::InApp, later, FIRST)).items;
    assert_eq!(outbox.iter().map(|out| out.id).collect::<Vec<_>>(), [lasting], "what has expired is not sent");

    let read = |by, id| desk.write(by, |tx| messaging::mark_notification_read(tx, id));
    assert_eq!(read(desk.staff.admin, lasting).expect_err("not theirs").code(), Code::NotFound);
    read(user, passing).expect("reads");
    let left = desk.read(|conn| messaging::unread(conn, user, desk.now(), FIRST)).items;
    assert_eq!(left.iter().map(|line| line.id).collect::<Vec<_>>(), [lasting]);
    assert_eq!(left[0].words.body, "Number A-014: please come to Room 2.");

    let write = |action: fn(&neem_core::Tx, NotificationId) -> Result<()>| desk.write(user, |tx| action(tx, lasting));
    write(messaging::mark_sent).expect("sent");
    assert!(
        desk.read(|conn| messaging::outbox(conn, NotificationChannel::InApp, desk.now(), FIRST))
            .items
            .iter()
            .all(|out| out.id != lasting)
    );
    write(messaging::mark_delivered).expect("delivered");
    let error = desk.write(user, |tx| messaging::mark_failed(tx, lasting, "no line")).expect_err("too late");
    assert_eq!((error.code(), error.detail()), (Code::IllegalTransition, Some("delivered")));
    desk.write(user, |tx| messaging::mark_failed(tx, passing, "no line")).expect("failed");
    let plan = desk.plan(
        "SELECT count(*) FROM notifications WHERE user_id = ?1 AND read_at IS NULL AND deleted_at IS NULL
         AND (expires_at IS NULL OR expires_at > ?2)",
    );
    assert!(plan.contains("INDEX notifications_unread"), "{plan}");
}

#[test]
fn the_clinics_own_words_come_before_the_built_in_ones() {
    let desk = Desk::open();
    let words = |language: &str| {
        desk.read(|conn| messaging::template(conn, TemplateKey::PrescriptionReady, NotificationChannel::Sms, language))
            .body
    };
    let form = |language: &str, body: &str| NotificationTemplateForm {
        key: TemplateKey::PrescriptionReady,
        channel: NotificationChannel::Sms,
        language: language.into(),
        subject: String::new(),
        body: body.into(),
    };
    let write =
        |form: &NotificationTemplateForm| desk.write(desk.staff.admin, |tx| messaging::write_template(tx, form));
    assert_eq!(words("xx"), words("en"));
    assert_eq!(words("pt-BR"), words("pt"));
    assert_ne!(words("pt"), words("en"));
    write(&form("pt", "{{name}}: receita {{number}}.")).expect("writes");
    assert_eq!(words("pt-BR"), "{{name}}: receita {{number}}.");
    let id = write(&form("pt_BR", "Oi {{name}}!")).expect("writes");
    assert_eq!((words("pt-BR").as_str(), words("pt").as_str()), ("Oi {{name}}!", "{{name}}: receita {{number}}."));
    assert_eq!(write(&form("pt-br", "Oi, {{name}}!")).expect("writes again"), id, "one row each");
    assert_eq!(desk.read(messaging::templates).len(), 2);
    desk.write(desk.staff.admin, |tx| messaging::remove_template(tx, id)).expect("removes");
    assert_eq!(words("pt-BR"), "{{name}}: receita {{number}}.");
    for body in ["Your {{balance}}", "Hello {{name", "{{}}"] {
        let error = write(&form("en", body)).expect_err(body);
        assert_eq!((error.problems()[0].field.as_str(), error.code()), ("body", Code::UnknownPlaceholder), "{body}");
    }
}
