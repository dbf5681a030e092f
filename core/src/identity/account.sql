SELECT users.id, email, users.phone AS account_phone, status, full_name, gender, birth_date, profiles.phone, address, timezone,
       email_verified_at, phone_verified_at, mfa_enabled_at IS NOT NULL AS mfa_enabled, last_login_at, users.created_at
FROM users
JOIN profiles ON profiles.user_id = users.id
LEFT JOIN sign_in_throttle ON sign_in_throttle.user_id = users.id
WHERE users.id = ?1 AND deleted_at IS NULL
