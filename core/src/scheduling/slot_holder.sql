-- Who holds doctor ?1's time between ?2 and ?3. No appointment is longer than eight hours.
SELECT full_name
FROM appointments
JOIN patients ON patients.id = appointments.patient_id
WHERE provider_id = ?1
  AND scheduled_start < ?3
  AND scheduled_start > ?2 - 8 * 3600 * 1000
  AND scheduled_end > ?2
  AND channel <> 'walk_in'
  AND status NOT IN ('cancelled', 'no_show')
  AND appointments.deleted_at IS NULL
LIMIT 1
