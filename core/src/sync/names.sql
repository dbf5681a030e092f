-- What people call the row ?1, whichever table it is in.
SELECT full_name FROM patients WHERE id = ?1
UNION ALL SELECT display_name FROM providers WHERE id = ?1
UNION ALL SELECT name FROM services WHERE id = ?1
UNION ALL SELECT name FROM clinics WHERE id = ?1
UNION ALL SELECT full_name FROM profiles WHERE user_id = ?1
UNION ALL SELECT name FROM staff_members WHERE id = ?1
UNION ALL SELECT name FROM devices WHERE id = ?1
UNION ALL SELECT name FROM files WHERE id = ?1
UNION ALL SELECT number FROM invoices WHERE id = ?1
UNION ALL SELECT number FROM prescriptions WHERE id = ?1
UNION ALL SELECT number FROM tickets WHERE id = ?1
UNION ALL SELECT full_name FROM appointments JOIN patients ON patients.id = patient_id WHERE appointments.id = ?1
UNION ALL SELECT full_name FROM consultations JOIN patients ON patients.id = patient_id WHERE consultations.id = ?1
LIMIT 1
