//! Packs and Go files to findings.
