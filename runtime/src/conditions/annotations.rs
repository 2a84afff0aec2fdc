//! Conditions on annotations in doc comments: `@Slo(p95 = 200ms)`.
//!
//! In: a declaration, spec or field, and the name of an annotation. Out: whether it has one, what its arguments say, and what is
//! wrong with how it is written. Of several annotations of one name the first counts.
//!
//! **Absent:** annotations of other functions; `crate::flow` asks for those from which calls lead here.

use super::{Facts, comments};
use crate::value::{Ratio, Value};
use rulec_gofront::annotation::{self, Annotation, ArgumentValue};
use rulec_plan::host::Tri;
use rulec_tree::Node;

/// Whether there is such an annotation.
pub(super) fn is_annotated(facts: &Facts, node: Node, name: Option<&Value>) -> Tri {
    name.and_then(Value::utf8).map_or(Tri::Unknown, |name| Tri::of(find(facts, node, name).is_some()))
}

/// The value of an argument; of several keys the first that the annotation has.
pub(super) fn argument(facts: &Facts, node: Node, name: Option<&Value>, keys: Option<&Value>) -> Option<Value> {
    first_of(&find(facts, node, name?.utf8()?)?, keys?)
}

/// What the value of an argument is, in a word; empty without such an argument.
pub(super) fn kind(facts: &Facts, node: Node, name: Option<&Value>, keys: Option<&Value>) -> Option<Value> {
    let annotation = find(facts, node, name?.utf8()?)?;
    let word = argument_of(&annotation, keys?).map_or("", |value| match value {
        ArgumentValue::Duration(_) => "duration",
        ArgumentValue::Int(_) | ArgumentValue::Decimal(_) => "number",
        ArgumentValue::Text(_) => "string",
        ArgumentValue::Truth(_) => "bool",
    });
    Some(Value::Str(word.into()))
}

/// The keys of the arguments, in the order written.
pub(super) fn keys(facts: &Facts, node: Node, name: Option<&Value>) -> Option<Value> {
    let annotation = find(facts, node, name?.utf8()?)?;
    Some(Value::List(annotation.arguments.into_iter().map(|one| Value::Str(one.key.into_bytes())).collect()))
}

/// What is wrong with how it is written; empty if nothing is.
pub(super) fn fault(facts: &Facts, node: Node, name: Option<&Value>) -> Option<Value> {
    let annotation = find(facts, node, name?.utf8()?)?;
    Some(Value::Str(annotation.fault.unwrap_or_default().into_bytes()))
}

/// The value of the first of these keys that an annotation has: one key, or a list.
pub(crate) fn first_of(annotation: &Annotation, keys: &Value) -> Option<Value> {
    argument_of(annotation, keys).and_then(value_of)
}

fn argument_of<'a>(annotation: &'a Annotation, keys: &Value) -> Option<&'a ArgumentValue> {
    match keys {
        Value::List(keys) => keys.iter().filter_map(Value::utf8).find_map(|key| annotation.argument(key)),
        key => annotation.argument(key.utf8()?),
    }
}

fn value_of(value: &ArgumentValue) -> Option<Value> {
    Some(match value {
        ArgumentValue::Duration(nanoseconds) => Value::Duration((*nanoseconds).into()),
        ArgumentValue::Int(int) => Value::Int((*int).into()),
        ArgumentValue::Decimal(digits) => Value::Ratio(match digits.strip_prefix('-') {
            Some(digits) => Ratio::parse(digits)?.negated()?,
            None => Ratio::parse(digits)?,
        }),
        ArgumentValue::Text(text) => Value::Str(text.clone().into_bytes()),
        ArgumentValue::Truth(truth) => Value::Bool(*truth),
    })
}

fn find(facts: &Facts, node: Node, name: &str) -> Option<Annotation> {
    let documentation = comments::doc_text(facts, node);
    annotation::annotations(&documentation).into_iter().find(|annotation| annotation.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conditions::testing::read;
    use rulec_tree::Kind;

    const DOCUMENTED: &str = "package p\n\n// F pays.\n//\n// @Slo(p95 = 200ms, n = -0.5, name = \"x\", on = true)\n// @Bad(a = )\nfunc F() {}\n";

    fn word(text: &str) -> Value {
        Value::Str(text.as_bytes().to_vec())
    }

    fn at_function(ask: impl Fn(&Facts, Node)) {
        let file = read(DOCUMENTED);
        let row = file.tree.nodes().find(|row| file.tree.kind(*row) == Kind::FuncDecl).unwrap();
        ask(&Facts::new(&file, DOCUMENTED.as_bytes(), "p.go"), row);
    }

    #[test]
    fn arguments_have_values_and_kinds() {
        at_function(|facts, row| {
            let slo = word("Slo");
            for (key, value, is) in [
                ("p95", Some("200ms"), "duration"),
                ("n", Some("-0.5"), "number"),
                ("name", Some("x"), "string"),
                ("on", Some("true"), "bool"),
                ("p99", None, ""),
            ] {
                let key = word(key);
                assert_eq!(argument(facts, row, Some(&slo), Some(&key)).map(|value| value.shown()).as_deref(), value);
                assert_eq!(kind(facts, row, Some(&slo), Some(&key)).map(|kind| kind.shown()).as_deref(), Some(is));
            }
            let either = Value::List(vec![word("budget"), word("p95")]);
            assert_eq!(argument(facts, row, Some(&slo), Some(&either)).unwrap().shown(), "200ms");
            assert_eq!(keys(facts, row, Some(&slo)).unwrap().shown(), "p95, n, name, on");
        });
    }

    #[test]
    fn there_is_an_annotation_or_not_and_it_is_well_written_or_not() {
        at_function(|facts, row| {
            let asked = |name: &str| is_annotated(facts, row, Some(&word(name)));
            assert_eq!([asked("Slo"), asked("Bad"), asked("slo")], [Tri::Yes, Tri::Yes, Tri::No]);
            let fault = |name: &str| fault(facts, row, Some(&word(name))).map(|fault| fault.shown());
            assert_eq!(fault("Slo").as_deref(), Some(""));
            assert_eq!(fault("Bad").as_deref(), Some("`a` has no value"));
            assert_eq!(fault("None"), None);
        });
    }
}
