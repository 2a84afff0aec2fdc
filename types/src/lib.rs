//! Names and types of Go packages, from source alone.
//!
//! In: the files of a package as `gofront` reads them, and the packages that it imports. Out: objects and types in a
//! [`Store`] that all packages of a run share, and for each expression its type, mode, constant value and selection.
//! Wrong code and missing packages give [`Ty::UNKNOWN`] where they matter and right types around it; no type errors
//! are reported here.
//!
//! **Absent:** it opens no files, knows nothing of modules, and nothing of rules.
//!
//! Read in this order: [`Ty`] and [`TypeData`] (what a type is), [`Store`] (where types and objects live, each once),
//! [`Object`] and [`Package`].
//!
//! Source throughout: The Go Programming Language Specification, version of Go 1.26.

#![warn(missing_docs)]

mod arena;
pub mod check;
mod infer;
mod name;
mod object;
mod print;
mod relate;
mod sizes;
mod store;
pub mod summary;
mod ty;

pub use infer::Inferred;
pub use name::Name;
pub use object::{Builtin, DeclPlace, ObjId, Object, ObjectKind, Package, PackageId, Scope};
pub use relate::{Lookup, MethodEntry, Types};
pub use store::Store;
pub use ty::{
    Alias, Basic, ChanDir, Field, Flags, Func, Interface, Method, Named, Term, Ty, TypeData, TypeParam, TypeSet,
};
