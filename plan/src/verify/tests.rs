//! What the verifier refuses.

use super::*;
use crate::host::HostFn;
use crate::ir::{
    Arg, AtomId, Cond, ConstId, Constant, Guard, Op, Origin, OriginId, Over, Register, RuleIndex, Step, SymbolIndex,
    Test, Way,
};
use crate::manifest::{
    Applicability, Capture, CaptureForm, CaptureId, CostClass, EditAction, EditMeta, FixMeta, Level, MessagePiece,
    OptionMeta, OptionType, ReportMeta, RuleMeta, Severity,
};
use crate::type_pattern::{TypeNode, TypeNodeId, TypePattern};
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
            source: String::new().into(),
            source_offset: 0,
        },
        registers: vec![RegisterType::Node; registers],
        body: ops.into_iter().map(|op| Step { op, origin: OriginId(0) }).collect::<Vec<_>>().into(),
        start: Start::Kinds(KindSet::of(&[Kind::Call])),
        guards: Vec::new(),
        needs: Vec::new(),
        origins: vec![Origin { start: 0, end: 0, what: String::new() }].into(),
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
    assert_eq!(refused(3, ops), "step 2: register 1 is assigned twice");
    let alternatives = Op::Either(vec![vec![Step { op: go(1, 0, Way::Slot(0)), origin: OriginId(0) }]; 2]);
    assert_eq!(refused(2, vec![alternatives]), "accepted");
}

#[test]
fn what_only_some_alternatives_assign_cannot_be_read() {
    let one = vec![Step { op: go(1, 0, Way::Slot(0)), origin: OriginId(0) }];
    let ops = vec![Op::Either(vec![one, Vec::new()]), go(2, 1, Way::Same)];
    assert_eq!(refused(3, ops), "step 1: register 1 is used as a row but is Sometimes");
}

#[test]
fn slots_exist_for_every_kind_a_row_can_have() {
    assert_eq!(refused(2, vec![go(1, 0, Way::Slot(2))]), "step 0: slot 2 of a kind with 1");
    // The position after the last slot may be the end of the list, which is no row.
    assert_eq!(
        refused(3, vec![go(1, 0, Way::Slot(1)), go(2, 1, Way::Next)]),
        "step 1: register 1 is used as a node but is Position"
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
    assert_eq!(refused(1, vec![text(1)]), "step 0: atom 1 of 1");
    assert_eq!(refused(1, vec![go(7, 0, Way::Same)]), "step 0: register 7 does not exist");
}

#[test]
fn host_functions_get_what_they_take() {
    let ask = |args| vec![Op::Ask(Cond::Host(HostFn::Pure, args))];
    assert_eq!(refused(1, ask(vec![Arg::Node(ROOT)])), "accepted");
    assert_eq!(refused(1, ask(Vec::new())), "step 0: `is pure` takes 1 arguments, not 0");
    assert_eq!(refused(1, ask(vec![Arg::Const(crate::ir::ConstId(0))])), "step 0: `is pure` wants a Node here");
    let value = vec![Op::Ask(Cond::Host(HostFn::Text, vec![Arg::Node(ROOT)]))];
    assert_eq!(refused(1, value), "step 0: `text` is used as a Truth");
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
    assert_eq!(refused(gather(1, Some((0, ROOT)))), "step 0: a shared set with the number 0");
    assert_eq!(refused(gather(2, None)), "step 0: register 2 is used as a node but is Unset");
    let mut outside = gather(1, None);
    outside.push(go(1, 1, Way::Same));
    assert_eq!(refused(outside), "step 1: register 1 is used as a row but is Unset");
    let ask = Op::Ask(Cond::Host(HostFn::RowsAdd, Vec::new()));
    assert_eq!(refused(vec![ask]), "step 0: `rows add` is asked");
}

#[test]
fn searches_do_not_report() {
    let report = Step { op: Op::Emit(vec![Arg::Node(ROOT)]), origin: OriginId(0) };
    assert_eq!(refused(1, vec![Op::Ask(Cond::Search(vec![report]))]), "step 0: step 0: a report within a search");
}

#[test]
fn sizes_are_bounded() {
    let steps = vec![Op::Test(Test::Same(ROOT, ROOT)); MAX_STEPS + 1];
    assert_eq!(refused(1, steps), format!("step {MAX_STEPS}: more than {MAX_STEPS} steps"));
    let mut cond = Cond::Test(Test::Same(ROOT, ROOT));
    for _ in 0..=MAX_NESTING {
        cond = Cond::Not(Box::new(cond));
    }
    assert_eq!(refused(1, vec![Op::Ask(cond)]), format!("step 0: nested deeper than {MAX_NESTING}"));
}

#[test]
fn what_some_alternatives_assigned_is_not_assigned_again() {
    // The choice in the first alternative is taken up again after register 1 was given a position behind all rows: it
    // would go on from there to rows that do not exist.
    let below = Over::Descendants { of: ROOT, want: KindSet::ALL, stop: KindSet::EMPTY };
    let first = vec![go(1, 0, Way::Same), Op::Each { dst: Register(2), over: below }, go(3, 1, Way::Slot(0))];
    let first = first.into_iter().map(|op| Step { op, origin: OriginId(0) }).collect();
    let ops = vec![Op::Either(vec![first, Vec::new()]), go(1, 0, Way::End)];
    assert_eq!(refused(4, ops), "step 1: register 1 is assigned twice");
}

#[test]
fn what_is_gathered_once_for_a_row_hangs_on_that_row_alone() {
    let refused = |dst: u16, src: u16, again: bool| {
        let found = Step { op: go(dst, src, Way::Same), origin: OriginId(0) };
        let gather = |set: u16, row: u16, steps: Vec<Step>| Op::Gather {
            dst: Register(set),
            shared: Some((1, ROOT)),
            steps,
            row: Register(row),
        };
        let mut ops = vec![go(1, 0, Way::Slot(0)), gather(3, dst, vec![found])];
        if again {
            ops.push(gather(4, 0, Vec::new()));
        }
        let mut rule = rule(5, ops);
        (rule.registers[3], rule.registers[4]) = (RegisterType::Value, RegisterType::Value);
        verify_rule(SIZES, &rule).map_or_else(|refused| refused.reason, |()| "accepted".into())
    };
    assert_eq!(refused(2, 0, false), "accepted");
    assert_eq!(refused(2, 1, false), "step 1: step 0: register 1 is used as a row but is Outside");
    assert_eq!(refused(1, 0, false), "step 1: step 0: register 1 is assigned twice");
    assert_eq!(refused(2, 0, true), "step 2: two shared sets with the number 1");
}

const SIZES: Sizes = Sizes { atoms: 1, symbols: 1, constants: 1 };

/// The reason for which a rule that was changed is refused.
fn changed(change: impl FnOnce(&mut RulePlan)) -> String {
    let mut rule = rule(1, Vec::new());
    change(&mut rule);
    verify_rule(SIZES, &rule).map_or_else(|refused| refused.to_string(), |()| "accepted".into())
}

#[test]
fn an_id_is_made_of_names() {
    let with_id = |id: &str| changed(|rule| rule.meta.id = id.to_owned());
    assert_eq!(with_id("a.b-c.d_1"), "accepted");
    let reason = "its id is not made of names with dots between them";
    // The engine's own facts have names with spaces; reports go to terminals.
    assert_eq!(with_id("source sql"), format!("rule `source sql`: {reason}"));
    assert_eq!(with_id("a.\u{1b}[2J"), format!("rule `a.\\u{{1b}}[2J`: {reason}"));
    assert_eq!(with_id("a..b"), format!("rule `a..b`: {reason}"));
    assert_eq!(with_id(&"a".repeat(257)).split_once("`: ").unwrap().1, "257 bytes of an id; 256 are the most");
}

#[test]
fn defaults_of_options_are_checked_as_constants_are() {
    let with_default = |default: Constant| {
        changed(|rule| {
            let option = OptionMeta { name: "o".into(), ty: OptionType::Strings, default, doc: String::new() };
            rule.meta.options = vec![option];
        })
    };
    let circle = TypePattern { underlying: false, maybe_pointer: false, nodes: vec![TypeNode::Pointer(TypeNodeId(0))] };
    let at = "rule `t.t.t`: default of option 0: ";
    assert_eq!(with_default(Constant::List(vec![Constant::Str("a".into())])), "accepted");
    assert_eq!(with_default(Constant::Symbols(vec![SymbolIndex(1)])), format!("{at}symbol 1 of 1"));
    assert_eq!(
        with_default(Constant::Type(circle)),
        format!("{at}part 0 of a type in front of the whole, or behind the last")
    );
    let option = Constant::Option { rule: RuleIndex(0), option: 0 };
    assert_eq!(with_default(option), format!("{at}an option within a value"));
    let deep = (0..1000).fold(Constant::Int(0), |inner, _| Constant::List(vec![inner]));
    assert_eq!(with_default(deep), format!("{at}a list of lists of lists"));
    let many = Constant::List(vec![Constant::Int(0); (1 << 14) + 1]);
    assert_eq!(with_default(many), format!("{at}16385 elements; 16384 are the most"));
    let long = Constant::Regex("a".repeat((1 << 14) + 1));
    assert_eq!(with_default(long), format!("{at}16385 bytes of a regular expression; 16384 are the most"));
}

#[test]
fn reports_and_fixes_name_captures_that_are_places() {
    let report = |at: u32, trace| {
        changed(|rule| {
            let message = vec![MessagePiece::Capture(CaptureId(0))];
            rule.meta.reports.push(ReportMeta { at: CaptureId(at), message, trace });
        })
    };
    assert_eq!(report(1, None), "rule `t.t.t`: report 1: capture 1 of 1");
    assert_eq!(report(0, Some(CaptureId(0))), "rule `t.t.t`: report 1: a place is used as a trace");
    let fix = changed(|rule| {
        let edit = EditMeta { action: EditAction::Replace, target: CaptureId::MATCH, template: None };
        rule.meta.fix = Some(FixMeta { applicability: Applicability::Safe, edits: vec![edit] });
    });
    assert_eq!(fix, "rule `t.t.t`: edit 0: there is no new code");
    assert_eq!(changed(|rule| rule.meta.captures.clear()), "rule `t.t.t`: it captures nothing");
}

#[test]
fn guards_stand_on_slots_that_exist() {
    let guard = |path: Vec<u8>, test| changed(|rule| rule.guards = vec![Guard { path, test }]);
    assert_eq!(guard(vec![0], GuardTest::Ops(0)), "accepted");
    assert_eq!(guard(vec![1], GuardTest::Ops(0)), "rule `t.t.t`: guard 0: slot 1 does not exist there");
    assert_eq!(guard(vec![0, 0], GuardTest::Ops(0)), "rule `t.t.t`: guard 0: the kind of the row above is open");
    assert_eq!(guard(vec![0], GuardTest::Texts(vec![AtomId(4)])), "rule `t.t.t`: guard 0: atom 4 of 1");
}

#[test]
fn tables_of_plans_are_checked() {
    let whole = |change: &dyn Fn(&mut Plan)| {
        let mut plan = Plan { rules: vec![rule(1, Vec::new())], ..Plan::default() };
        change(&mut plan);
        verify(&plan).map_or_else(|refused| refused.to_string(), |()| "accepted".into())
    };
    assert_eq!(whole(&|_| {}), "accepted");
    assert_eq!(whole(&|plan| plan.rules.push(plan.rules[0].clone())), "rule `t.t.t`: its id is that of another");
    assert_eq!(whole(&|plan| plan.symbols.push(("p".into(), String::new()))), "symbol 0 has no name");
    let option = |rule| Constant::Option { rule: RuleIndex(rule), option: 0 };
    assert_eq!(whole(&|plan| plan.constants.push(option(7))), "constant 0: an option of rule 7");
    assert_eq!(whole(&|plan| plan.constants.push(option(0))), "constant 0: option 0 of 0");
    let atoms = vec![Vec::new(); MAX_TABLE + 1];
    assert_eq!(whole(&|plan| plan.atoms.clone_from(&atoms)), "1048577 atoms; 1048576 are the most");
}

#[test]
fn alternatives_count_as_steps_even_if_they_are_empty() {
    let alternatives = Op::Either(vec![Vec::new(); MAX_STEPS]);
    assert_eq!(refused(1, vec![alternatives]), format!("step 0: more than {MAX_STEPS} steps"));
    let call = Arg::Const(ConstId(9));
    let ask = Op::Ask(Cond::Host(HostFn::CompareEq, vec![call.clone(), call]));
    assert_eq!(refused(1, vec![ask]), "step 0: constant 9 of 1");
}
