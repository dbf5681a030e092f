SELECT decision FROM consents
WHERE patient_id IN (WITH RECURSIVE up(id) AS (SELECT ?1 UNION SELECT merged_into_id FROM patients JOIN up ON patients.id = up.id WHERE merged_into_id IS NOT NULL),
       same(id) AS (SELECT id FROM up UNION SELECT patients.id FROM patients JOIN same ON patients.merged_into_id = same.id) SELECT id FROM same)
  AND purpose = ?2
ORDER BY decided_at DESC, id DESC
LIMIT 1
