SELECT EXISTS (
  SELECT 1 FROM files
  WHERE id = ?2 AND deleted_at IS NULL AND (
    SELECT CASE files.owner_table
      WHEN 'patients' THEN files.owner_id
      WHEN 'consultations' THEN (SELECT patient_id FROM consultations WHERE consultations.id = files.owner_id)
    END
  ) IN (
    WITH RECURSIVE up(id) AS (SELECT ?1 UNION SELECT merged_into_id FROM patients JOIN up ON patients.id = up.id WHERE merged_into_id IS NOT NULL),
       same(id) AS (SELECT id FROM up UNION SELECT patients.id FROM patients JOIN same ON patients.merged_into_id = same.id)
    SELECT id FROM same
  )
)
