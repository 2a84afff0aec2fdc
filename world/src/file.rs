//! What is known of one file.

use crate::asked::Question;
use crate::deprecation::Deprecation;
use crate::source::PackageKey;
use crate::world::World;
use rulec_constant::Value;
use rulec_gofront::{File, ObjectId};
use rulec_tree::{Kind, Node, Tree, Tri};
use rulec_types::check::{Mode, Recorded, Rows, Selection, Unit, UnitTypes};
use rulec_types::{ObjId, Store, Ty, TypeData, Types};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// Types, modes, values and selections of the expressions of one file. The first question about a top-level declaration
/// goes through all of it; files of which nobody asks cost nothing.
pub struct FileTypes<'w> {
    world: &'w World,
    package: PackageKey,
    unit: UnitTypes<'w>,
    asked: Mutex<BTreeSet<Question>>,
}

/// How many declarations are followed to find out why something is not known.
const MAX_DECLARATIONS: usize = 16;

/// Of how many expressions the type is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// Expressions, types and names looked at.
    pub all: u64,
    /// Those of them whose type is known.
    pub known: u64,
}

impl Coverage {
    /// The share of those that are known; none of nothing.
    pub fn share(self) -> Option<f64> {
        (self.all > 0).then(|| self.known as f64 / self.all as f64)
    }

    /// Both together.
    pub fn absorb(&mut self, other: Coverage) {
        self.all += other.all;
        self.known += other.known;
    }
}

/// The only file of the unit.
const FILE: usize = 0;

impl<'w> FileTypes<'w> {
    pub(crate) fn new(world: &'w World, package: PackageKey, unit: Unit<'w>) -> FileTypes<'w> {
        FileTypes { world, package, unit: UnitTypes::new(unit), asked: Mutex::default() }
    }

    /// The same, where [`FileTypes::into_recorded`] gave this of the same file: it need not be found out again.
    #[must_use]
    pub fn with_recorded(self, recorded: Recorded) -> FileTypes<'w> {
        FileTypes { unit: self.unit.with_recorded(recorded), ..self }
    }

    /// What was found out so far.
    pub fn into_recorded(self) -> Recorded {
        self.unit.into_recorded()
    }

    /// The type of an expression, type expression or declared identifier; unknown for all else. Types of untyped constants
    /// are those that they are converted to; of a comma-ok expression it is a tuple.
    pub fn ty(&self, node: Node) -> Ty {
        self.rows(node).map_or(Ty::UNKNOWN, |rows| rows.ty(node))
    }

    /// What an expression is.
    pub fn mode(&self, node: Node) -> Mode {
        self.rows(node).map_or(Mode::Unknown, |rows| rows.mode(node))
    }

    /// Whether the row is an expression or type expression, rather than a name that only declares or selects.
    pub fn is_expression(&self, node: Node) -> bool {
        self.rows(node).is_some_and(|rows| rows.is_expression(node))
    }

    /// The value of a constant expression.
    pub fn value(&self, node: Node) -> Option<&Value> {
        self.rows(node)?.value(node)
    }

    /// What a selector selects; none for qualified names.
    pub fn selection(&self, node: Node) -> Option<&Selection> {
        self.rows(node)?.selection(node)
    }

    /// The package-level object that an identifier stands for.
    pub fn object(&self, node: Node) -> Option<ObjId> {
        self.rows(node)?.object(node)
    }

    /// The type arguments of a generic function or type where this identifier names it.
    pub fn instance(&self, node: Node) -> Option<&[Ty]> {
        self.rows(node)?.instance(node)
    }

    /// The type of the variable that a clause of a type switch has; `name` is the identifier in the guard.
    pub fn clause_var(&self, name: Node, object: ObjectId) -> Option<Ty> {
        self.rows(name)?.clause_var(object)
    }

    /// The minor number of the language version (22 of Go 1.22), if it is known.
    pub fn go_minor(&self) -> Option<u32> {
        self.unit.unit().go_minor
    }

    /// Where types and objects live.
    pub fn store(&self) -> &'w Store {
        self.world.store()
    }

    /// Relations between types, as this file sees them.
    pub fn relations(&self) -> Types<'_> {
        self.unit.types()
    }

    /// The package of the file: for names that are not exported.
    pub fn package(&self) -> rulec_types::PackageId {
        self.unit.unit().pkg
    }

    /// Whether nothing needs what an identifier declares at package level, in a struct or as a method; see [`crate::Unused`].
    pub fn is_unused(&self, ident: Node) -> Tri {
        self.ask(Question::Neighbours);
        crate::unused::is_unused(self.world, &self.package, self, ident)
    }

    /// Whether the function or method that an identifier declares is called and nothing else; see [`crate::Unused`].
    pub fn is_only_called(&self, ident: Node) -> Tri {
        self.ask(Question::Neighbours);
        crate::unused::is_only_called(self.world, &self.package, self, ident)
    }

    /// What the documentation of the package with this import path says of its end.
    ///
    /// # Errors
    /// Why it is not known.
    pub fn package_deprecation(&self, path: &str) -> Result<Option<Deprecation>, String> {
        self.ask(Question::PackageNotes(path.to_owned()));
        self.world.package_deprecation(&self.package, path)
    }

    /// What was asked of this file that hangs on more than the files of its package and what their imports offer.
    pub fn asked(&self) -> BTreeSet<Question> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn ask(&self, question: Question) {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).insert(question);
    }

    /// Notes that somebody asks what comments say of an object.
    fn ask_for_notes(&self, object: ObjId) {
        if let Some(place) = self.store().object(object).decl {
            self.ask(Question::Notes(PathBuf::from(self.store().str(place.file))));
        }
    }

    /// What documentation says of the end of what a name, selector or import stands for; none for local objects.
    ///
    /// # Errors
    /// Why it is not known.
    pub fn deprecation(&self, node: Node) -> Result<Option<Deprecation>, String> {
        let tree = self.tree();
        let node = tree.unparen(node);
        if tree.kind(node) == Kind::ImportSpec {
            return self.package_deprecation(&self.file().texts.str(tree.text(tree.slot(node, 1))));
        }
        let selector = match tree.kind(node) {
            Kind::Ident if tree.kind(tree.parent(node)) == Kind::Selector => tree.parent(node),
            _ => node,
        };
        if let Some(selection) = (tree.kind(selector) == Kind::Selector).then(|| self.selection(selector)).flatten() {
            if let Some(method) = selection.method {
                self.ask_for_notes(method);
                return self.world.deprecation(method);
            }
            let holder = self.holder(selection).ok_or("what it belongs to has no name")?;
            self.ask_for_notes(holder);
            return self.world.member_deprecation(holder, self.store().str(selection.name));
        }
        let name = if tree.kind(node) == Kind::Selector { tree.slot(node, 1) } else { node };
        match self.object(name) {
            Some(object) => {
                self.ask_for_notes(object);
                self.world.deprecation(object)
            }
            None if self.mode(node) == Mode::Unknown && tree.kind(node) != Kind::Ident => {
                Err(self.unknown_because(node))
            }
            None => Ok(None),
        }
    }

    /// The declared type whose field or method is selected: the receiver, or the last embedded field on the way.
    fn holder(&self, selection: &Selection) -> Option<ObjId> {
        let relations = self.relations();
        let mut ty = selection.recv;
        let way = selection.index.len().saturating_sub(1);
        for step in selection.index.iter().take(way) {
            let base = relations.pointer_base(ty).unwrap_or(ty);
            let TypeData::Struct(fields) = relations.under(base) else { return None };
            ty = fields.get(*step as usize)?.ty;
        }
        let base = relations.deref(ty).0;
        match self.store().data(self.store().unalias(base)) {
            TypeData::Named(named) => Some(named.obj),
            _ => None,
        }
    }

    /// The file.
    pub fn file(&self) -> &'w File {
        self.unit.unit().files[FILE].file
    }

    fn package_id(&self, path: &str) -> Result<rulec_types::PackageId, String> {
        self.ask(Question::Package(path.to_owned()));
        self.world.package_id(&self.package, path)
    }

    /// The type `name` of the package with this import path; predeclared ones have the empty path.
    ///
    /// # Errors
    /// Why it is not known.
    pub fn named(&self, path: &str, name: &str) -> Result<Ty, String> {
        let store = self.store();
        let package = match path {
            "" => rulec_types::PackageId::UNIVERSE,
            _ => self.package_id(path)?,
        };
        let object = store.lookup_in(package, store.name(name));
        let ty = object.and_then(|object| store.type_of(object));
        ty.ok_or_else(|| format!("package `{path}` has no type `{name}`"))
    }

    /// Whether a row is one of which the type is told: an expression, a type, or a name that declares or selects.
    pub fn has_type(&self, node: Node) -> bool {
        let file = self.file();
        let tree = &file.tree;
        let parent = tree.parent(node);
        match tree.kind(node) {
            Kind::Ident => {
                let is_label = match tree.kind(parent) {
                    Kind::Branch => true,
                    Kind::Labeled => node.0 == parent.0 + 1,
                    _ => false,
                };
                !is_label && tree.kind(parent) != Kind::Package && file.texts.bytes(tree.text(node)) != b"_"
            }
            Kind::FuncType => tree.kind(parent) != Kind::FuncDecl,
            // Only those of parameters are types by themselves.
            Kind::Variadic => self.mode(node) != Mode::Unknown,
            Kind::String => !matches!(tree.kind(parent), Kind::ImportSpec | Kind::Field),
            kind => kind.fits(rulec_tree::Category::Expr),
        }
    }

    /// Of how many of the rows that have a type it is known, in the declarations that were asked for.
    pub fn coverage(&self) -> Coverage {
        let mut coverage = Coverage::default();
        let rows = self.unit.recorded(FILE).flat_map(|(first, end)| (first.0..end.0).map(Node));
        for node in rows.filter(|node| self.has_type(*node) && !self.is_switch_name(*node)) {
            coverage.all += 1;
            let has_none = matches!(self.mode(node), Mode::Builtin(_) | Mode::NoValue | Mode::Package);
            let is_known = has_none || !self.store().flags(self.ty(node)).has(rulec_types::Flags::UNKNOWN);
            coverage.known += u64::from(is_known);
        }
        coverage
    }

    /// Whether it is the name in the guard of a type switch, which has another type in each clause.
    fn is_switch_name(&self, node: Node) -> bool {
        let tree = self.tree();
        tree.kind(node) == Kind::Ident
            && tree.kind(tree.parent(node)) == Kind::TypeSwitch
            && self.file().names.is_definition(node)
    }

    /// Why the type of an expression is not known, in the words of a clause after *unknown because*.
    pub fn unknown_because(&self, node: Node) -> String {
        let tree = self.tree();
        let mut leaf = self.unknown_leaf(node);
        // A variable is not known because of what it was declared with.
        for _ in 0..MAX_DECLARATIONS {
            let Some(origin) = self.declared_with(leaf).filter(|origin| self.ty(*origin).is_unknown()) else { break };
            leaf = self.unknown_leaf(origin);
        }
        let text = self.file().texts.str(tree.text(leaf));
        match tree.kind(leaf) {
            Kind::Ident => match self.import_of(leaf) {
                Some(path) => match self.package_id(&path) {
                    Err(reason) => reason,
                    Ok(_) => format!("package `{path}` has nothing that is known by this name"),
                },
                None => format!("nothing known is called `{text}`"),
            },
            Kind::Selector => "what it selects was not found".to_owned(),
            Kind::Bad => "this part of the file could not be parsed".to_owned(),
            kind => format!("the type of this {} could not be found out", kind.name()),
        }
    }

    /// What the local variable that an identifier names got its type from: an expression or a type.
    fn declared_with(&self, ident: Node) -> Option<Node> {
        let (tree, names) = (self.tree(), &self.file().names);
        let object = names.get(names.object(ident)?);
        let decl = object.decl.filter(|_| object.kind.is_variable())?;
        let list = tree.parent(decl);
        let around = tree.parent(list);
        let nth_value = |values: Node| {
            let position = tree.children(list).position(|name| name == decl)?;
            tree.children(values).nth(position).or_else(|| tree.children(values).next())
        };
        match (tree.kind(list), tree.kind(around)) {
            (Kind::Range, _) => Some(tree.slot(list, 2)),
            (Kind::TypeSwitch, _) => Some(tree.slot(list, 2)),
            (_, Kind::Assign) => nth_value(tree.slot(around, 1)),
            (_, Kind::Field) => Some(tree.slot(around, 1)),
            (_, Kind::VarSpec) => {
                let of_type = tree.slot(around, 1);
                if tree.kind(of_type) == Kind::Absent { nth_value(tree.slot(around, 2)) } else { Some(of_type) }
            }
            _ => None,
        }
    }

    /// The first expression below, from the left, that is unknown while all below it is known.
    fn unknown_leaf(&self, node: Node) -> Node {
        let tree = self.tree();
        let mut at = node;
        loop {
            let is_unknown = |child: &Node| {
                let is_expr = tree.kind(*child).fits(rulec_tree::Category::Expr);
                is_expr
                    && self.ty(*child).is_unknown()
                    && !matches!(self.mode(*child), Mode::Builtin(_) | Mode::NoValue)
            };
            // The name behind a selector is no cause by itself.
            let is_selector = tree.kind(at) == Kind::Selector;
            let mut children = tree.children(at).take(if is_selector { 1 } else { usize::MAX });
            match children.find(is_unknown) {
                Some(child) => at = child,
                None => return at,
            }
        }
    }

    /// The path of the import that this identifier names.
    fn import_of(&self, ident: Node) -> Option<String> {
        let file = self.file();
        let object = file.names.get(file.names.object(ident)?);
        (object.kind == rulec_gofront::ObjectKind::Package).then(|| file.texts.str(object.path).into_owned())
    }

    fn rows(&self, node: Node) -> Option<&Rows> {
        self.unit.rows_at(FILE, node)
    }

    fn tree(&self) -> &'w Tree {
        &self.file().tree
    }
}
