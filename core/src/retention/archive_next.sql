-- Visits of status ?1 that began before ?2, from the one after (?3, ?4) on, and whether each is in the archive.
SELECT id, scheduled_start, EXISTS (SELECT 1 FROM archived_visits WHERE appointment = appointments.id) AS archived
FROM appointments
WHERE status = ?1 AND scheduled_start < ?2 AND deleted_at IS NULL AND (scheduled_start, id) > (?3, ?4)
ORDER BY scheduled_start, id
LIMIT ?5
