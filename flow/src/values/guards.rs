//! What is known of values at places of a body: because of the branches taken to get there, or because something before
//! would have panicked.
//!
//! In: a body and its roots. Out: for each root the facts known of it and where each holds: in all blocks that one
//! dominates, from one instruction on. Facts are found once for the whole body; questions look at those of one value.

use super::Values;
use super::numbering::summary_of;
use crate::ir::{BlockId, Call, Callee, How, Op, Place, PlaceId, Value, When};
use crate::summary::Often;
use rulec_constant::Value as Constant;
use rulec_tree::{Op as Operator, Tri};
use rulec_types::{Builtin, TypeData};
use rustc_hash::FxHashMap;

/// How many conditions one edge may tell of.
const MAX_IMPLIED: usize = 32;

/// How many facts are kept of one value, so that a question about it costs no more.
const MAX_GUARDS: usize = 256;

/// With how many of them a new one is compared.
const MAX_COMPARED: usize = 8;

/// Something known of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fact {
    Nil,
    NotNil,
    True,
    False,
    /// It compares like this with another value.
    Compares(Operator, Value),
}

/// A fact and where it holds.
#[derive(Clone, Copy, Debug)]
struct Guard {
    fact: Fact,
    /// In the blocks that this one dominates,
    block: BlockId,
    /// in itself from behind this instruction on.
    after: Option<Value>,
}

/// A place of a body at which something is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Point {
    /// Just before an instruction.
    Before(Value),
    /// On the way from one block to another.
    Between(BlockId, BlockId),
}

impl Point {
    /// The block that it is in, or at the end of.
    pub(super) fn block(self, values: &Values<'_>) -> BlockId {
        match self {
            Point::Before(at) => values.body.block_of(at),
            Point::Between(from, _) => from,
        }
    }
}

/// The facts of a body.
#[derive(Debug, Default)]
pub(super) struct Guards {
    of: FxHashMap<Value, Vec<Guard>>,
}

impl Guards {
    pub(super) fn new(values: &Values<'_>) -> Guards {
        let mut guards = Guards::default();
        for block in values.graph().reverse_postorder() {
            if let Some(when) = only_way_into(values, *block) {
                for (value, fact) in implied(values, when) {
                    guards.add(values, value, Guard { fact, block: *block, after: None });
                }
            }
            for value in values.body.insts_of(*block) {
                known_after(values, value, &mut |of, fact| {
                    guards.add(values, values.root(of), Guard { fact, block: *block, after: Some(value) });
                });
            }
        }
        guards
    }

    /// Adds a guard, unless one of the first ones says the same there already.
    fn add(&mut self, values: &Values<'_>, root: Value, guard: Guard) {
        let dominators = values.graph().dominators();
        let guards = self.of.entry(root).or_default();
        let covers = |other: &Guard| {
            other.fact == guard.fact && guard.after.is_some() && dominators.dominates(other.block, guard.block)
        };
        if guards.len() < MAX_GUARDS && !guards.iter().take(MAX_COMPARED).any(covers) {
            guards.push(guard);
        }
    }

    /// The facts known of a root at a point.
    pub(super) fn at(&self, values: &Values<'_>, root: Value, point: Point) -> Vec<Fact> {
        let mut facts = Vec::new();
        if let Point::Between(from, to) = point
            && let Some(when) = when_taken(values, from, to)
        {
            let told = implied(values, when).into_iter().filter(|(of, _)| *of == root);
            facts.extend(told.map(|(_, fact)| fact));
        }
        let Some(guards) = self.of.get(&root) else { return facts };
        let block = point.block(values);
        let dominators = values.graph().dominators();
        let holds = |guard: &&Guard| {
            let in_time = || match (guard.after, point) {
                (Some(after), Point::Before(before)) => after < before,
                _ => true,
            };
            dominators.dominates(guard.block, block) && (guard.block != block || in_time())
        };
        facts.extend(guards.iter().filter(holds).map(|guard| guard.fact));
        facts
    }

    /// The blocks that are entered only where a branch has told this of a root.
    pub(super) fn entered_with(&self, root: Value, fact: Fact) -> impl Iterator<Item = BlockId> {
        let guards = self.of.get(&root).map_or(&[][..], Vec::as_slice);
        guards.iter().filter(move |guard| guard.fact == fact && guard.after.is_none()).map(|guard| guard.block)
    }
}

/// When a block is entered, if there is but one way into it.
pub(super) fn only_way_into(values: &Values<'_>, block: BlockId) -> Option<When> {
    match values.body.block(block).preds.as_slice() {
        [pred] => when_taken(values, *pred, block),
        _ => None,
    }
}

/// When the edge between two blocks is taken, if there is but one.
pub(super) fn when_taken(values: &Values<'_>, from: BlockId, to: BlockId) -> Option<When> {
    let mut edges = values.body.block(from).succs.iter().filter(|edge| edge.to == to);
    match (edges.next(), edges.next()) {
        (Some(edge), None) => Some(edge.when),
        _ => None,
    }
}

/// The facts that hold where an edge has been taken, of roots.
pub(super) fn implied(values: &Values<'_>, when: When) -> Vec<(Value, Fact)> {
    let mut implied = Implied { values, open: Vec::new(), found: Vec::new() };
    implied.of(when);
    implied.found
}

struct Implied<'a, 'v> {
    values: &'v Values<'a>,
    /// Values that are known to be true or false, and not looked at yet.
    open: Vec<(Value, bool)>,
    found: Vec<(Value, Fact)>,
}

impl Implied<'_, '_> {
    fn of(&mut self, when: When) {
        self.edge(when);
        let mut steps = 0;
        while let Some((value, truth)) = self.open.pop() {
            steps += 1;
            if steps > MAX_IMPLIED {
                return;
            }
            self.condition(self.values.root(value), truth);
        }
    }

    fn edge(&mut self, when: When) {
        // Settings tell nothing of other places where the same constants are written.
        if self.values.is_setting(when) {
            return;
        }
        match when {
            When::Is { cond, truth } => self.open.push((cond, truth)),
            When::Case { tag, case, equal } => self.equality(tag, case, equal),
            When::Type { of, row, equal } => self.type_case(of, row, equal),
            When::Always
            | When::Chosen { .. }
            | When::Next(_)
            | When::Done(_)
            | When::Registered { .. }
            | When::Recovered => {}
        }
    }

    fn type_case(&mut self, of: Value, row: rulec_tree::Node, equal: bool) {
        if self.values.typed.0.is_none() {
            // Without types `nil` is no more than a name.
            return;
        }
        let is_nil = self.values.body.at(row).is_some_and(|case| self.values.body.op(case) == Op::Nil);
        match (is_nil, equal) {
            (true, true) => self.add(of, Fact::Nil),
            // A value of any type, that of a nil pointer included, makes the interface not nil.
            (true, false) | (false, true) => self.add(of, Fact::NotNil),
            (false, false) => {}
        }
    }

    fn add(&mut self, value: Value, fact: Fact) {
        self.found.push((self.values.root(value), fact));
    }

    fn condition(&mut self, value: Value, truth: bool) {
        self.add(value, if truth { Fact::True } else { Fact::False });
        match self.values.body.op(value) {
            Op::Unary(Operator::Not, x) => self.open.push((x, !truth)),
            Op::Convert(x) | Op::Assign(_, x) | Op::Read(_, x) => self.open.push((x, truth)),
            Op::Binary(Operator::Eq, x, y) => self.equality(x, y, truth),
            Op::Binary(Operator::Ne, x, y) => self.equality(x, y, !truth),
            Op::Binary(op @ (Operator::Lt | Operator::Le | Operator::Gt | Operator::Ge), x, y) => {
                self.compares(x, if truth { op } else { negated(op) }, y);
            }
            Op::Join(list) | Op::Phi(_, list) => self.joined(value, list, truth),
            Op::Call(call) => self.call(self.values.body.call(call), truth),
            _ => {}
        }
    }

    fn compares(&mut self, x: Value, op: Operator, y: Value) {
        let (x, y) = (self.values.root(x), self.values.root(y));
        self.found.push((x, Fact::Compares(op, y)));
        self.found.push((y, Fact::Compares(mirrored(op), x)));
    }

    fn equality(&mut self, x: Value, y: Value, equal: bool) {
        let (x, y) = (self.values.root(x), self.values.root(y));
        let is_nil = |value| self.values.body.op(value) == Op::Nil;
        let nil = if equal { Fact::Nil } else { Fact::NotNil };
        match (is_nil(x), is_nil(y)) {
            (true, _) => self.add(y, nil),
            (_, true) => self.add(x, nil),
            _ => {
                self.compares(x, if equal { Operator::Eq } else { Operator::Ne }, y);
                for (constant, other) in [(x, y), (y, x)] {
                    if let Some(Constant::Bool(truth)) = self.values.constant(constant) {
                        self.open.push((other, *truth == equal));
                    }
                }
            }
        }
    }

    /// `a && b` as a value: if but one of the operands can be what the whole is known to be, it is, and the branches
    /// taken to get to it have been taken.
    fn joined(&mut self, join: Value, list: crate::ir::List, truth: bool) {
        let body = self.values.body;
        let block = body.block_of(join);
        let preds = &body.block(block).preds;
        let ways = body.list(list).iter().zip(preds);
        let mut possible = ways.filter(|(operand, pred)| self.can_be(**operand, **pred, block, truth));
        let (Some((operand, pred)), None) = (possible.next(), possible.next()) else { return };
        self.open.push((*operand, truth));
        if let Some(when) = when_taken(self.values, *pred, block) {
            self.edge(when);
        }
        let dominators = self.values.graph().dominators();
        let end = dominators.immediate(block);
        let mut at = Some(*pred);
        for _ in 0..MAX_IMPLIED {
            let Some(block) = at.filter(|at| Some(*at) != end) else { return };
            if let Some(when) = only_way_into(self.values, block) {
                self.edge(when);
            }
            at = dominators.immediate(block);
        }
    }

    /// Whether an operand of a join can have this value when its edge is taken.
    fn can_be(&self, operand: Value, pred: BlockId, block: BlockId, truth: bool) -> bool {
        let values = self.values;
        if let Some(Constant::Bool(constant)) = values.constant(operand) {
            return *constant == truth;
        }
        match when_taken(values, pred, block) {
            Some(When::Is { cond, truth: taken }) => values.root(cond) != values.root(operand) || taken == truth,
            _ => true,
        }
    }

    /// What the truth of a call tells: `errors.Is(err, …)` and `errors.As(err, …)` are false for nil.
    fn call(&mut self, call: &Call, truth: bool) {
        let Callee::Func(function) = call.callee else { return };
        let Some(types) = self.values.typed.0.filter(|_| truth) else { return };
        let object = types.store.object(function);
        let (package, name) = (&types.store.package(object.pkg).path, types.store.str(object.name));
        let args = self.values.body.list(call.args);
        match (types.store.str(*package), name, args) {
            ("errors", "As", [err, _]) => self.add(*err, Fact::NotNil),
            // With a target that is nil, nil is what it asks for.
            ("errors", "Is", [err, target]) if self.values.body.op(self.values.root(*target)) != Op::Nil => {
                self.add(*err, Fact::NotNil);
            }
            _ => {}
        }
    }
}

/// Tells what holds after an instruction, since it would have panicked or waited for ever otherwise.
fn known_after(values: &Values<'_>, value: Value, tell: &mut dyn FnMut(Value, Fact)) {
    let body = values.body;
    match body.op(value) {
        Op::Load(place) | Op::Store(place, _) => dereferenced(values, place, tell),
        Op::Addr(place) if !matches!(body.place(place), Place::Deref(_)) => dereferenced(values, place, tell),
        Op::Assert { x, comma: false } => tell(x, Fact::NotNil),
        Op::Convert(x)
            if values.typed.is_slice(body.inst(x).ty)
                && values.typed.converted_len(body.inst(value).ty).is_some_and(|len| len > 0) =>
        {
            tell(x, Fact::NotNil);
        }
        Op::Send { ch, .. } | Op::Receive { ch, .. } => tell(ch, Fact::NotNil),
        Op::Call(call) => called(values, body.call(call), tell),
        _ => {}
    }
}

fn dereferenced(values: &Values<'_>, mut place: PlaceId, tell: &mut dyn FnMut(Value, Fact)) {
    loop {
        match values.body.place(place) {
            Place::Field(outer, _) | Place::Elem(outer, _) => place = outer,
            Place::Deref(x) | Place::SliceElem(x, _) | Place::MapElem(x, _) => return tell(x, Fact::NotNil),
            Place::Var(_) | Place::Global(_) | Place::Unknown => return,
        }
    }
}

fn called(values: &Values<'_>, call: &Call, tell: &mut dyn FnMut(Value, Fact)) {
    debug_assert!(call.how == How::Now, "other calls have not happened yet");
    let body = values.body;
    let args = body.list(call.args);
    match (call.callee, args) {
        (Callee::Value(callee), _) => tell(callee, Fact::NotNil),
        (Callee::Interface(_), [receiver, ..]) => tell(*receiver, Fact::NotNil),
        (Callee::Builtin(Builtin::Close), [ch]) => tell(*ch, Fact::NotNil),
        _ => {}
    }
    let Some(summary) = summary_of(body, values.knowledge, call) else { return };
    for (number, (arg, param)) in args.iter().zip(&summary.params).enumerate() {
        let ty = body.inst(*arg).ty;
        // What is done to an interface is not done to what was put into it; a check looks into it.
        let boxed = || values.typed.is_interface(ty) != Tri::Yes && takes_interface(values, call, number);
        if param.holds_after || param.dereferenced == Often::Always && !boxed() {
            tell(*arg, Fact::NotNil);
        }
        let is_bool = (param.holds_after || param.nil_after) && ty_is_bool(values, *arg);
        if param.nil_after && !is_bool {
            tell(*arg, Fact::Nil);
        }
        if is_bool {
            for (of, fact) in implied(values, When::Is { cond: *arg, truth: param.holds_after }) {
                tell(of, fact);
            }
        }
    }
}

/// Whether the parameter of an argument may be an interface; that of a receiver is none.
fn takes_interface(values: &Values<'_>, call: &Call, number: usize) -> bool {
    let Some(number) = number.checked_sub(usize::from(call.has_receiver)) else { return false };
    let (Callee::Func(function), Some(types)) = (call.callee, values.typed.0) else { return true };
    let ty = types.store.type_of(function).map(|ty| types.store.data(ty));
    match ty {
        Some(TypeData::Func(func)) => {
            func.params.get(number).is_none_or(|param| values.typed.is_interface(*param) != Tri::No)
        }
        _ => true,
    }
}

fn ty_is_bool(values: &Values<'_>, value: Value) -> bool {
    let ty = values.body.inst(value).ty;
    values.typed.0.is_some_and(|types| types.basic(ty).is_some_and(|basic| basic.is_boolean()))
}

/// The comparison that holds if this one does not.
pub(super) fn negated(op: Operator) -> Operator {
    match op {
        Operator::Eq => Operator::Ne,
        Operator::Ne => Operator::Eq,
        Operator::Lt => Operator::Ge,
        Operator::Le => Operator::Gt,
        Operator::Gt => Operator::Le,
        Operator::Ge => Operator::Lt,
        other => other,
    }
}

/// The comparison with its sides changed.
fn mirrored(op: Operator) -> Operator {
    match op {
        Operator::Lt => Operator::Gt,
        Operator::Le => Operator::Ge,
        Operator::Gt => Operator::Lt,
        Operator::Ge => Operator::Le,
        other => other,
    }
}

impl Values<'_> {
    /// The facts known of a value at a point of its body.
    pub(super) fn facts_at(&self, value: Value, point: Point) -> Vec<Fact> {
        self.guards().at(self, self.root(value), point)
    }
}
