//! How often the body of a loop runs if nothing leaves it before.
//!
//! In: the row of a loop. Out: a number, or nothing where it is not constant. **Absent:** what leaves the loop, or skips a round.

use super::{Flow, values};
use crate::conditions::Facts;
use crate::value::Value;
use rulec_gofront::ObjectId;
use rulec_tree::{Kind, Node, Op};
use rulec_types::TypeData;

/// How often the body runs: of a loop that counts from one constant to another, and of a `range` over a constant number, an array, or
/// a slice whose length is known.
pub(crate) fn iterations(flow: Flow, row: Node) -> Option<Value> {
    let times = match flow.facts.tree().kind(row) {
        Kind::For => counted(flow, row),
        Kind::Range => ranged(flow, flow.facts.tree().slot(row, 2)),
        _ => None,
    }?;
    Some(Value::Int(times.max(0)))
}

fn ranged(flow: Flow, over: Node) -> Option<i128> {
    if let Some(times) = constant(flow, over) {
        return Some(times);
    }
    if let Some(times) = listed_elements(flow.facts, over) {
        return Some(times);
    }
    let types = flow.facts.types().ok()?.relations();
    let ty = flow.facts.types().ok()?.ty(flow.facts.tree().unparen(over));
    let listed = types.pointer_base(ty).unwrap_or(ty);
    // A string has fewer characters than bytes; maps and channels change on the way.
    if !matches!(types.under(listed), TypeData::Slice(_) | TypeData::Array { .. }) {
        return None;
    }
    let length = values::length(flow, over)?;
    length.low.filter(|low| length.high == Some(*low))
}

/// How many elements a literal of a slice lists, if none has a number of its own.
fn listed_elements(facts: &Facts, literal: Node) -> Option<i128> {
    let tree = facts.tree();
    let literal = tree.unparen(literal);
    let is_list = tree.kind(literal) == Kind::CompositeLit && tree.kind(tree.slot(literal, 0)) == Kind::SliceType;
    let is_plain = |element: Node| tree.kind(element) != Kind::KeyValue;
    (is_list && tree.tail(literal).all(is_plain)).then(|| tree.tail(literal).count() as i128)
}

/// `for i := from; i < to; i += step`, and what is like it; nothing if the body may set the variable.
fn counted(flow: Flow, row: Node) -> Option<i128> {
    let tree = flow.facts.tree();
    let [init, cond, post] = [0, 1, 2].map(|slot| tree.slot(row, slot));
    let (counter, from) = started(flow.facts, init)?;
    let object = flow.facts.file.names.get(counter);
    if object.assigned != 1 || object.address_taken {
        return None;
    }
    let step = step_of(flow, post, counter)?;
    let (compared, to) = bound_of(flow.facts, cond, counter)?;
    let (from, to) = (constant(flow, from)?, constant(flow, to)?);
    let distance = to.checked_sub(from)?;
    match (compared, step.signum()) {
        (Op::Lt, 1) | (Op::Gt, -1) => rounds_up(distance, step),
        (Op::Le, 1) | (Op::Ge, -1) => rounds_up(distance.checked_add(step.signum())?, step),
        (Op::Ne, 1 | -1) if distance.checked_rem(step)? == 0 && distance.signum() * step.signum() >= 0 => {
            distance.checked_div(step)
        }
        _ => None,
    }
}

/// How many steps it takes to get there or beyond; none backwards.
fn rounds_up(distance: i128, step: i128) -> Option<i128> {
    let whole = distance.checked_div(step)?;
    Some(if distance.checked_rem(step)? != 0 && distance.signum() == step.signum() { whole + 1 } else { whole })
}

/// The variable that `i := from` declares, and `from`.
fn started(facts: &Facts, init: Node) -> Option<(ObjectId, Node)> {
    let tree = facts.tree();
    if tree.kind(init) != Kind::Assign || tree.op(init) != Op::Define {
        return None;
    }
    let [left, right] = [0, 1].map(|slot| tree.children(tree.slot(init, slot)).collect::<Vec<Node>>());
    match (left.as_slice(), right.as_slice()) {
        ([name], [from]) => Some((facts.object_id(*name)?, *from)),
        _ => None,
    }
}

/// What is added to the variable after each round.
fn step_of(flow: Flow, post: Node, counter: ObjectId) -> Option<i128> {
    let tree = flow.facts.tree();
    let is_counter = |row: Node| flow.facts.object_id(tree.unparen(row)) == Some(counter);
    match (tree.kind(post), tree.op(post)) {
        (Kind::IncDec, Op::Inc) if is_counter(tree.slot(post, 0)) => Some(1),
        (Kind::IncDec, Op::Dec) if is_counter(tree.slot(post, 0)) => Some(-1),
        (Kind::Assign, op @ (Op::AddAssign | Op::SubAssign)) => {
            let name = tree.children(tree.slot(post, 0)).next().filter(|name| is_counter(*name));
            let by = tree.children(tree.slot(post, 1)).next().filter(|_| name.is_some())?;
            let by = constant(flow, by)?;
            if op == Op::AddAssign { Some(by) } else { by.checked_neg() }
        }
        _ => None,
    }
}

/// How the variable is compared with what, the variable on the left.
fn bound_of(facts: &Facts, cond: Node, counter: ObjectId) -> Option<(Op, Node)> {
    let tree = facts.tree();
    let cond = tree.unparen(cond);
    if tree.kind(cond) != Kind::Binary {
        return None;
    }
    let [x, y] = [0, 1].map(|slot| tree.slot(cond, slot));
    let is_counter = |row: Node| facts.object_id(tree.unparen(row)) == Some(counter);
    match tree.op(cond) {
        op if is_counter(x) => Some((op, y)),
        Op::Lt if is_counter(y) => Some((Op::Gt, x)),
        Op::Le if is_counter(y) => Some((Op::Ge, x)),
        Op::Gt if is_counter(y) => Some((Op::Lt, x)),
        Op::Ge if is_counter(y) => Some((Op::Le, x)),
        Op::Ne if is_counter(y) => Some((Op::Ne, x)),
        _ => None,
    }
}

/// The integer that a row is on all paths.
fn constant(flow: Flow, row: Node) -> Option<i128> {
    match values::constant(flow, row)? {
        Value::Int(value) => Some(value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::iterations;
    use crate::conditions::Facts;
    use crate::flow::Flow;
    use rulec_gofront::{File, Reader};
    use rulec_tree::{Kind, Vocabulary};
    use rulec_world::{MemoryFile, Packages};
    use std::path::Path;
    use std::sync::Arc;

    /// How often the only loop of a function runs.
    fn of_loop(function: &str) -> Option<String> {
        let source = format!("package p\nconst most = 4\nvar list [6]string\n{function}\n");
        let memory =
            MemoryFile { import_path: "p".to_owned(), path: "/m/p.go".into(), content: source.clone().into_bytes() };
        let packages = Packages::of_memory(vec![memory], Some(22));
        let file: File = Reader::new().read(source.as_bytes(), &Arc::new(Vocabulary::default())).unwrap();
        assert!(file.coverage.is_full(), "{source}");
        let facts = Facts::new(&file, source.as_bytes(), "p.go").with_types(&packages, Path::new("/m/p.go"), None);
        let found = file.tree.nodes().find(|node| matches!(file.tree.kind(*node), Kind::For | Kind::Range)).unwrap();
        iterations(Flow::of(&facts), found).map(|times| times.shown())
    }

    #[test]
    fn loops_between_constants_are_counted() {
        for (header, times) in [
            ("for i := 0; i < 3; i++ {", Some("3")),
            ("for i := 1; i <= most; i++ {", Some("4")),
            ("for i := 0; 10 > i; i += 3 {", Some("4")),
            ("for i := 9; i >= 0; i -= 3 {", Some("4")),
            ("for i := 9; i > 0; i -= 3 {", Some("3")),
            ("for i := 0; i != 6; i += 2 {", Some("3")),
            ("for i := 0; i != 5; i += 2 {", None),
            ("for i := 5; i < 3; i++ {", Some("0")),
            ("for i := 0; i < 3; i-- {", None),
            ("for i := 0; i < n; i++ {", None),
            ("for i := 0; i < 3; {", None),
            ("for i, j := 0, 1; i < 3; i++ {", None),
            ("for i := 0; i < 9; i++ { i++", None),
            ("for i := 0; i < 9; i++ { println(&i)", None),
            ("for n < 3 {", None),
            ("for {", None),
        ] {
            assert_eq!(of_loop(&format!("func f(n int) {{ {header} }} }}")).as_deref(), times, "{header}");
        }
    }

    #[test]
    fn ranges_over_what_is_known_are_counted() {
        for (over, times) in [
            ("3", Some("3")),
            ("most", Some("4")),
            ("list", Some("6")),
            ("&list", Some("6")),
            ("[]int{1, 2}", Some("2")),
            ("[]int{5: 2}", None),
            ("make([]int, 3)", Some("3")),
            ("-1", Some("0")),
            ("n", None),
            ("\"äöü\"", None),
            ("map[int]int{1: 2}", None),
            ("make(chan int, 3)", None),
        ] {
            let function = format!("func f(n int) {{ for range {over} {{ }} }}");
            assert_eq!(of_loop(&function).as_deref(), times, "{over}");
        }
    }
}
