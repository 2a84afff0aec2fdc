//! Calls, and goroutines that are started.

use super::Run;
use super::advance::Next;
use super::evaluate::Here;
use super::memory::{Data, field};
use super::state::{Frame, Goroutine, Panics, Returns, State, Status, Target, Wait};
use super::value::{Closure, Loc, PathId, Step, Val};
use crate::concurrency::known::Known;
use crate::concurrency::program::{CodeId, MAX_INSTS};
use rulec_flow::ir::Value;
use rulec_types::{Builtin, Name, ObjId, Ty};
use std::rc::Rc;

/// How many activations a goroutine has at once, at most.
const MAX_FRAMES: usize = 20;

/// How many of one body.
const MAX_SAME: usize = 2;

/// How many goroutines there are, at most.
const MAX_GOROUTINES: usize = 9;

/// What a call comes down to.
pub(super) enum Resolved {
    /// A body of the package, with the variables that it captured.
    Body(CodeId, Option<Rc<Closure>>, Vec<Val>),
    /// Something of another package, known or not.
    Known(Known, Vec<Val>),
    /// A method of a context.
    Context(Name, Vec<Val>),
    /// The function that ends a context.
    Cancel(super::value::ObjRef),
    Builtin(Builtin, Vec<Val>),
    /// `nil` is called.
    Panics,
}

impl Run<'_, '_> {
    pub(super) fn call(
        &mut self,
        state: &mut State,
        here: Here,
        target: Target,
        args: Vec<Val>,
        returns: Returns,
    ) -> Next {
        let is_value = matches!(target, Target::Value(Val::Closure(_) | Val::Unknown(_)));
        // A function that was handed over may panic, where somebody is ready for that.
        let before = (is_value && self.is_guarded(state, here)).then(|| state.clone());
        let next = self.call_resolved(state, here, target, args, returns);
        match before {
            Some(before) => self.or_panic(before, state, here, next),
            None => next,
        }
    }

    /// Whether a panic would be recovered from.
    pub(super) fn is_guarded(&self, state: &State, here: Here) -> bool {
        let frames = &state.goroutines[here.goroutine].frames;
        frames.iter().flat_map(|frame| &frame.defers).any(|deferred| {
            let code = match &deferred.callee {
                Target::Value(Val::Closure(closure)) => Some(closure.code),
                Target::Value(Val::Func(function)) => self.program.function(*function),
                _ => None,
            };
            let body = code.map(|code| self.program.body(code));
            body.is_some_and(|body| {
                body.calls.iter().any(|call| call.callee == rulec_flow::ir::Callee::Builtin(Builtin::Recover))
            })
        })
    }

    fn or_panic(&mut self, mut before: State, state: &State, here: Here, next: Next) -> Next {
        if let Some(frame) = self.frame(&mut before, here) {
            frame.panics = Panics::Yes;
        }
        match next {
            Next::Forks(mut states) => {
                states.push(before);
                Next::Forks(states)
            }
            Next::Gone => Next::Forks(vec![before]),
            Next::On | Next::Stops => Next::Forks(vec![state.clone(), before]),
        }
    }

    fn call_resolved(
        &mut self,
        state: &mut State,
        here: Here,
        target: Target,
        args: Vec<Val>,
        returns: Returns,
    ) -> Next {
        match self.resolve(state, target, args) {
            Resolved::Body(code, closure, args) if self.fits(state, here, code) => {
                self.enter(state, here, code, closure, args, returns);
                Next::On
            }
            Resolved::Body(_, closure, mut args) => {
                args.extend(closure.map(Val::Closure));
                self.known_call(state, here, Known::Foreign, args)
            }
            Resolved::Known(known, args) => self.known_call(state, here, known, args),
            Resolved::Context(name, args) => self.context_method(state, here, name, args),
            Resolved::Cancel(context) => self.wait(state, here, Wait::Cancel { context }),
            Resolved::Builtin(builtin, args) => self.builtin(state, here, builtin, args),
            Resolved::Panics => Next::Gone,
        }
    }

    /// Starts a goroutine; `finishes`: the group that counts it.
    pub(super) fn spawn(
        &mut self,
        state: &mut State,
        here: Here,
        target: Target,
        args: Vec<Val>,
        finishes: Option<Loc>,
    ) {
        let resolved = self.resolve(state, target, args);
        let is_followed = state.goroutines.len() < MAX_GOROUTINES;
        match resolved {
            Resolved::Body(code, closure, args) if self.is_runnable(code) => {
                let site = self.site(state, here);
                let first = self.interner.site(Some(site), code, Value(u32::MAX), 0);
                let args = self.pack(state, here, code, args);
                let frame = self.activation(code, closure.as_deref(), first, args, Returns::Nowhere);
                state.goroutines.push(Rc::new(Goroutine {
                    id: first,
                    spawned: Some((here.code, here.value)),
                    frames: vec![frame],
                    // One too many may do anything.
                    status: if is_followed { Status::Runs } else { Status::Lost },
                    finishes,
                }));
            }
            Resolved::Body(_, closure, mut args) => {
                args.extend(closure.map(Val::Closure));
                args.extend(finishes.map(Val::Ptr));
                self.lose(state, &args);
            }
            Resolved::Known(_, mut args) | Resolved::Context(_, mut args) | Resolved::Builtin(_, mut args) => {
                args.extend(finishes.map(Val::Ptr));
                self.lose(state, &args);
            }
            Resolved::Cancel(context) => self.lose(state, &[Val::Ref(context)]),
            Resolved::Panics => {}
        }
    }

    fn is_runnable(&self, code: CodeId) -> bool {
        let body = self.program.body(code);
        !body.partial && body.insts.len() <= MAX_INSTS
    }

    /// Whether a body can be entered from here without going too deep.
    fn fits(&self, state: &State, here: Here, code: CodeId) -> bool {
        let frames = &state.goroutines[here.goroutine].frames;
        let same = frames.iter().filter(|frame| frame.code == code).count();
        self.is_runnable(code) && frames.len() < MAX_FRAMES && same < MAX_SAME
    }

    pub(super) fn enter(
        &mut self,
        state: &mut State,
        here: Here,
        code: CodeId,
        closure: Option<Rc<Closure>>,
        args: Vec<Val>,
        returns: Returns,
    ) {
        let site = self.site(state, here);
        let args = self.pack(state, here, code, args);
        let frame = self.activation(code, closure.as_deref(), site, args, returns);
        state.goroutine(here.goroutine).frames.push(frame);
    }

    /// Puts the arguments for a variadic parameter into one slice.
    fn pack(&mut self, state: &mut State, here: Here, code: CodeId, mut args: Vec<Val>) -> Vec<Val> {
        let spread = self.program.body(here.code).call_at(here.value).is_some_and(|call| call.spread);
        let Some(first) = self.program.variadic(code).filter(|first| !spread && *first <= args.len()) else {
            return args;
        };
        let items = args.split_off(first);
        args.push(match items.is_empty() {
            true => Val::Nil,
            false => Val::Ref(self.made(state, here, 6, Data::List { items, exact: true })),
        });
        args
    }

    fn activation(
        &mut self,
        code: CodeId,
        closure: Option<&Closure>,
        site: super::value::Site,
        args: Vec<Val>,
        returns: Returns,
    ) -> Frame {
        let mut frame = Frame::new(code, self.program.body(code), site, args.into(), returns);
        frame.variables = closure.map_or_else(Vec::new, |closure| closure.captured.clone());
        frame
    }

    /// What is called in the end.
    pub(super) fn resolve(&mut self, state: &mut State, target: Target, mut args: Vec<Val>) -> Resolved {
        match target {
            Target::Builtin(builtin) => Resolved::Builtin(builtin, args),
            Target::Interface(name) => self.resolve_method(state, name, args),
            Target::Unknown => Resolved::Known(Known::Foreign, args),
            Target::Value(Val::Func(function)) => self.resolve_function(function, args),
            Target::Value(Val::Closure(closure)) => Resolved::Body(closure.code, Some(closure), args),
            Target::Value(Val::Bound(recv, method)) => {
                args.insert(0, (*recv).clone());
                self.resolve_function(method, args)
            }
            Target::Value(Val::BoundInterface(recv, name)) => {
                args.insert(0, (*recv).clone());
                self.resolve_method(state, name, args)
            }
            Target::Value(Val::Cancel(context)) => Resolved::Cancel(context),
            Target::Value(Val::Nil) => Resolved::Panics,
            Target::Value(_) => Resolved::Known(Known::Foreign, args),
        }
    }

    fn resolve_function(&mut self, function: ObjId, args: Vec<Val>) -> Resolved {
        match self.program.function(function) {
            Some(code) => Resolved::Body(code, None, args),
            None => Resolved::Known(self.program.known(function), args),
        }
    }

    /// A method of what is behind an interface.
    fn resolve_method(&mut self, state: &mut State, name: Name, mut args: Vec<Val>) -> Resolved {
        let Some(receiver) = args.first().cloned() else { return Resolved::Known(Known::Foreign, args) };
        let text = self.program.store().map_or("", |store| store.str(name));
        match &receiver {
            Val::Nil => return Resolved::Panics,
            Val::Ref(object) => {
                if let Some(Data::Context { .. }) = state.memory.get(*object).map(|object| &object.data) {
                    return Resolved::Context(name, args);
                }
            }
            Val::ReadHalf(loc) => {
                args[0] = Val::Ptr(*loc);
                let known = match text {
                    "Lock" => Known::RLock,
                    "Unlock" => Known::RUnlock,
                    _ => Known::Foreign,
                };
                return Resolved::Known(known, args);
            }
            _ => {}
        }
        let found = match &receiver {
            Val::Ptr(loc) => {
                let ty = self.type_at(state, *loc);
                self.program.method(ty, name).map(|(method, way)| (method, way, Some(*loc)))
            }
            Val::Struct(fields) => self.program.method(fields.ty, name).map(|(method, way)| (method, way, None)),
            _ => None,
        };
        match (found, receiver) {
            (Some((method, way, Some(loc))), _) => {
                let Some(receiver) = self.receiver(state, loc, &way, method) else {
                    return Resolved::Known(Known::Foreign, args);
                };
                args[0] = receiver;
                self.resolve_function(method, args)
            }
            (Some((method, way, None)), _) if way.is_empty() => self.resolve_function(method, args),
            // A lock behind `sync.Locker`.
            (None, Val::Ptr(_)) if text == "Lock" => Resolved::Known(Known::Lock, args),
            (None, Val::Ptr(_)) if text == "Unlock" => Resolved::Known(Known::Unlock, args),
            _ => Resolved::Known(Known::Foreign, args),
        }
    }

    /// The receiver that a method gets which is found through embedded fields.
    pub(super) fn receiver(&mut self, state: &mut State, mut loc: Loc, way: &[Name], method: ObjId) -> Option<Val> {
        for name in way {
            let at = field(loc, *name, &mut self.interner);
            // An embedded pointer is followed, an embedded struct lies here.
            let data = state.memory.load(at, super::memory::Content::Other, &mut self.interner);
            loc = match data {
                Val::Ptr(to) => to,
                Val::Ref(_) | Val::Closure(_) | Val::Func(_) | Val::Nil => return None,
                _ => at,
            };
        }
        let by_pointer = self.program.store()?.object(method).receiver().is_some_and(|(_, by_pointer)| by_pointer);
        if by_pointer {
            return Some(Val::Ptr(loc));
        }
        let ty = self.type_at(state, loc);
        Some(self.load_at(state, loc, ty))
    }

    /// The type of what lies at a place.
    pub(super) fn type_at(&self, state: &State, loc: Loc) -> Ty {
        let mut steps: Vec<Step> = self.interner.steps(loc.path).collect();
        let mut ty = state.memory.ty(loc.object);
        while let Some(step) = steps.pop() {
            let Step::Field(name) = step else { return Ty::UNKNOWN };
            ty = self.program.field_type(ty, name).unwrap_or(Ty::UNKNOWN);
        }
        ty
    }

    fn builtin(&mut self, state: &mut State, here: Here, builtin: Builtin, args: Vec<Val>) -> Next {
        let result = match builtin {
            Builtin::Close => {
                let ch = args.into_iter().next().unwrap_or(Val::Nil);
                return self.wait(state, here, Wait::Close { ch });
            }
            Builtin::Panic if !self.is_guarded(state, here) => return Next::Gone,
            Builtin::Panic => {
                if let Some(frame) = self.frame(state, here) {
                    frame.panics = Panics::Yes;
                }
                return Next::On;
            }
            Builtin::Recover => self.recover(state, here),
            Builtin::Len | Builtin::Cap => self.length(state, here, builtin, args.first()),
            Builtin::Append => self.append(state, here, args),
            Builtin::Delete => {
                self.delete(state, &args);
                Val::Nil
            }
            Builtin::Copy | Builtin::Clear => {
                self.lose(state, &args);
                self.fresh(state, here)
            }
            _ => self.fresh(state, here),
        };
        self.done(state, here, Some(result))
    }

    /// `recover` called by a deferred function ends the panic of the activation that runs it.
    fn recover(&mut self, state: &mut State, here: Here) -> Val {
        let frames = &mut state.goroutine(here.goroutine).frames;
        let panics = frames.len().checked_sub(2).and_then(|caller| frames.get_mut(caller));
        match panics {
            Some(frame) if frame.panics == Panics::Yes => {
                frame.panics = Panics::Recovered;
                Val::Text("recovered".into())
            }
            _ => Val::Nil,
        }
    }

    fn length(&mut self, state: &State, here: Here, builtin: Builtin, of: Option<&Val>) -> Val {
        let known = match of {
            Some(Val::Nil) => Some(0),
            Some(Val::Text(text)) => Some(text.len() as i64),
            Some(Val::Ref(object)) => match state.memory.get(*object).map(|object| &object.data) {
                Some(Data::List { items, exact: true }) if builtin == Builtin::Len => Some(items.len() as i64),
                Some(Data::Map { entries, exact: true }) => Some(entries.len() as i64),
                Some(Data::Chan { queue, .. }) if builtin == Builtin::Len => Some(queue.len() as i64),
                Some(Data::Chan { capacity: super::memory::Capacity::Known(capacity), .. }) => Some(*capacity),
                _ => None,
            },
            _ => None,
        };
        match (known, of) {
            (Some(known), _) => Val::Int(known),
            (None, Some(Val::Unknown(sym))) => Val::Unknown(self.interner.sym(super::value::Term::Len(*sym))),
            _ => self.fresh(state, here),
        }
    }

    fn append(&mut self, state: &mut State, here: Here, args: Vec<Val>) -> Val {
        let spread = self.program.body(here.code).call_at(here.value).is_some_and(|call| call.spread);
        let mut args = args.into_iter();
        let list = args.next().unwrap_or(Val::Nil);
        let rest: Vec<Val> = args.collect();
        let items_of = |val: &Val| match val {
            Val::Nil => Some((Vec::new(), true)),
            Val::Ref(object) => match state.memory.get(*object).map(|object| &object.data) {
                Some(Data::List { items, exact }) => Some((items.clone(), *exact)),
                _ => None,
            },
            _ => None,
        };
        let more = if spread { rest.first().and_then(items_of) } else { Some((rest.clone(), true)) };
        match (items_of(&list), more) {
            (Some((mut items, exact)), Some((more, more_exact))) if items.len() + more.len() <= 32 => {
                items.extend(more);
                let data = Data::List { items, exact: exact && more_exact };
                let is_open = matches!(&list, Val::Ref(object) if state.memory.is_open(*object, &self.interner));
                let made = self.made(state, here, 0, data);
                if is_open {
                    self.lose(state, &[Val::Ref(made)]);
                }
                Val::Ref(made)
            }
            _ => {
                self.lose(state, &rest);
                self.lose(state, &[list]);
                self.fresh(state, here)
            }
        }
    }

    fn delete(&mut self, state: &mut State, args: &[Val]) {
        let [Val::Ref(object), key] = args else { return };
        if let Some(Data::Map { entries, exact }) = state.memory.get_mut(*object).map(|object| &mut object.data) {
            let before = entries.len();
            entries.retain(|(known, _)| known != key);
            *exact &= entries.len() < before || entries.is_empty();
        }
    }

    /// The place of a lock, group, once or condition that a method gets as its receiver.
    pub(super) fn sync_loc(&mut self, args: &[Val]) -> Option<Loc> {
        args.first().and_then(|receiver| self.loc_of(receiver))
    }

    /// A struct in an object of its own.
    pub(super) fn boxed(&mut self, state: &mut State, here: Here, fields: Vec<(&str, Val)>) -> Val {
        let object = self.made(state, here, 2, Data::Cells { ty: Ty::UNKNOWN, cells: Vec::new(), unknown: false });
        let loc = Loc { object, path: PathId::ROOT };
        for (name, value) in fields {
            if let Some(name) = self.program.store().map(|store| store.name(name)) {
                let at = field(loc, name, &mut self.interner);
                state.memory.store(at, value, &mut self.interner);
            }
        }
        Val::Ptr(loc)
    }
}
