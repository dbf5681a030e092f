-- Who can be booked at site ?1 (or anywhere) for service ?2 (or anything): a row for each site.
SELECT providers.id, display_name, specialization, provider_clinics.clinic_id, provider_clinics.room,
       (SELECT group_concat(value, char(10)) FROM provider_tags
        WHERE provider_id = providers.id AND kind = 'specialization' AND removed_at IS NULL) AS tags
FROM providers
JOIN provider_clinics ON provider_clinics.provider_id = providers.id AND provider_clinics.active = 1
JOIN clinics ON clinics.id = provider_clinics.clinic_id AND clinics.active = 1 AND clinics.deleted_at IS NULL
WHERE providers.approval = 'approved' AND providers.active = 1 AND providers.deleted_at IS NULL
  AND (?1 IS NULL OR provider_clinics.clinic_id = ?1)
  AND (?2 IS NULL
       OR NOT EXISTS (SELECT 1 FROM service_providers WHERE service_id = ?2 AND removed_at IS NULL)
       OR EXISTS (SELECT 1 FROM service_providers
                  WHERE service_id = ?2 AND provider_id = providers.id AND removed_at IS NULL))
ORDER BY display_name, providers.id, provider_clinics.clinic_id
