//! Summaries of the functions of a package, from the bottom up.
//!
//! In: its bodies, what is known of other packages, and the strongly connected components of its calls, those that are
//! called first. Out: a [`Summary`] of each function and function literal. A literal's tells, beside its parameters, of
//! the variables that it captures, so that what a deferred literal does with them counts where it is deferred.
//!
//! In a component the first round knows nothing of the others: a call of them does not come back. Each round then adds
//! the executions that go one call deeper, so that what holds *always* holds on every path of every execution that ends.
//! A component that does not settle in time is summarised as if it did anything.
//!
//! `origins` finds which parameters a value comes from, `events` what is done with them, `nil` whether results can be nil.

mod callee;
mod events;
mod nil;
mod origins;
mod paths;
mod results;

pub(crate) use results::join as join_nilness;

use crate::bodies::PackageBodies;
use crate::known::Known;
use callee::Callees;
use events::Log;
use origins::Origins;
use paths::Reach;
use rulec_flow::Summary;
use rulec_flow::summary::{Nilness, Often, ParamSummary};
use rulec_gofront::ObjectId;
use rulec_types::{ObjId, Types};
use rustc_hash::FxHashMap;

/// The summaries of a package.
pub(crate) struct Summaries<'a> {
    package: &'a PackageBodies<'a>,
    known: &'a Known<'a>,
    /// None for a function of which nothing is known yet: no execution of it ends.
    drafts: Vec<Option<Draft>>,
    /// Functions without a body.
    external: FxHashMap<ObjId, Summary>,
    unknown: Summary,
}

/// What is known of a function so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Draft {
    summary: Summary,
    /// What a function literal does with variables that it captures, by their objects.
    captures: Vec<(ObjectId, ParamSummary)>,
}

/// How often the functions of a component are looked at. Few need more than four rounds.
const MAX_ROUNDS: usize = 12;

/// How many functions a component may have to be looked at more than twice.
const MAX_COMPONENT: usize = 2_000;

impl<'a> Summaries<'a> {
    /// Summarises all functions. `never` says which of them never return.
    pub(crate) fn of(
        package: &'a PackageBodies<'a>,
        known: &'a Known<'a>,
        never: &[bool],
        order: &[Vec<u32>],
        external: FxHashMap<ObjId, Summary>,
    ) -> Summaries<'a> {
        let drafts = vec![None; package.functions.len()];
        let mut all = Summaries { package, known, drafts, external, unknown: Summary::default() };
        for component in order {
            all.settle(component, never);
        }
        all
    }

    /// The summary of a function.
    pub(crate) fn get(&self, function: u32) -> &Summary {
        self.drafts.get(function as usize).and_then(Option::as_ref).map_or(&self.unknown, |draft| &draft.summary)
    }

    fn settle(&mut self, component: &[u32], never: &[bool]) {
        let rounds = if component.len() > MAX_COMPONENT { 2 } else { MAX_ROUNDS };
        for _ in 0..rounds {
            let mut has_changed = false;
            for function in component {
                let draft = self.draft_of(*function, never[*function as usize]);
                let own = &mut self.drafts[*function as usize];
                if own.as_ref() != Some(&draft) {
                    has_changed = true;
                    *own = Some(draft);
                }
            }
            // A function that does not call itself has nothing to learn from itself.
            if !has_changed || (component.len() == 1 && !self.calls_itself(component[0])) {
                return;
            }
        }
        for function in component {
            if let Some(draft) = &mut self.drafts[*function as usize] {
                draft.widen();
            }
        }
    }

    fn calls_itself(&self, function: u32) -> bool {
        let calls = &self.package.body(function).calls;
        calls.iter().any(|call| crate::returns::own_callee(self.package, function, call) == Some(function))
    }

    fn draft_of(&self, function: u32, never_returns: bool) -> Draft {
        let body = self.package.body(function);
        let types = self.types();
        let callees = Callees { all: self, function, body };
        let reach = Reach::new(body, &callees);
        let origins = Origins::of(body, &callees, &types);
        let log = Log::of(body, &callees, &origins, &reach, &types);
        let mut params = log.params(body, &origins, &reach);
        let captures = origins.captured.iter().copied().zip(params.split_off(origins.params)).collect();
        params.resize(body.params.len(), ParamSummary { kept: true, ..ParamSummary::default() });
        let results = results::of(body, &callees, &origins, &reach, &types);
        let complete = log.complete && !body.partial;
        let (may_block, pure) = (log.may_block, log.pure && !body.partial);
        let mut summary = Summary { never_returns, params, results, may_block, pure, complete };
        self.known.models().amend(&self.package.functions[function as usize].key, &mut summary);
        Draft { summary, captures }
    }

    fn types(&self) -> Types<'a> {
        let word_bytes = self.known.world().source().word_bytes();
        Types { store: self.package.store, extension: None, word_bytes }
    }
}

impl Draft {
    /// Makes it say nothing that more rounds could take back.
    fn widen(&mut self) {
        (self.summary.complete, self.summary.pure) = (false, false);
        let params = self.summary.params.iter_mut();
        for param in params.chain(self.captures.iter_mut().map(|(_, param)| param)) {
            param.kept = true;
            param.holds_after = false;
            param.filled_from = u64::MAX;
            let often =
                [&mut param.called, &mut param.dereferenced, &mut param.closed, &mut param.sent, &mut param.received];
            let methods = param.methods.iter_mut().map(|(_, often)| often);
            for often in often.into_iter().chain(methods).filter(|often| **often == Often::Always) {
                *often = Often::Sometimes;
            }
        }
        for result in &mut self.summary.results {
            (result.nil, result.nil_without_error, result.nil_if_ok) =
                (Nilness::Unknown, Nilness::Unknown, Nilness::Unknown);
            (result.copies, result.derives) = (u64::MAX, u64::MAX);
        }
    }
}
