SELECT messages.*,
       (SELECT full_name FROM profiles WHERE profiles.user_id = messages.user_id LIMIT 1) AS user_name,
       (SELECT min(read_at) FROM message_receipts WHERE message_id = messages.id AND reader = 'staff') AS read_by_staff_at,
       (SELECT min(read_at) FROM message_receipts WHERE message_id = messages.id AND reader = 'patient') AS read_by_patient_at
FROM messages
WHERE conversation_id = ?1
ORDER BY sent_at DESC, messages.id DESC
LIMIT ?2 OFFSET ?3
