//! Findings to output, one file per format.
