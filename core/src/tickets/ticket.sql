SELECT tickets.*,
       (SELECT full_name FROM profiles WHERE profiles.user_id = tickets.assigned_to LIMIT 1) AS assigned_name,
       (SELECT full_name FROM profiles WHERE profiles.user_id = tickets.opened_by LIMIT 1) AS opened_name,
       (SELECT full_name FROM patients WHERE patients.id = tickets.patient_id) AS patient_name
FROM tickets
WHERE id = ?1 AND deleted_at IS NULL
