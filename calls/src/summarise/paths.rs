//! Which blocks executions reach, where calls that do not come back end them.

use super::callee::Callees;
use rulec_flow::ir::{BlockId, Body, Edge, Op};

/// The blocks of one body that can be reached.
pub(super) struct Reach {
    /// Blocks that end in a call that does not come back.
    stops: Vec<bool>,
    reached: Vec<bool>,
}

impl Reach {
    pub(super) fn new(body: &Body, callees: &Callees<'_>) -> Reach {
        let stops = (0..body.blocks.len() as u32).map(|block| {
            body.insts_of(BlockId(block)).any(|value| match body.op(value) {
                Op::Call(call) => callees.never_returns(body.call(call)),
                Op::RunDefer(defer) => body.call_at(defer).is_some_and(|call| callees.never_returns(call)),
                _ => false,
            })
        });
        let mut reach = Reach { stops: stops.collect(), reached: Vec::new() };
        reach.reached = reach.reached_from_entry(body, &|_| false, &|_, _| false);
        reach
    }

    /// Whether a block can be reached.
    pub(super) fn reaches(&self, block: BlockId) -> bool {
        self.reached[block.0 as usize]
    }

    /// Whether the function can return.
    pub(super) fn returns(&self, body: &Body) -> bool {
        self.reaches(body.returned)
    }

    /// Whether a path leads to a normal return that goes neither through these blocks nor along these edges.
    pub(super) fn returns_without(
        &self,
        body: &Body,
        avoids: &dyn Fn(BlockId) -> bool,
        cuts: &dyn Fn(BlockId, &Edge) -> bool,
    ) -> bool {
        self.reached_from_entry(body, avoids, cuts)[body.returned.0 as usize]
    }

    /// The blocks on paths that leave out these edges and go no further than these blocks.
    pub(super) fn reached_from_entry(
        &self,
        body: &Body,
        ends: &dyn Fn(BlockId) -> bool,
        cuts: &dyn Fn(BlockId, &Edge) -> bool,
    ) -> Vec<bool> {
        let mut reached = vec![false; body.blocks.len()];
        let mut waiting = vec![Body::ENTRY];
        while let Some(block) = waiting.pop() {
            if std::mem::replace(&mut reached[block.0 as usize], true) {
                continue;
            }
            if self.stops[block.0 as usize] || ends(block) {
                continue;
            }
            let open = body.block(block).succs.iter().filter(|edge| !cuts(block, edge));
            waiting.extend(open.map(|edge| edge.to));
        }
        reached
    }
}
