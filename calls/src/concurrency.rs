//! What goroutines have to do with each other: who sends, receives, closes, locks and waits, and who waits for ever.
//!
//! In: the files of one part of a package with their types and bodies, and what is known of the functions that they call.
//! Out: [`Concurrency`], relations between [`Spot`]s of the package, each a row of one of its files. What a rule may ask is
//! listed in [`Relation`], [`Question`] and [`Text`].
//!
//! `cells` tells which expressions name the same channel or lock, `operations` what is done with each, `locks` which locks
//! are held where, and `run` runs functions within bounds to find operations that wait for ever.
//!
//! **Absent:** other packages but for their summaries, and rules.

mod cells;
mod known;
mod locks;
mod operations;
mod program;
mod roots;
mod run;

use program::Program;
use rulec_flow::{FileFlow, Knowledge};
use rulec_gofront::File;
use rulec_tree::{Node, Tri};
use rulec_world::FileTypes;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A file of a package.
#[derive(Clone, Copy)]
pub struct SourceFile<'a> {
    /// Its number among the files of the package; spots name it.
    pub number: u32,
    /// Tree and names.
    pub file: &'a File,
    /// Types.
    pub types: &'a FileTypes<'a>,
    /// Bodies.
    pub flow: &'a FileFlow,
}

/// A row of a file of a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Spot {
    /// The number of the file.
    pub file: u32,
    /// The row, by its number.
    #[serde(with = "row")]
    pub row: Node,
}

mod row {
    use rulec_tree::Node;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(row: &Node, to: S) -> Result<S::Ok, S::Error> {
        row.0.serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Node, D::Error> {
        u32::deserialize(from).map(Node)
    }
}

/// Rows that stand in a relation to an operation, or to an expression that names a channel, lock, group or condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Relation {
    /// Sends to the channel.
    Senders,
    /// Receives from it, ranges and cases of selects included.
    Receivers,
    /// Calls of `close`.
    Closers,
    /// Where it is made.
    Makers,
    /// `Lock` and `RLock`.
    Lockers,
    /// `Unlock` and `RUnlock`.
    Unlockers,
    /// `Wait` of a group or condition.
    Waiters,
    /// `Add`.
    Adders,
    /// `Done`, and `Add` of a negative number.
    Finishers,
    /// `Signal` and `Broadcast`.
    Signallers,
    /// The other cases of the select that an operation is a case of.
    Alternatives,
    /// The statements that start the goroutines which run the row.
    Spawns,
    /// The acquisitions whose lock may still be held when the row is evaluated.
    HeldAt,
    /// Earlier acquisitions of the lock that an acquisition takes again.
    HeldTwice,
    /// Returns that are reached with the lock of the acquisition held.
    HeldOnReturn,
    /// Acquisitions in other goroutines that take the same two locks in the other order. Of a send or receive with a lock
    /// held: those on the other side of the channel, if all of them hold that lock too.
    LockCycle,
    /// Where other goroutines stand while the operation waits for ever.
    StuckWith,
}

/// A question about an operation with the answers yes, no and unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Question {
    /// In some run the goroutine waits there for ever.
    Stuck,
    /// Its select has a default case.
    Polled,
    /// All code that can touch the channel or lock is in this package.
    Private,
    /// After this receive a return can be reached without receiving again.
    MayQuit,
    /// The function that starts the goroutine waits for its end on every path.
    Joined,
}

/// A text about an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Text {
    /// What it waits for: `send`, `receive`, `range`, `select`, `lock`, `read lock`, `group`, `once`, `condition`.
    WaitKind,
    /// Why it waits for ever, as a clause.
    StuckReason,
}

/// The relations of one part of a package.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Concurrency {
    rows: BTreeMap<(Relation, Spot), Vec<Spot>>,
    truths: BTreeMap<(Question, Spot), bool>,
    texts: BTreeMap<(Text, Spot), String>,
    /// The operations on each cell.
    by_cell: BTreeMap<(Relation, u32), Vec<Spot>>,
    /// How many values the channels of a cell hold, if all are made for the same number.
    capacities: BTreeMap<u32, Option<i64>>,
    /// The cell that each expression and operation is about, by number.
    cells: BTreeMap<Spot, u32>,
    /// Cells that code which is not looked at can touch.
    open: BTreeSet<u32>,
    /// The bodies, sorted by file and row.
    bodies: Vec<BodyAt>,
    /// Operations at which goroutines meet.
    waits: BTreeMap<Spot, WaitsAt>,
}

/// A body and the goroutines that run it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct BodyAt {
    file: u32,
    /// Its first row, and the one behind its last.
    start: u32,
    end: u32,
    /// The statements that start goroutines which run it.
    spawns: Vec<Spot>,
    /// Whether others run it too.
    direct: bool,
    /// All of its code is understood.
    whole: bool,
}

/// What is known of an operation at which a goroutine may wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct WaitsAt {
    /// A run from some function came there.
    seen: bool,
    /// All runs that could come there were looked at to their end.
    complete: bool,
}

impl Concurrency {
    /// The rows that stand in a relation to this one; none if it is not known which.
    pub fn rows(&self, relation: Relation, at: Spot) -> Option<&[Spot]> {
        if relation == Relation::Spawns {
            return self.body_at(at).map(|body| body.spawns.as_slice());
        }
        if let Some(rows) = self.rows.get(&(relation, at)) {
            return Some(rows);
        }
        if let Some(rows) = self.cells.get(&at).and_then(|cell| self.by_cell.get(&(relation, *cell))) {
            return Some(rows);
        }
        self.is_about(at).then_some(&[])
    }

    /// The answer to a question.
    pub fn truth(&self, question: Question, at: Spot) -> Tri {
        if let Some(truth) = self.truths.get(&(question, at)) {
            return Tri::of(*truth);
        }
        match question {
            Question::Stuck => match self.waits.get(&at) {
                Some(wait) if wait.seen && wait.complete => Tri::No,
                None if self.waits_for_nobody(at) => Tri::No,
                _ => Tri::Unknown,
            },
            Question::Private => match self.cells.get(&at) {
                Some(cell) => Tri::of(!self.open.contains(cell)),
                None => Tri::Unknown,
            },
            Question::Polled => {
                if self.is_about(at) {
                    Tri::No
                } else {
                    Tri::Unknown
                }
            }
            Question::MayQuit | Question::Joined => Tri::Unknown,
        }
    }

    /// A text about an operation.
    pub fn text(&self, text: Text, at: Spot) -> Option<&str> {
        self.texts.get(&(text, at)).map(String::as_str)
    }

    /// How many values the channel holds that an expression names, where that is one number.
    pub fn capacity(&self, at: Spot) -> Option<i64> {
        *self.capacities.get(self.cells.get(&at)?)?
    }

    /// Whether two rows always run in one goroutine, as far as their functions are started in one.
    pub fn same_goroutine(&self, a: Spot, b: Spot) -> Tri {
        let (Some(a), Some(b)) = (self.body_at(a), self.body_at(b)) else { return Tri::Unknown };
        match (a.spawns.as_slice(), b.spawns.as_slice()) {
            _ if a.direct && b.direct => Tri::Unknown,
            ([only], [other]) if only == other && !a.direct && !b.direct => Tri::Yes,
            (a, b) if a.iter().all(|spawn| !b.contains(spawn)) => Tri::No,
            _ => Tri::Unknown,
        }
    }

    /// The innermost body around a row.
    fn body_at(&self, at: Spot) -> Option<&BodyAt> {
        let after = self.bodies.partition_point(|body| (body.file, body.start) <= (at.file, at.row.0));
        let before = self.bodies[..after].iter().rev().take_while(|body| body.file == at.file);
        // A literal is evaluated by the body around it.
        before.into_iter().find(|body| body.start < at.row.0 && at.row.0 < body.end)
    }

    /// Whether nobody waits at a row: it is no operation, or only a case of a select.
    fn waits_for_nobody(&self, at: Spot) -> bool {
        let is_case = || {
            self.rows.contains_key(&(Relation::Alternatives, at))
                && self.text(Text::WaitKind, at).is_some_and(|kind| kind != "select")
        };
        match self.texts.contains_key(&(Text::WaitKind, at)) {
            true => is_case(),
            false => self.body_at(at).is_some_and(|body| body.whole),
        }
    }

    fn is_about(&self, at: Spot) -> bool {
        self.cells.contains_key(&at) || self.waits.contains_key(&at)
    }
}

/// The relations of the functions of these files.
pub fn analyse(files: &[SourceFile<'_>], knowledge: &dyn Knowledge) -> Concurrency {
    let program = Program::new(files, knowledge);
    let mut concurrency = Concurrency::default();
    let roots = roots::Roots::of(&program);
    operations::add_bodies(&program, &roots, &mut concurrency);
    if !roots.has_any() {
        return concurrency;
    }
    operations::add(&program, &roots, &mut concurrency);
    locks::add(&program, &roots, &mut concurrency);
    add_runs(&program, &roots, &mut concurrency);
    concurrency
}

/// Runs functions, and writes down who waits for ever.
fn add_runs(program: &Program<'_>, roots: &roots::Roots, concurrency: &mut Concurrency) {
    let mut found: FxHashMap<Spot, run::Stuck> = FxHashMap::default();
    let mut doubtful: BTreeSet<Spot> = BTreeSet::new();
    let mut left = roots.budget();
    for (root, most) in roots.to_run() {
        let (outcome, cost) = run::Run::of(program, root, most.min(left));
        left = left.saturating_sub(cost);
        doubtful.extend(outcome.doubtful);
        for spot in outcome.seen {
            let wait = concurrency.waits.entry(spot).or_insert(WaitsAt { seen: true, complete: true });
            wait.seen = true;
            wait.complete &= outcome.complete;
        }
        for stuck in outcome.stuck {
            let better = |known: &run::Stuck| known.follows && !stuck.follows;
            if found.get(&stuck.at).is_none_or(better) {
                found.insert(stuck.at, stuck);
            }
        }
    }
    for (code, value) in roots.single() {
        let spot = Spot { file: program.source(code).number, row: program.body(code).inst(value).row };
        concurrency.waits.entry(spot).or_insert(WaitsAt { seen: true, complete: true });
    }
    for spot in doubtful {
        concurrency.waits.insert(spot, WaitsAt { seen: true, complete: false });
    }
    for (at, stuck) in found {
        concurrency.truths.insert((Question::Stuck, at), true);
        concurrency.texts.insert((Text::WaitKind, at), stuck.kind.name().to_owned());
        concurrency.texts.insert((Text::StuckReason, at), stuck.reason());
        let mut with = stuck.with;
        with.extend(stuck.spawned);
        with.retain(|other| *other != at);
        concurrency.rows.insert((Relation::StuckWith, at), with);
    }
}

impl Concurrency {
    /// All relations between rows, for those who write them out.
    pub fn all_rows(&self) -> impl Iterator<Item = (Relation, Spot, &[Spot])> {
        self.rows.iter().map(|((relation, at), rows)| (*relation, *at, rows.as_slice()))
    }

    /// All operations at which somebody waits for ever, each with what it waits for and why.
    pub fn stuck_list(&self) -> impl Iterator<Item = (Spot, &str, &str)> {
        let text = |text, at| self.text(text, at).unwrap_or_default();
        let stuck = self.truths.keys().filter(|(question, _)| *question == Question::Stuck);
        stuck.map(move |(_, at)| (*at, text(Text::WaitKind, *at), text(Text::StuckReason, *at)))
    }
}
