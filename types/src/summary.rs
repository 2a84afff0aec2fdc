//! What a package declares, as bytes: so that it need not be read and declared again.
//!
//! In: a declared package, or what own tests add to one. Out: bytes that depend on nothing but that; and, the other way
//! round, a package that is declared in another [`Store`] as if from its source. Types of other packages are written by
//! import path and name; those that are not found when the summary is read are unknown.
//!
//! Bytes from anywhere are safe to read: no input panics, takes more memory than a multiple of its length, or leaves a
//! package behind that is declared in part. That they are *true* nobody can check: keep them where nobody else writes.
//!
//! **Absent:** bodies of functions and what is in them, files and compression. Versions of the format are refused, not
//! converted.
//!
//! Read in this order: [`write()`], [`read()`], `format` (the layout), `wire` (numbers and texts).

mod format;
mod read;
mod wire;
mod write;

#[cfg(test)]
mod tests;

pub use format::VERSION;
pub use read::{Found, Surroundings, names, packages, read};
pub use write::{What, write};

/// Bytes that are no summary of this version: another version, or damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damaged;

impl std::fmt::Display for Damaged {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("no package summary, of another version, or damaged")
    }
}

impl std::error::Error for Damaged {}
