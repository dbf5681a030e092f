SELECT archived_visits.appointment, archived_visits.patient_id, full_name, record_number, providers.display_name, scheduled_start,
       archived_visits.ended_at, appointments.status, reason, consultations.id AS consultation_id, complaint, findings, diagnosis, diagnosis_code
FROM archived_visit_search
JOIN archived_visits ON archived_visits.id = archived_visit_search.rowid
JOIN appointments ON appointments.id = archived_visits.appointment
JOIN patients ON patients.id = archived_visits.patient_id
JOIN providers ON providers.id = appointments.provider_id
LEFT JOIN consultations ON consultations.id = (SELECT id FROM consultations WHERE appointment_id = appointments.id ORDER BY started_at LIMIT 1)
WHERE archived_visit_search MATCH ?1 AND patients.erased_at IS NULL
ORDER BY archived_visits.ended_at DESC, archived_visits.id DESC
LIMIT ?2 OFFSET ?3
