-- One of two bookings, with a phone on which somebody can be reached.
SELECT appointments.patient_id, patients.full_name, gender, birth_date, scheduled_start, scheduled_end, status, reason,
       coalesce(patients.phone,
                (SELECT responsible.phone FROM dependants JOIN patients AS responsible ON responsible.id = responsible_patient_id
                 WHERE dependants.patient_id = patients.id AND dependants.deleted_at IS NULL LIMIT 1)) AS phone,
       (SELECT full_name FROM profiles WHERE user_id = appointments.created_by) AS booked_by,
       appointments.created_at
FROM appointments
JOIN patients ON patients.id = appointments.patient_id
WHERE appointments.id = ?1
