//! Rules for resources, written out.
//!
//! In: the files as parsed. Out: the same files in which each `instance name = rule(resource) { … }` is a rule like any
//! other. What comes from where: the match, and a condition with it, from the resource; the conditions from the generic
//! rule; all that the instance says goes before what the generic rule says.
//!
//! Generic rules and resources are seen where predicates are: in all files of their module, and where a `use` brings them in.
//! They stay among the items of their files; nothing but this looks at them.

use crate::errors::Errors;
use crate::names::{hole_key, of_pattern};
use crate::predicate::Renaming;
use crate::sources::{Source, Sources};
use rulec_grammar::ast::{
    Alternative, Clause, Cond, Event, Instance, Item, Module, Name, Piece, Report, Resource, Rule, Template, Use, Value,
};
use rulec_grammar::diagnostic::{FileId, Sink};
use std::collections::{BTreeMap, BTreeSet};

/// Writes out the instances of all files that are compiled.
pub(crate) fn expand(sources: &mut Sources, sink: &mut Sink) {
    let templates = Templates::of(sources, sink);
    let mut used = BTreeSet::new();
    let own: Vec<FileId> = sources.iter().filter(|(_, source)| source.is_own).map(|(file, _)| file).collect();
    for file in &own {
        expand_file(sources, &templates, *file, &mut used, sink);
    }
    for (file, source) in sources.iter().filter(|(_, source)| source.is_own) {
        for (name, what) in source.syntax.items.iter().filter_map(template) {
            if !used.contains(&(what, file, name.value.clone())) {
                Errors { sink, file }.unused_item(name.span, what.text(), &name.value);
            }
        }
    }
}

/// What only instances use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Generic,
    Resource,
}

impl What {
    fn text(self) -> &'static str {
        match self {
            What::Generic => "generic rule",
            What::Resource => "resource",
        }
    }
}

/// The name of an item that only instances use.
fn template(item: &Item) -> Option<(&Name, What)> {
    match item {
        Item::Rule(rule) if rule.param.is_some() => Some((&rule.name, What::Generic)),
        Item::Resource(resource) => Some((&resource.name, What::Resource)),
        _ => None,
    }
}

/// The generic rules and resources of all modules: the files in which they stand.
struct Templates {
    by_module: BTreeMap<String, BTreeMap<(What, String), FileId>>,
}

impl Templates {
    /// Collects them. Two of one name in a module are an error.
    fn of(sources: &Sources, sink: &mut Sink) -> Templates {
        let mut by_module: BTreeMap<String, BTreeMap<(What, String), FileId>> = BTreeMap::new();
        let mut first = BTreeMap::new();
        for (file, source) in sources.iter() {
            for (name, what) in source.syntax.items.iter().filter_map(template) {
                let key = (what, name.value.clone());
                let before = *first.entry((source.module.clone(), key.clone())).or_insert((file, name.span));
                if before != (file, name.span) {
                    Errors { sink, file }.duplicate(name.span, what.text(), &name.value, before);
                }
                by_module.entry(source.module.clone()).or_default().entry(key).or_insert(file);
            }
        }
        Templates { by_module }
    }

    /// Those that the instances of a file can name.
    fn seen_by(&self, source: &Source) -> BTreeMap<(What, String), FileId> {
        let mut seen = self.by_module.get(&source.module).cloned().unwrap_or_default();
        for line in &source.syntax.uses {
            let Use::Module { module, names, .. } = line else { continue };
            let of_module = self.by_module.get(&module.value).into_iter().flatten();
            let named = of_module.filter(|((_, name), _)| names.iter().any(|used| used.value == *name));
            seen.extend(named.map(|(key, file)| (key.clone(), *file)));
        }
        seen
    }
}

fn expand_file(
    sources: &mut Sources,
    templates: &Templates,
    file: FileId,
    used: &mut BTreeSet<(What, FileId, String)>,
    sink: &mut Sink,
) {
    let Some(source) = sources.get(file) else { return };
    let has_instances = source.syntax.items.iter().any(|item| matches!(item, Item::Instance(_)));
    if !has_instances {
        return;
    }
    let seen = templates.seen_by(source);
    let mut errors = Errors { sink, file };
    let mut borrowed: BTreeMap<FileId, Module> = BTreeMap::new();
    let mut items = source.syntax.items.clone();
    let mut names = BTreeSet::new();
    for item in &mut items {
        let Item::Instance(instance) = item else { continue };
        let found = [(What::Generic, &instance.generic), (What::Resource, &instance.resource)]
            .map(|(what, name)| find(&seen, what, name, &mut errors).map(|at| (what, at, name.value.clone())));
        let [Some(generic), Some(resource)] = found else { continue };
        for (_, at, _) in [&generic, &resource] {
            borrow(sources, file, *at, &mut borrowed);
        }
        let written = instantiate(sources, &borrowed, file, (&generic, &resource), instance, &mut errors);
        used.extend([generic, resource]);
        if let Some(rule) = written {
            names.insert(rule.name.value.clone());
            *item = Item::Rule(Box::new(rule));
        }
    }
    // What could not be written out was reported.
    items.retain(|item| !matches!(item, Item::Instance(_)));
    if let Some(source) = sources.get_mut(file) {
        source.syntax.items = items;
        source.instances = names;
    }
}

/// The file of what an instance names; an error if there is none.
fn find(seen: &BTreeMap<(What, String), FileId>, what: What, name: &Name, errors: &mut Errors<'_>) -> Option<FileId> {
    let found = seen.get(&(what, name.value.clone())).copied();
    if found.is_none() {
        let known: Vec<String> =
            seen.keys().filter(|(other, _)| *other == what).map(|(_, name)| name.clone()).collect();
        errors.unknown_name(name.span, what.text(), &name.value, &known);
    }
    found
}

/// Puts the items of another file within reach.
fn borrow(sources: &mut Sources, file: FileId, from: FileId, borrowed: &mut BTreeMap<FileId, Module>) {
    if file == from || borrowed.contains_key(&from) {
        return;
    }
    let Some(text) = sources.get(from).map(|source| source.text[..source.own_len()].to_owned()) else { return };
    if let Some(source) = sources.get_mut(file) {
        borrowed.insert(from, source.borrow_from(from, &text));
    }
}

fn instantiate(
    sources: &Sources,
    borrowed: &BTreeMap<FileId, Module>,
    file: FileId,
    (generic, resource): (&(What, FileId, String), &(What, FileId, String)),
    instance: &Instance,
    errors: &mut Errors<'_>,
) -> Option<Rule> {
    let item = |(what, at, wanted): &(What, FileId, String)| {
        let own = sources.get(file).filter(|_| *at == file).map(|source| &source.syntax);
        let mut items = own.or(borrowed.get(at))?.items.iter();
        items.find(|item| template(item).is_some_and(|(name, other)| other == *what && name.value == *wanted))
    };
    let (Some(Item::Rule(rule)), Some(Item::Resource(resource))) = (item(generic), item(resource)) else { return None };
    let first = errors.sink.diagnostics().len();
    if rule.acquire.is_some() && !binds_value(resource, errors) {
        in_instance(errors.sink, first, file, &instance.rule);
        return None;
    }
    let written = written(rule, resource, &instance.rule, errors);
    in_instance(errors.sink, first, file, &instance.rule);
    Some(written)
}

/// Whether the code that acquires a resource holds its value; an error if not.
fn binds_value(resource: &Resource, errors: &mut Errors<'_>) -> bool {
    let value = hole_key(&resource.value.value);
    let mut bound: Option<BTreeSet<String>> = None;
    for alternative in &resource.acquire {
        let mut names = BTreeSet::new();
        of_pattern(&alternative.pattern, &mut |name, _, _| {
            names.insert(name.to_owned());
        });
        bound = Some(match bound {
            Some(others) => others.intersection(&names).cloned().collect(),
            None => names,
        });
    }
    let bound: Vec<String> = bound.unwrap_or_default().into_iter().collect();
    let is_bound = bound.contains(&value);
    if !is_bound {
        errors.unbound(resource.value.span, &value, &bound);
    }
    is_bound
}

/// Lets diagnostics about other parts of an instance's rule name the instance too; `first` is the first one of that rule.
pub(crate) fn in_instance(sink: &mut Sink, first: usize, file: FileId, rule: &Rule) {
    for diagnostic in sink.diagnostics_from(first) {
        let is_inside = rule.span.start <= diagnostic.span.start && diagnostic.span.end <= rule.span.end;
        if diagnostic.file != file || !is_inside {
            diagnostic.related(file, rule.name.span, "in this instance");
        }
    }
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
