//! Predicates stand for their bodies.
//!
//! In: a call of a predicate. Out: its body, with arguments in the place of parameters and names of its own for all
//! other holes and labels, lowered in the scope of the file in which the predicate stands.

use crate::build::Builder;
use rulec_grammar::ast::{
    Alternative, Branch, Call, Cond as Syntax, Event, FlowOrigin, Form as Shape, Path, PathStart, Pattern, Predicate,
    Value,
};
use rulec_grammar::diagnostic::FileId;
use rulec_tree::Span;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// A predicate's body with its arguments in place.
pub(crate) struct Expansion {
    file: FileId,
    name: String,
    called_at: Span,
    cond: Syntax,
}

impl Expansion {
    /// Lowers the body in the scope of the file in which the predicate stands.
    pub(crate) fn within<'a, T>(
        self,
        builder: &mut Builder<'a>,
        lower: impl FnOnce(&mut Builder<'a>, &Syntax) -> T,
    ) -> T {
        let scope = Rc::new(builder.scope.within(builder.modules, self.file));
        let outer = std::mem::replace(&mut builder.scope, scope);
        let outermost = builder.called_at.is_none();
        builder.called_at.get_or_insert(self.called_at);
        builder.expanding.push(self.name);
        let result = lower(builder, &self.cond);
        builder.expanding.pop();
        if outermost {
            builder.called_at = None;
        }
        builder.scope = outer;
        result
    }
}

/// The body of the predicate that a call names, with the arguments in place.
pub(crate) fn expand(builder: &mut Builder<'_>, call: &Call) -> Option<Expansion> {
    let (file, predicate) = builder.scope.predicate(&call.name.value)?;
    if builder.expanding.contains(&predicate.name.value) {
        builder.errors().cyclic_predicate(call.span, &predicate.name.value);
        return None;
    }
    let arguments = arguments(builder, call, predicate)?;
    builder.expansions += 1;
    let renaming = Renaming { arguments, labels: BTreeSet::new(), suffix: format!("'{}", builder.expansions) };
    let mut cond = predicate.body.clone();
    renaming.cond(&mut cond);
    Some(Expansion { file, name: predicate.name.value.clone(), called_at: call.span, cond })
}

/// The argument of each parameter.
fn arguments(builder: &mut Builder<'_>, call: &Call, predicate: &Predicate) -> Option<BTreeMap<String, Value>> {
    let mut arguments = BTreeMap::new();
    for (index, value) in call.args.iter().enumerate() {
        match predicate.params.get(index) {
            Some(param) => {
                arguments.insert(param.value.clone(), value.clone());
            }
            None => {
                let (wanted, got) = (predicate.params.len(), call.args.len());
                builder.errors().argument_count(call.span, &call.name.value, wanted, got);
                return None;
            }
        }
    }
    for (name, value) in &call.named {
        if !predicate.params.iter().any(|param| param.value == name.value) {
            let params: Vec<String> = predicate.params.iter().map(|param| param.value.clone()).collect();
            builder.errors().unknown_name(name.span, "parameter", &name.value, &params);
            return None;
        }
        arguments.insert(name.value.clone(), value.clone());
    }
    if arguments.len() != predicate.params.len() {
        builder.errors().argument_count(call.span, &call.name.value, predicate.params.len(), arguments.len());
        return None;
    }
    Some(arguments)
}

/// Puts arguments in the place of parameters and gives all other names of a predicate's body, or of an event, names of
/// their own.
pub(crate) struct Renaming {
    /// By the names of holes.
    pub arguments: BTreeMap<String, Value>,
    /// The labels that are not renamed.
    pub labels: BTreeSet<String>,
    /// What makes the names their own.
    pub suffix: String,
}

impl Renaming {
    /// Renames what a condition mentions.
    pub fn cond(&self, cond: &mut Syntax) {
        match cond {
            Syntax::And(parts) | Syntax::Or(parts) => parts.iter_mut().for_each(|part| self.cond(part)),
            Syntax::Not(inner, _) => self.cond(inner),
            Syntax::Compare { left, right, .. } => {
                self.value(left);
                self.value(right);
            }
            Syntax::Is { subject, .. } | Syntax::Matches { subject, .. } => self.value(subject),
            Syntax::In { subject, set, .. } => {
                self.value(subject);
                self.value(set);
            }
            Syntax::Shape { subject, alternatives, bound, .. } => {
                self.value(subject);
                let until = match bound {
                    rulec_grammar::ast::Bound::Until(until) => until.as_mut_slice(),
                    _ => &mut [],
                };
                alternatives.iter_mut().chain(until).for_each(|alternative| self.alternative(alternative));
            }
            Syntax::Type { subject, ty, .. } => {
                self.value(subject);
                self.pattern(&mut ty.pattern);
            }
            Syntax::Call(call) => self.call(call),
            Syntax::Path(path) => self.path(path),
            Syntax::Repeats { subject, .. } => self.value(subject),
            Syntax::Flow { subject, origin, .. } => {
                self.value(subject);
                match origin {
                    FlowOrigin::Value(value) => self.value(value),
                    FlowOrigin::Code(alternatives) => {
                        alternatives.iter_mut().for_each(|alternative| self.alternative(alternative));
                    }
                }
            }
            Syntax::Quantified { hole, set, cond, .. } => {
                self.name(&mut hole.value);
                self.value(set);
                self.cond(cond);
            }
        }
    }

    fn path(&self, path: &mut Path) {
        match &mut path.from {
            PathStart::After(value) | PathStart::Entry(Some(value), _) => self.value(value),
            PathStart::Entry(None, _) => {}
        }
        for event in path.to.iter_mut().chain(&mut path.avoiding).chain(&mut path.passing) {
            self.event(event);
        }
    }

    fn event(&self, event: &mut Event) {
        match event {
            Event::Code { code, cond, .. } => {
                self.alternative(code);
                cond.iter_mut().for_each(|cond| self.cond(cond));
            }
            Event::Call(call) => self.call(call),
            Event::Place(value)
            | Event::When(Branch::Nil { subject: value, .. } | Branch::True { subject: value, .. }, _) => {
                self.value(value);
            }
            Event::When(Branch::Code { code, .. }, _) => self.alternative(code),
            Event::Exit(_) | Event::Role { .. } => {}
        }
    }

    /// Renames what code mentions.
    pub fn alternative(&self, alternative: &mut Alternative) {
        self.pattern(&mut alternative.pattern);
        if let Some(label) = &mut alternative.label {
            self.label(&mut label.value);
        }
    }

    fn label(&self, label: &mut String) {
        if !self.labels.contains(label) {
            label.push_str(&self.suffix);
        }
    }

    fn call(&self, call: &mut Call) {
        call.args.iter_mut().for_each(|arg| self.value(arg));
        call.named.iter_mut().for_each(|(_, arg)| self.value(arg));
    }

    /// Renames what a value mentions.
    pub fn value(&self, value: &mut Value) {
        match value {
            Value::Hole(name) => match self.arguments.get(&name.value) {
                Some(argument) => *value = argument.clone(),
                None => name.value.push_str(&self.suffix),
            },
            Value::Label(name) => self.label(&mut name.value),
            Value::Call(call) => self.call(call),
            Value::List(items, _) => items.iter_mut().for_each(|item| self.value(item)),
            Value::Table(entries, _) => entries.iter_mut().for_each(|(_, value)| self.value(value)),
            _ => {}
        }
    }

    /// Renames what a pattern mentions.
    pub fn pattern(&self, pattern: &mut Pattern) {
        for node in &mut pattern.nodes {
            if let Some(label) = &mut node.label {
                self.label(&mut label.value);
            }
            match &mut node.form {
                Shape::Hole(Some(name)) | Shape::Run(Some(name)) | Shape::AnyFunc(Some(name)) => self.name(name),
                Shape::Node { op: rulec_grammar::ast::OpForm::Hole(name), .. } => self.name(name),
                _ => {}
            }
        }
    }

    fn name(&self, name: &mut String) {
        match self.arguments.get(name) {
            Some(Value::Hole(argument)) => *name = argument.value.trim_start_matches('*').to_owned(),
            Some(Value::Label(argument)) => *name = format!("@{}", argument.value),
            None if name.starts_with('@') => {}
            _ => name.push_str(&self.suffix),
        }
    }
}
