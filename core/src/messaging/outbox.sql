SELECT notifications.*,
       coalesce((SELECT phone FROM patients WHERE patients.id = notifications.patient_id),
                (SELECT phone FROM users WHERE users.id = notifications.user_id)) AS phone,
       coalesce((SELECT email FROM patients WHERE patients.id = notifications.patient_id),
                (SELECT email FROM users WHERE users.id = notifications.user_id)) AS email
FROM notifications
WHERE channel = ?1 AND status = 'queued' AND deleted_at IS NULL AND (expires_at IS NULL OR expires_at > ?2)
ORDER BY created_at
LIMIT ?3 OFFSET ?4
