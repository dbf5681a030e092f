SELECT providers.id, display_name, specialization, registration_number, approval, active
FROM provider_search
JOIN providers ON providers.rowid = provider_search.rowid
WHERE provider_search MATCH :words
  AND deleted_at IS NULL
  AND (:everyone OR (approval = 'approved' AND active = 1))
ORDER BY display_name, providers.id
LIMIT :limit OFFSET :offset
