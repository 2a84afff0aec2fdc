//! Traces: the way on which something happens, as places with a few words each.

use super::Flow;
use rulec_flow::Body;
use rulec_flow::ir::{BlockId, BodyId, Op, When};
use rulec_flow::paths::{Path, Step};
use rulec_plan::host::Tri;
use rulec_tree::{Kind, Node, Span, Tree};
use rustc_hash::FxHashSet;

/// The answer to a question about a way, with the way if there is one.
#[derive(Clone, Debug)]
pub struct Trace {
    /// Whether there is one.
    pub found: Tri,
    /// The way.
    pub steps: Vec<TraceStep>,
    /// Why it is not known.
    pub reason: Option<String>,
}

/// A place on a way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TraceStep {
    /// Where.
    pub row: u32,
    /// Whether only the last byte of the row is meant: the brace that ends a body.
    pub at_end: bool,
    /// What is to see there.
    pub text: String,
}

impl TraceStep {
    /// What of the file is meant.
    pub fn span(&self, tree: &Tree) -> Span {
        let span = tree.span(Node(self.row));
        if self.at_end { Span { start: span.end.saturating_sub(1).max(span.start), ..span } } else { span }
    }
}

/// A way is shown by this many places at most: its start and its end.
const MAX_STEPS: usize = 8;

/// Code quoted in a step is cut to this many characters.
const MAX_QUOTED_CHARS: usize = 60;

impl Trace {
    /// There is no way.
    pub fn none() -> Trace {
        Trace { found: Tri::No, steps: Vec::new(), reason: None }
    }

    /// It is not known whether there is one.
    pub fn unknown(reason: &str) -> Trace {
        Trace { found: Tri::Unknown, steps: Vec::new(), reason: Some(reason.to_owned()) }
    }

    /// There is one, past these places: those of one line are one, and of many the middle is left out.
    pub(crate) fn found(flow: Flow, steps: Vec<TraceStep>) -> Trace {
        let line = |step: &TraceStep| flow.facts.line(step.span(flow.facts.tree()).start);
        let mut merged: Vec<TraceStep> = Vec::new();
        for step in steps {
            match merged.last_mut().filter(|last| line(last) == line(&step)) {
                Some(last) if last.text != step.text => last.text = format!("{}, {}", last.text, step.text),
                Some(_) => {}
                None => merged.push(step),
            }
        }
        if merged.len() > MAX_STEPS {
            merged.drain(MAX_STEPS / 2..merged.len() - MAX_STEPS / 2);
        }
        Trace { found: Tri::Yes, steps: merged, reason: None }
    }
}

/// The branches of a path and its end.
pub(crate) fn of_path(flow: Flow, id: BodyId, path: &Path) -> Trace {
    let body = flow.body(id);
    let mut steps: Vec<_> = path.steps.iter().filter_map(|step| branch(flow, body, step)).collect();
    steps.extend(end_of(flow, body, path));
    Trace::found(flow, steps)
}

/// What a branch on the path says.
fn branch(flow: Flow, body: &Body, step: &Step) -> Option<TraceStep> {
    step.branch?;
    let tree = flow.facts.tree();
    let (row, text) = match step.when {
        When::Is { cond, truth } => {
            let row = body.inst(cond).row;
            (row, format!("`{}` {}", code(flow, row), if truth { "holds" } else { "does not hold" }))
        }
        When::Case { case, equal: true, .. } => {
            let row = body.inst(case).row;
            (row, format!("the case `{}` is taken", code(flow, row)))
        }
        When::Type { row, equal: true, .. } => (row, format!("the case `{}` is taken", code(flow, row))),
        When::Chosen { select, case } => {
            let select = body.inst(select).row;
            let cases = tree.children(tree.slot(select, 0)).nth(case as usize);
            (cases.filter(|_| tree.kind(select) == Kind::Select).unwrap_or(select), "this case is chosen".to_owned())
        }
        When::Next(range) => (body.inst(range).row, "the loop goes on".to_owned()),
        When::Done(range) => (body.inst(range).row, "the loop ends".to_owned()),
        When::Recovered => (body.inst(step.value).row, "the panic is recovered".to_owned()),
        When::Always | When::Case { equal: false, .. } | When::Type { equal: false, .. } | When::Registered { .. } => {
            return None;
        }
    };
    Some(TraceStep { row: row.0, at_end: false, text })
}

/// The end of the function, `return` or `panic`, to which the last branch of a path leads without another one.
fn end_of(flow: Flow, body: &Body, path: &Path) -> Option<TraceStep> {
    let last = path.steps.last()?;
    let mut block = match last.branch {
        Some((block, number)) => body.block(block).succs.get(number as usize)?.to,
        None => body.block_of(last.value),
    };
    let mut after = last.branch.is_none().then_some(last.value);
    let mut visited = FxHashSet::default();
    while visited.insert(block) {
        let behind = after.take();
        for at in body.insts_of(block).filter(|at| behind.is_none_or(|behind| *at >= behind)) {
            let text = match body.op(at) {
                Op::Return(_) => "returns here",
                Op::Panic(_) => "panics here",
                _ => continue,
            };
            let row = body.inst(at).row;
            // A function that ends without `return` has no row of its own for it.
            let at_end = row == body.func || flow.facts.tree().kind(row) == Kind::Block;
            let text = if at_end { "the function ends here" } else { text };
            return Some(TraceStep { row: row.0, at_end, text: text.to_owned() });
        }
        block = only_successor(body, block)?;
    }
    None
}

fn only_successor(body: &Body, block: BlockId) -> Option<BlockId> {
    match &body.block(block).succs[..] {
        [edge] => Some(edge.to),
        _ => None,
    }
}

/// The code of a row on one line.
pub(crate) fn code(flow: Flow, row: Node) -> String {
    let text = String::from_utf8_lossy(flow.facts.slice(flow.facts.tree().span(row)));
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MAX_QUOTED_CHARS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
