SELECT avg(rating) AS average, count(*) AS reviews FROM reviews
WHERE provider_id = ?1 AND visible = 1 AND deleted_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM reviews AS earlier
                  WHERE earlier.appointment_id = reviews.appointment_id AND earlier.visible = 1 AND earlier.deleted_at IS NULL
                    AND earlier.id < reviews.id)
