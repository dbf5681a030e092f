//! Reads MessagePack of others. What is nested deeper than anything that Neem writes is refused: a
//! decoder that follows it, also through a field that it ignores, runs out of stack and takes its
//! process along.

use rmp_serde::Deserializer;
use rmp_serde::decode::Error;
use serde::Deserialize;

/// A commit has eight levels; a newer version may have some more.
const DEEPEST: usize = 32;

/// As `rmp_serde::from_slice`, with a limit of 32 levels.
pub fn from_slice<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Error> {
    let mut deserializer = Deserializer::from_read_ref(bytes);
    deserializer.set_max_depth(DEEPEST);
    T::deserialize(&mut deserializer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::commit::Body;

    #[test]
    fn lists_in_lists_are_refused_also_where_they_would_be_ignored() {
        let deep = vec![0x91; 100_000];
        assert!(from_slice::<Vec<serde::de::IgnoredAny>>(&deep).is_err());
        // A map with one key that a commit does not have.
        let ignored = [b"\x81\xa1x".as_slice(), &deep].concat();
        assert!(Body::decode(&ignored).is_err());
    }
}
