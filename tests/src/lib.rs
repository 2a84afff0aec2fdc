//! The harness that runs fixtures on every engine.
