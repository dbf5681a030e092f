SELECT patients.id, record_number, full_name, alternate_name, gender, birth_date, birth_date_precision, phone,
       (SELECT max(started_at) FROM consultations WHERE consultations.patient_id = patients.id) AS last_visit,
       (SELECT lane || '-' || printf('%03d', number) FROM queue_tickets
        WHERE queue_tickets.patient_id = patients.id AND day = :today AND queue_tickets.status IN ('waiting', 'called')
        LIMIT 1) AS waiting_number
FROM (WITH RECURSIVE up(id) AS (SELECT patient_id FROM queue_tickets
                                WHERE clinic_id IN (SELECT id FROM clinics) AND day = :today
                                UNION SELECT merged_into_id FROM patients JOIN up ON patients.id = up.id WHERE merged_into_id IS NOT NULL)
      SELECT id FROM up) AS today
JOIN patients ON patients.id = today.id
WHERE patients.deleted_at IS NULL AND patients.merged_into_id IS NULL AND :wanted = ''
ORDER BY waiting_number IS NULL, waiting_number
LIMIT :most
