//! The formatter changes nothing but the layout.

mod common;

use common::{meaning, parse};
use proptest::prelude::*;

const SURFACE: &str = include_str!("samples/surface.rule");
const UNTIDY: &str = include_str!("samples/untidy.rule");

/// The comments of a file, in order: everything from `//` or `/*` that is not in quotes.
fn comments(source: &str) -> Vec<String> {
    source.lines().filter_map(|line| line.find("// c").map(|at| line[at..].trim_end().to_owned())).collect()
}

fn check(source: &str) -> Result<(), TestCaseError> {
    let (before, mistakes) = parse(source);
    prop_assert!(mistakes.is_empty(), "{mistakes:#?}\n{source}");
    let Ok(formatted) = rulec_grammar::format(source) else { panic!("parsed, but not formatted: {source}") };
    let (after, mistakes) = parse(&formatted);
    prop_assert!(mistakes.is_empty(), "{mistakes:#?}\n{formatted}");
    prop_assert_eq!(meaning(before), meaning(after));
    prop_assert_eq!(comments(source), comments(&formatted));
    let again = rulec_grammar::format(&formatted).unwrap_or_default();
    prop_assert_eq!(&formatted, &again, "not idempotent");
    for line in formatted.lines().filter(|line| !line.contains('`')) {
        prop_assert_eq!(line, line.trim_end(), "blanks at the end of a line");
    }
    Ok(())
}

#[test]
fn samples_keep_their_meaning() {
    for source in [SURFACE, UNTIDY, "", "\n\n", "// c only\n", "use \"a\"", "rule a { match expr { x } report \"y\" }"]
    {
        check(source).unwrap_or_else(|error| panic!("{error}"));
        check(&source.replace('\n', "\r\n")).unwrap_or_else(|error| panic!("CRLF: {error}"));
        check(&format!("\u{feff}{source}")).unwrap_or_else(|error| panic!("BOM: {error}"));
    }
}

#[test]
fn the_layout_is_what_it_is() {
    let formatted = rulec_grammar::format(UNTIDY).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"));
    common::expect("samples/tidy.rule", &formatted);
}

#[test]
fn a_file_with_mistakes_is_refused() {
    let Err(mistakes) = rulec_grammar::format("rule a { match expr { $x + } report \"x\" }") else {
        panic!("formatted")
    };
    assert_eq!(mistakes[0].code.text(), "E0113");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Any change of blanks between lines and at their start leaves meaning and comments alone.
    #[test]
    fn layout_does_not_matter(seeds in prop::collection::vec(0u8..8, 200), which in 0..2usize) {
        let source = [SURFACE, UNTIDY][which];
        let mut changed = String::new();
        let mut is_raw = false;
        for (line, seed) in source.lines().zip(seeds.iter().cycle()) {
            // The lines of a raw string are text, not layout; `///` lines stay together.
            if is_raw || line.starts_with("///") {
                changed += line;
            } else {
                let indent = ["", "  ", "\t", "        ", " \t", "", "    ", "\t\t"][usize::from(*seed)];
                // Whatever starts an item at the left margin ends a broken one: items keep to the margin.
                let is_item = ["rule", "use", "predicate", "symbols"].iter().any(|word| line.starts_with(word));
                changed += if is_item { "" } else { indent };
                changed += line.trim();
                changed += if *seed == 3 { "   " } else { "" };
            }
            is_raw ^= line.matches('`').count() % 2 == 1;
            changed += if *seed == 5 && !is_raw && !line.starts_with("///") { "\n\n\n" } else { "\n" };
        }
        check(&changed)?;
    }
}
