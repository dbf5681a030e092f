-- What is off at site ?1 between ?2 and ?3, for the site or for a doctor who works there; of what comes
-- again, the first occurrence.
SELECT * FROM time_off
WHERE deleted_at IS NULL AND (ends_at > ?2 OR recurrence IS NOT NULL) AND starts_at < ?3 AND clinic_id = ?1
UNION
SELECT time_off.* FROM provider_clinics
JOIN time_off ON time_off.provider_id = provider_clinics.provider_id
WHERE provider_clinics.clinic_id = ?1 AND provider_clinics.active = 1
  AND time_off.deleted_at IS NULL AND (ends_at > ?2 OR recurrence IS NOT NULL) AND starts_at < ?3
  AND time_off.clinic_id IS NULL
ORDER BY starts_at, id
LIMIT 500
