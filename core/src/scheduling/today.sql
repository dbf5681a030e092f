-- The appointments of site ?1 between ?2 and ?3 with their tickets of day ?4.
SELECT appointments.id,
       ticket.id AS ticket_id, ticket.lane, ticket.number, ticket.issued_at, ticket.called_at,
       ticket.skipped_at, ticket.priority, ticket.priority_reason, ticket.entered_at,
       CASE channel WHEN 'walk_in' THEN NULL ELSE scheduled_start END AS scheduled_start,
       appointments.patient_id, full_name, gender, birth_date,
       appointments.reason, appointments.provider_id, display_name, appointments.status,
       (SELECT max(started_at) FROM consultations WHERE consultations.appointment_id = appointments.id) AS started_at,
       EXISTS (SELECT 1 FROM conflicts WHERE kind = 'booked_twice' AND (row = appointments.id OR other = appointments.id)) AS booked_twice,
       appointments.updated_at
FROM appointments
JOIN patients ON patients.id = appointments.patient_id
JOIN providers ON providers.id = appointments.provider_id
LEFT JOIN queue_tickets AS ticket ON ticket.appointment_id = appointments.id AND ticket.day = ?4
WHERE appointments.clinic_id = ?1
  AND appointments.scheduled_start >= ?2
  AND appointments.scheduled_start < ?3
  AND appointments.deleted_at IS NULL
ORDER BY coalesce(ticket.issued_at, appointments.scheduled_start), appointments.scheduled_start
