//! The conditions of a body: where each is tested, and where and how it changes.
//!
//! In: a [`Body`] and its [`Terms`]. Out: its *atoms*, which are conditions that some branch depends on, or that
//! become such a condition through a phi or through memory; and for any set of them a [`Program`] that says at each
//! point of the body what becomes of them.
//!
//! At a phi an atom becomes what it says of the operand; at a load, of the memory; at a store, of what is stored. Where
//! a leaf runs that nothing is known of, neither is the atom.
//!
//! **Absent:** paths, and what is true on them.

use super::cells::{Cell, Root};
use super::facts::{CallFacts, finite_and_not_empty, is_nil_case};
use super::terms::{Leaf, Lit, Term, TermId, Terms};
use super::{Assumption, Fact};
use crate::graph::Graph;
use crate::ir::{BlockId, Body, Op, Value, When};
use rulec_tree::Op as Operator;
use rulec_types::Types;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::VecDeque;
use std::sync::{Arc, OnceLock};

/// How many changes may be noted for each instruction, on average, and for a body besides.
const CHANGES_PER_INST: usize = 8;
const CHANGES_PER_BODY: usize = 50_000;

/// An atom of one [`Conditions`].
pub(super) type AtomId = u32;

/// What becomes of an atom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// Nothing is known of it.
    Unknown,
    /// This.
    Fixed(bool),
    /// The same as another atom was before, or its contrary.
    Atom(AtomId, bool),
}

/// Where an atom changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Site {
    /// When the body begins.
    Begin,
    /// When a block is entered from its predecessor of this number.
    Entry(BlockId, u32),
    /// After an instruction.
    After(Value),
    /// When this successor is chosen.
    Edge(BlockId, u32),
}

/// Whether calls change memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Memory {
    /// They change nothing that the body itself does not change.
    Kept,
    /// They may change anything.
    Clobbered,
}

/// The conditions of a body.
#[derive(Clone, Debug)]
pub(super) struct Conditions {
    pub(super) terms: Terms,
    atoms: Vec<Atom>,
    ids: FxHashMap<TermId, AtomId>,
    /// Atoms whose changes have not been looked for.
    pending: Vec<AtomId>,
    changes: usize,
    /// From where each block is first reached, and by which successor.
    ways: Vec<Option<(BlockId, u32)>>,
    /// Edges that are never taken.
    pub(super) closed: FxHashSet<(BlockId, u32)>,
    implied: FxHashMap<(AtomId, bool), Vec<(AtomId, bool)>>,
    /// For atoms that compare something with a constant, all those that compare it with constants.
    rivals: FxHashMap<AtomId, u32>,
    rival_groups: Vec<Vec<AtomId>>,
    stores: Vec<Value>,
    clobbers: Vec<Value>,
    /// What calls tell.
    facts: Arc<CallFacts>,
    complete: bool,
    programs: [OnceLock<Program>; 2],
}

/// A condition.
#[derive(Clone, Debug)]
struct Atom {
    term: TermId,
    changes: Vec<(Site, Source)>,
    /// Where its value is learnt: from branches, calls that return only if something holds, and assumptions.
    tests: Vec<(Site, bool)>,
    on_memory: bool,
}

impl Conditions {
    /// Finds the conditions of a body.
    pub(super) fn new(body: &Body, graph: &Graph, facts: &Arc<CallFacts>, types: Option<Types>) -> Conditions {
        let terms = Terms::new(body, graph.reverse_postorder(), types);
        let mut conditions = Conditions {
            terms,
            atoms: Vec::new(),
            ids: FxHashMap::default(),
            pending: Vec::new(),
            changes: 0,
            ways: Vec::new(),
            closed: FxHashSet::default(),
            implied: FxHashMap::default(),
            rivals: FxHashMap::default(),
            rival_groups: Vec::new(),
            stores: Vec::new(),
            clobbers: Vec::new(),
            facts: Arc::clone(facts),
            complete: true,
            programs: Default::default(),
        };
        conditions.find_memory_operations(body, graph, facts);
        conditions.find_tests(body, graph);
        conditions.find_calls_that_test();
        conditions.find_ways(body);
        conditions.close(body, graph);
        conditions.relate();
        conditions
    }

    /// What is assumed, in terms of atoms. What no atom stands for yet becomes one: that changes no other answer, for an
    /// atom matters only where it is learnt.
    pub(super) fn given(&mut self, body: &Body, graph: &Graph, assumed: &[Assumption]) -> Given {
        let mut given = Given::default();
        for assumption in assumed {
            let (value, fact) = match assumption {
                Assumption::Nil(value) => (*value, Fact::Nil),
                Assumption::NotNil(value) => (*value, Fact::NotNil),
                Assumption::True(value) => (*value, Fact::True),
                Assumption::False(value) => (*value, Fact::False),
            };
            let Some(lit) = self.lit_of_fact(value, fact) else { continue };
            given.effects.extend(match lit {
                // What a phi makes is there when its block is entered, before the first of its instructions.
                Lit::Is(term, truth) => Some((value, Effect::Learn(self.atom(term), truth))),
                Lit::Fixed(false) => Some((value, Effect::Stop)),
                Lit::Fixed(true) => None,
            });
        }
        if !self.pending.is_empty() {
            self.programs = Default::default();
            self.close(body, graph);
            self.relate();
        }
        given.effects.sort_by_key(|(value, _)| *value);
        given
    }

    /// What a fact about a value is as a condition.
    fn lit_of_fact(&mut self, value: Value, fact: Fact) -> Option<Lit> {
        let term = self.terms.of(value);
        match fact {
            Fact::Nil => self.terms.is_nil(term),
            Fact::NotNil => Some(self.terms.is_nil(term)?.if_(false)),
            Fact::True => Some(self.terms.lit(term)),
            Fact::False => Some(self.terms.lit(term).if_(false)),
        }
    }

    /// Whether all changes were found.
    pub(super) fn is_complete(&self) -> bool {
        self.complete
    }

    /// Whether a range comes to an end, whatever others do.
    pub(super) fn is_finite(&self, range: Value) -> bool {
        self.facts.finite.contains(&range)
    }

    /// Whether some of these depend on memory.
    pub(super) fn on_memory(&self, atoms: &[AtomId]) -> bool {
        atoms.iter().any(|atom| self.depends_on_memory(*atom))
    }

    /// Whether an atom depends on what is in memory now.
    pub(super) fn depends_on_memory(&self, atom: AtomId) -> bool {
        self.atoms[atom as usize].on_memory
    }

    /// The atom of a condition.
    pub(super) fn find(&self, term: TermId) -> Option<AtomId> {
        self.ids.get(&term).copied()
    }

    /// What holds, too, if an atom has this value.
    pub(super) fn implied_by(&self, atom: AtomId, truth: bool) -> impl Iterator<Item = (AtomId, bool)> {
        let implied = self.implied.get(&(atom, truth)).into_iter().flatten().copied();
        let rivals = self.rivals.get(&atom).filter(|_| truth).map(|group| &self.rival_groups[*group as usize]);
        implied.chain(rivals.into_iter().flatten().filter(move |other| **other != atom).map(|other| (*other, false)))
    }

    /// What an edge says when it is taken.
    pub(super) fn lit_of(terms: &mut Terms, body: &Body, when: When) -> Option<Lit> {
        match when {
            When::Is { cond, truth } => {
                let cond = terms.of(cond);
                Some(terms.lit(cond).if_(truth))
            }
            When::Case { tag, case, equal } => {
                let (tag, case) = (terms.of(tag), terms.of(case));
                Some(terms.equal(tag, case)?.if_(equal))
            }
            When::Registered { defer, truth } => {
                let registered = terms.leaf(Leaf::Registered(defer));
                Some(Lit::Is(registered, truth))
            }
            When::Done(range) if finite_and_not_empty(body, range) => {
                let ranged = terms.leaf(Leaf::Ranged(range));
                Some(Lit::Is(ranged, true))
            }
            When::Type { of, row, equal } => {
                let nil = is_nil_case(body, row);
                let of = terms.of(of);
                let is_nil = terms.is_nil(of)?;
                // A value that has no type is nil; one that has not this type may be nil or not.
                if nil || equal { Some(is_nil.if_(nil == equal)) } else { None }
            }
            // The choice of a `select` is nobody's.
            When::Always | When::Chosen { .. } | When::Next(_) | When::Done(_) | When::Recovered => None,
        }
    }

    fn find_memory_operations(&mut self, body: &Body, graph: &Graph, facts: &CallFacts) {
        for value in graph.reverse_postorder().iter().flat_map(|block| body.insts_of(*block)) {
            match body.op(value) {
                Op::Store(..) => self.stores.push(value),
                Op::Call(_) if facts.pure.contains(&value) => {}
                Op::Call(_) | Op::RunDefer(_) | Op::Send { .. } | Op::Receive { .. } | Op::Select { .. } => {
                    self.clobbers.push(value)
                }
                _ => {}
            }
        }
    }

    fn find_tests(&mut self, body: &Body, graph: &Graph) {
        for block in graph.reverse_postorder() {
            for (number, edge) in body.block(*block).succs.iter().enumerate() {
                let edge_site = (*block, number as u32);
                match Conditions::lit_of(&mut self.terms, body, edge.when) {
                    Some(Lit::Fixed(false)) => {
                        self.closed.insert(edge_site);
                    }
                    Some(Lit::Is(term, truth)) => self.test(Site::Edge(edge_site.0, edge_site.1), term, truth),
                    _ => {}
                }
            }
        }
    }

    /// Calls that return only if something holds. Each is a condition, whether a branch asks for it or not: answers must not
    /// hang on what was assumed in earlier questions.
    fn find_calls_that_test(&mut self) {
        let facts = Arc::clone(&self.facts);
        for (call, value, fact) in &facts.after {
            let is_reached = self.terms.known(*value).is_some();
            if let Some(Lit::Is(term, truth)) = self.lit_of_fact(*value, *fact).filter(|_| is_reached) {
                self.test(Site::After(*call), term, truth);
            }
        }
    }

    /// Finds the shortest ways to all blocks, conditions left aside.
    fn find_ways(&mut self, body: &Body) {
        self.ways = vec![None; body.blocks.len()];
        let mut open = VecDeque::from([Body::ENTRY]);
        while let Some(block) = open.pop_front() {
            for (edge, succ) in body.block(block).succs.iter().zip(0..) {
                let way = &mut self.ways[edge.to.0 as usize];
                if edge.to != Body::ENTRY && way.is_none() && !self.closed.contains(&(block, succ)) {
                    *way = Some((block, succ));
                    open.push_back(edge.to);
                }
            }
        }
    }

    /// From where a block is first reached, conditions left aside, and by which successor: nothing for the entry and
    /// for blocks that are not reached.
    pub(super) fn way_to(&self, block: BlockId) -> Option<(BlockId, u32)> {
        self.ways.get(block.0 as usize).copied().flatten()
    }

    /// Notes that a condition is learnt somewhere.
    fn test(&mut self, site: Site, term: TermId, truth: bool) {
        let atom = self.atom(term);
        self.atoms[atom as usize].tests.push((site, truth));
    }

    fn atom(&mut self, term: TermId) -> AtomId {
        let next = self.atoms.len() as AtomId;
        let atom = *self.ids.entry(term).or_insert(next);
        if atom == next {
            let on_memory = self.terms.leaves(term).iter().any(|leaf| matches!(leaf, Leaf::Content(_)));
            self.atoms.push(Atom { term, changes: Vec::new(), tests: Vec::new(), on_memory });
            self.pending.push(atom);
        }
        atom
    }

    /// What a term is as a source; a new atom if it is a condition that none is yet.
    fn source(&mut self, term: Option<TermId>, of: TermId) -> Source {
        let Some(term) = term else { return Source::Unknown };
        match self.terms.lit(term) {
            Lit::Fixed(truth) => Source::Fixed(truth),
            // `i + 1 + 1 + … < n` has no end.
            Lit::Is(term, _) if self.terms.depth(term) > self.terms.depth(of).max(2) => Source::Unknown,
            Lit::Is(term, truth) => Source::Atom(self.atom(term), truth),
        }
    }

    /// Finds the changes of all atoms, and of those that they become.
    fn close(&mut self, body: &Body, graph: &Graph) {
        let most = CHANGES_PER_BODY + CHANGES_PER_INST * body.insts.len();
        while let Some(atom) = self.pending.pop() {
            if self.changes > most {
                self.complete = false;
                self.pending.clear();
                return;
            }
            let changes = self.changes_of(body, graph, self.atoms[atom as usize].term);
            self.changes += changes.len();
            self.atoms[atom as usize].changes = changes;
        }
    }

    fn changes_of(&mut self, body: &Body, graph: &Graph, term: TermId) -> Vec<(Site, Source)> {
        let mut changes = Vec::new();
        let leaves = self.terms.leaves(term).to_vec();
        for leaf in &leaves {
            match *leaf {
                Leaf::Made(value) => self.changes_when_made(body, value, term, &leaves, &mut changes),
                Leaf::Content(cell) => self.changes_in_memory(body, cell, term, &mut changes),
                Leaf::Registered(defer) => {
                    changes.extend([(Site::Begin, Source::Fixed(false)), (Site::After(defer), Source::Fixed(true))])
                }
                Leaf::Ranged(range) => ranged(body, graph, range, &mut changes),
            }
        }
        // An atom with two phis of one block changes once; what changes in two ways at once is not known.
        changes.sort_by_key(|(site, _)| *site);
        changes.dedup_by(|(site, source), (before, kept)| {
            if site == before && source != kept {
                *kept = Source::Unknown;
            }
            site == before
        });
        changes
    }

    fn changes_when_made(
        &mut self,
        body: &Body,
        value: Value,
        term: TermId,
        leaves: &[Leaf],
        changes: &mut Vec<(Site, Source)>,
    ) {
        match body.op(value) {
            Op::Phi(..) | Op::Join(_) => {
                let block = body.block_of(value);
                for pred in 0..body.block(block).preds.len() {
                    let by = self.operands(body, block, pred, leaves);
                    // In wrong code, a phi may lack operands.
                    let known = by.contains_key(&Leaf::Made(value));
                    let replaced = self.terms.replaced(term, &|leaf| by.get(&leaf).copied()).filter(|_| known);
                    changes.push((Site::Entry(block, pred as u32), self.source(replaced, term)));
                }
            }
            Op::Load(place) => {
                let content = self.terms.cells.at(place).map(|cell| self.terms.leaf(Leaf::Content(cell)));
                let is = |leaf| if leaf == Leaf::Made(value) { content } else { None };
                let replaced = content.and_then(|_| self.terms.replaced(term, &is));
                changes.push((Site::After(value), self.source(replaced, term)));
            }
            _ => changes.push((Site::After(value), Source::Unknown)),
        }
    }

    /// What the phis of a block among these leaves become when it is entered from a predecessor.
    fn operands(&mut self, body: &Body, block: BlockId, pred: usize, leaves: &[Leaf]) -> FxHashMap<Leaf, TermId> {
        let mut by = FxHashMap::default();
        for leaf in leaves {
            if let Leaf::Made(value) = leaf
                && let Op::Phi(_, list) | Op::Join(list) = body.op(*value)
                && body.block_of(*value) == block
                && let Some(operand) = body.list(list).get(pred)
            {
                by.insert(*leaf, self.terms.of(*operand));
            }
        }
        by
    }

    fn changes_in_memory(&mut self, body: &Body, cell: Cell, term: TermId, changes: &mut Vec<(Site, Source)>) {
        // The place is another one when the pointer is.
        if let Root::Deref(pointer) = self.terms.cells.root(cell) {
            for leaf in self.terms.leaves(pointer).to_vec() {
                match leaf {
                    Leaf::Made(value) if matches!(body.op(value), Op::Phi(..) | Op::Join(_)) => {
                        let block = body.block_of(value);
                        let preds = 0..body.block(block).preds.len() as u32;
                        changes.extend(preds.map(|pred| (Site::Entry(block, pred), Source::Unknown)));
                    }
                    Leaf::Made(value) => changes.push((Site::After(value), Source::Unknown)),
                    _ => {}
                }
            }
        }
        for store in self.stores.clone() {
            let Op::Store(place, value) = body.op(store) else { continue };
            if self.terms.stored_at(body, place) == Some(cell) {
                let stored = self.terms.stored(store, value);
                let is = |leaf| (leaf == Leaf::Content(cell)).then_some(stored);
                let replaced = self.terms.replaced(term, &is);
                changes.push((Site::After(store), self.source(replaced, term)));
            } else if self.terms.cells.may_change(body, place, cell) {
                changes.push((Site::After(store), Source::Unknown));
            }
        }
    }

    /// Notes what follows from what.
    fn relate(&mut self) {
        self.implied.clear();
        self.rivals.clear();
        let facts = Arc::clone(&self.facts);
        for fact in &facts.implications {
            let when = self.existing(fact.when.0, fact.when.1);
            let then = self.existing(fact.then.0, fact.then.1);
            if let (Some((a, a_truth)), Some((b, b_truth))) = (when, then) {
                self.implied.entry((a, a_truth)).or_default().push((b, b_truth));
                self.implied.entry((b, !b_truth)).or_default().push((a, !a_truth));
            }
        }
        let mut groups: FxHashMap<TermId, Vec<AtomId>> = FxHashMap::default();
        for (atom, info) in self.atoms.iter().enumerate() {
            if let Term::Binary(Operator::Eq, a, b) = self.terms.term(info.term) {
                let constant = |id| matches!(self.terms.term(id), Term::Const(_));
                let of = if constant(a) { b } else { a };
                if constant(a) || constant(b) {
                    groups.entry(of).or_default().push(atom as AtomId);
                }
            }
        }
        let mut groups: Vec<Vec<AtomId>> = groups.into_values().filter(|group| group.len() > 1).collect();
        groups.sort_unstable();
        for (number, group) in groups.iter().enumerate() {
            self.rivals.extend(group.iter().map(|atom| (*atom, number as u32)));
        }
        self.rival_groups = groups;
    }

    /// The atom that says this of a value, if there is one.
    fn existing(&self, value: Value, fact: Fact) -> Option<(AtomId, bool)> {
        let term = self.terms.known(value)?;
        let (lit, truth) = match fact {
            Fact::Nil => (Lit::Is(self.terms.find_nil_test(term)?, true), true),
            Fact::NotNil => (Lit::Is(self.terms.find_nil_test(term)?, true), false),
            Fact::True => (self.terms.lit(term), true),
            Fact::False => (self.terms.lit(term), false),
        };
        match lit {
            Lit::Is(term, is) => Some((self.find(term)?, is == truth)),
            Lit::Fixed(_) => None,
        }
    }

    /// What becomes of all atoms.
    pub(super) fn program(&self, memory: Memory) -> &Program {
        self.programs[memory as usize].get_or_init(|| {
            let all: Vec<AtomId> = (0..self.atoms.len() as AtomId).collect();
            Program::new(self, &all, memory, &Given::default())
        })
    }
}

/// Where it changes whether a range has had an element.
fn ranged(body: &Body, graph: &Graph, range: Value, changes: &mut Vec<(Site, Source)>) {
    let block = body.block_of(range);
    for (number, pred) in body.block(block).preds.iter().enumerate() {
        if !graph.dominators().dominates(block, *pred) {
            changes.push((Site::Entry(block, number as u32), Source::Fixed(false)));
        }
    }
    for (number, edge) in body.block(block).succs.iter().enumerate() {
        if edge.when == When::Next(range) {
            changes.push((Site::Edge(block, number as u32), Source::Fixed(true)));
        }
    }
}

/// What happens to an atom at some point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// It becomes this. All that become something at one site do so at once.
    Set(AtomId, Source),
    /// It has this value, or the path ends here.
    Learn(AtomId, bool),
    /// No path goes on here.
    Stop,
    /// All atoms that depend on memory are unknown.
    Clobber,
}

/// What a question assumes.
#[derive(Clone, Debug, Default)]
pub(super) struct Given {
    /// What is learnt after instructions, or that no path goes on there; sorted by them.
    pub(super) effects: Vec<(Value, Effect)>,
}

/// What happens to a set of atoms, by where it happens.
#[derive(Clone, Debug, Default)]
pub(super) struct Program {
    /// When the body begins, blocks are entered and edges are taken: what is learnt stands first.
    sites: FxHashMap<Site, Vec<Effect>>,
    /// After instructions, sorted by them.
    pub(super) points: Vec<(Value, Effect)>,
}

impl Program {
    pub(super) fn new(conditions: &Conditions, atoms: &[AtomId], memory: Memory, given: &Given) -> Program {
        let mut program = Program::default();
        for atom in atoms {
            for (site, source) in &conditions.atoms[*atom as usize].changes {
                program.add(*site, Effect::Set(*atom, *source));
            }
        }
        if memory == Memory::Clobbered && conditions.on_memory(atoms) {
            program.points.extend(conditions.clobbers.iter().map(|call| (*call, Effect::Clobber)));
        }
        for atom in atoms {
            for (site, truth) in &conditions.atoms[*atom as usize].tests {
                program.add(*site, Effect::Learn(*atom, *truth));
            }
        }
        let matters = |effect: &Effect| !matches!(effect, Effect::Learn(atom, _) if !atoms.contains(atom));
        program.points.extend(given.effects.iter().filter(|(_, effect)| matters(effect)));
        // Of one instruction, what it changes comes before what is learnt of that.
        program.points.sort_by_key(|(value, _)| *value);
        program
    }

    fn add(&mut self, site: Site, effect: Effect) {
        match site {
            Site::After(value) => self.points.push((value, effect)),
            site => self.sites.entry(site).or_default().push(effect),
        }
    }

    /// What happens at a site that is no instruction.
    pub(super) fn at(&self, site: Site) -> &[Effect] {
        self.sites.get(&site).map_or(&[], Vec::as_slice)
    }

    /// What happens after instructions from `from` up to, but for, `to`.
    pub(super) fn between(&self, from: Value, to: Value) -> &[(Value, Effect)] {
        between(&self.points, from, to)
    }
}

impl Given {
    /// What is assumed after instructions from `from` up to, but for, `to`.
    pub(super) fn between(&self, from: Value, to: Value) -> &[(Value, Effect)] {
        between(&self.effects, from, to)
    }
}

fn between(points: &[(Value, Effect)], from: Value, to: Value) -> &[(Value, Effect)] {
    let start = points.partition_point(|(value, _)| *value < from);
    let end = points.partition_point(|(value, _)| *value < to);
    &points[start..end.max(start)]
}

/// Takes the effects of one instruction off the front.
pub(super) fn taken(points: &mut &[(Value, Effect)], at: Value) -> Vec<Effect> {
    let (own, rest) = points.split_at(points.iter().take_while(|(value, _)| *value == at).count());
    *points = rest;
    own.iter().map(|(_, effect)| *effect).collect()
}
