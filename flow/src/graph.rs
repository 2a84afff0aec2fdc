//! The shape of a body's control-flow graph: what is reached, what dominates what, what repeats.
//!
//! In: a [`Body`], or any graph as successor lists. Out: reverse postorder, dominators, post-dominators, strongly
//! connected components and natural loops, each for all blocks at once. Nothing here looks at an instruction, and edges
//! count whether or not their conditions can hold: that is asked of [`crate::paths`].
//!
//! **Absent:** recursion; anything that is more than near-linear in the blocks and edges.

use crate::ir::{BlockId, Body};
use rustc_hash::FxHashMap;

/// What there is to know of the graph of one body. Belongs to that body alone.
#[derive(Clone, Debug)]
pub struct Graph {
    order: Vec<BlockId>,
    dominators: Dominators,
    components: Components,
    /// For each edge, its number among the predecessors of the block that it leads to.
    entries: Vec<Vec<u32>>,
}

impl Graph {
    /// Looks at a body. Post-dominators are not part of it: see [`post_dominators`].
    pub fn new(body: &Body) -> Graph {
        let successors = successors(body);
        let mut order = postorder(&successors, 0);
        order.reverse();
        Graph {
            order: order.into_iter().map(BlockId).collect(),
            dominators: Dominators::of(&successors, 0),
            components: Components::of(&successors),
            entries: entries(body),
        }
    }

    /// The number that an edge, a block's successor of this number, has among the predecessors of the block that it
    /// leads to: which operand of its phis belongs to it.
    pub fn entry_number(&self, block: BlockId, succ: u32) -> u32 {
        self.entries.get(block.0 as usize).and_then(|entries| entries.get(succ as usize)).copied().unwrap_or(0)
    }

    /// The blocks that can be reached from the entry, each before those it leads to, but for edges back.
    pub fn reverse_postorder(&self) -> &[BlockId] {
        &self.order
    }

    /// Whether the entry leads to a block.
    pub fn reaches(&self, block: BlockId) -> bool {
        self.dominators.is_reached(block)
    }

    /// The dominators, from the entry.
    pub fn dominators(&self) -> &Dominators {
        &self.dominators
    }

    /// Whether some path leads from a block back to it.
    pub fn repeats(&self, block: BlockId) -> bool {
        self.components.repeats(block)
    }

    /// The natural loops.
    pub fn loops(&self, body: &Body) -> Loops {
        Loops::of(body, self)
    }
}

/// The post-dominators of a body: dominators of the reversed graph, from an exit behind all blocks without successors.
/// Blocks from which no such block is reached, since they are in or before an endless loop, have none.
pub fn post_dominators(body: &Body) -> Dominators {
    let exit = body.blocks.len();
    let mut reversed = vec![Vec::new(); exit + 1];
    for (from, block) in body.blocks.iter().enumerate() {
        if block.succs.is_empty() {
            reversed[exit].push(from as u32);
        }
        for edge in &block.succs {
            reversed[edge.to.0 as usize].push(from as u32);
        }
    }
    let dominators = Dominators::of(&reversed, exit as u32);
    Dominators { blocks: exit as u32, ..dominators }
}

fn entries(body: &Body) -> Vec<Vec<u32>> {
    // Of several edges between the same two blocks, the first has the first of their places.
    let mut places: FxHashMap<(u32, u32), Vec<u32>> = FxHashMap::default();
    for (to, block) in body.blocks.iter().enumerate() {
        for (number, pred) in block.preds.iter().enumerate().rev() {
            places.entry((pred.0, to as u32)).or_default().push(number as u32);
        }
    }
    let mut take = |from: usize, to: BlockId| places.get_mut(&(from as u32, to.0)).and_then(Vec::pop).unwrap_or(0);
    let blocks = body.blocks.iter().enumerate();
    blocks.map(|(from, block)| block.succs.iter().map(|edge| take(from, edge.to)).collect()).collect()
}

/// The successors of each block, as often as there are edges.
fn successors(body: &Body) -> Vec<Vec<u32>> {
    body.blocks.iter().map(|block| block.succs.iter().map(|edge| edge.to.0).collect()).collect()
}

/// The nodes that can be reached from `root`, each after those it leads to, but for edges back.
fn postorder(successors: &[Vec<u32>], root: u32) -> Vec<u32> {
    let mut order = Vec::new();
    let mut seen = vec![false; successors.len()];
    let mut open = vec![(root, 0)];
    seen[root as usize] = true;
    while let Some((node, next)) = open.last_mut() {
        let Some(to) = successors[*node as usize].get(*next) else {
            order.push(*node);
            open.pop();
            continue;
        };
        *next += 1;
        if !std::mem::replace(&mut seen[*to as usize], true) {
            open.push((*to, 0));
        }
    }
    order
}

/// The dominator tree of a graph.
#[derive(Clone, Debug)]
pub struct Dominators {
    /// The immediate dominator of each node; of the root and of nodes that are not reached, none.
    immediate: Vec<u32>,
    /// When a walk of the tree enters and leaves each node, from 1; zeros for nodes that are not reached.
    spans: Vec<(u32, u32)>,
    /// How many nodes are blocks: an exit behind them is none.
    blocks: u32,
}

/// No node.
const NONE: u32 = u32::MAX;

impl Dominators {
    /// The dominators of a body's blocks, from its entry.
    pub fn new(body: &Body) -> Dominators {
        Dominators::of(&successors(body), 0)
    }

    /// The dominators of the nodes of a graph that are reached from `root`.
    ///
    /// Time is near-linear but for contrived graphs, where it is O(N²).
    ///
    /// Source: the SEMI-NCA algorithm of Georgiadis, *Linear-Time Algorithms for Dominators and Related Problems*,
    /// 2005.
    ///
    /// # Panics
    /// If `root` or a successor is no number of a list.
    pub fn of(successors: &[Vec<u32>], root: u32) -> Dominators {
        let walk = Walk::new(successors, root);
        let immediate = walk.immediate();
        let spans = spans(&immediate, &walk.order);
        Dominators { immediate, spans, blocks: successors.len() as u32 }
    }

    /// Whether a block is reached from the root at all.
    pub fn is_reached(&self, block: BlockId) -> bool {
        self.spans.get(block.0 as usize).is_some_and(|span| span.1 > 0)
    }

    /// The immediate dominator of a block: none for the root, and for blocks that are not reached. A block of which
    /// only the exit behind all blocks is a post-dominator has no immediate one.
    pub fn immediate(&self, block: BlockId) -> Option<BlockId> {
        let found = *self.immediate.get(block.0 as usize)?;
        (found < self.blocks).then_some(BlockId(found))
    }

    /// Whether `a` dominates `b`: each does itself. A block that is not reached dominates nothing and is dominated by
    /// nothing.
    pub fn dominates(&self, a: BlockId, b: BlockId) -> bool {
        let (Some(a), Some(b)) = (self.spans.get(a.0 as usize), self.spans.get(b.0 as usize)) else { return false };
        a.1 > 0 && a.0 <= b.0 && b.1 <= a.1
    }
}

/// A depth-first walk: what semidominators are computed of. Numbers are those of `order`, but for `order` itself.
struct Walk {
    /// The nodes that are reached, each when it is first met.
    order: Vec<u32>,
    /// The number of each node in `order`, or none.
    number: Vec<u32>,
    /// From where each was first met.
    parent: Vec<u32>,
    /// The predecessors of each that are reached.
    preds: Vec<Vec<u32>>,
}

impl Walk {
    fn new(successors: &[Vec<u32>], root: u32) -> Walk {
        let mut walk =
            Walk { order: vec![root], number: vec![NONE; successors.len()], parent: vec![0], preds: vec![Vec::new()] };
        walk.number[root as usize] = 0;
        let mut open = vec![(root, 0)];
        while let Some((node, next)) = open.last_mut() {
            let Some(to) = successors[*node as usize].get(*next) else {
                open.pop();
                continue;
            };
            *next += 1;
            let from = walk.number[*node as usize];
            if walk.number[*to as usize] == NONE {
                walk.number[*to as usize] = walk.order.len() as u32;
                walk.order.push(*to);
                walk.parent.push(from);
                walk.preds.push(Vec::new());
                open.push((*to, 0));
            }
            walk.preds[walk.number[*to as usize] as usize].push(from);
        }
        walk
    }

    /// The immediate dominator of each node, in the nodes' own numbers.
    fn immediate(&self) -> Vec<u32> {
        let semi = self.semidominators();
        let mut idom = self.parent.clone();
        for node in 1..idom.len() {
            while idom[node] > semi[node] {
                idom[node] = idom[idom[node] as usize];
            }
        }
        let mut immediate = vec![NONE; self.number.len()];
        for (number, node) in self.order.iter().enumerate().skip(1) {
            immediate[*node as usize] = self.order[idom[number] as usize];
        }
        immediate
    }

    fn semidominators(&self) -> Vec<u32> {
        let count = self.order.len();
        let mut semi: Vec<u32> = (0..count as u32).collect();
        let mut forest = Forest { ancestor: vec![NONE; count], best: (0..count as u32).collect(), way: Vec::new() };
        for node in (1..count).rev() {
            let least = self.preds[node].iter().map(|pred| semi[forest.best_above(*pred, &semi) as usize]).min();
            semi[node] = least.map_or(semi[node], |least| least.min(self.parent[node]));
            forest.ancestor[node] = self.parent[node];
        }
        semi
    }
}

/// The part of the walk's tree that has been linked, with compressed paths.
struct Forest {
    ancestor: Vec<u32>,
    /// The node with the least semidominator between each node and its ancestor, the latter left out.
    best: Vec<u32>,
    way: Vec<u32>,
}

impl Forest {
    fn best_above(&mut self, node: u32, semi: &[u32]) -> u32 {
        let mut at = node;
        while self.ancestor[at as usize] != NONE {
            self.way.push(at);
            at = self.ancestor[at as usize];
        }
        // The topmost one has no ancestor that is linked itself; each below it takes over what is above.
        let mut above = self.way.pop();
        while let Some(below) = self.way.pop() {
            let over = above.unwrap_or(below) as usize;
            if semi[self.best[over] as usize] < semi[self.best[below as usize] as usize] {
                self.best[below as usize] = self.best[over];
            }
            self.ancestor[below as usize] = self.ancestor[over];
            above = Some(below);
        }
        self.best[node as usize]
    }
}

/// Numbers a tree, given as the parent of each node, so that what is below a node lies within its span.
fn spans(parents: &[u32], order: &[u32]) -> Vec<(u32, u32)> {
    let mut spans = vec![(0, 0); parents.len()];
    let mut below = vec![1; parents.len()];
    // A dominator is met before what it dominates.
    for node in order.iter().skip(1).rev() {
        below[parents[*node as usize] as usize] += below[*node as usize];
    }
    let mut next: Vec<u32> = vec![0; parents.len()];
    for (index, node) in order.iter().enumerate() {
        let start = match index {
            0 => 1,
            _ => next[parents[*node as usize] as usize],
        };
        spans[*node as usize] = (start, start + below[*node as usize] - 1);
        next[*node as usize] = start + 1;
        if index > 0 {
            next[parents[*node as usize] as usize] += below[*node as usize];
        }
    }
    spans
}

/// The strongly connected components of a graph.
#[derive(Clone, Debug)]
pub struct Components {
    /// The number of each node's component: components that lead to others have higher numbers than these.
    pub of: Vec<u32>,
    /// How many there are.
    pub count: u32,
    /// Whether each node lies on a cycle.
    repeats: Vec<bool>,
}

impl Components {
    /// The components of all nodes, reached or not.
    ///
    /// Source: Tarjan, *Depth-first search and linear graph algorithms*, 1972.
    ///
    /// # Panics
    /// If a successor is no number of a list.
    pub fn of(successors: &[Vec<u32>]) -> Components {
        let count = successors.len();
        let mut found = Components { of: vec![NONE; count], count: 0, repeats: vec![false; count] };
        let mut low = vec![NONE; count];
        let mut met = 0;
        let (mut open, mut pending) = (Vec::new(), Vec::new());
        for root in 0..count {
            if low[root] != NONE {
                continue;
            }
            open.push((root, 0, met));
            while let Some((node, next, number)) = open.last_mut() {
                let (at, number) = (*node, *number);
                if *next == 0 {
                    low[at] = number;
                    met += 1;
                    pending.push(at);
                }
                if let Some(to) = successors[at].get(*next) {
                    *next += 1;
                    let to = *to as usize;
                    if low[to] == NONE {
                        open.push((to, 0, met));
                    } else if found.of[to] == NONE {
                        low[at] = low[at].min(low[to]);
                    }
                    continue;
                }
                open.pop();
                if let Some((above, ..)) = open.last() {
                    low[*above] = low[*above].min(low[at]);
                }
                if low[at] == number {
                    found.close(at, &mut pending, successors);
                }
            }
        }
        found
    }

    /// Whether a block lies on a cycle.
    pub fn repeats(&self, block: BlockId) -> bool {
        self.repeats.get(block.0 as usize).is_some_and(|repeats| *repeats)
    }

    fn close(&mut self, root: usize, pending: &mut Vec<usize>, successors: &[Vec<u32>]) {
        let start = pending.iter().rposition(|node| *node == root).unwrap_or(0);
        let several = pending.len() - start > 1;
        for node in pending.drain(start..) {
            self.of[node] = self.count;
            self.repeats[node] = several || successors[node].contains(&(node as u32));
        }
        self.count += 1;
    }
}

/// The natural loops of a body, by their headers.
///
/// A loop has one header, which dominates the rest of it. Cycles that `goto` enters in several places have none.
#[derive(Clone, Debug)]
pub struct Loops {
    /// For each block the header of the innermost loop that it lies in: of a header, the loop around its own.
    around: Vec<u32>,
    is_header: Vec<bool>,
}

impl Loops {
    fn of(body: &Body, graph: &Graph) -> Loops {
        let count = body.blocks.len();
        let mut loops = Loops { around: vec![NONE; count], is_header: vec![false; count] };
        // What stands for a block: the header of the outermost loop found so far that it lies in.
        let mut outermost: Vec<u32> = (0..count as u32).collect();
        // Inner headers come later in reverse postorder than outer ones: they are done first.
        for header in graph.order.iter().rev() {
            let back = |pred: &&BlockId| graph.dominators.dominates(*header, **pred);
            let mut open: Vec<u32> = body.block(*header).preds.iter().filter(back).map(|pred| pred.0).collect();
            loops.is_header[header.0 as usize] = !open.is_empty();
            while let Some(block) = open.pop() {
                let top = find(&mut outermost, block);
                if top == header.0 {
                    continue;
                }
                loops.around[top as usize] = header.0;
                outermost[top as usize] = header.0;
                let reached = |pred: &&BlockId| graph.reaches(**pred);
                open.extend(body.block(BlockId(top)).preds.iter().filter(reached).map(|pred| pred.0));
            }
        }
        loops
    }

    /// Whether a block is the header of a loop.
    pub fn is_header(&self, block: BlockId) -> bool {
        self.is_header.get(block.0 as usize).is_some_and(|is| *is)
    }

    /// The header of the innermost loop that a block lies in: itself if it is one.
    pub fn header_of(&self, block: BlockId) -> Option<BlockId> {
        if self.is_header(block) { Some(block) } else { self.around(block) }
    }

    /// The header of the loop around a block; for a header, around its loop.
    pub fn around(&self, block: BlockId) -> Option<BlockId> {
        self.around.get(block.0 as usize).filter(|header| **header != NONE).map(|header| BlockId(*header))
    }
}

/// What stands for a node, with the way to it made shorter.
fn find(standing: &mut [u32], mut node: u32) -> u32 {
    while standing[node as usize] != node {
        let above = standing[node as usize];
        standing[node as usize] = standing[above as usize];
        node = above;
    }
    node
}

#[cfg(test)]
mod tests;
