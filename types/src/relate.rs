//! What types have to do with each other: underlying types, type sets, members, identity, assignability, instances.
//!
//! In: types of a [`Store`]. Out: types, members and three-valued answers. Nothing is declared or resolved here: a named
//! type whose declaration has not been looked at yet counts as unknown, and nothing that follows from it is kept.
//!
//! **Absent:** no syntax, no scopes and no messages.
//!
//! Source: Go specification, "Properties of types and values", "Interface types", "Type parameter declarations".

mod assign;
mod compare;
mod declared;
mod identical;
mod implements;
mod lookup;
mod method_set;
mod subst;
mod terms;
mod type_set;

pub use lookup::Lookup;
pub use method_set::MethodEntry;

use crate::check::Extension;
use crate::{Basic, ChanDir, Name, Named, PackageId, Store, Term, Ty, TypeData};
use rulec_tree::Tri;

/// How deep the parts of a type may lie for a relation to be found out; beyond that it is unknown.
const MAX_DEPTH: u32 = 500;

/// How many parts of types one relation may look at; beyond that it is unknown.
const MAX_STEPS: u32 = 100_000;

/// The types of a store as the files of one unit see them.
#[derive(Clone, Copy, Debug)]
pub struct Types<'a> {
    /// Where the types are.
    pub store: &'a Store,
    /// Methods that test files add, for those who see them.
    pub extension: Option<&'a Extension>,
    /// The size of `int` and of pointers in bytes: 4 or 8.
    pub word_bytes: u8,
}

impl<'a> Types<'a> {
    /// The underlying type; of a type parameter, its constraint's interface. Never an alias, `byte` or `rune`.
    ///
    /// Source: Go specification, "Underlying types".
    pub fn underlying(&self, ty: Ty) -> Ty {
        let mut ty = self.store.unalias(ty);
        // A declared type has an underlying type that is none, so that wrong code alone takes more than a few rounds.
        for _ in 0..MAX_DEPTH {
            ty = match self.store.data(ty) {
                TypeData::Basic(Basic::Byte) => return Ty::UINT8,
                TypeData::Basic(Basic::Rune) => return Ty::INT32,
                TypeData::Named(named) => self.store.unalias(self.underlying_of_named(named)),
                TypeData::TypeParam(param) => match param.constraint.get() {
                    Some(constraint) => self.store.unalias(*constraint),
                    None => return Ty::UNKNOWN,
                },
                _ => return ty,
            };
        }
        Ty::UNKNOWN
    }

    /// The structure of the underlying type.
    pub fn under(&self, ty: Ty) -> &'a TypeData {
        self.store.data(self.underlying(ty))
    }

    /// The underlying type if it is a basic one and known.
    pub fn basic(&self, ty: Ty) -> Option<Basic> {
        match self.under(ty) {
            TypeData::Basic(Basic::Unknown) => None,
            TypeData::Basic(basic) => Some(*basic),
            _ => None,
        }
    }

    /// Whether it is a type parameter, perhaps through aliases.
    pub fn is_type_param(&self, ty: Ty) -> bool {
        matches!(self.store.data(self.store.unalias(ty)), TypeData::TypeParam(_))
    }

    /// Whether it is an interface type; type parameters are none.
    pub fn is_interface(&self, ty: Ty) -> bool {
        !self.is_type_param(ty) && matches!(self.under(ty), TypeData::Interface(_))
    }

    /// Whether nothing is known of the underlying type.
    pub fn is_unknown(&self, ty: Ty) -> bool {
        self.underlying(ty).is_unknown()
    }

    /// Whether it is a named type in the sense of the specification: predeclared, declared or a type parameter.
    ///
    /// Source: Go specification, "Types".
    pub fn has_name(&self, ty: Ty) -> bool {
        let data = self.store.data(self.store.unalias(ty));
        matches!(data, TypeData::Basic(_) | TypeData::Named(_) | TypeData::TypeParam(_))
    }

    /// What a pointer type that is not a declared one points to, and whether it is a pointer; else the type itself.
    pub fn deref(&self, ty: Ty) -> (Ty, bool) {
        match self.store.data(self.store.unalias(ty)) {
            TypeData::Pointer(base) => (*base, true),
            _ => (ty, false),
        }
    }

    /// What a type points to whose underlying type is a pointer.
    pub fn pointer_base(&self, ty: Ty) -> Option<Ty> {
        match self.under(ty) {
            TypeData::Pointer(base) => Some(*base),
            _ => None,
        }
    }

    /// The type parameters of a generic type, alias or function; none of an instance or anything else.
    pub fn type_params(&self, generic: Ty) -> &'a [Ty] {
        let tparams = match self.store.data(generic) {
            TypeData::Named(named) => named.tparams.get(),
            TypeData::Alias(alias) => alias.tparams.get(),
            TypeData::Func(func) => Some(&func.tparams),
            _ => None,
        };
        tparams.map_or(&[], |tparams| tparams)
    }

    /// The terms of the constraint of a type parameter or of any other interface; none if it has no specific types.
    pub fn terms_of(&self, ty: Ty) -> Option<&'a [Term]> {
        self.type_set(ty)?.terms.as_deref()
    }

    /// What holds of a type or, if it is a type parameter, of every type of its type set. `pred` gets the types as they
    /// are written in the constraint. A type parameter without specific types has nothing in common: no.
    pub fn all_types(&self, ty: Ty, pred: impl Fn(Ty) -> Tri) -> Tri {
        if !self.is_type_param(ty) {
            return pred(ty);
        }
        let Some(set) = self.type_set(ty) else { return Tri::Unknown };
        let truth = match &set.terms {
            Some(terms) => Tri::all(terms.iter().map(|term| pred(term.ty))),
            None => Tri::No,
        };
        // What is not known of the constraint can only make the type set smaller.
        if set.partial && truth == Tri::No { Tri::Unknown } else { truth }
    }

    /// The one underlying type that all types of a type parameter's type set share; of any other type its underlying
    /// type. Of channels that differ in direction only, one that has a direction.
    ///
    /// Source: Go specification of version 1.24, "Core types"; later ones say the same at each operation.
    pub fn core_type(&self, ty: Ty) -> Option<Ty> {
        if !self.is_type_param(ty) {
            return Some(self.underlying(ty)).filter(|ty| !ty.is_unknown());
        }
        let mut unders = self.terms_of(ty)?.iter().map(|term| self.underlying(term.ty));
        let first = unders.next()?;
        unders.try_fold(first, |common, under| self.common(common, under))
    }

    /// As [`Types::core_type`], but `string` if both strings and byte slices are in the type set.
    pub fn core_string(&self, ty: Ty) -> Option<Ty> {
        if let Some(core) = self.core_type(ty) {
            return Some(core);
        }
        let terms = self.terms_of(ty)?;
        let is_text = |term: &Term| {
            let under = self.underlying(term.ty);
            under == Ty::STRING || self.is_byte_slice(under)
        };
        (!terms.is_empty() && terms.iter().all(is_text)).then_some(Ty::STRING)
    }

    /// The type that an untyped constant takes where no other is asked for; any other type itself.
    ///
    /// Source: Go specification, "Constants".
    pub fn default_type(&self, ty: Ty) -> Ty {
        match ty {
            Ty::UNTYPED_BOOL => Ty::BOOL,
            Ty::UNTYPED_INT => Ty::INT,
            Ty::UNTYPED_RUNE => Ty::RUNE,
            Ty::UNTYPED_FLOAT => Ty::FLOAT64,
            Ty::UNTYPED_COMPLEX => Ty::COMPLEX128,
            Ty::UNTYPED_STRING => Ty::STRING,
            _ => ty,
        }
    }

    /// Whether the underlying type is a slice of elements whose underlying type is `byte`.
    pub fn is_byte_slice(&self, ty: Ty) -> bool {
        matches!(self.under(ty), TypeData::Slice(elem) if self.basic(*elem) == Some(Basic::Uint8))
    }

    /// Whether the underlying type is a slice of elements whose underlying type is `rune`.
    pub fn is_rune_slice(&self, ty: Ty) -> bool {
        matches!(self.under(ty), TypeData::Slice(elem) if self.basic(*elem) == Some(Basic::Int32))
    }

    fn underlying_of_named(&self, named: &Named) -> Ty {
        if let Some(underlying) = named.underlying.get() {
            return *underlying;
        }
        let Some(TypeData::Named(origin)) = named.origin.map(|origin| self.store.data(origin)) else {
            return Ty::UNKNOWN;
        };
        let (Some(tparams), Some(underlying)) = (origin.tparams.get(), origin.underlying.get()) else {
            return Ty::UNKNOWN;
        };
        if tparams.len() != named.args.len() {
            return Ty::UNKNOWN;
        }
        // Its parts are instances whose own underlying types are found when they are asked for: this always ends.
        *named.underlying.get_or_init(|| self.subst(*underlying, tparams, &named.args))
    }

    fn common(&self, common: Ty, under: Ty) -> Option<Ty> {
        let (TypeData::Chan { dir: a, elem: x }, TypeData::Chan { dir: b, elem: y }) =
            (self.store.data(common), self.store.data(under))
        else {
            return self.identical(common, under).is_yes().then_some(common);
        };
        if !self.identical(*x, *y).is_yes() {
            return None;
        }
        match (a, b) {
            _ if a == b => Some(common),
            (ChanDir::Both, _) => Some(under),
            (_, ChanDir::Both) => Some(common),
            _ => None,
        }
    }

    /// Whether two names of fields or methods are the same: those that are not exported belong to their package.
    ///
    /// Source: Go specification, "Uniqueness of identifiers".
    pub(crate) fn same_name(&self, (a, a_pkg): (Name, PackageId), (b, b_pkg): (Name, PackageId)) -> bool {
        a == b && (a_pkg == b_pkg || self.store.is_exported(a) || self.same_package(a_pkg, b_pkg))
    }

    fn same_package(&self, a: PackageId, b: PackageId) -> bool {
        self.store.package(a).path == self.store.package(b).path
    }
}

#[cfg(test)]
mod tests;
