//! The search for a path: breadth first, over blocks in states.
//!
//! In: a body, the conditions that are followed, and what a question marks. Out: a shortest path that agrees with these
//! conditions. A state is what is known of each: two bits. First comes all that leads to the start, then all that
//! follows it.
//!
//! **Absent:** conditions that are not followed.

use super::conditions::{AtomId, Conditions, Effect, Given, Memory, Program, Site, Source, taken};
use super::{Events, Exits, MAX_STATES, Paths, Question, Reason, Start};
use crate::graph::Graph;
use crate::ir::{BlockId, Body, Value};
use rustc_hash::FxHashMap;

/// How many conditions may be followed: two bits of a state for each.
const MAX_TRACKED: usize = 32;

/// What is known of each condition that is followed: 0 for nothing, 2 for false, 3 for true.
pub(super) type State = u64;

/// What a question marks in a body.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// Instructions, sorted, each once.
    insts: Vec<(Value, Mark)>,
    edges: FxHashMap<(BlockId, u32), Mark>,
    /// Ends to reach.
    to: Exits,
}

#[derive(Clone, Copy, Debug, Default)]
struct Mark {
    start: bool,
    to: bool,
    avoid: bool,
}

impl Mark {
    fn or(self, other: Mark) -> Mark {
        Mark { start: self.start || other.start, to: self.to || other.to, avoid: self.avoid || other.avoid }
    }
}

impl Marks {
    pub(super) fn new(paths: &Paths, body: &Body, question: &Question) -> Marks {
        let mut marks = Marks { to: question.to.exits, ..Marks::default() };
        let to = Mark { to: true, ..Mark::default() };
        let avoid = Mark { avoid: true, ..Mark::default() };
        marks.add(paths, question.to, to);
        marks.add(paths, question.avoid, avoid);
        if let Start::After(value) = question.from {
            marks.insts.push((value, Mark { start: true, ..Mark::default() }));
        }
        // Events of another body would be marks that no block holds.
        marks.insts.retain(|(value, _)| (value.0 as usize) < body.insts.len());
        marks.insts.sort_by_key(|(value, _)| *value);
        marks.insts.dedup_by(|(value, mark), (before, kept)| {
            if value == before {
                *kept = kept.or(*mark);
            }
            value == before
        });
        marks
    }

    fn add(&mut self, paths: &Paths, events: &Events, mark: Mark) {
        self.insts.extend(events.insts.iter().map(|value| (*value, mark)));
        for (_, run) in paths.runs.iter().filter(|(defer, _)| events.defers.contains(defer)) {
            self.insts.push((*run, mark));
        }
        for edge in &events.edges {
            let entry = self.edges.entry(*edge).or_default();
            *entry = entry.or(mark);
        }
    }

    fn between(&self, from: Value, to: Value) -> &[(Value, Mark)] {
        let start = self.insts.partition_point(|(value, _)| *value < from);
        let end = self.insts.partition_point(|(value, _)| *value < to);
        &self.insts[start..end.max(start)]
    }
}

/// A path, from the entry.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) hops: Vec<Hop>,
    /// The number of the hop in which the start lies.
    pub(super) started: usize,
    pub(super) end: End,
    /// If the path goes on from the last hop to this one, for ever.
    pub(super) again: Option<usize>,
}

/// A block on a path, and by which successor the path leaves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hop {
    pub(super) block: BlockId,
    pub(super) succ: Option<u32>,
}

/// Where a path ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// At an instruction of the last block.
    At(Value),
    /// On the edge that leaves the last block.
    Edge,
    /// At the end of the last block, or nowhere.
    Block,
}

/// What a search yields.
#[derive(Clone, Debug)]
pub(super) enum Outcome {
    Found(Found),
    Nothing,
    Unknown(Reason),
}

/// A search in the making.
pub(super) struct Search<'a> {
    pub(super) body: &'a Body,
    graph: &'a Graph,
    pub(super) conditions: &'a Conditions,
    program: Program,
    slots: FxHashMap<AtomId, u32>,
    /// The slots of conditions on memory.
    on_memory: State,
    /// For each block, what will be asked of the state at its entry; all ones if nothing is followed.
    live: Vec<State>,
    marks: &'a Marks,
    from: Start,
}

/// A block that was reached in some state.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) block: BlockId,
    pub(super) state: State,
    /// Where in the block the path starts: after this instruction.
    pub(super) from: Option<Value>,
    /// From which node, and by which successor; for the first nodes after the start, the node that leads to it.
    parent: Option<(u32, u32)>,
}

/// What follows a node.
#[derive(Debug, Default)]
pub(super) struct Next {
    /// An event of the question.
    found: Option<(Option<u32>, End)>,
    /// Starts in this block, and the states there.
    starts: Vec<(Value, State)>,
    /// Successors, by number, and the states at their entry.
    pub(super) nodes: Vec<(u32, BlockId, State)>,
    /// Whether some way on was cut off by an event that is avoided.
    pub(super) avoided: bool,
    /// Whether the end of a block without successors is reached.
    pub(super) ended: bool,
}

impl<'a> Search<'a> {
    /// Prepares a search that follows these conditions; nothing if they are too many.
    pub(super) fn new(
        body: &'a Body,
        graph: &'a Graph,
        (conditions, given): (&'a Conditions, &Given),
        tracked: &[AtomId],
        memory: Memory,
        marks: &'a Marks,
        question: &Question,
    ) -> Option<Search<'a>> {
        if tracked.len() > MAX_TRACKED {
            return None;
        }
        let slots: FxHashMap<AtomId, u32> = tracked.iter().zip(0..).map(|(atom, slot)| (*atom, 2 * slot)).collect();
        let on_memory = tracked.iter().filter(|atom| conditions.depends_on_memory(**atom));
        let on_memory = on_memory.fold(0, |mask, atom| mask | 3 << slots[atom]);
        let program = Program::new(conditions, tracked, memory, given);
        let mut search =
            Search { body, graph, conditions, program, slots, on_memory, live: Vec::new(), marks, from: question.from };
        search.live = search.liveness();
        Some(search)
    }

    /// Searches for a shortest path.
    pub(super) fn run(&self) -> Outcome {
        let Some(mut walk) = self.begin() else { return Outcome::Unknown(Reason::Conditions) };
        let mut next = 0;
        while let Some(node) = walk.nodes.get(next).copied() {
            let reached = self.next(&node, true);
            if let Some((succ, end)) = reached.found {
                return Outcome::Found(walk.found(next, succ, end));
            }
            if !walk.add_all(next, &reached) {
                return Outcome::Unknown(Reason::Conditions);
            }
            next += 1;
        }
        Outcome::Nothing
    }

    /// The nodes in which a path starts, with what leads there; nothing if there are too many states.
    pub(super) fn begin(&self) -> Option<Walk<'a>> {
        if let (Start::After(start), true, []) = (self.from, self.slots.is_empty(), self.program.points.as_slice()) {
            return self.begin_at(start);
        }
        let mut before = Walk::new(self.body, self.conditions);
        let mut state = 0;
        for effect in self.program.at(Site::Begin) {
            if let Effect::Set(atom, Source::Fixed(truth)) = effect {
                state = self.with(state, *atom, *truth);
            }
        }
        let first = Node { block: Body::ENTRY, state, from: None, parent: None };
        before.add(first)?;
        if self.from == Start::Entry {
            return Some(before);
        }
        let mut after = Walk::new(self.body, self.conditions);
        let mut next = 0;
        while let Some(node) = before.nodes.get(next).copied() {
            let reached = self.next(&node, false);
            for (start, state) in &reached.starts {
                let parent = Some((next as u32, 0));
                after.add(Node { block: node.block, state: *state, from: Some(*start), parent })?;
            }
            if !before.add_all(next, &reached) {
                return None;
            }
            next += 1;
        }
        after.before = before.nodes;
        Some(after)
    }

    /// Where nothing is followed, it only matters whether the start is reached at all.
    fn begin_at(&self, start: Value) -> Option<Walk<'a>> {
        let mut walk = Walk::new(self.body, self.conditions);
        let block = self.body.block_of(start);
        let stands = self.body.block(block).start <= start.0 && start.0 < self.body.block(block).end;
        if stands && (block == Body::ENTRY || self.conditions.way_to(block).is_some()) {
            walk.add(Node { block, state: 0, from: Some(start), parent: None })?;
        }
        Some(walk)
    }

    /// Goes through a block and along its edges. Events count if the path has started.
    pub(super) fn next(&self, node: &Node, started: bool) -> Next {
        let mut next = Next::default();
        let block = self.body.block(node.block);
        let from = node.from.map_or(block.start, |from| from.0 + 1);
        let (from, to) = (Value(from), Value(block.end));
        let mut states = vec![node.state];
        let mut points = self.program.between(from, to);
        for (at, mark) in self.marks.between(from, to) {
            let before = points.partition_point(|(value, _)| value < at);
            let own = points.partition_point(|(value, _)| value <= at);
            states = self.after_all(states, &points[..before]);
            if states.is_empty() {
                return next;
            }
            if started && mark.to {
                next.found = Some((None, End::At(*at)));
                return next;
            }
            if started && mark.avoid {
                next.avoided = true;
                return next;
            }
            states = self.after_all(states, &points[before..own]);
            points = &points[own..];
            if mark.start && !started {
                next.starts.extend(states.iter().map(|state| (*at, *state)));
            }
        }
        states = self.after_all(states, points);
        if states.is_empty() {
            return next;
        }
        if block.succs.is_empty() {
            next.ended = true;
            if started && Exits::of(self.body, node.block).intersects(self.marks.to) {
                next.found = Some((None, End::Block));
            }
        }
        for succ in 0..block.succs.len() as u32 {
            self.leave(node.block, succ, &states, started, &mut next);
            if next.found.is_some() {
                break;
            }
        }
        next
    }

    fn leave(&self, block: BlockId, succ: u32, states: &[State], started: bool, next: &mut Next) {
        if self.conditions.closed.contains(&(block, succ)) {
            return;
        }
        let mut states = self.through(states.to_vec(), self.program.at(Site::Edge(block, succ)));
        if states.is_empty() {
            return;
        }
        let mark = self.marks.edges.get(&(block, succ)).copied().unwrap_or_default();
        if started && mark.to {
            next.found = Some((Some(succ), End::Edge));
            return;
        }
        if started && mark.avoid {
            next.avoided = true;
            return;
        }
        let to = self.body.block(block).succs[succ as usize].to;
        states = self.through(states, self.program.at(Site::Entry(to, self.graph.entry_number(block, succ))));
        let live = self.live[to.0 as usize];
        states.iter_mut().for_each(|state| *state &= live);
        states.sort_unstable();
        states.dedup();
        next.nodes.extend(states.into_iter().map(|state| (succ, to, state)));
    }

    fn after_all(&self, mut states: Vec<State>, points: &[(Value, Effect)]) -> Vec<State> {
        let mut rest = points;
        while let Some((at, _)) = rest.first() {
            let effects = taken(&mut rest, *at);
            states = self.through(states, &effects);
        }
        states
    }

    /// What happens at one site: what becomes something else does so at once.
    fn through(&self, mut states: Vec<State>, effects: &[Effect]) -> Vec<State> {
        if effects.is_empty() {
            return states;
        }
        for effect in effects {
            match effect {
                Effect::Clobber => states.iter_mut().for_each(|state| *state &= !self.on_memory),
                // What something becomes has to be known, that the two stay the same: both ways.
                Effect::Set(_, Source::Atom(of, _)) if self.slots.contains_key(of) => {
                    states = states.into_iter().flat_map(|state| self.both(state, *of)).collect();
                }
                _ => {}
            }
        }
        let set = |old: State| effects.iter().fold(old, |state, effect| self.set(old, state, effect));
        let learn = |state: State| {
            effects.iter().try_fold(state, |state, effect| match effect {
                Effect::Learn(atom, truth) => self.learn(state, *atom, *truth),
                Effect::Stop => None,
                Effect::Set(..) | Effect::Clobber => Some(state),
            })
        };
        // What an instruction makes comes before what is learnt of it.
        states.into_iter().map(set).filter_map(learn).collect()
    }

    fn both(&self, state: State, atom: AtomId) -> Vec<State> {
        if self.value(state, atom).is_some() {
            return vec![state];
        }
        [false, true].into_iter().filter_map(|truth| self.learn(state, atom, truth)).collect()
    }

    fn set(&self, old: State, state: State, effect: &Effect) -> State {
        let Effect::Set(atom, source) = effect else { return state };
        let truth = match source {
            Source::Unknown => None,
            Source::Fixed(truth) => Some(*truth),
            Source::Atom(of, truth) => self.value(old, *of).map(|is| is == *truth),
        };
        let cleared = state & !(3 << self.slots[atom]);
        truth.map_or(cleared, |truth| self.with(cleared, *atom, truth))
    }

    /// The state after something was found to hold; nothing if it contradicts.
    fn learn(&self, mut state: State, atom: AtomId, truth: bool) -> Option<State> {
        let mut open = vec![(atom, truth)];
        while let Some((atom, truth)) = open.pop() {
            if !self.slots.contains_key(&atom) {
                continue;
            }
            match self.value(state, atom) {
                Some(is) if is != truth => return None,
                Some(_) => {}
                None => {
                    state = self.with(state, atom, truth);
                    open.extend(self.conditions.implied_by(atom, truth));
                }
            }
        }
        Some(state)
    }

    fn value(&self, state: State, atom: AtomId) -> Option<bool> {
        let slot = self.slots.get(&atom)?;
        match state >> slot & 3 {
            2 => Some(false),
            3 => Some(true),
            _ => None,
        }
    }

    fn with(&self, state: State, atom: AtomId, truth: bool) -> State {
        match self.slots.get(&atom) {
            Some(slot) => state & !(3 << slot) | (2 | truth as State) << slot,
            None => state,
        }
    }

    /// For each block, the conditions whose value at its entry may still be asked for.
    fn liveness(&self) -> Vec<State> {
        if self.slots.is_empty() {
            return vec![State::MAX; self.body.blocks.len()];
        }
        let mut live: Vec<State> = vec![0; self.body.blocks.len()];
        let mut open: Vec<u32> = (0..live.len() as u32).collect();
        while let Some(block) = open.pop() {
            let id = BlockId(block);
            let mut mask = 0;
            for (succ, edge) in self.body.block(id).succs.iter().enumerate() {
                let entry = Site::Entry(edge.to, self.graph.entry_number(id, succ as u32));
                let after = self.before(live[edge.to.0 as usize], self.program.at(entry));
                mask |= self.before(after, self.program.at(Site::Edge(id, succ as u32)));
            }
            let body = self.body.block(id);
            for (_, effect) in self.program.between(Value(body.start), Value(body.end)).iter().rev() {
                mask = self.before(mask, std::slice::from_ref(effect));
            }
            if mask != live[block as usize] {
                live[block as usize] |= mask;
                open.extend(self.body.block(id).preds.iter().map(|pred| pred.0));
            }
        }
        live
    }

    fn before(&self, mask: State, effects: &[Effect]) -> State {
        let bits = |atom: &AtomId| self.slots.get(atom).map_or(0, |slot| 3 << slot);
        let (mut kept, mut used) = (mask, 0);
        for effect in effects {
            match effect {
                Effect::Set(atom, source) => {
                    kept &= !bits(atom);
                    if let (Source::Atom(of, _), true) = (source, mask & bits(atom) != 0) {
                        used |= bits(of);
                    }
                }
                Effect::Learn(atom, truth) => {
                    used |= bits(atom);
                    used |= self.conditions.implied_by(*atom, *truth).fold(0, |mask, (atom, _)| mask | bits(&atom));
                }
                Effect::Clobber | Effect::Stop => {}
            }
        }
        kept | used
    }
}

/// Nodes as they are reached, from the entry or from the start.
#[derive(Debug)]
pub(super) struct Walk<'a> {
    pub(super) nodes: Vec<Node>,
    seen: FxHashMap<(BlockId, Option<Value>, State), u32>,
    /// How many states each block has.
    counts: Vec<u32>,
    /// What leads to the start: if nothing, any way does.
    before: Vec<Node>,
    conditions: &'a Conditions,
}

impl<'a> Walk<'a> {
    fn new(body: &Body, conditions: &'a Conditions) -> Walk<'a> {
        let counts = vec![0; body.blocks.len()];
        Walk { nodes: Vec::new(), seen: FxHashMap::default(), counts, before: Vec::new(), conditions }
    }

    /// Adds a node unless it is there already, and tells its number; nothing if its block has too many.
    fn add(&mut self, node: Node) -> Option<u32> {
        let next = self.nodes.len() as u32;
        let number = *self.seen.entry((node.block, node.from, node.state)).or_insert(next);
        if number == next {
            self.nodes.push(node);
            let count = &mut self.counts[node.block.0 as usize];
            *count += 1;
            if *count > MAX_STATES {
                return None;
            }
        }
        Some(number)
    }

    /// Adds what follows a node: false if some block has too many states.
    fn add_all(&mut self, parent: usize, next: &Next) -> bool {
        next.nodes.iter().all(|(succ, block, state)| {
            let parent = Some((parent as u32, *succ));
            self.add(Node { block: *block, state: *state, from: None, parent }).is_some()
        })
    }

    /// Adds what follows a node, and tells the numbers of these nodes; nothing if some block has too many states.
    pub(super) fn add_numbered(&mut self, parent: usize, next: &Next) -> Option<Vec<(u32, u32)>> {
        let add = |(succ, block, state): &(u32, BlockId, State)| {
            let parent = Some((parent as u32, *succ));
            Some((*succ, self.add(Node { block: *block, state: *state, from: None, parent })?))
        };
        next.nodes.iter().map(add).collect()
    }

    /// The path that leads to a node and ends there.
    pub(super) fn found(&self, node: usize, succ: Option<u32>, end: End) -> Found {
        let mut hops = vec![Hop { block: self.nodes[node].block, succ }];
        let first = climb(&self.nodes, node, &mut hops, |node| node.from.is_none());
        let after = hops.len();
        // The block of the start is one hop, before it and after it.
        match self.nodes[first] {
            Node { from: Some(_), parent: Some((leads, _)), .. } => {
                climb(&self.before, leads as usize, &mut hops, |_| true);
            }
            Node { from: Some(_), parent: None, block, .. } => {
                let mut at = block;
                while let Some((block, succ)) = self.conditions.way_to(at) {
                    hops.push(Hop { block, succ: Some(succ) });
                    at = block;
                }
            }
            Node { from: None, .. } => {}
        }
        let started = hops.len() - after;
        hops.reverse();
        Found { hops, started, end, again: None }
    }
}

/// Adds the blocks that lead to a node, last first, and tells the first node.
fn climb(nodes: &[Node], mut node: usize, hops: &mut Vec<Hop>, goes_on: impl Fn(&Node) -> bool) -> usize {
    while let (true, Some((parent, succ))) = (goes_on(&nodes[node]), nodes[node].parent) {
        node = parent as usize;
        hops.push(Hop { block: nodes[node].block, succ: Some(succ) });
    }
    node
}
