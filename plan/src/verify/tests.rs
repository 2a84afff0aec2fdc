//! What the verifier refuses.

use super::*;
use crate::ir::{Origin, OriginId};
use crate::manifest::{Capture, CostClass, Level, MessagePiece, ReportMeta, RuleMeta, Severity};
use rulec_tree::Kind;

const ROOT: Register = Register::ROOT;

fn rule(registers: usize, ops: Vec<Op>) -> RulePlan {
    let whole = Capture { name: String::new(), form: CaptureForm::Node };
    let message = vec![MessagePiece::Text("m".into())];
    let report = ReportMeta { at: CaptureId::MATCH, message, trace: None };
    RulePlan {
        meta: RuleMeta {
            id: "t.t.t".into(),
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
            needs_types: false,
            needs_flow: false,
            fact: None,
            captures: vec![whole],
            reports: vec![report],
            fix: None,
            file: String::new(),
            source: String::new(),
            source_offset: 0,
        },
        registers: vec![RegisterType::Node; registers],
        body: ops.into_iter().map(|op| Step { op, origin: OriginId(0) }).collect(),
        start: Start::Kinds(KindSet::of(&[Kind::Call])),
        guards: Vec::new(),
        needs: Vec::new(),
        origins: vec![Origin { start: 0, end: 0, what: String::new() }],
    }
}

fn refused(registers: usize, ops: Vec<Op>) -> String {
    let sizes = Sizes { atoms: 1, symbols: 1, constants: 1 };
    verify_rule(sizes, &rule(registers, ops)).map_or_else(|refused| refused.reason, |()| "accepted".into())
}

fn go(dst: u16, src: u16, way: Way) -> Op {
    Op::Move { dst: Register(dst), src: Register(src), way }
}

#[test]
fn a_register_is_assigned_once_on_each_way() {
    let below = Over::Descendants { of: ROOT, want: KindSet::ALL, stop: KindSet::EMPTY };
    let ops = vec![go(1, 0, Way::Slot(0)), Op::Each { dst: Register(2), over: below }, go(1, 0, Way::End)];
    assert_eq!(refused(3, ops), "register 1 is assigned twice");
    let alternatives = Op::Either(vec![vec![Step { op: go(1, 0, Way::Slot(0)), origin: OriginId(0) }]; 2]);
    assert_eq!(refused(2, vec![alternatives]), "accepted");
}

#[test]
fn what_only_some_alternatives_assign_cannot_be_read() {
    let one = vec![Step { op: go(1, 0, Way::Slot(0)), origin: OriginId(0) }];
    let ops = vec![Op::Either(vec![one, Vec::new()]), go(2, 1, Way::Same)];
    assert_eq!(refused(3, ops), "register 1 is used as a row but is Unset");
}

#[test]
fn slots_exist_for_every_kind_a_row_can_have() {
    assert_eq!(refused(2, vec![go(1, 0, Way::Slot(2))]), "slot 2 of a kind with 1");
    // The position after the last slot may be the end of the list, which is no row.
    assert_eq!(
        refused(3, vec![go(1, 0, Way::Slot(1)), go(2, 1, Way::Next)]),
        "register 1 is used as a node but is Position"
    );
}

#[test]
fn a_position_before_another_is_a_row() {
    let ops = vec![
        go(1, 0, Way::Slot(1)),
        go(2, 0, Way::End),
        Op::Test(Test::Before(Register(1), Register(2))),
        go(3, 1, Way::Next),
    ];
    assert_eq!(refused(4, ops), "accepted");
}

#[test]
fn indices_lie_in_their_tables() {
    let text = |atom| Op::Test(Test::Text(ROOT, crate::ir::AtomId(atom)));
    assert_eq!(refused(1, vec![text(0)]), "accepted");
    assert_eq!(refused(1, vec![text(1)]), "atom 1 of 1");
    assert_eq!(refused(1, vec![go(7, 0, Way::Same)]), "register 7 does not exist");
}

#[test]
fn host_functions_get_what_they_take() {
    let ask = |args| vec![Op::Ask(Cond::Host(HostFn::Pure, args))];
    assert_eq!(refused(1, ask(vec![Arg::Node(ROOT)])), "accepted");
    assert_eq!(refused(1, ask(Vec::new())), "`is pure` takes 1 arguments, not 0");
    assert_eq!(refused(1, ask(vec![Arg::Const(crate::ir::ConstId(0))])), "`is pure` wants a Node here");
    let value = vec![Op::Ask(Cond::Host(HostFn::Text, vec![Arg::Node(ROOT)]))];
    assert_eq!(refused(1, value), "`text` is used as a Truth");
}

#[test]
fn gathering_makes_a_value_of_what_the_steps_find() {
    let found = Step { op: go(1, 0, Way::Same), origin: OriginId(0) };
    let gather =
        |row, shared| vec![Op::Gather { dst: Register(2), shared, steps: vec![found.clone()], row: Register(row) }];
    let refused = |ops| {
        let mut rule = rule(3, ops);
        rule.registers[2] = RegisterType::Value;
        verify_rule(Sizes { atoms: 1, symbols: 1, constants: 1 }, &rule)
            .map_or_else(|refused| refused.reason, |()| "accepted".into())
    };
    assert_eq!(refused(gather(1, Some((1, ROOT)))), "accepted");
    assert_eq!(refused(gather(1, Some((0, ROOT)))), "a shared set with the number 0");
    assert_eq!(refused(gather(2, None)), "register 2 is used as a node but is Unset");
    let mut outside = gather(1, None);
    outside.push(go(1, 1, Way::Same));
    assert_eq!(refused(outside), "register 1 is used as a row but is Unset");
    let ask = Op::Ask(Cond::Host(HostFn::RowsAdd, Vec::new()));
    assert_eq!(refused(vec![ask]), "`rows add` is asked");
}

#[test]
fn searches_do_not_report() {
    let report = Step { op: Op::Emit(vec![Arg::Node(ROOT)]), origin: OriginId(0) };
    assert_eq!(refused(1, vec![Op::Ask(Cond::Search(vec![report]))]), "a report within a search");
}

#[test]
fn sizes_are_bounded() {
    let steps = vec![Op::Test(Test::Same(ROOT, ROOT)); MAX_STEPS + 1];
    assert_eq!(refused(1, steps), format!("more than {MAX_STEPS} steps"));
    let mut cond = Cond::Test(Test::Same(ROOT, ROOT));
    for _ in 0..=MAX_NESTING {
        cond = Cond::Not(Box::new(cond));
    }
    assert_eq!(refused(1, vec![Op::Ask(cond)]), format!("nested deeper than {MAX_NESTING}"));
}
