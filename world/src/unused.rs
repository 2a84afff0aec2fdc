//! What a package declares and nothing in it needs.
//!
//! In: a package with its own tests, or the package of its external tests. Out: [`Unused`], which answers for names that are not exported, so that no other package can need
//! them. What is needed is found from what others can see: exported names, `init`, `main`, tests, initial values of variables. From
//! there on a function needs what it mentions, a type needs what it is made of, its exported methods and those that an
//! interface of the package names, and a method needs its receiver. So functions that call each other, and nobody else, are unused.
//!
//! Source: Go specification, "Exported identifiers", "Program initialization and execution"; cmd/go, "Testing functions".
//!
//! **Absent:** local objects; uses by way of reflection. Names that files of the folder mention which are not part of this
//! build (other platforms, assembly, C), names that could not be resolved, and all that these need are unknown.

use crate::file::FileTypes;
use crate::graph::UnitKey;
use crate::source::{PackageKey, PackageSource, Part, SourceFile};
use crate::world::World;
use rulec_gofront::{File, Reader};
use rulec_tree::{Kind, Node, Tri, Vocabulary};
use rulec_types::check::{Mode, SelectionKind};
use rulec_types::{Name, ObjId, PackageId, Store, Ty, TypeData};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::{Arc, Mutex, PoisonError};

/// Something that a package declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Thing {
    /// An object at package level, or a method.
    Object(ObjId),
    /// A field of a declared struct, by the object of its type.
    Field(ObjId, Name),
}

/// What a package needs of its own declarations.
#[derive(Debug, Default)]
pub struct Unused {
    needed: FxHashSet<Thing>,
    /// Functions and methods that are mentioned elsewhere than as what is called, or that an interface asks for.
    values: FxHashSet<ObjId>,
    /// Names that something which is not understood may mean.
    doubtful: FxHashSet<Name>,
    /// What these need.
    perhaps: FxHashSet<Thing>,
    /// Whether a file could not be read in full.
    partial: bool,
}

impl Unused {
    /// Whether nothing needs an object at package level, or a method. No for exported ones, and for methods of types that are
    /// unused themselves.
    pub fn object(&self, store: &Store, object: ObjId) -> Tri {
        let found = store.object(object);
        if store.is_exported(found.name) || matches!(store.str(found.name), "_" | "init" | "main") {
            return Tri::No;
        }
        let holder = found.receiver().and_then(|(recv, _)| named_object(store, recv));
        self.answer(Thing::Object(object), found.name, holder)
    }

    /// Whether nothing needs a field of a declared struct.
    pub fn field(&self, store: &Store, holder: ObjId, name: Name) -> Tri {
        if store.is_exported(name) || name == Name::BLANK {
            return Tri::No;
        }
        self.answer(Thing::Field(holder, name), name, Some(holder))
    }

    /// Whether a function or method is called and nothing else, so that nobody relies on its type. No for exported ones, whose
    /// users may be anywhere.
    pub fn is_only_called(&self, store: &Store, object: ObjId) -> Tri {
        let name = store.object(object).name;
        if store.is_exported(name) || self.values.contains(&object) {
            return Tri::No;
        }
        if self.partial || self.doubtful.contains(&name) { Tri::Unknown } else { Tri::Yes }
    }

    fn answer(&self, thing: Thing, name: Name, holder: Option<ObjId>) -> Tri {
        let is_needed = |thing| self.needed.contains(&thing);
        if is_needed(thing) || holder.is_some_and(|holder| !is_needed(Thing::Object(holder))) {
            return Tri::No;
        }
        let is_doubtful = self.partial || self.doubtful.contains(&name) || self.perhaps.contains(&thing);
        if is_doubtful { Tri::Unknown } else { Tri::Yes }
    }
}

/// What was found of packages, once each.
pub(crate) type Kept = Mutex<FxHashMap<UnitKey, Arc<Unused>>>;

impl World {
    /// What a declared package, or the package of its external tests, needs of its own declarations; none without its source.
    fn unused(&self, own: &UnitKey) -> Option<Arc<Unused>> {
        if let Some(found) = self.unused.lock().unwrap_or_else(PoisonError::into_inner).get(own) {
            return Some(found.clone());
        }
        let source = self.source.package(&own.package).filter(|source| !source.is_partial)?;
        let id = self.declared(own)?.package;
        let found = Arc::new(Search::new(self, own, &source, id).run());
        self.unused.lock().unwrap_or_else(PoisonError::into_inner).insert(own.clone(), found.clone());
        Some(found)
    }

    /// The package that a file is part of: that of the external tests, or the other one with its own tests.
    fn package_of(&self, package: &PackageKey, types: &FileTypes<'_>) -> UnitKey {
        let external = UnitKey { package: package.clone(), part: Part::External };
        let is_external = self.declared(&external).is_some_and(|declared| declared.package == types.package());
        if is_external { external } else { UnitKey::base(package.clone()) }
    }
}

struct Search<'w> {
    world: &'w World,
    store: &'w Store,
    own: &'w UnitKey,
    source: &'w PackageSource,
    id: PackageId,
    /// What each thing needs.
    needs: FxHashMap<Thing, Vec<Thing>>,
    roots: Vec<Thing>,
    /// Methods by the type that has them, and the names of methods in interfaces.
    methods: Vec<(ObjId, ObjId)>,
    asked: FxHashSet<Name>,
    found: Unused,
}

impl<'w> Search<'w> {
    fn new(world: &'w World, own: &'w UnitKey, source: &'w PackageSource, id: PackageId) -> Search<'w> {
        Search {
            world,
            store: world.store(),
            own,
            source,
            id,
            needs: FxHashMap::default(),
            roots: Vec::new(),
            methods: Vec::new(),
            asked: FxHashSet::default(),
            found: Unused::default(),
        }
    }

    fn run(mut self) -> Unused {
        self.mentioned_elsewhere();
        let mut reader = Reader::new();
        let is_external = |part| part == Part::External;
        let own = |place: &&SourceFile| is_external(place.part) == is_external(self.own.part);
        let places: Vec<&SourceFile> = self.source.files.iter().filter(own).collect();
        for place in places {
            let Ok(content) = self.world.read(place) else {
                self.found.partial = true;
                continue;
            };
            match reader.read(&content, &Arc::new(Vocabulary::default())) {
                Ok(file) => self.file(place, &file, &content),
                Err(_) => self.found.partial = true,
            }
        }
        for (of_type, method) in std::mem::take(&mut self.methods) {
            let name = self.store.object(method).name;
            if self.store.is_exported(name) || self.asked.contains(&name) {
                self.found.values.insert(method);
                self.need(Thing::Object(of_type), Thing::Object(method));
            }
            self.need(Thing::Object(method), Thing::Object(of_type));
        }
        self.follow();
        self.found
    }

    /// All that the roots lead to, and of the rest what those lead to that may be meant by others.
    fn follow(&mut self) {
        let roots = std::mem::take(&mut self.roots);
        self.found.needed = self.reached(roots);
        let doubtful = self.needs.keys().copied().filter(|thing| self.found.doubtful.contains(&self.name(*thing)));
        let doubtful = doubtful.collect();
        self.found.perhaps = self.reached(doubtful);
    }

    fn reached(&mut self, mut waiting: Vec<Thing>) -> FxHashSet<Thing> {
        let mut reached = FxHashSet::default();
        while let Some(thing) = waiting.pop() {
            if reached.insert(thing) {
                waiting.extend(self.needs.remove(&thing).unwrap_or_default());
            }
        }
        reached
    }

    fn name(&self, thing: Thing) -> Name {
        match thing {
            Thing::Object(object) => self.store.object(object).name,
            Thing::Field(_, name) => name,
        }
    }

    fn need(&mut self, user: Thing, thing: Thing) {
        self.needs.entry(user).or_default().push(thing);
    }

    /// Words of the files in the folder that are not part of this build.
    fn mentioned_elsewhere(&mut self) {
        for path in self.world.neighbours(&self.own.package) {
            let Ok(content) = std::fs::read(&path) else { continue };
            self.world.note_content(&path, &content);
            let text = String::from_utf8_lossy(&content);
            let words = text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
            self.found.doubtful.extend(words.map(|word| self.store.name(word)));
        }
    }

    fn file(&mut self, place: &SourceFile, file: &File, content: &[u8]) {
        let Ok(types) = self.world.file(&self.own.package, &place.path, file) else {
            self.found.partial = true;
            return;
        };
        self.found.partial |= !file.coverage.is_full();
        let tree = &file.tree;
        let [_, decls, comments] = [0, 1, 2].map(|slot| tree.slot(Node::ROOT, slot));
        for decl in tree.children(decls) {
            match tree.kind(decl) {
                Kind::FuncDecl => self.func(&types, place, decl),
                Kind::TypeDecl => tree.children(decl).for_each(|spec| self.type_spec(&types, spec)),
                Kind::ConstDecl => self.constants(&types, decl),
                Kind::VarDecl => tree.children(decl).for_each(|spec| self.variables(&types, spec)),
                _ => {}
            }
        }
        for comment in tree.children(comments) {
            let text = content.get(tree.span(comment).range()).unwrap_or_default();
            self.directive(&String::from_utf8_lossy(text));
        }
    }

    /// `//go:linkname local …` and `//export name`: somebody else means it.
    fn directive(&mut self, text: &str) {
        for directive in ["//go:linkname ", "//export "] {
            if let Some(name) = text.strip_prefix(directive).and_then(|rest| rest.split_whitespace().next()) {
                let object = self.object_named(self.store.name(name));
                self.roots.extend(object.map(Thing::Object));
            }
        }
    }

    fn func(&mut self, types: &FileTypes<'_>, place: &SourceFile, decl: Node) {
        let tree = &types.file().tree;
        let ident = tree.slot(decl, 1);
        let name = text_of(types, ident);
        let object = types.object(ident);
        let method_of = object.and_then(|object| self.store.object(object).receiver());
        if let (Some(method), Some((recv, _))) = (object, method_of) {
            match named_object(self.store, recv) {
                Some(of_type) => self.methods.push((of_type, method)),
                None => self.roots.push(Thing::Object(method)),
            }
        }
        let is_test = place.part != Part::Base
            && ["Test", "Benchmark", "Fuzz", "Example"].iter().any(|prefix| name.starts_with(prefix));
        let is_root = method_of.is_none() && (matches!(&*name, "init" | "main" | "_") || is_test || is_public(&name));
        match object {
            Some(object) if !is_root => self.uses(types, decl, &[Thing::Object(object)]),
            Some(object) => {
                self.roots.push(Thing::Object(object));
                self.uses(types, decl, &[Thing::Object(object)]);
            }
            None => self.uses(types, decl, &[]),
        }
    }

    fn type_spec(&mut self, types: &FileTypes<'_>, spec: Node) {
        let ident = types.file().tree.slot(spec, 0);
        let Some(object) = self.declared(types, ident) else { return self.uses(types, spec, &[]) };
        let owner = Thing::Object(object);
        self.roots_if_exported(&[owner]);
        self.uses(types, spec, &[owner]);
        let ty = self.store.type_of(object).unwrap_or(Ty::UNKNOWN);
        if let TypeData::Struct(fields) = types.relations().under(ty) {
            let of_type = |field: &rulec_types::Field| Thing::Field(object, field.name);
            // Embedded fields give methods away; tags are for those who look at fields by reflection.
            let visible = fields
                .iter()
                .filter(|field| self.store.is_exported(field.name) || field.embedded || field.tag != Name::EMPTY);
            let visible: Vec<Thing> = visible.map(of_type).collect();
            visible.into_iter().for_each(|field| self.need(owner, field));
        }
    }

    /// Others can see what is exported.
    fn roots_if_exported(&mut self, things: &[Thing]) {
        let is_exported = |thing: &Thing| match thing {
            Thing::Object(object) => self.store.is_exported(self.store.object(*object).name),
            Thing::Field(..) => false,
        };
        self.roots.extend(things.iter().copied().filter(is_exported));
    }

    /// Constants of one group belong together: one of them in use, the others name what else there is.
    fn constants(&mut self, types: &FileTypes<'_>, decl: Node) {
        let tree = &types.file().tree;
        let specs: Vec<Node> = tree.children(decl).collect();
        let idents = specs.iter().flat_map(|spec| tree.children(tree.slot(*spec, 0)));
        let group: Vec<Thing> = idents.filter_map(|ident| self.declared(types, ident)).map(Thing::Object).collect();
        self.roots_if_exported(&group);
        if group.len() > 1 {
            for (number, thing) in group.iter().enumerate() {
                self.need(*thing, group[(number + 1) % group.len()]);
            }
        }
        for spec in specs {
            self.uses(types, spec, &group);
        }
    }

    /// Initial values are computed whether anybody needs the variable or not.
    fn variables(&mut self, types: &FileTypes<'_>, spec: Node) {
        let tree = &types.file().tree;
        let idents: Vec<Node> = tree.children(tree.slot(spec, 0)).collect();
        let owners: Vec<Thing> =
            idents.iter().filter_map(|ident| self.declared(types, *ident)).map(Thing::Object).collect();
        self.roots_if_exported(&owners);
        self.uses(types, tree.slot(spec, 1), &owners);
        self.uses(
            types,
            tree.slot(spec, 2),
            if owners.len() == idents.len() && !calls(types, spec) { &owners } else { &[] },
        );
    }

    /// Notes what the code below a node mentions, as needed by the owners; without any, by everybody.
    fn uses(&mut self, types: &FileTypes<'_>, node: Node, owners: &[Thing]) {
        let tree = &types.file().tree;
        for row in std::iter::once(node).chain(tree.descendants(node)) {
            match tree.kind(row) {
                Kind::Ident => self.ident(types, row, owners),
                Kind::Selector => self.selector(types, row, owners),
                Kind::CompositeLit => self.literal(types, row, owners),
                Kind::Call if types.mode(tree.unparen(tree.slot(row, 0))) == Mode::Type => {
                    self.conversion(types, row, owners);
                }
                Kind::InterfaceType => self.interface(types, row),
                _ => {}
            }
        }
    }

    fn used(&mut self, thing: Thing, owners: &[Thing]) {
        match owners {
            [] => self.roots.push(thing),
            _ => owners.iter().filter(|owner| **owner != thing).for_each(|owner| self.need(*owner, thing)),
        }
    }

    fn ident(&mut self, types: &FileTypes<'_>, ident: Node, owners: &[Thing]) {
        match types.object(ident) {
            Some(object) if self.store.object(object).pkg == self.id => {
                self.used(Thing::Object(object), owners);
                self.mentioned(types, ident, object);
            }
            Some(_) => {}
            None => {
                let is_known = types.mode(ident) != Mode::Unknown || !types.has_type(ident);
                if !is_known && !types.file().names.is_definition(ident) {
                    self.found.doubtful.insert(self.store.name(&text_of(types, ident)));
                }
            }
        }
    }

    /// Notes a function or method that is mentioned elsewhere than as what is called, or where it is declared.
    fn mentioned(&mut self, types: &FileTypes<'_>, node: Node, object: ObjId) {
        let tree = &types.file().tree;
        let mut at = node;
        let mut around = tree.parent(at);
        while tree.kind(around) == Kind::Paren || tree.kind(around) == Kind::Index && tree.slot(around, 0) == at {
            (at, around) = (around, tree.parent(around));
        }
        let is_callee = tree.kind(around) == Kind::Call && tree.slot(around, 0) == at;
        let is_name = tree.kind(around) == Kind::FuncDecl || tree.kind(around) == Kind::Selector;
        if !is_callee && !is_name {
            self.found.values.insert(object);
        }
    }

    fn selector(&mut self, types: &FileTypes<'_>, selector: Node, owners: &[Thing]) {
        let tree = &types.file().tree;
        let Some(selection) = types.selection(selector) else {
            if types.mode(selector) == Mode::Unknown {
                self.found.doubtful.insert(self.store.name(&text_of(types, tree.slot(selector, 1))));
            }
            return;
        };
        if let Some(method) = selection.method {
            self.used(Thing::Object(method), owners);
            self.mentioned(types, selector, method);
        } else if selection.kind != SelectionKind::Field {
            self.asked.insert(selection.name);
        }
        let is_field = selection.kind == SelectionKind::Field;
        let steps = selection.index.len() - usize::from(!is_field && !selection.index.is_empty());
        let mut ty = selection.recv;
        for step in selection.index.iter().take(steps) {
            let relations = types.relations();
            let base = relations.pointer_base(ty).unwrap_or(ty);
            let TypeData::Struct(fields) = relations.under(base) else { break };
            let Some(field) = fields.get(*step as usize) else { break };
            if let Some(holder) = named_object(self.store, base) {
                self.used(Thing::Field(holder, field.name), owners);
            }
            ty = field.ty;
        }
    }

    /// The fields that a literal of a struct sets: those that it names, or all.
    fn literal(&mut self, types: &FileTypes<'_>, literal: Node, owners: &[Thing]) {
        let relations = types.relations();
        let ty = types.ty(literal);
        let base = relations.pointer_base(ty).unwrap_or(ty);
        let (Some(holder), TypeData::Struct(fields)) = (named_object(self.store, base), relations.under(base)) else {
            return;
        };
        let tree = &types.file().tree;
        let mut elements = tree.tail(literal).peekable();
        if elements.peek().is_some_and(|element| tree.kind(*element) != Kind::KeyValue) {
            return fields.iter().for_each(|field| self.used(Thing::Field(holder, field.name), owners));
        }
        let keys: Vec<Name> = elements.map(|element| self.store.name(&text_of(types, tree.slot(element, 0)))).collect();
        keys.into_iter().for_each(|key| self.used(Thing::Field(holder, key), owners));
    }

    /// A conversion between structs keeps all fields together.
    fn conversion(&mut self, types: &FileTypes<'_>, call: Node, owners: &[Thing]) {
        let tree = &types.file().tree;
        let relations = types.relations();
        for row in tree.children(call) {
            let ty = types.ty(tree.unparen(row));
            let base = relations.pointer_base(ty).unwrap_or(ty);
            if let (Some(holder), TypeData::Struct(fields)) = (named_object(self.store, base), relations.under(base)) {
                fields.iter().for_each(|field| self.used(Thing::Field(holder, field.name), owners));
            }
        }
    }

    fn interface(&mut self, types: &FileTypes<'_>, interface: Node) {
        let tree = &types.file().tree;
        let names = tree.children(interface).flat_map(|element| tree.children(tree.slot(element, 0)));
        let names: Vec<Name> = names.map(|ident| self.store.name(&text_of(types, ident))).collect();
        self.asked.extend(names);
    }

    /// The object at package level that an identifier declares.
    fn declared(&self, types: &FileTypes<'_>, ident: Node) -> Option<ObjId> {
        self.object_named(self.store.name(&text_of(types, ident)))
    }

    fn object_named(&self, name: Name) -> Option<ObjId> {
        object_named(self.world, self.own, name)
    }
}

/// What a declared identifier at package level, in a struct or behind `func` means for [`Unused`].
pub fn is_unused(world: &World, package: &PackageKey, types: &FileTypes<'_>, ident: Node) -> Tri {
    let own = world.package_of(package, types);
    let Some(unused) = world.unused(&own) else { return Tri::Unknown };
    let store = world.store();
    let tree = &types.file().tree;
    let name = store.name(&text_of(types, ident));
    let parent = tree.parent(ident);
    let at_package_level = |spec: Node| {
        let decl = tree.parent(spec);
        let is_top = tree.parent(tree.parent(decl)) == Node::ROOT;
        if !is_top {
            return Tri::No;
        }
        match object_named(world, &own, name) {
            Some(object) => unused.object(store, object),
            None => Tri::Unknown,
        }
    };
    match tree.kind(parent) {
        Kind::FuncDecl if tree.slot(parent, 1) == ident => match types.object(ident) {
            Some(object) => unused.object(store, object),
            None => Tri::No,
        },
        Kind::TypeSpec if tree.slot(parent, 0) == ident => at_package_level(parent),
        Kind::List => match tree.kind(tree.parent(parent)) {
            Kind::ConstSpec | Kind::VarSpec => at_package_level(tree.parent(parent)),
            Kind::Field => field_is_unused((&unused, &own), world, types, tree.parent(parent), name),
            _ => Tri::No,
        },
        _ => Tri::No,
    }
}

/// Whether the function or method that an identifier declares is called and nothing else.
pub fn is_only_called(world: &World, package: &PackageKey, types: &FileTypes<'_>, ident: Node) -> Tri {
    let tree = &types.file().tree;
    let declares = tree.kind(tree.parent(ident)) == Kind::FuncDecl && tree.slot(tree.parent(ident), 1) == ident;
    match types.object(ident).filter(|_| declares) {
        Some(object) => {
            let unused = world.unused(&world.package_of(package, types));
            unused.map_or(Tri::Unknown, |found| found.is_only_called(world.store(), object))
        }
        None => Tri::No,
    }
}

/// Of fields, those that stand in the struct of a type declared at package level.
fn field_is_unused(
    (unused, own): (&Unused, &UnitKey),
    world: &World,
    types: &FileTypes<'_>,
    field: Node,
    name: Name,
) -> Tri {
    let tree = &types.file().tree;
    let structure = tree.parent(field);
    let spec = tree.parent(structure);
    let is_own = tree.kind(structure) == Kind::StructType
        && tree.kind(spec) == Kind::TypeSpec
        && tree.parent(tree.parent(tree.parent(spec))) == Node::ROOT;
    if !is_own {
        return Tri::No;
    }
    let of_type = world.store().name(&text_of(types, tree.slot(spec, 0)));
    match object_named(world, own, of_type) {
        Some(holder) => unused.field(world.store(), holder, name),
        None => Tri::Unknown,
    }
}

/// The object at package level with this name, those of a package's own tests included.
fn object_named(world: &World, own: &UnitKey, name: Name) -> Option<ObjId> {
    let by_tests = || {
        let tests = world.declared(&UnitKey { package: own.package.clone(), part: Part::Tests })?;
        tests.extension.objects.get(&name).copied().filter(|_| own.part == Part::Base)
    };
    world.store().lookup_in(world.declared(own)?.package, name).or_else(by_tests)
}

fn named_object(store: &Store, ty: Ty) -> Option<ObjId> {
    match store.data(store.unalias(ty)) {
        TypeData::Named(named) => Some(named.obj),
        _ => None,
    }
}

fn text_of(types: &FileTypes<'_>, ident: Node) -> String {
    let file = types.file();
    file.texts.str(file.tree.text(ident)).into_owned()
}

fn is_public(name: &str) -> bool {
    name.chars().next().is_some_and(char::is_uppercase)
}

/// Whether code below a node calls something.
fn calls(types: &FileTypes<'_>, node: Node) -> bool {
    let tree = &types.file().tree;
    tree.descendants(node).any(|row| matches!(tree.kind(row), Kind::Call | Kind::FuncLit))
}
