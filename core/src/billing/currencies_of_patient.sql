SELECT currency FROM invoices WHERE patient_id IN (WITH RECURSIVE up(id) AS (SELECT ?1 UNION SELECT merged_into_id FROM patients JOIN up ON patients.id = up.id WHERE merged_into_id IS NOT NULL),
       same(id) AS (SELECT id FROM up UNION SELECT patients.id FROM patients JOIN same ON patients.merged_into_id = same.id) SELECT id FROM same)
UNION
SELECT currency FROM payments WHERE patient_id IN (WITH RECURSIVE up(id) AS (SELECT ?1 UNION SELECT merged_into_id FROM patients JOIN up ON patients.id = up.id WHERE merged_into_id IS NOT NULL),
       same(id) AS (SELECT id FROM up UNION SELECT patients.id FROM patients JOIN same ON patients.merged_into_id = same.id) SELECT id FROM same)
ORDER BY currency
