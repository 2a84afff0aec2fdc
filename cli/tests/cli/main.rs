//! Drives the built binary as users do: arguments and files in, text and exit status out.

#![cfg(unix)]

mod bad_input;
mod cache;
mod check;
mod commands;
mod flow;
mod own_packages;
mod shared_rules;
mod support;
mod types;
