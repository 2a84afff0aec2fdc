//! The summaries of the functions of the standard library, without its source.
//!
//! In: the file that `summarise-std-calls` makes of a Go distribution; one is part of this crate. Out: [`Table`]s by import
//! path. They are the same on every platform: of a function that differs, what holds on all platforms looked at.
//!
//! The file starts with [`MAGIC`] and the compressed and the plain length of its index, in four bytes each, the lowest
//! first. The index follows, then the compressed tables, each of which can be read without the others.
//!
//! **Absent:** functions that are not exported and are no methods, call edges, facts of rules.

mod summarise;

pub use summarise::{Summarised, summarise};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use rulec_flow::Summary;
use rulec_types::{Name, Store};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::sync::OnceLock;

/// The file that is part of this crate.
static EMBEDDED: &[u8] = include_bytes!("../std/standard-library.calls");

/// The first bytes of a file; to be changed with its layout and with that of summaries.
const MAGIC: [u8; 8] = *b"RCALLS02";

/// The length of what comes before the index, in bytes.
const HEAD_BYTES: usize = 16;

/// How long a table may be when it is not compressed: far more than any is.
const MAX_BYTES: u32 = 64 << 20;

/// The functions of a package, by the name of the receiver's type (empty for functions) and their own.
pub(crate) type Table = FxHashMap<(Name, Name), Summary>;

/// A function by receiver and name, and what it does.
type Row = (String, String, Summary);

/// The summaries of a standard library.
#[derive(Debug)]
pub(crate) struct StandardFacts {
    index: Index,
    tables: &'static [u8],
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Index {
    go_version: String,
    packages: BTreeMap<String, Extent>,
}

/// Where a table is, counted from the first one, and how long; in bytes.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Extent {
    at: u32,
    len: u32,
    plain_len: u32,
}

impl StandardFacts {
    /// A hash over the file.
    pub(crate) fn digest() -> [u8; 32] {
        static DIGEST: OnceLock<[u8; 32]> = OnceLock::new();
        *DIGEST.get_or_init(|| *blake3::hash(EMBEDDED).as_bytes())
    }

    /// The functions of the package with this import path, after `amend`; empty for packages that are not there.
    pub(crate) fn table(store: &Store, path: &str, amend: impl Fn(Name, Name, &mut Summary)) -> Table {
        let rows = StandardFacts::embedded().and_then(|facts| facts.rows(path)).unwrap_or_default();
        let entries = rows.into_iter().map(|(recv, name, mut summary)| {
            let (recv, name) = (store.name(&recv), store.name(&name));
            amend(recv, name, &mut summary);
            ((recv, name), summary)
        });
        entries.collect()
    }

    fn embedded() -> Option<&'static StandardFacts> {
        static FACTS: OnceLock<Option<StandardFacts>> = OnceLock::new();
        FACTS.get_or_init(|| StandardFacts::open(EMBEDDED)).as_ref()
    }

    /// None for a file of another layout, or one that is damaged.
    fn open(bytes: &'static [u8]) -> Option<StandardFacts> {
        let number = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
        let start = HEAD_BYTES.checked_add(number(8)? as usize)?;
        if bytes.get(..MAGIC.len())? != MAGIC {
            return None;
        }
        let index = inflate(bytes.get(HEAD_BYTES..start)?, number(12)?)?;
        Some(StandardFacts { index: postcard::from_bytes(&index).ok()?, tables: bytes.get(start..)? })
    }

    fn rows(&self, path: &str) -> Option<Vec<Row>> {
        let extent = self.index.packages.get(path)?;
        let end = extent.at.checked_add(extent.len)?;
        let plain = inflate(self.tables.get(extent.at as usize..end as usize)?, extent.plain_len)?;
        postcard::from_bytes(&plain).ok()
    }
}

/// The file of a library: the same tables give the same bytes.
fn file_of(go_version: &str, packages: &BTreeMap<String, Vec<Row>>) -> Vec<u8> {
    let mut index = Index { go_version: go_version.to_owned(), ..Index::default() };
    let mut tables = Vec::new();
    for (path, rows) in packages {
        let plain = postcard::to_allocvec(rows).unwrap_or_default();
        let packed = deflate(&plain);
        let (at, len, plain_len) = (tables.len() as u32, packed.len() as u32, plain.len() as u32);
        index.packages.insert(path.clone(), Extent { at, len, plain_len });
        tables.extend_from_slice(&packed);
    }
    let plain = postcard::to_allocvec(&index).unwrap_or_default();
    let packed = deflate(&plain);
    let mut file = MAGIC.to_vec();
    file.extend_from_slice(&(packed.len() as u32).to_le_bytes());
    file.extend_from_slice(&(plain.len() as u32).to_le_bytes());
    file.extend_from_slice(&packed);
    file.extend_from_slice(&tables);
    file
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    // Writing to memory cannot fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

/// Unpacks bytes that must become `plain_len` of them.
fn inflate(bytes: &[u8], plain_len: u32) -> Option<Vec<u8>> {
    if plain_len > MAX_BYTES {
        return None;
    }
    let mut plain = Vec::new();
    ZlibDecoder::new(bytes).take(u64::from(plain_len) + 1).read_to_end(&mut plain).ok()?;
    (plain.len() == plain_len as usize).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_file_is_of_this_version() {
        let facts = StandardFacts::embedded();
        assert!(facts.is_some_and(|facts| facts.index.packages.len() > 100), "make it again: see summarise-std-calls");
    }

    #[test]
    fn every_table_can_be_read() {
        let Some(facts) = StandardFacts::embedded() else { return };
        for path in facts.index.packages.keys() {
            assert!(facts.rows(path).is_some(), "{path}");
        }
    }
}
