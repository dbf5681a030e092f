-- The events of appointment ?1; within one millisecond in the order in which they came.
SELECT created_at, from_status, to_status, note, appointment_events.user_id,
       (SELECT full_name FROM profiles WHERE profiles.user_id = appointment_events.user_id LIMIT 1) AS full_name
FROM appointment_events
WHERE appointment_id = ?1
ORDER BY created_at, appointment_events.rowid
