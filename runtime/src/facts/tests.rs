//! A fact that is found from the bottom up: a function blocks if it sends, or calls one that blocks.

use crate::finding::Outcome;
use crate::job::{Job, Platform, Quiet, Target};
use crate::{RuleSet, check_source};
use rulec_pack::Engine;
use rulec_plan::Plan;
use rulec_plan::host::HostFn;
use rulec_plan::ir::{
    Arg, Cond, ConstId, Constant, Op, Origin, OriginId, Over, Register, RegisterType, RulePlan, Start, Step,
};
use rulec_plan::manifest::{
    Capture, CaptureForm, CaptureId, CostClass, FactKind, FactMeta, Level, ReportMeta, RuleMeta, Severity,
};
use rulec_tree::{Kind, KindSet};
use rulec_world::{MemoryFile, Packages};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

const FACT: &str = "test.facts.blocks";

/// A step.
pub(crate) fn step(op: Op) -> Step {
    Step { op, origin: OriginId(0) }
}

fn below(kind: Kind) -> Step {
    let over =
        Over::Descendants { of: Register::ROOT, want: KindSet::of(&[kind]), stop: KindSet::of(&[Kind::FuncLit]) };
    step(Op::Each { dst: Register(1), over })
}

fn blocks(of: Register) -> Step {
    step(Op::Ask(Cond::Host(HostFn::Fact, vec![Arg::Node(of), Arg::Const(ConstId(0))])))
}

/// A rule or fact that reports its candidates.
pub(crate) fn plan(id: &str, fact: Option<FactMeta>, kind: Kind, mut body: Vec<Step>) -> RulePlan {
    body.push(step(Op::Emit(vec![Arg::Node(Register::ROOT)])));
    RulePlan {
        meta: RuleMeta {
            id: id.to_owned(),
            doc: String::new(),
            severity: Severity::Warning,
            level: Level::Recommended,
            tags: Vec::new(),
            since: None,
            options: Vec::new(),
            skip_tests: false,
            only_tests: false,
            skip_generated: false,
            cost: CostClass::Kind,
            needs_types: true,
            needs_flow: true,
            fact,
            captures: vec![Capture { name: String::new(), form: CaptureForm::Node }],
            reports: vec![ReportMeta { at: CaptureId::MATCH, message: Vec::new(), trace: None }],
            fix: None,
            file: "a.rule".to_owned(),
            source: String::new().into(),
            source_offset: 0,
        },
        registers: vec![RegisterType::Node; 2],
        body: body.into(),
        start: Start::Kinds(KindSet::of(&[kind])),
        guards: Vec::new(),
        needs: Vec::new(),
        origins: vec![Origin { start: 0, end: 1, what: "it blocks".to_owned() }].into(),
    }
}

/// A rule that reports every call of a function that blocks.
fn rules() -> RuleSet {
    let branches = vec![vec![below(Kind::Send)], vec![below(Kind::Call), blocks(Register(1))]];
    let meta = FactMeta { of: FactKind::Func, stratum: 0 };
    let fact = plan(FACT, Some(meta), Kind::FuncDecl, vec![step(Op::Either(branches))]);
    let rule = plan("test.facts.rule", None, Kind::Call, vec![blocks(Register::ROOT)]);
    let constants = vec![Constant::Str(FACT.to_owned())];
    let plan = Plan { constants, rules: vec![fact, rule], ..Plan::default() };
    RuleSet::new(vec![(Arc::new(plan), Engine::Interp)], &[]).unwrap()
}

/// What is reported, and what is left undecided, in the last of these files: the lines.
fn checked(files: &[(&str, &str)]) -> (Vec<u32>, Vec<u32>) {
    let path = |name: &str| format!("/m/{name}/{name}.go");
    let memory = files.iter().map(|(name, source)| MemoryFile {
        import_path: (*name).to_owned(),
        path: path(name).into(),
        content: source.as_bytes().to_vec(),
    });
    let packages = Packages::of_memory(memory.collect(), Some(22));
    let rules = rules();
    let (settings, platform, interrupt) = (rules.default_settings(), Platform::default(), AtomicBool::new(false));
    let job = Job {
        rules: &rules,
        settings: &settings,
        policy: None,
        files: &[],
        threads: 1,
        generated: false,
        prefilter: true,
        platform: &platform,
        packages: Some(&packages),
        reasons: true,
        profile: None,
        progress: &Quiet,
        interrupt: &interrupt,
    };
    let (name, source) = files.last().unwrap();
    let target = Target { path: path(name).into(), display: (*name).into(), explicit: false };
    let Outcome { findings, undecided, internal_errors, .. } = check_source(&job, &target, source.as_bytes());
    assert_eq!(internal_errors, []);
    let reported = findings.iter().map(|one| one.start.line).collect();
    (reported, undecided.iter().map(|one| one.start.line).collect())
}

#[test]
fn facts_go_up_the_calls_of_a_package() {
    let source = "package p\nfunc a(c chan int) { c <- 1 }\nfunc b(c chan int) { d(c, 1) }\nfunc d(c chan int, n int) {\n\
        if n > 0 { b(c) }\na(c)\n}\nfunc e() {\ne()\nd(nil, 0)\n}\ntype T struct{}\nfunc (T) m() {\n\
        _ = len(\"\")\n}\nfunc g(f func()) {\nT{}.m()\nf()\n}\n";
    assert_eq!(checked(&[("p", source)]), (vec![3, 5, 6, 9, 10], vec![18]));
}

#[test]
fn facts_of_imported_packages_are_known() {
    let low = "package low\nfunc Send(c chan int) { c <- 1 }\nfunc Other() {}\n";
    let middle = "package middle\nimport \"low\"\nfunc Up() { low.Send(nil) }\nfunc Down() { low.Other() }\n";
    let top = "package top\nimport \"middle\"\nfunc f() {\nmiddle.Up()\nmiddle.Down()\n}\n";
    assert_eq!(checked(&[("low", low), ("middle", middle), ("top", top)]), (vec![4], vec![]));
}
