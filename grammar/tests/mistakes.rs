//! What authors are told, as data: `mistakes.txt` holds rule files between `===` lines and, behind `---`, what is
//! reported for each. `⊘` stands for a carriage return, so that the file can be edited.

mod common;

use common::{expect, parse};
use rulec_grammar::diagnostic::Diagnostic;
use std::fmt::Write;

fn describe(source: &str, diagnostic: &Diagnostic, out: &mut String) {
    let before = &source[..diagnostic.span.start as usize];
    let line = before.matches('\n').count() + 1;
    let column = before.len() - before.rfind('\n').map_or(0, |newline| newline + 1) + 1;
    let text = source[diagnostic.span.range()].lines().next().unwrap_or_default();
    let _ = writeln!(out, "{} {line}:{column} `{text}` {}", diagnostic.code, diagnostic.message);
    if let Some(label) = &diagnostic.label {
        let _ = writeln!(out, "    {label}");
    }
    for (_, span, text) in &diagnostic.related {
        let _ = writeln!(out, "    see `{}`: {text}", source[span.range()].lines().next().unwrap_or_default());
    }
    for help in &diagnostic.help {
        let _ = writeln!(out, "    = {help}");
    }
}

#[test]
fn mistakes_are_explained() {
    let mut actual = String::new();
    for case in include_str!("mistakes.txt").split("=== ").skip(1) {
        let (name, rest) = case.split_once('\n').unwrap_or((case, ""));
        let written = rest.split("\n---").next().unwrap_or_default().trim_end();
        let source = written.replace('⊘', "\r");
        let (module, diagnostics) = parse(&source);
        assert!(!diagnostics.is_empty(), "{name}: nothing is reported");
        let _ = writeln!(actual, "=== {name}\n{written}\n---");
        for diagnostic in &diagnostics {
            describe(&source, diagnostic, &mut actual);
        }
        let kept: Vec<_> = module.items.iter().filter_map(item_name).collect();
        let _ = writeln!(actual, "kept: {}\n", kept.join(" "));
    }
    expect("mistakes.txt", &actual);
}

fn item_name(item: &rulec_grammar::ast::Item) -> Option<&str> {
    use rulec_grammar::ast::Item;
    Some(match item {
        Item::Rule(rule) => &rule.name.value,
        Item::Predicate(predicate) => &predicate.name.value,
        Item::Symbols(symbols) => &symbols.name.value,
        Item::Fact(fact) => &fact.rule.name.value,
        Item::Resource(resource) => &resource.name.value,
        Item::Instance(instance) => &instance.rule.name.value,
        Item::Model(model) => &model.subjects.first()?.name.value,
        Item::Declaration(declaration) => &declaration.path.value,
    })
}
