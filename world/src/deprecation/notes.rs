//! The paragraphs of one file that start with `Deprecated:`, and what they stand in front of.
//!
//! In: the text of a Go file as gofmt writes it. Out: [`Notes`], by the lines of declarations. Read line by line: what is in front of
//! a group of declarations goes for all of them, what is in front of a type goes for the type and not for its fields.

use std::ops::Range;

/// How long a sentence is shown, in characters.
const MAX_TEXT: usize = 160;

/// The notes of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    /// Where each line starts, in bytes.
    starts: Vec<u32>,
    /// The lines of declarations that a note stands in front of, from 0, and the whole paragraph; in order.
    notes: Vec<(Range<usize>, String)>,
    /// The first word behind the blanks of each line, and whether the line ends a declaration: kept for [`Notes::of_member`].
    heads: Vec<Head>,
}

/// What a line starts with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Head {
    indent: usize,
    /// The names in front of the first blank that no comma stands before: `A, B` of `A, B int`.
    names: Vec<String>,
}

/// A note with the text of the line that it stands in front of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The line of the declaration, from 0.
    pub line: usize,
    /// The paragraph on one line, without `Deprecated:`.
    pub paragraph: String,
}

impl Notes {
    /// The notes in a text.
    pub fn of(text: &str) -> Notes {
        let lines: Vec<&str> = text.split('\n').collect();
        let mut starts = Vec::with_capacity(lines.len());
        let mut at = 0;
        for line in &lines {
            starts.push(at);
            at += line.len() as u32 + 1;
        }
        let notes = in_lines(&lines).into_iter().map(|note| (reach(&lines, note.line), note.paragraph)).collect();
        Notes { starts, notes, heads: lines.iter().map(|line| head(line)).collect() }
    }

    /// The first sentence of what stands in front of the declaration at an offset.
    pub fn at(&self, offset: u32) -> Option<String> {
        self.on_line(self.line_of(offset))
    }

    /// The same for a field or method in the type that is declared at an offset.
    pub fn of_member(&self, offset: u32, member: &str) -> Option<String> {
        let first = self.line_of(offset);
        let around = self.heads.get(first)?.indent;
        let is_inside = |head: &Head| head.indent > around || head.indent == 0 && head.names.is_empty();
        let inside = || self.heads.iter().enumerate().skip(first + 1).take_while(|(_, head)| is_inside(head));
        // Members stand on the first level; what is deeper belongs to their types.
        let level = inside().filter(|(_, head)| !head.names.is_empty()).map(|(_, head)| head.indent).min()?;
        let is_wanted = |head: &Head| head.indent == level && head.names.iter().any(|name| name == member);
        let (line, _) = inside().find(|(_, head)| is_wanted(head))?;
        self.on_line(line)
    }

    /// The same for the package clause.
    pub fn of_package(&self) -> Option<String> {
        let is_clause = |line: &usize| {
            self.heads.get(*line).is_some_and(|head| head.names.first().is_some_and(|name| name == "package"))
        };
        let line = self.notes.iter().map(|(lines, _)| lines.start).find(is_clause)?;
        self.on_line(line)
    }

    fn on_line(&self, line: usize) -> Option<String> {
        // What stands in front of the line itself says more than what stands in front of its group.
        let fitting = self.notes.iter().filter(|(lines, _)| lines.contains(&line));
        let (_, paragraph) = fitting.min_by_key(|(lines, _)| lines.len())?;
        Some(first_sentence(paragraph))
    }

    fn line_of(&self, offset: u32) -> usize {
        self.starts.partition_point(|start| *start <= offset).saturating_sub(1)
    }
}

/// All notes in the lines of a file.
pub fn in_lines(lines: &[&str]) -> Vec<Note> {
    let mut notes = Vec::new();
    // The lines of a note, as far as it has been read.
    let mut paragraph: Option<Vec<&str>> = None;
    let mut done: Option<String> = None;
    let mut starts_paragraph = true;
    for (number, line) in lines.iter().enumerate() {
        let Some(comment) = line.trim_start().strip_prefix("//") else {
            let read = paragraph.take().map(|lines| lines.join(" ")).or(done.take());
            notes.extend(read.filter(|_| !line.trim().is_empty()).map(|paragraph| Note { line: number, paragraph }));
            (done, starts_paragraph) = (None, true);
            continue;
        };
        let text = comment.trim();
        match &mut paragraph {
            Some(lines) if !text.is_empty() => lines.push(text),
            Some(_) => done = paragraph.take().map(|lines| lines.join(" ")),
            None => {
                if let Some(rest) = text.strip_prefix("Deprecated:").filter(|_| starts_paragraph) {
                    paragraph = Some(vec![rest.trim()]);
                }
            }
        }
        starts_paragraph = text.is_empty();
    }
    notes
}

/// The lines for which a note in front of this one goes: the group that it opens, or the line alone.
fn reach(lines: &[&str], line: usize) -> Range<usize> {
    let text = lines.get(line).copied().unwrap_or_default();
    let word = text.trim().strip_suffix('(').map(str::trim);
    if !matches!(word, Some("const" | "var" | "type")) {
        return line..line + 1;
    }
    let indent = head(text).indent;
    let closes = |text: &&str| text.trim_start().starts_with(')') && head(text).indent == indent;
    let end = lines.iter().skip(line).position(closes);
    line..end.map_or(lines.len(), |len| line + len)
}

/// The identifier with which a text starts; empty if it starts with none.
pub(super) fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

fn head(line: &str) -> Head {
    let text = line.trim_start();
    let indent = line.len() - text.len();
    if text.starts_with("//") || text.starts_with(')') {
        return Head { indent, names: Vec::new() };
    }
    let mut names = Vec::new();
    for word in text.split(' ') {
        let name = self::word(word);
        if !name.is_empty() {
            names.push(name);
        }
        if !word.ends_with(',') {
            break;
        }
    }
    Head { indent, names }
}

/// The first sentence of a paragraph, without its full stop.
pub fn first_sentence(paragraph: &str) -> String {
    let mut end = paragraph.len();
    for (at, _) in paragraph.match_indices(". ") {
        // Not behind what is shortened, as `e.g.`.
        let is_short =
            paragraph[..at].rsplit([' ', '(']).next().is_some_and(|word| word.contains('.') && word.len() < 5);
        if !is_short {
            end = at;
            break;
        }
    }
    let sentence = paragraph[..end].trim_end_matches('.').trim();
    match sentence.char_indices().nth(MAX_TEXT) {
        Some((at, _)) => format!("{}…", sentence[..at].trim_end()),
        None => sentence.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "// Package p is old.\n//\n// Deprecated: Use q.\npackage p\n\n// F does it.\n//\n// Deprecated: As of Go 1.16, use\n// [q.F] instead. It is the same.\n//\n// More.\nfunc F() {}\n\n// Deprecated: all of them.\nconst (\n\tA = 1\n\n\t// Deprecated: this most of all.\n\tB = 2\n)\n\n// G is not Deprecated: really.\nfunc G() {}\n\ntype T struct {\n\t// X is a field.\n\t//\n\t// Deprecated: use Y.\n\tX, Z int\n\tY int\n}\n\n// Deprecated: of nothing.\n\nfunc H() {}\n";

    fn at(marker: &str) -> Option<String> {
        Notes::of(TEXT).at(TEXT.find(marker).unwrap_or_default() as u32 + 1)
    }

    #[test]
    fn declarations_have_what_stands_in_front_of_them() {
        assert_eq!(at("func F").as_deref(), Some("As of Go 1.16, use [q.F] instead"));
        assert_eq!(at("\tA = 1").as_deref(), Some("all of them"));
        assert_eq!(at("\tB = 2").as_deref(), Some("this most of all"));
        assert_eq!((at("func G"), at("type T"), at("func H")), (None, None, None));
        assert_eq!(Notes::of(TEXT).of_package().as_deref(), Some("Use q"));
    }

    #[test]
    fn members_have_their_own() {
        let notes = Notes::of(TEXT);
        let of = |member: &str| notes.of_member(TEXT.find("T struct").unwrap_or_default() as u32, member);
        assert_eq!((of("X").as_deref(), of("Z").as_deref()), (Some("use Y"), Some("use Y")));
        assert_eq!((of("Y"), of("W"), of("H")), (None, None, None));
    }

    #[test]
    fn sentences_end_at_full_stops() {
        assert_eq!(first_sentence("Use x (e.g. y) now. Then z."), "Use x (e.g. y) now");
        assert_eq!(first_sentence("Use os.ReadFile instead."), "Use os.ReadFile instead");
    }
}
