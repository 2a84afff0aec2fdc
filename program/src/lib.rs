//! Which Go files make up which package, and where the package of an import path lives.

#![warn(missing_docs)]
