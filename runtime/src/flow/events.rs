//! Events: what may happen on a path through one function.
//!
//! Rows become instructions, edges and ends of the body that is asked about. What stands in a function literal happens where
//! the literal runs ([`super::literals`]). What may be an event, without being known to be one, is kept apart.

use super::literals::{self, Moment};
use super::{Flow, Rows};
use rulec_flow::ir::{BodyId, Op, Value, VarId};
use rulec_flow::paths::{Assumption, Events, Exits, Fact, Paths};
use rulec_flow::values::Located;
use rulec_plan::host::Tri;
use rulec_tree::Node;
use std::collections::BTreeMap;

/// Events of one body.
#[derive(Clone, Debug, Default)]
pub struct EventSet {
    /// The body; none for what fits any of them.
    pub(crate) body: Option<BodyId>,
    /// Those that are known to be events.
    pub(crate) sure: Events,
    /// Those that may be.
    pub(crate) maybe: Events,
    /// What holds on the paths that avoid these events.
    pub(crate) avoiding: Vec<Assumption>,
    /// Why there may be events that are not among these.
    pub(crate) unknown: Option<String>,
}

/// What happens at an instruction of a body.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Happening {
    pub(crate) at: Value,
    pub(crate) moment: Moment,
    pub(crate) sure: bool,
}

impl EventSet {
    fn unknown(reason: &str) -> EventSet {
        EventSet { unknown: Some(reason.to_owned()), ..EventSet::default() }
    }

    fn of(body: BodyId) -> EventSet {
        EventSet { body: Some(body), ..EventSet::default() }
    }

    pub(crate) fn add(&mut self, happening: Happening) {
        let events = if happening.sure { &mut self.sure } else { &mut self.maybe };
        match happening.moment {
            Moment::Here => events.insts.push(happening.at),
            Moment::AtEnd => events.defers.push(happening.at),
        }
    }

    /// All of them, those that may be events included.
    pub(crate) fn all(&self) -> Events {
        let mut all = self.sure.clone();
        all.join(&self.maybe);
        all
    }

    /// Both.
    pub(crate) fn joined(&self, other: &EventSet) -> EventSet {
        let mut joined = self.clone();
        joined.body = self.body.or(other.body);
        if self.body.is_some_and(|body| other.body.is_some_and(|other| other != body)) {
            return EventSet::unknown("this is about several functions");
        }
        joined.sure.join(&other.sure);
        joined.maybe.join(&other.maybe);
        for one in &other.avoiding {
            // Who avoids both branches never looks: nothing is known of the value.
            let before = joined.avoiding.len();
            joined.avoiding.retain(|known| !are_contrary(*known, *one));
            if joined.avoiding.len() == before {
                joined.avoiding.push(*one);
            }
        }
        joined.unknown = joined.unknown.or_else(|| other.unknown.clone());
        joined
    }

    /// Whether some of them are doubtful.
    pub(crate) fn has_doubts(&self) -> bool {
        let Events { insts, defers, edges, .. } = &self.maybe;
        !(insts.is_empty() && defers.is_empty() && edges.is_empty())
    }
}

/// The ends of a function: `return`, `panic`, `process`, `any`.
pub(crate) fn at_exit(which: &str) -> EventSet {
    let exits = match which {
        "return" => Exits::RETURN,
        "panic" => Exits::PANIC,
        "process" => Exits::PROCESS,
        _ => Exits::ANY,
    };
    EventSet { sure: Events::exit(exits), ..EventSet::default() }
}

/// Where these rows happen in the body around `scope`.
pub(crate) fn at_rows(flow: Flow, rows: &Rows, scope: Node) -> EventSet {
    let Some(body) = flow.body_around(scope) else { return EventSet::unknown("no function stands around this") };
    let mut happenings = Happenings::default();
    for (row, sure) in rows.iter() {
        if let Some(id) = flow.evaluated_in(row)
            && let Some((at, moment)) = happening_of(flow, id, row)
        {
            happenings.add(id, Happening { at, moment, sure });
        }
    }
    happenings.seen_from(flow, body)
}

/// What evaluates a row, and when that happens. Nothing for what another goroutine does or nobody.
fn happening_of(flow: Flow, id: BodyId, row: Node) -> Option<(Value, Moment)> {
    let (tree, body) = (flow.facts.tree(), flow.body(id));
    let row = tree.unparen(row);
    let Some(at) = body.at(row) else {
        // A statement with a body: control enters it where it reaches the first thing in it.
        return first_within(body, row, tree.end(row)).map(|at| (at, Moment::Here));
    };
    match body.op(at) {
        Op::Defer(call) if body.call(call).row == row => Some((at, Moment::AtEnd)),
        Op::Go(call) if body.call(call).row == row => None,
        _ => Some((at, Moment::Here)),
    }
}

/// The first instruction that evaluates something within these rows.
pub(crate) fn first_within(body: &rulec_flow::Body, first: Node, end: Node) -> Option<Value> {
    let from = body.rows.partition_point(|(row, _)| *row < first);
    let rows = body.rows.get(from..).unwrap_or(&[]);
    rows.iter().take_while(|(row, _)| *row < end).map(|(_, value)| *value).min()
}

/// What happens in several bodies.
#[derive(Default)]
pub(crate) struct Happenings {
    of_body: BTreeMap<BodyId, Vec<Happening>>,
}

impl Happenings {
    pub(crate) fn add(&mut self, body: BodyId, happening: Happening) {
        self.of_body.entry(body).or_default().push(happening);
    }

    /// What of all this happens in one body: its own, and that of the literals in it, where they run.
    pub(crate) fn seen_from(mut self, flow: Flow, body: BodyId) -> EventSet {
        // Literals come behind the bodies that they stand in.
        while let Some((id, happenings)) = self.of_body.pop_last() {
            let mut set = EventSet::of(id);
            happenings.into_iter().for_each(|happening| set.add(happening));
            if id == body {
                return set;
            }
            if id < body {
                break;
            }
            if let Some(outer) = flow.body(id).outer {
                for happening in literals::seen_from_outside(flow, outer, id, &set) {
                    self.add(outer, happening);
                }
            }
        }
        EventSet::of(body)
    }
}

/// What must be known of a value.
fn fact_named(which: &str) -> Fact {
    match which {
        "nil" => Fact::Nil,
        "not nil" => Fact::NotNil,
        "true" => Fact::True,
        _ => Fact::False,
    }
}

/// Whether one of these holds exactly where the other does not.
fn are_contrary(a: Assumption, b: Assumption) -> bool {
    match (a, b) {
        (Assumption::Nil(a), Assumption::NotNil(b)) | (Assumption::NotNil(a), Assumption::Nil(b)) => a == b,
        (Assumption::True(a), Assumption::False(b)) | (Assumption::False(a), Assumption::True(b)) => a == b,
        _ => false,
    }
}

/// What holds where a fact does not.
fn contrary(value: Value, fact: Fact) -> Assumption {
    match fact {
        Fact::Nil => Assumption::NotNil(value),
        Fact::NotNil => Assumption::Nil(value),
        Fact::True => Assumption::False(value),
        Fact::False => Assumption::True(value),
    }
}

/// The branches of the body around `scope` on which something is known of the value of a row, and the calls that return only if it
/// holds.
pub(crate) fn when(flow: Flow, row: Node, which: &str, scope: Node) -> EventSet {
    if flow.facts.text_of(row) == b"_" {
        return EventSet::default();
    }
    let (Some(body), Some(hole)) = (flow.body_around(scope), flow.held_at(row)) else {
        return EventSet::unknown("what this value is was not found");
    };
    let fact = fact_named(which);
    let (values, known) = (flow.values(body), flow.known_on_edges(body));
    let mut set = EventSet::of(body);
    let mut source = None;
    if hole.body == body {
        let of = flow.body(body).source_of(hole.value);
        set.sure.edges.extend_from_slice(known.edges_where(of, fact));
        set.avoiding.push(contrary(hole.value, fact));
        source = Some(of);
    }
    // Variables in static single assignment form are exact already.
    let others = if hole.body == body { known.in_memory() } else { known.all() };
    let is_hole = |value: Value| values.same_across(Located { body, value }, hole);
    for known in others.iter().filter(|known| known.fact == fact && Some(known.value) != source) {
        match is_hole(known.value) {
            Tri::Yes => set.sure.edges.push(known.edge),
            Tri::Unknown => set.maybe.edges.push(known.edge),
            Tri::No => {}
        }
    }
    let told = flow.paths(body).map_or(&[][..], Paths::told_by_calls);
    for (call, value, _) in told.iter().filter(|(_, _, told)| *told == fact) {
        let of = flow.body(body).source_of(*value);
        let is_exact = source.is_some() && !matches!(flow.body(body).op(of), Op::Load(_) | Op::Captured(_));
        let same = if is_exact { Tri::of(Some(of) == source) } else { is_hole(*value) };
        match same {
            Tri::Yes => set.sure.insts.push(*call),
            Tri::Unknown => set.maybe.insts.push(*call),
            Tri::No => {}
        }
    }
    set
}

/// The branches of the body around `scope` on which one of these conditions is true, or false.
pub(crate) fn when_rows(flow: Flow, rows: &Rows, truth: bool, scope: Node) -> EventSet {
    let Some(id) = flow.body_around(scope) else { return EventSet::unknown("no function stands around this") };
    let (mut set, body) = (EventSet::of(id), flow.body(id));
    let Some(paths) = flow.paths(id) else { return set };
    for (row, sure) in rows.iter().filter(|(row, _)| flow.evaluated_in(*row) == Some(id)) {
        let Some(condition) = body.at(flow.facts.tree().unparen(row)) else { continue };
        let edges = if sure { &mut set.sure.edges } else { &mut set.maybe.edges };
        edges.extend(paths.edges_of(body, condition, truth));
    }
    set
}

/// Where the value of a row escapes in the body around `scope`.
pub(crate) fn escapes(flow: Flow, row: Node, scope: Node) -> EventSet {
    if flow.facts.text_of(row) == b"_" {
        return EventSet::default();
    }
    let (Some(body), Some(hole)) = (flow.body_around(scope), flow.held_at(row)) else {
        return EventSet::unknown("what this value is was not found");
    };
    let mut happenings = Happenings::default();
    for escape in flow.values(hole.body).escapes(hole.value) {
        happenings.add(hole.body, Happening { at: escape.at, moment: Moment::Here, sure: true });
    }
    happenings.seen_from(flow, body)
}

/// Where the variable that a row names is assigned, or read, in the body around `scope`.
pub(crate) fn uses_of_variable(flow: Flow, row: Node, scope: Node, read: bool) -> EventSet {
    let row = flow.facts.tree().unparen(row);
    let (Some(body), Some(object)) = (flow.body_around(scope), flow.facts.object_id(row)) else {
        return EventSet::unknown("only variables are assigned and read");
    };
    let own = flow.value_at(row);
    let mut happenings = Happenings::default();
    for (id, inner) in flow.bodies.file.bodies().filter(|(id, _)| flow.outwards(*id).any(|outer| outer == body)) {
        let values = flow.values(id);
        let vars = inner.vars.iter().zip(0..).filter(|(var, _)| var.object == object);
        for (_, number) in vars {
            let var = VarId(number);
            let accesses = if read { values.reads_of(var) } else { values.definitions_of(var) };
            for at in accesses.iter().filter(|at| own.is_none_or(|own| (own.body, own.value) != (id, **at))) {
                happenings.add(id, Happening { at: *at, moment: Moment::Here, sure: true });
            }
        }
    }
    happenings.seen_from(flow, body)
}
