//! Compares the canonical tree with what Go's own parser makes of the same files: kinds, operators and spans of all
//! nodes and comments, and which declaration each name refers to.
//!
//! Needs `go`; without it the test says so and passes. By default `corpus/`, which holds rare constructs, and a sample
//! of the Go distribution are read.
//! `RULEC_DIFF=full` reads all of it, and `RULEC_DIFF_ROOTS` names more folders, separated as in `PATH`.

use rulec_gofront::{File, ObjectKind, Reader};
use rulec_tree::{Kind, Op, Vocabulary};
use std::cmp::Reverse;
use std::collections::HashSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

/// Files, by how their paths end, on which the two differ, and why.
const KNOWN: &[(&str, &str)] = &[
    ("types/testdata/check/decls0.go", "no Go: [...] outside of a composite literal"),
    ("types/testdata/check/expr0.go", "no Go: ~ outside of a constraint"),
    ("types/testdata/check/stmt1.go", "of the last two semicolons before a brace, one is no statement here"),
    ("types/testdata/fixedbugs/issue49482.go", "type T[P *struct{}] is taken for an array"),
    ("types/testdata/fixedbugs/issue58612.go", "no Go: .(type) outside of a type switch"),
    ("test/ddd1.go", "no Go: [...] outside of a composite literal"),
    ("test/fixedbugs/bug280.go", "no Go: [...] outside of a composite literal"),
    ("test/fixedbugs/bug287.go", "no Go: [...] outside of a composite literal"),
    ("test/fixedbugs/bug340.go", "no Go: an expression switch over x.(type)"),
    ("test/fixedbugs/issue24470.go", "no Go: .(type) outside of a type switch"),
    ("test/fixedbugs/issue4470.go", "no Go: .(type) outside of a type switch"),
];

/// Files on which names differ, and why.
const KNOWN_NAMES: &[(&str, &str)] = &[
    ("fixedbugs/issue47127.go", "go/parser keeps the type parameters of a local type in scope for the next one"),
    ("fixedbugs/issue48703.go", "no Go: a receiver with type arguments that are no names"),
    ("go/doc/testdata/e.go", "no Go: a name is declared twice"),
    ("check/importdecl0/importdecl0a.go", "no Go: a name is declared twice"),
    ("check/labels.go", "no Go: a name is declared twice"),
    ("test/fixedbugs/bug040.go", "no Go: a name is declared twice"),
    ("test/fixedbugs/bug132.go", "no Go: a name is declared twice"),
    ("test/fixedbugs/bug192.go", "no Go: a name is declared twice"),
    ("test/fixedbugs/issue10047.go", "no Go: a name is declared twice"),
    ("issue47185.dir/bad/bad.go", "no Go: a name is declared twice"),
    ("test/funcdup.go", "no Go: a name is declared twice"),
    ("test/funcdup2.go", "no Go: a name is declared twice"),
    ("test/label.go", "no Go: a name is declared twice"),
    ("test/typeparam/tparam1.go", "no Go: a name is declared twice"),
];

#[test]
fn trees_are_those_of_go() {
    compare(&[], KNOWN, rows, |_, _| true);
}

#[test]
fn names_are_those_of_go() {
    // go/parser leaves some names open that are declared in the file, such as those in nested type arguments. What it
    // does resolve must be resolved to the same declaration.
    let differ = |ours: &[String], theirs: &[String]| {
        let ours: HashSet<&String> = ours.iter().collect();
        theirs.iter().any(|row| !ours.contains(row))
    };
    compare(&["-names"], KNOWN_NAMES, |file, _| names(file), differ);
}

/// Compares the rows of each file with those that goparse prints when called with `mode`. Where they are not the same,
/// `differ` says whether that is a difference.
fn compare(
    mode: &[&str],
    known: &[(&str, &str)],
    rows: fn(&File, &[u8]) -> Vec<String>,
    differ: fn(&[String], &[String]) -> bool,
) {
    let Some(go) = GoParser::build(mode) else {
        println!("skipped: there is no `go` here to compare with");
        return;
    };
    let files = files(&go);
    let mut tally = Tally::default();
    let mut reader = Reader::new();
    let vocabulary = Arc::new(Vocabulary::default());
    let mut differing = Vec::new();
    for (path, expected) in go.hashes(&files) {
        tally.files += 1;
        let Some(expected) = expected else {
            tally.refused_by_go += 1;
            continue;
        };
        let source = std::fs::read(&path).expect("a file that go has read");
        match reader.read(&source, &vocabulary) {
            Ok(file) if !file.coverage.is_full() => {
                tally.not_full += 1;
                differing.push((path, format!("not parsed in full: {:?}", file.coverage.bad.first())));
            }
            Ok(file) if hash(&rows(&file, &source)) == expected => tally.agree += 1,
            Ok(file) => {
                let (ours, theirs) = (rows(&file, &source), go.rows(&path));
                if differ(&ours, &theirs) {
                    tally.differ += 1;
                    differing.push((path, first_difference(&ours, &theirs, &file)));
                } else {
                    tally.agree += 1;
                }
            }
            Err(refusal) => differing.push((path, refusal.to_string())),
        }
    }
    println!("{tally:?}");
    differing.retain(|(path, _)| !known.iter().chain(KNOWN).any(|known| path.ends_with(known.0)));
    for (path, difference) in &differing {
        println!("{}: {difference}", path.display());
    }
    assert!(tally.agree > 0, "no file was compared");
    assert!(differing.is_empty(), "{} files differ", differing.len());
}

#[derive(Debug, Default)]
struct Tally {
    files: usize,
    refused_by_go: usize,
    agree: usize,
    not_full: usize,
    differ: usize,
}

/// The program in `tests/goparse`, built.
struct GoParser {
    folder: PathBuf,
    root: PathBuf,
    /// What it is asked to print.
    mode: Vec<String>,
}

impl GoParser {
    fn build(mode: &[&str]) -> Option<GoParser> {
        let output = Command::new("go").args(["env", "GOROOT"]).output().ok()?;
        let root = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()).join("src");
        // Tests run side by side, so each has a folder of its own.
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("go-trees{}", mode.concat()));
        std::fs::create_dir_all(&folder).expect("the target folder can be written to");
        let status = Command::new("go")
            .args(["build", "-o"])
            .arg(folder.join("goparse"))
            .arg(".")
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/goparse"))
            .env("GOWORK", "off")
            .status();
        assert!(status.is_ok_and(|status| status.success()), "tests/goparse is built by the go that is here");
        Some(GoParser { folder, root, mode: mode.iter().map(|word| (*word).to_owned()).collect() })
    }

    /// For each file the hash of its rows, or nothing if Go refuses it.
    fn hashes(&self, files: &[PathBuf]) -> Vec<(PathBuf, Option<u64>)> {
        let list = self.folder.join("files.txt");
        let paths: String = files.iter().fold(String::new(), |mut text, path| {
            let _ = writeln!(text, "{}", path.display());
            text
        });
        std::fs::write(&list, paths).expect("the target folder can be written to");
        let output = self.run(&[list.as_os_str()]);
        let mut hashes = Vec::new();
        for line in output.lines() {
            let mut words = line.splitn(3, ' ');
            let (status, hash, path) = (words.next(), words.next(), words.next().expect("a line has three words"));
            let hash = hash.and_then(|hash| hash.parse().ok()).filter(|_| status == Some("ok"));
            hashes.push((PathBuf::from(path), hash));
        }
        assert_eq!(hashes.len(), files.len(), "one line for each file");
        hashes
    }

    fn rows(&self, path: &Path) -> Vec<String> {
        self.run(&["-v".as_ref(), path.as_os_str()]).lines().map(str::to_owned).collect()
    }

    fn run(&self, arguments: &[&std::ffi::OsStr]) -> String {
        let output =
            Command::new(self.folder.join("goparse")).args(&self.mode).args(arguments).output().expect("goparse runs");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

fn files(go: &GoParser) -> Vec<PathBuf> {
    let full = std::env::var("RULEC_DIFF").is_ok_and(|value| value == "full");
    let extra = std::env::var_os("RULEC_DIFF_ROOTS").unwrap_or_default();
    let mut stack = vec![go.root.clone()];
    stack.extend(std::env::split_paths(&extra).filter(|path| !path.as_os_str().is_empty()));
    let mut files = Vec::new();
    while let Some(path) = stack.pop() {
        if let Ok(entries) = std::fs::read_dir(&path) {
            stack.extend(entries.flatten().map(|entry| entry.path()));
        } else if path.extension().is_some_and(|extension| extension == "go") && !has_space(&path) {
            files.push(path);
        }
    }
    files.sort();
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let corpus = std::fs::read_dir(corpus).expect("the corpus is there").flatten().map(|entry| entry.path());
    corpus.chain(files.into_iter().step_by(if full { 1 } else { 20 })).collect()
}

/// The list of files is separated by space.
fn has_space(path: &Path) -> bool {
    path.to_string_lossy().contains(char::is_whitespace)
}

/// One line for each node, as goparse prints it, in its order.
fn rows(file: &File, source: &[u8]) -> Vec<String> {
    let tree = &file.tree;
    let starts_only = source.contains(&b'\r');
    let mut rows: Vec<(u32, Reverse<u32>, String)> = Vec::new();
    for node in tree.nodes() {
        let kind = tree.kind(node);
        let span = tree.span(node);
        let parent = tree.kind(tree.parent(node));
        let hidden = match kind {
            Kind::Absent | Kind::List | Kind::File | Kind::Package => true,
            Kind::FuncType => parent == Kind::FuncDecl,
            Kind::Empty => span.start == span.end,
            _ => false,
        };
        if hidden {
            continue;
        }
        let op = match tree.op(node) {
            Op::Directive => Op::Line.text(),
            op => op.text(),
        };
        let separator = if op.is_empty() { "" } else { " " };
        let end = if starts_only { span.start } else { span.end };
        rows.push((span.start, Reverse(end), format!("{}{separator}{op}", kind.name())));
    }
    rows.sort();
    rows.into_iter().map(|(start, Reverse(end), label)| format!("{label} {start} {end}")).collect()
}

/// One line for each use of a name that go/parser resolves too, as goparse prints it.
fn names(file: &File) -> Vec<String> {
    let tree = &file.tree;
    let mut rows = Vec::new();
    for (id, object) in file.names.objects() {
        let Some(decl) = object.decl.filter(|_| object.kind != ObjectKind::Package) else { continue };
        let uses = file.names.uses(id).iter().filter(|node| {
            let parent = tree.parent(**node);
            tree.kind(parent) != Kind::KeyValue || node.0 != parent.0 + 1
        });
        rows.extend(uses.map(|node| (tree.span(*node).start, Reverse(tree.span(decl).start))));
    }
    rows.sort();
    rows.into_iter().map(|(start, Reverse(decl))| format!("use {start} {decl}")).collect()
}

/// FNV-1a, as Go's hash/fnv computes it.
fn hash(rows: &[String]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    for row in rows {
        for byte in row.bytes().chain([b'\n']) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash
}

fn first_difference(ours: &[String], theirs: &[String], file: &File) -> String {
    let at = ours.iter().zip(theirs).position(|(ours, theirs)| ours != theirs).unwrap_or(ours.len().min(theirs.len()));
    let of = |rows: &[String]| rows.get(at).cloned().unwrap_or_default();
    let offset = of(theirs).split(' ').nth_back(1).and_then(|start| start.parse().ok()).unwrap_or(0);
    let (line, column) = file.lines.position(offset);
    format!("{line}:{column}: ours {:?}, Go's {:?}", of(ours), of(theirs))
}
