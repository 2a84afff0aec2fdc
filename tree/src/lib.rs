//! The canonical flat tree: what one Go file, and one pattern, look like to everything else.
//!
//! In: nothing but calls of [`Builder`]. Out: [`Tree`], parallel columns in preorder. Go files are lowered to it by
//! `gofront`, patterns are lowered to the same [`Kind`]s by `grammar`, and compiled matchers read its columns.
//!
//! **Absent:** it does not know how Go is parsed, what a rule is, or how names resolve (it only has the columns in
//! which resolution writes its answers).

#![warn(missing_docs)]

pub mod duration;
mod kind;
pub mod literal;
mod op;
mod predeclared;
mod text;
mod tree;
mod tri;
pub mod words;

pub use kind::{Category, Kind, KindSet, Shape};
pub use op::Op;
pub use predeclared::Predeclared;
pub use text::{SymbolId, Text, Texts, Vocabulary};
pub use tree::{Builder, Columns, Node, Span, Tree};
pub use tri::Tri;
