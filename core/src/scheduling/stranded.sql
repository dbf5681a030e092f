-- The visits still to come between ?3 and ?4 of doctor ?1 (at any site) or of site ?2 (of any doctor), in
-- an order in which a doctor's stand together.
SELECT id, clinic_id, provider_id, scheduled_start, scheduled_end, slot_id IS NOT NULL AS in_hours, kept_at
FROM appointments
WHERE provider_id = ?1 AND scheduled_start > ?3 AND scheduled_start < ?4 AND channel <> 'walk_in'
  AND +status IN ('requested', 'scheduled', 'confirmed') AND deleted_at IS NULL
UNION ALL
SELECT id, clinic_id, provider_id, scheduled_start, scheduled_end, slot_id IS NOT NULL, kept_at
FROM appointments
WHERE ?1 IS NULL AND clinic_id = ?2 AND scheduled_start > ?3 AND scheduled_start < ?4 AND channel <> 'walk_in'
  AND +status IN ('requested', 'scheduled', 'confirmed') AND deleted_at IS NULL
ORDER BY provider_id, scheduled_start
