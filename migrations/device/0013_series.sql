-- Visits that repeat: each is an ordinary appointment, with the series that it belongs to and the rule
-- (RFC 5545) by which it was booked.
ALTER TABLE appointments ADD COLUMN series_id BLOB;
ALTER TABLE appointments ADD COLUMN recurrence TEXT;
CREATE INDEX appointments_series ON appointments (series_id, scheduled_start) WHERE series_id IS NOT NULL;
