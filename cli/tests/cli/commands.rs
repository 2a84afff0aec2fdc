//! The commands besides `check`.

use crate::support::{GO, RULES, Sandbox};

#[test]
fn tests_of_rules_pass_or_point_into_the_rule() {
    let sandbox = Sandbox::new(&[("own.rule", RULES)]);
    sandbox.run(&["test", "own.rule"]).exits(0).says(&["4 passed, 0 failed\n"]);
    sandbox.run(&["test", "--engine", "interp"]).exits(0).says(&["4 passed, 0 failed\n"]);
    sandbox.write("own.rule", RULES.replace("// want \"NoBody\"", "// want \"other\""));
    let run = sandbox.run(&["test"]).exits(1);
    run.says(&[
        "no finding in this line matches \"other\"",
        "own.rule:17:",
        "found: use http.NoBody",
        "3 passed, 1 failed\n",
    ]);
}

#[test]
fn failures_of_examples() {
    let cases = [
        ("test bad { var x = len(`b`) } test good { var y = cap(`a`) }", "the rule finds nothing in its bad example"),
        ("test bad { var x = len(`a`) } test good { var y = len(`a`) }", "a finding that the example does not ask for"),
        ("test bad { var x = len(`a`) }", "the rule has no good example"),
        ("test good { var x = 1 }", "the rule has no bad example"),
        ("test bad { var x = } test good { var y = 1 }", "the example is not Go"),
        ("test bad { var x = len(`a`) } fixed { var x = 1 } test good { var y = 1 }", "the rule has no fix"),
        ("test bad with max = 1 { var x = len(`a`) } test good { var y = 1 }", "option `max`"),
        ("test bad { var x = len(`a`) // want it\n } test good { var y = 1 }", "there is no rule `it` here"),
    ];
    for (examples, message) in cases {
        let rule =
            format!("/// Doc.\nrule r {{\n    match expr {{ len(`a`) }}\n    report \"one\"\n    {examples}\n}}\n");
        let run = Sandbox::new(&[("own.rule", &rule)]).run(&["test"]);
        let said = format!("{}{}", run.out, run.err);
        assert!(run.status == Some(1) || run.status == Some(2), "{examples}: {run:#?}");
        assert!(said.contains(message), "{examples}: {run:#?}");
    }
}

#[test]
fn fixes_have_obligations() {
    let rule = |fix: &str, fixed: &str| {
        format!(
            "use \"errors\"\n\n/// Doc.\nrule r {{\n    match expr {{ len($x) }}\n    report \"one\"\n    fix safe {{ {fix} }}\n    \
             test bad {{ var x = len(`a`) }} {fixed}\n    test good {{ var y = 1 }}\n}}\n"
        )
    };
    let run = |fix: &str, fixed: &str| Sandbox::new(&[("own.rule", &rule(fix, fixed))]).run(&["test"]);
    run("cap($x)", "fixed { var x = cap(`a`) }").exits(0);
    run("errors.New($x)", "fixed { var x = errors.New(`a`) }").exits(0);
    run("cap($x)", "fixed { var x = h(`a`) }")
        .exits(1)
        .says(&["the fixed text differs from `fixed`", "var x = cap(`a`)"]);
    run("len(len($x))", "").exits(1).says(&["the rule still fires on what its fix makes"]);
}

#[test]
fn annotated_go_files_are_run() {
    let annotated = "package a\n\nimport \"net/http\"\n\nfunc f() {\n\thttp.NewRequest(\"GET\", \"/\", nil) // want nil-body \"NoBody\"\n\t\
        panic(1) // want no-panic\n\tthrow() // gap no-panic: not a panic yet\n}\n";
    let sandbox = Sandbox::new(&[("own.rule", RULES), ("own.go", annotated), ("testdata/more.go", annotated)]);
    sandbox.run(&["test"]).exits(0).says(&["6 passed, 0 failed\n"]);
    sandbox.write("own.go", annotated.replace("throw()", "panic(2)"));
    sandbox.run(&["test"]).exits(1).says(&["the gap is closed", "own.go:8:", "5 passed, 1 failed\n"]);
}

#[test]
fn mutation_shows_what_is_not_tested() {
    let sandbox = Sandbox::new(&[("own.rule", RULES)]);
    sandbox.run(&["test", "--mutate"]).exits(0).says(&["mutation score: ", " mutants caught ("]);
    let untested = RULES.replace(
        "unless value($message) in allowed",
        "where $message is literal\n    unless value($message) in allowed",
    );
    sandbox.write("own.rule", untested);
    let run = sandbox.run(&["test", "--mutate"]).exits(0);
    run.says(&["is not tested: without it, all examples pass", "where $message is literal"]);
}

#[test]
fn lint_shows_all_mistakes_of_all_files() {
    let broken = "rule a {\n    mtach expr { f() }\n    report \"x\"\n}\nrule b {\n    match expr { $x := 1 }\n    report \"x\"\n}\nrule c {\n    \
        match expr { f() }\n    where $y is const\n    report \"x\"\n}\n";
    let sandbox = Sandbox::new(&[("rules/own.rule", RULES), ("rules/bad.rule", broken)]);
    let run = sandbox.run(&["lint", "rules"]).exits(2).says(&["2 rules without errors"]);
    let run = run.complains(&["`mtach`", "write `stmt { … }`", "bad.rule:2:", "bad.rule:6:", "bad.rule:11:"]);
    assert!(!run.err.contains("own.rule"), "{run:#?}");
    let value = sandbox.run(&["lint", "rules", "--format", "json"]).exits(2).json();
    let codes: Vec<_> =
        value["diagnostics"].as_array().expect("a list").iter().map(|one| one["code"].as_str()).collect();
    assert!(codes.len() >= 3 && codes.iter().all(Option::is_some), "{codes:?}");
    sandbox.run(&["lint", "rules/own.rule"]).exits(0).says(&["2 rules without errors"]);
    sandbox.run(&["lint", "nowhere"]).exits(2).complains(&["nowhere: there is no such file or folder"]);
}

#[test]
fn fmt_formats_checks_and_refuses() {
    let ugly = RULES.replace("    severity error", "  severity    error");
    let sandbox = Sandbox::new(&[("a.rule", &ugly), ("b/c.rule", &ugly)]);
    sandbox.run(&["fmt", "--check"]).exits(1).says(&["a.rule is not formatted", "b/c.rule is not formatted"]);
    assert_eq!(sandbox.read("a.rule"), ugly, "checking changes nothing");
    sandbox.run(&["fmt"]).exits(0).says(&["formatted a.rule"]);
    sandbox.run(&["fmt", "--check"]).exits(0);
    assert!(sandbox.read("b/c.rule").contains("\n    severity error\n"));
    assert_eq!(sandbox.pipe(&["fmt", "-"], &ugly).exits(0).out, sandbox.read("a.rule"));
    sandbox.write("a.rule", "rule {");
    sandbox.run(&["fmt"]).exits(2).complains(&["a.rule:1:"]);
    assert_eq!(sandbox.read("a.rule"), "rule {", "a broken file is left as it is");
}

#[test]
fn rules_are_listed_and_explained() {
    let sandbox = Sandbox::new(&[("own.rule", RULES), ("a.go", GO)]);
    let own = ["--no-stock", "--no-config", "--rules", "own.rule"];
    let with = |arguments: &[&'static str]| [arguments, &own].concat();
    sandbox.run(&with(&["list"])).exits(0).says(&[
        "*  local.own.nil-body  error    recommended  fix  A request without a body has `http.NoBody`.\n",
        "*  local.own.no-panic  warning  strict            Panics are for bugs.\n",
    ]);
    let run = sandbox.run(&with(&["list", "--selected", "--select", "http"])).exits(0);
    assert_eq!(run.out.lines().count(), 1, "{run:#?}");
    sandbox
        .run(&with(&["explain", "nil-body"]))
        .exits(0)
        .says(&["local.own.nil-body\nerror · recommended · fix", "## Why"]);
    sandbox
        .run(&with(&["explain", "no-panic"]))
        .says(&["`allowed`: [string] = []: messages that may be panicked with"]);
    sandbox.run(&with(&["explain", "nil-body", "--source"])).says(&["rule nil-body {", "fix safe replace @body"]);
    sandbox.run(&with(&["explain", "nil-bdy"])).exits(2).complains(&["there is `nil-body`"]);
    sandbox.run(&with(&["explain", "nil-body", "a.go:6"])).exits(0).says(&["a.go:6:", "fires"]);
    sandbox.run(&with(&["explain", "no-panic", "a.go:5"])).exits(0);
    sandbox.run(&with(&["explain", "nil-body", "nowhere.go:1"])).exits(2).complains(&["nowhere.go: cannot be read"]);
}

#[test]
fn explanations_name_the_condition_that_failed() {
    let sandbox = Sandbox::new(&[("own.rule", RULES), ("a.go", &GO.replace("\", nil)", "\", body)"))]);
    let run = sandbox.run(&["explain", "nil-body", "a.go:6", "--no-stock", "--rules", "own.rule"]).exits(0);
    run.says(&["a.go:6:2: does not hold: ", "own.rule:11:"]);
}

#[test]
fn every_code_is_explained() {
    let sandbox = Sandbox::new(&[]);
    for explanation in rulec_grammar::codes::all() {
        let code = explanation.code.text();
        let run = sandbox.run(&["explain", code]).exits(0);
        assert!(run.out.starts_with(&format!("{code}: ")) && run.out.lines().count() > 2, "{run:#?}");
    }
    sandbox.run(&["explain", "E9999"]).exits(2).complains(&["there is no code `E9999`"]);
}

#[test]
fn expand_shows_forms_plan_and_code() {
    let sandbox = Sandbox::new(&[("own.rule", RULES)]);
    let expand = |more: &[&'static str]| {
        sandbox
            .run(&[&["expand", "nil-body", "--no-stock", "--no-config", "--rules", "own.rule"], more].concat())
            .exits(0)
    };
    expand(&[]).says(&["local.own.nil-body matches", "http.NewRequest(", "cost: by symbol"]);
    assert!(!expand(&["--plan"]).out.contains("cost: by symbol"));
    expand(&["--clif"]).says(&["function "]);
    assert!(!expand(&["--asm"]).out.is_empty());
    sandbox.run(&["expand", "nil-body", "--no-stock", "--rules", "own.rule", "--clif", "--asm"]).exits(2);
}

#[test]
fn inspect_shows_trees_and_names() {
    let sandbox = Sandbox::new(&[("a.go", GO)]);
    sandbox.run(&["inspect", "tree", "a.go"]).exits(0).says(&["File", "FuncDecl", "Call"]);
    sandbox.run(&["inspect", "names", "a.go"]).exits(0).says(&["http", "panic"]);
    for what in ["tree", "names"] {
        let run = sandbox.run(&["inspect", what, "--format", "jsonl", "a.go"]).exits(0);
        assert!(run.out.lines().count() > 3);
        for line in run.out.lines() {
            let value: serde_json::Value = serde_json::from_str(line).expect("JSON");
            assert_eq!(value["path"], "a.go");
        }
    }
    sandbox.run(&["inspect", "tree", "nowhere.go"]).exits(2).complains(&["nowhere.go"]);
}

#[test]
fn a_new_rule_passes_its_own_examples() {
    let sandbox = Sandbox::new(&[]);
    sandbox.run(&["new", "rule", "my-rule"]).exits(0).says(&["wrote my-rule.rule"]);
    sandbox.run(&["lint"]).exits(0).says(&["no mistakes in 1 rule file; 1 rule without errors"]);
    sandbox.run(&["test", "my-rule.rule"]).exits(0).says(&["2 passed, 0 failed\n"]);
    sandbox.run(&["fmt", "--check"]).exits(0);
    sandbox.run(&["new", "rule", "my-rule"]).exits(2).complains(&["exists already"]);
    sandbox.run(&["new", "rule", "My Rule"]).exits(2).complains(&["is no name of a rule"]);
    sandbox.run(&["new", "rule", "other", "--dir", "a/b"]).exits(0);
    assert!(sandbox.read("a/b/other.rule").contains("rule other {"));
}

#[test]
fn a_new_configuration_is_read() {
    let sandbox = Sandbox::new(&[("own.rule", RULES), ("a.go", GO)]);
    sandbox.run(&["init"]).exits(0).says(&["wrote rulec.toml"]);
    sandbox.run(&["check", "--no-stock", "--rules", "own.rule"]).exits(1).says(&["2 findings"]);
    sandbox.run(&["init"]).exits(2).complains(&["exists already"]);
}

#[test]
fn build_refuses_rules_that_are_not_shown_to_work() {
    let untested = "/// Doc.\nrule r {\n    match expr { len(`a`) }\n    report \"one\"\n}\n";
    let failing = "/// Doc.\nrule r {\n    match expr { len(`a`) }\n    report \"one\"\n    test bad { var x = len(`b`) }\n    test good { var y = 1 }\n}\n";
    let sandbox = Sandbox::new(&[("own.rule", untested)]);
    sandbox
        .run(&["build", "-o", "a.rpack"])
        .exits(1)
        .complains(&["the rule has no bad example", "no pack was written"]);
    assert!(!sandbox.path("a.rpack").exists());
    sandbox.run(&["build", "-o", "a.rpack", "--allow-untested"]).exits(0);
    sandbox.write("own.rule", failing);
    sandbox
        .run(&["build", "-o", "b.rpack", "--allow-untested"])
        .exits(1)
        .complains(&["finds nothing in its bad example"]);
    sandbox.write("own.rule", "rule r {");
    sandbox.run(&["build", "-o", "b.rpack"]).exits(2);
    sandbox.write("own.rule", format!("{failing}\nrule broken {{\n    match expr {{ len( }}\n}}\n"));
    sandbox.run(&["build", "-o", "b.rpack"]).exits(2).complains(&[
        "finds nothing in its bad example",
        "error[E",
        "no pack was written: see the mistakes above",
    ]);
    assert!(!sandbox.path("b.rpack").exists());
    sandbox.write("own.rule", RULES);
    sandbox.run(&["build", "-o", "b.rpack", "--name", "team"]).exits(0);
    sandbox.run(&["list", "--no-stock", "--pack", "b.rpack"]).exits(0).says(&["team.own.nil-body"]);
    sandbox
        .run(&["explain", "nil-body", "--source", "--no-stock", "--pack", "b.rpack"])
        .exits(0)
        .says(&["rule nil-body {"]);
    sandbox.run(&["build", "-o", "no/such/c.rpack"]).exits(2).complains(&["cannot be written"]);
}

#[test]
fn completions_are_scripts() {
    let sandbox = Sandbox::new(&[]);
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        sandbox.run(&["completions", shell]).exits(0).says(&["rulec", "check"]);
    }
}
