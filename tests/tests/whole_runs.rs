//! Input that is larger or deeper than anything reasonable gets a clear answer, the same from every engine.

use rulec_compiler::{SourceFile, compile};
use rulec_runtime::finding::Outcome;
use rulec_tests::engines::{Engine, Rules, json, run, target};
use std::path::Path;
use std::time::{Duration, Instant};

const DEPTH: usize = 10_000;

/// Rules whose steps walk far: up, down and through long lists.
const RULES: &str = "
rule twice { match expr { $_($x, ..., $x) } report \"{$x}\" }
rule above { match expr { recover() } inside stmt { for ... { ... } } across func report \"r\" }
rule below { match func $f where $f contains expr { recover() } across func report at $f \"b\" }
rule sum { match expr { $x + $x } report \"{$x}\" }
rule chain { match stmt { if $c { ... } else if $c { ... } else ... } report \"{$c}\" }
";

fn rule_file(text: &str) -> SourceFile {
    SourceFile { path: "r.rule".into(), family: "f".into(), text: text.to_owned() }
}

fn on_every_engine(folder: &Path, file: &str) -> Outcome {
    let rules = Rules::compile(&[rule_file(RULES)]).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let files = [target(&folder.join(file), folder)];
    let mut outcomes = Engine::ALL.map(|engine| run(&rules.on(engine, &[]), &files, 1)).into_iter();
    let meaning = outcomes.next().expect("the interpreter's");
    for other in outcomes {
        assert_eq!(json(&other), json(&meaning), "{file}");
    }
    assert!(meaning.internal_errors.is_empty(), "{file}: {:?}", meaning.internal_errors);
    meaning
}

#[test]
fn deep_files_are_read_and_searched_to_the_bottom() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let nested = |open: &str, inner: &str, close: &str| format!("{}{inner}{}", open.repeat(DEPTH), close.repeat(DEPTH));
    let cases = [
        ("parens.go", format!("var x = {}", nested("(", "recover()", ")"))),
        ("calls.go", format!("var x = {}", nested("f(", "recover()", ")"))),
        ("blocks.go", format!("func g() {{\n{}\n}}", nested("{\n", "recover()", "\n}"))),
        ("literals.go", format!("var x = {}", nested("func() { ", "recover()", " }"))),
        ("indices.go", format!("var x = {}", nested("a[", "recover()", "]"))),
        ("pointers.go", format!("var x = {}recover()", "*".repeat(DEPTH))),
        ("sum.go", format!("var x = recover(){}", " + a".repeat(DEPTH))),
        ("selectors.go", format!("var x = recover(){}", ".a".repeat(DEPTH))),
        ("arguments.go", format!("var x = f({}recover())", "a, ".repeat(DEPTH))),
        ("else.go", format!("func g() {{\n\tif a {{\n\t\trecover()\n\t}}{}\n}}", " else if b {\n\t}".repeat(DEPTH))),
    ];
    for (name, text) in &cases {
        std::fs::write(folder.path().join(name), format!("package p\n\n{text}\n")).expect("files can be written");
        let outcome = on_every_engine(folder.path(), name);
        let reasons: Vec<_> = outcome.skipped.iter().chain(&outcome.partial).collect();
        assert!(reasons.is_empty(), "{name}: {reasons:?}");
        assert_eq!(outcome.summary.files, 1, "{name}");
    }
}

#[test]
fn a_rule_that_would_take_for_ever_stops_and_says_so() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let arguments: Vec<String> = (0..3_000).map(|n| format!("a{n}")).collect();
    let text = format!("package p\n\nvar x = f({})\n", arguments.join(", "));
    std::fs::write(folder.path().join("long.go"), text).expect("files can be written");
    let greedy = "rule greedy { match expr { $_(..., $x, ..., $y, ..., $x, ..., $y, ...) } report \"{$x} {$y}\" }";
    let rules = Rules::compile(&[rule_file(greedy)]).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let files = [target(&folder.path().join("long.go"), folder.path())];
    for engine in Engine::ALL {
        let outcome = run(&rules.on(engine, &[]), &files, 1);
        let reasons: Vec<_> = outcome.undecided.iter().map(|one| one.reason.as_str()).collect();
        assert!(reasons.iter().any(|reason| reason.contains("steps")), "{engine:?}: {reasons:?}");
    }
}

#[test]
fn files_beyond_the_limit_are_skipped_with_a_reason() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = std::fs::File::create(folder.path().join("huge.go")).expect("files can be written");
    file.set_len(65 << 20).expect("a file with nothing in it");
    let outcome = on_every_engine(folder.path(), "huge.go");
    assert!(outcome.skipped.iter().any(|file| file.reason.contains("bytes")), "{:?}", outcome.skipped);
}

#[test]
fn rule_files_of_brackets_alone_are_mistakes_soon_told() {
    let start = Instant::now();
    for text in
        ["{".repeat(1 << 20), "(".repeat(1 << 20), "rule a {".repeat(1 << 17), "rule a { match expr { ".repeat(50_000)]
    {
        let compiled = compile(&[rule_file(&text)], "p");
        assert!(compiled.has_errors());
        assert!(compiled.plan.rules.is_empty());
    }
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
}
