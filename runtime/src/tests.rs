//! Whole runs over small files, with plans written by hand: one rule for each function name, which reports its calls.

use crate::fix::{FixLevel, FixedSource, fix, fix_source, unified_diff};
use crate::job::{Job, PathPolicy, Platform, Quiet, RuleSetting, Target};
use crate::{Outcome, RuleSet, check, check_source};
use rulec_pack::Engine;
use rulec_plan::Plan;
use rulec_plan::host::{Answer, HostFn, Param};
use rulec_plan::ir::{
    Arg, AtomId, Cond, ConstId, Constant, Op, Origin, OriginId, Register, RegisterType, RulePlan, Start, Step, Test,
    Way,
};
use rulec_plan::manifest::{
    Applicability, Capture, CaptureForm, CaptureId, CostClass, EditAction, EditMeta, FixMeta, Level, MessagePiece,
    ReportMeta, RuleMeta, Severity, TemplateMeta, TemplatePiece,
};
use rulec_plan::type_pattern::{TypeNode, TypeNodeId, TypePattern};
use rulec_tree::{Category, Kind, KindSet};
use rulec_world::{MemoryFile, Packages};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

mod suppressions;

/// Rules `test.calls.NAME` that report each call of `NAME`. `bad` has a safe fix that renames it to `good`, `first` one that
/// is its first argument; `asked` reports only where its first argument is known to be a variable.
fn rules() -> RuleSet {
    let names = ["bad", "first", "asked", "plain"];
    let atoms = names.iter().map(|name| name.as_bytes().to_vec()).collect();
    let rules = names.iter().enumerate().map(|(index, name)| rule(name, AtomId(index as u32))).collect();
    let plan = Plan { atoms, rules, constants: vec![Constant::Int(1)], ..Plan::default() };
    RuleSet::new(vec![(Arc::new(plan), Engine::Interp)], &[]).unwrap()
}

fn rule(name: &str, atom: AtomId) -> RulePlan {
    let (root, callee, argument) = (Register::ROOT, Register(1), Register(2));
    let step = |op| Step { op, origin: OriginId(0) };
    let mut body = vec![
        step(Op::Move { dst: callee, src: root, way: Way::Slot(0) }),
        step(Op::Test(Test::Kinds(callee, KindSet::of(&[Kind::Ident])))),
        step(Op::Test(Test::Text(callee, atom))),
        step(Op::Move { dst: argument, src: root, way: Way::Slot(1) }),
    ];
    if name == "asked" {
        body.push(step(Op::Ask(Cond::Host(HostFn::IsVar, vec![Arg::Node(argument)]))));
    }
    body.push(step(Op::Emit(vec![Arg::Node(root), Arg::Node(callee), Arg::Node(argument)])));
    RulePlan {
        meta: meta(name),
        registers: vec![RegisterType::Node; 3],
        body: body.into(),
        start: Start::Kinds(KindSet::of(&[Kind::Call])),
        guards: Vec::new(),
        needs: vec![vec![name.to_owned()]],
        origins: vec![Origin { start: 0, end: 1, what: "the argument is a variable".to_owned() }].into(),
    }
}

fn meta(name: &str) -> RuleMeta {
    let capture = |name: &str| Capture { name: name.to_owned(), form: CaptureForm::Node };
    let text = |text: &str| MessagePiece::Text(text.to_owned());
    let fix = |target: u32, piece: TemplatePiece| FixMeta {
        applicability: Applicability::Safe,
        edits: vec![EditMeta {
            action: EditAction::Replace,
            target: CaptureId(target),
            template: Some(TemplateMeta { category: Some(Category::Expr), binds: 7, pieces: vec![piece] }),
        }],
    };
    RuleMeta {
        id: format!("test.calls.{name}"),
        doc: String::new(),
        severity: Severity::Warning,
        level: Level::Recommended,
        tags: vec!["calls".to_owned()],
        since: None,
        options: Vec::new(),
        skip_tests: name == "plain",
        only_tests: false,
        skip_generated: name == "plain",
        cost: CostClass::Literal,
        needs_types: false,
        needs_flow: false,
        fact: None,
        captures: vec![capture(""), capture("$f"), capture("$x")],
        reports: vec![ReportMeta {
            at: CaptureId::MATCH,
            message: vec![text("call of "), MessagePiece::Capture(CaptureId(1))],
            trace: None,
        }],
        fix: match name {
            "bad" => Some(fix(1, TemplatePiece::Text("good".to_owned()))),
            "first" => Some(fix(0, TemplatePiece::Capture { capture: CaptureId(2), binds: 0 })),
            _ => None,
        },
        file: "test.rule".to_owned(),
        source: String::new().into(),
        source_offset: 0,
    }
}

/// Runs `with` on a job over these rules with everything at its default.
fn job<T>(rules: &RuleSet, files: &[Target], change: impl Fn(&mut Job), with: impl Fn(&Job) -> T) -> T {
    typed_job(rules, files, None, change, with)
}

/// The same where types are known.
fn typed_job<T>(
    rules: &RuleSet,
    files: &[Target],
    packages: Option<&Packages>,
    change: impl Fn(&mut Job),
    with: impl Fn(&Job) -> T,
) -> T {
    let settings = rules.default_settings();
    let (platform, interrupt) = (Platform::default(), AtomicBool::new(false));
    let mut job = Job {
        rules,
        settings: &settings,
        policy: None,
        files,
        threads: 1,
        generated: false,
        prefilter: true,
        platform: &platform,
        packages,
        reasons: true,
        profile: None,
        progress: &Quiet,
        interrupt: &interrupt,
    };
    change(&mut job);
    with(&job)
}

fn target(path: &str) -> Target {
    Target { path: path.into(), display: path.into(), explicit: false }
}

fn checked(path: &str, source: &str) -> Outcome {
    job(&rules(), &[], |_| {}, |job| check_source(job, &target(path), source.as_bytes()))
}

/// Each finding as `line:column rule message`.
fn shown(outcome: &Outcome) -> Vec<String> {
    let line = |finding: &crate::finding::Finding| {
        let name = finding.rule_id.trim_start_matches("test.calls.");
        format!("{}:{} {name}: {}", finding.start.line, finding.start.column, finding.message)
    };
    outcome.findings.iter().map(line).collect()
}

#[test]
fn findings_say_where_and_what() {
    let outcome = checked("a/x.go", "package p\n\nfunc (t *T) F() {\n\tbad(x)\n\tgood(plain(y))\n}\n");
    assert_eq!(shown(&outcome), ["4:2 bad: call of bad", "5:7 plain: call of plain"]);
    let finding = &outcome.findings[0];
    assert_eq!(finding.function.as_deref(), Some("p.(*T).F"));
    assert_eq!(finding.snippet.text, "\tbad(x)");
    assert_eq!((finding.start.offset, finding.end.offset), (30, 36));
    assert_eq!((outcome.summary.files, outcome.summary.lines, outcome.summary.rules), (1, 6, 4));
}

#[test]
fn what_is_not_known_is_undecided() {
    let outcome = checked("x.go", "package p\n\nfunc f(v int) {\n\tasked(v)\n\tasked(other)\n\tasked(1)\n}\n");
    assert_eq!(shown(&outcome), ["4:2 asked: call of asked"]);
    let undecided: Vec<_> = outcome.undecided.iter().map(|one| (one.start.line, one.reason.as_str())).collect();
    assert_eq!(undecided, [(5, "not known whether the argument is a variable")]);
}

#[test]
fn rules_choose_their_files() {
    const SOURCE: &str = "package p\n\nfunc f() { plain(1) }\n";
    assert_eq!(checked("x.go", SOURCE).findings.len(), 1);
    assert_eq!(checked("x_test.go", SOURCE).findings.len(), 0);
    let generated = format!("// Code generated by x. DO NOT EDIT.\n\n{SOURCE}func g() {{ bad(1) }}\n");
    let outcome = checked("x.go", &generated);
    assert_eq!((outcome.findings.len(), outcome.summary.files), (0, 0));
    let named = |explicit| {
        let target = Target { explicit, ..target("x.go") };
        job(&rules(), &[], |job| job.generated = !explicit, |job| check_source(job, &target, generated.as_bytes()))
    };
    assert_eq!(shown(&named(true)), ["6:12 bad: call of bad"]);
    assert_eq!(shown(&named(false)), ["6:12 bad: call of bad"]);
}

#[test]
fn a_file_that_no_rule_can_match_is_not_parsed() {
    let outcome = checked("x.go", "package p\n\nfunc f( {\n");
    assert_eq!((outcome.summary.prefiltered, outcome.summary.parse_errors), (1, 0));
    let all = job(
        &rules(),
        &[],
        |job| job.prefilter = false,
        |job| check_source(job, &target("x.go"), b"package p\n\nfunc f( {\n"),
    );
    assert_eq!((all.summary.prefiltered, all.summary.parse_errors), (0, 1));
}

#[test]
fn bad_input_is_told_apart() {
    let partial = checked("x.go", "package p\n\nfunc f() { bad(1) }\n\nfunc g() { bad(( }\n");
    assert_eq!(shown(&partial), ["3:12 bad: call of bad"]);
    assert_eq!((partial.summary.parse_errors, partial.partial.len()), (1, 1));
    assert!(partial.partial[0].reason.contains("g"), "{}", partial.partial[0].reason);
    let not_text = job(&rules(), &[], |_| {}, |job| check_source(job, &target("x.go"), b"package p\n\xff\n"));
    assert_eq!(not_text.skipped.len(), 1);
    let bom = checked("x.go", "\u{feff}package p\r\n\r\nfunc f() { bad(1) }\r\n");
    assert_eq!(shown(&bom), ["3:12 bad: call of bad"]);
}

#[test]
fn columns_are_counted_in_utf_16_as_well() {
    let outcome = checked("x.go", "package p\n\nfunc f() { _ = \"aé€😀\"; bad(1) }\n");
    let start = outcome.findings[0].start;
    // a, é, €, 😀: 1 + 2 + 3 + 4 bytes, 1 + 1 + 1 + 2 units.
    assert_eq!((start.column, start.utf16), (30, 25));
    let fix = outcome.findings[0].fix.as_ref().expect("a fix");
    assert_eq!((fix.places[0].0.utf16, fix.places[0].1.utf16), (25, 28));
}

#[test]
fn fingerprints_do_not_move_with_lines() {
    let before = checked("x.go", "package p\n\nfunc f() { bad(1); bad(1); bad(2) }\n");
    let after = checked("x.go", "package p\n\n// New.\nvar x = 1\n\nfunc f() {\n\tbad( 1 )\n\tbad(1)\n\tbad(2)\n}\n");
    let prints = |outcome: &Outcome| outcome.findings.iter().map(|one| one.fingerprint.clone()).collect::<Vec<_>>();
    assert_eq!(prints(&before), prints(&after));
    let mut all = prints(&before);
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 3);
}

#[test]
fn fixes_go_in_until_nothing_is_left() {
    for (before, after, applied) in [
        ("bad(bad(1))", "good(good(1))", 2),
        ("first(first(1 + 2))", "1 + 2", 2),
        ("bad(first(1))", "good(1)", 2),
        ("good(1)", "good(1)", 0),
    ] {
        let wrap = |code: &str| format!("package p\n\nfunc f() {{\n\tx = {code}\n}}\n");
        let fixed = fixed(&wrap(before), |_| false);
        let (outcome, change, failures) = (fixed.outcome, fixed.change, fixed.failures);
        assert_eq!(String::from_utf8(change.after.clone()).unwrap(), wrap(after), "{before}");
        assert_eq!((change.applied, failures.len(), outcome.findings.len()), (applied, 0, 0), "{before}");
    }
}

fn fixed(source: &str, spares: impl Fn(&crate::finding::Finding) -> bool + Sync) -> FixedSource {
    let fix = |job: &Job<'_>| fix_source(job, &target("x.go"), source.as_bytes(), FixLevel::Safe, &spares);
    job(&rules(), &[], |_| {}, fix)
}

#[test]
fn what_is_spared_is_not_fixed_and_told() {
    let source = "package p\n\nfunc f() { bad(1) }\n\nfunc g() { bad(2) }\n";
    let fixed = fixed(source, |finding| finding.start.line == 3);
    assert_eq!(String::from_utf8(fixed.change.after).unwrap(), source.replace("bad(2)", "good(2)"));
    assert_eq!(shown(&fixed.outcome), ["3:12 bad: call of bad"]);
    assert!(fixed.spared.contains(&fixed.outcome.findings[0].fingerprint), "lines moved, the fingerprint did not");
}

#[test]
fn two_fixes_together_take_the_last_use_of_an_import() {
    let source = "package p\n\nimport \"os\"\n\nvar x = first(1, os.A) + first(2, os.B)\n";
    let fixed = fixed(source, |_| false);
    assert_eq!(String::from_utf8(fixed.change.after).unwrap(), "package p\n\nvar x = 1 + 2\n");
}

/// Writes files into a folder and makes targets of them.
fn files(dir: &Path, sources: &[(&str, &str)]) -> Vec<Target> {
    let write = |(name, source): &(&str, &str)| {
        let path = dir.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, source).unwrap();
        Target { path, display: (*name).into(), explicit: false }
    };
    sources.iter().map(write).collect()
}

#[test]
fn fixed_files_are_replaced_and_keep_their_permissions() {
    let dir = tempfile::tempdir().unwrap();
    let source = "package p\n\nfunc f() { bad(1) }\n";
    let targets = files(dir.path(), &[("a.go", source), ("locked.go", source), ("none.go", "package p\n")]);
    let set_mode = |index: usize, readonly: bool| {
        let mut permissions = std::fs::metadata(&targets[index].path).unwrap().permissions();
        permissions.set_readonly(readonly);
        std::fs::set_permissions(&targets[index].path, permissions).unwrap();
    };
    set_mode(1, true);
    let dry = job(&rules(), &targets, |_| {}, |job| fix(job, FixLevel::Safe, &|_| false, false));
    assert_eq!(dry.changes.len(), 2);
    assert_eq!(
        unified_diff(&dry.changes[0]),
        "--- a/a.go\n+++ b/a.go\n@@ -1,3 +1,3 @@\n package p\n \n-func f() { bad(1) }\n+func f() { good(1) }\n"
    );
    assert_eq!(std::fs::read_to_string(&targets[0].path).unwrap(), source);
    let wet = job(&rules(), &targets, |_| {}, |job| fix(job, FixLevel::Safe, &|_| false, true));
    assert_eq!(wet.changes.iter().map(|change| change.path.as_str()).collect::<Vec<_>>(), ["a.go"]);
    assert_eq!(
        wet.failures.iter().map(|one| (one.path.as_str(), one.reason.as_str())).collect::<Vec<_>>(),
        [("locked.go", "the file is read-only")]
    );
    assert_eq!(shown(&wet.outcome), ["3:12 bad: call of bad"]);
    assert_eq!(std::fs::read_to_string(&targets[0].path).unwrap(), "package p\n\nfunc f() { good(1) }\n");
    assert_eq!(std::fs::read_to_string(&targets[1].path).unwrap(), source);
    set_mode(1, false);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 3);
}

struct Elsewhere;

impl PathPolicy for Elsewhere {
    fn adjust(&self, path: &str, settings: &mut [Vec<RuleSetting>]) {
        for setting in settings.iter_mut().flatten() {
            setting.enabled &= !path.starts_with("off/");
            setting.severity = Severity::Error;
        }
    }
}

#[test]
fn a_run_gives_the_same_on_any_number_of_threads() {
    let dir = tempfile::tempdir().unwrap();
    let source = "package p\n\nfunc F() { bad(1); plain(2); asked(x) }\n";
    let mut targets = files(dir.path(), &[("go.mod", "module example.com/m\n"), ("off/x.go", source)]);
    targets.remove(0);
    for number in 0..40 {
        targets.extend(files(dir.path(), &[(&format!("a{number}/x.go"), source)]));
    }
    targets.push(target("nowhere.go"));
    let run = |threads| {
        let policy = |job: &mut Job| {
            job.threads = threads;
            job.policy = Some(&Elsewhere);
        };
        let mut outcome = job(&rules(), &targets, policy, check);
        outcome.summary.elapsed_ms = 0.0;
        outcome.summary.stages = Default::default();
        outcome
    };
    let one = run(1);
    assert_eq!((one.findings.len(), one.undecided.len(), one.skipped.len(), one.summary.files), (80, 40, 1, 41));
    assert_eq!(one.findings[0].function.as_deref(), Some("example.com/m/a0.F"));
    assert_eq!(one.findings[0].severity, Severity::Error);
    assert_eq!(format!("{one:?}"), format!("{:?}", run(8)));
}

#[test]
fn an_interrupt_ends_the_run_and_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let targets = files(dir.path(), &[("a.go", "package p\n")]);
    let interrupt = AtomicBool::new(true);
    let outcome = job(&rules(), &targets, |_| {}, |job| check(&Job { interrupt: &interrupt, ..*job }));
    assert!(outcome.interrupted);
    assert_eq!(outcome.summary.files, 0);
}

#[test]
fn an_explanation_names_the_condition_that_decided() {
    use crate::explain::{AttemptResult, explain};
    let source = "package p\n\nfunc f() {\n\tasked(1)\n\tasked(other)\n\tplain(v)\n}\n";
    let rules = rules();
    let (asked, _) = rules.rules().find(|(_, meta)| meta.name() == "asked").unwrap();
    let at = |line| {
        let attempts = job(&rules, &[], |_| {}, |job| explain(job, asked, &target("x.go"), source.as_bytes(), line));
        attempts.unwrap().into_iter().map(|attempt| attempt.result).collect::<Vec<_>>()
    };
    assert!(matches!(at(4)[..], [AttemptResult::Failed { passed: 4, .. }]), "{:?}", at(4));
    assert!(matches!(at(5)[..], [AttemptResult::Undecided { .. }]), "{:?}", at(5));
    assert!(matches!(at(6)[..], [AttemptResult::Failed { passed: 2, .. }]), "{:?}", at(6));
    assert_eq!(at(1), []);
}

/// A rule for each host function, which asks it at every node and reports nothing.
fn rules_that_ask_everything() -> RuleSet {
    let named = |package: &str, name: &str| TypeNode::Named { package: package.into(), name: name.into(), args: None };
    let form = |nodes| Constant::Type(TypePattern { underlying: true, maybe_pointer: true, nodes });
    let [x, close, io] = ["x", "Close", "io"].map(|text| Constant::Str(text.to_owned()));
    let method = Constant::List(vec![io, Constant::Str("Closer".to_owned()), close]);
    let constants = vec![
        x,
        Constant::Int(0),
        form(vec![TypeNode::Struct(vec![TypeNodeId(1)]), TypeNode::Run]),
        form(vec![TypeNode::Slice(TypeNodeId(1)), TypeNode::Hole(0)]),
        Constant::Type(TypePattern { underlying: false, maybe_pointer: false, nodes: vec![named("io", "Closer")] }),
        Constant::List(vec![method]),
    ];
    let closer = || Arg::Call(HostFn::TypeNamed, vec![Arg::Const(ConstId(4))]);
    let rule = |host: &HostFn| {
        let signature = host.signature();
        let argument = |(index, param): (usize, &Param)| match (param, host, index) {
            (Param::Node | Param::Nodes, ..) => Arg::Node(Register::ROOT),
            (Param::Type, _, 1) => closer(),
            (Param::Type, ..) => Arg::Call(HostFn::TypeOf, vec![Arg::Node(Register::ROOT)]),
            (Param::Value, HostFn::TypeIs | HostFn::TypeMayBe, _) => Arg::Const(ConstId(2)),
            (Param::Value, HostFn::TypePart, 1) | (Param::Value, HostFn::TypeWith, 0) => Arg::Const(ConstId(3)),
            (Param::Value, HostFn::TypeNamed, _) => Arg::Const(ConstId(4)),
            (Param::Value, HostFn::NamesMethod, _) => Arg::Const(ConstId(5)),
            (Param::Value, HostFn::TypePart | HostFn::TypeWith | HostFn::ResultType | HostFn::ParamType, _) => {
                Arg::Const(ConstId(1))
            }
            (Param::Value, ..) => Arg::Const(ConstId(0)),
        };
        let args = signature.params.iter().enumerate().map(argument).collect();
        let op = match signature.answer {
            Answer::Truth => Op::Ask(Cond::And(vec![Cond::Host(*host, args), Cond::Or(Vec::new())])),
            Answer::Value => Op::Let { dst: Register(1), host: *host, args },
        };
        let body = vec![Step { op, origin: OriginId(0) }];
        let mut meta = meta("asks");
        meta.id = format!("test.asks.{}", signature.name);
        RulePlan {
            meta,
            registers: vec![RegisterType::Node, RegisterType::Value],
            body: body.into(),
            start: Start::Kinds(KindSet::ALL),
            guards: Vec::new(),
            needs: Vec::new(),
            origins: vec![Origin { start: 0, end: 1, what: signature.name.to_owned() }].into(),
        }
    };
    let asked = HostFn::ALL.iter().filter(|host| !host.is_of_engines());
    let plan = Plan { constants, rules: asked.map(rule).collect(), ..Plan::default() };
    RuleSet::new(vec![(Arc::new(plan), Engine::Interp)], &[]).unwrap()
}

#[test]
fn every_condition_can_be_asked_of_every_node() {
    let source = r#"// Package p.
package p

import ("os"; f "fmt"; . "io"; _ "embed"; "C")

//go:generate x
type (
	A[T any, U ~int | ~string] struct { B; *os.File `json:"x"`; c, d int /* e */ }
	I interface { M(int, ...string) (err error); ~int | B }
	F = func(chan<- int, <-chan [3]int, [2]string) map[string]struct{}
)

const ( a, b = iota, "x" + "y"; c, d; e = 1 << 3.0 )
var x, y = 1.5e3, 'x'

func (t *A[T, U]) M(p ...int) (r int, _ error) {
L:
	for i := range 10 { if v, ok := t.c.(int); ok && v > 0 { continue L } else if !ok { break L } else { goto L } }
	switch z := any(p).(type) { case int, string: _ = z; default: fallthrough }
	select { case v := <-ch: _ = v; case ch <- 1: default: }
	switch { case x > 1: }
	go func() { defer recover() }()
	s := []int{0: 1, 2}[1:2:3]
	m := map[string]A[int, int]{"k": {c: 1}}
	m["k"].c++; s[0] <<= 2; *t = A[T, U]{}
	for ;; { }
	return -x &^ +y, nil
}

func external()
"#;
    let rules = rules_that_ask_everything();
    let run = |job: &Job| check_source(job, &target("x.go"), source.as_bytes());
    let file = MemoryFile { import_path: "p".into(), path: "x.go".into(), content: source.into() };
    let packages = Packages::of_memory(vec![file], None);
    let outcome = typed_job(&rules, &[], Some(&packages), |job| job.prefilter = false, run);
    assert_eq!((outcome.internal_errors, outcome.partial), (vec![], vec![]));
    assert_eq!(outcome.findings.len(), 0);
    let files = go_distribution();
    let paths = files.iter().map(|file| file.path.clone()).collect();
    let packages = Packages::of_disk(Platform::default().config(), paths, 2);
    let outcome = typed_job(&rules, &files, Some(&packages), |_| {}, check);
    assert_eq!(outcome.internal_errors, []);
}

/// Some files of the Go distribution, where it is installed; all of them with `RULEC_GOROOT=full`.
fn go_distribution() -> Vec<Target> {
    let Ok(output) = std::process::Command::new("go").args(["env", "GOROOT"]).output() else {
        eprintln!("skipped: Go is not installed");
        return Vec::new();
    };
    let root = Path::new(String::from_utf8_lossy(&output.stdout).trim()).join("src");
    let every = if std::env::var("RULEC_GOROOT").is_ok_and(|value| value == "full") { 1 } else { 1200 };
    let found = crate::discover::discover(&[".".into()], &crate::discover::Filters::default(), &root);
    found.targets.into_iter().step_by(every).collect()
}
