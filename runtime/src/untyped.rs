//! Rules that decide nothing where no types are known: each of their matches hangs on an answer that is unknown there.
//!
//! In: the steps of a rule. Out: whether that is proven of it. Of a file that is not part of the build it is said once for each rule
//! that something could not be decided: such a rule need not be run any further than that.
//!
//! **Absent:** files, and running.

use rulec_plan::host::HostFn;
use rulec_plan::ir::{Arg, Cond, Op, Register, Step};
use rustc_hash::FxHashSet;

/// Whether all solutions of the steps are doubtful.
pub(crate) fn are_doubtful(steps: &[Step]) -> bool {
    are_doubtful_with(steps, &mut FxHashSet::default())
}

/// The same where these registers hold values that are not known.
fn are_doubtful_with(steps: &[Step], unknown: &mut FxHashSet<Register>) -> bool {
    for step in steps {
        match &step.op {
            Op::Ask(cond) if !may_hold(cond, unknown) => return true,
            Op::Either(branches) if branches.iter().all(|branch| are_doubtful_with(branch, &mut unknown.clone())) => {
                return true;
            }
            Op::Let { dst, host, args } if is_unknown(*host, args, unknown) => drop(unknown.insert(*dst)),
            Op::Let { dst, .. } | Op::Move { dst, .. } | Op::Each { dst, .. } | Op::Gather { dst, .. } => {
                unknown.remove(dst);
            }
            Op::Emit(_) => return false,
            Op::Ask(_) | Op::Either(_) | Op::Test(_) => {}
        }
    }
    false
}

/// Whether the answer can be yes.
fn may_hold(cond: &Cond, unknown: &FxHashSet<Register>) -> bool {
    match cond {
        Cond::And(parts) => parts.iter().all(|part| may_hold(part, unknown)),
        Cond::Or(parts) => parts.iter().any(|part| may_hold(part, unknown)),
        Cond::Not(inner) => may_fail(inner, unknown),
        // A name alone can show that it is no method, but not that it is one.
        Cond::Host(HostFn::NamesMethod, _) => false,
        Cond::Host(host, args) => !is_unknown(*host, args, unknown),
        Cond::Search(steps) => !are_doubtful_with(steps, &mut unknown.clone()),
        Cond::Test(_) => true,
    }
}

/// Whether the answer can be no.
fn may_fail(cond: &Cond, unknown: &FxHashSet<Register>) -> bool {
    match cond {
        Cond::And(parts) => parts.iter().any(|part| may_fail(part, unknown)),
        Cond::Or(parts) => parts.iter().all(|part| may_fail(part, unknown)),
        Cond::Not(inner) => may_hold(inner, unknown),
        Cond::Host(host, args) => !is_unknown(*host, args, unknown),
        Cond::Search(_) | Cond::Test(_) => true,
    }
}

fn is_unknown(host: HostFn, args: &[Arg], unknown: &FxHashSet<Register>) -> bool {
    needs_types(host) || needs_arguments(host) && args.iter().any(|arg| is_unknown_arg(arg, unknown))
}

fn is_unknown_arg(arg: &Arg, unknown: &FxHashSet<Register>) -> bool {
    match arg {
        Arg::Value(register) => unknown.contains(register),
        Arg::Call(host, args) => is_unknown(*host, args, unknown),
        Arg::Node(_) | Arg::Run(..) | Arg::Const(_) => false,
    }
}

/// Whether nothing but types answers this, whatever it is asked about.
fn needs_types(host: HostFn) -> bool {
    use HostFn::*;
    matches!(
        host,
        TypeIs
            | TypePart
            | Implements
            | AssignableTo
            | ConvertibleTo
            | IdenticalTo
            | TypeOf
            | Elem
            | Key
            | Underlying
            | Deref
            | FieldType
            | MethodType
            | ResultType
            | ParamType
            | TypeText
            | TypeName
            | TypePackage
            | TypeKind
            | TypeSize
            | FieldCount
            | MethodCount
            | Callee
            | HasMethod
            | HasField
            | Fact
            | Required
            | RequiredBy
            | Established
            | EstablishedBy
            | Ended
            | Lacked
    )
}

/// Whether the answer is unknown if an argument is.
fn needs_arguments(host: HostFn) -> bool {
    use HostFn::*;
    matches!(host, CompareEq | CompareLt | CompareLe | Matches | In | Length | Lower | Common | Without)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rulec_plan::ir::OriginId;

    fn steps(ops: Vec<Op>) -> Vec<Step> {
        ops.into_iter().map(|op| Step { op, origin: OriginId(0) }).collect()
    }

    fn ask(cond: Cond) -> Op {
        Op::Ask(cond)
    }

    fn typed() -> Cond {
        Cond::Host(HostFn::HasMethod, vec![Arg::Node(Register::ROOT)])
    }

    fn plain() -> Cond {
        Cond::Host(HostFn::IsBlank, vec![Arg::Node(Register::ROOT)])
    }

    #[test]
    fn one_condition_that_needs_types_is_enough() {
        assert!(are_doubtful(&steps(vec![ask(plain()), ask(typed())])));
        assert!(are_doubtful(&steps(vec![ask(Cond::Not(Box::new(typed())))])));
        assert!(!are_doubtful(&steps(vec![ask(plain())])));
    }

    #[test]
    fn what_another_branch_decides_is_decided() {
        assert!(!are_doubtful(&steps(vec![ask(Cond::Or(vec![typed(), plain()]))])));
        assert!(are_doubtful(&steps(vec![ask(Cond::Or(vec![typed(), typed()]))])));
        let either = |branches: Vec<Vec<Op>>| Op::Either(branches.into_iter().map(steps).collect());
        assert!(!are_doubtful(&steps(vec![either(vec![vec![ask(typed())], vec![ask(plain())]])])));
        assert!(are_doubtful(&steps(vec![either(vec![vec![ask(typed())], vec![ask(typed())]])])));
        // `not (typed and plain)` holds where the plain part does not.
        assert!(!are_doubtful(&steps(vec![ask(Cond::Not(Box::new(Cond::And(vec![typed(), plain()]))))])));
    }

    #[test]
    fn values_carry_doubt_through_registers_and_calls() {
        let kept = Op::Let { dst: Register(1), host: HostFn::Required, args: vec![Arg::Node(Register::ROOT)] };
        let count = Arg::Call(HostFn::Length, vec![Arg::Value(Register(1))]);
        let compared = ask(Cond::Host(HostFn::CompareLt, vec![count.clone(), count]));
        assert!(are_doubtful(&steps(vec![kept, compared.clone()])));
        assert!(!are_doubtful(&steps(vec![compared])));
    }

    #[test]
    fn what_is_emitted_before_is_not_doubtful() {
        assert!(!are_doubtful(&steps(vec![Op::Emit(Vec::new()), ask(typed())])));
    }
}
