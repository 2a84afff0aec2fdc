//! Which functions of a package never return.
//!
//! In: the bodies of a package, and what is known of the functions of others. Out: for each function whether a path leads
//! from its entry to a normal return on which every call may return: the least set of functions that may, so that one that
//! only calls itself never does.
//!
//! A function that recovers from panics, or may, counts as one that returns: what never returns may panic. So do the
//! functions of the standard library that the compiler replaces: their code, which nobody runs, only panics and says so.

use crate::bodies::PackageBodies;
use rulec_flow::Knowledge;
use rulec_flow::ir::{BlockId, Body, Call, Callee, Op, Value, When};
use rulec_types::Builtin;
use std::collections::VecDeque;

/// For each function of the package: whether it never returns.
pub(crate) fn never_returning(package: &PackageBodies<'_>, knowledge: &dyn Knowledge, is_standard: bool) -> Vec<bool> {
    let count = package.functions.len();
    let mut search = Search { package, knowledge, may_return: vec![false; count], is_standard };
    let mut callers: Vec<Vec<u32>> = vec![Vec::new(); count];
    for function in 0..count as u32 {
        for call in &package.body(function).calls {
            if let Some(own) = own_callee(package, function, call) {
                callers[own as usize].push(function);
            }
        }
    }
    let mut waiting: VecDeque<u32> = (0..count as u32).collect();
    while let Some(function) = waiting.pop_front() {
        if !search.may_return[function as usize] && search.returns(function) {
            search.may_return[function as usize] = true;
            waiting.extend(callers[function as usize].iter().filter(|caller| !search.may_return[**caller as usize]));
        }
    }
    search.may_return.iter().map(|may_return| !may_return).collect()
}

/// The function of the package that a call certainly calls.
pub(crate) fn own_callee(package: &PackageBodies<'_>, function: u32, call: &Call) -> Option<u32> {
    match call.callee {
        Callee::Func(object) => package.number_of_object(object),
        Callee::Closure(body) => Some(package.sibling(function, body)),
        Callee::Interface(_) | Callee::Builtin(_) | Callee::Value(_) | Callee::Unknown => None,
    }
}

struct Search<'a> {
    package: &'a PackageBodies<'a>,
    knowledge: &'a dyn Knowledge,
    may_return: Vec<bool>,
    is_standard: bool,
}

/// What the panic of a function says that the compiler replaces.
const INTRINSIC: &[u8] = b"intrinsic";

impl Search<'_> {
    /// Whether a path leads to a return, as far as it is known now.
    fn returns(&self, function: u32) -> bool {
        let body = self.package.body(function);
        if body.partial || recovers(body) || self.may_recover(function, body) || self.is_intrinsic(body) {
            return true;
        }
        let mut seen = vec![false; body.blocks.len()];
        let mut waiting = vec![Body::ENTRY];
        while let Some(block) = waiting.pop() {
            if block == body.returned {
                return true;
            }
            let is_new = !std::mem::replace(&mut seen[block.0 as usize], true);
            if is_new && !self.stops(function, body, block) {
                waiting.extend(body.block(block).succs.iter().map(|edge| edge.to));
            }
        }
        false
    }

    /// Whether this is the body of a function that the compiler replaces.
    fn is_intrinsic(&self, body: &Body) -> bool {
        let mut texts = body.consts.iter().filter_map(|constant| constant.as_bytes());
        self.is_standard && texts.any(|text| text.windows(INTRINSIC.len()).any(|part| part == INTRINSIC))
    }

    /// Whether a block has a call that never returns.
    fn stops(&self, function: u32, body: &Body, block: BlockId) -> bool {
        body.insts_of(block).any(|value| self.never_comes_back(function, body, value))
    }

    fn never_comes_back(&self, function: u32, body: &Body, value: Value) -> bool {
        let call = match body.op(value) {
            Op::Call(call) => body.call(call),
            Op::RunDefer(defer) => match body.call_at(defer) {
                Some(call) => call,
                None => return false,
            },
            _ => return false,
        };
        if let Some(own) = own_callee(self.package, function, call) {
            return !self.may_return[own as usize];
        }
        summary_of(self.knowledge, body, call).is_some_and(|summary| summary.never_returns)
    }

    /// Whether a deferred call may recover.
    fn may_recover(&self, function: u32, body: &Body) -> bool {
        let deferred = (0..body.insts.len() as u32).map(Value).filter_map(|value| match body.op(value) {
            Op::Defer(call) => Some(body.call(call)),
            _ => None,
        });
        deferred.into_iter().any(|call| match own_callee(self.package, function, call) {
            Some(own) => calls_recover(self.package.body(own)),
            None => matches!(call.callee, Callee::Value(_) | Callee::Unknown | Callee::Builtin(Builtin::Recover)),
        })
    }
}

/// What is known of the function of another package, or the method of an interface, that a call calls.
pub(crate) fn summary_of<'k>(
    knowledge: &'k dyn Knowledge,
    body: &Body,
    call: &Call,
) -> Option<&'k rulec_flow::Summary> {
    match call.callee {
        Callee::Func(object) => knowledge.function(object),
        Callee::Interface(name) => {
            let receiver = body.list(call.args).first()?;
            knowledge.method(body.inst(*receiver).ty, name)
        }
        Callee::Closure(_) | Callee::Builtin(_) | Callee::Value(_) | Callee::Unknown => None,
    }
}

/// Whether a deferred call of the function itself recovers from panics.
pub(crate) fn recovers(body: &Body) -> bool {
    body.blocks.iter().any(|block| block.succs.iter().any(|edge| edge.when == When::Recovered))
}

fn calls_recover(body: &Body) -> bool {
    body.calls.iter().any(|call| call.callee == Callee::Builtin(Builtin::Recover))
}
