//! Types on the command line: packages, what is wrong with them, and what `inspect` shows.

use crate::support::Sandbox;

/// Finds comparisons of errors, which only types can tell.
const RULE: &str = r#"
/// Errors are compared with `errors.Is`.
rule compared-errors {
    severity error

    match expr { $x == $y }
    where $x : error and not $y is nil

    report "{$x} is an error"

    test bad {
        func f(a, b error) bool { return a == b } // want "is an error"
    }
    test good {
        func f(a, b int) bool { return a == b }
    }
}
"#;

const CHECK: &[&str] = &["check", "--no-stock", "--no-config", "--no-timings", "--rules", "own.rule", "."];

/// A module of two packages, one with a finding that hangs on a type of the other.
fn module() -> Sandbox {
    Sandbox::new(&[
        ("own.rule", RULE),
        ("go.mod", "module example.com/m\n\ngo 1.24\n"),
        ("a/a.go", "package a\n\nfunc Try() (int, error) { return 0, nil }\n\nvar Failed error\n"),
        (
            "b/b.go",
            "package b\n\nimport \"example.com/m/a\"\n\nfunc f() bool {\n\tn, err := a.Try()\n\treturn n == 0 || err == a.Failed\n}\n",
        ),
    ])
}

#[test]
fn types_of_other_packages_of_the_module_are_known() {
    let run =
        module().run(CHECK).exits(1).says(&["b/b.go:7:19", "err is an error", "1 finding (1 error) in 2 files\n"]);
    assert_eq!(run.err, "");
}

#[test]
fn a_second_run_takes_what_the_first_has_kept_and_says_the_same() {
    let sandbox = module();
    let first = sandbox.run(CHECK).exits(1);
    assert!(sandbox.path(".cache/types").exists(), "packages are kept");
    assert_eq!(sandbox.run(CHECK).exits(1).out, first.out);
    sandbox.write("a/a.go", "package a\n\nfunc Try() (int, int) { return 0, 0 }\n\nvar Failed int\n");
    sandbox.run(CHECK).exits(0).says(&["no findings"]);
    sandbox.run(&["cache", "clean"]).exits(0);
    assert!(!sandbox.path(".cache/types").exists(), "nothing is kept");
}

#[test]
fn an_import_that_is_missing_is_told_and_what_hangs_on_it_is_undecided() {
    let sandbox = module();
    let source =
        "package b\n\nimport \"example.com/gone/x\"\n\nfunc c() bool {\n\ta, err := x.A()\n\treturn err == a\n}\n";
    sandbox.write("b/c.go", source);
    let run = sandbox.run(&[CHECK, &["--undecided=list"]].concat()).exits(1);
    run.says(&["err is an error", "b/c.go:7:9", "not known whether $x : error: ", "example.com/gone/x", "1 undecided"])
        .says(&["types known for"])
        .complains(&["types are not known in full", "example.com/gone/x"]);
}

#[test]
fn a_go_mod_with_mistakes_is_told_with_its_place_and_the_rest_of_it_counts() {
    let sandbox = module();
    sandbox.write("go.mod", "module example.com/m\n\ngo 1.24\n\nrequire example.com/x\n");
    sandbox.run(CHECK).exits(1).says(&["err is an error"]).complains(&["go.mod:5:"]);
}

#[test]
fn packages_that_are_wrong_do_not_stop_the_others() {
    let sandbox = module();
    sandbox.write("c/c.go", "package c\n\nimport \"example.com/m/d\"\n\nvar X = d.Y\n");
    sandbox.write("d/d.go", "package d\n\nimport \"example.com/m/c\"\n\nvar Y = c.X\n");
    sandbox.write("e/one.go", "package one\n\ntype t struct{ t }\n\ntype t int\n\nvar a, a = b, c\n");
    sandbox.write("e/two.go", "package two\n\ntype i interface{ i }\n\nvar x = x\n");
    sandbox.run(CHECK).exits(1).says(&["err is an error"]).complains(&["import cycle", "package `"]);
}

#[test]
fn types_are_those_of_the_platform_asked_for() {
    let sandbox = module();
    sandbox.write("p/p_linux.go", "package p\n\ntype handle int\n");
    sandbox.write("p/p_windows.go", "package p\n\ntype handle uintptr\n");
    sandbox.write(
        "p/p.go",
        "package p\n\nvar h = handle(0) + 1\n\nvar u = uint64(h)\n\nvar s = len([h0]int{})\n\nconst h0 = 2\n",
    );
    let types = |goos: &str| sandbox.run(&["inspect", "types", "p", "--goos", goos, "--format", "jsonl"]).exits(0).out;
    assert!(types("linux").contains("p/p_linux.go") && !types("linux").contains("p/p_windows.go"));
    assert!(types("windows").contains("p/p_windows.go") && types("windows").contains(r#""type":"uintptr""#));
}

#[test]
fn inspect_shows_types_names_and_why_something_is_not_known() {
    let sandbox = module();
    sandbox.write("b/c.go", "package b\n\nimport \"example.com/gone/x\"\n\nvar c = x.A\n");
    let lines = sandbox.run(&["inspect", "types", "b", "--format", "jsonl"]).exits(0).out;
    let has = |wanted: &[&str]| lines.lines().any(|line| wanted.iter().all(|part| line.contains(part)));
    assert!(has(&[r#""path":"b/b.go""#, r#""start":"#]) && !lines.contains("own.rule"), "{lines}");
    assert!(has(&[r#""mode":"value""#, r#""type":"(int, error)""#]), "{lines}");
    assert!(has(&[r#""type":null"#, r#""mode":"unknown""#, r#""path":"b/c.go""#]), "{lines}");
    sandbox.run(&["inspect", "types", "b"]).exits(0).says(&[
        "a.Try()",
        "(int, error)",
        "because",
        "example.com/gone/x",
    ]);
    sandbox
        .run(&["inspect", "names", "b"])
        .exits(0)
        .says(&["Try func of example.com/m/a", "Failed var of example.com/m/a"]);
}

#[test]
fn a_name_that_the_standard_library_does_not_have_is_a_mistake_of_the_rule() {
    let typo =
        RULE.replace("/// Errors are", "use \"net/http\"\n\n/// Errors are").replace("$x : error", "$x : *http.Requst");
    let run = Sandbox::new(&[("own.rule", &typo)]).run(&["lint", "own.rule"]).exits(2);
    run.complains(&["E0208", "there is no name in \"net/http\" called `Requst`", "there is a similar one: `Request`"]);
}
