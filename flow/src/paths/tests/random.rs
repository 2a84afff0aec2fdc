//! Random bodies in static single assignment form: few blocks, conditions that depend on each other, deferred calls.

use crate::graph::Dominators;
use crate::ir::{
    Block, BlockId, Body, Call, CallId, Callee, Edge, How, Inst, List, Op, Place, PlaceId, Value, VarId, When,
};
use fastrand::Rng;
use rulec_constant::Value as Constant;
use rulec_tree::{Node, Op as Operator};
use rulec_types::Ty;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    Nothing,
    Bool,
    Pointer,
    Int,
}

/// The sorts of the variables in memory, by their place.
pub const CELLS: [Sort; 2] = [Sort::Bool, Sort::Pointer];

/// The constants of integers: 0 to 2.
const INTS: u32 = 3;

/// A body, and the sort of each of its values.
pub struct Made {
    pub body: Body,
    pub sorts: Vec<Sort>,
}

/// An instruction whose operands are named by block and number.
#[derive(Clone, Debug)]
struct Draft {
    sort: Sort,
    what: What,
}

type Ref = (usize, usize);

#[derive(Clone, Debug)]
enum What {
    Opaque,
    Call,
    Truth(bool),
    Int(u32),
    Nil,
    New,
    Not(Ref),
    Same(Operator, Ref, Ref),
    Copy(Ref),
    Phi(Vec<Ref>),
    Load(u32),
    Store(u32, Ref),
    Defer,
    Run(Ref),
    Branch,
}

/// Makes a body of up to nine blocks.
pub fn body(rng: &mut Rng) -> Made {
    loop {
        if let Some(made) = Maker::new(rng).make() {
            return made;
        }
    }
}

struct Maker<'a> {
    rng: &'a mut Rng,
    succs: Vec<Vec<usize>>,
    preds: Vec<Vec<usize>>,
    dominators: Dominators,
    drafts: Vec<Vec<Draft>>,
    whens: Vec<Vec<Draw>>,
}

/// When an edge is taken, by reference.
#[derive(Clone, Debug)]
enum Draw {
    Always,
    Is(Ref, bool),
    Case(Ref, Ref, bool),
    Registered(Ref, bool),
}

impl<'a> Maker<'a> {
    fn new(rng: &'a mut Rng) -> Maker<'a> {
        let count = rng.usize(3..=9);
        let mut succs = vec![Vec::new(); count];
        // The last two are where the body returned and panicked.
        for (block, succs) in succs.iter_mut().enumerate().take(count - 2) {
            let degree = if block == 0 { 2 } else { [0, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2][rng.usize(0..12)] };
            let near = |rng: &mut Rng| {
                if rng.u8(0..3) > 0 { (block + rng.usize(1..3)).min(count - 1) } else { rng.usize(1..count) }
            };
            *succs = (0..degree).map(|_| near(rng)).collect();
        }
        let mut preds = vec![Vec::new(); count];
        for (from, to) in succs.iter().enumerate().flat_map(|(from, to)| to.iter().map(move |to| (from, *to))) {
            preds[to].push(from);
        }
        let numbers: Vec<Vec<u32>> = succs.iter().map(|to| to.iter().map(|to| *to as u32).collect()).collect();
        let dominators = Dominators::of(&numbers, 0);
        let drafts = vec![Vec::new(); count];
        Maker { rng, succs, preds, dominators, drafts, whens: vec![Vec::new(); count] }
    }

    fn make(mut self) -> Option<Made> {
        let count = self.succs.len();
        for block in 0..count - 2 {
            if self.preds[block].len() > 1 {
                for _ in 0..self.rng.usize(1..4) {
                    let sort = [Sort::Bool, Sort::Bool, Sort::Pointer, Sort::Int][self.rng.usize(0..4)];
                    self.drafts[block].push(Draft { sort, what: What::Phi(Vec::new()) });
                }
            }
            for _ in 0..self.rng.usize(0..5) {
                let draft = self.draft(block);
                self.drafts[block].extend(draft);
            }
            self.leave(block);
        }
        self.fill_phis()?;
        // More would make too many states for those who try all of them.
        let unknown = |draft: &&Draft| matches!(draft.what, What::Opaque | What::Load(_));
        (self.drafts.iter().flatten().filter(unknown).count() <= 7).then(|| self.finish())
    }

    /// A value of a sort that is there at the end of a block.
    fn pick(&mut self, block: usize, sort: Sort) -> Option<Ref> {
        self.pick_if(block, sort, |_| true)
    }

    /// A constant or `nil`.
    fn pick_known(&mut self, block: usize, sort: Sort) -> Option<Ref> {
        self.pick_if(block, sort, |what| matches!(what, What::Truth(_) | What::Int(_) | What::Nil))
    }

    fn pick_if(&mut self, block: usize, sort: Sort, is: impl Fn(&What) -> bool) -> Option<Ref> {
        let mut found = Vec::new();
        for (at, drafts) in self.drafts.iter().enumerate() {
            if self.dominators.dominates(BlockId(at as u32), BlockId(block as u32)) {
                let fits = |number: &usize| drafts[*number].sort == sort && is(&drafts[*number].what);
                found.extend((0..drafts.len()).filter(fits).map(|number| (at, number)));
            }
        }
        (!found.is_empty()).then(|| found[self.rng.usize(0..found.len())])
    }

    fn draft(&mut self, block: usize) -> Option<Draft> {
        let draft = |sort, what| Some(Draft { sort, what });
        match self.rng.u8(0..23) {
            0..4 => {
                let sort = [Sort::Bool, Sort::Pointer, Sort::Int][self.rng.usize(0..3)];
                draft(sort, What::Opaque)
            }
            4..6 => draft(Sort::Nothing, What::Call),
            6 => draft(Sort::Bool, What::Truth(self.rng.bool())),
            7 => draft(Sort::Int, What::Int(self.rng.u32(0..INTS))),
            8 => draft(Sort::Pointer, if self.rng.bool() { What::Nil } else { What::New }),
            9 => draft(Sort::Bool, What::Not(self.pick(block, Sort::Bool)?)),
            10..13 => {
                let sort = [Sort::Pointer, Sort::Int, Sort::Int, Sort::Bool][self.rng.usize(0..4)];
                let op = if self.rng.bool() { Operator::Eq } else { Operator::Ne };
                // With something known: that two unknown ones are equal says nothing of what they are.
                let (mut a, mut b) = (self.pick(block, sort)?, self.pick_known(block, sort)?);
                if self.rng.bool() {
                    (a, b) = (b, a);
                }
                draft(Sort::Bool, What::Same(op, a, b))
            }
            13 => {
                let sort = [Sort::Bool, Sort::Pointer, Sort::Int][self.rng.usize(0..3)];
                draft(sort, What::Copy(self.pick(block, sort)?))
            }
            14 | 20 | 21 => {
                let cell = self.rng.usize(0..CELLS.len());
                draft(CELLS[cell], What::Load(cell as u32))
            }
            15 | 16 | 22 => {
                let cell = self.rng.usize(0..CELLS.len());
                draft(Sort::Nothing, What::Store(cell as u32, self.pick(block, CELLS[cell])?))
            }
            17 => draft(Sort::Nothing, What::Defer),
            _ => draft(Sort::Nothing, What::Run(self.pick_defer()?)),
        }
    }

    fn pick_defer(&mut self) -> Option<Ref> {
        let mut found = Vec::new();
        for (block, drafts) in self.drafts.iter().enumerate() {
            let is = |number: &usize| matches!(drafts[*number].what, What::Defer);
            found.extend((0..drafts.len()).filter(is).map(|number| (block, number)));
        }
        (!found.is_empty()).then(|| found[self.rng.usize(0..found.len())])
    }

    /// Decides when the edges of a block are taken.
    fn leave(&mut self, block: usize) {
        self.whens[block] = match self.succs[block].len() {
            0 => {
                self.drafts[block].push(Draft { sort: Sort::Nothing, what: What::Call });
                Vec::new()
            }
            1 => vec![Draw::Always],
            _ => {
                let two = self.condition(block);
                self.drafts[block].push(Draft { sort: Sort::Nothing, what: What::Branch });
                two
            }
        }
    }

    fn condition(&mut self, block: usize) -> Vec<Draw> {
        if self.rng.u8(0..6) == 0
            && let Some(defer) = self.pick_defer()
        {
            return vec![Draw::Registered(defer, true), Draw::Registered(defer, false)];
        }
        if self.rng.u8(0..6) == 0
            && let (Some(tag), Some(case)) = (self.pick(block, Sort::Int), self.pick_known(block, Sort::Int))
        {
            return vec![Draw::Case(tag, case, true), Draw::Case(tag, case, false)];
        }
        match self.pick(block, Sort::Bool) {
            Some(cond) => vec![Draw::Is(cond, true), Draw::Is(cond, false)],
            None => vec![Draw::Always, Draw::Always],
        }
    }

    fn fill_phis(&mut self) -> Option<()> {
        for block in 0..self.drafts.len() {
            for number in 0..self.drafts[block].len() {
                let Draft { sort, what: What::Phi(_) } = self.drafts[block][number] else { continue };
                let preds = self.preds[block].clone();
                let operands: Option<Vec<Ref>> = preds.iter().map(|pred| self.pick(*pred, sort)).collect();
                // A predecessor that is not reached is dominated by nothing, and has no operand.
                self.drafts[block][number].what = What::Phi(operands?);
            }
        }
        Some(())
    }

    fn finish(self) -> Made {
        let mut starts = Vec::new();
        let mut next = 0;
        for drafts in &self.drafts {
            starts.push(next);
            next += drafts.len() as u32;
        }
        let value = |(block, number): Ref| Value(starts[block] + number as u32);
        let mut body = empty(self.drafts.len() as u32);
        let mut sorts = Vec::new();
        for (block, drafts) in self.drafts.iter().enumerate() {
            for draft in drafts {
                let op = lowered(&mut body, &draft.what, value);
                sorts.push(draft.sort);
                body.insts.push(Inst { op, row: Node::ROOT, ty: Ty::INT });
            }
            let edges = self.succs[block].iter().zip(&self.whens[block]).map(|(to, when)| Edge {
                to: BlockId(*to as u32),
                when: match when {
                    Draw::Always => When::Always,
                    Draw::Is(cond, truth) => When::Is { cond: value(*cond), truth: *truth },
                    Draw::Case(tag, case, equal) => When::Case { tag: value(*tag), case: value(*case), equal: *equal },
                    Draw::Registered(defer, truth) => When::Registered { defer: value(*defer), truth: *truth },
                },
            });
            body.blocks.push(Block {
                start: starts[block],
                end: starts[block] + drafts.len() as u32,
                succs: edges.collect(),
                preds: self.preds[block].iter().map(|pred| BlockId(*pred as u32)).collect(),
            });
        }
        Made { body, sorts }
    }
}

/// A body of so many blocks that has nothing in it yet.
pub fn empty(blocks: u32) -> Body {
    Body {
        func: Node::ROOT,
        outer: None,
        params: Vec::new(),
        has_receiver: false,
        results: Vec::new(),
        blocks: Vec::new(),
        insts: Vec::new(),
        lists: Vec::new(),
        vars: Vec::new(),
        named_fields: Vec::new(),
        places: (0..CELLS.len() as u32).map(|var| Place::Var(VarId(var))).collect(),
        calls: vec![Call {
            row: Node::ROOT,
            callee: Callee::Unknown,
            args: List::default(),
            has_receiver: false,
            spread: false,
            how: How::Now,
        }],
        consts: (0..INTS).map(|int| Constant::from(i64::from(int))).chain([false, true].map(Constant::from)).collect(),
        returned: BlockId(blocks - 2),
        panicked: BlockId(blocks - 1),
        rows: Vec::new(),
        partial: false,
    }
}

fn lowered(body: &mut Body, what: &What, value: impl Fn(Ref) -> Value) -> Op {
    match what {
        What::Opaque => Op::Opaque(List::default()),
        What::Call => Op::Call(CallId(0)),
        What::Truth(truth) => Op::Const(Some(INTS + u32::from(*truth))),
        What::Int(int) => Op::Const(Some(*int)),
        What::Nil => Op::Nil,
        What::New => Op::New(None),
        What::Not(of) => Op::Unary(Operator::Not, value(*of)),
        What::Same(op, a, b) => Op::Binary(*op, value(*a), value(*b)),
        What::Copy(of) => Op::Read(VarId(0), value(*of)),
        What::Phi(operands) => {
            let start = body.lists.len() as u32;
            body.lists.extend(operands.iter().map(|operand| value(*operand)));
            Op::Phi(VarId(0), List { start, end: body.lists.len() as u32 })
        }
        What::Load(cell) => Op::Load(PlaceId(*cell)),
        What::Store(cell, of) => Op::Store(PlaceId(*cell), value(*of)),
        What::Defer => Op::Defer(CallId(0)),
        What::Run(defer) => Op::RunDefer(value(*defer)),
        What::Branch => Op::Branch(None),
    }
}
