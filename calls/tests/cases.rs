//! What is known of the functions of small programs: each file of `cases/` is one, in which comments say what is expected.
//!
//! `// facts: …` before a function or literal: what `rulec inspect facts` says of it, after its name. `// calls: a b?` on
//! the line of a call: its targets, `?` for one that is not known. `UPDATE=1` writes the facts that are found.

use rulec_calls::{Functions, NoFacts, Options, inspect};
use rulec_gofront::inspect::Format;
use rulec_gofront::{File, Reader};
use rulec_tree::Vocabulary;
use rulec_world::{MemoryFile, Packages};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[test]
fn what_is_expected_is_found() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut wrong = Vec::new();
    for path in files_of(&folder) {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let found = annotated(&text);
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, &found).unwrap_or_default();
        } else if found != text {
            wrong.push(format!("{}:\n{}", path.display(), difference(&text, &found)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn files_of(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

fn difference(expected: &str, found: &str) -> String {
    let lines = expected.lines().zip(found.lines()).filter(|(expected, found)| expected != found);
    lines.map(|(expected, found)| format!("- {expected}\n+ {found}\n")).collect()
}

const FACTS: &str = "// facts:";
const CALLS: &str = "// calls:";

/// The text with comments that say what is found: one before each line on which a function starts, and one at the end of
/// each line that had one for calls.
fn annotated(text: &str) -> String {
    // Comments do not move lines apart: those that are there become empty first.
    let bare: Vec<&str> =
        text.lines().map(|line| if line.trim_start().starts_with(FACTS) { "" } else { line }).collect();
    let path = PathBuf::from("case.go");
    let content = bare.join("\n").into_bytes();
    let file = MemoryFile { import_path: "p".to_owned(), path: path.clone(), content: content.clone() };
    let packages = Packages::of_memory(vec![file], Some(26));
    let functions = Functions::new(&packages, Options { models: &[], facts: &NoFacts, tests: true, held_bytes: 0 });
    let file = read(&content);
    let facts = by_line(&inspect::facts(functions.known(), &path, &file, "case.go", Format::Text));
    let calls = by_line(&inspect::calls(functions.known(), &path, &file, "case.go", Format::Text));
    let mut out = String::new();
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim_start().starts_with(FACTS) {
            let said: Vec<&str> = facts.get(&(number + 1)).into_iter().flatten().map(|said| after_name(said)).collect();
            let indent = &line[..line.len() - line.trim_start().len()];
            out.push_str(format!("{indent}{FACTS} {}", said.join("; ")).trim_end());
        } else if let Some((code, _)) = line.split_once(CALLS) {
            let edges: Vec<String> = calls.get(&number).into_iter().flatten().map(|edge| edge_of(edge)).collect();
            out.push_str(&format!("{code}{CALLS} {}", edges.join(", ")));
        } else {
            out.push_str(line);
        }
        out.push('\n');
    }
    out
}

fn read(content: &[u8]) -> File {
    match Reader::new().read(content, &Arc::new(Vocabulary::default())) {
        Ok(file) => file,
        Err(refusal) => panic!("{refusal}"),
    }
}

/// Lines such as `case.go:3:5 text` by their line number.
fn by_line(text: &str) -> BTreeMap<u32, Vec<String>> {
    let mut lines: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for line in text.lines() {
        let mut parts = line.splitn(3, ':');
        let number = parts.nth(1).and_then(|number| number.parse().ok()).unwrap_or_default();
        let rest = parts.next().and_then(|rest| rest.split_once(' ')).map_or("", |(_, rest)| rest);
        lines.entry(number).or_default().push(rest.to_owned());
    }
    lines
}

/// `p.f  pure` without the name.
fn after_name(said: &str) -> &str {
    said.split_once("  ").map_or("", |(_, rest)| rest)
}

/// `p.f -> p.g  call static` without the caller.
fn edge_of(edge: &str) -> String {
    edge.split_once(" -> ").map_or(edge, |(_, callee)| callee).replace("  ", " ")
}
