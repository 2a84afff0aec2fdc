//! What annotations of functions mean for those that they call: the budget of a handler is that of all it waits for.
//!
//! In: a row, the name of an annotation and the keys of an argument. Out: the least value of that argument over the functions
//! from which calls lead to the one around the row, that one included, and the chain of calls; unknown while callers are
//! not known. Values that cannot be ordered with the others are left out.

use super::entities::function_around;
use crate::conditions::{Facts, first_of_annotation};
use crate::value::Value;
use rulec_calls::FunctionKey;
use rulec_plan::host::Tri;
use rulec_tree::Node;
use rulec_types::{Name, Store};

/// A value and the functions from the annotated one to the one around the row.
struct Inherited {
    value: Value,
    chain: Vec<FunctionKey>,
}

/// Whether there is such a value; unknown while callers are not known.
pub(crate) fn is_inherited(facts: &Facts, row: Node, name: &str, keys: &Value) -> Tri {
    let Some(function) = function_around(facts, row) else { return Tri::No };
    match all(facts, &function, name, keys) {
        Some(all) => Tri::of(!all.is_empty()),
        None => Tri::Unknown,
    }
}

/// The least value.
pub(crate) fn least(facts: &Facts, row: Node, name: &str, keys: &Value) -> Option<Value> {
    least_of(all(facts, &function_around(facts, row)?, name, keys)?).map(|least| least.value)
}

/// The functions from that with the least value to the one around the row, as messages show them.
pub(crate) fn way(facts: &Facts, row: Node, name: &str, keys: &Value) -> Option<Value> {
    let least = least_of(all(facts, &function_around(facts, row)?, name, keys)?)?;
    let store = facts.types().ok()?.store();
    let names: Vec<String> = least.chain.iter().filter_map(|function| shown(store, function)).collect();
    Some(Value::Str(names.join(" → ").into_bytes()))
}

fn all(facts: &Facts, function: &FunctionKey, name: &str, keys: &Value) -> Option<Vec<Inherited>> {
    let above = facts.around()?.annotated_above(function, name)?;
    let of_one = |above: rulec_calls::Above<'_>| {
        Some(Inherited { value: first_of_annotation(above.annotation, keys)?, chain: above.chain })
    };
    Some(above.into_iter().filter_map(of_one).collect())
}

/// The one with the least value; of equal ones the nearest.
fn least_of(all: Vec<Inherited>) -> Option<Inherited> {
    all.into_iter().reduce(|least, next| match next.value.is_below(&least.value, false) {
        Tri::Yes => next,
        Tri::No | Tri::Unknown => least,
    })
}

/// `Server.Pay`; nothing for a function literal, which is part of the function before it.
fn shown(store: &Store, function: &FunctionKey) -> Option<String> {
    match function {
        FunctionKey::Declared { recv, name, .. } if *recv == Name::EMPTY => Some(store.str(*name).to_owned()),
        FunctionKey::Declared { recv, name, .. } => Some(format!("{}.{}", store.str(*recv), store.str(*name))),
        FunctionKey::At { .. } => None,
    }
}
