//! Which question is answered where.

use super::states::{self, Verb};
use super::taint::Taint;
use super::{EventSet, Flow, Rows, Trace, calls, concurrency, events, inherited, loops, models, paths, taint, values};
use crate::conditions::{Answer, Arguments, Facts};
use crate::value::Value;
use rulec_plan::host::{self, HostFn, Tri};
use rulec_tree::Node;
use std::sync::Arc;

/// Answers a question about what happens inside of functions.
pub(crate) fn answer(host: HostFn, facts: &Facts, arguments: &Arguments) -> Answer {
    match host.signature().answer {
        host::Answer::Truth => Answer::Truth(truth(host, facts, arguments).unwrap_or(Tri::Unknown)),
        host::Answer::Value => Answer::Value(value(host, facts, arguments)),
    }
}

fn truth(host: HostFn, facts: &Facts, arguments: &Arguments) -> Option<Tri> {
    let (first, second) = (arguments.node(0), arguments.node(1));
    match host {
        HostFn::RowsComplete => return Some(if rows(arguments, 0)?.is_complete() { Tri::Yes } else { Tri::Unknown }),
        HostFn::Found => return Some(trace(arguments, 0)?.found),
        HostFn::Fact => {
            let name = text(arguments, 1)?;
            return calls::holds(facts, first, name, facts.rules()?.fact_kind(name)?);
        }
        HostFn::AtStartup => return calls::at_startup(facts, first),
        HostFn::Inherits => {
            return Some(inherited::is_inherited(facts, first, text(arguments, 1)?, arguments.value(2)?));
        }
        _ => {}
    }
    if let HostFn::Stuck | HostFn::Polled | HostFn::Private | HostFn::MayQuit | HostFn::Joined | HostFn::SameGoroutine =
        host
    {
        return concurrency::truth(facts, host, first, second);
    }
    let flow = Flow::of(facts);
    Some(match host {
        HostFn::Repeats => paths::repeats(flow, first),
        HostFn::SameValue => values::same(flow, first, second),
        HostFn::DerivesFrom => values::derives_from(flow, first, second),
        HostFn::DerivesFromRows => values::derives_from_rows(flow, first, rows(arguments, 1)?),
        HostFn::DerivesFromSymbols => values::derives_from_symbols(flow, first, arguments.value(1)),
        HostFn::Escapes => values::escapes(flow, first),
        HostFn::IsAlwaysNil => values::is_always_nil(flow, first),
        HostFn::IsNeverNil => values::is_never_nil(flow, first),
        HostFn::IsMaybeNil => values::may_be_nil(flow, first, true),
        HostFn::IsPossiblyNil => values::may_be_nil(flow, first, false),
        HostFn::IsSink => taint::is_sink(flow, first, text(arguments, 1)?),
        HostFn::Takes => models::takes(flow, first, text(arguments, 1)?),
        HostFn::MayPanic => models::may_panic(flow, first),
        HostFn::IsUnusedValue => values::is_unused(flow, first),
        _ => return None,
    })
}

fn value(host: HostFn, facts: &Facts, arguments: &Arguments) -> Option<Value> {
    let (first, second) = (arguments.node(0), arguments.node(1));
    match host {
        HostFn::RowsOf => return Some(Value::Rows(Arc::new(Rows::one(first)))),
        HostFn::Inherited => return inherited::least(facts, first, text(arguments, 1)?, arguments.value(2)?),
        HostFn::InheritedBy => return inherited::way(facts, first, text(arguments, 1)?, arguments.value(2)?),
        HostFn::ReachedFrom => return calls::reaching(facts, first).map(rows_value),
        HostFn::Callees => return calls::callees(facts, first),
        HostFn::EventsNone => return Some(events_value(EventSet::default())),
        HostFn::EventsExit => return Some(events_value(events::at_exit(text(arguments, 0)?))),
        HostFn::EventsJoin => return Some(events_value(events(arguments, 0)?.joined(events(arguments, 1)?))),
        _ => {}
    }
    if let Some(relation) = concurrency::relation(host) {
        return concurrency::rows(facts, relation, first).map(rows_value);
    }
    let flow = Flow::of(facts);
    let found = match host {
        HostFn::EventsAt => events_value(events::at_rows(flow, rows(arguments, 0)?, second)),
        HostFn::EventsWhen => events_value(events::when(flow, first, text(arguments, 1)?, arguments.node(2))),
        HostFn::EventsWhenRows => {
            let is_true = text(arguments, 1)? == "true";
            events_value(events::when_rows(flow, rows(arguments, 0)?, is_true, arguments.node(2)))
        }
        HostFn::EventsEscape => events_value(events::escapes(flow, first, second)),
        HostFn::EventsAssign => events_value(events::uses_of_variable(flow, first, second, false)),
        HostFn::EventsRead => events_value(events::uses_of_variable(flow, first, second, true)),
        HostFn::PathFrom => {
            let (to, avoid) = (events(arguments, 2)?, events(arguments, 3)?);
            trace_value(paths::path(flow, first, text(arguments, 1)?, to, avoid))
        }
        HostFn::PathEndless => trace_value(paths::endless(flow, first, text(arguments, 1)?, events(arguments, 2)?)),
        HostFn::Least => Value::Int(values::range(flow, first)?.low?),
        HostFn::Greatest => Value::Int(values::range(flow, first)?.high?),
        HostFn::LeastLen => Value::Int(values::length(flow, first)?.low?),
        HostFn::GreatestLen => Value::Int(values::length(flow, first)?.high?),
        HostFn::FlowValue => values::constant(flow, first)?,
        HostFn::Definitions => rows_value(values::definitions(flow, first)?),
        HostFn::Uses => rows_value(values::uses(flow, first)?),
        HostFn::Callers => rows_value(calls::callers(facts, first)?),
        HostFn::TaintedBy => trace_value(taint::tainted(flow, first, Taint::named(text(arguments, 1)?))),
        HostFn::Capacity | HostFn::WaitKind | HostFn::StuckReason => concurrency::value(facts, host, first)?,
        HostFn::Required => states::of_argument(flow, Verb::Requires, first)?,
        HostFn::Established => states::of_argument(flow, Verb::Establishes, first)?,
        HostFn::EstablishedBy => states::of_program(flow, Verb::Establishes, first)?,
        HostFn::Ended => states::of_argument(flow, Verb::Ends, first)?,
        HostFn::RequiredBy => states::of_program(flow, Verb::Requires, first)?,
        HostFn::Lacked => states::lacked(flow, first)?,
        HostFn::EventsEstablish => {
            events_value(states::establishing(flow, Some(first), arguments.value(1)?, arguments.node(2)))
        }
        HostFn::EventsEstablishProgram => events_value(states::establishing(flow, None, arguments.value(0)?, second)),
        HostFn::ZeroMeans => match arguments.value(0)? {
            Value::Type(ty) => models::zero_means(flow, *ty, text(arguments, 1)?)?,
            _ => return None,
        },
        HostFn::CallsOf => rows_value(values::calls_of(flow, first)?),
        HostFn::Iterations => loops::iterations(flow, first)?,
        _ => return None,
    };
    Some(found)
}

/// Why it is not known whether a fact holds of the row.
pub(crate) fn fact_unknown_because(facts: &Facts, row: Node, fact: &Value) -> Option<String> {
    let Value::Str(name) = fact else { return None };
    calls::unknown_because(facts, row, facts.rules()?.fact_kind(std::str::from_utf8(name).ok()?)?)
}

/// Why an answer is not known, as far as its arguments tell.
pub(crate) fn unknown_because(arguments: &[Option<&Value>]) -> Option<String> {
    arguments.iter().flatten().find_map(|argument| match argument {
        Value::Trace(trace) => trace.reason.clone(),
        _ => None,
    })
}

fn rows<'a>(arguments: &Arguments<'a>, index: usize) -> Option<&'a Rows> {
    match arguments.value(index)? {
        Value::Rows(rows) => Some(rows),
        _ => None,
    }
}

fn events<'a>(arguments: &Arguments<'a>, index: usize) -> Option<&'a EventSet> {
    match arguments.value(index)? {
        Value::Events(events) => Some(events),
        _ => None,
    }
}

fn trace<'a>(arguments: &Arguments<'a>, index: usize) -> Option<&'a Trace> {
    match arguments.value(index)? {
        Value::Trace(trace) => Some(trace),
        _ => None,
    }
}

fn text<'a>(arguments: &Arguments<'a>, index: usize) -> Option<&'a str> {
    arguments.value(index)?.utf8()
}

fn rows_value(rows: Rows) -> Value {
    Value::Rows(Arc::new(rows))
}

fn events_value(events: EventSet) -> Value {
    Value::Events(Arc::new(events))
}

fn trace_value(trace: Trace) -> Value {
    Value::Trace(Arc::new(trace))
}
