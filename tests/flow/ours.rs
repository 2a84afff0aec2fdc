//! Bodies in the form of goflow: atoms and what can follow each.
//!
//! Which atoms there are is told by go/cfg. Each instruction belongs to the atom in whose source it stands, or to none and
//! is stepped over; steps inside of an atom are too, unless they lead back to where it begins.

use crate::theirs::{Atom, Function, Next};
use rulec_flow::FileFlow;
use rulec_flow::ir::{BlockId, Body, Op, Value};
use rulec_flow::summary::Ignorance;
use rulec_gofront::File;
use rulec_tree::{Kind, Node, Tree};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeMap, BTreeSet};

/// The bodies of a file.
pub(crate) struct Graphs<'a> {
    tree: &'a Tree,
    flow: FileFlow,
}

/// The graph of one function.
pub(crate) struct Graph {
    pub(crate) entry: BTreeSet<Next>,
    pub(crate) atoms: BTreeMap<Atom, BTreeSet<Next>>,
}

impl<'a> Graphs<'a> {
    pub(crate) fn of(file: &'a File) -> Graphs<'a> {
        Graphs { tree: &file.tree, flow: FileFlow::new(file, None, &Ignorance) }
    }

    /// Our graph of a function; none if it was not read in full.
    pub(crate) fn function(&self, function: &Function<'_>) -> Option<Graph> {
        let is_it = |body: &&Body| {
            let span = self.tree.span(body.func);
            (span.start, span.end) == function.span && self.tree.kind(body.func) != Kind::VarSpec
        };
        let body = self.flow.bodies().map(|(_, body)| body).find(is_it).filter(|body| !body.partial)?;
        let atoms = function.atoms.keys().copied().collect();
        let mut view = View { tree: self.tree, body, atoms, of: Vec::new(), first: FxHashMap::default() };
        view.place_instructions();
        Some(view.graph())
    }
}

struct View<'a> {
    tree: &'a Tree,
    body: &'a Body,
    atoms: FxHashSet<Atom>,
    /// The atom of each instruction.
    of: Vec<Option<Atom>>,
    /// The instruction that each atom begins with.
    first: FxHashMap<Atom, Value>,
}

impl View<'_> {
    fn place_instructions(&mut self) {
        let live = self.live();
        for number in 0..self.body.insts.len() as u32 {
            let value = Value(number);
            let atom = self.atom(value).filter(|_| live[self.body.block_of(value).0 as usize]);
            self.of.push(atom);
            if let Some(atom) = atom {
                self.first.entry(atom).or_insert(value);
            }
        }
    }

    fn live(&self) -> Vec<bool> {
        let mut live = vec![false; self.body.blocks.len()];
        let mut stack = vec![Body::ENTRY];
        while let Some(block) = stack.pop() {
            if !std::mem::replace(&mut live[block.0 as usize], true) {
                stack.extend(self.body.block(block).succs.iter().map(|edge| edge.to));
            }
        }
        live
    }

    /// The innermost atom in whose source an instruction stands.
    fn atom(&self, value: Value) -> Option<Atom> {
        let op = self.body.op(value);
        // Variables that come from elsewhere stand for no source here, and deferred calls run nowhere.
        if matches!(op, Op::Phi(..) | Op::Captured(_) | Op::RunDefer(_)) {
            return None;
        }
        let row = self.body.inst(value).row;
        match self.tree.kind(row) {
            // The way around a deferred call that was not registered.
            Kind::Call if matches!(op, Op::Branch(None)) => return None,
            Kind::Range | Kind::Select => return self.known(row, true),
            _ => {}
        }
        let mut at = row;
        while at != self.body.func && at != Node::ROOT {
            if let Some(atom) = self.known(at, false) {
                return Some(self.before_choice(at, value).unwrap_or(atom));
            }
            let parent = self.tree.parent(at);
            match self.tree.kind(parent) {
                Kind::Range if self.is_variable(parent, at) => return self.known(parent, true),
                Kind::TypeSwitch if self.tree.slot(parent, 2) == at => return self.guard(parent),
                _ => {}
            }
            at = parent;
        }
        None
    }

    fn known(&self, row: Node, is_whole: bool) -> Option<Atom> {
        let span = self.tree.span(row);
        let atom = Atom { start: span.start, end: span.end, is_whole };
        self.atoms.contains(&atom).then_some(atom)
    }

    /// Whether a child of a range is its key or value.
    fn is_variable(&self, range: Node, child: Node) -> bool {
        self.tree.children(range).take(2).any(|variable| variable == child)
    }

    /// `v := x.(type)` is one atom.
    fn guard(&self, switch: Node) -> Option<Atom> {
        let [name, x] = [1, 2].map(|slot| self.tree.slot(switch, slot));
        let first = if self.tree.kind(name) == Kind::Absent { x } else { name };
        let start = self.tree.span(first).start;
        self.atoms.iter().find(|atom| atom.start == start && !atom.is_whole).copied()
    }

    /// What a communication consists of is evaluated with the `select`, before it chooses.
    fn before_choice(&self, row: Node, value: Value) -> Option<Atom> {
        // A receive has the same source as the statement around it.
        let is_same = |outer: &Node| self.tree.span(*outer) == self.tree.span(row);
        let comm = self.tree.ancestors(row).take_while(is_same).last().unwrap_or(row);
        let clause = self.tree.parent(comm);
        if self.tree.kind(clause) != Kind::Comm || self.tree.slot(clause, 0) != comm {
            return None;
        }
        let select = self.tree.parent(self.tree.parent(clause));
        let chosen = self.body.at(select)?;
        if value < chosen { self.known(select, true) } else { None }
    }

    fn graph(&self) -> Graph {
        let atoms = self.first.iter().map(|(atom, first)| (*atom, self.next(*atom, *first))).collect();
        Graph { entry: self.after_start(Body::ENTRY), atoms }
    }

    fn after_start(&self, block: BlockId) -> BTreeSet<Next> {
        let start = self.body.block(block).start;
        self.walk(vec![(block, start)], None)
    }

    fn next(&self, atom: Atom, first: Value) -> BTreeSet<Next> {
        self.walk(vec![(self.body.block_of(first), first.0)], Some((atom, first)))
    }

    /// What comes first from these places, `of` being the atom that is left. It starts with its own first instruction.
    fn walk(&self, from: Vec<(BlockId, u32)>, of: Option<(Atom, Value)>) -> BTreeSet<Next> {
        let mut found = BTreeSet::new();
        let mut seen: FxHashSet<BlockId> = FxHashSet::default();
        let mut stack = from;
        let mut is_start = true;
        while let Some((block, start)) = stack.pop() {
            let from = std::mem::replace(&mut is_start, false);
            if self.in_block(block, start, of, from, &mut found) {
                continue;
            }
            let succs = &self.body.block(block).succs;
            if succs.is_empty() {
                found.insert(Next::Stop);
            }
            for edge in succs.iter().filter(|edge| seen.insert(edge.to)) {
                stack.push((edge.to, self.body.block(edge.to).start));
            }
        }
        if found.is_empty() {
            found.insert(Next::Stop);
        }
        found
    }

    /// Goes over the rest of a block; whether something was found there.
    fn in_block(
        &self,
        block: BlockId,
        start: u32,
        of: Option<(Atom, Value)>,
        is_start: bool,
        found: &mut BTreeSet<Next>,
    ) -> bool {
        for number in start..self.body.block(block).end {
            let value = Value(number);
            let is_own = of.is_some_and(|(_, first)| is_start && first == value);
            if let Some(atom) = self.of[number as usize].filter(|_| !is_own) {
                // A step inside of the atom, unless it begins again.
                let is_inside = of.is_some_and(|(own, first)| own == atom && first != value);
                if !is_inside {
                    found.insert(Next::Atom(atom));
                    return true;
                }
            }
            match self.body.op(value) {
                Op::Return(_) => {
                    found.insert(Next::Exit);
                    return true;
                }
                Op::Panic(_) => {
                    found.insert(Next::Stop);
                    return true;
                }
                _ => {}
            }
        }
        false
    }
}
