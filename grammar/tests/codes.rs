//! Every code has an explanation, and the examples in it do what they say.

use rulec_grammar::codes;
use rulec_grammar::diagnostic::{FileId, Sink};

/// The codes that parsing this text reports.
fn codes_of(source: &str) -> Vec<&'static str> {
    let mut sink = Sink::new();
    rulec_grammar::parse(source, FileId(0), &mut sink);
    sink.diagnostics().iter().map(|diagnostic| diagnostic.code.text()).collect()
}

/// The texts between ```` ```rule ```` and ```` ``` ````.
fn rule_blocks(markdown: &str) -> Vec<&str> {
    markdown.split("```rule\n").skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

#[test]
fn every_syntax_code_is_shown_and_mended_by_its_explanation() {
    for explanation in codes::all().iter().filter(|explanation| explanation.code.text().starts_with("E01")) {
        let code = explanation.code.text();
        let blocks = rule_blocks(explanation.text);
        let (wrong, right) = match blocks[..] {
            [wrong, right] => (wrong.to_owned(), right),
            // What takes hundreds of brackets is not spelled out.
            [right] if code == "E0104" => (nested(201), right),
            [right] if code == "E0123" => (ambiguous(), right),
            _ => panic!("{code}: one example that triggers it and one that mends it, found {}", blocks.len()),
        };
        assert_eq!(codes_of(&wrong), [code], "{code}: the example that triggers it");
        assert_eq!(codes_of(right), [""; 0], "{code}: the example that mends it");
    }
}

/// Brackets nested this deep, those of the rule and the pattern included.
fn nested(depth: usize) -> String {
    let (open, close) = ("(".repeat(depth - 2), ")".repeat(depth - 2));
    format!("rule deep {{ match expr {{ {open}x{close} }} report \"deep\" }}")
}

/// Parameters of function types in alternations can be names or types: each level doubles the ways to read it.
fn ambiguous() -> String {
    let (open, close) = ("func($(".repeat(40), "))".repeat(40));
    format!("rule involved {{ match expr {{ {open}x{close} }} report \"involved\" }}")
}

#[test]
fn the_depth_limit_is_exact() {
    assert_eq!(codes_of(&nested(200)), [""; 0]);
}

#[test]
fn every_code_has_an_explanation_and_is_found_by_it() {
    for explanation in codes::all() {
        let code = explanation.code.text();
        assert!(explanation.text.trim().len() > 40, "{code} has no explanation");
        assert!(!explanation.title.is_empty(), "{code} has no title");
        assert_eq!(codes::explain(code).map(|found| found.code.text()), Some(code));
    }
    assert!(codes::explain("E9999").is_none());
    let numbers: Vec<_> = codes::all().iter().map(|explanation| &explanation.code.text()[1..]).collect();
    assert!(numbers.is_sorted(), "codes stand in order");
}
