SELECT active_doctors.id, display_name, specialization, avg(reviews.rating) AS average, count(*) AS reviews
FROM active_doctors
JOIN reviews ON reviews.provider_id = active_doctors.id AND visible = 1 AND reviews.deleted_at IS NULL
WHERE NOT EXISTS (SELECT 1 FROM reviews AS earlier
                  WHERE earlier.appointment_id = reviews.appointment_id AND earlier.visible = 1 AND earlier.deleted_at IS NULL
                    AND earlier.id < reviews.id)
GROUP BY active_doctors.id
ORDER BY average DESC, reviews DESC, display_name
LIMIT ?1
