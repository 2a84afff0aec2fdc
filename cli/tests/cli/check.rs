//! `rulec check`: options, formats and exit statuses.

use crate::support::{GO, RULES, Sandbox, check};
use serde_json::json;

fn sandbox() -> Sandbox {
    Sandbox::new(&[("own.rule", RULES), ("a.go", GO)])
}

#[test]
fn text_shows_findings_and_a_summary() {
    let run = sandbox().run(&check(&["--no-timings"])).exits(1);
    let expected = "\
error[local.own.nil-body]: use http.NoBody
  ┌─ a.go:6:30
  │
6 │     http.NewRequest(\"GET\", \"/\", nil)
  │                                 ^^^
  │
  = fix: replace `nil` with `http.NoBody` (`--fix` applies it)

warning[local.own.no-panic]: do not panic with \"x\"
  ┌─ a.go:7:2
  │
7 │     panic(\"x\")
  │     ^^^^^^^^^^

2 findings (1 error, 1 warning) in 1 file, 1 fixable with `--fix`
";
    assert_eq!(run.out, expected, "{}", run.out);
    assert_eq!(run.err, "");
}

#[test]
fn json_is_one_object_with_every_key() {
    let run = sandbox().run(&check(&["--format", "json", "--no-timings"])).exits(1);
    let value = run.json();
    let keys: Vec<_> = value.as_object().expect("an object").keys().map(String::as_str).collect();
    let mut expected = [
        "schema",
        "version",
        "findings",
        "diagnostics",
        "internal_errors",
        "undecided",
        "undecided_list",
        "skipped",
        "baseline",
        "changes",
        "profile",
        "statistics",
        "summary",
    ];
    expected.sort_unstable();
    assert_eq!(keys, expected);
    let finding = &value["findings"][0];
    assert_eq!(finding["rule"], "local.own.nil-body");
    assert_eq!(finding["start"], json!({"line": 6, "column": 30, "offset": 70}));
    assert_eq!(finding["end"], json!({"line": 6, "column": 33, "offset": 73}));
    assert_eq!(
        finding["fix"],
        json!({"applicability": "safe", "edits": [{"start": 70, "end": 73, "text": "http.NoBody"}]})
    );
    assert_eq!(finding["tags"], json!(["http"]));
    assert_eq!(value["summary"]["files"], 1);
    assert!(value["summary"].get("elapsed_ms").is_none());
    let timed = sandbox().run(&check(&["--format", "json"])).json();
    assert!(timed["summary"]["elapsed_ms"].is_number());
}

#[test]
fn json_lines_are_findings_and_the_rest_is_on_standard_error() {
    let run = sandbox().run(&check(&["--format", "jsonl"])).exits(1).complains(&["2 findings"]);
    let rows: Vec<serde_json::Value> = run.out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[1]["rule"], "local.own.no-panic");
}

#[test]
fn the_fail_level_decides_about_the_status() {
    let sandbox = sandbox();
    for (level, status) in [("error", 1), ("warning", 1), ("info", 1), ("never", 0)] {
        sandbox.run(&check(&["--fail-on", level])).exits(status);
    }
    for (level, status) in [("error", 0), ("warning", 1), ("info", 1), ("never", 0)] {
        sandbox.run(&check(&["--ignore", "nil-body", "--fail-on", level])).exits(status);
    }
    sandbox.run(&check(&["--select", "http", "--fail-on", "never"])).exits(0).says(&["1 finding (1 error)"]);
}

#[test]
fn selectors_that_name_nothing_are_wrong_usage() {
    let run = sandbox().run(&check(&["--select", "nil-bdy", "--format", "json"])).exits(2);
    let run = run.complains(&["`--select nil-bdy` names no rule", "there is `nil-body`"]);
    assert_eq!(run.json()["diagnostics"][0]["code"], serde_json::Value::Null);
    sandbox().run(&check(&["--ignore", "zzz"])).exits(2).complains(&["`--ignore zzz`"]);
}

#[test]
fn arguments_that_do_not_parse() {
    let sandbox = sandbox();
    for arguments in [
        &["check", "--format", "yaml"][..],
        &["check", "--nonsense"],
        &["nonsense"],
        &["check", "--stdin-filename", "a.go", "b.go"],
        &["check", "--go-version", "new"],
        &["explain"],
    ] {
        sandbox.run(arguments).exits(2).complains(&["--help"]);
    }
    sandbox.run(&["--version"]).exits(0).says(&["rulec 0.1.0"]);
    sandbox.run(&["check", "--help"]).exits(0).says(&["--fix-unsafe", "--stdin-filename"]);
}

#[test]
fn reports_go_to_files() {
    let sandbox = sandbox();
    let run = sandbox.run(&check(&["--format", "json", "--output", "report.json"])).exits(1);
    assert_eq!(run.out, "");
    assert!(sandbox.read("report.json").starts_with("{\"schema\":1"));
    sandbox.run(&check(&["--output", "jsonl=a.jsonl", "--output", "json=b.json"])).exits(1).says(&["2 findings"]);
    assert_eq!(sandbox.read("a.jsonl").lines().count(), 2);
    assert!(sandbox.read("b.json").starts_with('{'));
    sandbox.run(&check(&["--output", "no/such/folder"])).exits(2).complains(&["no/such/folder cannot be written"]);
}

#[test]
fn quiet_statistics_and_color() {
    let sandbox = sandbox();
    let quiet = sandbox.run(&check(&["--quiet"])).exits(1);
    assert!(!quiet.out.contains("in 1 file"), "{quiet:#?}");
    sandbox.run(&check(&["--statistics"])).says(&["1  local.own.nil-body  (1 with a fix)\n1  local.own.no-panic\n2  family own  (1 with a fix)\n1  severity error"]);
    assert!(sandbox.run(&check(&["--color", "always"])).out.contains("\u{1b}["));
    assert!(!sandbox.run(&check(&["--color", "never"])).out.contains('\u{1b}'));
}

#[test]
fn a_profile_says_where_the_time_goes() {
    let sandbox = sandbox();
    sandbox.run(&check(&["--profile"])).exits(1).says(&["ms", "%", "shared parsing", "2 findings"]);
    let plain = sandbox.run(&check(&["--format", "json"]));
    assert!(plain.out.contains("\"profile\":[]"), "{plain:#?}");
    let json: serde_json::Value =
        serde_json::from_str(&sandbox.run(&check(&["--profile", "--format", "json"])).out).expect("JSON");
    assert_eq!(json["findings"].as_array().map(Vec::len), Some(2), "the same findings as without: {json}");
    let rows = json["profile"].as_array().expect("a list");
    let named = |kind: &str, name: &str| rows.iter().any(|row| row["kind"] == kind && row["name"] == name);
    assert!(named("rule", "local.own.no-panic") && named("shared", "other"), "{json}");
    assert!(rows.iter().all(|row| row["ms"].as_f64().is_some_and(|ms| ms >= 0.0)), "{json}");
    sandbox.run(&check(&["--profile", "--no-timings"])).exits(2).complains(&["--no-timings"]);
}

#[test]
fn threads_and_engines_give_the_same_bytes() {
    let sandbox = sandbox();
    for index in 0..20 {
        sandbox.write(&format!("p{}/f{index}.go", index % 3), GO);
    }
    let arguments = ["--format", "json", "--no-timings"];
    let one = sandbox.run(&check(&[&arguments[..], &["-j", "1"]].concat())).exits(1).out;
    assert_eq!(one, sandbox.run(&check(&[&arguments[..], &["-j", "8"]].concat())).out);
    assert_eq!(one, sandbox.run(&check(&[&arguments[..], &["--engine", "interp"]].concat())).out);
}

#[test]
fn fixes_are_applied_or_shown() {
    let sandbox = sandbox();
    let fixed = GO.replace("nil", "http.NoBody");
    let diff = sandbox.run(&check(&["--diff"])).exits(1).says(&["--- a/a.go", "+++ b/a.go", "-\thttp.NewRequest"]);
    assert!(diff.err.contains("1 finding (1 warning)"), "{diff:#?}");
    assert_eq!(sandbox.read("a.go"), GO, "a diff changes nothing");
    sandbox.run(&check(&["--fix"])).exits(0).says(&["1 finding (1 warning)"]);
    assert_eq!(sandbox.read("a.go"), fixed);
    sandbox.run(&check(&["--fix"])).exits(0);
    assert_eq!(sandbox.read("a.go"), fixed, "fixing twice is fixing once");
    assert_eq!(sandbox.run(&check(&["--diff"])).exits(0).out, "");
}

#[test]
fn standard_input_is_checked_and_fixed() {
    let sandbox = sandbox();
    let run = sandbox.pipe(&check(&["--stdin-filename", "new.go", "--format", "json"]), GO).exits(1);
    assert_eq!(run.json()["findings"][0]["path"], "new.go");
    let run = sandbox.pipe(&check(&["--stdin-filename", "new.go", "--fix"]), GO).exits(0);
    assert_eq!(run.out, GO.replace("nil", "http.NoBody"));
    sandbox.pipe(&check(&["--stdin-filename", "new.go", "--diff"]), GO).exits(1).says(&["+++ b/new.go"]);
}

#[test]
fn standard_input_stands_for_its_file_in_the_whole_package() {
    let rule = "rule unused {\n    match decl { func $name(...) (...) }\n    where $name is unused\n\n    report \"{$name} is unused\"\n}\n";
    let saved = "package p\n\nfunc helper() {}\n\nfunc Run() { helper() }\n";
    let files = [("own.rule", rule), ("p/a.go", saved), ("p/go.mod", "module example.com/p\n\ngo 1.26\n")];
    let sandbox = Sandbox::new(&files);
    let arguments = check(&["--format", "json", "--stdin-filename", "p/a.go"]);
    let found = |text: &str| sandbox.pipe(&arguments, text).json()["findings"].as_array().map(Vec::len);
    assert_eq!(found(saved), Some(0));
    assert_eq!(found(&saved.replace("{ helper() }", "{}")), Some(1), "what is on disk still calls it");
}

#[test]
fn what_files_for_other_platforms_need_is_not_called_unused() {
    let rule = "rule unused {\n    match decl { func $name(...) (...) }\n    where $name is unused\n\n    report \"{$name} is unused\"\n}\n";
    let code = "package p\n\nfunc mix() { round() }\n\nfunc round() {}\n\nfunc left() { rest() }\n\nfunc rest() {}\n";
    let files = [
        ("own.rule", rule),
        ("p/a.go", code),
        ("p/a_plan9.go", "package p\n\nfunc Run() { mix() }\n"),
        ("p/go.mod", "module example.com/p\n\ngo 1.26\n"),
    ];
    let run = Sandbox::new(&files).run(&check(&["--goos", "linux", "p"]));
    let run = run.exits(0).says(&["left is unused", "rest is unused", "2 undecided"]);
    assert!(!run.out.contains("mix is unused") && !run.out.contains("round is unused"), "{}", run.out);
}

#[test]
fn a_read_only_file_is_told_and_the_others_are_fixed() {
    let sandbox = sandbox();
    sandbox.write("b.go", GO);
    let path = sandbox.path("a.go");
    let mut permissions = std::fs::metadata(&path).expect("the file").permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&path, permissions).expect("permissions can be set");
    sandbox.run(&check(&["--fix"])).exits(2).complains(&["a.go: not fixed: the file is read-only"]);
    assert_eq!(sandbox.read("a.go"), GO);
    assert_eq!(sandbox.read("b.go"), GO.replace("nil", "http.NoBody"));
}

#[test]
fn undecided_matches_are_counted_listed_or_fail() {
    let rule = "/// Doc.\nrule r {\n    match expr { len($x) }\n    where $x is constant\n    report \"constant\"\n}\n";
    let sandbox = Sandbox::new(&[("own.rule", rule), ("a.go", "package a\n\nfunc g() { _ = len(elsewhere) }\n")]);
    sandbox.run(&check(&[])).exits(0).says(&["no findings", "1 undecided"]);
    sandbox.run(&check(&["--undecided", "list"])).exits(0).says(&["undecided[local.own.r]: a.go:3:16: not known: "]);
    let run = sandbox.run(&check(&["--undecided", "fail", "--format", "json"])).exits(1).json();
    assert_eq!((&run["undecided"], run["undecided_list"].as_array().map(Vec::len)), (&json!(1), Some(1)));
}

#[test]
fn the_configuration_is_found_above_and_obeyed() {
    let config = "
rule-paths = ['rules']
ignore = ['nil-body']
[severity]
no-panic = 'error'
[rules.no-panic]
allowed = ['y']
[files]
exclude = ['gen']
[[per-path]]
paths = ['legacy/**']
ignore = ['no-panic']
";
    let panics = "package a\n\nfunc f() { panic(\"x\"); panic(\"y\") }\n";
    let sandbox = Sandbox::new(&[
        ("rulec.toml", config),
        ("rules/own.rule", RULES),
        ("a.go", GO),
        ("sub/b.go", panics),
        ("gen/c.go", GO),
        ("legacy/d.go", panics),
    ]);
    let paths = |run: crate::support::Run| {
        let value = run.json();
        let findings = value["findings"].as_array().expect("a list").clone();
        findings
            .iter()
            .map(|one| format!("{} {}", one["path"].as_str().unwrap(), one["severity"].as_str().unwrap()))
            .collect::<Vec<_>>()
    };
    let arguments = ["check", "--no-stock", "--format", "json"];
    assert_eq!(paths(sandbox.run(&arguments).exits(1)), ["a.go error", "sub/b.go error"]);
    let mut below = sandbox.command(&["check", "--no-stock", "--format", "json", "."]);
    below.current_dir(sandbox.path("sub"));
    assert_eq!(paths(crate::support::Run::of(below.output().expect("it runs"))), ["b.go error"]);
    let named = sandbox.run(&[&arguments[..], &["gen/c.go"]].concat());
    assert_eq!(paths(named), ["gen/c.go error"], "what is named is checked");
    sandbox.run(&["check", "--no-stock", "--no-config"]).exits(0).says(&["no findings"]);
}

#[test]
fn a_broken_configuration_stops_the_run() {
    let sandbox = sandbox();
    sandbox.write("rulec.toml", "selct = ['x']\n");
    let run = sandbox.run(&["check", "--no-stock", "--rules", "own.rule", "--format", "json"]).exits(2);
    let run = run.complains(&["error[E0802]", "rulec.toml:1:1", "similar name: `select`"]);
    let value = run.json();
    assert_eq!((&value["findings"], &value["diagnostics"][0]["code"]), (&json!([]), &json!("E0802")));
    for (text, code) in [
        ("ignore = ['nil-bdy']", "E0805"),
        ("[rules.no-panic]\nalowed = []", "E0806"),
        ("[rules.no-panic]\nallowed = 1", "E0807"),
        ("rule-paths = ['nowhere']", "E0808"),
        ("a = ", "E0801"),
    ] {
        sandbox.write("rulec.toml", text);
        sandbox.run(&["check", "--no-stock", "--rules", "own.rule"]).exits(2).complains(&[code]);
    }
    sandbox.run(&["check", "--config", "nowhere.toml"]).exits(2).complains(&["nowhere.toml: cannot be read"]);
}

#[test]
fn packs_run_like_their_rules() {
    let sandbox = sandbox();
    sandbox.run(&["build", "own.rule", "-o", "local.rpack"]).exits(0).says(&["wrote local.rpack: 2 rules"]);
    let arguments = ["--format", "json", "--no-timings", "a.go"];
    let from_rules = sandbox.run(&check(&arguments)).exits(1).out;
    for engine in ["native", "interp"] {
        let pack = ["check", "--no-stock", "--no-config", "--pack", "local.rpack", "--engine", engine];
        let from_pack = sandbox.run(&[&pack[..], &arguments].concat()).exits(1).out;
        assert_eq!(from_pack, from_rules, "{engine}");
    }
    sandbox.write("broken.rpack", "RPAK and nonsense");
    sandbox.run(&["check", "--no-stock", "--pack", "broken.rpack"]).exits(2).complains(&["broken.rpack: "]);
    sandbox
        .run(&["check", "--no-stock", "--pack", "nowhere.rpack"])
        .exits(2)
        .complains(&["nowhere.rpack: cannot be read"]);
}

#[test]
fn switches_decide_which_files_are_checked() {
    let sandbox = Sandbox::new(&[
        ("own.rule", RULES),
        ("a_test.go", GO),
        ("vendor/v.go", GO),
        ("testdata/t.go", GO),
        ("_hidden/h.go", GO),
        ("ignored.go", GO),
        (".gitignore", "ignored.go\n"),
        ("gen.go", &format!("// Code generated by hand. DO NOT EDIT.\n\n{GO}")),
        ("tagged.go", &format!("//go:build special\n\n{GO}")),
        ("x_windows.go", GO),
    ]);
    std::fs::create_dir(sandbox.path(".git")).expect("a folder");
    let files = |more: &[&str]| {
        let value = sandbox.run(&check(&[&["--select", "nil-body", "--format", "json"], more].concat())).json();
        let findings = value["findings"].as_array().expect("a list").clone();
        findings.iter().map(|one| one["path"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let usual = ["a_test.go", "tagged.go", "x_windows.go"];
    assert_eq!(files(&[]), usual);
    assert_eq!(files(&["--no-tests"]), usual[1..]);
    for (switch, file) in [
        ("--vendor", "vendor/v.go"),
        ("--testdata", "testdata/t.go"),
        ("--hidden", "_hidden/h.go"),
        ("--no-gitignore", "ignored.go"),
        ("--generated", "gen.go"),
    ] {
        let mut expected: Vec<_> = usual.iter().chain([&file]).map(|&name| name.to_owned()).collect();
        expected.sort();
        assert_eq!(files(&[switch]), expected, "{switch}");
        assert_eq!(files(&[file]), [file], "{file} is checked when it is named");
    }
    assert_eq!(files(&["--goos", "linux"]), ["a_test.go"]);
    assert_eq!(files(&["--goos", "windows"]), ["a_test.go", "x_windows.go"]);
    assert_eq!(files(&["--goos", "linux", "--tags", "special"]), ["a_test.go", "tagged.go"]);
    assert_eq!(files(&["testdata", "./..."]), ["a_test.go", "tagged.go", "testdata/t.go", "x_windows.go"]);
}
