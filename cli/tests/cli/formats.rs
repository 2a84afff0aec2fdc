//! Formats of `rulec check`, several at once, and names that would break them; `report/` tests what each writes.

use crate::support::{GO, RULES, Sandbox, check};
use serde_json::Value;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

/// Names of folders and files that formats have to escape; the last is not UTF-8.
const NAMES: [&[u8]; 4] = [b"a,b:c%25 <&\"'>.go", "é😀.go".as_bytes(), b"line\nbreak.go", b"byte\xff.go"];

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new(&[("own.rule", RULES)]);
    for name in NAMES {
        std::fs::write(sandbox.path("").join(OsStr::from_bytes(name)), GO).expect("any name will do");
    }
    sandbox
}

const ALL: [&str; 8] = ["sarif", "html", "github", "gitlab", "checkstyle", "junit", "rdjson", "markdown"];

#[test]
fn every_format_goes_to_its_file_in_one_run() {
    let sandbox = sandbox();
    let outputs: Vec<String> = ALL.iter().map(|format| format!("{format}=out.{format}")).collect();
    let mut arguments = check(&["--no-timings", "--format", "json"]);
    outputs.iter().for_each(|output| arguments.extend(["--output", output]));
    let run = sandbox.run(&arguments).exits(1);
    let findings = run.json()["findings"].as_array().expect("a list").clone();
    assert_eq!(findings.len(), 2 * NAMES.len(), "two in each file");
    for format in ALL {
        let to_stdout = sandbox.run(&check(&["--no-timings", "--format", format])).exits(1);
        assert_eq!(to_stdout.out, sandbox.read(&format!("out.{format}")), "{format}: the same to a file");
        let threads = sandbox.run(&check(&["--no-timings", "--format", format, "-j", "8"]));
        assert_eq!(to_stdout.out, threads.out, "{format}: on many threads");
    }
    let of = |format: &str| -> Value { serde_json::from_str(&sandbox.read(&format!("out.{format}"))).expect("JSON") };
    assert_eq!(of("gitlab").as_array().map(Vec::len), Some(findings.len()));
    assert_eq!(of("rdjson")["diagnostics"].as_array().map(Vec::len), Some(findings.len()));
    let results = &of("sarif")["runs"][0]["results"];
    let uris: Vec<&str> = results.as_array().expect("a list").iter().map(uri).collect();
    for escaped in ["a%2Cb%3Ac%2525%20%3C%26%22%27%3E.go", "%C3%A9%F0%9F%98%80.go", "line%0Abreak.go", "byte%FF.go"] {
        assert_eq!(uris.iter().filter(|uri| **uri == escaped).count(), 2, "{escaped}: {uris:?}");
    }
    let commands = sandbox.read("out.github");
    assert_eq!(commands.lines().count(), findings.len(), "a line break in a name makes no line: {commands}");
    assert!(commands.lines().all(|line| line.starts_with("::error ") || line.starts_with("::warning ")), "{commands}");
    assert!(commands.contains("file=a%2Cb%3Ac%2525 <&\"'>.go,line=6"), "{commands}");
    for format in ["checkstyle", "junit"] {
        let xml = sandbox.read(&format!("out.{format}"));
        assert!(xml.contains("name=\"a,b:c%25 &lt;&amp;&quot;&apos;&gt;.go\""), "{xml}");
    }
}

fn uri(result: &Value) -> &str {
    result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().expect("a URI")
}

#[test]
fn what_formats_leave_out_goes_to_standard_error() {
    let sandbox = sandbox();
    for format in ["github", "gitlab", "checkstyle", "junit", "rdjson"] {
        let run = sandbox.run(&check(&["--format", format, "--statistics"])).exits(1);
        run.complains(&["8 findings (4 errors, 4 warnings)", "8  family own", "4  severity error"]);
        assert_eq!(sandbox.run(&check(&["--format", format, "--quiet"])).err, "", "{format}");
    }
    for format in ["sarif", "html"] {
        assert_eq!(sandbox.run(&check(&["--format", format])).exits(1).err, "", "{format} says it all");
    }
}

#[test]
fn statistics_are_in_the_json_too() {
    let sandbox = sandbox();
    let rows = sandbox.run(&check(&["--format", "json", "--statistics"])).json()["statistics"].clone();
    let shown: Vec<String> = rows
        .as_array()
        .expect("a list")
        .iter()
        .map(|row| format!("{} {} {}", row["kind"], row["name"], row["count"]))
        .collect();
    let expected = [
        "\"rule\" \"local.own.nil-body\" 4",
        "\"rule\" \"local.own.no-panic\" 4",
        "\"family\" \"own\" 8",
        "\"severity\" \"error\" 4",
        "\"severity\" \"warning\" 4",
    ];
    assert_eq!(shown, expected);
    let without = sandbox.run(&check(&["--format", "json"])).json();
    assert_eq!(without["statistics"], Value::Array(Vec::new()));
}

#[test]
fn a_broken_rule_is_in_every_report() {
    let sandbox = Sandbox::new(&[("own.rule", "rule x {\n  mtach expr { 1 }\n}\n"), ("a.go", "package a\n")]);
    for format in ["sarif", "html", "github", "gitlab", "checkstyle", "junit", "rdjson"] {
        let run = sandbox.run(&check(&["--format", format])).exits(2);
        assert!(run.out.contains("mtach") && run.out.contains("own.rule"), "{format}: {run:#?}");
    }
    let log = sandbox.run(&check(&["--format", "sarif"])).json();
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!((&invocation["executionSuccessful"], &invocation["exitCode"]), (&false.into(), &2.into()));
}

#[test]
fn what_comments_waive_is_in_sarif_with_its_reason() {
    let source = "package a\n\nfunc f() { panic(\"x\") } //rulec:ignore no-panic it cannot happen\n\nfunc g() { panic(\"y\") }\n";
    let sandbox = Sandbox::new(&[("own.rule", RULES), ("a.go", source)]);
    let log = sandbox.run(&check(&["--format", "sarif", "--fail-on", "warning"])).exits(1).json();
    let results = log["runs"][0]["results"].as_array().expect("a list").clone();
    let waived: Vec<_> = results.iter().map(|result| result["suppressions"].clone()).collect();
    assert_eq!(waived.len(), 2);
    assert_eq!(waived[0], Value::Array(Vec::new()), "not waived, and the list says so");
    assert_eq!(waived[1][0]["justification"], "it cannot happen");
    assert_eq!(waived[1][0]["kind"], "inSource");
    let run = sandbox.run(&check(&["--format", "json", "--ignore", "http"])).exits(0).json();
    assert_eq!((run["findings"].as_array().map(Vec::len), &run["summary"]["suppressed"]), (Some(1), &1.into()));
}

#[test]
fn what_a_baseline_lists_is_in_sarif_and_html() {
    let sandbox = Sandbox::new(&[("own.rule", RULES), ("a.go", GO)]);
    let sarif = |more: &[&str]| {
        let log = sandbox.run(&check(&[&["--format", "sarif"], more].concat())).json();
        let results = log["runs"][0]["results"].as_array().expect("a list").clone();
        let row = |result: &Value| {
            let kinds =
                result["suppressions"].as_array().map(|all| all.iter().map(|one| one["kind"].clone()).collect());
            (result["ruleId"].clone(), result["baselineState"].clone(), kinds)
        };
        results.iter().map(row).collect::<Vec<(Value, Value, Option<Vec<Value>>)>>()
    };
    let [body, panic] = ["local.own.nil-body", "local.own.no-panic"].map(Value::from);
    assert_eq!(sarif(&[]), [(body.clone(), Value::Null, None), (panic.clone(), Value::Null, None)]);
    let known = ["--baseline", "known.json"];
    sandbox.run(&check(&[&known[..], &["--write-baseline", "--ignore", "nil-body"]].concat())).exits(0);
    let external = Some(vec![Value::from("external")]);
    assert_eq!(
        sarif(&known),
        [(body, "new".into(), Some(vec![])), (panic, "unchanged".into(), external)],
        "every result has a state and a list"
    );
    let log = sandbox.run(&check(&["--format", "sarif", "--baseline", "known.json"])).json();
    let place = &log["runs"][0]["results"][1]["suppressions"][0]["location"]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "known.json");
    let page = sandbox.run(&check(&["--format", "html", "--baseline", "known.json"])).out;
    assert_eq!(page.matches("\"baseline\":\"known.json\"").count(), 1);
}

#[test]
fn ten_thousand_findings_in_every_format() {
    let calls = "\tpanic(\"x\")\n".repeat(10_000);
    let sandbox = Sandbox::new(&[("own.rule", RULES), ("a.go", &format!("package a\n\nfunc f() {{\n{calls}}}\n"))]);
    let outputs: Vec<String> = ALL.iter().map(|format| format!("{format}=out.{format}")).collect();
    let mut arguments = check(&["--format", "jsonl", "--quiet"]);
    outputs.iter().for_each(|output| arguments.extend(["--output", output]));
    let run = sandbox.run(&arguments).exits(0);
    assert_eq!(run.out.lines().count(), 10_000);
    for format in ALL {
        let counted = match format {
            "github" => sandbox.read("out.github").lines().filter(|line| line.starts_with("::warning")).count(),
            // A summary lists the worst alone.
            "markdown" => 10_000,
            "html" => sandbox.read("out.html").matches("\"message\":\"do not panic").count(),
            "sarif" => sandbox.read("out.sarif").matches("\"ruleIndex\":").count(),
            "gitlab" => sandbox.read("out.gitlab").matches("\"check_name\":").count(),
            "checkstyle" => sandbox.read("out.checkstyle").matches("<error ").count(),
            "junit" => sandbox.read("out.junit").matches("<failure ").count(),
            "rdjson" => sandbox.read("out.rdjson").matches("\"severity\":\"WARNING\"").count(),
            _ => 0,
        };
        assert_eq!(counted, 10_000, "{format}");
    }
    let last = sandbox.read("out.github").lines().last().map(str::to_owned);
    assert!(last.is_some_and(|line| line.contains("GitHub shows the first 10")));
}
