SELECT prescriptions.*, display_name,
       (SELECT min(later.id) FROM prescriptions AS later WHERE later.supersedes_id = prescriptions.id) AS superseded_by
FROM prescriptions JOIN providers ON providers.id = provider_id
WHERE patient_id IN (WITH RECURSIVE up(id) AS (SELECT ?1 UNION SELECT merged_into_id FROM patients JOIN up ON patients.id = up.id WHERE merged_into_id IS NOT NULL),
       same(id) AS (SELECT id FROM up UNION SELECT patients.id FROM patients JOIN same ON patients.merged_into_id = same.id) SELECT id FROM same)
ORDER BY issued_at DESC, prescriptions.id DESC
LIMIT ?2 OFFSET ?3
