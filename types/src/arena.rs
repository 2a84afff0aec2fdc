//! Append-only tables that threads share: items never move and never change their number.

use hashbrown::HashTable;
use rustc_hash::FxHasher;
use std::hash::{Hash, Hasher};
use std::sync::{Mutex, PoisonError};

/// Items in the order in which they were added.
pub(crate) type Arena<T> = boxcar::Vec<T>;

/// How many locks an [`Index`] spreads its entries over; a power of two.
const SHARDS: usize = 64;

/// Finds the items of an [`Arena`] by content, so that each is there once.
#[derive(Debug)]
pub(crate) struct Index {
    shards: Box<[Mutex<Numbers>]>,
}

/// Hashes, each with the number of an item that has it.
type Numbers = HashTable<(u64, u32)>;

impl Index {
    pub(crate) fn new() -> Index {
        Index { shards: (0..SHARDS).map(|_| Mutex::default()).collect() }
    }

    /// The number of the item with this hash that `is_it` takes for `item`; `add` adds it if there is none yet. `add`
    /// must not come back to the same index.
    pub(crate) fn find_or_add<T>(
        &self,
        hash: u64,
        item: T,
        is_it: impl Fn(u32, &T) -> bool,
        add: impl FnOnce(T) -> u32,
    ) -> u32 {
        // The high bits tell keys in a table apart, the low ones choose the place there: these are in between.
        let shard = &self.shards[(hash >> 40) as usize % SHARDS];
        // A panic in between leaves the table as it was: an entry is added as the last step.
        let mut table = shard.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, number)) = table.find(hash, |(own, number)| *own == hash && is_it(*number, &item)) {
            return *number;
        }
        let number = add(item);
        table.insert_unique(hash, (hash, number), |(own, _)| *own);
        number
    }
}

pub(crate) fn hash_of(item: impl Hash) -> u64 {
    let mut hasher = FxHasher::default();
    item.hash(&mut hasher);
    hasher.finish()
}
