//! Rule text to syntax with spans. The only crate that knows pest.
//!
//! In: the text of one `.rule` file. Out: [`ast::Module`], and every mistake of the file in a [`diagnostic::Sink`].
//! [`format`] and [`print`](mod@print) go the other way, from text or syntax to canonical text.
//!
//! **Absent:** names are not resolved, patterns are not judged for sense, no files are read.

#![warn(missing_docs)]

pub mod ast;
pub mod codes;
pub mod diagnostic;
mod format;
mod lexer;
mod names;
mod outline;
mod pattern;
pub mod print;
mod rule;
mod survey;
pub use rulec_tree::words;

pub use format::format;
pub use lexer::{Token, TokenKind};
pub use outline::{Block, BlockKind, ITEM_WORDS, Lexeme, RawItem};
pub use pattern::{is_go_keyword, same as same_pattern};
pub use rule::CLAUSE_WORDS;
pub use survey::{Survey, survey, tokens};

use diagnostic::{FileId, Sink};

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

/// The places of names in rule text: words outside of Go patterns, examples, strings and comments. A name with hyphens is
/// one name; parts of a dotted name are none. Never fails: where brackets do not pair up, there are fewer.
pub fn names(source: &str) -> Vec<rulec_tree::Span> {
    names::names(source)
}

/// Bounds the work of one pest parse: ordered choice can try the same text again and again. Far above what text written
/// by hand needs.
fn limit_calls() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| pest::set_call_limit(std::num::NonZeroUsize::new(CALL_LIMIT)));
}

const CALL_LIMIT: usize = 5_000_000;

/// Runs with room for brackets nested as deep as `outline` lets through: pest takes some 20 KiB a level, and threads may
/// have stacks of 2 MiB.
fn with_stack<T>(work: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(STACK_BYTES / 2, STACK_BYTES, work)
}

const STACK_BYTES: usize = 32 << 20;
