//! Method sets: all methods that a value of a type has.
//!
//! Source: Go specification, "Method sets".

use super::Types;
use super::lookup::{Lookup, MAX_LEVELS, MAX_TYPES, Place};
use crate::{Name, ObjId, PackageId, Ty, TypeData};
use rustc_hash::FxHashSet;

/// A method of a method set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MethodEntry {
    /// Its name.
    pub name: Name,
    /// The package in which it was written.
    pub pkg: PackageId,
    /// Its type without receiver.
    pub ty: Ty,
    /// The declaration; none for a method of an interface.
    pub method: Option<ObjId>,
    /// The numbers of the fields on the way, its own last.
    pub index: Vec<u32>,
    /// Whether there is a pointer on the way.
    pub indirect: bool,
}

impl Types<'_> {
    /// The method set of a type, in the order of [`Interface::methods`](crate::Interface::methods). Of what is embedded and not known, nothing is in
    /// it.
    pub fn method_set(&self, ty: Ty) -> Vec<MethodEntry> {
        let names = self.method_names(ty).into_iter();
        let mut methods: Vec<_> = names.filter_map(|(name, pkg)| self.method_entry(ty, name, pkg)).collect();
        methods.sort_by_key(|entry| self.store.name_order(entry.name, entry.pkg));
        methods.dedup_by(|b, a| self.same_name((a.name, a.pkg), (b.name, b.pkg)));
        methods
    }

    fn method_entry(&self, recv: Ty, name: Name, pkg: PackageId) -> Option<MethodEntry> {
        match self.lookup(recv, pkg, name, false) {
            Lookup::Method { ty, pkg, method, index, indirect, .. } => {
                Some(MethodEntry { name, pkg, ty, method, index, indirect })
            }
            _ => None,
        }
    }

    /// The names of all methods at any depth.
    fn method_names(&self, ty: Ty) -> FxHashSet<(Name, PackageId)> {
        let (base, is_pointer) = self.deref(ty);
        let mut names = FxHashSet::default();
        let mut seen = FxHashSet::default();
        let mut places = vec![Place { ty: base, index: Vec::new(), indirect: is_pointer, several: false }];
        while let Some(place) = places.pop().filter(|_| seen.len() < MAX_TYPES) {
            let ty = self.store.unalias(place.ty);
            if place.index.len() >= MAX_LEVELS || !seen.insert(self.store.canon(ty)) {
                continue;
            }
            if let TypeData::Named(named) = self.store.data(ty) {
                let methods = self.declared_methods(named.origin.unwrap_or(ty)).into_iter().flatten();
                names.extend(methods.map(|method| self.store.object(method)).map(|object| (object.name, object.pkg)));
            }
            match self.under(ty) {
                TypeData::Struct(fields) => {
                    let embedded = fields.iter().enumerate().filter(|(_, field)| field.embedded);
                    places.extend(embedded.map(|(number, field)| self.embedded(&place, number, field.ty)));
                }
                TypeData::Interface(_) => {
                    let methods = self.interface_methods(ty).unwrap_or_default();
                    names.extend(methods.iter().map(|method| (method.name, method.pkg)));
                }
                _ => {}
            }
        }
        names
    }
}
