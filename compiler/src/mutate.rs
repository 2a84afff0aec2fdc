//! Mutants of a rule: the same rule with one conjunct, alternative or ellipsis dropped.
//!
//! In: rule files and the id of one rule. Out: every mutant that still compiles, as a plan of its own. Examples that give
//! the same answers for a mutant as for the rule do not test what was dropped.

use crate::build::Tables;
use crate::errors::Errors;
use crate::facts;
use crate::rule::{self, Context};
use crate::scope::{Modules, Scope};
use crate::sources::Source;
use crate::{SourceFile, Surroundings, parse, rules_of};
use rulec_grammar::ast::{Alternative, Cond, Event, Form, Path, Pattern, PatternId, Rule};
use rulec_grammar::diagnostic::{FileId, Sink};
use rulec_plan::Plan;
use rulec_plan::ir::{RuleIndex, RulePlan};
use rulec_tree::Span;
use std::rc::Rc;

/// A rule with one thing dropped.
#[derive(Clone, Debug)]
pub struct Mutant {
    /// What was dropped: `the condition`, `the event`, `the alternative`, `the ellipsis`.
    pub what: &'static str,
    /// The file in which it stands: that of the rule, or one of those that its instance borrows from.
    pub file: FileId,
    /// Where it stands there.
    pub span: Span,
    /// A plan with this rule alone.
    pub plan: Plan,
}

/// The mutants of the rule with this id.
pub fn mutants(files: &[SourceFile], pack: &str, id: &str, surroundings: Surroundings<'_>) -> Vec<Mutant> {
    let mut sink = Sink::new();
    let sources = parse(files, pack, surroundings, &mut sink);
    let modules = Modules::new(&sources, &mut sink);
    let mut rules = sources.iter().flat_map(|(file, source)| rules_of(source).map(move |rule| (file, source, rule)));
    let named = |(_, source, rule): &(FileId, &Source, &Rule)| format!("{}.{}", source.module, rule.name.value) == id;
    let Some((file, source, rule)) = rules.find(named) else { return Vec::new() };
    let scope = Rc::new(modules.scope(file, &source.syntax, &source.module, &mut sink));
    let mutant = |(what, span, rule): (&'static str, Span, Rule)| {
        let plan = compile_alone(&modules, &scope, &rule, id, &source.path)?;
        let (file, span) = sources.place(file, span);
        Some(Mutant { what, file, span, plan })
    };
    changes(rule).into_iter().filter_map(mutant).collect()
}

/// The facts that these uses lead to.
fn facts_of(modules: &Modules<'_>, asked: &[facts::Use], tables: &mut Tables) -> Vec<RulePlan> {
    let mut sink = Sink::new();
    let mut lowered = Vec::new();
    for (file, source) in modules.sources.iter() {
        let scope = Rc::new(modules.scope(file, &source.syntax, &source.module, &mut sink));
        lowered.extend(facts::of_file(modules, &scope, tables, &mut sink, source));
    }
    facts::stratified(lowered, asked, &mut sink)
}

fn models_of(modules: &Modules<'_>) -> Vec<rulec_plan::model::Model> {
    let mut sink = Sink::new();
    let mut models = Vec::new();
    for (file, source) in modules.sources.iter().filter(|(_, source)| source.is_own) {
        let scope = modules.scope(file, &source.syntax, &source.module, &mut sink);
        models.extend(crate::models::of_file(&source.syntax, &scope, &mut Errors { sink: &mut sink, file }));
    }
    models
}

fn compile_alone<'a>(modules: &Modules<'a>, scope: &Rc<Scope<'a>>, rule: &Rule, id: &str, path: &str) -> Option<Plan> {
    let (mut tables, mut sink) = (Tables::default(), Sink::new());
    let context = Context { modules, scope: Rc::clone(scope), tables: &mut tables, sink: &mut sink };
    let (lowered, asked) = rule::lower(context, rule, None, RuleIndex(0), id.to_owned(), path)?;
    let mut rules = vec![lowered];
    if !asked.is_empty() {
        rules.extend(facts_of(modules, &asked, &mut tables));
    }
    let models = models_of(modules);
    let own = modules.sources.iter().filter(|(_, source)| source.is_own);
    let declarations = own.flat_map(|(_, source)| crate::declarations::of_file(&source.syntax)).collect();
    let Tables { atoms, symbols, constants, .. } = tables;
    let plan = Plan { atoms, symbols, constants, rules, models, declarations };
    rulec_plan::verify::verify(&plan).is_ok().then_some(plan)
}

/// Every rule with one thing dropped.
fn changes(rule: &Rule) -> Vec<(&'static str, Span, Rule)> {
    let mut changes = Vec::new();
    for (index, clause) in rule.clauses.iter().enumerate() {
        for (what, span, kept) in without_part(&clause.cond) {
            let mut changed = rule.clone();
            match kept {
                Some(cond) => changed.clauses[index].cond = cond,
                None => drop(changed.clauses.remove(index)),
            }
            changes.push((what, span, changed));
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
fn without_part(cond: &Cond) -> Vec<(&'static str, Span, Option<Cond>)> {
    match cond {
        Cond::And(parts) | Cond::Or(parts) => {
            let conjunction = matches!(cond, Cond::And(_));
            let rebuilt = |parts: Vec<Cond>| if conjunction { Cond::And(parts) } else { Cond::Or(parts) };
            let mut changed = Vec::new();
            for (index, part) in parts.iter().enumerate() {
                for (what, span, kept) in without_part(part) {
                    let mut others = parts.clone();
                    match kept {
                        Some(kept) => others[index] = kept,
                        None => drop(others.remove(index)),
                    }
                    changed.push((what, span, (!others.is_empty()).then(|| rebuilt(others))));
                }
            }
            changed
        }
        Cond::Not(inner, span) => {
            let negated = |kept| Cond::Not(Box::new(kept), *span);
            without_part(inner).into_iter().map(|(what, part, kept)| (what, part, kept.map(negated))).collect()
        }
        Cond::Path(path) => {
            let of_part = path_changes(path).into_iter();
            let of_part = of_part.map(|(what, span, path)| (what, span, Some(Cond::Path(Box::new(path)))));
            std::iter::once(("the condition", path.span, None)).chain(of_part).collect()
        }
        Cond::Quantified { every, hole, set, cond, span } => {
            let rebuilt = |cond: Cond| Cond::Quantified {
                every: *every,
                hole: hole.clone(),
                set: set.clone(),
                cond: Box::new(cond),
                span: *span,
            };
            let of_part = without_part(cond).into_iter();
            let of_part = of_part.filter_map(|(what, part, kept)| Some((what, part, Some(rebuilt(kept?)))));
            std::iter::once(("the condition", *span, None)).chain(of_part).collect()
        }
        _ => vec![("the condition", crate::ask::span_of(cond), None)],
    }
}

/// The events of a path, by their place in it.
const EVENTS: [fn(&mut Path) -> &mut Vec<Event>; 3] =
    [|path| &mut path.to, |path| &mut path.avoiding, |path| &mut path.passing];

/// The path without each of its events, and with each of them changed.
fn path_changes(path: &Path) -> Vec<(&'static str, Span, Path)> {
    let mut changes = Vec::new();
    for (place, list) in EVENTS.into_iter().enumerate() {
        let events = list(&mut path.clone()).clone();
        for (index, event) in events.iter().enumerate() {
            // Without a target there is no path, and nothing avoided is what `avoiding` without events would mean.
            if events.len() > 1 || place == 1 {
                let mut changed = path.clone();
                list(&mut changed).remove(index);
                changes.push(("the event", event.span(), changed));
            }
            for (what, span, event) in event_changes(event) {
                let mut changed = path.clone();
                list(&mut changed)[index] = event;
                changes.push((what, span, changed));
            }
        }
    }
    changes
}

/// The event with one thing in it dropped.
fn event_changes(event: &Event) -> Vec<(&'static str, Span, Event)> {
    let Event::Code { code, cond, span } = event else { return Vec::new() };
    let mut changes = Vec::new();
    for (what, part, pattern) in pattern_changes(&code.pattern) {
        let code = Alternative { pattern, label: code.label.clone() };
        changes.push((what, part, Event::Code { code, cond: cond.clone(), span: *span }));
    }
    for (what, part, kept) in cond.iter().flat_map(|cond| without_part(cond)) {
        let event = Event::Code { code: code.clone(), cond: kept.map(Box::new), span: *span };
        changes.push((what, part, event));
    }
    changes
}

/// The pattern without each option of its alternations, and without each of its unnamed runs.
fn pattern_changes(pattern: &Pattern) -> Vec<(&'static str, Span, Pattern)> {
    let mut changes = Vec::new();
    let belongs = belonging(pattern);
    for (index, node) in pattern.nodes.iter().enumerate().filter(|(index, _)| belongs[*index]) {
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

/// Which nodes of the arena belong to the pattern. The parser leaves some behind: the list of `(...)`, which becomes
/// [`Form::Any`] where it stands for results that do not matter.
fn belonging(pattern: &Pattern) -> Vec<bool> {
    let mut belongs = vec![false; pattern.nodes.len()];
    let mut open = vec![pattern.root];
    while let Some(PatternId(id)) = open.pop() {
        belongs[id as usize] = true;
        if let Form::Node { children: below, .. } | Form::OneOf(below) = &pattern.nodes[id as usize].form {
            open.extend(below);
        }
    }
    belongs
}

fn without(pattern: &Pattern, node: usize, position: usize) -> Pattern {
    let mut changed = pattern.clone();
    if let Form::Node { children, .. } = &mut changed.nodes[node].form {
        let _: PatternId = children.remove(position);
    }
    changed
}
