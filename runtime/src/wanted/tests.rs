//! What rules ask for: wherever in a plan the question stands, and only if the rule is on.

use super::Wanted;
use crate::RuleSet;
use crate::facts::tests::{plan, step};
use rulec_pack::Engine;
use rulec_plan::Plan;
use rulec_plan::host::HostFn;
use rulec_plan::ir::{Arg, Cond, ConstId, Constant, Op, Register, Step};
use rulec_plan::manifest::{FactKind, FactMeta};
use rulec_tree::Kind;
use std::sync::Arc;

fn holds(fact: u32) -> Cond {
    Cond::Host(HostFn::Fact, vec![Arg::Node(Register::ROOT), Arg::Const(ConstId(fact))])
}

fn is_stuck() -> Step {
    step(Op::Ask(Cond::Host(HostFn::Stuck, vec![Arg::Node(Register::ROOT)])))
}

/// Facts: 0 asks for 1 and for 0; 1 asks of goroutines; 2 asks for 0. Rules: 3 asks for 0, 4 for taint, 5 of goroutines.
fn rules() -> RuleSet {
    let fact = |id: &str, body| {
        let meta = FactMeta { of: FactKind::Func, stratum: 0 };
        plan(id, Some(meta), Kind::FuncDecl, body)
    };
    let rule = |id: &str, body| plan(id, None, Kind::FuncDecl, body);
    let both = Cond::Or(vec![holds(0), Cond::Not(Box::new(Cond::Search(vec![step(Op::Ask(holds(1)))])))]);
    let tainted = Arg::Call(HostFn::TaintedBy, vec![Arg::Node(Register::ROOT), Arg::Const(ConstId(2))]);
    let rules = vec![
        fact("a.0", vec![step(Op::Ask(Cond::And(vec![both])))]),
        fact("a.1", vec![is_stuck()]),
        fact("a.2", vec![step(Op::Ask(holds(0)))]),
        rule("a.3", vec![step(Op::Either(vec![vec![], vec![step(Op::Ask(holds(0)))]]))]),
        rule("a.4", vec![step(Op::Ask(Cond::Host(HostFn::Found, vec![tainted])))]),
        rule("a.5", vec![is_stuck()]),
    ];
    let constants = ["a.0", "a.1", "sql"].map(|text| Constant::Str(text.to_owned())).to_vec();
    RuleSet::new(vec![(Arc::new(Plan { constants, rules, ..Plan::default() }), Engine::Interp)], &[]).unwrap()
}

/// Facts, kinds of taint, and whether facts and rules ask of goroutines, if this rule is on.
fn wanted_by(number: usize) -> (Vec<bool>, Vec<String>, bool, bool) {
    let rules = rules();
    let on = (0..6).map(|rule| rule == number).collect();
    let wanted = Wanted::by(&rules, &[on]);
    let facts = wanted.facts[0][..3].to_vec();
    (facts, wanted.kinds.into_iter().collect(), wanted.facts_ask_of_goroutines, wanted.rules_ask_of_goroutines)
}

#[test]
fn only_what_rules_that_are_on_ask_for_is_wanted() {
    assert_eq!(wanted_by(3), (vec![true, true, false], vec![], true, false));
    assert_eq!(wanted_by(4), (vec![false; 3], vec!["sql".to_owned()], false, false));
    assert_eq!(wanted_by(5), (vec![false; 3], vec![], false, true));
}
