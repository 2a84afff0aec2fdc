//! Conditions on `//go:embed`: what its patterns embed.
//!
//! In: a directive, or an identifier that names a variable with directives above its declaration. Out: the patterns that embed
//! nothing, so that `go build` refuses them, or the names that the variable's `embed.FS` holds. Unknown without a file system,
//! and where there are more files than anybody embeds.
//!
//! Source: package `embed`, *Directives*; `cmd/go/internal/load`, where patterns are resolved.
//!
//! **Absent:** variables that another file declares; files that `.gitignore` or a module's boundary of another kind than a `go.mod`
//! leaves out.

use super::Facts;
use super::files::pattern::NamePattern;
use crate::disk::{DiskQuestion, hash_of};
use crate::value::Value;
use rulec_gofront::doc;
use rulec_tree::{Kind, Node, literal};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const DIRECTIVE: &str = "//go:embed";

/// How many files and folders are looked at for one pattern.
const MAX_FILES: usize = 50_000;

/// The patterns of a directive that embed nothing.
pub(super) fn unmatched(facts: &Facts, comment: Node) -> Option<Value> {
    let folder = facts.folder.filter(|folder| folder.is_dir())?;
    let mut unmatched = Vec::new();
    for pattern in patterns_of(facts, comment)? {
        if embedded(facts, folder, &pattern)?.is_empty() {
            unmatched.push(Value::Str(pattern.into_bytes()));
        }
    }
    Some(Value::List(unmatched))
}

/// The files and folders that a variable with directives holds, `.` among them.
pub(super) fn names(facts: &Facts, variable: Node) -> Option<Value> {
    let folder = facts.folder.filter(|folder| folder.is_dir())?;
    let mut names = BTreeSet::new();
    for comment in directives_of(facts, variable)? {
        for pattern in patterns_of(facts, comment)? {
            names.extend(embedded(facts, folder, &pattern)?);
        }
    }
    let folders = names.iter().flat_map(|name| Path::new(name).ancestors().skip(1));
    let folders: BTreeSet<String> = folders.map(|folder| folder.to_string_lossy().into_owned()).collect();
    names.extend(folders.into_iter().map(|folder| if folder.is_empty() { ".".to_owned() } else { folder }));
    Some(Value::List(names.into_iter().map(|name| Value::Str(name.into_bytes())).collect()))
}

/// The directives above the declaration of a package-level variable of this file; nothing if there are none.
fn directives_of(facts: &Facts, variable: Node) -> Option<Vec<Node>> {
    let tree = facts.tree();
    let object = facts.object_id(tree.unparen(variable)).filter(|object| facts.is_package_level(*object))?;
    let declared = facts.file.names.get(object).decl?;
    let mut rows = std::iter::successors(Some(declared), |row| (*row != Node::ROOT).then(|| tree.parent(*row)));
    let spec = rows.find(|row| tree.kind(*row) == Kind::VarSpec)?;
    let above = doc::above(facts.file, facts.source, facts.comments(), spec);
    let directives: Vec<Node> = above.iter().copied().filter(|comment| is_directive(facts, *comment)).collect();
    (!directives.is_empty()).then_some(directives)
}

fn is_directive(facts: &Facts, comment: Node) -> bool {
    let text = facts.slice(facts.tree().span(comment));
    text.strip_prefix(DIRECTIVE.as_bytes()).is_some_and(|rest| rest.first().is_some_and(u8::is_ascii_whitespace))
}

/// The patterns of a directive; none of other comments. Nothing if a quote is not closed.
fn patterns_of(facts: &Facts, comment: Node) -> Option<Vec<String>> {
    if facts.tree().kind(comment) != Kind::Comment || !is_directive(facts, comment) {
        return Some(Vec::new());
    }
    let text = std::str::from_utf8(facts.slice(facts.tree().span(comment))).ok()?;
    patterns(text.strip_prefix(DIRECTIVE)?)
}

/// The patterns in what stands behind `//go:embed`: words, or string literals of Go.
fn patterns(text: &str) -> Option<Vec<String>> {
    let mut patterns = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '"' | '`' => literal::string_len(rest)?,
            _ => rest.find(char::is_whitespace).unwrap_or(rest.len()),
        };
        let (word, behind) = rest.split_at(end);
        patterns.push(match first {
            '"' | '`' => String::from_utf8(literal::string_text(word.as_bytes())?).ok()?,
            _ => word.to_owned(),
        });
        rest = behind.trim_start();
    }
    Some(patterns)
}

/// What [`embedded_by`] says, which is noted.
fn embedded(facts: &Facts, folder: &Path, pattern: &str) -> Option<Vec<String>> {
    let files = embedded_by(folder, pattern);
    facts.note_disk(DiskQuestion::Embedded(folder.to_owned(), pattern.to_owned()), hash_of(&files));
    files
}

/// The files that a pattern embeds, relative to the folder; empty if Go refuses it. Nothing if there are too many.
pub(crate) fn embedded_by(folder: &Path, pattern: &str) -> Option<Vec<String>> {
    let (all, glob) = pattern.strip_prefix("all:").map_or((false, pattern), |glob| (true, glob));
    let parts: Vec<&str> = glob.split('/').collect();
    if parts.iter().any(|part| matches!(*part, "" | "." | "..")) {
        return Some(Vec::new());
    }
    let Some(parts) = parts.into_iter().map(NamePattern::new).collect::<Option<Vec<_>>>() else {
        return Some(Vec::new());
    };
    let mut matching = vec![PathBuf::new()];
    for part in &parts {
        let mut next = Vec::new();
        for below in &matching {
            // What lies in another module is not embedded.
            let is_other_module = below != Path::new("") && folder.join(below).join("go.mod").exists();
            let entries = if is_other_module { Vec::new() } else { entries_of(&folder.join(below)) };
            next.extend(entries.iter().filter(|name| !is_bad(name) && part.matches(name)).map(|name| below.join(name)));
        }
        matching = next;
        if matching.len() > MAX_FILES {
            return None;
        }
    }
    files_of(folder, matching, all)
}

/// The regular files among these, and those below the folders among them.
fn files_of(folder: &Path, mut waiting: Vec<PathBuf>, all: bool) -> Option<Vec<String>> {
    let (mut files, mut seen) = (Vec::new(), 0);
    while let Some(path) = waiting.pop() {
        seen += 1;
        if seen > MAX_FILES {
            return None;
        }
        let full = folder.join(&path);
        let Ok(kind) = std::fs::symlink_metadata(&full) else { continue };
        if kind.is_file() {
            files.push(path.to_string_lossy().replace('\\', "/"));
        } else if kind.is_dir() && !full.join("go.mod").exists() {
            let hidden = |name: &str| !all && name.starts_with(['.', '_']);
            let below = entries_of(&full).into_iter().filter(|name| !is_bad(name) && !hidden(name));
            waiting.extend(below.map(|name| path.join(name)));
        }
    }
    Some(files)
}

/// The names in a folder that are UTF-8, as names in modules are.
fn entries_of(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort_unstable();
    names
}

/// What version control keeps, which is no part of a module.
fn is_bad(name: &str) -> bool {
    matches!(name, "" | ".bzr" | ".hg" | ".git" | ".svn")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_words_or_strings() {
        for (text, expected) in [
            (" a b/*.css", Some(&["a", "b/*.css"][..])),
            (" \"a b\" `c d`\te", Some(&["a b", "c d", "e"])),
            (" \"a\\\"b\"", Some(&["a\"b"])),
            (" \"a", None),
            ("", Some(&[])),
        ] {
            let expected = expected.map(|all| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>());
            assert_eq!(patterns(text), expected, "{text}");
        }
    }

    #[test]
    fn patterns_embed_what_go_embeds() {
        let folder = tempfile::tempdir().unwrap();
        for (file, content) in [
            ("index.html", ""),
            ("static/a.css", ""),
            ("static/.hidden", ""),
            ("static/_draft/b.css", ""),
            ("only/.hidden", ""),
            ("other/go.mod", "module other"),
            ("other/a.css", ""),
            ("static/.git/config", ""),
        ] {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
        for (pattern, expected) in [
            ("index.html", &["index.html"][..]),
            ("*.html", &["index.html"]),
            ("static", &["static/a.css"]),
            ("static/*", &["static/.hidden", "static/_draft/b.css", "static/a.css"]),
            ("all:static", &["static/.hidden", "static/_draft/b.css", "static/a.css"]),
            ("all:only", &["only/.hidden"]),
            ("only", &[]),
            ("*/*.css", &["static/a.css"]),
            ("other/a.css", &[]),
            ("other", &[]),
            ("nothing", &[]),
            ("../x", &[]),
            ("./index.html", &[]),
            (".", &[]),
            ("static/", &[]),
            ("[", &[]),
            ("static/.git/config", &[]),
        ] {
            let mut found = embedded_by(folder.path(), pattern).unwrap();
            found.sort();
            assert_eq!(found, expected, "{pattern}");
        }
    }
}
