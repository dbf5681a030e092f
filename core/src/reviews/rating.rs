//! What a doctor's visible reviews come to.

use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::Result;
use crate::ids::ProviderId;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Rating {
    /// From 1 to 5; `None` without a visible review.
    pub average: Option<f64>,
    pub reviews: u32,
}

/// A doctor in the list of the best rated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TopRated {
    pub provider_id: ProviderId,
    pub name: String,
    pub specialization: Option<String>,
    pub average: f64,
    pub reviews: u32,
}

/// The average over a doctor's visible reviews. Of two that PCs apart wrote of one visit the earlier counts.
pub fn rating(conn: &Connection, provider: ProviderId) -> Result<Rating> {
    Ok(conn
        .prepare_cached(include_str!("rating.sql"))?
        .query_row([provider], |row| Ok(Rating { average: row.get("average")?, reviews: row.get("reviews")? }))?)
}

/// The best rated of the doctors who are active, at most fifty.
pub fn top_rated(conn: &Connection, limit: u32) -> Result<Vec<TopRated>> {
    let mut statement = conn.prepare_cached(include_str!("top_rated.sql"))?;
    let rows = statement.query_map([limit.min(50)], |row| {
        Ok(TopRated {
            provider_id: row.get("id")?,
            name: row.get("display_name")?,
            specialization: row.get("specialization")?,
            average: row.get("average")?,
            reviews: row.get("reviews")?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
