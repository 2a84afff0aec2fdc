//! What the holes of rules stand for, by where they stand in patterns: for whoever shows rules to people.
//!
//! In: a condition, or the patterns of a `match`. Out: each hole that a pattern has, where, and the category of what can
//! stand there. Nothing is checked: see [`crate::compile`].

use crate::place::{self, Place};
use rulec_grammar::ast::{Alternative, Bound, Branch, Cond, Event, FlowOrigin, Form, OpForm, Path, Pattern, Rule};
use rulec_tree::{Category, Kind, Span};

/// A hole in a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternHole {
    /// Its name, without `$` and `*`.
    pub name: String,
    /// Where it stands.
    pub span: Span,
    /// What can stand there.
    pub category: Category,
    /// It stands for a run of such.
    pub run: bool,
}

/// The holes of the patterns of a rule's `match` and conditions, in source order.
pub fn holes_of_rule(rule: &Rule) -> Vec<PatternHole> {
    let mut holes = holes_of_alternatives(&rule.alternatives);
    for clause in &rule.clauses {
        holes.extend(holes_of_cond(&clause.cond));
    }
    sorted(holes)
}

/// The holes of alternatives, in source order.
pub fn holes_of_alternatives(alternatives: &[Alternative]) -> Vec<PatternHole> {
    sorted(alternatives.iter().flat_map(|alternative| of_pattern(&alternative.pattern)).collect())
}

/// The holes of the patterns in a condition, in source order.
pub fn holes_of_cond(cond: &Cond) -> Vec<PatternHole> {
    let mut holes = Vec::new();
    each_pattern(cond, &mut |pattern| holes.extend(of_pattern(pattern)));
    sorted(holes)
}

fn sorted(mut holes: Vec<PatternHole>) -> Vec<PatternHole> {
    holes.sort_by_key(|hole| (hole.span.start, hole.span.end));
    holes
}

fn of_pattern(pattern: &Pattern) -> Vec<PatternHole> {
    let mut holes = Vec::new();
    let mut add = |name: &str, span, category, run| {
        let name = name.trim_start_matches(['$', '*']).to_owned();
        holes.push(PatternHole { name, span, category, run });
    };
    let element = Place::of(Category::Stmt);
    let mut open = vec![(pattern.root, pattern.category, element)];
    while let Some((id, category, of_elements)) = open.pop() {
        let Some(node) = pattern.nodes.get(id.0 as usize) else { continue };
        match &node.form {
            Form::Hole(Some(name)) => add(name, node.span, category, false),
            Form::AnyFunc(Some(name)) => add(name, node.span, Category::Decl, false),
            Form::Run(Some(name)) => add(name, node.span, category, true),
            Form::OneOf(options) => open.extend(options.iter().map(|option| (*option, category, of_elements))),
            Form::Node { kind, op, children, .. } => {
                let op = match op {
                    OpForm::Hole(_) | OpForm::Any => None,
                    OpForm::OneOf(ops) => ops.first().copied(),
                };
                open.extend(children.iter().enumerate().map(|(index, child)| {
                    let place = match kind {
                        Kind::List => of_elements,
                        kind => place::child(*kind, op, index),
                    };
                    (*child, place.category, place.of_element())
                }));
            }
            _ => {}
        }
    }
    holes
}

/// Hears of each pattern in a condition, those in conditions within it included.
fn each_pattern<'c>(cond: &'c Cond, hear: &mut dyn FnMut(&'c Pattern)) {
    let mut open = vec![cond];
    while let Some(cond) = open.pop() {
        match cond {
            Cond::And(parts) | Cond::Or(parts) => open.extend(parts),
            Cond::Not(inner, _) => open.push(inner),
            Cond::Shape { alternatives, bound, .. } => {
                let until = if let Bound::Until(until) = bound { until.as_slice() } else { &[] };
                alternatives.iter().chain(until).for_each(|one| hear(&one.pattern));
            }
            Cond::Type { ty, .. } => hear(&ty.pattern),
            Cond::Path(path) => {
                of_path(path, hear);
                open.extend(events(path).filter_map(|event| match event {
                    Event::Code { cond, .. } => cond.as_deref(),
                    _ => None,
                }));
            }
            Cond::Flow { origin: FlowOrigin::Code(alternatives), .. } => {
                alternatives.iter().for_each(|one| hear(&one.pattern));
            }
            Cond::Quantified { cond, .. } => open.push(cond),
            Cond::Compare { .. }
            | Cond::Is { .. }
            | Cond::Matches { .. }
            | Cond::In { .. }
            | Cond::Call(_)
            | Cond::Repeats { .. }
            | Cond::Flow { .. } => {}
        }
    }
}

fn events(path: &Path) -> impl Iterator<Item = &Event> {
    path.to.iter().chain(&path.avoiding).chain(&path.passing)
}

fn of_path<'c>(path: &'c Path, hear: &mut dyn FnMut(&'c Pattern)) {
    for event in events(path) {
        match event {
            Event::Code { code, .. } | Event::When(Branch::Code { code, .. }, _) => hear(&code.pattern),
            Event::Call(_) | Event::Place(_) | Event::When(..) | Event::Exit(_) | Event::Role { .. } => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rulec_grammar::ast::Item;
    use rulec_grammar::diagnostic::{FileId, Sink};

    #[test]
    fn holes_are_what_can_stand_there() {
        let text = r#"rule r {
    match stmts { $x := $call($*args); for { $*body } }
    where $call : func($t) error and $x inside func $f
    report "found"
}
"#;
        let module = rulec_grammar::parse(text, FileId(0), &mut Sink::new());
        let [Item::Rule(rule)] = &module.items[..] else { panic!("one rule: {module:?}") };
        let told: Vec<_> = holes_of_rule(rule)
            .into_iter()
            .map(|hole| (text[hole.span.range()].to_owned(), hole.name, hole.category, hole.run))
            .collect();
        let hole = |text: &str, name: &str, category, run| (text.to_owned(), name.to_owned(), category, run);
        assert_eq!(
            told[..4],
            [
                hole("$x", "x", Category::Expr, false),
                hole("$call", "call", Category::Expr, false),
                hole("$*args", "args", Category::Expr, true),
                hole("$*body", "body", Category::Stmt, true),
            ]
        );
        assert!(told[4..].iter().any(|(_, name, category, _)| name == "t" && *category != Category::Stmt), "{told:?}");
        assert!(told.iter().any(|(_, name, category, _)| name == "f" && *category == Category::Decl), "{told:?}");
    }
}
