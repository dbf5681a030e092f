//! The notes, by who, what, to what and when.

use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};
use specta::Type;
use uuid::Uuid;

use crate::error::Result;
use crate::ids::{AuditId, DeviceId, Instant, UserId};
use crate::page::{Page, PageRequest};

/// A note as an auditor reads it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AuditEntry {
    pub id: AuditId,
    /// Nobody: the system.
    pub actor_id: Option<UserId>,
    pub actor_name: Option<String>,
    pub actor_role: Option<String>,
    pub action: String,
    pub entity_type: String,
    pub entity_id: Option<Uuid>,
    /// JSON.
    pub metadata: Option<String>,
    pub device_id: Option<DeviceId>,
    pub device_name: Option<String>,
    pub at: Instant,
}

impl AuditEntry {
    fn from_row(row: &Row) -> rusqlite::Result<AuditEntry> {
        Ok(AuditEntry {
            id: row.get("id")?,
            actor_id: row.get("actor_id")?,
            actor_name: row.get("actor_name")?,
            actor_role: row.get("actor_role")?,
            action: row.get("action")?,
            entity_type: row.get("entity_type")?,
            entity_id: row.get("entity_id")?,
            metadata: row.get("metadata")?,
            device_id: row.get("device_id")?,
            device_name: row.get("device_name")?,
            at: row.get("created_at")?,
        })
    }
}

/// Which notes are wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "by", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum AuditFilter {
    Actor {
        user_id: UserId,
    },
    Action {
        action: String,
    },
    Entity {
        entity_type: String,
        entity_id: Uuid,
    },
    /// From the first instant on, up to and without the second.
    Time {
        from: Instant,
        to: Instant,
    },
}

macro_rules! entries {
    ($which:literal) => {
        concat!(
            "SELECT audit_log.*, (SELECT full_name FROM profiles WHERE profiles.user_id = actor_id LIMIT 1) AS actor_name,
                    (SELECT name FROM devices WHERE devices.id = device_id) AS device_name
             FROM audit_log WHERE ",
            $which,
            " ORDER BY created_at DESC, id DESC LIMIT ?1 OFFSET ?2"
        )
    };
}

/// The notes that a filter lets through, the latest first.
pub fn list(conn: &Connection, filter: &AuditFilter, page: PageRequest) -> Result<Page<AuditEntry>> {
    let (limit, offset) = (page.sql_limit(), page.sql_offset());
    let read = AuditEntry::from_row;
    let found: rusqlite::Result<Vec<AuditEntry>> = match filter {
        AuditFilter::Actor { user_id } => {
            conn.prepare_cached(entries!("actor_id = ?3"))?.query_map(params![limit, offset, user_id], read)?.collect()
        }
        AuditFilter::Action { action } => {
            conn.prepare_cached(entries!("action = ?3"))?.query_map(params![limit, offset, action], read)?.collect()
        }
        AuditFilter::Entity { entity_type, entity_id } => conn
            .prepare_cached(entries!("entity_type = ?3 AND entity_id = ?4"))?
            .query_map(params![limit, offset, entity_type, entity_id], read)?
            .collect(),
        AuditFilter::Time { from, to } => conn
            .prepare_cached(entries!("created_at >= ?3 AND created_at < ?4"))?
            .query_map(params![limit, offset, from, to], read)?
            .collect(),
    };
    Ok(page.page(found?))
}
