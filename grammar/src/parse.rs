//! Whole files: text to syntax.
//!
//! In: the text of a file. Out: its items without mistakes; mistakes are told to a sink. The stack and the number of steps that
//! this takes are bounded, whatever the text.

use crate::diagnostic::{FileId, Sink};
use crate::{ast, outline, rule};

/// Parses one `.rule` file. Never fails: items with mistakes are left out, and `sink` has one diagnostic for each.
pub fn parse(source: &str, file: FileId, sink: &mut Sink) -> ast::Module {
    with_stack(|| {
        let outline = outline::outline(source, file, sink);
        rule::module(source, &outline, file, sink).0
    })
}

/// The same for text that stands at `base` of a longer text: all places count from there, in bytes.
pub fn parse_at(base: u32, source: &str, file: FileId, sink: &mut Sink) -> ast::Module {
    let mut text = "\n".repeat(base as usize);
    // A byte-order mark is one only at the start of a text.
    text.push_str(&source.replacen('\u{feff}', "   ", usize::from(source.starts_with('\u{feff}'))));
    parse(&text, file, sink)
}

/// Bounds the work of one pest parse: ordered choice can try the same text again and again. Far above what text written
/// by hand needs.
pub(crate) fn limit_calls() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| pest::set_call_limit(std::num::NonZeroUsize::new(CALL_LIMIT)));
}

const CALL_LIMIT: usize = 5_000_000;

/// Runs with room for brackets nested as deep as `outline` lets through: pest takes some 20 KiB a level, and threads may
/// have stacks of 2 MiB.
pub(crate) fn with_stack<T>(work: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(STACK_BYTES / 2, STACK_BYTES, work)
}

const STACK_BYTES: usize = 32 << 20;
