//! Functions that are declared without a body: written in assembly, or linked to one of another package.
//!
//! In: the files of a package. Out: what can be said of them: that those which the directive `//go:noescape` stands before
//! keep nothing, and that of the standard library only a few do. All others may do anything.
//!
//! Source: the documentation of cmd/compile, "Function Directives".

use crate::bodies::{FileBodies, PackageBodies};
use crate::key::{FunctionKey, Place};
use crate::known::Known;
use crate::package::FunctionFacts;
use rulec_flow::Summary;
use rulec_flow::summary::{ParamSummary, ResultSummary};
use rulec_tree::{Kind, Node};
use rulec_types::{ObjId, ObjectKind, Store, TypeData};
use rustc_hash::{FxHashMap, FxHashSet};

/// Functions without a body of the standard library that keep what they get.
///
/// Source: packages time (sleep.go), sync (pool.go), reflect (value.go), sync/atomic (doc.go).
const KEEPERS: &[&str] = &[
    "newTimer",
    "runtime_registerPoolCleanup",
    "chansend0",
    "mapassign0",
    "mapassign_faststr0",
    "mapassign",
    "mapassign_faststr",
    "typedmemmove",
    "typedslicecopy",
    "makechan",
    "call",
    "StorePointer",
    "SwapPointer",
    "CompareAndSwapPointer",
];

/// What is known of the functions without a body.
pub(crate) fn functions(package: &PackageBodies<'_>, known: &Known<'_>, is_standard: bool) -> Vec<FunctionFacts> {
    let all = declared(package);
    let facts = all.into_iter().filter_map(|external| {
        let key = FunctionKey::of_object(package.store, external.object)?;
        let mut summary = external.summary(package.store, is_standard);
        known.models().amend(&key, &mut summary);
        let open = package.store.is_exported(package.store.object(external.object).name);
        Some(FunctionFacts { key, place: external.place, outer: None, summary, annotations: Vec::new(), open })
    });
    let mut seen = FxHashSet::default();
    let is_new = |facts: &FunctionFacts| package.number_of(&facts.key).is_none() && seen.insert(facts.key);
    facts.filter(is_new).collect()
}

/// What is known of each of them, for those that call them.
pub(crate) fn summaries(
    package: &PackageBodies<'_>,
    known: &Known<'_>,
    is_standard: bool,
) -> FxHashMap<ObjId, Summary> {
    let of = |external: External| {
        let mut summary = external.summary(package.store, is_standard);
        if let Some(key) = FunctionKey::of_object(package.store, external.object) {
            known.models().amend(&key, &mut summary);
        }
        (external.object, summary)
    };
    declared(package).into_iter().map(of).collect()
}

struct External {
    object: ObjId,
    place: Place,
    /// Whether `//go:noescape` stands before it.
    keeps_nothing: bool,
}

impl External {
    fn summary(&self, store: &Store, is_standard: bool) -> Summary {
        let object = store.object(self.object);
        let receiver = usize::from(object.kind == ObjectKind::Method);
        let (params, results) = match store.type_of(self.object).map(|ty| store.data(ty)) {
            Some(TypeData::Func(func)) => (func.params.len() + receiver, func.results.len()),
            _ => (0, 0),
        };
        let is_harmless = is_standard && !KEEPERS.contains(&store.str(object.name));
        let keeps_nothing = self.keeps_nothing || is_harmless;
        let param = ParamSummary { kept: !keeps_nothing, ..ParamSummary::default() };
        let all = if params >= 64 { u64::MAX } else { (1 << params) - 1 };
        let result = ResultSummary { derives: all, ..ResultSummary::default() };
        Summary {
            params: vec![param; params],
            results: vec![result; results],
            complete: keeps_nothing,
            ..Summary::default()
        }
    }
}

fn declared(package: &PackageBodies<'_>) -> Vec<External> {
    package.files.iter().flat_map(in_file).collect()
}

fn in_file(file: &FileBodies<'_>) -> Vec<External> {
    let tree = &file.file.tree;
    let is_external =
        |decl: &Node| tree.kind(*decl) == Kind::FuncDecl && tree.kind(tree.slot(*decl, 3)) == Kind::Absent;
    let decls: Vec<Node> = tree.children(tree.slot(Node::ROOT, 1)).filter(is_external).collect();
    if decls.is_empty() {
        return Vec::new();
    }
    let marked = marked(file, &decls);
    let external = |decl: &Node| {
        let object = file.types?.object(tree.slot(*decl, 1))?;
        let place = Place { file: file.name, row: *decl, span: tree.span(*decl) };
        Some(External { object, place, keeps_nothing: marked.contains(decl) })
    };
    decls.iter().filter_map(external).collect()
}

/// The declarations that the directive stands before.
fn marked(file: &FileBodies<'_>, decls: &[Node]) -> FxHashSet<Node> {
    const DIRECTIVE: &[u8] = b"//go:noescape";
    let tree = &file.file.tree;
    let comments = tree.children(tree.slot(Node::ROOT, 2)).map(|comment| tree.span(comment));
    let directives =
        comments.filter(|span| file.source.get(span.range()).is_some_and(|text| text.trim_ascii_end() == DIRECTIVE));
    let next = directives.filter_map(|span| decls.iter().find(|decl| tree.span(**decl).start >= span.end).copied());
    next.collect()
}
