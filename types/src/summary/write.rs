//! From a package to its summary.
//!
//! All that can be reached from the objects to begin with is written, in the order in which it is reached: numbers of the
//! store decide nothing.

use super::format::{
    COMPARABLE_INTERFACE, Content, FIELD_EMBEDDED, FIELD_TAGGED, FIRST_ENTRY, PREDECLARED, PackageRef, Tag, VERSION,
};
use super::wire::Bytes;
use crate::check::Extension;
use crate::{
    Alias, ChanDir, Func, Interface, Name, Named, ObjId, Object, ObjectKind, PackageId, Store, Term, Ty, TypeData,
    TypeParam,
};
use rustc_hash::{FxHashMap, FxHashSet};
use std::hash::Hash;

/// How much of a package a summary holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// All objects of the package, with their places: its own files can be checked with it.
    All,
    /// What other packages can refer to, and all that is reached from there; no places.
    Exported,
    /// What own tests add to the package, with places.
    Tests,
}

/// The summary of a declared package, or of what its own tests add to it.
///
/// `extension` is what own tests add: it is the content for [`What::Tests`]; for external tests their types may refer to
/// it; it is empty for all else.
pub fn write(store: &Store, package: PackageId, what: What, extension: &Extension) -> Vec<u8> {
    let mut writer = Writer::new(store, package, what, extension);
    writer.reach_all();
    writer.finish()
}

/// The items of a table by number.
#[derive(Debug)]
struct Table<T> {
    items: Vec<T>,
    numbers: FxHashMap<T, u64>,
}

impl<T> Default for Table<T> {
    fn default() -> Table<T> {
        Table { items: Vec::new(), numbers: FxHashMap::default() }
    }
}

impl<T: Copy + Eq + Hash> Table<T> {
    fn number(&mut self, item: T) -> u64 {
        *self.numbers.entry(item).or_insert_with(|| {
            self.items.push(item);
            self.items.len() as u64 - 1
        })
    }
}

struct Writer<'a> {
    store: &'a Store,
    package: PackageId,
    what: What,
    extension: &'a Extension,
    names: Table<Name>,
    others: Table<PackageId>,
    files: Table<Name>,
    objects: Table<ObjId>,
    /// The references of the types written so far.
    types: FxHashMap<Ty, u64>,
    /// Their entries.
    entries: Bytes,
    entry_count: u64,
    /// Types whose underlying types and methods, and type parameters whose constraints, are written at the end.
    declared: Vec<Ty>,
    tparams: Vec<Ty>,
}

impl<'a> Writer<'a> {
    fn new(store: &'a Store, package: PackageId, what: What, extension: &'a Extension) -> Writer<'a> {
        let mut types = FxHashMap::default();
        if let TypeData::Named(Named { underlying, .. }) = store.data(Ty::COMPARABLE)
            && let Some(interface) = underlying.get()
        {
            types.insert(*interface, COMPARABLE_INTERFACE);
        }
        Writer {
            store,
            package,
            what,
            extension,
            names: Table::default(),
            others: Table::default(),
            files: Table::default(),
            objects: Table::default(),
            types,
            entries: Bytes::default(),
            entry_count: 0,
            declared: Vec::new(),
            tparams: Vec::new(),
        }
    }

    /// The objects to begin with, sorted by name.
    fn roots(&self) -> Vec<ObjId> {
        let own = self.store.package(self.package).scope.get().map(|scope| &scope.objects);
        let objects = if self.what == What::Tests { Some(&self.extension.objects) } else { own };
        let is_wanted = |name: &Name| self.what != What::Exported || self.store.is_exported(*name);
        let wanted = objects.into_iter().flatten().filter(|(name, _)| is_wanted(name));
        let mut wanted: Vec<(&str, ObjId)> = wanted.map(|(name, object)| (self.store.str(*name), *object)).collect();
        wanted.sort_unstable();
        wanted.into_iter().map(|(_, object)| object).collect()
    }

    /// The methods that own tests add, by the names of the types.
    fn added_methods(&self) -> Vec<(Ty, &'a [ObjId])> {
        if self.what != What::Tests {
            return Vec::new();
        }
        let name = |ty: Ty| match self.store.data(ty) {
            TypeData::Named(named) => self.store.str(self.store.object(named.obj).name),
            _ => "",
        };
        let mut methods: Vec<(Ty, &[ObjId])> =
            self.extension.methods.iter().map(|(ty, methods)| (*ty, &**methods)).collect();
        methods.sort_unstable_by_key(|(ty, _)| name(*ty));
        methods
    }

    /// Numbers all that is reached, and writes the entries of types.
    fn reach_all(&mut self) {
        for object in self.roots() {
            self.objects.number(object);
        }
        for (ty, methods) in self.added_methods() {
            self.reach_type(ty);
            for method in methods {
                self.objects.number(*method);
            }
        }
        let (mut object, mut declared, mut tparam) = (0, 0, 0);
        loop {
            if let Some(next) = self.objects.items.get(object) {
                self.reach_from_object(*next);
                object += 1;
            } else if let Some(next) = self.declared.get(declared) {
                self.reach_from_declared(*next);
                declared += 1;
            } else if let Some(next) = self.tparams.get(tparam) {
                if let Some(constraint) = self.constraint(*next) {
                    self.reach_type(constraint);
                }
                tparam += 1;
            } else {
                return;
            }
        }
    }

    fn reach_from_object(&mut self, object: ObjId) {
        let object = self.store.object(object);
        if let Some(ty) = object.ty.get() {
            self.reach_type(*ty);
        }
        if let Some((recv, _)) = object.recv.get() {
            self.reach_type(*recv);
        }
        object.recv_tparams.get().into_iter().flatten().for_each(|tparam| self.reach_type(*tparam));
    }

    fn reach_from_declared(&mut self, ty: Ty) {
        let TypeData::Named(named) = self.store.data(ty) else { return };
        if let Some(underlying) = named.underlying.get() {
            self.reach_type(*underlying);
        }
        for method in named.methods.get().into_iter().flatten() {
            self.objects.number(*method);
        }
    }

    fn constraint(&self, tparam: Ty) -> Option<Ty> {
        match self.store.data(tparam) {
            TypeData::TypeParam(param) => param.constraint.get().copied(),
            _ => None,
        }
    }

    /// Writes the entries of a type and of its parts, parts first.
    fn reach_type(&mut self, ty: Ty) {
        let mut waiting = vec![(ty, false)];
        let mut open = FxHashSet::default();
        while let Some((ty, parts_are_written)) = waiting.pop() {
            if self.reference(ty).is_some() {
                continue;
            }
            if parts_are_written {
                self.entry(ty);
            } else if open.insert(ty) {
                waiting.push((ty, true));
                let start = waiting.len();
                self.parts(ty, |part| waiting.push((part, false)));
                waiting[start..].reverse();
            }
        }
    }

    /// The reference to a type that has been written.
    fn reference(&self, ty: Ty) -> Option<u64> {
        let number = u64::from(ty.0);
        if number < PREDECLARED { Some(number) } else { self.types.get(&ty).copied() }
    }

    /// Whether a declared type or alias is written here.
    fn is_own(&self, object: ObjId) -> bool {
        let found = self.store.object(object);
        let is_in_scope = || self.store.lookup_in(found.pkg, found.name) == Some(object);
        found.pkg == self.package && (self.what != What::Tests || !is_in_scope())
    }

    /// Calls `each` with the types that have to be written before this one.
    fn parts(&self, ty: Ty, mut each: impl FnMut(Ty)) {
        match self.store.data(ty) {
            TypeData::Basic(_) | TypeData::TypeParam(_) => {}
            TypeData::Array { elem, .. }
            | TypeData::Slice(elem)
            | TypeData::Pointer(elem)
            | TypeData::Chan { elem, .. } => each(*elem),
            TypeData::Map { key, elem } => {
                each(*key);
                each(*elem);
            }
            TypeData::Struct(fields) => fields.iter().for_each(|field| each(field.ty)),
            TypeData::Tuple(types) => types.iter().copied().for_each(each),
            TypeData::Func(Func { tparams, params, results, .. }) => {
                tparams.iter().chain(params).chain(results).copied().for_each(each);
            }
            TypeData::Interface(Interface { methods, embeds, .. }) => {
                methods.iter().map(|method| method.ty).chain(embeds.iter().copied()).for_each(each);
            }
            TypeData::Union(terms) => terms.iter().for_each(|term| each(term.ty)),
            TypeData::Named(Named { origin: Some(origin), args, .. })
            | TypeData::Alias(Alias { origin: Some(origin), args, .. }) => {
                each(*origin);
                args.iter().copied().for_each(each);
            }
            TypeData::Named(named) if self.is_own(named.obj) => {
                named.tparams.get().into_iter().flatten().copied().for_each(each);
            }
            TypeData::Alias(alias) if self.is_own(alias.obj) => {
                alias.tparams.get().into_iter().flatten().chain(alias.actual.get()).copied().for_each(each);
            }
            TypeData::Named(_) | TypeData::Alias(_) => {}
        }
    }

    fn entry(&mut self, ty: Ty) {
        let store = self.store;
        match store.data(ty) {
            TypeData::Basic(basic) => {
                debug_assert!(false, "{basic:?} is predeclared");
                self.types.insert(ty, u64::from(Ty::UNKNOWN.0));
                return;
            }
            TypeData::Array { len: Some(len), elem } => {
                self.tag(Tag::Array);
                self.entries.number(*len);
                self.type_ref(*elem);
            }
            TypeData::Array { len: None, elem } => self.tagged(Tag::ArrayOfUnknownLength, *elem),
            TypeData::Slice(elem) => self.tagged(Tag::Slice, *elem),
            TypeData::Pointer(elem) => self.tagged(Tag::Pointer, *elem),
            TypeData::Map { key, elem } => {
                self.tagged(Tag::Map, *key);
                self.type_ref(*elem);
            }
            TypeData::Chan { dir: ChanDir::Both, elem } => self.tagged(Tag::Chan, *elem),
            TypeData::Chan { dir: ChanDir::Send, elem } => self.tagged(Tag::SendChan, *elem),
            TypeData::Chan { dir: ChanDir::Recv, elem } => self.tagged(Tag::RecvChan, *elem),
            TypeData::Struct(fields) => self.structure(fields),
            TypeData::Tuple(types) => {
                self.tag(Tag::Tuple);
                self.type_list(types);
            }
            TypeData::Func(func) => {
                self.tag(if func.variadic { Tag::VariadicFunc } else { Tag::Func });
                [&func.tparams, &func.params, &func.results].into_iter().for_each(|types| self.type_list(types));
            }
            TypeData::Interface(interface) => self.interface(interface),
            TypeData::Union(terms) => self.union(terms),
            TypeData::TypeParam(param) => self.type_param(ty, param),
            TypeData::Named(Named { origin: Some(origin), args, .. })
            | TypeData::Alias(Alias { origin: Some(origin), args, .. }) => {
                self.tagged(Tag::Instance, *origin);
                self.type_list(args);
            }
            TypeData::Named(named) if self.is_own(named.obj) => {
                self.declared.push(ty);
                self.own_type(Tag::Named, named.obj, named.tparams.get().map_or(&[], |tparams| tparams));
            }
            TypeData::Alias(alias) if self.is_own(alias.obj) => {
                self.own_type(Tag::Alias, alias.obj, alias.tparams.get().map_or(&[], |tparams| tparams));
                self.type_ref(alias.actual.get().copied().unwrap_or(Ty::UNKNOWN));
            }
            TypeData::Named(Named { obj, .. }) | TypeData::Alias(Alias { obj, .. }) => {
                if !self.elsewhere(*obj) {
                    self.types.insert(ty, u64::from(Ty::UNKNOWN.0));
                    return;
                }
            }
        }
        self.types.insert(ty, FIRST_ENTRY + self.entry_count);
        self.entry_count += 1;
    }

    fn tag(&mut self, tag: Tag) {
        self.entries.byte(tag as u8);
    }

    fn tagged(&mut self, tag: Tag, ty: Ty) {
        self.tag(tag);
        self.type_ref(ty);
    }

    fn type_ref(&mut self, ty: Ty) {
        // What is not there yet lies on a cycle that no right code has.
        let reference = self.reference(ty).unwrap_or(u64::from(Ty::UNKNOWN.0));
        self.entries.number(reference);
    }

    fn type_list(&mut self, types: &[Ty]) {
        self.entries.number(types.len() as u64);
        types.iter().for_each(|ty| self.type_ref(*ty));
    }

    /// A name and the package that it belongs to.
    fn qualified(&mut self, name: Name, package: PackageId) {
        let name = self.names.number(name);
        self.entries.number(name);
        let package = self.package_ref(package);
        self.entries.number(package);
    }

    fn package_ref(&mut self, package: PackageId) -> u64 {
        match package {
            PackageId::UNIVERSE => PackageRef::UNIVERSE,
            PackageId::UNSAFE => PackageRef::UNSAFE,
            _ if package == self.package => PackageRef::OWN,
            _ => PackageRef::FIRST_OTHER + self.others.number(package),
        }
    }

    fn structure(&mut self, fields: &[crate::Field]) {
        self.tag(Tag::Struct);
        self.entries.number(fields.len() as u64);
        for field in fields {
            self.qualified(field.name, field.pkg);
            self.type_ref(field.ty);
            let is_tagged = field.tag != Name::EMPTY;
            let flags = [(field.embedded, FIELD_EMBEDDED), (is_tagged, FIELD_TAGGED)];
            self.entries.byte(flags.into_iter().filter(|(is_set, _)| *is_set).map(|(_, flag)| flag).sum());
            if is_tagged {
                let tag = self.names.number(field.tag);
                self.entries.number(tag);
            }
        }
    }

    fn interface(&mut self, interface: &Interface) {
        self.tag(if interface.implicit { Tag::ImplicitInterface } else { Tag::Interface });
        self.entries.number(interface.methods.len() as u64);
        for method in &interface.methods {
            self.qualified(method.name, method.pkg);
            self.type_ref(method.ty);
        }
        self.type_list(&interface.embeds);
    }

    fn union(&mut self, terms: &[Term]) {
        self.tag(Tag::Union);
        self.entries.number(terms.len() as u64);
        for term in terms {
            self.type_ref(term.ty);
            self.entries.byte(term.tilde.into());
        }
    }

    fn type_param(&mut self, ty: Ty, param: &TypeParam) {
        self.tparams.push(ty);
        self.tag(Tag::TypeParam);
        let name = self.names.number(param.name);
        self.entries.number(name);
        self.entries.number(param.index.into());
        self.entries.byte(param.shares_constraint.get().is_some().into());
    }

    fn own_type(&mut self, tag: Tag, object: ObjId, tparams: &[Ty]) {
        self.tag(tag);
        let object = self.objects.number(object);
        self.entries.number(object);
        self.type_list(tparams);
    }

    /// A type that another package declares; no if its name alone does not lead to it.
    fn elsewhere(&mut self, object: ObjId) -> bool {
        let found = self.store.object(object);
        let by_name = self.store.lookup_in(found.pkg, found.name);
        let by_tests = || self.extension.objects.get(&found.name).copied();
        let is_found = by_name.or_else(by_tests) == Some(object);
        if is_found {
            self.tag(Tag::Elsewhere);
            self.qualified(found.name, found.pkg);
        }
        is_found
    }

    /// All sections.
    fn finish(mut self) -> Vec<u8> {
        let objects = self.object_section();
        let rest = self.rest_section();
        let scope = self.scope_section();
        let mut head = Bytes::default();
        self.head(&mut head);
        let files = self.files.items.iter().map(|file| self.names.number(base_name_of(self.store, *file)));
        let files: Vec<u64> = files.collect();
        // Last of all, when every name has been met.
        let mut out = Bytes::default();
        out.number(VERSION);
        out.number(PREDECLARED);
        out.number(self.names.items.len() as u64);
        self.names.items.iter().for_each(|name| out.text(self.store.str(*name)));
        out.0.append(&mut head.0);
        out.number(files.len() as u64);
        files.into_iter().for_each(|file| out.number(file));
        out.0.extend(objects.0);
        out.number(self.entry_count);
        out.0.append(&mut self.entries.0);
        out.0.extend(rest.0);
        out.0.extend(scope.0);
        out.0
    }

    /// Packages and content.
    fn head(&mut self, out: &mut Bytes) {
        let store = self.store;
        let own = store.package(self.package);
        out.number(1 + self.others.items.len() as u64);
        let paths = std::iter::once(self.package).chain(self.others.items.iter().copied());
        for package in paths {
            let path = self.names.number(store.package(package).path);
            out.number(path);
        }
        out.byte(if self.what == What::Tests { Content::Tests } else { Content::Package } as u8);
        let name = self.names.number(own.name);
        out.number(name);
        // Which names may be declared where nothing could be parsed is not kept.
        out.byte(own.scope.get().is_some_and(|scope| scope.partial || !scope.maybe.is_empty()).into());
    }

    fn object_section(&mut self) -> Bytes {
        let mut out = Bytes::default();
        out.number(self.objects.items.len() as u64);
        for object in &self.objects.items {
            let object = self.store.object(*object);
            out.byte(kind_code(object.kind));
            out.number(self.names.number(object.name));
            match object.decl.filter(|_| self.what != What::Exported) {
                Some(place) => {
                    out.number(1 + self.files.number(place.file));
                    out.number(place.span.start.into());
                    out.number(place.span.end.saturating_sub(place.span.start).into());
                }
                None => out.number(0),
            }
        }
        out
    }

    /// Constraints, underlying types, methods, types of objects.
    fn rest_section(&mut self) -> Bytes {
        let mut out = Bytes::default();
        for tparam in &self.tparams {
            self.optional(&mut out, self.constraint(*tparam));
        }
        for ty in &self.declared {
            let TypeData::Named(named) = self.store.data(*ty) else { continue };
            self.optional(&mut out, named.underlying.get().copied());
            let methods = named.methods.get().map_or(&[][..], |methods| methods);
            out.number(methods.len() as u64);
            methods.iter().for_each(|method| self.object_ref(&mut out, *method));
        }
        for object in &self.objects.items {
            self.object_rest(&mut out, self.store.object(*object));
        }
        out
    }

    fn object_rest(&self, out: &mut Bytes, object: &Object) {
        self.optional(out, object.ty.get().copied());
        match object.kind {
            ObjectKind::Const => match object.value.get().and_then(|value| postcard::to_allocvec(value).ok()) {
                Some(value) => {
                    out.byte(1);
                    out.0.extend(value);
                }
                None => out.byte(0),
            },
            ObjectKind::Method => {
                self.optional(out, object.recv.get().map(|(recv, _)| *recv));
                out.byte(object.recv.get().is_some_and(|(_, by_pointer)| *by_pointer).into());
                let tparams = object.recv_tparams.get().map_or(&[][..], |tparams| tparams);
                out.number(tparams.len() as u64);
                tparams.iter().for_each(|tparam| out.number(self.reference(*tparam).unwrap_or_default()));
            }
            _ => {}
        }
    }

    fn optional(&self, out: &mut Bytes, ty: Option<Ty>) {
        out.number(ty.and_then(|ty| self.reference(ty)).map_or(0, |reference| 1 + reference));
    }

    fn object_ref(&self, out: &mut Bytes, object: ObjId) {
        out.number(self.objects.numbers.get(&object).copied().unwrap_or_default());
    }

    fn scope_section(&self) -> Bytes {
        let mut out = Bytes::default();
        let is_there = |object: &ObjId| {
            let found = self.store.object(*object);
            match self.what {
                What::Tests => self.extension.objects.get(&found.name) == Some(object),
                What::All | What::Exported => self.store.lookup_in(self.package, found.name) == Some(*object),
            }
        };
        let mut there: Vec<ObjId> = self.objects.items.iter().copied().filter(is_there).collect();
        there.sort_unstable_by_key(|object| self.store.str(self.store.object(*object).name));
        out.number(there.len() as u64);
        there.into_iter().for_each(|object| self.object_ref(&mut out, object));
        let added = self.added_methods();
        out.number(added.len() as u64);
        for (ty, methods) in added {
            out.number(self.reference(ty).unwrap_or_default());
            out.number(methods.len() as u64);
            methods.iter().for_each(|method| self.object_ref(&mut out, *method));
        }
        out
    }
}

pub(super) const KINDS: [ObjectKind; 5] =
    [ObjectKind::Const, ObjectKind::Var, ObjectKind::Func, ObjectKind::Method, ObjectKind::Type];

fn kind_code(kind: ObjectKind) -> u8 {
    match kind {
        ObjectKind::Const => 0,
        ObjectKind::Var => 1,
        ObjectKind::Func => 2,
        ObjectKind::Method => 3,
        // The other two are predeclared, and no package declares them.
        ObjectKind::Type | ObjectKind::Builtin(_) | ObjectKind::Nil => 4,
    }
}

/// The last part of a path.
fn base_name_of(store: &Store, path: Name) -> Name {
    let path = store.str(path);
    store.name(path.rsplit(['/', '\\']).next().unwrap_or(path))
}
