//! Rust values as values of columns.

use neem_core::sync::value::Value;
use neem_core::{Instant, LocalDate};
use uuid::Uuid;

/// What can stand in a column.
pub trait Cell {
    fn cell(self) -> Value;
}

impl Cell for i64 {
    fn cell(self) -> Value {
        Value::Int(self)
    }
}

impl Cell for f64 {
    fn cell(self) -> Value {
        Value::Real(self)
    }
}

impl Cell for bool {
    fn cell(self) -> Value {
        Value::Int(i64::from(self))
    }
}

impl Cell for &str {
    fn cell(self) -> Value {
        Value::Text(self.to_owned())
    }
}

impl Cell for String {
    fn cell(self) -> Value {
        Value::Text(self)
    }
}

impl Cell for Uuid {
    fn cell(self) -> Value {
        Value::Blob(self.as_bytes().to_vec())
    }
}

impl Cell for Instant {
    fn cell(self) -> Value {
        Value::Int(self.0)
    }
}

impl Cell for LocalDate {
    fn cell(self) -> Value {
        Value::Text(self.to_string())
    }
}

impl<T: Cell> Cell for Option<T> {
    fn cell(self) -> Value {
        self.map_or(Value::Null, Cell::cell)
    }
}

/// The values of a row, in the order of its columns.
macro_rules! cells {
    ($($value:expr),* $(,)?) => { vec![$($crate::cell::Cell::cell($value)),*] };
}
pub(crate) use cells;
