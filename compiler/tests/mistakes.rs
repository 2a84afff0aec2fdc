//! Every code that checking can give, each with a rule file that shows it: `mistakes/CODE.rule` and, beside it, what is
//! said of it. `UPDATE=1 cargo test` rewrites what is said.

use rulec_compiler::{Declared, SourceFile, Surroundings, compile, compile_in};
use rulec_grammar::codes;
use rulec_grammar::diagnostic::Diagnostic;
use rulec_plan::model::Declaration;
use rulec_world::declarations;
use std::fmt::Write;
use std::path::{Path, PathBuf};

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mistakes");
    let entries =
        std::fs::read_dir(folder).expect("the folder of fixtures").map(|entry| entry.expect("a fixture").path());
    let mut rules: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|ending| ending == "rule")).collect();
    rules.sort();
    rules
}

fn diagnose(text: &str) -> Vec<Diagnostic> {
    let file = SourceFile { path: "mistake.rule".into(), family: "mistakes".into(), text: text.into() };
    let surroundings = Surroundings { declared: judge, ..Surroundings::default() };
    compile_in(&[file], "test", surroundings).diagnostics
}

/// What Go's front end says of declared packages.
fn judge(declared: &[Declaration]) -> Declared {
    let of_one = |one: &Declaration| declarations::Declaration {
        import_path: one.import_path.clone(),
        package_name: one.package_name.clone(),
        text: one.text.clone(),
    };
    let judged = declarations::judge(&declared.iter().map(of_one).collect::<Vec<_>>());
    let faults = judged.faults.into_iter().map(|fault| (fault.declaration, fault.at, fault.message));
    Declared { faults: faults.collect(), names: judged.names }
}

/// One diagnostic in a few lines: code, place, message, what is underlined, help.
fn written(text: &str, diagnostic: &Diagnostic) -> String {
    let start = diagnostic.span.start as usize;
    let before = &text[..start];
    let line = before.matches('\n').count() + 1;
    let column = start - before.rfind('\n').map_or(0, |newline| newline + 1) + 1;
    let underlined = text[diagnostic.span.range()].split_whitespace().collect::<Vec<_>>().join(" ");
    let underlined: String = underlined.chars().take(70).collect();
    let mut out =
        format!("{line}:{column} {}[{}] {}\n", diagnostic.severity.text(), diagnostic.code, diagnostic.message);
    let _ = writeln!(out, "    {underlined}");
    for (_, span, words) in &diagnostic.related {
        let _ = writeln!(out, "  - {words}: {}", &text[span.range()]);
    }
    for help in &diagnostic.help {
        let _ = writeln!(out, "  = {help}");
    }
    out
}

#[test]
fn what_is_said_of_each_mistake() {
    let update = std::env::var_os("UPDATE").is_some();
    let mut wrong = Vec::new();
    for path in fixtures() {
        let text = std::fs::read_to_string(&path).expect("a fixture");
        let diagnostics = diagnose(&text);
        let code = path.file_stem().expect("a name").to_string_lossy().into_owned();
        if !diagnostics.iter().any(|diagnostic| diagnostic.code.text() == code) {
            wrong.push(format!("{code}: not given"));
        }
        let said: String = diagnostics.iter().map(|diagnostic| written(&text, diagnostic)).collect();
        let expected = path.with_extension("txt");
        if update {
            std::fs::write(&expected, &said).expect("a fixture can be written");
        } else if std::fs::read_to_string(&expected).unwrap_or_default() != said {
            wrong.push(format!("{code}: said is\n{said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_code_of_checking_has_a_fixture() {
    let shown: Vec<String> =
        fixtures().iter().filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned())).collect();
    for explanation in codes::all() {
        let code = explanation.code.text();
        let is_ours = ["E02", "E03", "E04", "E05", "W06"].iter().any(|range| code.starts_with(range));
        assert!(!is_ours || shown.iter().any(|name| name == code), "{code} has no fixture");
    }
}

#[test]
fn one_broken_rule_does_not_hide_the_others() {
    let text = "rule broken {\n    match expr { len($x) }\n    report \"{$y}\"\n}\n\n\
                rule works {\n    match expr { cap($x) }\n    report \"{$x}\"\n}\n";
    let file = SourceFile { path: "two.rule".into(), family: "f".into(), text: text.into() };
    let compiled = compile(&[file], "test");
    let ids: Vec<&str> = compiled.plan.rules.iter().map(|rule| rule.meta.id.as_str()).collect();
    assert_eq!(ids, ["test.f.works"]);
    assert!(compiled.has_errors());
    assert_eq!(compiled.written, 2);
}

#[test]
fn options_of_a_broken_rule_do_not_reach_the_next_one() {
    let text = "rule broken {\n    option max: int = 3\n    match expr { len($x) }\n    where count($x) > max\n    report \"{$y}\"\n}\n\n\
                rule works {\n    match expr { cap($x) }\n    report \"{$x}\"\n}\n";
    let file = SourceFile { path: "two.rule".into(), family: "f".into(), text: text.into() };
    let compiled = compile(&[file], "test");
    assert_eq!(rulec_plan::verify::verify(&compiled.plan), Ok(()));
    assert_eq!(compiled.plan.rules.len(), 1);
}
