-- The active appointments that claim doctor ?1's time between ?2 and ?3, but for ?4. Walk-ins wait in
-- the queue and claim none; no appointment is longer than eight hours. All of it is in the index, the
-- condition of a claim too, in these very words.
SELECT id, scheduled_start, scheduled_end, coalesce(capacity, 1) AS capacity
FROM appointments
WHERE provider_id = ?1
  AND scheduled_start < ?3
  AND scheduled_start > ?2 - 8 * 3600 * 1000
  AND scheduled_end > ?2
  AND (channel <> 'walk_in' AND status NOT IN ('cancelled', 'no_show') AND deleted_at IS NULL) = 1
  AND id IS NOT ?4
ORDER BY scheduled_start
