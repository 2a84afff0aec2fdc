//! The ways out of a body: deferred calls on `return` and on `panic`.
//!
//! Each way is a chain: the deferred calls in the opposite order of their source, with a way around each that need not
//! have been registered and a way back to each that may have been registered several times. A deferred call that recovers
//! leads from the chain of `panic` into what is left of that of `return`.
//!
//! Source: the Go specification, "Defer statements", "Handling panics".

use super::Lowerer;
use super::builder::Builder;
use crate::ir::{BlockId, Callee, Op, Value, When};
use rulec_tree::{Kind, Node};
use rulec_types::Ty;

/// For more deferred calls than this, each may or may not have been registered.
const MAX_EXACT: usize = 64;

/// Where a body is left to.
pub(super) struct WaysOut {
    pub(super) on_return: BlockId,
    pub(super) on_panic: BlockId,
    pub(super) returned: BlockId,
    pub(super) panicked: BlockId,
    /// Deferred calls in source order.
    pub(super) defers: Vec<Value>,
}

impl WaysOut {
    pub(super) fn new(builder: &mut Builder) -> WaysOut {
        let [on_return, on_panic, returned, panicked] = std::array::from_fn(|_| builder.new_block());
        WaysOut { on_return, on_panic, returned, panicked, defers: Vec::new() }
    }
}

/// A deferred call that may be registered when the body is left.
struct Deferred {
    defer: Value,
    block: BlockId,
    /// It may have been registered several times.
    repeats: bool,
    recovers: bool,
    never_returns: bool,
}

impl Lowerer<'_> {
    /// Leads both ways out through the deferred calls.
    pub(super) fn run_defers(&mut self) {
        let live = self.builder.reachable(BlockId(0), None);
        let is_live = |block: BlockId| live.get(block.0 as usize).copied().unwrap_or(false);
        let deferred = self.deferred(&live);
        let panics = is_live(self.ways_out.on_panic);
        let recovers = panics && deferred.iter().any(|deferred| deferred.recovers);
        let certain = |way: BlockId, lowerer: &Self| -> Vec<bool> {
            let passes = |deferred: &Deferred| {
                let without = lowerer.builder.reachable(BlockId(0), Some(deferred.block));
                !without.get(way.0 as usize).copied().unwrap_or(true)
            };
            deferred.iter().map(|of| deferred.len() <= MAX_EXACT && passes(of)).collect()
        };
        let on_panic = certain(self.ways_out.on_panic, self);
        let mut on_return = certain(self.ways_out.on_return, self);
        if recovers {
            let both = on_return.iter().zip(&on_panic);
            on_return = both.map(|(on_return, on_panic)| *on_return && *on_panic).collect();
        }
        let WaysOut { on_return: first, returned, on_panic: first_of_panic, panicked, .. } = self.ways_out;
        let starts = self.chain(&deferred, first, returned, &on_return, None);
        if panics {
            self.chain(&deferred, first_of_panic, panicked, &on_panic, Some(&starts));
        }
    }

    /// The deferred calls that can be registered at all, in source order.
    fn deferred(&self, live: &[bool]) -> Vec<Deferred> {
        let defers = &self.ways_out.defers;
        let mut blocks = vec![None; self.builder.insts.len()];
        if !defers.is_empty() {
            for (block, raw) in self.builder.blocks.iter().enumerate().filter(|(block, _)| live[*block]) {
                for inst in &raw.insts {
                    blocks[inst.0 as usize] = Some(BlockId(block as u32));
                }
            }
        }
        let describe = |defer: &Value| {
            let block = blocks[defer.0 as usize]?;
            Some(Deferred {
                defer: *defer,
                block,
                repeats: defers.len() > MAX_EXACT || self.is_in_cycle(block),
                recovers: self.defer_recovers(*defer),
                never_returns: self.defer_never_returns(*defer),
            })
        };
        defers.iter().filter_map(describe).collect()
    }

    fn is_in_cycle(&self, block: BlockId) -> bool {
        let mut stack: Vec<BlockId> = self.builder.blocks[block.0 as usize].succs.iter().map(|edge| edge.to).collect();
        let mut seen = vec![false; self.builder.blocks.len()];
        while let Some(at) = stack.pop() {
            if at == block {
                return true;
            }
            if !std::mem::replace(&mut seen[at.0 as usize], true) {
                stack.extend(self.builder.blocks[at.0 as usize].succs.iter().map(|edge| edge.to));
            }
        }
        false
    }

    /// Whether the deferred function calls `recover` itself: a literal, or a function of this file.
    fn defer_recovers(&self, defer: Value) -> bool {
        let Op::Defer(call) = self.builder.insts[defer.0 as usize].op else { return false };
        let row = self.builder.calls[call.0 as usize].row;
        let callee = self.tree.unparen(Node(row.0 + 1));
        let func = match self.tree.kind(callee) {
            Kind::FuncLit => Some(callee),
            Kind::Ident => self.declaration_of(callee),
            _ => None,
        };
        func.is_some_and(|func| self.context.objects.recovers(func))
    }

    /// The declaration of the function of this file that an identifier names.
    fn declaration_of(&self, ident: Node) -> Option<Node> {
        let names = &self.facts.file.names;
        let decl = self.tree.parent(names.get(names.object(ident)?).decl?);
        (self.tree.kind(decl) == Kind::FuncDecl).then_some(decl)
    }

    fn defer_never_returns(&self, defer: Value) -> bool {
        let Op::Defer(call) = self.builder.insts[defer.0 as usize].op else { return false };
        let call = self.builder.calls[call.0 as usize];
        let receiver = self.builder.lists.get(call.args.start as usize).filter(|_| call.has_receiver);
        let receiver = receiver.map_or(Ty::UNKNOWN, |recv| self.builder.insts[recv.0 as usize].ty);
        self.facts.never_returns(call.callee, receiver)
            || matches!(call.callee, Callee::Builtin(rulec_types::Builtin::Panic))
    }

    /// Runs the deferred calls from `first` on, then goes to `end`. The result is the block in which each number of
    /// deferred calls, from the first in source order, is still to be run.
    fn chain(
        &mut self,
        deferred: &[Deferred],
        first: BlockId,
        end: BlockId,
        is_certain: &[bool],
        recovered: Option<&[BlockId]>,
    ) -> Vec<BlockId> {
        let mut starts = vec![end];
        starts.extend(deferred.iter().skip(1).map(|_| self.builder.new_block()));
        if deferred.is_empty() {
            self.builder.edge(first, end, When::Always);
            return vec![first];
        }
        starts.push(first);
        for (number, (of, is_certain)) in deferred.iter().zip(is_certain).enumerate() {
            let (start, next) = (starts[number + 1], starts[number]);
            let run = match is_certain {
                true if !of.repeats => start,
                true => {
                    let run = self.builder.new_block();
                    self.builder.edge(start, run, When::Always);
                    run
                }
                false => self.around(start, next, of.defer),
            };
            let recovered = recovered.filter(|_| of.recovers).map(|starts| starts[number]);
            self.run_deferred(of, run, next, recovered);
        }
        starts
    }

    /// Leads around a deferred call that is not registered; the result is where it is run.
    fn around(&mut self, start: BlockId, next: BlockId, defer: Value) -> BlockId {
        let run = self.builder.new_block();
        let row = self.builder.insts[defer.0 as usize].row;
        self.builder.go_on_in(start);
        self.builder.emit(Op::Branch(None), row, Ty::UNKNOWN);
        self.builder.edge(start, run, When::Registered { defer, truth: true });
        self.builder.edge(start, next, When::Registered { defer, truth: false });
        run
    }

    fn run_deferred(&mut self, of: &Deferred, run: BlockId, next: BlockId, recovered: Option<BlockId>) {
        let row = self.builder.insts[of.defer.0 as usize].row;
        self.builder.go_on_in(run);
        self.builder.emit(Op::RunDefer(of.defer), row, Ty::UNKNOWN);
        if of.never_returns {
            return;
        }
        if of.repeats || recovered.is_some() {
            self.builder.emit(Op::Branch(None), row, Ty::UNKNOWN);
        }
        if of.repeats {
            self.builder.edge(run, run, When::Always);
        }
        if let Some(recovered) = recovered {
            self.builder.edge(run, recovered, When::Recovered);
        }
        self.builder.edge(run, next, When::Always);
    }
}
