SELECT patients.id, full_name, alternate_name
FROM (SELECT rowid FROM patient_search WHERE patient_search MATCH :wanted LIMIT 2000) AS found
JOIN patients ON patients.rowid = found.rowid
WHERE patients.deleted_at IS NULL AND merged_into_id IS NULL
