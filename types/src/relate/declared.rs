//! What packages declare beside a declared type: its neighbours, constants of it, its own methods.
//!
//! In: a type. Out: numbers of objects in the order of their declarations, or nothing where declarations may be missing: in
//! files that could not be read, and for what summaries leave out.

use super::Types;
use crate::{ObjId, PackageId, Ty, TypeData};

impl Types<'_> {
    /// Everything at package level of the package that declares a type, what test files add included where they are seen,
    /// in source order, files by path; what has no place comes last, by name. None if the type is no declared one or local to
    /// a function, or if there may be more.
    pub fn declared_beside(&self, ty: Ty) -> Option<Vec<ObjId>> {
        let store = self.store;
        let TypeData::Named(named) = store.data(store.unalias(ty)) else { return None };
        let package = store.object(named.obj).pkg;
        let scope = store.package(package).scope.get()?;
        if scope.partial || !scope.maybe.is_empty() {
            return None;
        }
        let added = self.extension.iter().flat_map(|extension| extension.objects.values());
        let all = scope.objects.values().chain(added).copied();
        let mut objects: Vec<ObjId> = all.filter(|object| store.object(*object).pkg == package).collect();
        objects.sort_by_key(|object| {
            let object = store.object(*object);
            let place = object.decl.map(|decl| (store.str(decl.file), decl.span.start));
            (place.is_none(), place, store.str(object.name))
        });
        objects.contains(&named.obj).then_some(objects)
    }

    /// How many methods are declared with a declared type as receiver: by value, and by pointer. None for other types, for
    /// those that come from a summary without places, and if there may be more.
    pub fn receivers(&self, ty: Ty) -> Option<(usize, usize)> {
        let store = self.store;
        let ty = store.unalias(ty);
        let TypeData::Named(named) = store.data(ty) else { return None };
        let object = store.object(named.obj);
        let scope = store.package(object.pkg).scope.get()?;
        let is_complete = !scope.partial && scope.maybe.is_empty();
        if !is_complete || object.decl.is_none() && object.pkg != PackageId::UNIVERSE {
            return None;
        }
        let (mut values, mut pointers) = (0, 0);
        for method in self.declared_methods(named.origin.unwrap_or(ty))? {
            match store.object(method).receiver()? {
                (_, true) => pointers += 1,
                (_, false) => values += 1,
            }
        }
        Some((values, pointers))
    }
}
