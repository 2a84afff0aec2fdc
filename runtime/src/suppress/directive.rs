//! Reads suppressions from the text of one comment.
//!
//! In: a comment, from its `//` or `/*` on. Out: the word it starts with, the names behind it and the reason, as ranges of
//! the comment. Whether the names mean anything is for others to say.
//!
//! `//nolint` is read as golangci-lint reads it, with one exception: a comment that has a space in front of the word and
//! goes on in prose (`// nolint is a directive of …`) is prose.

use std::ops::Range;

/// A comment that waives findings.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Directive {
    /// Its first word.
    pub(super) word: Word,
    /// The rules or linters that it names.
    pub(super) names: Vec<Range<usize>>,
    /// What stands behind them, without white space around; may be empty.
    pub(super) reason: Range<usize>,
    /// It is written as Go's directives are: `//`, and no space behind it.
    pub(super) is_well_formed: bool,
}

/// The word that makes a comment a suppression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// `rulec:ignore`, which names rules.
    Ignore,
    /// `rulec:ignore-file`, which does so for the whole file.
    IgnoreFile,
    /// `nolint`, which names linters, or all of them if it names none.
    Nolint,
}

/// The rule names in a comment, if it is a suppression of ours: bytes of the comment.
pub fn names_in(comment: &str) -> Vec<Range<usize>> {
    read_ignore(comment).map_or_else(Vec::new, |directive| directive.names)
}

/// The suppression that the comment is.
pub(super) fn read(comment: &str) -> Option<Directive> {
    read_ignore(comment).or_else(|| read_nolint(comment))
}

fn read_ignore(comment: &str) -> Option<Directive> {
    const WORD: &str = "rulec:ignore";
    const FILE: &str = "-file";
    let is_line = comment.starts_with("//");
    let end = if is_line { comment.len() } else { comment.strip_prefix("/*")?.trim_end_matches("*/").len() + 2 };
    let inner = comment.get(2..end)?;
    let at = 2 + inner.len() - inner.trim_start().len();
    let rest = comment[at..end].strip_prefix(WORD)?;
    let (word, rest) = match rest.strip_prefix(FILE) {
        Some(rest) => (Word::IgnoreFile, rest),
        None => (Word::Ignore, rest),
    };
    if rest.starts_with(|next: char| !next.is_whitespace()) {
        return None;
    }
    let (names, behind) = comma_separated(rest);
    let start = end - rest.len();
    Some(Directive {
        word,
        names: names.into_iter().map(|name| start + name.start..start + name.end).collect(),
        reason: trimmed(comment, start + behind..end),
        is_well_formed: is_line && at == 2,
    })
}

/// The names that stand first in a text, separated by commas, and where the rest starts.
fn comma_separated(text: &str) -> (Vec<Range<usize>>, usize) {
    let mut names = Vec::new();
    let mut at = text.len() - text.trim_start().len();
    loop {
        let tail = &text[at..];
        let length = tail.find(|next: char| next == ',' || next.is_whitespace()).unwrap_or(tail.len());
        if length == 0 {
            return (names, at);
        }
        names.push(at..at + length);
        // A comma, with or without space around it, says that another name follows.
        match tail[length..].trim_start().strip_prefix(',') {
            Some(behind) => at = text.len() - behind.trim_start().len(),
            None => return (names, at + length),
        }
    }
}

fn read_nolint(comment: &str) -> Option<Directive> {
    let inner = comment.strip_prefix("//")?;
    let start = comment.len() - inner.trim_start_matches([' ', '/']).len();
    let rest = comment[start..].strip_prefix("nolint")?;
    let list = comment.len() - rest.len();
    // A second comment in the first gives the reason.
    let second = comment[list..].find("//").map(|at| list + at);
    let behind_second = second.map_or(comment.len(), |at| at + 2)..comment.len();
    let directive = |names, reason| {
        let reason = trimmed(comment, reason);
        Some(Directive { word: Word::Nolint, names, reason, is_well_formed: start == 2 })
    };
    if rest.starts_with(':') {
        let names = split_at_commas(comment, list + 1..second.unwrap_or(comment.len()));
        return directive(names, behind_second);
    }
    let is_bare = comment[list..second.unwrap_or(comment.len())].trim().is_empty();
    match rest.chars().next() {
        None | Some(' ' | '\t' | '\r') if is_bare => directive(Vec::new(), behind_second),
        Some(' ') if start == 2 => directive(Vec::new(), list..comment.len()),
        _ => None,
    }
}

/// The parts of a range between commas, without white space around, those left out that are empty.
fn split_at_commas(text: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let mut start = range.start;
    let mut parts = Vec::new();
    for part in text[range].split(',') {
        let name = trimmed(text, start..start + part.len());
        start += part.len() + 1;
        if !name.is_empty() {
            parts.push(name);
        }
    }
    parts
}

/// The range without the white space at its ends.
fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let part = &text[range.clone()];
    let start = range.start + part.len() - part.trim_start().len();
    start..start + part.trim().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Word, names, reason, and whether it is well formed.
    fn shown(comment: &str) -> Option<(Word, Vec<&str>, &str, bool)> {
        let directive = read(comment)?;
        let names = directive.names.into_iter().map(|name| &comment[name]).collect();
        Some((directive.word, names, &comment[directive.reason], directive.is_well_formed))
    }

    #[test]
    fn our_own() {
        use Word::{Ignore, IgnoreFile};
        for (comment, expected) in [
            ("//rulec:ignore a.b why not", Some((Ignore, vec!["a.b"], "why not", true))),
            ("//rulec:ignore a , b,c  why, then ", Some((Ignore, vec!["a", "b", "c"], "why, then", true))),
            ("//rulec:ignore a,", Some((Ignore, vec!["a"], "", true))),
            ("//rulec:ignore ,a", Some((Ignore, vec![], ",a", true))),
            ("//rulec:ignore", Some((Ignore, vec![], "", true))),
            ("//rulec:ignore-file a é", Some((IgnoreFile, vec!["a"], "é", true))),
            ("// rulec:ignore a", Some((Ignore, vec!["a"], "", false))),
            ("/*rulec:ignore a why*/", Some((Ignore, vec!["a"], "why", false))),
            ("//rulec:ignored a", None),
            ("// see rulec:ignore a", None),
            ("//", None),
            ("/*", None),
            ("/**/", None),
        ] {
            assert_eq!(shown(comment), expected, "{comment}");
        }
        assert_eq!(names_in("//rulec:ignore a,bc why"), [15..16, 17..19]);
        assert!(names_in("//nolint:a").is_empty());
    }

    #[test]
    fn those_of_golangci_lint() {
        for (comment, expected) in [
            ("//nolint", Some((vec![], "", true))),
            ("//nolint // why", Some((vec![], "why", true))),
            ("//nolint because it is old", Some((vec![], "because it is old", true))),
            ("//nolint:errcheck", Some((vec!["errcheck"], "", true))),
            ("//nolint:errcheck, gosec // why // indeed", Some((vec!["errcheck", "gosec"], "why // indeed", true))),
            ("//nolint: all", Some((vec!["all"], "", true))),
            ("//nolint:,", Some((vec![], "", true))),
            ("// nolint:gosec", Some((vec!["gosec"], "", false))),
            ("// nolint", Some((vec![], "", false))),
            ("// nolint // why", Some((vec![], "why", false))),
            ("// nolint is for linters", None),
            ("//nolintlint", None),
            ("//nolint.x", None),
            ("/* nolint */", None),
            ("// a nolint", None),
        ] {
            let found = shown(comment).map(|(word, names, reason, well_formed)| {
                assert_eq!(word, Word::Nolint, "{comment}");
                (names, reason, well_formed)
            });
            assert_eq!(found, expected, "{comment}");
        }
    }
}
