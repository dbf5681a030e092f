SELECT archived_visits.appointment, archived_visits.patient_id, full_name, record_number, providers.display_name, scheduled_start,
       archived_visits.ended_at, appointments.status, reason, consultations.id AS consultation_id, complaint, findings, diagnosis, diagnosis_code
FROM archived_visits
JOIN appointments ON appointments.id = archived_visits.appointment
JOIN patients ON patients.id = archived_visits.patient_id
JOIN providers ON providers.id = appointments.provider_id
LEFT JOIN consultations ON consultations.id = (SELECT id FROM consultations WHERE appointment_id = appointments.id ORDER BY started_at LIMIT 1)
WHERE archived_visits.patient_id IN (
  WITH RECURSIVE up(id) AS (SELECT ?1 UNION SELECT merged_into_id FROM patients JOIN up ON patients.id = up.id WHERE merged_into_id IS NOT NULL),
       same(id) AS (SELECT id FROM up UNION SELECT patients.id FROM patients JOIN same ON patients.merged_into_id = same.id)
  SELECT id FROM same
)
ORDER BY archived_visits.ended_at DESC, archived_visits.id DESC
LIMIT ?2 OFFSET ?3
