//! The grammar parses what rulec parses, and gives the trees and colours that editors need.

use rulec_editor_grammar::{LANGUAGE, PARSER};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tree_sitter::{Language, Parser, Query, QueryCursor, StreamingIterator, Tree};

fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn parse(text: &str) -> Tree {
    let mut parser = Parser::new();
    parser.set_language(&Language::from(LANGUAGE)).expect("the parser is of a version that the library knows");
    parser.parse(text, None).expect("no time limit is set")
}

/// Where the first mistake stands, if there is one.
fn first_error(tree: &Tree) -> Option<String> {
    let mut cursor = tree.walk();
    loop {
        let node = cursor.node();
        if node.is_error() || node.is_missing() {
            return Some(format!("line {}: {}", node.start_position().row + 1, node.to_sexp()));
        }
        if node.has_error() && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return None;
            }
        }
    }
}

fn rule_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            rule_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rule") {
            found.push(path);
        }
    }
}

#[test]
fn all_stock_rules_parse() {
    let mut files = Vec::new();
    rule_files(&folder().join("../../stdlib-rules"), &mut files);
    assert!(files.len() > 50, "the stock rules are there");
    let faults = files.iter().filter_map(|path| {
        let text = fs::read_to_string(path).expect("a rule file");
        Some(format!("{}: {}", path.display(), first_error(&parse(&text))?))
    });
    let faults: Vec<String> = faults.collect();
    assert_eq!(faults, Vec::<String>::new());
}

/// The cases of a file in tree-sitter's notation: a title between lines of `=`, a text, `---`, a tree.
fn cases(text: &str) -> Vec<(String, String, String)> {
    let mut cases = Vec::new();
    let mut rest = text;
    while let Some(case) = rest.trim_start().strip_prefix("===") {
        let (_, case) = case.split_once('\n').expect("a title");
        let (title, case) = case.split_once("\n===").expect("an end of the title");
        let (_, case) = case.split_once('\n').expect("a text");
        let (input, tree) = case.split_once("\n---\n").expect("a tree");
        let end = tree.find("\n===").unwrap_or(tree.len());
        cases.push((title.to_owned(), input.to_owned(), tree[..end].to_owned()));
        rest = &tree[end..];
    }
    cases
}

fn one_line(tree: &str) -> String {
    tree.split_whitespace().collect::<Vec<_>>().join(" ").replace(" )", ")")
}

#[test]
fn texts_have_their_trees() {
    let text = fs::read_to_string(folder().join("test/corpus/items.txt")).expect("cases");
    let cases = cases(&text);
    assert!(cases.len() >= 6);
    for (title, input, tree) in cases {
        assert_eq!(parse(&input).root_node().to_sexp(), one_line(&tree), "{title}");
    }
}

#[test]
fn queries_fit_the_grammar_and_colour_what_they_should() {
    let language = Language::from(LANGUAGE);
    for name in ["highlights", "injections", "folds"] {
        let text = fs::read_to_string(folder().join(format!("queries/{name}.scm"))).expect("a query");
        Query::new(&language, &text).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    let text = "/// doc\nrule a-b {\n    match expr { f($x, ...) } @l\n    where $x is const\n}\n";
    let query = fs::read_to_string(folder().join("queries/highlights.scm")).expect("a query");
    let query = Query::new(&language, &query).expect("a query that fits");
    let tree = parse(text);
    let mut cursor = QueryCursor::new();
    let mut found = cursor.captures(&query, tree.root_node(), text.as_bytes());
    let mut told = Vec::new();
    while let Some((one, index)) = found.next() {
        let capture = one.captures()[*index];
        told.push((query.capture_names()[capture.index as usize], &text[capture.node.byte_range()]));
    }
    for wanted in [
        ("comment.documentation", "/// doc"),
        ("keyword", "rule"),
        ("function", "a-b"),
        ("keyword", "match"),
        ("type.builtin", "expr"),
        ("variable.parameter", "$x"),
        ("punctuation.special", "..."),
        ("label", "@l"),
        ("keyword.operator", "is"),
    ] {
        assert!(told.contains(&wanted), "{wanted:?} in {told:?}");
    }
}

/// The parser that editors compile is the one that was tested. `UPDATE=1` writes it.
#[test]
fn the_parser_for_editors_is_up_to_date() {
    let files = [
        ("src/parser.c", PARSER),
        ("src/tree_sitter/parser.h", include_str!(concat!(env!("OUT_DIR"), "/tree_sitter/parser.h"))),
    ];
    for (name, wanted) in files {
        let path = folder().join(name);
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&path, wanted).expect("the file can be written");
        }
        let is_same = fs::read_to_string(&path).is_ok_and(|text| text == wanted);
        assert!(is_same, "{name} is not what src/grammar.json gives: run this test with UPDATE=1");
    }
}

/// `src/grammar.json` is what `grammar.js` says. Where node is not installed, nothing can tell. `UPDATE=1` writes it.
#[test]
fn the_grammar_is_what_its_source_says() {
    let made = Command::new("node").arg(folder().join("make.js")).output();
    let Ok(made) = made else {
        println!("skipped: node is not installed");
        return;
    };
    let made = String::from_utf8(made.stdout).expect("text");
    let path = folder().join("src/grammar.json");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &made).expect("the file can be written");
    }
    let is_same = fs::read_to_string(&path).is_ok_and(|text| text == made);
    assert!(is_same, "src/grammar.json is not what grammar.js says: run this test with UPDATE=1, twice");
}
