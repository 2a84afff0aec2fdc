//! All bodies of one file.
//!
//! In: a file, its types if there are some, and what is known of the functions that it calls. Out: a [`FileFlow`], which
//! owns a [`Body`] for each function with a body, each function literal and each package-level `var` with values, in
//! source order, so that a body always comes after the one that it stands in.
//!
//! **Absent:** files that are not read, and analyses: bodies are only made here.

use crate::ir::{Body, BodyId};
use crate::lower;
use crate::summary::Knowledge;
use rulec_gofront::File;
use rulec_tree::{Kind, Node, Tree};
use rulec_world::FileTypes;

/// The bodies of one file. It borrows nothing of the file.
#[derive(Clone, Debug)]
pub struct FileFlow {
    bodies: Vec<Body>,
    /// What each body is the body of, and the row after it; in the order of `bodies`.
    spans: Vec<BodySpan>,
}

/// The rows of one body.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BodySpan {
    /// The function, literal or `VarSpec`.
    pub(crate) func: Node,
    /// One past its last row.
    pub(crate) end: Node,
    /// The body around it.
    pub(crate) outer: Option<BodyId>,
}

impl FileFlow {
    /// Lowers all that the file evaluates. `knowledge` tells which of the functions that it calls never return.
    pub fn new(file: &File, types: Option<&FileTypes<'_>>, knowledge: &dyn Knowledge) -> FileFlow {
        let spans = body_spans(&file.tree);
        let bodies = lower::lower_file(file, types, knowledge, &spans);
        FileFlow { bodies, spans }
    }

    /// All bodies, in source order.
    pub fn bodies(&self) -> impl Iterator<Item = (BodyId, &Body)> {
        self.bodies.iter().enumerate().map(|(number, body)| (BodyId(number as u32), body))
    }

    /// All bodies, by their numbers.
    pub fn all(&self) -> &[Body] {
        &self.bodies
    }

    /// A body by its number.
    ///
    /// # Panics
    /// If it is of another file.
    pub fn body(&self, body: BodyId) -> &Body {
        &self.bodies[body.0 as usize]
    }

    /// The body of a function declaration, function literal or package-level `VarSpec`.
    pub fn body_of(&self, func: Node) -> Option<BodyId> {
        let found = self.spans.binary_search_by_key(&func, |span| span.func).ok()?;
        Some(BodyId(found as u32))
    }

    /// The innermost body whose code evaluates a row. A function literal is evaluated by the body that it stands in.
    pub fn around(&self, row: Node) -> Option<BodyId> {
        let before = self.spans.partition_point(|span| span.func < row);
        let mut at = before.checked_sub(1)?;
        loop {
            let span = self.spans.get(at)?;
            if row < span.end {
                return Some(BodyId(at as u32));
            }
            at = span.outer?.0 as usize;
        }
    }
}

/// What has a body, in source order: one pass over the rows.
fn body_spans(tree: &Tree) -> Vec<BodySpan> {
    let mut spans: Vec<BodySpan> = Vec::new();
    let mut open: Vec<BodyId> = Vec::new();
    for node in tree.nodes() {
        while open.last().is_some_and(|body| spans[body.0 as usize].end <= node) {
            open.pop();
        }
        let has_body = match tree.kind(node) {
            Kind::FuncLit => true,
            Kind::FuncDecl => tree.kind(tree.slot(node, 3)) != Kind::Absent,
            Kind::VarSpec => open.is_empty() && tree.children(tree.slot(node, 2)).next().is_some(),
            _ => false,
        };
        if has_body {
            let body = BodyId(spans.len() as u32);
            spans.push(BodySpan { func: node, end: tree.end(node), outer: open.last().copied() });
            open.push(body);
        }
    }
    spans
}
