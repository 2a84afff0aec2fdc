//! The search for a path on which something never happens: one that ends without it, or that goes on for ever.
//!
//! In: a search whose avoided events are what should happen. Out: a path to an end of the body, or into blocks that
//! lead nowhere but to each other. Of loops that have a way out it is not known whether they run for ever, unless
//! they go through what is finite: then they do not.
//!
//! **Absent:** whether the values that a loop tests ever change, but for loops that count.

use super::Reason;
use super::search::{End, Found, Hop, Outcome, Search, Walk};
use crate::graph::Components;
use crate::ir::{BlockId, Body, Op, Value, When};
use rulec_tree::Op as Operator;
use std::collections::VecDeque;

/// Searches for a path that never meets what is avoided.
pub(super) fn search(search: &Search) -> Outcome {
    let Some(mut walk) = search.begin() else { return Outcome::Unknown(Reason::Conditions) };
    // The nodes that follow each, and whether something else does.
    let mut follows: Vec<Vec<(u32, u32)>> = Vec::new();
    let mut avoided = Vec::new();
    while let Some(node) = walk.nodes.get(follows.len()).copied() {
        let at = follows.len();
        let next = search.next(&node, true);
        if next.ended {
            return Outcome::Found(walk.found(at, None, End::Block));
        }
        let Some(numbers) = walk.add_numbered(at, &next) else { return Outcome::Unknown(Reason::Conditions) };
        follows.push(numbers);
        avoided.push(next.avoided);
    }
    let successors = |keeps: &dyn Fn(usize, u32) -> bool| -> Vec<Vec<u32>> {
        let kept = |node: usize, next: &[(u32, u32)]| {
            next.iter().filter(|(succ, _)| keeps(node, *succ)).map(|(_, to)| *to).collect()
        };
        follows.iter().enumerate().map(|(node, next)| kept(node, next)).collect()
    };
    let all = successors(&|_, _| true);
    if let Some(node) = trapped(&all, &avoided) {
        return Outcome::Found(round(&walk, &follows, &all, node));
    }
    let goes_on = |node: usize, succ: u32| !comes_to_an_end(search, walk.nodes[node].block, succ);
    let endless = Components::of(&successors(&goes_on));
    let repeats = (0..all.len() as u32).any(|node| endless.repeats(BlockId(node)));
    if repeats { Outcome::Unknown(Reason::MayEnd) } else { Outcome::Nothing }
}

/// The first node of a cycle that nothing leads out of.
fn trapped(successors: &[Vec<u32>], avoided: &[bool]) -> Option<usize> {
    let components = Components::of(successors);
    let mut leaves = vec![false; components.count as usize];
    for (node, next) in successors.iter().enumerate() {
        let own = components.of[node];
        leaves[own as usize] |= avoided[node] || next.iter().any(|to| components.of[*to as usize] != own);
    }
    let is_trap = |node: &usize| components.repeats(BlockId(*node as u32)) && !leaves[components.of[*node] as usize];
    (0..successors.len()).find(is_trap)
}

/// The path to a node, and from there back to it.
fn round(walk: &Walk<'_>, follows: &[Vec<(u32, u32)>], successors: &[Vec<u32>], node: usize) -> Found {
    let mut parent: Vec<Option<(usize, u32)>> = vec![None; successors.len()];
    let mut open = VecDeque::from([node]);
    // The trap is a component: the walk comes back to where it began.
    while let (Some(at), None) = (open.pop_front(), parent[node]) {
        for (succ, to) in &follows[at] {
            if parent[*to as usize].is_none() {
                parent[*to as usize] = Some((at, *succ));
                open.push_back(*to as usize);
            }
        }
    }
    let mut way = Vec::new();
    let mut at = node;
    while let Some((from, succ)) = parent[at] {
        way.push(Hop { block: walk.nodes[from].block, succ: Some(succ) });
        at = from;
        if at == node {
            break;
        }
    }
    way.reverse();
    let mut found = walk.found(node, None, End::Edge);
    found.hops.pop();
    found.again = Some(found.hops.len());
    found.hops.extend(way);
    found
}

/// Whether an edge is taken only so often each time that its loop is begun: it goes on with a range over what is
/// finite, or with a loop that counts.
fn comes_to_an_end(search: &Search, block: BlockId, succ: u32) -> bool {
    let Some(edge) = search.body.block(block).succs.get(succ as usize) else { return false };
    match edge.when {
        When::Next(range) => search.conditions.is_finite(range),
        When::Is { cond, .. } => counts(search.body, cond),
        _ => false,
    }
}

/// Whether a condition compares a variable that is counted up or down by a constant each time.
fn counts(body: &Body, cond: Value) -> bool {
    let Op::Binary(Operator::Lt | Operator::Le | Operator::Gt | Operator::Ge | Operator::Ne, a, b) =
        body.op(body.source_of(cond))
    else {
        return false;
    };
    [a, b].into_iter().any(|side| is_counter(body, body.source_of(side)))
}

fn is_counter(body: &Body, phi: Value) -> bool {
    let Op::Phi(_, operands) = body.op(phi) else { return false };
    body.list(operands).iter().any(|operand| match body.op(body.source_of(*operand)) {
        Op::Binary(Operator::Add | Operator::Sub, of, by) => {
            body.source_of(of) == phi && matches!(body.op(body.source_of(by)), Op::Const(_))
        }
        _ => false,
    })
}
