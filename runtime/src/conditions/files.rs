//! Conditions on the file as a whole: its path, package, imports and neighbours.

pub(super) mod pattern;

use super::Facts;
use crate::disk::{DiskQuestion, hash_of};
use crate::value::Value;
use pattern::NamePattern;
use rulec_plan::host::Tri;
use rulec_tree::{Kind, Node};
use std::path::{Path, PathBuf};

/// The path as displayed.
pub(super) fn path(facts: &Facts) -> Value {
    Value::Str(facts.path.as_bytes().to_vec())
}

/// The last part of the path.
pub(super) fn name(facts: &Facts) -> Value {
    let name = facts.path.rsplit('/').next().unwrap_or(facts.path);
    Value::Str(name.as_bytes().to_vec())
}

/// The name in the package clause.
pub(super) fn package_name(facts: &Facts) -> Option<Value> {
    let tree = facts.tree();
    let package = tree.slot(Node::ROOT, 0);
    (tree.kind(package) == Kind::Package).then(|| Value::Str(facts.text_of(tree.slot(package, 0)).to_vec()))
}

/// Whether the file imports the package with this path.
pub(super) fn imports(facts: &Facts, path: Option<&Value>) -> Tri {
    let Some(Value::Str(path)) = path else { return Tri::Unknown };
    Tri::of(facts.imports().any(|spec| facts.text_of(facts.tree().slot(spec, 1)) == path))
}

/// Whether a file matches this path, relative to the Go file's folder. `*`, `?` and `[…]` match within a name, as in
/// Go's `path.Match`.
pub(super) fn exists(facts: &Facts, pattern: Option<&Value>) -> Tri {
    let (Some(pattern), Some(folder)) = (pattern.and_then(Value::utf8), facts.folder) else { return Tri::Unknown };
    let answer = exists_below(folder, pattern);
    facts.note_disk(DiskQuestion::Exists(folder.to_owned(), pattern.to_owned()), hash_of(&answer));
    answer
}

/// How many folders above a file are looked at for the root of its module.
const MAX_DEPTH: usize = 64;

/// Whether a file matches this path, relative to the Go file's folder or to one above it, up to the root of the module or, without
/// one, of the file system.
pub(super) fn exists_above(facts: &Facts, pattern: Option<&Value>) -> Tri {
    let (Some(pattern), Some(folder)) = (pattern.and_then(Value::utf8), facts.folder) else { return Tri::Unknown };
    let answer = exists_in_or_above(folder, pattern);
    facts.note_disk(DiskQuestion::ExistsAbove(folder.to_owned(), pattern.to_owned()), hash_of(&answer));
    answer
}

/// The same for a folder.
pub(crate) fn exists_in_or_above(folder: &Path, pattern: &str) -> Tri {
    let Ok(folder) = std::path::absolute(folder) else { return Tri::Unknown };
    let mut answer = Tri::No;
    for above in folder.ancestors().take(MAX_DEPTH) {
        match exists_below(above, pattern) {
            Tri::Yes => return Tri::Yes,
            Tri::Unknown => answer = Tri::Unknown,
            Tri::No => {}
        }
        if above.join("go.mod").exists() {
            break;
        }
    }
    answer
}

/// Whether a file matches this path below a folder.
pub(crate) fn exists_below(folder: &Path, pattern: &str) -> Tri {
    let mut candidates = vec![folder.to_owned()];
    for part in pattern.split('/').filter(|part| !part.is_empty() && *part != ".") {
        let Some(next) = step(&candidates, part) else { return Tri::Unknown };
        candidates = next;
    }
    Tri::of(!candidates.is_empty())
}

/// The files called like `part` in one of the folders; nothing if `part` is no pattern.
fn step(folders: &[PathBuf], part: &str) -> Option<Vec<PathBuf>> {
    if !part.contains(['*', '?', '[', '\\']) {
        return Some(folders.iter().map(|folder| folder.join(part)).filter(|path| path.exists()).collect());
    }
    let wanted = NamePattern::new(part)?;
    let entries = folders.iter().filter_map(|folder| std::fs::read_dir(folder).ok()).flatten().flatten();
    let fits = |name: &std::ffi::OsStr| name.to_str().is_some_and(|name| wanted.matches(name));
    Some(entries.filter(|entry| fits(&entry.file_name())).map(|entry| entry.path()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conditions::testing::read;

    #[test]
    fn files_exist_relative_to_the_go_file() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(dir.path().join("static/css")).unwrap();
        std::fs::write(dir.path().join("static/css/a.css"), "").unwrap();
        let source = "package p\nimport \"embed\"\n";
        let file = read(source);
        let below = dir.path().join("static/css");
        let mut facts = Facts::new(&file, source.as_bytes(), "x/y/p_test.go");
        let asked = |facts: &Facts, pattern: &str| exists(facts, Some(&Value::Str(pattern.as_bytes().to_vec())));
        assert_eq!(asked(&facts, "static"), Tri::Unknown);
        facts.folder = Some(dir.path());
        for (pattern, answer) in [
            ("static", Tri::Yes),
            ("static/css/a.css", Tri::Yes),
            ("static/*/*.css", Tri::Yes),
            ("static/*.css", Tri::No),
            ("nothing", Tri::No),
            ("[", Tri::Unknown),
        ] {
            assert_eq!(asked(&facts, pattern), answer, "{pattern}");
        }
        std::fs::write(dir.path().join("go.mod"), "module m").unwrap();
        facts.folder = Some(&below);
        let above = |pattern: &str| exists_above(&facts, Some(&Value::Str(pattern.as_bytes().to_vec())));
        assert_eq!([above("a.css"), above("css/a.css"), above("static/css")], [Tri::Yes; 3]);
        assert_eq!([above("b.css"), above("[")], [Tri::No, Tri::Unknown]);
        assert_eq!(name(&facts).shown(), "p_test.go");
        assert_eq!(package_name(&facts).unwrap().shown(), "p");
        assert_eq!(imports(&facts, Some(&Value::Str(b"embed".to_vec()))), Tri::Yes);
        assert_eq!(imports(&facts, Some(&Value::Str(b"fmt".to_vec()))), Tri::No);
    }
}
