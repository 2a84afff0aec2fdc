//! Versions of packs: what a pack says of itself, which versions of others go with it, and what a new version asks of users.
//!
//! In: texts (`pack.toml`, `rulec.lock`, an index), what is known of the rules of two versions, and a way to ask for
//! candidates. Out: [`PackToml`], a [`Resolution`], a [`Lock`], the [`Change`]s between versions and the [`Step`] they ask for,
//! and files of users rewritten by [`Migration`]s.
//!
//! **Absent:** it opens no files, runs no `git` and no rules, and knows no compiler; who calls it brings what it needs. Read
//! [`pack_toml`], [`resolve`](mod@resolve), [`lock`] and [`index`]; then `change`; then [`migration`], [`conversion`] and
//! `migrate`. `change` and `migrate` read rule files, and are there with the feature `changes`.

#![warn(missing_docs)]

#[cfg(feature = "changes")]
pub mod change;
pub mod conversion;
pub mod index;
pub mod lock;
#[cfg(feature = "changes")]
pub mod migrate;
pub mod migration;
pub mod pack_toml;
pub mod resolve;

#[cfg(feature = "changes")]
pub use change::{Change, Step};
pub use conversion::Conversion;
pub use lock::Lock;
pub use migration::Migration;
pub use pack_toml::PackToml;
pub use resolve::{Resolution, resolve};

/// The content hash of a pack that is a folder of source: its files with their paths, relative and with `/`, in the order of
/// the paths.
pub fn hash_of_files<'f>(files: impl IntoIterator<Item = (&'f str, &'f [u8])>) -> String {
    let mut hasher = blake3::Hasher::new();
    for (path, bytes) in files {
        for part in [path.as_bytes(), bytes] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
    }
    format!("blake3:{}", hasher.finalize().to_hex())
}
