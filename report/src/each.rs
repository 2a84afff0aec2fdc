//! Lists that are serialised one element at a time, so that the elements are never in memory all at once.

use serde::{Serialize, Serializer};

/// What `row` makes of each item, made when it is written.
pub fn each<'a, T, R: Serialize>(items: &'a [T], row: impl Fn(&'a T) -> R) -> impl Serialize {
    Each(items, row)
}

struct Each<'a, T, F>(&'a [T], F);

impl<'a, T, R: Serialize, F: Fn(&'a T) -> R> Serialize for Each<'a, T, F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(&self.1))
    }
}
