//! What the front end knows about one file, for people and for tests.
//!
//! In: a [`File`]. Out: lines of text, or one JSON object a line. Nothing is computed here.

use crate::{File, Object};
use rulec_tree::{Kind, Node, Op, Span};
use serde_json::{Value, json};
use std::fmt::Write;

/// How the lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// One JSON object a line.
    Jsonl,
}

/// The canonical tree, one node a line in preorder; empty slots are left out.
///
/// As text: indented, with the slot the node stands in, its kind, operator, span and text. As JSON:
/// `{"path","start","end","kind","field","parent"}`, where `parent` is the index of the parent's line, counted from
/// 0, and `null` for the file; `op` and `text` where there are any.
pub fn tree(file: &File, path: &str, format: Format) -> String {
    let tree = &file.tree;
    let mut out = String::new();
    // For each open node: it, how many children it has had, and the index of its line.
    let mut open: Vec<(Node, usize, usize)> = Vec::new();
    let mut line = 0;
    for node in tree.nodes() {
        while open.last().is_some_and(|(parent, ..)| node >= tree.end(*parent)) {
            open.pop();
        }
        let depth = open.len();
        let (field, parent) = match open.last_mut() {
            Some((parent, children, parent_line)) => {
                let field = field_name(tree.kind(*parent), *children);
                *children += 1;
                (field, Some(*parent_line))
            }
            None => ("", None),
        };
        if tree.kind(node) == Kind::Absent {
            continue;
        }
        match format {
            Format::Text => tree_text(file, node, depth, field, &mut out),
            Format::Jsonl => tree_json(file, path, node, field, parent, &mut out),
        }
        open.push((node, 0, line));
        line += 1;
    }
    out
}

/// The name of child number `child` of a node of that kind.
fn field_name(parent: Kind, child: usize) -> &'static str {
    let shape = parent.shape();
    shape.slots.get(child).copied().or(shape.tail).unwrap_or("")
}

fn tree_text(file: &File, node: Node, depth: usize, field: &str, out: &mut String) {
    let span = file.tree.span(node);
    let name = file.tree.kind(node).name();
    let separator = if field.is_empty() { "" } else { ": " };
    // Writing to a string cannot fail.
    let _ = write!(out, "{:1$}{field}{separator}{name}", "", depth * 2);
    if file.tree.op(node) != Op::None {
        let _ = write!(out, " {}", file.tree.op(node).text());
    }
    let _ = write!(out, " {}..{}", span.start, span.end);
    if has_text(file, node) {
        let _ = write!(out, " {:?}", file.texts.str(file.tree.text(node)));
    }
    if let Some((path, name)) = file.texts.symbol_parts(file.tree.symbol(node)) {
        let [path, name] = [path, name].map(|text| file.texts.str(text));
        let _ = write!(out, " = {}{}{name}", path, if path.is_empty() { "" } else { "." });
    }
    out.push('\n');
}

fn tree_json(file: &File, path: &str, node: Node, field: &str, parent: Option<usize>, out: &mut String) {
    let span = file.tree.span(node);
    let mut row = json!({
        "path": path,
        "start": span.start,
        "end": span.end,
        "kind": file.tree.kind(node).name(),
        "field": field,
        "parent": parent,
    });
    if file.tree.op(node) != Op::None {
        row["op"] = file.tree.op(node).text().into();
    }
    if has_text(file, node) {
        row["text"] = file.texts.str(file.tree.text(node)).into();
    }
    push_line(row, out);
}

fn has_text(file: &File, node: Node) -> bool {
    file.tree.text(node) != rulec_tree::Text::NONE
}

/// What an identifier names that its own file does not declare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// The word for it: those of [`ObjectKind::name`](crate::ObjectKind::name), `field` or `method`.
    pub kind: &'static str,
    /// The import path of the package that declares it.
    pub package: String,
    /// The path of the file and the identifier that declares it, if they are known.
    pub place: Option<(String, Span)>,
}

/// Every identifier with what it names and where that is declared. `elsewhere` knows what other files declare, and fields
/// and methods.
///
/// As JSON: `{"path","start","end","name","object","definition","decl"}`; `object` is the kind of object or `null`,
/// `decl` the span of the declaring identifier (of an import without a name, the import) or `null`, and `package` is
/// the import path of a package. What is declared elsewhere has the package that declares it, and the `path` of the file
/// in `decl`.
pub fn names(file: &File, path: &str, format: Format, elsewhere: &dyn Fn(Node) -> Option<Elsewhere>) -> String {
    let mut out = String::new();
    for node in file.tree.nodes().filter(|node| file.tree.kind(*node) == Kind::Ident) {
        let object = file.names.object(node).map(|object| file.names.get(object));
        match format {
            Format::Text => name_text(file, node, object, elsewhere, &mut out),
            Format::Jsonl => name_json(file, path, node, object, elsewhere, &mut out),
        }
    }
    out
}

fn name_text(
    file: &File,
    node: Node,
    object: Option<&Object>,
    elsewhere: &dyn Fn(Node) -> Option<Elsewhere>,
    out: &mut String,
) {
    let (line, column) = file.lines.position(file.tree.span(node).start);
    let _ = write!(out, "{line}:{column} {}", file.texts.str(file.tree.text(node)));
    let Some(object) = object else {
        match elsewhere(node) {
            Some(Elsewhere { kind, package, .. }) => {
                let _ = write!(out, " {kind} of {package}");
            }
            None => out.push_str(if file.names.is_definition(node) { " definition" } else { " -" }),
        }
        out.push('\n');
        return;
    };
    let _ = write!(out, " {}", object.kind.name());
    match object.decl {
        Some(decl) if decl == node => out.push_str(" definition"),
        Some(decl) => {
            let (line, column) = file.lines.position(file.tree.span(decl).start);
            let _ = write!(out, " of {line}:{column}");
        }
        None => {}
    }
    for (holds, word) in
        [(object.assigned > 0, "assigned"), (object.captured, "captured"), (object.address_taken, "address-taken")]
    {
        if holds {
            let _ = write!(out, " {word}");
        }
    }
    out.push('\n');
}

fn name_json(
    file: &File,
    path: &str,
    node: Node,
    object: Option<&Object>,
    elsewhere: &dyn Fn(Node) -> Option<Elsewhere>,
    out: &mut String,
) {
    let span = file.tree.span(node);
    let decl = object.and_then(|object| object.decl).map(|decl| file.tree.span(decl));
    let mut row = json!({
        "path": path,
        "start": span.start,
        "end": span.end,
        "name": file.texts.str(file.tree.text(node)),
        "object": object.map(|object| object.kind.name()),
        "definition": file.names.is_definition(node),
        "decl": decl.map(|span| json!({ "start": span.start, "end": span.end })),
    });
    if let Some(object) = object.filter(|object| object.path != rulec_tree::Text::NONE) {
        row["package"] = file.texts.str(object.path).into();
    }
    if object.is_none()
        && let Some(Elsewhere { kind, package, place }) = elsewhere(node)
    {
        row["object"] = kind.into();
        row["package"] = package.into();
        row["decl"] = place.map(|(path, span)| json!({ "path": path, "start": span.start, "end": span.end })).into();
    }
    push_line(row, out);
}

fn push_line(row: Value, out: &mut String) {
    let _ = writeln!(out, "{row}");
}
