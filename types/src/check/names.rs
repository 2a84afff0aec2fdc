//! What identifiers mean, beyond what one file can tell by itself.
//!
//! In: an identifier. Out: a [`Binding`]. `rulec_gofront::Names` decides about what functions declare; all else goes by
//! name through the imports of the file, the package with its tests, and the predeclared names, in this order.

use super::{Binding, Checker, FileScope, UnitFile};
use crate::{Name, ObjId, PackageId, Store};
use rulec_gofront::{File, ObjectId, ObjectKind};
use rulec_tree::{Kind, Node};
use rustc_hash::FxHashMap;
use std::sync::atomic::{AtomicU32, Ordering};

/// One import of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportSpec {
    /// The import spec.
    pub node: Node,
    /// The import path.
    pub path: String,
    /// The name that the file gives it: `_` and `.` too.
    pub name: Option<String>,
}

/// What an import path leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Imported {
    /// A package that is known.
    Package(PackageId),
    /// A package of which no more is known than that its path is its name: `C`.
    Opaque,
    /// Nothing is known of it.
    Unknown,
}

/// The imports of a file in source order. Those whose path cannot be read are left out.
pub fn import_specs(file: &File) -> Vec<ImportSpec> {
    let tree = &file.tree;
    let Some(decls) = tree.children(Node::ROOT).nth(1) else { return Vec::new() };
    let imports = tree.children(decls).filter(|decl| tree.kind(*decl) == Kind::ImportDecl);
    let mut specs = Vec::new();
    for node in imports.flat_map(|decl| tree.children(decl)).filter(|spec| tree.kind(*spec) == Kind::ImportSpec) {
        let mut children = tree.children(node);
        let (Some(name), Some(path)) = (children.next(), children.next()) else { continue };
        let name = (tree.kind(name) == Kind::Ident).then(|| file.texts.str(tree.text(name)).into_owned());
        if tree.kind(path) == Kind::String {
            specs.push(ImportSpec { node, path: file.texts.str(tree.text(path)).into_owned(), name });
        }
    }
    specs
}

impl FileScope {
    /// What the imports of a file bring in, where `resolve` finds the package for an import path.
    pub fn build(store: &Store, file: &File, mut resolve: impl FnMut(&str) -> Imported) -> FileScope {
        let mut scope = FileScope::default();
        for spec in import_specs(file) {
            let (package, own_name) = match resolve(&spec.path) {
                Imported::Package(package) => (Some(package), Some(store.package(package).name)),
                Imported::Opaque => (None, Some(store.name(&spec.path))),
                Imported::Unknown => (None, None),
            };
            match (spec.name.as_deref(), own_name) {
                (Some("_"), _) => {}
                (Some("."), _) => match package {
                    Some(package) => scope.dots.push(package),
                    None => scope.partial = true,
                },
                (Some(name), _) => scope.add(store.name(name), package),
                (None, Some(name)) => scope.add(name, package),
                (None, None) => scope.partial = true,
            }
        }
        scope
    }

    /// Of two imports of one name the first counts.
    fn add(&mut self, name: Name, package: Option<PackageId>) {
        self.named.entry(name).or_insert(package);
    }
}

/// The texts of a file as names, each looked up once.
#[derive(Debug)]
pub(super) struct NameTable(Box<[AtomicU32]>);

/// A text that nobody has asked for yet.
const NOT_ASKED: u32 = u32::MAX;

impl<'a> UnitFile<'a> {
    /// A file of a unit. `path` is as it is shown.
    pub fn new(file: &'a File, path: Name, imports: FileScope) -> UnitFile<'a> {
        let names = NameTable((0..=file.texts.count()).map(|_| AtomicU32::new(NOT_ASKED)).collect());
        UnitFile { file, path, imports, names }
    }

    /// The text of a node as a name.
    pub(super) fn name_of(&self, store: &Store, node: Node) -> Name {
        let text = self.file.tree.text(node);
        let Some(slot) = self.names.0.get(text.0 as usize) else { return Name::EMPTY };
        match slot.load(Ordering::Relaxed) {
            NOT_ASKED => {
                let name = store.name(&self.file.texts.str(text));
                slot.store(name.0, Ordering::Relaxed);
                name
            }
            number => Name(number),
        }
    }
}

impl<'a> Checker<'a> {
    /// What an identifier means where it is used.
    pub(crate) fn binding(&mut self, ident: Node) -> Binding {
        if !self.redeclared.is_empty()
            && let Some(object) = self.redeclared.get(&self.name_of(ident))
        {
            return Binding::Local(*object);
        }
        let names = &self.file().names;
        let by_file = names.object(ident).or_else(|| names.object_of_key(ident));
        if let Some(object) = by_file.filter(|object| self.is_local(*object)) {
            return Binding::Local(object);
        }
        let name = self.name_of(ident);
        if name == Name::BLANK { Binding::Unknown } else { self.package_level(name) }
    }

    /// The object that an identifier declares, if it is local.
    pub(super) fn own_local(&self, ident: Node) -> Option<ObjectId> {
        self.file().names.object(ident).filter(|object| self.is_local(*object))
    }

    /// Whether an object is declared by a function, or is a type parameter.
    fn is_local(&self, object: ObjectId) -> bool {
        let object = self.file().names.get(object);
        object.func.is_some() || object.kind == ObjectKind::TypeParam
    }

    /// What a name means outside of all functions.
    fn package_level(&self, name: Name) -> Binding {
        let imports = &self.unit.files[self.file].imports;
        if let Some(package) = imports.named.get(&name) {
            return Binding::Package(*package);
        }
        let from_dot = || {
            let mut found = imports.dots.iter().filter_map(|package| self.package_object(*package, name));
            found.next().filter(|_| self.store.is_exported(name))
        };
        let predeclared = || self.store.universe()?.objects.get(&name).copied();
        match from_dot().or_else(|| self.own_object(name)).or_else(predeclared) {
            Some(object) => Binding::Object(object),
            None => Binding::Unknown,
        }
    }

    /// An object of the package that this unit is part of.
    pub(super) fn own_object(&self, name: Name) -> Option<ObjId> {
        let declared = self.declaring.as_ref().and_then(|declaring| declaring.objects.get(&name).copied());
        declared.or_else(|| self.package_object(self.unit.pkg, name))
    }

    /// An object of a package, those that its tests add included where this unit sees them.
    pub(crate) fn package_object(&self, package: PackageId, name: Name) -> Option<ObjId> {
        let scope = self.store.package(package).scope.get();
        let by_tests = || {
            let object = *self.types.extension?.objects.get(&name)?;
            (self.store.object(object).pkg == package).then_some(object)
        };
        scope.and_then(|scope| scope.objects.get(&name).copied()).or_else(by_tests)
    }

    /// The object that an identifier declares at package level: none for `_`, `init` and what was declared before.
    pub(super) fn declared_object(&self, ident: Node) -> Option<ObjId> {
        let object = self.own_object(self.name_of(ident))?;
        self.is_declared_by(object, ident).then_some(object)
    }

    /// Whether this identifier declares the object.
    pub(super) fn is_declared_by(&self, object: ObjId, ident: Node) -> bool {
        let place = self.store.object(object).decl;
        let file = &self.unit.files[self.file];
        place.is_some_and(|place| place.file == file.path && place.span == self.tree().span(ident))
    }
}

/// Objects by name.
pub(super) type Objects = FxHashMap<Name, ObjId>;
