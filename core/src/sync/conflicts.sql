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
         (SELECT full_name FROM allergies JOIN patients ON patients.id = patient_id
          WHERE tbl = 'allergies' AND allergies.id = conflicts.row),
         (SELECT full_name FROM conditions JOIN patients ON patients.id = patient_id
          WHERE tbl = 'conditions' AND conditions.id = conflicts.row),
         (SELECT full_name FROM medications JOIN patients ON patients.id = patient_id
          WHERE tbl = 'medications' AND medications.id = conflicts.row),
         (SELECT full_name FROM waitlist JOIN patients ON patients.id = patient_id
          WHERE tbl = 'waitlist' AND waitlist.id = conflicts.row),
         (SELECT number FROM invoices WHERE tbl = 'invoices' AND invoices.id = conflicts.row),
         (SELECT display_name FROM providers WHERE tbl = 'providers' AND providers.id = conflicts.row),
         (SELECT name FROM services WHERE tbl = 'services' AND services.id = conflicts.row),
         (SELECT name FROM clinics WHERE tbl = 'clinics' AND clinics.id = conflicts.row),
         (SELECT full_name FROM profiles WHERE tbl = 'profiles' AND profiles.id = conflicts.row),
         (SELECT number FROM tickets WHERE tbl = 'tickets' AND tickets.id = conflicts.row),
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
