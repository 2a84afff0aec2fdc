//! What models say of what code names: functions that are called, fields, types.
//!
//! In: the models of all programs of a run, and places in code. Out: the properties that models state there.
//!
//! **Absent:** what follows from them: of values that nobody may trust in [`super::taint`], of states in [`super::states`].

use super::Flow;
use super::calls::{Part, part_of_call};
use super::named::{name_at, name_of_callee, name_of_type};
use super::states::StateFact;
use crate::value::Value as Known;
use rulec_flow::Body;
use rulec_flow::ir::{Call, Callee, Value};
use rulec_flow::model::{Model, Says, Slot};
use rulec_plan::host::Tri;
use rulec_tree::{Kind, Node};
use rulec_types::Ty;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;

/// What models say, by the full names of functions, methods, fields and types: `net/http.Request.FormValue`.
#[derive(Debug, Default)]
pub(crate) struct ModelIndex {
    of: FxHashMap<String, Vec<Says>>,
    /// The last parts of the full names: most names are none of these.
    last_parts: FxHashSet<String>,
    kinds: BTreeSet<String>,
    states: BTreeSet<String>,
    state_facts: Vec<StateFact>,
    /// By the full names of types, the fields of which something is said.
    fields: FxHashMap<String, BTreeSet<String>>,
}

impl ModelIndex {
    /// The models of all programs of a run.
    pub(crate) fn new<'m>(models: impl IntoIterator<Item = &'m Model>) -> ModelIndex {
        let mut index = ModelIndex::default();
        for model in models {
            let subject = &model.subject;
            let owner = format!("{}.{}", subject.package, subject.name);
            for says in &model.says {
                match says {
                    Says::Source(kind) | Says::SourceIn(kind, _) => drop(index.kinds.insert(kind.clone())),
                    Says::Requires(state, _) => drop(index.states.insert(state.clone())),
                    _ => {}
                }
            }
            index.last_parts.insert(subject.member.as_ref().unwrap_or(&subject.name).clone());
            let name = match &subject.member {
                Some(member) => {
                    index.fields.entry(owner.clone()).or_default().insert(member.clone());
                    format!("{owner}.{member}")
                }
                None => owner,
            };
            index.of.entry(name).or_default().extend(model.says.iter().cloned());
        }
        index.state_facts = StateFact::all(&index.states);
        index
    }

    /// The kinds of values that there are sources of.
    pub(crate) fn kinds(&self) -> impl Iterator<Item = &str> {
        self.kinds.iter().map(String::as_str)
    }

    /// The states that something requires. Others change nothing.
    pub(crate) fn states(&self) -> impl Iterator<Item = &str> {
        self.states.iter().map(String::as_str)
    }

    /// What functions can have to do with these states.
    pub(crate) fn state_facts(&self) -> &[StateFact] {
        &self.state_facts
    }

    fn of(&self, name: &str) -> &[Says] {
        self.of.get(name).map_or(&[], Vec::as_slice)
    }
}

/// What is said of the function that a call calls.
pub(crate) fn said_of_call<'f>(flow: Flow<'f>, body: &Body, call: &Call) -> &'f [Says] {
    said_of(flow, name_of_callee(flow, body, call, &|name| is_last_part(flow, name)))
}

/// What is said of what an instruction calls or reads.
pub(crate) fn said_at<'f>(flow: Flow<'f>, body: &Body, at: Value) -> &'f [Says] {
    said_of(flow, name_at(flow, body, at, &|name| is_last_part(flow, name)))
}

/// What is said of a declared type, a pointer to it looked through. Nothing in the package that declares it: there its
/// values are made.
pub(crate) fn said_of_type(flow: Flow<'_>, ty: Ty) -> &[Says] {
    match name_of_type(flow, ty, &|name| is_last_part(flow, name)) {
        Some((package, name)) if flow.facts.types().is_ok_and(|types| types.package() != package) => {
            said_of(flow, Some(name))
        }
        _ => &[],
    }
}

/// What is said of the type of the receiver of a method that is called: it holds for all of its methods.
pub(crate) fn said_of_receiver<'f>(flow: Flow<'f>, body: &Body, call: &Call) -> &'f [Says] {
    let receiver = body.list(call.args).first().filter(|_| call.has_receiver);
    let declared = match call.callee {
        // Promoted methods are those of the type that declares them.
        Callee::Func(function) => flow.store().and_then(|store| Some(store.object(function).receiver()?.0)),
        _ => receiver.map(|receiver| body.inst(*receiver).ty),
    };
    receiver.and(declared).map_or(&[], |ty| said_of_type(flow, ty))
}

/// The arguments that a slot means.
pub(crate) fn arguments<'b>(body: &'b Body, call: &Call, slot: Slot) -> &'b [Value] {
    let all = body.list(call.args);
    let behind = usize::from(call.has_receiver);
    match slot {
        Slot::Receiver => all.get(..behind).unwrap_or(&[]),
        Slot::Arg(number) => {
            let at = behind + number as usize;
            all.get(at..=at).unwrap_or(&[])
        }
        Slot::From(number) => all.get(behind + number as usize..).unwrap_or(&[]),
    }
}

/// Whether a part of a call is in a slot.
pub(crate) fn is_in(part: Part, slot: Slot) -> bool {
    match (part, slot) {
        (Part::Receiver, Slot::Receiver) => true,
        (Part::Argument(number), Slot::Arg(wanted)) => number == wanted,
        (Part::Argument(number), Slot::From(first)) => number >= first,
        _ => false,
    }
}

/// Whether a row is what something takes as a value of this kind: an argument, or what a field is given.
pub(crate) fn takes(flow: Flow, row: Node, kind: &str) -> Tri {
    if flow.store().is_none() {
        return Tri::Unknown;
    }
    let row = flow.facts.tree().unparen(row);
    if let Some((call, part)) = part_of_call(flow.facts, row) {
        return said_of_part(
            flow,
            call,
            &|says| matches!(says, Says::Takes(of, Some(slot)) if of == kind && is_in(part, *slot)),
        );
    }
    let field = given_field(flow, row).and_then(|(owner, name)| {
        let (_, owner) = name_of_type(flow, owner, &|_| true)?;
        is_last_part(flow, &name).then(|| format!("{owner}.{name}"))
    });
    Tri::of(said_of(flow, field).iter().any(|says| matches!(says, Says::Takes(of, None) if of == kind)))
}

/// Whether models say of what a call calls that it may panic.
pub(crate) fn may_panic(flow: Flow, call: Node) -> Tri {
    said_of_part(flow, flow.facts.tree().unparen(call), &|says| matches!(says, Says::MayPanic))
}

fn said_of_part(flow: Flow, call: Node, says_so: &dyn Fn(&Says) -> bool) -> Tri {
    let (Some(_), Some(id)) = (flow.store(), flow.evaluated_in(call)) else { return Tri::Unknown };
    let body = flow.body(id);
    let found = body.at(call).and_then(|at| body.call_at(at));
    Tri::of(found.is_some_and(|call| said_of_call(flow, body, call).iter().any(says_so)))
}

/// The fields of a type of which models say that their zero value means this.
pub(crate) fn zero_means(flow: Flow, ty: Ty, meaning: &str) -> Option<Known> {
    let rules = flow.facts.rules().filter(|_| flow.store().is_some())?;
    if ty.is_unknown() {
        return None;
    }
    let owner = name_of_type(flow, ty, &|_| true).map(|(_, name)| name);
    let fields = owner.iter().filter_map(|owner| Some((owner, rules.model_index().fields.get(owner)?)));
    let fields = fields.flat_map(|(owner, fields)| fields.iter().map(move |field| (format!("{owner}.{field}"), field)));
    let says_so = |says: &Says| matches!(says, Says::ZeroMeans(of) if of == meaning);
    let named = fields.filter(|(name, _)| rules.model_index().of(name).iter().any(says_so));
    Some(Known::List(named.map(|(_, field)| Known::Str(field.as_bytes().to_vec())).collect()))
}

/// The struct type and the name of the field that a row is the value for: in `T{F: row}`, `x.F = row` and its like.
fn given_field(flow: Flow, row: Node) -> Option<(Ty, String)> {
    let (tree, types) = (flow.facts.tree(), flow.facts.types().ok()?);
    let parent = tree.parent(row);
    if tree.kind(parent) == Kind::KeyValue && tree.slot(parent, 1) == row {
        let literal = tree.parent(parent);
        let name = String::from_utf8_lossy(flow.facts.text_of(tree.slot(parent, 0))).into_owned();
        return (tree.kind(literal) == Kind::CompositeLit).then(|| (types.ty(literal), name));
    }
    let assignment = tree.parent(parent);
    if tree.kind(parent) != Kind::List || tree.kind(assignment) != Kind::Assign || tree.slot(assignment, 1) != parent {
        return None;
    }
    let number = tree.children(parent).position(|value| value == row)?;
    let target = tree.unparen(tree.children(tree.slot(assignment, 0)).nth(number)?);
    (tree.kind(target) == Kind::Selector).then_some(())?;
    let name = String::from_utf8_lossy(flow.facts.text_of(tree.slot(target, 1))).into_owned();
    Some((types.ty(tree.slot(target, 0)), name))
}

fn said_of(flow: Flow<'_>, name: Option<String>) -> &[Says] {
    match (flow.facts.rules(), name) {
        (Some(rules), Some(name)) => rules.model_index().of(&name),
        _ => &[],
    }
}

/// Whether models speak of anything with this last part of its name.
fn is_last_part(flow: Flow, name: &str) -> bool {
    flow.facts.rules().is_some_and(|rules| rules.model_index().last_parts.contains(name))
}
