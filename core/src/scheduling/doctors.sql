-- The doctors of site ?1 with how many wait for each on day ?2.
SELECT providers.id, display_name, specialization, room,
       (SELECT count(*) FROM queue_tickets
        WHERE provider_id = providers.id AND day = ?2 AND clinic_id = ?1 AND status IN ('waiting', 'called')) AS waiting
FROM provider_clinics
JOIN providers ON providers.id = provider_clinics.provider_id
WHERE provider_clinics.clinic_id = ?1
  AND provider_clinics.active = 1
  AND providers.active = 1
  AND approval = 'approved'
  AND deleted_at IS NULL
ORDER BY room, display_name
