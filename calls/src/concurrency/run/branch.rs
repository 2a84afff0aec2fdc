//! Which way a block goes on.

use super::Run;
use super::advance::Next;
use super::evaluate::Here;
use super::state::{State, Status};
use super::value::{Term, Test, Val};
use rulec_flow::ir::{BlockId, Edge, Op, When};

/// How many back edges an activation takes, at most.
const MAX_ITERATIONS: u32 = 14;

/// After how many of them a loop whose condition is not known is left.
const MAX_UNKNOWN: u32 = 2;

impl Run<'_, '_> {
    pub(super) fn branch(&mut self, state: &mut State, here: Here) -> Next {
        let Some(frame) = self.frame(state, here) else { return Next::Gone };
        let decided = frame.branch.take();
        let block = frame.block;
        let succs = &self.program.body(here.code).block(block).succs;
        if let Some(edge) = decided {
            return self.take(state, here, block, edge as usize);
        }
        match succs.as_slice() {
            // A call that never returns.
            [] => Next::Gone,
            [_] => self.take(state, here, block, 0),
            _ => self.choose(state, here, block, succs),
        }
    }

    fn choose(&mut self, state: &mut State, here: Here, block: BlockId, succs: &[Edge]) -> Next {
        if let Some(edge) = self.deferred_edge(state, here, block, succs) {
            return self.take(state, here, block, edge);
        }
        let mut ways: Vec<(usize, Option<(Test, bool)>)> = Vec::new();
        for (number, edge) in succs.iter().enumerate() {
            match self.condition(state, here, edge.when) {
                Condition::Holds => {
                    ways = vec![(number, None)];
                    break;
                }
                Condition::Fails => {}
                Condition::If(test, truth) => ways.push((number, Some((test, truth)))),
                Condition::Open => ways.push((number, None)),
            }
        }
        let frame = state.goroutines[here.goroutine].frame();
        let iteration = frame.map_or(0, |frame| frame.iteration);
        if ways.len() > 1 && iteration >= MAX_UNKNOWN {
            let component = &self.program.shape(here.code).component;
            let own = component[block.0 as usize];
            let leaves = |(number, _): &(usize, Option<(Test, bool)>)| component[succs[*number].to.0 as usize] != own;
            if ways.iter().any(leaves) && !ways.iter().all(leaves) {
                ways.retain(leaves);
            } else if iteration >= 2 * MAX_UNKNOWN && !ways.iter().all(leaves) {
                return self.abandon(state, here);
            }
        }
        let mut states = Vec::new();
        for (edge, assumed) in ways {
            let mut way = state.clone();
            if let Some((test, truth)) = assumed {
                way.assume(test, truth, &self.interner);
                if !is_failure(test, truth, iteration) {
                    way.share(&self.interner.sources(test.sym()), here.goroutine, true);
                }
            }
            match self.take(&mut way, here, block, edge) {
                Next::Gone => {}
                _ => states.push(way),
            }
        }
        Next::Forks(states)
    }

    /// The goroutine is no longer followed: it may do anything.
    pub(super) fn abandon(&mut self, state: &mut State, here: Here) -> Next {
        state.goroutine(here.goroutine).status = Status::Lost;
        Next::Stops
    }

    /// Which way the chain of deferred calls goes on.
    fn deferred_edge(&self, state: &State, here: Here, block: BlockId, succs: &[Edge]) -> Option<usize> {
        let body = self.program.body(here.code);
        let ran = body.insts_of(block).rev().find_map(|value| match body.op(value) {
            Op::RunDefer(defer) => Some(defer),
            _ => None,
        })?;
        let frame = state.goroutines[here.goroutine].frame()?;
        let is_left = frame.defers.iter().any(|deferred| deferred.defer == ran);
        let again = succs.iter().position(|edge| edge.to == block);
        match again.filter(|_| is_left) {
            Some(again) => Some(again),
            None => succs.iter().position(|edge| edge.to != block && edge.when == When::Always),
        }
    }

    fn condition(&mut self, state: &State, here: Here, when: When) -> Condition {
        match when {
            When::Is { cond, truth } => {
                let value = self.get(state, here, cond);
                self.truth_of(state, value, truth)
            }
            When::Case { tag, case, equal } => {
                let (tag, case) = (self.get(state, here, tag), self.get(state, here, case));
                let value = self.equal(state, here, &tag, &case);
                self.truth_of(state, value, equal)
            }
            When::Type { of, row, equal } => {
                let value = self.get(state, here, of);
                let sym = self.sym_of(state, Here { value: of, ..here }, &value);
                let test = Test::True(self.interner.sym(Term::Part(sym, row.0)));
                self.truth_of(state, Val::Test(test, true), equal)
            }
            When::Registered { defer, truth } => {
                let frame = state.goroutines[here.goroutine].frame();
                let is_registered =
                    frame.is_some_and(|frame| frame.defers.iter().any(|deferred| deferred.defer == defer));
                if is_registered == truth { Condition::Holds } else { Condition::Fails }
            }
            When::Recovered => Condition::Fails,
            When::Always | When::Chosen { .. } | When::Next(_) | When::Done(_) => Condition::Open,
        }
    }

    fn truth_of(&self, state: &State, value: Val, truth: bool) -> Condition {
        let (test, sense) = match value {
            Val::Bool(known) => return if known == truth { Condition::Holds } else { Condition::Fails },
            Val::Test(test, sense) => (test, sense == truth),
            Val::Unknown(sym) => (Test::True(sym), truth),
            _ => return Condition::Open,
        };
        match state.truth(test, &self.interner) {
            Some(known) if known == sense => Condition::Holds,
            Some(_) => Condition::Fails,
            None => Condition::If(test, sense),
        }
    }

    /// Goes to the end of an edge.
    fn take(&mut self, state: &mut State, here: Here, from: BlockId, edge: usize) -> Next {
        let body = self.program.body(here.code);
        let Some(Edge { to, .. }) = body.block(from).succs.get(edge).copied() else { return Next::Gone };
        let phis = self.phis(state, here, from, edge, to);
        let order = &self.program.shape(here.code).order;
        let is_back = order[to.0 as usize] <= order[from.0 as usize];
        let start = body.block(to).start;
        let Some(frame) = self.frame(state, here) else { return Next::Gone };
        for (value, val) in phis {
            frame.set(value, val);
        }
        frame.block = to;
        frame.next = start;
        frame.iteration += u32::from(is_back);
        if frame.iteration > MAX_ITERATIONS {
            return self.abandon(state, here);
        }
        Next::On
    }

    /// The values of the phis of a block that is entered by an edge.
    fn phis(
        &mut self,
        state: &State,
        here: Here,
        from: BlockId,
        edge: usize,
        to: BlockId,
    ) -> Vec<(rulec_flow::ir::Value, Val)> {
        let body = self.program.body(here.code);
        // The number among the edges from the same block to the same one.
        let nth = body.block(from).succs.iter().take(edge).filter(|before| before.to == to).count();
        let preds = body.block(to).preds.iter().enumerate().filter(|(_, pred)| **pred == from);
        let Some((operand, _)) = preds.clone().nth(nth).or_else(|| preds.clone().next()) else { return Vec::new() };
        let mut set = Vec::new();
        for value in body.insts_of(to) {
            if let Op::Phi(_, list) | Op::Join(list) = body.op(value)
                && let Some(operand) = body.list(list).get(operand)
            {
                set.push((value, self.get(state, here, *operand)));
            }
        }
        set
    }
}

/// Whether a test only says that something failed, or that it did not fail the first time: both can be, whatever other
/// goroutines do.
fn is_failure(test: Test, truth: bool, iteration: u32) -> bool {
    matches!(test, Test::Nil(_)) && (!truth || iteration == 0)
}

/// Whether an edge is taken.
enum Condition {
    Holds,
    Fails,
    /// If this test has this truth.
    If(Test, bool),
    /// Nobody knows.
    Open,
}
