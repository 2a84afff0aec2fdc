//! Which declared methods a method of an interface can be, in the program at hand.
//!
//! In: the declared types of all packages of a run. Out: for a method of an interface, those of the types that implement
//! it. Generic types of which it is not known whether they implement it are among them. These are all if the interface is
//! sealed and its package is known from its source: summaries leave out types that are not exported.
//!
//! **Absent:** types that functions declare, and types of packages that the program does not import.

use crate::key::FunctionKey;
use crate::known::{Known, Targets};
use crate::package::InterfaceMethod;
use rulec_tree::Tri;
use rulec_types::{Lookup, Name, ObjectKind, PackageId, Ty, TypeData, Types};
use rustc_hash::FxHashMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

/// Implementations of interfaces, found when they are asked for.
#[derive(Debug, Default)]
pub(crate) struct Interfaces {
    /// The declared types that have a method of this name, as pointers.
    having: OnceLock<FxHashMap<Name, Vec<Ty>>>,
    found: RwLock<FxHashMap<InterfaceMethod, Arc<Targets>>>,
}

impl Interfaces {
    /// The methods that a method of an interface can be.
    pub(crate) fn targets(&self, known: &Known<'_>, method: &InterfaceMethod) -> Arc<Targets> {
        if let Some(found) = self.found.read().unwrap_or_else(PoisonError::into_inner).get(method) {
            return found.clone();
        }
        let targets = Arc::new(self.find(known, method).unwrap_or_default());
        self.found.write().unwrap_or_else(PoisonError::into_inner).insert(*method, targets.clone());
        targets
    }

    /// None if the interface is not declared by a package.
    fn find(&self, known: &Known<'_>, method: &InterfaceMethod) -> Option<Targets> {
        let store = known.store();
        let types = types_of(known);
        let interface = store.type_of(store.lookup_in(method.package, method.interface)?)?;
        let TypeData::Interface(_) = types.under(interface) else { return None };
        let having = self.having.get_or_init(|| all_types(known));
        let complete = is_sealed(&types, interface) && known.is_from_source(method.package);
        let mut targets = Targets { functions: Vec::new(), complete };
        for ty in having.get(&method.method).into_iter().flatten() {
            if types.implements(*ty, interface) != Tri::No {
                targets.functions.extend(method_of(&types, *ty, method));
            }
        }
        targets.functions.sort_unstable();
        targets.functions.dedup();
        Some(targets)
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

fn all_types(known: &Known<'_>) -> FxHashMap<Name, Vec<Ty>> {
    let store = known.store();
    let types = types_of(known);
    let mut having: FxHashMap<Name, Vec<Ty>> = FxHashMap::default();
    let mut packages: Vec<PackageId> = known.world().declared_packages();
    packages.sort_unstable();
    packages.dedup();
    for package in packages {
        for object in store.objects_of(package) {
            let Some(ty) = store.type_of(object).filter(|_| store.object(object).kind == ObjectKind::Type) else {
                continue;
            };
            let is_declared = matches!(store.data(ty), TypeData::Named(_)) && !types.is_interface(ty);
            if is_declared {
                let pointer = store.pointer(ty);
                for entry in types.method_set(pointer) {
                    having.entry(entry.name).or_default().push(pointer);
                }
            }
        }
    }
    having
}
