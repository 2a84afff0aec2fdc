//! How complex code is: cyclomatic and cognitive complexity.
//!
//! In: a node, mostly a function. Out: a number, one pass over the rows below the node. **Absent:** no control flow: what
//! counts is what is written.
//!
//! Sources: T. J. McCabe, "A Complexity Measure", 1976, as it is usually counted; G. A. Campbell, "Cognitive Complexity",
//! SonarSource, 2018.

use super::Facts;
use crate::value::Value;
use rulec_gofront::ObjectKind;
use rulec_tree::{Kind, Node, Op, Tree};

/// One way through, and one more for each decision.
pub(super) fn cyclomatic(facts: &Facts, node: Node) -> Value {
    let tree = facts.tree();
    let decisions = rows(tree, node).filter(|row| match tree.kind(*row) {
        Kind::If | Kind::For | Kind::Range => true,
        Kind::Case | Kind::Comm => tree.op(*row) != Op::Default,
        _ => is_logical(tree, *row),
    });
    Value::Int(1 + decisions.count() as i128)
}

/// What a reader has to keep in mind.
pub(super) fn cognitive(facts: &Facts, node: Node) -> Value {
    let tree = facts.tree();
    let mut total: i128 = 0;
    // The ends of what increases the nesting around a row.
    let mut nested: Vec<Node> = Vec::new();
    for row in rows(tree, node) {
        while nested.last().is_some_and(|end| *end <= row) {
            nested.pop();
        }
        let depth = nested.len() as i128;
        match tree.kind(row) {
            Kind::If if is_else(tree, row) => total += 1,
            Kind::If | Kind::For | Kind::Range | Kind::Switch | Kind::TypeSwitch | Kind::Select => total += 1 + depth,
            Kind::Block if is_else(tree, row) => total += 1,
            Kind::Branch if tree.kind(tree.slot(row, 0)) == Kind::Ident => total += 1,
            Kind::Binary if is_logical(tree, row) && !is_logical(tree, outer(tree, row)) => {
                total += runs_of_operators(tree, row);
            }
            _ => {}
        }
        if nests(tree, row, node) {
            nested.push(tree.end(row));
        }
    }
    Value::Int(total + i128::from(calls_itself(facts, node)))
}

/// The node and all below it.
fn rows(tree: &Tree, node: Node) -> impl Iterator<Item = Node> + use<> {
    (node.0..tree.end(node).0).map(Node)
}

/// Whether it stands behind `else`.
fn is_else(tree: &Tree, node: Node) -> bool {
    let parent = tree.parent(node);
    tree.kind(parent) == Kind::If && tree.slot(parent, 3) == node
}

/// Whether what lies in a row is nested one deeper: the body of a branch or loop, and of a function literal that is not what was
/// asked about.
fn nests(tree: &Tree, row: Node, asked: Node) -> bool {
    let parent = tree.parent(row);
    let is_body = match tree.kind(parent) {
        Kind::If | Kind::For | Kind::Range | Kind::Switch | Kind::TypeSwitch | Kind::Select => true,
        Kind::FuncLit => parent != asked,
        _ => false,
    };
    is_body && row != asked && tree.kind(row) == Kind::Block
}

fn is_logical(tree: &Tree, node: Node) -> bool {
    tree.kind(node) == Kind::Binary && matches!(tree.op(node), Op::LogAnd | Op::LogOr)
}

/// What an expression stands in, parentheses left out.
fn outer(tree: &Tree, node: Node) -> Node {
    let mut outer = tree.parent(node);
    while tree.kind(outer) == Kind::Paren {
        outer = tree.parent(outer);
    }
    outer
}

/// How many runs of equal `&&` and `||` an expression has, read from left to right.
fn runs_of_operators(tree: &Tree, top: Node) -> i128 {
    let mut operators = Vec::new();
    let mut open = vec![top];
    while let Some(node) = open.pop() {
        let sides = [tree.slot(node, 0), tree.slot(node, 1)];
        operators.push((tree.span(sides[1]).start, tree.op(node)));
        open.extend(sides.map(|side| tree.unparen(side)).into_iter().filter(|side| is_logical(tree, *side)));
    }
    operators.sort_unstable_by_key(|(start, _)| *start);
    operators.dedup_by_key(|(_, op)| *op);
    operators.len() as i128
}

/// Whether a function calls itself by its name, or a method itself by that of its receiver.
fn calls_itself(facts: &Facts, node: Node) -> bool {
    let tree = facts.tree();
    if tree.kind(node) != Kind::FuncDecl {
        return false;
    }
    let name = tree.slot(node, 1);
    let is_method = tree.kind(tree.slot(node, 0)) != Kind::Absent;
    let is_own_receiver = |x: Node| {
        let object = facts.object(tree.unparen(x));
        object.is_some_and(|object| object.kind == ObjectKind::Receiver)
    };
    rows(tree, node).filter(|row| tree.kind(*row) == Kind::Call).any(|call| {
        let callee = tree.unparen(tree.slot(call, 0));
        match tree.kind(callee) {
            Kind::Ident => !is_method && facts.object_id(callee).is_some_and(|id| facts.object_id(name) == Some(id)),
            Kind::Selector => {
                let selects_name = facts.text_of(tree.slot(callee, 1)) == facts.text_of(name);
                is_method && selects_name && is_own_receiver(tree.slot(callee, 0))
            }
            _ => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conditions::testing::at_mark;

    #[test]
    fn decisions_and_nesting_count() {
        for (body, ways, load) in [
            ("", 1, 0),
            ("if a { }", 2, 1),
            ("if a { } else { }", 2, 2),
            ("if a { } else if b { } else { }", 3, 3),
            ("if a { if b { } }", 3, 3),
            ("if a { } else { if b { } }", 3, 4),
            ("for { if a { } }", 3, 3),
            ("for range x { for a { } }", 3, 3),
            ("switch a { case 1, 2: if b { }; case 3: default: }", 4, 3),
            ("select { case <-a: default: }", 2, 1),
            ("switch a.(type) { case int: }", 2, 1),
            ("_ = a && b && c", 3, 1),
            ("_ = a && b || c", 3, 2),
            ("_ = a || b && c || d", 4, 3),
            ("_ = a && (b && c)", 3, 1),
            ("_ = a && !(b && c)", 3, 2),
            ("_ = func() { if a { } }", 2, 2),
            ("L: for { for { continue L } }", 3, 4),
            ("for { break }", 2, 1),
            ("goto L; L:", 1, 1),
            ("f(); f()", 1, 1),
            ("g.f()", 1, 0),
        ] {
            let source = format!("package p\n/*@*/func f() {{ {body} }}\n");
            at_mark(&source, |facts, func| {
                assert_eq!(cyclomatic(facts, func).shown(), ways.to_string(), "cyclomatic: {body}");
                assert_eq!(cognitive(facts, func).shown(), load.to_string(), "cognitive: {body}");
            });
        }
    }

    #[test]
    fn methods_call_themselves_by_their_receiver() {
        for (body, load) in [("t.m()", 1), ("m()", 0), ("u.m()", 0), ("t.n()", 0)] {
            let source = format!("package p\nvar u T\n/*@*/func (t T) m() {{ {body} }}\n");
            at_mark(&source, |facts, func| assert_eq!(cognitive(facts, func).shown(), load.to_string(), "{body}"));
        }
    }
}
