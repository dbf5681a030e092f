-- Open double bookings, the next one first.
SELECT conflicts.id, conflicts.row, conflicts.other, appointments.provider_id, display_name, detected_at
FROM conflicts
JOIN appointments ON appointments.id = conflicts.row
JOIN providers ON providers.id = appointments.provider_id
WHERE kind = 'booked_twice'
ORDER BY scheduled_start, conflicts.id
LIMIT 50
