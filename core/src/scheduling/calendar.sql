-- Who has a column in the calendar of site ?1: whoever works there, or has visits there between ?2 and ?3.
SELECT providers.id, display_name, specialization,
       (SELECT room FROM provider_clinics
        WHERE provider_id = providers.id AND clinic_id = ?1 AND active = 1 LIMIT 1) AS room
FROM providers
WHERE providers.deleted_at IS NULL
  AND (?4 IS NULL OR providers.id = ?4)
  AND ((approval = 'approved' AND providers.active = 1
        AND EXISTS (SELECT 1 FROM provider_clinics
                    WHERE provider_id = providers.id AND clinic_id = ?1 AND active = 1))
       OR EXISTS (SELECT 1 FROM appointments
                  WHERE provider_id = providers.id AND clinic_id = ?1 AND channel <> 'walk_in'
                    AND scheduled_start >= ?2 AND scheduled_start < ?3 AND deleted_at IS NULL))
ORDER BY display_name, providers.id
