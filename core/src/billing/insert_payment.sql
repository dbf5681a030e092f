INSERT INTO payments (id, tenant_id, clinic_id, patient_id, invoice_id, appointment_id, kind, amount_minor, currency, method, status,
                      provider, transaction_reference, refund_of_id, cash_session_id, receipt_number, note, received_by,
                      received_at, settled_at, created_at, updated_at)
VALUES (:id, :tenant, :clinic, :patient, :invoice, :appointment, :kind, :amount, :currency, :method, :status,
        :provider, :reference, :refund_of, :till, :receipt, :note, :user, :now, :settled, :now, :now)
