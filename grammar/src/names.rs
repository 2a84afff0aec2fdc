//! Where names stand in rule text, as its tokens have it and without looking at what they mean.

use crate::diagnostic::{FileId, Sink};
use crate::lexer::{Token, TokenKind};
use crate::outline::outline;
use rulec_tree::Span;

/// The places of names in rule text: words outside of Go patterns, examples, strings and comments. A name with hyphens is
/// one name; parts of a dotted name are none. Never fails: where brackets do not pair up, there are fewer.
pub fn names(source: &str) -> Vec<Span> {
    // Mistakes are told by who parses the file.
    let outline = outline(source, FileId::default(), &mut Sink::new());
    let foreign: Vec<Span> = outline.items.iter().flat_map(|item| &item.blocks).map(|block| block.inner).collect();
    let is_foreign = |span: Span| foreign.iter().any(|block| block.start <= span.start && span.end <= block.end);
    let tokens: Vec<Token> =
        outline.tokens.iter().map(|lexeme| lexeme.token).filter(|token| !is_foreign(token.span)).collect();
    let mut names: Vec<Span> = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at += 1;
        if token.kind != TokenKind::Word {
            continue;
        }
        let mut span = token.span;
        while let [hyphen, word, ..] = tokens.get(at..).unwrap_or_default()
            && text(source, hyphen) == "-"
            && word.kind == TokenKind::Word
            && hyphen.span.start == span.end
            && word.span.start == hyphen.span.end
        {
            span = Span::new(span.start, word.span.end);
            at += 2;
        }
        let is_dotted = source[..span.start as usize].ends_with('.') || source[span.end as usize..].starts_with('.');
        if !is_dotted {
            names.push(span);
        }
    }
    names
}

fn text<'s>(source: &'s str, token: &Token) -> &'s str {
    source.get(token.span.range()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_outside_of_go() {
        let source = "use acme.http { slow }\n// slow\nrule a-slow-one {\n    match call { slow($x) }\n    \
                      where slow($x) and \"slow\" == \"\" and slow.Get\n    test bad { slow }\n}\n";
        let found: Vec<&str> = names(source).into_iter().map(|span| &source[span.range()]).collect();
        let expected =
            ["use", "slow", "rule", "a-slow-one", "match", "call", "where", "slow", "and", "and", "test", "bad"];
        assert_eq!(found, expected);
    }

    #[test]
    fn any_text_has_names() {
        for source in ["", "rule {", "}}}}", "rule a { match call { f( ", "\u{feff}use a.b { c }", "a-", "-a-b", "é.ü"]
        {
            names(source);
        }
    }
}
