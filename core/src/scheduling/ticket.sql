SELECT queue_tickets.appointment_id, lane, number, queue_tickets.clinic_id, queue_tickets.patient_id, full_name,
       queue_tickets.provider_id, display_name, room, issued_at
FROM queue_tickets
JOIN patients ON patients.id = queue_tickets.patient_id
JOIN providers ON providers.id = queue_tickets.provider_id
LEFT JOIN provider_clinics ON provider_clinics.provider_id = providers.id
                          AND provider_clinics.clinic_id = queue_tickets.clinic_id
WHERE queue_tickets.id = ?1
LIMIT 1
