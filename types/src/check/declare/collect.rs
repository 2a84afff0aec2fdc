//! An object for each declaration of a unit, by syntax alone.
//!
//! Types get their type parameters (without constraints) and their methods here, so that nothing that is resolved later
//! can come too early. The first declaration of a name counts.

use super::{Methods, Site, constant_specs, is_alias, receiver_base};
use crate::check::Unit;
use crate::check::names::Objects;
use crate::{DeclPlace, Name, ObjId, ObjectKind, Ty, TypeData};
use rulec_gofront::File;
use rulec_tree::{Kind, Node};
use rustc_hash::{FxHashMap, FxHashSet};

/// What a unit declares.
#[derive(Debug, Default)]
pub(super) struct Collected {
    pub(super) objects: Objects,
    pub(super) sites: FxHashMap<ObjId, Site>,
    /// All objects in source order, methods included.
    pub(super) order: Vec<ObjId>,
    /// Methods of types that another unit declares, those that it declares included.
    pub(super) extension_methods: Methods,
    /// Names in declarations that could not be parsed.
    pub(super) maybe: FxHashSet<Name>,
}

/// A method as it is written.
struct Method {
    object: ObjId,
    base: Name,
    pointer: bool,
}

struct Collector<'a> {
    unit: &'a Unit<'a>,
    file: usize,
    out: Collected,
    methods: Vec<Method>,
}

pub(super) fn collect(unit: &Unit<'_>) -> Collected {
    let mut collector = Collector { unit, file: 0, out: Collected::default(), methods: Vec::new() };
    for file in 0..unit.files.len() {
        collector.file = file;
        collector.declarations();
    }
    collector.add_methods();
    collector.out
}

impl<'a> Collector<'a> {
    fn file(&self) -> &'a File {
        self.unit.files[self.file].file
    }

    fn declarations(&mut self) {
        let tree = &self.file().tree;
        let bad = self.file().coverage.bad.iter();
        self.out.maybe.extend(bad.flat_map(|region| &region.names).map(|name| self.unit.store.name(name)));
        let Some(decls) = tree.children(Node::ROOT).nth(1) else { return };
        for decl in tree.children(decls) {
            match tree.kind(decl) {
                Kind::FuncDecl => self.func(decl),
                Kind::TypeDecl => tree.children(decl).for_each(|spec| self.type_spec(spec)),
                Kind::ConstDecl => self.constants(decl),
                Kind::VarDecl => tree.children(decl).for_each(|spec| self.values(spec, spec, 0, ObjectKind::Var)),
                _ => {}
            }
        }
    }

    /// The object for an identifier, if it declares something that can be referred to.
    fn declare(&mut self, ident: Node, kind: ObjectKind, site: Site) -> Option<ObjId> {
        let name = self.name_of(ident);
        if self.file().tree.kind(ident) != Kind::Ident || name == Name::BLANK || self.is_taken(name) {
            return None;
        }
        let object = self.add(ident, kind, site);
        self.out.objects.insert(name, object);
        Some(object)
    }

    /// Whether another declaration has the name, in the package itself for its own tests.
    fn is_taken(&self, name: Name) -> bool {
        let package = self.unit.store.package(self.unit.pkg).scope.get();
        self.out.objects.contains_key(&name) || package.is_some_and(|scope| scope.objects.contains_key(&name))
    }

    fn add(&mut self, ident: Node, kind: ObjectKind, site: Site) -> ObjId {
        let file = &self.unit.files[self.file];
        let place = DeclPlace { file: file.path, span: file.file.tree.span(ident) };
        let object = self.unit.store.new_object(kind, self.name_of(ident), self.unit.pkg, Some(place));
        self.out.sites.insert(object, site);
        self.out.order.push(object);
        object
    }

    fn name_of(&self, ident: Node) -> Name {
        self.unit.files[self.file].name_of(self.unit.store, ident)
    }

    fn site(&self, node: Node) -> Site {
        Site { file: self.file, node, index: 0, source: node, iota: 0 }
    }

    fn func(&mut self, decl: Node) {
        let tree = &self.file().tree;
        let mut slots = tree.children(decl);
        let (Some(recv), Some(name)) = (slots.next(), slots.next()) else { return };
        match tree.children(recv).next() {
            Some(field) => self.method(decl, field, name),
            // Nothing can refer to it.
            None if self.file().texts.bytes(tree.text(name)) == b"init" => {}
            None => {
                self.declare(name, ObjectKind::Func, self.site(decl));
            }
        }
    }

    fn method(&mut self, decl: Node, recv: Node, name: Node) {
        let tree = &self.file().tree;
        let Some(of_type) = tree.children(recv).nth(1) else { return };
        let (base, pointer) = receiver_base(tree, of_type);
        if tree.kind(base) == Kind::Ident && tree.kind(name) == Kind::Ident && self.name_of(name) != Name::BLANK {
            let object = self.add(name, ObjectKind::Method, self.site(decl));
            self.methods.push(Method { object, base: self.name_of(base), pointer });
        }
    }

    fn type_spec(&mut self, spec: Node) {
        let tree = &self.file().tree;
        if tree.kind(spec) != Kind::TypeSpec {
            return;
        }
        let mut slots = tree.children(spec);
        let (Some(name), Some(tparams)) = (slots.next(), slots.next()) else { return };
        let Some(object) = self.declare(name, ObjectKind::Type, self.site(spec)) else { return };
        // What an alias stands for is a part of the types that use it: it is made when that is known.
        if !is_alias(tree, spec) {
            let ty = self.unit.store.new_named(object);
            let _ = self.unit.store.object(object).ty.set(ty);
            if let TypeData::Named(named) = self.unit.store.data(ty) {
                let _ = named.tparams.set(self.type_params(tparams));
            }
        }
    }

    fn type_params(&self, list: Node) -> Box<[Ty]> {
        let tree = &self.file().tree;
        let names = tree.children(list).filter_map(|field| tree.children(field).next());
        let idents = names.flat_map(|names| tree.children(names));
        idents.zip(0..).map(|(ident, at)| self.unit.store.new_type_param(self.name_of(ident), at)).collect()
    }

    fn constants(&mut self, decl: Node) {
        for ((spec, source), iota) in constant_specs(&self.file().tree, decl).into_iter().zip(0..) {
            self.values(spec, source, iota, ObjectKind::Const);
        }
    }

    fn values(&mut self, spec: Node, source: Node, iota: i64, kind: ObjectKind) {
        let tree = &self.file().tree;
        if !matches!(tree.kind(spec), Kind::ConstSpec | Kind::VarSpec) {
            return;
        }
        let Some(names) = tree.children(spec).next() else { return };
        for (index, ident) in tree.children(names).enumerate() {
            self.declare(ident, kind, Site { file: self.file, node: spec, index, source, iota });
        }
    }

    /// Gives the methods to the types that they are declared for.
    fn add_methods(&mut self) {
        let mut of_types = Methods::default();
        let mut seen = FxHashSet::default();
        for method in std::mem::take(&mut self.methods) {
            let Some((base, pointer)) = self.base_type(&method) else { continue };
            let object = self.unit.store.object(method.object);
            let _ = object.recv.set((base, pointer));
            if seen.insert((base, object.name)) && !self.has_method(base, object.name) {
                of_types.entry(base).or_default().push(method.object);
            }
        }
        for object in self.out.objects.values() {
            let Some(ty) = self.unit.store.object(*object).ty.get() else { continue };
            if let TypeData::Named(named) = self.unit.store.data(*ty) {
                let _ = named.methods.set(of_types.remove(ty).unwrap_or_default().into());
            }
        }
        for (base, methods) in &mut of_types {
            self.add_own_methods(*base, methods);
        }
        self.out.extension_methods = of_types;
    }

    /// Puts the methods that a type has without its tests among those that they add, in the order of files.
    fn add_own_methods(&self, base: Ty, methods: &mut Vec<ObjId>) {
        let store = self.unit.store;
        if let TypeData::Named(named) = store.data(base) {
            methods.extend(named.methods.get().into_iter().flatten());
        }
        // Without a place, as in a summary, the order they have is all that is known. The sort is stable.
        let place = |method: &ObjId| store.object(*method).decl.map(|place| (store.str(place.file), place.span.start));
        methods.sort_by_key(place);
    }

    /// Whether a type that another unit declares has a method already.
    fn has_method(&self, base: Ty, name: Name) -> bool {
        let TypeData::Named(named) = self.unit.store.data(base) else { return false };
        let methods = named.methods.get().map_or(&[][..], |methods| methods);
        methods.iter().any(|method| self.unit.store.object(*method).name == name)
    }

    /// The declared type that a method belongs to, and whether its receiver is a pointer, aliases followed.
    fn base_type(&self, method: &Method) -> Option<(Ty, bool)> {
        let (mut name, mut pointer) = (method.base, method.pointer);
        let mut seen = FxHashSet::default();
        while let Some(object) = self.out.objects.get(&name) {
            if !seen.insert(*object) {
                return None;
            }
            match self.unit.store.object(*object).ty.get() {
                Some(ty) => return Some((*ty, pointer)),
                None => (name, pointer) = self.aliased(*object, pointer)?,
            }
        }
        self.base_elsewhere(name, pointer)
    }

    /// The name that an alias stands for, by its declaration.
    fn aliased(&self, alias: ObjId, pointer: bool) -> Option<(Name, bool)> {
        let site = self.out.sites.get(&alias)?;
        let file = &self.unit.files[site.file];
        let tree = &file.file.tree;
        let mut slots = tree.children(site.node).skip(1);
        let (tparams, of_type) = (slots.next()?, tree.unparen(slots.next()?));
        let is_pointer = tree.kind(of_type) == Kind::Star;
        let base = if is_pointer { tree.unparen(Node(of_type.0 + 1)) } else { of_type };
        let is_plain = tree.kind(tparams) == Kind::Absent && tree.kind(base) == Kind::Ident;
        (is_plain && !(pointer && is_pointer)).then(|| (file.name_of(self.unit.store, base), pointer || is_pointer))
    }

    /// A type of the package that own tests extend.
    fn base_elsewhere(&self, name: Name, pointer: bool) -> Option<(Ty, bool)> {
        let store = self.unit.store;
        let object = *store.package(self.unit.pkg).scope.get()?.objects.get(&name)?;
        let ty = store.unalias(*store.object(object).ty.get()?);
        let (base, pointer) = match store.data(ty) {
            TypeData::Pointer(base) if !pointer => (store.unalias(*base), true),
            _ => (ty, pointer),
        };
        matches!(store.data(base), TypeData::Named(named) if named.origin.is_none()).then_some((base, pointer))
    }
}
