//! Copies: whether two values are the same one, and what a value may be.

use super::numbering::summary_of;
use super::{Located, Values};
use crate::ir::{BodyId, Callee, Op, Place, Value, VarId};
use rulec_tree::Tri;
use rulec_types::Builtin;
use rustc_hash::{FxHashMap, FxHashSet};

/// How many values one question may look at.
const MAX_STEPS: usize = 20_000;

/// How many pairs of sources one question may compare.
const MAX_PAIRS: usize = 1_024;

/// How many bodies or conversions a value may be handed on through to stay the same.
const MAX_HANDS: usize = 64;

/// What a value may be a copy of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    /// Values that are no copies themselves, sorted.
    pub found: Vec<Located>,
    /// Whether these are all.
    pub complete: bool,
}

/// What an instruction hands on.
enum Hands {
    /// Nothing: it makes a value.
    Nothing,
    /// One or some of the values that were told, and nothing else.
    Only,
    /// These, or a value of its own.
    Also,
}

impl Values<'_> {
    /// Whether two values of this body are the same: through assignments, phis that agree, conversions that change
    /// nothing, interfaces and captured variables. Unknown if they are the same on some paths, or if memory, parameters
    /// or calls can have made them so.
    pub fn same(&self, a: Value, b: Value) -> Tri {
        self.same_across(self.locate(a), self.locate(b))
    }

    /// The same for values of any two bodies of the file.
    pub fn same_across(&self, a: Located, b: Located) -> Tri {
        if self.identity(a) == self.identity(b) {
            return Tri::Yes;
        }
        // From the identities on: what lies before them hands on one value only.
        let (a, b) = (self.identity(a), self.identity(b));
        let (a, b) = (self.within(a.body).sources(a.value), self.within(b.body).sources(b.value));
        if !a.complete || !b.complete || a.found.len() * b.found.len() > MAX_PAIRS {
            return Tri::Unknown;
        }
        let mut pairs = a.found.iter().flat_map(|a| b.found.iter().map(move |b| (*a, *b)));
        Tri::of(pairs.any(|(a, b)| self.may_coincide(a, b))).and(Tri::Unknown)
    }

    /// Whether two values can be the same.
    pub fn may_same(&self, a: Value, b: Value) -> bool {
        self.same(a, b) != Tri::No
    }

    /// What a value may be: the values that are handed on to it through variables, phis, conversions, interfaces,
    /// captured variables and calls that return what they are given.
    pub fn sources(&self, value: Value) -> Sources {
        let first = self.locate(value);
        let mut open = Vec::new();
        // Most values are made where they stand.
        if self.variable_read(value).is_none() && matches!(self.handed(value, &mut open), Hands::Nothing) {
            return Sources { found: vec![first], complete: true };
        }
        open.clear();
        open.push(first);
        let mut sources = Sources { found: Vec::new(), complete: true };
        let mut seen = FxHashSet::default();
        // What a variable is given is looked at once, and not for each read of it.
        let mut variables: FxHashMap<(BodyId, VarId), bool> = FxHashMap::default();
        while let Some(at) = open.pop() {
            if !seen.insert(at) {
                continue;
            }
            if let Some(var) = self.within(at.body).variable_read(at.value) {
                let all = *variables.entry(var).or_insert_with(|| {
                    let mut given = Vec::new();
                    let values = self.within(var.0);
                    let all = values.all_definitions(var.1, &mut given) && !given.is_empty();
                    open.extend(given);
                    all
                });
                if !all {
                    sources.found.push(at);
                }
                continue;
            }
            if seen.len() > MAX_STEPS {
                sources.complete = false;
                break;
            }
            match self.within(at.body).handed(at.value, &mut open) {
                Hands::Only => {}
                Hands::Nothing | Hands::Also => sources.found.push(at),
            }
        }
        sources.found.sort_unstable();
        sources
    }

    /// The value that this one always is, as far out as that can be told.
    pub(super) fn identity(&self, at: Located) -> Located {
        let mut at = at;
        for _ in 0..MAX_HANDS {
            let values = self.within(at.body);
            let value = values.root(at.value);
            at.value = value;
            let next = match values.body.op(value) {
                Op::Assign(_, x) | Op::Read(_, x) | Op::Narrow(x) | Op::Assert { x, comma: false } => {
                    Some(values.locate(x))
                }
                Op::Convert(x) if values.is_copy(x, value) => Some(values.locate(x)),
                Op::Extract(pair, 0) => match values.body.op(pair) {
                    Op::Assert { x, .. } => Some(values.locate(x)),
                    _ => None,
                },
                Op::Captured(var) => values.only_definition(var),
                Op::Load(place) => match values.body.place(place) {
                    Place::Var(var) => values.only_definition(var),
                    _ => None,
                },
                _ => None,
            };
            match next {
                Some(next) => at = next,
                None => break,
            }
        }
        at
    }

    fn is_copy(&self, from: Value, to: Value) -> bool {
        self.typed.hands_on(self.body.inst(from).ty, self.body.inst(to).ty)
    }

    /// Tells what an instruction hands on.
    fn handed(&self, value: Value, to: &mut Vec<Located>) -> Hands {
        let root = self.root(value);
        if root != value {
            to.push(self.locate(root));
            return Hands::Only;
        }
        match self.body.op(value) {
            Op::Assign(_, x) | Op::Read(_, x) | Op::Narrow(x) | Op::Assert { x, comma: false } => {
                to.push(self.locate(x));
                Hands::Only
            }
            Op::Convert(x) if self.is_copy(x, value) => {
                to.push(self.locate(x));
                Hands::Only
            }
            Op::Phi(_, list) | Op::Join(list) => {
                to.extend(self.body.list(list).iter().map(|operand| self.locate(*operand)));
                Hands::Only
            }
            Op::Call(_) => self.returned(value, 0, to),
            Op::Extract(tuple, number) => match self.body.op(tuple) {
                Op::Assert { x, .. } if number == 0 => {
                    to.push(self.locate(x));
                    Hands::Also
                }
                Op::Call(_) => self.returned(tuple, number, to),
                _ => Hands::Nothing,
            },
            _ => Hands::Nothing,
        }
    }

    /// Tells the arguments that a result of a call may be.
    fn returned(&self, call: Value, number: u32, to: &mut Vec<Located>) -> Hands {
        let Some(call) = self.body.call_at(call) else { return Hands::Nothing };
        let args = self.body.list(call.args);
        let copies = match call.callee {
            // The grown slice may be the old one.
            Callee::Builtin(Builtin::Append) => 1,
            _ => match summary_of(self.body, self.knowledge, call) {
                Some(summary) => summary.results.get(number as usize).map_or(0, |result| result.copies),
                None => 0,
            },
        };
        let copied = args.iter().enumerate().take(64).filter(|(arg, _)| copies >> arg & 1 == 1);
        to.extend(copied.map(|(_, arg)| self.locate(*arg)));
        if copies == 0 { Hands::Nothing } else { Hands::Also }
    }

    /// The variable, as the body that declares it knows it, that a value is read from as a whole: one that is captured
    /// or in memory, unless it is known what was stored there last.
    fn variable_read(&self, value: Value) -> Option<(BodyId, VarId)> {
        if self.root(value) != value {
            return None;
        }
        match self.body.op(value) {
            Op::Captured(var) => Some(self.declared(var)),
            Op::Load(place) => match self.body.place(place) {
                Place::Var(var) => Some(self.declared(var)),
                _ => None,
            },
            _ => None,
        }
    }

    /// The definition of a variable, if there is but one in all bodies and nobody has its address.
    pub(super) fn only_definition(&self, var: VarId) -> Option<Located> {
        let mut given = Vec::new();
        match (self.all_definitions(var, &mut given), given.as_slice()) {
            (true, [only]) => Some(*only),
            _ => None,
        }
    }

    /// Collects the definitions of a variable in all bodies that use it. False if there may be more.
    pub(super) fn all_definitions(&self, var: VarId, given: &mut Vec<Located>) -> bool {
        let mut known = true;
        for (body, var) in self.all_uses(var) {
            let values = self.within(body);
            let accesses = values.variables().of(var);
            known &= accesses.addresses.is_empty() && accesses.part_stores.is_empty() && !values.body.partial;
            given.extend(accesses.definitions.iter().map(|value| values.locate(*value)));
        }
        known
    }

    /// A variable as the body that declares it knows it.
    pub(super) fn declared(&self, var: VarId) -> (BodyId, VarId) {
        let (mut body, mut var) = (self.id, var);
        while let Some(outer) = self.within(body).body.vars.get(var.0 as usize).and_then(|var| var.outer) {
            (body, var) = outer;
        }
        (body, var)
    }

    /// A variable as each body that uses it knows it, the one that declares it first.
    pub(super) fn all_uses(&self, var: VarId) -> Vec<(BodyId, VarId)> {
        let mut all = vec![self.declared(var)];
        let mut next = 0;
        while let Some((body, var)) = all.get(next).copied() {
            all.extend_from_slice(self.captures().inner(body, var));
            next += 1;
        }
        all
    }

    /// Whether two different sources can be one value.
    fn may_coincide(&self, a: Located, b: Located) -> bool {
        if a == b {
            return true;
        }
        let origins = (self.origin(a), self.origin(b));
        // Asked first, as it is the cheaper question.
        if origins.0.excludes(origins.1) || origins.1.excludes(origins.0) {
            return false;
        }
        let ty = |at: Located| self.within(at.body).body.inst(at.value).ty;
        if self.typed.exclude(ty(a), ty(b)) {
            return false;
        }
        match origins {
            (Origin::Called, Origin::Called) => self.same_call(a, b),
            (Origin::Made | Origin::Called, Origin::Memory) => self.is_let_go(a),
            (Origin::Memory, Origin::Made | Origin::Called) => self.is_let_go(b),
            _ => true,
        }
    }

    /// Whether two results come from calls of one function with the same arguments: such a function may well return the
    /// same value again.
    fn same_call(&self, a: Located, b: Located) -> bool {
        let call = |at: Located| {
            let values = self.within(at.body);
            let call = match values.body.op(at.value) {
                Op::Extract(tuple, _) => values.body.call_at(tuple),
                _ => values.body.call_at(at.value),
            }?;
            let args = values.body.list(call.args).iter();
            Some((call.callee, args.map(|arg| self.identity(values.locate(*arg))).collect::<Vec<_>>()))
        };
        match (call(a), call(b)) {
            (Some((a, of_a)), Some((b, of_b))) => a == b && of_a == of_b,
            _ => true,
        }
    }

    /// Whether a value leaves the hands of its function, so that memory can hold it.
    fn is_let_go(&self, at: Located) -> bool {
        !self.within(at.body).escapes(at.value).is_empty()
    }

    pub(super) fn origin(&self, at: Located) -> Origin {
        let body = self.within(at.body).body;
        match body.op(at.value) {
            Op::Const(_) | Op::Nil | Op::Zero | Op::Func(_) => Origin::Constant,
            Op::New(_) | Op::Make(_) | Op::Composite(_) | Op::Closure(_) => Origin::Made,
            Op::Param(_) => Origin::Given,
            Op::Call(_) => Origin::Called,
            Op::Extract(tuple, _) if matches!(body.op(tuple), Op::Call(_)) => Origin::Called,
            _ => Origin::Memory,
        }
    }
}

/// Where a value that is no copy comes from.
#[derive(Clone, Copy)]
pub(super) enum Origin {
    /// It is written down.
    Constant,
    /// It is new.
    Made,
    /// It was there before the function was called.
    Given,
    /// A function returned it.
    Called,
    /// It was kept somewhere, or computed.
    Memory,
}

impl Origin {
    /// Whether nothing that comes from here is ever something else that comes from there; for one order of the two.
    fn excludes(self, other: Origin) -> bool {
        match self {
            Origin::Made => !matches!(other, Origin::Memory),
            Origin::Called => matches!(other, Origin::Given),
            Origin::Constant | Origin::Given | Origin::Memory => false,
        }
    }
}
