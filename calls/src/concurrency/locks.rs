//! Which locks are held where.
//!
//! In: the bodies of the package. Out: the acquisitions held at each operation and call, locks that are taken again while
//! held, returns that leave one held, and acquisitions in opposite orders.
//!
//! A forward analysis of each body: the state is the set of acquisitions that may be held, joined over paths. Locks are told
//! apart by access path: a variable, parameter or global, and the fields from there. What a call acquires while it runs, and
//! what it leaves held or releases, comes from the body of its callee, with its parameters in the place of arguments.
//!
//! **Absent:** locks in elements of slices and maps, and locks of callees that are not known; whether paths are possible.

use super::cells::Cells;
use super::known::Known;
use super::program::{CodeId, MAX_INSTS, PathStep, Program, place_path};
use super::roots::Roots;
use super::{Concurrency, Relation, Spot, Text};
use rulec_flow::Body;
use rulec_flow::ir::{Callee, How, Op, Place, Value, VarId};
use rulec_tree::Node;
use rulec_types::{Name, ObjId};
use std::collections::{BTreeMap, BTreeSet};

/// How often summaries are made anew: chains of helpers that lock for others are short.
const ROUNDS: usize = 3;

/// How many fields a path has, at most.
const MAX_PATH: usize = 8;

/// What a lock is called in a body.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct LockPath {
    root: Root,
    fields: Vec<Name>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Root {
    Param(u32),
    Variable(CodeId, VarId),
    Global(ObjId),
    /// Some other value of the body.
    Value(Value),
}

/// An acquisition that may be held.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Held {
    lock: LockPath,
    read: bool,
    at: Spot,
    cell: u32,
    /// A deferred call will release it.
    deferred: bool,
}

/// The state before an instruction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Locks {
    held: BTreeSet<Held>,
    /// Locks that deferred calls will release.
    releases: BTreeSet<LockPath>,
}

/// What a body does with the locks of its parameters and of the package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Effect {
    /// Acquired at some time, before it is released here.
    acquires: Vec<Held>,
    releases: Vec<LockPath>,
    /// Held on every return.
    leaves: Vec<Held>,
}

/// Adds the relations of locks.
pub(crate) fn add(program: &Program<'_>, _: &Roots, concurrency: &mut Concurrency) {
    let mut analysis = Analysis {
        program,
        cells: Cells::of(program),
        effects: vec![Effect::default(); program.codes.len()],
        found: Found::default(),
    };
    let has_locks: Vec<CodeId> = program.ids().filter(|code| analysis.is_lockable(*code)).collect();
    for _ in 0..ROUNDS {
        analysis.found = Found::default();
        for code in &has_locks {
            let effect = analysis.body(*code);
            analysis.effects[code.0 as usize] = effect;
        }
    }
    analysis.found.write(concurrency);
}

/// The acquisition of a second lock: where, and the cells of other locks held then.
type Second = (Spot, BTreeSet<u32>);

/// What was found.
#[derive(Debug, Default)]
struct Found {
    at: BTreeMap<Spot, BTreeSet<Spot>>,
    twice: BTreeMap<Spot, BTreeSet<Spot>>,
    on_return: BTreeMap<Spot, BTreeSet<Spot>>,
    /// The first cell held, the second taken: where the second is, and which others are held.
    orders: BTreeMap<(u32, u32), Vec<Second>>,
}

impl Found {
    fn write(self, concurrency: &mut Concurrency) {
        let never_meet: Vec<(Spot, Vec<Spot>)> =
            self.at.keys().filter_map(|spot| Some((*spot, self.needs_held(*spot, concurrency)?))).collect();
        for (spot, others) in never_meet {
            concurrency.rows.insert((Relation::LockCycle, spot), others);
        }
        for (second, order) in &self.orders {
            for (spot, gates) in order {
                let back = self.orders.get(&(second.1, second.0)).into_iter().flatten();
                let others = back.filter(|(other, other_gates)| other != spot && gates.is_disjoint(other_gates));
                let mut rows: Vec<Spot> = others.map(|(other, _)| *other).collect();
                rows.sort_unstable();
                rows.dedup();
                if !rows.is_empty() {
                    concurrency.rows.entry((Relation::LockCycle, *spot)).or_default().extend(rows);
                }
            }
        }
        let relations =
            [(Relation::HeldAt, self.at), (Relation::HeldTwice, self.twice), (Relation::HeldOnReturn, self.on_return)];
        for (relation, found) in relations {
            for (spot, rows) in found {
                concurrency.rows.insert((relation, spot), rows.into_iter().collect());
            }
        }
    }
}

impl Found {
    /// For a send or receive with a lock held: those on the other side of the channel, if all of them hold that lock too,
    /// and so can never be there at the same time.
    fn needs_held(&self, spot: Spot, concurrency: &Concurrency) -> Option<Vec<Spot>> {
        let kind = concurrency.text(Text::WaitKind, spot)?;
        let cell = concurrency.cells.get(&spot).filter(|cell| !concurrency.open.contains(cell))?;
        let of_cell = |relation| concurrency.by_cell.get(&(relation, *cell)).map_or(&[][..], Vec::as_slice);
        // What lies in a buffer, and that a channel is closed, can be received later.
        let others = match kind {
            "send" => of_cell(Relation::Receivers),
            "receive" | "range" if of_cell(Relation::Closers).is_empty() => of_cell(Relation::Senders),
            _ => return None,
        };
        let is_case = concurrency.rows.contains_key(&(Relation::Alternatives, spot));
        if is_case || concurrency.capacities.get(cell) != Some(&Some(0)) {
            return None;
        }
        let own = self.held_cells(spot, concurrency);
        let meets = |other: &Spot| {
            let held = self.held_cells(*other, concurrency);
            !held.iter().any(|(cell, read)| own.iter().any(|(own, own_read)| own == cell && !(*read && *own_read)))
        };
        (!others.is_empty() && !others.iter().any(meets)).then(|| others.to_vec())
    }

    /// The locks that may be held at a row, and whether for reading.
    fn held_cells(&self, spot: Spot, concurrency: &Concurrency) -> Vec<(u32, bool)> {
        let taken = self.at.get(&spot).into_iter().flatten();
        let lock = |taken: &Spot| {
            Some((*concurrency.cells.get(taken)?, concurrency.text(Text::WaitKind, *taken) == Some("read lock")))
        };
        taken.filter_map(lock).collect()
    }
}

struct Analysis<'p, 'a> {
    program: &'p Program<'a>,
    cells: Cells<'p, 'a>,
    effects: Vec<Effect>,
    found: Found,
}

impl Analysis<'_, '_> {
    /// Whether a body takes locks, or calls functions of the package that may.
    fn is_lockable(&self, code: CodeId) -> bool {
        let body = self.program.body(code);
        let is_of_interest = |callee: Callee| match callee {
            Callee::Func(function) => {
                self.program.function(function).is_some()
                    || matches!(
                        self.program.known(function),
                        Known::Lock | Known::RLock | Known::Unlock | Known::RUnlock
                    )
            }
            Callee::Closure(_) => true,
            _ => false,
        };
        body.insts.len() <= MAX_INSTS && body.calls.iter().any(|call| is_of_interest(call.callee))
    }

    fn body(&mut self, code: CodeId) -> Effect {
        let body = self.program.body(code);
        let mut before: Vec<Option<Locks>> = vec![None; body.blocks.len()];
        let mut effect = Effect::default();
        if let Some(entry) = before.first_mut() {
            *entry = Some(Locks::default());
        }
        let order = &self.program.shape(code).order;
        let mut todo: BTreeSet<(u32, u32)> = BTreeSet::from([(0, 0)]);
        // Each block is looked at again at most once for each acquisition of the body.
        let mut left = body.blocks.len() * (body.calls.len() + 2);
        while let Some((_, block)) = todo.pop_first() {
            let Some(mut locks) = before[block as usize].clone() else { continue };
            left = left.saturating_sub(1);
            if left == 0 {
                break;
            }
            for value in body.insts_of(rulec_flow::ir::BlockId(block)) {
                self.instruction(code, value, &mut locks, &mut effect, false);
            }
            for edge in &body.blocks[block as usize].succs {
                let next = &mut before[edge.to.0 as usize];
                let joined = match next {
                    Some(known) => Locks {
                        held: known.held.union(&locks.held).cloned().collect(),
                        releases: known.releases.intersection(&locks.releases).cloned().collect(),
                    },
                    None => locks.clone(),
                };
                if next.as_ref() != Some(&joined) {
                    *next = Some(joined);
                    todo.insert((order[edge.to.0 as usize], edge.to.0));
                }
            }
        }
        self.report(code, &before, &mut effect);
        effect
    }

    /// Goes over the blocks once more with their final states.
    fn report(&mut self, code: CodeId, before: &[Option<Locks>], effect: &mut Effect) {
        let body = self.program.body(code);
        let mut returns: Vec<(Spot, BTreeSet<Held>)> = Vec::new();
        for (number, locks) in (0..).zip(before) {
            let Some(mut locks) = locks.clone() else { continue };
            for value in body.insts_of(rulec_flow::ir::BlockId(number)) {
                if let Op::Return(_) = body.op(value) {
                    let held = locks.held.iter().filter(|held| !held.deferred).cloned();
                    returns.push((self.spot(code, body.inst(value).row), held.collect()));
                }
                self.instruction(code, value, &mut locks, effect, true);
            }
        }
        effect.acquires.sort();
        effect.acquires.dedup();
        effect.releases.sort();
        effect.releases.dedup();
        let all = returns.iter().map(|(_, held)| held.clone()).reduce(|a, b| a.intersection(&b).cloned().collect());
        effect.leaves = all.unwrap_or_default().into_iter().collect();
        for (at, held) in &returns {
            for held in held {
                // Held on all returns: a function that locks for its caller. Released nowhere here: the same.
                let is_released = effect.releases.contains(&held.lock);
                let is_everywhere = returns.iter().all(|(_, other)| other.iter().any(|other| other.lock == held.lock));
                if is_released && !is_everywhere {
                    self.found.on_return.entry(held.at).or_default().insert(*at);
                }
            }
        }
    }

    fn spot(&self, code: CodeId, row: Node) -> Spot {
        Spot { file: self.program.source(code).number, row }
    }

    fn instruction(&mut self, code: CodeId, value: Value, locks: &mut Locks, effect: &mut Effect, last: bool) {
        let body = self.program.body(code);
        let is_wait = matches!(body.op(value), Op::Send { .. } | Op::Receive { .. } | Op::Select { .. } | Op::Range(_));
        let call = match body.op(value) {
            Op::RunDefer(defer) => return self.deferred(code, defer, locks, effect),
            _ => body.call_at(value).copied(),
        };
        if last && (is_wait || call.is_some()) && !locks.held.is_empty() {
            let spot = self.spot(code, body.inst(value).row);
            self.found.at.entry(spot).or_default().extend(locks.held.iter().map(|held| held.at));
        }
        let Some(call) = call else { return };
        match call.how {
            How::Now => self.call(code, value, locks, effect, last),
            How::Defer => {
                let released = self.released_by(code, value);
                for held in std::mem::take(&mut locks.held) {
                    let deferred = held.deferred || released.contains(&held.lock);
                    locks.held.insert(Held { deferred, ..held });
                }
                effect.releases.extend(released.iter().cloned());
                locks.releases.extend(released);
            }
            How::Go => {}
        }
    }

    /// What a deferred call releases when it runs.
    fn deferred(&mut self, code: CodeId, defer: Value, locks: &mut Locks, effect: &mut Effect) {
        let released = self.released_by(code, defer);
        locks.held.retain(|held| !released.contains(&held.lock));
        effect.releases.extend(released);
    }

    fn released_by(&mut self, code: CodeId, call: Value) -> Vec<LockPath> {
        let body = self.program.body(code);
        let Some(called) = body.call_at(call) else { return Vec::new() };
        let args = body.list(called.args);
        match self.known(called.callee) {
            Some(Known::Unlock | Known::RUnlock) => {
                args.first().and_then(|lock| self.path(code, *lock)).into_iter().collect()
            }
            Some(_) => Vec::new(),
            None => match self.program.called(code, called.callee) {
                Some(callee) => {
                    let released = self.effects[callee.0 as usize].releases.clone();
                    released.iter().filter_map(|lock| self.translate(code, callee, args, lock)).collect()
                }
                None => Vec::new(),
            },
        }
    }

    fn known(&self, callee: Callee) -> Option<Known> {
        match callee {
            Callee::Func(function) if self.program.function(function).is_none() => Some(self.program.known(function)),
            _ => None,
        }
    }

    fn call(&mut self, code: CodeId, value: Value, locks: &mut Locks, effect: &mut Effect, last: bool) {
        let body = self.program.body(code);
        let Some(call) = body.call_at(value).copied() else { return };
        let args = body.list(call.args);
        if let Some(known) = self.known(call.callee) {
            let Some(lock) = args.first().and_then(|lock| self.path(code, *lock)) else { return };
            match known {
                Known::Lock | Known::RLock => {
                    let cell = self.cells.of_value(code, args[0]);
                    let at = self.spot(code, body.inst(value).row);
                    let deferred = locks.releases.contains(&lock);
                    let taken = Held { lock, read: known == Known::RLock, at, cell, deferred };
                    self.acquire(locks, &taken, effect, last);
                    locks.held.insert(taken);
                }
                Known::Unlock | Known::RUnlock => {
                    locks.held.retain(|held| held.lock != lock);
                    effect.releases.push(lock);
                }
                _ => {}
            }
            return;
        }
        let Some(callee) = self.program.called(code, call.callee) else { return };
        let of_callee = self.effects[callee.0 as usize].clone();
        for held in &of_callee.acquires {
            if let Some(lock) = self.translate(code, callee, args, &held.lock) {
                self.acquire(locks, &Held { lock, ..held.clone() }, effect, last);
            }
        }
        for lock in &of_callee.releases {
            if let Some(lock) = self.translate(code, callee, args, lock) {
                locks.held.retain(|held| held.lock != lock);
                effect.releases.push(lock);
            }
        }
        for held in &of_callee.leaves {
            if let Some(lock) = self.translate(code, callee, args, &held.lock) {
                let deferred = locks.releases.contains(&lock);
                locks.held.insert(Held { lock, deferred, ..held.clone() });
            }
        }
    }

    /// A lock is taken with these held.
    fn acquire(&mut self, locks: &Locks, taken: &Held, effect: &mut Effect, last: bool) {
        if !effect.releases.contains(&taken.lock) {
            effect.acquires.push(Held { deferred: false, ..taken.clone() });
        }
        if !last {
            return;
        }
        for held in &locks.held {
            if held.lock == taken.lock {
                if held.at != taken.at && !(held.read && taken.read) {
                    self.found.twice.entry(taken.at).or_default().insert(held.at);
                }
            } else {
                let gates = locks.held.iter().filter(|gate| gate.lock != held.lock).map(|gate| gate.cell).collect();
                self.found.orders.entry((held.cell, taken.cell)).or_default().push((taken.at, gates));
            }
        }
    }

    /// A lock of a callee as its caller calls it.
    fn translate(&self, code: CodeId, callee: CodeId, args: &[Value], lock: &LockPath) -> Option<LockPath> {
        match lock.root {
            Root::Global(_) => Some(lock.clone()),
            Root::Variable(owner, _) if owner != callee => Some(lock.clone()),
            Root::Param(number) => {
                let mut path = self.path(code, *args.get(number as usize)?)?;
                path.fields.extend(lock.fields.iter().copied());
                (path.fields.len() <= MAX_PATH).then_some(path)
            }
            Root::Variable(..) | Root::Value(_) => None,
        }
    }

    /// The access path of a pointer to a lock, or to what holds it.
    fn path(&self, code: CodeId, value: Value) -> Option<LockPath> {
        let body = self.program.body(code);
        let mut fields: Vec<Name> = Vec::new();
        let mut at = value;
        for _ in 0..MAX_PATH {
            at = body.source_of(at);
            let place = match body.op(at) {
                Op::Addr(place) | Op::Load(place) => place,
                Op::Convert(x) | Op::Narrow(x) => {
                    at = x;
                    continue;
                }
                _ => break,
            };
            let (root, steps) = place_path(body, place);
            for step in steps.iter().rev() {
                match step {
                    PathStep::Field(field) => fields.push(field.name),
                    PathStep::Index(_) => return None,
                }
            }
            let root = match root {
                Place::Var(var) => {
                    let (owner, var) = self.program.variable(code, var);
                    Root::Variable(owner, var)
                }
                Place::Global(global) => Root::Global(global),
                Place::Deref(pointer) => {
                    at = pointer;
                    continue;
                }
                _ => return None,
            };
            fields.reverse();
            return Some(LockPath { root, fields });
        }
        fields.reverse();
        let root = match body.op(at) {
            Op::Param(number) => Root::Param(number),
            Op::Captured(var) => {
                let (owner, var) = self.program.variable(code, var);
                Root::Variable(owner, var)
            }
            _ => match self.shared(code, body, at) {
                Some(root) => root,
                None => Root::Value(at),
            },
        };
        Some(LockPath { root, fields })
    }

    /// The variable that a value was assigned to and that literals see: both call it by the variable.
    fn shared(&self, code: CodeId, body: &Body, value: Value) -> Option<Root> {
        let assigned = |at: &Value| match body.op(*at) {
            Op::Assign(var, from) if from == value && body.var(var).captured => Some(Root::Variable(code, var)),
            _ => None,
        };
        (0..body.insts.len() as u32).map(Value).find_map(|at| assigned(&at))
    }
}
