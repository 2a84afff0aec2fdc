//! Conditions on lists, and on where nodes stand in theirs.
//!
//! In: lists, numbers and nodes. Out: lists, texts and numbers; unknown if a part that matters is. **Absent:** no types.

use super::Facts;
use crate::value::Value;
use rulec_plan::host::Tri;
use rulec_tree::{Kind, Node};

/// The elements of one list that the other does not hold, in their order.
pub(super) fn without(list: Option<&Value>, other: Option<&Value>) -> Option<Value> {
    let (Value::List(elements), Some(other)) = (list?, other) else { return None };
    let mut left = Vec::new();
    for element in elements {
        match other.holds(element) {
            Tri::No => left.push(element.clone()),
            Tri::Yes => {}
            Tri::Unknown => return None,
        }
    }
    Some(Value::List(left))
}

/// The elements of one list that the other holds too, in their order.
pub(super) fn common(list: Option<&Value>, other: Option<&Value>) -> Option<Value> {
    let (Value::List(elements), Some(other)) = (list?, other) else { return None };
    let mut both = Vec::new();
    for element in elements {
        match other.holds(element) {
            Tri::Yes => both.push(element.clone()),
            Tri::No => {}
            Tri::Unknown => return None,
        }
    }
    Some(Value::List(both))
}

/// The strings of a list: those that the other holds, in its order, then the others by their bytes.
pub(super) fn ordered(list: Option<&Value>, first: Option<&Value>) -> Option<Value> {
    let (Value::List(elements), Value::List(first)) = (list?, first?) else { return None };
    let texts: Option<Vec<&Vec<u8>>> = elements.iter().map(text_of).collect();
    let first: Option<Vec<&Vec<u8>>> = first.iter().map(text_of).collect();
    let (mut texts, first) = (texts?, first?);
    let rank = |text: &Vec<u8>| first.iter().position(|other| *other == text).unwrap_or(first.len());
    texts.sort_by_cached_key(|text| (rank(text), (*text).clone()));
    Some(Value::List(texts.into_iter().cloned().map(Value::Str).collect()))
}

fn text_of(value: &Value) -> Option<&Vec<u8>> {
    match value {
        Value::Str(text) => Some(text),
        _ => None,
    }
}

/// The longest text that lists are joined to: a text joined with itself over and over would be as long as no memory.
const MAX_JOINED_BYTES: usize = 1 << 22;

/// The elements as messages show them, with a text between them.
pub(super) fn join(list: Option<&Value>, separator: Option<&Value>) -> Option<Value> {
    let (Value::List(elements), Value::Str(separator)) = (list?, separator?) else { return None };
    let shown: Vec<Vec<u8>> = elements.iter().map(|element| element.shown().into_bytes()).collect();
    let between = separator.len().checked_mul(shown.len().saturating_sub(1))?;
    let bytes = shown.iter().map(Vec::len).sum::<usize>().checked_add(between)?;
    (bytes <= MAX_JOINED_BYTES).then(|| Value::Str(shown.join(&separator[..])))
}

/// What a table has for a key, or the other value if it has none.
pub(super) fn lookup(table: Option<&Value>, key: Option<&Value>, otherwise: Option<&Value>) -> Option<Value> {
    let (Value::Table(entries), Value::Str(key)) = (table?, key?) else { return None };
    entries.iter().find(|(other, _)| other == key).map(|(_, value)| value).or(otherwise).cloned()
}

/// What a division of integers leaves; nothing for a division by zero.
pub(super) fn remainder(dividend: Option<&Value>, divisor: Option<&Value>) -> Option<Value> {
    let (Value::Int(dividend), Value::Int(divisor)) = (dividend?, divisor?) else { return None };
    dividend.checked_rem(*divisor).map(Value::Int)
}

/// A number times another; nothing for two durations.
pub(super) fn product(a: Option<&Value>, b: Option<&Value>) -> Option<Value> {
    let (a, b) = (a?, b?);
    let product = a.number()?.times(b.number()?)?;
    match (a, b) {
        (Value::Duration(_), Value::Duration(_)) => None,
        (Value::Duration(_), _) | (_, Value::Duration(_)) => product.integer().map(Value::Duration),
        _ => Some(product.integer().map_or(Value::Ratio(product), Value::Int)),
    }
}

/// How many elements stand before a node in its list.
pub(super) fn position(facts: &Facts, node: Node) -> Option<Value> {
    let tree = facts.tree();
    let parent = tree.parent(node);
    if node == Node::ROOT || matches!(tree.kind(node), Kind::List | Kind::Absent) {
        return None;
    }
    let shape = tree.kind(parent).shape();
    let before = tree.index_in_parent(node).checked_sub(shape.slots.len())?;
    shape.tail.map(|_| Value::Int(before as i128))
}

/// The list that a value is.
pub(super) fn list_of(value: Option<&Value>) -> Option<Value> {
    value.filter(|value| matches!(value, Value::List(_))).cloned()
}

/// Whether a value is a list.
pub(super) fn is_known(value: Option<&Value>) -> Tri {
    value.map_or(Tri::Unknown, |value| Tri::of(matches!(value, Value::List(_))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conditions::testing::at_mark;

    fn list(names: &[&str]) -> Value {
        Value::List(names.iter().map(|name| Value::Str(name.as_bytes().to_vec())).collect())
    }

    #[test]
    fn lists_lose_what_others_hold() {
        let shown = |a: &Value, b: &Value| without(Some(a), Some(b)).map(|left| left.shown());
        assert_eq!(shown(&list(&["a", "b", "c"]), &list(&["b", "d"])).as_deref(), Some("a, c"));
        assert_eq!(shown(&list(&["a"]), &list(&["a"])).as_deref(), Some(""));
        assert_eq!(shown(&list(&["a"]), &Value::Int(1)), None);
        assert!(without(Some(&list(&["a"])), None).is_none());
        let both = |a: &Value, b: &Value| common(Some(a), Some(b)).map(|both| both.shown());
        assert_eq!(both(&list(&["a", "b", "c"]), &list(&["c", "b", "d"])).as_deref(), Some("b, c"));
        assert_eq!(both(&list(&["a"]), &list(&["b"])).as_deref(), Some(""));
        assert_eq!(both(&list(&["a"]), &Value::Int(1)), None);
        let dashes = Value::Str(b" - ".to_vec());
        assert_eq!(join(Some(&list(&["a", "b"])), Some(&dashes)).unwrap().shown(), "a - b");
    }

    #[test]
    fn lists_are_ordered_by_another_and_by_their_bytes() {
        let shown = |a: &Value, b: &Value| ordered(Some(a), Some(b)).map(|list| list.shown());
        assert_eq!(shown(&list(&["yaml", "xml", "json"]), &list(&["xml"])).as_deref(), Some("xml, json, yaml"));
        assert_eq!(shown(&list(&["b", "B", "a"]), &list(&[])).as_deref(), Some("B, a, b"));
        assert_eq!(shown(&Value::List(vec![Value::Int(1)]), &list(&[])), None);
    }

    #[test]
    fn tables_are_looked_up_by_key() {
        let table = Value::Table(vec![(b"NotFound".to_vec(), Value::Int(404))]);
        let (there, absent, none) = (Value::Str(b"NotFound".to_vec()), Value::Str(b"OK".to_vec()), Value::Int(0));
        let shown = |key| lookup(Some(&table), Some(key), Some(&none)).map(|found| found.shown());
        assert_eq!([shown(&there).as_deref(), shown(&absent).as_deref()], [Some("404"), Some("0")]);
        assert!(lookup(Some(&table), None, Some(&none)).is_none());
        assert_eq!([table.holds(&there), table.holds(&absent), table.holds(&none)], [Tri::Yes, Tri::No, Tri::No]);
        assert_eq!(table.shown(), "NotFound: 404");
    }

    #[test]
    fn remainders_are_those_of_go() {
        for (a, b, left) in [(7, 2, Some("1")), (-7, 2, Some("-1")), (8, -3, Some("2")), (1, 0, None)] {
            let got = remainder(Some(&Value::Int(a)), Some(&Value::Int(b))).map(|left| left.shown());
            assert_eq!(got.as_deref(), left, "{a} % {b}");
        }
    }

    #[test]
    fn products_are_durations_if_one_number_is() {
        let (int, second) = (Value::Int, Value::Duration(1_000_000_000));
        let half = Value::Ratio(crate::value::Ratio::new(1, 2).unwrap());
        for (a, b, times) in [
            (&int(3), &int(-2), Some("-6")),
            (&int(3), &second, Some("3s")),
            (&second, &half, Some("500ms")),
            (&half, &int(3), Some("1.5")),
            (&second, &second, None),
            (&int(i128::MAX), &int(2), None),
            (&int(1), &Value::Str(b"1".to_vec()), None),
        ] {
            let got = product(Some(a), Some(b)).map(|value| value.shown());
            assert_eq!(got.as_deref(), times, "{} * {}", a.shown(), b.shown());
        }
    }

    #[test]
    fn positions_count_elements_only() {
        for (source, expected) in [
            ("package p\nvar _ = f(/*@*/a, b)\n", Some("0")),
            ("package p\nvar _ = f(a, /*@*/b)\n", Some("1")),
            ("package p\nvar _ = f(a, b, /*@*/(c))\n", Some("2")),
            ("package p\nvar _ = T{a, b, /*@*/c: d}\n", Some("2")),
            ("package p\nfunc f(a int, /*@*/b, c int) {}\n", Some("1")),
            ("package p\nfunc f() { a(); /*@*/b() }\n", Some("1")),
            ("package p\nvar _ = a + /*@*/b\n", None),
        ] {
            let got = at_mark(source, |facts, node| position(facts, node).map(|value| value.shown()));
            assert_eq!(got.as_deref(), expected, "{source}");
        }
    }
}
