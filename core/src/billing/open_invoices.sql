-- What stands here in SQL is what crate::billing::standing says of one invoice; a test holds the two together.
SELECT invoices.*, full_name, phone FROM invoices JOIN patients ON patients.id = patient_id
WHERE invoices.clinic_id = ?1 AND invoices.status = 'issued'
  AND (SELECT sum(quantity * unit_price_minor - discount_minor + tax_minor) FROM invoice_lines WHERE invoice_id = invoices.id)
      > coalesce((SELECT sum(CASE kind WHEN 'refund' THEN -amount_minor ELSE amount_minor END) FROM payments
                  WHERE payments.invoice_id = invoices.id AND payments.status = 'success'), 0)
      + coalesce((SELECT sum(CASE kind WHEN 'refund' THEN -amount_minor ELSE amount_minor END) FROM payments
                  WHERE payments.appointment_id = invoices.appointment_id AND payments.invoice_id IS NULL AND payments.status = 'success'
                    AND NOT EXISTS (SELECT 1 FROM invoices AS earlier
                                    WHERE earlier.appointment_id = invoices.appointment_id AND earlier.status = 'issued'
                                      AND earlier.id < invoices.id)), 0)
ORDER BY issued_at DESC, invoices.id DESC
LIMIT ?2 OFFSET ?3
