-- The sites inside a rectangle of degrees. The tree keeps single precision, rounded outward.
SELECT clinics.*
FROM clinic_places
JOIN clinics ON clinics.rowid = clinic_places.id
WHERE max_latitude >= :south
  AND min_latitude <= :north
  AND max_longitude >= :west
  AND min_longitude <= :east
  AND (telehealth = 1 OR NOT :telehealth)
