//! Hostile files: deep, long and both. Each is answered in time, and none uses up the stack.

mod common;

use common::{parse, pattern, rule_with};
use rulec_grammar::print;
use std::time::{Duration, Instant};

/// The codes reported for `source`, which must come within `limit` (ten times that without optimisation).
fn codes_within(limit: Duration, source: &str) -> Vec<&'static str> {
    let start = Instant::now();
    let (_, diagnostics) = parse(source);
    let limit = if cfg!(debug_assertions) { limit * 10 } else { limit };
    assert!(start.elapsed() < limit, "took {:?}: {}…", start.elapsed(), &source[..40.min(source.len())]);
    diagnostics.iter().map(|diagnostic| diagnostic.code.text()).collect()
}

#[test]
fn a_million_brackets_are_refused_at_once() {
    let limit = Duration::from_millis(200);
    for bracket in ["(", "[", "{", "$("] {
        let source = rule_with(&format!("expr {{ {} }}", bracket.repeat(1_000_000)));
        assert_eq!(codes_within(limit, &source), ["E0104"], "{bracket}");
    }
    assert_eq!(codes_within(limit, &"}".repeat(1_000_000)), ["E0105"]);
    assert_eq!(codes_within(limit, &format!("rule a {{ test bad {{ {}", "{".repeat(1_000_000))), ["E0103"]);
    let braces = "{}".repeat(500_000);
    assert_eq!(codes_within(limit, &format!("rule a {{ test good {{ {braces} }} }}")), ["E0121", "E0121"]);
    assert_eq!(codes_within(limit, &format!("rule a {{ match comment {{ // {braces} }} report \"x\" }}")), [""; 0]);
    // Nothing that runs to the end of the file is looked for twice.
    assert_eq!(codes_within(limit, &"/* ".repeat(500_000)), ["E0102"]);
    assert_eq!(codes_within(limit, &format!("rule a {{ {}", "`".repeat(500_001))).first(), Some(&"E0102"));
}

#[test]
fn many_clauses_and_many_mistakes_take_linear_time() {
    let clauses = "    where $x is const\n".repeat(5_000);
    let source = format!("rule a {{\n    match expr {{ $x }}\n{clauses}    report \"x\"\n}}\n");
    assert_eq!(codes_within(Duration::from_secs(1), &source), [""; 0]);
    let mistakes = "    wher $x is const\n".repeat(2_000);
    let source = format!("rule a {{\n    match expr {{ $x }}\n    report \"x\"\n{mistakes}}}\n");
    let codes = codes_within(Duration::from_secs(1), &source);
    assert!(codes.iter().all(|code| *code == "E0108" || *code == "E0106"), "{codes:?}");
    let rules: String = (0..2_000).map(|n| format!("rule r{n} {{ match expr {{ $x }} report \"x\" }}\n")).collect();
    assert_eq!(codes_within(Duration::from_secs(1), &rules), [""; 0]);
}

/// Nesting at the limit, in every kind of bracket, on a stack of a megabyte (two without optimisation).
#[test]
fn nesting_up_to_the_limit_fits_the_stack() {
    let shapes: &[(&str, &str, &str, &str, usize)] = &[
        ("expr", "(", "x", ")", 1),
        ("expr", "f(", "x", ")", 1),
        ("expr", "-x + f(", "x", ")", 1),
        ("expr", "a[", "x", "]", 1),
        ("expr", "T{a: ", "x", "}", 1),
        ("expr", "$(a, ", "x", ")", 1),
        ("expr", "func() { return ", "x", " }", 1),
        ("expr", "func(x func(", "int", "))", 2),
        ("expr", "map[[", "1", "]int]int{}", 2),
        ("stmt", "{ ", "x", " }", 1),
        ("stmt", "if x { ", "y", " } else { }", 1),
        ("stmt", "if f(func() { ", "y", " }) { }", 2),
        ("stmt", "for x := range y { ", "z", " }", 1),
        ("stmt", "switch { case x: ", "y", " }", 1),
        ("stmt", "select { default: ", "y", " }", 1),
        ("type", "struct { a ", "int", " }", 1),
        ("type", "interface { m(", "x", ") }", 2),
        ("type", "func(", "int", ")", 1),
        ("type", "map[", "int", "]int", 1),
    ];
    let run = move || {
        for (category, open, inner, close, brackets) in shapes {
            let depth = 198 / brackets;
            let text = format!("{category} {{ {}{inner}{} }}", open.repeat(depth), close.repeat(depth));
            match pattern(&text) {
                Ok(pattern) => assert!(!print::pattern(&pattern).is_empty()),
                Err(mistakes) => {
                    // What can be read in many ways at each level may be refused as such, but not otherwise.
                    let codes: Vec<_> = mistakes.iter().map(|mistake| mistake.code.text()).collect();
                    assert_eq!(codes, ["E0123"], "{category} {{ {open}… }}");
                    panic!("{category} {{ {open}… }} at depth {depth} is refused");
                }
            }
        }
        let deep = format!("where {}$x is const{}", "(".repeat(199), ")".repeat(199));
        let source = format!("rule a {{\n    match expr {{ $x }}\n    {deep}\n    report \"x\"\n}}\n");
        assert_eq!(codes_within(Duration::from_secs(1), &source), [""; 0]);
        let lists = format!("where $x in {}1{}", "[".repeat(199), "]".repeat(199));
        let source = format!("rule a {{\n    match expr {{ $x }}\n    {lists}\n    report \"x\"\n}}\n");
        assert_eq!(codes_within(Duration::from_secs(1), &source), [""; 0]);
    };
    let stack_bytes = if cfg!(debug_assertions) { 2 << 20 } else { 1 << 20 };
    let thread = std::thread::Builder::new().stack_size(stack_bytes).spawn(run).expect("a thread starts");
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

/// Chains are not nested: their length costs time, not stack.
#[test]
fn long_chains_are_loops() {
    let chains: &[(&str, &str, &str, &str)] = &[
        ("expr", "a + ", "a", ""),
        ("expr", "!", "a", ""),
        ("expr", "* ", "a", ""),
        ("expr", "", "a", ".b"),
        ("expr", "", "a", "(x)"),
        ("expr", "", "a", "[x]"),
        ("type", "[]", "a", ""),
        ("type", "*", "a", ""),
        ("type", "map[int]", "a", ""),
        ("type", "chan ", "a", ""),
        ("stmt", "if a { } else ", "if a { }", ""),
        ("stmt", "a: ", "b", ""),
        ("stmts", "a(); ", "b()", ""),
    ];
    for (category, before, inner, behind) in chains {
        let text = format!("{category} {{ {}{inner}{} }}", before.repeat(10_000), behind.repeat(10_000));
        let pattern = pattern(&text).unwrap_or_else(|mistakes| panic!("{category} {before}{behind}: {mistakes:#?}"));
        let printed = print::pattern(&pattern);
        assert!(printed.len() >= 10_000, "{category} {before}{behind}");
    }
    let nots = format!("rule a {{ match expr {{ x }} where {} $x is const report \"x\" }}", "not ".repeat(10_001));
    assert_eq!(codes_within(Duration::from_secs(1), &nots), [""; 0]);
    let ands =
        format!("rule a {{ match expr {{ x }} where {} $x is const report \"x\" }}", "$x is const and ".repeat(5_000));
    assert_eq!(codes_within(Duration::from_secs(1), &ands), [""; 0]);
}

/// Function types without brackets around them nest all the same; far beyond reason they are refused, not crashed on.
#[test]
fn results_of_results_end_in_a_diagnostic() {
    for (depth, code) in [(202, "E0104"), (3_000, "E0104"), (6_000, "E0104"), (100_000, "E0123")] {
        for category in ["type", "expr"] {
            let Err(mistakes) = pattern(&format!("{category} {{ {}int }}", "func() ".repeat(depth))) else {
                panic!("{depth} function types are taken");
            };
            let codes: Vec<_> = mistakes.iter().map(|mistake| mistake.code.text()).collect();
            assert_eq!(codes, [code], "{depth} function types");
        }
    }
    assert!(pattern(&format!("type {{ {}int }}", "func() ".repeat(200))).is_ok());
    let source = format!("rule a {{ match expr {{ x }} where $x : {}int report \"x\" }}", "func() ".repeat(100_000));
    assert_eq!(codes_within(Duration::from_secs(2), &source), ["E0123"]);
}
