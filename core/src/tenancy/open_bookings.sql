-- How many appointments are open at ?1, counted no further than ?2.
SELECT count(*) AS open
FROM (SELECT 1 FROM appointments
      WHERE status IN ('requested', 'scheduled', 'confirmed') AND scheduled_start >= ?1 AND deleted_at IS NULL
      LIMIT ?2)
