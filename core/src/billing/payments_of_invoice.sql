-- Its own, and the deposits of its appointment if it is the earliest invoice of it that stands.
SELECT * FROM payments
WHERE id IN (
  SELECT id FROM payments WHERE invoice_id = ?1
  UNION ALL
  SELECT payments.id FROM invoices
  JOIN payments ON payments.appointment_id = invoices.appointment_id AND payments.invoice_id IS NULL
  WHERE invoices.id = ?1 AND invoices.status = 'issued'
    AND NOT EXISTS (SELECT 1 FROM invoices AS earlier
                    WHERE earlier.appointment_id = invoices.appointment_id AND earlier.status = 'issued' AND earlier.id < invoices.id)
)
ORDER BY received_at, id
