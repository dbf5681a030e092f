//! A running sum over all rows, so that two replicas can prove in one question that they are
//! the same: per table and bucket the sum of the rows' hashes, modulo 2^128.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::Result;
use crate::sync::tables::Table;

/// What a transaction changes about the sums; written once, at its end.
#[derive(Default)]
pub struct Delta(HashMap<(String, u8), (u128, i64)>);

impl Delta {
    /// A row went from one hash to another; `None` is a row that did not exist.
    pub fn change(&mut self, table: &str, row: Uuid, before: Option<u128>, after: u128) {
        let bucket = row.as_bytes()[15];
        let (sum, rows) = self.0.entry((table.to_owned(), bucket)).or_insert((0, 0));
        *sum = sum.wrapping_sub(before.unwrap_or(0)).wrapping_add(after);
        *rows += i64::from(before.is_none());
    }

    /// A row was put right, made or taken away.
    pub fn replace(&mut self, table: &str, row: Uuid, before: Option<u128>, after: Option<u128>) {
        self.change(table, row, before, after.unwrap_or(0));
        if after.is_none() {
            let bucket = row.as_bytes()[15];
            self.0.entry((table.to_owned(), bucket)).and_modify(|(_, rows)| *rows -= 1);
        }
    }

    /// A bucket was counted again and its sum was wrong by this.
    pub fn correct(&mut self, table: &str, bucket: u8, sum: u128, rows: i64) {
        let entry = self.0.entry((table.to_owned(), bucket)).or_insert((0, 0));
        *entry = (entry.0.wrapping_add(sum), entry.1 + rows);
    }

    /// The changed buckets, in a fixed order.
    pub fn into_sorted(self) -> BTreeMap<(String, u8), (u128, i64)> {
        self.0.into_iter().collect()
    }

    pub fn store(self, conn: &Connection) -> Result<()> {
        let mut read = conn.prepare_cached("SELECT sum, rows FROM digests WHERE tbl = ?1 AND bucket = ?2")?;
        let mut write =
            conn.prepare_cached("INSERT OR REPLACE INTO digests (tbl, bucket, sum, rows) VALUES (?1, ?2, ?3, ?4)")?;
        for ((table, bucket), (sum, rows)) in self.into_sorted() {
            let mut found = read.query(params![table, bucket])?;
            let (old_sum, old_rows) = match found.next()? {
                Some(row) => (sum_of(row.get_ref("sum")?.as_blob().unwrap_or_default()), row.get("rows")?),
                None => (0, 0i64),
            };
            let new_sum = old_sum.wrapping_add(sum).to_le_bytes();
            write.execute(params![table, bucket, new_sum.as_slice(), old_rows + rows])?;
        }
        Ok(())
    }
}

/// A stored sum; a missing one is zero.
pub fn sum_of(bytes: &[u8]) -> u128 {
    <[u8; 16]>::try_from(bytes).map_or(0, u128::from_le_bytes)
}

/// The sum and the number of rows of one of the 256 parts of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BucketSum {
    pub table: String,
    pub bucket: u8,
    /// Little-endian; MessagePack has no number of this size.
    pub sum: [u8; 16],
    pub rows: u64,
}

impl BucketSum {
    pub fn sum(&self) -> u128 {
        u128::from_le_bytes(self.sum)
    }
}

/// The stored sums of a table's buckets; one that was never written is missing.
pub fn bucket_sums(conn: &Connection, table: Table) -> Result<Vec<BucketSum>> {
    let mut statement = conn.prepare_cached("SELECT bucket, sum, rows FROM digests WHERE tbl = ?1 ORDER BY bucket")?;
    let sums = statement.query_map([table.name()], |row| {
        let sum = sum_of(row.get_ref("sum")?.as_blob().unwrap_or_default());
        let rows = row.get::<_, i64>("rows")?.unsigned_abs();
        Ok(BucketSum { table: table.name().to_owned(), bucket: row.get("bucket")?, sum: sum.to_le_bytes(), rows })
    })?;
    Ok(sums.collect::<rusqlite::Result<_>>()?)
}

/// Sets a bucket's sum to what was counted.
pub fn set_bucket(conn: &Connection, table: Table, bucket: u8, (sum, rows): (u128, u64)) -> Result<()> {
    conn.prepare_cached("INSERT OR REPLACE INTO digests (tbl, bucket, sum, rows) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![table.name(), bucket, sum.to_le_bytes().as_slice(), rows as i64])?;
    Ok(())
}

/// The state of a whole replica in a few lines: per table the sum and the number of rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    pub tables: BTreeMap<String, (String, u64)>,
}

impl Digest {
    pub fn add(&mut self, table: &str, sum: u128, rows: u64) {
        let entry = self.tables.entry(table.to_owned()).or_insert_with(|| (format!("{:032x}", 0), 0));
        let before = u128::from_str_radix(&entry.0, 16).unwrap_or(0);
        *entry = (format!("{:032x}", before.wrapping_add(sum)), entry.1 + rows);
    }

    pub fn read(conn: &Connection) -> Result<Digest> {
        let mut digest = Digest::default();
        let mut statement = conn.prepare_cached("SELECT tbl, sum, rows FROM digests")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let sum = sum_of(row.get_ref("sum")?.as_blob().unwrap_or_default());
            digest.add(&row.get::<_, String>("tbl")?, sum, row.get::<_, i64>("rows")?.unsigned_abs());
        }
        Ok(digest)
    }

    /// The part of these tables, without the empty ones.
    pub fn of(&self, tables: &[Table]) -> Digest {
        let named = |name: &str| tables.iter().any(|table| table.name() == name);
        let part = self.tables.iter().filter(|(name, (_, rows))| *rows > 0 && named(name));
        Digest { tables: part.map(|(name, sum)| (name.clone(), sum.clone())).collect() }
    }

    /// The tables that the two do not hold alike.
    pub fn differing(&self, other: &Digest) -> Vec<Table> {
        let names: BTreeSet<&String> = self.tables.keys().chain(other.tables.keys()).collect();
        let differ = names.into_iter().filter(|name| self.tables.get(*name) != other.tables.get(*name));
        differ.filter_map(|name| Table::by_name(name)).collect()
    }

    pub fn records(&self) -> u64 {
        self.tables.values().map(|(_, rows)| rows).sum()
    }

    /// Sixteen hex digits for people to compare, as on the sync page.
    pub fn short(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for (table, (sum, rows)) in self.tables.iter().filter(|(_, (_, rows))| *rows > 0) {
            hasher.update(table.as_bytes());
            hasher.update(sum.as_bytes());
            hasher.update(&rows.to_le_bytes());
        }
        hasher.finalize().to_hex()[..16].to_owned()
    }
}
