//! Functions of other packages: locks, groups, contexts and clocks; of all others nothing is known.

use super::Run;
use super::advance::Next;
use super::call::Resolved;
use super::evaluate::Here;
use super::memory::{Capacity, Content, Data, field};
use super::state::{Returns, State, Target, Wait};
use super::value::{Holder, Loc, Sync, Val};
use crate::concurrency::known::{Atomic, Known};
use rulec_flow::ir::Callee;
use rulec_types::{Name, Ty, TypeData};
use std::collections::VecDeque;

impl Run<'_, '_> {
    pub(super) fn known_call(&mut self, state: &mut State, here: Here, known: Known, args: Vec<Val>) -> Next {
        match known {
            Known::Exit => Next::Gone,
            // What gets a function may call it.
            Known::Harmless
                if args.iter().any(|arg| matches!(arg, Val::Closure(_) | Val::Func(_) | Val::Bound(..))) =>
            {
                self.foreign(state, here, args)
            }
            Known::Harmless => {
                let result = self.made_elsewhere(state, here, &args);
                self.done(state, here, Some(result))
            }
            Known::Acquire => {
                let result = match args.get(1) {
                    Some(Val::Ref(context)) if self.done_channel(state, *context).is_none() => Val::Nil,
                    _ => self.fresh(state, here),
                };
                self.done(state, here, Some(result))
            }
            Known::Atomic(atomic) => match self.sync_loc(&args) {
                Some(loc) => self.atomic(state, here, atomic, loc, &args),
                None => self.foreign(state, here, args),
            },
            Known::NotNil => {
                let result = self.fresh(state, here);
                if let Val::Unknown(sym) = &result {
                    state.assume(super::value::Test::Nil(*sym), false, &self.interner);
                }
                self.done(state, here, Some(result))
            }
            Known::Parallel => self.done(state, here, None),
            Known::RunLast if args.last().is_some_and(|call| self.is_parallel(call)) => {
                let call = args.last().cloned().unwrap_or(Val::Nil);
                self.spawn(state, here, Target::Value(call), Vec::new(), None);
                let result = self.fresh(state, here);
                self.done(state, here, Some(result))
            }
            Known::RunLast => match args.last().cloned() {
                Some(call) => self.call_argument(state, here, call, Vec::new()),
                None => self.foreign(state, here, args),
            },
            Known::AfterFunc => {
                if let Some(call) = args.last() {
                    self.spawn(state, here, Target::Value(call.clone()), Vec::new(), None);
                }
                let result = self.fresh(state, here);
                self.done(state, here, Some(result))
            }
            Known::ContextRoot
            | Known::ContextCancel
            | Known::ContextTimed
            | Known::ContextValue
            | Known::ContextDetached
            | Known::GroupContext => {
                let result = self.context(state, here, known, &args);
                self.done(state, here, Some(result))
            }
            Known::Timer => {
                let result = self.timer(state, here);
                self.done(state, here, Some(result))
            }
            Known::TimerStop | Known::TickerStop => self.stop_timer(state, here, known, &args),
            Known::TimerReset => {
                self.set_timer(state, &args, true);
                let result = self.fresh(state, here);
                self.done(state, here, Some(result))
            }
            Known::Clock => {
                let result = self.fresh(state, here);
                self.done(state, here, Some(result))
            }
            Known::CondNew => {
                let locker = args.into_iter().next().unwrap_or(Val::Nil);
                let cond = self.boxed(state, here, vec![("L", locker)]);
                self.done(state, here, Some(cond))
            }
            Known::Foreign => self.foreign(state, here, args),
            _ => match self.sync_loc(&args) {
                Some(loc) => self.sync_call(state, here, known, loc, args),
                None => self.foreign(state, here, args),
            },
        }
    }

    /// A function of which nothing is known gets these.
    fn foreign(&mut self, state: &mut State, here: Here, args: Vec<Val>) -> Next {
        self.lose(state, &args);
        let result = self.made_elsewhere(state, here, &args);
        self.done(state, here, Some(result))
    }

    /// What a function of another package makes of these.
    fn made_elsewhere(&mut self, state: &mut State, here: Here, args: &[Val]) -> Val {
        let result = self.fresh(state, here);
        let body = self.program.body(here.code);
        let operands = body.call_at(here.value).map_or(&[][..], |call| body.list(call.args));
        let mut sources = Vec::new();
        for (number, arg) in args.iter().enumerate() {
            let is_neutral = operands.get(number).is_some_and(|operand| self.is_neutral(body.inst(*operand).ty));
            if let (Val::Unknown(sym), false) = (arg, is_neutral) {
                sources.extend(self.interner.sources(*sym));
            }
        }
        sources.sort_unstable();
        sources.dedup();
        state.share(&sources, here.goroutine, false);
        if let Val::Unknown(sym) = &result {
            self.interner.set_sources(*sym, &sources);
        }
        result
    }

    /// Whether values of a type carry nothing from one goroutine to another: contexts, tests, loggers.
    fn is_neutral(&self, ty: Ty) -> bool {
        let Some(store) = self.program.store() else { return false };
        match store.data(store.unalias(self.program.pointee(ty))) {
            TypeData::Named(named) => {
                let package = store.object(named.obj).pkg;
                matches!(store.str(store.package(package).path), "context" | "testing" | "log" | "log/slog")
            }
            _ => false,
        }
    }

    /// Whether a function literal says that it runs beside others.
    fn is_parallel(&self, call: &Val) -> bool {
        let Val::Closure(closure) = call else { return false };
        self.program.body(closure.code).calls.iter().any(|call| match call.callee {
            Callee::Func(function) => self.program.known(function) == Known::Parallel,
            _ => false,
        })
    }

    fn call_argument(&mut self, state: &mut State, here: Here, call: Val, args: Vec<Val>) -> Next {
        match self.resolve(state, Target::Value(call.clone()), args) {
            Resolved::Body(code, closure, args) => {
                self.enter(state, here, code, closure, args, Returns::To(here.value));
                Next::On
            }
            _ => self.foreign(state, here, vec![call]),
        }
    }

    fn sync_call(&mut self, state: &mut State, here: Here, known: Known, loc: Loc, args: Vec<Val>) -> Next {
        match known {
            Known::Lock => self.wait(state, here, Wait::Lock { loc, read: false, announced: false }),
            Known::RLock => self.wait(state, here, Wait::Lock { loc, read: true, announced: false }),
            Known::TryLock => self.wait(state, here, Wait::TryLock { loc, read: false }),
            Known::TryRLock => self.wait(state, here, Wait::TryLock { loc, read: true }),
            Known::Unlock | Known::RUnlock => {
                self.unlock(state, here, loc, known == Known::RUnlock);
                self.done(state, here, None)
            }
            Known::RLocker => self.done(state, here, Some(Val::ReadHalf(loc))),
            Known::GroupAdd => {
                let by = args.get(1).cloned().unwrap_or(Val::Int(1));
                // Others may wait before it is added.
                if state.goroutines.len() > 1 && !matches!(by, Val::Int(by) if by < 0) {
                    return self.wait(state, here, Wait::Add { loc, by });
                }
                self.add_to_group(state, loc, &by);
                self.done(state, here, None)
            }
            Known::GroupDone => {
                self.add_to_group(state, loc, &Val::Int(-1));
                self.done(state, here, None)
            }
            Known::GroupWait => self.wait(state, here, Wait::Group { loc }),
            Known::GroupGo => {
                self.add_to_group(state, loc, &Val::Int(1));
                if let Some(call) = args.get(1) {
                    self.spawn(state, here, Target::Value(call.clone()), Vec::new(), Some(loc));
                }
                self.done(state, here, None)
            }
            Known::OnceDo => {
                let call = args.get(1).cloned().unwrap_or(Val::Nil);
                self.wait(state, here, Wait::Once { loc, call })
            }
            Known::CondWait => self.wait(state, here, Wait::Cond { loc }),
            Known::CondSignal => self.wait(state, here, Wait::Signal { loc, all: false }),
            Known::CondBroadcast => self.wait(state, here, Wait::Signal { loc, all: true }),
            _ => self.foreign(state, here, args),
        }
    }

    // Locks.

    pub(super) fn lock_state(&self, state: &State, loc: Loc) -> (Option<Holder>, Vec<Holder>, Vec<super::value::Site>) {
        match state.memory.sync(loc) {
            Some(Sync::Lock { writer, readers, pending }) => (*writer, readers.clone(), pending.clone()),
            _ => (None, Vec::new(), Vec::new()),
        }
    }

    pub(super) fn unlock(&mut self, state: &mut State, here: Here, loc: Loc, read: bool) {
        let own = state.goroutines[here.goroutine].id;
        let (mut writer, mut readers, pending) = self.lock_state(state, loc);
        if read {
            let at = readers.iter().rposition(|holder| holder.goroutine == own);
            if let Some(at) = at.or_else(|| readers.len().checked_sub(1)) {
                readers.remove(at);
            }
        } else {
            writer = None;
        }
        state.memory.set_sync(loc, Sync::Lock { writer, readers, pending }, &self.interner);
    }

    // Atomic operations.

    /// One that goes round in a loop lets others go on before.
    fn atomic(&mut self, state: &mut State, here: Here, atomic: Atomic, loc: Loc, args: &[Val]) -> Next {
        let is_loop = state.goroutines[here.goroutine].frame().is_some_and(|frame| frame.iteration > 0);
        let has_yielded = self.frame(state, here).is_some_and(|frame| std::mem::take(&mut frame.yielded));
        if is_loop && !has_yielded && state.goroutines.len() > 1 {
            return self.wait(state, here, Wait::Yield);
        }
        let new = args.get(if atomic == Atomic::CompareAndSwap { 2 } else { 1 }).cloned().unwrap_or(Val::Nil);
        let ty = self.program.body(here.code).inst(here.value).ty;
        let content = match (atomic, args.get(1)) {
            (Atomic::CompareAndSwap, Some(Val::Int(_))) | (Atomic::Add, _) => Content::Int,
            (Atomic::CompareAndSwap, Some(Val::Bool(_))) => Content::Bool,
            (Atomic::CompareAndSwap, _) => Content::Nil,
            _ => self.content(ty),
        };
        let old = state.memory.load(loc, content, &mut self.interner);
        match atomic {
            Atomic::Load => self.done(state, here, Some(old)),
            Atomic::Store => {
                self.put(state, loc, new);
                self.done(state, here, None)
            }
            Atomic::Swap => {
                self.put(state, loc, new);
                self.done(state, here, Some(old))
            }
            Atomic::Add => {
                let sum = self.binary(state, here, rulec_tree::Op::Add, old, new);
                self.put(state, loc, sum.clone());
                self.done(state, here, Some(sum))
            }
            Atomic::CompareAndSwap => {
                let expected = args.get(1).cloned().unwrap_or(Val::Nil);
                let equal = self.equal(state, here, &old, &expected);
                self.swap_if(state, here, equal, loc, &new)
            }
        }
    }

    fn swap_if(&mut self, state: &mut State, here: Here, equal: Val, loc: Loc, new: &Val) -> Next {
        let mut states = Vec::new();
        for swaps in [true, false] {
            let mut way = state.clone();
            match equal {
                Val::Bool(known) if known != swaps => continue,
                Val::Test(test, sense) => match state.truth(test, &self.interner) {
                    Some(known) if (known == sense) != swaps => continue,
                    _ => way.assume(test, sense == swaps, &self.interner),
                },
                _ => {}
            }
            if swaps {
                self.put(&mut way, loc, new.clone());
            }
            self.done(&mut way, here, Some(Val::Bool(swaps)));
            states.push(way);
        }
        Next::Forks(states)
    }

    fn put(&mut self, state: &mut State, loc: Loc, value: Val) {
        if state.memory.is_open(loc.object, &self.interner) {
            self.lose(state, std::slice::from_ref(&value));
        }
        state.memory.store(loc, value, &mut self.interner);
    }

    // Groups.

    pub(super) fn add_to_group(&mut self, state: &mut State, loc: Loc, by: &Val) {
        let (mut count, mut more) = match state.memory.sync(loc) {
            Some(Sync::Group { count, more }) => (*count, more.clone()),
            _ => (0, Vec::new()),
        };
        match by {
            Val::Int(number) => count += number,
            Val::Unknown(sym) => more.push(*sym),
            _ => more.push(self.interner.sym(super::value::Term::Number(i64::MAX))),
        }
        state.memory.set_sync(loc, Sync::Group { count, more }, &self.interner);
    }

    // Clocks.

    /// A timer or ticker: its channel is the clock's as long as it runs.
    fn timer(&mut self, state: &mut State, here: Here) -> Val {
        let data = Data::Chan { capacity: Capacity::Known(1), queue: VecDeque::new(), closed: false };
        let channel = self.made(state, here, 3, data);
        if let Some(object) = state.memory.get_mut(channel) {
            object.open = true;
        }
        self.boxed(state, here, vec![("C", Val::Ref(channel))])
    }

    fn timer_channel(&mut self, state: &mut State, args: &[Val]) -> Option<super::value::ObjRef> {
        let Some(Val::Ptr(loc)) = args.first() else { return None };
        let name = self.program.store()?.name("C");
        let at = field(*loc, name, &mut self.interner);
        match state.memory.load(at, Content::Nil, &mut self.interner) {
            Val::Ref(channel) => Some(channel),
            _ => None,
        }
    }

    fn set_timer(&mut self, state: &mut State, args: &[Val], runs: bool) {
        let channel = self.timer_channel(state, args);
        if let Some(object) = channel.and_then(|channel| state.memory.get_mut(channel)) {
            object.open = runs;
        }
    }

    /// A stopped timer sends nothing more, unless it has fired: then `Stop` is false.
    fn stop_timer(&mut self, state: &mut State, here: Here, known: Known, args: &[Val]) -> Next {
        let mut stopped = state.clone();
        self.set_timer(&mut stopped, args, false);
        if known == Known::TickerStop {
            *state = stopped;
            return self.done(state, here, None);
        }
        let mut fired = state.clone();
        self.done(&mut stopped, here, Some(Val::Bool(true)));
        self.done(&mut fired, here, Some(Val::Bool(false)));
        Next::Forks(vec![stopped, fired])
    }

    // Contexts.

    fn context(&mut self, state: &mut State, here: Here, known: Known, args: &[Val]) -> Val {
        let parent = match args.first() {
            Some(Val::Ref(parent))
                if matches!(state.memory.get(*parent).map(|object| &object.data), Some(Data::Context { .. })) =>
            {
                Some(*parent)
            }
            _ => None,
        };
        let data = Data::Chan { capacity: Capacity::Known(0), queue: VecDeque::new(), closed: false };
        let is_root = matches!(known, Known::ContextRoot | Known::ContextDetached);
        let done = match (known, parent) {
            _ if is_root => None,
            // It has nothing of its own.
            (Known::ContextValue, Some(parent)) => self.done_channel(state, parent),
            _ => {
                let done = self.made(state, here, 4, data);
                // Others can end what it was made from; the clock ends it.
                let is_open = parent.is_none_or(|parent| {
                    self.done_channel(state, parent).is_some_and(|done| state.memory.is_open(done, &self.interner))
                });
                if let Some(object) = state.memory.get_mut(done) {
                    object.open = is_open || known == Known::ContextTimed;
                }
                Some(done)
            }
        };
        let context = self.made(state, here, 5, Data::Context { done, parent: if is_root { None } else { parent } });
        match known {
            Known::ContextCancel | Known::ContextTimed => Val::Tuple([Val::Ref(context), Val::Cancel(context)].into()),
            Known::GroupContext => {
                // The group ends the context when one of its functions fails, or when it has waited.
                self.lose(state, &[Val::Ref(context)]);
                let group = self.boxed(state, here, Vec::new());
                Val::Tuple([group, Val::Ref(context)].into())
            }
            _ => Val::Ref(context),
        }
    }

    fn done_channel(&self, state: &State, context: super::value::ObjRef) -> Option<super::value::ObjRef> {
        match state.memory.get(context).map(|object| &object.data) {
            Some(Data::Context { done, .. }) => *done,
            _ => None,
        }
    }

    pub(super) fn context_method(&mut self, state: &mut State, here: Here, name: Name, args: Vec<Val>) -> Next {
        let text = self.program.store().map_or("", |store| store.str(name));
        let result = match (text, args.first()) {
            ("Done", Some(Val::Ref(context))) => match self.done_channel(state, *context) {
                Some(done) => Val::Ref(done),
                None => Val::Nil,
            },
            ("Err", Some(Val::Ref(context))) => {
                let done = self.done_channel(state, *context);
                match done.and_then(|done| state.memory.get(done)) {
                    Some(object) => match &object.data {
                        Data::Chan { closed: true, .. } => Val::Text("context canceled".into()),
                        _ if object.open => self.fresh(state, here),
                        _ => Val::Nil,
                    },
                    None => Val::Nil,
                }
            }
            _ => self.fresh(state, here),
        };
        self.done(state, here, Some(result))
    }

    /// Ends a context and those that were made from it.
    pub(super) fn cancel(&self, state: &mut State, context: super::value::ObjRef) {
        let mut ended = vec![context];
        let mut next = 0;
        while let Some(at) = ended.get(next).copied() {
            next += 1;
            let children = state.memory.objects().filter_map(|(number, object)| match &object.data {
                Data::Context { parent: Some(parent), .. } if *parent == at => Some(number),
                _ => None,
            });
            let new: Vec<_> = children.filter(|child| !ended.contains(child)).collect();
            ended.extend(new);
        }
        for context in ended {
            let done = self.done_channel(state, context);
            if let Some(Data::Chan { closed, .. }) =
                done.and_then(|done| state.memory.get_mut(done)).map(|object| &mut object.data)
            {
                *closed = true;
            }
        }
    }

    /// The place of the lock that lies in a struct and lends it its methods; any other place itself.
    fn embedded_lock(&mut self, state: &mut State, loc: Loc) -> Loc {
        let ty = self.type_at(state, loc);
        let found = self.program.store().and_then(|store| self.program.method(ty, store.name("Lock")));
        let receiver = found.and_then(|(method, way)| self.receiver(state, loc, &way, method));
        match receiver {
            Some(Val::Ptr(lock)) => lock,
            _ => loc,
        }
    }

    /// The place of the lock of a condition.
    pub(super) fn cond_lock(&mut self, state: &mut State, cond: Loc) -> Option<(Loc, bool)> {
        let name = self.program.store()?.name("L");
        let at = field(cond, name, &mut self.interner);
        match state.memory.load(at, Content::Nil, &mut self.interner) {
            Val::Ptr(loc) => Some((self.embedded_lock(state, loc), false)),
            Val::ReadHalf(loc) => Some((loc, true)),
            Val::Unknown(sym) => self.loc_of(&Val::Unknown(sym)).map(|loc| (loc, false)),
            _ => None,
        }
    }
}
