//! One Go file: text to canonical flat tree and names.
//!
//! In: the bytes of a file. Out: a [`File`]. Broken code gives fewer facts, never a failure. tree-sitter lives here and
//! nowhere else: with the grammar that build.rs amends, it parses as Go's own parser does.
//!
//! **Absent:** it does not know that rules exist, and it looks at no other file of the package.
//!
//! Read in this order: [`Reader`], then `syntax` (tree-sitter's tree as rows), `lower` (rows to the canonical tree),
//! `recover` (files that do not parse) and `skeleton` (files read for their declarations), then [`Names`]; [`doc`] and
//! [`annotation`] stand for themselves.

#![warn(missing_docs)]

mod reader;

mod lower;
mod recover;
mod skeleton;
mod syntax;

mod names;

mod constraint;
mod lines;

pub mod annotation;
pub mod doc;

pub mod inspect;

pub use constraint::{BuildConstraint, BuildContext, says_generated};
pub use lines::LineIndex;
pub use names::{Names, Object, ObjectId, ObjectKind};
pub use reader::{BadReason, BadRegion, Coverage, File, LastRead, Reader, Refusal};

/// The amended grammar, for measuring. Everything else goes through [`Reader`].
#[doc(hidden)]
pub use syntax::language;
