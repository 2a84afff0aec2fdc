//! What a fix owes: checked on every bad example of a rule that has one.
//!
//! In: a bad example whose findings are as asked. Out: what is wrong with the fixes. After all of them are applied, as
//! `--fix-unsafe` does, the text parses, the rule has nothing more to fix, no comment is gone, every package
//! named is imported and every import used, and the text is what `fixed { … }` shows, if the example does.

use crate::annotation::comments;
use crate::bench::{Bench, Folder, Trial};
use crate::example::{Judged, read};
use crate::sample::{GoFile, go_files};
use rulec_compiler::CompiledRule;
use rulec_gofront::{File, ObjectKind};
use rulec_grammar::ast::Example;
use rulec_runtime::finding::Finding;
use rulec_runtime::fix::FixedSource;
use rulec_tree::{Kind, Span};
use std::collections::BTreeSet;

/// Span in the rule file, message, notes.
type Fault = (Span, String, Vec<String>);

/// Checks the fixes of one bad example.
pub fn check(
    bench: &Bench,
    trial: &Trial<'_>,
    folder: &Folder,
    rule: &CompiledRule,
    example: &Example,
    judged: &[Judged],
) -> Vec<Fault> {
    let expected = go_files(&example.fixed, &rule.uses);
    let has_fix = bench.plan().rules.get(rule.index.0 as usize).is_some_and(|plan| plan.meta.fix.is_some());
    if !has_fix {
        let message = "the example has a `fixed` part, but the rule has no fix".to_owned();
        return expected.first().map(|_| (example.span, message, Vec::new())).into_iter().collect();
    }
    let mut faults = Vec::new();
    for one in judged {
        let wanted = expected.iter().find(|file| file.path == one.go.path);
        if let Err(fault) = check_file(bench, trial, folder, one, wanted) {
            faults.push(fault);
        }
    }
    faults
}

fn check_file(
    bench: &Bench,
    trial: &Trial<'_>,
    folder: &Folder,
    one: &Judged,
    wanted: Option<&GoFile>,
) -> Result<(), Fault> {
    let place = one.outcome.findings.first().map_or(Span::default(), Finding::span);
    let fault = |message: &str, notes| (one.go.in_rule_file(place), message.to_owned(), notes);
    let text = fixed(bench, trial, folder, one).map_err(|(message, text)| fault(&message, shown(&text)))?;
    let file = read(&text).map_err(|refusal| fault(&refusal, shown(&text)))?;
    if let Some(bad) = file.coverage.bad.first() {
        return Err(fault(&format!("the fixed text is not Go: {}", bad.reason), shown(&text)));
    }
    let is_about_comments = one.read.tree.nodes().any(|node| {
        one.read.tree.kind(node) == Kind::Comment
            && one.outcome.findings.iter().any(|found| found.span() == one.read.tree.span(node))
    });
    if !is_about_comments && comments(&file).count() < comments(&one.read).count() {
        return Err(fault("the fix loses a comment", shown(&text)));
    }
    check_imports(&one.read, &file).map_err(|message| fault(&message, shown(&text)))?;
    let Some(wanted) = wanted else { return Ok(()) };
    compare(&text, &file, wanted).map_err(|notes| {
        (wanted.in_rule_file(Span::default()), "the fixed text differs from `fixed`".to_owned(), notes)
    })
}

/// The text after all fixes.
///
/// # Errors
/// What is wrong, with the text as it then is.
fn fixed(bench: &Bench, trial: &Trial<'_>, folder: &Folder, one: &Judged) -> Result<String, (String, String)> {
    let FixedSource { outcome, change, failures, .. } = bench.fix(trial, folder.path(), &one.go);
    let text = String::from_utf8_lossy(&change.after).into_owned();
    if let Some(failure) = failures.first() {
        return Err((failure.reason.clone(), text));
    }
    match outcome.findings.iter().any(|finding| finding.fix.is_some()) {
        true => Err(("the rule still fires on what its fix makes".to_owned(), text)),
        false => Ok(text),
    }
}

fn shown(text: &str) -> Vec<String> {
    vec![format!("the fixed text is\n{}", text.trim_end())]
}

/// Every package that the fixed text names is imported, and every import is used, unless the example had it so.
fn check_imports(before: &File, after: &File) -> Result<(), String> {
    let (unused_before, unresolved_before) = (unused_imports(before), unresolved_packages(before));
    if let Some(name) = unused_imports(after).difference(&unused_before).next() {
        return Err(format!("the fix leaves `{name}` imported and not used"));
    }
    match unresolved_packages(after).difference(&unresolved_before).next() {
        Some(name) => Err(format!("the fix names `{name}` and does not import it")),
        None => Ok(()),
    }
}

fn unused_imports(file: &File) -> BTreeSet<String> {
    let packages = file.names.objects().filter(|(_, object)| object.kind == ObjectKind::Package);
    let unused = packages.filter(|(id, _)| file.names.uses(*id).is_empty());
    unused
        .map(|(_, object)| file.texts.str(object.name).into_owned())
        .filter(|name| name != "_" && name != ".")
        .collect()
}

/// Names in front of a dot that nothing in the file declares.
fn unresolved_packages(file: &File) -> BTreeSet<String> {
    let tree = &file.tree;
    let selectors = tree.nodes().filter(|&node| tree.kind(node) == Kind::Selector);
    let operands = selectors.filter_map(|node| tree.children(node).next());
    let unresolved = operands.filter(|&x| tree.kind(x) == Kind::Ident && file.names.object(x).is_none());
    unresolved.map(|x| file.texts.str(tree.text(x)).into_owned()).collect()
}

/// Compares imports as sets, and the lines behind them but for indentation, blank lines and `want` comments.
fn compare(text: &str, file: &File, wanted: &GoFile) -> Result<(), Vec<String>> {
    let expected = match read(&wanted.text) {
        Ok(expected) if expected.coverage.is_full() => expected,
        Ok(_) => return Err(vec!["`fixed` is not Go".to_owned()]),
        Err(refusal) => return Err(vec![refusal]),
    };
    let (ours, theirs) = (imports(file, text), imports(&expected, &wanted.text));
    if ours != theirs {
        return Err(vec![format!("imports: {}", listed(&ours)), format!("expected: {}", listed(&theirs))]);
    }
    let (ours, theirs) = (body(file, text), body(&expected, &wanted.text));
    let Some(index) = (0..ours.len().max(theirs.len())).find(|&index| ours.get(index) != theirs.get(index)) else {
        return Ok(());
    };
    let line = |lines: &[String]| lines.get(index).cloned().unwrap_or_else(|| "nothing".to_owned());
    Err(vec![format!("the fixed text has: {}", line(&ours)), format!("`fixed` has: {}", line(&theirs))])
}

fn imports(file: &File, text: &str) -> BTreeSet<String> {
    let tree = &file.tree;
    let specs = tree.nodes().filter(|&node| tree.kind(node) == Kind::ImportSpec);
    specs.filter_map(|node| text.get(tree.span(node).range())).map(str::to_owned).collect()
}

fn listed(imports: &BTreeSet<String>) -> String {
    if imports.is_empty() { "none".to_owned() } else { imports.iter().cloned().collect::<Vec<_>>().join(", ") }
}

/// The lines behind package clause and imports.
fn body(file: &File, text: &str) -> Vec<String> {
    let tree = &file.tree;
    let is_header = |kind| matches!(kind, Kind::ImportDecl | Kind::ImportSpec);
    let imports_end = tree.nodes().filter(|&node| is_header(tree.kind(node))).map(|node| tree.span(node).end).max();
    let start = match imports_end {
        Some(end) => end as usize,
        None => text.find("package ").and_then(|at| Some(at + text[at..].find('\n')?)).unwrap_or(0),
    };
    let lines = text.get(start..).unwrap_or_default().lines();
    lines.map(|line| without_want(line).trim().to_owned()).filter(|line| !line.is_empty()).collect()
}

fn without_want(line: &str) -> &str {
    line.find("// want ").map_or(line, |at| &line[..at])
}
