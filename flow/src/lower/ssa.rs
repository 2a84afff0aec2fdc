//! Single assignment form: which definition each read of a variable sees.
//!
//! In: the blocks of a body in their final order, with predecessors. Reads that name no definition get theirs; phis are
//! made where they are needed, and those that only ever stand for one value are taken out again.
//!
//! Source: Braun et al., *Simple and efficient construction of static single assignment form*, 2013, on a graph that is
//! complete, and with lists of what is to be done in the place of recursion.

use super::builder::{BY_NAME, Builder};
use crate::ir::{List, Op, Value, VarId};
use rustc_hash::FxHashMap;

/// The graph in the order of its blocks, each of them a number of a raw block.
pub(super) struct Graph {
    /// The instructions of each block; phis are put before them.
    pub(super) insts: Vec<Vec<Value>>,
    pub(super) preds: Vec<Vec<u32>>,
}

/// Resolves all reads. The result says for phis that were taken out what they stand for.
pub(super) fn resolve(builder: &mut Builder, graph: &mut Graph) -> FxHashMap<Value, Value> {
    let mut resolver = Resolver {
        last: FxHashMap::default(),
        at_entry: FxHashMap::default(),
        phis: Vec::new(),
        operands: FxHashMap::default(),
        builder,
        graph,
    };
    resolver.note_definitions();
    resolver.read_blocks();
    resolver.fill_phis();
    let stands_for = trivial_phis(&resolver.phis, &resolver.operands);
    resolver.place_phis(&stands_for);
    stands_for
}

struct Resolver<'a> {
    builder: &'a mut Builder,
    graph: &'a mut Graph,
    /// The last definition of a variable in a block that has one.
    last: FxHashMap<(u32, VarId), Value>,
    /// What a variable is at the entry of a block, as far as somebody asked.
    at_entry: FxHashMap<(u32, VarId), Value>,
    /// Phis in the order in which they were made, with their blocks.
    phis: Vec<(Value, u32, VarId)>,
    operands: FxHashMap<Value, Vec<Value>>,
}

impl Resolver<'_> {
    fn note_definitions(&mut self) {
        for (block, insts) in self.graph.insts.iter().enumerate() {
            for inst in insts {
                if let Op::Assign(var, _) = self.builder.insts[inst.0 as usize].op {
                    self.last.insert((block as u32, var), *inst);
                }
            }
        }
    }

    fn read_blocks(&mut self) {
        let mut here: FxHashMap<VarId, Value> = FxHashMap::default();
        for block in 0..self.graph.insts.len() {
            here.clear();
            for number in 0..self.graph.insts[block].len() {
                let inst = self.graph.insts[block][number];
                match self.builder.insts[inst.0 as usize].op {
                    Op::Assign(var, _) => {
                        here.insert(var, inst);
                    }
                    Op::Read(var, BY_NAME) => {
                        let definition = match here.get(&var) {
                            Some(definition) => *definition,
                            None => self.value_at_entry(block as u32, var),
                        };
                        here.insert(var, definition);
                        self.builder.insts[inst.0 as usize].op = Op::Read(var, definition);
                    }
                    _ => {}
                }
            }
        }
    }

    /// Goes up while there is one way only; where there are several, or none, there is a phi.
    fn value_at_entry(&mut self, block: u32, var: VarId) -> Value {
        let mut way = Vec::new();
        let mut at = block;
        let value = loop {
            if let Some(known) = self.at_entry.get(&(at, var)) {
                break *known;
            }
            way.push(at);
            // Dead code can go round in circles without an entry.
            let [only] = self.graph.preds[at as usize][..] else { break self.new_phi(at, var) };
            if way.len() > self.graph.insts.len() {
                break self.new_phi(at, var);
            }
            if let Some(definition) = self.last.get(&(only, var)) {
                break *definition;
            }
            at = only;
        };
        for block in way {
            self.at_entry.insert((block, var), value);
        }
        value
    }

    fn new_phi(&mut self, block: u32, var: VarId) -> Value {
        let crate::ir::Var { decl: row, ty, .. } = self.builder.vars[var.0 as usize];
        let phi = self.builder.inst(Op::Phi(var, List::default()), row, ty);
        self.phis.push((phi, block, var));
        phi
    }

    /// The operands of phis, which may need further phis.
    fn fill_phis(&mut self) {
        let mut next = 0;
        while let Some((phi, block, var)) = self.phis.get(next).copied() {
            next += 1;
            let preds = self.graph.preds[block as usize].clone();
            let operands = preds.into_iter().map(|pred| match self.last.get(&(pred, var)) {
                Some(definition) => *definition,
                None => self.value_at_entry(pred, var),
            });
            let operands = operands.collect();
            self.operands.insert(phi, operands);
        }
    }

    /// Puts the phis that stay at the start of their blocks.
    fn place_phis(&mut self, stands_for: &FxHashMap<Value, Value>) {
        let mut first: FxHashMap<u32, Vec<Value>> = FxHashMap::default();
        for (phi, block, var) in self.phis.iter().filter(|(phi, ..)| !stands_for.contains_key(phi)) {
            let operands = self.operands.remove(phi).unwrap_or_default();
            let list = self.builder.list(&operands);
            self.builder.insts[phi.0 as usize].op = Op::Phi(*var, list);
            first.entry(*block).or_default().push(*phi);
        }
        for (block, phis) in first {
            self.graph.insts[block as usize].splice(0..0, phis);
        }
    }
}

/// Phis whose operands are all one value or themselves, each with the value that it stands for in the end.
fn trivial_phis(phis: &[(Value, u32, VarId)], operands: &FxHashMap<Value, Vec<Value>>) -> FxHashMap<Value, Value> {
    let mut users: FxHashMap<Value, Vec<Value>> = FxHashMap::default();
    for (phi, used) in operands {
        for operand in used.iter().filter(|used| operands.contains_key(used)) {
            users.entry(*operand).or_default().push(*phi);
        }
    }
    let mut stands_for: FxHashMap<Value, Value> = FxHashMap::default();
    let mut work: Vec<Value> = phis.iter().rev().map(|(phi, ..)| *phi).collect();
    while let Some(phi) = work.pop() {
        if stands_for.contains_key(&phi) {
            continue;
        }
        let mut only = None;
        let is_trivial = operands.get(&phi).into_iter().flatten().all(|operand| {
            let operand = followed(*operand, &mut stands_for);
            operand == phi || *only.get_or_insert(operand) == operand
        });
        let Some(only) = only.filter(|_| is_trivial) else { continue };
        stands_for.insert(phi, only);
        work.extend(users.get(&phi).into_iter().flatten());
        // What stood for this one stands for something else now, and so may be what uses it.
        let moved = users.remove(&phi).unwrap_or_default();
        users.entry(only).or_default().extend(moved);
    }
    let all: Vec<Value> = stands_for.keys().copied().collect();
    for phi in all {
        let last = followed(phi, &mut stands_for);
        stands_for.insert(phi, last);
    }
    stands_for
}

/// What a value stands for in the end. Long ways are made shorter on the way.
fn followed(value: Value, stands_for: &mut FxHashMap<Value, Value>) -> Value {
    let mut value = value;
    while let Some(next) = stands_for.get(&value).copied() {
        if let Some(after) = stands_for.get(&next).copied() {
            stands_for.insert(value, after);
        }
        value = next;
    }
    value
}
