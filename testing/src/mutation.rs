//! The mutation score: which conditions of a rule do its examples need?
//!
//! In: a rule and its mutants, each the rule with one condition, alternative or ellipsis dropped. Out: which of them pass
//! all examples: what they lack is not tested.

use crate::bench::Bench;
use crate::example;
use rulec_compiler::{CompiledRule, Mutant};
use rulec_plan::ir::RuleIndex;
use rulec_tree::Span;
use std::sync::Arc;

/// How the examples of a rule judge its mutants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mutation {
    /// How many mutants there are.
    pub mutants: usize,
    /// What the surviving mutants lack, and where that stands in the rule file.
    pub survivors: Vec<(Span, String)>,
}

/// Runs the examples of `rule` on its mutants, by the interpreter: each mutant runs once.
pub fn mutate(rule: &CompiledRule, mutants: Vec<Mutant>) -> Mutation {
    let mut mutation = Mutation { mutants: mutants.len(), survivors: Vec::new() };
    for mutant in mutants {
        if survives(rule, mutant.plan) {
            mutation.survivors.push((mutant.span, mutant.what.to_owned()));
        }
    }
    mutation.survivors.sort();
    mutation.survivors.dedup();
    mutation
}

/// Whether all examples pass. A plan that cannot be run is no better than one that fails.
fn survives(rule: &CompiledRule, plan: rulec_plan::Plan) -> bool {
    let Ok(bench) = Bench::interpreted(Arc::new(plan)) else { return false };
    let alone = CompiledRule { index: RuleIndex(0), ..rule.clone() };
    rule.examples.iter().all(|example| example::run(&bench, &alone, rule.file, example).is_empty())
}
