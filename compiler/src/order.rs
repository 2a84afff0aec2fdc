//! Dear questions come late.
//!
//! In: the steps of a rule. Out: the same steps with those that ask about types behind cheaper ones, and those that ask what happens
//! inside of functions behind these. Types are found out when they are first asked about, for a whole declaration at once, and bodies
//! for a whole file, so one cheap test in front can save that.
//!
//! Nothing moves over a choice: what stands behind it runs once for each of its values. Parts of `and` and `or` are only
//! put in another order, which changes no answer in Kleene's logic.

use rulec_plan::host::HostFn;
use rulec_plan::ir::{Arg, Cond, Op, Over, Register, Step, Test};
use std::collections::{BTreeMap, BTreeSet};

/// Whether steps ask anything that can depend on types.
pub(crate) fn asks_types(steps: &[Step]) -> bool {
    let mut found = false;
    each_host(steps, &mut |host| found |= host.signature().types);
    found
}

/// Whether steps ask what happens inside of functions.
pub(crate) fn asks_flow(steps: &[Step]) -> bool {
    let mut found = false;
    each_host(steps, &mut |host| found |= host.signature().flow);
    found
}

/// Puts dear questions behind cheaper steps.
pub(crate) fn by_cost(steps: Vec<Step>) -> Vec<Step> {
    let mut ordered = Vec::with_capacity(steps.len());
    let mut waiting: Vec<(u8, Step)> = Vec::new();
    // Of registers that are assigned since the last choice, the rank of the step that does.
    let mut assigned: BTreeMap<Register, u8> = BTreeMap::new();
    for mut step in steps {
        step.op = ordered_within(step.op);
        if matches!(step.op, Op::Each { .. } | Op::Either(_) | Op::Gather { .. } | Op::Emit(_)) {
            ordered.extend(in_order(&mut waiting));
            assigned.clear();
            ordered.push(step);
            continue;
        }
        let behind = reads(&step.op).iter().filter_map(|register| assigned.get(register)).copied().max();
        let rank = cost_of_step(&step).max(behind.unwrap_or(0));
        assigned.extend(assigns(&step.op).map(|register| (register, rank)));
        waiting.push((rank, step));
    }
    ordered.extend(in_order(&mut waiting));
    ordered
}

/// Steps of lower rank first, those of one rank as they were.
fn in_order(waiting: &mut Vec<(u8, Step)>) -> impl Iterator<Item = Step> {
    let mut steps = std::mem::take(waiting);
    steps.sort_by_key(|(rank, _)| *rank);
    steps.into_iter().map(|(_, step)| step)
}

fn ordered_within(op: Op) -> Op {
    match op {
        Op::Ask(cond) => Op::Ask(ordered_cond(cond)),
        Op::Either(branches) => Op::Either(branches.into_iter().map(by_cost).collect()),
        Op::Gather { dst, shared, steps, row } => Op::Gather { dst, shared, steps: by_cost(steps), row },
        other => other,
    }
}

fn ordered_cond(cond: Cond) -> Cond {
    let sorted = |parts: Vec<Cond>| {
        let mut parts: Vec<Cond> = parts.into_iter().map(ordered_cond).collect();
        parts.sort_by_key(cost);
        parts
    };
    match cond {
        Cond::And(parts) => Cond::And(sorted(parts)),
        Cond::Or(parts) => Cond::Or(sorted(parts)),
        Cond::Not(inner) => Cond::Not(Box::new(ordered_cond(*inner))),
        Cond::Search(steps) => Cond::Search(by_cost(steps)),
        Cond::Test(_) | Cond::Host(..) => cond,
    }
}

/// How dear it is to ask a condition, as a rank.
fn cost(cond: &Cond) -> u8 {
    let mut rank = 0;
    each_host_of_cond(cond, &mut |host| rank = rank.max(host_cost(host)));
    rank
}

fn cost_of_step(step: &Step) -> u8 {
    let mut rank = 0;
    each_host(std::slice::from_ref(step), &mut |host| rank = rank.max(host_cost(host)));
    rank
}

fn host_cost(host: HostFn) -> u8 {
    match (host.signature().flow, host.signature().types) {
        (true, _) => 2,
        (false, true) => 1,
        // It looks through the whole list each time.
        _ if host == HostFn::Imports => 1,
        _ => 0,
    }
}

/// Hears of every host function that steps ask.
pub(crate) fn each_host(steps: &[Step], hear: &mut dyn FnMut(HostFn)) {
    for step in steps {
        match &step.op {
            Op::Ask(cond) => each_host_of_cond(cond, hear),
            Op::Either(branches) => branches.iter().for_each(|branch| each_host(branch, hear)),
            Op::Let { host, args, .. } => {
                hear(*host);
                args.iter().for_each(|arg| each_host_of_arg(arg, hear));
            }
            Op::Gather { steps, .. } => each_host(steps, hear),
            Op::Emit(args) => args.iter().for_each(|arg| each_host_of_arg(arg, hear)),
            Op::Move { .. } | Op::Test(_) | Op::Each { .. } => {}
        }
    }
}

fn each_host_of_cond(cond: &Cond, hear: &mut dyn FnMut(HostFn)) {
    match cond {
        Cond::And(parts) | Cond::Or(parts) => parts.iter().for_each(|part| each_host_of_cond(part, hear)),
        Cond::Not(inner) => each_host_of_cond(inner, hear),
        Cond::Search(steps) => each_host(steps, hear),
        Cond::Host(host, args) => {
            hear(*host);
            args.iter().for_each(|arg| each_host_of_arg(arg, hear));
        }
        Cond::Test(_) => {}
    }
}

fn each_host_of_arg(arg: &Arg, hear: &mut dyn FnMut(HostFn)) {
    if let Arg::Call(host, args) = arg {
        hear(*host);
        args.iter().for_each(|arg| each_host_of_arg(arg, hear));
    }
}

fn assigns(op: &Op) -> Option<Register> {
    match op {
        Op::Move { dst, .. } | Op::Each { dst, .. } | Op::Let { dst, .. } | Op::Gather { dst, .. } => Some(*dst),
        Op::Test(_) | Op::Ask(_) | Op::Either(_) | Op::Emit(_) => None,
    }
}

/// Whether steps read nothing from outside but this register.
pub(crate) fn reads_only(steps: &[Step], outside: Register) -> bool {
    let mut assigned = BTreeSet::from([outside]);
    for step in steps {
        all_assigned(step, &mut assigned);
    }
    steps.iter().flat_map(|step| reads(&step.op)).all(|register| assigned.contains(&register))
}

/// The registers that a step assigns, and those that steps within it do.
fn all_assigned(step: &Step, assigned: &mut BTreeSet<Register>) {
    assigned.extend(assigns(&step.op));
    match &step.op {
        Op::Either(branches) => branches.iter().flatten().for_each(|step| all_assigned(step, assigned)),
        Op::Gather { steps, .. } => steps.iter().for_each(|step| all_assigned(step, assigned)),
        Op::Ask(cond) => assigned_by_cond(cond, assigned),
        _ => {}
    }
}

fn assigned_by_cond(cond: &Cond, assigned: &mut BTreeSet<Register>) {
    match cond {
        Cond::And(parts) | Cond::Or(parts) => parts.iter().for_each(|part| assigned_by_cond(part, assigned)),
        Cond::Not(inner) => assigned_by_cond(inner, assigned),
        Cond::Search(steps) => steps.iter().for_each(|step| all_assigned(step, assigned)),
        Cond::Test(_) | Cond::Host(..) => {}
    }
}

/// The registers that a step reads; of one with steps of its own, theirs too.
fn reads(op: &Op) -> Vec<Register> {
    let mut registers = Vec::new();
    read_by_op(op, &mut registers);
    registers
}

fn read_by_op(op: &Op, registers: &mut Vec<Register>) {
    match op {
        Op::Move { src, .. } => registers.push(*src),
        Op::Test(test) => read_by_test(test, registers),
        Op::Ask(cond) => read_by_cond(cond, registers),
        Op::Each { over, .. } => match over {
            Over::Positions { from, end } | Over::Elements { from, end } => registers.extend([*from, *end]),
            Over::Ancestors { of, .. }
            | Over::Descendants { of, .. }
            | Over::Statement { of }
            | Over::Rows { of }
            | Over::Values { of } => registers.push(*of),
        },
        Op::Gather { shared, steps, .. } => {
            registers.extend(shared.map(|(_, at)| at));
            steps.iter().for_each(|step| read_by_op(&step.op, registers));
        }
        Op::Either(branches) => branches.iter().flatten().for_each(|step| read_by_op(&step.op, registers)),
        Op::Let { args, .. } | Op::Emit(args) => args.iter().for_each(|arg| read_by_arg(arg, registers)),
    }
}

fn read_by_test(test: &Test, registers: &mut Vec<Register>) {
    match test {
        Test::Kinds(register, _) | Test::Ops(register, _) | Test::Text(register, _) | Test::Symbols(register, _) => {
            registers.push(*register);
        }
        Test::Same(a, b) | Test::Before(a, b) | Test::Equal(a, b) => registers.extend([*a, *b]),
        Test::EqualRuns(a, b) => registers.extend(a.iter().chain(b)),
    }
}

fn read_by_cond(cond: &Cond, registers: &mut Vec<Register>) {
    match cond {
        Cond::And(parts) | Cond::Or(parts) => parts.iter().for_each(|part| read_by_cond(part, registers)),
        Cond::Not(inner) => read_by_cond(inner, registers),
        Cond::Test(test) => read_by_test(test, registers),
        Cond::Search(steps) => steps.iter().for_each(|step| read_by_op(&step.op, registers)),
        Cond::Host(_, args) => args.iter().for_each(|arg| read_by_arg(arg, registers)),
    }
}

fn read_by_arg(arg: &Arg, registers: &mut Vec<Register>) {
    match arg {
        Arg::Node(register) | Arg::Value(register) => registers.push(*register),
        Arg::Run(from, end) => registers.extend([*from, *end]),
        Arg::Const(_) => {}
        Arg::Call(_, args) => args.iter().for_each(|arg| read_by_arg(arg, registers)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rulec_plan::ir::{OriginId, Way};

    fn steps(ops: Vec<Op>) -> Vec<Step> {
        ops.into_iter().map(|op| Step { op, origin: OriginId(0) }).collect()
    }

    fn asked(host: HostFn) -> Cond {
        Cond::Host(host, vec![Arg::Node(Register::ROOT)])
    }

    #[test]
    fn cheap_steps_overtake_questions_about_types() {
        let conversion = Op::Ask(asked(HostFn::IsConversion));
        let pure = Op::Ask(asked(HostFn::Pure));
        assert_eq!(
            by_cost(steps(vec![conversion.clone(), pure.clone()])),
            steps(vec![pure.clone(), conversion.clone()])
        );
        let each = Op::Each { dst: Register(1), over: Over::Statement { of: Register::ROOT } };
        let kept = steps(vec![conversion.clone(), each, pure]);
        assert_eq!(by_cost(kept.clone()), kept, "nothing moves over a choice");
    }

    #[test]
    fn what_reads_a_type_stays_behind_it() {
        let ty = Op::Let { dst: Register(1), host: HostFn::TypeOf, args: vec![Arg::Node(Register::ROOT)] };
        let reads = Op::Let { dst: Register(2), host: HostFn::Lower, args: vec![Arg::Value(Register(1))] };
        let cheap = Op::Move { dst: Register(3), src: Register::ROOT, way: Way::Parent };
        let ordered = by_cost(steps(vec![ty.clone(), reads.clone(), cheap.clone()]));
        assert_eq!(ordered, steps(vec![cheap, ty, reads]));
    }

    #[test]
    fn flow_comes_behind_types() {
        let (same, conversion) = (Op::Ask(asked(HostFn::SameValue)), Op::Ask(asked(HostFn::IsConversion)));
        let value = Op::Let { dst: Register(1), host: HostFn::Required, args: vec![Arg::Node(Register::ROOT)] };
        let reads = Op::Let { dst: Register(2), host: HostFn::Length, args: vec![Arg::Value(Register(1))] };
        let before = vec![value.clone(), reads.clone(), same.clone(), conversion.clone()];
        assert_eq!(by_cost(steps(before)), steps(vec![conversion, value, reads, same]));
    }

    #[test]
    fn parts_of_a_condition_are_sorted_and_kept() {
        let (dear, cheap) = (asked(HostFn::IsNil), asked(HostFn::IsBlank));
        let both = Cond::And(vec![Cond::Not(Box::new(dear.clone())), cheap.clone()]);
        let ordered = Cond::And(vec![cheap, Cond::Not(Box::new(dear))]);
        assert_eq!(by_cost(steps(vec![Op::Ask(both)])), steps(vec![Op::Ask(ordered)]));
    }
}
