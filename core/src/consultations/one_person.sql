WITH RECURSIVE
  first(id) AS (SELECT ?1 UNION SELECT merged_into_id FROM patients JOIN first ON patients.id = first.id WHERE merged_into_id IS NOT NULL),
  second(id) AS (SELECT ?2 UNION SELECT merged_into_id FROM patients JOIN second ON patients.id = second.id WHERE merged_into_id IS NOT NULL)
SELECT EXISTS (SELECT 1 FROM first JOIN second ON second.id = first.id) AS same
