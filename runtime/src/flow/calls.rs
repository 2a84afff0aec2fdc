//! Questions about calls: who calls, what is called, and which facts hold of it.

use super::Rows;
use super::entities::{entity_of, function_around, function_at};
use crate::conditions::Facts;
use crate::value::Value;
use rulec_calls::{Entity, FunctionKey, Targets};
use rulec_plan::host::Tri;
use rulec_plan::manifest::FactKind;
use rulec_tree::{Kind, Node};
use rulec_types::check::Mode;
use std::collections::BTreeSet;

/// The calls that may call the function.
pub(crate) fn callers(facts: &Facts, function: Node) -> Option<Rows> {
    let key = function_at(facts, facts.tree().unparen(function))?;
    let (here, elsewhere) = facts.around()?.callers(facts.location()?, &key);
    Some(Rows::new(here.into_iter().map(|row| (row, true))).and_elsewhere(elsewhere))
}

/// The functions of the file from which calls are known to lead to the function around a row, that one included.
pub(crate) fn reaching(facts: &Facts, row: Node) -> Option<Rows> {
    let Some(function) = function_around(facts, row) else { return Some(Rows::new([])) };
    let reaching = facts.around()?.reaching(facts.location()?, &function)?;
    Some(Rows::new(reaching.into_iter().map(|row| (row, true))))
}

/// Whether a row is proven to be evaluated only while the program starts.
pub(crate) fn at_startup(facts: &Facts, row: Node) -> Option<Tri> {
    let Some(function) = function_around(facts, row) else { return Some(Tri::Yes) };
    Some(Tri::of(facts.around()?.is_startup(&function)?))
}

/// The names of all functions that a call may call, in alphabetical order, that of a function literal being empty.
pub(crate) fn callees(facts: &Facts, row: Node) -> Option<Value> {
    let call = call_meant(facts, facts.tree().unparen(row))?;
    let store = facts.types().ok()?.store();
    let name = |function: &FunctionKey| match function {
        FunctionKey::Declared { .. } => function.text(store),
        FunctionKey::At { .. } => String::new(),
    };
    let callee = facts.tree().unparen(facts.tree().slot(call, 0));
    let names = match facts.types().map(|types| types.mode(callee)) {
        Ok(Mode::Builtin(_) | Mode::Type) => BTreeSet::new(),
        _ => {
            let Targets { functions, complete } = facts.around()?.callees(facts.location()?, call);
            complete.then(|| functions.iter().map(name).collect::<BTreeSet<String>>())?
        }
    };
    Some(Value::List(names.into_iter().map(|name| Value::Str(name.into_bytes())).collect()))
}

/// Whether a fact holds of what a row is, or of all that a call there may call.
pub(crate) fn holds(facts: &Facts, row: Node, fact: &str, kind: FactKind) -> Option<Tri> {
    // Nobody has looked at a file without types.
    facts.types().ok()?;
    let row = facts.tree().unparen(row);
    let around = facts.around()?;
    match called_entities(facts, row, kind) {
        Some(Called::Functions { entities, complete }) => {
            let answers: Vec<Tri> = entities.iter().map(|entity| around.holds(fact, entity)).collect();
            let all = |wanted: Tri| !answers.is_empty() && answers.iter().all(|answer| *answer == wanted);
            Some(match (all(Tri::Yes), all(Tri::No)) {
                (true, _) if complete => Tri::Yes,
                (_, true) if complete => Tri::No,
                _ => Tri::Unknown,
            })
        }
        Some(Called::Nothing) => Some(Tri::No),
        None => Some(around.holds(fact, &entity_of(facts, row, kind)?)),
    }
}

/// Why it is not known whether a fact of this kind holds of what a call, callee or argument stands for.
pub(crate) fn unknown_because(facts: &Facts, row: Node, kind: FactKind) -> Option<String> {
    let row = facts.tree().unparen(row);
    let call = match kind {
        FactKind::Func => call_meant(facts, row)?,
        FactKind::Param => part_of_call(facts, row)?.0,
        FactKind::Result if facts.tree().kind(row) == Kind::Call => row,
        FactKind::Result => defined_by_call(facts, row)?.0,
        FactKind::Type | FactKind::Field | FactKind::Global => return None,
    };
    let (around, store) = (facts.around()?, facts.types().ok()?.store());
    let Targets { functions, complete } = around.callees(facts.location()?, call);
    // The order of functions is not the same in all runs, that of their names is.
    let foreign = functions.iter().filter(|function| !around.has_source(function)).map(|function| function.text(store));
    match foreign.min() {
        Some(foreign) => Some(format!("nothing is known of `{foreign}`: its source is not at hand")),
        None => (!complete).then(|| "not all functions that may be called here are known".to_owned()),
    }
}

/// What a row stands for in the functions that may be called.
enum Called {
    /// Of each function its part, and whether these are all functions.
    Functions { entities: Vec<Entity>, complete: bool },
    /// It is a conversion, or a call of a predeclared function, of which no fact speaks.
    Nothing,
}

/// For a call, a callee or an argument: the functions, results or parameters. None for all other rows.
fn called_entities(facts: &Facts, row: Node, kind: FactKind) -> Option<Called> {
    let tree = facts.tree();
    match kind {
        FactKind::Func => {
            let call = call_meant(facts, row)?;
            Some(of_targets(facts, call, |function, _| Some(Entity::Func(function))))
        }
        FactKind::Param => {
            let (call, part) = part_of_call(facts, row)?;
            Some(of_targets(facts, call, |function, params| part.of(function, params)))
        }
        FactKind::Result => {
            let (call, number) = match tree.kind(row) {
                Kind::Call => (row, 0),
                _ => defined_by_call(facts, row)?,
            };
            Some(of_targets(facts, call, |function, _| Some(Entity::Result(function, number))))
        }
        FactKind::Type | FactKind::Field | FactKind::Global => None,
    }
}

/// The call that a call, statement or callee stands for.
fn call_meant(facts: &Facts, row: Node) -> Option<Node> {
    let tree = facts.tree();
    let row = match tree.kind(row) {
        Kind::Go | Kind::Defer | Kind::ExprStmt => tree.unparen(tree.slot(row, 0)),
        _ => row,
    };
    if tree.kind(row) == Kind::Call {
        return Some(row);
    }
    // A literal that is called on the spot is meant itself.
    let above = without_parens(facts, row);
    let parent = tree.parent(above);
    (tree.kind(row) != Kind::FuncLit && tree.kind(parent) == Kind::Call && tree.slot(parent, 0) == above)
        .then_some(parent)
}

/// The outermost of the parentheses around a row, or the row.
fn without_parens(facts: &Facts, row: Node) -> Node {
    let tree = facts.tree();
    let mut at = row;
    while tree.kind(tree.parent(at)) == Kind::Paren {
        at = tree.parent(at);
    }
    at
}

/// A part of a call that a parameter stands for.
#[derive(Clone, Copy)]
pub(crate) enum Part {
    Receiver,
    Argument(u32),
}

impl Part {
    /// The parameter of a function that has so many.
    fn of(&self, function: FunctionKey, params: Option<usize>) -> Option<Entity> {
        let is_method = matches!(function, FunctionKey::Declared { recv, .. } if recv != rulec_types::Name::EMPTY);
        let number = match self {
            Part::Receiver => is_method.then_some(0)?,
            Part::Argument(number) => number + u32::from(is_method),
        };
        // All that is passed for a variadic parameter belongs to it.
        let last = u32::try_from(params?.checked_sub(1)?).ok()?;
        Some(Entity::Param(function, number.min(last)))
    }
}

/// The call of which a row is the receiver or an argument, and which.
pub(crate) fn part_of_call(facts: &Facts, row: Node) -> Option<(Node, Part)> {
    let tree = facts.tree();
    let above = without_parens(facts, row);
    let parent = tree.parent(above);
    if tree.kind(parent) == Kind::Call && tree.slot(parent, 0) != above {
        let number = tree.tail(parent).position(|argument| argument == above)?;
        return Some((parent, Part::Argument(number as u32)));
    }
    if tree.kind(parent) == Kind::Selector && tree.slot(parent, 0) == above {
        let (callee, call) = (without_parens(facts, parent), tree.parent(without_parens(facts, parent)));
        if tree.kind(call) == Kind::Call && tree.slot(call, 0) == callee {
            return Some((call, Part::Receiver));
        }
    }
    None
}

/// The call whose result with this number an identifier is assigned.
fn defined_by_call(facts: &Facts, row: Node) -> Option<(Node, u32)> {
    let tree = facts.tree();
    let list = tree.parent(row);
    let around = tree.parent(list);
    let (left, right) = match tree.kind(around) {
        Kind::Assign => (tree.slot(around, 0), tree.slot(around, 1)),
        Kind::VarSpec => (tree.slot(around, 0), tree.slot(around, 2)),
        _ => return None,
    };
    let position = tree.children(left).position(|name| name == row).filter(|_| list == left)?;
    let mut values = tree.children(right);
    let (first, second) = (values.next()?, values.next());
    let (value, number) = match second {
        None => (first, position),
        Some(_) => (tree.children(right).nth(position)?, 0),
    };
    let value = tree.unparen(value);
    (tree.kind(value) == Kind::Call).then_some((value, number as u32))
}

fn of_targets(facts: &Facts, call: Node, entity: impl Fn(FunctionKey, Option<usize>) -> Option<Entity>) -> Called {
    let callee = facts.tree().unparen(facts.tree().slot(call, 0));
    if facts.types().is_ok_and(|types| matches!(types.mode(callee), Mode::Builtin(_) | Mode::Type)) {
        return Called::Nothing;
    }
    let (Some(around), Some(path)) = (facts.around(), facts.location()) else {
        return Called::Functions { entities: Vec::new(), complete: false };
    };
    let Targets { functions, complete } = around.callees(path, call);
    let entities: Vec<_> =
        functions.iter().filter_map(|function| entity(*function, around.param_count(function))).collect();
    Called::Functions { complete: complete && entities.len() == functions.len(), entities }
}
