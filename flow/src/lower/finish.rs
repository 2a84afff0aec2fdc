//! From a builder to a body: blocks in order, joined where nothing else leads in, values renumbered.

use super::Lowerer;
use super::builder::{Builder, RawBlock};
use super::ssa::{self, Graph};
use crate::ir::{Block, BlockId, Body, BodyId, Call, Callee, Edge, Inst, Op, Value, When};
use rulec_tree::{Kind, Node, Tree};
use rulec_types::Name;
use rustc_hash::FxHashMap;

impl Lowerer<'_> {
    /// The body, in its final form.
    pub(super) fn into_body(self, outer: Option<BodyId>) -> Body {
        let Lowerer { mut builder, tree, func, params, has_receiver, results, partial, ways_out, .. } = self;
        builder.place_entry();
        let ends = [ways_out.returned, ways_out.panicked];
        let live = tidy(&mut builder, ends);
        let order = order(&builder, tree, ends, &live);
        let mut graph = graph(&mut builder, &order);
        order_joins(&mut builder, &order, &graph);
        ssa::resolve(&mut builder, &mut graph);
        let numbers = Numbers::new(&graph, builder.insts.len());
        let returned = BlockId(order.len() as u32 - 2);
        Body {
            func,
            outer,
            params: params.into_iter().map(|param| numbers.of(param)).collect(),
            has_receiver,
            results,
            blocks: blocks(&builder, &order, &graph, &numbers),
            insts: insts(&builder, &graph, &numbers),
            lists: builder.lists.iter().map(|value| numbers.of(*value)).collect(),
            places: builder.places.iter().map(|place| place.map(|value| numbers.of(value))).collect(),
            calls: calls(&builder, &numbers),
            consts: builder.consts,
            vars: builder.vars,
            returned,
            panicked: BlockId(returned.0 + 1),
            named_fields: sorted(builder.named_fields),
            rows: rows(builder.rows, &numbers),
            partial,
        }
    }
}

/// Leaves out empty blocks, joins those that follow each other, and cuts what cannot be reached off. The result says which
/// blocks can be.
fn tidy(builder: &mut Builder, ends: [BlockId; 2]) -> Vec<bool> {
    thread_edges(builder, ends);
    let live = builder.reachable(BlockId(0), None);
    for block in 0..builder.blocks.len() {
        let is_kept = |edge: &Edge| live[block] || !live[edge.to.0 as usize] && !ends.contains(&edge.to);
        builder.blocks[block].succs.retain(is_kept);
    }
    merge(builder, ends);
    live
}

/// Edges to empty blocks lead to where those lead.
fn thread_edges(builder: &mut Builder, ends: [BlockId; 2]) {
    let mut leads_to: Vec<BlockId> = (0..builder.blocks.len() as u32).map(BlockId).collect();
    for block in 0..builder.blocks.len() {
        // Path halving: each block is gone over a few times at most.
        let mut at = BlockId(block as u32);
        for _ in 0..builder.blocks.len() {
            let RawBlock { insts, succs } = &builder.blocks[at.0 as usize];
            match succs[..] {
                [Edge { to, when: When::Always }] if insts.is_empty() && to != at && !ends.contains(&at) => {
                    at = leads_to[to.0 as usize];
                }
                _ => break,
            }
        }
        leads_to[block] = at;
    }
    for block in &mut builder.blocks {
        for edge in &mut block.succs {
            edge.to = leads_to[edge.to.0 as usize];
        }
    }
}

/// Joins a block with the one that it always leads to, if nothing else leads there.
fn merge(builder: &mut Builder, ends: [BlockId; 2]) {
    let mut preds = vec![0u32; builder.blocks.len()];
    for edge in builder.blocks.iter().flat_map(|block| &block.succs) {
        preds[edge.to.0 as usize] += 1;
    }
    let mut into: FxHashMap<BlockId, BlockId> = FxHashMap::default();
    for block in 0..builder.blocks.len() {
        while let [Edge { to, when: When::Always }] = builder.blocks[block].succs[..] {
            let last = builder.blocks[block].insts.last().map(|last| builder.insts[last.0 as usize].op);
            let is_same = to.0 as usize == block || to.0 == 0;
            if is_same || preds[to.0 as usize] != 1 || ends.contains(&to) || last.is_some_and(Op::ends_block) {
                break;
            }
            let RawBlock { insts, succs } = std::mem::take(&mut builder.blocks[to.0 as usize]);
            builder.blocks[block].insts.extend(insts);
            builder.blocks[block].succs = succs;
            preds[to.0 as usize] = 0;
            into.insert(to, BlockId(block as u32));
        }
    }
    for (from, _) in builder.joins.iter_mut().flat_map(|join| &mut join.operands) {
        while let Some(next) = into.get(from) {
            *from = *next;
        }
    }
}

/// Blocks that can be reached in reverse postorder, the others with something in them as they were made, then the ends.
fn order(builder: &Builder, tree: &Tree, ends: [BlockId; 2], live: &[bool]) -> Vec<BlockId> {
    let mut order = postorder(builder);
    order.reverse();
    order.retain(|block| !ends.contains(block));
    let dead = (0..builder.blocks.len()).filter(|block| !live[*block]).map(|block| BlockId(block as u32));
    order.extend(dead.filter(|block| !ends.contains(block) && has_content(builder, tree, *block)));
    order.extend(ends);
    order
}

fn postorder(builder: &Builder) -> Vec<BlockId> {
    let mut seen = vec![false; builder.blocks.len()];
    seen[0] = true;
    let mut order = Vec::new();
    // With the number of successors still to be gone to: the first one last, so that it comes first.
    let mut stack = vec![(BlockId(0), builder.blocks[0].succs.len())];
    while let Some((block, left)) = stack.last_mut() {
        let block = *block;
        if *left == 0 {
            order.push(block);
            stack.pop();
            continue;
        }
        *left -= 1;
        let to = builder.blocks[block.0 as usize].succs[*left].to;
        if !std::mem::replace(&mut seen[to.0 as usize], true) {
            stack.push((to, builder.blocks[to.0 as usize].succs.len()));
        }
    }
    order
}

/// Whether there is something in a block other than the return at the end of a function that is not reached.
fn has_content(builder: &Builder, tree: &Tree, block: BlockId) -> bool {
    builder.blocks[block.0 as usize].insts.iter().any(|inst| {
        let Inst { op, row, .. } = builder.insts[inst.0 as usize];
        !matches!(op, Op::Return(_)) || tree.kind(row) != Kind::Block
    })
}

/// The blocks in order, with the edges between those that are left.
fn graph(builder: &mut Builder, order: &[BlockId]) -> Graph {
    let mut numbers = vec![None; builder.blocks.len()];
    for (number, block) in order.iter().enumerate() {
        numbers[block.0 as usize] = Some(number as u32);
    }
    let mut preds: Vec<Vec<u32>> = vec![Vec::new(); order.len()];
    let mut succs = Vec::with_capacity(order.len());
    for (from, block) in order.iter().enumerate() {
        let edges = &mut builder.blocks[block.0 as usize].succs;
        edges.retain(|edge| numbers[edge.to.0 as usize].is_some());
        for edge in &mut *edges {
            edge.to = BlockId(numbers[edge.to.0 as usize].unwrap_or(from as u32));
        }
        let places = edges.iter().map(|edge| {
            let preds = &mut preds[edge.to.0 as usize];
            preds.push(from as u32);
            (edge.to.0, preds.len() as u32 - 1)
        });
        succs.push(places.collect());
    }
    let insts = order.iter().map(|block| std::mem::take(&mut builder.blocks[block.0 as usize].insts)).collect();
    Graph { insts, succs, preds }
}

/// Puts the operands of joins into the order of the predecessors of their blocks.
fn order_joins(builder: &mut Builder, order: &[BlockId], graph: &Graph) {
    let joins = std::mem::take(&mut builder.joins);
    if joins.is_empty() {
        return;
    }
    let mut block_of: FxHashMap<Value, usize> = FxHashMap::default();
    for (block, insts) in graph.insts.iter().enumerate() {
        let is_join = |inst: &&Value| matches!(builder.insts[inst.0 as usize].op, Op::Join(_));
        block_of.extend(insts.iter().filter(is_join).map(|inst| (*inst, block)));
    }
    for join in joins {
        let Some(block) = block_of.get(&join.inst) else { continue };
        let from = |pred: &u32| join.operands.iter().find(|(from, _)| *from == order[*pred as usize]);
        let values: Vec<Value> = graph.preds[*block].iter().filter_map(from).map(|(_, value)| *value).collect();
        let list = builder.list(&values);
        builder.insts[join.inst.0 as usize].op = Op::Join(list);
    }
}

/// The final number of each instruction.
struct Numbers(Vec<u32>);

impl Numbers {
    fn new(graph: &Graph, count: usize) -> Numbers {
        let mut numbers = vec![0; count];
        for (number, inst) in graph.insts.iter().flatten().enumerate() {
            numbers[inst.0 as usize] = number as u32;
        }
        Numbers(numbers)
    }

    fn of(&self, value: Value) -> Value {
        Value(self.0.get(value.0 as usize).copied().unwrap_or(value.0))
    }
}

fn blocks(builder: &Builder, order: &[BlockId], graph: &Graph, numbers: &Numbers) -> Vec<Block> {
    let mut start = 0;
    let make = |(number, block): (usize, &BlockId)| {
        let end = start + graph.insts[number].len() as u32;
        let succs = builder.blocks[block.0 as usize].succs.iter();
        let succs = succs.map(|edge| Edge { to: edge.to, when: edge.when.map(|value| numbers.of(value)) }).collect();
        let preds = graph.preds[number].iter().map(|pred| BlockId(*pred)).collect();
        Block { start: std::mem::replace(&mut start, end), end, succs, preds }
    };
    order.iter().enumerate().map(make).collect()
}

fn insts(builder: &Builder, graph: &Graph, numbers: &Numbers) -> Vec<Inst> {
    let renumber = |inst: &Value| {
        let inst = builder.insts[inst.0 as usize];
        Inst { op: inst.op.map(|value| numbers.of(value)), ..inst }
    };
    graph.insts.iter().flatten().map(renumber).collect()
}

fn calls(builder: &Builder, numbers: &Numbers) -> Vec<Call> {
    let renumber = |call: &Call| match call.callee {
        Callee::Value(callee) => Call { callee: Callee::Value(numbers.of(callee)), ..*call },
        _ => *call,
    };
    builder.calls.iter().map(renumber).collect()
}

/// Sorted by row.
fn sorted(mut named_fields: Vec<(Node, Box<[Name]>)>) -> Vec<(Node, Box<[Name]>)> {
    named_fields.sort_by_key(|(row, _)| *row);
    named_fields
}

/// Sorted by row; of several instructions for a row the last one counts.
fn rows(mut rows: Vec<(Node, Value)>, numbers: &Numbers) -> Vec<(Node, Value)> {
    rows.sort_by_key(|(row, _)| *row);
    let mut sorted: Vec<(Node, Value)> = Vec::with_capacity(rows.len());
    for (row, value) in rows {
        let value = numbers.of(value);
        match sorted.last_mut() {
            Some((last, known)) if *last == row => *known = value,
            _ => sorted.push((row, value)),
        }
    }
    sorted
}
