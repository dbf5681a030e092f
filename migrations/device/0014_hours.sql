-- A holiday that comes every year, leave on every first Monday: starts_at and ends_at are the first
-- occurrence, the rule (RFC 5545, without DTSTART) says on which days it begins again, and the zone is
-- the one in which its days are meant, so that every PC finds the same.
ALTER TABLE time_off ADD COLUMN recurrence TEXT;
ALTER TABLE time_off ADD COLUMN timezone TEXT;

-- 1: on its days these hours hold instead of the doctor's others at the site.
ALTER TABLE availability_templates ADD COLUMN replaces INTEGER CHECK (replaces IN (0, 1));

-- When somebody decided that a visit stays where it is, although the hours no longer cover it.
ALTER TABLE appointments ADD COLUMN kept_at INTEGER;

-- From when to when in a day they can come, as `HH:MM` at the site; the times that they have declined,
-- in milliseconds since 1970 with commas between.
ALTER TABLE waitlist ADD COLUMN after_time TEXT CHECK (after_time GLOB '[0-2][0-9]:[0-5][0-9]');
ALTER TABLE waitlist ADD COLUMN before_time TEXT CHECK (before_time GLOB '[0-2][0-9]:[0-5][0-9]');
ALTER TABLE waitlist ADD COLUMN declined TEXT;
ALTER TABLE waitlist ADD COLUMN declined_at INTEGER;
