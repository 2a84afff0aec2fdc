//! Small plans for tests.

use rulec_plan::Plan;
use rulec_plan::ir::{Arg, Op, Origin, OriginId, Register, RegisterType, RulePlan, Start, Step};
use rulec_plan::manifest::{Capture, CaptureForm, CaptureId, CostClass, Level, ReportMeta, RuleMeta, Severity};

/// A plan of one rule, which does `ops` and then reports its root.
pub fn plan(start: Start, ops: Vec<Op>) -> Plan {
    let report = Op::Emit(vec![Arg::Node(Register::ROOT)]);
    let rule = RulePlan {
        meta: meta(),
        registers: vec![RegisterType::Node; 4],
        body: ops.into_iter().chain([report]).map(|op| Step { op, origin: OriginId(0) }).collect::<Vec<_>>().into(),
        start,
        guards: Vec::new(),
        needs: Vec::new(),
        origins: vec![Origin { start: 0, end: 1, what: "the rule".into() }].into(),
    };
    Plan {
        atoms: vec![b"a".to_vec()],
        symbols: vec![("p".into(), "F".into())],
        constants: Vec::new(),
        rules: vec![rule],
        models: Vec::new(),
        declarations: Vec::new(),
    }
}

fn meta() -> RuleMeta {
    RuleMeta {
        id: "test.pack.rule".into(),
        doc: String::new(),
        severity: Severity::Info,
        level: Level::Recommended,
        tags: Vec::new(),
        since: None,
        options: Vec::new(),
        skip_tests: false,
        only_tests: false,
        skip_generated: false,
        cost: CostClass::Kind,
        needs_types: false,
        needs_flow: false,
        fact: None,
        captures: vec![Capture { name: String::new(), form: CaptureForm::Node }],
        reports: vec![ReportMeta { at: CaptureId::MATCH, message: Vec::new(), trace: None }],
        fix: None,
        file: "a.rule".into(),
        source: String::new().into(),
        source_offset: 0,
    }
}
