//! One rule to its plan.

use crate::ask;
use crate::branches::in_each;
use crate::build::{Bound, Builder, Tables, Traces, push};
use crate::check;
use crate::errors::Errors;
use crate::facts::Use;
use crate::forms::{self, Form};
use crate::lower;
use crate::names::{Mentions, hole_key, label_key};
use crate::operand;
use crate::order;
use crate::scope::{Modules, Scope};
use crate::start;
use crate::template::{self, Captures};
use rulec_grammar::ast::{self, Alternative, Cond, Fact, FileFilter, Form as Shape, Rule, RuleOption, Spanned, Value};
use rulec_grammar::diagnostic::Sink;
use rulec_plan::Deferred;
use rulec_plan::ir::{Arg, Constant, Op, OriginId, Register, RuleIndex, RulePlan, Step, Way};
use rulec_plan::manifest::{CostClass, FactKind, FactMeta, Level, OptionMeta, OptionType, RuleMeta, Severity};
use rulec_tree::{Category, KindSet};
use std::rc::Rc;

/// What lowering a rule needs besides the rule.
pub(crate) struct Context<'a, 't> {
    pub modules: &'a Modules<'a>,
    pub scope: Rc<Scope<'a>>,
    pub tables: &'t mut Tables,
    pub sink: &'t mut Sink,
}

/// Reports what is wrong with a rule apart from its lowering.
pub(crate) fn check(rule: &Rule, source: &str, errors: &mut Errors<'_>) {
    check::unused_names(&Mentions::of(rule), source, errors);
    check::shadowed_alternatives(&rule.alternatives, errors);
    check::contradictions(rule, source, errors);
    let filters: Vec<FileFilter> = rule.files.iter().map(|filter| filter.value).collect();
    if let (true, true) = (filters.contains(&FileFilter::SkipTests), filters.contains(&FileFilter::OnlyTests)) {
        errors.contradiction(rule.files[1].span, "no file is both skipped and wanted", Some(rule.files[0].span));
    }
    for (bad, missing) in [(true, "bad"), (false, "good")] {
        if !rule.examples.iter().any(|example| example.bad == bad) {
            errors.without_examples(rule.name.span, missing);
        }
    }
}

/// Reports what is wrong with a fact apart from its lowering.
pub(crate) fn check_fact(fact: &Fact, source: &str, errors: &mut Errors<'_>) {
    check::unused_names(&Mentions::of_fact(fact), source, errors);
    check::shadowed_alternatives(&fact.rule.alternatives, errors);
    check::contradictions(&fact.rule, source, errors);
}

/// Lowers a rule, or that of a fact; `None` if it has mistakes, which are in the sink. Also the facts that it asks for.
pub(crate) fn lower(
    context: Context<'_, '_>,
    rule: &Rule,
    fact: Option<&Fact>,
    index: RuleIndex,
    id: String,
    path: &str,
) -> Option<(RulePlan, Vec<Use>)> {
    let before = context.sink.error_count();
    let file = context.scope.file;
    let source = context.modules.text(file);
    let mut builder = Builder::new(
        context.modules,
        Rc::clone(&context.scope),
        &mut *context.tables,
        &mut *context.sink,
        index,
        &rule.options,
    );
    builder.rule_name = rule.name.span;
    let spellings = spellings(rule);
    let mut body = Vec::new();
    matches(&mut builder, rule, &spellings, &mut body);
    let mentions = fact.map_or_else(|| Mentions::of(rule), Mentions::of_fact);
    // Questions about paths are the dearest, and nothing is bound by them.
    let (paths, others): (Vec<_>, Vec<_>) =
        rule.clauses.iter().enumerate().partition(|(_, clause)| ask::asks_paths(&clause.cond));
    let mut inherited = Traces::default();
    for (number, clause) in others.into_iter().chain(paths) {
        let escaping = |name: &str| mentions.elsewhere(name, number + 1);
        builder.standing(clause.span, |builder| {
            ask::require(builder, &clause.cond, clause.negated, &escaping, &mut body);
        });
        if !(rule.span.start <= clause.span.start && clause.span.end <= rule.span.end) {
            inherited = builder.traces;
        }
    }
    // What an instance adds narrows down what its generic rule looks for, and has no say in what is told of it.
    builder.traces =
        Traces { path: inherited.path.or(builder.traces.path), flow: inherited.flow.or(builder.traces.flow) };
    let mut captures = Captures::new(match fact {
        Some(fact) => operand::node_arg(&mut builder, &Value::Hole(fact.hole.clone()), "a fact")?,
        None => match builder.root {
            Bound::Node(register) | Bound::Value(register) | Bound::Type(register) | Bound::Element(register) => {
                Arg::Node(register)
            }
            Bound::Run(from, end) => Arg::Run(from, end),
        },
    });
    let reports = template::reports(&mut builder, &rule.reports, &mut captures);
    let fix = rule
        .fix
        .as_ref()
        .and_then(|fix| builder.standing(fix.span, |builder| template::fix(builder, fix, &mut captures)));
    let (captures, args) = captures.into_parts();
    push(&mut body, OriginId(0), Op::Emit(args));
    if let Some(dst) = builder.file_row {
        let op = Op::Move { dst, src: Register::ROOT, way: Way::Root };
        body.insert(0, Step { op, origin: OriginId(0) });
    }
    let body = order::by_cost(body);
    let unread: Vec<usize> = (0..rule.options.len()).filter(|option| !builder.options_read.contains(option)).collect();
    let forms: Vec<_> = spellings
        .into_iter()
        .map(|(form, _)| {
            let scope = builder.standing(form.pattern.span, |builder| Rc::clone(&builder.scope));
            (form, scope)
        })
        .collect();
    let mut facts = start::facts(&forms, builder.tables);
    let (registers, origins, uses) = (builder.registers, builder.origins, builder.facts);
    facts.kinds = narrowed(rule, facts.kinds);
    let (start, guards, cost) = facts.start(context.tables);
    let mut errors = Errors { sink: context.sink, file };
    if fact.is_none() {
        report_cost(rule, cost, &mut errors);
    }
    for option in unread {
        errors.unused_option(rule.options[option].name.span, &rule.options[option].name.value);
    }
    if errors.count() > before {
        return None;
    }
    let (text, offset) = text_of(rule, source);
    let meta = RuleMeta {
        captures,
        reports,
        fix,
        cost,
        needs_types: order::asks_types(&body),
        needs_flow: order::asks_flow(&body),
        fact: fact.map(|fact| FactMeta { of: fact_kind(fact.kind.value), stratum: 0 }),
        file: path.to_owned(),
        source: text.to_owned().into(),
        source_offset: offset,
        ..meta(rule, id)
    };
    let (body, origins) = (body.into(), origins.into());
    Some((RulePlan { meta, registers, body, start, guards, needs: facts.needs, origins }, uses))
}

fn fact_kind(kind: ast::FactKind) -> FactKind {
    match kind {
        ast::FactKind::Func => FactKind::Func,
        ast::FactKind::Param => FactKind::Param,
        ast::FactKind::Result => FactKind::Result,
        ast::FactKind::Type => FactKind::Type,
        ast::FactKind::Field => FactKind::Field,
        ast::FactKind::Global => FactKind::Global,
    }
}

/// Every spelling of every alternative.
fn spellings(rule: &Rule) -> Vec<(Form, &Alternative)> {
    let allow: Vec<_> = rule.allow.iter().map(|equivalence| equivalence.value).collect();
    rule.alternatives
        .iter()
        .flat_map(|alternative| {
            forms::forms(&alternative.pattern, &allow).into_iter().map(move |form| (form, alternative))
        })
        .collect()
}

/// Lowers the match: one of the spellings at the root.
fn matches(builder: &mut Builder<'_>, rule: &Rule, spellings: &[(Form, &Alternative)], body: &mut Vec<Step>) {
    for alternative in &rule.alternatives {
        check::pattern(builder, &alternative.pattern);
    }
    let lists = spellings.iter().any(|(form, _)| form.pattern.category == Category::List);
    let end = lists.then(|| builder.node_register());
    if let Some(end) = end {
        builder.root = Bound::Run(Register::ROOT, end);
    }
    let one = |builder: &mut Builder<'_>, index: usize, steps: &mut Vec<Step>| {
        let (form, alternative) = &spellings[index];
        builder.standing(form.pattern.span, |builder| match end {
            Some(end) if form.pattern.category == Category::List => {
                lower::at_statements(builder, form, Register::ROOT, end, steps);
            }
            end => {
                lower::at_row(builder, form, Register::ROOT, steps);
                if let Some(end) = end {
                    let origin = builder.origin(form.pattern.span, "");
                    push(steps, origin, Op::Move { dst: end, src: Register::ROOT, way: Way::End });
                }
            }
        });
        label_match(builder, alternative, steps);
    };
    if spellings.len() == 1 {
        return one(builder, 0, body);
    }
    let branches = in_each(builder, spellings.len(), one);
    let origin = builder.origin(rule.span, "one of the patterns");
    push(body, origin, Op::Either(branches));
}

/// Binds the label behind a whole pattern.
fn label_match(builder: &mut Builder<'_>, alternative: &Alternative, steps: &mut Vec<Step>) {
    let Some(label) = &alternative.label else { return };
    let key = label_key(&label.value);
    let origin = builder.standing(label.span, |builder| builder.origin(label.span, ""));
    let (root, sort) = (builder.root, builder.root.sort());
    match (builder.name(&key, sort, label.span), root) {
        (Some(Bound::Node(dst)), Bound::Node(src)) => push(steps, origin, Op::Move { dst, src, way: Way::Same }),
        (Some(Bound::Run(from, to)), Bound::Run(first, end)) => {
            push(steps, origin, Op::Move { dst: from, src: first, way: Way::Same });
            push(steps, origin, Op::Move { dst: to, src: end, way: Way::Same });
        }
        _ => return,
    }
    builder.bound.insert(key);
}

/// The kinds of the root that conditions on its hole leave.
fn narrowed(rule: &Rule, kinds: KindSet) -> KindSet {
    let holes: Option<Vec<&str>> = rule
        .alternatives
        .iter()
        .map(|alternative| match &alternative.pattern.nodes[alternative.pattern.root.0 as usize].form {
            Shape::Hole(Some(name)) => Some(name.as_str()),
            _ => None,
        })
        .collect();
    let Some(holes) = holes else { return kinds };
    rule.clauses
        .iter()
        .filter(|clause| !clause.negated)
        .fold(kinds, |kinds, clause| kinds.intersect(kinds_left(&clause.cond, &holes)))
}

/// The kinds that a condition leaves to what all of these holes are.
fn kinds_left(cond: &Cond, holes: &[&str]) -> KindSet {
    match cond {
        Cond::And(parts) => parts.iter().fold(KindSet::ALL, |kinds, part| kinds.intersect(kinds_left(part, holes))),
        Cond::Or(parts) => parts.iter().fold(KindSet::EMPTY, |kinds, part| kinds.union(kinds_left(part, holes))),
        Cond::Is { subject: Value::Hole(name), negated: false, word, .. }
            if holes.iter().all(|hole| hole_key(hole) == hole_key(&name.value)) =>
        {
            ask::kinds_of_word(&word.value).unwrap_or(KindSet::ALL)
        }
        _ => KindSet::ALL,
    }
}

fn report_cost(rule: &Rule, cost: CostClass, errors: &mut Errors<'_>) {
    match (cost, rule.scan_all) {
        (CostClass::ScanAll, None) => {
            let at = rule.alternatives.first().map_or(rule.name.span, |alternative| alternative.pattern.span);
            errors.scans_all(at);
        }
        (CostClass::Symbol | CostClass::Literal | CostClass::Kind, Some(span)) => errors.needless_scan_all(span),
        _ => {}
    }
}

/// The rule's text with its documentation, and where it starts.
fn text_of<'s>(rule: &Rule, source: &'s str) -> (&'s str, u32) {
    let mut start = rule.span.start as usize;
    while let Some(before) = source.get(..start).map(|text| text.trim_end_matches(['\n', '\r', ' ', '\t'])) {
        let line = before.rfind('\n').map_or(0, |newline| newline + 1);
        if !before[line..].trim_start().starts_with("///") {
            break;
        }
        start = line;
    }
    (source.get(start..rule.span.end as usize).unwrap_or(""), start as u32)
}

fn meta(rule: &Rule, id: String) -> RuleMeta {
    let has = |wanted: FileFilter| rule.files.iter().any(|filter| filter.value == wanted);
    let mut tags: Vec<String> = rule.tags.iter().map(|tag| tag.value.clone()).collect();
    tags.sort();
    tags.dedup();
    RuleMeta {
        id,
        doc: rule.doc.clone(),
        severity: rule.severity.as_ref().map_or(Severity::Warning, |severity| match severity.value {
            ast::Severity::Info => Severity::Info,
            ast::Severity::Warning => Severity::Warning,
            ast::Severity::Error => Severity::Error,
        }),
        level: rule.level.as_ref().map_or(Level::Recommended, |level| match level.value {
            ast::Level::Recommended => Level::Recommended,
            ast::Level::Strict => Level::Strict,
            ast::Level::Pedantic => Level::Pedantic,
        }),
        tags,
        since: rule.since.as_ref().map(|since| since.value.clone()),
        options: rule.options.iter().filter_map(option_meta).collect(),
        skip_tests: has(FileFilter::SkipTests),
        only_tests: has(FileFilter::OnlyTests),
        skip_generated: has(FileFilter::SkipGenerated),
        cost: CostClass::Kind,
        needs_types: false,
        needs_flow: false,
        fact: None,
        captures: Vec::new(),
        reports: Vec::new(),
        fix: None,
        file: String::new(),
        source: Deferred::default(),
        source_offset: 0,
    }
}

fn option_meta(option: &RuleOption) -> Option<OptionMeta> {
    Some(OptionMeta {
        name: option.name.value.clone(),
        ty: match option.ty.value {
            ast::OptionType::Int => OptionType::Int,
            ast::OptionType::String => OptionType::String,
            ast::OptionType::Bool => OptionType::Bool,
            ast::OptionType::Duration => OptionType::Duration,
            ast::OptionType::Strings => OptionType::Strings,
            ast::OptionType::Ints => OptionType::Ints,
            ast::OptionType::StringTable => OptionType::StringTable,
            ast::OptionType::IntTable => OptionType::IntTable,
        },
        default: default_of(option)?,
        doc: option.doc.as_ref().map_or_else(String::new, |doc| doc.value.clone()),
    })
}

/// The default of an option, if it is of its type.
fn default_of(option: &RuleOption) -> Option<Constant> {
    match (option.ty.value, &option.default) {
        (ast::OptionType::Strings, Value::List(items, _)) => {
            items.iter().map(|item| scalar(ast::OptionType::String, item)).collect::<Option<_>>().map(Constant::List)
        }
        (ast::OptionType::Ints, Value::List(items, _)) => {
            items.iter().map(|item| scalar(ast::OptionType::Int, item)).collect::<Option<_>>().map(Constant::List)
        }
        (ast::OptionType::StringTable, Value::Table(entries, _)) => table(ast::OptionType::String, entries),
        (ast::OptionType::IntTable, Value::Table(entries, _)) => table(ast::OptionType::Int, entries),
        (ty, value) => scalar(ty, value),
    }
}

fn table(ty: ast::OptionType, entries: &[(Spanned<String>, Value)]) -> Option<Constant> {
    let entry = |(key, value): &(Spanned<String>, Value)| Some((key.value.clone(), scalar(ty, value)?));
    entries.iter().map(entry).collect::<Option<_>>().map(Constant::Table)
}

fn scalar(ty: ast::OptionType, value: &Value) -> Option<Constant> {
    match (ty, value) {
        (ast::OptionType::Int, Value::Int(int)) => Some(Constant::Int(int.value)),
        (ast::OptionType::String, Value::Str(text)) => Some(Constant::Str(text.value.clone())),
        (ast::OptionType::Bool, Value::Bool(truth)) => Some(Constant::Bool(truth.value)),
        (ast::OptionType::Duration, Value::Duration(nanoseconds)) => Some(Constant::Duration(nanoseconds.value)),
        _ => None,
    }
}
