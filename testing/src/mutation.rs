//! The mutation score: which conditions of a rule do its examples need?
//!
//! In: rules, each with its mutants: the rule with one condition, alternative or ellipsis dropped. Out: which of them pass
//! all examples: what they lack is not tested. What stands in a generic rule or a resource is part of several rules, and is
//! tested if the examples of one of them need it.

use crate::bench::Bench;
use crate::example;
use rulec_compiler::{CompiledRule, Mutant};
use rulec_grammar::diagnostic::FileId;
use rulec_plan::ir::RuleIndex;
use rulec_tree::Span;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What can be dropped: the file, the place in it, and what stands there.
type Part = (FileId, Span, &'static str);

/// How the examples of rules judge their mutants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mutation {
    parts: BTreeMap<Part, Judged>,
}

/// What is known of a part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Judged {
    /// The examples of some rule need it.
    is_needed: bool,
    /// The rules whose examples do not.
    survived: Vec<String>,
}

/// A part that no example needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Survivor<'m> {
    /// The rule file in which it stands.
    pub file: FileId,
    /// Where.
    pub span: Span,
    /// What it is: `the condition`, `the alternative`.
    pub what: &'static str,
    /// The ids of the rules that it is part of.
    pub rules: &'m [String],
}

impl Mutation {
    /// Runs the examples of a rule on its mutants, by the interpreter: each mutant runs once. Parts that the examples of
    /// another rule need already are not looked at.
    pub fn add(&mut self, rule: &CompiledRule, id: &str, mutants: Vec<Mutant>) {
        let mut own: BTreeMap<Part, bool> = BTreeMap::new();
        for mutant in mutants {
            let part = (mutant.file, mutant.span, mutant.what);
            if self.parts.get(&part).is_some_and(|known| known.is_needed) || own.get(&part) == Some(&true) {
                continue;
            }
            own.insert(part, survives(rule, mutant.plan));
        }
        for (part, has_survived) in own {
            let judged = self.parts.entry(part).or_default();
            match has_survived {
                true => judged.survived.push(id.to_owned()),
                false => judged.is_needed = true,
            }
        }
    }

    /// How many parts can be dropped.
    pub fn mutants(&self) -> usize {
        self.parts.len()
    }

    /// Those that no example needs, by file and place.
    pub fn survivors(&self) -> impl Iterator<Item = Survivor<'_>> {
        let survivors = self.parts.iter().filter(|(_, judged)| !judged.is_needed);
        survivors.map(|((file, span, what), judged)| Survivor {
            file: *file,
            span: *span,
            what,
            rules: &judged.survived,
        })
    }
}

/// Whether all examples pass. A plan that cannot be run is no better than one that fails.
fn survives(rule: &CompiledRule, plan: rulec_plan::Plan) -> bool {
    let Ok(bench) = Bench::interpreted(Arc::new(plan)) else { return false };
    let alone = CompiledRule { index: RuleIndex(0), ..rule.clone() };
    rule.examples.iter().all(|example| example::run(&bench, &alone, rule.file, example).is_empty())
}
