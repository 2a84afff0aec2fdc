//! go.mod and go.work files.
//!
//! In: the text of such a file. Out: [`GoMod`], with what each line says. A malformed line is a problem with its line
//! and column; the others count.
//!
//! **Absent:** no file is opened, and nothing is said about what the paths and versions mean. `retract`, `tool`,
//! `toolchain` and `godebug` lines have no bearing on where packages are, and only their form is read.
//!
//! Source: the Go Modules Reference, "go.mod files" and "go.work files".

use crate::problem::Problem;
use crate::version::{self, GoVersion};
use std::path::Path;

/// What a go.mod or go.work file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct GoMod {
    /// The module path; a go.work has none.
    pub module: Option<String>,
    pub go: Option<GoVersion>,
    pub requires: Vec<Required>,
    pub replaces: Vec<Replace>,
    /// Paths and versions that are not to be used.
    pub excludes: Vec<(String, String)>,
    /// Folders that patterns such as `./...` leave out.
    pub ignores: Vec<String>,
    /// The folders of a workspace's modules, and where they are written.
    pub uses: Vec<(String, (u32, u32))>,
    pub problems: Vec<Problem>,
}

/// A line of `require`: the module, and the least version of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Required {
    pub path: String,
    pub version: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Replace {
    pub path: String,
    /// The version replaced; all of them if there is none.
    pub version: Option<String>,
    pub by: Replacement,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Replacement {
    /// A folder, as it is written.
    Dir(String),
    Module {
        path: String,
        version: String,
    },
}

/// Reads `text`; `path` is where it stands, for messages.
pub(crate) fn parse(path: &Path, text: &str) -> GoMod {
    let mut parser = Parser { path, line: 0, out: GoMod::default() };
    let mut block: Option<String> = None;
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        parser.line = index as u32 + 1;
        let Some(words) = parser.words(line) else { continue };
        let [first, rest @ ..] = words.as_slice() else { continue };
        match &block {
            Some(_) if first.is(")") => block = None,
            Some(verb) => parser.directive(&verb.clone(), &words),
            None if rest.len() == 1 && rest[0].is("(") => block = Some(first.text.clone()),
            None => {
                // `require ()` on one line holds nothing.
                let is_empty_block = rest.len() == 2 && rest[0].is("(") && rest[1].is(")");
                if !is_empty_block {
                    parser.directive(&first.text.clone(), rest);
                }
            }
        }
    }
    if block.is_some() {
        parser.problem(1, "a block is open at the end of the file".to_owned(), "close it by `)`");
    }
    parser.out
}

/// Whether a replacement or import is a folder and not a module.
pub(crate) fn is_dir_path(path: &str) -> bool {
    matches!(path, "." | "..")
        || ["./", "../", "/", ".\\", "..\\"].iter().any(|start| path.starts_with(start))
        || Path::new(path).is_absolute()
}

struct Word {
    text: String,
    /// In bytes, from 1.
    column: u32,
    quoted: bool,
}

impl Word {
    /// Whether it is this mark or keyword.
    fn is(&self, mark: &str) -> bool {
        !self.quoted && self.text == mark
    }
}

struct Parser<'a> {
    path: &'a Path,
    line: u32,
    out: GoMod,
}

impl Parser<'_> {
    fn problem(&mut self, column: u32, message: String, help: &str) {
        self.out.problems.push(Problem::malformed(self.path, (self.line, column), message, help));
    }

    /// The words of a line, without its comment. `None` if a string has no end.
    fn words(&mut self, line: &str) -> Option<Vec<Word>> {
        let mut words = Vec::new();
        let mut at = 0;
        loop {
            let rest = &line[at..];
            let trimmed = rest.trim_start();
            at += rest.len() - trimmed.len();
            let Some(first) = trimmed.chars().next() else { return Some(words) };
            if trimmed.starts_with("//") {
                return Some(words);
            }
            let column = at as u32 + 1;
            let quoted = matches!(first, '"' | '`');
            let (text, len) = if quoted {
                let Some((text, len)) = string(trimmed, first) else {
                    self.problem(column, "this string has no end".to_owned(), "close it on the same line");
                    return None;
                };
                (text, len)
            } else {
                let len = word_len(trimmed);
                (trimmed[..len].to_owned(), len)
            };
            words.push(Word { text, column, quoted });
            at += len;
        }
    }

    fn directive(&mut self, verb: &str, words: &[Word]) {
        let understood = match (verb, words) {
            ("module", [path]) => self.module(path),
            ("go", [version]) => self.go(version),
            ("require", [path, version]) => self.require(path, version),
            ("exclude", [path, version]) => {
                self.out.excludes.push((path.text.clone(), version.text.clone()));
                true
            }
            ("replace", words) => self.replace(words),
            ("ignore", [dir]) => {
                self.out.ignores.push(dir.text.clone());
                true
            }
            ("use", [dir]) => {
                let position = (self.line, dir.column);
                self.out.uses.push((dir.text.clone(), position));
                true
            }
            ("toolchain" | "tool", [_]) | ("godebug" | "retract", [_, ..]) => true,
            _ => false,
        };
        if !understood {
            let column = words.first().map_or(1, |word| word.column);
            let known = FORMS.iter().find(|(known, _)| *known == verb);
            match known {
                Some((_, form)) => {
                    self.problem(column, format!("this `{verb}` line cannot be read"), &format!("write `{form}`"));
                }
                None => self.problem(column, format!("there is no directive called `{verb}`"), ""),
            }
        }
    }

    fn module(&mut self, path: &Word) -> bool {
        if self.out.module.is_some() {
            self.problem(path.column, "a second `module` line".to_owned(), "remove one of them");
        } else {
            self.out.module = Some(path.text.clone());
        }
        !path.text.is_empty()
    }

    fn go(&mut self, version: &Word) -> bool {
        let parsed = GoVersion::parse(&version.text);
        self.out.go = self.out.go.or(parsed);
        parsed.is_some()
    }

    fn require(&mut self, path: &Word, version: &Word) -> bool {
        if !version::is_version(&version.text) {
            let message = format!("`{}` is no full version", version.text);
            self.problem(version.column, message, "write one such as `v1.2.3`, or run `go mod tidy`");
        }
        self.out.requires.push(Required { path: path.text.clone(), version: version.text.clone() });
        true
    }

    fn replace(&mut self, words: &[Word]) -> bool {
        let Some(arrow) = words.iter().position(|word| word.is("=>")) else { return false };
        let (path, version) = match &words[..arrow] {
            [path] => (path, None),
            [path, version] => (path, Some(version.text.clone())),
            _ => return false,
        };
        let by = match &words[arrow + 1..] {
            [dir] if is_dir_path(&dir.text) => Replacement::Dir(dir.text.clone()),
            [module, version] if !is_dir_path(&module.text) => {
                Replacement::Module { path: module.text.clone(), version: version.text.clone() }
            }
            _ => return false,
        };
        self.out.replaces.push(Replace { path: path.text.clone(), version, by });
        true
    }
}

/// How each directive is written.
const FORMS: &[(&str, &str)] = &[
    ("module", "module PATH"),
    ("go", "go 1.N"),
    ("toolchain", "toolchain NAME"),
    ("godebug", "godebug KEY=VALUE"),
    ("require", "require PATH VERSION"),
    ("exclude", "exclude PATH VERSION"),
    ("replace", "replace PATH => DIR` or `replace PATH => PATH VERSION"),
    ("retract", "retract VERSION"),
    ("ignore", "ignore DIR"),
    ("tool", "tool PATH"),
    ("use", "use DIR"),
];

/// The value and length of the string that `text` starts with.
fn string(text: &str, quote: char) -> Option<(String, usize)> {
    let mut value = String::new();
    let mut characters = text.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        match character {
            _ if character == quote => return Some((value, at + 1)),
            // Paths and versions need no escapes but these.
            '\\' if quote == '"' => value.push(characters.next()?.1),
            _ => value.push(character),
        }
    }
    None
}

fn word_len(text: &str) -> usize {
    if text.starts_with("=>") {
        return 2;
    }
    if text.starts_with(['(', ')', '[', ']', '{', '}', ',']) {
        return 1;
    }
    let ends = |at: usize, character: char| {
        character.is_whitespace()
            || matches!(character, '(' | ')' | '[' | ']' | '{' | '}' | ',')
            || text[at..].starts_with("//")
    };
    text.char_indices().find(|(at, character)| ends(*at, *character)).map_or(text.len(), |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> GoMod {
        parse(Path::new("go.mod"), text)
    }

    #[test]
    fn every_directive_is_read() {
        let read = read(concat!(
            "// Deprecated: no\nmodule \"example.com/m\" // why\n\ngo 1.21.4\ntoolchain go1.22.0\n",
            "require a.example/a v1.0.0 // indirect\nrequire (\n\tb.example/b v2.0.0+incompatible//x\n\t// c\n\n\t`c d` v0.1.0\n)\n",
            "replace a.example/a => ../a\nreplace (\n\tb.example/b v2.0.0+incompatible => B.example/fork v1.2.3\n)\n",
            "exclude a.example/a v0.9.0\nretract [v1.0.0, v1.1.0]\nretract (\n\tv1.2.0\n)\n",
            "ignore ./node_modules\ntool a.example/a/cmd\ngodebug default=go1.21\nrequire ()\nuse ./sub\n"
        ));
        assert_eq!(read.problems, []);
        assert_eq!(read.module.as_deref(), Some("example.com/m"));
        assert_eq!(read.go, GoVersion::parse("1.21"));
        let requires: Vec<_> = read.requires.iter().map(|one| format!("{}@{}", one.path, one.version)).collect();
        assert_eq!(requires, ["a.example/a@v1.0.0", "b.example/b@v2.0.0+incompatible", "c d@v0.1.0"]);
        assert_eq!(read.replaces[0].by, Replacement::Dir("../a".to_owned()));
        assert_eq!(read.replaces[1].version.as_deref(), Some("v2.0.0+incompatible"));
        assert_eq!(
            read.replaces[1].by,
            Replacement::Module { path: "B.example/fork".to_owned(), version: "v1.2.3".to_owned() }
        );
        assert_eq!(read.excludes, [("a.example/a".to_owned(), "v0.9.0".to_owned())]);
        assert_eq!(read.ignores, ["./node_modules"]);
        assert_eq!(read.uses, [("./sub".to_owned(), (26, 5))]);
    }

    #[test]
    fn a_malformed_line_is_told_and_the_others_count() {
        for (line, at, message) in [
            ("module", (2, 1), "this `module` line cannot be read"),
            ("module other", (2, 8), "a second `module` line"),
            ("require a.example/a", (2, 9), "this `require` line cannot be read"),
            ("require a.example/a v1", (2, 21), "`v1` is no full version"),
            ("replace a => b", (2, 9), "this `replace` line cannot be read"),
            ("replace a ../b", (2, 9), "this `replace` line cannot be read"),
            ("replace => ../b", (2, 9), "this `replace` line cannot be read"),
            ("  \"open", (2, 3), "this string has no end"),
            ("go next", (2, 4), "this `go` line cannot be read"),
            ("requires a v1.0.0", (2, 10), "there is no directive called `requires`"),
            ("<<<<<<< HEAD", (2, 9), "there is no directive called `<<<<<<<`"),
            (")", (2, 1), "there is no directive called `)`"),
        ] {
            let read = read(&format!("module m\n{line}\nrequire z.example/z v1.0.0\n"));
            let told: Vec<_> = read.problems.iter().map(|one| (one.position.unwrap(), one.message.as_str())).collect();
            assert_eq!(told, [(at, message)], "{line}");
            assert_eq!(read.module.as_deref(), Some("m"));
            assert!(read.requires.iter().any(|one| one.path == "z.example/z"), "{line}");
        }
        assert_eq!(read("require (\na v1.0.0\n").problems.len(), 1);
    }

    #[test]
    fn a_problem_shows_where_and_what_to_do() {
        let read = read("go\n");
        assert_eq!(read.problems[0].to_string(), "go.mod:1:1: this `go` line cannot be read (write `go 1.N`)");
    }
}
