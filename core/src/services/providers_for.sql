-- The doctors who can be seen for service ?1 at site ?2: those assigned, or all when nobody is.
SELECT providers.id, display_name, specialization, max(room) AS room
FROM services
JOIN provider_clinics ON provider_clinics.clinic_id = ?2 AND provider_clinics.active = 1
JOIN providers ON providers.id = provider_clinics.provider_id
WHERE services.id = ?1
  AND services.active = 1
  AND services.deleted_at IS NULL
  AND providers.active = 1
  AND approval = 'approved'
  AND providers.deleted_at IS NULL
  AND (NOT EXISTS (SELECT 1 FROM service_providers WHERE service_id = ?1 AND removed_at IS NULL)
       OR EXISTS (SELECT 1 FROM service_providers
                  WHERE service_id = ?1 AND provider_id = providers.id AND removed_at IS NULL))
GROUP BY providers.id
ORDER BY display_name
