//! Comparable types, and types that have `nil`.
//!
//! Source: Go specification, "Comparison operators", "Satisfying a type constraint".

use super::{MAX_DEPTH, MAX_STEPS, Types};
use crate::{Basic, Ty, TypeData};
use rulec_tree::Tri;

impl Types<'_> {
    /// Whether `==` is defined for values of the type. Interfaces count, though comparing them may panic.
    pub fn comparable(&self, ty: Ty) -> Tri {
        Comparability { types: *self, strictly: false, depth: 0, steps: 0 }.of(ty)
    }

    /// Whether values of the type can be compared with `==`, and never panic: no interfaces are in it.
    pub fn strictly_comparable(&self, ty: Ty) -> Tri {
        Comparability { types: *self, strictly: true, depth: 0, steps: 0 }.of(ty)
    }

    /// Whether the type has the value `nil`; of type parameters, whether each of their types has it.
    pub fn has_nil(&self, ty: Ty) -> Tri {
        self.all_types(ty, |ty| match self.under(ty) {
            TypeData::Basic(Basic::Unknown) => Tri::Unknown,
            TypeData::Basic(basic) => Tri::of(matches!(basic, Basic::UnsafePointer | Basic::UntypedNil)),
            TypeData::Slice(_)
            | TypeData::Pointer(_)
            | TypeData::Func(_)
            | TypeData::Map { .. }
            | TypeData::Chan { .. }
            | TypeData::Interface(_) => Tri::Yes,
            _ => Tri::No,
        })
    }
}

struct Comparability<'a> {
    types: Types<'a>,
    strictly: bool,
    depth: u32,
    steps: u32,
}

impl Comparability<'_> {
    fn of(&mut self, ty: Ty) -> Tri {
        self.steps += 1;
        if self.depth >= MAX_DEPTH || self.steps >= MAX_STEPS {
            return Tri::Unknown;
        }
        self.depth += 1;
        let truth = self.of_structure(ty);
        self.depth -= 1;
        truth
    }

    fn of_structure(&mut self, ty: Ty) -> Tri {
        match self.types.under(ty) {
            TypeData::Basic(Basic::Unknown) => Tri::Unknown,
            TypeData::Basic(basic) => Tri::of(*basic != Basic::UntypedNil),
            TypeData::Pointer(_) | TypeData::Chan { .. } => Tri::Yes,
            TypeData::Array { elem, .. } => self.of(*elem),
            TypeData::Struct(fields) => Tri::all(fields.iter().map(|field| self.of(field.ty))),
            TypeData::Interface(_) if !self.strictly && !self.types.is_type_param(ty) => Tri::Yes,
            TypeData::Interface(_) => self.of_type_set(ty),
            _ => Tri::No,
        }
    }

    fn of_type_set(&mut self, ty: Ty) -> Tri {
        let Some(set) = self.types.type_set(ty) else { return Tri::Unknown };
        let strictly = std::mem::replace(&mut self.strictly, true);
        let truth = match &set.terms {
            _ if set.comparable => Tri::Yes,
            Some(terms) => Tri::all(terms.iter().map(|term| self.of(term.ty))),
            None => Tri::No,
        };
        self.strictly = strictly;
        if set.partial && truth == Tri::No { Tri::Unknown } else { truth }
    }
}
