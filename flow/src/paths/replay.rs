//! Whether a path agrees with all conditions of the body.
//!
//! In: a path that a search found. Out: nothing if it can be taken, or the conditions that show that it cannot.
//! Along one path it is known of each condition which other one it was made of: two that were made of the same are one
//! *variable*, whatever its value turns out to be.
//!
//! **Absent:** any search.

use super::conditions::{AtomId, Conditions, Effect, Given, Memory, Program, Site, Source, taken};
use super::search::{End, Found, Hop};
use crate::graph::Graph;
use crate::ir::{Body, Value};
use rustc_hash::{FxHashMap, FxHashSet};

/// How often a loop that never ends is gone round to see whether that can be done for ever.
const ROUNDS: u32 = 4;

/// The conditions that show that a path contradicts itself: nothing if it does not.
pub(super) fn contradiction(
    body: &Body,
    graph: &Graph,
    (conditions, given): (&Conditions, &Given),
    memory: Memory,
    found: &Found,
) -> Option<Vec<AtomId>> {
    let program = conditions.program(memory);
    let (now, uses, values) = (FxHashMap::default(), Vec::new(), Vec::new());
    let mut replay = Replay { conditions, program, given, now, uses, values, clobbered: 0 };
    let walked = replay.run(body, graph, found);
    walked.err()
}

/// The conditions that contradict each other.
type Contradiction = Vec<AtomId>;

struct Replay<'a> {
    conditions: &'a Conditions,
    program: &'a Program,
    given: &'a Given,
    /// The last use of each atom.
    now: FxHashMap<AtomId, u32>,
    uses: Vec<Use>,
    values: Vec<Option<Known>>,
    /// How many uses there were when memory was last changed by others.
    clobbered: u32,
}

/// The value of a variable.
#[derive(Clone, Copy, Debug)]
struct Known {
    value: bool,
    /// By which use it was found out.
    by: u32,
    /// The use from whose value that follows.
    because: Option<u32>,
}

/// An atom while it stands for one variable.
#[derive(Clone, Copy, Debug)]
struct Use {
    atom: AtomId,
    variable: u32,
    /// Whether it is the variable rather than its contrary.
    same: bool,
    /// The use of another atom that it was made of.
    of: Option<u32>,
}

impl Replay<'_> {
    fn run(&mut self, body: &Body, graph: &Graph, found: &Found) -> Result<(), Contradiction> {
        self.apply(self.program.at(Site::Begin))?;
        let last = found.hops.len().saturating_sub(1);
        for (number, hop) in found.hops.iter().enumerate() {
            let end = if number == last { found.end } else { End::Edge };
            self.go(body, graph, *hop, end)?;
        }
        if let Some(again) = found.again {
            for hop in (0..ROUNDS).flat_map(|_| found.hops.iter().skip(again)) {
                self.go(body, graph, *hop, End::Edge)?;
            }
        }
        Ok(())
    }

    /// Goes through a block, and along an edge into the next.
    fn go(&mut self, body: &Body, graph: &Graph, hop: Hop, end: End) -> Result<(), Contradiction> {
        let block = body.block(hop.block);
        let to = if let End::At(value) = end { value } else { Value(block.end) };
        let mut points = self.program.between(Value(block.start), to);
        let mut given = self.given.between(Value(block.start), to);
        while let Some(at) = points.first().into_iter().chain(given.first()).map(|(at, _)| *at).min() {
            let mut effects = taken(&mut points, at);
            effects.extend(taken(&mut given, at));
            self.apply(&effects)?;
        }
        let (Some(succ), End::Edge) = (hop.succ, end) else { return Ok(()) };
        self.apply(self.program.at(Site::Edge(hop.block, succ)))?;
        match block.succs.get(succ as usize) {
            Some(edge) => self.apply(self.program.at(Site::Entry(edge.to, graph.entry_number(hop.block, succ)))),
            None => Ok(()),
        }
    }

    fn apply(&mut self, effects: &[Effect]) -> Result<(), Contradiction> {
        let mut made = Vec::new();
        for effect in effects {
            match effect {
                Effect::Set(atom, source) => made.push((*atom, self.made(*atom, *source))),
                Effect::Clobber => self.clobbered = self.uses.len() as u32,
                // The search never goes beyond a stop.
                Effect::Learn(..) | Effect::Stop => {}
            }
        }
        for (atom, made) in made {
            match made {
                Some(made) => {
                    self.now.insert(atom, self.uses.len() as u32);
                    self.uses.push(made);
                }
                None => {
                    self.now.remove(&atom);
                }
            }
        }
        for effect in effects {
            if let Effect::Learn(atom, truth) = effect {
                self.learn(*atom, *truth)?;
            }
        }
        Ok(())
    }

    fn made(&mut self, atom: AtomId, source: Source) -> Option<Use> {
        match source {
            Source::Unknown => None,
            Source::Fixed(truth) => {
                let variable = self.values.len() as u32;
                // It has this value because of this use, which comes next.
                self.values.push(Some(Known { value: truth, by: self.uses.len() as u32, because: None }));
                self.uses.push(Use { atom, variable, same: true, of: None });
                Some(Use { atom, variable, same: true, of: None })
            }
            Source::Atom(of, truth) => {
                let of = self.current(of);
                let Use { variable, same, .. } = self.uses[of as usize];
                Some(Use { atom, variable, same: same == truth, of: Some(of) })
            }
        }
    }

    /// The use of an atom here and now.
    fn current(&mut self, atom: AtomId) -> u32 {
        let stale = |number: &u32| *number < self.clobbered && self.conditions.depends_on_memory(atom);
        if let Some(number) = self.now.get(&atom).filter(|number| !stale(number)) {
            return *number;
        }
        let (number, variable) = (self.uses.len() as u32, self.values.len() as u32);
        self.values.push(None);
        self.uses.push(Use { atom, variable, same: true, of: None });
        self.now.insert(atom, number);
        number
    }

    fn learn(&mut self, atom: AtomId, truth: bool) -> Result<(), Contradiction> {
        let mut open = vec![(atom, truth, None)];
        while let Some((atom, truth, because)) = open.pop() {
            let number = self.current(atom);
            let Use { variable, same, .. } = self.uses[number as usize];
            let value = same == truth;
            match self.values[variable as usize] {
                Some(known) if known.value == value => {}
                Some(known) => return Err(self.reasons([Some(number), because, Some(known.by), known.because])),
                None => {
                    self.values[variable as usize] = Some(Known { value, by: number, because });
                    // What follows from it follows from all that it was made of, as long as that stands.
                    for number in self.made_of(number) {
                        let Use { atom, same, .. } = self.uses[number as usize];
                        if self.now.get(&atom) == Some(&number) {
                            let implied = self.conditions.implied_by(atom, same == value);
                            open.extend(implied.map(|(atom, truth)| (atom, truth, Some(number))));
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// A use and all that it was made of.
    fn made_of(&self, number: u32) -> Vec<u32> {
        std::iter::successors(Some(number), |number| self.uses[*number as usize].of).collect()
    }

    /// The atoms of these uses, of all that they were made of, and of what their values follow from.
    fn reasons(&self, uses: [Option<u32>; 4]) -> Vec<AtomId> {
        let mut open: Vec<u32> = uses.into_iter().flatten().collect();
        let mut seen = FxHashSet::default();
        while let Some(number) = open.pop() {
            if seen.insert(number) {
                let Use { variable, of, .. } = self.uses[number as usize];
                open.extend(of);
                open.extend(self.values[variable as usize].and_then(|known| known.because));
            }
        }
        seen.into_iter().map(|number| self.uses[number as usize].atom).collect()
    }
}
