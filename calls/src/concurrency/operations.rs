//! What is done with channels, locks, groups and conditions, and in which goroutines.
//!
//! In: the bodies of the package and their cells. Out: for each cell its operations by kind, the cell of each expression and
//! operation, and what the graph of a body tells of an operation: the other cases of its select, whether a receiver may
//! quit, whether a goroutine is joined.

use super::cells::Cells;
use super::known::Known;
use super::program::{CodeId, Program};
use super::roots::Roots;
use super::{BodyAt, Concurrency, Question, Relation, Spot, Text};
use rulec_flow::ir::{Callee, How, Op, Value, When};
use rulec_tree::{Kind, Node};
use rulec_types::Builtin;
use rustc_hash::FxHashSet;

/// Adds the operations of all bodies.
pub(crate) fn add(program: &Program<'_>, roots: &Roots, concurrency: &mut Concurrency) {
    let mut operations = Operations { program, cells: Cells::of(program), concurrency, done: Vec::new() };
    for code in program.ids() {
        operations.body(code);
    }
    operations.sort();
    for code in program.ids() {
        operations.after(code, roots);
    }
    operations.open();
}

/// An operation of a body.
#[derive(Clone, Copy)]
struct Operation {
    code: CodeId,
    value: Value,
    relation: Relation,
    cell: u32,
}

struct Operations<'r, 'p, 'a> {
    program: &'p Program<'a>,
    cells: Cells<'p, 'a>,
    concurrency: &'r mut Concurrency,
    done: Vec<Operation>,
}

impl Operations<'_, '_, '_> {
    fn body(&mut self, code: CodeId) {
        let body = self.program.body(code);
        for value in (0..body.insts.len() as u32).map(Value) {
            match body.op(value) {
                Op::Send { ch, .. } => self.operation(code, value, ch, Relation::Senders, "send"),
                Op::Receive { ch, .. } => self.operation(code, value, ch, Relation::Receivers, "receive"),
                Op::Range(over) if self.program.is_chan(body.inst(over).ty) => {
                    self.operation(code, value, over, Relation::Receivers, "range");
                }
                Op::Make(sizes) if self.program.is_chan(body.inst(value).ty) => {
                    self.operation(code, value, value, Relation::Makers, "");
                    self.capacity(code, value, body.list(sizes).first().copied());
                }
                Op::Select { default, .. } => self.select(code, value, default),
                Op::Call(_) | Op::Go(_) | Op::Defer(_) => self.call(code, value),
                _ => {}
            }
        }
        for (row, value) in &body.rows {
            if self.program.is_chan(body.inst(*value).ty) {
                let cell = self.cells.of_value(code, *value);
                let spot = self.spot(code, *row);
                self.concurrency.cells.entry(spot).or_insert(cell);
            }
        }
    }

    fn spot(&self, code: CodeId, row: Node) -> Spot {
        Spot { file: self.program.source(code).number, row }
    }

    /// The row of an instruction; of a deferred or started call, of the call.
    fn spot_of(&self, code: CodeId, value: Value) -> Spot {
        self.spot(code, self.program.body(code).inst(value).row)
    }

    fn operation(&mut self, code: CodeId, value: Value, of: Value, relation: Relation, waits: &str) {
        let cell = self.cells.of_value(code, of);
        let spot = self.spot_of(code, value);
        self.concurrency.cells.insert(spot, cell);
        let of_row = self.spot_of(code, of);
        self.concurrency.cells.entry(of_row).or_insert(cell);
        // The statement around a call or receive stands for it.
        let tree = &self.program.source(code).file.tree;
        let parent = tree.parent(spot.row);
        if matches!(tree.kind(parent), Kind::ExprStmt | Kind::Go | Kind::Defer | Kind::Paren) {
            let around = self.spot(code, parent);
            self.concurrency.cells.insert(around, cell);
        }
        if !waits.is_empty() {
            self.concurrency.texts.insert((Text::WaitKind, spot), waits.to_owned());
        }
        self.done.push(Operation { code, value, relation, cell });
        self.concurrency.by_cell.entry((relation, cell)).or_default().push(spot);
    }

    fn capacity(&mut self, code: CodeId, made: Value, size: Option<Value>) {
        let body = self.program.body(code);
        let cell = self.cells.of_value(code, made);
        let constant = |number: Option<u32>| number.and_then(|number| body.consts.get(number as usize)?.as_i64());
        let size = match size.map(|size| body.op(body.source_of(size))) {
            None => Some(0),
            Some(Op::Const(number)) => constant(number),
            Some(_) => None,
        };
        let known = self.concurrency.capacities.entry(cell).or_insert(size);
        if *known != size {
            *known = None;
        }
    }

    fn call(&mut self, code: CodeId, value: Value) {
        let body = self.program.body(code);
        let Some(call) = body.call_at(value) else { return };
        let args = body.list(call.args);
        let Some(first) = args.first().copied() else { return };
        if call.callee == Callee::Builtin(Builtin::Close) {
            return self.operation(code, value, first, Relation::Closers, "");
        }
        let Callee::Func(function) = call.callee else { return };
        if self.program.function(function).is_some() {
            return;
        }
        let is_negative = || {
            let by = args.get(1).map(|by| body.op(body.source_of(*by)));
            let constant = |number: u32| body.consts.get(number as usize)?.as_i64();
            matches!(by, Some(Op::Const(Some(number))) if constant(number).is_some_and(|by| by < 0))
        };
        let (relation, waits) = match self.program.known(function) {
            Known::Lock => (Relation::Lockers, "lock"),
            Known::RLock => (Relation::Lockers, "read lock"),
            Known::TryLock | Known::TryRLock => (Relation::Lockers, ""),
            Known::Unlock | Known::RUnlock => (Relation::Unlockers, ""),
            Known::GroupAdd if is_negative() => (Relation::Finishers, ""),
            Known::GroupAdd | Known::GroupGo => (Relation::Adders, ""),
            Known::GroupDone => (Relation::Finishers, ""),
            Known::GroupWait => (Relation::Waiters, "group"),
            Known::CondWait => (Relation::Waiters, "condition"),
            Known::CondSignal | Known::CondBroadcast => (Relation::Signallers, ""),
            Known::OnceDo => {
                let spot = self.spot_of(code, value);
                self.concurrency.texts.insert((Text::WaitKind, spot), "once".to_owned());
                return;
            }
            _ => return,
        };
        self.operation(code, value, first, relation, waits);
    }

    /// The cases of a select: each operation has the others as alternatives.
    fn select(&mut self, code: CodeId, value: Value, default: bool) {
        let body = self.program.body(code);
        let tree = &self.program.source(code).file.tree;
        let row = body.inst(value).row;
        let clauses: Vec<Node> = tree.children(tree.slot(row, 0)).collect();
        let spot = self.spot(code, row);
        self.concurrency.texts.insert((Text::WaitKind, spot), "select".to_owned());
        if default {
            self.concurrency.truths.insert((Question::Polled, spot), true);
        }
        let all: Vec<Spot> = clauses.iter().map(|clause| self.spot(code, *clause)).collect();
        self.concurrency.rows.insert((Relation::Alternatives, spot), all.clone());
        for block in body.blocks.iter().flat_map(|block| &block.succs) {
            let When::Chosen { select, case } = block.when else { continue };
            let Some(clause) = clauses.get(case as usize).filter(|_| select == value) else { continue };
            let comm = tree.slot(*clause, 0);
            let own = body.insts_of(block.to).find(|value| {
                let row = body.inst(*value).row;
                matches!(body.op(*value), Op::Send { .. } | Op::Receive { .. }) && comm <= row && row < tree.end(comm)
            });
            let Some(own) = own.map(|own| self.spot_of(code, own)) else { continue };
            let clause = self.spot(code, *clause);
            let others: Vec<Spot> = all.iter().copied().filter(|other| *other != clause).collect();
            for at in [own, clause, self.spot(code, comm)] {
                self.concurrency.rows.insert((Relation::Alternatives, at), others.clone());
                if default {
                    self.concurrency.truths.insert((Question::Polled, at), true);
                }
            }
        }
    }

    fn sort(&mut self) {
        for spots in self.concurrency.by_cell.values_mut() {
            spots.sort_unstable();
            spots.dedup();
        }
    }

    /// What needs all operations: whether receivers may quit and goroutines are joined.
    fn after(&mut self, code: CodeId, roots: &Roots) {
        let body = self.program.body(code);
        let own: Vec<Operation> = self.done.iter().copied().filter(|operation| operation.code == code).collect();
        for operation in own.iter().filter(|operation| operation.relation == Relation::Receivers) {
            let again = |value: Value| {
                let is_same = |other: &&Operation| other.value == value && other.cell == operation.cell;
                own.iter().filter(|other| other.relation == Relation::Receivers).any(|other| is_same(&other))
            };
            let truth = self.program.reaches_end(code, operation.value, &again);
            let spot = self.spot_of(code, operation.value);
            self.concurrency.truths.insert((Question::MayQuit, spot), truth);
        }
        for value in (0..body.insts.len() as u32).map(Value) {
            let Some(call) = body.call_at(value).filter(|call| call.how == How::Go) else { continue };
            let spot = self.spot(code, call.row);
            let Some(callee) = self.program.called(code, call.callee) else { continue };
            let runs: FxHashSet<CodeId> = roots.runs(callee).into_iter().collect();
            let signals = |relation| matches!(relation, Relation::Senders | Relation::Closers | Relation::Finishers);
            let told: FxHashSet<u32> = self
                .done
                .iter()
                .filter(|operation| runs.contains(&operation.code) && signals(operation.relation))
                .map(|operation| operation.cell)
                .collect();
            let hears = |relation| matches!(relation, Relation::Receivers | Relation::Waiters);
            let waits = |value: Value| {
                own.iter().any(|other| other.value == value && hears(other.relation) && told.contains(&other.cell))
            };
            let joined = !self.program.reaches_end(code, value, &waits);
            self.concurrency.truths.insert((Question::Joined, spot), joined);
            let around = self.spot(code, self.program.source(code).file.tree.parent(call.row));
            self.concurrency.truths.insert((Question::Joined, around), joined);
        }
    }

    /// Which cells code that is not looked at can touch.
    fn open(&mut self) {
        let used: FxHashSet<u32> = self.concurrency.cells.values().copied().collect();
        for cell in used {
            if self.cells.is_open(cell) {
                self.concurrency.open.insert(cell);
            }
        }
    }
}

/// Which goroutines run each body.
pub(crate) fn add_bodies(program: &Program<'_>, roots: &Roots, concurrency: &mut Concurrency) {
    for code in program.ids() {
        let (file, body) = (program.source(code).file, program.body(code));
        let (spawns, direct) = roots.goroutines(code);
        let spot = |(code, value): &(CodeId, Value)| {
            let source = program.source(*code);
            let row = program.body(*code).inst(*value).row;
            let parent = source.file.tree.parent(row);
            let is_go = source.file.tree.kind(parent) == Kind::Go;
            Spot { file: source.number, row: if is_go { parent } else { row } }
        };
        let mut spawns: Vec<Spot> = spawns.iter().map(spot).collect();
        spawns.sort_unstable();
        let file_number = program.source(code).number;
        let end = file.tree.end(body.func).0;
        let whole = !body.partial;
        concurrency.bodies.push(BodyAt { file: file_number, start: body.func.0, end, spawns, direct, whole });
    }
    concurrency.bodies.sort_by_key(|body| (body.file, body.start));
}
