//! Somebody looks at a review and lets it be seen, or not.

use rusqlite::params;

use crate::db::Tx;
use crate::error::Result;
use crate::ids::ReviewId;
use crate::reviews::{Review, review};

/// Shows or hides a review, and notes who decided and when. It can be decided again.
pub fn moderate(tx: &Tx, id: ReviewId, visible: bool) -> Result<Review> {
    review(tx, id)?;
    tx.execute(
        "UPDATE reviews SET visible = ?1, moderated_by = ?2, moderated_at = ?3, updated_at = ?3 WHERE id = ?4",
        params![visible, tx.user()?, tx.now, id],
    )?;
    review(tx, id)
}
