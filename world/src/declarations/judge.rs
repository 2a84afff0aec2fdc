//! Declarations judged by themselves, for those who write them.
//!
//! In: declarations. Out: what in them is no Go, or means nothing where only the standard library and the other declarations are
//! known; and the names that they have. **Absent:** whether the real package agrees.

use super::Declaration;
use crate::file::FileTypes;
use crate::memory::MemorySource;
use crate::source::{Import, PackageKey};
use crate::world::World;
use rulec_gofront::{File, Reader};
use rulec_tree::{Kind, Node, Vocabulary};
use rulec_types::check::{Mode, import_specs};
use rulec_types::{ObjectKind, PackageId, Ty, TypeData, Types};
use rustc_hash::FxHashSet;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What can be said of declarations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// What is wrong with them, in order.
    pub faults: Vec<Fault>,
    /// By import path, the names that the declarations have: `T`, and `T.M` for methods and fields, promoted ones too.
    pub names: BTreeMap<String, BTreeSet<String>>,
}

/// A part of a declaration that means nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Which declaration, as an index.
    pub declaration: usize,
    /// Where in its text, in bytes.
    pub at: usize,
    /// What is wrong, for people.
    pub message: String,
}

/// Judges declarations.
pub fn judge(declarations: &[Declaration]) -> Judged {
    let world = World::new(MemorySource::default()).with_declarations(declarations);
    let nobody = PackageKey::Memory(String::new());
    let keys: BTreeMap<&str, PackageKey> = declarations
        .iter()
        .filter_map(|declaration| match world.source().resolve(&nobody, &declaration.import_path) {
            Import::Package(key) => Some((declaration.import_path.as_str(), key)),
            _ => None,
        })
        .collect();
    world.prepare_without_tests(keys.values().cloned(), 1);
    let mut judged = Judged::default();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for (number, declaration) in declarations.iter().enumerate() {
        let nth = seen.entry(&declaration.import_path).or_default();
        if let Some(key) = keys.get(declaration.import_path.as_str()) {
            judged.faults.extend(faults_of(&world, key, *nth, declaration).into_iter().map(|(at, message)| {
                // The package clause stands in front of the text.
                let at = at.saturating_sub(declaration.file().len() - declaration.text.len());
                Fault { declaration: number, at: at.min(declaration.text.len()), message }
            }));
        }
        *nth += 1;
    }
    for path in keys.keys() {
        if let Ok(package) = world.package_id(&nobody, path) {
            judged.names.insert((*path).to_owned(), names_of(&world, package));
        }
    }
    judged
}

/// What is wrong with the nth declaration of a package: where in its file, and what.
fn faults_of(world: &World, key: &PackageKey, nth: usize, declaration: &Declaration) -> Vec<(usize, String)> {
    let Some(source) = world.source().package(key) else { return Vec::new() };
    let Some(place) = source.files.get(nth) else { return Vec::new() };
    let file = match Reader::new().read(&declaration.file(), &Arc::new(Vocabulary::default())) {
        Ok(file) => file,
        Err(refusal) => return vec![(0, refusal.to_string())],
    };
    let bad = file.coverage.bad.iter().map(|bad| (bad.at as usize, format!("{} in {}", bad.reason, bad.what)));
    let mut faults: Vec<(usize, String)> = bad.collect();
    faults.extend(missing_imports(world, key, &file));
    if let Ok(types) = world.file(key, &place.path, &file) {
        faults.extend(unknown_names(&types));
    }
    faults.sort();
    faults
}

fn missing_imports(world: &World, key: &PackageKey, file: &File) -> Vec<(usize, String)> {
    let specs = import_specs(file).into_iter();
    let missing = specs.filter_map(|spec| match world.source().resolve(key, &spec.path) {
        Import::Missing(_) => {
            let message = format!("`{}` is neither in the standard library nor declared", spec.path);
            Some((file.tree.span(spec.node).start as usize, message))
        }
        _ => None,
    });
    missing.collect()
}

/// Uses of names that mean nothing. What a package that is missing would have is not among them.
fn unknown_names(types: &FileTypes<'_>) -> Vec<(usize, String)> {
    let file = types.file();
    let tree = &file.tree;
    let rows = (0..tree.len() as u32).map(Node);
    let is_use = |node: &Node| {
        tree.kind(*node) == Kind::Ident
            && types.has_type(*node)
            && !file.names.is_definition(*node)
            && types.ty(*node).is_unknown()
            && !matches!(types.mode(*node), Mode::Package | Mode::Builtin(_) | Mode::NoValue)
            && tree.kind(tree.parent(*node)) != Kind::ImportSpec
    };
    let declares = |node: Node| matches!(tree.kind(tree.parent(node)), Kind::FuncDecl) || is_field_name(types, node);
    let uses = rows.filter(is_use).filter(|node| !declares(*node));
    uses.map(|node| (tree.span(node).start as usize, types.unknown_because(node))).collect()
}

/// Whether an identifier is the name of a field, parameter or method of an interface.
fn is_field_name(types: &FileTypes<'_>, node: Node) -> bool {
    let tree = &types.file().tree;
    let list = tree.parent(node);
    tree.kind(list) == Kind::List
        && tree.kind(tree.parent(list)) == Kind::Field
        && tree.slot(tree.parent(list), 0) == list
}

fn names_of(world: &World, package: PackageId) -> BTreeSet<String> {
    let store = world.store();
    let mut names = BTreeSet::new();
    for object in store.objects_of(package) {
        let name = store.str(store.object(object).name);
        names.insert(name.to_owned());
        if let (ObjectKind::Type, Some(ty)) = (store.object(object).kind, store.type_of(object)) {
            names.extend(members_of(world, ty).into_iter().map(|member| format!("{name}.{member}")));
        }
    }
    names
}

/// The methods and fields of a type and of its pointers, those of embedded structs too.
fn members_of(world: &World, ty: Ty) -> BTreeSet<String> {
    let store = world.store();
    let types = Types { store, extension: None, word_bytes: world.source().word_bytes() };
    let mut members = BTreeSet::new();
    let mut waiting = vec![ty];
    let mut seen = FxHashSet::default();
    while let Some(ty) = waiting.pop() {
        let base = types.deref(ty).0;
        if !seen.insert(store.canon(base)) {
            continue;
        }
        // Of each embedded type by itself: beside a part that is left out, nothing is known to be promoted.
        let receiver = if types.is_interface(base) { base } else { store.pointer(base) };
        members.extend(types.method_set(receiver).iter().map(|method| store.str(method.name).to_owned()));
        if let TypeData::Struct(fields) = types.under(base) {
            members.extend(fields.iter().map(|field| store.str(field.name).to_owned()));
            waiting.extend(fields.iter().filter(|field| field.embedded).map(|field| field.ty));
        }
    }
    members
}
