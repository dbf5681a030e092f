SELECT providers.id, display_name, specialization, registration_number, approval, active
FROM providers
WHERE deleted_at IS NULL
  AND :words = ''
  AND (:everyone OR (approval = 'approved' AND active = 1))
ORDER BY display_name, providers.id
LIMIT :limit OFFSET :offset
