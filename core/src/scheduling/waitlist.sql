SELECT waitlist.id, waitlist.clinic_id, waitlist.patient_id, patients.full_name AS patient_name,
       patients.phone AS patient_phone, waitlist.provider_id, providers.display_name AS provider_name,
       waitlist.service_id, services.name AS service_name, desired_from, desired_to, waitlist.status, waitlist.note,
       offered_start, offered_at, after_time, before_time,
       declined, declined_at, waitlist.appointment_id, waitlist.created_at
FROM waitlist
JOIN patients ON patients.id = waitlist.patient_id
LEFT JOIN providers ON providers.id = waitlist.provider_id
LEFT JOIN services ON services.id = waitlist.service_id
