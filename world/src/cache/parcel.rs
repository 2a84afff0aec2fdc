//! What is kept of packages as bytes that somebody else carries from run to run, such as Go's build cache.
//!
//! In: parcels of earlier runs, and all that a run reads from its cache or writes there. Out: what was kept under a key; and the
//! bytes of a new parcel, which holds what the run has used, so that a run that needs the same, or a part of it, opens it instead.
//! Keys are hashes over all that decides a content, as in the cache: a parcel can be useless, but not wrong. Bytes that are no parcel
//! of this layout hold nothing.
//!
//! Never: no file is opened, and no more than [`MAX_BYTES`] go into a parcel.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// The first bytes; to be changed with the layout.
const MAGIC: &[u8; 8] = b"RULECP01";

/// What does not fit is left out: it is found from source.
pub const MAX_BYTES: usize = 32 << 20;

type Entries = BTreeMap<[u8; 32], Vec<u8>>;

/// What parcels of earlier runs hold, and what this run has used.
#[derive(Debug, Default)]
pub struct Parcel {
    held: Entries,
    used: Mutex<Entries>,
}

impl Parcel {
    /// All that these parcels hold.
    pub fn of<'b>(parcels: impl IntoIterator<Item = &'b [u8]>) -> Parcel {
        Parcel { held: parcels.into_iter().flat_map(entries).collect(), used: Mutex::default() }
    }

    /// What is held under a key.
    pub(super) fn get(&self, key: &[u8; 32]) -> Option<Vec<u8>> {
        self.held.get(key).cloned()
    }

    /// Notes what the run has used.
    pub(super) fn note(&self, key: [u8; 32], content: &[u8]) {
        self.used.lock().unwrap_or_else(PoisonError::into_inner).insert(key, content.to_vec());
    }

    /// The bytes of a parcel with all that was used: the same for the same contents.
    pub fn used(&self) -> Vec<u8> {
        let used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let mut bytes = MAGIC.to_vec();
        for (key, content) in used.iter().filter(|(_, content)| content.len() <= MAX_BYTES) {
            if bytes.len() + content.len() <= MAX_BYTES {
                bytes.extend(key);
                bytes.extend((content.len() as u32).to_le_bytes());
                bytes.extend(content);
            }
        }
        let hash = blake3::hash(&bytes);
        bytes.extend(hash.as_bytes());
        bytes
    }
}

/// What a parcel holds; nothing if it was cut off or changed.
fn entries(parcel: &[u8]) -> Entries {
    read(parcel).unwrap_or_default()
}

fn read(parcel: &[u8]) -> Option<Entries> {
    let (body, hash) = parcel.split_last_chunk::<32>()?;
    if blake3::hash(body).as_bytes() != hash {
        return None;
    }
    let mut rest = body.strip_prefix(MAGIC)?;
    let mut entries = Entries::new();
    while !rest.is_empty() {
        let (key, behind) = rest.split_first_chunk::<32>()?;
        let (length, behind) = behind.split_first_chunk::<4>()?;
        let (content, behind) = behind.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        entries.insert(*key, content.to_vec());
        rest = behind;
    }
    Some(entries)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::{Cache, Key};
    use std::sync::Arc;

    #[test]
    fn what_one_run_used_another_one_has() {
        let (there, here) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (a, b, c) = (Key([1; 32]), Key([2; 32]), Key([3; 32]));
        Cache::at(there.path()).write(&b, b"read");
        Cache::at(there.path()).write(&c, b"not asked for");
        let parcel = Arc::new(Parcel::default());
        let cache = Cache::at(there.path()).with_parcel(parcel.clone());
        cache.write(&a, b"written");
        assert_eq!(cache.read(&b).as_deref(), Some(&b"read"[..]));
        let bytes = parcel.used();
        assert_eq!(bytes, parcel.used());
        let opened = Arc::new(Parcel::of([&bytes[..]]));
        let cache = Cache::at(here.path()).with_parcel(opened.clone());
        assert_eq!(cache.read(&a).as_deref(), Some(&b"written"[..]));
        assert_eq!((cache.read(&b).as_deref(), cache.read(&c)), (Some(&b"read"[..]), None));
        assert_eq!(opened.used(), bytes, "what came in a parcel goes on");
    }

    #[test]
    fn bytes_that_are_no_parcel_hold_nothing() {
        let parcel = Parcel::default();
        parcel.note([7; 32], b"content");
        let whole = parcel.used();
        assert_eq!(entries(&whole).len(), 1);
        for end in 0..whole.len() {
            assert!(entries(&whole[..end]).is_empty(), "{end}");
        }
        for place in 0..whole.len() {
            let mut changed = whole.clone();
            changed[place] ^= 1;
            assert!(entries(&changed).is_empty(), "{place}");
        }
    }
}
