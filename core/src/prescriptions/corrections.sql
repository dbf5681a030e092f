SELECT prescriptions.*, display_name,
       (SELECT min(later.id) FROM prescriptions AS later WHERE later.supersedes_id = prescriptions.id) AS superseded_by
FROM prescriptions JOIN providers ON providers.id = provider_id
WHERE supersedes_id = ?1
ORDER BY prescriptions.id
