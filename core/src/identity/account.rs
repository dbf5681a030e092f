//! One user's account and profile, and how they are found.

use rusqlite::{Connection, OptionalExtension, Row};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::{Code, Result};
use crate::ids::{Instant, LocalDate, UserId};
use crate::patients::Gender;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum UserStatus {
    Active,
    Suspended,
}

crate::ids::named_values!(UserStatus { Active = "active", Suspended = "suspended" });

/// A person with an account. Password and secrets are never part of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UserAccount {
    pub id: UserId,
    pub email: String,
    /// The account's own number, which can be verified.
    pub account_phone: Option<String>,
    pub status: UserStatus,
    pub name: String,
    pub gender: Option<Gender>,
    pub birth_date: Option<LocalDate>,
    /// The number at which colleagues reach the person.
    pub phone: Option<String>,
    pub address: Option<String>,
    pub timezone: Option<String>,
    pub email_verified_at: Option<Instant>,
    pub phone_verified_at: Option<Instant>,
    pub mfa_enabled: bool,
    /// On this PC.
    pub last_login_at: Option<Instant>,
    pub created_at: Instant,
}

impl UserAccount {
    fn from_row(row: &Row) -> rusqlite::Result<UserAccount> {
        Ok(UserAccount {
            id: row.get("id")?,
            email: row.get("email")?,
            account_phone: row.get("account_phone")?,
            status: row.get("status")?,
            name: row.get("full_name")?,
            gender: row.get("gender")?,
            birth_date: row.get("birth_date")?,
            phone: row.get("phone")?,
            address: row.get("address")?,
            timezone: row.get("timezone")?,
            email_verified_at: row.get("email_verified_at")?,
            phone_verified_at: row.get("phone_verified_at")?,
            mfa_enabled: row.get("mfa_enabled")?,
            last_login_at: row.get("last_login_at")?,
            created_at: row.get("created_at")?,
        })
    }
}

/// One account; `NotFound` when there is none.
pub fn user(conn: &Connection, id: UserId) -> Result<UserAccount> {
    conn.prepare_cached(include_str!("account.sql"))?
        .query_row([id], UserAccount::from_row)
        .optional()?
        .ok_or_else(|| Code::NotFound.into())
}

/// The account with an email, active or suspended (B: findByEmailAndTenant).
pub fn find_by_email(conn: &Connection, email: &str) -> Result<Option<UserAccount>> {
    let id: Option<UserId> = conn
        .prepare_cached(
            "SELECT id FROM users WHERE tenant_id = (SELECT tenant_id FROM this_device) AND email = ?1
             AND deleted_at IS NULL ORDER BY created_at LIMIT 1",
        )?
        .query_row([email.trim().to_lowercase()], |row| row.get("id"))
        .optional()?;
    id.map(|id| user(conn, id)).transpose()
}
