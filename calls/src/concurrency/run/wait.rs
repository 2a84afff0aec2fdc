//! What a waiting goroutine offers or asks for.

use super::Run;
use super::evaluate::Here;
use super::memory::{Capacity, Data};
use super::state::{Case, Fact, State, Status, Wait, WaitKind};
use super::value::{ObjRef, Test, Val};
use rulec_flow::ir::{Op, When};

/// A communication that a goroutine is ready for.
#[derive(Clone, Debug)]
pub(super) struct Offer {
    pub(super) ch: Val,
    /// The value that it sends; a receive without.
    pub(super) send: Option<Val>,
    /// The case of a select.
    pub(super) case: Option<u32>,
}

/// What a channel lets happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ready {
    /// Nothing.
    No,
    Yes,
    /// If another goroutine is there at the same time.
    Together,
    /// Sending panics.
    Panics,
    /// If this test holds it is full.
    FullIf(Test),
}

impl Run<'_, '_> {
    /// The cases of a select.
    pub(super) fn select(&mut self, state: &State, here: Here) -> Wait {
        let program = self.program;
        let body = program.body(here.code);
        let tree = &program.source(here.code).file.tree;
        let (mut cases, mut default) = (Vec::new(), None);
        let block = state.goroutines[here.goroutine].frame().map(|frame| frame.block);
        let edges = block.map_or(&[][..], |block| &body.block(block).succs);
        let clauses: Vec<_> = tree.children(tree.slot(body.inst(here.value).row, 0)).collect();
        for edge in edges {
            let When::Chosen { case, .. } = edge.when else { continue };
            let Some(clause) = clauses.get(case as usize) else { continue };
            let comm = tree.slot(*clause, 0);
            let is_own = |row: rulec_tree::Node| comm <= row && row < tree.end(comm);
            let first = body.insts_of(edge.to).find_map(|value| match body.op(value) {
                Op::Send { ch, value: sent } if is_own(body.inst(value).row) => Some((ch, Some(sent))),
                Op::Receive { ch, .. } if is_own(body.inst(value).row) => Some((ch, None)),
                _ => None,
            });
            match first {
                Some((ch, sent)) => {
                    let ch = self.get(state, here, ch);
                    let send = sent.map(|sent| self.get(state, here, sent));
                    cases.push(Case { number: case, ch, send });
                }
                None => default = Some(case),
            }
        }
        Wait::Select { cases, default }
    }

    /// The communications that a goroutine waits for.
    pub(super) fn offers(&self, state: &State, goroutine: usize) -> Vec<Offer> {
        match &state.goroutines[goroutine].status {
            Status::Waits(Wait::Send { ch, value }) => {
                vec![Offer { ch: ch.clone(), send: Some(value.clone()), case: None }]
            }
            Status::Waits(Wait::Receive { ch, .. }) => vec![Offer { ch: ch.clone(), send: None, case: None }],
            Status::Waits(Wait::Select { cases, .. }) => {
                let offer =
                    |case: &Case| Offer { ch: case.ch.clone(), send: case.send.clone(), case: Some(case.number) };
                cases.iter().map(offer).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The channel object of a value; none for `nil` and for what is not known.
    pub(super) fn channel(&self, state: &State, ch: &Val) -> Option<ObjRef> {
        match ch {
            Val::Ref(object) => matches!(state.memory.get(*object)?.data, Data::Chan { .. }).then_some(*object),
            _ => None,
        }
    }

    /// Whether a channel is never ready.
    pub(super) fn is_nil(&self, ch: &Val) -> bool {
        matches!(ch, Val::Nil)
    }

    /// What happens if this goroutine communicates alone.
    pub(super) fn ready(&self, state: &State, offer: &Offer) -> Ready {
        if self.is_nil(&offer.ch) {
            return Ready::No;
        }
        let Some(object) = self.channel(state, &offer.ch).and_then(|ch| state.memory.get(ch)) else {
            return Ready::Yes;
        };
        let Data::Chan { capacity, queue, closed } = &object.data else { return Ready::Yes };
        if object.open {
            return Ready::Yes;
        }
        if offer.send.is_none() {
            return match queue.is_empty() {
                false => Ready::Yes,
                true if *closed => Ready::Yes,
                true => Ready::Together,
            };
        }
        if *closed {
            return Ready::Panics;
        }
        match capacity {
            Capacity::Known(0) => Ready::Together,
            Capacity::Known(capacity) if (queue.len() as i64) < *capacity => Ready::Yes,
            Capacity::Known(_) => Ready::No,
            Capacity::Symbol(sym) => {
                let full = Test::Less(*sym, queue.len() as i64 + 1);
                match state.truth(full, &self.interner) {
                    Some(true) if queue.is_empty() => Ready::Together,
                    Some(true) => Ready::No,
                    Some(false) => Ready::Yes,
                    // Nothing was found out about the size: it was chosen to be enough.
                    None if state.fact(self.interner.linear(*sym).0) == Fact::default() => Ready::Yes,
                    None => Ready::FullIf(full),
                }
            }
        }
    }

    /// What kind of operation a goroutine waits at.
    pub(super) fn kind(wait: &Wait) -> Option<WaitKind> {
        Some(match wait {
            Wait::Send { .. } => WaitKind::Send,
            Wait::Receive { kind, .. } => *kind,
            Wait::Select { .. } => WaitKind::Select,
            Wait::Lock { read, .. } => {
                if *read {
                    WaitKind::ReadLock
                } else {
                    WaitKind::Lock
                }
            }
            Wait::Group { .. } => WaitKind::Group,
            Wait::Once { .. } => WaitKind::Once,
            Wait::CondParked { .. } => WaitKind::Condition,
            Wait::Cond { .. }
            | Wait::Yield
            | Wait::Add { .. }
            | Wait::Close { .. }
            | Wait::TryLock { .. }
            | Wait::Signal { .. }
            | Wait::Cancel { .. } => {
                return None;
            }
        })
    }
}
