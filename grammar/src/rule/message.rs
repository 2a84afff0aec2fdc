//! Messages: string literals with `{…}` in them.

use super::{ItemReader, Node};
use crate::ast::{Message, Piece};
use crate::codes;
use rulec_tree::{Span, literal};

impl ItemReader<'_, '_> {
    /// The pieces of a message; `None` once a mistake is reported.
    pub(super) fn message(&mut self, pair: &Node<'_>) -> Option<Message> {
        let span = self.span(pair);
        let Some((text, offsets)) = unquote(pair.as_str().trim_end()) else {
            self.string(pair);
            return None;
        };
        let offsets: Vec<u32> = offsets.into_iter().map(|offset| span.start + offset).collect();
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut failed = false;
        let mut at = 0;
        while let Some(c) = text[at..].chars().next() {
            let rest = &text[at..];
            if rest.starts_with("{{") || rest.starts_with("}}") {
                plain.push(c);
                at += 2;
            } else if c == '{' {
                let Some(len) = rest.find('}') else {
                    self.brace_error(Span::new(offsets[at], offsets[at + 1]), "this `{` is never closed");
                    return None;
                };
                if !plain.is_empty() {
                    pieces.push(Piece::Text(std::mem::take(&mut plain)));
                }
                match self.message_value(&rest[1..len], &offsets[at + 1..=at + len]) {
                    Some(value) => pieces.push(Piece::Value(value)),
                    None => failed = true,
                }
                at += len + 1;
            } else if c == '}' {
                self.brace_error(Span::new(offsets[at], offsets[at + 1]), "this `}` closes nothing");
                failed = true;
                at += 1;
            } else {
                plain.push(c);
                at += c.len_utf8();
            }
        }
        if !plain.is_empty() {
            pieces.push(Piece::Text(plain));
        }
        (!failed).then_some(Message { pieces, span })
    }

    fn brace_error(&mut self, span: Span, message: &str) {
        self.sink
            .error(codes::E0119, self.file, span, message)
            .help("braces that stand for themselves are doubled: `{{` and `}}`");
    }
}

/// The value of a string literal, and the offset in the literal of each of its bytes and of its end. `None` if an
/// escape is wrong, or the value is no text.
pub(super) fn unquote(source: &str) -> Option<(String, Vec<u32>)> {
    let inner = source.get(1..source.len().checked_sub(1)?)?;
    let mut bytes = Vec::with_capacity(inner.len());
    let mut offsets = Vec::with_capacity(inner.len() + 1);
    let is_raw = source.starts_with('`');
    let mut at = 0;
    while at < inner.len() {
        let rest = &inner[at..];
        if !is_raw && rest.starts_with('\\') {
            let len = escape_len(rest);
            let value = literal::string_text(format!("\"{}\"", rest.get(..len)?).as_bytes())?;
            offsets.extend(std::iter::repeat_n(at as u32 + 1, value.len()));
            bytes.extend(value);
            at += len;
        } else {
            // Go drops carriage returns from raw strings.
            if !(is_raw && rest.starts_with('\r')) {
                offsets.push(at as u32 + 1);
                bytes.push(rest.as_bytes()[0]);
            }
            at += 1;
            while !inner.is_char_boundary(at) {
                offsets.push(at as u32 + 1);
                bytes.push(inner.as_bytes()[at]);
                at += 1;
            }
        }
    }
    offsets.push(inner.len() as u32 + 1);
    Some((String::from_utf8(bytes).ok()?, offsets))
}

/// How long the escape is that `text` starts with, if it is one.
fn escape_len(text: &str) -> usize {
    match text.as_bytes().get(1) {
        Some(b'x') => 4,
        Some(b'u') => 6,
        Some(b'U') => 10,
        Some(b'0'..=b'7') => 4,
        _ => 1 + text[1..].chars().next().map_or(0, char::len_utf8),
    }
}
