//! A new password for oneself.

use rusqlite::params;

use crate::db::{Actor, Db, Tx};
use crate::error::{Code, Error, Result};
use crate::form::Form;
use crate::identity::{check_password, hash_password, session, sign_in};
use crate::ids::{SessionId, UserId};

/// Changes one's own password; the old one is asked for, and wrong ones count as at sign-in. Every
/// session of the person on this PC ends but `keep`, the one that asks.
pub fn change_password(db: &Db, user: UserId, old: &str, new: &str, keep: Option<SessionId>) -> Result<()> {
    let mut form = Form::default();
    check_password(&mut form, "newPassword", new);
    form.finish()?;
    sign_in::confirm_password(db, user, old).map_err(|error| match error.code() {
        Code::WrongSignIn => at_old_password(),
        _ => error,
    })?;
    let hash = hash_password(new)?;
    db.write(Actor::User(user), "change_password", |tx| set_password(tx, user, &hash, keep))
}

fn at_old_password() -> Error {
    let mut form = Form::default();
    form.problem("oldPassword", Code::WrongSignIn, None);
    form.finish().err().unwrap_or_else(|| Code::WrongSignIn.into())
}

/// Writes the hash, and ends what was opened with the password before.
pub(super) fn set_password(tx: &Tx, user: UserId, hash: &str, keep: Option<SessionId>) -> Result<()> {
    tx.execute("UPDATE users SET password_hash = ?1, updated_at = ?2 WHERE id = ?3", params![hash, tx.now, user])?;
    session::end_all_but(tx, user, keep, tx.now)
}
