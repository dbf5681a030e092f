SELECT * FROM notifications
WHERE user_id = ?1 AND read_at IS NULL AND deleted_at IS NULL AND (expires_at IS NULL OR expires_at > ?2)
ORDER BY created_at DESC, id DESC
LIMIT ?3 OFFSET ?4
