//! Which functions are run to find who waits for ever, and which goroutines run a body.
//!
//! In: the bodies of the package. Out: for each body whether it starts goroutines or meets others, itself or through
//! functions of the package that it calls; and the statements that start goroutines which run it.

use super::known::Known;
use super::program::{CodeId, Program};
use rulec_flow::ir::{Callee, How, Op, Value};
use rulec_types::Builtin;
use rustc_hash::FxHashSet;

/// Roots and spawn edges.
pub(crate) struct Roots {
    /// For each body the bodies of the package that it calls or whose literal it makes.
    below: Vec<Vec<CodeId>>,
    /// Starts goroutines itself.
    spawns: Vec<bool>,
    /// Communicates or waits itself.
    meets: Vec<bool>,
    /// Where it takes locks itself, and whether it meets others in any other way.
    locks: Vec<Vec<Value>>,
    meets_otherwise: Vec<bool>,
    /// How many instructions it has.
    size: Vec<usize>,
    to_run: Vec<(CodeId, usize)>,
    single: Vec<(CodeId, Value)>,
    /// For each body the `go` statements that start it or what calls it; `true` in [`Roots::direct`] if it also runs otherwise.
    started_by: Vec<FxHashSet<(CodeId, Value)>>,
    direct: Vec<bool>,
    /// Bodies that are started by `go`.
    only_started: FxHashSet<CodeId>,
}

/// What runs of even the smallest package may cost, in instructions run; a state costs [`super::run::STATE_COST`] more.
const MIN_BUDGET: usize = 200_000;

/// And for each instruction that it has.
const BUDGET_PER_INST: usize = 1;

/// What running a function may cost, at most.
const MAX_COST: usize = 150_000;

/// The same if it starts no goroutines: only its own locks and channels can keep it.
const ALONE_COST: usize = 8_000;

/// Functions that reach more instructions than this are not run, unless they start goroutines themselves.
const MAX_REACHED: usize = 6_000;

impl Roots {
    pub(crate) fn of(program: &Program<'_>) -> Roots {
        let mut roots = Roots {
            below: Vec::new(),
            spawns: Vec::new(),
            meets: Vec::new(),
            locks: Vec::new(),
            meets_otherwise: Vec::new(),
            size: Vec::new(),
            to_run: Vec::new(),
            single: Vec::new(),
            started_by: vec![FxHashSet::default(); program.codes.len()],
            direct: vec![false; program.codes.len()],
            only_started: FxHashSet::default(),
        };
        for code in program.ids() {
            roots.look_at(program, code);
        }
        roots.choose(program);
        roots.start(program);
        roots
    }

    /// Whether there is anything to be found out.
    pub(crate) fn has_any(&self) -> bool {
        self.spawns.iter().chain(&self.meets).any(|any| *any)
    }

    /// The functions to run, those with the least below them first.
    /// Each with what it may cost.
    pub(crate) fn to_run(&self) -> impl Iterator<Item = (CodeId, usize)> + '_ {
        self.to_run.iter().copied()
    }

    /// Acquisitions of functions that need no run: each is the only operation that its function meets others at, and is
    /// passed at most once. Nobody waits for a lock that it holds itself but at a second acquisition.
    pub(crate) fn single(&self) -> impl Iterator<Item = (CodeId, Value)> + '_ {
        self.single.iter().copied()
    }

    /// How much all runs together may cost: near-linear in the size of the package.
    pub(crate) fn budget(&self) -> usize {
        let all: usize = self.size.iter().sum();
        MIN_BUDGET + BUDGET_PER_INST * all
    }

    /// The statements that start the goroutines which run a body, and whether others may run it too.
    pub(crate) fn goroutines(&self, code: CodeId) -> (&FxHashSet<(CodeId, Value)>, bool) {
        (&self.started_by[code.0 as usize], self.direct[code.0 as usize])
    }

    fn look_at(&mut self, program: &Program<'_>, code: CodeId) {
        let body = program.body(code);
        let (mut below, mut spawns, mut meets) = (Vec::new(), false, false);
        let mut locks: Vec<Value> = Vec::new();
        for inst in &body.insts {
            match inst.op {
                Op::Closure(inner) => below.extend(program.beside(code, inner)),
                Op::Func(function) | Op::MethodValue { method: Some(function), .. } => {
                    below.extend(program.function(function));
                }
                Op::Send { .. } | Op::Receive { .. } | Op::Select { .. } => meets = true,
                Op::Range(over) if program.is_chan(body.inst(over).ty) => meets = true,
                _ => {}
            }
        }
        for value in (0..body.insts.len() as u32).map(Value) {
            let Some(Callee::Func(function)) = body.call_at(value).map(|call| call.callee) else { continue };
            let is_own = program.function(function).is_some();
            if !is_own && matches!(program.known(function), Known::Lock | Known::RLock) {
                locks.push(value);
            }
        }
        let mut only_locks = !meets;
        for call in &body.calls {
            spawns |= call.how == How::Go;
            match call.callee {
                Callee::Func(function) => match program.function(function) {
                    Some(own) => below.push(own),
                    None => match program.known(function) {
                        Known::GroupGo | Known::AfterFunc => spawns = true,
                        Known::Harmless
                        | Known::Parallel
                        | Known::NotNil
                        | Known::Foreign
                        | Known::Exit
                        | Known::Acquire
                        | Known::Atomic(_) => {}
                        Known::Lock | Known::RLock | Known::Unlock | Known::RUnlock => meets = true,
                        _ => (meets, only_locks) = (true, false),
                    },
                },
                Callee::Closure(inner) => below.extend(program.beside(code, inner)),
                Callee::Builtin(Builtin::Close) => (meets, only_locks) = (true, false),
                Callee::Interface(name) => {
                    let is_lock = program.store().is_some_and(|store| store.str(name) == "Lock");
                    meets |= is_lock;
                    only_locks &= !is_lock;
                    let methods = program.methods_named(name);
                    below.extend(methods);
                }
                _ => {}
            }
        }
        below.sort_unstable();
        below.dedup();
        self.below.push(below);
        self.spawns.push(spawns);
        self.meets.push(meets);
        self.locks.push(locks);
        self.meets_otherwise.push(!only_locks);
        self.size.push(body.insts.len());
    }

    /// The bodies that run in a goroutine which starts with one.
    pub(crate) fn runs(&self, first: CodeId) -> Vec<CodeId> {
        self.called_from(first, &self.only_started)
    }

    fn reached(&self, from: CodeId) -> Vec<CodeId> {
        let mut seen: FxHashSet<CodeId> = FxHashSet::default();
        let mut todo = vec![from];
        let mut reached = Vec::new();
        while let Some(code) = todo.pop() {
            if seen.insert(code) {
                reached.push(code);
                todo.extend(self.below[code.0 as usize].iter().copied());
            }
        }
        reached
    }

    fn choose(&mut self, program: &Program<'_>) {
        let mut chosen: Vec<(bool, usize, CodeId)> = Vec::new();
        for code in program.ids().filter(|code| program.name(*code).is_some()) {
            let reached = self.reached(code);
            let any = |of: &[bool]| reached.iter().any(|code| of[code.0 as usize]);
            let size: usize = reached.iter().map(|code| self.size[code.0 as usize]).sum();
            let is_own = |of: &[bool]| of[code.0 as usize];
            let fits = size <= MAX_REACHED || is_own(&self.spawns);
            if let Some(single) = self.single_of(program, code, &reached).filter(|_| !any(&self.spawns)) {
                self.single.push((code, single));
            } else if fits && (any(&self.spawns) || any(&self.meets)) {
                chosen.push((!any(&self.spawns), size, code));
            }
        }
        // What only this package calls is run from there, with what is known there.
        let fits: FxHashSet<CodeId> = chosen.iter().map(|(_, _, code)| *code).collect();
        let called: FxHashSet<CodeId> = fits
            .iter()
            .flat_map(|caller| self.below[caller.0 as usize].iter().filter(move |callee| *callee != caller))
            .copied()
            .collect();
        let is_inner = |code: CodeId| {
            let is_exported = program.name(code).is_some_and(|name| name.starts_with(char::is_uppercase));
            !is_exported && !program.is_entry(code) && called.contains(&code)
        };
        chosen.retain(|(_, _, code)| !is_inner(*code));
        chosen.sort_unstable();
        let cost = |alone: bool| if alone { ALONE_COST } else { MAX_COST };
        self.to_run = chosen.into_iter().map(|(alone, _, code)| (code, cost(alone))).collect();
    }

    /// The only operation of a function and all that it calls, if it takes one lock, itself, and not in a loop.
    fn single_of(&self, program: &Program<'_>, code: CodeId, reached: &[CodeId]) -> Option<Value> {
        let [single] = self.locks[code.0 as usize][..] else { return None };
        let is_quiet = |other: &CodeId| {
            let locks = &self.locks[other.0 as usize];
            !self.meets_otherwise[other.0 as usize] && (*other == code || locks.is_empty())
        };
        let is_recursive = reached.iter().any(|caller| self.below[caller.0 as usize].contains(&code));
        let body = program.body(code);
        let block = body.block_of(single);
        let components = &program.shape(code).component;
        let own = components.get(block.0 as usize)?;
        let is_loop = components.iter().filter(|component| *component == own).count() > 1
            || body.block(block).succs.iter().any(|edge| edge.to == block);
        (reached.iter().all(is_quiet) && !is_recursive && !is_loop).then_some(single)
    }

    /// Follows goroutines and entries through calls.
    fn start(&mut self, program: &Program<'_>) {
        let mut called: FxHashSet<CodeId> = FxHashSet::default();
        let mut spawned: Vec<(CodeId, (CodeId, Value))> = Vec::new();
        for code in program.ids() {
            let body = program.body(code);
            for value in (0..body.insts.len() as u32).map(Value) {
                let Some(call) = body.call_at(value) else { continue };
                let callee = match call.callee {
                    Callee::Func(function) => program.function(function),
                    Callee::Closure(inner) => program.beside(code, inner),
                    Callee::Value(callee) => match body.op(body.source_of(callee)) {
                        Op::Closure(inner) => program.beside(code, inner),
                        _ => None,
                    },
                    _ => None,
                };
                let known = match call.callee {
                    Callee::Func(function) if callee.is_none() => program.known(function),
                    _ => Known::Foreign,
                };
                match (call.how, callee, known) {
                    (How::Go, Some(callee), _) => spawned.push((callee, (code, value))),
                    (How::Now | How::Defer, Some(callee), _) => {
                        called.insert(callee);
                    }
                    (_, None, Known::GroupGo | Known::AfterFunc) => {
                        let last = body.list(call.args).last().map(|arg| body.op(body.source_of(*arg)));
                        let callee = match last {
                            Some(Op::Closure(inner)) => program.beside(code, inner),
                            Some(Op::Func(function) | Op::MethodValue { method: Some(function), .. }) => {
                                program.function(function)
                            }
                            _ => None,
                        };
                        spawned.extend(callee.map(|callee| (callee, (code, value))));
                    }
                    _ => {}
                }
            }
        }
        let only_spawned: FxHashSet<CodeId> = spawned.iter().map(|(code, _)| *code).collect();
        for code in program.ids() {
            let is_literal = program.name(code).is_none();
            let is_entry = !is_literal && !only_spawned.contains(&code);
            if is_entry {
                self.mark_direct(code, &only_spawned);
            }
        }
        for (callee, by) in spawned {
            let callees = self.called_from(callee, &only_spawned);
            for code in callees {
                self.started_by[code.0 as usize].insert(by);
            }
        }
        self.only_started = only_spawned;
    }

    fn mark_direct(&mut self, from: CodeId, only_spawned: &FxHashSet<CodeId>) {
        for code in self.called_from(from, only_spawned) {
            self.direct[code.0 as usize] = true;
        }
    }

    /// What runs in the goroutine of a body: all below it that is not only started.
    fn called_from(&self, from: CodeId, only_spawned: &FxHashSet<CodeId>) -> Vec<CodeId> {
        let mut seen: FxHashSet<CodeId> = FxHashSet::default();
        let mut todo = vec![from];
        while let Some(code) = todo.pop() {
            if seen.insert(code) {
                let below = self.below[code.0 as usize].iter().copied();
                todo.extend(below.filter(|below| !only_spawned.contains(below)));
            }
        }
        seen.into_iter().collect()
    }
}
