-- The papers that run out from ?1 to ?2, both included.
SELECT credentials.*, display_name
FROM credentials
JOIN providers ON providers.id = provider_id AND providers.deleted_at IS NULL
WHERE expires_on BETWEEN ?1 AND ?2
  AND credentials.deleted_at IS NULL
  AND status <> 'rejected'
ORDER BY expires_on, display_name
