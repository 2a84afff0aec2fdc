//! A body while it is made: blocks with instructions in any order, and reads of variables by name.

use crate::ir::{BlockId, Call, CallId, Edge, Inst, List, Op, Place, PlaceId, Value, Var, When};
use rulec_tree::Node;
use rulec_types::{Name, Ty};
use rustc_hash::FxHashMap;

/// In an [`Op::Read`]: the definition is still to be found.
pub(super) const BY_NAME: Value = Value(u32::MAX);

/// Collects what a body is made of.
pub(super) struct Builder {
    /// In the order in which they were made.
    pub(super) insts: Vec<Inst>,
    pub(super) blocks: Vec<RawBlock>,
    pub(super) lists: Vec<Value>,
    pub(super) places: Vec<Place>,
    place_ids: FxHashMap<Place, PlaceId>,
    pub(super) calls: Vec<Call>,
    pub(super) consts: Vec<rulec_constant::Value>,
    pub(super) vars: Vec<Var>,
    /// In any order.
    pub(super) named_fields: Vec<(Node, Box<[Name]>)>,
    /// In any order; of several for a row the last one counts.
    pub(super) rows: Vec<(Node, Value)>,
    pub(super) joins: Vec<RawJoin>,
    /// Where the next instruction goes.
    pub(super) current: BlockId,
    /// Instructions that come before all others.
    at_entry: Vec<Value>,
}

/// A block while it is made.
#[derive(Clone, Debug, Default)]
pub(super) struct RawBlock {
    pub(super) insts: Vec<Value>,
    pub(super) succs: Vec<Edge>,
}

/// An [`Op::Join`] whose operands are not in order yet.
pub(super) struct RawJoin {
    pub(super) inst: Value,
    /// The block that each operand comes from, which is left only for that of the join.
    pub(super) operands: Vec<(BlockId, Value)>,
}

impl Builder {
    pub(super) fn new() -> Builder {
        Builder {
            insts: Vec::new(),
            blocks: vec![RawBlock::default()],
            lists: Vec::new(),
            places: Vec::new(),
            place_ids: FxHashMap::default(),
            calls: Vec::new(),
            consts: Vec::new(),
            vars: Vec::new(),
            named_fields: Vec::new(),
            rows: Vec::new(),
            joins: Vec::new(),
            current: BlockId(0),
            at_entry: Vec::new(),
        }
    }

    // Instructions.

    pub(super) fn emit(&mut self, op: Op, row: Node, ty: Ty) -> Value {
        let value = self.inst(op, row, ty);
        let current = self.current.0 as usize;
        self.blocks[current].insts.push(value);
        value
    }

    /// Adds an instruction at the entry of the body.
    pub(super) fn emit_at_entry(&mut self, op: Op, row: Node, ty: Ty) -> Value {
        let value = self.inst(op, row, ty);
        self.at_entry.push(value);
        value
    }

    /// An instruction that stands in no block yet.
    pub(super) fn inst(&mut self, op: Op, row: Node, ty: Ty) -> Value {
        let value = Value(self.insts.len() as u32);
        self.insts.push(Inst { op, row, ty });
        value
    }

    /// Puts what comes before all others to its place.
    pub(super) fn place_entry(&mut self) {
        let first = std::mem::take(&mut self.at_entry);
        self.blocks[0].insts.splice(0..0, first);
    }

    /// One of these values, by the block that leads here.
    pub(super) fn join(&mut self, operands: &[(BlockId, Value)], row: Node, ty: Ty) -> Value {
        let inst = self.emit(Op::Join(List::default()), row, ty);
        self.joins.push(RawJoin { inst, operands: operands.to_vec() });
        inst
    }

    pub(super) fn list(&mut self, values: &[Value]) -> List {
        let start = self.lists.len() as u32;
        self.lists.extend_from_slice(values);
        List { start, end: self.lists.len() as u32 }
    }

    pub(super) fn place(&mut self, place: Place) -> PlaceId {
        let next = PlaceId(self.places.len() as u32);
        let id = *self.place_ids.entry(place).or_insert(next);
        if id == next {
            self.places.push(place);
        }
        id
    }

    pub(super) fn call(&mut self, call: Call) -> CallId {
        self.calls.push(call);
        CallId(self.calls.len() as u32 - 1)
    }

    // Blocks.

    pub(super) fn new_block(&mut self) -> BlockId {
        self.blocks.push(RawBlock::default());
        BlockId(self.blocks.len() as u32 - 1)
    }

    pub(super) fn go_on_in(&mut self, block: BlockId) {
        self.current = block;
    }

    pub(super) fn edge(&mut self, from: BlockId, to: BlockId, when: When) {
        self.blocks[from.0 as usize].succs.push(Edge { to, when });
    }

    /// Leads from the current block, without a condition.
    pub(super) fn jump(&mut self, to: BlockId) {
        self.edge(self.current, to, When::Always);
    }

    /// Leads to a block that is the current one from now on.
    pub(super) fn jump_to_new(&mut self) -> BlockId {
        let block = self.new_block();
        self.jump(block);
        self.current = block;
        block
    }

    /// What follows is not reached from here.
    pub(super) fn dead_end(&mut self) {
        self.current = self.new_block();
    }

    /// Which blocks control can reach from `from` without entering `avoid`.
    pub(super) fn reachable(&self, from: BlockId, avoid: Option<BlockId>) -> Vec<bool> {
        let mut seen = vec![false; self.blocks.len()];
        let mut stack = Vec::new();
        if Some(from) != avoid {
            seen[from.0 as usize] = true;
            stack.push(from);
        }
        while let Some(block) = stack.pop() {
            for edge in &self.blocks[block.0 as usize].succs {
                let is_new = Some(edge.to) != avoid && !seen[edge.to.0 as usize];
                if is_new {
                    seen[edge.to.0 as usize] = true;
                    stack.push(edge.to);
                }
            }
        }
        seen
    }
}
