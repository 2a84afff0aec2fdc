//! Questions about the paths through a body: is there one from here to there that avoids these?
//!
//! In: a [`Body`] and a [`Question`] about what happens in it. Out: an [`Answer`], with the shortest such path.
//!
//! A path is a walk along the edges of the graph from the entry that *can be taken as far as its conditions go*: where
//! it tests something twice that nothing changed in between, both tests have the same result. Conditions are followed
//! through copies, phis, negations, comparisons with constants and `nil`, and through memory. A deferred call is run
//! where its [`Op::RunDefer`] stands, by paths that registered it. What happens before the start is left to choose, so
//! that there be a path, but it has to fit.
//!
//! A question is answered by a search that knows nothing of conditions. A path that it finds is checked against all of
//! them; where it contradicts itself, the conditions that show it are followed in the next search. The searches are
//! linear in the body, for at most [`MAX_STATES`] states at a block; beyond that nothing is known.
//!
//! **Absent:** other functions; what a row or a pattern is; any change to the body.
//!
//! Read in this order: this file, [`terms`] and [`cells`] (what conditions say), [`conditions`] (what changes them
//! where), [`search`], [`replay`] (whether a path fits), [`endless`].
//!
//! Source: the way of refining is that of Clarke et al., *Counterexample-guided abstraction refinement*, 2000.

mod cells;
mod conditions;
mod endless;
mod facts;
mod replay;
mod search;
mod terms;

use crate::graph::Graph;
use crate::ir::{BlockId, Body, Op, Value, When};
use crate::summary::Knowledge;
use conditions::{Conditions, Given, Memory};
use facts::CallFacts;
use rulec_types::Types;
use search::{End, Found, Marks, Outcome, Search};
use std::sync::{Arc, Mutex, PoisonError};

/// In how many states a block may be reached.
pub const MAX_STATES: u32 = 64;

/// How often a search may be made anew with more conditions.
const MAX_ROUNDS: u32 = 40;

/// What happens in a body and is asked for. Anything of it counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Events {
    /// Instructions, when they are run.
    pub insts: Vec<Value>,
    /// Deferred calls, by their [`Op::Defer`], when they are run at last.
    pub defers: Vec<Value>,
    /// Edges, when they are taken: a block and the number of its successor.
    pub edges: Vec<(BlockId, u32)>,
    /// Ends of the body.
    pub exits: Exits,
}

impl Events {
    /// Nothing.
    pub fn none() -> Events {
        Events::default()
    }

    /// One instruction.
    pub fn at(value: Value) -> Events {
        Events { insts: vec![value], ..Events::default() }
    }

    /// Ends of the body.
    pub fn exit(exits: Exits) -> Events {
        Events { exits, ..Events::default() }
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        *self == Events::default()
    }

    /// Adds others.
    pub fn join(&mut self, others: &Events) {
        self.insts.extend(&others.insts);
        self.defers.extend(&others.defers);
        self.edges.extend(&others.edges);
        self.exits = self.exits.union(others.exits);
    }
}

/// Ways in which a body ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Exits(u8);

impl Exits {
    /// None.
    pub const NONE: Exits = Exits(0);
    /// It returns to its caller.
    pub const RETURN: Exits = Exits(1);
    /// It panics on to its caller.
    pub const PANIC: Exits = Exits(2);
    /// It calls what never returns: the process or the goroutine ends there.
    pub const PROCESS: Exits = Exits(4);
    /// All of them.
    pub const ANY: Exits = Exits(7);

    /// These and others.
    pub const fn union(self, others: Exits) -> Exits {
        Exits(self.0 | others.0)
    }

    /// Whether some of these are among others.
    pub const fn intersects(self, others: Exits) -> bool {
        self.0 & others.0 != 0
    }

    /// The way in which a block without successors ends the body; none if it waits for ever.
    pub fn of(body: &Body, block: BlockId) -> Exits {
        if block == body.returned {
            return Exits::RETURN;
        }
        if block == body.panicked {
            return Exits::PANIC;
        }
        let last = body.insts_of(block).next_back().map(|last| body.op(last));
        if matches!(last, Some(Op::Call(_) | Op::RunDefer(_))) { Exits::PROCESS } else { Exits::NONE }
    }
}

/// Where paths start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Start {
    /// At the entry.
    Entry,
    /// After an instruction has run.
    After(Value),
}

/// Something about a value, each time that it is made: paths that contradict it are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Assumption {
    /// It is nil.
    Nil(Value),
    /// It is not nil.
    NotNil(Value),
    /// It is true.
    True(Value),
    /// It is false.
    False(Value),
}

/// What a condition says of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fact {
    /// It is nil.
    Nil,
    /// It is not nil.
    NotNil,
    /// It is true.
    True,
    /// It is false.
    False,
}

/// Is there a path from the start to some event of `to` on which no event of `avoid` happens before?
///
/// Both ends are open: what the start itself is does not count, and an event that is in both has been reached.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// Where it starts.
    pub from: Start,
    /// Where it leads.
    pub to: &'a Events,
    /// What it avoids.
    pub avoid: &'a Events,
    /// What is known besides.
    pub assume: &'a [Assumption],
}

/// The answer to a question about paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// There is such a path: this is a shortest one.
    Yes(Path),
    /// There is none.
    No,
    /// That is not known.
    Unknown(Reason),
}

/// Why an answer is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The body is not known in full.
    Partial,
    /// Too many conditions depend on each other.
    Conditions,
    /// A path tests some memory twice, and what is called in between may change it.
    Memory,
    /// The only such paths go round a loop for ever of which it is not known whether it ends.
    MayEnd,
}

impl Reason {
    /// For a list of what was left undecided.
    pub fn text(self) -> &'static str {
        match self {
            Reason::Partial => "the function is not known in full",
            Reason::Conditions => "too many conditions depend on each other",
            Reason::Memory => "a condition may have changed between two tests of it",
            Reason::MayEnd => "it is not known whether a loop ends",
        }
    }
}

/// A path that answers a question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path {
    /// The start, if it is an instruction; each branch; the event, if it is an instruction.
    pub steps: Vec<Step>,
}

/// A part of a path that is worth telling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The instruction: of a branch the last one before it.
    pub value: Value,
    /// The edge that is taken, of several: its block, and its number among the successors.
    pub branch: Option<(BlockId, u32)>,
    /// When that edge is taken.
    pub when: When,
}

/// What all questions about one body share.
#[derive(Debug)]
pub struct Paths {
    graph: Graph,
    /// Each run of a deferred call.
    runs: Vec<(Value, Value)>,
    facts: Arc<CallFacts>,
    /// Questions that assume something may add to them.
    conditions: Mutex<Arc<Conditions>>,
}

impl Paths {
    /// Prepares questions about a body: linear in its size. `knowledge` tells what calls yield; without types fewer
    /// conditions are the same.
    pub fn new(body: &Body, knowledge: &dyn Knowledge, types: Option<Types>) -> Paths {
        let graph = Graph::new(body);
        let facts = Arc::new(CallFacts::new(body, knowledge, types));
        let conditions = Conditions::new(body, &graph, &facts, types);
        let run = |number: usize| match body.insts.get(number)?.op {
            Op::RunDefer(defer) => Some((defer, Value(number as u32))),
            _ => None,
        };
        let runs = (0..body.insts.len()).filter_map(run).collect();
        let conditions = Mutex::new(Arc::new(conditions));
        Paths { graph, runs, facts, conditions }
    }

    /// The graph of the body.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// What holds of values after calls that return only if it does: the call, the value and what holds of it.
    pub fn told_by_calls(&self) -> &[(Value, Value, Fact)] {
        &self.facts.after
    }

    /// Answers a question.
    pub fn some_path(&self, body: &Body, question: &Question) -> Answer {
        self.ask(body, question, false)
    }

    /// Whether something may run on for ever, or end in whatever way, without an event of `avoid`: if it may not, then
    /// always, eventually, there will be one.
    ///
    /// A loop runs for ever if nothing leads out of it. Ranges over what is finite and loops that count come to an
    /// end; of others that have a way out, it is not known.
    pub fn endless_or_exit_avoiding(&self, body: &Body, from: Start, avoid: &Events, assume: &[Assumption]) -> Answer {
        let to = Events::none();
        self.ask(body, &Question { from, to: &to, avoid, assume }, true)
    }

    /// Whether some path leads from an instruction to itself.
    pub fn repeats(&self, body: &Body, value: Value) -> Answer {
        let (to, avoid) = (Events::at(value), Events::none());
        self.some_path(body, &Question { from: Start::After(value), to: &to, avoid: &avoid, assume: &[] })
    }

    /// The conditions of the body, and what of them is assumed.
    fn conditions_under(&self, body: &Body, assume: &[Assumption]) -> (Arc<Conditions>, Given) {
        // Nobody panics while it is locked; if somebody did, the conditions would still be whole.
        let mut conditions = self.conditions.lock().unwrap_or_else(PoisonError::into_inner);
        let given = match assume {
            [] => Given::default(),
            _ => Arc::make_mut(&mut conditions).given(body, &self.graph, assume),
        };
        (conditions.clone(), given)
    }

    fn ask(&self, body: &Body, question: &Question, endless: bool) -> Answer {
        if body.partial {
            return Answer::Unknown(Reason::Partial);
        }
        let (conditions, given) = self.conditions_under(body, question.assume);
        let marks = Marks::new(self, body, question);
        let asked = Asked { paths: self, body, conditions: &conditions, given, marks, endless, question };
        match asked.refined(Memory::Kept) {
            // What holds if calls change nothing need not hold if they do.
            (Answer::No, true) => match asked.refined(Memory::Clobbered).0 {
                Answer::Yes(_) => Answer::Unknown(Reason::Memory),
                answer => answer,
            },
            (answer, _) => answer,
        }
    }
}

/// A question while it is being answered.
struct Asked<'a> {
    paths: &'a Paths,
    body: &'a Body,
    conditions: &'a Conditions,
    given: Given,
    marks: Marks,
    endless: bool,
    question: &'a Question<'a>,
}

impl Asked<'_> {
    /// The answer, and whether conditions on memory played a part in it.
    fn refined(&self, memory: Memory) -> (Answer, bool) {
        let mut tracked = Vec::new();
        for _ in 0..MAX_ROUNDS {
            let used = self.conditions.on_memory(&tracked);
            let graph = &self.paths.graph;
            let under = (self.conditions, &self.given);
            let search = Search::new(self.body, graph, under, &tracked, memory, &self.marks, self.question);
            let Some(search) = search else {
                return (Answer::Unknown(Reason::Conditions), used);
            };
            let outcome = if self.endless { endless::search(&search) } else { search.run() };
            let found = match outcome {
                Outcome::Found(found) => found,
                Outcome::Nothing => return (Answer::No, used),
                Outcome::Unknown(reason) => return (Answer::Unknown(reason), used),
            };
            let Some(contradiction) = replay::contradiction(self.body, graph, under, memory, &found) else {
                let answer = if self.conditions.is_complete() {
                    Answer::Yes(self.path(&found))
                } else {
                    Answer::Unknown(Reason::Conditions)
                };
                return (answer, used);
            };
            let before = tracked.len();
            tracked.extend(contradiction);
            tracked.sort_unstable();
            tracked.dedup();
            if tracked.len() == before {
                break;
            }
        }
        (Answer::Unknown(Reason::Conditions), self.conditions.on_memory(&tracked))
    }

    /// A path as it is told.
    fn path(&self, found: &Found) -> Path {
        let mut steps = Vec::new();
        if let Start::After(value) = self.question.from {
            steps.push(Step { value, branch: None, when: When::Always });
        }
        for hop in found.hops.iter().skip(found.started) {
            let (Some(succ), block) = (hop.succ, self.body.block(hop.block)) else { continue };
            let last = self.body.insts_of(hop.block).next_back();
            if let (Some(value), Some(edge)) = (last, block.succs.get(succ as usize))
                && block.succs.len() > 1
            {
                steps.push(Step { value, branch: Some((hop.block, succ)), when: edge.when });
            }
        }
        if let End::At(value) = found.end {
            steps.push(Step { value, branch: None, when: When::Always });
        }
        Path { steps }
    }
}

#[cfg(test)]
mod tests;
