//! What a function does with its parameters and with the variables that it captures.
//!
//! In: a body and the origins of its values. Out: a [`Log`], and [`ParamSummary`]s made of it. An event counts where it
//! stands; that of a deferred call where the call is registered, since it then happens before every way out.

use super::callee::{Callees, Known};
use super::origins::{Masks, Origins, Root, made_here, root_of};
use super::paths::Reach;
use rulec_flow::Summary;
use rulec_flow::ir::{BlockId, Body, BodyId, Call, Callee, Edge, How, Op, Place, PlaceId, Value, When};
use rulec_flow::summary::{Often, ParamSummary};
use rulec_gofront::ObjectId;
use rulec_types::{Builtin, TypeData, Types};
use std::collections::{BTreeMap, BTreeSet};

/// What happens in a body.
pub(super) struct Log {
    /// Origins that may be kept.
    kept: u64,
    /// Origins that another goroutine uses.
    spawned: u64,
    /// Blocks in which something certainly happens to an origin.
    sure: BTreeMap<(u32, Event), Vec<BlockId>>,
    /// What may happen to origins.
    maybe: BTreeSet<(u32, Event)>,
    /// For each origin, the origins that its content may come from after the call.
    filled: Vec<u64>,
    /// Whether it writes nothing that its caller can see.
    pub(super) pure: bool,
    /// Edges on which an origin is known to be not nil, or true.
    shown: Vec<(u32, BlockId, When)>,
    /// Blocks with a call that returns only if an origin is not nil, or true.
    checked: Vec<(u32, BlockId)>,
    /// Whether it may wait for another goroutine.
    pub(super) may_block: bool,
    /// Whether all that is called is known.
    pub(super) complete: bool,
}

/// Something that is done with a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Called,
    Dereferenced,
    Closed,
    Sent,
    Received,
    Method(String),
}

impl Log {
    /// Goes through the blocks that can be reached.
    pub(super) fn of(body: &Body, callees: &Callees<'_>, origins: &Origins, reach: &Reach, types: &Types<'_>) -> Log {
        let log = Log {
            kept: 0,
            spawned: 0,
            sure: BTreeMap::new(),
            maybe: BTreeSet::new(),
            filled: vec![0; origins.params + origins.captured.len()],
            pure: true,
            shown: Vec::new(),
            checked: Vec::new(),
            may_block: false,
            complete: true,
        };
        let mut reader = Reader { body, callees, origins, types, log };
        for number in (0..body.blocks.len() as u32).map(BlockId).filter(|block| reach.reaches(*block)) {
            reader.block(number);
        }
        reader.log
    }

    /// What is told of each origin.
    pub(super) fn params(&self, body: &Body, origins: &Origins, reach: &Reach) -> Vec<ParamSummary> {
        let count = origins.params + origins.captured.len();
        let params = if origins.params >= 64 { u64::MAX } else { (1 << origins.params) - 1 };
        (0..count as u32).map(|origin| self.param(body, reach, origin, params)).collect()
    }

    fn param(&self, body: &Body, reach: &Reach, origin: u32, params: u64) -> ParamSummary {
        let often = |event: Event| self.often(body, reach, origin, event);
        let events = self.sure.keys().chain(&self.maybe).filter(|(own, _)| *own == origin);
        let names: BTreeSet<&String> = events
            .filter_map(|(_, event)| match event {
                Event::Method(name) => Some(name),
                _ => None,
            })
            .collect();
        ParamSummary {
            kept: self.kept >> origin & 1 == 1,
            spawned: self.spawned >> origin & 1 == 1,
            called: often(Event::Called),
            dereferenced: self.dereferenced(body, reach, origin),
            closed: often(Event::Closed),
            sent: often(Event::Sent),
            received: often(Event::Received),
            holds_after: self.holds_after(body, reach, origin),
            nil_after: false,
            filled_from: self.filled[origin as usize] & params,
            methods: names.into_iter().map(|name| (name.clone(), often(Event::Method(name.clone())))).collect(),
        }
    }

    fn often(&self, body: &Body, reach: &Reach, origin: u32, event: Event) -> Often {
        let event = (origin, event);
        let Some(blocks) = self.sure.get(&event) else {
            return if self.maybe.contains(&event) { Often::Sometimes } else { Often::Never };
        };
        let happens = |block: BlockId| blocks.contains(&block);
        let can_be_missed = body.partial || reach.returns_without(body, &happens, &|_, _| false);
        if can_be_missed { Often::Sometimes } else { Often::Always }
    }

    /// What happens if the origin is nil: edges that show the opposite are not taken then.
    fn dereferenced(&self, body: &Body, reach: &Reach, origin: u32) -> Often {
        let event = (origin, Event::Dereferenced);
        let cuts = |block: BlockId, edge: &Edge| self.is_shown(origin, block, edge);
        let Some(blocks) = self.sure.get(&event) else {
            return if self.maybe.contains(&event) { Often::Sometimes } else { Often::Never };
        };
        let happens = |block: BlockId| blocks.contains(&block);
        let reached = reach.reached_from_entry(body, &happens, &cuts);
        if !blocks.iter().any(|block| reached[block.0 as usize]) {
            return if self.maybe.contains(&event) { Often::Sometimes } else { Often::Never };
        }
        let can_be_missed = body.partial || reached[body.returned.0 as usize];
        if can_be_missed { Often::Sometimes } else { Often::Always }
    }

    /// Whether the function cannot return if the origin is nil, or false.
    fn holds_after(&self, body: &Body, reach: &Reach, origin: u32) -> bool {
        let has_to_do = self.shown.iter().any(|(own, ..)| *own == origin)
            || self.checked.iter().any(|(own, _)| *own == origin)
            || self.sure.contains_key(&(origin, Event::Dereferenced));
        if !has_to_do || body.partial || !reach.returns(body) {
            return false;
        }
        let dereferenced = self.sure.get(&(origin, Event::Dereferenced));
        let stops = |block: BlockId| {
            self.checked.contains(&(origin, block)) || dereferenced.is_some_and(|blocks| blocks.contains(&block))
        };
        !reach.returns_without(body, &stops, &|block, edge| self.is_shown(origin, block, edge))
    }

    fn is_shown(&self, origin: u32, block: BlockId, edge: &Edge) -> bool {
        self.shown.iter().any(|(own, at, when)| *own == origin && *at == block && *when == edge.when)
    }

    fn happens(&mut self, origin: u32, event: Event, block: BlockId) {
        let blocks = self.sure.entry((origin, event)).or_default();
        if blocks.last() != Some(&block) {
            blocks.push(block);
        }
    }
}

struct Reader<'a> {
    body: &'a Body,
    callees: &'a Callees<'a>,
    origins: &'a Origins,
    types: &'a Types<'a>,
    log: Log,
}

impl Reader<'_> {
    fn block(&mut self, block: BlockId) {
        let chosen = self.is_chosen(block);
        let mut is_first = true;
        for value in self.body.insts_of(block) {
            let is_operation = matches!(self.body.op(value), Op::Send { .. } | Op::Receive { .. });
            // The operation of a case does not wait: the select did.
            self.inst(block, value, is_operation && chosen && std::mem::take(&mut is_first));
        }
        for edge in &self.body.block(block).succs {
            if let Some(origin) = self.shown_by(edge.when) {
                self.log.shown.push((origin, block, edge.when));
            }
        }
    }

    /// Whether it is the block of a case of a select.
    fn is_chosen(&self, block: BlockId) -> bool {
        let before = &self.body.block(block).preds;
        let leads_here = |edge: &Edge| edge.to == block && matches!(edge.when, When::Chosen { .. });
        before.iter().any(|before| self.body.block(*before).succs.iter().any(leads_here))
    }

    /// The origin that an edge shows to be not nil, or true.
    fn shown_by(&self, when: When) -> Option<u32> {
        match when {
            When::Is { cond, truth } => match self.body.op(self.body.source_of(cond)) {
                Op::Binary(rulec_tree::Op::Eq, x, y) if !truth => self.compared_with_nil(x, y),
                Op::Binary(rulec_tree::Op::Ne, x, y) if truth => self.compared_with_nil(x, y),
                Op::Binary(..) => None,
                _ if truth => self.surely(cond),
                _ => None,
            },
            When::Case { tag, case, equal: false } => self.compared_with_nil(tag, case),
            _ => None,
        }
    }

    fn compared_with_nil(&self, x: Value, y: Value) -> Option<u32> {
        let is_nil = |value: Value| matches!(self.body.op(self.body.source_of(value)), Op::Nil);
        match (is_nil(x), is_nil(y)) {
            (false, true) => self.surely(x),
            (true, false) => self.surely(y),
            _ => None,
        }
    }

    fn inst(&mut self, block: BlockId, value: Value, was_chosen: bool) {
        match self.body.op(value) {
            Op::Load(place) => self.through(block, place),
            Op::Addr(place) => self.through(block, place),
            Op::Store(place, stored) => {
                self.through(block, place);
                self.stored(place, stored);
            }
            Op::Send { ch, value } => {
                self.event(block, ch, Event::Sent);
                self.keep(value);
                self.fill(self.masks(ch).holds(), self.masks(value).derives);
                self.log.may_block |= !was_chosen;
            }
            Op::Receive { ch, .. } => {
                self.event(block, ch, Event::Received);
                self.log.pure = false;
                self.log.may_block |= !was_chosen;
            }
            Op::Range(x) if matches!(self.types.under(self.body.inst(x).ty), TypeData::Chan { .. }) => {
                self.event(block, x, Event::Received);
                (self.log.may_block, self.log.pure) = (true, false);
            }
            Op::Range(x) => self.ranged(block, x),
            Op::Select { default, .. } => self.log.may_block |= !default,
            Op::Panic(x) => self.keep(x),
            Op::Return(list) => self.returned(self.body.list(list)),
            Op::Closure(literal) => self.literal(block, literal, Often::Sometimes),
            Op::Call(call) | Op::Defer(call) | Op::Go(call) => self.call(block, self.body.call(call)),
            Op::Opaque(_) => (self.log.complete, self.log.pure) = (false, false),
            _ => {}
        }
    }

    /// Ranging over a function calls it.
    fn ranged(&mut self, block: BlockId, x: Value) {
        match self.types.under(self.body.inst(x).ty) {
            TypeData::Func(_) => {
                self.event(block, x, Event::Called);
                (self.log.complete, self.log.pure) = (false, false);
            }
            TypeData::Pointer(_) => self.event(block, x, Event::Dereferenced),
            _ => {}
        }
    }

    fn surely(&self, value: Value) -> Option<u32> {
        self.origins.surely(self.body, value)
    }

    fn masks(&self, value: Value) -> Masks {
        self.origins.masks(value)
    }

    fn keep(&mut self, value: Value) {
        self.log.kept |= self.masks(value).holds();
    }

    /// Something that happens to a value, whichever of its origins that is.
    fn event(&mut self, block: BlockId, value: Value, event: Event) {
        match self.surely(value) {
            Some(origin) => self.log.happens(origin, event, block),
            None => self.maybe(self.masks(value).copies, &event),
        }
    }

    fn event_often(&mut self, block: BlockId, value: Value, event: Event, often: Often) {
        match often {
            Often::Never => {}
            Often::Sometimes => self.maybe(self.masks(value).copies, &event),
            Often::Always => self.event(block, value, event),
        }
    }

    fn maybe(&mut self, origins: u64, event: &Event) {
        let all = (0..64).filter(|origin| origins >> origin & 1 == 1);
        self.log.maybe.extend(all.map(|origin| (origin, event.clone())));
    }

    /// Following a pointer to a place dereferences it.
    fn through(&mut self, block: BlockId, place: PlaceId) {
        let mut next = place;
        loop {
            match self.body.place(next) {
                Place::Field(of, _) | Place::Elem(of, _) => next = of,
                Place::Deref(pointer) => return self.event(block, pointer, Event::Dereferenced),
                _ => return,
            }
        }
    }

    /// What is stored in memory that was not made here can be seen by the caller.
    fn fill(&mut self, memory: u64, from: u64) {
        self.log.pure = false;
        for (origin, filled) in self.log.filled.iter_mut().enumerate() {
            if memory >> origin & 1 == 1 {
                *filled |= from;
            }
        }
    }

    fn stored(&mut self, place: PlaceId, value: Value) {
        let is_own = match root_of(self.body, place) {
            Root::Var(var) => self.body.var(var).outer.is_none(),
            Root::Pointer(pointer) => made_here(self.body, pointer).is_some(),
            Root::Elsewhere => false,
        };
        if is_own {
            return;
        }
        self.keep(value);
        let memory = match root_of(self.body, place) {
            Root::Pointer(pointer) => self.masks(pointer).holds(),
            Root::Var(var) => self.origins.of_captured(self.body, self.body.var(var).object).holds(),
            Root::Elsewhere => 0,
        };
        self.fill(memory, self.masks(value).derives);
    }

    /// A copy that is returned is told by the results; what is returned inside of something else is kept.
    fn returned(&mut self, values: &[Value]) {
        for value in values {
            let masks = self.masks(*value);
            self.log.kept |= masks.inside & !masks.copies;
        }
    }

    // Calls.

    fn call(&mut self, block: BlockId, call: &Call) {
        let args = self.body.list(call.args);
        if call.how == How::Go {
            return self.spawn(call, args);
        }
        self.receiver(block, call, args);
        match self.callees.of(call) {
            Known::Nothing => {}
            Known::Own(draft) => {
                if let Callee::Closure(literal) = call.callee {
                    self.literal(block, literal, Often::Always);
                }
                self.known(block, call, args, &draft.summary);
            }
            Known::Summary(summary) => self.known(block, call, args, summary),
            Known::Builtin(builtin) => self.builtin(block, builtin, args),
            Known::Value(callee) => {
                self.event(block, callee, Event::Called);
                self.event(block, callee, Event::Dereferenced);
                self.unknown(block, call, args);
            }
            Known::Unknown => self.unknown(block, call, args),
        }
    }

    /// A method that is called on a value, by its name.
    fn receiver(&mut self, block: BlockId, call: &Call, args: &[Value]) {
        let Some(receiver) = args.first().copied().filter(|_| call.has_receiver) else { return };
        let store = self.types.store;
        let name = match call.callee {
            Callee::Func(method) => store.object(method).name,
            Callee::Interface(name) => {
                self.event(block, receiver, Event::Dereferenced);
                name
            }
            _ => return,
        };
        let name = store.str(name).to_owned();
        self.event(block, receiver, Event::Method(name.clone()));
        // The address of a variable that is a parameter: `mu.Unlock()` where `mu` is captured.
        if let Some(origin) = self.surely_at(receiver) {
            self.log.happens(origin, Event::Method(name), block);
        }
    }

    /// The origin that certainly is what a pointer points to.
    fn surely_at(&self, pointer: Value) -> Option<u32> {
        let Op::Addr(place) = self.body.op(self.body.source_of(pointer)) else { return None };
        match self.body.place(place) {
            Place::Var(var) => self.origins.surely_captured(self.body, self.body.var(var).object),
            _ => None,
        }
    }

    fn builtin(&mut self, block: BlockId, builtin: Builtin, args: &[Value]) {
        match (builtin, args) {
            (Builtin::Close, [ch, ..]) => {
                self.log.pure = false;
                self.event(block, *ch, Event::Closed);
            }
            (Builtin::Delete | Builtin::Clear, [from, ..]) => self.log.pure &= made_here(self.body, *from).is_some(),
            (Builtin::Panic, _) => args.iter().for_each(|arg| self.keep(*arg)),
            (Builtin::Copy, [to, from]) if made_here(self.body, *to).is_none() => {
                // Elements that are numbers hold nothing.
                let is_plain = matches!(self.types.under(self.body.inst(*from).ty), TypeData::Slice(elem)
                    if matches!(self.types.under(*elem), TypeData::Basic(_)));
                if !is_plain {
                    self.log.kept |= self.masks(*from).inside;
                }
                self.fill(self.masks(*to).holds(), self.masks(*from).derives);
            }
            _ => {}
        }
    }

    /// Nobody knows what it does with its arguments; methods are taken to leave their receiver alone.
    fn unknown(&mut self, block: BlockId, call: &Call, args: &[Value]) {
        (self.log.complete, self.log.pure) = (false, false);
        for arg in args.iter().skip(usize::from(call.has_receiver)) {
            self.keep(*arg);
            if let Some(literal) = self.callees.literal_of(*arg) {
                self.literal(block, literal, Often::Sometimes);
            }
        }
    }

    fn spawn(&mut self, call: &Call, args: &[Value]) {
        let literal = match call.callee {
            Callee::Closure(literal) => Some(literal),
            Callee::Value(value) => {
                let held = self.masks(value).holds();
                (self.log.spawned, self.log.kept) = (self.log.spawned | held, self.log.kept | held);
                None
            }
            _ => None,
        };
        let mut held = args.iter().fold(0, |held, arg| held | self.masks(*arg).holds());
        for object in literal.into_iter().flat_map(|literal| self.callees.captured_by(literal)) {
            held |= self.origins.of_captured(self.body, object).holds();
        }
        self.log.spawned |= held;
        self.log.kept |= held;
        self.log.pure = false;
        self.log.complete &= self.callees.of(call).summary().is_some_and(|summary| summary.complete);
    }

    fn known(&mut self, block: BlockId, call: &Call, args: &[Value], summary: &Summary) {
        self.log.complete &= summary.complete;
        self.log.may_block |= summary.may_block;
        self.log.pure &= summary.pure;
        self.filled(args, summary);
        for (position, arg) in args.iter().enumerate() {
            let last = summary.params.len().checked_sub(1);
            let Some(param) = last.and_then(|last| summary.params.get(position.min(last))) else {
                let is_receiver = call.has_receiver && position == 0;
                if !summary.complete && !is_receiver {
                    self.keep(*arg);
                }
                continue;
            };
            self.argument(block, *arg, param);
        }
    }

    fn filled(&mut self, args: &[Value], summary: &Summary) {
        let Some(last) = summary.params.len().checked_sub(1) else { return };
        for (position, arg) in args.iter().enumerate() {
            let from = summary.params.get(position.min(last)).map_or(0, |param| param.filled_from);
            if from != 0 {
                let sources =
                    args.iter().enumerate().filter(|(source, _)| from >> (*source).min(last).min(63) & 1 == 1);
                let derives = sources.fold(0, |all, (_, source)| all | self.masks(*source).derives);
                self.fill(self.masks(*arg).holds(), derives);
            }
        }
    }

    fn argument(&mut self, block: BlockId, arg: Value, param: &ParamSummary) {
        if param.kept {
            self.keep(arg);
        }
        if param.spawned {
            self.log.spawned |= self.masks(arg).holds();
        }
        if param.holds_after
            && let Some(origin) = self.surely(arg)
        {
            self.log.checked.push((origin, block));
        }
        for (event, often) in events_of(param) {
            if let (Event::Method(_), Often::Always, Some(origin)) = (&event, often, self.surely_at(arg)) {
                self.log.happens(origin, event.clone(), block);
            }
            self.event_often(block, arg, event, often);
        }
        self.function_argument(block, arg, param);
    }

    /// A function that is handed to one who calls it does its work there.
    fn function_argument(&mut self, block: BlockId, arg: Value, param: &ParamSummary) {
        match self.body.op(self.body.source_of(arg)) {
            Op::Closure(literal) => {
                self.literal(block, literal, param.called);
                let draft = self.callees.literal(literal);
                let runs = param.called != Often::Never;
                self.log.may_block |= runs && draft.is_some_and(|draft| draft.summary.may_block);
            }
            Op::MethodValue { recv, method: Some(method) } => {
                let name = self.types.store.str(self.types.store.object(method).name).to_owned();
                self.event_often(block, recv, Event::Method(name), param.called);
            }
            _ => {}
        }
    }

    /// What a literal that is run so often does with what it captures.
    fn literal(&mut self, block: BlockId, literal: BodyId, runs: Often) {
        let Some(draft) = self.callees.literal(literal) else { return };
        for (object, param) in &draft.captures {
            self.captured(block, *object, param, runs);
        }
    }

    fn captured(&mut self, block: BlockId, object: ObjectId, param: &ParamSummary, runs: Often) {
        let masks = self.origins.of_captured(self.body, object);
        if param.kept {
            self.log.kept |= masks.holds();
        }
        if param.spawned {
            self.log.spawned |= masks.holds();
        }
        let origin = self.origins.surely_captured(self.body, object);
        for (event, often) in events_of(param) {
            match (often.min(runs), origin) {
                (Often::Never, _) => {}
                (Often::Always, Some(origin)) => self.log.happens(origin, event, block),
                _ => self.maybe(masks.copies, &event),
            }
        }
    }
}

/// What a summary says is done with a parameter or a captured variable, and how often.
fn events_of(param: &ParamSummary) -> impl Iterator<Item = (Event, Often)> {
    let plain = [
        (Event::Called, param.called),
        (Event::Dereferenced, param.dereferenced),
        (Event::Closed, param.closed),
        (Event::Sent, param.sent),
        (Event::Received, param.received),
    ];
    let methods = param.methods.iter().map(|(name, often)| (Event::Method(name.clone()), *often));
    plain.into_iter().chain(methods)
}
