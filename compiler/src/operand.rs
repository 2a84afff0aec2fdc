//! Operands of conditions: values, holes and labels to arguments.
//!
//! In: a value as written. Out: a row, a run, a value or a constant; what cannot stand there is reported.

use crate::ask::{host_args, host_named, value_span};
use crate::build::{Bound, Builder};
use crate::value_type::{Type, answer_type, constant_type};
use rulec_grammar::ast::{Name, Spanned, Value};
use rulec_plan::host::Answer;
use rulec_plan::ir::{Arg, Constant};
use rulec_tree::Span;

/// A value of a condition, lowered.
pub(crate) enum Operand {
    Node(Arg),
    Run(Arg),
    Value(Arg, Type),
}

/// A value that has to be one row.
pub(crate) fn node_arg(builder: &mut Builder<'_>, value: &Value, asker: &str) -> Option<Arg> {
    match operand(builder, value)? {
        Operand::Node(arg) => Some(arg),
        Operand::Run(_) => {
            let message = format!("{asker} is about one node, and this is a run of them");
            builder.errors().wrong_sort(value_span(value), message, "bind the node that is meant to a hole");
            None
        }
        Operand::Value(..) => {
            let message = format!("{asker} is about code, and this is a value");
            builder.errors().wrong_sort(value_span(value), message, "name a hole or a label");
            None
        }
    }
}

pub(crate) fn nodes_arg(builder: &mut Builder<'_>, value: &Value, asker: &str) -> Option<Arg> {
    match operand(builder, value)? {
        Operand::Node(arg) | Operand::Run(arg) => Some(arg),
        Operand::Value(..) => {
            let message = format!("`{asker}` is about code, and this is a value");
            builder.errors().wrong_sort(value_span(value), message, "name a hole or a label");
            None
        }
    }
}

/// A value that has to be a table.
pub(crate) fn table_arg(builder: &mut Builder<'_>, value: &Value, asker: &str) -> Option<Arg> {
    match operand(builder, value)? {
        Operand::Value(arg, Type::Table) => Some(arg),
        _ => {
            let message = format!("`{asker}` looks into a table, and this is none");
            let help = "name an option of type `[string: string]` or `[string: int]`, or write `[\"key\": value]`";
            builder.errors().wrong_sort(value_span(value), message, help);
            None
        }
    }
}

/// A value that has to be one, code excluded.
pub(crate) fn value_arg(builder: &mut Builder<'_>, value: &Value, asker: &str) -> Option<Arg> {
    match operand(builder, value)? {
        Operand::Value(_, Type::Go) => {
            let what = builder.snippet(value_span(value));
            let message = format!("`{asker}` is about a value, and `{what}` is a type");
            let help = format!("ask for its name or text: `type_name({what})`, `type_text({what})`");
            builder.errors().wrong_sort(value_span(value), message, &help);
            None
        }
        Operand::Value(_, Type::Table) => {
            let message = format!("`{asker}` is about a value, and this is a table");
            builder.errors().wrong_sort(
                value_span(value),
                message,
                "ask for the value of a key: `lookup(table, key, 0)`",
            );
            None
        }
        Operand::Value(arg, _) => Some(arg),
        Operand::Node(_) | Operand::Run(_) => {
            let what = builder.snippet(value_span(value));
            let help = format!("ask for a property of it: `name({what})`, `text({what})`, `value({what})`");
            let message = format!("`{asker}` is about a value, and `{what}` is code");
            builder.errors().wrong_sort(value_span(value), message, &help);
            None
        }
    }
}

/// A value as an argument or capture, whatever its sort.
pub(crate) fn any_arg(builder: &mut Builder<'_>, value: &Value) -> Option<Arg> {
    match operand(builder, value)? {
        Operand::Node(arg) | Operand::Run(arg) | Operand::Value(arg, _) => Some(arg),
    }
}

pub(crate) fn operand(builder: &mut Builder<'_>, value: &Value) -> Option<Operand> {
    let of_bound = |bound| match bound {
        Bound::Node(register) => Operand::Node(Arg::Node(register)),
        Bound::Run(from, end) => Operand::Run(Arg::Run(from, end)),
        Bound::Value(register) => Operand::Value(Arg::Value(register), Type::Str),
        Bound::Type(register) => Operand::Value(Arg::Value(register), Type::Go),
        Bound::Element(register) => Operand::Value(Arg::Value(register), Type::Any),
    };
    match value {
        Value::Root(_) => Some(of_bound(builder.root)),
        Value::Word(name) if name.value == "file" => Some(of_bound(Bound::Node(builder.file()))),
        Value::Hole(name) => hole(builder, name).map(of_bound),
        Value::Label(name) => builder.lookup(&crate::names::label_key(&name.value), name.span).map(of_bound),
        Value::Call(call) => {
            let host = host_named(builder, &call.name, Answer::Value)?;
            let args = host_args(builder, host, call)?;
            Some(Operand::Value(Arg::Call(host, args), answer_type(host)))
        }
        _ => {
            let constant = constant(builder, value)?;
            let ty = constant_type(&constant, builder);
            Some(Operand::Value(Arg::Const(builder.tables.constant(constant)), ty))
        }
    }
}

/// What a hole stands for; `$xs` and `$*xs` name the same run.
fn hole(builder: &mut Builder<'_>, name: &Name) -> Option<Bound> {
    builder.lookup(&crate::names::hole_key(&name.value), name.span)
}

/// A value that does not depend on the code.
pub(crate) fn constant(builder: &mut Builder<'_>, value: &Value) -> Option<Constant> {
    match value {
        Value::Str(text) => Some(Constant::Str(text.value.clone())),
        Value::Int(int) => Some(Constant::Int(int.value)),
        Value::Float(float) => Some(Constant::Float(float.value.clone())),
        Value::Bool(truth) => Some(Constant::Bool(truth.value)),
        Value::Duration(nanoseconds) => Some(Constant::Duration(nanoseconds.value)),
        Value::Symbol(symbol) => {
            let help = "symbols are named by code: `$f in http.Get`";
            builder.errors().wrong_sort(symbol.span(), "a symbol is not a value".to_owned(), help);
            None
        }
        Value::Word(name) => word(builder, name),
        Value::List(items, span) => list(builder, items, *span),
        Value::Table(entries, span) => table(builder, entries, *span),
        Value::Root(_) | Value::Hole(_) | Value::Label(_) | Value::Call(_) => {
            let message = "this depends on the code that is matched; a constant has to stand here".to_owned();
            builder.errors().wrong_sort(value_span(value), message, "");
            None
        }
    }
}

fn list(builder: &mut Builder<'_>, items: &[Value], span: Span) -> Option<Constant> {
    let constants: Vec<Option<Constant>> = items.iter().map(|item| constant(builder, item)).collect();
    let constants: Option<Vec<Constant>> = constants.into_iter().collect();
    let constants = constants?;
    let types: Vec<Type> = constants.iter().map(|item| constant_type(item, builder)).collect();
    if let Some(odd) = types.iter().find(|ty| !ty.compares_with(types[0])) {
        let message = format!("this list holds {} and {}", types[0].words(), odd.words());
        builder.errors().wrong_sort(span, message, "all elements of a list are of one type");
        return None;
    }
    Some(Constant::List(constants))
}

fn table(builder: &mut Builder<'_>, entries: &[(Spanned<String>, Value)], span: Span) -> Option<Constant> {
    let values: Vec<Value> = entries.iter().map(|(_, value)| value.clone()).collect();
    let Some(Constant::List(values)) = list(builder, &values, span) else { return None };
    let is_scalar =
        |value: &Constant| !matches!(value, Constant::List(_) | Constant::Table(_) | Constant::Option { .. });
    if !values.iter().all(is_scalar) {
        let help = "a table holds strings, numbers, durations and truth values";
        builder.errors().wrong_sort(span, "this table holds something else than literals".to_owned(), help);
        return None;
    }
    let keys = entries.iter().map(|(key, _)| key.value.clone());
    Some(Constant::Table(keys.zip(values).collect()))
}

/// An option or a symbol set.
fn word(builder: &mut Builder<'_>, name: &Name) -> Option<Constant> {
    if let Some(option) = builder.option(name) {
        return Some(Constant::Option { rule: builder.rule, option: option as u32 });
    }
    if builder.scope.symbol_set(&name.value).is_some() {
        let message = format!("`{}` is a set of symbols, not a value", name.value);
        builder.errors().wrong_sort(name.span, message, "symbols are named by code: `$f in …`");
        return None;
    }
    let mut known: Vec<String> = builder.options.iter().map(|option| option.name.value.clone()).collect();
    known.extend(builder.scope.item_names());
    builder.errors().unknown_name(name.span, "option or symbol set", &name.value, &known);
    None
}
