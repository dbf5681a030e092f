//! Finding a doctor by the beginning of a name or a specialization (V).

use rusqlite::{Connection, named_params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::Result;
use crate::ids::ProviderId;
use crate::page::{Page, PageRequest};
use crate::patients::search::fold;
use crate::providers::Approval;

/// What is looked for; what is empty does not filter.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ProviderSearch {
    /// Words of the name or of a specialization, in any order, as far as they are typed.
    pub words: String,
    /// Words of a specialization only.
    pub specialization: String,
    /// Those who wait for approval, are suspended or inactive too.
    pub everyone: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ProviderHit {
    pub id: ProviderId,
    pub display_name: String,
    pub specialization: Option<String>,
    pub registration_number: String,
    pub approval: Approval,
    pub active: bool,
}

/// Finds doctors in whatever script and spelling of case they are typed.
pub fn search_providers(conn: &Connection, wanted: &ProviderSearch, page: PageRequest) -> Result<Page<ProviderHit>> {
    let mut terms = prefixes("{name specializations}", &wanted.words);
    terms.extend(prefixes("specializations", &wanted.specialization));
    let typed = !wanted.words.trim().is_empty() || !wanted.specialization.trim().is_empty();
    if terms.is_empty() && typed {
        return Ok(page.page(Vec::new()));
    }
    let sql = if typed { include_str!("search.sql") } else { include_str!("search_all.sql") };
    let mut statement = conn.prepare_cached(sql)?;
    let hits = statement.query_map(
        named_params! {
            ":words": terms.join(" AND "),
            ":everyone": wanted.everyone,
            ":limit": page.sql_limit(),
            ":offset": page.sql_offset(),
        },
        |row| {
            Ok(ProviderHit {
                id: row.get("id")?,
                display_name: row.get("display_name")?,
                specialization: row.get("specialization")?,
                registration_number: row.get("registration_number")?,
                approval: row.get("approval")?,
                active: row.get("active")?,
            })
        },
    )?;
    Ok(page.page(hits.collect::<rusqlite::Result<_>>()?))
}

/// Each word as the beginning of one in these columns. Folding leaves letters and digits only, so
/// that nothing typed is read as an operator.
fn prefixes(columns: &str, text: &str) -> Vec<String> {
    let text: String = text.chars().take(200).collect();
    fold(&text).split(' ').filter(|word| !word.is_empty()).map(|word| format!("{columns}:\"{word}\"*")).collect()
}
