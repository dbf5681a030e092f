WITH RECURSIVE up(id) AS (SELECT ?1 UNION SELECT merged_into_id FROM patients JOIN up ON patients.id = up.id WHERE merged_into_id IS NOT NULL),
       same(id) AS (SELECT id FROM up UNION SELECT patients.id FROM patients JOIN same ON patients.merged_into_id = same.id)
SELECT (SELECT max(started_at) FROM consultations WHERE patient_id IN (SELECT id FROM same)) AS last_visit,
       (SELECT lane || '-' || printf('%03d', number) FROM queue_tickets
        WHERE patient_id IN (SELECT id FROM same) AND day = ?2 AND status IN ('waiting', 'called') LIMIT 1) AS waiting_number
