//! Taint: values that nobody may trust, on their way from where they come from.
//!
//! Models say what is a source of which kind, what cleans it and which conditions vouch for it. A value is tainted if it is
//! computed from a source with nothing that cleans it in between, and if no condition that vouches for one of the values on
//! the way holds on every path to it. Functions that return such values are sources themselves: they are found package by
//! package, as facts are.

use super::calls::part_of_call;
use super::models::{arguments, is_in, said_at, said_of_call};
use super::trace::{TraceStep, code};
use super::{Flow, Trace};
use rulec_calls::{Entity, FunctionKey};
use rulec_flow::Body;
use rulec_flow::ir::{BodyId, Op, Place, PlaceId, Value};
use rulec_flow::model::Says;
use rulec_flow::paths::{Answer, Events, Question, Start};
use rulec_flow::values::{Located, Trace as Walk};
use rulec_plan::host::Tri;
use rulec_tree::Node;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// The name of the fact that a function returns values of a kind. No rule can have a name with a space.
pub(crate) fn fact_name(taint: Taint) -> String {
    match taint.purpose {
        Some(purpose) => format!("source {} for {purpose}", taint.kind),
        None => format!("source {}", taint.kind),
    }
}

/// What values are tainted by: a kind of source. What is meant for a *purpose* is safe also by what makes it safe for that:
/// text that is quoted for SQL can stand in a query, wherever it comes from.
#[derive(Clone, Copy)]
pub(crate) struct Taint<'n> {
    kind: &'n str,
    purpose: Option<&'n str>,
}

impl<'n> Taint<'n> {
    /// By its name: `http_input`, or `http_input for sql`. Kinds and purposes are single words.
    pub(crate) fn named(name: &'n str) -> Taint<'n> {
        match name.split_once(" for ") {
            Some((kind, purpose)) => Taint { kind, purpose: Some(purpose) },
            None => Taint { kind: name, purpose: None },
        }
    }

    /// Whether what is safe for this is safe.
    fn is_mended_by(self, safe_for: &str) -> bool {
        safe_for == self.kind || Some(safe_for) == self.purpose
    }
}

/// The way on which a value of this kind comes to a row.
pub(crate) fn tainted(flow: Flow, row: Node, taint: Taint) -> Trace {
    let Some(at) = flow.value_at(row) else {
        return Trace::unknown("this is not evaluated by a function of this file");
    };
    let (answer, way) = traced(flow, at, taint);
    match answer {
        Tri::No => Trace::none(),
        _ if is_guarded(flow, at, &way, taint) => Trace::none(),
        Tri::Unknown => Trace::unknown("it is not known what this value is made from"),
        Tri::Yes => Trace::found(flow, steps(flow, &way)),
    }
}

/// Whether a row is an argument or the receiver of a call for which models say `sink` of this kind.
pub(crate) fn is_sink(flow: Flow, row: Node, kind: &str) -> Tri {
    let Some((call, part)) = part_of_call(flow.facts, flow.facts.tree().unparen(row)) else { return Tri::No };
    let (Some(_), Some(id)) = (flow.store(), flow.evaluated_in(call)) else { return Tri::Unknown };
    let body = flow.body(id);
    let Some(call) = body.calls.iter().find(|one| one.row == call) else { return Tri::No };
    let says_so = |says: &Says| matches!(says, Says::Sink(of, slot) if of == kind && is_in(part, *slot));
    Tri::of(said_of_call(flow, body, call).iter().any(says_so))
}

/// Whether a result of a function is of this kind.
pub(crate) fn returns(flow: Flow, id: BodyId, taint: Taint) -> Vec<(u32, Tri)> {
    let body = flow.body(id);
    let mut found: FxHashMap<u32, Tri> = FxHashMap::default();
    for at in (0..body.insts.len() as u32).map(Value) {
        let Op::Return(results) = body.op(at) else { continue };
        for (number, value) in (0..).zip(body.list(results)) {
            let own = Located { body: id, value: *value };
            let (answer, way) = traced(flow, own, taint);
            if answer != Tri::No && !is_guarded(flow, Located { body: id, value: at }, &way, taint) {
                let known = found.entry(number).or_insert(answer);
                *known = crate::value::or(*known, answer);
            }
        }
    }
    found.into_iter().collect()
}

/// Of these names of taints those of which a body calls or reads anything that may be a source.
pub(crate) fn sources_within<'n>(flow: Flow, id: BodyId, names: &'n BTreeSet<String>) -> Vec<Taint<'n>> {
    let body = flow.body(id);
    let mut missing: Vec<Taint> = names.iter().map(|name| Taint::named(name)).collect();
    let mut found = Vec::new();
    for at in (0..body.insts.len() as u32).map(Value) {
        if missing.is_empty() {
            break;
        }
        let origin = Origin::of(flow, id, at);
        found.extend(missing.extract_if(.., |taint| origin.is_source_of(flow, *taint) != Tri::No));
    }
    found
}

fn traced(flow: Flow, at: Located, taint: Taint) -> (Tri, Vec<Located>) {
    let found = flow.values(at.body).trace(at.value, &mut |from| {
        let body = flow.body(from.body);
        if cleans(flow, body, from.value, taint) {
            return Walk::Stop;
        }
        match source_at(flow, from.body, from.value, taint) {
            Tri::Yes => Walk::Found,
            Tri::Unknown => Walk::Maybe,
            Tri::No => Walk::GoOn,
        }
    });
    (found.answer, found.way)
}

/// Whether an instruction makes a value of this kind out of nothing.
fn source_at(flow: Flow, id: BodyId, at: Value, taint: Taint) -> Tri {
    Origin::of(flow, id, at).is_source_of(flow, taint)
}

/// Where a value comes from that may be a source: what models say of it, and which functions return it.
struct Origin<'f> {
    said: &'f [Says],
    /// What a call may call, and the number of its result.
    returned: Option<(Vec<FunctionKey>, u32)>,
    /// What is read from, in this body.
    loaded: Option<(BodyId, PlaceId)>,
}

impl<'f> Origin<'f> {
    fn of(flow: Flow<'f>, id: BodyId, at: Value) -> Origin<'f> {
        let body = flow.body(id);
        let (made_by, number) = made_by(body, at);
        let mut origin = Origin { said: said_at(flow, body, made_by), returned: None, loaded: None };
        match body.op(made_by) {
            Op::Call(call) => {
                if let (Some(around), Some(path)) = (flow.facts.around(), flow.facts.location()) {
                    origin.returned = Some((around.callees(path, body.call(call).row).functions, number));
                }
            }
            Op::Load(place) => origin.loaded = Some((id, place)),
            _ => {}
        }
        origin
    }

    fn is_source_of(&self, flow: Flow, taint: Taint) -> Tri {
        if self.said.iter().any(|says| matches!(says, Says::Source(of) if of == taint.kind)) {
            return Tri::Yes;
        }
        match (&self.returned, self.loaded) {
            (Some((functions, number)), _) => returned_source(flow, functions, *number, taint),
            (_, Some((id, place))) => Tri::of(is_filled(flow, id, place, taint.kind)),
            _ => Tri::No,
        }
    }
}

/// The instruction that a value is a result of, and which one: the call, for one of several results.
fn made_by(body: &Body, at: Value) -> (Value, u32) {
    match body.op(at) {
        Op::Extract(tuple, number) if matches!(body.op(tuple), Op::Call(_)) => (tuple, number),
        _ => (at, 0),
    }
}

/// Whether one of these functions returns values of this kind as this result.
fn returned_source(flow: Flow, functions: &[FunctionKey], number: u32, taint: Taint) -> Tri {
    let Some(around) = flow.facts.around().filter(|_| !functions.is_empty()) else { return Tri::No };
    let fact = fact_name(taint);
    let answers = functions.iter().map(|function| match around.holds(&fact, &Entity::Result(*function, number)) {
        // Functions without source are known by models.
        Tri::Unknown if around.param_count(function).is_none() => Tri::No,
        answer => answer,
    });
    answers.fold(Tri::No, crate::value::or)
}

/// Whether a call fills a place with values of this kind.
fn is_filled(flow: Flow, id: BodyId, place: PlaceId, kind: &str) -> bool {
    let filled = flow.filled(id);
    !filled.is_empty() && {
        let root = root_of(flow.body(id), place);
        filled.iter().any(|(place, of)| *place == root && of == kind)
    }
}

/// The variables that the calls of a body fill with values from outside, and of which kinds these are.
pub(crate) fn filled(flow: Flow, id: BodyId) -> Vec<(Place, String)> {
    let body = flow.body(id);
    let mut filled = Vec::new();
    for call in &body.calls {
        for says in said_of_call(flow, body, call) {
            let Says::SourceIn(kind, slot) = says else { continue };
            let places =
                arguments(body, call, *slot).iter().filter_map(|argument| match body.op(body.source_of(*argument)) {
                    Op::Addr(place) => Some(root_of(body, place)),
                    _ => None,
                });
            filled.extend(places.map(|place| (place, kind.clone())));
        }
    }
    filled
}

/// The variable that a place is part of.
fn root_of(body: &Body, mut place: PlaceId) -> Place {
    while let Place::Field(of, _) | Place::Elem(of, _) = body.place(place) {
        place = of;
    }
    body.place(place)
}

/// Whether an instruction calls a function, or reads a field, that is safe whatever it is made from.
fn cleans(flow: Flow, body: &Body, at: Value, taint: Taint) -> bool {
    let (made_by, _) = made_by(body, at);
    said_at(flow, body, made_by).iter().any(|says| matches!(says, Says::Sanitizes(of) if taint.is_mended_by(of)))
}

/// Whether a condition that vouches for a value on the way holds on every path to its end.
fn is_guarded(flow: Flow, at: Located, way: &[Located], taint: Taint) -> bool {
    let (body, values) = (flow.body(at.body), flow.values(at.body));
    let Some(paths) = flow.paths(at.body) else { return false };
    let mut guards = Events::none();
    for condition in (0..body.insts.len() as u32).map(Value) {
        let Op::Call(call) = body.op(condition) else { continue };
        let call = body.call(call);
        for says in said_of_call(flow, body, call) {
            let Says::Guards(of, slot) = says else { continue };
            let vouches = |argument: &Value| {
                way.iter().any(|one| one.body == at.body && values.same(*argument, one.value) == Tri::Yes)
            };
            if taint.is_mended_by(of) && arguments(body, call, *slot).iter().any(vouches) {
                guards.edges.extend(paths.edges_of(body, condition, true));
            }
        }
    }
    let to = Events::at(at.value);
    let question = Question { from: Start::Entry, to: &to, avoid: &guards, assume: &[] };
    !guards.edges.is_empty() && matches!(paths.some_path(body, &question), Answer::No)
}

/// The way from the source on.
fn steps(flow: Flow, way: &[Located]) -> Vec<TraceStep> {
    let rows = way.iter().rev().map(|one| flow.body(one.body).inst(one.value).row);
    let texts = rows.enumerate().map(|(number, row)| TraceStep {
        row: row.0,
        at_end: false,
        text: match number {
            0 => format!("`{}` comes from outside", code(flow, row)),
            _ => "it gets here".to_owned(),
        },
    });
    texts.collect()
}
