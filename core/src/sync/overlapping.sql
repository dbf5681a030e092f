-- Active appointments that claim the same provider's time as appointment ?1.
SELECT other.id
FROM appointments AS this
JOIN appointments AS other
  ON other.provider_id = this.provider_id
 AND other.scheduled_start < this.scheduled_end
 AND other.scheduled_start > this.scheduled_start - 8 * 3600 * 1000
 AND other.scheduled_end > this.scheduled_start
 AND other.id <> this.id
WHERE this.id = ?1
  AND this.channel <> 'walk_in' AND this.deleted_at IS NULL
  AND this.status NOT IN ('cancelled', 'no_show')
  AND other.channel <> 'walk_in' AND other.deleted_at IS NULL
  AND other.status NOT IN ('cancelled', 'no_show')
