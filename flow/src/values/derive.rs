//! What a value is computed from.
//!
//! A walk from the value back: through operators, fields, elements, conversions and composites, through calls as far as
//! their summaries tell, through captured variables, and into what was put into a container that it was taken out of.
//! Comparisons are not followed: who knows `a == b` does not have `a`. Of a field that is read, only what was stored in
//! that field counts, and what was there before.
//!
//! What an unknown function returns may come from its arguments, and what it is given to fill from the others: such
//! steps are taken last, and what is found behind them is unknown.

use super::numbering::summary_of;
use super::{Located, Values};
use crate::ir::{BodyId, Call, Callee, Field, Op, Place, PlaceId, Value, VarId};
use rulec_tree::Tri;
use rulec_types::Builtin;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::VecDeque;

/// How many values one question may look at.
const MAX_STEPS: usize = 50_000;

/// The answer to whether a value derives from something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Derivation {
    /// Whether it does, on some path.
    pub answer: Tri,
    /// Unless the answer is no: the values on the way, from the one that was asked about back to the origin. Empty if
    /// the budget has run out.
    pub way: Vec<Located>,
}

/// What to do with a value that a walk back has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trace {
    /// This is the origin.
    Found,
    /// This may be the origin. The walk goes on.
    Maybe,
    /// Look at what it is computed from.
    GoOn,
    /// Do not look any further here: a sanitizer.
    Stop,
}

impl Values<'_> {
    /// Whether a value is computed from one for which `from` says yes, itself included.
    pub fn derives(&self, value: Value, from: &mut dyn FnMut(Located) -> Tri) -> Derivation {
        self.trace(value, &mut |at| match from(at) {
            Tri::Yes => Trace::Found,
            Tri::No => Trace::GoOn,
            Tri::Unknown => Trace::Maybe,
        })
    }

    /// Walks back from a value through what it is computed from, as `visit` says; each value is visited once for each
    /// field of it that is asked for.
    pub fn trace(&self, value: Value, visit: &mut dyn FnMut(Located) -> Trace) -> Derivation {
        Walk::new(*self, value).run(visit)
    }
}

/// A value that was come to, and the field of it that matters if it is but one.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Step {
    at: Located,
    field: Option<Field>,
}

struct Walk<'a> {
    values: Values<'a>,
    /// The step that each one was come from.
    came_from: FxHashMap<Step, Option<Step>>,
    open: VecDeque<Step>,
    /// Variables, as the bodies that declare them know them, and their fields that were looked into.
    variables: FxHashSet<(BodyId, VarId, Option<Field>)>,
    /// Steps that may or may not be; from the first one.
    unsure: VecDeque<(Step, Step)>,
}

impl<'a> Walk<'a> {
    fn new(values: Values<'a>, value: Value) -> Walk<'a> {
        let start = Step { at: values.locate(value), field: None };
        let came_from = FxHashMap::from_iter([(start, None)]);
        Walk {
            values,
            came_from,
            open: VecDeque::from([start]),
            variables: FxHashSet::default(),
            unsure: VecDeque::new(),
        }
    }

    fn run(mut self, visit: &mut dyn FnMut(Located) -> Trace) -> Derivation {
        let mut sure = true;
        let mut maybe = None;
        loop {
            let Some(step) = self.open.pop_front() else {
                // All that surely flows has been seen.
                sure = false;
                let Some((step, from)) = self.unsure.pop_front() else { break };
                self.come_to(step, from);
                continue;
            };
            if self.came_from.len() > MAX_STEPS {
                return Derivation { answer: Tri::Unknown, way: Vec::new() };
            }
            match visit(step.at) {
                Trace::Found if sure => return Derivation { answer: Tri::Yes, way: self.way(step) },
                Trace::Found | Trace::Maybe => maybe = maybe.or(Some(step)),
                Trace::GoOn => {}
                Trace::Stop => continue,
            }
            self.look_behind(step);
        }
        match maybe {
            Some(step) => Derivation { answer: Tri::Unknown, way: self.way(step) },
            None => Derivation { answer: Tri::No, way: Vec::new() },
        }
    }

    fn way(&self, end: Step) -> Vec<Located> {
        let mut way = Vec::new();
        let mut next = Some(end);
        while let Some(step) = next {
            if way.last() != Some(&step.at) {
                way.push(step.at);
            }
            next = self.came_from.get(&step).copied().flatten();
        }
        way.reverse();
        way
    }

    fn come_to(&mut self, step: Step, from: Step) {
        if let std::collections::hash_map::Entry::Vacant(entry) = self.came_from.entry(step) {
            entry.insert(Some(from));
            self.open.push_back(step);
        }
    }

    /// A value that surely flows into the one of a step.
    fn flows(&mut self, at: Located, field: Option<Field>, into: Step) {
        self.come_to(Step { at, field }, into);
    }

    fn may_flow(&mut self, at: Located, into: Step) {
        self.unsure.push_back((Step { at, field: None }, into));
    }

    fn look_behind(&mut self, step: Step) {
        let values = self.values.within(step.at.body);
        let (body, value) = (values.body, step.at.value);
        let root = values.root(value);
        if root != value {
            return self.flows(values.locate(root), step.field, step);
        }
        let whole = |walk: &mut Self, x: Value| walk.flows(values.locate(x), None, step);
        match body.op(value) {
            Op::Assign(_, x) | Op::Read(_, x) | Op::Narrow(x) | Op::Convert(x) | Op::Assert { x, .. } => {
                self.flows(values.locate(x), step.field, step);
            }
            Op::Phi(_, list) | Op::Join(list) => {
                body.list(list).iter().for_each(|x| self.flows(values.locate(*x), step.field, step));
            }
            Op::Binary(op, ..) if is_comparison(op) => {}
            Op::Binary(_, x, y) => {
                whole(self, x);
                whole(self, y);
            }
            Op::Unary(_, x) | Op::Elem(x, _) | Op::MethodValue { recv: x, .. } | Op::Range(x) => whole(self, x),
            Op::Slice(x, _) | Op::Lookup { map: x, .. } | Op::Receive { ch: x, .. } => whole(self, x),
            Op::Field(x, field) => self.flows(values.locate(x), Some(field), step),
            Op::New(Some(x)) => self.flows(values.locate(x), step.field, step),
            Op::Composite(list) => body.list(list).iter().for_each(|x| whole(self, *x)),
            Op::Extract(x, number) => match body.op(x) {
                Op::Call(call) => self.result(step, x, body.call(call), number),
                // The second value of a pair tells only whether there was a first one.
                Op::Assert { .. } | Op::Lookup { .. } | Op::Receive { .. } if number == 1 => {}
                _ => self.flows(values.locate(x), step.field, step),
            },
            Op::Call(call) => self.result(step, value, body.call(call), 0),
            Op::Load(place) => self.loaded(step, place),
            Op::Addr(place) => self.loaded(step, place),
            Op::Captured(var) => self.variable(step, var),
            Op::Param(number) => self.parameter(step, number),
            Op::Opaque(list) => body.list(list).iter().for_each(|x| self.may_flow(values.locate(*x), step)),
            _ => {}
        }
        if is_container(body.op(value)) && !values.typed.is_immutable(body.inst(value).ty) {
            self.contents(step);
        }
    }

    /// What a result of a call comes from.
    fn result(&mut self, step: Step, call_value: Value, call: &Call, number: u32) {
        let values = self.values.within(step.at.body);
        let args = values.body.list(call.args);
        match call.callee {
            Callee::Closure(closure) => self.returned(step, closure, number),
            Callee::Builtin(Builtin::Copy | Builtin::New | Builtin::Make | Builtin::Recover) => {}
            Callee::Builtin(_) => args.iter().for_each(|arg| self.flows(values.locate(*arg), None, step)),
            _ => match summary_of(values.body, values.knowledge, call) {
                Some(summary) => {
                    let bits = summary.results.get(number as usize).map_or(0, |result| result.derives | result.copies);
                    for arg in flagged(args, bits, summary.params.len()) {
                        self.flows(values.locate(arg), None, step);
                    }
                    if !summary.complete && bits == 0 {
                        args.iter().for_each(|arg| self.may_flow(values.locate(*arg), step));
                    }
                }
                None => {
                    args.iter().for_each(|arg| self.may_flow(values.locate(*arg), step));
                    if let Callee::Value(callee) = call.callee {
                        self.may_flow(values.locate(callee), step);
                    }
                }
            },
        }
        if step.at.value != call_value {
            // Somebody may have put something into the result since: that is found at the extract itself.
            self.contents(step);
        }
    }

    fn returned(&mut self, step: Step, closure: BodyId, number: u32) {
        let inner = self.values.within(closure);
        for value in (0..inner.body.insts.len() as u32).map(Value) {
            if let Op::Return(list) = inner.body.op(value)
                && let Some(result) = inner.body.list(list).get(number as usize)
            {
                self.flows(inner.locate(*result), step.field, step);
            }
        }
    }

    /// The arguments that a function literal is called with where it stands.
    fn parameter(&mut self, step: Step, number: u32) {
        for call in self.values.captures().calls_of(step.at.body).to_vec() {
            let outer = self.values.within(call.body);
            let args = outer.body.call_at(call.value).map_or(&[][..], |call| outer.body.list(call.args));
            if let Some(arg) = args.get(number as usize) {
                self.flows(outer.locate(*arg), step.field, step);
            }
        }
    }

    fn loaded(&mut self, step: Step, place: PlaceId) {
        let values = self.values.within(step.at.body);
        let mut field = step.field;
        let mut at = place;
        loop {
            match values.body.place(at) {
                Place::Field(outer, of) => {
                    field = Some(of);
                    at = outer;
                }
                Place::Elem(outer, _) => {
                    field = None;
                    at = outer;
                }
                Place::Deref(x) => return self.flows(values.locate(x), field, step),
                Place::SliceElem(x, _) | Place::MapElem(x, _) => return self.flows(values.locate(x), None, step),
                Place::Var(var) => return self.variable_field(step, var, field),
                Place::Global(_) | Place::Unknown => return,
            }
        }
    }

    fn variable(&mut self, step: Step, var: VarId) {
        self.variable_field(step, var, step.field);
    }

    /// What a variable is given in all bodies, whole and in part.
    fn variable_field(&mut self, step: Step, var: VarId, field: Option<Field>) {
        let values = self.values.within(step.at.body);
        let (declared, of) = values.declared(var);
        if !self.variables.insert((declared, of, field)) {
            return;
        }
        for (body, var) in values.all_uses(var) {
            let inner = values.within(body);
            let accesses = inner.variables().of(var);
            for definition in &accesses.definitions {
                match inner.body.op(*definition) {
                    Op::Store(_, x) => self.flows(inner.locate(x), field, step),
                    _ => self.flows(inner.locate(*definition), field, step),
                }
            }
            for store in &accesses.part_stores {
                self.stored(inner, *store, field, step);
            }
            for address in &accesses.addresses {
                self.flows(inner.locate(*address), field, step);
            }
        }
    }

    /// What a store puts into a container, if it is the field asked for.
    fn stored(&mut self, values: Values<'a>, store: Value, field: Option<Field>, step: Step) {
        let Op::Store(place, x) = values.body.op(store) else { return };
        let other = outermost_field(&values, place).is_some_and(|of| field.is_some_and(|field| field != of));
        if !other {
            self.flows(values.locate(x), None, step);
        }
    }

    /// What is put into a container under any of the names that it goes by after it was made.
    fn contents(&mut self, step: Step) {
        let mut names = vec![step.at];
        let mut next = 0;
        while let Some(name) = names.get(next).copied() {
            next += 1;
            let values = self.values.within(name.body);
            for user in values.uses_of(name.value) {
                if let Some(alias) = self.put_by(values, name.value, *user, step) {
                    add_name(&mut names, alias);
                }
                if let Op::Assign(var, _) = values.body.op(*user) {
                    self.captured_names(values, var, &mut names);
                }
            }
        }
    }

    /// The names that function literals have for what a variable holds.
    fn captured_names(&self, values: Values<'a>, var: VarId, names: &mut Vec<Located>) {
        for (body, var) in values.all_uses(var) {
            let inner = values.within(body);
            if body != values.id {
                inner.variables().of(var).reads.iter().for_each(|read| add_name(names, inner.locate(*read)));
            }
        }
    }

    /// What one use of a container puts into it; or the other name that it makes.
    fn put_by(&mut self, values: Values<'a>, container: Value, user: Value, step: Step) -> Option<Located> {
        let body = values.body;
        match body.op(user) {
            Op::Assign(..) | Op::Read(..) | Op::Narrow(_) | Op::Convert(_) | Op::Slice(..) => {
                return Some(values.locate(user));
            }
            Op::Addr(place) if is_base(&values, place, container) => return Some(values.locate(user)),
            Op::Store(place, x) if x != container || is_base(&values, place, container) => {
                self.stored(values, user, step.field, step);
            }
            Op::Send { ch, value } if ch == container => self.flows(values.locate(value), None, step),
            Op::Call(call) | Op::Defer(call) | Op::Go(call) => self.filled(values, container, body.call(call), step),
            _ => {}
        }
        None
    }

    /// What a call fills one of its arguments with.
    fn filled(&mut self, values: Values<'a>, container: Value, call: &Call, step: Step) {
        let args = values.body.list(call.args);
        let Some(number) = args.iter().position(|arg| *arg == container) else { return };
        match call.callee {
            Callee::Builtin(Builtin::Copy) if number == 0 => {
                args.iter().skip(1).for_each(|arg| self.flows(values.locate(*arg), None, step));
            }
            Callee::Builtin(_) | Callee::Closure(_) => {}
            _ => match summary_of(values.body, values.knowledge, call) {
                Some(summary) => {
                    let bits = summary.params.get(number).map_or(0, |param| param.filled_from);
                    for arg in flagged(args, bits, summary.params.len()) {
                        self.flows(values.locate(arg), None, step);
                    }
                }
                None => {
                    let others = args.iter().enumerate().filter(|(other, _)| *other != number);
                    others.for_each(|(_, arg)| self.may_flow(values.locate(*arg), step));
                }
            },
        }
    }
}

/// How many names of a container are looked at.
const MAX_NAMES: usize = 256;

fn add_name(names: &mut Vec<Located>, name: Located) {
    if names.len() < MAX_NAMES && !names.contains(&name) {
        names.push(name);
    }
}

/// The arguments for which the bits of a summary are set; the last of `params` stands for all that follow.
fn flagged(args: &[Value], bits: u64, params: usize) -> Vec<Value> {
    let last = params.saturating_sub(1).min(63);
    let set = |number: usize| bits >> number.min(last) & 1 == 1;
    args.iter().enumerate().filter(|(number, _)| set(*number)).map(|(_, arg)| *arg).collect()
}

fn is_comparison(op: rulec_tree::Op) -> bool {
    use rulec_tree::Op;
    matches!(op, Op::Eq | Op::Ne | Op::Lt | Op::Le | Op::Gt | Op::Ge)
}

/// Whether a value may be something that others put values into after it was made.
fn is_container(op: Op) -> bool {
    matches!(op, Op::New(_) | Op::Make(_) | Op::Composite(_) | Op::Param(_) | Op::Call(_) | Op::Zero | Op::Addr(_))
}

/// The field next to the pointer or variable that the way to a place starts at.
fn outermost_field(values: &Values<'_>, place: PlaceId) -> Option<Field> {
    let mut found = None;
    let mut at = place;
    loop {
        match values.body.place(at) {
            Place::Field(outer, field) => {
                found = Some(field);
                at = outer;
            }
            Place::Elem(outer, _) => {
                found = None;
                at = outer;
            }
            _ => return found,
        }
    }
}

/// Whether the way to a place starts at what this value points to or holds.
fn is_base(values: &Values<'_>, place: PlaceId, value: Value) -> bool {
    let mut at = place;
    loop {
        match values.body.place(at) {
            Place::Field(outer, _) | Place::Elem(outer, _) => at = outer,
            Place::Deref(x) | Place::SliceElem(x, _) | Place::MapElem(x, _) => return x == value,
            Place::Var(_) | Place::Global(_) | Place::Unknown => return false,
        }
    }
}
