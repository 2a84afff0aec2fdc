//! Conditions: the answers to what rules ask about a file beyond the columns of its tree.
//!
//! In: [`Facts`] of one file, a [`HostFn`] and its arguments. Out: yes, no or unknown, or a value. One module for each theme;
//! adding a condition is a line in `plan/src/host.rs` and an arm of [`answer`].
//!
//! No answer is a guess: what depends on another file is unknown. No answer depends on what was asked before.

mod annotations;
mod comments;
mod complexity;
mod constants;
mod deprecation;
mod embedding;
mod expressions;
mod files;
mod formats;
mod lists;
mod names;
mod regexps;
mod strings;
mod tags;
pub(crate) mod types;

use crate::disk::DiskQuestion;
use crate::flow::around::Around;
use crate::flow::{self, Bodies};
use crate::rules::RuleSet;
use crate::value::Value;
use rulec_calls::Lowered;
use rulec_flow::summary::Ignorance;
use rulec_flow::{FileFlow, Knowledge};
use rulec_gofront::{File, Object, ObjectId, ObjectKind, doc};
use rulec_plan::host::{HostFn, Tri, Word, run_of_word};
use rulec_program::GoVersion;
use rulec_tree::{Category, Kind, Node, Span, Tree};
use rulec_types::check::{Mode, Recorded};
use rulec_types::{Basic, Name, Ty};
use rulec_world::{ContentHash, Coverage, FileTypes, Packages};
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use types::{content, enumerated, selected};

pub use formats::Directive;
pub use regexps::RegexpPart;
pub use types::Form;

pub(crate) use annotations::first_of as first_of_annotation;
pub(crate) use comments::{code_below, is_alone_on_its_line};
pub(crate) use embedding::embedded_by;
pub(crate) use files::{exists_below, exists_in_or_above};
pub(crate) use types::value_of_constant;

/// What is known of the file that rules run over.
pub struct Facts<'a> {
    /// Its tree, names and lines.
    pub file: &'a File,
    /// Its bytes.
    pub source: &'a [u8],
    /// As displayed.
    pub path: &'a str,
    /// Its folder, if it lies on a file system.
    pub folder: Option<&'a Path>,
    /// The import path of its package, where a go.mod tells.
    pub import_path: Option<String>,
    /// Its language version.
    pub go_version: Option<GoVersion>,
    /// The comments in source order.
    comments: Vec<Node>,
    /// The import specs: many rules ask for them, again and again.
    import_specs: OnceCell<Vec<Node>>,
    /// The names of imported packages, sorted.
    import_names: OnceCell<Vec<Vec<u8>>>,
    /// A trait object, so that facts that live long can stand for facts that live shorter.
    types: Option<Box<dyn TypesOfFile + 'a>>,
    /// Where the file lies.
    location: Option<&'a Path>,
    around: Option<&'a dyn Around>,
    rules: Option<&'a RuleSet>,
    /// The bodies as somebody else has lowered them.
    lowered: Option<Lowered>,
    /// Whether facts are still being found.
    in_hand: bool,
    bodies: OnceCell<Bodies>,
    /// What was asked of the file system, with hashes of the answers.
    disk: RefCell<BTreeMap<DiskQuestion, ContentHash>>,
    /// Whether nobody waits for the answers any more.
    pub(crate) stop: Option<Stop<'a>>,
}

/// Says whether nobody waits for what is being found out.
pub(crate) type Stop<'a> = &'a (dyn Fn() -> bool + Sync);

/// What gives the types of a file.
trait TypesOfFile {
    fn get(&self) -> Result<&FileTypes<'_>, &str>;
    /// Whether somebody has asked.
    fn is_asked(&self) -> bool;
}

/// The types of a file, found out at the first question.
struct LazyTypes<'a> {
    packages: &'a Packages,
    path: &'a Path,
    file: &'a File,
    types: OnceCell<Result<FileTypes<'a>, String>>,
    /// What somebody else found out of the same file.
    recorded: Cell<Option<Recorded>>,
}

impl TypesOfFile for LazyTypes<'_> {
    fn get(&self) -> Result<&FileTypes<'_>, &str> {
        let types = self.types.get_or_init(|| {
            let types = self.packages.file(self.path, self.file)?;
            Ok(match self.recorded.take() {
                Some(recorded) => types.with_recorded(recorded),
                None => types,
            })
        });
        types.as_ref().map_err(String::as_str)
    }

    fn is_asked(&self) -> bool {
        self.types.get().is_some()
    }
}

impl TypesOfFile for &FileTypes<'_> {
    fn get(&self) -> Result<&FileTypes<'_>, &str> {
        Ok(self)
    }

    fn is_asked(&self) -> bool {
        true
    }
}

impl<'a> Facts<'a> {
    /// Facts of a file that was read from `source`.
    pub fn new(file: &'a File, source: &'a [u8], path: &'a str) -> Facts<'a> {
        let comments = doc::comments(file).collect();
        Facts {
            file,
            source,
            path,
            folder: None,
            import_path: None,
            go_version: None,
            comments,
            import_specs: OnceCell::new(),
            import_names: OnceCell::new(),
            types: None,
            location: None,
            around: None,
            rules: None,
            lowered: None,
            in_hand: false,
            bodies: OnceCell::new(),
            disk: RefCell::default(),
            stop: None,
        }
    }

    /// With types, from the packages of which the file at `path` is one. What somebody else `recorded` of the same file is not
    /// found out again.
    #[must_use]
    pub fn with_types(self, packages: &'a Packages, path: &'a Path, recorded: Option<Recorded>) -> Facts<'a> {
        let types =
            LazyTypes { packages, path, file: self.file, types: OnceCell::new(), recorded: Cell::new(recorded) };
        Facts { types: Some(Box::new(types)), location: Some(path), ..self }
    }

    /// With bodies that were made of the same file when its package was looked at.
    #[must_use]
    pub(crate) fn with_lowered(self, lowered: Option<Lowered>) -> Facts<'a> {
        Facts { lowered, ..self }
    }

    /// Of a package whose facts are being found: with types and bodies that are there already.
    #[must_use]
    pub(crate) fn in_hand(self, path: &'a Path, types: Option<&'a FileTypes<'a>>, lowered: Lowered) -> Facts<'a> {
        let types = types.map(|types| Box::new(types) as Box<dyn TypesOfFile + 'a>);
        Facts { types, location: Some(path), lowered: Some(lowered), in_hand: true, ..self }
    }

    /// Whether facts are still being found: what does not hold now may hold later.
    pub(crate) fn is_in_hand(&self) -> bool {
        self.in_hand
    }

    /// With what is known around the file, and the rules whose models and facts can be asked for.
    #[must_use]
    pub fn with_surroundings(self, around: &'a dyn Around, rules: &'a RuleSet) -> Facts<'a> {
        Facts { around: Some(around), rules: Some(rules), ..self }
    }

    /// What is known around the file.
    pub fn around(&self) -> Option<&'a dyn Around> {
        self.around
    }

    /// Where the file lies.
    pub fn location(&self) -> Option<&'a Path> {
        self.location
    }

    /// The rules whose models and facts can be asked for.
    pub fn rules(&self) -> Option<&'a RuleSet> {
        self.rules
    }

    /// What is known of functions that the file calls.
    pub fn knowledge(&self) -> &'a dyn Knowledge {
        self.around.map_or(&Ignorance, |around| around.as_knowledge())
    }

    /// The bodies as the rest of the program makes them.
    pub(crate) fn flow(&self) -> Arc<FileFlow> {
        let never_returns = |(receiver, name): &(Ty, Name)| {
            self.knowledge().method(*receiver, *name).is_some_and(|summary| summary.never_returns)
        };
        match &self.lowered {
            // All are asked about: what the file hangs on is noted with the question.
            Some(lowered) if self.in_hand || lowered.methods.iter().filter(|one| never_returns(one)).count() == 0 => {
                lowered.flow.clone()
            }
            _ => Arc::new(FileFlow::new(self.file, self.types().ok(), self.knowledge())),
        }
    }

    /// The bodies of the functions, made at the first question.
    pub fn bodies(&self) -> &Bodies {
        self.bodies.get_or_init(|| Bodies::new(self))
    }

    /// What is known of types, if somebody has asked.
    pub(crate) fn asked_types(&self) -> Option<Result<&FileTypes<'_>, &str>> {
        self.types.as_ref().filter(|types| types.is_asked()).map(|types| types.get())
    }

    /// Whether nobody waits for the answers any more.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.is_some_and(|stop| stop())
    }

    /// What was asked of the file system, with hashes of the answers.
    pub(crate) fn asked_disk(&self) -> BTreeMap<DiskQuestion, ContentHash> {
        self.disk.borrow().clone()
    }

    /// Notes a question to the file system and its answer.
    pub(crate) fn note_disk(&self, question: DiskQuestion, answer: ContentHash) {
        self.disk.borrow_mut().insert(question, answer);
    }

    /// Of how many expressions types are known in what was asked about; nothing if nobody asked.
    pub fn type_coverage(&self) -> Coverage {
        match self.asked_types() {
            Some(Ok(types)) => types.coverage(),
            Some(Err(_)) => {
                let is_expr = |node: &Node| self.tree().kind(*node).fits(Category::Expr);
                Coverage { all: self.tree().nodes().filter(is_expr).count() as u64, known: 0 }
            }
            None => Coverage::default(),
        }
    }

    /// What is known of types; found out at the first question.
    ///
    /// # Errors
    /// Why nothing is known of them.
    pub fn types(&self) -> Result<&FileTypes<'_>, &str> {
        self.types.as_ref().ok_or("no packages were loaded")?.get()
    }

    /// The tree.
    pub fn tree(&self) -> &'a Tree {
        &self.file.tree
    }

    /// The comments in source order.
    pub fn comments(&self) -> &[Node] {
        &self.comments
    }

    /// The comments that lie within `span`.
    pub fn comments_within(&self, span: Span) -> &[Node] {
        let tree = self.tree();
        let first = self.comments.partition_point(|comment| tree.span(*comment).start < span.start);
        let behind = self.comments.partition_point(|comment| tree.span(*comment).end <= span.end);
        self.comments.get(first..behind).unwrap_or(&[])
    }

    /// The bytes of a span.
    pub fn slice(&self, span: Span) -> &'a [u8] {
        self.source.get(span.range()).unwrap_or(&[])
    }

    /// The interned text of a node.
    pub fn text_of(&self, node: Node) -> &'a [u8] {
        self.file.texts.bytes(self.tree().text(node))
    }

    /// The line number of an offset.
    pub fn line(&self, offset: u32) -> u32 {
        self.file.lines.position(offset).0
    }

    /// The span from the start of the line of `offset` to `offset`.
    pub fn before_on_line(&self, offset: u32) -> Span {
        Span::new(self.file.lines.line_start(self.line(offset)).unwrap_or(0), offset)
    }

    /// The offset at which the line of `offset` ends, before its line break.
    pub fn line_end(&self, offset: u32) -> u32 {
        let rest = self.slice(Span::new(offset, self.source.len() as u32));
        let length = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        let carriage_return = length > 0 && rest.get(length - 1) == Some(&b'\r');
        offset + length as u32 - u32::from(carriage_return)
    }

    /// The object that an identifier declares or uses.
    pub fn object_id(&self, node: Node) -> Option<ObjectId> {
        if self.tree().kind(node) != Kind::Ident {
            return None;
        }
        self.file.names.object(node)
    }

    /// The object that an identifier declares or uses.
    pub fn object(&self, node: Node) -> Option<&'a Object> {
        self.object_id(node).map(|object| self.file.names.get(object))
    }

    /// Whether an object is declared at package level, where other files see it.
    pub fn is_package_level(&self, object: ObjectId) -> bool {
        let object = self.file.names.get(object);
        let declared = [ObjectKind::Const, ObjectKind::Var, ObjectKind::Func, ObjectKind::Type];
        object.func.is_none() && declared.contains(&object.kind)
    }

    /// The identifiers that use an object; its declaration is not among them.
    pub fn uses(&self, object: ObjectId) -> &'a [Node] {
        self.file.names.uses(object)
    }

    /// Import path and name of the symbol that a node names.
    pub fn symbol_of(&self, node: Node) -> Option<(&'a [u8], &'a [u8])> {
        let (path, name) = self.file.texts.symbol_parts(self.tree().symbol(node))?;
        Some((self.file.texts.bytes(path), self.file.texts.bytes(name)))
    }

    /// Whether a node names this symbol.
    pub fn symbol_is(&self, node: Node, path: &str, name: &str) -> bool {
        self.symbol_of(node) == Some((path.as_bytes(), name.as_bytes()))
    }

    /// Whether a node is one of these predeclared functions.
    pub fn is_builtin(&self, node: Node, names: &[&str]) -> bool {
        self.object(node).is_some_and(|object| object.kind == ObjectKind::Builtin)
            && names.iter().any(|name| name.as_bytes() == self.text_of(node))
    }

    /// The import path of the package that an identifier is the name of.
    pub fn package_path(&self, node: Node) -> Option<&'a [u8]> {
        let object = self.object(node)?;
        (object.kind == ObjectKind::Package).then(|| self.file.texts.bytes(object.path))
    }

    /// The import specs.
    pub fn imports(&self) -> impl Iterator<Item = Node> + '_ {
        let specs = self.import_specs.get_or_init(|| {
            let tree = self.tree();
            let declarations = tree.children(tree.slot(Node::ROOT, 1));
            let imports = declarations.filter(|declaration| tree.kind(*declaration) == Kind::ImportDecl);
            imports.flat_map(|declaration| tree.children(declaration)).collect()
        });
        specs.iter().copied()
    }

    /// The names that packages have in this file, sorted; `.` and `_` are none.
    pub fn import_names(&self) -> &[Vec<u8>] {
        self.import_names.get_or_init(|| {
            let names = self.imports().filter_map(|spec| self.import_name(spec));
            let names = names.filter(|name| !matches!(name.as_str(), "_" | "."));
            let mut names: Vec<Vec<u8>> = names.map(String::into_bytes).collect();
            names.sort_unstable();
            names
        })
    }

    /// The name that an import spec gives its package in this file: `.` and `_` as written.
    pub fn import_name(&self, spec: Node) -> Option<String> {
        let tree = self.tree();
        if tree.kind(spec) != Kind::ImportSpec {
            return None;
        }
        let name = tree.slot(spec, 0);
        let bytes = match self.file.names.object(spec) {
            Some(object) => self.file.texts.bytes(self.file.names.get(object).name),
            None => self.slice(tree.span(name)),
        };
        Some(String::from_utf8_lossy(bytes).into_owned())
    }

    /// Whether an identifier or qualified name means an object of one of these kinds.
    pub fn is_kind(&self, node: Node, kinds: &[ObjectKind]) -> Tri {
        let tree = self.tree();
        let node = tree.unparen(node);
        // What another file or package may declare.
        let elsewhere = [ObjectKind::Const, ObjectKind::Var, ObjectKind::Func, ObjectKind::Type];
        let may_be = |declared: bool| {
            let possible = declared && kinds.iter().any(|kind| elsewhere.contains(kind));
            if possible { Tri::Unknown } else { Tri::No }
        };
        match tree.kind(node) {
            Kind::Ident if self.text_of(node) == b"_" => Tri::No,
            Kind::Ident => match self.object(node) {
                Some(object) => Tri::of(kinds.contains(&object.kind)),
                None => may_be(true),
            },
            Kind::Selector => {
                // `x.f` names something declared if `x` is a package, known here or not.
                let qualifier = tree.unparen(tree.slot(node, 0));
                let package = tree.kind(qualifier) == Kind::Ident
                    && self.object(qualifier).is_none_or(|object| object.kind == ObjectKind::Package);
                may_be(package)
            }
            _ => Tri::No,
        }
    }
}

/// A row, or a run of elements from a first one to the position after the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nodes {
    /// The first row.
    pub first: Node,
    /// The position after the last row of the last element.
    pub end: Node,
}

impl Nodes {
    /// One node with all below it.
    pub fn one(tree: &Tree, node: Node) -> Nodes {
        Nodes { first: node, end: tree.end(node) }
    }

    /// All rows.
    pub fn rows(self) -> impl Iterator<Item = Node> {
        (self.first.0..self.end.0).map(Node)
    }

    /// The elements.
    pub fn elements(self, tree: &Tree) -> impl Iterator<Item = Node> {
        let mut next = self.first;
        std::iter::from_fn(move || {
            (next < self.end).then(|| {
                let element = next;
                next = tree.end(element);
                element
            })
        })
    }

    /// Whether `node` is one of the rows.
    pub fn holds(self, node: Node) -> bool {
        self.first <= node && node < self.end
    }

    /// The bytes from the first element to the last, if there are elements.
    pub fn span(self, tree: &Tree) -> Option<Span> {
        let last = self.elements(tree).last()?;
        Some(Span::new(tree.span(self.first).start, tree.span(last).end))
    }
}

/// The arguments of one question.
pub(crate) struct Arguments<'a> {
    pub(crate) words: &'a [Word],
    pub(crate) tree: &'a Tree,
    pub(crate) value: &'a dyn Fn(Word) -> Option<&'a Value>,
}

impl<'a> Arguments<'a> {
    pub(crate) fn word(&self, index: usize) -> Word {
        self.words.get(index).copied().unwrap_or(0)
    }

    pub(crate) fn node(&self, index: usize) -> Node {
        run_of_word(self.word(index)).0
    }

    pub(crate) fn nodes(&self, index: usize) -> Nodes {
        nodes_of_word(self.tree, self.word(index))
    }

    pub(crate) fn value(&self, index: usize) -> Option<&'a Value> {
        (self.value)(self.word(index))
    }
}

/// A row or run from the word that stands for it. A run ends behind the root at least, so its upper half is not zero.
pub(crate) fn nodes_of_word(tree: &Tree, word: Word) -> Nodes {
    match run_of_word(word) {
        (node, Node(0)) => Nodes::one(tree, node),
        (first, end) => Nodes { first, end },
    }
}

/// What a host function answers.
pub(crate) enum Answer {
    Truth(Tri),
    Value(Option<Value>),
}

/// Answers a question about the file.
pub(crate) fn answer(host: HostFn, facts: &Facts, arguments: &Arguments) -> Answer {
    use Answer::{Truth, Value as Computed};
    let node = || arguments.node(0);
    let (first, second) = (arguments.value(0), arguments.value(1));
    match host {
        HostFn::CompareEq => Truth(strings::both(first, second, Value::equals)),
        HostFn::CompareLt => Truth(strings::both(first, second, |a, b| a.is_below(b, false))),
        HostFn::CompareLe => Truth(strings::both(first, second, |a, b| a.is_below(b, true))),
        HostFn::Matches => Truth(strings::both(first, second, strings::matches)),
        HostFn::In => Truth(strings::both(first, second, |value, list| list.holds(value))),
        HostFn::StartsWith => Truth(strings::of_two(first, second, |text, part| text.starts_with(part))),
        HostFn::EndsWith => Truth(strings::of_two(first, second, |text, part| text.ends_with(part))),
        HostFn::Includes => Truth(strings::of_two(first, second, strings::is_part)),
        HostFn::NamesSymbol => Truth(names::names_symbol(facts, node(), second)),
        HostFn::NamesPackage => Truth(names::names_package(facts, node(), second)),
        HostFn::Operator => Computed(names::operator(facts, node())),

        HostFn::Text => Computed(Some(strings::text(facts, arguments.nodes(0)))),
        HostFn::Name => Computed(names::name(facts, node())),
        HostFn::ConstValue => Computed(constants::value(facts, node())),
        HostFn::Count => Computed(Some(strings::count(facts, arguments.word(0)))),
        HostFn::Line => Computed(Some(Value::Int(facts.line(facts.tree().span(node()).start).into()))),
        HostFn::LineCount => Computed(Some(strings::line_count(facts, node()))),
        HostFn::ImportPath => Computed(names::import_path(facts, node())),
        HostFn::DeclaredAt => Computed(names::declared_at(facts, node())),
        HostFn::FilePath => Computed(Some(files::path(facts))),
        HostFn::FileName => Computed(Some(files::name(facts))),
        HostFn::PackageName => Computed(files::package_name(facts)),
        HostFn::GoVersion => Computed(facts.go_version.map(Value::Version)),
        HostFn::Tag => Computed(tags::value(facts, node(), second)),
        HostFn::TagKeys => Computed(tags::keys(facts, node())),
        HostFn::TagInColumns => Computed(tags::in_columns(facts, node())),
        HostFn::Doc => Computed(Some(comments::doc(facts, node()))),
        HostFn::Lower => Computed(strings::lower(first)),
        HostFn::Length => Computed(strings::length(first)),

        HostFn::Same => Truth(names::same_object(facts, node(), arguments.node(1))),
        HostFn::Pure => Truth(expressions::is_pure(facts, node())),
        HostFn::Const => Truth(constants::is_constant(facts, node())),
        HostFn::Literal => Truth(expressions::is_literal(facts, node())),
        HostFn::IsConst => Truth(names::kinds::is_const(facts, node())),
        HostFn::IsVar => Truth(names::kinds::is_var(facts, node())),
        HostFn::IsLocal => Truth(names::kinds::is_local(facts, node())),
        HostFn::IsGlobal => Truth(names::kinds::is_global(facts, node())),
        HostFn::IsParam => Truth(facts.is_kind(node(), &[ObjectKind::Param])),
        HostFn::IsResult => Truth(facts.is_kind(node(), &[ObjectKind::Result])),
        HostFn::IsReceiver => Truth(facts.is_kind(node(), &[ObjectKind::Receiver])),
        HostFn::IsFunc => Truth(names::kinds::is_func(facts, node())),
        HostFn::IsType => Truth(names::kinds::is_type(facts, node())),
        HostFn::IsPackage => Truth(facts.is_kind(node(), &[ObjectKind::Package])),
        HostFn::IsBuiltin => Truth(facts.is_kind(node(), &[ObjectKind::Builtin])),
        HostFn::IsPredeclared => Truth(names::kinds::is_predeclared(facts, node())),
        HostFn::IsPredeclaredName => Truth(names::is_predeclared_name(facts, node())),
        HostFn::IsBlank => Truth(names::is_blank(facts, node())),
        HostFn::IsExported => Truth(names::is_exported(facts, node())),
        HostFn::IsDefinition => Truth(names::is_definition(facts, node())),
        HostFn::IsCaptured => Truth(names::is_captured(facts, node())),
        HostFn::IsAssignedOnce => Truth(names::is_assigned_once(facts, node())),
        HostFn::IsAddressTaken => Truth(names::is_address_taken(facts, node())),
        HostFn::IsUsedAfter => Truth(names::is_used_after(facts, node(), arguments.node(1))),
        HostFn::IsUsed => Truth(names::is_used(facts, node())),
        HostFn::IsMentioned => Truth(names::is_mentioned(facts, arguments.nodes(0), arguments.node(1))),
        HostFn::IsDirective => Truth(comments::is_directive(facts, node())),
        HostFn::IsDocComment => Truth(comments::is_doc(facts, node())),
        HostFn::IsTrailing => Truth(comments::is_trailing(facts, node())),
        HostFn::HasDoc => Truth(comments::has_doc(facts, node())),
        HostFn::HasComment => Truth(comments::has_comment(facts, node())),
        HostFn::IsTestFile => Truth(Tri::of(facts.path.ends_with("_test.go"))),
        HostFn::IsGenerated => Truth(Tri::of(facts.file.generated)),
        HostFn::Imports => Truth(files::imports(facts, first)),
        HostFn::FileExists => Truth(files::exists(facts, first)),
        HostFn::Adjacent => Truth(strings::are_adjacent(facts, node(), arguments.node(1))),
        HostFn::WellFormedTag => Truth(tags::is_well_formed(facts, node())),
        HostFn::Terminates => Truth(expressions::terminates(facts, node())),

        HostFn::TypeIs => Truth(types::has_form(facts, first, second)),
        HostFn::TypeMayBe => Truth(types::may_have_form(facts, first, second)),
        HostFn::TypePart => Computed(types::part(facts, first, second, arguments.value(2))),
        HostFn::TypeNamed => Computed(types::named(facts, first)),
        HostFn::TypeWith => Computed(types::with(first, second, arguments.value(2))),
        HostFn::Implements => Truth(types::related(facts, first, second, |types, a, b| types.implements(a, b))),
        HostFn::AssignableTo => Truth(types::related(facts, first, second, |types, a, b| types.assignable(a, None, b))),
        HostFn::ConvertibleTo => {
            Truth(types::related(facts, first, second, |types, a, b| types.convertible(a, None, b)))
        }
        HostFn::IdenticalTo => Truth(types::related(facts, first, second, |types, a, b| types.identical(a, b))),
        HostFn::NamesMethod => Truth(selected::names_method(facts, node(), second)),

        HostFn::TypeOf => Computed(types::type_of(facts, node())),
        HostFn::Elem => Computed(types::made_of(facts, first, types::elem)),
        HostFn::Key => Computed(types::made_of(facts, first, types::key)),
        HostFn::Underlying => Computed(types::made_of(facts, first, |types, ty| Some(types.underlying(ty)))),
        HostFn::Deref => Computed(types::made_of(facts, first, |types, ty| Some(types.deref(ty).0))),
        HostFn::FieldType => Computed(types::field_type(facts, first, second)),
        HostFn::MethodType => Computed(types::method_type(facts, first, second)),
        HostFn::ResultType => Computed(selected::result_type(facts, node(), second)),
        HostFn::ParamType => Computed(selected::param_type(facts, node(), second)),
        HostFn::TypeText => Computed(types::full_text(facts, first)),
        HostFn::TypeName => Computed(types::name(facts, first)),
        HostFn::TypePackage => Computed(types::package(facts, first)),
        HostFn::TypeKind => Computed(types::kind(facts, first)),
        HostFn::TypeSize => Computed(types::size(facts, first)),
        HostFn::FieldCount => Computed(types::field_count(facts, first)),
        HostFn::MethodCount => Computed(types::method_count(facts, first)),
        HostFn::Direction => Computed(types::direction(facts, first)),
        HostFn::MissingMethod => Computed(types::missing_method(facts, first, second)),
        HostFn::Results => Computed(selected::results(facts, node())),
        HostFn::Callee => Computed(selected::full_callee(facts, node())),
        HostFn::FieldTag => Computed(selected::field_tag(facts, node(), second)),
        HostFn::DeclaredIn => Computed(selected::declared_in(facts, node())),
        HostFn::PackagePath => Computed(selected::package_path(facts)),

        HostFn::HasMethod => Truth(types::has_method(facts, first, second)),
        HostFn::HasField => Truth(types::has_field(facts, first, second)),
        HostFn::IsConversion => Truth(selected::is_conversion(facts, node())),
        HostFn::IsFunctionCall => Truth(selected::is_function_call(facts, node())),
        HostFn::IsInstantiation => Truth(selected::is_instantiation(facts, node())),
        HostFn::IsSelectedField => Truth(selected::selects(facts, node(), |found| !selected::is_method(found))),
        HostFn::IsSelectedMethod => Truth(selected::selects(facts, node(), selected::is_method)),
        HostFn::IsInterfaceMethod => Truth(selected::selects(facts, node(), selected::is_interface_method)),
        HostFn::IsPromoted => Truth(selected::selects(facts, node(), |found| found.index.len() > 1)),
        HostFn::IsTypeExpression => Truth(types::has_mode(facts, node(), |mode| mode == Mode::Type)),
        HostFn::IsValue => Truth(types::is_value(facts, node())),
        HostFn::IsAddressable => Truth(types::has_mode(facts, node(), |mode| mode == Mode::Var)),
        HostFn::IsNil => Truth(types::has_mode(facts, node(), |mode| mode == Mode::Nil)),
        HostFn::IsDiscarded => Truth(selected::is_discarded(facts, node())),
        HostFn::IsUntyped => Truth(types::holds(facts, first, |_, ty| Tri::of(ty.is_untyped()))),
        HostFn::IsInteger => Truth(types::is_basic(facts, first, Basic::is_integer)),
        HostFn::IsUnsigned => Truth(types::is_basic(facts, first, Basic::is_unsigned)),
        HostFn::IsFloating => Truth(types::is_basic(facts, first, Basic::is_float)),
        HostFn::IsNumeric => Truth(types::is_basic(facts, first, Basic::is_numeric)),
        HostFn::IsBoolean => Truth(types::is_basic(facts, first, Basic::is_boolean)),
        HostFn::IsOrdered => Truth(types::is_basic(facts, first, Basic::is_ordered)),
        HostFn::IsComparable => Truth(types::holds(facts, first, |types, ty| types.comparable(ty))),
        HostFn::IsGeneric => Truth(types::is_generic(facts, first)),
        HostFn::IsImportedName => Truth(names::is_imported_name(facts, node())),

        HostFn::Without => Computed(lists::without(first, second)),
        HostFn::Common => Computed(lists::common(first, second)),
        HostFn::Ordered => Computed(lists::ordered(first, second)),
        HostFn::Join => Computed(lists::join(first, second)),
        HostFn::Remainder => Computed(lists::remainder(first, second)),
        HostFn::Product => Computed(lists::product(first, second)),
        HostFn::Position => Computed(lists::position(facts, node())),
        HostFn::Cyclomatic => Computed(Some(complexity::cyclomatic(facts, node()))),
        HostFn::Cognitive => Computed(Some(complexity::cognitive(facts, node()))),

        HostFn::Holds => Truth(content::holds(facts, first, second)),
        HostFn::FieldNames => Computed(content::field_names(facts, first, |_, _| true)),
        HostFn::ExportedFieldNames => Computed(content::exported_field_names(facts, first)),
        HostFn::TaggedFieldNames => Computed(content::tagged_field_names(facts, first, second)),
        HostFn::Keys => Computed(enumerated::keys(facts, node())),
        HostFn::Constants => Computed(enumerated::constants(facts, first)),
        HostFn::IsBitSet => Truth(enumerated::is_bit_set(facts, first)),
        HostFn::Cases => Computed(enumerated::cases(facts, node())),
        HostFn::Implementations => Computed(enumerated::implementations(facts, first)),
        HostFn::ConflictingMethod => Computed(types::conflicting_method(facts, first, second)),
        HostFn::ValueMethods => Computed(types::receivers(facts, first, |(values, _)| values)),
        HostFn::PointerMethods => Computed(types::receivers(facts, first, |(_, pointers)| pointers)),
        HostFn::BestSize => Computed(content::best_size(facts, first)),
        HostFn::Bits => Computed(content::bits(facts, first)),
        HostFn::IsSealed => Truth(types::holds(facts, first, types::is_sealed)),
        HostFn::EncodedKinds => Computed(content::encoded_kinds(facts, first, second)),

        HostFn::IsAnnotated => Truth(annotations::is_annotated(facts, node(), second)),
        HostFn::Annotation => Computed(annotations::argument(facts, node(), second, arguments.value(2))),
        HostFn::AnnotationKind => Computed(annotations::kind(facts, node(), second, arguments.value(2))),
        HostFn::AnnotationKeys => Computed(annotations::keys(facts, node(), second)),
        HostFn::FileExistsAbove => Truth(files::exists_above(facts, first)),
        HostFn::UnmatchedEmbeds => Computed(embedding::unmatched(facts, node())),
        HostFn::EmbeddedNames => Computed(embedding::names(facts, node())),
        HostFn::Lookup => Computed(lists::lookup(first, second, arguments.value(2))),
        HostFn::AnnotationFault => Computed(annotations::fault(facts, node(), second)),
        HostFn::Directives => Computed(formats::directives(first)),
        HostFn::Verb => Computed(formats::verb(first)),
        HostFn::Flags => Computed(formats::flags(first)),
        HostFn::Operand => Computed(formats::operand(first)),
        HostFn::StarOperands => Computed(formats::star_operands(first)),
        HostFn::OperandCount => Computed(formats::operand_count(first)),
        HostFn::WellFormedDirective => Truth(formats::is_well_formed(first)),
        HostFn::CanFormat => Truth(types::formatted::can_format(facts, first, second)),
        HostFn::RegexpErrors => Computed(regexps::errors(first)),
        HostFn::RegexpParts => Computed(regexps::parts(first)),
        HostFn::RegexpSubparts => Computed(regexps::subparts(first)),
        HostFn::RegexpKind => Computed(regexps::kind(first)),
        HostFn::RegexpText => Computed(regexps::part_text(first)),
        HostFn::RegexpStart => Computed(regexps::start(first)),
        HostFn::RegexpFlags => Computed(regexps::flags(first, |flags| &flags.before)),
        HostFn::RegexpFlagsSet => Computed(regexps::flags(first, |flags| &flags.set)),
        HostFn::RegexpFlagsCleared => Computed(regexps::flags(first, |flags| &flags.cleared)),
        HostFn::RegexpOverlap => Truth(regexps::overlap(first, second)),
        HostFn::ListOf => Computed(lists::list_of(first)),
        HostFn::ListKnown => Truth(lists::is_known(first)),
        HostFn::IsDeprecated => Truth(deprecation::is_deprecated(facts, node())),
        HostFn::Deprecation => Computed(deprecation::text(facts, node())),
        HostFn::DeprecatedSince => Computed(deprecation::since(facts, node())),
        HostFn::IsUnused => Truth(deprecation::of_ident(facts, node(), |types, node| types.is_unused(node))),
        HostFn::IsOnlyCalled => Truth(deprecation::of_ident(facts, node(), |types, node| types.is_only_called(node))),
        inside => flow::answer(inside, facts, arguments),
    }
}

#[cfg(test)]
pub(crate) mod testing;
