//! Texts that change, and places in them as the protocol counts them.
//!
//! In: a text, and edits of ranges. Out: the text now, offsets of positions and positions of offsets. A position that lies
//! beyond its line is the line's end, one inside of a character is the character's start, as the protocol has it.

use gen_lsp_types::{Position, PositionEncodingKind, Range, TextDocumentContentChangeEvent};
use rulec_tree::Span;
use std::sync::Arc;

/// In what the columns of a line are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Utf8,
    Utf16,
    Utf32,
}

impl Encoding {
    /// The best that a client offers: bytes cost nothing to count. UTF-16 is what every client has.
    pub(crate) fn of(offered: &[PositionEncodingKind]) -> Encoding {
        let has = |kind: PositionEncodingKind| offered.contains(&kind);
        match () {
            () if has(PositionEncodingKind::UTF8) => Encoding::Utf8,
            () if has(PositionEncodingKind::UTF32) && !has(PositionEncodingKind::UTF16) => Encoding::Utf32,
            () => Encoding::Utf16,
        }
    }

    /// Its name in the protocol.
    pub(crate) fn kind(self) -> PositionEncodingKind {
        match self {
            Encoding::Utf8 => PositionEncodingKind::UTF8,
            Encoding::Utf16 => PositionEncodingKind::UTF16,
            Encoding::Utf32 => PositionEncodingKind::UTF32,
        }
    }

    fn len(self, text: &str) -> usize {
        match self {
            Encoding::Utf8 => text.len(),
            Encoding::Utf16 => text.chars().map(char::len_utf16).sum(),
            Encoding::Utf32 => text.chars().count(),
        }
    }
}

/// A text with its lines. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    content: Arc<str>,
    line_starts: Arc<[u32]>,
    encoding: Encoding,
}

impl Text {
    pub(crate) fn new(content: impl Into<Arc<str>>, encoding: Encoding) -> Text {
        let content = content.into();
        let breaks = content.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at as u32 + 1);
        let line_starts = std::iter::once(0).chain(breaks).collect();
        Text { content, line_starts, encoding }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.content
    }

    /// The text itself, not copied.
    pub(crate) fn shared(&self) -> Arc<str> {
        self.content.clone()
    }

    /// The text after some changes, made one after the other.
    pub(crate) fn changed(self, changes: &[TextDocumentContentChangeEvent]) -> Text {
        changes.iter().fold(self, |text, change| match change {
            TextDocumentContentChangeEvent::TextDocumentContentChangePartial(change) => {
                let span = text.span(change.range);
                let mut content = String::with_capacity(text.content.len() + change.text.len());
                content.push_str(&text.content[..span.start as usize]);
                content.push_str(&change.text);
                content.push_str(&text.content[span.end as usize..]);
                Text::new(content, text.encoding)
            }
            TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(change) => {
                Text::new(change.text.as_str(), text.encoding)
            }
        })
    }

    /// The offset of a position, at the start of a character.
    pub(crate) fn offset(&self, position: Position) -> u32 {
        let Some(&start) = self.line_starts.get(position.line as usize) else { return self.content.len() as u32 };
        let line = self.line(position.line);
        let mut left = position.character as usize;
        for (at, character) in line.char_indices() {
            let len = self.encoding.len(character.encode_utf8(&mut [0; 4]));
            if left < len {
                return start + at as u32;
            }
            left -= len;
        }
        start + line.len() as u32
    }

    /// The position of an offset; one beyond the end is the end.
    pub(crate) fn position(&self, offset: u32) -> Position {
        let mut at = (offset as usize).min(self.content.len());
        while !self.content.is_char_boundary(at) {
            at -= 1;
        }
        let line = self.line_starts.partition_point(|start| *start as usize <= at).saturating_sub(1);
        let start = self.line_starts.get(line).map_or(0, |start| *start as usize);
        let character = self.encoding.len(&self.content[start.min(at)..at]);
        Position { line: line as u32, character: character as u32 }
    }

    pub(crate) fn span(&self, range: Range) -> Span {
        let (start, end) = (self.offset(range.start), self.offset(range.end));
        Span::new(start, end.max(start))
    }

    pub(crate) fn range(&self, span: Span) -> Range {
        Range { start: self.position(span.start), end: self.position(span.end) }
    }

    /// How long a piece of one line is in the protocol's columns.
    pub(crate) fn columns(&self, span: Span) -> u32 {
        self.encoding.len(self.content.get(span.range()).unwrap_or_default()) as u32
    }

    /// A line by its number from 0, without its line break.
    pub(crate) fn line(&self, line: u32) -> &str {
        let start = self.line_starts.get(line as usize).map_or(self.content.len(), |start| *start as usize);
        let end = self.line_starts.get(line as usize + 1).map_or(self.content.len(), |end| *end as usize);
        let line = &self.content[start..end];
        line.strip_suffix('\n').map_or(line, |line| line.strip_suffix('\r').unwrap_or(line))
    }

    /// The whole text as a range.
    pub(crate) fn whole(&self) -> Range {
        self.range(Span::new(0, self.content.len() as u32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gen_lsp_types::TextDocumentContentChangePartial;

    const TEXT: &str = "aä😀b\r\nc\n";

    fn at(line: u32, character: u32) -> Position {
        Position { line, character }
    }

    #[test]
    fn positions_count_as_agreed() {
        for (encoding, column) in [(Encoding::Utf8, 7), (Encoding::Utf16, 4), (Encoding::Utf32, 3)] {
            let text = Text::new(TEXT, encoding);
            assert_eq!(text.position(7), at(0, column), "{encoding:?}");
            assert_eq!(text.offset(at(0, column)), 7, "{encoding:?}");
            for (offset, _) in TEXT.char_indices().filter(|(offset, _)| *offset != 9) {
                assert_eq!(text.offset(text.position(offset as u32)), offset as u32, "{encoding:?}");
            }
        }
    }

    #[test]
    fn positions_that_are_nowhere_are_the_next_place() {
        let text = Text::new(TEXT, Encoding::Utf16);
        assert_eq!(text.offset(at(0, 99)), 8, "the end of the line, before its line break");
        assert_eq!(text.offset(at(99, 0)), TEXT.len() as u32);
        assert_eq!(text.offset(at(0, 3)), 3, "inside of a character: its start");
        assert_eq!(text.position(999), at(2, 0));
        assert_eq!(text.position(4), at(0, 2), "inside of a character");
    }

    #[test]
    fn changes_are_made_one_after_the_other() {
        let change = |start, end, text: &str| {
            TextDocumentContentChangeEvent::TextDocumentContentChangePartial(TextDocumentContentChangePartial {
                range: Range { start, end },
                text: text.to_owned(),
                ..TextDocumentContentChangePartial::default()
            })
        };
        let text = Text::new("one\ntwo\n", Encoding::Utf16);
        let text = text.changed(&[change(at(0, 0), at(0, 3), "1"), change(at(1, 3), at(2, 0), "!")]);
        assert_eq!(text.as_str(), "1\ntwo!");
        assert_eq!(text.line(1), "two!");
        let text = text.changed(&[change(at(1, 0), at(0, 0), "x")]);
        assert_eq!(text.as_str(), "1\nxtwo!", "a range that runs backwards is empty");
    }

    #[test]
    fn the_best_encoding_is_agreed_on() {
        assert_eq!(Encoding::of(&[]), Encoding::Utf16);
        assert_eq!(Encoding::of(&[PositionEncodingKind::UTF16, PositionEncodingKind::UTF8]), Encoding::Utf8);
        assert_eq!(Encoding::of(&[PositionEncodingKind::UTF32]), Encoding::Utf32);
    }
}
