//! Everything of the Go distribution is lowered, with types and without, and what comes out is sound.

use rulec_flow::summary::Ignorance;
use rulec_flow::{FileFlow, verify};
use rulec_gofront::{File, Reader};
use rulec_program::{Config, Goroot, Loader};
use rulec_tree::{Kind, Node, Tree, Vocabulary};
use rulec_types::Builtin;
use rulec_types::check::Mode;
use rulec_world::{FileTypes, Packages};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What was seen.
#[derive(Default)]
struct Seen {
    files: usize,
    bytes: usize,
    bodies: usize,
    partial: usize,
    insts: usize,
    parsing: Duration,
    typing: Duration,
    lowering: Duration,
}

#[test]
fn packages_that_use_all_of_the_language_are_sound() {
    let folders = ["net/http", "reflect", "fmt", "encoding/json", "context", "sync", "slices", "os/exec", "strconv"];
    check(&|path| folders.iter().any(|folder| path.parent().is_some_and(|parent| parent.ends_with(folder))));
}

#[test]
#[ignore = "slow: all of the distribution"]
fn the_distribution_is_sound() {
    check(&|_| true);
}

fn check(is_wanted: &dyn Fn(&Path) -> bool) {
    let Some(goroot) = rulec_program::Environment::current().goroot() else {
        eprintln!("SKIPPED: Go is not installed");
        return;
    };
    let config = || Config { goroot: Goroot::Dir(goroot.clone()), cgo: Some(true), ..Config::default() };
    let dirs = Loader::new(config()).packages_below(&goroot.join("src"));
    let files = dirs.iter().flat_map(|dir| dir.files()).filter(|file| file.excluded.is_none());
    let files: Vec<PathBuf> = files.map(|file| file.path.clone()).filter(|path| is_wanted(path)).collect();
    let packages = Packages::of_disk(config(), files.clone(), 2);
    packages.prepare();
    let mut seen = Seen::default();
    let mut problems = Vec::new();
    let (mut reader, vocabulary) = (Reader::new(), Arc::new(Vocabulary::default()));
    for path in &files {
        let Ok(source) = std::fs::read(path) else { continue };
        let started = Instant::now();
        let Ok(file) = reader.read(&source, &vocabulary) else { continue };
        seen.parsing += started.elapsed();
        seen.files += 1;
        seen.bytes += source.len();
        let typed = lower(&packages, path, &file, &mut seen);
        problems.extend(rows_without_instruction(&packages, path, &file, &typed, &source));
        let untyped = FileFlow::new(&file, None, &Ignorance);
        for (flow, what) in [(&typed, "with types"), (&untyped, "without types")] {
            for (_, body) in flow.bodies() {
                let found = verify::problems(body);
                let name = format!("{}: row {} {what}", path.display(), body.func.0);
                problems.extend(found.into_iter().take(3).map(|problem| format!("{name}: {problem}")));
            }
        }
        let partial = typed.bodies().filter(|(_, body)| body.partial).map(|(_, body)| body.func);
        let partial: Vec<String> = partial.map(|func| format!("{}: row {}", path.display(), func.0)).collect();
        seen.partial += partial.len();
        partial.iter().take(2).for_each(|place| println!("partial: {place}"));
    }
    println!(
        "{} files, {} bytes, {} bodies, {} partial, {} instructions; parsing {:?}, typing {:?}, lowering {:?}",
        seen.files, seen.bytes, seen.bodies, seen.partial, seen.insts, seen.parsing, seen.typing, seen.lowering
    );
    problems.iter().take(40).for_each(|problem| println!("{problem}"));
    assert!(problems.is_empty(), "{} problems", problems.len());
    assert!(seen.bodies > 1000);
}

fn lower(packages: &Packages, path: &Path, file: &File, seen: &mut Seen) -> FileFlow {
    let Ok(types) = packages.file(path, file) else { return FileFlow::new(file, None, &Ignorance) };
    let started = Instant::now();
    for node in file.tree.children(file.tree.slot(rulec_tree::Node::ROOT, 1)) {
        types.ty(node);
    }
    seen.typing += started.elapsed();
    let started = Instant::now();
    let flow = FileFlow::new(file, Some(&types), &Ignorance);
    seen.lowering += started.elapsed();
    seen.bodies += flow.bodies().count();
    seen.insts += flow.bodies().map(|(_, body)| body.insts.len()).sum::<usize>();
    flow
}

/// Expressions that are evaluated, but that no instruction completes.
fn rows_without_instruction(
    packages: &Packages,
    path: &Path,
    file: &File,
    flow: &FileFlow,
    source: &[u8],
) -> Vec<String> {
    let Ok(types) = packages.file(path, file) else { return Vec::new() };
    let tree = &file.tree;
    let is_missing = |node: &Node| {
        let Some(body) = flow.around(*node).map(|body| flow.body(body)) else { return false };
        is_evaluated(&types, tree, body.func, *node) && body.at(*node).is_none()
    };
    let text = |node: Node| String::from_utf8_lossy(&source[tree.span(node).range()]).into_owned();
    let missing = tree.nodes().filter(is_missing);
    missing.map(|node| format!("{}: {:?} `{}` is not evaluated", path.display(), tree.kind(node), text(node))).collect()
}

/// Whether a row of a function is a value that is computed: no part of a type, of a constant or of a name, no key that
/// names a field, no function that is called by its name, and nothing of the signature.
fn is_evaluated(types: &FileTypes<'_>, tree: &Tree, func: Node, node: Node) -> bool {
    let is_value = matches!(types.mode(node), Mode::Var | Mode::Value | Mode::MapIndex | Mode::CommaOk | Mode::Nil);
    if !is_value || !types.is_expression(node) {
        return false;
    }
    let mut at = node;
    while at != func {
        let parent = tree.parent(at);
        let is_first = at.0 == parent.0 + 1;
        let is_unevaluated = match tree.kind(parent) {
            Kind::Call => is_first && at.0 <= node.0 && tree.unparen(at) == node,
            Kind::Field | Kind::FuncType | Kind::ArrayType => true,
            // A generic function with type arguments.
            Kind::Index => is_first && types.mode(parent) == Mode::Value && is_object(types, tree, node),
            _ => false,
        };
        let is_constant = matches!(types.mode(parent), Mode::Const | Mode::Type) || is_size(types, tree, parent);
        if is_unevaluated || is_constant {
            return false;
        }
        at = parent;
    }
    true
}

fn is_object(types: &FileTypes<'_>, tree: &Tree, node: Node) -> bool {
    let is_name = |node: Node| types.object(node).is_some();
    is_name(node) || tree.kind(node) == Kind::Selector && is_name(tree.slot(node, 1))
}

/// What only asks for the size of its operand.
fn is_size(types: &FileTypes<'_>, tree: &Tree, node: Node) -> bool {
    let callee = || types.mode(tree.unparen(tree.slot(node, 0)));
    tree.kind(node) == Kind::Call
        && matches!(callee(), Mode::Builtin(Builtin::Sizeof | Builtin::Alignof | Builtin::Offsetof))
}
