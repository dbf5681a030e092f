SELECT * FROM staff_members
WHERE deleted_at IS NULL
  AND (active = 1 OR :inactive)
  AND (:role = '' OR role = :role COLLATE NOCASE)
  AND (:skill = '' OR EXISTS (SELECT 1 FROM json_each(skills) WHERE json_each.value = :skill COLLATE NOCASE))
  AND (:clinic IS NULL OR clinic_id IS NULL OR clinic_id = :clinic)
ORDER BY name, id
LIMIT :limit OFFSET :offset
