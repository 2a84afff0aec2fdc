use super::*;
use rulec_grammar::codes;
use rulec_grammar::diagnostic::{FileId, Sink};
use rulec_plan::manifest::{Applicability, CostClass, Level, RuleMeta, Severity};
use rulec_runtime::finding::{
    Edit, Finding, FixEdits, GoneFinding, InternalError, KnownFindings, Position, Related, Skipped, Snippet, Summary,
    Suppressed, UnchangedFindings, Undecided, Withheld,
};
use rulec_tree::Span;

const VIEW: View = View { color: false, quiet: false, timings: false, undecided: true, statistics: true };

fn at(line: u32, column: u32, offset: u32) -> Position {
    Position { line, column, offset, utf16: column }
}

fn outcome() -> Outcome {
    let related = |path: &str, line, message: &str, text: &str| Related {
        message: message.into(),
        path: path.into(),
        start: at(line, 1, 5),
        end: at(line, 4, 8),
        snippet: Snippet { line, text: text.into() },
        step: false,
    };
    let finding = Finding {
        rule: None,
        rule_id: "stdlib.http.nil-body".into(),
        severity: Severity::Warning,
        tags: vec!["http".to_owned()].into(),
        message: "use http.NoBody".into(),
        path: "a/b.go".into(),
        start: at(12, 11, 110),
        end: at(12, 14, 113),
        function: Some("example.com/m/a.(*T).Serve".into()),
        related: vec![related("a/b.go", 3, "the import is here", "fmt"), related("c.go", 1, "and there", "x")],
        fix: Some(FixEdits {
            applicability: Applicability::Safe,
            edits: vec![Edit { start: 110, end: 113, text: "http.NoBody".into(), import: false }],
            places: vec![(at(12, 11, 110), at(12, 14, 113))],
        }),
        fix_withheld: None,
        fingerprint: "f00".into(),
        snippet: Snippet { line: 12, text: "\tdo(\"é\", nil)".into() },
    };
    let bare = Finding {
        severity: Severity::Error,
        function: None,
        related: vec![],
        fix: None,
        fix_withheld: Some("a comment stands in the way".into()),
        fingerprint: "f01".into(),
        start: at(20, 1, 300),
        end: at(25, 2, 350),
        snippet: Snippet { line: 20, text: "{\n1\n2\n3".into() },
        ..finding.clone()
    };
    let waived = Finding {
        message: "waived".into(),
        fingerprint: "f02".into(),
        start: at(30, 1, 400),
        end: at(30, 4, 403),
        ..bare.clone()
    };
    let known = Finding {
        message: "this was so before".into(),
        fingerprint: "f03".into(),
        start: at(40, 1, 500),
        end: at(40, 4, 503),
        ..bare.clone()
    };
    let known = vec![known];
    let reason = Some("measured: it does not matter".to_owned());
    let suppressed = Suppressed { finding: waived, reason, start: at(29, 1, 370), end: at(29, 20, 389) };
    Outcome {
        findings: vec![finding, bare],
        undecided: vec![Undecided {
            rule: rulec_runtime::finding::RuleRef { program: 0, rule: rulec_plan::ir::RuleIndex(0) },
            rule_id: "local.a.b".into(),
            path: "a/b.go".into(),
            start: at(1, 1, 0),
            end: at(1, 2, 1),
            reason: "$x is const".into(),
        }],
        skipped: vec![Skipped { path: "z.go".into(), reason: "not UTF-8".into() }],
        partial: vec![Skipped { path: "y.go".into(), reason: "function F: syntax error".into() }],
        internal_errors: vec![InternalError { path: "i.go".into(), message: "boom".into() }],
        suppressed: vec![suppressed],
        withheld: Withheld {
            baseline: Some(KnownFindings {
                path: "known.json".into(),
                known,
                gone: vec![GoneFinding { path: "g.go".into(), rule_id: "a.b.c".into(), function: Some("m.F".into()) }],
                written: None,
            }),
            changes: Some(UnchangedFindings { revision: "main".into(), base: "c0ffee".into(), outside: 2 }),
        },
        interrupted: false,
        summary: Summary { files: 240, bytes: 5, lines: 2, rules: 3, parse_errors: 1, ..Summary::default() },
    }
}

fn rule() -> RuleMeta {
    RuleMeta {
        id: "stdlib.http.nil-body".to_owned(),
        doc: "A request without a body has `http.NoBody`.\n\n## Why\nBecause.\n".to_owned(),
        severity: Severity::Warning,
        level: Level::Recommended,
        tags: vec!["http".to_owned()],
        since: None,
        options: Vec::new(),
        skip_tests: false,
        only_tests: false,
        skip_generated: false,
        cost: CostClass::Literal,
        needs_types: false,
        needs_flow: false,
        fact: None,
        captures: Vec::new(),
        reports: Vec::new(),
        fix: None,
        file: "nil-body.rule".to_owned(),
        source: Default::default(),
        source_offset: 0,
    }
}

fn written(name: &str, view: View) -> String {
    written_of(&outcome(), name, view)
}

fn written_of(outcome: &Outcome, name: &str, view: View) -> String {
    let rule = rule();
    let rules = [&rule];
    let sources = [Source::new("x.rule", "rule é {\n  mtach\n}\n")];
    let mut sink = Sink::new();
    sink.error(codes::E0106, FileId(0), Span::new(12, 17), "`mtach` is not a clause").help("did you mean `match`?");
    let notices = [Notice::error("there is no such file").about("nope.go")];
    let diagnostics = sink.into_sorted();
    let report = Report {
        outcome,
        diagnostics: &diagnostics,
        sources: &sources,
        notices: &notices,
        rules: &rules,
        exit_code: 1,
        version: "0.1.0",
        profile: &[],
        view,
    };
    let mut out = Vec::new();
    format(name).expect("a known format").write(&report, &mut out).expect("a vector takes everything");
    let mut screen = Screen::new(&mut out as &mut dyn io::Write, view.color);
    if name == "text" {
        diagnostics::write(report.diagnostics, &sources, &mut screen).expect("a vector takes everything");
        diagnostics::write_notices(&notices, &mut screen).expect("a vector takes everything");
    }
    String::from_utf8(out).expect("text")
}

#[test]
fn text_shows_place_lines_and_fix() {
    let expected = "\
warning[stdlib.http.nil-body]: use http.NoBody
   ┌─ a/b.go:12:11
   │
 3 │ fmt
   │ --- the import is here
   ·
12 │     do(\"é\", nil)
   │             ^^^
   │
   = c.go:1:1: and there
   = fix: replace `nil` with `http.NoBody` (`--fix` applies it)

error[stdlib.http.nil-body]: use http.NoBody
   ┌─ a/b.go:20:1
   │  
20 │ ╭ {
21 │ │ 1
22 │ │ 2
23 │ │ 3
   │ ╰─^
   │  
   = no fix here: a comment stands in the way

undecided[local.a.b]: a/b.go:1:1: not known: $x is const
note: z.go was not checked: not UTF-8
note: y.go was checked in part: function F: syntax error
note: g.go: a.b.c is gone in m.F
note: 1 finding is gone and still in known.json; `--write-baseline` takes them out
2  stdlib.http.nil-body  (1 with a fix)
2  family http  (1 with a fix)
1  severity error
1  severity warning  (1 with a fix)
2 findings (1 error, 1 warning) in 240 files, 1 fixable with `--fix`, 1 file checked in part, 1 file skipped, 1 suppressed, 1 in the baseline, 2 outside of what changed, 1 undecided
error[E0106]: `mtach` is not a clause
  ┌─ x.rule:2:3
  │
2 │   mtach
  │   ^^^^^
  │
  = help: did you mean `match`?

error: nope.go: there is no such file
";
    let written = written("text", VIEW);
    assert_eq!(written, expected, "{written}");
}

#[test]
fn quiet_is_findings_only_and_color_is_escapes() {
    let quiet = written("text", View { quiet: true, undecided: false, ..VIEW });
    assert!(!quiet.contains("240 files") && !quiet.contains("z.go"), "{quiet}");
    assert!(written("text", View { color: true, ..VIEW }).contains("\u{1b}["));
    assert!(!written("text", VIEW).contains('\u{1b}'));
}

#[test]
fn json_has_every_key() {
    let value: serde_json::Value = serde_json::from_str(&written("json", VIEW)).expect("one JSON object");
    let expected = serde_json::json!({
        "schema": 1, "version": "0.1.0",
        "findings": [{
            "rule": "stdlib.http.nil-body", "severity": "warning", "tags": ["http"], "message": "use http.NoBody",
            "path": "a/b.go",
            "start": {"line": 12, "column": 11, "offset": 110}, "end": {"line": 12, "column": 14, "offset": 113},
            "function": "example.com/m/a.(*T).Serve",
            "related": [
                {"message": "the import is here", "path": "a/b.go",
                 "start": {"line": 3, "column": 1, "offset": 5}, "end": {"line": 3, "column": 4, "offset": 8}},
                {"message": "and there", "path": "c.go",
                 "start": {"line": 1, "column": 1, "offset": 5}, "end": {"line": 1, "column": 4, "offset": 8}}],
            "fix": {"applicability": "safe", "edits": [{"start": 110, "end": 113, "text": "http.NoBody"}]},
            "fingerprint": "f00",
        }, {
            "rule": "stdlib.http.nil-body", "severity": "error", "tags": ["http"], "message": "use http.NoBody",
            "path": "a/b.go",
            "start": {"line": 20, "column": 1, "offset": 300}, "end": {"line": 25, "column": 2, "offset": 350},
            "function": null, "related": [], "fix": null, "fingerprint": "f01",
        }],
        "diagnostics": [
            {"code": "E0106", "severity": "error", "message": "`mtach` is not a clause", "path": "x.rule",
             "start": {"line": 2, "column": 3, "offset": 12}, "end": {"line": 2, "column": 8, "offset": 17}},
            {"code": null, "severity": "error", "message": "there is no such file", "path": "nope.go",
             "start": null, "end": null}],
        "internal_errors": [{"path": "i.go", "message": "boom"}],
        "undecided": 1,
        "undecided_list": [{"rule": "local.a.b", "path": "a/b.go", "start": {"line": 1, "column": 1, "offset": 0},
                            "end": {"line": 1, "column": 2, "offset": 1}, "reason": "$x is const"}],
        "skipped": [{"path": "y.go", "reason": "in part: function F: syntax error"},
                    {"path": "z.go", "reason": "not UTF-8"}],
        "baseline": {"path": "known.json", "known": 1, "gone": [{"rule": "a.b.c", "path": "g.go", "function": "m.F"}],
                     "written": null},
        "changes": {"revision": "main", "base": "c0ffee", "outside": 2},
        "profile": [],
        "statistics": [
            {"kind": "rule", "name": "stdlib.http.nil-body", "count": 2, "fixable": 1},
            {"kind": "family", "name": "http", "count": 2, "fixable": 1},
            {"kind": "severity", "name": "error", "count": 1, "fixable": 0},
            {"kind": "severity", "name": "warning", "count": 1, "fixable": 1}],
        "summary": {"files": 240, "bytes": 5, "lines": 2, "rules": 3, "parse_errors": 1, "suppressed": 1, "types_known": null},
    });
    assert_eq!(value, expected);
}

#[test]
fn json_has_times_unless_told_otherwise() {
    let value: serde_json::Value =
        serde_json::from_str(&written("json", View { timings: true, undecided: false, ..VIEW })).expect("JSON");
    assert!(value["summary"]["elapsed_ms"].is_number() && value["summary"]["stages_ms"]["match"].is_number());
    assert_eq!((&value["undecided"], &value["undecided_list"]), (&1.into(), &serde_json::json!([])));
}

#[test]
fn json_lines_are_the_findings() {
    let lines = written("jsonl", VIEW);
    let whole: serde_json::Value = serde_json::from_str(&written("json", VIEW)).expect("JSON");
    let rows: Vec<serde_json::Value> = lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(serde_json::Value::Array(rows), whole["findings"]);
}

#[test]
fn every_format_has_its_own_name() {
    for (index, format) in FORMATS.iter().enumerate() {
        assert_eq!(FORMATS.iter().position(|other| other.name() == format.name()), Some(index));
    }
}

#[test]
fn markdown_says_what_is_new_what_is_gone_and_what_was_left_out() {
    let written = written("markdown", VIEW);
    let expected = "## rulec: 2 new findings

**1 error** · **1 warning** · 240 files checked · 1 finding in the baseline <code>known.json</code> · 1 gone · \
2 findings outside of what changed since <code>main</code> (<code>c0ffee</code>) · 1 suppressed · 1 undecided · \
1 skipped files · 1 places not checked.

| | Place | Finding | Rule |
|---|---|---|---|
| error | <code>a/b.go:20:1</code> | use http.NoBody | <code>stdlib.http.nil-body</code> |
| warning | <code>a/b.go:12:11</code> | use http.NoBody | <code>stdlib.http.nil-body</code> |

<details><summary>1 finding gone</summary>

- <code>g.go</code> <code>a.b.c</code> in <code>m.F</code>

They are still in the baseline; `--write-baseline` takes them out.

</details>

> [!WARNING]
> 2 mistakes in rules, configuration or arguments, 1 internal error; the log tells more.

";
    assert_eq!(written, expected, "{written}");
}

#[test]
fn markdown_escapes_what_comes_from_code() {
    let mut outcome = outcome();
    outcome.findings.truncate(1);
    outcome.findings[0].message = "a|b `x` <img> @you\n$1".into();
    outcome.findings[0].path = "a|b`\n<b>.go".into();
    outcome.findings = vec![outcome.findings[0].clone(); 300];
    let mut out = Vec::new();
    let report = Report {
        outcome: &outcome,
        diagnostics: &[],
        sources: &[],
        notices: &[],
        rules: &[],
        exit_code: 1,
        version: "0.1.0",
        profile: &[],
        view: VIEW,
    };
    format("markdown").expect("a known format").write(&report, &mut out).expect("a vector takes everything");
    let text = String::from_utf8(out).expect("text");
    let row =
        "| warning | <code>a&#124;b&#96;\u{fffd}&lt;b&gt;.go:12:11</code> | a\\|b \\`x\\` \\<img\\> \\@you \\$1 | ";
    assert!(text.contains(row), "{text}");
    assert_eq!(text.matches("| warning |").count(), 200);
    assert!(text.contains("… and 100 more."), "{text}");
}

/// What the formats write of the report with one of everything, and of one whose texts try to break out, as whole files:
/// `UPDATE=1 cargo test -p rulec-report` rewrites them.
#[test]
fn formats_write_what_was_looked_at() {
    for (report, outcome) in [("one-of-everything", outcome()), ("nasty", nasty()), ("nothing", Outcome::default())] {
        for name in ["sarif", "github", "gitlab", "checkstyle", "junit", "rdjson"] {
            let written = written_of(&outcome, name, VIEW);
            let path = format!("{}/tests/written/{report}.{name}.out", env!("CARGO_MANIFEST_DIR"));
            if std::env::var_os("UPDATE").is_some() {
                std::fs::write(&path, &written).expect("the file is written");
            }
            let expected = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(written == expected, "{path} is not what is written: {written}");
        }
    }
}

/// Texts that end elements, strings, lines and commands where they are not escaped.
const NASTY: &str = "</script><!--\u{1b}[31m ]]> \"'&,:;%0A\r\n::error::x\u{0} \u{2028}é😀\u{fffe}\\";

/// A report in which every text is nasty.
fn nasty() -> Outcome {
    let [first, ..] = &outcome().findings[..] else { panic!("a finding") };
    let path: std::sync::Arc<str> = format!("a b/{NASTY}%FF.go").into();
    let mut related = first.related.clone();
    for (index, one) in related.iter_mut().enumerate() {
        (one.message, one.path, one.step) = (NASTY.to_owned(), path.clone(), index == 0);
    }
    let mut fix = first.fix.clone().expect("a fix");
    fix.edits[0].text = NASTY.to_owned();
    // A second edit on the same line: together they are one.
    fix.edits.push(Edit { start: 114, end: 114, text: "x".to_owned(), import: false });
    fix.places.push((at(12, 15, 114), at(12, 15, 114)));
    let finding = Finding {
        rule_id: "local.é.nasty<rule>".into(),
        message: NASTY.to_owned(),
        path: path.clone(),
        function: Some(NASTY.to_owned()),
        related,
        fix: Some(fix),
        ..first.clone()
    };
    let absolute = Finding {
        fingerprint: "f01".into(),
        path: "/tmp/é.go".into(),
        fix: None,
        related: Vec::new(),
        ..finding.clone()
    };
    Outcome {
        findings: vec![finding.clone(), absolute],
        suppressed: vec![Suppressed { finding, reason: Some(NASTY.to_owned()), start: at(1, 1, 0), end: at(1, 2, 1) }],
        skipped: vec![Skipped { path: NASTY.into(), reason: NASTY.into() }],
        internal_errors: vec![InternalError { path: String::new(), message: NASTY.into() }],
        ..Outcome::default()
    }
}

#[test]
fn the_page_holds_the_findings_as_data() {
    for outcome in [outcome(), nasty(), Outcome::default()] {
        let page = written_of(&outcome, "html", VIEW);
        let (_, rest) = page.split_once("<script id=\"data\" type=\"application/json\">").expect("the data");
        let (data, rest) = rest.split_once("</script>").expect("its end");
        assert!(!data.contains('<'), "nothing ends the element: {data}");
        assert_eq!(rest.matches("</script>").count(), 1, "the script alone is behind it");
        let data: serde_json::Value = serde_json::from_str(data).expect("JSON");
        let rows = data["findings"].as_array().expect("a list");
        // The mistake of the rule file, the notice, and the faults of rulec come behind the findings.
        assert_eq!(rows.len(), outcome.findings.len() + 2 + outcome.internal_errors.len());
        assert_eq!(data["suppressed"].as_array().map(Vec::len), Some(outcome.suppressed.len()));
        for (row, finding) in rows.iter().zip(&outcome.findings) {
            assert_eq!(row["message"], finding.message);
            assert_eq!(row["path"], *finding.path);
        }
    }
}

#[test]
fn the_page_loads_nothing() {
    let parts = [include_str!("html/report.html"), include_str!("html/report.css"), include_str!("html/report.js")];
    for elsewhere in ["http:", "https:", "src=", "<link", "@import", "url(", "fetch(", "innerHTML"] {
        assert!(parts.iter().all(|part| !part.contains(elsewhere)), "{elsewhere}");
    }
}
