//! Files read for their declarations against the same files read whole: all rows outside of function bodies are the
//! same, spans, texts and symbols included.
//!
//! Reads a sample of the Go distribution, if there is one, and what is in `corpus/`; `RULEC_DIFF=full` reads all of it.

use rulec_gofront::{File, ObjectKind, Reader};
use rulec_tree::{Kind, Node, Op, Span, Vocabulary};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

#[test]
fn declarations_are_those_of_whole_files() {
    let vocabulary = Arc::new(Vocabulary::default());
    let (mut whole_reader, mut reader) = (Reader::new(), Reader::new());
    let (mut files, mut rows_of_whole, mut rows_read) = (0, 0, 0);
    for path in paths() {
        let source = std::fs::read(&path).unwrap_or_default();
        let (whole, file) = (whole_reader.read(&source, &vocabulary), reader.read_declarations(&source, &vocabulary));
        let (Ok(whole), Ok(file)) = (whole, file) else { continue };
        // What cannot be parsed may be left out here.
        if !whole.coverage.is_full() {
            continue;
        }
        assert_same(&whole, &file, &path);
        assert!(file.coverage.is_full() && file.generated == whole.generated, "{}", path.display());
        files += 1;
        rows_of_whole += whole.tree.len();
        rows_read += file.tree.len();
    }
    println!("{files} files, {rows_read} rows of {rows_of_whole}");
    assert!(files > 0 && rows_read < rows_of_whole, "bodies must be left out");
}

#[test]
fn bodies_are_empty_blocks_that_keep_their_places() {
    let source = "package p\n\n// c\nfunc (t T) m() (x int) {\n\t// inside\n\treturn a\n} // after\n\nvar v = func() { f() }\nfunc asm()\n";
    let file = Reader::new().read_declarations(source.as_bytes(), &Arc::default()).expect("text");
    let shown = |kind: Kind| {
        let of_kind = file.tree.nodes().filter(|node| file.tree.kind(*node) == kind);
        of_kind.map(|node| &source[file.tree.span(node).range()]).collect::<Vec<_>>()
    };
    assert_eq!(shown(Kind::Block), ["{\n\t// inside\n\treturn a\n}", "{ f() }"]);
    assert_eq!(shown(Kind::Comment), ["// c", "// after"]);
    assert_eq!(shown(Kind::FuncDecl).last(), Some(&"func asm()"));
    assert_eq!(shown(Kind::Return), Vec::<&str>::new());
}

#[test]
fn broken_code_is_read_whole() {
    for source in [
        "package p\nfunc f() {\n\tif x {\n}\n\nfunc g() { y }\n",
        "package p\nvar = 3\nfunc g() { y }\n",
        "func g() { y }\n",
    ] {
        let (mut a, mut b) = (Reader::new(), Reader::new());
        let whole = a.read(source.as_bytes(), &Arc::default()).expect("text");
        let file = b.read_declarations(source.as_bytes(), &Arc::default()).expect("text");
        assert_eq!(file.coverage, whole.coverage, "{source}");
        assert_same(&whole, &file, Path::new(source));
    }
}

fn assert_same(whole: &File, file: &File, path: &Path) {
    let (ours, theirs) = (rows(file), rows(whole));
    if ours != theirs {
        let at = ours.iter().zip(&theirs).position(|(ours, theirs)| ours != theirs).unwrap_or(0);
        panic!("{}: {:?} instead of {:?}", path.display(), ours.get(at), theirs.get(at));
    }
}

#[derive(Debug, PartialEq)]
struct Row {
    kind: Kind,
    op: Op,
    span: Span,
    text: Vec<u8>,
    symbol: Option<[Vec<u8>; 2]>,
    object: Option<(ObjectKind, Option<Span>)>,
}

/// All rows but those in function bodies.
fn rows(file: &File) -> Vec<Row> {
    let tree = &file.tree;
    let bodies: Vec<Node> = tree.nodes().filter(|node| is_body(file, *node)).collect();
    let mut rows = Vec::new();
    let mut next = Node::ROOT;
    let mut bodies_ahead = bodies.iter().peekable();
    while next < tree.end_row() {
        let node = next;
        if bodies_ahead.next_if(|body| **body == node).is_some() {
            next = tree.end(node);
        } else {
            next = Node(node.0 + 1);
        }
        let inside = |body: &Node| tree.span(*body).covers(tree.span(node));
        if tree.kind(node) == Kind::Comment && bodies.iter().any(inside) {
            continue;
        }
        let object = file.names.object(node).map(|id| file.names.get(id));
        rows.push(Row {
            kind: tree.kind(node),
            op: tree.op(node),
            span: comment_list_apart(file, node),
            text: file.texts.bytes(tree.text(node)).to_vec(),
            symbol: file
                .texts
                .symbol_parts(tree.symbol(node))
                .map(|(path, name)| [path, name].map(|text| file.texts.bytes(text).to_vec())),
            object: object.map(|object| (object.kind, object.decl.map(|decl| tree.span(decl)))),
        });
    }
    rows
}

/// The body of a top-level function or method.
fn is_body(file: &File, node: Node) -> bool {
    file.tree.kind(node) == Kind::Block && file.tree.kind(file.tree.parent(node)) == Kind::FuncDecl
}

/// The list of comments reaches from the first to the last, which may be in a body.
fn comment_list_apart(file: &File, node: Node) -> Span {
    let holds_comments = file.tree.children(node).any(|child| file.tree.kind(child) == Kind::Comment);
    let is_last = file.tree.parent(node) == Node::ROOT && file.tree.end(node) == file.tree.end_row();
    if holds_comments || is_last { Span::default() } else { file.tree.span(node) }
}

fn paths() -> Vec<PathBuf> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut paths = files_below(corpus);
    let full = std::env::var("RULEC_DIFF").is_ok_and(|value| value == "full");
    match Command::new("go").args(["env", "GOROOT"]).output() {
        Ok(output) => {
            let root = Path::new(String::from_utf8_lossy(&output.stdout).trim()).join("src");
            paths.extend(files_below(root).into_iter().step_by(if full { 1 } else { 10 }));
        }
        Err(_) => println!("there is no `go` here, so only the corpus is read"),
    }
    paths
}

fn files_below(folder: PathBuf) -> Vec<PathBuf> {
    let mut stack = vec![folder];
    let mut files = Vec::new();
    while let Some(path) = stack.pop() {
        if let Ok(entries) = std::fs::read_dir(&path) {
            stack.extend(entries.flatten().map(|entry| entry.path()));
        } else if path.extension().is_some_and(|extension| extension == "go") {
            files.push(path);
        }
    }
    files.sort();
    files
}
