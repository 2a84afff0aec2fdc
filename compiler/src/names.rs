//! Which holes and labels a piece of syntax mentions, and how often.

use rulec_grammar::ast::{
    Alternative, Bound, Branch, Call, Cond, Event, Fact, FlowOrigin, Form, OpForm, Path, PathStart, Pattern, Piece,
    Rule, Template, TypeRelation, Value,
};
use rulec_tree::Span;
use std::collections::BTreeMap;

/// The key of a hole or run: runs and nodes share their names, so that one name is never both. In the body of a predicate
/// a hole can stand for a label.
pub(crate) fn hole_key(name: &str) -> String {
    match name.starts_with('@') {
        true => name.to_owned(),
        false => format!("${}", name.trim_start_matches('*')),
    }
}

/// The key of a label.
pub(crate) fn label_key(name: &str) -> String {
    format!("@{name}")
}

/// Hears of each mention: the key, where, and whether a pattern can bind the name there.
pub(crate) type Hear<'h> = &'h mut dyn FnMut(&str, Span, bool);

/// How often a name is mentioned.
#[derive(Clone, Copy)]
struct Count {
    mentions: usize,
    /// Whether one of them can bind it.
    binds: bool,
    /// The first.
    first: Span,
}

/// A part of a rule in which names are mentioned. Alternatives of one `match` are one part: a name that each of them
/// mentions once is mentioned once.
pub(crate) struct Mentions {
    /// The names of each part.
    parts: Vec<BTreeMap<String, Count>>,
}

impl Mentions {
    /// All mentions of a rule: part 0 is the match, parts 1 to *n* are its clauses, the others reports and fixes.
    pub fn of(rule: &Rule) -> Mentions {
        let mut parts = vec![most_of(&rule.alternatives)];
        for clause in &rule.clauses {
            parts.push(collect(|hear| of_cond(&clause.cond, hear)));
        }
        for report in &rule.reports {
            parts.push(collect(|hear| {
                report.at.iter().for_each(|at| of_value(at, hear));
                of_pieces(&report.message.pieces, hear);
            }));
        }
        for edit in rule.fix.iter().flat_map(|fix| &fix.edits) {
            parts.push(collect(|hear| {
                of_value(&edit.target, hear);
                match &edit.template {
                    Some(Template::Code { pattern, .. }) => {
                        of_pattern(pattern, &mut |name, span, _| hear(name, span, false))
                    }
                    Some(Template::Text(message)) => of_pieces(&message.pieces, hear),
                    None => {}
                }
            }));
        }
        Mentions { parts }
    }

    /// All mentions of a fact: those of its rule, and what it holds for.
    pub fn of_fact(fact: &Fact) -> Mentions {
        let mut mentions = Mentions::of(&fact.rule);
        mentions.parts.push(collect(|hear| hear(&hole_key(&fact.hole.value), fact.hole.span, false)));
        mentions
    }

    /// Whether a part other than `part` mentions the name.
    pub fn elsewhere(&self, name: &str, part: usize) -> bool {
        self.parts.iter().enumerate().any(|(index, names)| index != part && names.contains_key(name))
    }

    /// The names that a pattern binds and nothing else mentions, and where.
    pub fn single(&self) -> impl Iterator<Item = (&str, Span)> {
        let mut total: BTreeMap<&str, Count> = BTreeMap::new();
        for (name, count) in self.parts.iter().flatten() {
            let entry = total.entry(name).or_insert(Count { mentions: 0, ..*count });
            entry.mentions += count.mentions;
            entry.binds |= count.binds;
        }
        let unused = total.into_iter().filter(|(_, count)| count.mentions == 1 && count.binds);
        unused.map(|(name, count)| (name, count.first))
    }
}

fn collect(walk: impl FnOnce(Hear<'_>)) -> BTreeMap<String, Count> {
    let mut names: BTreeMap<String, Count> = BTreeMap::new();
    walk(&mut |name, first, binds| {
        let entry = names.entry(name.to_owned()).or_insert(Count { mentions: 0, binds, first });
        entry.mentions += 1;
        entry.binds |= binds;
    });
    names
}

/// For each name, the most mentions in one alternative.
fn most_of(alternatives: &[Alternative]) -> BTreeMap<String, Count> {
    let mut most: BTreeMap<String, Count> = BTreeMap::new();
    for alternative in alternatives {
        for (name, count) in collect(|hear| of_alternative(alternative, hear)) {
            let entry = most.entry(name).or_insert(count);
            entry.mentions = entry.mentions.max(count.mentions);
            entry.binds |= count.binds;
        }
    }
    most
}

/// The mentions of a condition.
pub(crate) fn of_cond(cond: &Cond, hear: Hear<'_>) {
    match cond {
        Cond::And(parts) | Cond::Or(parts) => parts.iter().for_each(|part| of_cond(part, hear)),
        Cond::Not(inner, _) => of_cond(inner, hear),
        Cond::Compare { left, right, .. } => {
            of_value(left, hear);
            of_value(right, hear);
        }
        Cond::Is { subject, .. } | Cond::Matches { subject, .. } => of_value(subject, hear),
        Cond::In { subject, set, .. } => {
            of_value(subject, hear);
            of_value(set, hear);
        }
        Cond::Shape { subject, alternatives, bound, .. } => {
            of_value(subject, hear);
            for (name, count) in most_of(alternatives) {
                (0..count.mentions).for_each(|_| hear(&name, count.first, count.binds));
            }
            if let Bound::Until(until) = bound {
                until.iter().for_each(|alternative| of_alternative(alternative, hear));
            }
        }
        Cond::Type { subject, relation, ty, .. } => {
            of_value(subject, hear);
            let binds = matches!(relation.value, TypeRelation::Is | TypeRelation::MaybeIs);
            of_pattern(&ty.pattern, &mut |name, span, _| hear(name, span, binds));
        }
        Cond::Call(call) => of_call(call, hear),
        Cond::Path(path) => of_path(path, hear),
        Cond::Repeats { subject, .. } => of_value(subject, hear),
        Cond::Flow { subject, origin, .. } => {
            of_value(subject, hear);
            match origin {
                FlowOrigin::Value(value) => of_value(value, hear),
                FlowOrigin::Code(alternatives) => {
                    alternatives.iter().for_each(|alternative| of_alternative(alternative, hear));
                }
            }
        }
        Cond::Quantified { hole, set, cond, .. } => {
            hear(&hole_key(&hole.value), hole.span, true);
            of_value(set, hear);
            of_cond(cond, hear);
        }
    }
}

fn of_path(path: &Path, hear: Hear<'_>) {
    match &path.from {
        PathStart::After(value) | PathStart::Entry(Some(value), _) => of_value(value, hear),
        PathStart::Entry(None, _) => {}
    }
    for event in path.to.iter().chain(&path.avoiding).chain(&path.passing) {
        of_event(event, hear);
    }
}

fn of_event(event: &Event, hear: Hear<'_>) {
    match event {
        Event::Code { code, cond, .. } => {
            of_alternative(code, hear);
            cond.iter().for_each(|cond| of_cond(cond, hear));
        }
        Event::Call(call) => of_call(call, hear),
        Event::Place(value)
        | Event::When(Branch::Nil { subject: value, .. } | Branch::True { subject: value, .. }, _) => {
            of_value(value, hear);
        }
        Event::When(Branch::Code { code, .. }, _) => of_alternative(code, hear),
        Event::Exit(_) | Event::Role { .. } => {}
    }
}

fn of_alternative(alternative: &Alternative, hear: Hear<'_>) {
    of_pattern(&alternative.pattern, hear);
    if let Some(label) = &alternative.label {
        hear(&label_key(&label.value), label.span, true);
    }
}

/// The mentions of a pattern. Both sides of an alternation are counted once, as with alternatives of a match.
pub(crate) fn of_pattern(pattern: &Pattern, hear: Hear<'_>) {
    let mut open = vec![pattern.root];
    while let Some(id) = open.pop() {
        let node = &pattern.nodes[id.0 as usize];
        if let Some(label) = &node.label {
            hear(&label_key(&label.value), label.span, true);
        }
        match &node.form {
            Form::Hole(Some(name)) | Form::Run(Some(name)) | Form::AnyFunc(Some(name)) => {
                hear(&hole_key(name), node.span, true)
            }
            Form::Node { op, children, .. } => {
                if let OpForm::Hole(name) = op {
                    hear(&hole_key(name), node.span, true);
                }
                open.extend(children.iter().rev());
            }
            Form::OneOf(options) => open.extend(options.iter().rev()),
            _ => {}
        }
    }
}

fn of_call(call: &Call, hear: Hear<'_>) {
    call.args.iter().for_each(|arg| of_value(arg, hear));
    call.named.iter().for_each(|(_, arg)| of_value(arg, hear));
}

fn of_value(value: &Value, hear: Hear<'_>) {
    match value {
        Value::Hole(name) => hear(&hole_key(&name.value), name.span, false),
        Value::Label(name) => hear(&label_key(&name.value), name.span, false),
        Value::Call(call) => of_call(call, hear),
        Value::List(items, _) => items.iter().for_each(|item| of_value(item, hear)),
        Value::Table(entries, _) => entries.iter().for_each(|(_, value)| of_value(value, hear)),
        _ => {}
    }
}

fn of_pieces(pieces: &[Piece], hear: Hear<'_>) {
    for piece in pieces {
        if let Piece::Value(value) = piece {
            of_value(value, hear);
        }
    }
}
