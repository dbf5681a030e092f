use neem_core::identity::Permission;
use neem_core::ids::{ConversationId, MessageId, NotificationId, NotificationTemplateId, PatientId};
use neem_core::messaging::{
    self, ClinicTemplate, Conversation, Message, MessageSender, NewConversation, NewMessage, NewNotification,
    Notification, NotificationChannel, NotificationTemplateForm, NotificationWords, Outgoing, ReaderSide, TemplateKey,
};
use neem_core::page::{Page, PageRequest};
use tauri::State;

use crate::error::Answer;
use crate::state::App;

#[tauri::command(async)]
#[specta::specta]
pub fn open_conversation(app: State<App>, conversation: NewConversation) -> Answer<ConversationId> {
    app.write(Permission::UseConversations, "open_conversation", |tx| messaging::open(tx, &conversation))
}

#[tauri::command(async)]
#[specta::specta]
pub fn close_conversation(app: State<App>, conversation_id: ConversationId) -> Answer<()> {
    app.write(Permission::UseConversations, "close_conversation", |tx| messaging::close(tx, conversation_id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn reopen_conversation(app: State<App>, conversation_id: ConversationId) -> Answer<()> {
    app.write(Permission::UseConversations, "reopen_conversation", |tx| messaging::reopen(tx, conversation_id))
}

/// The conversations of the doctor who is signed in.
#[tauri::command(async)]
#[specta::specta]
pub fn list_own_conversations(app: State<App>, page: PageRequest) -> Answer<Page<Conversation>> {
    let provider = app.provider(Permission::UseConversations)?;
    app.read(Permission::UseConversations, |conn| messaging::by_provider(conn, provider, page))
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_patient_conversations(
    app: State<App>,
    patient_id: PatientId,
    page: PageRequest,
) -> Answer<Page<Conversation>> {
    app.read(Permission::UseConversations, |conn| messaging::by_patient(conn, patient_id, page))
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_messages(app: State<App>, conversation_id: ConversationId, page: PageRequest) -> Answer<Page<Message>> {
    app.read(Permission::UseConversations, |conn| messaging::messages(conn, conversation_id, page))
}

#[tauri::command(async)]
#[specta::specta]
pub fn send_message(app: State<App>, message: NewMessage) -> Answer<MessageId> {
    app.write(Permission::UseConversations, "send_message", |tx| messaging::send(tx, MessageSender::Staff, &message))
}

/// What a patient said or wrote elsewhere, taken down here.
#[tauri::command(async)]
#[specta::specta]
pub fn record_patient_message(app: State<App>, message: NewMessage) -> Answer<MessageId> {
    app.write(Permission::UseConversations, "record_patient_message", |tx| {
        messaging::send(tx, MessageSender::Patient, &message)
    })
}

#[tauri::command(async)]
#[specta::specta]
pub fn mark_conversation_read(app: State<App>, conversation_id: ConversationId) -> Answer<u32> {
    app.write(Permission::UseConversations, "mark_conversation_read", |tx| {
        messaging::mark_read(tx, conversation_id, ReaderSide::Staff)
    })
}

/// What the doctor who is signed in has not read.
#[tauri::command(async)]
#[specta::specta]
pub fn count_unread_messages(app: State<App>) -> Answer<u32> {
    // A conversation is a doctor's; whoever is none has nothing to read of their own.
    let Some(provider) = app.user(Permission::UseConversations)?.provider else { return Ok(0) };
    app.read(Permission::UseConversations, |conn| messaging::unread_messages(conn, provider, ReaderSide::Staff))
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_unread_notifications(app: State<App>, page: PageRequest) -> Answer<Page<Notification>> {
    let (user, now) = (app.user(Permission::OwnAccount)?.user, app.db()?.now());
    app.read(Permission::OwnAccount, |conn| messaging::unread(conn, user, now, page))
}

#[tauri::command(async)]
#[specta::specta]
pub fn count_unread_notifications(app: State<App>) -> Answer<u32> {
    let (user, now) = (app.user(Permission::OwnAccount)?.user, app.db()?.now());
    app.read(Permission::OwnAccount, |conn| messaging::unread_count(conn, user, now))
}

#[tauri::command(async)]
#[specta::specta]
pub fn mark_notification_read(app: State<App>, notification_id: NotificationId) -> Answer<()> {
    app.write(Permission::OwnAccount, "mark_notification_read", |tx| {
        messaging::mark_notification_read(tx, notification_id)
    })
}

#[tauri::command(async)]
#[specta::specta]
pub fn queue_notification(app: State<App>, notification: NewNotification) -> Answer<NotificationId> {
    app.write(Permission::UseConversations, "queue_notification", |tx| messaging::queue(tx, &notification))
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_outbox(app: State<App>, channel: NotificationChannel, page: PageRequest) -> Answer<Page<Outgoing>> {
    let now = app.db()?.now();
    app.read(Permission::UseConversations, |conn| messaging::outbox(conn, channel, now, page))
}

#[tauri::command(async)]
#[specta::specta]
pub fn mark_notification_sent(app: State<App>, notification_id: NotificationId) -> Answer<()> {
    app.write(Permission::UseConversations, "mark_notification_sent", |tx| messaging::mark_sent(tx, notification_id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn mark_notification_delivered(app: State<App>, notification_id: NotificationId) -> Answer<()> {
    app.write(Permission::UseConversations, "mark_notification_delivered", |tx| {
        messaging::mark_delivered(tx, notification_id)
    })
}

#[tauri::command(async)]
#[specta::specta]
pub fn mark_notification_failed(app: State<App>, notification_id: NotificationId, failure: String) -> Answer<()> {
    app.write(Permission::UseConversations, "mark_notification_failed", |tx| {
        messaging::mark_failed(tx, notification_id, &failure)
    })
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_notification_templates(app: State<App>) -> Answer<Vec<ClinicTemplate>> {
    app.read(Permission::ManageTemplates, messaging::templates)
}

/// The words that hold for a key, a channel and a language, the clinic's own or the built-in ones.
#[tauri::command(async)]
#[specta::specta]
pub fn show_notification_template(
    app: State<App>,
    key: TemplateKey,
    channel: NotificationChannel,
    language: String,
) -> Answer<NotificationWords> {
    app.read(Permission::ManageTemplates, |conn| messaging::template(conn, key, channel, &language))
}

#[tauri::command(async)]
#[specta::specta]
pub fn write_notification_template(
    app: State<App>,
    template: NotificationTemplateForm,
) -> Answer<NotificationTemplateId> {
    app.write(Permission::ManageTemplates, "write_notification_template", |tx| messaging::write_template(tx, &template))
}

#[tauri::command(async)]
#[specta::specta]
pub fn remove_notification_template(app: State<App>, template_id: NotificationTemplateId) -> Answer<()> {
    app.write(Permission::ManageTemplates, "remove_notification_template", |tx| {
        messaging::remove_template(tx, template_id)
    })
}
