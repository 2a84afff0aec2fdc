//! A file as whoever shows it to people needs it: tokens, items and clauses, also where it has mistakes.
//!
//! In: the text of a file. Out: [`Survey`]. Mistakes are not told: [`crate::parse`] does that.

use crate::ast::Module;
use crate::diagnostic::{FileId, Sink};
use crate::lexer::{Lexer, Token};
use crate::outline::{self, Lexeme, RawItem};
use crate::parse::with_stack;
use crate::rule;
use rulec_tree::Span;

/// What stands where in a file.
#[derive(Debug, Default)]
pub struct Survey {
    /// All tokens but those inside of examples and comment patterns; comments included.
    pub tokens: Vec<Lexeme>,
    /// The items in order, those with mistakes too.
    pub items: Vec<RawItem>,
    /// For each item where its clauses stand; none where its brackets have mistakes.
    pub clauses: Vec<Vec<Span>>,
    /// The syntax of the items without mistakes.
    pub module: Module,
}

/// Surveys a file.
pub fn survey(source: &str) -> Survey {
    with_stack(|| {
        let mut sink = Sink::new();
        let outline = outline::outline(source, FileId::default(), &mut sink);
        let (module, clauses) = rule::module(source, &outline, FileId::default(), &mut sink);
        Survey { tokens: outline.tokens, items: outline.items, clauses, module }
    })
}

/// The tokens of a piece of rule text, such as what stands in the braces of a message. Offsets count from its start.
pub fn tokens(piece: &str) -> Vec<Token> {
    let mut lexer = Lexer::new(piece, 0);
    std::iter::from_fn(|| lexer.next_token()).collect()
}
