//! Predicates stand for their bodies.
//!
//! In: a call of a predicate. Out: its body, with arguments in the place of parameters and names of its own for all
//! other holes and labels, lowered in the scope of the file in which the predicate stands.

use crate::build::Builder;
use rulec_grammar::ast::{Call, Cond as Syntax, Form as Shape, Pattern, Predicate, Value};
use rulec_grammar::diagnostic::FileId;
use rulec_tree::Span;
use std::collections::BTreeMap;
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
    let renaming = Renaming { arguments, suffix: format!("'{}", builder.expansions) };
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

/// Puts arguments in the place of parameters and gives all other names of a predicate's body names of their own.
struct Renaming {
    arguments: BTreeMap<String, Value>,
    suffix: String,
}

impl Renaming {
    fn cond(&self, cond: &mut Syntax) {
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
                for alternative in alternatives.iter_mut().chain(until) {
                    self.pattern(&mut alternative.pattern);
                    if let Some(label) = &mut alternative.label {
                        label.value.push_str(&self.suffix);
                    }
                }
            }
            Syntax::Type { subject, ty, .. } => {
                self.value(subject);
                self.pattern(&mut ty.pattern);
            }
            Syntax::Call(call) => self.call(call),
        }
    }

    fn call(&self, call: &mut Call) {
        call.args.iter_mut().for_each(|arg| self.value(arg));
        call.named.iter_mut().for_each(|(_, arg)| self.value(arg));
    }

    fn value(&self, value: &mut Value) {
        match value {
            Value::Hole(name) => match self.arguments.get(&name.value) {
                Some(argument) => *value = argument.clone(),
                None => name.value.push_str(&self.suffix),
            },
            Value::Label(name) => name.value.push_str(&self.suffix),
            Value::Call(call) => self.call(call),
            Value::List(items, _) => items.iter_mut().for_each(|item| self.value(item)),
            _ => {}
        }
    }

    fn pattern(&self, pattern: &mut Pattern) {
        for node in &mut pattern.nodes {
            if let Some(label) = &mut node.label {
                label.value.push_str(&self.suffix);
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
            _ => name.push_str(&self.suffix),
        }
    }
}
