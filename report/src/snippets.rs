//! Source lines of a finding and of its related places, put together as one piece of text for the renderer.
//!
//! In: places in one file, each with the lines it touches. Out: [`Excerpt`], a text that has only those lines and knows
//! their numbers.

use codespan_reporting::files::{Error, Files};
use rulec_runtime::finding::{Position, Snippet};
use std::collections::BTreeMap;
use std::ops::Range;

/// Some lines of one file.
pub struct Excerpt<'a> {
    path: &'a str,
    text: String,
    /// Start and number of each line. Lines that stand for a gap have the number 0.
    lines: Vec<(usize, u32)>,
}

impl<'a> Excerpt<'a> {
    /// The lines of all snippets, in order, each once.
    pub fn new<'s>(path: &'a str, snippets: impl IntoIterator<Item = &'s Snippet>) -> Excerpt<'a> {
        let mut by_number: BTreeMap<u32, &str> = BTreeMap::new();
        for snippet in snippets {
            by_number.extend((snippet.line..).zip(snippet.text.split('\n')));
        }
        let mut excerpt = Excerpt { path, text: String::new(), lines: Vec::new() };
        let mut last = None;
        for (number, line) in by_number {
            if last.is_some_and(|last| last + 1 != number) {
                excerpt.gap();
            }
            excerpt.push(number, line.trim_end_matches('\r'));
            last = Some(number);
        }
        excerpt
    }

    /// The renderer shows lines two apart as neighbours, and those farther apart with dots between.
    fn gap(&mut self) {
        self.push(0, "");
        self.push(0, "");
    }

    fn push(&mut self, number: u32, line: &str) {
        self.lines.push((self.text.len(), number));
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// Where a place stands in the text; cut to the lines there are.
    pub fn range(&self, start: Position, end: Position) -> Range<usize> {
        let from = self.offset(start);
        from..self.offset(end).max(from)
    }

    /// Where the first line of a place stands in the text: what else happens in its other lines is not hidden by it.
    pub fn head(&self, start: Position, end: Position) -> Range<usize> {
        let range = self.range(start, end);
        let line = self.lines.partition_point(|&(line, _)| line <= range.start).saturating_sub(1);
        range.start..range.end.min(self.line_end(line)).max(range.start)
    }

    fn offset(&self, position: Position) -> usize {
        match self.lines.iter().position(|&(_, number)| number == position.line) {
            Some(index) => {
                let start = self.lines[index].0;
                let wanted = start + (position.column.max(1) - 1) as usize;
                self.text.floor_char_boundary(wanted.min(self.line_end(index)))
            }
            // Beyond the lines that are shown: the end of the last line before it.
            None => {
                let before = self.lines.iter().rposition(|&(_, number)| number != 0 && number < position.line);
                before.map_or(0, |index| self.line_end(index))
            }
        }
    }

    /// Offset of the line break.
    fn line_end(&self, index: usize) -> usize {
        self.lines.get(index + 1).map_or(self.text.len(), |&(start, _)| start) - 1
    }
}

impl<'f> Files<'f> for Excerpt<'_> {
    type FileId = ();
    type Name = &'f str;
    type Source = &'f str;

    fn name(&'f self, _id: ()) -> Result<&'f str, Error> {
        Ok(self.path)
    }

    fn source(&'f self, _id: ()) -> Result<&'f str, Error> {
        Ok(&self.text)
    }

    fn line_index(&'f self, _id: (), offset: usize) -> Result<usize, Error> {
        Ok(self.lines.partition_point(|&(start, _)| start <= offset).saturating_sub(1))
    }

    fn line_number(&'f self, _id: (), line: usize) -> Result<usize, Error> {
        // The renderer counts the digits of all numbers, also of lines that stand for a gap.
        Ok(self.lines.get(line).map_or(1, |&(_, number)| number.max(1) as usize))
    }

    fn column_number(&'f self, id: (), line: usize, offset: usize) -> Result<usize, Error> {
        Ok(offset.saturating_sub(self.line_range(id, line)?.start) + 1)
    }

    fn line_range(&'f self, _id: (), line: usize) -> Result<Range<usize>, Error> {
        let max = self.lines.len().saturating_sub(1);
        let start = self.lines.get(line).ok_or(Error::LineTooLarge { given: line, max })?.0;
        Ok(start..self.lines.get(line + 1).map_or(self.text.len(), |&(start, _)| start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(line: u32, column: u32) -> Position {
        Position { line, column, ..Position::default() }
    }

    #[test]
    fn lines_come_once_and_in_order() {
        let far = Snippet { line: 9, text: "nine\nten".into() };
        let near = Snippet { line: 3, text: "three\r".into() };
        let excerpt = Excerpt::new("a.go", [&far, &near, &far]);
        assert_eq!(excerpt.text, "three\n\n\nnine\nten\n");
        assert_eq!(excerpt.range(at(9, 2), at(10, 3)), 9..15);
        assert_eq!(&excerpt.text[excerpt.range(at(3, 1), at(3, 99))], "three", "cut at the end of the line");
        assert_eq!(excerpt.range(at(10, 1), at(40, 1)), 13..16, "cut at the last line shown");
        assert_eq!(excerpt.line_number((), 3).ok(), Some(9));
        assert_eq!(excerpt.line_number((), 1).ok(), Some(1), "a gap has a number that can be printed");
        assert_eq!(excerpt.head(at(3, 2), at(9, 4)), 1..5, "the rest of the first line");
        assert_eq!(excerpt.head(at(9, 1), at(9, 3)), 8..10);
    }
}
