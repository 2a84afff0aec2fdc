//! What patterns are lowered to, as data: `patterns.txt` holds a pattern on one line and, indented below, its canonical
//! text and its nodes. `⏎` is a newline.

mod common;

use common::{dump, expect, pattern};
use rulec_grammar::print;

fn cases() -> impl Iterator<Item = &'static str> {
    include_str!("patterns.txt").lines().filter(|line| !line.is_empty() && !line.starts_with(' '))
}

#[test]
fn patterns_lower_to_the_kinds_and_slots_of_the_tree() {
    let mut actual = String::new();
    for case in cases() {
        let pattern = pattern(&case.replace('⏎', "\n")).unwrap_or_else(|mistakes| panic!("{case}: {mistakes:#?}"));
        actual += &format!("{case}\n    {}\n    {}\n", print::pattern(&pattern), dump(&pattern));
    }
    expect("patterns.txt", &actual);
}

#[test]
fn printing_and_parsing_again_gives_the_same_pattern() {
    for case in cases() {
        let Ok(first) = pattern(&case.replace('⏎', "\n")) else { panic!("{case}") };
        let printed = print::pattern(&first);
        let category = case.split(' ').next().unwrap_or_default();
        let written = if category == "func" { printed } else { format!("{category} {{ {printed} }}") };
        let again = pattern(&written).unwrap_or_else(|mistakes| panic!("{case} => {written}: {mistakes:#?}"));
        assert!(rulec_grammar::same_pattern(&first, &again), "{case} => {written}\n{}\n{}", dump(&first), dump(&again));
        assert_eq!(print::pattern(&again), print::pattern(&first));
    }
}

/// Each identifier, hole and literal of a pattern spans its own text.
#[test]
fn spans_are_exact() {
    use rulec_grammar::ast::Form;
    for case in cases().filter(|case| !case.starts_with("comment")) {
        let written = case.replace('⏎', "\r\n  ");
        let source = common::rule_with(&format!("/* é */ {written}"));
        let (module, _) = common::parse(&source);
        let Some(rulec_grammar::ast::Item::Rule(rule)) = module.items.first() else { panic!("{case}") };
        let pattern = &rule.alternatives[0].pattern;
        for node in &pattern.nodes {
            let text = &source[node.span.range()];
            assert!(pattern.span.covers(node.span), "{case}: {:?} outside of the braces", node);
            match &node.form {
                Form::Hole(Some(name)) => assert_eq!(text, format!("${name}"), "{case}"),
                Form::Hole(None) => assert_eq!(text, "$_", "{case}"),
                Form::Run(Some(name)) => assert_eq!(text, format!("$*{name}"), "{case}"),
                Form::Run(None) => assert_eq!(text, "...", "{case}"),
                Form::Node { kind: rulec_tree::Kind::Ident, text: Some(name), .. } => {
                    assert_eq!(text.as_bytes(), name, "{case}");
                }
                Form::Node { .. } => assert_eq!(text, text.trim(), "{case}: {node:?}"),
                _ => {}
            }
        }
    }
}

/// The reference lists ambiguous cases, each with the test that shows it.
#[test]
fn ambiguous_cases_of_the_reference_are_tested() {
    let reference = include_str!("../../docs/language/grammar.md");
    let section = reference.split("## Ambiguous cases").nth(1).and_then(|rest| rest.split("\n## ").next());
    let mut count = 0;
    for row in section.unwrap_or_default().lines().filter(|line| line.starts_with("| `")) {
        let Some(test) = row.trim_end_matches(" |").rsplit(" | ").next() else { continue };
        if let Some(names) = test.strip_prefix("M: ") {
            for name in names.split(", ") {
                let heading = format!("=== {name}\n");
                assert!(include_str!("mistakes.txt").contains(&heading), "{row}: no such case: {name}");
            }
        } else {
            for written in test.split('`').skip(1).step_by(2) {
                let is_tested = cases().any(|case| case.contains(written));
                assert!(is_tested, "{row}: `{written}` is not in patterns.txt");
            }
        }
        count += 1;
    }
    assert!(count > 15, "the table is found");
}
