//! Signing in with what this PC knows: password, second factor, and the roles that count here.

use std::sync::OnceLock;

use rusqlite::{Connection, OptionalExtension, ToSql, params};

use crate::db::{Actor, Db};
use crate::error::{Code, Result};
use crate::identity::{Permission, Role, allows, mfa, password, team, throttle};
use crate::ids::{Instant, ProviderId, UserId};

/// A person who has shown who they are.
#[derive(Debug, Clone, PartialEq)]
pub struct SignedIn {
    pub user: UserId,
    pub name: String,
    pub email: String,
    /// The roles that count at this PC's site.
    pub roles: Vec<Role>,
    /// Permissions beyond the roles, from the person's entry as a member of staff; never clinical.
    pub extra: Vec<Permission>,
    pub provider: Option<ProviderId>,
}

impl SignedIn {
    pub fn may(&self, permission: Permission) -> bool {
        self.roles.iter().any(|role| allows(*role, permission))
            || (!permission.is_clinical() && self.extra.contains(&permission))
    }
}

pub(super) struct Account {
    pub user: UserId,
    pub password_hash: String,
    pub mfa_secret: Option<String>,
    pub locked_until: Option<Instant>,
}

/// [`sign_in_with`] without a second factor.
pub fn sign_in(db: &Db, email: &str, password: &str) -> Result<SignedIn> {
    sign_in_with(db, email, password, None)
}

/// Signs in by email and password, and by a one-time code where the person has a second factor.
/// A wrong email and a wrong password get the same answer after the same work; whether a code is
/// needed (`MfaNeeded`) is told only after the password was right.
pub fn sign_in_with(db: &Db, email: &str, password: &str, code: Option<&str>) -> Result<SignedIn> {
    let email = email.trim().to_lowercase();
    let Some(account) = db.read(|conn| account_by_email(conn, &email))? else {
        password::verify_password(password, nobodys_hash());
        return Err(Code::WrongSignIn.into());
    };
    check_password_of(db, &account, password)?;
    check_code_of(db, &account, code)?;
    db.write_local(|conn| throttle::note_sign_in(conn, account.user, db.now()))?;
    if password::is_weaker_than_today(&account.password_hash) {
        // Signing in does not fail over this: the next time tries again.
        let _ = rehash(db, account.user, password);
    }
    let person = db.read(|conn| signed_in(conn, account.user))?;
    // A person whose roles give nothing to do at this site has nothing to sign in to.
    let has_business =
        Permission::ALL.iter().any(|permission| person.roles.iter().any(|role| allows(*role, *permission)));
    if has_business { Ok(person) } else { Err(Code::WrongSignIn.into()) }
}

/// Asks a person who is signed in for the password again; failures count as at sign-in.
pub(super) fn confirm_password(db: &Db, user: UserId, password: &str) -> Result<()> {
    let account = db.read(|conn| find_account(conn, "users.id = ?1", user))?.ok_or(Code::WrongSignIn)?;
    check_password_of(db, &account, password)?;
    db.write_local(|conn| throttle::forget_failures(conn, user))
}

fn check_password_of(db: &Db, account: &Account, password: &str) -> Result<()> {
    throttle::refuse_while_held(db.now(), account.locked_until)?;
    if password::verify_password(password, &account.password_hash) {
        return Ok(());
    }
    throttle::count_failure(db, account.user)?;
    Err(Code::WrongSignIn.into())
}

/// A wrong code counts as a failure too: six digits are soon tried through by somebody who has the
/// password. That none was given counts for nothing, and takes no failure back either.
fn check_code_of(db: &Db, account: &Account, code: Option<&str>) -> Result<()> {
    let Some(secret) = &account.mfa_secret else { return Ok(()) };
    let code = code.map(str::trim).filter(|code| !code.is_empty()).ok_or(Code::MfaNeeded)?;
    let taken = match mfa::matching_step(secret, code, db.now()) {
        Some(step) => db.write_local(|conn| throttle::take_step(conn, account.user, step)),
        None => Err(Code::WrongMfaCode.into()),
    };
    if taken.as_ref().is_err_and(|error| error.code() == Code::WrongMfaCode) {
        throttle::count_failure(db, account.user)?;
    }
    taken
}

fn rehash(db: &Db, user: UserId, password: &str) -> Result<()> {
    let hash = password::hash_password(password)?;
    db.write(Actor::User(user), "rehash_password", |tx| {
        tx.execute("UPDATE users SET password_hash = ?1, updated_at = ?2 WHERE id = ?3", params![hash, tx.now, user])?;
        Ok(())
    })
}

/// The active account of an email, the oldest where two PCs apart made two.
pub(super) fn account_by_email(conn: &Connection, email: &str) -> Result<Option<Account>> {
    find_account(conn, "users.tenant_id = (SELECT tenant_id FROM this_device) AND email = ?1", email)
}

fn find_account(conn: &Connection, whose: &str, key: impl ToSql) -> Result<Option<Account>> {
    let mut statement = conn.prepare_cached(&format!(
        "SELECT users.id, password_hash, CASE WHEN mfa_enabled_at IS NULL THEN NULL ELSE mfa_secret END AS mfa_secret, locked_until
         FROM users LEFT JOIN sign_in_throttle ON user_id = users.id
         WHERE {whose} AND status = 'active' AND deleted_at IS NULL ORDER BY users.created_at LIMIT 1",
    ))?;
    let account = statement
        .query_row([key], |row| {
            Ok(Account {
                user: row.get("id")?,
                password_hash: row.get("password_hash")?,
                mfa_secret: row.get("mfa_secret")?,
                locked_until: row.get("locked_until")?,
            })
        })
        .optional()?;
    Ok(account)
}

fn signed_in(conn: &Connection, user: UserId) -> Result<SignedIn> {
    // A grant counts for the whole business, or at the site where this PC stands.
    let mut grants = conn.prepare_cached(
        "SELECT DISTINCT role FROM role_grants WHERE user_id = ?1 AND revoked_at IS NULL
         AND (clinic_id IS NULL OR clinic_id = (SELECT clinic_id FROM this_device)) ORDER BY role",
    )?;
    let names: Vec<String> = grants.query_map([user], |row| row.get("role"))?.collect::<rusqlite::Result<_>>()?;
    let extra = team::extra_permissions(conn, user)?;
    let mut statement = conn.prepare_cached(
        "SELECT full_name, email,
                (SELECT id FROM providers WHERE user_id = users.id AND approval = 'approved' AND active = 1
                 AND providers.deleted_at IS NULL) AS provider
         FROM users JOIN profiles ON profiles.user_id = users.id WHERE users.id = ?1",
    )?;
    Ok(statement.query_row([user], |row| {
        Ok(SignedIn {
            user,
            name: row.get("full_name")?,
            email: row.get("email")?,
            roles: names.iter().filter_map(|name| Role::by_name(name)).collect(),
            extra,
            provider: row.get("provider")?,
        })
    })?)
}

/// A hash that no password matches, made once, so that an unknown email costs the same time.
fn nobodys_hash() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| password::hash_password("nobody has this password").unwrap_or_default())
}
