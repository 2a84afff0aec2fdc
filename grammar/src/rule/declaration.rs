//! `declare "import/path" { … }`: Go declarations of a package whose source may not be at hand.
//!
//! In: the head and the braces of an item. Out: the path and Go text. `...` as a field of a struct or an element of an
//! interface, *and what else there is*, becomes what Go's grammar takes and what nothing is known of: a field without name of
//! a type without name, or such an embedded type. Offsets and lines stay what they are.
//!
//! **Absent:** Go's grammar; whoever reads the text tells what is wrong with it.

use super::{ItemReader, R};
use crate::ast::{Declaration, Spanned};
use crate::codes;
use crate::lexer::{Lexer, TokenKind};

/// What stands for `...` in a struct and in an interface: as long as that.
const FIELD: &str = "_ _";
const ELEMENT: &str = "_  ";

impl ItemReader<'_, '_> {
    /// `declare name "import/path" { … }`.
    pub(super) fn declaration(&mut self) -> Option<Declaration> {
        let (head, body) = self.head(R::declare_head)?;
        let (mut path, mut alias) = (None, None);
        for part in head.into_inner() {
            match part.as_rule() {
                R::used_alias => alias = Some(self.name(&part)),
                R::string => path = Some(self.string(&part)),
                _ => {}
            }
        }
        let path = path?;
        if path.value.is_empty() {
            self.sink.error(codes::E0108, self.file, path.span, "an import path cannot be empty");
        }
        let text = as_go(self.source.get(body.range())?);
        let text = Spanned { value: text, span: body };
        Some(Declaration { doc: self.item.doc.clone(), path, alias, text, span: self.item.span })
    }
}

/// What a bracket belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Around {
    Struct,
    Interface,
    Other,
}

fn as_go(text: &str) -> String {
    let mut go = text.to_owned();
    let mut lexer = Lexer::new(text, 0);
    let mut around: Vec<Around> = Vec::new();
    let mut before = "";
    while let Some(token) = lexer.next_token() {
        let own = text.get(token.span.range()).unwrap_or_default();
        let starts_element = token.first || matches!(before, "{" | ";");
        match token.kind {
            TokenKind::Comment | TokenKind::Doc => continue,
            TokenKind::Open(_) | TokenKind::AltOpen => around.push(match (own, before) {
                ("{", "struct") => Around::Struct,
                ("{", "interface") => Around::Interface,
                _ => Around::Other,
            }),
            TokenKind::Close(_) => {
                around.pop();
            }
            TokenKind::Dots if starts_element => match around.last() {
                Some(Around::Struct) => go.replace_range(token.span.range(), FIELD),
                Some(Around::Interface) => go.replace_range(token.span.range(), ELEMENT),
                _ => {}
            },
            _ => {}
        }
        before = own;
    }
    go
}

#[cfg(test)]
mod tests {
    use super::as_go;

    #[test]
    fn what_else_there_is_becomes_go_of_the_same_length() {
        for (written, go) in [
            ("type T struct {\n\tA int\n\t...\n}", "type T struct {\n\tA int\n\t_ _\n}"),
            ("type I interface { M(); ... }", "type I interface { M(); _   }"),
            ("type T struct{ ... } // struct { ... }", "type T struct{ _ _ } // struct { ... }"),
            ("func F(a string, b ...any)", "func F(a string, b ...any)"),
            ("func F(\n...any)", "func F(\n...any)"),
            ("type F func(struct { ... }, ...int)", "type F func(struct { _ _ }, ...int)"),
        ] {
            assert_eq!(as_go(written), go);
        }
    }
}
