//! Conditions on values and on sets of rows to steps.
//!
//! In: `$y derives from $x`, `$y same as $x`, `$y tainted by "kind"`, `some $r in senders(@x) has (…)`. Out: questions to
//! host functions; a set becomes a choice over its rows, a list one over its values. That not all rows of a set are at
//! hand, or a list is not known, makes *no* and *all* unknown.

use crate::ask::{self, Type};
use crate::build::{Bound, Builder, Sort, push};
use crate::names::hole_key;
use crate::operand::{self, Operand};
use crate::path;
use crate::symbols;
use rulec_grammar::ast::{Cond as Syntax, FlowOrigin, FlowRelation, Name, Value};
use rulec_grammar::words::nearest;
use rulec_plan::host::HostFn;
use rulec_plan::ir::{Arg, Cond, Op, OriginId, Over, Register, Step};
use rulec_tree::Span;
use std::collections::BTreeSet;

/// Makes everything after fail unless a [`Syntax::Flow`] holds (`negated`: does not hold). `None` if it has a mistake.
pub(crate) fn require(builder: &mut Builder<'_>, cond: &Syntax, negated: bool, steps: &mut Vec<Step>) -> Option<()> {
    let Syntax::Flow { subject, relation, origin: from, purpose, span } = cond else { return None };
    let snippet = builder.snippet(*span);
    let origin = builder.origin(*span, if negated { format!("not: {snippet}") } else { snippet });
    let asker = match relation.value {
        FlowRelation::DerivesFrom => "`derives from`",
        FlowRelation::SameAs => "`same as`",
        FlowRelation::TaintedBy => "`tainted by`",
    };
    if let Some(purpose) = purpose.as_ref().filter(|_| relation.value != FlowRelation::TaintedBy) {
        let help = "only what is tainted is meant for a purpose: `tainted by \"http_input\" for \"sql\"`";
        builder.errors().wrong_sort(purpose.span, format!("no purpose can stand behind {asker}"), help);
        return None;
    }
    let subject = operand::node_arg(builder, subject, asker)?;
    let asked = match (relation.value, from) {
        (FlowRelation::SameAs, FlowOrigin::Value(value)) => {
            Cond::Host(HostFn::SameValue, vec![subject, operand::node_arg(builder, value, asker)?])
        }
        (FlowRelation::DerivesFrom, FlowOrigin::Value(value)) => match symbols::members(builder, value) {
            Some(members) => {
                let symbols = symbols::names(builder, &members)?;
                let symbols = Arg::Const(builder.tables.constant(symbols));
                Cond::Host(HostFn::DerivesFromSymbols, vec![subject, symbols])
            }
            None => Cond::Host(HostFn::DerivesFrom, vec![subject, operand::node_arg(builder, value, asker)?]),
        },
        (FlowRelation::DerivesFrom, FlowOrigin::Code(code)) => {
            let Arg::Node(place) = subject else { return None };
            let rows = path::gathered(builder, code, place, origin, steps)?;
            Cond::Host(HostFn::DerivesFromRows, vec![subject, rows])
        }
        (FlowRelation::TaintedBy, FlowOrigin::Value(Value::Str(kind))) => {
            let modules = builder.modules;
            check_kind(builder, kind, &modules.kinds, "kind of source")?;
            let name = match purpose {
                Some(purpose) => {
                    check_kind(builder, purpose, &modules.purposes, "purpose")?;
                    format!("{} for {}", kind.value, purpose.value)
                }
                None => kind.value.clone(),
            };
            let kind = builder.text(&name);
            let found = builder.value_register();
            push(steps, origin, Op::Let { dst: found, host: HostFn::TaintedBy, args: vec![subject, kind] });
            if !negated {
                builder.traces.flow = Some(found);
            }
            Cond::Host(HostFn::Found, vec![Arg::Value(found)])
        }
        (FlowRelation::TaintedBy, FlowOrigin::Value(value)) => {
            let help = "it is a name in quotes, as in models: `tainted by \"http_input\"`";
            builder.errors().wrong_sort(value.span(), "a kind of source stands here".to_owned(), help);
            return None;
        }
        (FlowRelation::SameAs | FlowRelation::TaintedBy, FlowOrigin::Code(code)) => {
            let span = code.first().map_or(*span, |one| one.pattern.span);
            let help = "name a hole or a label; `matches` asks for the form";
            builder.errors().wrong_sort(span, format!("code cannot stand behind {asker}"), help);
            return None;
        }
    };
    push(steps, origin, Op::Ask(ask::negated_if(negated, asked)));
    Some(())
}

/// Reports a kind or purpose that is spelled nearly like one of these files, or that is no word. Others may be those of
/// models elsewhere.
fn check_kind(builder: &mut Builder<'_>, kind: &Name, known: &BTreeSet<String>, what: &str) -> Option<()> {
    let is_word = kind.value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let near = nearest(&kind.value, known.iter().map(String::as_str));
    if is_word && (known.contains(&kind.value) || near.is_none()) {
        return Some(());
    }
    let known: Vec<String> = known.iter().cloned().collect();
    builder.errors().unknown_name(kind.span, what, &kind.value, &known);
    None
}

/// A [`Syntax::Quantified`] as one question.
pub(crate) fn quantified(builder: &mut Builder<'_>, cond: &Syntax) -> Option<Cond> {
    let Syntax::Quantified { every, hole, set, cond: inner, .. } = cond else { return None };
    let choices = choices(builder, set)?;
    let mut is_bound = false;
    let search = builder.opposite(*every, |builder| {
        ask::searched(builder, |builder, steps| {
            is_bound = choose(builder, hole, choices.clone(), steps).is_some();
            if is_bound {
                ask::require(builder, inner, *every, &|_| false, steps);
            }
        })
    });
    let complete = match choices {
        Choices::Rows(rows) => Cond::Host(HostFn::RowsComplete, vec![rows]),
        Choices::Values(list) => Cond::Host(HostFn::ListKnown, vec![list]),
    };
    is_bound.then(|| match every {
        false => Cond::Or(vec![search, Cond::Not(Box::new(complete))]),
        true => Cond::And(vec![Cond::Not(Box::new(search)), complete]),
    })
}

/// Goes on once for each row or value of a `some` for which the condition holds: the name is used by something else.
pub(crate) fn each_choice(
    builder: &mut Builder<'_>,
    cond: &Syntax,
    escaping: &dyn Fn(&str) -> bool,
    steps: &mut Vec<Step>,
) {
    let Syntax::Quantified { hole, set, cond: inner, .. } = cond else { return };
    let Some(choices) = choices(builder, set) else { return };
    if choose(builder, hole, choices, steps).is_some() {
        ask::require(builder, inner, false, escaping, steps);
    }
}

/// What a hole can stand for, one after the other.
#[derive(Clone)]
enum Choices {
    /// A set of rows.
    Rows(Arg),
    /// A list of values.
    Values(Arg),
}

/// The set of rows or the list that a value is.
fn choices(builder: &mut Builder<'_>, set: &Value) -> Option<Choices> {
    let message = match operand::operand(builder, set)? {
        Operand::Value(arg, Type::Rows) => return Some(Choices::Rows(arg)),
        Operand::Value(arg, Type::List) => return Some(Choices::Values(arg)),
        Operand::Value(_, ty) => format!("{} is no set of places in the code, and no list", ty.words()),
        Operand::Node(_) | Operand::Run(_) => "code is no set of places in the code, and no list".to_owned(),
    };
    let help = "ask for one: `definitions($x)`, `callers($f)`, `senders(@send)`, `field_names(T)`";
    builder.errors().wrong_sort(set.span(), message, help);
    None
}

/// Chooses a row of a set, or a value of a list, for a hole.
fn choose(builder: &mut Builder<'_>, hole: &Name, choices: Choices, steps: &mut Vec<Step>) -> Option<Register> {
    let key = hole_key(&hole.value);
    if builder.bound.contains(&key) {
        return already_bound(builder, hole.span, &key);
    }
    let (dst, over) = match choices {
        Choices::Rows(rows) => {
            let Bound::Node(dst) = builder.name(&key, Sort::Node, hole.span)? else { return None };
            let origin = builder.origin(hole.span, "a row of the set");
            let of = match rows {
                Arg::Call(host, args) => made(builder, origin, host, args, steps),
                Arg::Value(of) => of,
                Arg::Node(_) | Arg::Run(..) | Arg::Const(_) => return None,
            };
            (dst, Over::Rows { of })
        }
        Choices::Values(list) => {
            let Bound::Element(dst) = builder.name(&key, Sort::Element, hole.span)? else { return None };
            let origin = builder.origin(hole.span, "a value of the list");
            let of = made(builder, origin, HostFn::ListOf, vec![list], steps);
            (dst, Over::Values { of })
        }
    };
    let origin = builder.origin(hole.span, "one after the other");
    push(steps, origin, Op::Each { dst, over });
    builder.bound.insert(key);
    Some(dst)
}

/// The register of what a host function answers.
fn made(builder: &mut Builder<'_>, origin: OriginId, host: HostFn, args: Vec<Arg>, steps: &mut Vec<Step>) -> Register {
    let of = builder.value_register();
    push(steps, origin, Op::Let { dst: of, host, args });
    of
}

fn already_bound(builder: &mut Builder<'_>, at: Span, name: &str) -> Option<Register> {
    let help = "it stands for one place or value of the set after the other; take a name of its own";
    builder.errors().wrong_sort(at, format!("`{name}` is bound already"), help);
    None
}
