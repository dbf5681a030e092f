SELECT reviews.*, display_name, patients.full_name,
       (SELECT profiles.full_name FROM profiles WHERE profiles.user_id = moderated_by LIMIT 1) AS moderator
FROM reviews
JOIN providers ON providers.id = reviews.provider_id
JOIN patients ON patients.id = reviews.patient_id
WHERE moderated_at IS NULL AND reviews.deleted_at IS NULL
ORDER BY reviews.created_at, reviews.id
LIMIT ?1 OFFSET ?2
