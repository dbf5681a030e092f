-- Pairs of records that may be one person, about which nobody has decided.
SELECT first_id, second_id, score, agreeing, possible_duplicates.found_at
FROM possible_duplicates
JOIN patients AS one ON one.id = first_id
JOIN patients AS other ON other.id = second_id
WHERE one.deleted_at IS NULL AND one.merged_into_id IS NULL AND other.deleted_at IS NULL AND other.merged_into_id IS NULL
  AND NOT EXISTS (SELECT 1 FROM duplicate_decisions AS decided
                  WHERE decided.first_id = possible_duplicates.first_id AND decided.second_id = possible_duplicates.second_id)
