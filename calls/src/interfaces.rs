//! Which declared methods a method of an interface can be, in the program at hand.
//!
//! In: the declared types of all packages of a run. Out: for a method of an interface, those of the types that implement
//! it. Generic types of which it is not known whether they implement it are among them. These are all if the interface is
//! sealed and its package is known from its source: summaries leave out types that are not exported.
//!
//! **Absent:** types that functions declare, and types of packages that the program does not import.

use crate::key::FunctionKey;
use crate::known::Known;
use crate::package::InterfaceMethod;
use rulec_tree::Tri;
use rulec_types::{Lookup, Name, ObjectKind, PackageId, Ty, TypeData, Types};
use rustc_hash::FxHashMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

/// Implementations of interfaces, found when they are asked for.
#[derive(Debug, Default)]
pub(crate) struct Interfaces {
    /// The declared types that have a method of this name, as pointers, with their packages.
    having: OnceLock<FxHashMap<Name, Vec<(PackageId, Ty)>>>,
    found: RwLock<FxHashMap<InterfaceMethod, Arc<Implementing>>>,
}

/// What a method of an interface can be.
#[derive(Debug, Default)]
pub(crate) struct Implementing {
    /// The packages of the types that implement it, and the methods that these have, perhaps by what they embed; sorted.
    pub(crate) through: Vec<(PackageId, FunctionKey)>,
    /// Whether nothing else can be called.
    pub(crate) complete: bool,
}

impl Interfaces {
    /// The methods that a method of an interface can be.
    pub(crate) fn targets(&self, known: &Known<'_>, method: &InterfaceMethod) -> Arc<Implementing> {
        if let Some(found) = self.found.read().unwrap_or_else(PoisonError::into_inner).get(method) {
            return found.clone();
        }
        let targets = Arc::new(self.find(known, method).unwrap_or_default());
        self.found.write().unwrap_or_else(PoisonError::into_inner).insert(*method, targets.clone());
        targets
    }

    /// None if the interface is not declared by a package.
    fn find(&self, known: &Known<'_>, method: &InterfaceMethod) -> Option<Implementing> {
        let store = known.store();
        let types = types_of(known);
        let interface = store.type_of(store.lookup_in(method.package, method.interface)?)?;
        let TypeData::Interface(_) = types.under(interface) else { return None };
        let having = self.having.get_or_init(|| all_types(known));
        let complete = is_sealed(&types, interface) && known.is_from_source(method.package);
        let mut found = Implementing { through: Vec::new(), complete };
        for (package, ty) in having.get(&method.method).into_iter().flatten() {
            if types.implements(*ty, interface) != Tri::No {
                found.through.extend(method_of(&types, *ty, method).map(|function| (*package, function)));
            }
        }
        found.through.sort_unstable();
        found.through.dedup();
        Some(found)
    }
}

fn types_of<'a>(known: &Known<'a>) -> Types<'a> {
    Types { store: known.store(), extension: None, word_bytes: known.world().source().word_bytes() }
}

/// Whether only types of its own package can implement it: it has a method that is not exported.
///
/// Source: Go specification, "Uniqueness of identifiers".
fn is_sealed(types: &Types<'_>, interface: Ty) -> bool {
    types.method_set(interface).iter().any(|entry| !types.store.is_exported(entry.name))
}

fn method_of(types: &Types<'_>, ty: Ty, method: &InterfaceMethod) -> Option<FunctionKey> {
    let Lookup::Method { method: Some(object), .. } = types.lookup(ty, method.package, method.method, true) else {
        return None;
    };
    FunctionKey::of_object(types.store, object)
}

fn all_types(known: &Known<'_>) -> FxHashMap<Name, Vec<(PackageId, Ty)>> {
    let types = types_of(known);
    let mut having: FxHashMap<Name, Vec<(PackageId, Ty)>> = FxHashMap::default();
    // Packages that somebody named while the run was on are not part of the program.
    for package in known.all_packages() {
        for pointer in declared_types(&types, package) {
            for entry in types.method_set(pointer) {
                having.entry(entry.name).or_default().push((package, pointer));
            }
        }
    }
    having
}

/// The types that a package declares and that are no interfaces, as pointers.
fn declared_types<'a>(types: &'a Types<'_>, package: PackageId) -> impl Iterator<Item = Ty> + 'a {
    let store = types.store;
    let named = store.objects_of(package).filter(|object| store.object(*object).kind == ObjectKind::Type);
    let is_declared = |ty: &Ty| matches!(store.data(*ty), TypeData::Named(_)) && !types.is_interface(*ty);
    named.filter_map(|object| store.type_of(object)).filter(is_declared).map(|ty| store.pointer(ty))
}

/// What the types of a package have to do with interfaces: each type with its methods, in words; sorted.
pub(crate) fn methods_in_words(known: &Known<'_>, package: PackageId) -> Vec<String> {
    let types = types_of(known);
    let in_words = |pointer: Ty| {
        let mut words = types.print(pointer);
        for entry in types.method_set(pointer) {
            let by = entry.method.and_then(|method| FunctionKey::of_object(types.store, method));
            let by = by.map_or_else(String::new, |key| key.text(types.store));
            words += &format!("\n{} {by} {}", types.store.str(entry.name), types.print(entry.ty));
        }
        words
    };
    let mut all: Vec<String> = declared_types(&types, package).map(in_words).collect();
    all.sort_unstable();
    all
}
