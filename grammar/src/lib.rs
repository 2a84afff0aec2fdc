//! Rule text to syntax with spans. The only crate that knows pest.
//!
//! In: the text of one `.rule` file. Out: [`ast::Module`], and every mistake of the file in a [`diagnostic::Sink`].
//! `format` and `print` go the other way, from text or syntax to canonical text.
//!
//! The feature `parser` is text to syntax and back. Without it there are syntax, diagnostics with their codes, and rule files
//! that nobody looks into: what those need who check Go code with packs.
//!
//! **Absent:** names are not resolved, patterns are not judged for sense, no files are read.

#![warn(missing_docs)]

pub mod ast;
pub mod codes;
pub mod diagnostic;
pub mod source;
pub use rulec_tree::words;

#[cfg(feature = "parser")]
mod format;
#[cfg(feature = "parser")]
mod lexer;
#[cfg(feature = "parser")]
mod names;
#[cfg(feature = "parser")]
mod outline;
#[cfg(feature = "parser")]
mod parse;
#[cfg(feature = "parser")]
mod pattern;
#[cfg(feature = "parser")]
pub mod print;
#[cfg(feature = "parser")]
mod rule;
#[cfg(feature = "parser")]
mod survey;

#[cfg(feature = "parser")]
pub use {
    format::format,
    lexer::{Token, TokenKind},
    names::names,
    outline::{Block, BlockKind, ITEM_WORDS, Lexeme, RawItem},
    parse::{parse, parse_at},
    pattern::{is_go_keyword, same as same_pattern},
    rule::CLAUSE_WORDS,
    survey::{Survey, survey, tokens},
};
