//! Drives the built binary as users do: arguments and files in, text and exit status out.

#![cfg(unix)]

mod bad_input;
mod baseline;
mod cache;
mod check;
mod commands;
mod configuration;
mod flow;
mod formats;
mod git;
mod incremental;
mod killed;
mod lsp;
mod own_packages;
mod packs;
mod releases;
mod shared_rules;
mod support;
mod suppressions;
mod types;
mod vettool;
