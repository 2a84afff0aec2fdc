//! Finding a field or method by its name, through embedded fields.
//!
//! Source: Go specification, "Selectors", "Struct types", "Method sets".

use super::Types;
use crate::{Name, Named, ObjId, PackageId, Ty, TypeData};
use rustc_hash::FxHashSet;

/// How many levels of embedding are looked through, and how many types in all. No sensible type comes near; a generic type
/// that embeds ever larger instances of itself goes on for ever.
pub(super) const MAX_LEVELS: usize = 100;
pub(super) const MAX_TYPES: usize = 10_000;

/// What a name selects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// A field of a struct.
    Field {
        /// Its type.
        ty: Ty,
        /// The package in which it was written.
        pkg: PackageId,
        /// Whether it is embedded.
        embedded: bool,
        /// The numbers of the fields on the way, its own last.
        index: Vec<u32>,
        /// Whether there is a pointer on the way.
        indirect: bool,
    },
    /// A method.
    Method {
        /// Its type without receiver, with the type arguments of the receiver in the place of its type parameters. Unknown
        /// as long as it has not been declared.
        ty: Ty,
        /// The package in which it was written.
        pkg: PackageId,
        /// The declaration; none for a method of an interface.
        method: Option<ObjId>,
        /// The numbers of the fields on the way, then the number among the methods of the receiver's base type in source
        /// order, or among all methods of the interface. Empty if the number cannot be known, as the interface embeds
        /// something unknown.
        index: Vec<u32>,
        /// Whether there is a pointer on the way.
        indirect: bool,
        /// Whether its receiver is a pointer.
        pointer_receiver: bool,
    },
    /// Several at the same depth.
    Ambiguous,
    /// Certainly nothing, or a method with a pointer receiver that this value does not have.
    Missing,
    /// It cannot be known.
    Unknown,
}

impl<'a> Types<'a> {
    /// The field or method `name` of a value of a type, as files of `pkg` see it. `addressable`: whether the value is a
    /// variable, so that methods with pointer receivers can be called.
    pub fn lookup(&self, ty: Ty, pkg: PackageId, name: Name, addressable: bool) -> Lookup {
        if name == Name::BLANK {
            return Lookup::Missing;
        }
        let (base, is_pointer) = self.deref(ty);
        if is_pointer && matches!(self.under(base), TypeData::Interface(_)) {
            return Lookup::Missing;
        }
        if let Some(base) = self.base_of_named_pointer(ty) {
            // A declared pointer type has the fields of what it points to, but no methods.
            return match self.search(base, true, (name, pkg), addressable) {
                Lookup::Method { .. } => Lookup::Missing,
                found => found,
            };
        }
        self.search(base, is_pointer, (name, pkg), addressable)
    }

    /// The type of a declared method for a receiver's base type: type arguments in the place of its own type parameters.
    pub fn method_type(&self, recv: Ty, method: ObjId) -> Ty {
        let object = self.store.object(method);
        let Some(ty) = object.ty.get().copied() else { return Ty::UNKNOWN };
        match (self.store.data(self.store.unalias(recv)), object.recv_tparams.get()) {
            (TypeData::Named(named), Some(params)) if !params.is_empty() && params.len() == named.args.len() => {
                self.subst(ty, params, &named.args)
            }
            (_, Some(params)) if !params.is_empty() => Ty::UNKNOWN,
            _ => ty,
        }
    }

    fn base_of_named_pointer(&self, ty: Ty) -> Option<Ty> {
        let named = self.store.unalias(ty);
        matches!(self.store.data(named), TypeData::Named(_)).then(|| self.pointer_base(named)).flatten()
    }

    fn search(&self, base: Ty, is_pointer: bool, wanted: (Name, PackageId), addressable: bool) -> Lookup {
        let start = Place { ty: base, index: Vec::new(), indirect: is_pointer, several: false };
        let mut search = Search { types: *self, wanted, seen: FxHashSet::default(), next: Vec::new() };
        let mut level = vec![start];
        for _ in 0..MAX_LEVELS {
            if level.is_empty() {
                return Lookup::Missing;
            }
            match search.level(&level) {
                Lookup::Missing => level = self.merged(std::mem::take(&mut search.next)),
                Lookup::Method { pointer_receiver: true, indirect: false, .. } if !addressable => {
                    return Lookup::Missing;
                }
                settled => return settled,
            }
            if search.seen.len() > MAX_TYPES {
                break;
            }
        }
        Lookup::Unknown
    }
}

/// A type to look into and how it was reached.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) ty: Ty,
    pub(super) index: Vec<u32>,
    pub(super) indirect: bool,
    /// Whether it is embedded more than once at its depth.
    pub(super) several: bool,
}

impl Place {
    pub(super) fn path(&self, number: usize) -> Vec<u32> {
        let mut path = Vec::with_capacity(self.index.len() + 1);
        path.extend_from_slice(&self.index);
        path.push(number as u32);
        path
    }
}

struct Search<'a> {
    types: Types<'a>,
    wanted: (Name, PackageId),
    /// Declared types that were looked into at this depth or above.
    seen: FxHashSet<Ty>,
    next: Vec<Place>,
}

impl Search<'_> {
    /// What is found at one depth; [`Lookup::Missing`] to go on below.
    fn level(&mut self, level: &[Place]) -> Lookup {
        let mut found = Lookup::Missing;
        let mut unknown = false;
        for place in level {
            let here = match self.place(place) {
                Lookup::Missing => continue,
                Lookup::Unknown => {
                    unknown = true;
                    continue;
                }
                here => here,
            };
            if found != Lookup::Missing || place.several {
                return Lookup::Ambiguous;
            }
            found = here;
        }
        if unknown { Lookup::Unknown } else { found }
    }

    fn place(&mut self, place: &Place) -> Lookup {
        let types = self.types;
        let ty = types.store.unalias(place.ty);
        let mut open = false;
        if let TypeData::Named(named) = types.store.data(ty) {
            // Reached again at a greater depth, it can add nothing.
            if !self.seen.insert(types.store.canon(ty)) {
                return Lookup::Missing;
            }
            match self.declared_method(place, ty, named) {
                Lookup::Missing => {}
                Lookup::Unknown => open = true,
                found => return found,
            }
        }
        let found = match types.under(ty) {
            TypeData::Struct(_) => self.field(place),
            TypeData::Interface(_) => self.interface_method(place),
            _ if types.is_unknown(ty) => Lookup::Unknown,
            _ => Lookup::Missing,
        };
        if open && found == Lookup::Missing { Lookup::Unknown } else { found }
    }

    fn declared_method(&self, place: &Place, ty: Ty, named: &Named) -> Lookup {
        let store = self.types.store;
        let origin = named.origin.unwrap_or(ty);
        let Some(methods) = self.types.declared_methods(origin) else { return Lookup::Unknown };
        let is_wanted = |method: &ObjId| {
            let object = store.object(*method);
            self.types.same_name((object.name, object.pkg), self.wanted)
        };
        let Some((number, method)) = methods.enumerate().find(|(_, method)| is_wanted(method)) else {
            let open = self.types.may_have_method(named, self.wanted.0);
            return if open { Lookup::Unknown } else { Lookup::Missing };
        };
        let object = store.object(method);
        Lookup::Method {
            ty: self.types.method_type(ty, method),
            pkg: object.pkg,
            method: Some(method),
            index: place.path(number),
            indirect: place.indirect,
            pointer_receiver: object.recv.get().is_some_and(|(_, pointer)| *pointer),
        }
    }

    fn field(&mut self, place: &Place) -> Lookup {
        let TypeData::Struct(fields) = self.types.under(place.ty) else { return Lookup::Missing };
        let same = |(name, pkg)| self.types.same_name((name, pkg), self.wanted);
        if let Some((number, field)) = fields.iter().enumerate().find(|(_, field)| same((field.name, field.pkg))) {
            return Lookup::Field {
                ty: field.ty,
                pkg: field.pkg,
                embedded: field.embedded,
                index: place.path(number),
                indirect: place.indirect,
            };
        }
        for (number, field) in fields.iter().enumerate().filter(|(_, field)| field.embedded) {
            self.next.push(self.types.embedded(place, number, field.ty));
        }
        Lookup::Missing
    }

    fn interface_method(&self, place: &Place) -> Lookup {
        let Some(set) = self.types.type_set(place.ty) else { return Lookup::Unknown };
        let same = |(name, pkg)| self.types.same_name((name, pkg), self.wanted);
        let mut methods = set.methods.iter().enumerate();
        match methods.find(|(_, method)| same((method.name, method.pkg))) {
            Some((number, method)) => Lookup::Method {
                ty: method.ty,
                pkg: method.pkg,
                method: None,
                index: if set.partial { Vec::new() } else { place.path(number) },
                indirect: place.indirect,
                pointer_receiver: false,
            },
            None if set.partial => Lookup::Unknown,
            None => Lookup::Missing,
        }
    }
}

impl<'a> Types<'a> {
    /// The methods declared for a type that is no instance, those of test files too where they are seen, in the order of
    /// their numbers; none if they are not known, or not yet.
    pub(super) fn declared_methods(&self, origin: Ty) -> Option<impl Iterator<Item = ObjId> + use<'a>> {
        let TypeData::Named(named) = self.store.data(origin) else { return None };
        let own = named.methods.get()?;
        let with_tests = self.extension.and_then(|extension| extension.methods.get(&origin));
        Some(with_tests.map_or(&own[..], |methods| methods).iter().copied())
    }

    /// Identical types only once, in the order in which they came.
    pub(super) fn merged(&self, places: Vec<Place>) -> Vec<Place> {
        let mut merged: Vec<Place> = Vec::with_capacity(places.len());
        for place in places {
            match merged.iter_mut().find(|other| self.store.canon(other.ty) == self.store.canon(place.ty)) {
                Some(other) => other.several = true,
                None => merged.push(place),
            }
        }
        merged
    }

    /// Whether the package that declares a type may have a method of this name for it in what could not be read.
    pub(super) fn may_have_method(&self, named: &Named, name: Name) -> bool {
        let package = self.store.package(self.store.object(named.obj).pkg);
        package.scope.get().is_some_and(|scope| scope.partial || scope.maybe.contains(&name))
    }

    /// Where the search goes on for an embedded field.
    pub(super) fn embedded(&self, place: &Place, number: usize, ty: Ty) -> Place {
        let (base, is_pointer) = self.deref(ty);
        Place { ty: base, index: place.path(number), indirect: place.indirect || is_pointer, several: place.several }
    }
}
