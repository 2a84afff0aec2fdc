//! `--baseline` and `--write-baseline`: what a project knows already.

use crate::support::{GO, RULES, Run, Sandbox, check};
use serde_json::{Value, json};
use std::fs;

fn sandbox() -> Sandbox {
    Sandbox::new(&[("own.rule", RULES), ("a.go", GO), ("p/b.go", GO)])
}

impl Sandbox {
    /// Writes the baseline of what there is.
    fn known(&self) -> Run {
        self.run(&check(&["--baseline", "known.json", "--write-baseline"])).exits(0)
    }

    /// The findings that are new as `path:line`, and those that are gone as `path`.
    fn compared(&self, more: &[&str]) -> (Vec<String>, Vec<String>) {
        let run = self.run(&check(&[&["--baseline", "known.json", "--format", "json"], more].concat()));
        let value = run.json();
        let new = |one: &Value| format!("{}:{}", one["path"].as_str().expect("a path"), one["start"]["line"]);
        let gone = |one: &Value| one["path"].as_str().expect("a path").to_owned();
        let list = |value: &Value| value.as_array().unwrap_or_else(|| panic!("no list: {run:#?}")).clone();
        let findings = list(&value["findings"]).iter().map(new).collect();
        (findings, list(&value["baseline"]["gone"]).iter().map(gone).collect())
    }
}

/// A function in which `nil-body` reports.
const MORE: &str = "func g() {\n\thttp.NewRequest(\"PUT\", \"/\", nil)\n}\n\n";

fn lengthened(more: &str) -> String {
    GO.replacen("func f()", &format!("{more}func f()"), 1)
}

#[test]
fn new_findings_fail_and_old_ones_do_not() {
    let sandbox = sandbox();
    sandbox.run(&check(&[])).exits(1);
    sandbox.known().says(&["known.json lists 4 findings now", "no findings"]);
    sandbox.run(&check(&["--baseline", "known.json"])).exits(0).says(&["no findings", "4 in the baseline"]);
    sandbox.write("a.go", lengthened(&format!("// Moved.\n\n{MORE}")));
    let run = sandbox.run(&check(&["--baseline", "known.json"])).exits(1);
    run.says(&["a.go:8:30", "1 finding (1 error)", "4 in the baseline"]);
    assert_eq!(sandbox.compared(&[]), (vec!["a.go:8".to_owned()], vec![]));
    // Only the configured severity fails.
    sandbox.write("a.go", lengthened("func g() { panic(1) }\n\n"));
    sandbox.run(&check(&["--baseline", "known.json"])).exits(0).says(&["1 finding (1 warning)"]);
    sandbox.run(&check(&["--baseline", "known.json", "--fail-on", "warning"])).exits(1);
}

#[test]
fn the_file_is_sorted_and_the_same_for_the_same_findings() {
    let sandbox = sandbox();
    sandbox.known();
    let first = sandbox.read("known.json");
    let value: Value = serde_json::from_str(&first).expect("JSON");
    assert_eq!(value["schema"], 1);
    assert_eq!(value["findings"].as_array().map(Vec::len), Some(4));
    assert_eq!(value["findings"][0]["path"], "a.go");
    assert!(!first.contains("line"), "no line numbers: {first}");
    sandbox.write("a.go", lengthened("// Moved.\n\n"));
    sandbox.known();
    assert_eq!(sandbox.read("known.json"), first, "moved lines change nothing");
    let mut below = sandbox.command(&["check", "--no-stock", "--no-config", "--rules", "../own.rule"]);
    below.args(["--baseline", "../known.json", "--write-baseline"]).current_dir(sandbox.path("p"));
    Run::of(below.output().expect("it runs")).exits(0);
    assert_eq!(sandbox.read("known.json"), first, "another working folder and fewer files change nothing");
}

#[test]
fn renamed_and_moved_files_stay_known() {
    let sandbox = sandbox();
    sandbox.known();
    fs::rename(sandbox.path("a.go"), sandbox.path("renamed.go")).expect("a file can be renamed");
    fs::create_dir_all(sandbox.path("q/r")).expect("folders");
    fs::rename(sandbox.path("p/b.go"), sandbox.path("q/r/b.go")).expect("a file can be moved");
    assert_eq!(sandbox.compared(&[]), (vec![], vec![]));
    sandbox.known();
    let listed = sandbox.read("known.json");
    assert!(listed.contains("renamed.go") && listed.contains("q/r/b.go") && !listed.contains("\"a.go\""), "{listed}");
    // A copy is new.
    sandbox.write("q/copy.go", GO);
    assert_eq!(sandbox.compared(&[]).0, ["q/copy.go:6", "q/copy.go:7"]);
    // A function that moves to another file of its package is the one that it was.
    let sandbox = Sandbox::new(&[("own.rule", RULES), ("a.go", &lengthened(MORE))]);
    sandbox.known();
    sandbox.write("a.go", GO);
    sandbox.write("z.go", format!("package a\n\nimport \"net/http\"\n\n{MORE}"));
    assert_eq!(sandbox.compared(&[]), (vec![], vec![]));
}

#[test]
fn what_is_gone_is_told_and_taken_out() {
    let sandbox = sandbox();
    sandbox.known();
    sandbox.write("a.go", GO.replace("panic(\"x\")", "return"));
    fs::remove_file(sandbox.path("p/b.go")).expect("a file");
    let gone = ["a.go", "p/b.go", "p/b.go"].map(str::to_owned).to_vec();
    assert_eq!(sandbox.compared(&[]), (vec![], gone));
    let run = sandbox.run(&check(&["--baseline", "known.json"])).exits(0);
    run.says(&["note: a.go: local.own.no-panic is gone in a.f", "3 findings are gone and still in known.json"]);
    sandbox.known().says(&["known.json lists 1 finding now, 3 taken out"]);
    assert_eq!(sandbox.compared(&[]), (vec![], vec![]));
}

#[test]
fn what_was_not_looked_at_is_neither_gone_nor_taken_out() {
    let sandbox = sandbox();
    sandbox.known();
    let before = sandbox.read("known.json");
    sandbox.write("a.go", GO.replace("panic(\"x\")", "return"));
    // Another file, another rule, another platform, a file that cannot be read.
    assert_eq!(sandbox.compared(&["p"]), (vec![], vec![]));
    assert_eq!(sandbox.compared(&["--select", "nil-body"]), (vec![], vec![]));
    assert_eq!(sandbox.compared(&["--goos", "windows"]), (vec![], vec![]));
    sandbox.run(&check(&["--baseline", "known.json", "--write-baseline", "p"])).exits(0);
    sandbox.run(&check(&["--baseline", "known.json", "--write-baseline", "--select", "nil-body"])).exits(0);
    assert_eq!(sandbox.read("known.json"), before);
    sandbox.write("a.go", b"package a\n\xff");
    assert_eq!(sandbox.compared(&[]), (vec![], vec![]));
    sandbox.write("a.go", format!("{GO}\nfunc broken( {{\n"));
    assert_eq!(sandbox.compared(&[]).1, [""; 0]);
    sandbox.write("a.go", format!("// Code generated by hand. DO NOT EDIT.\n\n{GO}"));
    assert_eq!(sandbox.compared(&[]), (vec![], vec![]));
}

#[test]
fn baselines_that_are_none_are_refused_and_not_overwritten() {
    let sandbox = sandbox();
    sandbox
        .run(&check(&["--baseline", "known.json"]))
        .exits(2)
        .complains(&["there is no such baseline", "--write-baseline"]);
    for (text, reason) in [
        ("package a\n", "is no baseline of rulec"),
        ("", "is no baseline of rulec"),
        ("{\"schema\": 2, \"findings\": []}", "schema 2, written by a newer rulec"),
        ("{\n\"schema\": 1,\n\"findings\": [\n<<<<<<< HEAD\n=======\n>>>>>>> topic\n]\n}\n", "merge conflict"),
        ("{\"schema\": 1, \"findings\": [", "is no baseline of rulec"),
    ] {
        sandbox.write("known.json", text);
        for arguments in [&["--baseline", "known.json"][..], &["--baseline", "known.json", "--write-baseline"]] {
            let run = sandbox.run(&check(&[arguments, &["--format", "json"]].concat())).exits(2);
            let value = run.complains(&["known.json: ", reason]).json();
            assert_eq!(value["findings"], json!([]), "nothing is better than everything");
            assert_eq!(sandbox.read("known.json"), text);
        }
    }
    sandbox
        .run(&check(&["--baseline", "no/such/folder.json", "--write-baseline"]))
        .exits(2)
        .complains(&["cannot be written"]);
    sandbox.run(&check(&["--write-baseline"])).exits(2).complains(&["--baseline <FILE>"]);
    sandbox.run(&check(&["--baseline", "k.json", "--write-baseline", "--since", "HEAD"])).exits(2);
}

#[test]
fn mistakes_in_rules_leave_the_baseline_alone() {
    let sandbox = sandbox();
    sandbox.known();
    let before = sandbox.read("known.json");
    sandbox.write("own.rule", RULES.replace("match expr { panic", "mtach expr { panic"));
    let run = sandbox.run(&check(&["--baseline", "known.json", "--write-baseline"])).exits(2);
    run.complains(&["known.json: the baseline was not written: there are mistakes"]);
    assert_eq!(sandbox.read("known.json"), before);
}

#[test]
fn known_findings_are_not_fixed() {
    let sandbox = sandbox();
    sandbox.known();
    sandbox.write("a.go", lengthened(MORE));
    sandbox.run(&check(&["--baseline", "known.json", "--fix"])).exits(0).says(&["no findings", "4 in the baseline"]);
    assert_eq!(sandbox.read("a.go"), lengthened(&MORE.replace("nil", "http.NoBody")));
    assert_eq!(sandbox.read("p/b.go"), GO);
    // A baseline that is written lists what is left after all fixes.
    sandbox
        .run(&check(&["--baseline", "known.json", "--write-baseline", "--fix"]))
        .exits(0)
        .says(&["lists 2 findings"]);
    assert_eq!(sandbox.read("p/b.go"), GO.replace("nil", "http.NoBody"));
}

#[test]
fn a_summary_in_markdown_says_what_is_new_gone_and_left_out() {
    let sandbox = sandbox();
    sandbox.known();
    sandbox.write("a.go", lengthened(MORE).replace("panic(\"x\")", "return"));
    let summary = sandbox.path("summary.md");
    let output = format!("markdown={}", summary.display());
    sandbox.run(&check(&["--baseline", "known.json", "--output", &output])).exits(1).says(&["1 finding"]);
    let text = sandbox.read("summary.md");
    for part in ["## rulec: 1 new finding\n", "<code>a.go:6:30</code>", "3 findings in the baseline", "1 gone"] {
        assert!(text.contains(part), "no {part:?} in {text}");
    }
}

#[test]
fn standard_input_is_compared_as_well() {
    let sandbox = sandbox();
    sandbox.known();
    let arguments = check(&["--baseline", "known.json", "--stdin-filename", "p/b.go"]);
    sandbox.pipe(&arguments, GO).exits(0).says(&["2 in the baseline"]);
    sandbox.pipe(&arguments, &lengthened(MORE)).exits(1).says(&["1 finding (1 error)"]);
}
