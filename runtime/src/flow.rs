//! What happens inside of the functions of a file: answers to questions about paths, values, calls and goroutines.
//!
//! In: [`Facts`] of one file, a question and its arguments. Out: yes, no or unknown, or a value: [`Rows`], [`EventSet`]s,
//! [`Trace`]s. The bodies are made when the first question comes, for all rules together; what is asked of one body is
//! answered from tables that its questions share.
//!
//! Read in this order: [`rows`], [`events`], [`paths`], [`values`], then the rest.
//!
//! **Absent:** control flow and values themselves, which are `rulec-flow`'s; other files, which are `rulec-calls`'s.

pub(crate) mod around;
pub(crate) mod edited;
pub(crate) mod entities;
pub(crate) mod events;
pub(crate) mod models;
pub(crate) mod paths;
pub(crate) mod row_map;
pub(crate) mod rows;
pub(crate) mod states;
pub(crate) mod taint;
pub(crate) mod trace;
pub(crate) mod values;

mod answer;
mod calls;
mod concurrency;
mod inherited;
mod literals;
mod loops;
mod named;

use crate::conditions::Facts;
use rulec_flow::ir::{BlockId, BodyId, Edge, Op, Place, Value};
use rulec_flow::paths::{Fact, Paths};
use rulec_flow::values::{Located, ValueCache, Values};
use rulec_flow::{Body, FileFlow, Knowledge};
use rulec_tree::{Kind, Node};
use rulec_types::{Store, Types};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::{OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

pub(crate) use answer::{answer, fact_unknown_because, unknown_because};
pub(crate) use concurrency::is_about_goroutines;
pub(crate) use events::EventSet;
pub(crate) use rows::Rows;
pub(crate) use trace::Trace;

/// The bodies of one file, and what was found out about them so far.
pub struct Bodies {
    file: Arc<FileFlow>,
    values: ValueCache,
    /// One for each body.
    paths: Vec<OnceCell<Paths>>,
    /// For each body what its variables get where identifiers declare them.
    definitions: Vec<OnceCell<FxHashMap<Node, Value>>>,
    /// For each body the variables that its calls fill from outside; see [`taint::filled`].
    filled: Vec<OnceCell<Vec<(Place, String)>>>,
    known_on_edges: RefCell<FxHashMap<BodyId, Rc<KnownOnEdges>>>,
    runs: RefCell<FxHashMap<BodyId, Rc<[literals::Run]>>>,
    /// Calls that are known to have nothing to do with states.
    stateless: RefCell<FxHashSet<Node>>,
}

/// What is known where an edge is taken.
pub(crate) struct Known {
    edge: EdgeId,
    value: Value,
    fact: Fact,
}

/// The block that an edge leaves, and its number there.
type EdgeId = (BlockId, u32);

/// What is known where the edges of one body are taken.
#[derive(Default)]
pub(crate) struct KnownOnEdges {
    /// What is read from memory first.
    known: Vec<Known>,
    in_memory: usize,
    edges: FxHashMap<(Value, Fact), Vec<EdgeId>>,
}

impl KnownOnEdges {
    fn new(body: &Body, paths: &Paths) -> KnownOnEdges {
        let implied = |(block, number, edge): (BlockId, u32, Edge)| {
            let known = paths.implied(body, edge.when).into_iter();
            known.map(move |(value, fact)| Known { edge: (block, number), value, fact })
        };
        let (mut known, others): (Vec<Known>, Vec<Known>) = edges(body)
            .flat_map(implied)
            .partition(|known| matches!(body.op(known.value), Op::Load(_) | Op::Captured(_)));
        let in_memory = known.len();
        known.extend(others);
        let mut edges: FxHashMap<(Value, Fact), Vec<EdgeId>> = FxHashMap::default();
        for one in &known {
            edges.entry((one.value, one.fact)).or_default().push(one.edge);
        }
        KnownOnEdges { known, in_memory, edges }
    }

    /// The edges on which this is known of a value that is no copy.
    pub(crate) fn edges_where(&self, value: Value, fact: Fact) -> &[EdgeId] {
        self.edges.get(&(value, fact)).map_or(&[], Vec::as_slice)
    }

    /// What is known of what is read from memory.
    pub(crate) fn in_memory(&self) -> &[Known] {
        &self.known[..self.in_memory]
    }

    /// All of it.
    pub(crate) fn all(&self) -> &[Known] {
        &self.known
    }
}

impl Bodies {
    /// Makes the bodies of a file.
    pub(crate) fn new(facts: &Facts) -> Bodies {
        let file = facts.flow();
        let values = ValueCache::new(file.all());
        let paths = file.all().iter().map(|_| OnceCell::new()).collect();
        let definitions = file.all().iter().map(|_| OnceCell::new()).collect();
        let filled = file.all().iter().map(|_| OnceCell::new()).collect();
        Bodies {
            file,
            values,
            paths,
            definitions,
            filled,
            known_on_edges: RefCell::default(),
            runs: RefCell::default(),
            stateless: RefCell::default(),
        }
    }
}

/// The bodies of a file with all that is known around them.
#[derive(Clone, Copy)]
pub(crate) struct Flow<'f> {
    pub(crate) facts: &'f Facts<'f>,
    pub(crate) bodies: &'f Bodies,
    types: Option<Types<'f>>,
}

impl<'f> Flow<'f> {
    /// The flow of a file.
    pub(crate) fn of(facts: &'f Facts<'f>) -> Flow<'f> {
        let types = facts.types().ok().map(|types| types.relations());
        Flow { facts, bodies: facts.bodies(), types }
    }

    /// A body.
    pub(crate) fn body(self, body: BodyId) -> &'f Body {
        self.bodies.file.body(body)
    }

    /// The innermost body whose code evaluates a row; of a function itself, its own.
    pub(crate) fn body_around(self, row: Node) -> Option<BodyId> {
        self.bodies.file.body_of(row).or_else(|| self.bodies.file.around(row))
    }

    /// The body that evaluates a row.
    pub(crate) fn evaluated_in(self, row: Node) -> Option<BodyId> {
        self.bodies.file.around(row)
    }

    /// What is known of functions that are called.
    pub(crate) fn knowledge(self) -> &'f dyn Knowledge {
        self.facts.knowledge()
    }

    /// Where names and types live.
    pub(crate) fn store(self) -> Option<&'f Store> {
        self.types.map(|types| types.store)
    }

    /// What questions about paths share.
    pub(crate) fn paths(self, body: BodyId) -> Option<&'f Paths> {
        let paths = self.bodies.paths.get(body.0 as usize)?;
        Some(paths.get_or_init(|| Paths::new(self.body(body), self.knowledge(), self.types)))
    }

    /// The variables that the calls of a body fill with values from outside, and of which kinds these are.
    pub(crate) fn filled(self, body: BodyId) -> &'f [(Place, String)] {
        let filled = self.bodies.filled.get(body.0 as usize);
        filled.map_or(&[], |filled| filled.get_or_init(|| taint::filled(self, body)))
    }

    /// The values of a body.
    pub(crate) fn values(self, body: BodyId) -> Values<'f> {
        Values::new(self.bodies.file.all(), body, &self.bodies.values, self.knowledge(), self.types)
    }

    /// The value of a row: of an expression what it evaluates to, of an identifier that defines a variable what this
    /// gets. None for what is not evaluated.
    pub(crate) fn value_at(self, row: Node) -> Option<Located> {
        let row = self.facts.tree().unparen(row);
        let around = self.bodies.file.around(row);
        if let Some(id) = around
            && let Some(value) = self.body(id).at(row)
        {
            return Some(Located { body: id, value });
        }
        let function = self.function_declaring(row);
        let mut candidates = [function, around].into_iter().flatten();
        candidates.find_map(|id| Some(Located { body: id, value: self.definition(id, row)? }))
    }

    /// What a variable gets where this identifier declares it.
    pub(crate) fn definition(self, id: BodyId, ident: Node) -> Option<Value> {
        let known = self.bodies.definitions.get(id.0 as usize)?;
        known.get_or_init(|| definitions(self.body(id))).get(&ident).copied()
    }

    /// The value of a row as [`Flow::value_at`] tells it, but of a variable in memory that is assigned here what it gets, as
    /// nothing uses the assignment itself.
    pub(crate) fn held_at(self, row: Node) -> Option<Located> {
        let at = self.value_at(row)?;
        match self.body(at.body).op(at.value) {
            Op::Store(_, value) => Some(Located { value, ..at }),
            _ => Some(at),
        }
    }

    /// The body of the function of whose parameter or result list a row is part.
    fn function_declaring(self, row: Node) -> Option<BodyId> {
        let tree = self.facts.tree();
        let mut at = row;
        loop {
            let above = tree.parent(at);
            match tree.kind(above) {
                Kind::FuncDecl | Kind::FuncLit => return self.bodies.file.body_of(above),
                _ if above == at => return None,
                _ => at = above,
            }
        }
    }

    /// The bodies from this one outwards.
    pub(crate) fn outwards(self, body: BodyId) -> impl Iterator<Item = BodyId> + use<'f> {
        std::iter::successors(Some(body), move |body| self.body(*body).outer)
    }

    /// What is known of which values on the edges of a body.
    pub(crate) fn known_on_edges(self, id: BodyId) -> Rc<KnownOnEdges> {
        if let Some(known) = self.bodies.known_on_edges.borrow().get(&id) {
            return known.clone();
        }
        let known = self.paths(id).map(|paths| KnownOnEdges::new(self.body(id), paths));
        let known = Rc::new(known.unwrap_or_default());
        self.bodies.known_on_edges.borrow_mut().insert(id, known.clone());
        known
    }
}

/// All edges of a body: the block they leave and their number there.
fn edges(body: &Body) -> impl Iterator<Item = (BlockId, u32, Edge)> + '_ {
    body.blocks.iter().enumerate().flat_map(|(block, content)| {
        let numbered = content.succs.iter().enumerate();
        numbered.map(move |(number, edge)| (BlockId(block as u32), number as u32, *edge))
    })
}

/// What variables get first, by the identifiers that declare them.
fn definitions(body: &Body) -> FxHashMap<Node, Value> {
    let mut found = FxHashMap::default();
    for value in (0..body.insts.len() as u32).map(Value) {
        let var = match body.op(value) {
            Op::Assign(var, _) => Some(var),
            Op::Store(place, _) => match body.place(place) {
                Place::Var(var) => Some(var),
                _ => None,
            },
            _ => None,
        };
        if let Some(var) = var.and_then(|var| body.vars.get(var.0 as usize)) {
            found.entry(var.decl).or_insert(value);
        }
    }
    found
}

#[cfg(test)]
mod tests;
