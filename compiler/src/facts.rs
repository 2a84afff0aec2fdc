//! Facts to plans, in strata.
//!
//! In: the facts of rule files, those of other packs that are used included. Out: a plan for each that a rule asks for, directly or through others, with its stratum: a
//! fact asks for facts of its own stratum and of lower ones, and only of lower ones whether they do *not* hold. So what
//! holds can be found stratum by stratum, each as a least fixed point.
//!
//! Source: Apt, Blair, Walker, *Towards a theory of declarative knowledge*, 1988.

use crate::build::Tables;
use crate::check;
use crate::errors::Errors;
use crate::rule::{self, Context};
use crate::scope::{Modules, Scope};
use crate::sources::Source;
use rulec_grammar::ast::Item;
use rulec_grammar::diagnostic::{FileId, Sink};
use rulec_plan::ir::{RuleIndex, RulePlan};
use rulec_plan::verify::{Sizes, verify_rule};
use rulec_tree::Span;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// A condition asks for a fact.
#[derive(Clone, Debug)]
pub(crate) struct Use {
    /// The id of the fact.
    pub fact: String,
    /// Whether what asks holds the sooner the less the fact does.
    pub negative: bool,
    /// Where.
    pub span: Span,
}

/// A fact, lowered, but for its stratum.
pub(crate) struct Lowered {
    plan: RulePlan,
    uses: Vec<Use>,
    file: FileId,
    name: Span,
}

/// Lowers the facts of a file. Those with mistakes are left out.
pub(crate) fn of_file<'a>(
    modules: &'a Modules<'a>,
    scope: &Rc<Scope<'a>>,
    tables: &mut Tables,
    sink: &mut Sink,
    source: &'a Source,
) -> Vec<Lowered> {
    let facts =
        source.syntax.items.iter().filter_map(|item| if let Item::Fact(fact) = item { Some(fact) } else { None });
    facts
        .filter_map(|fact| {
            let before = sink.error_count();
            if check::too_deep(&fact.rule, &mut Errors { sink, file: scope.file }) {
                return None;
            }
            rule::check_fact(fact, &source.text, &mut Errors { sink, file: scope.file });
            let id = format!("{}.{}", scope.module, fact.rule.name.value);
            let context = Context { modules, scope: Rc::clone(scope), tables, sink };
            // A fact has no options, so that nothing names its index.
            let lowered = rule::lower(context, &fact.rule, Some(fact), RuleIndex(0), id, &source.path);
            let (plan, uses) = lowered.filter(|_| sink.error_count() == before)?;
            let name = fact.rule.name.span;
            let sizes =
                Sizes { atoms: tables.atoms.len(), symbols: tables.symbols.len(), constants: tables.constants.len() };
            if let Err(refused) = verify_rule(sizes, &plan) {
                Errors { sink, file: scope.file }.too_large(name, &refused.reason);
                return None;
            }
            Some(Lowered { plan, uses, file: scope.file, name })
        })
        .collect()
}

/// The facts that rules ask for, directly or through others, each with its stratum. Others, and circles through a negation,
/// are reported.
pub(crate) fn stratified(facts: Vec<Lowered>, asked: &[Use], sink: &mut Sink) -> Vec<RulePlan> {
    let wanted = reachable(&facts, asked);
    let mut strata: BTreeMap<&str, u32> = facts.iter().map(|fact| (fact.plan.meta.id.as_str(), 0)).collect();
    for _ in 0..=facts.len() {
        for fact in &facts {
            let needed = fact
                .uses
                .iter()
                .filter_map(|one| strata.get(one.fact.as_str()).map(|stratum| stratum + u32::from(one.negative)));
            let stratum = needed.max().unwrap_or(0);
            let own = strata.entry(&fact.plan.meta.id).or_default();
            *own = stratum.max(*own);
        }
    }
    let strata: Vec<u32> =
        facts.iter().map(|fact| strata.get(fact.plan.meta.id.as_str()).copied().unwrap_or(0)).collect();
    report_circles(&facts, sink);
    let mut plans = Vec::new();
    for (mut fact, stratum) in facts.into_iter().zip(strata) {
        if !wanted.contains(&fact.plan.meta.id) {
            let name = fact.plan.meta.name().to_owned();
            Errors { sink, file: fact.file }.unused_item(fact.name, "fact", &name);
            continue;
        }
        if let Some(meta) = &mut fact.plan.meta.fact {
            meta.stratum = stratum;
        }
        plans.push(fact.plan);
    }
    plans
}

/// The facts that these uses lead to.
fn reachable(facts: &[Lowered], asked: &[Use]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open: Vec<&Use> = asked.iter().collect();
    while let Some(one) = open.pop() {
        if found.insert(one.fact.clone()) {
            let fact = facts.iter().find(|fact| fact.plan.meta.id == one.fact);
            open.extend(fact.into_iter().flat_map(|fact| &fact.uses));
        }
    }
    found
}

/// Reports each fact that hangs on another which hangs on the first *not* holding.
fn report_circles(facts: &[Lowered], sink: &mut Sink) {
    for fact in facts {
        for negative in fact.uses.iter().filter(|one| one.negative) {
            if let Some(way) = way(facts, &negative.fact, &fact.plan.meta.id) {
                let names: Vec<&str> = std::iter::once(fact.plan.meta.id.as_str())
                    .chain(way.iter().map(String::as_str))
                    .map(|id| id.rsplit('.').next().unwrap_or(id))
                    .collect();
                Errors { sink, file: fact.file }.unstratified(negative.span, &names);
            }
        }
    }
}

/// The shortest chain of facts from one to another, each asking for the next; both included.
fn way(facts: &[Lowered], from: &str, to: &str) -> Option<Vec<String>> {
    let mut before: BTreeMap<&str, &str> = BTreeMap::from([(from, "")]);
    let mut open = std::collections::VecDeque::from([from]);
    while let Some(at) = open.pop_front() {
        if at == to {
            let mut way = vec![at.to_owned()];
            let mut next = before.get(at).copied().unwrap_or_default();
            while !next.is_empty() {
                way.insert(0, next.to_owned());
                next = before.get(next).copied().unwrap_or_default();
            }
            return Some(way);
        }
        let fact = facts.iter().find(|fact| fact.plan.meta.id == at);
        for one in fact.into_iter().flat_map(|fact| &fact.uses) {
            if !before.contains_key(one.fact.as_str()) {
                before.insert(&one.fact, at);
                open.push_back(&one.fact);
            }
        }
    }
    None
}
