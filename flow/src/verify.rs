//! What must hold of every body, for tests.
//!
//! In: a [`Body`]. Out: what does not hold, in words. Reads every instruction, edge and row; time is near-linear.
//!
//! **Absent:** whether the body means what the source means.

use crate::ir::{BlockId, Body, Op, Value};

/// What is wrong with a body; nothing if it is sound.
pub fn problems(body: &Body) -> Vec<String> {
    let mut problems = Vec::new();
    blocks(body, &mut problems);
    if problems.is_empty() {
        edges(body, &mut problems);
        operands(body, &mut problems);
        rows(body, &mut problems);
    }
    problems
}

/// Blocks follow each other and hold all instructions.
fn blocks(body: &Body, problems: &mut Vec<String>) {
    let mut next = 0;
    for (number, block) in body.blocks.iter().enumerate() {
        if block.start != next || block.end < block.start {
            problems.push(format!("block {number} starts at {} and not at {next}", block.start));
        }
        next = block.end;
    }
    if next as usize != body.insts.len() {
        problems.push(format!("{} instructions stand in blocks, of {}", next, body.insts.len()));
    }
    let count = body.blocks.len() as u32;
    if body.returned.0 + 2 != count || body.panicked.0 + 1 != count {
        problems.push("the last two blocks are not the ends".to_owned());
    }
}

/// Predecessors and successors agree; what ends a block stands at its end; blocks that lead on in several ways end so.
fn edges(body: &Body, problems: &mut Vec<String>) {
    let mut preds: Vec<Vec<BlockId>> = vec![Vec::new(); body.blocks.len()];
    let live = live(body);
    for (number, block) in body.blocks.iter().enumerate() {
        let from = BlockId(number as u32);
        for edge in &block.succs {
            match preds.get_mut(edge.to.0 as usize) {
                Some(preds) => preds.push(from),
                None => problems.push(format!("block {number} leads to {}", edge.to.0)),
            }
            if !live[number] && live.get(edge.to.0 as usize) == Some(&true) {
                problems.push(format!("dead block {number} leads to {}", edge.to.0));
            }
        }
        let insts: Vec<Value> = body.insts_of(from).collect();
        let ends: Vec<bool> = insts.iter().map(|inst| body.op(*inst).ends_block()).collect();
        if ends.iter().rev().skip(1).any(|ends| *ends) {
            problems.push(format!("block {number} goes on behind its end"));
        }
        if block.succs.len() > 1 && ends.last() != Some(&true) {
            problems.push(format!("block {number} leads on in several ways without a branch"));
        }
    }
    for (number, (block, preds)) in body.blocks.iter().zip(&preds).enumerate() {
        if &block.preds != preds {
            problems.push(format!("block {number} is reached from {preds:?} and says {:?}", block.preds));
        }
    }
    if !body.block(Body::ENTRY).preds.is_empty() {
        problems.push("an edge leads to the entry".to_owned());
    }
    for end in [body.returned, body.panicked].map(|end| body.block(end)) {
        if !end.succs.is_empty() || end.start != end.end {
            problems.push("an end is no end".to_owned());
        }
    }
}

/// Operands come before their uses on every path; those of phis on every path to their predecessor.
fn operands(body: &Body, problems: &mut Vec<String>) {
    let live = live(body);
    let dominators = Dominators::new(body, &live);
    let at: Vec<BlockId> = blocks_of_insts(body);
    for (number, block) in body.blocks.iter().enumerate().filter(|(number, _)| live[*number]) {
        for value in body.insts_of(BlockId(number as u32)) {
            let mut complain = |operand: Value| problems.push(format!("v{} uses v{}", value.0, operand.0));
            match body.op(value) {
                Op::Phi(_, list) | Op::Join(list) => {
                    let operands = body.list(list);
                    if operands.len() != block.preds.len() {
                        complain(value);
                    }
                    for (operand, pred) in operands.iter().zip(&block.preds) {
                        if !at.get(operand.0 as usize).is_some_and(|from| dominators.dominates(*from, *pred)) {
                            complain(*operand);
                        }
                    }
                }
                // It runs only if the other one did.
                Op::RunDefer(_) => {}
                _ => body.operands(value, |operand| {
                    let is_before = match at.get(operand.0 as usize) {
                        Some(from) if from.0 as usize == number => operand < value,
                        Some(from) => dominators.dominates(*from, BlockId(number as u32)),
                        None => false,
                    };
                    if !is_before {
                        complain(operand);
                    }
                }),
            }
        }
    }
}

fn rows(body: &Body, problems: &mut Vec<String>) {
    if !body.rows.is_sorted_by(|a, b| a.0 < b.0) {
        problems.push("rows are not sorted".to_owned());
    }
    for (row, value) in &body.rows {
        if value.0 as usize >= body.insts.len() {
            problems.push(format!("row {} has no instruction", row.0));
        }
    }
}

fn blocks_of_insts(body: &Body) -> Vec<BlockId> {
    let mut at = vec![BlockId(0); body.insts.len()];
    for (number, block) in body.blocks.iter().enumerate() {
        at[block.start as usize..block.end as usize].fill(BlockId(number as u32));
    }
    at
}

fn live(body: &Body) -> Vec<bool> {
    let mut live = vec![false; body.blocks.len()];
    let mut stack = vec![Body::ENTRY];
    while let Some(block) = stack.pop() {
        if !std::mem::replace(&mut live[block.0 as usize], true) {
            stack.extend(body.block(block).succs.iter().map(|edge| edge.to));
        }
    }
    live
}

/// Immediate dominators of the blocks that can be reached. Simple rather than fast, and independent of `graph`, which is
/// tested by others.
///
/// Source: Cooper, Harvey, Kennedy, *A simple, fast dominance algorithm*, 2001; blocks are in reverse postorder.
struct Dominators {
    above: Vec<Option<u32>>,
    depth: Vec<u32>,
}

impl Dominators {
    fn new(body: &Body, live: &[bool]) -> Dominators {
        let count = body.blocks.len();
        let mut above: Vec<Option<u32>> = vec![None; count];
        above[0] = Some(0);
        let mut has_changed = true;
        while has_changed {
            has_changed = false;
            for number in (1..count).filter(|number| live[*number]) {
                let known = body.blocks[number].preds.iter().filter(|pred| above[pred.0 as usize].is_some());
                let common = known.map(|pred| pred.0).reduce(|a, b| common(&above, a, b));
                has_changed |= common.is_some() && above[number] != common;
                above[number] = common.or(above[number]);
            }
        }
        let mut depth = vec![0; count];
        for number in 1..count {
            // In reverse postorder what dominates comes earlier.
            depth[number] = above[number].map_or(0, |above| depth[above as usize] + 1);
        }
        Dominators { above, depth }
    }

    fn dominates(&self, block: BlockId, other: BlockId) -> bool {
        let mut at = other.0;
        while self.depth[at as usize] > self.depth[block.0 as usize] {
            match self.above[at as usize] {
                Some(above) => at = above,
                None => return false,
            }
        }
        at == block.0
    }
}

fn common(above: &[Option<u32>], a: u32, b: u32) -> u32 {
    let (mut a, mut b) = (a, b);
    while a != b {
        let later = if a > b { &mut a } else { &mut b };
        match above[*later as usize] {
            Some(next) => *later = next,
            None => return 0,
        }
    }
    a
}
