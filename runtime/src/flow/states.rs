//! States: what a value, or the program as a whole, has to be before something is done with it, and what makes it so.
//!
//! Models say of foreign functions what they require, establish and end, and which values lack a state when they are made. Of
//! functions with source the same is found out, package by package, as facts are: a function *requires* a state of a
//! parameter if some path leads from its entry to a call that does, past none that establishes it; it *establishes* one
//! if every path to a return passes such a call; a result *lacks* one if it is made so and nothing on the way helps.
//!
//! In: rows of a file, or a function whose facts are looked for. Out: lists of states, events, facts.
//!
//! **Absent:** values in fields, elements and package-level variables, which nobody follows; what other goroutines do.

use super::calls::{Part, part_of_call};
use super::events::{EventSet, Happening, Happenings};
use super::literals::{Moment, summary_of};
use super::models::{ModelIndex, arguments, said_at, said_of_call, said_of_receiver, said_of_type};
use super::{Flow, around::Around};
use crate::value::Value as Known;
use rulec_calls::{Entity, FunctionKey};
use rulec_flow::Body;
use rulec_flow::ir::{BodyId, Call, How, Op, Place, PlaceId, Value};
use rulec_flow::model::Says;
use rulec_flow::paths::{Answer, Events, Exits, Question, Start};
use rulec_flow::summary::Often;
use rulec_flow::values::Located;
use rulec_plan::host::Tri;
use rulec_tree::Node;
use std::collections::BTreeSet;

/// What a call has to do with a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Requires,
    Establishes,
    Ends,
}

/// What has the state.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bearer {
    Program,
    Argument(Value),
}

/// What one call has to do with one state.
struct Effect<'f> {
    verb: Verb,
    state: &'f str,
    of: Bearer,
    /// Rather than perhaps.
    sure: bool,
}

/// A call that has to do with states.
struct Concerned<'f> {
    body: BodyId,
    at: Value,
    how: How,
    effects: Vec<Effect<'f>>,
}

/// What a function can have to do with a state, and the name of the fact that says so.
#[derive(Debug)]
pub(crate) struct StateFact {
    verb: Verb,
    state: String,
    fact: String,
}

impl StateFact {
    /// All that functions can have to do with these states.
    pub(crate) fn all(states: &BTreeSet<String>) -> Vec<StateFact> {
        let each = |verb: Verb| states.iter().map(move |state| (verb, state.clone()));
        let of = |(verb, state): (Verb, String)| StateFact { verb, fact: verb.fact(&state), state };
        Verb::ALL.into_iter().flat_map(each).map(of).collect()
    }
}

/// A fact of states: its name, what it holds of, and whether it is sure.
pub(crate) type Learned = (String, Entity, bool);

/// What is found out first, and what hangs on it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// What functions establish and end.
    Changes,
    /// What they require, and what their results lack, unless they establish it themselves.
    Needs,
}

/// The fact that something is known of a function's states. No rule can have a name with a space.
const CONCERNED: &str = "has states";

/// How many values one question may look at.
const MAX_MAKERS: usize = 1_000;

/// How many calls up and down the nesting of one function are looked at for one question.
const MAX_CALLS: usize = 50_000;

impl Verb {
    const ALL: [Verb; 3] = [Verb::Requires, Verb::Establishes, Verb::Ends];

    fn fact(self, state: &str) -> String {
        match self {
            Verb::Requires => format!("requires {state}"),
            Verb::Establishes => format!("establishes {state}"),
            Verb::Ends => format!("ends {state}"),
        }
    }
}

fn lacking_fact(state: &str) -> String {
    format!("lacks {state}")
}

/// The states that a call requires or ends of a row, which is its receiver or an argument.
pub(crate) fn of_argument(flow: Flow, verb: Verb, row: Node) -> Option<Known> {
    flow.store()?;
    let Some((call, part)) = part_of_call(flow.facts, flow.facts.tree().unparen(row)) else { return Some(list([])) };
    let body = flow.body(flow.evaluated_in(call)?);
    let Some(call) = body.at(call).and_then(|at| body.call_at(at)) else { return Some(list([])) };
    let number = match part {
        Part::Receiver if call.has_receiver => 0,
        Part::Receiver => return Some(list([])),
        Part::Argument(number) => number as usize + usize::from(call.has_receiver),
    };
    let Some(argument) = body.list(call.args).get(number).copied() else { return Some(list([])) };
    let effects = effects_kept(flow, body, call);
    let own = effects.iter().filter(|one| one.verb == verb && one.sure && one.of == Bearer::Argument(argument));
    Some(list(own.map(|one| one.state)))
}

/// The states of the program as a whole that a call requires.
pub(crate) fn of_program(flow: Flow, verb: Verb, row: Node) -> Option<Known> {
    flow.store()?;
    let row = flow.facts.tree().unparen(row);
    let body = flow.body(flow.evaluated_in(row)?);
    let Some(call) = body.at(row).and_then(|at| body.call_at(at)) else { return Some(list([])) };
    let effects = effects_kept(flow, body, call);
    let own = effects.iter().filter(|one| one.verb == verb && one.sure && one.of == Bearer::Program);
    Some(list(own.map(|one| one.state)))
}

/// The states that the value of a row lacks as it was made, at least on some path.
pub(crate) fn lacked(flow: Flow, row: Node) -> Option<Known> {
    flow.store()?;
    match flow.value_at(row) {
        Some(at) => Some(list(lacked_by(flow, at))),
        None => flow.evaluated_in(row).map(|_| list([])),
    }
}

/// Where one of these states is established of the value of a row, or of the program, in the body around `scope`.
pub(crate) fn establishing(flow: Flow, of: Option<Node>, states: &Known, scope: Node) -> EventSet {
    let Some(body) = flow.body_around(scope) else { return EventSet::default() };
    let hole = match of {
        Some(row) => match flow.held_at(row) {
            Some(at) => Some(at),
            None => return EventSet::default(),
        },
        None => None,
    };
    let calls = concerned(flow, body);
    let mut set = EventSet::default();
    for state in &texts(states) {
        set = set.joined(&established(flow, body, &calls, state, hole));
    }
    set
}

/// What is learned of the states of a function.
pub(crate) fn of_function(flow: Flow, body: BodyId, key: FunctionKey, stage: Stage) -> Vec<Learned> {
    let calls = concerned(flow, body);
    let mut learned = Vec::new();
    if !calls.is_empty() {
        let bearers = bearers(flow, body, key);
        let verbs: &[Verb] = if stage == Stage::Changes { &[Verb::Establishes, Verb::Ends] } else { &[Verb::Requires] };
        for verb in verbs {
            for state in states_of(&calls, *verb) {
                for (entity, hole) in &bearers {
                    let answer = match verb {
                        Verb::Requires => requires(flow, body, &calls, state, *hole),
                        _ => changes(flow, body, &happening(flow, body, &calls, *verb, state, *hole)),
                    };
                    if answer != Tri::No {
                        learned.push((verb.fact(state), *entity, answer == Tri::Yes));
                    }
                }
            }
        }
    }
    if stage == Stage::Needs {
        learned.extend(lacking_results(flow, body, &calls, key));
    }
    if !learned.is_empty() {
        learned.push((CONCERNED.to_owned(), Entity::Func(key), true));
    }
    learned
}

/// What of a function can have states: the program, and each parameter with the value that it comes with.
fn bearers(flow: Flow, id: BodyId, key: FunctionKey) -> Vec<(Entity, Option<Located>)> {
    let body = flow.body(id);
    let params = (0..body.insts.len() as u32).map(Value).filter_map(|value| match body.op(value) {
        Op::Param(number) => Some((Entity::Param(key, number), Some(Located { body: id, value }))),
        _ => None,
    });
    std::iter::once((Entity::Func(key), None)).chain(params).collect()
}

/// Whether the events happen on every path to a return, or at least on some.
fn changes(flow: Flow, id: BodyId, events: &EventSet) -> Tri {
    if events.all().is_empty() {
        return Tri::No;
    }
    let to = Events::exit(Exits::RETURN);
    let question = Question { from: Start::Entry, to: &to, avoid: &events.sure, assume: &[] };
    match flow.paths(id).map(|paths| paths.some_path(flow.body(id), &question)) {
        Some(Answer::No) if !flow.body(id).partial => Tri::Yes,
        _ => Tri::Unknown,
    }
}

/// Whether some path from the entry leads to a call that requires the state, past none that may establish it.
fn requires(flow: Flow, id: BodyId, calls: &[Concerned], state: &str, of: Option<Located>) -> Tri {
    let needs = happening(flow, id, calls, Verb::Requires, state, of);
    if needs.sure.is_empty() {
        return Tri::No;
    }
    let mut before = established(flow, id, calls, state, of).all();
    if let Some(at) = of {
        before.insts.extend(flow.values(id).escapes(at.value).iter().map(|escape| escape.at));
    }
    // What is passed to who requires it has not left before.
    before.insts.retain(|at| !needs.sure.insts.contains(at));
    let question = Question { from: Start::Entry, to: &needs.sure, avoid: &before, assume: &[] };
    let answer = flow.paths(id).map(|paths| paths.some_path(flow.body(id), &question));
    Tri::of(!flow.body(id).partial && matches!(answer, Some(Answer::Yes(_))))
}

/// The results that lack states at some return.
fn lacking_results(flow: Flow, id: BodyId, calls: &[Concerned], key: FunctionKey) -> Vec<Learned> {
    let body = flow.body(id);
    let all = || (0..body.insts.len() as u32).map(Value);
    let mut made = Vec::new();
    if !all().any(|value| {
        made_lacking(flow, Located { body: id, value }, &mut made);
        !made.is_empty()
    }) {
        return Vec::new();
    }
    let mut learned: BTreeSet<(String, u32)> = BTreeSet::new();
    for at in all() {
        let Op::Return(results) = body.op(at) else { continue };
        for (number, value) in (0..).zip(body.list(results)) {
            let value = Located { body: id, value: *value };
            for state in lacked_by(flow, value) {
                let mut before = established(flow, id, calls, state, Some(value)).all();
                let escapes = flow.values(id).escapes(value.value);
                before.insts.extend(escapes.iter().map(|escape| escape.at).filter(|escape| *escape != at));
                let to = Events::at(at);
                let question = Question { from: Start::Entry, to: &to, avoid: &before, assume: &[] };
                let answer = flow.paths(id).map(|paths| paths.some_path(body, &question));
                if matches!(answer, Some(Answer::Yes(_))) && !body.partial {
                    learned.insert((lacking_fact(state), number));
                }
            }
        }
    }
    learned.into_iter().map(|(fact, number)| (fact, Entity::Result(key, number), true)).collect()
}

/// The states that calls have to do with in this way.
fn states_of<'f>(calls: &[Concerned<'f>], verb: Verb) -> BTreeSet<&'f str> {
    calls.iter().flat_map(|call| &call.effects).filter(|one| one.verb == verb).map(|one| one.state).collect()
}

/// Where a state of a value, or of the program, is established, or is known to hold.
fn established(flow: Flow, id: BodyId, calls: &[Concerned], state: &str, of: Option<Located>) -> EventSet {
    let mut set = happening(flow, id, calls, Verb::Establishes, state, of);
    let (Some(hole), Some(paths)) = (of, flow.paths(id)) else { return set };
    let body = flow.body(id);
    for condition in (0..body.insts.len() as u32).map(Value) {
        let Op::Call(call) = body.op(condition) else { continue };
        let call = body.call(call);
        for says in said_of_call(flow, body, call) {
            let Says::Guards(of, slot) = says else { continue };
            let is_it = |argument: &Value| {
                flow.values(id).same_across(Located { body: id, value: *argument }, hole) == Tri::Yes
            };
            if of == state && arguments(body, call, *slot).iter().any(is_it) {
                set.sure.edges.extend(paths.edges_of(body, condition, true));
            }
        }
    }
    set
}

/// Where calls have to do with a state of a value, or of the program, seen from one body.
fn happening(flow: Flow, id: BodyId, calls: &[Concerned], verb: Verb, state: &str, of: Option<Located>) -> EventSet {
    let mut happenings = Happenings::default();
    for call in calls {
        let answers = call.effects.iter().filter(|one| one.verb == verb && one.state == state).map(|effect| {
            let is_it = match (effect.of, of) {
                (Bearer::Program, None) => Tri::Yes,
                (Bearer::Argument(value), Some(hole)) => {
                    flow.values(call.body).same_across(Located { body: call.body, value }, hole)
                }
                _ => Tri::No,
            };
            if effect.sure && call.how != How::Go { is_it } else { is_it.and(Tri::Unknown) }
        });
        let answer = answers.fold(Tri::No, crate::value::or);
        if answer != Tri::No {
            let moment = if call.how == How::Defer { Moment::AtEnd } else { Moment::Here };
            happenings.add(call.body, Happening { at: call.at, moment, sure: answer == Tri::Yes });
        }
    }
    happenings.seen_from(flow, id)
}

/// The calls of a body, and of the literals in it, that have to do with states.
fn concerned<'f>(flow: Flow<'f>, id: BodyId) -> Vec<Concerned<'f>> {
    let outermost = flow.outwards(id).last();
    let bodies = flow.bodies.file.bodies().skip_while(|(own, _)| *own < id);
    let bodies = bodies.take_while(|(own, _)| flow.outwards(*own).last() == outermost);
    let mut found = Vec::new();
    let mut looked_at = 0;
    for (own, body) in bodies.filter(|(own, _)| flow.outwards(*own).any(|outer| outer == id)) {
        for at in (0..body.insts.len() as u32).map(Value) {
            let Some(call) = body.call_at(at) else { continue };
            looked_at += 1;
            if looked_at > MAX_CALLS {
                return found;
            }
            let effects = effects_kept(flow, body, call);
            if !effects.is_empty() {
                found.push(Concerned { body: own, at, how: call.how, effects });
            }
        }
    }
    found
}

/// The same as [`effects`]; most calls have none, which is found out once for each while a file is checked.
fn effects_kept<'f>(flow: Flow<'f>, body: &Body, call: &Call) -> Vec<Effect<'f>> {
    if flow.bodies.stateless.borrow().contains(&call.row) {
        return Vec::new();
    }
    let effects = effects(flow, body, call);
    // Where facts are still being found, there may be some later.
    let is_final = !flow.facts.is_in_hand();
    if effects.is_empty() && is_final {
        flow.bodies.stateless.borrow_mut().insert(call.row);
    }
    effects
}

/// What a call has to do with states: as models say, or else by the source of what it calls.
fn effects<'f>(flow: Flow<'f>, body: &Body, call: &Call) -> Vec<Effect<'f>> {
    let (mut effects, own) = (Vec::new(), said_of_call(flow, body, call));
    own.iter().for_each(|says| effects_said(body, call, says, &mut effects));
    let said: Vec<&str> = own.iter().filter_map(state_in).collect();
    let of_all_methods = said_of_receiver(flow, body, call).iter();
    let others = of_all_methods.filter(|says| state_in(says).is_some_and(|state| !said.contains(&state)));
    others.for_each(|says| effects_said(body, call, says, &mut effects));
    if let (Some(around), Some(rules)) = (flow.facts.around(), flow.facts.rules()) {
        let index = rules.model_index();
        if !index.state_facts().is_empty() {
            if effects.is_empty() {
                effects_by_source(flow, around, body, call, index, &mut effects);
            }
            effects_of_callbacks(flow, around, body, call, index, &mut effects);
        }
    }
    effects
}

/// The state that a property speaks of.
fn state_in(says: &Says) -> Option<&str> {
    match says {
        Says::Requires(state, _) | Says::Establishes(state, _) | Says::Ends(state, _) | Says::Guards(state, _) => {
            Some(state)
        }
        _ => None,
    }
}

fn effects_said<'f>(body: &Body, call: &Call, says: &'f Says, effects: &mut Vec<Effect<'f>>) {
    let (verb, state, slot) = match says {
        Says::Requires(state, slot) => (Verb::Requires, state, *slot),
        Says::Establishes(state, slot) => (Verb::Establishes, state, *slot),
        Says::Ends(state, slot) => (Verb::Ends, state, Some(*slot)),
        _ => return,
    };
    match slot {
        None => effects.push(Effect { verb, state, of: Bearer::Program, sure: true }),
        Some(slot) => {
            let arguments = arguments(body, call, slot).iter();
            effects.extend(arguments.map(|argument| Effect {
                verb,
                state,
                of: Bearer::Argument(*argument),
                sure: true,
            }));
        }
    }
}

fn effects_by_source<'f>(
    flow: Flow<'f>,
    around: &dyn Around,
    body: &Body,
    call: &Call,
    index: &'f ModelIndex,
    effects: &mut Vec<Effect<'f>>,
) {
    let Some(path) = flow.facts.location() else { return };
    let targets = around.callees(path, call.row);
    // Each with the number of its last parameter.
    let concerned = targets.functions.iter().filter(|function| is_concerned(around, function)).map(|function| {
        let last = around.param_count(function).and_then(|count| u32::try_from(count.checked_sub(1)?).ok());
        (*function, last)
    });
    let concerned: Vec<(FunctionKey, Option<u32>)> = concerned.collect();
    if concerned.is_empty() {
        return;
    }
    let are_all = targets.complete && concerned.len() == targets.functions.len();
    for StateFact { verb, state, fact } in index.state_facts() {
        let mut add = |of: Bearer, answer: Tri| {
            if answer != Tri::No {
                effects.push(Effect { verb: *verb, state, of, sure: answer == Tri::Yes });
            }
        };
        let of_functions = concerned.iter().map(|(function, _)| around.holds(fact, &Entity::Func(*function)));
        add(Bearer::Program, of_concerned(of_functions, are_all));
        for (number, argument) in (0..).zip(body.list(call.args)) {
            let of_params = concerned.iter().map(|(function, last)| {
                around.holds(fact, &Entity::Param(*function, last.map_or(number, |last| number.min(last))))
            });
            add(Bearer::Argument(*argument), of_concerned(of_params, are_all));
        }
    }
}

/// What holds of a call by the answers for the functions that have to do with states, which may be all that it can call.
fn of_concerned(mut answers: impl Iterator<Item = Tri>, are_all: bool) -> Tri {
    let first = answers.next().unwrap_or(Tri::No);
    match (first, answers.all(|one| one == first)) {
        (Tri::No, true) => Tri::No,
        (Tri::Yes, true) if are_all => Tri::Yes,
        _ => Tri::Unknown,
    }
}

/// What declared functions do that are passed to somebody who calls them.
fn effects_of_callbacks<'f>(
    flow: Flow<'f>,
    around: &dyn Around,
    body: &Body,
    call: &Call,
    index: &'f ModelIndex,
    effects: &mut Vec<Effect<'f>>,
) {
    for (number, argument) in body.list(call.args).iter().enumerate() {
        let Op::Func(object) = body.op(body.source_of(*argument)) else { continue };
        let key = flow.store().and_then(|store| FunctionKey::of_object(store, object));
        let Some(key) = key.filter(|key| is_concerned(around, key)) else { continue };
        let param = summary_of(flow, body, call).and_then(|known| known.params.get(number).or(known.params.last()));
        let is_called = param.is_some_and(|param| param.called == Often::Always && !param.spawned);
        for StateFact { verb, state, fact } in index.state_facts() {
            let answer = around.holds(fact, &Entity::Func(key));
            if answer != Tri::No {
                let sure = is_called && answer == Tri::Yes;
                effects.push(Effect { verb: *verb, state, of: Bearer::Program, sure });
            }
        }
    }
}

fn is_concerned(around: &dyn Around, function: &FunctionKey) -> bool {
    around.holds(CONCERNED, &Entity::Func(*function)) != Tri::No && around.has_source(function)
}

/// The states that a value lacks as it was made in this body, by what it may be a copy of.
fn lacked_by<'f>(flow: Flow<'f>, at: Located) -> BTreeSet<&'f str> {
    let mut states = Vec::new();
    let mut waiting = flow.values(at.body).sources(at.value).found;
    let mut steps = 0;
    while let Some(source) = waiting.pop() {
        steps += 1;
        if steps > MAX_MAKERS {
            break;
        }
        // What happened to a value on the way into a function literal is not known there.
        if source.body == at.body {
            made_lacking(flow, source, &mut states);
            waiting.extend(held_by_variable(flow, source));
        }
    }
    states.into_iter().collect()
}

/// What a variable in memory is given, of which a value is the address or the content.
fn held_by_variable(flow: Flow, at: Located) -> Vec<Located> {
    let body = flow.body(at.body);
    let (Op::Addr(place) | Op::Load(place)) = body.op(at.value) else { return Vec::new() };
    let Some((home, var)) = variable_at(flow, at.body, place) else { return Vec::new() };
    let definitions = flow.values(home).definitions_of(var).iter().copied();
    let given = definitions.filter_map(|definition| match flow.body(home).op(definition) {
        Op::Store(_, value) => Some(value),
        _ => None,
    });
    given.flat_map(|value| flow.values(home).sources(value).found).filter(|one| is_maker(flow, *one)).collect()
}

/// The variable that a place is, in the body that declares it.
fn variable_at(flow: Flow, id: BodyId, place: PlaceId) -> Option<(BodyId, rulec_flow::ir::VarId)> {
    let Place::Var(mut var) = flow.body(id).place(place) else { return None };
    let mut id = id;
    // Each step leads to a body farther out.
    while let Some((outer, own)) = flow.body(id).var(var).outer {
        (id, var) = (outer, own);
    }
    Some((id, var))
}

/// Whether an instruction makes a value, rather than reading one from somewhere.
fn is_maker(flow: Flow, at: Located) -> bool {
    !matches!(flow.body(at.body).op(at.value), Op::Addr(_) | Op::Load(_))
}

/// The states that what an instruction makes lacks.
fn made_lacking<'f>(flow: Flow<'f>, at: Located, states: &mut Vec<&'f str>) {
    let body = flow.body(at.body);
    match body.op(at.value) {
        Op::Composite(_) | Op::Zero | Op::New(_) => {
            // A nil pointer is no value of the type that it would point to.
            let ty = body.inst(at.value).ty;
            let is_pointer = flow
                .store()
                .is_some_and(|store| matches!(store.data(store.unalias(ty)), rulec_types::TypeData::Pointer(_)));
            if is_pointer == matches!(body.op(at.value), Op::New(_)) {
                states.extend(said_of_type(flow, ty).iter().filter_map(|says| match says {
                    Says::Lacks(state) => Some(state.as_str()),
                    _ => None,
                }));
            }
        }
        Op::Call(call) => result_lacking(flow, body, at.value, body.call(call), 0, states),
        Op::Extract(tuple, number) => {
            if let Op::Call(call) = body.op(tuple) {
                result_lacking(flow, body, tuple, body.call(call), number, states);
            }
        }
        _ => {}
    }
}

/// The states that a result of a call lacks.
fn result_lacking<'f>(flow: Flow<'f>, body: &Body, at: Value, call: &Call, number: u32, states: &mut Vec<&'f str>) {
    states.extend(said_at(flow, body, at).iter().filter_map(|says| match says {
        Says::ResultLacks(result, state) if *result == number => Some(state.as_str()),
        _ => None,
    }));
    let (Some(around), Some(rules), Some(path)) = (flow.facts.around(), flow.facts.rules(), flow.facts.location())
    else {
        return;
    };
    let targets = around.callees(path, call.row);
    let is_any = targets.complete && !targets.functions.is_empty();
    if !is_any || !targets.functions.iter().all(|function| is_concerned(around, function)) {
        return;
    }
    for state in rules.model_index().states() {
        let fact = lacking_fact(state);
        let lacks = |function: &FunctionKey| around.holds(&fact, &Entity::Result(*function, number)) == Tri::Yes;
        if targets.functions.iter().all(lacks) {
            states.push(state);
        }
    }
}

/// Names as a value: sorted, each once.
fn list<'s>(names: impl IntoIterator<Item = &'s str>) -> Known {
    let sorted: BTreeSet<&str> = names.into_iter().collect();
    Known::List(sorted.into_iter().map(|name| Known::Str(name.as_bytes().to_vec())).collect())
}

fn texts(list: &Known) -> Vec<String> {
    let text = |one: &Known| Some(one.text()?.into_owned());
    match list {
        Known::List(all) => all.iter().filter_map(text).collect(),
        one => text(one).into_iter().collect(),
    }
}
