//! Where a value goes that its function no longer has the only say about.
//!
//! A walk from the value forward: through copies, through what holds it (composites, local variables, the closures that
//! capture it) and into function literals. What reaches a caller, memory that others see, a channel, a goroutine, or a
//! function that keeps it or is not known, has escaped. Methods that are called on it, comparisons and functions that
//! are known to keep nothing are no escapes, and neither is a literal that is called where it stands, or deferred, and
//! lets nothing out itself.

use super::copies::Origin;
use super::numbering::summary_of;
use super::{Located, Values};
use crate::ir::{BodyId, Call, CallId, Callee, How, Op, Place, PlaceId, Value, VarId};
use rulec_types::Builtin;
use rustc_hash::FxHashSet;

/// How many values one question may look at.
const MAX_STEPS: usize = 20_000;

/// One way on which a value leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Escape {
    /// The instruction of the body asked about at which it leaves: for what a literal does, where the literal is made.
    pub at: Value,
    /// How.
    pub how: EscapeKind,
    /// The instruction that lets it out, if that is in a function literal.
    pub inner: Option<Located>,
}

/// How a value leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EscapeKind {
    /// `return x`
    Returned,
    /// `panic(x)`
    Panicked,
    /// It is stored in a place that others may see.
    Stored(Keeper),
    /// `ch <- x`
    Sent,
    /// A function literal captures it that runs in a goroutine.
    CapturedByGo(BodyId),
    /// A function literal captures it that is itself returned, stored, or passed to somebody who keeps it or is unknown.
    CapturedAndKept(BodyId),
    /// It is passed to a function that keeps it, or of which nothing is known.
    Passed {
        /// The call.
        call: CallId,
        /// The number of the argument, the receiver counted.
        arg: u32,
    },
    /// It is passed to a function that runs in a goroutine, or that gives it to one.
    Spawned {
        /// The call.
        call: CallId,
        /// The number of the argument, the receiver counted.
        arg: u32,
    },
    /// There is no knowing: the code is not understood or the budget has run out.
    Unknown,
}

/// What keeps a value that is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Keeper {
    /// A field of a struct that others may have.
    Field,
    /// A variable of a package.
    Global,
    /// An element of a slice or array.
    Element,
    /// An element of a map.
    MapElement,
    /// What a pointer points to.
    Pointer,
    /// A variable of a function around the literal asked about.
    Outer,
}

impl Values<'_> {
    /// The ways on which a value leaves anywhere in the body, sorted, whether asked of its definition or of a use. A value
    /// that is handed on to another variable has not left; what that one does counts.
    pub fn escapes(&self, value: Value) -> Vec<Escape> {
        let first = self.identity(self.locate(value));
        let value = if first.body == self.id { first.value } else { self.root(value) };
        Walk {
            start: *self,
            seen: FxHashSet::default(),
            variables: FxHashSet::default(),
            open: Vec::new(),
            found: Vec::new(),
        }
        .run(value)
    }
}

/// A value that is the one asked about, or holds it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Item {
    at: Located,
    /// Whether it holds it rather than is it.
    holds: bool,
    /// The function literal by which it is held, if it is one.
    closure: Option<BodyId>,
}

struct Walk<'a> {
    start: Values<'a>,
    seen: FxHashSet<Item>,
    /// Variables, as the bodies that declare them know them, that hold the value: as it is, or in a part.
    variables: FxHashSet<(BodyId, VarId, bool)>,
    open: Vec<Item>,
    found: Vec<Escape>,
}

impl<'a> Walk<'a> {
    fn run(mut self, value: Value) -> Vec<Escape> {
        self.follow(Item { at: self.start.locate(value), holds: false, closure: None });
        while let Some(item) = self.open.pop() {
            if self.seen.len() > MAX_STEPS {
                self.found.push(Escape { at: value, how: EscapeKind::Unknown, inner: None });
                break;
            }
            let values = self.start.within(item.at.body);
            for user in values.uses_of(item.at.value) {
                self.use_of(values, item, *user);
            }
        }
        self.found.sort_unstable();
        self.found.dedup();
        self.found
    }

    fn follow(&mut self, item: Item) {
        if self.seen.insert(item) {
            self.open.push(item);
        }
    }

    /// Follows another value that is what the item is.
    fn same(&mut self, values: Values<'a>, item: Item, value: Value) {
        self.follow(Item { at: values.locate(value), ..item });
    }

    /// Follows another value that holds the item.
    fn holder(&mut self, values: Values<'a>, item: Item, value: Value) {
        self.follow(Item { at: values.locate(value), holds: true, ..item });
    }

    fn escaped(&mut self, values: Values<'a>, item: Item, at: Value, how: EscapeKind) {
        let how = match (item.closure, how) {
            (Some(by), EscapeKind::Spawned { .. }) => EscapeKind::CapturedByGo(by),
            (Some(by), _) => EscapeKind::CapturedAndKept(by),
            (None, how) => how,
        };
        let at = values.locate(at);
        let inner = (at.body != self.start.id).then_some(at);
        self.found.push(Escape { at: self.seen_from_start(at), how, inner });
    }

    /// The instruction of the body asked about by which another one is there.
    fn seen_from_start(&self, at: Located) -> Value {
        let mut place = at;
        while place.body != self.start.id {
            match self.start.captures().made(place.body) {
                Some(made) => place = made,
                None => return Value(0),
            }
        }
        place.value
    }

    fn use_of(&mut self, values: Values<'a>, item: Item, user: Value) {
        let x = item.at.value;
        let body = values.body;
        match body.op(user) {
            Op::Assign(var, _) => {
                self.same(values, item, user);
                self.captured(values, item, var);
            }
            Op::Read(..) | Op::Phi(..) | Op::Join(_) | Op::Narrow(_) | Op::Convert(_) | Op::Assert { .. } => {
                self.same(values, item, user);
            }
            Op::Extract(_, number) => {
                let element = item.holds && matches!(body.op(x), Op::Range(_) | Op::Lookup { .. } | Op::Receive { .. });
                if element || number == 0 && matches!(body.op(x), Op::Assert { .. }) {
                    self.same(values, item, user);
                }
            }
            Op::Slice(of, _) if of == x => self.same(values, item, user),
            Op::MethodValue { .. } | Op::Composite(_) | Op::New(_) => self.holder(values, item, user),
            // What is taken out of a holder may be what it holds.
            Op::Field(..) | Op::Elem(..) | Op::Lookup { .. } | Op::Receive { .. } | Op::Range(_) if item.holds => {
                self.same(values, item, user);
            }
            Op::Load(_) if item.holds => self.same(values, item, user),
            Op::Addr(_) => self.same(values, item, user),
            Op::Store(place, stored) if stored == x => self.stored(values, item, user, place),
            Op::Send { value, .. } if value == x => self.escaped(values, item, user, EscapeKind::Sent),
            Op::Return(list) => self.returned(values, item, user, body.list(list)),
            Op::Panic(_) => self.escaped(values, item, user, EscapeKind::Panicked),
            Op::Call(call) | Op::Go(call) | Op::Defer(call) => self.passed(values, item, user, call),
            Op::Opaque(_) => self.escaped(values, item, user, EscapeKind::Unknown),
            _ => {}
        }
    }

    /// A variable holds the item: so do the literals that capture it, and what they do with it counts.
    fn captured(&mut self, values: Values<'a>, item: Item, var: VarId) {
        let (declared, of) = values.declared(var);
        if !self.variables.insert((declared, of, item.holds)) {
            return;
        }
        for (body, var) in values.all_uses(var) {
            if body == values.id {
                continue;
            }
            let inner = values.within(body);
            for read in &inner.variables().of(var).reads {
                self.follow(Item { at: inner.locate(*read), holds: item.holds, closure: None });
            }
            self.held_by_closure(item, body);
        }
    }

    fn held_by_closure(&mut self, item: Item, closure: BodyId) {
        let Some(made) = self.start.captures().made(closure) else { return };
        self.follow(Item { at: made, holds: true, closure: Some(closure) });
        for call in self.start.captures().calls_of(closure).to_vec() {
            let values = self.start.within(call.body);
            if matches!(values.body.op(call.value), Op::Go(_)) {
                let held = Item { closure: None, ..item };
                self.escaped(values, held, call.value, EscapeKind::CapturedByGo(closure));
            }
        }
    }

    fn stored(&mut self, values: Values<'a>, item: Item, store: Value, place: PlaceId) {
        let mut keeper = None;
        let mut at = place;
        loop {
            let (outer, step) = match values.body.place(at) {
                Place::Field(outer, _) => (outer, Keeper::Field),
                Place::Elem(outer, _) => (outer, Keeper::Element),
                Place::Var(var) => return self.in_variable(values, item, store, var, keeper.is_some()),
                Place::Global(_) => return self.escaped(values, item, store, EscapeKind::Stored(Keeper::Global)),
                Place::Unknown => return self.escaped(values, item, store, EscapeKind::Unknown),
                Place::Deref(x) => return self.in_container(values, item, store, x, keeper.unwrap_or(Keeper::Pointer)),
                Place::SliceElem(x, _) => return self.in_container(values, item, store, x, Keeper::Element),
                Place::MapElem(x, _) => return self.in_container(values, item, store, x, Keeper::MapElement),
            };
            keeper = keeper.or(Some(step));
            at = outer;
        }
    }

    /// Stored in a variable in memory: what the bodies that know it read from it counts.
    fn in_variable(&mut self, values: Values<'a>, item: Item, store: Value, var: VarId, part: bool) {
        let (declared, of) = values.declared(var);
        if declared != self.start.id && self.is_around_start(declared) {
            return self.escaped(values, item, store, EscapeKind::Stored(Keeper::Outer));
        }
        if !self.variables.insert((declared, of, item.holds || part)) {
            return;
        }
        for (body, var) in values.all_uses(var) {
            let inner = values.within(body);
            let accesses = inner.variables().of(var);
            for read in &accesses.reads {
                let holds = item.holds || part;
                self.follow(Item { at: inner.locate(*read), holds, closure: None });
            }
            for read in &accesses.part_reads {
                self.follow(Item { at: inner.locate(*read), ..item });
            }
            for address in &accesses.addresses {
                self.follow(Item { at: inner.locate(*address), holds: true, closure: None });
            }
            if body != declared {
                self.held_by_closure(item, body);
            }
        }
    }

    /// Whether a body is one that the body asked about stands in.
    fn is_around_start(&self, body: BodyId) -> bool {
        let mut outer = self.start.body.outer;
        while let Some(at) = outer {
            if at == body {
                return true;
            }
            outer = self.start.within(at).body.outer;
        }
        false
    }

    /// Stored in what a pointer points to, a slice or a map: if that was made here, where it goes counts.
    fn in_container(&mut self, values: Values<'a>, item: Item, store: Value, container: Value, keeper: Keeper) {
        let sources = values.sources(container);
        let made = |at: &Located| matches!(values.origin(*at), Origin::Made);
        if !sources.complete || sources.found.is_empty() || !sources.found.iter().all(made) {
            return self.escaped(values, item, store, EscapeKind::Stored(keeper));
        }
        for source in sources.found {
            self.follow(Item { at: source, holds: true, closure: item.closure });
        }
    }

    fn returned(&mut self, values: Values<'a>, item: Item, at: Value, results: &[Value]) {
        let calls = values.captures().calls_of(values.id).to_vec();
        let here = values.id == self.start.id;
        if here || calls.is_empty() {
            return self.escaped(values, item, at, EscapeKind::Returned);
        }
        // A literal that is called on the spot returns to where it stands.
        for number in (0..results.len()).filter(|number| results[*number] == item.at.value) {
            for call in &calls {
                self.result(values.within(call.body), item, call.value, number as u32);
            }
        }
    }

    /// Follows one result of a call.
    fn result(&mut self, values: Values<'a>, item: Item, call: Value, number: u32) {
        let mut is_tuple = false;
        for user in values.uses_of(call) {
            if let Op::Extract(_, of) = values.body.op(*user) {
                is_tuple = true;
                if of == number {
                    self.same(values, item, *user);
                }
            }
        }
        if !is_tuple && number == 0 {
            self.same(values, item, call);
        }
    }

    fn passed(&mut self, values: Values<'a>, item: Item, at: Value, id: CallId) {
        let call = values.body.call(id);
        let args = values.body.list(call.args);
        for arg in (0..args.len()).filter(|arg| args[*arg] == item.at.value) {
            self.argument(values, item, at, (id, call), arg as u32);
        }
        if call.how == How::Go && item.closure.is_some() && call.callee == Callee::Value(item.at.value) {
            self.escaped(values, item, at, EscapeKind::Spawned { call: id, arg: 0 });
        }
    }

    fn argument(&mut self, values: Values<'a>, item: Item, at: Value, (id, call): (CallId, &Call), arg: u32) {
        let passed = EscapeKind::Passed { call: id, arg };
        let spawned = EscapeKind::Spawned { call: id, arg };
        match call.callee {
            Callee::Builtin(Builtin::Append) if arg == 0 => self.same(values, item, at),
            Callee::Builtin(Builtin::Append) => self.holder(values, item, at),
            Callee::Builtin(Builtin::Panic) => self.escaped(values, item, at, EscapeKind::Panicked),
            Callee::Builtin(_) => {}
            _ if call.how == How::Go => self.escaped(values, item, at, spawned),
            Callee::Closure(closure) => {
                let inner = values.within(closure);
                match inner.body.params.get(arg as usize) {
                    Some(param) => self.follow(Item { at: inner.locate(*param), ..item }),
                    None => self.escaped(values, item, at, passed),
                }
            }
            _ => match summary_of(values.body, values.knowledge, call) {
                Some(summary) => {
                    let last = summary.params.len().saturating_sub(1);
                    match summary.params.get((arg as usize).min(last)) {
                        Some(param) if param.spawned => self.escaped(values, item, at, spawned),
                        Some(param) if param.kept => self.escaped(values, item, at, passed),
                        None if !summary.complete => self.escaped(values, item, at, passed),
                        _ => {}
                    }
                    for (number, result) in summary.results.iter().enumerate() {
                        if arg < 64 && result.copies >> arg & 1 == 1 {
                            self.result(values, item, at, number as u32);
                        }
                    }
                }
                // Whoever has a value may call its methods.
                None if call.has_receiver && arg == 0 => {}
                None => self.escaped(values, item, at, passed),
            },
        }
    }
}
