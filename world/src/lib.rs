//! All packages that a run needs, typed.
//!
//! In: the packages that rules are applied to, and a [`Source`] that finds packages: the file system by way of
//! `rulec-program`, or files in memory. Out: a [`World`] that answers for each of their files what `rulec-types` knows.
//! What files import is followed, declared in the order of the imports and on several threads; of all that is not
//! checked itself, declarations are read, never bodies.
//!
//! **Absent:** it knows nothing of rules, and types nothing by itself.
//!
//! Read in this order: [`Source`], `graph` (units and the order in which they are declared), [`World`], `declare` (one unit),
//! [`FileTypes`], [`Packages`], [`Declaration`] (packages without source); then [`Standard`](standard::Standard) and [`Cache`], which spare reading source, and [`Question`], for those who keep results.

#![warn(missing_docs)]

mod asked;
mod cache;
mod contents;
pub mod declarations;
mod declare;
pub mod deprecation;
mod disk;
mod file;
pub mod folders;
mod graph;
pub mod inspect;
mod memory;
mod packages;
mod source;
pub mod standard;
pub mod threads;
mod units;
pub mod unused;
mod world;

pub use asked::Question;
pub use cache::Cache;
pub use cache::parcel::Parcel;
pub use contents::ContentHash;
pub use declarations::Declaration;
pub use deprecation::Deprecation;
pub use disk::DiskSource;
pub use file::{Coverage, FileTypes};
pub use memory::{MemoryFile, MemorySource};
pub use packages::Packages;
pub use source::{Import, PackageKey, PackageSource, Part, Source, SourceFile};
pub use units::Unit;
pub use unused::Unused;
pub use world::World;
