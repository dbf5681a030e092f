//! Signing in with what this PC knows; guessing is held off here, with or without a line.

use std::sync::OnceLock;

use rusqlite::{Connection, OptionalExtension, params};

use crate::db::Db;
use crate::error::{Code, Error, Result};
use crate::identity::{Permission, Role, allows, password};
use crate::ids::{Instant, ProviderId, UserId};

/// So many failures in a row are free; each one more doubles the wait.
const FREE_ATTEMPTS: u32 = 5;
const FIRST_WAIT_SECONDS: i64 = 30;
const LONGEST_WAIT_SECONDS: i64 = 15 * 60;

/// A person who has shown who they are.
#[derive(Debug, Clone, PartialEq)]
pub struct SignedIn {
    pub user: UserId,
    pub name: String,
    pub email: String,
    pub roles: Vec<Role>,
    pub provider: Option<ProviderId>,
}

impl SignedIn {
    pub fn may(&self, permission: Permission) -> bool {
        self.roles.iter().any(|role| allows(*role, permission))
    }
}

struct Account {
    user: UserId,
    password_hash: String,
    failed: u32,
    locked_until: Option<Instant>,
}

/// Signs in by email and password. A wrong email and a wrong password get the same answer after
/// the same work.
pub fn sign_in(db: &Db, email: &str, password: &str) -> Result<SignedIn> {
    let email = email.trim().to_lowercase();
    let account = db.read(|conn| find_account(conn, &email))?;
    let Some(account) = account else {
        password::verify_password(password, nobodys_hash());
        return Err(Code::WrongSignIn.into());
    };
    check(db, &account, password)?;
    let signed_in = db.read(|conn| signed_in(conn, account.user))?;
    // A person without a role at this clinic has nothing to sign in to.
    if signed_in.roles.is_empty() { Err(Code::WrongSignIn.into()) } else { Ok(signed_in) }
}

fn check(db: &Db, account: &Account, password: &str) -> Result<()> {
    let now = db.now();
    if let Some(until) = account.locked_until
        && until > now
    {
        // The clock may have been set back meanwhile: nobody waits longer than the longest wait.
        let wait = ((until.0 - now.0) / 1000 + 1).min(LONGEST_WAIT_SECONDS);
        return Err(Error::with(Code::TooManyAttempts, wait.to_string()));
    }
    let right = password::verify_password(password, &account.password_hash);
    let failed = if right { 0 } else { account.failed + 1 };
    let wait = failed.checked_sub(FREE_ATTEMPTS).map(|over| {
        let doubled = FIRST_WAIT_SECONDS << over.min(10);
        Instant(now.0 + doubled.min(LONGEST_WAIT_SECONDS) * 1000)
    });
    // Counted before the answer is given: a PC switched off in between has counted all the same.
    db.write_local(|conn| {
        conn.execute(
            "INSERT INTO sign_in_throttle (user_id, failed_attempts, locked_until, last_login_at) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (user_id) DO UPDATE SET failed_attempts = ?2, locked_until = ?3, last_login_at = coalesce(?4, last_login_at)",
            params![account.user, failed, wait, right.then_some(now)],
        )?;
        Ok(())
    })?;
    if right { Ok(()) } else { Err(Code::WrongSignIn.into()) }
}

fn find_account(conn: &Connection, email: &str) -> Result<Option<Account>> {
    let mut statement = conn.prepare_cached(
        "SELECT users.id, password_hash, coalesce(failed_attempts, 0) AS failed, locked_until
         FROM users LEFT JOIN sign_in_throttle ON user_id = users.id
         WHERE email = ?1 AND status = 'active' AND deleted_at IS NULL
         ORDER BY users.created_at LIMIT 1",
    )?;
    let account = statement
        .query_row([email], |row| {
            Ok(Account {
                user: row.get("id")?,
                password_hash: row.get("password_hash")?,
                failed: row.get("failed")?,
                locked_until: row.get("locked_until")?,
            })
        })
        .optional()?;
    Ok(account)
}

fn signed_in(conn: &Connection, user: UserId) -> Result<SignedIn> {
    let mut grants = conn.prepare_cached(
        "SELECT DISTINCT role FROM role_grants WHERE user_id = ?1 AND revoked_at IS NULL ORDER BY role",
    )?;
    let names: Vec<String> = grants.query_map([user], |row| row.get("role"))?.collect::<rusqlite::Result<_>>()?;
    let mut statement = conn.prepare_cached(
        "SELECT full_name, email,
                (SELECT id FROM providers WHERE user_id = users.id AND approval = 'approved' AND active = 1) AS provider
         FROM users JOIN profiles ON profiles.user_id = users.id WHERE users.id = ?1",
    )?;
    Ok(statement.query_row([user], |row| {
        Ok(SignedIn {
            user,
            name: row.get("full_name")?,
            email: row.get("email")?,
            roles: names.iter().filter_map(|name| Role::by_name(name)).collect(),
            provider: row.get("provider")?,
        })
    })?)
}

/// A hash that no password matches, made once, so that an unknown email costs the same time.
fn nobodys_hash() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| password::hash_password("nobody has this password").unwrap_or_default())
}
