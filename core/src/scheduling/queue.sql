-- Who waits or was called at site ?1 on day ?2, for doctor ?3 or anybody, in the order of their turn.
SELECT queue_tickets.id, appointment_id, lane, number, patient_id, full_name, provider_id, display_name,
       queue_tickets.status, priority, priority_reason, issued_at, called_at, skipped_at
FROM queue_tickets
JOIN patients ON patients.id = queue_tickets.patient_id
JOIN providers ON providers.id = queue_tickets.provider_id
WHERE queue_tickets.clinic_id = ?1 AND day = ?2 AND queue_tickets.status IN ('waiting', 'called')
  AND (?3 IS NULL OR provider_id = ?3)
ORDER BY queue_tickets.status = 'waiting', skipped_at IS NOT NULL, skipped_at, priority IS NULL, issued_at, lane, number
