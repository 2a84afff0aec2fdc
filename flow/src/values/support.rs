//! Whether a place can be reached whichever way a value came to be.
//!
//! A phi that is nil on one way into its block is nil further on as well, unless a branch in between lets only the other
//! way through: `if ok { p = q }; if ok { p.f() }`. Branches can be told to be independent of how the phi came to be by
//! what they are computed from, their *support*: all values, variables and globals that go into them. If that has
//! nothing in common with the support of the conditions that the ways differ by, and no phi that was decided by the same
//! ways, the branch can go either way. Calls of unknown functions count as having something in common with each other:
//! they may both look at the same hidden state.

use super::Values;
use super::guards::{Fact, Point, only_way_into, when_taken};
use super::numbering::summary_of;
use crate::ir::{BlockId, Op, Place, PlaceId, Value, VarId, When};
use rulec_types::ObjId;
use rustc_hash::FxHashSet;

/// How many values a support may have; with more it counts as everything.
const MAX_SUPPORT: usize = 64;

/// How many blocks a way may have.
const MAX_BLOCKS: usize = 128;

/// What a condition is computed from.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Token {
    Value(Value),
    Var(VarId),
    Global(ObjId),
    /// State that unknown functions may look at.
    Hidden,
    /// What is written as constants, and differs from build to build: each may be decided by another one.
    Setting,
}

#[derive(Default)]
struct Support {
    tokens: FxHashSet<Token>,
    /// Whether there is more.
    everything: bool,
}

/// Whether a point can be reached when a phi was entered from `pred`, as far as conditions go that could know.
pub(super) fn reaches_freely(values: &Values<'_>, phi: Value, pred: BlockId, point: Point) -> bool {
    let block = values.body.block_of(phi);
    let Some(start) = values.graph().dominators().immediate(block) else { return false };
    let Some(before) = between(values, pred, start) else { return false };
    let Some(after) = branches(values, block, point) else { return false };
    // A function of which nothing is known may not return on this way.
    if before.iter().any(|block| calls_unknown(values, *block)) || is_looked_at(values, phi, point) {
        return false;
    }
    let mut decided = Support::default();
    decided.add(values, phi);
    for block in before.iter().chain([&start]) {
        values.body.block(*block).succs.iter().for_each(|edge| decided.add_branch(values, edge.when));
    }
    decided.tokens.remove(&Token::Value(phi));
    after.into_iter().all(|when| is_free(values, when, &decided, start, block, pred))
}

/// Whether a point can be reached whatever a call returned: all conditions between are about something else.
pub(super) fn may_be_any(values: &Values<'_>, call: Value, result: Value, point: Point) -> bool {
    let Some(after) = branches(values, values.body.block_of(call), point) else { return false };
    if is_looked_at(values, result, point) {
        return false;
    }
    let mut decided = Support::default();
    decided.add(values, call);
    after.into_iter().all(|when| {
        let mut support = Support::default();
        support.add_branch(values, when);
        conditions(when).is_some() && !support.meets(&decided)
    })
}

/// Whether a way that starts with this block may end in a call: one of the blocks that it dominates calls a function of
/// which nothing is known.
pub(super) fn may_end_in(values: &Values<'_>, block: BlockId) -> bool {
    let dominators = values.graph().dominators();
    let mut open = vec![block];
    let mut next = 0;
    while let Some(at) = open.get(next).copied() {
        next += 1;
        if next > MAX_BLOCKS || calls_unknown(values, at) {
            return true;
        }
        let inside = values.body.block(at).succs.iter().map(|edge| edge.to);
        for to in inside.filter(|to| dominators.dominates(block, *to)) {
            if !open.contains(&to) {
                open.push(to);
            }
        }
    }
    false
}

/// The branches that are surely taken from a block on to get to a point.
fn branches(values: &Values<'_>, from: BlockId, point: Point) -> Option<Vec<When>> {
    let entered = between(values, point.block(values), from)?;
    let mut taken: Vec<When> = entered.into_iter().filter_map(|block| only_way_into(values, block)).collect();
    if let Point::Between(last, to) = point {
        taken.push(when_taken(values, last, to)?);
    }
    Some(taken)
}

/// The blocks from one up the dominator tree to another one that dominates it, without that one.
fn between(values: &Values<'_>, from: BlockId, to: BlockId) -> Option<Vec<BlockId>> {
    let mut way = Vec::new();
    let mut at = from;
    while at != to {
        way.push(at);
        if way.len() > MAX_BLOCKS {
            return None;
        }
        at = values.graph().dominators().immediate(at)?;
    }
    Some(way)
}

/// The values that decide whether an edge is taken; none if that is decided elsewhere.
fn conditions(when: When) -> Option<[Option<Value>; 2]> {
    match when {
        When::Always => Some([None, None]),
        When::Is { cond, .. } => Some([Some(cond), None]),
        When::Case { tag, case, .. } => Some([Some(tag), Some(case)]),
        When::Type { of, .. } => Some([Some(of), None]),
        When::Next(range) | When::Done(range) => Some([Some(range), None]),
        When::Chosen { .. } | When::Registered { .. } | When::Recovered => None,
    }
}

/// Whether a branch behind a phi can be taken whichever way the phi was entered.
fn is_free(values: &Values<'_>, when: When, decided: &Support, start: BlockId, block: BlockId, pred: BlockId) -> bool {
    if conditions(when).is_none() {
        return false;
    }
    let mut support = Support::default();
    support.add_branch(values, when);
    if let When::Next(range) = when
        && values.body.block_of(range) == block
    {
        // The first round of a loop; a later one is not the way from outside.
        let outside = !values.graph().dominators().dominates(block, pred);
        return outside && !support.meets(decided);
    }
    let dominators = values.graph().dominators();
    let is_decided_there = |token: &Token| match token {
        Token::Value(value) => {
            let at = values.body.block_of(*value);
            matches!(values.body.op(*value), Op::Phi(..) | Op::Join(_) | Op::Range(_))
                && at != start
                && dominators.dominates(start, at)
        }
        _ => false,
    };
    !support.meets(decided) && !support.tokens.iter().any(is_decided_there)
}

/// Whether a block calls a function of which nothing is known.
fn calls_unknown(values: &Values<'_>, block: BlockId) -> bool {
    values.body.insts_of(block).any(|value| match values.body.op(value) {
        Op::Call(call) => is_unknown(values, call),
        _ => false,
    })
}

fn is_unknown(values: &Values<'_>, call: crate::ir::CallId) -> bool {
    let call = values.body.call(call);
    let is_builtin = matches!(call.callee, crate::ir::Callee::Builtin(_));
    !is_builtin && summary_of(values.body, values.knowledge, call).is_none()
}

/// Whether the value is given, on the way to a point, to a function of which nothing is known: it may return only if the
/// value is not nil.
fn is_looked_at(values: &Values<'_>, value: Value, point: Point) -> bool {
    let end = point.block(values);
    let dominators = values.graph().dominators();
    // Where a branch has found it to be nil, such a function may be the one that ends it all.
    let root = values.root(value);
    if values.guards().entered_with(root, Fact::Nil).any(|block| may_end_in(values, block)) {
        return true;
    }
    let mut names = vec![value];
    let mut next = 0;
    while let Some(name) = names.get(next).copied() {
        next += 1;
        if names.len() > MAX_SUPPORT {
            return true;
        }
        for user in values.uses_of(name) {
            match values.body.op(*user) {
                Op::Assign(..) | Op::Read(..) | Op::Convert(_) | Op::Narrow(_) => names.push(*user),
                Op::Call(call) if is_unknown(values, call) => {
                    let at = values.body.block_of(*user);
                    let in_time = !matches!(point, Point::Before(before) if at == end && before <= *user);
                    if dominators.dominates(at, end) && in_time {
                        return true;
                    }
                }
                _ => {}
            }
        }
    }
    false
}

impl Support {
    /// Adds all that goes into a branch.
    fn add_branch(&mut self, values: &Values<'_>, when: When) {
        if values.is_setting(when) {
            self.tokens.insert(Token::Setting);
        }
        conditions(when).iter().flatten().flatten().for_each(|value| self.add(values, *value));
    }

    /// Adds all that goes into a value.
    fn add(&mut self, values: &Values<'_>, value: Value) {
        let mut open = vec![value];
        while let Some(value) = open.pop() {
            let value = values.root(value);
            let op = values.body.op(value);
            if matches!(op, Op::Const(_) | Op::Nil | Op::Zero | Op::Func(_)) || !self.tokens.insert(Token::Value(value))
            {
                continue;
            }
            if self.tokens.len() > MAX_SUPPORT {
                self.everything = true;
                return;
            }
            match op {
                Op::Load(place) | Op::Addr(place) => self.add_place(values, place),
                Op::Captured(var) => {
                    self.tokens.insert(Token::Var(var));
                }
                Op::Call(call) if is_unknown(values, call) => {
                    self.tokens.insert(Token::Hidden);
                }
                Op::Receive { .. } | Op::Opaque(_) => {
                    self.tokens.insert(Token::Hidden);
                }
                _ => {}
            }
            values.body.operands(value, |operand| open.push(operand));
        }
    }

    fn add_place(&mut self, values: &Values<'_>, mut place: PlaceId) {
        loop {
            match values.body.place(place) {
                Place::Field(outer, _) | Place::Elem(outer, _) => place = outer,
                Place::Var(var) => {
                    self.tokens.insert(Token::Var(var));
                    return;
                }
                Place::Global(object) => {
                    self.tokens.insert(Token::Global(object));
                    return;
                }
                Place::Deref(_) | Place::SliceElem(..) | Place::MapElem(..) => return,
                Place::Unknown => {
                    self.tokens.insert(Token::Hidden);
                    return;
                }
            }
        }
    }

    fn meets(&self, other: &Support) -> bool {
        self.everything || other.everything || !self.tokens.is_disjoint(&other.tokens)
    }
}
