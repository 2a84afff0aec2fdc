//! What functions do: the call graph, and summaries of functions found from the bottom up.
//!
//! **Absent:** rules; Go text.

#![warn(missing_docs)]
