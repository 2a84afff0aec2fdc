//! What compilation costs, on rules such as people write. Run it with `cargo test --release -- --ignored --nocapture cost`.

use super::random::{ORIGINS, meta, origins};
use crate::native::{Machine, NativeOptions, Opt, compile};
use rulec_plan::Plan;
use rulec_plan::host::HostFn;
use rulec_plan::ir::{
    Arg, AtomId, Cond, ConstId, Constant, Guard, GuardTest, Op, OriginId, Over, Register, RegisterType, RulePlan,
    Start, Step, Test, Way,
};
use rulec_plan::verify::verify;
use rulec_tree::{Kind, KindSet};
use std::time::Instant;

#[test]
#[ignore = "a measurement"]
fn cost_of_jit() {
    measure(Opt::None);
}

#[test]
#[ignore = "a measurement"]
fn cost_of_packs() {
    measure(Opt::Speed);
}

fn measure(opt: Opt) {
    let options = NativeOptions { opt, machine: Machine::LikeThisOne };
    for rules in [10, 200, 1000] {
        let plan = plan(rules);
        verify(&plan).unwrap();
        let fastest = (0..5).map(|_| {
            let start = Instant::now();
            let code = compile(&plan, &options).unwrap();
            (start.elapsed(), code)
        });
        let (elapsed, code) = fastest.min_by_key(|(elapsed, _)| *elapsed).unwrap();
        println!(
            "{rules} rules, {opt:?}: {:.1} ms, {:.1} µs a rule, {} bytes a rule, hash {:016x}",
            elapsed.as_secs_f64() * 1e3,
            elapsed.as_secs_f64() * 1e6 / rules as f64,
            code.bytes.len() / rules,
            code.bytes.iter().fold(0u64, |hash, byte| hash.rotate_left(5) ^ u64::from(*byte)),
        );
    }
}

/// Rules for calls `x.name(…, arg, …)` that differ in the name.
fn plan(rules: usize) -> Plan {
    let mut plan = Plan { constants: vec![Constant::Int(3)], ..Plan::default() };
    plan.atoms = (0..rules).map(|rule| format!("Name{rule}").into_bytes()).collect();
    plan.rules = (0..rules).map(rule).collect();
    plan
}

fn rule(index: usize) -> RulePlan {
    let [root, callee, inner, name, arg, end, taken, value, above] =
        std::array::from_fn(|number| Register(number as u16));
    let atom = AtomId(index as u32);
    let is = |register, kind| Op::Test(Test::Kinds(register, KindSet::of(&[kind])));
    let go = |dst, src, way| Op::Move { dst, src, way };
    let literal = Cond::Host(HostFn::Literal, vec![Arg::Node(taken)]);
    let nested = Cond::Search(vec![
        step(Op::Each { dst: above, over: Over::Ancestors { of: root, stop: KindSet::FUNCS } }),
        step(is(above, Kind::Defer)),
    ]);
    let ops = vec![
        is(root, Kind::Call),
        go(callee, root, Way::Slot(0)),
        go(inner, callee, Way::Unparen),
        is(inner, Kind::Selector),
        go(name, inner, Way::Slot(1)),
        Op::Test(Test::Text(name, atom)),
        go(arg, root, Way::Slot(1)),
        go(end, root, Way::End),
        Op::Each { dst: taken, over: Over::Elements { from: arg, end } },
        Op::Let { dst: value, host: HostFn::ConstValue, args: vec![Arg::Node(taken)] },
        Op::Ask(Cond::Host(HostFn::CompareLt, vec![Arg::Value(value), Arg::Const(ConstId(0))])),
        Op::Ask(Cond::Or(vec![literal, Cond::Not(Box::new(nested))])),
        Op::Emit(vec![Arg::Node(root), Arg::Run(arg, end), Arg::Value(value)]),
    ];
    let registers = (0..9).map(|register| match Register(register) {
        register if register == value => RegisterType::Value,
        _ => RegisterType::Node,
    });
    let selector = KindSet::of(&[Kind::Selector]);
    RulePlan {
        meta: meta(index),
        registers: registers.collect(),
        body: ops.into_iter().map(step).collect::<Vec<_>>().into(),
        start: Start::Kinds(KindSet::of(&[Kind::Call])),
        guards: vec![
            Guard { path: vec![0], test: GuardTest::Kinds(selector) },
            Guard { path: vec![0, 1], test: GuardTest::Texts(vec![atom]) },
        ],
        needs: Vec::new(),
        origins: origins().into(),
    }
}

fn step(op: Op) -> Step {
    Step { op, origin: OriginId(ORIGINS - 1) }
}
