//! Passwords: argon2id with its parameters in the hash (OWASP 2024), length instead of rules.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};

use crate::error::{Code, Error, Result};
use crate::form::Form;
use crate::keys::ARGON2;

const SHORTEST: u32 = 12;
const LONGEST: u32 = 200;

/// Passwords of twelve characters that are tried first all the same.
const COMMON: &[&str] = &[
    "123456789012",
    "password1234",
    "passwordpassword",
    "qwertyuiop12",
    "qwertyuiopas",
    "administrator",
    "iloveyou1234",
    "clinicclinic",
    "neemneemneem",
    "111111111111",
    "000000000000",
    "abcdefghijkl",
    "welcome12345",
    "letmein12345",
    "changeme1234",
];

/// Checks a new password; the length in characters counts, not what it is made of (NIST SP 800-63B).
pub fn check_password(form: &mut Form, field: &str, password: &str) {
    let length = password.chars().count();
    let lower = password.to_lowercase();
    let first = lower.chars().next();
    if length > LONGEST as usize {
        form.problem(field, Code::TooLong, Some(LONGEST));
    } else if length < SHORTEST as usize {
        form.problem(field, Code::PasswordTooShort, Some(SHORTEST));
    } else if COMMON.contains(&lower.as_str()) || lower.chars().all(|c| Some(c) == first) {
        form.problem(field, Code::PasswordCommon, None);
    }
}

fn argon2() -> Result<Argon2<'static>> {
    let (memory_kib, passes, lanes) = ARGON2;
    let params = Params::new(memory_kib, passes, lanes, None).map_err(|error| Error::Invariant(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The hash to store, as a PHC string.
pub fn hash_password(password: &str) -> Result<String> {
    let hash = argon2()?.hash_password(password.as_bytes()).map_err(|error| Error::Invariant(error.to_string()))?;
    Ok(hash.to_string())
}

/// Whether the password is the one that was hashed.
pub fn verify_password(password: &str, hash: &str) -> bool {
    let Ok(parsed) = PasswordHash::new(hash) else { return false };
    Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok()
}

/// Whether a hash was made with less work than today's hashes are; one that cannot be read is weak.
pub(super) fn is_weaker_than_today(hash: &str) -> bool {
    let (memory_kib, passes, _) = ARGON2;
    let Ok(parsed) = PasswordHash::new(hash) else { return true };
    let current = parsed.algorithm.as_str() == "argon2id" && parsed.version == Some(Version::V0x13.into());
    let Ok(params) = Params::try_from(&parsed) else { return true };
    !current || params.m_cost() < memory_kib || params.t_cost() < passes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_of_less_work_is_weak_and_one_of_more_is_not() {
        let salted = "AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        for (head, weak) in [
            ("$argon2id$v=19$m=19456,t=2,p=1", false),
            ("$argon2id$v=19$m=65536,t=3,p=4", false),
            ("$argon2id$v=19$m=19456,t=2,p=4", false),
            ("$argon2id$v=19$m=4096,t=2,p=1", true),
            ("$argon2id$v=19$m=19456,t=1,p=1", true),
            ("$argon2i$v=19$m=19456,t=2,p=1", true),
            ("$argon2id$v=16$m=19456,t=2,p=1", true),
        ] {
            assert_eq!(is_weaker_than_today(&format!("{head}${salted}")), weak, "{head}");
        }
        assert!(is_weaker_than_today("not a hash"));
        assert!(!is_weaker_than_today(&hash_password("a long enough secret").expect("a hash")));
    }

    #[test]
    fn length_and_the_well_known_ones() {
        for (password, expected) in [
            ("short", Some(Code::PasswordTooShort)),
            ("मेरापासवर्ड", Some(Code::PasswordTooShort)),
            ("Password1234", Some(Code::PasswordCommon)),
            ("zzzzzzzzzzzzzz", Some(Code::PasswordCommon)),
            ("correct horse", None),
            ("मुंबई की बारिश अच्छी है", None),
        ] {
            let mut form = Form::default();
            check_password(&mut form, "password", password);
            assert_eq!(form.finish().err().map(|e| e.code()), expected, "{password}");
        }
    }

    #[test]
    fn the_whole_password_counts() {
        let long = "a long sentence ".repeat(10);
        let hash = hash_password(&long).expect("hash");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(verify_password(&long, &hash));
        assert!(!verify_password(&long[..long.len() - 1], &hash));
    }
}
