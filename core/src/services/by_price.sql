SELECT * FROM services
WHERE deleted_at IS NULL
  AND (active = 1 OR :inactive)
  AND (:category = '' OR category = :category COLLATE NOCASE)
  AND (:most IS NULL OR price_minor <= :most)
  AND (:provider IS NULL OR EXISTS (SELECT 1 FROM service_providers
                                    WHERE service_id = services.id AND provider_id = :provider AND removed_at IS NULL))
ORDER BY price_minor, name, id
LIMIT :limit OFFSET :offset
