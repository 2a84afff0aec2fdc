//! A state of a run: goroutines with their activations, memory, and what was assumed of symbols.

use super::memory::{Data, Memory};
use super::value::{Interner, Loc, ObjRef, Origin, Site, Sym, Sync, Term, Test, Val};
use crate::concurrency::program::{CodeId, Program};
use bit_set::BitSet;
use rulec_flow::ir::{BlockId, Value, VarId};
use rulec_types::{Builtin, Name};
use rustc_hash::FxHasher;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

/// A state.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) goroutines: Vec<Rc<Goroutine>>,
    pub(crate) memory: Memory,
    pub(crate) facts: Vec<(Sym, Fact)>,
    /// The goroutine that ran last.
    pub(crate) last: usize,
    /// What goroutines share that other packages made. No part of [`State::digest`]: states that differ only in it are one.
    pub(crate) shared: Vec<Shared>,
}

/// Something of other packages: a connection, a file, an iterator. What one goroutine reads from it may be what another
/// one wrote, so that what each finds out hangs on the others in ways that are not known here.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shared {
    of: Sym,
    /// The goroutines that gave it to functions of other packages, as bits.
    used_by: u32,
    /// Those that went one way or the other because of what came of that.
    decided_by: u32,
}

/// What was assumed of a symbol on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Fact {
    pub(crate) nil: Option<bool>,
    /// Of numbers; 0 and 1 stand for false and true.
    pub(crate) low: i64,
    pub(crate) high: i64,
}

impl Default for Fact {
    fn default() -> Fact {
        Fact { nil: None, low: i64::MIN, high: i64::MAX }
    }
}

/// A goroutine.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Goroutine {
    pub(crate) id: Site,
    /// The statement that started it; none for the first one.
    pub(crate) spawned: Option<(CodeId, Value)>,
    pub(crate) frames: Vec<Frame>,
    pub(crate) status: Status,
    /// A group whose count goes down, or a once that is done, when it ends or its first activation returns.
    pub(crate) finishes: Option<Loc>,
}

/// What a goroutine is about to do.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Status {
    Runs,
    Waits(Wait),
    Ended,
    /// It went on beyond the bounds: it may do anything that it can reach.
    Lost,
}

/// An operation at which goroutines meet.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Wait {
    Send {
        ch: Val,
        value: Val,
    },
    Receive {
        ch: Val,
        kind: WaitKind,
        comma: bool,
    },
    Select {
        cases: Vec<Case>,
        default: Option<u32>,
    },
    Close {
        ch: Val,
    },
    Lock {
        loc: Loc,
        read: bool,
        announced: bool,
    },
    TryLock {
        loc: Loc,
        read: bool,
    },
    Group {
        loc: Loc,
    },
    /// Lets others go on before it goes on itself.
    Yield,
    /// Adds to a group while others run.
    Add {
        loc: Loc,
        by: Val,
    },
    Once {
        loc: Loc,
        call: Val,
    },
    /// Not yet among those that wait.
    Cond {
        loc: Loc,
    },
    /// Among those that wait, its lock released.
    CondParked {
        loc: Loc,
    },
    Signal {
        loc: Loc,
        all: bool,
    },
    /// Ends a context.
    Cancel {
        context: ObjRef,
    },
}

/// A case of a select.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Case {
    /// Its number among the cases.
    pub(crate) number: u32,
    pub(crate) ch: Val,
    /// What it sends; a receive without.
    pub(crate) send: Option<Val>,
}

/// What a goroutine waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum WaitKind {
    Send,
    Receive,
    Range,
    Select,
    Lock,
    ReadLock,
    Group,
    Once,
    Condition,
}

impl WaitKind {
    /// Its name in rules.
    pub(crate) fn name(self) -> &'static str {
        match self {
            WaitKind::Send => "send",
            WaitKind::Receive => "receive",
            WaitKind::Range => "range",
            WaitKind::Select => "select",
            WaitKind::Lock => "lock",
            WaitKind::ReadLock => "read lock",
            WaitKind::Group => "group",
            WaitKind::Once => "once",
            WaitKind::Condition => "condition",
        }
    }
}

/// An activation of a body.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Frame {
    pub(crate) code: CodeId,
    pub(crate) site: Site,
    pub(crate) block: BlockId,
    /// The next instruction.
    pub(crate) next: u32,
    /// Values that are alive, sorted.
    pub(crate) values: Vec<(Value, Val)>,
    pub(crate) args: Rc<[Val]>,
    /// Variables that closures share or whose address is taken, those of bodies around included; sorted.
    pub(crate) variables: Vec<((CodeId, VarId), ObjRef)>,
    /// Deferred calls that are registered, the last one to run first.
    pub(crate) defers: Vec<Deferred>,
    /// How many elements the ranges have had that are under way.
    pub(crate) ranges: Vec<(Value, i64)>,
    /// How many back edges were taken.
    pub(crate) iteration: u32,
    /// The communication of the select case that was chosen, to be done by its first instruction.
    pub(crate) chosen: Option<Val>,
    /// Others could go on before the next operation.
    pub(crate) yielded: bool,
    /// Which way the branch at the end of the block goes, where that is decided by what it waited for.
    pub(crate) branch: Option<u32>,
    pub(crate) returns: Returns,
    pub(crate) panics: Panics,
    /// The values of its return statement.
    pub(crate) results: Option<Rc<[Val]>>,
}

/// What becomes of the results of an activation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Returns {
    /// They are the value of this instruction of the caller.
    To(Value),
    /// Nothing: the first of its goroutine, or deferred.
    Nowhere,
    /// The function of a once has run.
    Once(Loc, Value),
}

/// Whether an activation ends by a panic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Panics {
    No,
    /// Its deferred calls run.
    Yes,
    /// One of them recovered: it returns when they have run.
    Recovered,
}

/// What is called.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Target {
    Value(Val),
    /// A method of an interface: of the first argument.
    Interface(Name),
    Builtin(Builtin),
    Unknown,
}

/// A registered deferred call.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Deferred {
    pub(crate) defer: Value,
    pub(crate) callee: Target,
    pub(crate) args: Rc<[Val]>,
}

impl Frame {
    pub(crate) fn get(&self, value: Value) -> Option<&Val> {
        let at = self.values.binary_search_by_key(&value, |(value, _)| *value).ok()?;
        Some(&self.values[at].1)
    }

    pub(crate) fn set(&mut self, value: Value, val: Val) {
        match self.values.binary_search_by_key(&value, |(value, _)| *value) {
            Ok(at) => self.values[at].1 = val,
            Err(at) => self.values.insert(at, (value, val)),
        }
    }

    pub(crate) fn variable(&self, var: (CodeId, VarId)) -> Option<ObjRef> {
        let at = self.variables.binary_search_by_key(&var, |(var, _)| *var).ok()?;
        Some(self.variables[at].1)
    }

    pub(crate) fn set_variable(&mut self, var: (CodeId, VarId), object: ObjRef) {
        match self.variables.binary_search_by_key(&var, |(var, _)| *var) {
            Ok(at) => self.variables[at].1 = object,
            Err(at) => self.variables.insert(at, (var, object)),
        }
    }
}

impl Goroutine {
    pub(crate) fn frame(&self) -> Option<&Frame> {
        self.frames.last()
    }

    /// The instruction that it is about to run, or waits at.
    pub(crate) fn at(&self) -> Option<(CodeId, Value)> {
        self.frame().map(|frame| (frame.code, Value(frame.next)))
    }
}

impl State {
    pub(crate) fn goroutine(&mut self, number: usize) -> &mut Goroutine {
        Rc::make_mut(&mut self.goroutines[number])
    }

    /// What is assumed of a symbol.
    pub(crate) fn fact(&self, sym: Sym) -> Fact {
        match self.facts.binary_search_by_key(&sym, |(sym, _)| *sym) {
            Ok(at) => self.facts[at].1,
            Err(_) => Fact::default(),
        }
    }

    fn set_fact(&mut self, sym: Sym, fact: Fact) {
        match self.facts.binary_search_by_key(&sym, |(sym, _)| *sym) {
            Ok(at) => self.facts[at].1 = fact,
            Err(at) => self.facts.insert(at, (sym, fact)),
        }
    }

    /// Whether a test holds, if that follows from what was assumed. Numbers that are compared with others count things, of
    /// which there is at least one: what happens without any is seldom meant.
    pub(crate) fn truth(&self, test: Test, interner: &Interner) -> Option<bool> {
        let test = interner.base(test);
        let mut fact = self.fact(test.sym());
        if fact.low == i64::MIN && fact.high >= 1 && matches!(test, Test::Less(..)) {
            fact.low = 1;
        }
        match test {
            Test::Nil(_) => fact.nil,
            Test::True(_) => (fact.low == fact.high).then_some(fact.low == 1),
            Test::Less(_, number) if fact.high < number => Some(true),
            Test::Less(_, number) if fact.low >= number => Some(false),
            Test::Equal(_, number) if fact.low == number && fact.high == number => Some(true),
            Test::Equal(_, number) if number < fact.low || number > fact.high => Some(false),
            Test::Less(..) | Test::Equal(..) => None,
        }
    }

    /// Assumes that a test holds, or not.
    pub(crate) fn assume(&mut self, test: Test, truth: bool, interner: &Interner) {
        let test = interner.base(test);
        let mut fact = self.fact(test.sym());
        match test {
            Test::Nil(_) => fact.nil = Some(truth),
            Test::True(_) => (fact.low, fact.high) = (i64::from(truth), i64::from(truth)),
            Test::Less(_, number) if truth => {
                fact.high = fact.high.min(number.saturating_sub(1));
                fact.low = fact.low.max(1.min(fact.high));
            }
            Test::Less(_, number) => fact.low = fact.low.max(number),
            Test::Equal(_, number) if truth => (fact.low, fact.high) = (number, number),
            // That it is another number cuts off only the ends.
            Test::Equal(_, number) if fact.low == number => fact.low = number.saturating_add(1),
            Test::Equal(_, number) if fact.high == number => fact.high = number.saturating_sub(1),
            Test::Equal(..) => {}
        }
        self.set_fact(test.sym(), fact);
    }

    /// The number that a symbol is, if it was assumed to be one.
    pub(crate) fn number(&self, sym: Sym, interner: &Interner) -> Option<i64> {
        let (base, more) = interner.linear(sym);
        let fact = self.fact(base);
        (fact.low == fact.high).then_some(fact.low.saturating_add(more))
    }

    /// A goroutine gives these to a function of another package, or goes one way because of what came of them.
    pub(crate) fn share(&mut self, sources: &[Sym], goroutine: usize, decides: bool) {
        let bit = 1u32.checked_shl(goroutine as u32).unwrap_or(0);
        for of in sources {
            let at = self.shared.iter().position(|shared| shared.of == *of).unwrap_or_else(|| {
                self.shared.push(Shared { of: *of, used_by: 0, decided_by: 0 });
                self.shared.len() - 1
            });
            let shared = &mut self.shared[at];
            shared.used_by |= bit;
            shared.decided_by |= if decides { bit } else { 0 };
        }
    }

    /// Whether some goroutine went its way because of something that others use too.
    pub(crate) fn hangs_on_shared(&self) -> bool {
        self.shared.iter().any(|shared| shared.decided_by != 0 && shared.used_by.count_ones() > 1)
    }

    /// Forgets what cannot matter any more: values that are dead, objects that nobody reaches, facts of symbols that are
    /// gone. So that states that only differ in their past are equal.
    pub(crate) fn tidy(&mut self, program: &Program<'_>, interner: &Interner) {
        for number in 0..self.goroutines.len() {
            let goroutine = &self.goroutines[number];
            if matches!(goroutine.status, Status::Ended) {
                if !goroutine.frames.is_empty() {
                    self.goroutine(number).frames.clear();
                }
                continue;
            }
            let is_at_start = |frame: &Frame| frame.next == program.body(frame.code).block(frame.block).start;
            if goroutine.frame().is_some_and(is_at_start)
                && let Some(frame) = self.goroutine(number).frames.last_mut()
            {
                let live = &program.shape(frame.code).live[frame.block.0 as usize];
                let body = program.body(frame.code);
                let is_kept = |value: Value| {
                    live.binary_search(&value).is_ok()
                        || value.0 >= body.block(frame.block).start && value.0 < body.block(frame.block).end
                };
                frame.values.retain(|(value, _)| is_kept(*value));
            }
        }
        let reached = self.reachable(0..self.goroutines.len(), interner);
        self.memory.retain(|object| reached.has(object));
        if self.facts.is_empty() {
            return;
        }
        let bases: BitSet = reached.syms.iter().map(|sym| interner.linear(Sym(sym as u32)).0.0 as usize).collect();
        let is_used = |sym: Sym| {
            reached.has_sym(sym)
                || bases.contains(sym.0 as usize)
                || match interner.term(sym) {
                    Some(Term::Len(of) | Term::Part(of, _)) => reached.has_sym(of),
                    Some(Term::Content(object, _)) => reached.has(object),
                    _ => false,
                }
        };
        self.facts.retain(|(sym, _)| is_used(*sym));
    }

    /// What these goroutines can reach.
    pub(crate) fn reachable(&self, goroutines: impl Iterator<Item = usize>, interner: &Interner) -> Reached {
        let mut reached = Reached::default();
        for number in goroutines {
            reached.goroutine(&self.goroutines[number]);
        }
        reached.close(&self.memory, interner);
        reached
    }

    /// A number that equal states share.
    pub(crate) fn digest(&self) -> u64 {
        let mut hasher = FxHasher::default();
        self.goroutines.hash(&mut hasher);
        self.memory.hash(&mut hasher);
        self.facts.hash(&mut hasher);
        hasher.finish()
    }
}

/// Objects and symbols that are reached from somewhere.
#[derive(Debug, Default)]
pub(crate) struct Reached {
    /// By the numbers of objects and symbols, which are dense within a run.
    objects: BitSet,
    syms: BitSet,
    todo: Vec<ObjRef>,
}

impl Reached {
    /// Whether an object is reached.
    pub(crate) fn has(&self, object: ObjRef) -> bool {
        self.objects.contains(object.0 as usize)
    }

    /// All objects that are reached.
    pub(crate) fn objects(&self) -> impl Iterator<Item = ObjRef> {
        self.objects.iter().map(|number| ObjRef(number as u32))
    }

    fn has_sym(&self, sym: Sym) -> bool {
        self.syms.contains(sym.0 as usize)
    }

    /// What a goroutine holds.
    pub(crate) fn goroutine(&mut self, goroutine: &Goroutine) {
        if let Status::Waits(wait) = &goroutine.status {
            self.wait(wait);
        }
        if let Some(loc) = goroutine.finishes {
            self.object(loc.object);
        }
        for frame in &goroutine.frames {
            frame.values.iter().for_each(|(_, value)| self.value(value));
            frame.args.iter().for_each(|value| self.value(value));
            frame.variables.iter().for_each(|(_, object)| self.object(*object));
            for deferred in &frame.defers {
                if let Target::Value(callee) = &deferred.callee {
                    self.value(callee);
                }
                deferred.args.iter().for_each(|value| self.value(value));
            }
            frame.chosen.iter().for_each(|value| self.value(value));
            frame.results.iter().flat_map(|results| results.iter()).for_each(|value| self.value(value));
            if let Returns::Once(loc, _) = frame.returns {
                self.object(loc.object);
            }
        }
    }

    fn wait(&mut self, wait: &Wait) {
        match wait {
            Wait::Send { ch, value } => {
                self.value(ch);
                self.value(value);
            }
            Wait::Receive { ch, .. } | Wait::Close { ch } => self.value(ch),
            Wait::Select { cases, .. } => {
                for case in cases {
                    self.value(&case.ch);
                    case.send.iter().for_each(|value| self.value(value));
                }
            }
            Wait::Once { loc, call: value } | Wait::Add { loc, by: value } => {
                self.object(loc.object);
                self.value(value);
            }
            Wait::Lock { loc, .. }
            | Wait::TryLock { loc, .. }
            | Wait::Group { loc }
            | Wait::Cond { loc }
            | Wait::CondParked { loc }
            | Wait::Signal { loc, .. } => self.object(loc.object),
            Wait::Cancel { context } => self.object(*context),
            Wait::Yield => {}
        }
    }

    pub(crate) fn object(&mut self, object: ObjRef) {
        if self.objects.insert(object.0 as usize) {
            self.todo.push(object);
        }
    }

    pub(crate) fn value(&mut self, value: &Val) {
        match value {
            Val::Unknown(sym) => {
                self.syms.insert(sym.0 as usize);
            }
            Val::Test(test, _) => {
                self.syms.insert(test.sym().0 as usize);
            }
            Val::Ptr(loc) | Val::ReadHalf(loc) => self.object(loc.object),
            Val::Ref(object) | Val::Cancel(object) => self.object(*object),
            Val::Closure(closure) => closure.captured.iter().for_each(|(_, object)| self.object(*object)),
            Val::Bound(receiver, _) | Val::BoundInterface(receiver, _) => self.value(receiver),
            // Structs in structs are flat, tuples hold no tuples: this goes at most a few levels deep.
            Val::Struct(fields) => fields.cells.iter().for_each(|(_, value)| self.value(value)),
            Val::Tuple(values) => values.iter().for_each(|value| self.value(value)),
            Val::Sync(sync) => {
                if let Sync::Group { more, .. } = &**sync {
                    self.syms.extend(more.iter().map(|sym| sym.0 as usize));
                }
            }
            Val::Nil | Val::Int(_) | Val::Bool(_) | Val::Text(_) | Val::Func(_) => {}
        }
    }

    /// Adds all that is reached through objects, and what variables of packages hold.
    pub(crate) fn close(&mut self, memory: &Memory, interner: &Interner) {
        for (object, _) in memory.objects() {
            if let Some(Origin::Global(_)) = interner.origin(object) {
                self.object(object);
            }
        }
        self.close_without_globals(memory, interner);
    }

    /// Adds all that is reached through objects.
    pub(crate) fn close_without_globals(&mut self, memory: &Memory, interner: &Interner) {
        let behind = memory.objects().filter_map(|(object, _)| match interner.origin(object) {
            Some(Origin::Behind(sym)) => Some((sym, object)),
            _ => None,
        });
        let behind: Vec<(Sym, ObjRef)> = behind.collect();
        loop {
            while let Some(object) = self.todo.pop() {
                match memory.get(object).map(|object| &object.data) {
                    Some(Data::Cells { cells, .. }) => cells.iter().for_each(|(_, value)| self.value(value)),
                    Some(Data::Chan { queue, .. }) => queue.iter().for_each(|value| self.value(value)),
                    Some(Data::List { items, .. }) => items.iter().for_each(|value| self.value(value)),
                    Some(Data::Map { entries, .. }) => entries.iter().for_each(|(key, value)| {
                        self.value(key);
                        self.value(value);
                    }),
                    Some(Data::Context { done, parent }) => {
                        done.iter().chain(parent.iter()).for_each(|object| self.object(*object));
                    }
                    None => {}
                }
            }
            for (sym, object) in &behind {
                if self.has_sym(*sym) {
                    self.object(*object);
                }
            }
            if self.todo.is_empty() {
                return;
            }
        }
    }
}
