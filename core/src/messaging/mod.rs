//! Words between a patient and the clinic, and what the clinic tells by itself.

mod close;
mod conversations;
mod fill;
mod mark;
mod messages;
mod notifications;
mod open;
mod outbox;
mod queue;
mod read;
mod send;
mod template;
mod write_template;

pub use close::{close, reopen};
pub use conversations::{Conversation, by_patient, by_provider, conversation, unread_messages};
pub use mark::{mark_delivered, mark_failed, mark_notification_read, mark_sent};
pub use messages::{Message, messages};
pub use notifications::{Notification, NotificationStatus, unread, unread_count};
pub use open::{NewConversation, open};
pub use outbox::{Outgoing, outbox};
pub use queue::{NewNotification, NotificationRecipient, queue};
pub use read::mark_read;
pub use send::{MessageSender, NewMessage, ReaderSide, send};
pub use template::{NotificationChannel, NotificationWords, TemplateKey, template};
pub use write_template::{ClinicTemplate, NotificationTemplateForm, remove_template, templates, write_template};
