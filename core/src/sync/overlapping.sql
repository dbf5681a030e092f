-- Active appointments that claim the same provider's time as appointment ?1.
SELECT other.id, other.scheduled_start, other.scheduled_end, coalesce(other.capacity, 1) AS capacity,
       this.scheduled_start AS this_start, this.scheduled_end AS this_end, coalesce(this.capacity, 1) AS this_capacity
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
  AND (other.channel <> 'walk_in' AND other.status NOT IN ('cancelled', 'no_show') AND other.deleted_at IS NULL) = 1
