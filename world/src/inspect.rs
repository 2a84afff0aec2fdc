//! `rulec inspect types` and `names`: what is known of every expression and identifier of a file, a line for each.
//!
//! In: [`FileTypes`]. Out: lines of text for people, or JSON objects in the form that docs/command-line.md describes.
//! Nothing is computed here.

use crate::FileTypes;
use rulec_gofront::inspect::{Elsewhere, Format};
use rulec_tree::{Kind, Node};
use rulec_types::check::{Mode, Selection, SelectionKind};
use rulec_types::{ObjId, ObjectKind};
use serde_json::{Value, json};
use std::fmt::Write;

/// What is known of the expressions and declared names of a file, sorted by start, and the longest first.
///
/// As JSON: `{"path","start","end","type","mode","value","selection"}`, and `"ident": true` for names that are no
/// expressions. As text: position, source text in short, mode, type and value.
pub fn types(types: &FileTypes<'_>, source: &[u8], path: &str, format: Format) -> String {
    let mut out = String::new();
    let tree = &types.file().tree;
    let mut nodes: Vec<Node> = tree.nodes().filter(|node| types.has_type(*node)).collect();
    // Preorder is this order already but for infix operators, whose left operand starts where they do.
    nodes.sort_by_key(|node| (tree.span(*node).start, std::cmp::Reverse(tree.span(*node).end)));
    for node in nodes {
        match format {
            Format::Text => text_line(types, source, node, &mut out),
            Format::Jsonl => json_line(types, path, node, &mut out),
        }
    }
    out
}

/// Every identifier with what it names, in the form of [`rulec_gofront::inspect::names`]: names of other files and
/// packages, fields and methods included.
pub fn names(types: &FileTypes<'_>, path: &str, format: Format) -> String {
    rulec_gofront::inspect::names(types.file(), path, format, &|node| elsewhere(types, node))
}

/// What an identifier names that its file does not declare.
fn elsewhere(types: &FileTypes<'_>, node: Node) -> Option<Elsewhere> {
    let store = types.store();
    let text = |name| store.str(name).to_owned();
    let package = |package| text(store.package(package).path);
    let of_object = |object: ObjId| {
        let object = store.object(object);
        let kind = match object.kind {
            ObjectKind::Const => "const",
            ObjectKind::Var => "var",
            ObjectKind::Func => "func",
            ObjectKind::Method => "method",
            ObjectKind::Type => "type",
            ObjectKind::Builtin(_) => "builtin",
            ObjectKind::Nil => "nil",
        };
        let place = object.decl.map(|place| (text(place.file), place.span));
        Elsewhere { kind, package: package(object.pkg), place }
    };
    let tree = &types.file().tree;
    let selector = tree.parent(node);
    let is_name = tree.kind(selector) == Kind::Selector && tree.end(node) == tree.end(selector);
    match types.selection(selector).filter(|_| is_name) {
        Some(Selection { method: Some(method), .. }) => Some(of_object(*method)),
        Some(selection) => {
            let kind = if selection.kind == SelectionKind::Field { "field" } else { "method" };
            Some(Elsewhere { kind, package: package(selection.pkg), place: None })
        }
        None => types.object(node).map(of_object),
    }
}

fn mode_name(mode: Mode) -> &'static str {
    match mode {
        Mode::Unknown => "unknown",
        Mode::NoValue => "novalue",
        Mode::Builtin(_) => "builtin",
        Mode::Type => "type",
        Mode::Const => "const",
        Mode::Var | Mode::MapIndex | Mode::Value | Mode::Nil | Mode::CommaOk => "value",
        Mode::Package => "package",
    }
}

/// The type as `go/types` writes it, if all of it is known.
fn spelled(types: &FileTypes<'_>, node: Node) -> Option<String> {
    let ty = types.ty(node);
    let may_be_known = !types.store().flags(ty).has(rulec_types::Flags::UNKNOWN);
    if may_be_known { types.relations().print_if_known(ty) } else { None }
}

fn json_line(types: &FileTypes<'_>, path: &str, node: Node, out: &mut String) {
    let span = types.file().tree.span(node);
    let mode = types.mode(node);
    let is_typed = !matches!(mode, Mode::Builtin(_) | Mode::Package);
    let ty = if is_typed { spelled(types, node) } else { None };
    let mode = if is_typed && ty.is_none() { Mode::Unknown } else { mode };
    let mut row = json!({ "path": path, "start": span.start, "end": span.end, "type": ty, "mode": mode_name(mode) });
    if mode == Mode::Const
        && let Some(value) = types.value(node).filter(|value| !value.is_unknown())
    {
        row["value"] = value.exact_string().into();
    }
    if let Some(selection) = types.selection(node) {
        row["selection"] = selection_json(types, selection);
    }
    if is_name_only(types, node) {
        row["ident"] = true.into();
    }
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{row}");
}

fn selection_json(types: &FileTypes<'_>, selection: &Selection) -> Value {
    let kind = match selection.kind {
        SelectionKind::Field => "field",
        SelectionKind::Method => "method",
        SelectionKind::MethodExpr => "methodexpr",
    };
    json!({
        "kind": kind,
        "recv": types.relations().print_if_known(selection.recv),
        "obj": types.store().str(selection.name),
        "index": selection.index,
        "indirect": selection.indirect,
    })
}

/// Whether an identifier declares or names something without being an expression by itself: declared names, keys of
/// struct literals, names behind a dot, packages.
fn is_name_only(types: &FileTypes<'_>, node: Node) -> bool {
    let tree = &types.file().tree;
    tree.kind(node) == Kind::Ident && !types.is_expression(node)
}

fn text_line(types: &FileTypes<'_>, source: &[u8], node: Node, out: &mut String) {
    let span = types.file().tree.span(node);
    let (line, column) = types.file().lines.position(span.start);
    let text = String::from_utf8_lossy(source.get(span.range()).unwrap_or_default());
    let short: String = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(40).collect();
    let mode = types.mode(node);
    let _ = write!(out, "{line}:{column} {short}  {}", mode_name(mode));
    match spelled(types, node) {
        Some(ty) if !matches!(mode, Mode::Builtin(_) | Mode::Package) => {
            let _ = write!(out, " {ty}");
        }
        Some(_) => {}
        None => {
            let _ = write!(out, " because {}", types.unknown_because(node));
        }
    }
    if let Some(value) = types.value(node).filter(|_| mode == Mode::Const) {
        let _ = write!(out, " = {}", value.exact_string());
    }
    out.push('\n');
}
