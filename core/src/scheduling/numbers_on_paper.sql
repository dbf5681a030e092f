-- The numbers from ?4 on that paper has in lane ?3 of site ?1: blank slips, and what was entered for day ?2.
SELECT number FROM paper_slips
WHERE clinic_id = ?1 AND lane = ?3 AND number >= ?4 AND ticket_id IS NULL AND voided_at IS NULL
UNION
SELECT number FROM queue_tickets
WHERE clinic_id = ?1 AND day = ?2 AND lane = ?3 AND number >= ?4 AND entered_at IS NOT NULL
ORDER BY number
