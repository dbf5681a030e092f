-- Merges and pairs that were kept apart, from the id ?1 on: ids begin with the time at which they were given.
SELECT first_id, one.full_name AS first_name, one.record_number AS first_number, other.full_name AS second_name,
       other.record_number AS second_number, merge_id, undone, at,
       (SELECT full_name FROM profiles WHERE user_id = decided_by) AS decided_by
FROM (SELECT kept_id AS first_id, merged_id AS second_id, id AS merge_id, undone_at IS NOT NULL AS undone, merged_by AS decided_by, created_at AS at
      FROM patient_merges WHERE id >= ?1
      UNION ALL
      SELECT first_id, second_id, NULL, 0, decided_by, created_at FROM duplicate_decisions WHERE id >= ?1)
JOIN patients AS one ON one.id = first_id
JOIN patients AS other ON other.id = second_id
ORDER BY at DESC
LIMIT 50
