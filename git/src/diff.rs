//! Reads a unified diff without context, as git writes it with the prefixes `a/` and `b/`.

use crate::program::path_of;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Lines that changed, as the file has them now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hunk {
    /// The first changed line, counted from 1. If there is none: the line behind which something was taken out, 0 for the
    /// start of the file.
    pub first: u32,
    /// How many lines changed; 0 if some were only taken out.
    pub count: u32,
}

impl Hunk {
    /// Whether a range of lines has something of it: a changed line, or the gap that lines left between two of its own.
    pub fn touches(&self, first: u32, last: u32) -> bool {
        if self.count == 0 {
            return first <= self.first && self.first < last;
        }
        first < self.first.saturating_add(self.count) && self.first <= last
    }
}

/// The changed lines of each file that is still there, by its present path. Files whose content is the same are not in it.
pub(crate) fn read(diff: &[u8]) -> BTreeMap<PathBuf, Vec<Hunk>> {
    let mut files: BTreeMap<PathBuf, Vec<Hunk>> = BTreeMap::new();
    let mut current: Option<PathBuf> = None;
    // Lines of a hunk may look like headers: they are counted.
    let mut rest = 0_u32;
    for line in diff.split(|byte| *byte == b'\n') {
        if rest > 0 {
            // `\ No newline at end of file` belongs to the line before it.
            rest -= u32::from(!line.starts_with(b"\\"));
        } else if let Some(name) = line.strip_prefix(b"+++ ") {
            current = present_path(name);
        } else if let Some((removed, hunk)) = hunk_of(line) {
            rest = removed.saturating_add(hunk.count);
            if let Some(path) = &current {
                files.entry(path.clone()).or_default().push(hunk);
            }
        }
    }
    files
}

/// The path of `b/PATH`; none for `/dev/null`.
fn present_path(name: &[u8]) -> Option<PathBuf> {
    // Behind a name with spaces git writes a tab; names that hold a tab are quoted.
    let name = name.strip_suffix(b"\t").unwrap_or(name);
    let unquoted = name.strip_prefix(b"\"").and_then(|name| name.strip_suffix(b"\"")).map(unescaped);
    let name = unquoted.as_deref().unwrap_or(name);
    name.strip_prefix(b"b/").map(path_of)
}

/// The bytes that a name in quotes stands for: as in C.
fn unescaped(quoted: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(quoted.len());
    let mut rest = quoted.iter().copied().peekable();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        bytes.push(match rest.next() {
            Some(b'a') => 7,
            Some(b'b') => 8,
            Some(b't') => b'\t',
            Some(b'n') => b'\n',
            Some(b'v') => 11,
            Some(b'f') => 12,
            Some(b'r') => b'\r',
            Some(first @ b'0'..=b'7') => {
                let mut value = u32::from(first - b'0');
                for _ in 0..2 {
                    let digit = rest.next_if(|next| (b'0'..=b'7').contains(next));
                    value = digit.map_or(value, |digit| value * 8 + u32::from(digit - b'0'));
                }
                value as u8
            }
            Some(other) => other,
            None => b'\\',
        });
    }
    bytes
}

/// `@@ -FIRST[,COUNT] +FIRST[,COUNT] @@…`: how many lines were taken out, and what is there now.
fn hunk_of(line: &[u8]) -> Option<(u32, Hunk)> {
    let line = String::from_utf8_lossy(line.strip_prefix(b"@@ -")?).into_owned();
    let (removed, added) = line.split(" @@").next()?.split_once(" +")?;
    let (_, removed) = range(removed)?;
    let (first, count) = range(added)?;
    Some((removed, Hunk { first, count }))
}

fn range(text: &str) -> Option<(u32, u32)> {
    let (first, count) = text.split_once(',').unwrap_or((text, "1"));
    Some((first.parse().ok()?, count.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hunks(diff: &str) -> Vec<(String, Vec<(u32, u32)>)> {
        let plain = |hunks: Vec<Hunk>| hunks.iter().map(|hunk| (hunk.first, hunk.count)).collect();
        let files = read(diff.as_bytes()).into_iter();
        files.map(|(path, hunks)| (path.to_string_lossy().into_owned(), plain(hunks))).collect()
    }

    #[test]
    fn reads_changes_renames_and_removals() {
        let diff = "diff --git a/a.go b/a.go\nindex 1..2 100644\n--- a/a.go\n+++ b/a.go\n@@ -3 +3,2 @@ func f() {\n-x\n+y\n+z\n\
            @@ -9,2 +10,0 @@\n-a\n-b\n\
            diff --git a/old.go b/new name.go\nsimilarity index 90%\nrename from old.go\nrename to new name.go\n\
            --- a/old.go\n+++ b/new name.go\t\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\
            diff --git a/gone.go b/gone.go\n--- a/gone.go\n+++ /dev/null\n@@ -1 +0,0 @@\n-package a\n";
        let expected = vec![("a.go".to_owned(), vec![(3, 2), (10, 0)]), ("new name.go".to_owned(), vec![(1, 1)])];
        assert_eq!(hunks(diff), expected);
    }

    #[test]
    fn lines_that_look_like_headers_are_lines() {
        let diff = "--- a/a.go\n+++ b/a.go\n@@ -1,2 +1,2 @@\n--- b/x.go\n-@@ -1 +1 @@\n+++ b/y.go\n+@@ -7 +7 @@\n";
        assert_eq!(hunks(diff), vec![("a.go".to_owned(), vec![(1, 2)])]);
    }

    #[test]
    fn names_in_quotes() {
        let diff = "+++ \"b/\\303\\244 \\\"\\t\\n.go\"\n@@ -0,0 +1,3 @@\n+a\n+b\n+c\n";
        assert_eq!(hunks(diff), vec![("ä \"\t\n.go".to_owned(), vec![(1, 3)])]);
    }

    #[test]
    fn a_gap_counts_between_two_lines_of_a_range() {
        let gap = Hunk { first: 5, count: 0 };
        let cases = [((5, 5), false), ((5, 6), true), ((1, 5), false), ((6, 9), false), ((1, 9), true)];
        for ((first, last), touches) in cases {
            assert_eq!(gap.touches(first, last), touches, "{first}-{last}");
        }
        let lines = Hunk { first: 5, count: 2 };
        for ((first, last), touches) in
            [((4, 4), false), ((5, 5), true), ((6, 6), true), ((7, 7), false), ((1, 9), true)]
        {
            assert_eq!(lines.touches(first, last), touches, "{first}-{last}");
        }
        assert!(!Hunk { first: 0, count: 0 }.touches(1, 9), "what stood above the first line is in no range");
    }
}
