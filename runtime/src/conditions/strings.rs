//! Conditions on texts, counts and lines, and comparisons of values.

use super::{Facts, Nodes, nodes_of_word};
use crate::value::Value;
use rulec_plan::host::{Tri, Word};
use rulec_tree::{Kind, Node};

/// A relation of two values; unknown if one of them is.
pub(super) fn both(a: Option<&Value>, b: Option<&Value>, relation: impl Fn(&Value, &Value) -> Tri) -> Tri {
    match (a, b) {
        (Some(a), Some(b)) => relation(a, b),
        _ => Tri::Unknown,
    }
}

/// A relation of two strings; unknown if one of them is not known, or not a string.
pub(super) fn of_two(a: Option<&Value>, b: Option<&Value>, relation: impl Fn(&[u8], &[u8]) -> bool) -> Tri {
    both(a, b, |a, b| match (a, b) {
        (Value::Str(a), Value::Str(b)) => Tri::of(relation(a, b)),
        _ => Tri::Unknown,
    })
}

/// Whether one string holds another.
pub(super) fn is_part(text: &[u8], part: &[u8]) -> bool {
    part.is_empty() || text.windows(part.len()).any(|window| window == part)
}

/// Whether the regular expression matches somewhere in the string. A pattern that comes from an option is compiled here;
/// one that is not valid leaves the answer open.
pub(super) fn matches(text: &Value, pattern: &Value) -> Tri {
    match (text, pattern) {
        (Value::Str(text), Value::Regex(regex)) => Tri::of(regex.is_match(text)),
        (Value::Directive(directive), Value::Regex(regex)) => Tri::of(regex.is_match(directive.text.as_bytes())),
        (Value::Str(text), Value::Str(pattern)) => {
            let compiled = std::str::from_utf8(pattern).ok().and_then(|regex| rulec_plan::regex::compile(regex).ok());
            compiled.map_or(Tri::Unknown, |regex| Tri::of(regex.is_match(text)))
        }
        _ => Tri::Unknown,
    }
}

/// The source text from the first element to the last.
pub(super) fn text(facts: &Facts, nodes: Nodes) -> Value {
    let bytes = nodes.span(facts.tree()).map_or(&[][..], |span| facts.slice(span));
    Value::Str(bytes.to_vec())
}

/// How many elements a run has, or children a node. Nothing has none.
pub(super) fn count(facts: &Facts, word: Word) -> Value {
    let tree = facts.tree();
    let nodes = nodes_of_word(tree, word);
    let is_run = word >> 32 != 0;
    let count = if is_run { nodes.elements(tree).count() } else { tree.children(nodes.first).count() };
    Value::Int(count as i128)
}

/// How many lines a node covers.
pub(super) fn line_count(facts: &Facts, node: Node) -> Value {
    let span = facts.tree().span(node);
    Value::Int((facts.line(span.end) - facts.line(span.start) + 1).into())
}

/// The string in lower case.
pub(super) fn lower(value: Option<&Value>) -> Option<Value> {
    match value? {
        Value::Str(bytes) => Some(Value::Str(match std::str::from_utf8(bytes) {
            Ok(text) => text.to_lowercase().into_bytes(),
            Err(_) => bytes.to_ascii_lowercase(),
        })),
        _ => None,
    }
}

/// The length of a string in bytes, or of a list; how many rows there are.
pub(super) fn length(value: Option<&Value>) -> Option<Value> {
    match value? {
        Value::Str(bytes) => Some(Value::Int(bytes.len() as i128)),
        Value::List(values) => Some(Value::Int(values.len() as i128)),
        Value::Rows(rows) => Some(Value::Int(rows.count()? as i128)),
        _ => None,
    }
}

/// Whether the second node starts on the line after the end of the first, or on the same line behind it.
pub(super) fn are_adjacent(facts: &Facts, first: Node, second: Node) -> Tri {
    let tree = facts.tree();
    if tree.kind(first) == Kind::Absent || tree.kind(second) == Kind::Absent {
        return Tri::No;
    }
    let (end, start) = (tree.span(first).end, tree.span(second).start);
    Tri::of(start >= end && facts.line(start) - facts.line(end) <= 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conditions::testing::at_mark;
    use rulec_plan::host::run_word;

    #[test]
    fn runs_and_nodes_have_texts_and_counts() {
        at_mark("package p\nfunc f() { /*@*/g(a, b /* c */, (d)) }\n", |facts, statement| {
            let tree = facts.tree();
            let call = tree.slot(statement, 0);
            let arguments: Vec<Node> = tree.tail(call).collect();
            let run = run_word(arguments[0], arguments[2]);
            assert_eq!(text(facts, nodes_of_word(tree, run)).shown(), "a, b");
            assert_eq!(count(facts, run).shown(), "2");
            assert_eq!(text(facts, nodes_of_word(tree, run_word(arguments[0], arguments[0]))).shown(), "");
            assert_eq!(text(facts, nodes_of_word(tree, call.0.into())).shown(), "g(a, b /* c */, (d))");
            assert_eq!(count(facts, call.0.into()).shown(), "4");
        });
    }

    #[test]
    fn lines_are_counted_and_compared() {
        at_mark("package p\nfunc f() {\n\t/*@*/if x {\n\t}\n\n\ty()\n\tz(); w()\n}\n", |facts, statement| {
            let tree = facts.tree();
            assert_eq!(line_count(facts, statement).shown(), "2");
            let following: Vec<Node> = tree.children(tree.parent(statement)).collect();
            assert_eq!(are_adjacent(facts, following[0], following[1]), Tri::No);
            assert_eq!(are_adjacent(facts, following[1], following[2]), Tri::Yes);
            assert_eq!(are_adjacent(facts, following[2], following[3]), Tri::Yes);
            assert_eq!(are_adjacent(facts, following[3], following[2]), Tri::No);
        });
    }

    #[test]
    fn patterns_from_options_may_be_wrong() {
        let text = Value::Str(b"name".to_vec());
        assert_eq!(matches(&text, &Value::Str(b"^n".to_vec())), Tri::Yes);
        assert_eq!(matches(&text, &Value::Str(b"(".to_vec())), Tri::Unknown);
        assert_eq!(matches(&text, &Value::Int(1)), Tri::Unknown);
        assert_eq!(lower(Some(&Value::Str("ÄX".as_bytes().to_vec()))).unwrap().shown(), "äx");
    }
}
