SELECT tickets.*,
       (SELECT full_name FROM profiles WHERE profiles.user_id = tickets.assigned_to LIMIT 1) AS assigned_name,
       (SELECT full_name FROM profiles WHERE profiles.user_id = tickets.opened_by LIMIT 1) AS opened_name,
       (SELECT full_name FROM patients WHERE patients.id = tickets.patient_id) AS patient_name
FROM tickets
WHERE status = ?1 AND (?2 IS NULL OR priority = ?2) AND deleted_at IS NULL
ORDER BY CASE priority WHEN 'urgent' THEN 0 WHEN 'high' THEN 1 WHEN 'normal' THEN 2 ELSE 3 END, created_at, tickets.rowid
LIMIT ?3 OFFSET ?4
