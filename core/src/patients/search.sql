SELECT patients.id, record_number, full_name, alternate_name, gender, birth_date, birth_date_precision, phone,
       (SELECT max(started_at) FROM consultations WHERE consultations.patient_id = patients.id) AS last_visit,
       (SELECT lane || '-' || printf('%03d', number) FROM queue_tickets
        WHERE queue_tickets.patient_id = patients.id AND day = :today AND queue_tickets.status IN ('waiting', 'called')
        LIMIT 1) AS waiting_number
FROM (SELECT rowid FROM patient_search WHERE patient_search MATCH :wanted LIMIT :most) AS found
JOIN patients ON patients.rowid = found.rowid
WHERE patients.deleted_at IS NULL AND :today IS NOT NULL
ORDER BY last_visit IS NULL, last_visit DESC, full_name
