SELECT users.id,
       profiles.full_name,
       users.email,
       users.status = 'active' AND users.deleted_at IS NULL AS active,
       coalesce((SELECT group_concat(DISTINCT role) FROM role_grants
                 WHERE role_grants.user_id = users.id AND revoked_at IS NULL), '') AS roles,
       providers.id AS provider_id,
       providers.specialization
FROM users
JOIN profiles ON profiles.user_id = users.id
LEFT JOIN providers ON providers.user_id = users.id AND providers.deleted_at IS NULL
ORDER BY profiles.full_name
