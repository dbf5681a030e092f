-- Appointments that begin before an earlier one of the same doctor has ended. Of two that overlap,
-- the one that comes later in this order is among them.
SELECT id
FROM (
  SELECT id, scheduled_start,
         max(scheduled_end) OVER (
           PARTITION BY provider_id ORDER BY scheduled_start, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
         ) AS held_until
  FROM appointments
  WHERE (channel <> 'walk_in' AND status NOT IN ('cancelled', 'no_show') AND deleted_at IS NULL) = 1
)
WHERE held_until > scheduled_start
