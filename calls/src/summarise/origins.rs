//! Which parameters, and variables captured from outside, each value of a body comes from.
//!
//! In: a body. Out: for each value three sets of origins: those of which it may be a copy, those that it may hold inside,
//! and those that it may be computed from. Sets only grow while the body is gone through until nothing changes.
//!
//! Memory that the function itself makes (variables, `&T{…}`, `make`) holds what is stored in it, whatever the order.

use super::callee::{Callees, Known};
use rulec_flow::ir::{Body, List, Op, Place, PlaceId, Value, VarId};
use rulec_gofront::ObjectId;
use rulec_types::{Basic, Builtin, Types};
use rustc_hash::FxHashMap;

/// The origins of the values of a body. They are numbered: parameters first, then captured variables.
pub(super) struct Origins {
    /// How many parameters have a number.
    pub(super) params: usize,
    /// The captured variables that have a number, in the order of their numbers.
    pub(super) captured: Vec<ObjectId>,
    of_object: FxHashMap<ObjectId, u32>,
    values: Vec<Masks>,
    vars: Vec<Masks>,
    /// The one origin of all that is assigned to a variable.
    only: Vec<Only>,
}

/// Sets of origins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Masks {
    /// It may be a copy of these.
    pub(super) copies: u64,
    /// It may hold, or point into, these.
    pub(super) inside: u64,
    /// It may be computed from these.
    pub(super) derives: u64,
}

impl Masks {
    /// Of which it may be a copy or which it may hold.
    pub(super) fn holds(self) -> u64 {
        self.copies | self.inside
    }

    fn or(self, other: Masks) -> Masks {
        Masks {
            copies: self.copies | other.copies,
            inside: self.inside | other.inside,
            derives: self.derives | other.derives,
        }
    }

    /// Of something that has this inside.
    fn around(self) -> Masks {
        Masks { copies: 0, inside: self.holds(), derives: self.derives }
    }

    /// Of something that was inside of this.
    fn within(self) -> Masks {
        Masks { copies: self.inside, inside: self.inside, derives: self.derives }
    }

    fn computed(self) -> Masks {
        Masks { copies: 0, inside: 0, derives: self.derives }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Only {
    Nothing,
    Origin(u32),
    Several,
}

/// Sets of origins are machine words.
const MAX_ORIGINS: usize = 64;

/// How often a body is gone through. Values settle at the second pass but for loops and memory.
const MAX_PASSES: usize = 16;

/// How many steps back a value is followed.
const MAX_STEPS: usize = 64;

impl Origins {
    pub(super) fn of(body: &Body, callees: &Callees<'_>, types: &Types<'_>) -> Origins {
        let params = body.params.len().min(MAX_ORIGINS);
        let own = body.vars.iter().filter(|var| var.outer.is_some()).map(|var| var.object);
        let mut captured: Vec<ObjectId> = own.collect();
        // Literals inside may capture what this one does not name.
        for inst in &body.insts {
            if let Op::Closure(literal) = inst.op {
                let is_outer = |object: &ObjectId| body.vars.iter().all(|var| var.object != *object);
                captured.extend(callees.captured_by(literal).filter(is_outer));
            }
        }
        captured.sort_unstable();
        captured.dedup();
        captured.truncate(MAX_ORIGINS - params);
        let of_object = captured.iter().zip(params as u32..).map(|(object, number)| (*object, number)).collect();
        let mut origins = Origins {
            params,
            captured,
            of_object,
            values: vec![Masks::default(); body.insts.len()],
            vars: vec![Masks::default(); body.vars.len()],
            only: vec![Only::Nothing; body.vars.len()],
        };
        if params + origins.captured.len() > 0 {
            origins.find_only(body, callees);
            origins.settle(body, callees, types);
        }
        origins
    }

    /// The sets of a value.
    pub(super) fn masks(&self, value: Value) -> Masks {
        self.values[value.0 as usize]
    }

    /// The sets of what a variable of this object may hold, in this body.
    pub(super) fn of_captured(&self, body: &Body, object: ObjectId) -> Masks {
        let own = body.vars.iter().position(|var| var.object == object);
        let of_var = own.map_or_else(Masks::default, |var| self.vars[var]);
        of_var.or(self.bit(self.of_object.get(&object).copied()))
    }

    /// The one origin that the variable of this object always holds.
    pub(super) fn surely_captured(&self, body: &Body, object: ObjectId) -> Option<u32> {
        if let Some(number) = self.of_object.get(&object) {
            return Some(*number);
        }
        let own = body.vars.iter().position(|var| var.object == object)?;
        self.only_of(VarId(own as u32))
    }

    /// The origin that a value certainly is a copy of.
    pub(super) fn surely(&self, body: &Body, value: Value) -> Option<u32> {
        let mut value = value;
        for _ in 0..MAX_STEPS {
            value = body.source_of(value);
            match body.op(value) {
                Op::Param(number) => return Some(number).filter(|number| (*number as usize) < self.params),
                Op::Captured(var) => return self.of_object.get(&body.var(var).object).copied(),
                Op::Load(place) => {
                    let Place::Var(var) = body.place(place) else { return None };
                    let outer = body.var(var).outer.is_some();
                    return if outer { self.of_object.get(&body.var(var).object).copied() } else { self.only_of(var) };
                }
                Op::Convert(x) | Op::Narrow(x) => value = x,
                _ => return None,
            }
        }
        None
    }

    fn only_of(&self, var: VarId) -> Option<u32> {
        match self.only[var.0 as usize] {
            Only::Origin(number) => Some(number),
            Only::Nothing | Only::Several => None,
        }
    }

    fn bit(&self, number: Option<u32>) -> Masks {
        let bit = number.map_or(0, |number| 1 << number);
        Masks { copies: bit, inside: 0, derives: bit }
    }

    /// Variables that only ever hold one parameter.
    fn find_only(&mut self, body: &Body, callees: &Callees<'_>) {
        for number in 0..body.insts.len() as u32 {
            let (var, value) = match body.op(Value(number)) {
                Op::Assign(var, value) => (var, value),
                Op::Store(place, value) => match body.place(place) {
                    Place::Var(var) => (var, value),
                    _ => continue,
                },
                _ => continue,
            };
            let origin = match body.op(body.source_of(value)) {
                Op::Param(number) if (number as usize) < self.params => Only::Origin(number),
                _ => Only::Several,
            };
            let own = &mut self.only[var.0 as usize];
            *own = if *own == Only::Nothing || *own == origin { origin } else { Only::Several };
        }
        let names = &callees.all.package.file_of(callees.function).file.names;
        for (number, var) in body.vars.iter().enumerate() {
            // Literals may write it, which is not seen here.
            if var.in_memory && var.captured && names.get(var.object).assigned > 0 {
                self.only[number] = Only::Several;
            }
        }
    }

    fn settle(&mut self, body: &Body, callees: &Callees<'_>, types: &Types<'_>) {
        for _ in 0..MAX_PASSES {
            let mut has_changed = false;
            for number in 0..body.insts.len() as u32 {
                let value = Value(number);
                let masks = self.of_inst(body, callees, types, value);
                has_changed |= self.grow(value, masks);
                has_changed |= self.remember(body, value);
            }
            if !has_changed {
                return;
            }
        }
        // What did not settle may come from anywhere.
        let all = Masks { copies: u64::MAX, inside: u64::MAX, derives: u64::MAX };
        self.values.fill(all);
        self.vars.fill(all);
    }

    fn grow(&mut self, value: Value, masks: Masks) -> bool {
        let own = &mut self.values[value.0 as usize];
        let grown = own.or(masks);
        std::mem::replace(own, grown) != grown
    }

    fn grow_var(&mut self, var: VarId, masks: Masks) -> bool {
        let own = &mut self.vars[var.0 as usize];
        let grown = own.or(masks);
        std::mem::replace(own, grown) != grown
    }

    /// What assignments leave in variables and in memory that was made here.
    fn remember(&mut self, body: &Body, value: Value) -> bool {
        match body.op(value) {
            Op::Assign(var, from) => self.grow_var(var, self.masks(from)),
            Op::Store(place, from) => match (body.place(place), root_of(body, place)) {
                (Place::Var(var), _) => self.grow_var(var, self.masks(from)),
                (_, Root::Var(var)) => self.grow_var(var, self.masks(from).around()),
                (_, Root::Pointer(pointer)) => match made_here(body, pointer) {
                    Some(made) => self.grow(made, self.masks(from).around()),
                    None => false,
                },
                (_, Root::Elsewhere) => false,
            },
            _ => false,
        }
    }

    fn of_inst(&self, body: &Body, callees: &Callees<'_>, types: &Types<'_>, value: Value) -> Masks {
        let all = |list: List| body.list(list).iter().fold(Masks::default(), |all, value| all.or(self.masks(*value)));
        match body.op(value) {
            Op::Param(number) => self.bit(Some(number).filter(|number| (*number as usize) < self.params)),
            Op::Captured(var) => self.bit(self.of_object.get(&body.var(var).object).copied()),
            Op::Assign(_, x) | Op::Read(_, x) | Op::Narrow(x) | Op::Assert { x, .. } => self.masks(x),
            Op::Convert(x) => self.converted(types, body, value, x),
            Op::Phi(_, list) | Op::Join(list) => all(list),
            Op::Load(place) => self.loaded(body, place),
            Op::Addr(place) => self.address(body, place),
            Op::Unary(_, x) => self.masks(x).computed(),
            Op::Binary(_, x, y) => self.masks(x).or(self.masks(y)).computed(),
            Op::Field(x, _) | Op::Elem(x, _) => self.masks(x).within(),
            Op::Lookup { map, key, .. } => self.masks(map).within().or(self.masks(key).computed()),
            Op::Slice(x, _) => self.masks(x).around(),
            Op::Composite(list) | Op::Make(list) => all(list).around(),
            Op::New(Some(x)) => self.masks(x).around(),
            Op::MethodValue { recv, .. } => self.masks(recv).around(),
            Op::Closure(literal) => {
                let captured = callees.captured_by(literal).map(|object| self.of_captured(body, object));
                captured.fold(Masks::default(), Masks::or).around()
            }
            Op::Call(call) => self.called(body, callees, body.call(call).args, value, None),
            Op::Extract(tuple, number) => self.extracted(body, callees, tuple, number),
            Op::Receive { ch, .. } => self.masks(ch).within(),
            Op::Range(x) => self.masks(x).within(),
            Op::Opaque(list) => all(list).or(all(list).around()),
            Op::Const(_) | Op::Nil | Op::Zero | Op::Func(_) | Op::New(None) => Masks::default(),
            Op::Store(..)
            | Op::Go(_)
            | Op::Defer(_)
            | Op::RunDefer(_)
            | Op::Send { .. }
            | Op::Select { .. }
            | Op::Branch(_)
            | Op::Return(_)
            | Op::Panic(_) => Masks::default(),
        }
    }

    /// A conversion to text, slices or numbers makes something new.
    fn converted(&self, types: &Types<'_>, body: &Body, value: Value, from: Value) -> Masks {
        let kind = |value: Value| types.basic(body.inst(value).ty).map(is_text_or_number);
        match (kind(value), kind(from)) {
            (Some(true), _) | (_, Some(true)) if body.inst(value).ty != body.inst(from).ty => {
                let is_boxed = types.is_interface(body.inst(value).ty);
                if is_boxed { self.masks(from) } else { self.masks(from).computed() }
            }
            _ => self.masks(from),
        }
    }

    fn loaded(&self, body: &Body, place: PlaceId) -> Masks {
        match (body.place(place), root_of(body, place)) {
            (Place::Var(var), _) => self.vars[var.0 as usize].or(self.if_captured(body, var)),
            (_, Root::Var(var)) => self.vars[var.0 as usize].or(self.if_captured(body, var)).within(),
            (_, Root::Pointer(pointer)) => self.masks(pointer).within(),
            (_, Root::Elsewhere) => Masks::default(),
        }
    }

    fn address(&self, body: &Body, place: PlaceId) -> Masks {
        match root_of(body, place) {
            Root::Var(var) => self.vars[var.0 as usize].or(self.if_captured(body, var)).around(),
            Root::Pointer(pointer) => self.masks(pointer).around(),
            Root::Elsewhere => Masks::default(),
        }
    }

    fn if_captured(&self, body: &Body, var: VarId) -> Masks {
        let var = body.var(var);
        if var.outer.is_some() { self.bit(self.of_object.get(&var.object).copied()) } else { Masks::default() }
    }

    fn extracted(&self, body: &Body, callees: &Callees<'_>, tuple: Value, number: u32) -> Masks {
        match body.op(tuple) {
            Op::Call(call) => self.called(body, callees, body.call(call).args, tuple, Some(number)),
            // The second value of a pair says whether there is a first.
            _ if number == 0 || matches!(body.op(tuple), Op::Range(_)) => self.masks(tuple),
            _ => self.masks(tuple).computed(),
        }
    }

    /// A result of a call; without a number, the only one.
    fn called(&self, body: &Body, callees: &Callees<'_>, args: List, at: Value, number: Option<u32>) -> Masks {
        let Some(call) = body.call_at(at) else { return Masks::default() };
        let args = body.list(args);
        let all = args.iter().fold(Masks::default(), |all, arg| all.or(self.masks(*arg)));
        let summary = match callees.of(call) {
            Known::Nothing | Known::Builtin(Builtin::Recover) => return Masks::default(),
            Known::Builtin(Builtin::Append) => return all.around(),
            Known::Builtin(Builtin::Min | Builtin::Max) => return all,
            Known::Builtin(_) => return all.computed(),
            Known::Value(_) | Known::Unknown => return all.around(),
            Known::Own(draft) => &draft.summary,
            Known::Summary(summary) => summary,
        };
        if number.is_none() && summary.results.len() > 1 {
            return Masks::default();
        }
        let Some(result) = summary.results.get(number.unwrap_or(0) as usize) else {
            return if summary.complete { Masks::default() } else { all.around() };
        };
        let mut masks = Masks::default();
        for (position, arg) in args.iter().enumerate() {
            let Some(last) = summary.params.len().checked_sub(1) else { break };
            let param = position.min(last);
            let has = |set: u64| param < MAX_ORIGINS && set >> param & 1 == 1;
            let arg = self.masks(*arg);
            if has(result.copies) {
                masks = masks.or(arg);
            }
            if has(result.derives) {
                let holds = summary.params.get(param).is_none_or(|param| param.kept);
                masks = masks.or(if holds { arg.around() } else { arg.computed() });
            }
        }
        masks
    }
}

/// Where a place begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Root {
    /// A variable of the function.
    Var(VarId),
    /// Behind a pointer, slice or map.
    Pointer(Value),
    /// In a variable of a package, or nobody knows where.
    Elsewhere,
}

/// Where a place begins.
pub(super) fn root_of(body: &Body, place: PlaceId) -> Root {
    let mut place = place;
    loop {
        place = match body.place(place) {
            Place::Var(var) => return Root::Var(var),
            Place::Deref(pointer) | Place::SliceElem(pointer, _) | Place::MapElem(pointer, _) => {
                return Root::Pointer(pointer);
            }
            Place::Global(_) | Place::Unknown => return Root::Elsewhere,
            Place::Field(of, _) | Place::Elem(of, _) => of,
        };
    }
}

/// The instruction that made what a pointer, slice or map refers to, if that was here.
pub(super) fn made_here(body: &Body, pointer: Value) -> Option<Value> {
    let made = body.source_of(pointer);
    matches!(body.op(made), Op::New(_) | Op::Make(_) | Op::Composite(_)).then_some(made)
}

fn is_text_or_number(basic: Basic) -> bool {
    basic.is_string() || basic.is_numeric() || basic.is_boolean()
}
