-- The last ?3 calls of site ?1 on day ?2, the latest first.
SELECT lane, number, room, display_name, full_name, coalesce(called_at, served_at) AS at
FROM queue_tickets
JOIN patients ON patients.id = queue_tickets.patient_id
JOIN providers ON providers.id = queue_tickets.provider_id
LEFT JOIN provider_clinics ON provider_clinics.provider_id = providers.id
                          AND provider_clinics.clinic_id = queue_tickets.clinic_id
                          AND provider_clinics.active = 1
WHERE queue_tickets.clinic_id = ?1 AND day = ?2 AND queue_tickets.status IN ('called', 'served')
  AND coalesce(called_at, served_at) IS NOT NULL
GROUP BY queue_tickets.id
ORDER BY at DESC, lane, number
LIMIT ?3
