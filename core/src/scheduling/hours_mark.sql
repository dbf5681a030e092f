-- Counts and sums of the times of change: no change leaves all of them as they were.
SELECT (SELECT count(*) || ' ' || coalesce(sum(updated_at), 0) FROM availability_templates) || ' '
    || (SELECT count(*) || ' ' || coalesce(sum(updated_at), 0) FROM template_slots) || ' '
    || (SELECT count(*) || ' ' || coalesce(sum(updated_at), 0) FROM time_off) || ' '
    || (SELECT count(*) || ' ' || coalesce(sum(updated_at), 0) FROM provider_clinics)
