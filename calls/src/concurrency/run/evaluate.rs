//! What instructions compute that neither branch, call nor wait.

use super::Run;
use super::memory::{Capacity, Content, Data, field};
use super::place::Spot;
use super::state::{Frame, State};
use super::value::{Closure, Fields, Loc, ObjRef, Origin, PathId, Site, Step, Sym, Term, Test, Val};
use crate::concurrency::program::CodeId;
use rulec_flow::ir::{Op, Value};
use rulec_tree::{Kind, Op as Operator};
use rulec_types::{Ty, TypeData};
use std::collections::VecDeque;
use std::rc::Rc;

/// A goroutine of a state, by its number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Here {
    pub(super) goroutine: usize,
    pub(super) code: CodeId,
    pub(super) value: Value,
}

impl Run<'_, '_> {
    pub(super) fn frame<'s>(&self, state: &'s mut State, here: Here) -> Option<&'s mut Frame> {
        state.goroutine(here.goroutine).frames.last_mut()
    }

    /// The value of an operand.
    pub(super) fn get(&mut self, state: &State, here: Here, value: Value) -> Val {
        let found = state.goroutines[here.goroutine].frame().and_then(|frame| frame.get(value)).cloned();
        found.unwrap_or_else(|| self.fresh(state, Here { value, ..here }))
    }

    pub(super) fn list(&mut self, state: &State, here: Here, list: rulec_flow::ir::List) -> Vec<Val> {
        let values = self.program.body(here.code).list(list);
        values.iter().map(|value| self.get(state, here, *value)).collect()
    }

    /// This instruction in this activation and iteration.
    pub(super) fn site(&mut self, state: &State, here: Here) -> Site {
        let frame = state.goroutines[here.goroutine].frame();
        let (around, iteration) = frame.map_or((None, 0), |frame| (Some(frame.site), frame.iteration));
        self.interner.site(around, here.code, here.value, iteration)
    }

    /// A value of which nothing is known.
    pub(super) fn fresh(&mut self, state: &State, here: Here) -> Val {
        let site = self.site(state, here);
        Val::Unknown(self.interner.sym(Term::Fresh(site)))
    }

    pub(super) fn made(&mut self, state: &mut State, here: Here, number: u32, data: Data) -> ObjRef {
        let site = self.site(state, here);
        let object = self.interner.object(Origin::Made(site, number));
        state.memory.add(object, data);
        object
    }

    /// A symbol for a value, the same for the same value where it is one.
    pub(super) fn sym_of(&mut self, state: &State, here: Here, val: &Val) -> Sym {
        match val {
            Val::Unknown(sym) => *sym,
            Val::Int(number) => self.interner.sym(Term::Number(*number)),
            Val::Ref(object) => self.interner.sym(Term::Content(*object, PathId::ROOT)),
            _ => {
                let site = self.site(state, here);
                self.interner.sym(Term::Fresh(site))
            }
        }
    }

    /// Code that is not run here gets hold of these: all that they reach is open from now on.
    pub(super) fn lose(&mut self, state: &mut State, values: &[Val]) {
        let mut reached = super::state::Reached::default();
        values.iter().for_each(|value| reached.value(value));
        reached.close_without_globals(&state.memory, &self.interner);
        // A function that is called elsewhere can use the variables of the package.
        let is_code = |value: &Val| matches!(value, Val::Closure(_) | Val::Func(_) | Val::Bound(..));
        let of_package = |(object, _): (ObjRef, _)| {
            matches!(self.interner.origin(object), Some(Origin::Global(_))).then_some(object)
        };
        if values.iter().any(is_code) {
            state.memory.objects().filter_map(of_package).for_each(|object| reached.object(object));
        }
        for object in reached.objects() {
            if let Some(object) = state.memory.get_mut(object) {
                object.open = true;
                object.forget();
            }
        }
    }

    /// What a variable of this type holds at first.
    pub(super) fn content(&self, ty: Ty) -> Content {
        match self.program.under(ty) {
            Some(TypeData::Struct(_) | TypeData::Array { .. }) => Content::Struct(ty),
            Some(TypeData::Basic(basic)) if basic.is_integer() => Content::Int,
            Some(TypeData::Basic(basic)) if basic.is_boolean() => Content::Bool,
            Some(
                TypeData::Pointer(_)
                | TypeData::Chan { .. }
                | TypeData::Map { .. }
                | TypeData::Slice(_)
                | TypeData::Func(_)
                | TypeData::Interface(_),
            ) => Content::Nil,
            _ => Content::Other,
        }
    }

    // Values.

    pub(super) fn constant(&self, here: Here, number: u32) -> Option<Val> {
        let value = self.program.body(here.code).consts.get(number as usize)?;
        let text = || value.as_bytes().map(|bytes| Val::Text(String::from_utf8_lossy(&bytes).as_ref().into()));
        value.as_bool().map(Val::Bool).or_else(|| value.as_i64().map(Val::Int)).or_else(text)
    }

    /// The function literal with the variables that it can see.
    pub(super) fn closure(&mut self, state: &State, here: Here, body: rulec_flow::ir::BodyId) -> Val {
        let Some(code) = self.program.beside(here.code, body) else { return self.fresh(state, here) };
        let frame = state.goroutines[here.goroutine].frame();
        let captured = frame.map_or_else(Vec::new, |frame| frame.variables.clone());
        let used = self.program.captures(code);
        let captured = captured.into_iter().filter(|(var, _)| used.contains(var)).collect();
        Val::Closure(Rc::new(Closure { code, captured }))
    }

    pub(super) fn composite(&mut self, state: &mut State, here: Here, values: Vec<Val>) -> Val {
        let inst = *self.program.body(here.code).inst(here.value);
        match self.program.under(inst.ty) {
            Some(TypeData::Struct(_)) => self.structure(state, here, inst.ty, values),
            Some(TypeData::Slice(_)) => {
                let object = self.made(state, here, 0, Data::List { items: values, exact: true });
                Val::Ref(object)
            }
            Some(TypeData::Map { .. }) => {
                let pairs = values.chunks(2).filter_map(|pair| Some((pair.first()?.clone(), pair.get(1)?.clone())));
                let data = Data::Map { entries: pairs.collect(), exact: true };
                Val::Ref(self.made(state, here, 0, data))
            }
            Some(TypeData::Array { .. }) => {
                let mut cells = Vec::new();
                for (index, value) in (0i64..).zip(values) {
                    let path = self.interner.path(PathId::ROOT, Step::Index(index));
                    self.flatten(&mut cells, path, value);
                }
                cells.sort_unstable_by_key(|(path, _)| *path);
                Val::Struct(Rc::new(Fields { ty: inst.ty, cells }))
            }
            _ => {
                self.lose(state, &values);
                self.fresh(state, here)
            }
        }
    }

    fn structure(&mut self, state: &mut State, here: Here, ty: Ty, values: Vec<Val>) -> Val {
        let row = self.program.body(here.code).inst(here.value).row;
        let Some(names) = self.program.composite_fields(here.code, row, ty) else {
            self.lose(state, &values);
            return self.fresh(state, here);
        };
        let mut cells = Vec::new();
        for (name, value) in names.into_iter().zip(values) {
            let path = self.interner.path(PathId::ROOT, Step::Field(name));
            match self.program.field_type(ty, name).is_some_and(|ty| self.program.is_interface(ty)) {
                true => cells.push((path, value)),
                false => self.flatten(&mut cells, path, value),
            }
        }
        cells.sort_unstable_by_key(|(path, _)| *path);
        Val::Struct(Rc::new(Fields { ty, cells }))
    }

    fn flatten(&mut self, cells: &mut Vec<(PathId, Val)>, path: PathId, value: Val) {
        match &value {
            Val::Struct(fields) => {
                for (own, value) in &fields.cells {
                    cells.push((self.interner.rebase(*own, PathId::ROOT, path), value.clone()));
                }
            }
            _ => cells.push((path, value)),
        }
    }

    /// A field of a struct that is in no place.
    pub(super) fn field(&mut self, state: &mut State, here: Here, x: &Val, name: rulec_types::Name) -> Val {
        let ty = self.program.body(here.code).inst(here.value).ty;
        match x {
            Val::Struct(fields) => {
                let path = self.interner.path(PathId::ROOT, Step::Field(name));
                if let Some((_, value)) = fields.cells.iter().find(|(own, _)| *own == path) {
                    return value.clone();
                }
                let content = self.content(ty);
                let Content::Struct(ty) = content else { return content.zero() };
                let mut cells = Vec::new();
                for (own, value) in fields.cells.iter().filter(|(own, _)| self.interner.starts_with(*own, path)) {
                    cells.push((*own, value.clone()));
                }
                let cells =
                    cells.into_iter().map(|(own, value)| (self.interner.rebase(own, path, PathId::ROOT), value));
                let mut cells: Vec<_> = cells.collect();
                cells.sort_unstable_by_key(|(path, _)| *path);
                Val::Struct(Rc::new(Fields { ty, cells }))
            }
            Val::Unknown(sym) => {
                let behind = Loc { object: self.interner.object(Origin::Behind(*sym)), path: PathId::ROOT };
                let loc = field(behind, name, &mut self.interner);
                self.load_at(state, loc, ty)
            }
            _ => self.fresh(state, here),
        }
    }

    pub(super) fn make(&mut self, state: &mut State, here: Here, sizes: &[Val]) -> Val {
        let ty = self.program.body(here.code).inst(here.value).ty;
        let data = match self.program.under(ty) {
            Some(TypeData::Chan { .. }) => {
                let capacity = match sizes.first() {
                    None => Capacity::Known(0),
                    Some(Val::Int(size)) => Capacity::Known(*size),
                    Some(size) => Capacity::Symbol(self.sym_of(state, here, size)),
                };
                Data::Chan { capacity, queue: VecDeque::new(), closed: false }
            }
            Some(TypeData::Map { .. }) => Data::Map { entries: Vec::new(), exact: true },
            Some(TypeData::Slice(elem)) => match sizes.first() {
                Some(Val::Int(size)) if *size <= 16 => {
                    let zero = self.content(*elem).zero();
                    Data::List { items: vec![zero; usize::try_from(*size).unwrap_or(0)], exact: true }
                }
                Some(Val::Unknown(_)) | None | Some(_) => return self.fresh(state, here),
            },
            _ => return self.fresh(state, here),
        };
        Val::Ref(self.made(state, here, 0, data))
    }

    /// `new(T)`, `&T{…}`.
    pub(super) fn new_object(&mut self, state: &mut State, here: Here, content: Option<Val>) -> Val {
        let ty = self.program.pointee(self.program.body(here.code).inst(here.value).ty);
        let data = Data::Cells { ty, cells: Vec::new(), unknown: false };
        let object = self.made(state, here, 0, data);
        let loc = Loc { object, path: PathId::ROOT };
        if let Some(content) = content {
            state.memory.store(loc, content, &mut self.interner);
        }
        Val::Ptr(loc)
    }

    /// A part of a string, slice or array.
    pub(super) fn slice(&mut self, state: &mut State, here: Here, x: Val, bounds: &[Val]) -> Val {
        match &x {
            Val::Ref(_) if bounds.is_empty() => x,
            Val::Ref(object) => match state.memory.get(*object).map(|object| object.data.clone()) {
                Some(Data::List { items, exact: true }) => {
                    let part = part_of(&items, bounds);
                    let (items, exact) = part.map_or_else(|| (items.clone(), false), |part| (part.to_vec(), true));
                    Val::Ref(self.made(state, here, 0, Data::List { items, exact }))
                }
                Some(Data::List { items, .. }) => {
                    Val::Ref(self.made(state, here, 0, Data::List { items, exact: false }))
                }
                _ => self.fresh(state, here),
            },
            _ => {
                self.lose(state, &[x]);
                self.fresh(state, here)
            }
        }
    }

    pub(super) fn unary(&mut self, state: &State, here: Here, op: Operator, x: Val) -> Val {
        match (op, x) {
            (Operator::Not, Val::Bool(truth)) => Val::Bool(!truth),
            (Operator::Not, Val::Test(test, truth)) => Val::Test(test, !truth),
            (Operator::Not, Val::Unknown(sym)) => Val::Test(Test::True(sym), false),
            (Operator::Sub, Val::Int(number)) => Val::Int(number.wrapping_neg()),
            (Operator::Add, x) => x,
            _ => self.fresh(state, here),
        }
    }

    pub(super) fn binary(&mut self, state: &State, here: Here, op: Operator, x: Val, y: Val) -> Val {
        match op {
            Operator::Eq => self.equal(state, here, &x, &y),
            Operator::Ne => {
                let equal = self.equal(state, here, &x, &y);
                self.unary(state, here, Operator::Not, equal)
            }
            Operator::Lt => self.less(state, here, &x, &y, 0),
            Operator::Le => self.less(state, here, &x, &y, 1),
            Operator::Gt => self.less(state, here, &y, &x, 0),
            Operator::Ge => self.less(state, here, &y, &x, 1),
            _ => match (op, &x, &y) {
                (Operator::Add, Val::Int(x), Val::Int(y)) => Val::Int(x.wrapping_add(*y)),
                (Operator::Sub, Val::Int(x), Val::Int(y)) => Val::Int(x.wrapping_sub(*y)),
                (Operator::Mul, Val::Int(x), Val::Int(y)) => Val::Int(x.wrapping_mul(*y)),
                (Operator::Div, Val::Int(x), Val::Int(y)) if *y != 0 => Val::Int(x.wrapping_div(*y)),
                (Operator::Rem, Val::Int(x), Val::Int(y)) if *y != 0 => Val::Int(x.wrapping_rem(*y)),
                (_, Val::Unknown(_) | Val::Int(_), Val::Unknown(_) | Val::Int(_)) => {
                    let (x, y) = (self.sym_of(state, here, &x), self.sym_of(state, here, &y));
                    Val::Unknown(self.interner.sym(Term::Of(op as u32, x, y)))
                }
                _ => self.fresh(state, here),
            },
        }
    }

    pub(super) fn equal(&mut self, state: &State, here: Here, x: &Val, y: &Val) -> Val {
        match (x, y) {
            (Val::Unknown(sym), Val::Nil) | (Val::Nil, Val::Unknown(sym)) => Val::Test(Test::Nil(*sym), true),
            (Val::Unknown(sym), Val::Int(number)) | (Val::Int(number), Val::Unknown(sym)) => {
                Val::Test(Test::Equal(*sym, *number), true)
            }
            (Val::Unknown(sym), Val::Bool(truth)) | (Val::Bool(truth), Val::Unknown(sym)) => {
                Val::Test(Test::True(*sym), *truth)
            }
            (Val::Test(test, sense), Val::Bool(truth)) | (Val::Bool(truth), Val::Test(test, sense)) => {
                Val::Test(*test, sense == truth)
            }
            (Val::Unknown(x), Val::Unknown(y)) if x == y => Val::Bool(true),
            (Val::Unknown(x), Val::Unknown(y)) => {
                let (x, y) = (*x.min(y), *x.max(y));
                Val::Test(Test::True(self.interner.sym(Term::Of(Operator::Eq as u32, x, y))), true)
            }
            (Val::Unknown(sym), Val::Text(text)) | (Val::Text(text), Val::Unknown(sym)) => {
                let number = text.bytes().fold(7u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(u32::from(byte)));
                Val::Test(Test::True(self.interner.sym(Term::Part(*sym, number))), true)
            }
            (Val::Struct(_), Val::Nil) | (Val::Nil, Val::Struct(_)) => Val::Bool(false),
            // A struct or a value of an interface cannot be told apart from others here.
            (Val::Unknown(_) | Val::Struct(_), _) | (_, Val::Unknown(_) | Val::Struct(_)) => self.fresh(state, here),
            (Val::Test(..), _) | (_, Val::Test(..)) => self.fresh(state, here),
            _ => Val::Bool(x == y),
        }
    }

    /// `x < y + more`.
    fn less(&mut self, state: &State, here: Here, x: &Val, y: &Val, more: i64) -> Val {
        match (x, y) {
            (Val::Int(x), Val::Int(y)) => Val::Bool(*x < y.saturating_add(more)),
            (Val::Unknown(sym), Val::Int(number)) => Val::Test(Test::Less(*sym, number.saturating_add(more)), true),
            // x < y + more unless y < x + 1 - more.
            (Val::Int(number), Val::Unknown(sym)) => {
                Val::Test(Test::Less(*sym, number.saturating_add(1 - more)), false)
            }
            (Val::Unknown(x), Val::Unknown(y)) => {
                let op = if more == 0 { Operator::Lt } else { Operator::Le };
                Val::Test(Test::True(self.interner.sym(Term::Of(op as u32, *x, *y))), true)
            }
            _ => self.fresh(state, here),
        }
    }

    pub(super) fn extract(&mut self, state: &State, here: Here, tuple: Val, number: u32) -> Val {
        match tuple {
            Val::Tuple(parts) => match parts.get(number as usize) {
                Some(part) => part.clone(),
                None => self.fresh(state, here),
            },
            Val::Unknown(sym) => Val::Unknown(self.interner.sym(Term::Part(sym, number))),
            _ => self.fresh(state, here),
        }
    }

    /// What a map has under a key, with whether it has it.
    pub(super) fn lookup(&mut self, state: &mut State, here: Here, (map, key): (Val, Val), comma: bool) -> Val {
        let has = match &map {
            Val::Nil => Some(false),
            Val::Ref(object) => match state.memory.get(*object).map(|object| &object.data) {
                Some(Data::Map { entries, exact }) => {
                    let is_known = |(known, _): &(Val, Val)| *known == key;
                    let is_concrete = |val: &Val| matches!(val, Val::Text(_) | Val::Int(_));
                    match entries.iter().any(is_known) {
                        true => Some(true),
                        false if *exact && (entries.is_empty() || is_concrete(&key)) => {
                            entries.iter().all(|(known, _)| is_concrete(known)).then_some(false)
                        }
                        false => None,
                    }
                }
                _ => None,
            },
            _ => None,
        };
        let value = match (&map, has) {
            (_, Some(false)) => {
                let ty = self.program.body(here.code).inst(here.value).ty;
                let ty = match self.program.under(ty) {
                    Some(TypeData::Tuple(parts)) if comma => parts.first().copied().unwrap_or(Ty::UNKNOWN),
                    _ => ty,
                };
                self.content(ty).zero()
            }
            _ => self.element(state, here, &map, &key),
        };
        if !comma {
            return value;
        }
        let sym = self.sym_of(state, here, &map);
        let truth = has.map_or_else(|| Val::Unknown(self.interner.sym(Term::Part(sym, u32::MAX))), Val::Bool);
        Val::Tuple([value, truth].into())
    }

    /// The value of an instruction that only computes; none for all others.
    pub(super) fn compute(&mut self, state: &mut State, here: Here) -> Option<Val> {
        let body = self.program.body(here.code);
        Some(match body.op(here.value) {
            Op::Param(number) => {
                let frame = state.goroutines[here.goroutine].frame();
                match frame.and_then(|frame| frame.args.get(number as usize)).cloned() {
                    Some(arg) => arg,
                    None => self.fresh(state, here),
                }
            }
            Op::Captured(var) => {
                let object = self.variable(state, here, var, false);
                self.load_at(state, Loc { object, path: PathId::ROOT }, body.inst(here.value).ty)
            }
            Op::Const(number) => match number.and_then(|number| self.constant(here, number)) {
                Some(constant) => constant,
                None => self.fresh(state, here),
            },
            Op::Nil => Val::Nil,
            Op::Zero => self.content(body.inst(here.value).ty).zero(),
            Op::Func(function) => Val::Func(function),
            Op::Closure(inner) => self.closure(state, here, inner),
            Op::MethodValue { recv, method } => {
                let recv = Rc::new(self.get(state, here, recv));
                match method {
                    Some(method) => Val::Bound(recv, method),
                    None => match self.selected_name(here) {
                        Some(name) => Val::BoundInterface(recv, name),
                        None => self.fresh(state, here),
                    },
                }
            }
            Op::Addr(place) => match self.place(state, here, place, false) {
                Spot::At(loc) => Val::Ptr(loc),
                Spot::Element(x, y) => match self.element_object(state, here, &x, &y) {
                    Some(loc) => Val::Ptr(loc),
                    None => self.fresh(state, here),
                },
                Spot::Nowhere => self.fresh(state, here),
            },
            Op::Load(place) => self.load(state, here, place),
            Op::Store(place, value) => {
                let value = self.get(state, here, value);
                self.store(state, here, place, value.clone());
                value
            }
            Op::Assign(var, value) => {
                let value = self.get(state, here, value);
                self.share(state, here, var, &value);
                value
            }
            Op::Read(_, value) | Op::Convert(value) | Op::Narrow(value) | Op::Assert { x: value, comma: false } => {
                self.get(state, here, value)
            }
            Op::Assert { x, comma: true } => {
                let x = self.get(state, here, x);
                let truth = self.fresh(state, here);
                Val::Tuple([x, truth].into())
            }
            Op::Unary(op, x) => {
                let x = self.get(state, here, x);
                self.unary(state, here, op, x)
            }
            Op::Binary(op, x, y) => {
                let (x, y) = (self.get(state, here, x), self.get(state, here, y));
                self.binary(state, here, op, x, y)
            }
            Op::Field(x, name) => {
                let x = self.get(state, here, x);
                self.field(state, here, &x, name.name)
            }
            Op::Elem(x, y) => {
                let (x, y) = (self.get(state, here, x), self.get(state, here, y));
                self.element(state, here, &x, &y)
            }
            Op::Lookup { map, key, comma } => {
                let pair = (self.get(state, here, map), self.get(state, here, key));
                self.lookup(state, here, pair, comma)
            }
            Op::Slice(x, bounds) => {
                let x = self.get(state, here, x);
                let bounds = self.list(state, here, bounds);
                self.slice(state, here, x, &bounds)
            }
            Op::Composite(list) => {
                let values = self.list(state, here, list);
                self.composite(state, here, values)
            }
            Op::New(content) => {
                let content = content.map(|content| self.get(state, here, content));
                self.new_object(state, here, content)
            }
            Op::Make(sizes) => {
                let sizes = self.list(state, here, sizes);
                self.make(state, here, &sizes)
            }
            Op::Extract(tuple, number) => {
                let tuple = self.get(state, here, tuple);
                self.extract(state, here, tuple, number)
            }
            Op::Opaque(list) => {
                let values = self.list(state, here, list);
                self.lose(state, &values);
                self.fresh(state, here)
            }
            _ => return None,
        })
    }

    /// The name behind the dot of a selector.
    fn selected_name(&self, here: Here) -> Option<rulec_types::Name> {
        let source = self.program.source(here.code);
        let tree = &source.file.tree;
        let row = tree.unparen(self.program.body(here.code).inst(here.value).row);
        (tree.kind(row) == Kind::Selector)
            .then(|| source.types.store().name(&source.file.texts.str(tree.text(tree.slot(row, 1)))))
    }
}

/// The elements between bounds that are known: low, high and the capacity, each of which may be left out at the end.
fn part_of<'v>(items: &'v [Val], bounds: &[Val]) -> Option<&'v [Val]> {
    let index = |bound: &Val| match bound {
        Val::Int(number) => usize::try_from(*number).ok(),
        _ => None,
    };
    let low = bounds.first().map_or(Some(0), index)?;
    let high = bounds.get(1).map_or(Some(items.len()), index)?;
    items.get(low..high)
}
