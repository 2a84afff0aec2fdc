//! Single assignment form: which definition each read of a variable sees.
//!
//! In: the blocks of a body in their final order. Reads that name no definition get theirs; phis are put where the
//! definitions of a variable meet and somebody reads it afterwards. Near-linear in the blocks, instructions and phis.
//!
//! Source: Cytron et al., *Efficiently computing static single assignment form and the control dependence graph*, 1991,
//! with the phis that nobody needs taken out; frontiers as in Cooper, Harvey, Kennedy, *A simple, fast dominance
//! algorithm*, 2001.

use super::builder::{BY_NAME, Builder};
use crate::graph::Dominators;
use crate::ir::{BlockId, List, Op, Value, Var, VarId};
use rustc_hash::{FxHashMap, FxHashSet};

/// The blocks in their final order.
pub(super) struct Graph {
    /// The instructions of each block; phis are put before them.
    pub(super) insts: Vec<Vec<Value>>,
    /// For each edge where it leads, and which of the predecessors there it comes from.
    pub(super) succs: Vec<Vec<(u32, u32)>>,
    pub(super) preds: Vec<Vec<u32>>,
}

/// Resolves all reads.
pub(super) fn resolve(builder: &mut Builder, graph: &mut Graph) {
    let variables = Variables::of(builder, graph);
    let successors: Vec<Vec<u32>> = graph.succs.iter().map(|succs| succs.iter().map(|(to, _)| *to).collect()).collect();
    let dominators = Dominators::of(&successors, 0);
    let mut phis = Phis { of_block: vec![Vec::new(); graph.insts.len()], operands: FxHashMap::default() };
    let joined: Vec<(VarId, &[u32])> = variables.joined().collect();
    if !joined.is_empty() {
        let frontiers = frontiers(graph, &dominators);
        for (var, defined) in joined {
            phis.place(builder, graph, &frontiers, var, defined);
        }
    }
    let current = vec![None; builder.vars.len()];
    let mut renamer = Renamer { builder, graph, phis, current, undo: Vec::new(), without_value: FxHashMap::default() };
    renamer.rename(&dominators);
    let phis = renamer.phis;
    phis.put(builder, graph);
}

/// Where variables are defined, and which are read in a block that did not define them before.
struct Variables {
    defined: Vec<Vec<u32>>,
    is_exposed: Vec<bool>,
}

impl Variables {
    fn of(builder: &Builder, graph: &Graph) -> Variables {
        let count = builder.vars.len();
        let mut variables = Variables { defined: vec![Vec::new(); count], is_exposed: vec![false; count] };
        for (block, insts) in graph.insts.iter().enumerate() {
            let block = block as u32;
            for inst in insts {
                match builder.insts[inst.0 as usize].op {
                    Op::Assign(var, _) => {
                        let defined = &mut variables.defined[var.0 as usize];
                        if defined.last() != Some(&block) {
                            defined.push(block);
                        }
                    }
                    Op::Read(var, BY_NAME) if variables.defined[var.0 as usize].last() != Some(&block) => {
                        variables.is_exposed[var.0 as usize] = true;
                    }
                    _ => {}
                }
            }
        }
        variables
    }

    /// The variables of which definitions can meet before a read, with the blocks that define them.
    fn joined(&self) -> impl Iterator<Item = (VarId, &[u32])> {
        let all = (0..).map(VarId).zip(&self.defined).zip(&self.is_exposed);
        all.filter(|((_, defined), exposed)| **exposed && defined.len() > 1)
            .map(|((var, defined), _)| (var, &defined[..]))
    }
}

/// The dominance frontier of each block.
fn frontiers(graph: &Graph, dominators: &Dominators) -> Vec<Vec<u32>> {
    let mut frontiers: Vec<Vec<u32>> = vec![Vec::new(); graph.insts.len()];
    for (block, preds) in graph.preds.iter().enumerate().filter(|(_, preds)| preds.len() > 1) {
        let above = dominators.immediate(BlockId(block as u32));
        for pred in preds {
            let mut at = Some(BlockId(*pred)).filter(|pred| dominators.is_reached(*pred));
            while let Some(from) = at.filter(|from| Some(*from) != above) {
                let frontier = &mut frontiers[from.0 as usize];
                // From here up another predecessor was there already.
                if frontier.last() == Some(&(block as u32)) {
                    break;
                }
                frontier.push(block as u32);
                at = dominators.immediate(from);
            }
        }
    }
    frontiers
}

/// Phis while they are made.
struct Phis {
    of_block: Vec<Vec<(Value, VarId)>>,
    /// By the predecessors of their blocks.
    operands: FxHashMap<Value, Vec<Value>>,
}

impl Phis {
    /// Puts phis of a variable where its definitions meet.
    fn place(&mut self, builder: &mut Builder, graph: &Graph, frontiers: &[Vec<u32>], var: VarId, defined: &[u32]) {
        let mut work = defined.to_vec();
        let mut has_phi: FxHashSet<u32> = FxHashSet::default();
        while let Some(block) = work.pop() {
            for meeting in &frontiers[block as usize] {
                if has_phi.insert(*meeting) {
                    let phi = new_phi(builder, var);
                    self.of_block[*meeting as usize].push((phi, var));
                    self.operands.insert(phi, vec![BY_NAME; graph.preds[*meeting as usize].len()]);
                    work.push(*meeting);
                }
            }
        }
    }

    /// Puts those phis into their blocks that something reads, through others perhaps.
    fn put(mut self, builder: &mut Builder, graph: &mut Graph) {
        let needed = self.needed(builder, graph);
        for (phis, insts) in self.of_block.into_iter().zip(&mut graph.insts) {
            let needed: Vec<(Value, VarId)> = phis.into_iter().filter(|(phi, _)| needed.contains(phi)).collect();
            for (phi, var) in &needed {
                let operands = self.operands.remove(phi).unwrap_or_default();
                builder.insts[phi.0 as usize].op = Op::Phi(*var, builder.list(&operands));
            }
            insts.splice(0..0, needed.into_iter().map(|(phi, _)| phi));
        }
    }

    fn needed(&self, builder: &Builder, graph: &Graph) -> FxHashSet<Value> {
        let read = graph.insts.iter().flatten().filter_map(|inst| match builder.insts[inst.0 as usize].op {
            Op::Read(_, definition) => Some(definition),
            _ => None,
        });
        let mut work: Vec<Value> = read.filter(|definition| self.operands.contains_key(definition)).collect();
        let mut needed = FxHashSet::default();
        while let Some(phi) = work.pop() {
            if needed.insert(phi) {
                let operands = self.operands.get(&phi).into_iter().flatten();
                work.extend(operands.filter(|operand| self.operands.contains_key(operand)));
            }
        }
        needed
    }
}

fn new_phi(builder: &mut Builder, var: VarId) -> Value {
    let Var { decl, ty, .. } = builder.vars[var.0 as usize];
    builder.inst(Op::Phi(var, List::default()), decl, ty)
}

/// Goes down the tree of dominators with the definition that each variable has there.
struct Renamer<'a> {
    builder: &'a mut Builder,
    graph: &'a Graph,
    phis: Phis,
    current: Vec<Option<Value>>,
    /// What to put back on the way up.
    undo: Vec<(VarId, Option<Value>)>,
    /// Phis without operands, for variables without a value, by their blocks.
    without_value: FxHashMap<(u32, VarId), Value>,
}

impl Renamer<'_> {
    fn rename(&mut self, dominators: &Dominators) {
        let count = self.graph.insts.len();
        let mut below: Vec<Vec<u32>> = vec![Vec::new(); count];
        let mut dead = Vec::new();
        for block in (1..count as u32).rev() {
            match dominators.immediate(BlockId(block)) {
                Some(above) => below[above.0 as usize].push(block),
                None => dead.push(block),
            }
        }
        // Each block twice: on the way down, and with where to go back to on the way up.
        let mut stack: Vec<(u32, Option<usize>)> = vec![(0, None)];
        while let Some((block, back_to)) = stack.pop() {
            if let Some(back_to) = back_to {
                self.go_back(back_to);
                continue;
            }
            stack.push((block, Some(self.undo.len())));
            self.block(block, 0);
            stack.extend(below[block as usize].iter().map(|below| (*below, None)));
        }
        // What cannot be reached knows what it defines itself.
        for block in dead {
            self.block(block, block);
            self.go_back(0);
        }
    }

    fn go_back(&mut self, to: usize) {
        for (var, earlier) in self.undo.drain(to..).rev() {
            self.current[var.0 as usize] = earlier;
        }
    }

    fn define(&mut self, var: VarId, value: Value) {
        let earlier = self.current[var.0 as usize].replace(value);
        self.undo.push((var, earlier));
    }

    /// `entry`: where phis without operands are put.
    fn block(&mut self, block: u32, entry: u32) {
        for (phi, var) in self.phis.of_block[block as usize].clone() {
            self.define(var, phi);
        }
        for inst in &self.graph.insts[block as usize] {
            match self.builder.insts[inst.0 as usize].op {
                Op::Assign(var, _) => self.define(var, *inst),
                Op::Read(var, BY_NAME) => {
                    let definition = self.definition(var, entry);
                    self.builder.insts[inst.0 as usize].op = Op::Read(var, definition);
                }
                _ => {}
            }
        }
        let graph = self.graph;
        for (to, place) in &graph.succs[block as usize] {
            for (phi, var) in self.phis.of_block[*to as usize].clone() {
                let definition = self.definition(var, entry);
                let operands = self.phis.operands.get_mut(&phi);
                if let Some(operand) = operands.and_then(|operands| operands.get_mut(*place as usize)) {
                    *operand = definition;
                }
            }
        }
    }

    /// What a variable is here.
    fn definition(&mut self, var: VarId, entry: u32) -> Value {
        if let Some(definition) = self.current[var.0 as usize] {
            return definition;
        }
        if let Some(phi) = self.without_value.get(&(entry, var)) {
            return *phi;
        }
        let phi = new_phi(self.builder, var);
        self.phis.of_block[entry as usize].push((phi, var));
        self.phis.operands.insert(phi, Vec::new());
        self.without_value.insert((entry, var), phi);
        phi
    }
}
