//! Imports follow the code: what new code names is imported, what nobody uses any more is not.
//!
//! In: the packages that a fix names and the source that it removes and copies. Out: edits of the import declarations, in
//! the order and grouping that gofmt and goimports keep: the standard library first, sorted within a block.

use crate::conditions::{Facts, Nodes};
use crate::finding::Edit;
use rulec_gofront::ObjectKind;
use rulec_tree::{Kind, Node, Op, Span};

/// A package that new code names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Package {
    path: String,
    /// As the file names it, or will.
    name: String,
    is_imported: bool,
}

impl Package {
    /// What stands before a name of the package: nothing under a dot import.
    pub(super) fn prefix(&self) -> String {
        if self.name == "." { String::new() } else { format!("{}.", self.name) }
    }
}

/// How the package `path` is named at `place`; `name` is the name for a new import.
///
/// # Errors
/// Why it cannot be named there.
pub(super) fn package(facts: &Facts, path: &str, name: &str, place: Nodes) -> Result<Package, String> {
    let imported = facts.imports().find_map(|spec| {
        let own = facts.text_of(facts.tree().slot(spec, 1));
        let name = facts.import_name(spec)?;
        (own == path.as_bytes() && name != "_").then_some(name)
    });
    let is_imported = imported.is_some();
    let package = Package { path: path.to_owned(), name: imported.unwrap_or_else(|| name.to_owned()), is_imported };
    if is_taken(facts, &package, place) {
        return Err(format!("`{}` means something else in this file", package.name));
    }
    Ok(package)
}

/// Whether the package's name means something else around the place.
fn is_taken(facts: &Facts, package: &Package, place: Nodes) -> bool {
    let outermost = |node: Node| facts.tree().ancestors(node).find(|row| facts.tree().kind(*row) == Kind::FuncDecl);
    let here = outermost(place.first);
    facts.file.names.objects().any(|(_, object)| {
        let is_other = object.kind != ObjectKind::Package || !package.is_imported;
        let is_named_so = facts.file.texts.bytes(object.name) == package.name.as_bytes();
        let is_seen =
            object.func.is_none() || object.func == here || object.func.is_some_and(|func| outermost(func) == here);
        is_other && is_named_so && is_seen && !object.kind.is_predeclared()
    })
}

/// The edits of the imports for a fix that removes and copies source and names packages.
///
/// # Errors
/// Why the imports cannot follow.
pub(super) fn follow(
    facts: &Facts,
    removed: &[Span],
    copied: &[Span],
    packages: &[Package],
) -> Result<Vec<Edit>, String> {
    let mut added: Vec<&Package> = packages.iter().filter(|package| !package.is_imported).collect();
    added.sort_by(|a, b| a.path.cmp(&b.path));
    added.dedup();
    let unused: Vec<Node> = facts
        .imports()
        .filter(|spec| loses_last_use(facts, *spec, removed, copied))
        .filter(|spec| !packages.iter().any(|package| package.path.as_bytes() == path_of(facts, *spec)))
        .collect();
    edits(facts, &added, &unused)
}

/// The edits that remove imports which other edits have left without a use.
///
/// # Errors
/// Why they cannot be removed.
pub(super) fn without(facts: &Facts, unused: &[Node]) -> Result<Vec<Edit>, String> {
    edits(facts, &[], unused)
}

/// The import specs whose package the file uses, or does not use, by name; `import "C"` is none of them.
pub(super) fn specs_by_use(facts: &Facts, is_used: bool) -> Vec<Node> {
    let uses = |spec: &Node| facts.file.names.object(*spec).map(|object| !facts.uses(object).is_empty());
    facts.imports().filter(|spec| uses(spec) == Some(is_used) && path_of(facts, *spec) != b"C").collect()
}

/// The import path of a spec.
pub(super) fn path_of<'a>(facts: &Facts<'a>, spec: Node) -> &'a [u8] {
    facts.text_of(facts.tree().slot(spec, 1))
}

fn loses_last_use(facts: &Facts, spec: Node, removed: &[Span], copied: &[Span]) -> bool {
    let tree = facts.tree();
    // What could not be parsed may hold further uses.
    if !facts.file.coverage.is_full() {
        return false;
    }
    // `import "C"` works by being there.
    let object = facts.file.names.object(spec).filter(|_| path_of(facts, spec) != b"C");
    let Some(object) = object else { return false };
    let goes = |node: &Node| {
        let span = tree.span(*node);
        removed.iter().any(|removed| removed.covers(span)) && !copied.iter().any(|copied| copied.covers(span))
    };
    let uses = facts.uses(object);
    !uses.is_empty() && uses.iter().all(goes)
}

fn edits(facts: &Facts, added: &[&Package], unused: &[Node]) -> Result<Vec<Edit>, String> {
    let mut edits = Vec::new();
    let mut added = added.to_vec();
    for (declaration, specs) in by_declaration(facts, unused) {
        let tree = facts.tree();
        if !facts
            .comments_within(Span::new(tree.span(declaration).start, facts.line_end(tree.span(declaration).end)))
            .is_empty()
            && specs.iter().any(|spec| has_comment(facts, *spec))
        {
            return Err("an import that is no longer used has a comment".to_owned());
        }
        if tree.children(declaration).count() == specs.len() {
            // The place of an import that goes is the place for one that comes.
            match (tree.op(declaration), added.pop()) {
                (_, Some(package)) if specs.len() == 1 => {
                    edits.push(edit(tree.span(specs[0]), spec_text(package)));
                    continue;
                }
                (_, package) => added.extend(package),
            }
            edits.push(edit(whole_declaration(facts, declaration), String::new()));
        } else {
            edits.extend(specs.iter().map(|spec| edit(whole_spec(facts, *spec), String::new())));
        }
    }
    added.sort_by(|a, b| a.path.cmp(&b.path));
    edits.extend(additions(facts, &added, unused));
    Ok(edits)
}

fn edit(span: Span, text: String) -> Edit {
    Edit { start: span.start, end: span.end, text, import: true }
}

fn by_declaration(facts: &Facts, specs: &[Node]) -> Vec<(Node, Vec<Node>)> {
    let mut grouped: Vec<(Node, Vec<Node>)> = Vec::new();
    for spec in specs {
        let declaration = facts.tree().parent(*spec);
        match grouped.last_mut() {
            Some((last, specs)) if *last == declaration => specs.push(*spec),
            _ => grouped.push((declaration, vec![*spec])),
        }
    }
    grouped
}

/// Whether a comment stands behind or directly above a spec.
fn has_comment(facts: &Facts, spec: Node) -> bool {
    let tree = facts.tree();
    let span = tree.span(spec);
    let line = facts.line(span.start);
    facts.comments().iter().any(|comment| {
        let own = tree.span(*comment);
        facts.line(own.start) == line || facts.line(own.end) + 1 == line
    })
}

/// The lines of a declaration and one of the empty lines around it.
fn whole_declaration(facts: &Facts, declaration: Node) -> Span {
    let span = facts.tree().span(declaration);
    let start = facts.before_on_line(span.start).start;
    let mut end = next_line(facts, span.end);
    if is_blank_line(facts, end) && end < facts.source.len() as u32 {
        end = next_line(facts, end);
    }
    Span::new(start, end)
}

/// The line of a spec, and the empty line behind it if it stands between two.
fn whole_spec(facts: &Facts, spec: Node) -> Span {
    let span = facts.tree().span(spec);
    let start = facts.before_on_line(span.start).start;
    let end = next_line(facts, span.end);
    let before = facts.line(start).checked_sub(1).and_then(|line| facts.file.lines.line_start(line)).unwrap_or(0);
    let opens = facts.slice(Span::new(before, facts.line_end(before))).trim_ascii_end().ends_with(b"(");
    let is_last = facts.slice(Span::new(end, facts.line_end(end))).trim_ascii_start().starts_with(b")");
    let blank_before = is_blank_line(facts, before);
    if (opens || blank_before) && is_blank_line(facts, end) {
        return Span::new(start, next_line(facts, end));
    }
    Span::new(if blank_before && is_last { before } else { start }, end)
}

fn is_blank_line(facts: &Facts, at: u32) -> bool {
    facts.slice(Span::new(at, facts.line_end(at))).trim_ascii().is_empty()
}

fn next_line(facts: &Facts, at: u32) -> u32 {
    let line = facts.line(at);
    facts.file.lines.line_start(line + 1).unwrap_or(facts.source.len() as u32)
}

fn spec_text(package: &Package) -> String {
    let needs_name = !is_assumed_name(&package.path, &package.name);
    if needs_name { format!("{} \"{}\"", package.name, package.path) } else { format!("\"{}\"", package.path) }
}

/// Whether readers take the package with this path to be called so: the last element, version and affixes apart.
fn is_assumed_name(path: &str, name: &str) -> bool {
    let is_version = |element: &str| {
        element
            .strip_prefix('v')
            .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let base = path.rsplit('/').find(|element| !is_version(element)).unwrap_or(path);
    let base = base.strip_prefix("go-").unwrap_or(base);
    let base = base.split_once(".v").map_or(base, |(base, _)| base);
    base.strip_suffix("-go").unwrap_or(base) == name
}

/// The edits that add imports. `leaving` are specs that other edits remove.
fn additions(facts: &Facts, added: &[&Package], leaving: &[Node]) -> Vec<Edit> {
    if added.is_empty() {
        return Vec::new();
    }
    let tree = facts.tree();
    let declarations: Vec<Node> = tree
        .children(tree.slot(Node::ROOT, 1))
        .filter(|declaration| tree.kind(*declaration) == Kind::ImportDecl && !is_cgo(facts, *declaration))
        .collect();
    if let Some(group) = declarations.iter().find(|declaration| tree.op(**declaration) == Op::Grouped) {
        return added.iter().map(|package| into_group(facts, *group, package)).collect();
    }
    match declarations.as_slice() {
        [] => vec![behind_package_clause(facts, added)],
        [single] if !leaving.contains(&first_spec(facts, *single)) => into_new_group(facts, *single, added),
        singles => added.iter().map(|package| as_single(facts, singles, package)).collect(),
    }
}

fn first_spec(facts: &Facts, declaration: Node) -> Node {
    facts.tree().children(declaration).next().unwrap_or(declaration)
}

fn is_cgo(facts: &Facts, declaration: Node) -> bool {
    facts.tree().children(declaration).any(|spec| path_of(facts, spec) == b"C")
}

fn is_standard(path: &[u8]) -> bool {
    !path.split(|byte| *byte == b'/').next().unwrap_or(path).contains(&b'.')
}

/// A line in the block that fits best: of the same kind, with the longest common start of the path.
fn into_group(facts: &Facts, group: Node, package: &Package) -> Edit {
    let tree = facts.tree();
    let blocks = blocks(facts, group);
    let standard = is_standard(package.path.as_bytes());
    let text = spec_text(package);
    let fitting = blocks.iter().filter(|block| block.iter().all(|spec| is_standard(path_of(facts, *spec)) == standard));
    let likeness = |block: &&Vec<Node>| {
        let common = |spec: &Node| {
            let pairs = path_of(facts, *spec).iter().zip(package.path.as_bytes());
            pairs.take_while(|(a, b)| a == b).count()
        };
        block.iter().map(common).max().unwrap_or(0)
    };
    // Of equal blocks the first one counts.
    let best = fitting.rev().max_by_key(likeness);
    let insert = |at: u32, text: String| edit(Span::new(at, at), text);
    let at_line = |spec: Node| facts.before_on_line(start_with_comments(facts, spec)).start;
    match best {
        Some(block) => match block.iter().find(|spec| path_of(facts, **spec) > package.path.as_bytes()) {
            Some(next) => insert(at_line(*next), format!("\t{text}\n")),
            None => insert(next_line(facts, tree.span(block[block.len() - 1]).end), format!("\t{text}\n")),
        },
        None => match (blocks.first(), blocks.last()) {
            (Some(first), _) if standard => insert(at_line(first[0]), format!("\t{text}\n\n")),
            (_, Some(last)) => insert(next_line(facts, tree.span(last[last.len() - 1]).end), format!("\n\t{text}\n")),
            _ => {
                let span = tree.span(group);
                edit(span, format!("import (\n\t{text}\n)"))
            }
        },
    }
}

/// Where a spec starts with the comments directly above it.
fn start_with_comments(facts: &Facts, spec: Node) -> u32 {
    let tree = facts.tree();
    let (mut at, mut line) = (tree.span(spec).start, facts.line(tree.span(spec).start));
    let behind = facts.comments().partition_point(|comment| tree.span(*comment).start < at);
    for comment in facts.comments()[..behind].iter().rev() {
        let span = tree.span(*comment);
        if facts.line(span.end) + 1 != line || !crate::conditions::is_alone_on_its_line(facts, *comment) {
            break;
        }
        (at, line) = (span.start, facts.line(span.start));
    }
    at
}

/// The specs of a group, cut at empty lines.
fn blocks(facts: &Facts, group: Node) -> Vec<Vec<Node>> {
    let tree = facts.tree();
    let mut blocks: Vec<Vec<Node>> = Vec::new();
    let mut end_line = 0;
    for spec in tree.children(group) {
        let start_line = facts.line(start_with_comments(facts, spec));
        match blocks.last_mut() {
            Some(block) if start_line <= end_line + 1 => block.push(spec),
            _ => blocks.push(vec![spec]),
        }
        end_line = facts.line(tree.span(spec).end);
    }
    blocks
}

/// `import "a"` becomes a group; a comment behind it stays on its line.
fn into_new_group(facts: &Facts, single: Node, added: &[&Package]) -> Vec<Edit> {
    let tree = facts.tree();
    let spec = tree.span(first_spec(facts, single));
    let own = path_of(facts, first_spec(facts, single));
    let own_is_standard = is_standard(own);
    // Blocks of a group: the standard library, then the others.
    let order = |path: &[u8]| (!is_standard(path), path.to_vec());
    let (mut before, mut behind) = (String::new(), String::new());
    for package in added {
        let path = package.path.as_bytes();
        let gap = if is_standard(path) == own_is_standard { "" } else { "\n" };
        if order(path) < order(own) {
            before.push_str(&format!("\t{}\n", spec_text(package)));
        } else {
            let gap = if behind.is_empty() || !behind.contains("\n\n") { gap } else { "" };
            behind.push_str(&format!("{gap}\t{}\n", spec_text(package)));
        }
    }
    if !before.is_empty() && !own_is_standard && added.iter().any(|package| is_standard(package.path.as_bytes())) {
        before.push('\n');
    }
    let end = facts.line_end(spec.end);
    let head = Span::new(spec.start, spec.start);
    vec![edit(head, format!("(\n{before}\t")), edit(Span::new(end, end), format!("\n{behind})"))]
}

/// A declaration of its own among others of the kind, in the order of paths.
fn as_single(facts: &Facts, singles: &[Node], package: &Package) -> Edit {
    let tree = facts.tree();
    let behind =
        singles.iter().rev().find(|single| path_of(facts, first_spec(facts, **single)) < package.path.as_bytes());
    let text = spec_text(package);
    match behind {
        Some(single) => {
            let end = facts.line_end(tree.span(*single).end);
            edit(Span::new(end, end), format!("\nimport {text}"))
        }
        None => {
            let start = tree.span(singles[0]).start;
            edit(Span::new(start, start), format!("import {text}\n"))
        }
    }
}

/// The first import of a file.
fn behind_package_clause(facts: &Facts, added: &[&Package]) -> Edit {
    let tree = facts.tree();
    let imports = tree.children(tree.slot(Node::ROOT, 1)).filter(|row| tree.kind(*row) == Kind::ImportDecl);
    // `import "C"` and its preamble stay on their own.
    let last = imports.last().unwrap_or_else(|| tree.slot(Node::ROOT, 0));
    let end = facts.line_end(tree.span(last).end);
    let text = match added {
        [one] => format!("\n\nimport {}", spec_text(one)),
        several => {
            let standard = |package: &&&Package| is_standard(package.path.as_bytes());
            let lines = |packages: Vec<&&Package>| {
                packages.iter().map(|one| format!("\t{}\n", spec_text(one))).collect::<String>()
            };
            let (own, others): (Vec<_>, Vec<_>) = several.iter().partition(standard);
            let gap = if own.is_empty() || others.is_empty() { "" } else { "\n" };
            format!("\n\nimport (\n{}{gap}{})", lines(own), lines(others))
        }
    };
    edit(Span::new(end, end), text)
}
