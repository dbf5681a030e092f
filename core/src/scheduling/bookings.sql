SELECT appointments.id, appointments.clinic_id, clinics.name AS clinic_name, appointments.patient_id,
       patients.full_name AS patient_name, patients.phone AS patient_phone, appointments.provider_id,
       providers.display_name AS provider_name, appointments.service_id, services.name AS service_name,
       scheduled_start, scheduled_end, appointments.timezone, appointments.status, channel, mode, slot_id,
       coalesce(capacity, 1) AS capacity, appointments.reason, appointments.notes, series_id, recurrence,
       EXISTS (SELECT 1 FROM conflicts WHERE kind = 'booked_twice' AND (row = appointments.id OR other = appointments.id)) AS booked_twice,
       appointments.created_at, appointments.updated_at
FROM appointments
JOIN clinics ON clinics.id = appointments.clinic_id
JOIN patients ON patients.id = appointments.patient_id
JOIN providers ON providers.id = appointments.provider_id
LEFT JOIN services ON services.id = appointments.service_id
