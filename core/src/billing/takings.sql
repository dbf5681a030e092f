SELECT method, currency, sum(kind <> 'refund') AS payments,
       sum(CASE WHEN kind <> 'refund' THEN amount_minor ELSE 0 END) AS received_minor,
       sum(CASE WHEN kind = 'refund' THEN amount_minor ELSE 0 END) AS given_back_minor
FROM payments
WHERE clinic_id = ?1 AND received_at >= ?2 AND received_at < ?3 AND status = 'success'
GROUP BY method, currency
ORDER BY method, currency
