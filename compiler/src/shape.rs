//! Structural conditions to steps: `inside`, `contains`, `preceded by`, `followed by`, `first in`, `last in`, `matches`.
//!
//! Nothing crosses the boundary of a function, declared or literal, unless the condition says `across func`. The function
//! around the subject can itself be what `inside` looks for; the search ends with it.

use crate::branches::in_each;
use crate::build::{Bound as Named, Builder, Sort, push};
use crate::forms::{self, Form};
use crate::lower;
use crate::names::label_key;
use crate::start;
use rulec_grammar::ast::{Alternative, Bound, Cond as Syntax, Form as Pattern, Relation, Value};
use rulec_plan::ir::{Cond, Op, OriginId, Over, Register, Step, Test, Way};
use rulec_tree::{Category, Kind, KindSet, Span};

/// A structural condition, taken apart.
struct Search<'c> {
    relation: Relation,
    alternatives: &'c [Alternative],
    bound: &'c Bound,
    span: Span,
    origin: OriginId,
}

/// Goes on once for each way in which the condition holds. `cond` is a [`Syntax::Shape`].
pub(crate) fn search(builder: &mut Builder<'_>, cond: &Syntax, steps: &mut Vec<Step>) {
    let Syntax::Shape { subject, relation, alternatives, bound, span } = cond else { return };
    let snippet = builder.snippet(*span);
    let origin = builder.origin(*span, snippet);
    let search = Search { relation: relation.value, alternatives, bound, span: *span, origin };
    let Some((first, after)) = subject_rows(builder, subject, steps, origin) else { return };
    match search.relation {
        Relation::Matches => matches_any(builder, alternatives, first, steps),
        Relation::Inside => inside(builder, &search, first, steps),
        Relation::Contains => contains(builder, &search, first, after, steps),
        Relation::PrecededBy | Relation::FollowedBy => beside(builder, &search, first, after, steps),
        Relation::FirstIn | Relation::LastIn => outermost(builder, &search, first, after, steps),
    }
}

/// The first row of the subject and, for a run, the position after its last row. An empty run has no rows and fails.
fn subject_rows(
    builder: &mut Builder<'_>,
    subject: &Value,
    steps: &mut Vec<Step>,
    origin: OriginId,
) -> Option<(Register, Option<Register>)> {
    let arg = crate::operand::any_arg(builder, subject)?;
    match arg {
        rulec_plan::ir::Arg::Node(register) => Some((register, None)),
        rulec_plan::ir::Arg::Run(from, end) => {
            push(steps, origin, Op::Test(Test::Before(from, end)));
            Some((from, Some(end)))
        }
        _ => {
            let span = crate::ask::value_span(subject);
            let message = "this asks where code stands, and this is a value".to_owned();
            builder.errors().wrong_sort(span, message, "name a hole or a label");
            None
        }
    }
}

/// Matches one of the alternatives at a row.
pub(crate) fn matches_any(
    builder: &mut Builder<'_>,
    alternatives: &[Alternative],
    at: Register,
    steps: &mut Vec<Step>,
) {
    let spellings: Vec<(Form, &Alternative)> = alternatives
        .iter()
        .flat_map(|alternative| {
            forms::forms(&alternative.pattern, &[]).into_iter().map(move |form| (form, alternative))
        })
        .collect();
    for alternative in alternatives {
        crate::check::pattern(builder, &alternative.pattern);
    }
    if let [(form, alternative)] = &spellings[..] {
        return one(builder, form, alternative, at, steps);
    }
    let branches = in_each(builder, spellings.len(), |builder, index, steps| {
        let (form, alternative) = &spellings[index];
        one(builder, form, alternative, at, steps);
    });
    let origin =
        builder.origin(alternatives.first().map_or(Span::default(), |first| first.pattern.span), "one of the patterns");
    push(steps, origin, Op::Either(branches));
}

fn one(builder: &mut Builder<'_>, form: &Form, alternative: &Alternative, at: Register, steps: &mut Vec<Step>) {
    if form.pattern.category == Category::List {
        let end = builder.node_register();
        lower::at_statements(builder, form, at, end, steps);
    } else {
        lower::at_row(builder, form, at, steps);
    }
    if let Some(label) = &alternative.label
        && let Some(Named::Node(register)) = builder.name(&label_key(&label.value), Sort::Node, label.span)
    {
        builder.bound.insert(label_key(&label.value));
        let origin = builder.origin(label.span, "");
        push(steps, origin, Op::Move { dst: register, src: at, way: Way::Same });
    }
}

/// The kinds at which a search over functions' boundaries ends.
fn boundary(bound: &Bound) -> KindSet {
    match bound {
        Bound::Across(_) => KindSet::EMPTY,
        Bound::Func | Bound::Until(_) | Bound::Directly(_) => KindSet::FUNCS,
    }
}

fn inside(builder: &mut Builder<'_>, search: &Search<'_>, of: Register, steps: &mut Vec<Step>) {
    let around = builder.node_register();
    let wanted = root_kinds(search.alternatives);
    let stop = match search.bound {
        // Only what is directly around: rows that merely hold others together are looked through.
        Bound::Directly(_) => KindSet(KindSet::ALL.0 & !transparent(wanted).0),
        bound => boundary(bound),
    };
    push(steps, search.origin, Op::Each { dst: around, over: Over::Ancestors { of, stop } });
    matches_any(builder, search.alternatives, around, steps);
    if let Bound::Until(until) = search.bound {
        // A row that ends the search may stand strictly between the subject and what was found.
        let (between, mut barrier) = (builder.node_register(), Vec::new());
        push(&mut barrier, search.origin, Op::Each { dst: between, over: Over::Ancestors { of, stop } });
        push(&mut barrier, search.origin, Op::Test(Test::Before(around, between)));
        barred(builder, until, between, barrier, search.origin, steps);
    }
}

fn contains(
    builder: &mut Builder<'_>,
    search: &Search<'_>,
    first: Register,
    after: Option<Register>,
    steps: &mut Vec<Step>,
) {
    let Some(after) = after else { return below(builder, search, first, steps) };
    // The elements of a run are contained in it, as is all below them.
    let element = builder.node_register();
    push(steps, search.origin, Op::Each { dst: element, over: Over::Elements { from: first, end: after } });
    let branches = in_each(builder, 2, |builder, index, steps| match index {
        0 => matches_any(builder, search.alternatives, element, steps),
        _ => below(builder, search, element, steps),
    });
    push(steps, search.origin, Op::Either(branches));
}

fn below(builder: &mut Builder<'_>, search: &Search<'_>, of: Register, steps: &mut Vec<Step>) {
    let found = builder.node_register();
    if let Bound::Directly(_) = search.bound {
        let (from, end) = (builder.node_register(), builder.node_register());
        push(steps, search.origin, Op::Move { dst: from, src: of, way: Way::Slot(0) });
        push(steps, search.origin, Op::Move { dst: end, src: of, way: Way::End });
        push(steps, search.origin, Op::Each { dst: found, over: Over::Elements { from, end } });
        return matches_any(builder, search.alternatives, found, steps);
    }
    let (want, stop) = (root_kinds(search.alternatives), boundary(search.bound));
    push(steps, search.origin, Op::Each { dst: found, over: Over::Descendants { of, want, stop } });
    matches_any(builder, search.alternatives, found, steps);
    if let Bound::Until(until) = search.bound {
        let (between, mut barrier) = (builder.node_register(), Vec::new());
        push(&mut barrier, search.origin, Op::Each { dst: between, over: Over::Ancestors { of: found, stop } });
        push(&mut barrier, search.origin, Op::Test(Test::Before(of, between)));
        barred(builder, until, between, barrier, search.origin, steps);
    }
}

/// Fails if one of the alternatives matches at the row that `barrier` finds.
fn barred(
    builder: &mut Builder<'_>,
    until: &[Alternative],
    at: Register,
    mut barrier: Vec<Step>,
    origin: OriginId,
    steps: &mut Vec<Step>,
) {
    let (bound, half_bound) = (builder.bound.clone(), builder.half_bound.clone());
    matches_any(builder, until, at, &mut barrier);
    (builder.bound, builder.half_bound) = (bound, half_bound);
    push(steps, origin, Op::Ask(Cond::Not(Box::new(Cond::Search(barrier)))));
}

/// The element of a list that the subject is, or stands in: for statements the statement around it.
fn element(builder: &mut Builder<'_>, search: &Search<'_>, of: Register, steps: &mut Vec<Step>) -> Register {
    if is_about_statements(search.alternatives) {
        let statement = builder.node_register();
        push(steps, search.origin, Op::Each { dst: statement, over: Over::Statement { of } });
        statement
    } else {
        of
    }
}

fn is_about_statements(alternatives: &[Alternative]) -> bool {
    alternatives
        .iter()
        .all(|alternative| matches!(alternative.pattern.category, Category::Stmt | Category::List | Category::Clause))
}

/// The elements on one side of the subject: before it for `preceded by` and `first in`, behind it for the others.
struct Siblings {
    /// The row whose children they are.
    list: Register,
    from: Register,
    end: Register,
}

/// Finds the elements beside the subject; a run of statements ends at `after`.
fn siblings(
    builder: &mut Builder<'_>,
    search: &Search<'_>,
    subject: Register,
    after: Option<Register>,
    steps: &mut Vec<Step>,
) -> Siblings {
    let (list, from, end) = (builder.node_register(), builder.node_register(), builder.node_register());
    let mut go = |dst, src, way| push(steps, search.origin, Op::Move { dst, src, way });
    go(list, subject, Way::Parent);
    if matches!(search.relation, Relation::PrecededBy | Relation::FirstIn) {
        go(from, list, Way::Slot(0));
        go(end, subject, Way::Same);
    } else {
        match after {
            Some(after) => go(from, after, Way::Same),
            None => go(from, subject, Way::Next),
        }
        go(end, list, Way::End);
    }
    Siblings { list, from, end }
}

/// `preceded by` and `followed by`.
fn beside(
    builder: &mut Builder<'_>,
    search: &Search<'_>,
    first: Register,
    after: Option<Register>,
    steps: &mut Vec<Step>,
) {
    let subject = element(builder, search, first, steps);
    let Siblings { from, end, .. } = siblings(builder, search, subject, after, steps);
    let found = builder.node_register();
    push(steps, search.origin, Op::Each { dst: found, over: Over::Elements { from, end } });
    if let Bound::Directly(_) = search.bound {
        if search.relation == Relation::PrecededBy {
            let next = builder.node_register();
            push(steps, search.origin, Op::Move { dst: next, src: found, way: Way::Next });
            push(steps, search.origin, Op::Test(Test::Same(next, end)));
        } else {
            push(steps, search.origin, Op::Test(Test::Same(found, from)));
        }
    }
    matches_any(builder, search.alternatives, found, steps);
    if let Bound::Until(until) = search.bound {
        let (between, mut barrier) = (builder.node_register(), Vec::new());
        push(&mut barrier, search.origin, Op::Each { dst: between, over: Over::Elements { from, end } });
        let (nearer, farther) =
            if search.relation == Relation::PrecededBy { (found, between) } else { (between, found) };
        push(&mut barrier, search.origin, Op::Test(Test::Before(nearer, farther)));
        barred(builder, until, between, barrier, search.origin, steps);
    }
}

/// `first in` and `last in`: no statement (element) stands before (behind) the subject in its list, and the list's node,
/// or the node that the list is the body of, matches.
fn outermost(
    builder: &mut Builder<'_>,
    search: &Search<'_>,
    first: Register,
    after: Option<Register>,
    steps: &mut Vec<Step>,
) {
    let origin = search.origin;
    let subject = builder.node_register();
    let elements = KindSet::of_category(Category::Stmt).union(KindSet::of_category(Category::Clause));
    push(steps, origin, Op::Each { dst: subject, over: Over::Statement { of: first } });
    let Siblings { list, from, end } = siblings(builder, search, subject, after, steps);
    let (other, mut others) = (builder.node_register(), Vec::new());
    push(&mut others, origin, Op::Each { dst: other, over: Over::Elements { from, end } });
    push(&mut others, origin, Op::Test(Test::Kinds(other, elements)));
    push(steps, origin, Op::Ask(Cond::Not(Box::new(Cond::Search(others)))));
    let owner = builder.node_register();
    let choice = vec![
        vec![Step { op: Op::Move { dst: owner, src: list, way: Way::Same }, origin }],
        vec![
            Step { op: Op::Test(Test::Kinds(list, KindSet::of(&[Kind::Block]))), origin },
            Step { op: Op::Move { dst: owner, src: list, way: Way::Parent }, origin },
        ],
    ];
    push(steps, origin, Op::Either(choice));
    if matches!(search.bound, Bound::Until(_) | Bound::Across(_) | Bound::Directly(_)) {
        let help = "it asks for the place in one list; remove `until`, `across` or `directly`";
        builder.errors().wrong_sort(search.span, "`first in` and `last in` have no bound".to_owned(), help);
    }
    matches_any(builder, search.alternatives, owner, steps);
}

/// The kinds that the roots of alternatives can have.
pub(crate) fn root_kinds(alternatives: &[Alternative]) -> KindSet {
    alternatives.iter().fold(KindSet::EMPTY, |kinds, alternative| {
        let pattern = &alternative.pattern;
        let of_one = match (&pattern.nodes[pattern.root.0 as usize].form, pattern.category) {
            // The search for a list of statements starts at its first one.
            (Pattern::Node { children, .. }, Category::List) => {
                children.first().map_or(KindSet::EMPTY, |first| start::root_kinds(pattern, *first, Category::Stmt))
            }
            _ => start::root_kinds(pattern, pattern.root, pattern.category),
        };
        kinds.union(of_one)
    })
}

/// Rows that only hold others together, and are not themselves wanted.
fn transparent(wanted: KindSet) -> KindSet {
    let holders = KindSet::of(&[Kind::List, Kind::Paren, Kind::Block, Kind::ExprStmt, Kind::DeclStmt]);
    KindSet(holders.0 & !wanted.0)
}
