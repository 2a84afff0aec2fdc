//! What a function returns.
//!
//! In: a body and the origins of its values. Out: a [`ResultSummary`] for each result, joined over the returns that can be
//! reached. A named result that a literal writes may be anything.

use super::callee::{Callees, Known};
use super::nil::NilAt;
use super::origins::Origins;
use super::paths::Reach;
use crate::returns::recovers;
use rulec_flow::ir::{BlockId, Body, Op, Value};
use rulec_flow::summary::{Nilness, ResultSummary};
use rulec_tree::Kind;
use rulec_types::{Ty, TypeData, Types};

/// A return that can be reached.
struct Return<'a> {
    block: BlockId,
    values: &'a [Value],
}

/// What is told of the results.
pub(super) fn of(
    body: &Body,
    callees: &Callees<'_>,
    origins: &Origins,
    reach: &Reach,
    types: &Types<'_>,
) -> Vec<ResultSummary> {
    let returns: Vec<Return<'_>> = returns_of(body, reach);
    let nil = NilAt { body, callees, types };
    let declared = declared_types(body, callees);
    let declared = |number: usize| declared.and_then(|types| types.get(number)).copied();
    let result = |number: usize| {
        // After a panic it returns what its results hold just then.
        if recovers(body)
            || returns.iter().any(|at| at.values.len() != body.results.len())
            || is_rewritten(body, callees, number)
        {
            // `return f()` of several values has one value: the tuple.
            return forwarded(callees, origins, &returns, number, body);
        }
        let all = |holds: &dyn Fn(&Return<'_>) -> bool| {
            let of = returns
                .iter()
                .filter(|at| holds(at))
                .map(|at| nil.of_as(at.values[number], declared(number), at.block));
            of.reduce(join).unwrap_or_default()
        };
        let last = body.results.len() - 1;
        let error_of = |at: &Return<'_>| nil.of_as(at.values[last], declared(last), at.block);
        let ok_may_be_true = |at: &Return<'_>| nil.boolean(at.values[last]) != Some(false);
        let has_error = number != last && declared(last).is_some_and(|ty| is_error(types, ty));
        let is_ok = number != last && returns.iter().all(|at| is_bool(types, body.inst(at.values[last]).ty));
        let together = |at: &Return<'_>, error: Nilness| {
            nil.of_pair(at.values[number], declared(number), (at.values[last], error), at.block)
        };
        let sets = returns.iter().map(|at| origins.masks(at.values[number]));
        let (copies, derives) =
            sets.fold((0, 0), |(copies, derives), set| (copies | set.copies, derives | set.derives));
        let params = all_params(origins.params);
        ResultSummary {
            nil: all(&|_| true),
            nil_without_error: if has_error {
                let errors = returns.iter().map(|at| (at, error_of(at)));
                let of = errors.filter(|(_, error)| *error != Nilness::Never).map(|(at, error)| together(at, error));
                of.reduce(join).unwrap_or_default()
            } else {
                Nilness::Unknown
            },
            nil_if_ok: if is_ok { all(&ok_may_be_true) } else { Nilness::Unknown },
            copies: copies & params,
            derives: derives & params,
        }
    };
    (0..body.results.len()).map(result).collect()
}

/// Both: of two ways that a value comes.
pub(crate) fn join(a: Nilness, b: Nilness) -> Nilness {
    match (a, b) {
        _ if a == b => a,
        // Nil on one of them, for sure.
        (Nilness::Always | Nilness::Sometimes, _) | (_, Nilness::Always | Nilness::Sometimes) => Nilness::Sometimes,
        _ => Nilness::Unknown,
    }
}

fn returns_of<'a>(body: &'a Body, reach: &Reach) -> Vec<Return<'a>> {
    let blocks = (0..body.blocks.len() as u32).map(BlockId).filter(|block| reach.reaches(*block));
    let returns = blocks.filter_map(|block| {
        let last = body.insts_of(block).next_back()?;
        match body.op(last) {
            Op::Return(list) => Some(Return { block, values: body.list(list) }),
            _ => None,
        }
    });
    returns.collect()
}

/// Whether what is returned need not be what the `return` says: a literal writes the variable of the result.
fn is_rewritten(body: &Body, callees: &Callees<'_>, number: usize) -> bool {
    let names = &callees.all.package.file_of(callees.function).file.names;
    let var = body.results[number].map(|var| body.var(var));
    var.is_some_and(|var| var.in_memory && var.captured && names.get(var.object).assigned > 0)
}

/// The result of a function whose returns hand on all results of one call, or whose variable a literal writes.
fn forwarded(
    callees: &Callees<'_>,
    origins: &Origins,
    returns: &[Return<'_>],
    number: usize,
    body: &Body,
) -> ResultSummary {
    let params = all_params(origins.params);
    let unknown = ResultSummary { copies: params, derives: params, ..ResultSummary::default() };
    let ([only], false) = (returns, recovers(body)) else { return unknown };
    let [tuple] = only.values else { return unknown };
    let Op::Call(call) = body.op(*tuple) else { return unknown };
    let call = body.call(call);
    let summary = match callees.of(call) {
        Known::Own(draft) => &draft.summary,
        Known::Summary(summary) => summary,
        _ => return unknown,
    };
    let Some(result) = summary.results.get(number) else { return unknown };
    let derives = body.list(call.args).iter().fold(0, |all, arg| all | origins.masks(*arg).derives);
    ResultSummary { copies: derives & params, derives: derives & params, ..result.clone() }
}

fn all_params(count: usize) -> u64 {
    if count >= 64 { u64::MAX } else { (1 << count) - 1 }
}

fn is_error(types: &Types<'_>, ty: Ty) -> bool {
    types.is_interface(ty) && types.implements(ty, Ty::ERROR).is_yes()
}

/// The types of the results as the function declares them.
fn declared_types<'a>(body: &Body, callees: &Callees<'a>) -> Option<&'a [Ty]> {
    let file = callees.all.package.file_of(callees.function);
    let types = file.types?;
    let tree = &file.file.tree;
    let ty = match tree.kind(body.func) {
        Kind::FuncDecl => types.ty(tree.slot(body.func, 1)),
        Kind::FuncLit => types.ty(body.func),
        _ => return None,
    };
    match callees.all.package.store.data(ty) {
        TypeData::Func(func) => Some(&func.results),
        _ => None,
    }
}

fn is_bool(types: &Types<'_>, ty: Ty) -> bool {
    types.basic(ty).is_some_and(rulec_types::Basic::is_boolean)
}
