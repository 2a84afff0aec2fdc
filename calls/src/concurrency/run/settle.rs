//! Where goroutines meet: which operations can go on, and who waits for ever when none can.

use super::evaluate::Here;
use super::memory::Data;
use super::state::{Reached, Returns, State, Status, Target, Wait, WaitKind};
use super::value::{Holder, Loc, Sync, Val};
use super::wait::{Offer, Ready};
use super::{Run, Stuck};
use crate::concurrency::Spot;
use crate::concurrency::program::CodeId;
use rulec_flow::ir::{Callee, Op, Value, When};

/// A state that follows, and the goroutine that went on; none if nothing follows: a panic.
type Move = (Option<State>, usize);

impl Run<'_, '_> {
    /// All states that follow one in which every goroutine waits, with the number of switches. If there are none, those
    /// that wait are looked at.
    pub(super) fn settle(&mut self, state: State) -> Vec<(State, usize)> {
        let mut moves: Vec<Move> = Vec::new();
        for goroutine in 0..state.goroutines.len() {
            self.moves(&state, goroutine, &mut moves);
        }
        if moves.is_empty() {
            self.judge(&state);
            return Vec::new();
        }
        let goes_on = moves.iter().any(|(_, by)| *by == state.last);
        let cost = |by: usize| usize::from(goes_on && by != state.last);
        let follow = |(next, by): Move| {
            let mut next = next?;
            next.last = by;
            Some((next, cost(by)))
        };
        moves.into_iter().filter_map(follow).collect()
    }

    fn moves(&mut self, state: &State, goroutine: usize, moves: &mut Vec<Move>) {
        let Status::Waits(wait) = state.goroutines[goroutine].status.clone() else { return };
        match wait {
            Wait::Send { .. } | Wait::Receive { .. } => self.communications(state, goroutine, moves),
            Wait::Select { default, .. } => {
                let before = moves.len();
                self.communications(state, goroutine, moves);
                let offers = self.offers(state, goroutine);
                let is_certain = |offer: &Offer| {
                    self.ready(state, offer) == Ready::Yes
                        && self.channel(state, &offer.ch).is_some_and(|ch| !state.memory.is_open(ch, &self.interner))
                };
                let is_taken = moves.len() > before && offers.iter().any(is_certain);
                if let Some(default) = default.filter(|_| !is_taken) {
                    let mut next = state.clone();
                    self.choose_case(&mut next, goroutine, default, None);
                    moves.push((Some(next), goroutine));
                }
            }
            Wait::Close { ch } => self.close(state, goroutine, &ch, moves),
            Wait::Lock { loc, read, announced } => self.lock(state, goroutine, (loc, read, announced), moves),
            Wait::TryLock { loc, read } => {
                let (writer, readers, _) = self.lock_state(state, loc);
                let is_free = writer.is_none() && (read || readers.is_empty());
                let mut next = state.clone();
                if is_free {
                    self.acquire(&mut next, goroutine, loc, read);
                }
                self.go_on(&mut next, goroutine, Some(Val::Bool(is_free)));
                moves.push((Some(next), goroutine));
            }
            Wait::Yield => {
                let mut next = state.clone();
                next.goroutine(goroutine).status = Status::Runs;
                if let Some(frame) = next.goroutine(goroutine).frames.last_mut() {
                    frame.yielded = true;
                }
                moves.push((Some(next), goroutine));
            }
            Wait::Add { loc, by } => {
                let mut next = state.clone();
                self.add_to_group(&mut next, loc, &by);
                self.go_on(&mut next, goroutine, None);
                moves.push((Some(next), goroutine));
            }
            Wait::Group { loc } => {
                if self.group_is_done(state, loc) {
                    let mut next = state.clone();
                    let result = self.here(&next, goroutine).map(|here| self.fresh(&next, here));
                    self.go_on(&mut next, goroutine, result);
                    moves.push((Some(next), goroutine));
                }
            }
            Wait::Once { loc, call } => self.once(state, goroutine, loc, call, moves),
            Wait::Cond { loc } => {
                let mut next = state.clone();
                self.park(&mut next, goroutine, loc);
                moves.push((Some(next), goroutine));
            }
            Wait::CondParked { loc } => self.wake(state, goroutine, loc, moves),
            Wait::Signal { loc, all } => self.signal(state, goroutine, loc, all, moves),
            Wait::Cancel { context } => {
                let mut next = state.clone();
                self.cancel(&mut next, context);
                self.go_on(&mut next, goroutine, None);
                moves.push((Some(next), goroutine));
            }
        }
    }

    // Channels.

    fn communications(&mut self, state: &State, goroutine: usize, moves: &mut Vec<Move>) {
        for offer in self.offers(state, goroutine) {
            match self.ready(state, &offer) {
                Ready::No => {}
                Ready::Panics => moves.push((None, goroutine)),
                Ready::Yes => {
                    let mut next = state.clone();
                    self.communicate_alone(&mut next, goroutine, &offer);
                    moves.push((Some(next), goroutine));
                }
                Ready::Together => self.meet(state, goroutine, &offer, moves),
                Ready::FullIf(full) => {
                    for truth in [true, false] {
                        let mut next = state.clone();
                        next.assume(full, truth, &self.interner);
                        if !truth {
                            self.communicate_alone(&mut next, goroutine, &offer);
                        }
                        moves.push((Some(next), goroutine));
                    }
                }
            }
        }
    }

    /// Sends to a buffer or to nobody that is known, or receives from there.
    fn communicate_alone(&mut self, state: &mut State, goroutine: usize, offer: &Offer) {
        let Some(here) = self.here(state, goroutine) else { return };
        let channel = self.channel(state, &offer.ch);
        let is_open = channel.is_none_or(|channel| state.memory.is_open(channel, &self.interner));
        if let Some(sent) = &offer.send {
            if is_open {
                self.lose(state, std::slice::from_ref(sent));
            } else if let Some(Data::Chan { queue, .. }) =
                channel.and_then(|channel| state.memory.get_mut(channel)).map(|object| &mut object.data)
            {
                queue.push_back(sent.clone());
            }
            return self.finish(state, goroutine, offer.case, None);
        }
        let data = channel.and_then(|channel| state.memory.get_mut(channel)).map(|object| &mut object.data);
        let received = match data {
            Some(Data::Chan { queue, closed, .. }) => match queue.pop_front() {
                Some(value) => Some((value, true)),
                None if *closed => Some((Val::Nil, false)),
                None => None,
            },
            _ => None,
        };
        let pair = match received {
            Some((value, true)) => (value, Val::Bool(true)),
            Some((_, false)) if is_open || channel.is_some() => (self.zero_of(state, here, offer), Val::Bool(false)),
            _ => (self.fresh(state, here), self.open_truth(state, here)),
        };
        self.has_ended(state, channel);
        self.finish(state, goroutine, offer.case, Some(pair));
    }

    /// What was received from a context that others end says that it has ended.
    fn has_ended(&mut self, state: &mut State, channel: Option<super::value::ObjRef>) {
        let of_context = state
            .memory
            .objects()
            .any(|(_, object)| matches!(object.data, Data::Context { done, .. } if done == channel && done.is_some()));
        let object = channel.filter(|_| of_context).and_then(|channel| state.memory.get_mut(channel));
        if let Some(Data::Chan { closed, .. }) = object.map(|object| &mut object.data) {
            *closed = true;
        }
    }

    /// Whether a channel that others hold was open: a range over it ends at last.
    fn open_truth(&mut self, state: &State, here: Here) -> Val {
        let site = self.site(state, here);
        let sym = self.interner.sym(super::value::Term::Fresh(site));
        Val::Unknown(self.interner.sym(super::value::Term::Part(sym, 1)))
    }

    /// The zero value of the elements of a channel.
    fn zero_of(&mut self, state: &State, here: Here, _: &Offer) -> Val {
        let ty = self.program.body(here.code).inst(here.value).ty;
        match self.program.under(ty) {
            Some(rulec_types::TypeData::Tuple(parts)) => parts.first().map_or(Val::Nil, |ty| self.content(*ty).zero()),
            Some(_) => self.content(ty).zero(),
            None => self.fresh(state, here),
        }
    }

    /// A sender and a receiver that wait at the same time.
    fn meet(&mut self, state: &State, goroutine: usize, offer: &Offer, moves: &mut Vec<Move>) {
        for other in 0..state.goroutines.len() {
            // Each pair once: the sender looks for the receivers.
            if other == goroutine || offer.send.is_none() {
                continue;
            }
            for answer in self.offers(state, other) {
                if answer.send.is_some() || answer.ch != offer.ch {
                    continue;
                }
                let mut next = state.clone();
                let sent = offer.send.clone().unwrap_or(Val::Nil);
                self.finish(&mut next, goroutine, offer.case, None);
                self.finish(&mut next, other, answer.case, Some((sent, Val::Bool(true))));
                // Either of them may have come first.
                let by = if state.last == other { other } else { goroutine };
                moves.push((Some(next), by));
            }
        }
    }

    /// A communication is done.
    fn finish(&mut self, state: &mut State, goroutine: usize, case: Option<u32>, received: Option<(Val, Val)>) {
        if let Some(case) = case {
            return self.choose_case(state, goroutine, case, received);
        }
        let Status::Waits(wait) = state.goroutines[goroutine].status.clone() else { return };
        let Some((value, open)) = received else { return self.go_on(state, goroutine, None) };
        match wait {
            Wait::Receive { kind: WaitKind::Range, .. } => self.range_goes_on(state, goroutine, value, open),
            Wait::Receive { comma, .. } => {
                let received = if comma { Val::Tuple([value, open].into()) } else { value };
                self.go_on(state, goroutine, Some(received));
            }
            _ => self.go_on(state, goroutine, None),
        }
    }

    fn range_goes_on(&mut self, state: &mut State, goroutine: usize, value: Val, open: Val) {
        let Some(here) = self.here(state, goroutine) else { return };
        let iteration = state.goroutines[goroutine].frame().map_or(0, |frame| frame.iteration);
        let goes_on = match open {
            Val::Bool(open) => open,
            // Others send as often as they like, and end it at last.
            _ => iteration < 1,
        };
        let wanted = if goes_on { When::Next(here.value) } else { When::Done(here.value) };
        let edge = self.edge(state, goroutine, |when| when == wanted);
        if let Some(frame) = self.frame(state, here) {
            frame.branch = edge;
        }
        self.go_on(state, goroutine, Some(Val::Tuple([value].into())));
    }

    fn choose_case(&mut self, state: &mut State, goroutine: usize, case: u32, received: Option<(Val, Val)>) {
        let Some(here) = self.here(state, goroutine) else { return };
        let is_default = matches!(
            &state.goroutines[goroutine].status,
            Status::Waits(Wait::Select { default: Some(default), .. }) if *default == case
        );
        let edge = self.edge(state, goroutine, |when| matches!(when, When::Chosen { case: own, .. } if own == case));
        let chosen = received.map_or(Val::Nil, |(value, open)| Val::Tuple([value, open].into()));
        if let Some(frame) = self.frame(state, here) {
            frame.branch = edge;
            frame.chosen = (!is_default).then_some(chosen);
        }
        self.go_on(state, goroutine, None);
    }

    fn edge(&self, state: &State, goroutine: usize, is_wanted: impl Fn(When) -> bool) -> Option<u32> {
        let frame = state.goroutines[goroutine].frame()?;
        let succs = &self.program.body(frame.code).block(frame.block).succs;
        succs.iter().position(|edge| is_wanted(edge.when)).map(|edge| edge as u32)
    }

    fn close(&mut self, state: &State, goroutine: usize, ch: &Val, moves: &mut Vec<Move>) {
        let mut next = state.clone();
        let channel = self.channel(state, ch);
        if let Some(Data::Chan { closed, .. }) =
            channel.and_then(|channel| next.memory.get_mut(channel)).map(|object| &mut object.data)
        {
            if std::mem::replace(closed, true) {
                return moves.push((None, goroutine));
            }
        } else if self.is_nil(ch) {
            return moves.push((None, goroutine));
        }
        self.go_on(&mut next, goroutine, None);
        moves.push((Some(next), goroutine));
    }

    // Locks.

    fn lock(
        &mut self,
        state: &State,
        goroutine: usize,
        (loc, read, announced): (Loc, bool, bool),
        moves: &mut Vec<Move>,
    ) {
        let own = state.goroutines[goroutine].id;
        let (writer, readers, pending) = self.lock_state(state, loc);
        let is_free = writer.is_none() && if read { pending.is_empty() } else { readers.is_empty() };
        if is_free {
            let mut next = state.clone();
            self.acquire(&mut next, goroutine, loc, read);
            self.go_on(&mut next, goroutine, None);
            return moves.push((Some(next), goroutine));
        }
        // A writer that waits keeps new readers out.
        if !read && !announced && !readers.is_empty() && !pending.contains(&own) {
            let mut next = state.clone();
            let pending = pending.into_iter().chain([own]).collect();
            next.memory.set_sync(loc, Sync::Lock { writer, readers, pending }, &self.interner);
            next.goroutine(goroutine).status = Status::Waits(Wait::Lock { loc, read, announced: true });
            moves.push((Some(next), goroutine));
        }
    }

    fn acquire(&mut self, state: &mut State, goroutine: usize, loc: Loc, read: bool) {
        let own = state.goroutines[goroutine].id;
        let at = state.goroutines[goroutine].at().unwrap_or((CodeId(0), Value(0)));
        let (mut writer, mut readers, mut pending) = self.lock_state(state, loc);
        let holder = Holder { goroutine: own, at };
        if read {
            readers.push(holder);
        } else {
            writer = Some(holder);
            pending.retain(|waiting| *waiting != own);
        }
        state.memory.set_sync(loc, Sync::Lock { writer, readers, pending }, &self.interner);
    }

    /// Whether nobody of a group is awaited any more; numbers that are not known may be any.
    fn group_is_done(&self, state: &State, loc: Loc) -> bool {
        let Some(Sync::Group { count, more }) = state.memory.sync(loc) else { return true };
        let numbers: Option<i64> = more.iter().map(|sym| state.number(*sym, &self.interner)).sum();
        numbers.is_none_or(|more| count + more <= 0)
    }

    fn once(&mut self, state: &State, goroutine: usize, loc: Loc, call: Val, moves: &mut Vec<Move>) {
        let Some(here) = self.here(state, goroutine) else { return };
        let own = state.goroutines[goroutine].id;
        let mut next = state.clone();
        match state.memory.sync(loc) {
            Some(Sync::Once { runs: Some(_) }) => return,
            Some(Sync::Once { runs: None }) => self.go_on(&mut next, goroutine, None),
            _ => {
                next.memory.set_sync(loc, Sync::Once { runs: Some(own) }, &self.interner);
                next.goroutine(goroutine).status = Status::Runs;
                let returns = Returns::Once(loc, here.value);
                if let super::advance::Next::Gone = self.call(&mut next, here, Target::Value(call), Vec::new(), returns)
                {
                    return;
                }
                let entered = next.goroutines[goroutine].frames.len() > state.goroutines[goroutine].frames.len();
                if !entered && next.goroutines[goroutine].status == Status::Runs {
                    next.memory.set_sync(loc, Sync::Once { runs: None }, &self.interner);
                }
            }
        }
        moves.push((Some(next), goroutine));
    }

    // Conditions.

    fn park(&mut self, state: &mut State, goroutine: usize, cond: Loc) {
        let own = state.goroutines[goroutine].id;
        if let (Some((lock, read)), Some(here)) = (self.cond_lock(state, cond), self.here(state, goroutine)) {
            self.unlock(state, here, lock, read);
        }
        let (mut waits, woken) = self.cond_state(state, cond);
        waits.push(own);
        state.memory.set_sync(cond, Sync::Cond { waits, woken }, &self.interner);
        state.goroutine(goroutine).status = Status::Waits(Wait::CondParked { loc: cond });
    }

    /// A goroutine that was woken takes the lock again.
    fn wake(&mut self, state: &State, goroutine: usize, cond: Loc, moves: &mut Vec<Move>) {
        let own = state.goroutines[goroutine].id;
        let (waits, mut woken) = self.cond_state(state, cond);
        let Some(at) = woken.iter().position(|waiting| *waiting == own) else { return };
        let mut next = state.clone();
        woken.remove(at);
        next.memory.set_sync(cond, Sync::Cond { waits, woken }, &self.interner);
        match self.cond_lock(&mut next, cond) {
            // The call is done when the lock is.
            Some((loc, read)) => {
                next.goroutine(goroutine).status = Status::Waits(Wait::Lock { loc, read, announced: false });
            }
            None => self.go_on(&mut next, goroutine, None),
        }
        moves.push((Some(next), goroutine));
    }

    fn signal(&mut self, state: &State, goroutine: usize, cond: Loc, all: bool, moves: &mut Vec<Move>) {
        let (waits, woken) = self.cond_state(state, cond);
        let ways: Vec<(Vec<_>, Vec<_>)> = match waits.as_slice() {
            [] => vec![(waits.clone(), woken)],
            _ if all => vec![(Vec::new(), woken.into_iter().chain(waits.iter().copied()).collect())],
            _ => {
                let wakes = |chosen: usize| {
                    let mut left = waits.clone();
                    let one = left.remove(chosen);
                    (left, woken.iter().copied().chain([one]).collect())
                };
                (0..waits.len()).map(wakes).collect()
            }
        };
        for (waits, woken) in ways {
            let mut next = state.clone();
            next.memory.set_sync(cond, Sync::Cond { waits, woken }, &self.interner);
            self.go_on(&mut next, goroutine, None);
            moves.push((Some(next), goroutine));
        }
    }

    fn cond_state(&self, state: &State, cond: Loc) -> (Vec<super::value::Site>, Vec<super::value::Site>) {
        match state.memory.sync(cond) {
            Some(Sync::Cond { waits, woken }) => (waits.clone(), woken.clone()),
            _ => (Vec::new(), Vec::new()),
        }
    }

    // Going on.

    fn here(&self, state: &State, goroutine: usize) -> Option<Here> {
        let (code, value) = state.goroutines[goroutine].at()?;
        Some(Here { goroutine, code, value })
    }

    /// The operation is done, with this value.
    fn go_on(&mut self, state: &mut State, goroutine: usize, value: Option<Val>) {
        state.goroutine(goroutine).status = Status::Runs;
        let Some(frame) = state.goroutine(goroutine).frames.last_mut() else { return };
        let at = Value(frame.next);
        if let Some(value) = value {
            frame.set(at, value);
        }
        // A deferred call that was run by a panic stands at no instruction of its own.
        if frame.panics == super::state::Panics::No {
            frame.next += 1;
        }
    }

    // Who waits for ever.

    /// Nobody can go on: those whom nobody can ever reach any more wait for ever.
    fn judge(&mut self, state: &State) {
        let count = state.goroutines.len();
        let is_waiting = |number: &usize| matches!(state.goroutines[*number].status, Status::Waits(_));
        let mut live: Vec<bool> = state.goroutines.iter().map(|goroutine| goroutine.status == Status::Lost).collect();
        loop {
            let mut reached = Reached::default();
            (0..count).filter(|number| live[*number]).for_each(|number| reached.goroutine(&state.goroutines[number]));
            // Whoever goes on can use the variables of the package.
            match live.contains(&true) {
                true => reached.close(&state.memory, &self.interner),
                false => reached.close_without_globals(&state.memory, &self.interner),
            }
            let waiting: Vec<usize> = (0..count).filter(is_waiting).filter(|number| !live[*number]).collect();
            let released: Vec<usize> =
                waiting.into_iter().filter(|number| self.may_be_released(state, *number, &reached, &live)).collect();
            if released.is_empty() {
                break;
            }
            released.into_iter().for_each(|number| live[number] = true);
        }
        let stuck: Vec<usize> = (0..count).filter(is_waiting).filter(|number| !live[*number]).collect();
        for number in &stuck {
            self.record(state, *number, &stuck);
        }
    }

    /// Whether something that still lives, or code that is not run here, can let a goroutine go on.
    fn may_be_released(&self, state: &State, number: usize, reached: &Reached, live: &[bool]) -> bool {
        let Status::Waits(wait) = &state.goroutines[number].status else { return false };
        let is_reached = |object| reached.has(object) || state.memory.is_open(object, &self.interner);
        match wait {
            Wait::Send { ch, .. } | Wait::Receive { ch, .. } => self.channel(state, ch).is_some_and(is_reached),
            Wait::Select { cases, .. } => {
                cases.iter().any(|case| self.channel(state, &case.ch).is_some_and(is_reached))
            }
            Wait::Lock { loc, .. } => self.lock_may_be_released(state, number, *loc, reached, live),
            Wait::Once { loc, .. } => match state.memory.sync(*loc) {
                Some(Sync::Once { runs: Some(by) }) => {
                    state.goroutines.iter().zip(live).any(|(goroutine, live)| goroutine.id == *by && *live)
                }
                _ => false,
            },
            Wait::Group { loc } | Wait::CondParked { loc } => is_reached(loc.object),
            _ => true,
        }
    }

    fn lock_may_be_released(&self, state: &State, number: usize, loc: Loc, reached: &Reached, live: &[bool]) -> bool {
        let (writer, readers, pending) = self.lock_state(state, loc);
        // One that is no longer followed may release what others took.
        let is_lost = |goroutine: &usize| state.goroutines[*goroutine].status == Status::Lost;
        let mut lost = (0..state.goroutines.len()).filter(is_lost).peekable();
        if lost.peek().is_some() && state.reachable(lost, &self.interner).has(loc.object) {
            return true;
        }
        let own = state.goroutines[number].id;
        let pending = pending.into_iter().filter(|waiting| *waiting != own);
        let holders = writer.into_iter().chain(readers).map(|holder| holder.goroutine).chain(pending);
        holders.into_iter().any(|holder| {
            let found = state.goroutines.iter().position(|goroutine| goroutine.id == holder);
            match found {
                Some(found) if state.goroutines[found].status == Status::Ended => {
                    state.memory.is_open(loc.object, &self.interner) || reached.has(loc.object)
                }
                Some(found) => live[found],
                None => true,
            }
        })
    }

    fn record(&mut self, state: &State, number: usize, stuck: &[usize]) {
        let goroutine = &state.goroutines[number];
        let (Status::Waits(wait), Some(at)) = (&goroutine.status, goroutine.at()) else { return };
        let Some(kind) = Self::kind(wait) else { return };
        if self.is_meant(number, wait, at) {
            return;
        }
        let at = self.spot(at);
        if self.outcome.stuck.iter().any(|known| known.at == at) {
            return;
        }
        if state.hangs_on_shared() || self.is_left_by_test(at, stuck) {
            self.outcome.doubtful.insert(at);
            return;
        }
        let mut with: Vec<Spot> = Vec::new();
        if let Wait::Lock { loc, .. } = wait {
            let (writer, readers, _) = self.lock_state(state, *loc);
            with.extend(writer.into_iter().chain(readers).map(|holder| self.spot(holder.at)));
        }
        let others = state.goroutines.iter().enumerate().filter(|(other, _)| *other != number && stuck.contains(other));
        with.extend(others.filter_map(|(_, other)| other.at()).map(|at| self.spot(at)));
        with.dedup();
        let is_group = |other: &usize| matches!(&state.goroutines[*other].status, Status::Waits(wait) if Self::kind(wait) == Some(WaitKind::Group));
        let follows = kind == WaitKind::Group && stuck.iter().any(|other| !is_group(other));
        let spawned = goroutine.spawned.map(|spawned| self.spot(spawned));
        self.outcome.stuck.push(Stuck { kind, at, spawned, with, follows });
    }

    /// Whether the first goroutine waits for a context that never ends: so programs are kept from ending.
    fn is_meant(&self, number: usize, wait: &Wait, (code, value): (CodeId, Value)) -> bool {
        let body = self.program.body(code);
        let Op::Receive { ch, .. } = body.op(value) else { return false };
        let is_done = |call: &rulec_flow::ir::Call| match call.callee {
            Callee::Interface(name) => self.program.store().is_some_and(|store| store.str(name) == "Done"),
            _ => false,
        };
        number == 0
            && matches!(wait, Wait::Receive { ch: Val::Nil, .. })
            && body.call_at(body.source_of(ch)).is_some_and(is_done)
    }

    /// Whether a test has come to its end and left goroutines behind in the code that it tests: others may use that code
    /// otherwise, and serve them.
    fn is_left_by_test(&self, at: Spot, stuck: &[usize]) -> bool {
        let is_elsewhere = self.program.source(self.root).number != at.file;
        is_elsewhere && !stuck.contains(&0) && self.program.is_test(self.root)
    }

    /// Where an instruction stands in the source.
    pub(super) fn spot(&self, (code, value): (CodeId, Value)) -> Spot {
        let body = self.program.body(code);
        let row = body.insts.get(value.0 as usize).map_or(body.func, |inst| inst.row);
        Spot { file: self.program.source(code).number, row }
    }
}
