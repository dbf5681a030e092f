//! Guessing is held off here, with or without a line: failures in a row are counted per person on
//! this PC, before the answer is given.

use rusqlite::{Connection, OptionalExtension, params};

use crate::db::Db;
use crate::error::{Code, Error, Result};
use crate::ids::{Instant, UserId};

/// So many failures in a row are free; each one more doubles the wait.
const FREE_ATTEMPTS: u32 = 5;
const FIRST_WAIT_SECONDS: i64 = 30;
const LONGEST_WAIT_SECONDS: i64 = 15 * 60;

/// Fails while the person has to wait; the detail is the seconds left.
pub(super) fn refuse_while_held(now: Instant, locked_until: Option<Instant>) -> Result<()> {
    match locked_until {
        Some(until) if until > now => {
            // The clock may have been set back meanwhile: nobody waits longer than the longest wait.
            let wait = ((until.0 - now.0) / 1000 + 1).min(LONGEST_WAIT_SECONDS);
            Err(Error::with(Code::TooManyAttempts, wait.to_string()))
        }
        _ => Ok(()),
    }
}

/// The wait after so many failures in a row.
fn wait_seconds(failed: u32) -> Option<i64> {
    let over = failed.checked_sub(FREE_ATTEMPTS)?;
    Some((FIRST_WAIT_SECONDS << over.min(10)).min(LONGEST_WAIT_SECONDS))
}

/// Counts a failure. On disk when this returns: a PC switched off in between has counted all the same.
pub(super) fn count_failure(db: &Db, user: UserId) -> Result<()> {
    let now = db.now();
    db.write_local(|conn| {
        let failed: u32 = conn.query_row(
            "INSERT INTO sign_in_throttle (user_id, failed_attempts) VALUES (?1, 1)
             ON CONFLICT (user_id) DO UPDATE SET failed_attempts = failed_attempts + 1 RETURNING failed_attempts",
            [user],
            |row| row.get("failed_attempts"),
        )?;
        let until = wait_seconds(failed).map(|wait| Instant(now.0 + wait * 1000));
        conn.execute("UPDATE sign_in_throttle SET locked_until = ?1 WHERE user_id = ?2", params![until, user])?;
        Ok(())
    })
}

/// Forgets the failures of a person who has shown who they are.
pub(super) fn forget_failures(conn: &Connection, user: UserId) -> Result<()> {
    conn.prepare_cached(
        "INSERT INTO sign_in_throttle (user_id, failed_attempts) VALUES (?1, 0)
         ON CONFLICT (user_id) DO UPDATE SET failed_attempts = 0, locked_until = NULL",
    )?
    .execute([user])?;
    Ok(())
}

pub(super) fn note_sign_in(conn: &Connection, user: UserId, now: Instant) -> Result<()> {
    forget_failures(conn, user)?;
    conn.execute("UPDATE sign_in_throttle SET last_login_at = ?1 WHERE user_id = ?2", params![now, user])?;
    Ok(())
}

/// Takes the step of a one-time code; one at or before the last that was taken is refused, because
/// somebody may have read it over a shoulder (RFC 6238, section 5.2).
pub(super) fn take_step(conn: &Connection, user: UserId, step: i64) -> Result<()> {
    let last: Option<i64> = conn
        .prepare_cached("SELECT mfa_last_step FROM sign_in_throttle WHERE user_id = ?1")?
        .query_row([user], |row| row.get("mfa_last_step"))
        .optional()?
        .flatten();
    if last.is_some_and(|last| step <= last) {
        return Err(Code::WrongMfaCode.into());
    }
    conn.execute(
        "INSERT INTO sign_in_throttle (user_id, failed_attempts, mfa_last_step) VALUES (?1, 0, ?2)
         ON CONFLICT (user_id) DO UPDATE SET mfa_last_step = ?2",
        params![user, step],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_a_quarter_of_an_hour() {
        for (failed, wait) in
            [(0, None), (4, None), (5, Some(30)), (6, Some(60)), (9, Some(480)), (10, Some(900)), (4000, Some(900))]
        {
            assert_eq!(wait_seconds(failed), wait, "{failed}");
        }
    }

    #[test]
    fn a_clock_set_back_years_holds_nobody_longer_than_the_longest_wait() {
        let error = refuse_while_held(Instant(0), Some(Instant(i64::MAX / 2))).expect_err("held");
        assert_eq!((error.code(), error.detail()), (Code::TooManyAttempts, Some("900")));
        assert!(refuse_while_held(Instant(5), Some(Instant(5))).is_ok());
    }
}
