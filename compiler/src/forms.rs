//! Equivalences: the concrete forms that one pattern stands for.
//!
//! In: a pattern and the equivalences its rule asks for. Out: [`Form`]s, patterns in which an equivalent spelling stands
//! as an alternative. Lowering knows no equivalences but parentheses, so `rulec expand` shows all there is by printing
//! the forms.
//!
//! - Parentheses: everywhere; lowering does it.
//! - `==` and `!=` with swapped operands, and `<`, `<=`, `>`, `>=` mirrored: where one operand is a literal, `nil`,
//!   `true` or `false`, or where the rule allows `commute`.
//! - `+ * & | ^ && ||` with swapped operands: where the rule allows `commute`. Swapped operands match only if their order
//!   of evaluation cannot be told; [`Form::swapped`] says which nodes need that check.
//! - `:=`, `=` and `var x = …`: where the rule allows `define`.
//! - `s; if c {…}` and `if s; c {…}`, `switch` likewise: where the rule allows `init`.

use rulec_grammar::ast::{Equivalence, Form as Shape, OpForm, Pattern, PatternId, PatternNode};
use rulec_tree::{Category, Kind, Op};
use std::collections::BTreeSet;

/// A pattern with its equivalent spellings as alternatives.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    /// The pattern.
    pub pattern: Pattern,
    /// Binary nodes whose operands are swapped and have to be pure.
    pub swapped: BTreeSet<PatternId>,
}

/// The forms of a pattern, the pattern itself first.
pub(crate) fn forms(pattern: &Pattern, allow: &[Equivalence]) -> Vec<Form> {
    let mut spellings = vec![pattern.clone()];
    if allow.contains(&Equivalence::Init) {
        spellings.extend(init_spellings(pattern));
    }
    spellings
        .into_iter()
        .map(|pattern| {
            let mut form = Form { pattern, swapped: BTreeSet::new() };
            for index in 0..form.pattern.nodes.len() {
                let id = PatternId(index as u32);
                commute(&mut form, id, allow.contains(&Equivalence::Commute));
                if allow.contains(&Equivalence::Define) {
                    define(&mut form.pattern, id);
                }
            }
            form
        })
        .collect()
}

/// Every pattern without alternatives that a form stands for, at most `limit`.
pub(crate) fn spelled_out(pattern: &Pattern, limit: usize) -> Vec<Pattern> {
    let mut done = Vec::new();
    let mut open = vec![pattern.clone()];
    while let Some(pattern) = open.pop() {
        if done.len() + open.len() >= limit {
            done.push(pattern);
            continue;
        }
        match reachable_alternation(&pattern) {
            None => done.push(pattern),
            Some((id, options)) => open.extend(options.iter().rev().map(|option| {
                let mut chosen = pattern.clone();
                let label = chosen.nodes[id.0 as usize].label.take();
                let mut node = chosen.nodes[option.0 as usize].clone();
                node.label = node.label.or(label);
                chosen.nodes[id.0 as usize] = node;
                chosen
            })),
        }
    }
    done
}

/// The first alternation that the root leads to.
fn reachable_alternation(pattern: &Pattern) -> Option<(PatternId, Vec<PatternId>)> {
    let mut open = vec![pattern.root];
    while let Some(id) = open.pop() {
        match &pattern.nodes[id.0 as usize].form {
            Shape::OneOf(options) => return Some((id, options.clone())),
            Shape::Node { children, .. } => open.extend(children.iter().rev()),
            _ => {}
        }
    }
    None
}

/// Adds the spelling with swapped operands.
fn commute(form: &mut Form, id: PatternId, asked: bool) {
    let Shape::Node { kind: Kind::Binary, op: OpForm::OneOf(ops), children, .. } =
        &form.pattern.nodes[id.0 as usize].form
    else {
        return;
    };
    let [x, y] = children[..] else { return };
    let fixed = is_fixed(&form.pattern, x) || is_fixed(&form.pattern, y);
    let mirrored: Option<Vec<Op>> = ops.iter().map(|op| mirror(*op, asked)).collect();
    let Some(mirrored) = mirrored.filter(|_| fixed || asked) else { return };
    let original = form.pattern.nodes[id.0 as usize].clone();
    let kept = push(&mut form.pattern, PatternNode { label: None, ..original.clone() });
    let swapped = push(
        &mut form.pattern,
        PatternNode {
            form: Shape::Node { kind: Kind::Binary, op: OpForm::OneOf(mirrored), text: None, children: vec![y, x] },
            label: None,
            span: original.span,
        },
    );
    if !fixed {
        form.swapped.insert(swapped);
    }
    form.pattern.nodes[id.0 as usize].form = Shape::OneOf(vec![kept, swapped]);
}

/// The operator with its operands swapped. Only comparisons may be swapped without being asked for.
fn mirror(op: Op, asked: bool) -> Option<Op> {
    match op {
        Op::Eq | Op::Ne => Some(op),
        Op::Lt => Some(Op::Gt),
        Op::Le => Some(Op::Ge),
        Op::Gt => Some(Op::Lt),
        Op::Ge => Some(Op::Le),
        Op::Add | Op::Mul | Op::And | Op::Or | Op::Xor | Op::LogAnd | Op::LogOr if asked => Some(op),
        _ => None,
    }
}

/// Whether an operand is the same whenever it is evaluated: a literal, `nil`, `true` or `false`.
fn is_fixed(pattern: &Pattern, id: PatternId) -> bool {
    match &pattern.nodes[id.0 as usize].form {
        Shape::Node { kind: Kind::Paren, children, .. } => children.iter().all(|child| is_fixed(pattern, *child)),
        Shape::Node { kind, text, .. } => match kind {
            Kind::Int | Kind::Float | Kind::Imag | Kind::Char | Kind::String => true,
            Kind::Ident => matches!(text.as_deref(), Some(b"nil" | b"true" | b"false")),
            _ => false,
        },
        Shape::OneOf(options) => options.iter().all(|option| is_fixed(pattern, *option)),
        _ => false,
    }
}

/// Makes `:=`, `=` and `var … = …` the same.
fn define(pattern: &mut Pattern, id: PatternId) {
    let node = pattern.nodes[id.0 as usize].clone();
    let Shape::Node { kind: Kind::Assign, op: OpForm::OneOf(ops), text, children } = node.form else { return };
    if !ops.iter().all(|op| matches!(op, Op::Define | Op::Assign)) {
        return;
    }
    let op = OpForm::OneOf(vec![Op::Assign, Op::Define]);
    let assign = Shape::Node { kind: Kind::Assign, op, text, children: children.clone() };
    let span = node.span;
    let mut add = |form| push(pattern, PatternNode { form, label: None, span });
    let assign = add(assign);
    let [names, values] = children[..] else { return };
    let no_type = add(Shape::Absent);
    let spec = add(plain(Kind::VarSpec, vec![names, no_type, values]));
    let decl = add(plain(Kind::VarDecl, vec![spec]));
    let statement = add(plain(Kind::DeclStmt, vec![decl]));
    pattern.nodes[id.0 as usize].form = Shape::OneOf(vec![assign, statement]);
}

fn plain(kind: Kind, children: Vec<PatternId>) -> Shape {
    Shape::Node { kind, op: OpForm::Any, text: None, children }
}

fn push(pattern: &mut Pattern, node: PatternNode) -> PatternId {
    pattern.nodes.push(node);
    PatternId(pattern.nodes.len() as u32 - 1)
}

/// The spellings with the initialisation moved into, or out of, an `if` or `switch`.
fn init_spellings(pattern: &Pattern) -> Vec<Pattern> {
    let statements = match &pattern.nodes[pattern.root.0 as usize].form {
        Shape::Node { kind: Kind::List, children, .. } if pattern.category == Category::List => children.clone(),
        _ if pattern.category == Category::Stmt => vec![pattern.root],
        _ => return Vec::new(),
    };
    let mut spellings = Vec::new();
    for (index, id) in statements.iter().enumerate() {
        let Shape::Node { kind: Kind::If | Kind::Switch | Kind::TypeSwitch, children, .. } =
            &pattern.nodes[id.0 as usize].form
        else {
            continue;
        };
        let init = children[0];
        match &pattern.nodes[init.0 as usize].form {
            Shape::Absent if index > 0 && is_simple(pattern, statements[index - 1]) => {
                let mut merged = statements.clone();
                let init = merged.remove(index - 1);
                spellings.push(with_init(pattern, *id, init, merged));
            }
            Shape::Node { .. } => {
                let mut split = statements.clone();
                split.insert(index, init);
                let mut spelling = pattern.clone();
                let absent = push(&mut spelling, PatternNode { form: Shape::Absent, label: None, span: pattern.span });
                spellings.push(with_init(&spelling, *id, absent, split));
            }
            _ => {}
        }
    }
    spellings
}

/// Whether a statement can stand before the `;` of an `if`.
fn is_simple(pattern: &Pattern, id: PatternId) -> bool {
    matches!(
        &pattern.nodes[id.0 as usize].form,
        Shape::Node { kind: Kind::Assign | Kind::ExprStmt | Kind::IncDec | Kind::Send, .. }
    )
}

/// The pattern with another initialisation at `statement` and these statements as its list.
fn with_init(pattern: &Pattern, statement: PatternId, init: PatternId, list: Vec<PatternId>) -> Pattern {
    let mut spelling = pattern.clone();
    let mut node = spelling.nodes[statement.0 as usize].clone();
    if let Shape::Node { children, .. } = &mut node.form {
        children[0] = init;
    }
    let changed = push(&mut spelling, node);
    let list = list.into_iter().map(|id| if id == statement { changed } else { id }).collect();
    let root = PatternNode { form: plain(Kind::List, list), label: None, span: pattern.span };
    spelling.root = push(&mut spelling, root);
    spelling.category = Category::List;
    spelling
}
