SELECT patients.id, record_number, full_name, alternate_name, gender, birth_date, phone,
       (SELECT date(max(started_at) / 1000, 'unixepoch') FROM consultations WHERE consultations.patient_id = patients.id) AS last_visit,
       (SELECT lane || '-' || printf('%03d', number) FROM queue_tickets
        WHERE queue_tickets.patient_id = patients.id AND day = :today AND queue_tickets.status IN ('waiting', 'called')
        LIMIT 1) AS waiting_number
FROM (SELECT DISTINCT patient_id FROM queue_tickets WHERE day = :today) AS today
JOIN patients ON patients.id = today.patient_id
WHERE patients.deleted_at IS NULL AND :wanted = ''
ORDER BY waiting_number IS NULL, waiting_number
LIMIT :most
