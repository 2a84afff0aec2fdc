//! Mutants of a rule: the same rule with one conjunct, alternative or ellipsis dropped.
//!
//! In: rule files and the id of one rule. Out: every mutant that still compiles, as a plan of its own. Examples that give
//! the same answers for a mutant as for the rule do not test what was dropped.

use crate::build::Tables;
use crate::rule::{self, Context};
use crate::scope::Modules;
use crate::{SourceFile, parse};
use rulec_grammar::ast::{Alternative, Cond, Form, Item, Pattern, PatternId, Rule};
use rulec_grammar::diagnostic::{FileId, Sink};
use rulec_plan::Plan;
use rulec_plan::ir::RuleIndex;
use rulec_tree::Span;
use std::rc::Rc;

/// A rule with one thing dropped.
#[derive(Clone, Debug)]
pub struct Mutant {
    /// What was dropped: `the condition`, `the alternative`, `the ellipsis`.
    pub what: &'static str,
    /// Where it stands.
    pub span: Span,
    /// A plan with this rule alone.
    pub plan: Plan,
}

/// The mutants of the rule with this id.
pub fn mutants(files: &[SourceFile], pack: &str, id: &str) -> Vec<Mutant> {
    let mut sink = Sink::new();
    let parsed = parse(files, &mut sink);
    let modules = Modules::new(pack, files, &parsed, &mut sink);
    for (number, (file, module)) in files.iter().zip(&parsed).enumerate() {
        for item in &module.items {
            let Item::Rule(rule) = item else { continue };
            if format!("{pack}.{}.{}", file.family, rule.name.value) != id {
                continue;
            }
            let own = format!("{pack}.{}", file.family);
            let scope = Rc::new(modules.scope(FileId(number as u32), module, &own, &mut sink));
            let changed = changes(rule).into_iter();
            return changed
                .filter_map(|(what, span, rule)| {
                    let plan = compile_alone(&modules, &scope, &rule, id, &file.path)?;
                    Some(Mutant { what, span, plan })
                })
                .collect();
        }
    }
    Vec::new()
}

fn compile_alone<'a>(
    modules: &'a Modules<'a>,
    scope: &Rc<crate::scope::Scope<'a>>,
    rule: &Rule,
    id: &str,
    path: &str,
) -> Option<Plan> {
    let (mut tables, mut sink) = (Tables::default(), Sink::new());
    let context = Context { modules, scope: Rc::clone(scope), tables: &mut tables, sink: &mut sink };
    let lowered = rule::lower(context, rule, RuleIndex(0), id.to_owned(), path)?;
    let rules = vec![lowered];
    let plan =
        Plan { atoms: tables.atoms, symbols: tables.symbols, constants: tables.constants, rules, models: Vec::new() };
    rulec_plan::verify::verify(&plan).is_ok().then_some(plan)
}

/// Every rule with one thing dropped.
fn changes(rule: &Rule) -> Vec<(&'static str, Span, Rule)> {
    let mut changes = Vec::new();
    for (index, clause) in rule.clauses.iter().enumerate() {
        for (span, kept) in without_part(&clause.cond) {
            let mut changed = rule.clone();
            match kept {
                Some(cond) => changed.clauses[index].cond = cond,
                None => drop(changed.clauses.remove(index)),
            }
            changes.push(("the condition", span, changed));
        }
    }
    if rule.alternatives.len() > 1 {
        for (index, alternative) in rule.alternatives.iter().enumerate() {
            let mut changed = rule.clone();
            changed.alternatives.remove(index);
            changes.push(("the alternative", alternative.pattern.span, changed));
        }
    }
    for (index, alternative) in rule.alternatives.iter().enumerate() {
        for (what, span, pattern) in pattern_changes(&alternative.pattern) {
            let mut changed = rule.clone();
            changed.alternatives[index] = Alternative { pattern, label: alternative.label.clone() };
            changes.push((what, span, changed));
        }
    }
    if let Some(scan) = rule.scan_all {
        // A mutant may start elsewhere; that it may be tried everywhere is not what is tested.
        changes.iter_mut().for_each(|(_, _, changed)| changed.scan_all = Some(scan));
    } else {
        changes.iter_mut().for_each(|(_, span, changed)| changed.scan_all = Some(*span));
    }
    changes
}

/// The condition without each of its parts; `None` if nothing is left.
fn without_part(cond: &Cond) -> Vec<(Span, Option<Cond>)> {
    match cond {
        Cond::And(parts) | Cond::Or(parts) => {
            let conjunction = matches!(cond, Cond::And(_));
            let rebuilt = |parts: Vec<Cond>| if conjunction { Cond::And(parts) } else { Cond::Or(parts) };
            let mut changed = Vec::new();
            for (index, part) in parts.iter().enumerate() {
                for (span, kept) in without_part(part) {
                    let mut others = parts.clone();
                    match kept {
                        Some(kept) => others[index] = kept,
                        None => drop(others.remove(index)),
                    }
                    changed.push((span, (!others.is_empty()).then(|| rebuilt(others))));
                }
            }
            changed
        }
        Cond::Not(inner, span) => {
            let negated = |kept| Cond::Not(Box::new(kept), *span);
            without_part(inner).into_iter().map(|(part, kept)| (part, kept.map(negated))).collect()
        }
        _ => vec![(crate::ask::span_of(cond), None)],
    }
}

/// The pattern without each option of its alternations, and without each of its unnamed runs.
fn pattern_changes(pattern: &Pattern) -> Vec<(&'static str, Span, Pattern)> {
    let mut changes = Vec::new();
    for (index, node) in pattern.nodes.iter().enumerate() {
        match &node.form {
            Form::OneOf(options) if options.len() > 1 => {
                for (position, option) in options.iter().enumerate() {
                    let mut changed = pattern.clone();
                    if let Form::OneOf(options) = &mut changed.nodes[index].form {
                        options.remove(position);
                    }
                    changes.push(("the alternative", pattern.nodes[option.0 as usize].span, changed));
                }
            }
            Form::Node { children, .. } => {
                for (position, child) in children.iter().enumerate() {
                    if matches!(pattern.nodes[child.0 as usize].form, Form::Run(None)) {
                        changes.push((
                            "the ellipsis",
                            pattern.nodes[child.0 as usize].span,
                            without(pattern, index, position),
                        ));
                    }
                }
            }
            _ => {}
        }
    }
    changes
}

fn without(pattern: &Pattern, node: usize, position: usize) -> Pattern {
    let mut changed = pattern.clone();
    if let Form::Node { children, .. } = &mut changed.nodes[node].form {
        let _: PatternId = children.remove(position);
    }
    changed
}
