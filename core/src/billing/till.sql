SELECT cash_sessions.*, devices.name AS device_name,
       (SELECT full_name FROM profiles WHERE profiles.user_id = opened_by LIMIT 1) AS opened_by_name,
       (SELECT full_name FROM profiles WHERE profiles.user_id = closed_by LIMIT 1) AS closed_by_name,
       coalesce((SELECT sum(amount_minor) FROM payments
                 WHERE cash_session_id = cash_sessions.id AND status = 'success' AND kind <> 'refund'), 0) AS received_minor,
       coalesce((SELECT sum(amount_minor) FROM payments
                 WHERE cash_session_id = cash_sessions.id AND status = 'success' AND kind = 'refund'), 0) AS given_back_minor
FROM cash_sessions JOIN devices ON devices.id = device_id
WHERE cash_sessions.id = ?1
