SELECT patients.id, record_number, full_name, alternate_name, gender, birth_date, birth_date_precision, phone,
       (SELECT max(started_at) FROM consultations WHERE consultations.patient_id = patients.id) AS last_visit,
       (SELECT lane || '-' || printf('%03d', number) FROM queue_tickets
        WHERE queue_tickets.patient_id = patients.id AND day = :today AND queue_tickets.status IN ('waiting', 'called')
        LIMIT 1) AS waiting_number
FROM patients
WHERE birth_date = :wanted AND deleted_at IS NULL AND merged_into_id IS NULL
ORDER BY full_name
LIMIT :most
