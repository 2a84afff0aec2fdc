//! The engine holds general facts about Go: what is wrong with code is said by rules alone, so no part of it knows one.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The crates between Go code and findings.
const ENGINE: [&str; 10] =
    ["tree", "constant", "gofront", "program", "types", "world", "flow", "calls", "plan", "runtime"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository").to_owned()
}

/// The files below a folder whose names end in `extension`.
fn files(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.filter_map(Result::ok) {
        let path = entry.path();
        if path.is_dir() {
            files(&path, extension, found);
        } else if path.extension().is_some_and(|own| own == extension) {
            found.push(path);
        }
    }
}

/// The names of the stock rules that are no plain words.
fn rule_names() -> BTreeSet<String> {
    let mut paths = Vec::new();
    files(&root().join("stdlib-rules"), "rule", &mut paths);
    let mut names = BTreeSet::new();
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        let heads = text.lines().filter_map(|line| line.strip_prefix("rule ").or(line.strip_prefix("instance ")));
        let name_of = |head: &str| head.split([' ', '(']).next().unwrap_or_default().to_owned();
        names.extend(heads.map(name_of).filter(|name| name.contains('-')));
    }
    names
}

/// The code of a Rust file: not its comments, and not the tests at its end.
fn code(text: &str) -> String {
    let shipped = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = shipped.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_engine_names_no_rule() {
    let names = rule_names();
    assert!(names.len() > 150, "only {} rules were found", names.len());
    let mut sources = Vec::new();
    for folder in ENGINE {
        files(&root().join(folder).join("src"), "rs", &mut sources);
    }
    sources.retain(|path| !path.strip_prefix(root()).is_ok_and(|path| path.to_string_lossy().contains("tests")));
    assert!(sources.len() > 100, "only {} sources were found", sources.len());
    let mut known = Vec::new();
    for path in &sources {
        let code = code(&fs::read_to_string(path).unwrap());
        let quoted = code.split('"').map(|text| text.rsplit('.').next().unwrap_or(text));
        let here = quoted.filter(|text| names.contains(*text));
        known.extend(here.map(|name| format!("{}: {name}", path.display())));
    }
    assert!(known.is_empty(), "rules are known by name in {known:#?}");
}
