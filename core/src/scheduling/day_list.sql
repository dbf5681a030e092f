-- The visits of site ?1 between ?2 and ?3 (day ?4) with doctor ?5 or anybody, as they are written on paper.
SELECT appointments.provider_id, display_name, max(room) AS room, channel = 'walk_in' AS walk_in,
       CASE channel WHEN 'walk_in' THEN coalesce(ticket.issued_at, scheduled_start) ELSE scheduled_start END AS at,
       ticket.lane, ticket.number, full_name, record_number, gender, birth_date, patients.phone,
       appointments.reason, appointments.status
FROM appointments
JOIN patients ON patients.id = appointments.patient_id
JOIN providers ON providers.id = appointments.provider_id
LEFT JOIN provider_clinics ON provider_clinics.provider_id = providers.id
                          AND provider_clinics.clinic_id = appointments.clinic_id
LEFT JOIN queue_tickets AS ticket ON ticket.appointment_id = appointments.id AND ticket.day = ?4
WHERE appointments.clinic_id = ?1 AND scheduled_start >= ?2 AND scheduled_start < ?3
  AND (?5 IS NULL OR appointments.provider_id = ?5)
  AND appointments.status NOT IN ('cancelled', 'no_show') AND appointments.deleted_at IS NULL
GROUP BY appointments.id
ORDER BY display_name, appointments.provider_id, at, full_name
