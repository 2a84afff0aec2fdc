//! `rulec.toml`: where it is found, what it extends, what `init` and `schema` make of it.

use crate::support::{GO, RULES, Run, Sandbox};
use serde_json::Value;

const CHECK: [&str; 5] = ["check", "--no-stock", "--format", "json", "--no-timings"];

/// The findings as `path rule severity`, by their last segments.
#[track_caller]
fn found(run: &Run) -> Vec<String> {
    let text =
        |one: &Value, key: &str| one[key].as_str().expect("a string").rsplit('.').next().unwrap_or("").to_owned();
    let findings = run.json()["findings"].as_array().expect("a list").clone();
    let path = |one: &Value| one["path"].as_str().expect("a path").to_owned();
    findings.iter().map(|one| format!("{} {} {}", path(one), text(one, "rule"), text(one, "severity"))).collect()
}

#[test]
fn a_configuration_starts_from_others() {
    let sandbox = Sandbox::new(&[
        ("shared/rules/own.rule", RULES),
        (
            "shared/base.toml",
            "rule-paths = ['rules']\nseverity = { no-panic = 'error' }\n[rules.no-panic]\nallowed = ['x']\n",
        ),
        ("shared/team.toml", "extends = ['base.toml']\nignore = ['nil-body']\n[files]\nexclude = ['*_gen.go']\n"),
        ("p/rulec.toml", "extends = ['../shared/team.toml']\n"),
        ("p/a.go", GO),
        ("p/b_gen.go", GO),
    ]);
    let check = |text: &str| {
        sandbox.write("p/rulec.toml", text);
        found(&sandbox.run(&[&CHECK[..], &["p"]].concat()))
    };
    assert_eq!(check("extends = ['../shared/team.toml']"), [""; 0]);
    assert_eq!(check("extends = ['../shared/base.toml']"), ["p/a.go nil-body error", "p/b_gen.go nil-body error"]);
    let later = "extends = ['../shared/team.toml']\n[rules.no-panic]\nallowed = []\n[severity]\nno-panic = 'info'\n";
    assert_eq!(check(later), ["p/a.go no-panic info"]);
    assert_eq!(check("extends = ['../shared/team.toml']\nselect = ['nil-body']"), ["p/a.go nil-body error"]);
}

#[test]
fn mistakes_in_what_is_extended_have_their_place() {
    let sandbox = Sandbox::new(&[("a.go", GO), ("rulec.toml", "extends = ['base.toml', 'none.toml']\n")]);
    sandbox.write("base.toml", "extends = ['rulec.toml']\nselct = []\n");
    let run = sandbox.run(&CHECK).exits(2);
    let run = run.complains(&[
        "error[E0812]",
        "rulec.toml:1:25",
        "`none.toml` cannot be read",
        "error[E0813]",
        "base.toml:1:12",
    ]);
    let run = run.complains(&["error[E0802]", "base.toml:2:1", "similar name: `select`"]);
    assert_eq!(found(&run), [""; 0]);
    // What is said of rules is looked at as well, wherever it stands.
    sandbox.write("rulec.toml", "extends = ['base.toml']\n");
    sandbox.write("base.toml", "ignore = ['nowhere']\n");
    sandbox.run(&CHECK).exits(2).complains(&["error[E0805]", "base.toml:1:11"]);
}

#[test]
fn each_file_has_its_nearest_configuration() {
    let sandbox = Sandbox::new(&[
        ("own.rule", RULES),
        ("rulec.toml", "rule-paths = ['own.rule']\nignore = ['nil-body']\n"),
        ("sub/rulec.toml", "rule-paths = ['../own.rule']\nignore = ['no-panic']\n"),
        ("sub/deep/a.go", GO),
        ("b.go", GO),
    ]);
    let check = |paths: &[&str]| sandbox.run(&[&CHECK[..], paths].concat());
    let both = ["b.go no-panic warning", "sub/deep/a.go nil-body error"];
    assert_eq!(found(&check(&["sub/deep/a.go"])), both[1..]);
    assert_eq!(found(&check(&["sub/..."])), both[1..]);
    assert_eq!(found(&check(&["b.go"])), both[..1]);
    for paths in [&["sub/deep", "b.go"][..], &["."], &["./..."], &["sub/deep/a.go", "b.go"]] {
        let run = check(paths);
        assert_eq!((found(&run), run.err.as_str()), (both.map(str::to_owned).to_vec(), ""), "{paths:?}");
    }
    // What the arguments say holds for all.
    assert_eq!(
        found(&check(&["--config", "rulec.toml", "."])),
        ["b.go no-panic warning", "sub/deep/a.go no-panic warning"]
    );
    let none = check(&["--no-config", "--rules", "own.rule", "."]);
    assert_eq!(found(&none).len(), 4, "all rules of one's own are on: {none:#?}");
    let piped = sandbox.pipe(&[&CHECK[..], &["--stdin-filename", "sub/new.go"]].concat(), GO);
    assert_eq!(found(&piped), ["sub/new.go nil-body error"]);
    let why = sandbox.run(&["explain", "--no-stock", "no-panic", "sub/deep/a.go:7"]).exits(0);
    why.says(&["local.own.no-panic fires"]);
    // What is outside of every configuration has that of the working folder.
    let other = Sandbox::new(&[("c.go", GO)]);
    let outside = check(&[&other.path("c.go").to_string_lossy()]);
    assert!(found(&outside)[0].ends_with("c.go no-panic warning"), "{outside:#?}");
}

/// Two services of one repository, with levels and options of their own, and a third that follows the whole.
fn services() -> Sandbox {
    Sandbox::new(&[
        ("lint/own.rule", RULES),
        ("rulec.toml", "rule-paths = ['lint']\nignore = ['no-panic']\n[files]\nexclude = ['legacy']\n"),
        ("common/c.go", GO),
        ("shop/rulec.toml", "extends = ['../rulec.toml']\nselect = ['strict']\n[severity]\nstrict = 'error'\n"),
        ("shop/api/s.go", GO),
        ("bank/rulec.toml", "extends = ['../rulec.toml']\nselect = ['local']\n[rules.no-panic]\nallowed = ['x']\n"),
        ("bank/b.go", &GO.replace("panic(\"x\")", "panic(\"x\")\n\tpanic(\"y\")")),
        ("legacy/rulec.toml", "select = ['all-that-was']\n"),
        ("legacy/l.go", GO),
    ])
}

#[test]
fn services_of_one_repository_differ_in_rules_and_options() {
    let sandbox = services();
    let expected = [
        "bank/b.go nil-body error",
        "bank/b.go no-panic warning",
        "common/c.go nil-body error",
        "shop/api/s.go no-panic error",
    ];
    let run = sandbox.run(&CHECK).exits(1);
    assert_eq!((found(&run), run.err.as_str()), (expected.map(str::to_owned).to_vec(), ""));
    assert_eq!(run.json()["summary"]["rules"], 2, "each counts once");
    // The same bytes from the cache, without it, and of each service by itself.
    assert_eq!(sandbox.run(&CHECK).out, run.out);
    assert_eq!(sandbox.run(&[&CHECK[..], &["--no-cache"]].concat()).out, run.out);
    let alone = ["bank", "common", "shop"].map(|folder| found(&sandbox.run(&[&CHECK[..], &[folder]].concat())));
    assert_eq!(alone.concat(), expected);
    let line = run.json()["findings"][1]["start"]["line"].clone();
    assert_eq!(line, 8, "what the option allows is not the panic in line 7");
    // The rules that SARIF lists are those that are on for any file, each once.
    let sarif = sandbox.run(&["check", "--no-stock", "--format", "sarif"]).json();
    let rules = sarif["runs"][0]["tool"]["driver"]["rules"].as_array().expect("a list").clone();
    assert_eq!(rules.iter().map(|rule| &rule["id"]).collect::<Vec<_>>(), ["local.own.nil-body", "local.own.no-panic"]);
    // A rule that is known anywhere can be selected.
    sandbox.write("bank/more.rule", RULES.replace("no-panic", "own-panic").replace("nil-body", "own-body"));
    sandbox.write("bank/rulec.toml", "rule-paths = ['more.rule']\n");
    let selected = sandbox.run(&[&CHECK[..], &["--select", "own-panic"]].concat()).exits(0);
    assert_eq!(found(&selected), ["bank/b.go own-panic warning", "bank/b.go own-panic warning"]);
    sandbox
        .run(&[&CHECK[..], &["--select", "own-panik"]].concat())
        .exits(2)
        .complains(&["`--select own-panik` names no"]);
}

#[test]
fn old_code_and_fixes_follow_the_configuration_of_each_file() {
    let sandbox = services();
    let baseline = ["--baseline", "known.json"];
    sandbox.run(&[&CHECK[..], &baseline, &["--write-baseline"]].concat()).exits(0);
    assert_eq!(found(&sandbox.run(&[&CHECK[..], &baseline].concat()).exits(0)), [""; 0]);
    // What one service drops is not looked at any more, and stays in the list; what another one mends is gone.
    sandbox.write("shop/rulec.toml", "extends = ['../rulec.toml']\n");
    sandbox.write("common/c.go", GO.replace("nil", "http.NoBody"));
    let run = sandbox.run(&[&CHECK[..], &baseline].concat()).exits(1);
    assert_eq!(found(&run), ["shop/api/s.go nil-body error"]);
    sandbox.run(&[&CHECK[..], &baseline, &["--write-baseline"]].concat()).exits(0);
    let listed = sandbox.read("known.json");
    assert_eq!((listed.matches("no-panic").count(), listed.contains("common/c.go")), (2, false), "{listed}");
    sandbox.write("shop/rulec.toml", "extends = ['../rulec.toml']\nignore = ['nil-body']\n");
    sandbox.run(&["check", "--no-stock", "--fix"]);
    let is_fixed = |path: &str| sandbox.read(path).contains("http.NoBody");
    assert_eq!(["bank/b.go", "common/c.go", "shop/api/s.go"].map(is_fixed), [true, true, false]);
}

#[test]
fn a_broken_configuration_further_in_stops_the_run_and_is_named() {
    let sandbox = services();
    sandbox.write("bank/rulec.toml", "selct = []\n");
    let run =
        sandbox.run(&CHECK).exits(2).complains(&["error[E0802]", "bank/rulec.toml:1:1", "similar name: `select`"]);
    assert_eq!(found(&run), [""; 0], "what it would have said is not known");
    sandbox.run(&[&CHECK[..], &["shop"]].concat()).exits(1);
    // A mistake in what several extend is told once.
    sandbox.write("bank/rulec.toml", "extends = ['../rulec.toml']\n");
    sandbox.write("rulec.toml", "ignore = ['no-panik']\n");
    let run = sandbox.run(&CHECK).exits(2);
    assert_eq!(run.err.matches("no-panik").count(), 2, "in the message and in the line: {}", run.err);
}

#[test]
fn init_looks_at_the_project_and_leaves_what_is_there() {
    let sandbox = Sandbox::new(&[
        ("go.mod", "module example.com/shop // ours\n\ngo 1.26\n"),
        ("a.go", GO),
        ("gen.go", &format!("// Code generated by hand. DO NOT EDIT.\n\n{GO}")),
        ("lint/rules/own.rule", RULES),
        ("third_party/x/x.go", GO),
    ]);
    sandbox.run(&["init"]).exits(0).says(&["wrote rulec.toml"]);
    let text = sandbox.read("rulec.toml");
    for part in [
        "# Module example.com/shop, 3 Go files, 1 of them generated.",
        "rule-paths = [\"lint/\"]",
        "exclude = [\"third_party\"]",
        "# select = [\"recommended\"",
    ] {
        assert!(text.contains(part), "no {part:?} in {text}");
    }
    assert_eq!(found(&sandbox.run(&CHECK)), ["a.go nil-body error", "a.go no-panic warning"]);
    sandbox.run(&["init"]).exits(2).complains(&["rulec.toml exists already"]);
    assert_eq!(sandbox.read("rulec.toml"), text);
    sandbox.run(&["init", "no/such"]).exits(2).complains(&["cannot be written"]);
    sandbox.run(&["init", "lint/../third_party/x"]).exits(0);
    let inner = sandbox.read("third_party/x/rulec.toml");
    assert!(inner.contains("\nextends = [\"../../rulec.toml\"]\n"), "{inner}");
    let empty = Sandbox::new(&[]);
    empty.run(&["init"]).exits(0);
    assert!(empty.read("rulec.toml").contains("# No go.mod, 0 Go files"));
    let comments: Vec<String> = text.lines().map(|line| line.trim_start_matches("# ").to_owned()).collect();
    for key in ["extends", "rule-paths", "generated", "tests", "vendor", "testdata", "gitignore", "[[per-path]]"] {
        assert!(comments.iter().any(|line| line.starts_with(key)), "{key} is not shown in {text}");
    }
}

#[test]
fn the_schema_knows_the_rules_at_hand() {
    let sandbox = Sandbox::new(&[("own.rule", RULES), ("rulec.toml", "rule-paths = ['own.rule']\n")]);
    let schema = sandbox.run(&["schema", "--no-stock"]).exits(0).json();
    let option = &schema["properties"]["rules"]["properties"]["no-panic"]["properties"]["allowed"];
    assert_eq!(option["type"], "array", "{schema}");
    assert_eq!(option["description"], "messages that may be panicked with");
    let selectors = schema["$defs"]["selector"]["anyOf"][0]["enum"].as_array().expect("a list");
    assert!(
        ["nil-body", "local.own.nil-body", "http", "strict"].iter().all(|word| selectors.contains(&Value::from(*word)))
    );
}
