//! Places of a run: variables, fields and elements, and what they hold.

use super::Run;
use super::evaluate::Here;
use super::memory::Data;
use super::state::State;
use super::value::{Loc, ObjRef, Origin, PathId, Step, Term, Val};
use crate::concurrency::program::{PathStep, place_path};
use rulec_flow::ir::{Place, PlaceId, VarId};
use rulec_tree::Kind;
use rulec_types::Ty;

/// Where a place lies.
pub(super) enum Spot {
    At(Loc),
    /// An element of a slice or map.
    Element(Val, Val),
    Nowhere,
}

impl Run<'_, '_> {
    /// The object of a variable that is shared; `fresh`: it is declared here.
    pub(super) fn variable(&mut self, state: &mut State, here: Here, var: VarId, fresh: bool) -> ObjRef {
        let canonical = self.program.variable(here.code, var);
        let known = state.goroutines[here.goroutine].frame().and_then(|frame| frame.variable(canonical));
        if let Some(object) = known.filter(|_| !fresh) {
            return object;
        }
        let is_own = canonical.0 == here.code;
        let ty = self.program.body(here.code).var(var).ty;
        let object = if fresh {
            let site = self.site(state, here);
            self.interner.object(Origin::Made(site, 1))
        } else {
            let frame = state.goroutines[here.goroutine].frame().map(|frame| frame.site);
            let site = frame.unwrap_or_else(|| self.interner.site(None, here.code, here.value, 0));
            self.interner.object(Origin::Variable(site, var, 0))
        };
        state.memory.add(object, Data::Cells { ty, cells: Vec::new(), unknown: !is_own });
        // A variable of a body around this one that was not handed down: others have it.
        if let Some(object) = state.memory.get_mut(object).filter(|_| !is_own) {
            object.open = true;
        }
        if let Some(frame) = self.frame(state, here) {
            frame.set_variable(canonical, object);
        }
        object
    }

    /// Whether an assignment declares the variable anew: its declaration, or the step of a `for` clause to the next
    /// iteration.
    fn is_fresh(&self, here: Here, var: VarId) -> bool {
        let variable = self.program.body(here.code).var(var);
        if variable.outer.is_some() {
            return false;
        }
        if self.program.body(here.code).inst(here.value).row == variable.decl {
            return true;
        }
        let source = self.program.source(here.code);
        let tree = &source.file.tree;
        let statement = tree.parent(tree.parent(variable.decl));
        let is_loop = tree.kind(tree.parent(statement)) == Kind::For && tree.kind(statement) == Kind::Assign;
        is_loop
            && tree.slot(tree.parent(statement), 0) == statement
            && source.types.go_minor().is_none_or(|minor| minor >= 22)
    }

    pub(super) fn loc_of(&mut self, val: &Val) -> Option<Loc> {
        match val {
            Val::Ptr(loc) => Some(*loc),
            Val::Unknown(sym) => Some(Loc { object: self.interner.object(Origin::Behind(*sym)), path: PathId::ROOT }),
            _ => None,
        }
    }

    pub(super) fn place(&mut self, state: &mut State, here: Here, place: PlaceId, fresh: bool) -> Spot {
        let body = self.program.body(here.code);
        let (root, steps) = place_path(body, place);
        let mut loc = match root {
            Place::Var(var) => {
                Loc { object: self.variable(state, here, var, fresh && steps.is_empty()), path: PathId::ROOT }
            }
            Place::Global(global) => Loc { object: self.interner.object(Origin::Global(global)), path: PathId::ROOT },
            Place::Deref(pointer) => {
                let pointer = self.get(state, here, pointer);
                match self.loc_of(&pointer) {
                    Some(loc) => loc,
                    None => return Spot::Nowhere,
                }
            }
            Place::SliceElem(x, y) | Place::MapElem(x, y) => {
                let (x, y) = (self.get(state, here, x), self.get(state, here, y));
                if steps.is_empty() {
                    return Spot::Element(x, y);
                }
                let object = self.element_object(state, here, &x, &y);
                match object {
                    Some(loc) => loc,
                    None => return Spot::Nowhere,
                }
            }
            Place::Field(..) | Place::Elem(..) | Place::Unknown => return Spot::Nowhere,
        };
        for step in steps {
            let step = match step {
                PathStep::Field(field) => Step::Field(field.name),
                PathStep::Index(index) => match self.get(state, here, index) {
                    Val::Int(index) => Step::Index(index),
                    _ => Step::Some,
                },
            };
            loc.path = self.interner.path(loc.path, step);
        }
        Spot::At(loc)
    }

    /// The object in which an element of a slice lies whose parts are used: one of its own for each element.
    pub(super) fn element_object(&mut self, state: &mut State, here: Here, x: &Val, y: &Val) -> Option<Loc> {
        let number = match y {
            Val::Int(number) => u32::try_from(*number).ok()?,
            _ => u32::MAX,
        };
        match x {
            Val::Unknown(sym) => {
                let part = self.interner.sym(Term::Part(*sym, number));
                Some(Loc { object: self.interner.object(Origin::Behind(part)), path: PathId::ROOT })
            }
            Val::Ref(list) => {
                let Data::List { items, .. } = &state.memory.get(*list)?.data else { return None };
                let item = items.get(number as usize).cloned();
                // A struct in a slice becomes an object that its element points to.
                if let Some(Val::Ptr(loc)) = item {
                    return Some(loc);
                }
                let number_of = number.wrapping_add(2);
                let ty = self.program.body(here.code).inst(here.value).ty;
                let list_site = self.interner.sym(Term::Content(*list, PathId(number_of)));
                let object = self.interner.object(Origin::Behind(list_site));
                if state.memory.get(object).is_none() {
                    state.memory.add(object, Data::Cells { ty, cells: Vec::new(), unknown: item.is_none() });
                    if let Some(item) = item {
                        state.memory.store(Loc { object, path: PathId::ROOT }, item, &mut self.interner);
                    }
                }
                Some(Loc { object, path: PathId::ROOT })
            }
            _ => None,
        }
    }

    pub(super) fn load(&mut self, state: &mut State, here: Here, place: PlaceId) -> Val {
        let ty = self.program.body(here.code).inst(here.value).ty;
        match self.place(state, here, place, false) {
            Spot::At(loc) => self.load_at(state, loc, ty),
            Spot::Element(x, y) => self.element(state, here, &x, &y),
            Spot::Nowhere => self.fresh(state, here),
        }
    }

    pub(super) fn load_at(&mut self, state: &mut State, loc: Loc, ty: Ty) -> Val {
        let content = self.content(ty);
        state.memory.load(loc, content, &mut self.interner)
    }

    pub(super) fn store(&mut self, state: &mut State, here: Here, place: PlaceId, value: Val) {
        let body = self.program.body(here.code);
        let fresh = match body.place(place) {
            Place::Var(var) => self.is_fresh(here, var),
            _ => false,
        };
        match self.place(state, here, place, fresh) {
            Spot::At(loc) => {
                if state.memory.is_open(loc.object, &self.interner) {
                    self.lose(state, std::slice::from_ref(&value));
                }
                let ty = self.type_at(state, loc);
                self.store_at(state, loc, value, ty);
            }
            Spot::Element(x, y) => self.set_element(state, &x, y, value),
            Spot::Nowhere => self.lose(state, &[value]),
        }
    }

    /// Gives a variable in single assignment form its value, where closures see it.
    pub(super) fn share(&mut self, state: &mut State, here: Here, var: VarId, value: &Val) {
        if !self.program.body(here.code).var(var).captured {
            return;
        }
        let fresh = self.is_fresh(here, var);
        let object = self.variable(state, here, var, fresh);
        let ty = self.program.body(here.code).var(var).ty;
        self.store_at(state, Loc { object, path: PathId::ROOT }, value.clone(), ty);
    }

    /// Writes a value to a place of a type.
    fn store_at(&mut self, state: &mut State, loc: Loc, value: Val, ty: Ty) {
        match self.program.is_interface(ty) {
            true => state.memory.store_whole(loc, value, &self.interner),
            false => state.memory.store(loc, value, &mut self.interner),
        }
    }

    // Elements.

    /// An element of a slice, array or map.
    pub(super) fn element(&mut self, state: &mut State, here: Here, x: &Val, key: &Val) -> Val {
        match x {
            Val::Ref(object) => match state.memory.get(*object).map(|object| object.data.clone()) {
                Some(Data::List { items, .. }) => match key {
                    Val::Int(index) if usize::try_from(*index).is_ok_and(|index| index < items.len()) => {
                        items[*index as usize].clone()
                    }
                    _ => {
                        self.lose(state, &items);
                        self.fresh(state, here)
                    }
                },
                Some(Data::Map { entries, exact }) => match entries.iter().find(|(known, _)| known == key) {
                    Some((_, value)) => value.clone(),
                    None if exact && entries.is_empty() => {
                        let ty = self.program.body(here.code).inst(here.value).ty;
                        self.content(ty).zero()
                    }
                    // With one entry it is most likely meant.
                    None if exact && entries.len() == 1 && matches!(key, Val::Unknown(_)) => entries[0].1.clone(),
                    None => {
                        let values: Vec<Val> = entries.into_iter().map(|(_, value)| value).collect();
                        self.lose(state, &values);
                        self.fresh(state, here)
                    }
                },
                _ => self.fresh(state, here),
            },
            Val::Unknown(sym) => {
                let number = match key {
                    Val::Int(number) => u32::try_from(*number).unwrap_or(u32::MAX),
                    _ => return self.fresh(state, here),
                };
                Val::Unknown(self.interner.sym(Term::Part(*sym, number)))
            }
            Val::Struct(fields) => match key {
                Val::Int(index) => {
                    let path = self.interner.path(PathId::ROOT, Step::Index(*index));
                    let found = fields.cells.iter().find(|(own, _)| *own == path).map(|(_, value)| value.clone());
                    found.unwrap_or_else(|| self.fresh(state, here))
                }
                _ => self.fresh(state, here),
            },
            _ => self.fresh(state, here),
        }
    }

    pub(super) fn set_element(&mut self, state: &mut State, x: &Val, key: Val, value: Val) {
        let Val::Ref(object) = x else { return self.lose(state, &[value]) };
        if state.memory.is_open(*object, &self.interner) {
            self.lose(state, std::slice::from_ref(&value));
        }
        match state.memory.get_mut(*object).map(|object| &mut object.data) {
            Some(Data::List { items, exact }) => match key {
                Val::Int(index) if usize::try_from(index).is_ok_and(|index| index < items.len()) => {
                    items[index as usize] = value;
                }
                _ => {
                    *exact = false;
                    items.push(value);
                }
            },
            Some(Data::Map { entries, .. }) => match entries.iter_mut().find(|(known, _)| *known == key) {
                Some((_, known)) => *known = value,
                None => entries.push((key, value)),
            },
            _ => self.lose(state, &[value]),
        }
    }
}
