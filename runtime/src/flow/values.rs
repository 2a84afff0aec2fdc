//! Questions about values: what they are, where they come from and go, whether they can be nil.

use super::named::name_at;
use super::{Flow, Rows};
use crate::conditions::value_of_constant;
use crate::value::{Value, or};
use rulec_flow::ir::{self, Op};
use rulec_flow::summary::Nilness;
use rulec_flow::values::{Interval, Located};
use rulec_plan::host::Tri;
use rulec_tree::{Kind, Node};
use rustc_hash::FxHashSet;

/// Whether two rows hold the same value, or name the same thing that is no value of the function: a function, a type.
pub(crate) fn same(flow: Flow, a: Node, b: Node) -> Tri {
    match (flow.value_at(a), flow.value_at(b)) {
        (Some(a), Some(b)) => flow.values(a.body).same_across(a, b),
        _ => same_name(flow, a, b),
    }
}

fn same_name(flow: Flow, a: Node, b: Node) -> Tri {
    let tree = flow.facts.tree();
    let (a, b) = (tree.unparen(a), tree.unparen(b));
    match (flow.facts.object_id(a), flow.facts.object_id(b)) {
        (Some(a), Some(b)) if a != b => Tri::No,
        // What a variable holds differs from place to place.
        (Some(object), Some(_)) if flow.facts.file.names.get(object).kind.is_variable() => Tri::Unknown,
        (Some(_), Some(_)) => Tri::Yes,
        _ => Tri::of(tree.same(a, b)),
    }
}

/// Whether the value of a row is made from that of another.
pub(crate) fn derives_from(flow: Flow, row: Node, origin: Node) -> Tri {
    let Some(origin) = flow.value_at(origin) else { return Tri::Unknown };
    let values = flow.values(origin.body);
    // Two values that may be equal by chance are not made from each other.
    derives(flow, row, &mut |from| Tri::of(values.same_across(from, origin) == Tri::Yes))
}

/// Whether the value of a row is made from that of one of these.
pub(crate) fn derives_from_rows(flow: Flow, row: Node, origins: &Rows) -> Tri {
    let located = origins.iter().filter_map(|(origin, sure)| Some((flow.value_at(origin)?, sure)));
    let located: Vec<_> = located.collect();
    let found = derives(flow, row, &mut |from| {
        let same = located.iter().filter(|(origin, _)| (origin.body, origin.value) == (from.body, from.value));
        same.map(|(_, sure)| if *sure { Tri::Yes } else { Tri::Unknown }).fold(Tri::No, or)
    });
    if origins.is_complete() { found } else { or(found, Tri::Unknown) }
}

/// Whether the value of a row is made from what one of these symbols is, or returns: each a list of an import path, a
/// name and, for methods and fields, their names.
pub(crate) fn derives_from_symbols(flow: Flow, row: Node, symbols: Option<&Value>) -> Tri {
    let Some(Value::List(symbols)) = symbols else { return Tri::Unknown };
    let names: FxHashSet<String> = symbols.iter().filter_map(full_name).collect();
    let wanted = |part: &str| names.iter().any(|name| name.ends_with(part));
    derives(flow, row, &mut |from| {
        let name = name_at(flow, flow.body(from.body), from.value, &wanted);
        Tri::of(name.is_some_and(|name| names.contains(&name)))
    })
}

fn full_name(symbol: &Value) -> Option<String> {
    let Value::List(parts) = symbol else { return None };
    Some(parts.iter().map(Value::text).collect::<Option<Vec<_>>>()?.join("."))
}

fn derives(flow: Flow, row: Node, from: &mut dyn FnMut(Located) -> Tri) -> Tri {
    match flow.value_at(row) {
        Some(at) => flow.values(at.body).derives(at.value, from).answer,
        None => Tri::Unknown,
    }
}

/// Whether the value of a row leaves the hands of its function.
pub(crate) fn escapes(flow: Flow, row: Node) -> Tri {
    match flow.held_at(row) {
        Some(at) => Tri::of(!flow.values(at.body).escapes(at.value).is_empty()),
        None => Tri::Unknown,
    }
}

/// Whether it is proven that the value of a row is always nil there.
pub(crate) fn is_always_nil(flow: Flow, row: Node) -> Tri {
    let Some(at) = flow.value_at(row) else { return without_value(flow, row) };
    match flow.values(at.body).nil_at(at.value, at.value) {
        Nilness::Unknown => unproven(flow, at),
        known => Tri::of(known == Nilness::Always),
    }
}

/// Whether it is proven that the value of a row is never nil there.
pub(crate) fn is_never_nil(flow: Flow, row: Node) -> Tri {
    let Some(at) = flow.value_at(row) else { return without_value(flow, row) };
    match flow.values(at.body).nil_at(at.value, at.value) {
        Nilness::Unknown => unproven(flow, at),
        known => Tri::of(known == Nilness::Never),
    }
}

/// Whether it is proven that the value of a row is nil on some path, by what is certain or, unless `proof` is asked for,
/// by what the functions that gave it return on some of their paths.
pub(crate) fn may_be_nil(flow: Flow, row: Node, proof: bool) -> Tri {
    let Some(at) = flow.value_at(row) else { return without_value(flow, row) };
    let values = flow.values(at.body);
    let found = match proof {
        true => values.nil_at(at.value, at.value),
        false => values.possibly_nil_at(at.value, at.value),
    };
    match found {
        Nilness::Unknown => unproven(flow, at),
        known => Tri::of(known != Nilness::Never),
    }
}

/// The answer to a question for a proof where there is none: no, if the code was understood.
fn unproven(flow: Flow, at: Located) -> Tri {
    let body = flow.body(at.body);
    let is_understood = !body.partial && !body.inst(at.value).ty.is_unknown() && flow.store().is_some();
    if is_understood { Tri::No } else { Tri::Unknown }
}

/// The answer to a question for a proof about code that makes no value, such as the name of a function that is called.
fn without_value(flow: Flow, row: Node) -> Tri {
    match flow.evaluated_in(row) {
        Some(body) if !flow.body(body).partial && flow.store().is_some() => Tri::No,
        _ => Tri::Unknown,
    }
}

/// Whether what a variable gets here is read on no path.
pub(crate) fn is_unused(flow: Flow, row: Node) -> Tri {
    let row = flow.facts.tree().unparen(row);
    if flow.facts.tree().kind(row) == Kind::Ident && flow.facts.text_of(row) == b"_" {
        return Tri::No;
    }
    let Some(around) = flow.evaluated_in(row) else { return Tri::Unknown };
    let at = flow.definition(around, row).or_else(|| flow.value_at(row).map(|at| at.value));
    let Some(at) = at else { return Tri::Unknown };
    match flow.values(around).is_dead(at) {
        // Of a variable in memory it cannot be proven.
        Tri::Unknown if matches!(flow.body(around).op(at), Op::Store(..)) && !flow.body(around).partial => Tri::No,
        answer => answer,
    }
}

/// The integers that a row can be.
pub(crate) fn range(flow: Flow, row: Node) -> Option<Interval> {
    let at = flow.value_at(row)?;
    Some(flow.values(at.body).range_at(at.value, at.value))
}

/// The lengths that a row can have.
pub(crate) fn length(flow: Flow, row: Node) -> Option<Interval> {
    let at = flow.value_at(row)?;
    Some(flow.values(at.body).len_at(at.value, at.value))
}

/// The constant that a row is on all paths.
pub(crate) fn constant(flow: Flow, row: Node) -> Option<Value> {
    let at = flow.value_at(row)?;
    let ty = flow.body(at.body).inst(at.value).ty;
    value_of_constant(flow.facts, flow.values(at.body).constant(at.value)?, ty)
}

/// The rows whose values a row may have, through copies.
pub(crate) fn definitions(flow: Flow, row: Node) -> Option<Rows> {
    let at = flow.value_at(row)?;
    let sources = flow.values(at.body).sources(at.value);
    let rows = sources.found.iter().map(|source| (flow.body(source.body).inst(source.value).row, true));
    Some(Rows::new(rows).and_elsewhere(sources.complete.then_some(0)))
}

/// The rows that use the value that is assigned here; doubtful where another value may be there instead.
pub(crate) fn uses(flow: Flow, row: Node) -> Option<Rows> {
    let around = flow.evaluated_in(row)?;
    let defined = flow.definition(around, row).map(|value| Located { body: around, value });
    let at = defined.or_else(|| flow.value_at(row))?;
    let (body, values) = (flow.body(at.body), flow.values(at.body));
    if matches!(body.op(at.value), Op::Store(..)) {
        return None;
    }
    let mut work = vec![(at.value, true)];
    let (mut seen, mut rows) = (FxHashSet::default(), Vec::new());
    while let Some((value, sure)) = work.pop().filter(|(value, _)| seen.insert(*value)) {
        for user in values.uses_of(value).iter().copied() {
            match body.op(user) {
                Op::Phi(..) => work.push((user, false)),
                Op::Assign(..) if matches!(body.op(value), Op::Param(_)) => work.push((user, sure)),
                _ => rows.push((body.inst(user).row, sure)),
            }
        }
    }
    Some(Rows::new(rows))
}

/// The calls that a function makes itself.
pub(crate) fn calls_of(flow: Flow, function: Node) -> Option<Rows> {
    let body = flow.body(flow.bodies.file.body_of(function)?);
    let calls = (0..body.insts.len() as u32).filter_map(|at| body.call_at(ir::Value(at)));
    Some(Rows::new(calls.map(|call| (call.row, true))))
}
