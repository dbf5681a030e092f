SELECT reviews.*, display_name, patients.full_name,
       (SELECT profiles.full_name FROM profiles WHERE profiles.user_id = moderated_by LIMIT 1) AS moderator
FROM reviews
JOIN providers ON providers.id = reviews.provider_id
JOIN patients ON patients.id = reviews.patient_id
WHERE reviews.provider_id = ?1 AND (visible = 1 OR ?2) AND reviews.deleted_at IS NULL
ORDER BY reviews.created_at DESC, reviews.id DESC
LIMIT ?3 OFFSET ?4
