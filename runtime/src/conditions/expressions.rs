//! Conditions on the form of expressions and statements: purity, literals, termination.
//!
//! They look at syntax and at what names mean in this file; no types.

use super::Facts;
use rulec_gofront::ObjectKind;
use rulec_plan::host::Tri;
use rulec_tree::{Category, Kind, KindSet, Node, Op};

/// Whether evaluating `node` has no effect and cannot panic or block by its own form.
pub(super) fn is_pure(facts: &Facts, node: Node) -> Tri {
    let tree = facts.tree();
    let mut row = node;
    while row < tree.end(node) {
        match pure_row(facts, row) {
            Step::Into => row = Node(row.0 + 1),
            Step::Over => row = tree.end(row),
            Step::To(next) => row = next,
            Step::Impure => return Tri::No,
        }
    }
    Tri::Yes
}

/// Which rows decide whether an expression is pure.
enum Step {
    /// This row does not spoil it; its children may.
    Into,
    /// This row and all below it do not spoil it.
    Over,
    /// What stands before the given row does not spoil it.
    To(Node),
    Impure,
}

fn pure_row(facts: &Facts, row: Node) -> Step {
    let tree = facts.tree();
    match tree.kind(row) {
        Kind::Ident | Kind::Int | Kind::Float | Kind::Imag | Kind::Char | Kind::String | Kind::FuncLit => Step::Over,
        Kind::Paren | Kind::Selector | Kind::KeyValue | Kind::Absent => Step::Into,
        // The type of a composite literal is not evaluated.
        Kind::CompositeLit => Step::To(tree.end(tree.slot(row, 0))),
        Kind::Unary if tree.op(row) == Op::Arrow => Step::Impure,
        Kind::Unary => Step::Into,
        Kind::Binary if can_panic(facts, row) => Step::Impure,
        Kind::Binary => Step::Into,
        Kind::Call => match tree.tail(row).next() {
            Some(argument) if is_harmless_callee(facts, row) => Step::To(argument),
            _ => Step::Impure,
        },
        kind if kind.category() == Category::Type => Step::Over,
        _ => Step::Impure,
    }
}

/// Division by what may be zero and shifts by what may be negative.
fn can_panic(facts: &Facts, binary: Node) -> bool {
    let right = facts.tree().slot(binary, 1);
    let number = || super::constants::value(facts, right).and_then(|value| value.number());
    match facts.tree().op(binary) {
        Op::Div | Op::Rem => number().is_none_or(|number| number.integer() == Some(0)),
        Op::Shl | Op::Shr => number().and_then(|number| number.integer()).is_none_or(|count| count < 0),
        _ => false,
    }
}

/// Conversions to predeclared types, and `len` and `cap`.
fn is_harmless_callee(facts: &Facts, call: Node) -> bool {
    let tree = facts.tree();
    let callee = tree.unparen(tree.slot(call, 0));
    let is_type = facts.object(callee).is_some_and(|object| object.kind == ObjectKind::PredeclaredType);
    is_type || facts.is_builtin(callee, &["len", "cap"])
}

/// Whether `node` is a basic, composite or function literal.
pub(super) fn is_literal(facts: &Facts, node: Node) -> Tri {
    const LITERALS: KindSet = KindSet::BASIC_LITS.union(KindSet::of(&[Kind::CompositeLit, Kind::FuncLit]));
    let tree = facts.tree();
    Tri::of(LITERALS.contains(tree.kind(tree.unparen(node))))
}

/// Whether nothing behind the statement is reached by falling out of it.
///
/// Source: The Go Programming Language Specification, "Terminating statements"; calls that never return by their name
/// are added.
pub(super) fn terminates(facts: &Facts, statement: Node) -> Tri {
    let tree = facts.tree();
    // Every statement on the list has to terminate.
    let mut pending = vec![statement];
    while let Some(statement) = pending.pop() {
        let terminates = match tree.kind(statement) {
            Kind::Return => true,
            Kind::Branch => tree.op(statement) == Op::Goto,
            Kind::ExprStmt => never_returns(facts, tree.slot(statement, 0)),
            Kind::Block => require_last(facts, tree.children(statement), &mut pending),
            Kind::If => {
                pending.extend([tree.slot(statement, 2), tree.slot(statement, 3)]);
                true
            }
            Kind::For => tree.kind(tree.slot(statement, 1)) == Kind::Absent && !has_break(facts, statement),
            Kind::Switch | Kind::TypeSwitch | Kind::Select => clauses_terminate(facts, statement, &mut pending),
            Kind::Labeled => {
                pending.push(tree.slot(statement, 1));
                true
            }
            _ => false,
        };
        if !terminates {
            return Tri::No;
        }
    }
    Tri::Yes
}

/// Adds the last statement of a list that is not empty to what has to terminate; no, if there is none.
fn require_last(facts: &Facts, statements: impl Iterator<Item = Node>, pending: &mut Vec<Node>) -> bool {
    let last = statements.filter(|statement| facts.tree().kind(*statement) != Kind::Empty).last();
    pending.extend(last);
    last.is_some()
}

fn clauses_terminate(facts: &Facts, statement: Node, pending: &mut Vec<Node>) -> bool {
    let tree = facts.tree();
    let Some(body) = tree.children(statement).last() else { return false };
    if has_break(facts, statement) {
        return false;
    }
    let has_default = tree.children(body).any(|clause| tree.op(clause) == Op::Default);
    if tree.kind(statement) != Kind::Select && !has_default {
        return false;
    }
    tree.children(body).all(|clause| {
        let last = tree.tail(clause).filter(|statement| tree.kind(*statement) != Kind::Empty).last();
        let falls = last.is_some_and(|last| tree.op(last) == Op::Fallthrough);
        falls || require_last(facts, tree.tail(clause), pending)
    })
}

/// Whether a `break` in the statement ends the statement itself.
fn has_break(facts: &Facts, statement: Node) -> bool {
    let tree = facts.tree();
    let parent = tree.parent(statement);
    let label = (tree.kind(parent) == Kind::Labeled).then(|| tree.text(tree.slot(parent, 0)));
    tree.descendants(statement).filter(|row| tree.op(*row) == Op::Break && tree.kind(*row) == Kind::Branch).any(
        |branch| {
            let target = tree.slot(branch, 0);
            match tree.kind(target) {
                Kind::Absent => innermost_breakable(facts, branch) == Some(statement),
                _ => label == Some(tree.text(target)),
            }
        },
    )
}

fn innermost_breakable(facts: &Facts, branch: Node) -> Option<Node> {
    const BREAKABLE: KindSet =
        KindSet::of(&[Kind::For, Kind::Range, Kind::Switch, Kind::TypeSwitch, Kind::Select, Kind::FuncLit]);
    let tree = facts.tree();
    tree.ancestors(branch).find(|row| BREAKABLE.contains(tree.kind(*row)))
}

/// `panic`, `os.Exit` and the like, and methods called `Fatal` or `FailNow`.
fn never_returns(facts: &Facts, expression: Node) -> bool {
    let tree = facts.tree();
    let expression = tree.unparen(expression);
    if tree.kind(expression) != Kind::Call {
        return false;
    }
    let callee = tree.unparen(tree.slot(expression, 0));
    if facts.is_builtin(callee, &["panic"]) {
        return true;
    }
    if tree.kind(callee) != Kind::Selector {
        return false;
    }
    match facts.symbol_of(callee) {
        Some((b"os" | b"syscall", name)) => name == b"Exit",
        Some((b"runtime", name)) => name == b"Goexit",
        Some((b"log", name)) => name.starts_with(b"Fatal") || name.starts_with(b"Panic"),
        Some(_) => false,
        None => {
            let name = facts.text_of(tree.slot(callee, 1));
            matches!(name, b"Fatal" | b"Fatalf" | b"Fatalln" | b"FailNow" | b"SkipNow")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conditions::testing::{at_mark, with_expression};

    #[test]
    fn purity_is_told_by_form() {
        const CONTEXT: &str = "package p\nimport \"os\"\nfunc f(x, y int, s []int) { _ = EXPR }\n";
        for (expression, pure) in [
            ("x + y*2", true),
            ("x / 2", true),
            ("x / y", false),
            ("x % 0", false),
            ("x << 3", true),
            ("x << y", false),
            ("-x", true),
            ("<-x", false),
            ("int64(x) + int64(len(s))", true),
            ("g(x)", false),
            ("s[0]", false),
            ("*x", false),
            ("x.y.z", true),
            ("func() { g() }", true),
            ("func() int { return g() }()", false),
            ("[]T{{A: 1}, {A: x}}", true),
            ("[]T{{A: g()}}", false),
            ("struct{a map[k]v}{}", true),
            ("os.Args", true),
            ("x.(T)", false),
            ("make([]int, 3)", false),
        ] {
            assert_eq!(with_expression(CONTEXT, expression, is_pure), Tri::of(pure), "{expression}");
        }
    }

    #[test]
    fn literals_may_stand_in_parentheses() {
        const CONTEXT: &str = "package p\nfunc f(x int) { _ = EXPR }\n";
        for (expression, literal) in [("(1)", true), ("T{}", true), ("func() {}", true), ("x", false), ("-1", false)] {
            assert_eq!(with_expression(CONTEXT, expression, is_literal), Tri::of(literal), "{expression}");
        }
    }

    #[test]
    fn terminating_statements_are_those_of_the_specification() {
        for (statement, terminating) in [
            ("return", true),
            ("goto done", true),
            ("break", false),
            ("panic(1)", true),
            ("(panic)(1)", true),
            ("os.Exit(1)", true),
            ("log.Fatalf(``)", true),
            ("t.Fatal()", true),
            ("g()", false),
            ("{ g(); return }", true),
            ("{ return; ; }", true),
            ("{ }", false),
            ("if x { return } else { panic(1) }", true),
            ("if x { return } else if y { return } else { return }", true),
            ("if x { return } else if y { return }", false),
            ("if x { return }", false),
            ("for { g() }", true),
            ("for { break }", false),
            ("for { switch { default: break } }", true),
            ("for x { return }", false),
            ("for range x { return }", false),
            ("L: for { for { break L } }", false),
            ("L: for { for { break } }", true),
            ("for { func() { for { break } }() }", true),
            ("switch x { case 1: return; default: panic(1) }", true),
            ("switch x { case 1: fallthrough; default: return }", true),
            ("switch x { case 1: return }", false),
            ("switch x { case 1: break; default: return }", false),
            ("switch x.(type) { default: return }", true),
            ("select { case <-c: return }", true),
            ("select { case <-c: g() }", false),
            ("select { }", true),
        ] {
            let source = format!("package p\nimport (\"os\"; \"log\")\nfunc f() {{ /*@*/{statement} }}\n");
            assert_eq!(at_mark(&source, terminates), Tri::of(terminating), "{statement}");
        }
    }
}
