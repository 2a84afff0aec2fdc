//! What holds of two functions of which either may be called.

use crate::summarise::join_nilness;
use rulec_flow::Summary;
use rulec_flow::summary::{Often, ParamSummary, ResultSummary};
use std::collections::BTreeMap;

/// Both: what may happen in one may happen, and what always happens does so in each.
pub(crate) fn join(a: &Summary, b: &Summary) -> Summary {
    let same_form = a.params.len() == b.params.len() && a.results.len() == b.results.len();
    Summary {
        never_returns: a.never_returns && b.never_returns,
        params: a.params.iter().zip(&b.params).map(|(a, b)| join_params(a, b)).collect(),
        results: a.results.iter().zip(&b.results).map(|(a, b)| join_results(a, b)).collect(),
        may_block: a.may_block || b.may_block,
        pure: a.pure && b.pure,
        complete: a.complete && b.complete && same_form,
    }
}

fn join_params(a: &ParamSummary, b: &ParamSummary) -> ParamSummary {
    let mut methods: BTreeMap<&str, [Often; 2]> = BTreeMap::new();
    for (own, (number, _)) in [(a, (0, ())), (b, (1, ()))] {
        for (name, often) in &own.methods {
            methods.entry(name).or_default()[number] = *often;
        }
    }
    ParamSummary {
        kept: a.kept || b.kept,
        called: join_often(a.called, b.called),
        spawned: a.spawned || b.spawned,
        dereferenced: join_often(a.dereferenced, b.dereferenced),
        closed: join_often(a.closed, b.closed),
        sent: join_often(a.sent, b.sent),
        received: join_often(a.received, b.received),
        holds_after: a.holds_after && b.holds_after,
        nil_after: a.nil_after && b.nil_after,
        filled_from: a.filled_from | b.filled_from,
        methods: methods.into_iter().map(|(name, [a, b])| (name.to_owned(), join_often(a, b))).collect(),
    }
}

fn join_often(a: Often, b: Often) -> Often {
    if a == b { a } else { Often::Sometimes }
}

fn join_results(a: &ResultSummary, b: &ResultSummary) -> ResultSummary {
    ResultSummary {
        nil: join_nilness(a.nil, b.nil),
        nil_without_error: join_nilness(a.nil_without_error, b.nil_without_error),
        nil_if_ok: join_nilness(a.nil_if_ok, b.nil_if_ok),
        copies: a.copies | b.copies,
        derives: a.derives | b.derives,
    }
}
