SELECT id, display_name, specialization, registration_number, years_of_experience, consultation_fee_minor, rating
FROM active_doctors
WHERE :values IS NULL
   OR id IN (SELECT provider_id FROM provider_tags
             WHERE kind = :kind AND removed_at IS NULL AND value IN (SELECT value FROM json_each(:values)))
   OR (:kind = 'specialization' AND specialization COLLATE NOCASE IN (SELECT value FROM json_each(:values)))
ORDER BY rating DESC NULLS LAST, display_name, id
LIMIT :limit OFFSET :offset
