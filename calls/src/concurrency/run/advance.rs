//! Running one goroutine up to where it meets others, ends, or can go two ways.

use super::Run;
use super::evaluate::Here;
use super::memory::{Capacity, Data};
use super::state::{Deferred, Frame, Goroutine, Panics, Returns, State, Status, Target, Wait, WaitKind};
use super::value::{Loc, Origin, PathId, Sync, Term, Test, Val};
use crate::concurrency::program::CodeId;
use rulec_flow::Body;
use rulec_flow::ir::{Callee, Op, Value, When};
use rulec_types::TypeData;
use std::rc::Rc;

/// What comes of a step.
pub(super) enum Next {
    /// The goroutine goes on.
    On,
    /// It waits or has ended.
    Stops,
    /// There are several ways on.
    Forks(Vec<State>),
    /// The process ends, or what happens is no concern: a panic that nobody recovers from.
    Gone,
}

/// How many elements something of unknown length is taken to have, at most.
const MAX_ELEMENTS: i64 = 3;

impl Run<'_, '_> {
    /// A goroutine at the start of a function with arguments that nothing is known of.
    pub(super) fn start(&mut self, root: CodeId) -> State {
        let body = self.program.body(root);
        let site = self.interner.site(None, root, Value(u32::MAX), 0);
        let args = (0..body.params.len() as u32).map(|number| {
            let site = self.interner.site(Some(site), root, Value(number), u32::MAX);
            Val::Unknown(self.interner.sym(Term::Fresh(site)))
        });
        let args: Rc<[Val]> = args.collect();
        let frame = Frame::new(root, body, site, args, Returns::Nowhere);
        let goroutine =
            Goroutine { id: site, spawned: None, frames: vec![frame], status: Status::Runs, finishes: None };
        let mut state = State {
            goroutines: vec![Rc::new(goroutine)],
            memory: Default::default(),
            facts: Vec::new(),
            last: 0,
            shared: Vec::new(),
        };
        if self.program.is_entry(root) {
            self.globals(&mut state);
        }
        state
    }

    /// Variables of the package that nobody else sees hold at first what they are declared with.
    fn globals(&mut self, state: &mut State) {
        for (global, declared) in self.program.own_globals().iter().copied() {
            let object = self.interner.object(Origin::Global(global));
            let ty = self.program.store().and_then(|store| store.type_of(global)).unwrap_or(rulec_types::Ty::UNKNOWN);
            state.memory.add(object, Data::Cells { ty, cells: Vec::new(), unknown: false });
            let Some((code, made)) = declared else { continue };
            let body = self.program.body(code);
            let size = match body.op(made) {
                Op::Make(sizes) => body.list(sizes).first().map(|size| body.op(body.source_of(*size))),
                _ => continue,
            };
            let here = Here { goroutine: 0, code, value: made };
            let capacity = match size {
                None => 0,
                Some(Op::Const(Some(number))) => match self.constant(here, number) {
                    Some(Val::Int(capacity)) => capacity,
                    _ => continue,
                },
                Some(_) => continue,
            };
            let queue = std::collections::VecDeque::new();
            let data = Data::Chan { capacity: Capacity::Known(capacity), queue, closed: false };
            let channel = self.made(state, here, 0, data);
            state.memory.store(Loc { object, path: PathId::ROOT }, Val::Ref(channel), &mut self.interner);
        }
    }

    /// The states that follow, each with the number of switches that leads to it.
    pub(super) fn successors(&mut self, state: State) -> Vec<(State, usize)> {
        let runs = state.goroutines.iter().position(|goroutine| goroutine.status == Status::Runs);
        match runs {
            Some(goroutine) => self.advance(state, goroutine).into_iter().map(|state| (state, 0)).collect(),
            None => self.settle(state),
        }
    }

    fn advance(&mut self, mut state: State, goroutine: usize) -> Vec<State> {
        loop {
            self.steps += 1;
            if self.steps >= self.most {
                return Vec::new();
            }
            match self.step(&mut state, goroutine) {
                Next::On if state.goroutines[goroutine].status == Status::Runs => {}
                Next::On | Next::Stops => return vec![state],
                Next::Forks(states) => return states,
                Next::Gone => return Vec::new(),
            }
        }
    }

    fn step(&mut self, state: &mut State, goroutine: usize) -> Next {
        let Some(frame) = state.goroutines[goroutine].frame() else { return Next::Gone };
        let here = Here { goroutine, code: frame.code, value: Value(frame.next) };
        let body = self.program.body(frame.code);
        match frame.panics {
            Panics::No => {}
            Panics::Yes | Panics::Recovered => return self.unwind(state, here),
        }
        if frame.block == body.returned {
            return self.leave(state, here);
        }
        if frame.block == body.panicked {
            return Next::Gone;
        }
        if frame.next >= body.block(frame.block).end {
            return self.branch(state, here);
        }
        self.execute(state, here)
    }

    fn execute(&mut self, state: &mut State, here: Here) -> Next {
        if let Some(value) = self.compute(state, here) {
            return self.done(state, here, Some(value));
        }
        let body = self.program.body(here.code);
        match body.op(here.value) {
            Op::Call(call) => {
                let (target, args) = self.target(state, here, call);
                self.call(state, here, target, args, Returns::To(here.value))
            }
            Op::Go(call) => {
                let (target, args) = self.target(state, here, call);
                self.spawn(state, here, target, args, None);
                self.done(state, here, None)
            }
            Op::Defer(call) => {
                let (callee, args) = self.target(state, here, call);
                if let Some(frame) = self.frame(state, here) {
                    frame.defers.push(Deferred { defer: here.value, callee, args: args.into() });
                }
                self.done(state, here, None)
            }
            Op::RunDefer(defer) => self.run_deferred(state, here, defer),
            Op::Receive { ch, comma } => {
                if let Some(chosen) = self.frame(state, here).and_then(|frame| frame.chosen.take()) {
                    let chosen = self.received(chosen, comma);
                    return self.done(state, here, Some(chosen));
                }
                let ch = self.get(state, here, ch);
                self.wait(state, here, Wait::Receive { ch, kind: WaitKind::Receive, comma })
            }
            Op::Send { ch, value } => {
                if self.frame(state, here).and_then(|frame| frame.chosen.take()).is_some() {
                    return self.done(state, here, None);
                }
                let (ch, value) = (self.get(state, here, ch), self.get(state, here, value));
                self.wait(state, here, Wait::Send { ch, value })
            }
            Op::Select { .. } => {
                let wait = self.select(state, here);
                self.wait(state, here, wait)
            }
            Op::Range(over) => self.range(state, here, over),
            Op::Return(list) => {
                let results = self.list(state, here, list);
                if let Some(frame) = self.frame(state, here) {
                    frame.results = Some(results.into());
                }
                self.done(state, here, None)
            }
            // Where nobody recovers, the process ends.
            Op::Panic(_) if !self.is_guarded(state, here) => Next::Gone,
            Op::Panic(_) => {
                if let Some(frame) = self.frame(state, here) {
                    frame.panics = Panics::Yes;
                }
                Next::On
            }
            // Phis and joins are set where their block is entered; branches are the edges' business.
            _ => self.skip(state, here),
        }
    }

    fn skip(&mut self, state: &mut State, here: Here) -> Next {
        if let Some(frame) = self.frame(state, here) {
            frame.next += 1;
        }
        Next::On
    }

    /// The instruction is done, with this value.
    pub(super) fn done(&mut self, state: &mut State, here: Here, value: Option<Val>) -> Next {
        if let Some(frame) = self.frame(state, here) {
            if let Some(value) = value {
                frame.set(here.value, value);
            }
            frame.next = here.value.0 + 1;
        }
        Next::On
    }

    pub(super) fn wait(&mut self, state: &mut State, here: Here, wait: Wait) -> Next {
        state.goroutine(here.goroutine).status = Status::Waits(wait);
        self.outcome.seen.insert(self.spot((here.code, here.value)));
        Next::Stops
    }

    /// A received value as the instruction yields it. What came with it says whether the channel was open.
    pub(super) fn received(&self, pair: Val, comma: bool) -> Val {
        match (&pair, comma) {
            (Val::Tuple(parts), false) => parts.first().cloned().unwrap_or(Val::Nil),
            _ => pair,
        }
    }

    fn run_deferred(&mut self, state: &mut State, here: Here, defer: Value) -> Next {
        let found = self.frame(state, here).and_then(|frame| {
            let at = frame.defers.iter().rposition(|deferred| deferred.defer == defer)?;
            Some(frame.defers.remove(at))
        });
        match found {
            Some(deferred) => self.call(state, here, deferred.callee, deferred.args.to_vec(), Returns::To(here.value)),
            None => self.done(state, here, None),
        }
    }

    /// Runs the deferred calls of an activation that panics, then goes on in its caller.
    fn unwind(&mut self, state: &mut State, here: Here) -> Next {
        let Some(frame) = self.frame(state, here) else { return Next::Gone };
        if let Some(deferred) = frame.defers.pop() {
            let at = Here { value: deferred.defer, ..here };
            return self.call(state, at, deferred.callee, deferred.args.to_vec(), Returns::Nowhere);
        }
        if frame.panics == Panics::Recovered {
            return self.leave(state, here);
        }
        let goroutine = state.goroutine(here.goroutine);
        goroutine.frames.pop();
        match goroutine.frames.last_mut() {
            Some(caller) => {
                caller.panics = Panics::Yes;
                Next::On
            }
            None => Next::Gone,
        }
    }

    /// The activation returns to its caller.
    fn leave(&mut self, state: &mut State, here: Here) -> Next {
        let results = self.results(state, here);
        let goroutine = state.goroutine(here.goroutine);
        let Some(frame) = goroutine.frames.pop() else { return Next::Gone };
        if goroutine.frames.is_empty() {
            goroutine.status = Status::Ended;
            let finishes = goroutine.finishes.take();
            if let Some(group) = finishes {
                self.add_to_group(state, group, &Val::Int(-1));
            }
            if here.goroutine == 0 {
                self.lose(state, &results);
            }
            return Next::Stops;
        }
        match frame.returns {
            Returns::Nowhere => Next::On,
            Returns::To(value) => {
                let result = match results.as_slice() {
                    [only] => only.clone(),
                    _ => Val::Tuple(results.into()),
                };
                if let Some(caller) = state.goroutine(here.goroutine).frames.last_mut() {
                    caller.set(value, result);
                    caller.next = value.0 + 1;
                }
                Next::On
            }
            Returns::Once(loc, value) => {
                state.memory.set_sync(loc, Sync::Once { runs: None }, &self.interner);
                if let Some(caller) = state.goroutine(here.goroutine).frames.last_mut() {
                    caller.next = value.0 + 1;
                }
                Next::On
            }
        }
    }

    fn results(&mut self, state: &mut State, here: Here) -> Vec<Val> {
        let body = self.program.body(here.code);
        let frame = state.goroutines[here.goroutine].frame();
        let returned = frame.and_then(|frame| frame.results.clone());
        let mut results = Vec::new();
        for (number, var) in body.results.iter().enumerate() {
            let canonical = var.map(|var| (var, self.program.variable(here.code, var)));
            let frame = state.goroutines[here.goroutine].frame();
            let shared = canonical.and_then(|(var, name)| Some((var, frame?.variable(name)?)));
            let value = match (shared, returned.as_ref().and_then(|returned| returned.get(number))) {
                (Some((var, object)), _) => {
                    let ty = body.var(var).ty;
                    self.load_at(state, Loc { object, path: PathId::ROOT }, ty)
                }
                (None, Some(value)) => value.clone(),
                (None, None) => {
                    let site = self.site(state, here);
                    Val::Unknown(self.interner.sym(Term::Fresh(site)))
                }
            };
            results.push(value);
        }
        results
    }

    // Ranges.

    fn range(&mut self, state: &mut State, here: Here, over: Value) -> Next {
        let ty = self.program.body(here.code).inst(over).ty;
        let over = self.get(state, here, over);
        let under = self.program.under(ty);
        if let Some(TypeData::Chan { .. }) = under {
            return self.wait(state, here, Wait::Receive { ch: over, kind: WaitKind::Range, comma: true });
        }
        // An iterator function may do anything with what it has captured.
        if let Some(TypeData::Func(_)) = under {
            self.lose(state, std::slice::from_ref(&over));
        }
        let frame = state.goroutines[here.goroutine].frame();
        let had = frame.and_then(|frame| frame.ranges.iter().find(|(range, _)| *range == here.value));
        let number = had.map_or(0, |(_, number)| *number);
        let is_number = matches!(under, Some(TypeData::Basic(basic)) if basic.is_integer());
        let items = match &over {
            Val::Int(count) => Some(*count),
            Val::Nil => Some(0),
            Val::Ref(object) => match state.memory.get(*object).map(|object| &object.data) {
                Some(Data::List { items, exact: true }) => Some(items.len() as i64),
                Some(Data::Map { entries, exact: true }) => Some(entries.len() as i64),
                _ => None,
            },
            _ => None,
        };
        if let Some(items) = items {
            let element = self.ranged(state, here, &over, number);
            return self.next_element(state, here, number, (number < items).then_some(element));
        }
        let sym = self.sym_of(state, Here { value: Value(here.value.0), ..here }, &over);
        let count = if is_number { sym } else { self.interner.sym(Term::Len(sym)) };
        let enough = Test::Less(count, number + 1);
        let element = self.ranged(state, here, &over, number);
        let mut states = Vec::new();
        let known = state.truth(enough, &self.interner);
        for ends in [true, false] {
            let is_possible = known.map_or(ends || number < MAX_ELEMENTS, |known| known == ends);
            if is_possible {
                let mut way = state.clone();
                way.assume(enough, ends, &self.interner);
                self.next_element(&mut way, here, number, (!ends).then(|| element.clone()));
                states.push(way);
            }
        }
        Next::Forks(states)
    }

    /// Key and value of an element.
    fn ranged(&mut self, state: &mut State, here: Here, over: &Val, number: i64) -> Val {
        let pair = match over {
            Val::Ref(object) => match state.memory.get(*object).map(|object| &object.data) {
                Some(Data::List { items, .. }) => usize::try_from(number)
                    .ok()
                    .and_then(|number| items.get(number))
                    .map(|item| (Val::Int(number), item.clone())),
                Some(Data::Map { entries, .. }) => {
                    usize::try_from(number).ok().and_then(|number| entries.get(number)).cloned()
                }
                _ => None,
            },
            Val::Unknown(sym) => {
                let item = self.interner.sym(Term::Part(*sym, u32::try_from(number).unwrap_or(u32::MAX)));
                Some((Val::Int(number), Val::Unknown(item)))
            }
            _ => None,
        };
        let (key, value) = pair.unwrap_or_else(|| {
            let value = self.fresh(state, here);
            (Val::Int(number), value)
        });
        Val::Tuple([key, value].into())
    }

    /// The range has another element, or ends.
    fn next_element(&mut self, state: &mut State, here: Here, number: i64, element: Option<Val>) -> Next {
        let body = self.program.body(here.code);
        let block = state.goroutines[here.goroutine].frame().map(|frame| frame.block).unwrap_or(Body::ENTRY);
        let wanted = if element.is_some() { When::Next(here.value) } else { When::Done(here.value) };
        let edge = body.block(block).succs.iter().position(|edge| edge.when == wanted);
        if let Some(frame) = self.frame(state, here) {
            frame.ranges.retain(|(range, _)| *range != here.value);
            if element.is_some() {
                frame.ranges.push((here.value, number + 1));
            }
            frame.branch = edge.map(|edge| edge as u32);
        }
        self.done(state, here, element)
    }

    // Calls.

    /// What a call calls, with its arguments.
    fn target(&mut self, state: &State, here: Here, call: rulec_flow::ir::CallId) -> (Target, Vec<Val>) {
        let call = *self.program.body(here.code).call(call);
        let args = self.list(state, here, call.args);
        let target = match call.callee {
            Callee::Func(function) => Target::Value(Val::Func(function)),
            Callee::Interface(name) => Target::Interface(name),
            Callee::Builtin(builtin) => Target::Builtin(builtin),
            Callee::Closure(body) => Target::Value(self.closure(state, here, body)),
            Callee::Value(value) => Target::Value(self.get(state, here, value)),
            Callee::Unknown => Target::Unknown,
        };
        (target, args)
    }
}

impl Frame {
    /// An activation at the start of its body.
    pub(super) fn new(code: CodeId, body: &Body, site: super::value::Site, args: Rc<[Val]>, returns: Returns) -> Frame {
        Frame {
            code,
            site,
            block: Body::ENTRY,
            next: body.block(Body::ENTRY).start,
            values: Vec::new(),
            args,
            variables: Vec::new(),
            defers: Vec::new(),
            ranges: Vec::new(),
            iteration: 0,
            chosen: None,
            yielded: false,
            branch: None,
            returns,
            panics: Panics::No,
            results: None,
        }
    }
}
