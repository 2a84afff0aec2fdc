//! Bodies as graphs for graphviz.
//!
//! In: the bodies of a file. Out: a `digraph` with a cluster for each body, a node for each block, and edges labelled
//! with what they are taken on. Deferred calls are tied to their runs by dashed edges, as are ways around runs.
//!
//! **Absent:** blocks that nothing leads to.
//!
//! Source: the DOT language, graphviz.org.

use crate::file::FileFlow;
use crate::ir::{BlockId, Body, BodyId, Op, When};
use crate::text::Printer;
use rulec_gofront::File;
use rulec_tree::{Kind, Node};
use rulec_world::FileTypes;
use std::fmt::Write;

/// The bodies of a file for which `chosen` holds, as one graph of this name; nothing if there are none.
pub fn file_dot(
    flow: &FileFlow,
    file: &File,
    types: Option<&FileTypes<'_>>,
    name: &str,
    chosen: impl Fn(&Body) -> bool,
) -> String {
    let clusters: Vec<String> = flow
        .bodies()
        .filter(|(_, body)| chosen(body))
        .map(|(id, body)| cluster(id, &Printer { body, file, types }))
        .collect();
    if clusters.is_empty() {
        return String::new();
    }
    let look = "node [shape=box, fontname=\"monospace\"]; edge [fontname=\"monospace\"];";
    format!("digraph {} {{\n {look}\n{}}}\n", quoted(name), clusters.concat())
}

/// Whether a body is that of a function or method of this name, or lies in one.
pub fn is_of(body: &Body, file: &File, name: &str) -> bool {
    let tree = &file.tree;
    let named = |node: Node| {
        tree.kind(node) == Kind::FuncDecl && file.texts.str(tree.text(tree.slot(node, 1))).as_ref() == name
    };
    named(body.func) || tree.ancestors(body.func).any(named)
}

fn cluster(id: BodyId, printer: &Printer<'_>) -> String {
    let body = printer.body;
    let node = |block: BlockId| format!("b{}_{}", id.0, block.0);
    // Writing to a string cannot fail.
    let mut text = format!(" subgraph cluster_{} {{\n  label={};\n", id.0, quoted(printer.head().trim_end()));
    for (number, block) in body.blocks.iter().enumerate() {
        let at = BlockId(number as u32);
        if block.preds.is_empty() && at != Body::ENTRY {
            continue;
        }
        let _ = writeln!(text, "  {} [label=\"{}\"];", node(at), label(printer, at));
        for edge in &block.succs {
            let style = if matches!(edge.when, When::Registered { .. }) { ", style=dashed" } else { "" };
            let when = quoted(printer.when(edge).trim_start());
            let _ = writeln!(text, "  {} -> {} [label={when}{style}];", node(at), node(edge.to));
        }
        for value in body.insts_of(at) {
            if let Op::RunDefer(defer) = body.op(value) {
                let from = node(body.block_of(defer));
                let deferred = quoted(&format!("deferred v{}", defer.0));
                let _ = writeln!(text, "  {from} -> {} [label={deferred}, style=dashed, constraint=false];", node(at));
            }
        }
    }
    text + " }\n"
}

/// The instructions of a block, each on a line that is aligned to the left.
fn label(printer: &Printer<'_>, block: BlockId) -> String {
    let end = match block {
        _ if block == printer.body.returned => " returned",
        _ if block == printer.body.panicked => " panicked",
        _ => "",
    };
    let mut label = format!("b{}{end}\\l", block.0);
    for value in printer.body.insts_of(block) {
        label += &escaped(&format!("v{} = {}", value.0, printer.inst(value)));
        label += "\\l";
    }
    label
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
