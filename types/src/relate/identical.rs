//! Type identity.
//!
//! Source: Go specification, "Type identity".

use super::{MAX_DEPTH, MAX_STEPS, Types};
use crate::{Field, Flags, Func, Method, Ty, TypeData};
use rulec_tree::Tri;

impl Types<'_> {
    /// Whether two types are identical.
    pub fn identical(&self, a: Ty, b: Ty) -> Tri {
        self.compare(a, b, false)
    }

    /// Whether two types are identical but for the tags of structs.
    ///
    /// Source: Go specification, "Conversions".
    pub fn identical_ignoring_tags(&self, a: Ty, b: Ty) -> Tri {
        self.compare(a, b, true)
    }

    fn compare(&self, a: Ty, b: Ty, ignore_tags: bool) -> Tri {
        Comparison { types: *self, ignore_tags, assumed: Vec::new(), depth: 0, steps: 0 }.of(a, b)
    }
}

struct Comparison<'a> {
    types: Types<'a>,
    ignore_tags: bool,
    /// Interfaces whose comparison is under way. What leads back to them adds nothing.
    assumed: Vec<(Ty, Ty)>,
    depth: u32,
    steps: u32,
}

impl<'a> Comparison<'a> {
    fn of(&mut self, a: Ty, b: Ty) -> Tri {
        let store = self.types.store;
        let (a, b) = (store.canon(a), store.canon(b));
        let flags = store.flags(a).with(store.flags(b));
        if a == b {
            return if flags.has(Flags::UNKNOWN) { Tri::Unknown } else { Tri::Yes };
        }
        if !flags.has(Flags::STRUCTURAL.with(Flags::UNKNOWN)) {
            return Tri::No;
        }
        self.steps += 1;
        if self.depth >= MAX_DEPTH || self.steps >= MAX_STEPS {
            return Tri::Unknown;
        }
        self.depth += 1;
        let truth = self.of_structures(a, b);
        self.depth -= 1;
        truth
    }

    fn of_structures(&mut self, a: Ty, b: Ty) -> Tri {
        let store = self.types.store;
        match (store.data(a), store.data(b)) {
            _ if a.is_unknown() || b.is_unknown() => Tri::Unknown,
            (TypeData::Array { len: a, elem: x }, TypeData::Array { len: b, elem: y }) => {
                let same_len = match (a, b) {
                    (Some(a), Some(b)) => Tri::of(a == b),
                    _ => Tri::Unknown,
                };
                same_len.and(self.of(*x, *y))
            }
            (TypeData::Slice(a), TypeData::Slice(b)) | (TypeData::Pointer(a), TypeData::Pointer(b)) => self.of(*a, *b),
            (TypeData::Map { key: a, elem: x }, TypeData::Map { key: b, elem: y }) => {
                self.of(*a, *b).and(self.of(*x, *y))
            }
            (TypeData::Chan { dir: a, elem: x }, TypeData::Chan { dir: b, elem: y }) => {
                Tri::of(a == b).and(self.of(*x, *y))
            }
            (TypeData::Struct(a), TypeData::Struct(b)) => self.of_fields(a, b),
            (TypeData::Tuple(a), TypeData::Tuple(b)) => self.of_all(a, b),
            (TypeData::Func(a), TypeData::Func(b)) => self.of_funcs(a, b),
            (TypeData::Interface(_), TypeData::Interface(_)) => self.of_interfaces(a, b),
            (TypeData::Union(a), TypeData::Union(b)) => self.types.same_terms(Some(a), Some(b)),
            (TypeData::Named(a), TypeData::Named(b)) if a.origin.is_some() && a.origin == b.origin => {
                self.of_all(&a.args, &b.args)
            }
            _ => Tri::No,
        }
    }

    fn of_all(&mut self, a: &[Ty], b: &[Ty]) -> Tri {
        if a.len() != b.len() {
            return Tri::No;
        }
        Tri::all(a.iter().zip(b).map(|(a, b)| self.of(*a, *b)))
    }

    fn of_fields(&mut self, a: &[Field], b: &[Field]) -> Tri {
        if a.len() != b.len() {
            return Tri::No;
        }
        Tri::all(a.iter().zip(b).map(|(a, b)| {
            let same = a.embedded == b.embedded
                && (self.ignore_tags || a.tag == b.tag)
                && self.types.same_name((a.name, a.pkg), (b.name, b.pkg));
            if same { self.of(a.ty, b.ty) } else { Tri::No }
        }))
    }

    fn of_funcs(&mut self, a: &Func, b: &Func) -> Tri {
        if a.variadic != b.variadic || a.tparams.len() != b.tparams.len() {
            return Tri::No;
        }
        if a.tparams.is_empty() {
            return self.of_all(&a.params, &b.params).and(self.of_all(&a.results, &b.results));
        }
        // The names of type parameters do not matter: those of one function in the place of the other's.
        let types = self.types;
        let renamed = |ty: Ty| types.subst(ty, &b.tparams, &a.tparams);
        let renamed_all = |list: &[Ty]| list.iter().map(|ty| renamed(*ty)).collect::<Vec<_>>();
        let constraints = |tparams: &[Ty]| tparams.iter().map(|param| types.underlying(*param)).collect::<Vec<_>>();
        self.of_all(&constraints(&a.tparams), &renamed_all(&constraints(&b.tparams)))
            .and(self.of_all(&a.params, &renamed_all(&b.params)))
            .and(self.of_all(&a.results, &renamed_all(&b.results)))
    }

    /// Interfaces are identical if their type sets are, however they are written.
    fn of_interfaces(&mut self, a: Ty, b: Ty) -> Tri {
        if self.assumed.contains(&(a, b)) {
            return Tri::Yes;
        }
        let (Some(x), Some(y)) = (self.types.type_set(a), self.types.type_set(b)) else { return Tri::Unknown };
        if x.partial || y.partial {
            return Tri::Unknown;
        }
        if x.comparable != y.comparable || x.methods.len() != y.methods.len() {
            return Tri::No;
        }
        self.assumed.push((a, b));
        let truth = self.of_methods(&x.methods, &y.methods);
        self.assumed.pop();
        truth.and(self.types.same_terms(x.terms.as_deref(), y.terms.as_deref()))
    }

    fn of_methods(&mut self, a: &'a [Method], b: &'a [Method]) -> Tri {
        Tri::all(a.iter().zip(b).map(|(a, b)| match self.types.same_name((a.name, a.pkg), (b.name, b.pkg)) {
            true => self.of(a.ty, b.ty),
            false => Tri::No,
        }))
    }
}
