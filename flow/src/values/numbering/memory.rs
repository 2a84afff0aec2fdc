//! Which places of memory can be the same one, and what of it others can write.

use super::{Key, KeyId, Pass};
use crate::ir::{Body, Op, Place, PlaceId, Value, VarId};
use crate::values::made::are_apart;
use crate::values::typed::Typed;
use rulec_constant::Value as Constant;

impl Pass<'_> {
    /// Whether storing `x` at a place may change what another one is known to hold.
    pub(super) fn may_change(&self, stored: KeyId, x: Value, held: KeyId, known: Value) -> bool {
        if let Key::AsMade(variable) = self.keys[held as usize] {
            // Fields that the body writes do not count anyway: only what replaces all of them does.
            let may_be_it = || matches!(self.keys[stored as usize], Key::Deref(_)) && !self.is_own(held);
            return stored == variable || may_be_it();
        }
        if self.is_part(stored, held) || self.is_part(held, stored) {
            return true;
        }
        let (to, from) = (self.base(stored), self.base(held));
        match (to, from) {
            (Key::Deref(to), Key::Deref(from)) if are_apart(self.body, to, from) => false,
            _ if to != from && (self.is_own_base(to) || self.is_own_base(from)) => false,
            (Key::Var(to), Key::Var(from)) if to == from => !self.apart(stored, held),
            (Key::Var(_) | Key::Global(_), Key::Var(_) | Key::Global(_)) => false,
            (Key::Var(var), _) | (_, Key::Var(var)) if !self.is_shared(var) => false,
            (Key::MapElem(..), _) | (_, Key::MapElem(..)) => {
                matches!((to, from), (Key::MapElem(..), Key::MapElem(..)))
            }
            _ => self.overlap(stored, x, held, known),
        }
    }

    /// Whether two places in shared memory may be the same one, or one a part of the other.
    fn overlap(&self, stored: KeyId, x: Value, held: KeyId, known: Value) -> bool {
        let whole = |value: Value| self.typed.may_have_parts(self.ty(value));
        if whole(x) || whole(known) || self.is_untyped(stored) || self.is_untyped(held) {
            return true;
        }
        let (to, from) = (self.keys[stored as usize], self.keys[held as usize]);
        match (to, from) {
            (Key::Field(_, to), Key::Field(_, from)) => to == from,
            (Key::SliceElem(slice, to), Key::SliceElem(same, from))
                if slice == same && self.are_different_constants(to, from) =>
            {
                false
            }
            (Key::Field(..), Key::SliceElem(..) | Key::Elem(..)) => false,
            (Key::SliceElem(..) | Key::Elem(..), Key::Field(..)) => false,
            // What is stored may be written without a type of its own: `nil`, `3`.
            _ => {
                [x, known].iter().any(|value| self.ty(*value).is_untyped())
                    || !self.typed.differ(self.ty(x), self.ty(known))
            }
        }
    }

    /// Whether two indices are different constants.
    fn are_different_constants(&self, a: Value, b: Value) -> bool {
        let number = |value: Value| match self.body.op(value) {
            Op::Const(Some(number)) => self.body.consts.get(number as usize).and_then(Constant::as_i64),
            _ => None,
        };
        number(a).zip(number(b)).is_some_and(|(a, b)| a != b)
    }

    /// Whether a place is where a pointer leads that was made from one to anything, so that its type says nothing.
    fn is_untyped(&self, key: KeyId) -> bool {
        let (Key::Deref(pointer) | Key::SliceElem(pointer, _)) = self.base(key) else { return false };
        matches!(self.body.op(pointer), Op::Convert(x) if self.typed.is_unsafe_pointer(self.ty(x)))
    }

    /// Whether two places in one variable, neither part of the other, are surely apart: their ways part at two fields.
    fn apart(&self, a: KeyId, b: KeyId) -> bool {
        let (a, b) = (self.way(a), self.way(b));
        let is_field = |key: KeyId| matches!(self.keys[key as usize], Key::Field(..));
        let parting = a.iter().zip(&b).find(|(a, b)| a != b);
        parting.is_some_and(|(a, b)| is_field(*a) && is_field(*b))
    }

    /// The places on the way to a place, the outermost first.
    pub(super) fn way(&self, mut at: KeyId) -> Vec<KeyId> {
        let mut way = vec![at];
        while let Key::Field(outer, _) | Key::Elem(outer, _) = self.keys[at as usize] {
            at = outer;
            way.push(at);
        }
        way.reverse();
        way
    }

    pub(super) fn base(&self, mut at: KeyId) -> Key {
        loop {
            match self.keys[at as usize] {
                Key::Field(outer, _) | Key::Elem(outer, _) => at = outer,
                base => return base,
            }
        }
    }

    /// Whether one place is the other or lies in it.
    fn is_part(&self, mut inner: KeyId, outer: KeyId) -> bool {
        while inner != outer {
            match self.keys[inner as usize] {
                Key::Field(next, _) | Key::Elem(next, _) => inner = next,
                _ => return false,
            }
        }
        true
    }

    pub(super) fn is_shared(&self, var: VarId) -> bool {
        self.shared.get(var.0 as usize).copied().unwrap_or(true)
    }

    /// Whether a place lies in a variable that nobody else can write.
    fn is_own(&self, key: KeyId) -> bool {
        match self.base(key) {
            Key::Var(var) => !self.is_shared(var),
            Key::AsMade(variable) => self.is_own(variable),
            base => self.is_own_base(base),
        }
    }

    /// The same of a base that a pointer leads to; no for variables with a name.
    fn is_own_base(&self, base: Key) -> bool {
        matches!(base, Key::Deref(pointer) if self.made.is_own(self.body, pointer))
    }

    /// Forgets all that somebody else may write.
    pub(super) fn forget_shared(&mut self) {
        let held = std::mem::take(&mut self.held);
        self.held = held.into_iter().filter(|(key, _)| self.is_own(*key)).collect();
    }

    /// Forgets elements of slices and maps, and of arrays that slices may be of.
    pub(super) fn forget_elements(&mut self) {
        let held = std::mem::take(&mut self.held);
        let apart = |(key, _): &(KeyId, Value)| match self.base(*key) {
            Key::SliceElem(..) | Key::MapElem(..) => false,
            Key::AsMade(_) => true,
            Key::Var(var) if !self.is_shared(var) => true,
            _ => matches!(self.keys[*key as usize], Key::Field(..) | Key::Global(_)),
        };
        self.held = held.into_iter().filter(apart).collect();
    }
}

/// For each variable whether it is memory that others can write: a closure uses it, it is one of an outer body, or its
/// address is taken.
pub(super) fn shared_variables(body: &Body) -> Vec<bool> {
    let mut shared: Vec<bool> = body.vars.iter().map(|var| var.captured || var.outer.is_some()).collect();
    for inst in &body.insts {
        let Op::Addr(place) = inst.op else { continue };
        if let Some(shared) = variable_of(body, place).and_then(|var| shared.get_mut(var.0 as usize)) {
            *shared = true;
        }
    }
    shared
}

/// The variable that a place is or lies in, without going through a pointer.
fn variable_of(body: &Body, mut place: PlaceId) -> Option<VarId> {
    while let Place::Field(outer, _) | Place::Elem(outer, _) = body.place(place) {
        place = outer;
    }
    match body.place(place) {
        Place::Var(var) => Some(var),
        _ => None,
    }
}

/// For each variable whether a pointer to it is made one to anything, `unsafe.Pointer(&x)`. Where such a pointer is made of one that
/// was kept, that may be any whose address is taken.
pub(super) fn untyped_variables(body: &Body, typed: Typed<'_>) -> Vec<bool> {
    let mut untyped = vec![false; body.vars.len()];
    let mut of_kept = false;
    for inst in body.insts.iter().filter(|inst| typed.is_unsafe_pointer(inst.ty)) {
        let Op::Convert(pointer) = inst.op else { continue };
        match body.op(pointer) {
            Op::Addr(place) => {
                if let Some(own) = variable_of(body, place).and_then(|var| untyped.get_mut(var.0 as usize)) {
                    *own = true;
                }
            }
            _ => of_kept = true,
        }
    }
    if of_kept {
        let addressed = body.insts.iter().filter_map(|inst| match inst.op {
            Op::Addr(place) => variable_of(body, place),
            _ => None,
        });
        for var in addressed {
            if let Some(own) = untyped.get_mut(var.0 as usize) {
                *own = true;
            }
        }
    }
    untyped
}
