//! What each construct of Go looks like in the canonical tree: slots, lists, operators and texts.
//!
//! `shapes.txt` holds the cases: a line of Go, then `= ` and its tree. `UPDATE=1` rewrites the trees; read the diff.

use rulec_gofront::{File, Reader};
use rulec_tree::{Kind, Node, Op, Text, Vocabulary};
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

#[test]
fn constructs_have_their_shapes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shapes.txt");
    let cases = std::fs::read_to_string(&path).expect("shapes.txt is there");
    let mut shown = String::new();
    let mut count = 0;
    for line in cases.lines().filter(|line| !line.starts_with("= ")) {
        let _ = writeln!(shown, "{line}");
        if line.is_empty() || line.starts_with("# ") {
            continue;
        }
        let _ = writeln!(shown, "= {}", shape_of(line));
        count += 1;
    }
    assert!(count > 50, "the cases were read");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &shown).expect("shapes.txt can be written");
        return;
    }
    for (expected, shown) in cases.lines().zip(shown.lines()) {
        assert_eq!(shown, expected);
    }
    assert_eq!(shown.lines().count(), cases.lines().count());
}

/// The tree of a declaration or, without its keyword, of a statement in a function.
fn shape_of(line: &str) -> String {
    let line = line.replace("\\n", "\n");
    let is_decl = ["func ", "type ", "var ", "const ", "import "].iter().any(|keyword| line.starts_with(keyword));
    let (source, depth) = if is_decl {
        (format!("package p\n{line}\n"), 0)
    } else {
        (format!("package p\nfunc f() {{\n{line}\n}}\n"), 1)
    };
    let file: File =
        Reader::new().read(source.as_bytes(), &Arc::new(Vocabulary::default())).expect("short text is read");
    if !file.coverage.is_full() {
        return format!("bad: {} at {}", file.coverage.bad[0].what, file.coverage.bad[0].at);
    }
    let mut node = file.tree.slot(file.tree.slot(Node::ROOT, 1), 0);
    if depth == 1 {
        node = file.tree.slot(file.tree.slot(node, 3), 0);
    }
    shape(&file, node)
}

fn shape(file: &File, root: Node) -> String {
    let tree = &file.tree;
    let mut out = String::new();
    let mut open = vec![];
    for node in std::iter::once(root).chain(tree.descendants(root)) {
        while open.last().is_some_and(|parent| node >= tree.end(*parent)) {
            open.pop();
            out.push(')');
        }
        if !out.is_empty() && !out.ends_with('(') {
            out.push(' ');
        }
        let kind = tree.kind(node);
        match kind {
            Kind::Absent => out.push('-'),
            Kind::Ident => out.push_str(&file.texts.str(tree.text(node))),
            Kind::List => {}
            kind => out.push_str(kind.name()),
        }
        if tree.op(node) != Op::None {
            let _ = write!(out, " {}", tree.op(node).text());
        }
        if tree.text(node) != Text::NONE && kind != Kind::Ident {
            let _ = write!(out, " {:?}", file.texts.str(tree.text(node)));
        }
        if tree.end(node).0 > node.0 + 1 || kind == Kind::List {
            out.push('(');
            open.push(node);
        }
    }
    out.extend(open.iter().map(|_| ')'));
    out
}
