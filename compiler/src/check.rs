//! Checks that need no lowering: patterns that no Go program contains, conditions that contradict each other, names that
//! nothing uses, alternatives that another one covers.
//!
//! A check may miss a mistake; it never accuses a rule that can fire.

use crate::ask::{kinds_of_word, span_of, value_span};
use crate::build::Builder;
use crate::errors::Errors;
use crate::names::Mentions;
use crate::type_cond::is_predeclared_type;
use rulec_grammar::ast::{
    Alternative, Bound, Branch, Clause, Cond, Event, FlowOrigin, Form, OpForm, Pattern, PatternId, Rule, Template,
    TypePattern, TypeRelation, Value,
};
use rulec_tree::{Kind, KindSet, Op, Span};
use std::collections::BTreeMap;

/// The deepest pattern that is lowered, in nodes. Lowering recurses; the grammar bounds brackets, but not `a + a + …`.
const MAX_DEPTH: usize = 400;

/// Reports patterns that are too deep to lower. Whether there are any.
pub(crate) fn too_deep(rule: &Rule, errors: &mut Errors<'_>) -> bool {
    let mut found = false;
    each_pattern(rule, &mut |pattern| {
        if depth(pattern) > MAX_DEPTH {
            errors.too_large(pattern.span, &format!("the pattern is nested deeper than {MAX_DEPTH} nodes"));
            found = true;
        }
    });
    found
}

/// Hears of every pattern of a rule, those of its fix included.
fn each_pattern(rule: &Rule, hear: &mut dyn FnMut(&Pattern)) {
    rule.alternatives.iter().for_each(|alternative| hear(&alternative.pattern));
    rule.clauses.iter().for_each(|clause| patterns_of_cond(&clause.cond, hear));
    for edit in rule.fix.iter().flat_map(|fix| &fix.edits) {
        if let Some(Template::Code { pattern, .. }) = &edit.template {
            hear(pattern);
        }
    }
}

fn patterns_of_cond(cond: &Cond, hear: &mut dyn FnMut(&Pattern)) {
    match cond {
        Cond::And(parts) | Cond::Or(parts) => parts.iter().for_each(|part| patterns_of_cond(part, hear)),
        Cond::Not(inner, _) => patterns_of_cond(inner, hear),
        Cond::Shape { alternatives, bound, .. } => {
            alternatives.iter().for_each(|alternative| hear(&alternative.pattern));
            if let Bound::Until(until) = bound {
                until.iter().for_each(|alternative| hear(&alternative.pattern));
            }
        }
        Cond::Type { ty, .. } => hear(&ty.pattern),
        Cond::Flow { origin: FlowOrigin::Code(alternatives), .. } => {
            alternatives.iter().for_each(|alternative| hear(&alternative.pattern));
        }
        Cond::Quantified { cond, .. } => patterns_of_cond(cond, hear),
        Cond::Path(path) => {
            for event in path.to.iter().chain(&path.avoiding).chain(&path.passing) {
                match event {
                    Event::Code { code, cond, .. } => {
                        hear(&code.pattern);
                        cond.iter().for_each(|cond| patterns_of_cond(cond, hear));
                    }
                    Event::When(Branch::Code { code, .. }, _) => hear(&code.pattern),
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

fn depth(pattern: &Pattern) -> usize {
    let (mut deepest, mut open) = (0, vec![(pattern.root, 1)]);
    while let Some((id, depth)) = open.pop() {
        deepest = deepest.max(depth);
        if let Form::Node { children, .. } | Form::OneOf(children) = &pattern.nodes[id.0 as usize].form {
            open.extend(children.iter().map(|child| (*child, depth + 1)));
        }
    }
    deepest
}

/// Reports the parts of a pattern that no Go program contains.
pub(crate) fn pattern(builder: &mut Builder<'_>, pattern: &Pattern) {
    let mut errors = builder.errors();
    let mut open = vec![pattern.root];
    while let Some(id) = open.pop() {
        match &pattern.nodes[id.0 as usize].form {
            Form::Node { kind, op, children, .. } => {
                node(pattern, *kind, op, children, &mut errors);
                open.extend(children.iter().rev());
            }
            Form::OneOf(options) => open.extend(options.iter().rev()),
            _ => {}
        }
    }
}

fn node(pattern: &Pattern, kind: Kind, op: &OpForm, children: &[PatternId], errors: &mut Errors<'_>) {
    let is = |ops: &[Op]| matches!(op, OpForm::OneOf(own) if own.iter().all(|op| ops.contains(op)));
    match kind {
        Kind::Assign if is(&[Op::Define]) => {
            each_of_list(pattern, children[0], |id| {
                demand(pattern, id, KindSet::of(&[Kind::Ident]), "`:=` declares names and nothing else", errors);
            });
        }
        Kind::Assign => each_of_list(pattern, children[0], |id| {
            demand(pattern, id, ASSIGNABLE, "nothing can be assigned to this", errors);
        }),
        Kind::IncDec => demand(pattern, children[0], ASSIGNABLE, "nothing can be assigned to this", errors),
        Kind::Go | Kind::Defer => {
            let calls = KindSet::of(&[Kind::Call]);
            demand(pattern, children[0], calls, "only calls stand behind `go` and `defer`", errors);
        }
        Kind::ExprStmt => {
            let alone = KindSet::of(&[Kind::Call, Kind::Unary]);
            demand(pattern, children[0], alone, "only calls and receives can stand as statements", errors);
        }
        Kind::Unary if is(&[Op::And]) => {
            let addressable = ASSIGNABLE.union(KindSet::of(&[Kind::CompositeLit]));
            demand(pattern, children[0], addressable, "this has no address", errors);
        }
        Kind::Call => {
            let callable = KindSet(KindSet::ALL.0 & !KindSet::BASIC_LITS.0 & !KindSet::of(&[Kind::CompositeLit]).0);
            demand(pattern, children[0], callable, "this cannot be called", errors);
        }
        Kind::Selector => {
            let bases = KindSet(KindSet::ALL.0 & !KindSet::BASIC_LITS.0);
            demand(pattern, children[0], bases, "literals have no fields or methods", errors);
        }
        _ => {}
    }
}

/// The kinds that can be assigned to.
const ASSIGNABLE: KindSet = KindSet::of(&[Kind::Ident, Kind::Selector, Kind::Index, Kind::Star]);

fn each_of_list(pattern: &Pattern, list: PatternId, mut each: impl FnMut(PatternId)) {
    if let Form::Node { kind: Kind::List, children, .. } = &pattern.nodes[list.0 as usize].form {
        children.iter().for_each(|child| each(*child));
    }
}

/// Reports a node that is of none of the kinds that can stand at its place.
fn demand(pattern: &Pattern, id: PatternId, kinds: KindSet, why: &str, errors: &mut Errors<'_>) {
    let node = &pattern.nodes[id.0 as usize];
    match &node.form {
        Form::Node { kind: Kind::Paren, children, .. } => {
            if let Some(inner) = children.first() {
                demand(pattern, *inner, kinds, why, errors);
            }
        }
        Form::Node { kind, .. } if !kinds.contains(*kind) => errors.impossible(node.span, why, ""),
        _ => {}
    }
}

/// Reports names that nothing uses.
pub(crate) fn unused_names(mentions: &Mentions, source: &str, errors: &mut Errors<'_>) {
    for (name, span) in mentions.single() {
        match name.strip_prefix('@') {
            Some(label) => errors.unused_label(span, label),
            None => errors.unused_hole(span, name, source.get(span.range()).is_some_and(|text| text.starts_with("$*"))),
        }
    }
}

/// Reports alternatives that are spelled like an earlier one.
pub(crate) fn shadowed_alternatives(alternatives: &[Alternative], errors: &mut Errors<'_>) {
    let mut seen: BTreeMap<String, Span> = BTreeMap::new();
    for alternative in alternatives {
        let spelling =
            format!("{:?} {}", alternative.pattern.category, rulec_grammar::print::pattern(&alternative.pattern));
        match seen.get(&spelling) {
            Some(first) => errors.shadowed(alternative.pattern.span, *first),
            None => drop(seen.insert(spelling, alternative.pattern.span)),
        }
    }
}

/// Reports conditions that cannot hold together, or that stand twice.
pub(crate) fn contradictions(rule: &Rule, source: &str, errors: &mut Errors<'_>) {
    let mut known = Known {
        source,
        said: BTreeMap::new(),
        kinds: BTreeMap::new(),
        ranges: BTreeMap::new(),
        equal: BTreeMap::new(),
        types: BTreeMap::new(),
    };
    for clause in &rule.clauses {
        known.clause(clause, errors);
    }
}

/// What the conditions so far say, by what they are about: its source text.
struct Known<'s> {
    source: &'s str,
    /// Each condition, and whether it has to hold.
    said: BTreeMap<String, (bool, Span)>,
    kinds: BTreeMap<String, (KindSet, Span)>,
    ranges: BTreeMap<String, (i128, i128, Span)>,
    equal: BTreeMap<String, (String, Span)>,
    types: BTreeMap<String, (TypeHead, Span)>,
}

impl Known<'_> {
    fn clause(&mut self, clause: &Clause, errors: &mut Errors<'_>) {
        self.cond(&clause.cond, !clause.negated, errors);
    }

    fn cond(&mut self, cond: &Cond, holds: bool, errors: &mut Errors<'_>) {
        match cond {
            Cond::And(parts) if holds => parts.iter().for_each(|part| self.cond(part, true, errors)),
            Cond::Or(parts) if !holds => parts.iter().for_each(|part| self.cond(part, false, errors)),
            Cond::Not(inner, _) => self.cond(inner, !holds, errors),
            _ => self.single(cond, holds, errors),
        }
    }

    fn single(&mut self, cond: &Cond, holds: bool, errors: &mut Errors<'_>) {
        let span = span_of(cond);
        let text = self.text(span);
        if text.is_empty() {
            return;
        }
        match self.said.get(&text) {
            // A pattern finds another place each time it is looked for.
            Some((_, _)) if matches!(cond, Cond::Shape { .. }) && holds => {}
            Some((before, first)) if *before == holds => return errors.repeated(span, *first),
            Some((_, first)) => return errors.contradiction(span, "the opposite is asked for", Some(*first)),
            None => drop(self.said.insert(text, (holds, span))),
        }
        match cond {
            Cond::Is { subject, negated, word, .. } if holds != *negated => self.is(subject, &word.value, span, errors),
            Cond::Compare { op, left, right, .. } if holds => self.compare(op.value, left, right, span, errors),
            Cond::Type { subject, relation, ty, .. } if holds && relation.value == TypeRelation::Is => {
                self.has_type(subject, ty, span, errors);
            }
            _ => {}
        }
    }

    fn text(&self, span: Span) -> String {
        self.source.get(span.range()).unwrap_or("").split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn is(&mut self, subject: &Value, word: &str, span: Span, errors: &mut Errors<'_>) {
        let Some(kinds) = kinds_of_word(word) else { return };
        let about = self.text(value_span(subject));
        let (before, first) = self.kinds.get(&about).copied().unwrap_or((KindSet::ALL, span));
        let both = before.intersect(kinds);
        if both.is_empty() {
            errors.contradiction(span, &format!("`{about}` cannot be both"), Some(first));
        }
        self.kinds.insert(about, (both, span));
    }

    fn has_type(&mut self, subject: &Value, ty: &TypePattern, span: Span, errors: &mut Errors<'_>) {
        if ty.maybe_pointer {
            return;
        }
        let Some(head) = type_head(&ty.pattern, ty.pattern.root) else { return };
        let about = self.text(value_span(subject));
        match self.types.get(&about) {
            Some((other, first)) if *other != head => {
                errors.contradiction(span, &format!("no type of `{about}` is both"), Some(*first));
            }
            _ => drop(self.types.insert(about, (head, span))),
        }
    }

    fn compare(&mut self, op: Op, left: &Value, right: &Value, span: Span, errors: &mut Errors<'_>) {
        let (about, op, constant) = match (number(left), number(right)) {
            (None, Some(constant)) => (left, op, constant),
            (Some(constant), None) => (right, mirrored(op), constant),
            _ => return self.equal_strings(op, left, right, span, errors),
        };
        let about = self.text(value_span(about));
        let (low, high) = match op {
            Op::Eq => (constant, constant),
            Op::Lt => (i128::MIN, constant - 1),
            Op::Le => (i128::MIN, constant),
            Op::Gt => (constant + 1, i128::MAX),
            Op::Ge => (constant, i128::MAX),
            _ => return,
        };
        let (lowest, highest, first) = self.ranges.get(&about).copied().unwrap_or((i128::MIN, i128::MAX, span));
        let both = (lowest.max(low), highest.min(high));
        if both.0 > both.1 {
            errors.contradiction(span, &format!("no value of `{about}` is in both ranges"), Some(first));
        }
        self.ranges.insert(about, (both.0, both.1, span));
    }

    fn equal_strings(&mut self, op: Op, left: &Value, right: &Value, span: Span, errors: &mut Errors<'_>) {
        let (Op::Eq, (about, Value::Str(text)) | (Value::Str(text), about)) = (op, (left, right)) else { return };
        let about = self.text(value_span(about));
        match self.equal.get(&about) {
            Some((other, first)) if *other != text.value => {
                errors.contradiction(span, &format!("`{about}` cannot be equal to both"), Some(*first));
            }
            _ => drop(self.equal.insert(about, (text.value.clone(), span))),
        }
    }
}

/// What no type has two of.
#[derive(Clone, PartialEq, Eq)]
enum TypeHead {
    /// A predeclared type that is no interface; `byte` is `uint8`, `rune` is `int32`.
    Basic(String),
    /// A type literal of this kind, [`Kind::Star`] for a pointer.
    Literal(Kind),
}

/// The head of a type and of its underlying type; none for other declared types, which can be aliases of anything.
fn type_head(pattern: &Pattern, id: PatternId) -> Option<TypeHead> {
    match &pattern.nodes[id.0 as usize].form {
        Form::Node { kind: Kind::Paren, children, .. } => type_head(pattern, *children.first()?),
        Form::Node { kind: Kind::Ident, text: Some(text), .. } => {
            let name = std::str::from_utf8(text).ok()?;
            let is_basic = is_predeclared_type(name) && !["any", "comparable", "error"].contains(&name);
            let name = match name {
                "byte" => "uint8",
                "rune" => "int32",
                other => other,
            };
            is_basic.then(|| TypeHead::Basic(name.to_owned()))
        }
        Form::Node { kind, .. } if LITERAL_TYPES.contains(*kind) => Some(TypeHead::Literal(*kind)),
        _ => None,
    }
}

const LITERAL_TYPES: KindSet = KindSet::of(&[
    Kind::Star,
    Kind::SliceType,
    Kind::ArrayType,
    Kind::MapType,
    Kind::ChanType,
    Kind::FuncType,
    Kind::StructType,
    Kind::InterfaceType,
]);

/// An integer or duration constant.
fn number(value: &Value) -> Option<i128> {
    match value {
        Value::Int(value) | Value::Duration(value) => Some(i128::from(value.value)),
        _ => None,
    }
}

fn mirrored(op: Op) -> Op {
    match op {
        Op::Lt => Op::Gt,
        Op::Le => Op::Ge,
        Op::Gt => Op::Lt,
        Op::Ge => Op::Le,
        other => other,
    }
}
