//! Conditions on paths to steps.
//!
//! In: `some path from @open to exit avoiding expr { … }` and its like. Out: steps that gather the rows at which events
//! happen, a question for a path, and whether there is one. `every` asks for a path that passes none of the events, and
//! holds if there is none.
//!
//! The code of an event is looked for in the function around the place where the paths start, function literals
//! included: the host knows which of them run there. Holes of an event are its own, but for those that are bound before
//! it, which stand for the same value.

use crate::ask::{self, negated_if};
use crate::build::{Bound, Builder, push};
use crate::operand;
use crate::order;
use crate::predicate::Renaming;
use crate::shape;
use rulec_grammar::ast::{
    Alternative, Branch, Call, Cond as Syntax, Event, Exit, Name, Path, PathStart, Quantifier, Value,
};
use rulec_plan::host::HostFn;
use rulec_plan::ir::{Arg, Cond, Op, OriginId, Over, Register, Step, Test, Way};
use rulec_tree::{Category, KindSet, Span};

/// Where the events of a condition are looked for.
#[derive(Clone, Copy)]
struct Around {
    /// A row in the function, or the function.
    place: Register,
    /// The row of the function, if code is looked for.
    function: Option<Register>,
    origin: OriginId,
}

/// Makes everything after fail unless the condition holds (`negated`: does not hold). `None` if it has a mistake. The
/// way that is found is kept for reports.
pub(crate) fn require(builder: &mut Builder<'_>, path: &Path, negated: bool, steps: &mut Vec<Step>) -> Option<()> {
    let snippet = builder.snippet(path.span);
    let origin = builder.origin(path.span, if negated { format!("not: {snippet}") } else { snippet });
    let place = place(builder, &path.from)?;
    let mut all = path.to.iter().chain(&path.avoiding).chain(&path.passing);
    let function = all.any(is_code).then(|| function_of(builder, &path.from, place, origin, steps));
    let around = Around { place, function, origin };
    let start = builder.text(if matches!(path.from, PathStart::Entry(..)) { "entry" } else { "after" });
    check_ends(builder, path)?;
    let is_found = (path.quantifier == Quantifier::Some) != negated;
    // The more there is to reach, the more paths there are; the more there is to avoid, the fewer.
    let to = builder.opposite(!is_found, |builder| events(builder, path.to.iter().collect(), around, steps));
    let avoided = path.avoiding.iter().chain(&path.passing).collect();
    let avoided = builder.opposite(is_found, |builder| events(builder, avoided, around, steps));
    let (host, args) = match path.quantifier {
        Quantifier::Always => (HostFn::PathEndless, vec![Arg::Node(place), start, avoided?]),
        _ => (HostFn::PathFrom, vec![Arg::Node(place), start, to?, avoided?]),
    };
    let found = builder.value_register();
    push(steps, origin, Op::Let { dst: found, host, args });
    let asked = Cond::Host(HostFn::Found, vec![Arg::Value(found)]);
    push(steps, origin, Op::Ask(negated_if(!is_found, asked)));
    if is_found {
        builder.traces.path = Some(found);
    }
    Some(())
}

/// The row at which the paths start, or in whose function.
fn place(builder: &mut Builder<'_>, from: &PathStart) -> Option<Register> {
    let value = match from {
        PathStart::Entry(None, _) => {
            return match builder.root {
                Bound::Node(register) | Bound::Run(register, _) => Some(register),
                Bound::Value(_) | Bound::Type(_) | Bound::Element(_) => None,
            };
        }
        PathStart::Entry(Some(value), _) | PathStart::After(value) => value,
    };
    register(builder, value, "a path")
}

fn register(builder: &mut Builder<'_>, value: &Value, asker: &str) -> Option<Register> {
    match operand::node_arg(builder, value, asker)? {
        Arg::Node(register) => Some(register),
        _ => None,
    }
}

fn is_code(event: &Event) -> bool {
    matches!(event, Event::Code { .. } | Event::When(Branch::Code { .. }, _))
}

/// The function around a row; with `entry`, the row itself if it is one. There is no way on if there is none.
fn function_of(
    builder: &mut Builder<'_>,
    from: &PathStart,
    place: Register,
    origin: OriginId,
    steps: &mut Vec<Step>,
) -> Register {
    let may_be_place = matches!(from, PathStart::Entry(..));
    let function = builder.node_register();
    let outside = |ops: Vec<Op>| ops.into_iter().map(|op| Step { op, origin }).collect::<Vec<_>>();
    if !may_be_place {
        steps.extend(outside(around(function, place)));
        return function;
    }
    let found = builder.node_register();
    let others = KindSet(KindSet::ALL.0 & !KindSet::FUNCS.0);
    let mut climb = vec![Op::Test(Test::Kinds(place, others))];
    climb.extend(around(found, place));
    climb.push(Op::Move { dst: function, src: found, way: Way::Same });
    let here =
        vec![Op::Test(Test::Kinds(place, KindSet::FUNCS)), Op::Move { dst: function, src: place, way: Way::Same }];
    push(steps, origin, Op::Either(vec![outside(here), outside(climb)]));
    function
}

/// Steps to the function around a row.
fn around(function: Register, place: Register) -> Vec<Op> {
    vec![
        Op::Each { dst: function, over: Over::Ancestors { of: place, stop: KindSet::FUNCS } },
        Op::Test(Test::Kinds(function, KindSet::FUNCS)),
    ]
}

/// Reports ends of functions among what happens on the way to something else.
fn check_ends(builder: &mut Builder<'_>, path: &Path) -> Option<()> {
    if path.quantifier == Quantifier::Always {
        return Some(());
    }
    let mut on_the_way = path.avoiding.iter().chain(&path.passing);
    let end = on_the_way.find_map(|event| if let Event::Exit(exit) = event { Some(exit.span) } else { None });
    match end {
        Some(span) => {
            let help = "ends of functions stand behind `to`; other ends than these are not looked at";
            builder.errors().never_happens(span, "a path that ends there leads to nothing else", help);
            None
        }
        None => Some(()),
    }
}

/// One value for all events; `None` if one has a mistake. All are looked at.
fn events(builder: &mut Builder<'_>, events: Vec<&Event>, around: Around, steps: &mut Vec<Step>) -> Option<Arg> {
    let each = events.into_iter().map(|one| builder.standing(one.span(), |builder| event(builder, one, around, steps)));
    let each: Vec<_> = each.collect();
    let each: Option<Vec<Arg>> = each.into_iter().collect();
    Some(joined(each?))
}

/// Joined in the middle, so that many are not nested deep.
fn joined(mut events: Vec<Arg>) -> Arg {
    match events.len() {
        0 => Arg::Call(HostFn::EventsNone, Vec::new()),
        1 => events.remove(0),
        len => {
            let right = events.split_off(len / 2);
            Arg::Call(HostFn::EventsJoin, vec![joined(events), joined(right)])
        }
    }
}

fn event(builder: &mut Builder<'_>, event: &Event, around: Around, steps: &mut Vec<Step>) -> Option<Arg> {
    let place = Arg::Node(around.place);
    match event {
        Event::Code { code, cond, .. } => {
            let rows = gather(builder, std::slice::from_ref(code), cond.as_deref(), around, steps)?;
            Some(Arg::Call(HostFn::EventsAt, vec![rows, place]))
        }
        Event::Place(value) => {
            let row = operand::node_arg(builder, value, "an event")?;
            let rows = Arg::Call(HostFn::RowsOf, vec![row]);
            Some(Arg::Call(HostFn::EventsAt, vec![rows, place]))
        }
        Event::Call(call) => {
            let (host, mut args) = value_event(builder, call)?;
            args.push(place);
            Some(Arg::Call(host, args))
        }
        Event::Exit(exit) => {
            let which = builder.text(match exit.value {
                Exit::Return => "return",
                Exit::Panic => "panic",
                Exit::Process => "process",
                Exit::Any => "any",
            });
            Some(Arg::Call(HostFn::EventsExit, vec![which, place]))
        }
        Event::When(branch, _) => when(builder, branch, around, steps),
        Event::Role { role, resource, .. } => {
            no_resource(builder, role, resource);
            None
        }
    }
}

fn no_resource(builder: &mut Builder<'_>, role: &Name, resource: &Name) {
    let message = format!("`${}` is no resource here", resource.value);
    let help =
        format!("`{} $R` stands in rules with a resource as parameter: `rule name(resource $R) {{ … }}`", role.value);
    builder.errors().wrong_sort(resource.span, message, &help);
}

/// `escapes($x)` and its like: the host function, and its arguments but for the place.
fn value_event(builder: &mut Builder<'_>, call: &Call) -> Option<(HostFn, Vec<Arg>)> {
    let host = match call.name.value.as_str() {
        "escapes" => HostFn::EventsEscape,
        "assigns" => HostFn::EventsAssign,
        "reads" => HostFn::EventsRead,
        "establishes" => return establishes(builder, call),
        other => {
            let known = ["escapes", "assigns", "reads", "establishes"].map(str::to_owned);
            builder.errors().unknown_name(call.name.span, "event", other, &known);
            return None;
        }
    };
    match (&call.args[..], &call.named[..]) {
        ([value], []) => Some((host, vec![operand::node_arg(builder, value, &format!("`{}`", call.name.value))?])),
        (args, named) => {
            builder.errors().argument_count(call.span, &call.name.value, 1, args.len() + named.len());
            None
        }
    }
}

/// `establishes($x, STATES)`, and of the program as a whole `establishes(STATES)`.
fn establishes(builder: &mut Builder<'_>, call: &Call) -> Option<(HostFn, Vec<Arg>)> {
    match (&call.args[..], &call.named[..]) {
        ([states], []) => {
            Some((HostFn::EventsEstablishProgram, vec![operand::value_arg(builder, states, "establishes")?]))
        }
        ([value, states], []) => {
            let value = operand::node_arg(builder, value, "`establishes`");
            Some((HostFn::EventsEstablish, vec![value?, operand::value_arg(builder, states, "establishes")?]))
        }
        (args, named) => {
            builder.errors().argument_count(call.span, &call.name.value, 2, args.len() + named.len());
            None
        }
    }
}

/// Branches on which something is known.
fn when(builder: &mut Builder<'_>, branch: &Branch, around: Around, steps: &mut Vec<Step>) -> Option<Arg> {
    let truth = |negated: bool| if negated { "false" } else { "true" };
    let (subject, which) = match branch {
        Branch::Nil { subject, equal } => (subject, if *equal { "nil" } else { "not nil" }),
        Branch::True { subject, negated } => (subject, truth(*negated)),
        Branch::Code { code, negated } => {
            if code.pattern.category != Category::Expr {
                builder.errors().never_happens(code.pattern.span, "a condition is an expression", "write `expr { … }`");
                return None;
            }
            let rows = gather(builder, std::slice::from_ref(code), None, around, steps)?;
            let which = builder.text(truth(*negated));
            return Some(Arg::Call(HostFn::EventsWhenRows, vec![rows, which, Arg::Node(around.place)]));
        }
    };
    let (node, which) = (operand::node_arg(builder, subject, "`when`")?, builder.text(which));
    Some(Arg::Call(HostFn::EventsWhen, vec![node, which, Arg::Node(around.place)]))
}

/// The set of the rows in the function around `place` at which code stands.
pub(crate) fn gathered(
    builder: &mut Builder<'_>,
    code: &[Alternative],
    place: Register,
    origin: OriginId,
    steps: &mut Vec<Step>,
) -> Option<Arg> {
    let function = builder.node_register();
    steps.extend(around(function, place).into_iter().map(|op| Step { op, origin }));
    gather(builder, code, None, Around { place, function: Some(function), origin }, steps)
}

/// The set of the rows at which code of an event stands and a condition holds.
fn gather(
    builder: &mut Builder<'_>,
    code: &[Alternative],
    cond: Option<&Syntax>,
    around: Around,
    steps: &mut Vec<Step>,
) -> Option<Arg> {
    let function = around.function?;
    code.iter().try_for_each(|one| check_category(builder, one.pattern.category, one.pattern.span))?;
    let (mut code, mut cond) = (code.to_vec(), cond.cloned());
    let renaming = renaming(builder);
    code.iter_mut().for_each(|one| renaming.alternative(one));
    cond.iter_mut().for_each(|cond| renaming.cond(cond));
    let (bound, half_bound, traces) = (builder.bound.clone(), builder.half_bound.clone(), builder.traces);
    let outer = builder.outer.replace(bound.clone());
    let found = builder.node_register();
    let mut inner = Vec::new();
    let want = shape::root_kinds(&code);
    let over = Over::Descendants { of: function, want, stop: KindSet::EMPTY };
    push(&mut inner, around.origin, Op::Each { dst: found, over });
    shape::matches_any(builder, &code, found, &mut inner);
    if let Some(cond) = &cond {
        ask::require(builder, cond, false, &|_| false, &mut inner);
    }
    (builder.bound, builder.half_bound, builder.traces) = (bound, half_bound, traces);
    builder.outer = outer;
    let inner = order::by_cost(inner);
    let is_shared = order::reads_only(&inner, function);
    builder.gathers += 1;
    let shared = is_shared.then_some((builder.gathers, function));
    let dst = builder.value_register();
    push(steps, around.origin, Op::Gather { dst, shared, steps: inner, row: found });
    Some(Arg::Value(dst))
}

/// Gives names of its own to what an event mentions, but for what is bound before it.
fn renaming(builder: &mut Builder<'_>) -> Renaming {
    builder.expansions += 1;
    let mut renaming = Renaming {
        arguments: Default::default(),
        labels: Default::default(),
        suffix: format!("'{}", builder.expansions),
    };
    for name in &builder.bound {
        match name.split_at_checked(1) {
            Some(("$", hole)) => {
                let argument = Value::Hole(Name { value: hole.to_owned(), span: Span::default() });
                renaming.arguments.insert(hole.to_owned(), argument);
            }
            Some((_, label)) => drop(renaming.labels.insert(label.to_owned())),
            None => {}
        }
    }
    renaming
}

/// Reports code that is never evaluated.
fn check_category(builder: &mut Builder<'_>, category: Category, span: Span) -> Option<()> {
    let why = match category {
        Category::Expr | Category::Stmt | Category::Spec => return Some(()),
        Category::List => "several statements are no single event",
        _ => "nothing of this category is evaluated in a function",
    };
    builder.errors().never_happens(span, why, "an event is an `expr` or a `stmt`");
    None
}
