//! Unification: which types for type parameters make two types match.
//!
//! Source: Go specification, "Type unification".

use crate::relate::{Lookup, Types};
use crate::{Func, Method, Named, Ty, TypeData};
use rulec_tree::Tri;

/// How deep types may lie in each other, and how many pairs one inference may compare; beyond that they do not match.
const MAX_DEPTH: u32 = 100;
const MAX_STEPS: u32 = 100_000;

/// How closely two types must match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Matching {
    /// One is assigned to the other: loosely at the top, exactly below.
    Assign,
    /// A declared type matches a type literal if its underlying type does; directions of channels do not matter; an interface
    /// matches what has its methods.
    Loose,
    /// They must be identical.
    Exact,
}

impl Matching {
    fn of_elements(self) -> Matching {
        match self {
            Matching::Assign | Matching::Exact => Matching::Exact,
            Matching::Loose => Matching::Loose,
        }
    }
}

/// Type parameters with what has been found out for them so far.
pub(super) struct Unifier<'a> {
    types: Types<'a>,
    tparams: Vec<Ty>,
    /// For each type parameter, its slot: those that must be equal share one.
    slots: Vec<usize>,
    found: Vec<Option<Ty>>,
    /// Whether something was compared with a type that is not known.
    met_unknown: bool,
    /// Interfaces whose comparison is under way.
    interfaces: Vec<(Ty, Ty)>,
    depth: u32,
    steps: u32,
}

impl<'a> Unifier<'a> {
    pub(super) fn new(types: Types<'a>, tparams: &[Ty], known: &[Option<Ty>]) -> Unifier<'a> {
        Unifier {
            types,
            tparams: tparams.to_vec(),
            slots: (0..tparams.len()).collect(),
            found: known.to_vec(),
            met_unknown: known.iter().flatten().any(|ty| types.is_unknown(*ty)),
            interfaces: Vec::new(),
            depth: 0,
            steps: 0,
        }
    }

    /// The type found for a type parameter so far; it may mention others.
    pub(super) fn at(&self, tparam: Ty) -> Option<Ty> {
        self.found[self.slot(tparam)?]
    }

    /// As [`Unifier::at`], but only what an operand of unknown type could not change: it may be of a declared type where
    /// the others are of type literals.
    pub(super) fn certain(&self, tparam: Ty) -> Option<Ty> {
        let is_certain = |ty: &Ty| {
            !self.met_unknown || (self.types.has_name(*ty) && !self.types.is_interface(*ty)) || self.is_bound(*ty)
        };
        self.at(tparam).filter(is_certain)
    }

    pub(super) fn set(&mut self, tparam: Ty, ty: Ty) {
        if let Some(slot) = self.slot(tparam) {
            self.found[slot] = Some(ty);
        }
    }

    /// How many type parameters nothing has been found for.
    pub(super) fn count_missing(&self) -> usize {
        self.slots.iter().filter(|slot| self.found[**slot].is_none()).count()
    }

    pub(super) fn met_unknown(&self) -> bool {
        self.met_unknown
    }

    /// Whether the types match, with what is found for type parameters on the way.
    pub(super) fn unify(&mut self, x: Ty, y: Ty, mode: Matching) -> bool {
        self.steps += 1;
        if self.depth >= MAX_DEPTH || self.steps >= MAX_STEPS {
            return false;
        }
        self.depth += 1;
        let matches = self.step(x, y, mode);
        self.depth -= 1;
        matches
    }

    /// Whether a type has a method whose type matches.
    pub(super) fn has_method(&mut self, ty: Ty, method: &Method) -> bool {
        match self.types.lookup(ty, method.pkg, method.name, false) {
            Lookup::Method { ty, .. } => self.unify(method.ty, ty, Matching::Exact),
            Lookup::Unknown => {
                self.met_unknown = true;
                true
            }
            Lookup::Field { .. } | Lookup::Ambiguous | Lookup::Missing => false,
        }
    }

    fn slot(&self, ty: Ty) -> Option<usize> {
        let number = self.tparams.iter().position(|tparam| *tparam == ty)?;
        Some(self.slots[number])
    }

    fn is_bound(&self, ty: Ty) -> bool {
        self.tparams.contains(&self.types.store.unalias(ty))
    }

    fn named(&self, ty: Ty) -> Option<&'a Named> {
        match self.types.store.data(self.types.store.unalias(ty)) {
            TypeData::Named(named) => Some(named),
            _ => None,
        }
    }

    fn is_literal(&self, ty: Ty) -> bool {
        self.named(ty).is_none() && !self.types.is_type_param(ty)
    }

    fn step(&mut self, x: Ty, y: Ty, mode: Matching) -> bool {
        let store = self.types.store;
        if store.canon(x) == store.canon(y) {
            return true;
        }
        // A declared type goes to the right, a type parameter to be found to the left.
        let (x, mut y) = if self.named(x).is_some() || self.is_bound(y) { (y, x) } else { (x, y) };
        if store.unalias(x).is_unknown() || store.unalias(y).is_unknown() {
            self.met_unknown = true;
            return true;
        }
        if mode != Matching::Exact && self.named(y).is_some() && self.is_literal(x) && !self.types.is_interface(x) {
            y = self.types.underlying(y);
            if store.canon(x) == store.canon(y) {
                return true;
            }
        }
        let (px, py) = (store.unalias(x), store.unalias(y));
        match (self.slot(px), self.slot(py)) {
            (Some(a), Some(b)) => self.join(a, b, mode),
            (Some(slot), None) => self.bind(slot, y, mode),
            _ if mode != Matching::Exact && (self.types.is_interface(x) || self.types.is_interface(y)) => {
                self.through_interface(x, y)
            }
            _ => self.structures(px, py, mode),
        }
    }

    /// Two type parameters must have the same type.
    fn join(&mut self, a: usize, b: usize, mode: Matching) -> bool {
        if a == b {
            return true;
        }
        if let (Some(x), Some(y)) = (self.found[a], self.found[b]) {
            return self.unify(x, y, mode);
        }
        self.found[a] = self.found[a].or(self.found[b]);
        for slot in self.slots.iter_mut().filter(|slot| **slot == b) {
            *slot = a;
        }
        true
    }

    fn bind(&mut self, slot: usize, y: Ty, mode: Matching) -> bool {
        let Some(x) = self.found[slot] else {
            self.found[slot] = Some(y);
            return true;
        };
        self.unify(x, y, mode) && self.may_be_one(x, y) && {
            if mode != Matching::Exact && self.is_better(x, y) {
                self.found[slot] = Some(y);
            }
            true
        }
    }

    /// Interfaces match loosely, but there is no telling which of two different ones is meant.
    fn may_be_one(&self, x: Ty, y: Ty) -> bool {
        match (self.types.is_interface(x), self.types.is_interface(y)) {
            (true, true) if self.named(x).is_some() && self.named(y).is_some() => self.types.identical(x, y) != Tri::No,
            (true, true) => {
                let count = |ty| self.types.interface_methods(ty).map(<[Method]>::len);
                count(x) == count(y)
            }
            (is_one, is_other) => is_one == is_other,
        }
    }

    /// Whether the second of two matching types is the one to keep: a declared type rather than a literal, a channel with a
    /// direction rather than one without.
    fn is_better(&self, x: Ty, y: Ty) -> bool {
        if self.named(x).is_some() {
            return false;
        }
        self.named(y).is_some()
            || matches!(self.types.under(y), TypeData::Chan { dir, .. } if *dir != crate::ChanDir::Both)
    }

    fn through_interface(&mut self, x: Ty, y: Ty) -> bool {
        match (self.types.is_interface(x), self.types.is_interface(y)) {
            (true, true) => self.interfaces(x, y, true),
            (true, false) => self.implementation(x, y),
            _ => self.implementation(y, x),
        }
    }

    fn implementation(&mut self, interface: Ty, ty: Ty) -> bool {
        let methods = self.types.interface_methods(interface).unwrap_or_default();
        methods.iter().all(|method| self.has_method(ty, method))
    }

    /// Two interfaces match if they have the same types and their methods match, or those of the smaller one if some may
    /// be missing.
    fn interfaces(&mut self, x: Ty, y: Ty, may_miss: bool) -> bool {
        let types = self.types;
        let pair = (types.underlying(x), types.underlying(y));
        let (Some(a), Some(b)) = (types.type_set(x), types.type_set(y)) else {
            self.met_unknown = true;
            return true;
        };
        if a.comparable != b.comparable
            || types.same_terms(a.terms.as_deref(), b.terms.as_deref()) == Tri::No
            || (!may_miss && a.methods.len() != b.methods.len())
        {
            return false;
        }
        if self.interfaces.contains(&pair) || self.interfaces.contains(&(pair.1, pair.0)) {
            return true;
        }
        let (few, many) = if a.methods.len() <= b.methods.len() { (a, b) } else { (b, a) };
        self.interfaces.push(pair);
        let matches = few.methods.iter().all(|method| {
            let same = |other: &&Method| types.same_name((method.name, method.pkg), (other.name, other.pkg));
            many.methods.iter().find(same).is_some_and(|other| self.unify(method.ty, other.ty, Matching::Exact))
        });
        self.interfaces.pop();
        matches
    }

    fn structures(&mut self, x: Ty, y: Ty, mode: Matching) -> bool {
        let store = self.types.store;
        // A type parameter that is not to be found goes to the left, and is as good as its core type.
        let (x, y) = if self.types.is_type_param(y) { (y, x) } else { (x, y) };
        let elements = mode.of_elements();
        match (store.data(x), store.data(y)) {
            (TypeData::Array { len: a, elem: x }, TypeData::Array { len: b, elem: y }) => {
                (a == b || a.is_none() || b.is_none()) && self.unify(*x, *y, elements)
            }
            (TypeData::Slice(x), TypeData::Slice(y)) | (TypeData::Pointer(x), TypeData::Pointer(y)) => {
                self.unify(*x, *y, elements)
            }
            (TypeData::Map { key: a, elem: x }, TypeData::Map { key: b, elem: y }) => {
                self.unify(*a, *b, elements) && self.unify(*x, *y, elements)
            }
            (TypeData::Chan { dir: a, elem: x }, TypeData::Chan { dir: b, elem: y }) => {
                (a == b || mode != Matching::Exact) && self.unify(*x, *y, elements)
            }
            (TypeData::Struct(a), TypeData::Struct(b)) => {
                let same = |(a, b): (&crate::Field, &crate::Field)| {
                    a.embedded == b.embedded && a.tag == b.tag && self.types.same_name((a.name, a.pkg), (b.name, b.pkg))
                };
                a.len() == b.len()
                    && a.iter().zip(b).all(same)
                    && a.iter().zip(b).all(|(a, b)| self.unify(a.ty, b.ty, elements))
            }
            (TypeData::Func(a), TypeData::Func(b)) => self.funcs(a, b, elements),
            (TypeData::Tuple(a), TypeData::Tuple(b)) => self.lists(a, b, elements),
            (TypeData::Interface(_), TypeData::Interface(_)) => self.interfaces(x, y, false),
            (TypeData::Named(a), TypeData::Named(b)) => {
                a.origin.is_some() && a.origin == b.origin && self.lists(&a.args, &b.args, mode)
            }
            (TypeData::TypeParam(_), _) => match self.types.core_type(x) {
                Some(core) if !self.types.is_type_param(core) => self.unify(core, y, mode),
                _ => false,
            },
            _ => self.types.identical(x, y) != Tri::No,
        }
    }

    fn funcs(&mut self, a: &Func, b: &Func, mode: Matching) -> bool {
        a.variadic == b.variadic && self.lists(&a.params, &b.params, mode) && self.lists(&a.results, &b.results, mode)
    }

    fn lists(&mut self, a: &[Ty], b: &[Ty], mode: Matching) -> bool {
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| self.unify(*a, *b, mode))
    }
}
