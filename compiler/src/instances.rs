//! Rules for resources, written out.
//!
//! In: the modules as parsed. Out: the same modules in which each `instance name = rule(resource) { … }` is a rule like any
//! other, and the generic rules are gone. What comes from where: the match, and a condition with it, from the
//! resource; the conditions from the generic rule; all that the instance says goes before what the generic rule says.
//!
//! Generic rule, resource and instance stand in one file, so that the spans of all parts are places of that file.

use crate::errors::Errors;
use crate::predicate::Renaming;
use rulec_grammar::ast::{
    Alternative, Clause, Cond, Event, Instance, Item, Module, Name, Piece, Report, Resource, Rule, Template, Value,
};
use rulec_grammar::diagnostic::{FileId, Sink};
use std::collections::{BTreeMap, BTreeSet};

/// Writes out the instances of a file.
pub(crate) fn expand(module: &mut Module, file: FileId, sink: &mut Sink) {
    let items = std::mem::take(&mut module.items);
    let mut errors = Errors { sink, file };
    let mut used = BTreeSet::new();
    let written: Vec<Item> = items
        .iter()
        .filter_map(|item| match item {
            Item::Instance(instance) => instantiate(&items, instance, &mut used, &mut errors),
            Item::Rule(rule) if rule.param.is_some() => None,
            Item::Resource(_) => None,
            item => Some(item.clone()),
        })
        .collect();
    for (name, what) in items.iter().filter_map(generic) {
        if !used.contains(&name.value) {
            errors.unused_item(name.span, what, &name.value);
        }
    }
    module.items = written;
}

/// The name of what only instances use.
fn generic(item: &Item) -> Option<(&Name, &'static str)> {
    match item {
        Item::Rule(rule) if rule.param.is_some() => Some((&rule.name, "generic rule")),
        Item::Resource(resource) => Some((&resource.name, "resource")),
        _ => None,
    }
}

fn instantiate(
    items: &[Item],
    instance: &Instance,
    used: &mut BTreeSet<String>,
    errors: &mut Errors<'_>,
) -> Option<Item> {
    let named = |wanted: &str| {
        let names = items.iter().filter_map(generic).filter(|(_, what)| *what == wanted);
        names.map(|(name, _)| name.value.clone()).collect::<Vec<_>>()
    };
    let rule = items.iter().find_map(|item| match item {
        Item::Rule(rule) if rule.param.is_some() && rule.name.value == instance.generic.value => Some(rule),
        _ => None,
    });
    let resource = items.iter().find_map(|item| match item {
        Item::Resource(resource) if resource.name.value == instance.resource.value => Some(resource),
        _ => None,
    });
    if rule.is_none() {
        let (what, known) = ("generic rule in this file", named("generic rule"));
        errors.unknown_name(instance.generic.span, what, &instance.generic.value, &known);
    }
    if resource.is_none() {
        let (what, known) = ("resource in this file", named("resource"));
        errors.unknown_name(instance.resource.span, what, &instance.resource.value, &known);
    }
    let (rule, resource) = (rule?, resource?);
    used.extend([rule.name.value.clone(), resource.name.value.clone()]);
    Some(Item::Rule(Box::new(written(rule, resource, &instance.rule, errors))))
}

/// The generic rule for this resource, with what the instance says instead.
fn written(generic: &Rule, resource: &Resource, own: &Rule, errors: &mut Errors<'_>) -> Rule {
    let param = generic.param.as_ref().map_or("", |param| &param.value);
    let value = Value::Hole(resource.value.clone());
    let renaming = Renaming {
        arguments: BTreeMap::from([(param.to_owned(), value)]),
        labels: BTreeSet::new(),
        suffix: String::new(),
    };
    let (mut alternatives, mut clauses) = (generic.alternatives.clone(), Vec::new());
    if let Some(acquire) = &generic.acquire {
        alternatives.extend(resource.acquire.iter().map(|one| Alternative {
            pattern: one.pattern.clone(),
            label: acquire.label.clone().or(one.label.clone()),
        }));
        let cond = resource.cond.iter();
        clauses.extend(cond.map(|cond| Clause { negated: false, cond: cond.clone(), span: resource.span }));
    }
    clauses.extend(generic.clauses.iter().chain(&own.clauses).cloned());
    for clause in &mut clauses {
        in_events(&mut clause.cond, &mut |events| roles(events, param, resource, errors));
        renaming.cond(&mut clause.cond);
    }
    let mut reports = if own.reports.is_empty() { generic.reports.clone() } else { own.reports.clone() };
    reports.iter_mut().for_each(|report| in_report(report, &renaming));
    let mut fix = own.fix.clone().or(generic.fix.clone());
    for edit in fix.iter_mut().flat_map(|fix| &mut fix.edits) {
        renaming.value(&mut edit.target);
        match &mut edit.template {
            Some(Template::Code { pattern, .. }) => renaming.pattern(pattern),
            Some(Template::Text(text)) => in_pieces(&mut text.pieces, &renaming),
            None => {}
        }
    }
    let mut options = own.options.clone();
    let inherited =
        generic.options.iter().filter(|option| own.options.iter().all(|own| own.name.value != option.name.value));
    options.extend(inherited.cloned());
    Rule {
        doc: if own.doc.is_empty() { generic.doc.clone() } else { own.doc.clone() },
        name: own.name.clone(),
        param: None,
        severity: own.severity.clone().or(generic.severity.clone()),
        level: own.level.clone().or(generic.level.clone()),
        tags: [&own.tags[..], &generic.tags[..]].concat(),
        since: own.since.clone().or(generic.since.clone()),
        options,
        allow: [&own.allow[..], &generic.allow[..]].concat(),
        scan_all: own.scan_all.or(generic.scan_all),
        files: [&own.files[..], &generic.files[..]].concat(),
        alternatives,
        acquire: None,
        clauses,
        reports,
        fix,
        examples: own.examples.clone(),
        span: own.span,
    }
}

fn in_report(report: &mut Report, renaming: &Renaming) {
    report.at.iter_mut().for_each(|at| renaming.value(at));
    in_pieces(&mut report.message.pieces, renaming);
}

fn in_pieces(pieces: &mut [Piece], renaming: &Renaming) {
    for piece in pieces {
        if let Piece::Value(value) = piece {
            renaming.value(value);
        }
    }
}

/// Goes over every list of events in a condition.
fn in_events(cond: &mut Cond, each: &mut dyn FnMut(&mut Vec<Event>)) {
    match cond {
        Cond::And(parts) | Cond::Or(parts) => parts.iter_mut().for_each(|part| in_events(part, each)),
        Cond::Not(inner, _) => in_events(inner, each),
        Cond::Quantified { cond, .. } => in_events(cond, each),
        Cond::Path(path) => {
            for events in [&mut path.to, &mut path.avoiding, &mut path.passing] {
                each(events);
                for event in events {
                    if let Event::Code { cond: Some(cond), .. } = event {
                        in_events(cond, each);
                    }
                }
            }
        }
        _ => {}
    }
}

/// Puts the events of a resource in the place of `release $R` and its like.
fn roles(events: &mut Vec<Event>, param: &str, resource: &Resource, errors: &mut Errors<'_>) {
    let written = std::mem::take(events).into_iter().flat_map(|event| match event {
        Event::Role { role, resource: hole, .. } if hole.value == param => match role.value.as_str() {
            // Who has nothing to release, or has given it away, is done.
            "release" => [&resource.release[..], &resource.transfer[..], &resource.fails[..]].concat(),
            "transfer" => resource.transfer.clone(),
            "fails" => resource.fails.clone(),
            other => {
                let known = ["release", "transfer", "fails"].map(str::to_owned);
                errors.unknown_name(role.span, "part of a resource", other, &known);
                Vec::new()
            }
        },
        event => vec![event],
    });
    *events = written.collect();
}
