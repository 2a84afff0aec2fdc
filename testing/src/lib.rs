//! Runs the examples of rules and measures what they show.
