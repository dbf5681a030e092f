-- The roles of user ?1, those taken back too.
SELECT role_grants.id, role, role_grants.clinic_id, clinics.name AS clinic_name, profiles.full_name AS granted_by_name,
       granted_at, revoked_at
FROM role_grants
LEFT JOIN clinics ON clinics.id = role_grants.clinic_id
LEFT JOIN profiles ON profiles.user_id = role_grants.granted_by
WHERE role_grants.user_id = ?1
ORDER BY granted_at DESC, role_grants.id DESC
