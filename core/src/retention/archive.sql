-- What is put away of visit ?1.
SELECT appointments.patient_id, full_name, alternate_name, reason,
       coalesce((SELECT max(ended_at) FROM consultations WHERE appointment_id = appointments.id), scheduled_end) AS ended_at,
       (SELECT group_concat(concat_ws(' ', diagnosis, complaint, findings), ' ') FROM consultations WHERE appointment_id = appointments.id) AS notes
FROM appointments
JOIN patients ON patients.id = appointments.patient_id
WHERE appointments.id = ?1 AND patients.erased_at IS NULL
