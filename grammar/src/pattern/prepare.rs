//! Pattern text made ready for pest: comments become blanks, and newlines that end a statement become `;`.
//!
//! In: the text between the braces. Out: text of the same length, so that offsets stay what they are.
//!
//! Source: The Go Programming Language Specification, "Semicolons". One difference: inside of parentheses and square
//! brackets a newline never ends anything, so that a long argument list may be broken anywhere.

use crate::lexer::{Lexer, Token, TokenKind};
use std::ops::Range;

/// The text `source[range]`, prepared. The range starts and ends at character boundaries.
pub(super) fn prepare(source: &str, range: Range<usize>) -> String {
    let mut text = source.as_bytes()[range.clone()].to_vec();
    let mut lexer = Lexer::new(&source[..range.end], range.start);
    let mut last: Option<Token> = None;
    // Whether a newline can end something inside of each open bracket.
    let mut open = vec![true];
    while let Some(token) = lexer.next_token() {
        if matches!(token.kind, TokenKind::Comment | TokenKind::Doc) {
            blank(&mut text[token.span.start as usize - range.start..token.span.end as usize - range.start]);
            continue;
        }
        if let Some(last) = last {
            let gap = last.span.end as usize - range.start..token.span.start as usize - range.start;
            if open.last() == Some(&true) && ends_statement(&source[last.span.range()], last.kind) {
                end_statement(&mut text[gap]);
            }
        }
        match token.kind {
            TokenKind::Open(b'{') => open.push(true),
            TokenKind::Open(b'(') => open.push(last.is_some_and(|last| opens_group(&source[last.span.range()]))),
            TokenKind::Open(_) | TokenKind::AltOpen => open.push(false),
            TokenKind::Close(_) if open.len() > 1 => drop(open.pop()),
            _ => {}
        }
        last = Some(token);
    }
    String::from_utf8(text).unwrap_or_default()
}

/// Overwrites a comment; the newlines in it stay newlines.
fn blank(comment: &mut [u8]) {
    for byte in comment.iter_mut().filter(|byte| **byte != b'\n') {
        *byte = b' ';
    }
}

fn end_statement(gap: &mut [u8]) {
    if let Some(newline) = gap.iter_mut().find(|byte| **byte == b'\n') {
        *newline = b';';
    }
}

fn opens_group(word: &str) -> bool {
    matches!(word, "var" | "const" | "type" | "import")
}

fn ends_statement(text: &str, kind: TokenKind) -> bool {
    match kind {
        TokenKind::Word => match text {
            "break" | "continue" | "fallthrough" | "return" => true,
            _ => !is_go_keyword(text),
        },
        TokenKind::Number
        | TokenKind::String
        | TokenKind::Rune
        | TokenKind::Hole
        | TokenKind::Run
        | TokenKind::Label
        | TokenKind::Dots
        | TokenKind::Close(_) => true,
        TokenKind::Punct => matches!(text, "++" | "--"),
        TokenKind::AltOpen | TokenKind::Open(_) | TokenKind::Comment | TokenKind::Doc | TokenKind::Bad => false,
    }
}

/// Whether a word is a keyword of Go.
///
/// Source: Go specification, "Keywords".
pub fn is_go_keyword(word: &str) -> bool {
    GO_KEYWORDS.contains(&word)
}

const GO_KEYWORDS: &[&str] = &[
    "break",
    "case",
    "chan",
    "const",
    "continue",
    "default",
    "defer",
    "else",
    "fallthrough",
    "for",
    "func",
    "go",
    "goto",
    "if",
    "import",
    "interface",
    "map",
    "package",
    "range",
    "return",
    "select",
    "struct",
    "switch",
    "type",
    "var",
];
