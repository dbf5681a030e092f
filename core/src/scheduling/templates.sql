-- The templates of doctor ?1 with their rows of the week; one without rows comes once. One question for
-- all, because it is asked before every booking.
SELECT availability_templates.*, template_slots.id AS slot_id, template_slots.weekday, template_slots.start_time,
       template_slots.end_time, template_slots.mode
FROM availability_templates
LEFT JOIN template_slots ON template_slots.template_id = availability_templates.id AND template_slots.deleted_at IS NULL
WHERE availability_templates.provider_id = ?1 AND availability_templates.deleted_at IS NULL
ORDER BY availability_templates.valid_from, availability_templates.id, template_slots.weekday, template_slots.start_time
