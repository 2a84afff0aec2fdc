//! Putting type arguments in the place of type parameters.
//!
//! Instances are made lazily: the underlying type of an instance is found when it is asked for, so that a type that grows
//! with each of its own instances (`type T[P any] struct { next *T[[]P] }`) costs no more than what is looked at.

use super::{MAX_DEPTH, Types};
use crate::{Alias, Field, Flags, Func, Interface, Method, Named, Term, Ty, TypeData};
use rustc_hash::FxHashMap;

impl Types<'_> {
    /// The type with `args` in the place of the type parameters `params`. Unknown if it is too deep.
    pub fn subst(&self, ty: Ty, params: &[Ty], args: &[Ty]) -> Ty {
        debug_assert_eq!(params.len(), args.len());
        if params.is_empty() || !self.store.flags(ty).has(Flags::TYPE_PARAM) {
            return ty;
        }
        Substitution { types: *self, params, args, done: FxHashMap::default(), depth: 0 }.of(ty)
    }

    /// A generic type, alias or function with type arguments for all its type parameters. Unknown if their number is
    /// not right or if the alias has not been declared yet; whether the arguments satisfy their constraints is not asked.
    ///
    /// Source: Go specification, "Instantiations".
    pub fn instantiate(&self, generic: Ty, args: &[Ty]) -> Ty {
        if args.is_empty() {
            return Ty::UNKNOWN;
        }
        match self.store.data(generic) {
            TypeData::Named(Named { origin: None, tparams, .. }) => {
                match tparams.get().is_none_or(|tparams| tparams.len() == args.len()) {
                    true => self.store.named_instance(generic, args),
                    false => Ty::UNKNOWN,
                }
            }
            TypeData::Alias(Alias { origin: None, tparams, actual, .. }) => match (tparams.get(), actual.get()) {
                (Some(tparams), Some(actual)) if tparams.len() == args.len() => {
                    self.store.alias_instance(generic, args, self.subst(*actual, tparams, args))
                }
                _ => Ty::UNKNOWN,
            },
            TypeData::Func(func) if func.tparams.len() == args.len() => {
                self.subst(self.without_type_params(func), &func.tparams, args)
            }
            _ => Ty::UNKNOWN,
        }
    }

    /// The type of a generic function with its type parameters left free.
    pub fn without_type_params(&self, func: &Func) -> Ty {
        self.store.func(Func { tparams: Box::default(), ..func.clone() })
    }
}

struct Substitution<'a, 's> {
    types: Types<'a>,
    params: &'s [Ty],
    args: &'s [Ty],
    /// What has been found: parts may occur many times.
    done: FxHashMap<Ty, Ty>,
    depth: u32,
}

impl Substitution<'_, '_> {
    fn of(&mut self, ty: Ty) -> Ty {
        if !self.types.store.flags(ty).has(Flags::TYPE_PARAM) {
            return ty;
        }
        if let TypeData::TypeParam(_) = self.types.store.data(ty) {
            return self.params.iter().zip(self.args).find(|(param, _)| **param == ty).map_or(ty, |(_, arg)| *arg);
        }
        if let Some(done) = self.done.get(&ty) {
            return *done;
        }
        if self.depth >= MAX_DEPTH {
            return Ty::UNKNOWN;
        }
        self.depth += 1;
        let result = self.of_parts(ty);
        self.depth -= 1;
        self.done.insert(ty, result);
        result
    }

    fn of_parts(&mut self, ty: Ty) -> Ty {
        let store = self.types.store;
        match store.data(ty) {
            TypeData::Basic(_) | TypeData::TypeParam(_) => ty,
            TypeData::Array { len, elem } => store.array(*len, self.of(*elem)),
            TypeData::Slice(elem) => store.slice(self.of(*elem)),
            TypeData::Pointer(elem) => store.pointer(self.of(*elem)),
            TypeData::Map { key, elem } => store.map(self.of(*key), self.of(*elem)),
            TypeData::Chan { dir, elem } => store.chan(*dir, self.of(*elem)),
            TypeData::Struct(fields) => {
                let fields: Vec<Field> =
                    fields.iter().map(|field| Field { ty: self.of(field.ty), ..field.clone() }).collect();
                store.structure(fields)
            }
            TypeData::Tuple(types) => store.tuple(&self.of_all(types)),
            TypeData::Func(func) => store.func(Func {
                tparams: func.tparams.clone(),
                params: self.of_all(&func.params).into(),
                results: self.of_all(&func.results).into(),
                variadic: func.variadic,
            }),
            TypeData::Interface(interface) => self.of_interface(interface),
            TypeData::Union(terms) => {
                let terms: Vec<Term> = terms.iter().map(|term| Term { ty: self.of(term.ty), ..*term }).collect();
                store.union(terms)
            }
            TypeData::Named(named) => match named.origin {
                Some(origin) => store.named_instance(origin, &self.of_all(&named.args)),
                None => ty,
            },
            // An alias that is declared in a generic function may name its type parameters, but never leaves it.
            TypeData::Alias(alias) => match alias.origin {
                Some(origin) => self.of_alias(origin, &alias.args),
                None => ty,
            },
        }
    }

    fn of_interface(&mut self, interface: &Interface) -> Ty {
        let methods = interface.methods.iter();
        let methods = methods.map(|method| Method { ty: self.of(method.ty), ..method.clone() }).collect();
        self.types.store.interface(methods, self.of_all(&interface.embeds), interface.implicit)
    }

    fn of_alias(&mut self, origin: Ty, args: &[Ty]) -> Ty {
        let args = self.of_all(args);
        self.types.instantiate(origin, &args)
    }

    fn of_all(&mut self, types: &[Ty]) -> Vec<Ty> {
        types.iter().map(|ty| self.of(*ty)).collect()
    }
}
