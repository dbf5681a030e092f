//! What a one-time code is exchanged for: a new password, or a verified email or number.

use rusqlite::params;

use crate::db::{Actor, Db, Tx};
use crate::error::{Code, Result};
use crate::form::Form;
use crate::identity::account::{self, UserAccount};
use crate::identity::change_password::set_password;
use crate::identity::token::{TokenPurpose, matching_token, use_up};
use crate::identity::{check_password, hash_password, sign_in, throttle};

/// Sets a new password with the code that a manager handed over, before anybody is signed in. An
/// unknown email and a wrong code get the same answer after the same work, and failures count as
/// at sign-in. All sessions of the person on this PC end.
pub fn reset_password(db: &Db, email: &str, code: &str, new_password: &str) -> Result<()> {
    let mut form = Form::default();
    check_password(&mut form, "newPassword", new_password);
    form.finish()?;
    // Before anything is known of the email, so that the time tells nothing about it.
    let hash = hash_password(new_password)?;
    let email = email.trim().to_lowercase();
    let Some(account) = db.read(|conn| sign_in::account_by_email(conn, &email))? else {
        return Err(Code::TokenInvalid.into());
    };
    throttle::refuse_while_held(db.now(), account.locked_until)?;
    let outcome = db.write(Actor::User(account.user), "reset_password", |tx| {
        use_up(tx, matching_token(tx, account.user, TokenPurpose::PasswordReset, code, tx.now)?)?;
        throttle::forget_failures(tx, account.user)?;
        set_password(tx, account.user, &hash, None)
    });
    if outcome.as_ref().is_err_and(|error| error.code() == Code::TokenInvalid) {
        throttle::count_failure(db, account.user)?;
    }
    outcome
}

/// Marks the email or the number of whoever acts as theirs.
pub fn verify_contact(tx: &Tx, purpose: TokenPurpose, code: &str) -> Result<UserAccount> {
    let user = tx.user()?;
    let sql = match purpose {
        TokenPurpose::EmailVerification => "UPDATE users SET email_verified_at = ?1, updated_at = ?1 WHERE id = ?2",
        TokenPurpose::PhoneVerification => "UPDATE users SET phone_verified_at = ?1, updated_at = ?1 WHERE id = ?2",
        TokenPurpose::PasswordReset => return Err(Code::TokenInvalid.into()),
    };
    use_up(tx, matching_token(tx, user, purpose, code, tx.now)?)?;
    tx.execute(sql, params![tx.now, user])?;
    account::user(tx, user)
}
