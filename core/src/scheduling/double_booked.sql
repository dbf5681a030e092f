-- One of two bookings, with a phone on which somebody can be reached.
SELECT appointments.patient_id, patients.full_name, record_number, gender, birth_date, scheduled_start, scheduled_end,
       appointments.status, reason, appointments.provider_id, appointments.service_id, services.name AS service_name,
       appointments.clinic_id, clinics.name AS clinic_name,
       coalesce(patients.phone, responsible.phone) AS phone,
       CASE WHEN patients.phone IS NULL AND responsible.phone IS NOT NULL THEN responsible.full_name END AS phone_of,
       (SELECT full_name FROM profiles WHERE user_id = appointments.created_by) AS booked_by,
       appointments.created_at
FROM appointments
JOIN patients ON patients.id = appointments.patient_id
JOIN clinics ON clinics.id = appointments.clinic_id
LEFT JOIN services ON services.id = appointments.service_id
LEFT JOIN (SELECT dependants.patient_id, responsible.phone, responsible.full_name
           FROM dependants JOIN patients AS responsible ON responsible.id = responsible_patient_id
           WHERE dependants.deleted_at IS NULL AND responsible.phone IS NOT NULL
           ORDER BY dependants.created_at) AS responsible ON responsible.patient_id = patients.id
WHERE appointments.id = ?1
LIMIT 1
