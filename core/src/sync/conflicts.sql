-- Open conflicts with the person or thing concerned; for a double booking both patients.
SELECT conflicts.id, kind, tbl, conflicts.row, grp, detected_at,
       coalesce(
         (SELECT display_name FROM appointments JOIN providers ON providers.id = provider_id
          WHERE kind = 'booked_twice' AND appointments.id = conflicts.row),
         (SELECT full_name FROM patients WHERE tbl = 'patients' AND patients.id = conflicts.row),
         (SELECT full_name FROM appointments JOIN patients ON patients.id = patient_id
          WHERE tbl = 'appointments' AND appointments.id = conflicts.row),
         (SELECT full_name FROM queue_tickets JOIN patients ON patients.id = patient_id
          WHERE tbl = 'queue_tickets' AND queue_tickets.id = conflicts.row),
         (SELECT full_name FROM consultations JOIN patients ON patients.id = patient_id
          WHERE tbl = 'consultations' AND consultations.id = conflicts.row),
         tbl) AS title,
       (SELECT full_name FROM appointments JOIN patients ON patients.id = patient_id
        WHERE kind = 'booked_twice' AND appointments.id = conflicts.row) AS first,
       (SELECT full_name FROM appointments JOIN patients ON patients.id = patient_id
        WHERE kind = 'booked_twice' AND appointments.id = conflicts.other) AS second
FROM conflicts
ORDER BY detected_at DESC, conflicts.id
LIMIT 200
