//! Questions about paths through one function, in three-valued logic.
//!
//! Where it is doubtful whether something is an event, the question is asked twice: with the doubtful events for the path
//! and against it. Only what both answers agree on is known.

use super::events::{EventSet, first_within};
use super::{Flow, Trace, trace};
use rulec_flow::ir::BodyId;
use rulec_flow::paths::{Answer, Events, Question, Start};
use rulec_plan::host::Tri;
use rulec_tree::Node;

/// A path from a row, `after` it or from the `entry` of the function around it, to one of the events `to` past none of
/// `avoid`.
pub(crate) fn path(flow: Flow, from: Node, start: &str, to: &EventSet, avoid: &EventSet) -> Trace {
    let Some((id, from)) = start_of(flow, from, start) else { return Trace::unknown(NO_CODE) };
    if let Some(reason) = reason_against(flow, id, &[to, avoid]) {
        return Trace::unknown(reason);
    }
    let ask = |to: &Events, avoided: &Events| {
        // Most functions hold nothing of what a rule looks for: their conditions need not be found.
        if to.is_empty() {
            return Some(Answer::No);
        }
        let question = Question { from, to, avoid: avoided, assume: &avoid.avoiding };
        flow.paths(id).map(|paths| paths.some_path(flow.body(id), &question))
    };
    let likely = ask(&to.sure, &avoid.all());
    let doubtful = to.has_doubts() || avoid.has_doubts();
    settled(flow, id, likely, doubtful, || ask(&to.all(), &avoid.sure))
}

/// A path from a row past none of the events that goes on for ever or comes to any end of the function.
pub(crate) fn endless(flow: Flow, from: Node, start: &str, avoid: &EventSet) -> Trace {
    let Some((id, from)) = start_of(flow, from, start) else { return Trace::unknown(NO_CODE) };
    if let Some(reason) = reason_against(flow, id, &[avoid]) {
        return Trace::unknown(reason);
    }
    let ask = |avoided: &Events| {
        let paths = flow.paths(id)?;
        Some(paths.endless_or_exit_avoiding(flow.body(id), from, avoided, &avoid.avoiding))
    };
    settled(flow, id, ask(&avoid.all()), avoid.has_doubts(), || ask(&avoid.sure))
}

/// Whether some path leads from behind the row to the row.
pub(crate) fn repeats(flow: Flow, row: Node) -> Tri {
    let Some((id, Start::After(value))) = start_of(flow, row, "after") else { return Tri::Unknown };
    match flow.paths(id).map(|paths| paths.repeats(flow.body(id), value)) {
        Some(Answer::Yes(_)) => Tri::Yes,
        Some(Answer::No) if !flow.body(id).partial => Tri::No,
        _ => Tri::Unknown,
    }
}

const NO_CODE: &str = "this place is not evaluated by a function of this file";

/// Where the paths start.
fn start_of(flow: Flow, from: Node, start: &str) -> Option<(BodyId, Start)> {
    let tree = flow.facts.tree();
    if start == "entry" || flow.bodies.file.body_of(from).is_some() {
        return flow.body_around(from).map(|id| (id, Start::Entry));
    }
    let id = flow.evaluated_in(from)?;
    let own = flow.value_at(from).filter(|own| own.body == id).map(|own| own.value);
    let value = own.or_else(|| first_within(flow.body(id), from, tree.end(from)))?;
    Some((id, Start::After(value)))
}

/// Why there can be no answer.
fn reason_against<'e>(flow: Flow, id: BodyId, sets: &[&'e EventSet]) -> Option<&'e str> {
    let unknown = sets.iter().find_map(|set| set.unknown.as_deref());
    let elsewhere = sets.iter().any(|set| set.body.is_some_and(|body| body != id));
    unknown
        .or(elsewhere.then_some("the path would lead from one function into another"))
        .or(flow.body(id).partial.then_some("this function is not known in full"))
}

/// What is known by the answer under the doubts for a path, and, if there are some, by the one under those against it.
fn settled(
    flow: Flow,
    id: BodyId,
    likely: Option<Answer>,
    doubtful: bool,
    unlikely: impl FnOnce() -> Option<Answer>,
) -> Trace {
    match likely {
        Some(Answer::Yes(path)) => trace::of_path(flow, id, &path),
        Some(Answer::No) if !doubtful => Trace::none(),
        Some(Answer::No) => match unlikely() {
            Some(Answer::No) => Trace::none(),
            _ => Trace::unknown("it is not known what happens on the way"),
        },
        Some(Answer::Unknown(reason)) => Trace::unknown(reason.text()),
        None => Trace::unknown(NO_CODE),
    }
}
