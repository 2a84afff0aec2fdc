//! What stands before the first declaration of a Go file: constraints, package clause and imports.
//!
//! In: the first bytes of a file. Out: a [`Head`], or the wish for more bytes. Wrong text ends the head; what was read
//! before it counts.
//!
//! **Absent:** nothing is parsed after the imports, and nothing is said about wrong syntax.
//!
//! Source: Go spec, "Source file organization", "Import declarations" and "Comments"; `go/build`, "Build Constraints".

use std::fs::File;
use std::io::{ErrorKind, Read, Result};
use std::path::Path;

/// An import of a Go file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// What is imported, unquoted: `net/http`.
    pub path: String,
    /// The name before the path, which may be `_` or `.`.
    pub name: Option<String>,
    /// Byte offset of the path's opening quote in the file.
    pub offset: u32,
}

/// What stands before the first declaration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Head {
    /// The name in the package clause.
    pub package: Option<String>,
    pub imports: Vec<Import>,
    pub constraint: Constraint,
}

/// What the comments before the package clause ask for, as text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Constraint {
    #[default]
    None,
    /// What follows `//go:build`; the line counts from 1.
    Build { expression: String, line: u32 },
    /// There is a second `//go:build` in this line.
    Several { line: u32 },
    /// What follows each `// +build`, in use where there is no `//go:build`.
    Plus(Vec<String>),
}

/// As many bytes as the heads of nine in ten files need.
const FIRST_READ_BYTES: usize = 6 << 10;

/// Reads as much of the file as its head needs. `buffer` only saves allocations.
pub(crate) fn read(path: &Path, buffer: &mut Vec<u8>) -> Result<Head> {
    let mut file = File::open(path)?;
    let (mut len, mut wanted) = (0, FIRST_READ_BYTES);
    loop {
        if buffer.len() < wanted {
            buffer.resize(wanted, 0);
        }
        let count = match file.read(&mut buffer[len..wanted]) {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            count => count?,
        };
        len += count;
        // Mostly the first read has it all, and that the file ends there need not be asked.
        if let Some(head) = scan(&buffer[..len], count == 0) {
            return Ok(head);
        }
        if len == wanted {
            wanted *= 4;
        }
    }
}

/// The head of a file that starts with `text`. `None` if it does not end there, unless the text `is_whole`.
pub(crate) fn scan(text: &[u8], is_whole: bool) -> Option<Head> {
    let mut scanner = Scanner { text, at: 0, ran_out: false };
    if text.starts_with(b"\xef\xbb\xbf") {
        scanner.at = 3;
    }
    let mut head = Head::default();
    scanner.space();
    let clause = scanner.at;
    if scanner.word() == b"package" {
        scanner.space();
        let name = scanner.word();
        head.package = (!name.is_empty()).then(|| String::from_utf8_lossy(name).into_owned());
    }
    if head.package.is_some() {
        scanner.imports(&mut head.imports);
    }
    head.constraint = constraint(&text[..clause]);
    (is_whole || !scanner.ran_out).then_some(head)
}

struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
    /// Whether what was read last touches the end of the text, so that more text could change it.
    ran_out: bool,
}

impl<'a> Scanner<'a> {
    /// Skips white space, comments and semicolons. Go's automatic semicolons make no difference up here.
    fn space(&mut self) {
        loop {
            let rest = &self.text[self.at..];
            let skipped = match rest {
                [b' ' | b'\t' | b'\r' | b'\n' | b';', ..] => 1,
                [b'/', b'/', ..] => self.len_until(rest, b"\n"),
                [b'/', b'*', ..] => 2 + self.len_until(&rest[2..], b"*/"),
                [] | [b'/'] => {
                    self.ran_out = true;
                    return;
                }
                _ => return,
            };
            self.at += skipped;
        }
    }

    /// The bytes up to the end of the next `mark`, or of the text.
    fn len_until(&mut self, rest: &[u8], mark: &[u8]) -> usize {
        match rest.windows(mark.len()).position(|window| window == mark) {
            Some(before) => before + mark.len(),
            None => {
                self.ran_out = true;
                rest.len()
            }
        }
    }

    /// The identifier or keyword that starts here; empty if none does.
    fn word(&mut self) -> &'a [u8] {
        let rest = &self.text[self.at..];
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80;
        let len = rest.iter().take_while(|byte| is_part(byte)).count();
        self.ran_out |= len == rest.len();
        self.at += len;
        &rest[..len]
    }

    fn imports(&mut self, imports: &mut Vec<Import>) {
        loop {
            self.space();
            if self.word() != b"import" {
                return;
            }
            self.space();
            if !self.takes(b'(') {
                if self.import(imports).is_none() {
                    return;
                }
                continue;
            }
            loop {
                self.space();
                if self.takes(b')') {
                    break;
                }
                if self.import(imports).is_none() {
                    return;
                }
            }
        }
    }

    fn takes(&mut self, byte: u8) -> bool {
        let is_there = self.text.get(self.at) == Some(&byte);
        self.at += usize::from(is_there);
        is_there
    }

    fn import(&mut self, imports: &mut Vec<Import>) -> Option<()> {
        let name = if self.takes(b'.') {
            Some(".".to_owned())
        } else {
            let word = self.word();
            (!word.is_empty()).then(|| String::from_utf8_lossy(word).into_owned())
        };
        self.space();
        let offset = self.at as u32;
        let path = self.string()?;
        imports.push(Import { path, name, offset });
        Some(())
    }

    /// The value of the string literal that starts here. `None` if there is none, or an unfinished one.
    fn string(&mut self) -> Option<String> {
        let rest = &self.text[self.at..];
        let quote = *rest.first()?;
        if !matches!(quote, b'"' | b'`') {
            return None;
        }
        let mut len = 1;
        loop {
            match rest.get(len) {
                Some(byte) if *byte == quote => break,
                Some(b'\\') if quote == b'"' => len += 2,
                Some(b'\n') if quote == b'"' => return None,
                Some(_) => len += 1,
                None => {
                    self.ran_out = true;
                    return None;
                }
            }
        }
        self.at += len + 1;
        let inner = String::from_utf8_lossy(&rest[1..len]);
        // No import path has a character that needs an escape, so escapes stay as they are and name no package.
        Some(if quote == b'`' { inner.replace('\r', "") } else { inner.into_owned() })
    }
}

/// What the text before the package clause asks for.
fn constraint(header: &[u8]) -> Constraint {
    let header = String::from_utf8_lossy(header);
    let mut build = None;
    let mut plus = Vec::new();
    // `// +build` counts only where a blank line follows; these are still without one.
    let mut waiting = Vec::new();
    let mut in_block = false;
    for (index, line) in header.lines().enumerate() {
        let line = line.trim().trim_start_matches('\u{feff}');
        let number = index as u32 + 1;
        if in_block {
            in_block = leaves_block_open(line, true);
            continue;
        }
        if let Some(expression) =
            line.strip_prefix("//go:build").filter(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
        {
            if build.is_some() {
                return Constraint::Several { line: number };
            }
            build = Some((expression.trim().to_owned(), number));
        } else if line.is_empty() {
            plus.append(&mut waiting);
        } else if let Some(comment) = line.strip_prefix("//") {
            let words = comment.trim_start().strip_prefix("+build");
            waiting.extend(words.filter(|rest| rest.starts_with([' ', '\t'])).map(|rest| rest.trim().to_owned()));
        } else {
            in_block = leaves_block_open(line, false);
        }
    }
    match build {
        Some((expression, line)) => Constraint::Build { expression, line },
        None if plus.is_empty() => Constraint::None,
        None => Constraint::Plus(plus),
    }
}

/// Whether a `/*` is open at the end of a line, given whether one is at its start.
fn leaves_block_open(line: &str, mut is_open: bool) -> bool {
    let mut rest = line;
    loop {
        let mark = if is_open { "*/" } else { "/*" };
        if !is_open && rest.trim_start().starts_with("//") {
            return false;
        }
        let Some((_, after)) = rest.split_once(mark) else { return is_open };
        rest = after;
        is_open = !is_open;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let head = scan(text.as_bytes(), true).unwrap();
        let mut parts = vec![head.package.unwrap_or_else(|| "-".to_owned())];
        for import in head.imports {
            assert!(text[import.offset as usize..].starts_with(['"', '`']), "{text}");
            parts.push(import.name.map_or_else(|| import.path.clone(), |name| format!("{name}={}", import.path)));
        }
        parts.join(" ")
    }

    #[test]
    fn package_and_imports_are_read() {
        for (text, expected) in [
            ("package p", "p"),
            ("\u{feff}package p\nimport \"fmt\"\n", "p fmt"),
            ("// c\n/* package q */ package /* r */ p; import \"a\"; import b \"b/c\"\nvar x = 1", "p a b=b/c"),
            (
                "package p\nimport (\n\t\"a\" // one\n\t_ \"b\"; . `c`\n\t/* x */ d /* y */ \"d\"\n)\nimport \"C\"\n",
                "p a _=b .=c d=d C",
            ),
            ("package p\nimport ()\nimport \"x\"\nfunc f() { import \"y\" }\n", "p x"),
            ("package größe\n", "größe"),
            ("func f() {}\n", "-"),
            ("package\n", "-"),
            ("package p\nimport \"unfinished\nimport \"x\"\n", "p"),
            ("package p\nimport (\n\t\"a\"\n\tvar\n", "p a"),
            ("package p\nimportant \"x\"\n", "p"),
            ("", "-"),
            ("/* unfinished package p", "-"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn constraints_are_those_before_the_package_clause() {
        let build = |expression: &str, line| Constraint::Build { expression: expression.to_owned(), line };
        let plus = |lines: &[&str]| Constraint::Plus(lines.iter().map(|line| (*line).to_owned()).collect());
        for (text, expected) in [
            ("//go:build linux && !cgo\n\npackage p\n", build("linux && !cgo", 1)),
            ("// Copyright\n\n  //go:build a\npackage p\n", build("a", 3)),
            ("//go:build a\n// +build b\n\npackage p\n", build("a", 1)),
            ("// +build a,b c\n// +build !d\n\npackage p\n", plus(&["a,b c", "!d"])),
            ("// +build a\npackage p\n", Constraint::None),
            ("// +build a\n\n// Package p\npackage p\n", plus(&["a"])),
            ("/*\n//go:build a\n*/\npackage p\n", Constraint::None),
            ("/* a */ /*\n*/ //go:build a\npackage p\n", Constraint::None),
            ("/* // */\n//go:build a\npackage p\n", build("a", 2)),
            ("package p\n//go:build a\n", Constraint::None),
            ("// go:build a\n\npackage p\n", Constraint::None),
            ("//go:builder a\n\npackage p\n", Constraint::None),
            ("//go:build a\n//go:build b\n\npackage p\n", Constraint::Several { line: 2 }),
        ] {
            assert_eq!(scan(text.as_bytes(), true).unwrap().constraint, expected, "{text}");
        }
    }

    #[test]
    fn a_head_cut_anywhere_is_never_taken_for_another() {
        let text = "//go:build a\n\n/* x */ package p // c\n\nimport q \"a/b\"\nimport (\n\t. `c`\n)\n\nvar x = 1\n";
        let whole = scan(text.as_bytes(), true).unwrap();
        assert_eq!(whole.imports.len(), 2);
        for end in 0..text.len() {
            if let Some(head) = scan(&text.as_bytes()[..end], false) {
                assert_eq!(head, whole, "cut at {end}");
                assert!(end > text.find("var").unwrap(), "cut at {end}");
            }
        }
    }

    #[test]
    fn long_heads_are_read_in_full() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.go");
        let imports: String = (0..5000).map(|index| format!("\t\"example.com/{index}\"\n")).collect();
        std::fs::write(&path, format!("package p\nimport (\n{imports})\n")).unwrap();
        assert_eq!(read(&path, &mut Vec::new()).unwrap().imports.len(), 5000);
    }
}
