//! Where function literals run, seen from the function in which they stand.
//!
//! A literal runs where it is called, at the end of the function if it is deferred, and within a call of a function that
//! calls its argument. Where it is kept, returned or passed to somebody who is not known, it may run from there on. In a
//! goroutine of its own it does nothing on the paths of this function.

use super::Flow;
use super::events::{EventSet, Happening};
use rulec_flow::Body;
use rulec_flow::ir::{BodyId, Call, Callee, How, Op, Value};
use rulec_flow::paths::{Answer, Events, Exits, Question, Start};
use rulec_flow::summary::{Often, Summary};
use std::rc::Rc;

/// When something happens for which an instruction stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// When it is evaluated.
    Here,
    /// When the function ends, if it was evaluated before.
    AtEnd,
}

/// A literal runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    at: Value,
    moment: Moment,
    /// It is known to.
    sure: bool,
}

/// What the events of a literal are for the body `outer` around it: sure where the literal runs for sure and every path
/// through it passes one of those that are.
pub(crate) fn seen_from_outside(flow: Flow, outer: BodyId, literal: BodyId, events: &EventSet) -> Vec<Happening> {
    let always = passes_always(flow, literal, &events.sure);
    let runs = runs_of(flow, outer, literal);
    runs.iter().map(|run| Happening { at: run.at, moment: run.moment, sure: run.sure && always }).collect()
}

/// Whether every path to a return of the body passes one of the events.
fn passes_always(flow: Flow, id: BodyId, events: &Events) -> bool {
    let body = flow.body(id);
    let ends = Events::exit(Exits::RETURN);
    let question = Question { from: Start::Entry, to: &ends, avoid: events, assume: &[] };
    let answer = flow.paths(id).map(|paths| paths.some_path(body, &question));
    !body.partial && matches!(answer, Some(Answer::No))
}

fn runs_of(flow: Flow, outer: BodyId, literal: BodyId) -> Rc<[Run]> {
    if let Some(runs) = flow.bodies.runs.borrow().get(&literal) {
        return runs.clone();
    }
    let runs: Rc<[Run]> = find_runs(flow, outer, literal).into();
    flow.bodies.runs.borrow_mut().insert(literal, runs.clone());
    runs
}

fn find_runs(flow: Flow, outer: BodyId, literal: BodyId) -> Vec<Run> {
    let body = flow.body(outer);
    let (mut runs, mut is_called) = (Vec::new(), false);
    let mut closures = Vec::new();
    for at in (0..body.insts.len() as u32).map(Value) {
        if body.op(at) == Op::Closure(literal) {
            closures.push(at);
        }
        let Some(call) = body.call_at(at).filter(|call| call.callee == Callee::Closure(literal)) else { continue };
        is_called = true;
        match call.how {
            How::Now => runs.push(Run { at, moment: Moment::Here, sure: true }),
            How::Defer => runs.push(Run { at, moment: Moment::AtEnd, sure: true }),
            How::Go => {}
        }
    }
    for closure in closures {
        let mut copies = vec![closure];
        let mut next = 0;
        while let Some(copy) = copies.get(next).copied() {
            next += 1;
            for at in flow.values(outer).uses_of(copy).iter().copied() {
                match body.op(at) {
                    Op::Assign(..) | Op::Read(..) | Op::Convert(_) if !copies.contains(&at) => copies.push(at),
                    Op::Call(_) | Op::Go(_) | Op::Defer(_) => runs.extend(run_by_callee(flow, body, at, copy)),
                    // A variable that only ever holds it: its calls were found.
                    Op::Store(..) if is_called => {}
                    Op::Store(..)
                    | Op::Return(_)
                    | Op::Composite(_)
                    | Op::Send { .. }
                    | Op::Phi(..)
                    | Op::Opaque(_) => {
                        runs.push(Run { at, moment: Moment::Here, sure: false });
                    }
                    _ => {}
                }
            }
        }
    }
    runs
}

/// How a call runs the literal that is one of its arguments.
fn run_by_callee(flow: Flow, body: &Body, at: Value, literal: Value) -> Option<Run> {
    let call = body.call_at(at)?;
    let moment = match call.how {
        How::Now => Moment::Here,
        How::Defer => Moment::AtEnd,
        How::Go => return None,
    };
    let position = body.list(call.args).iter().position(|arg| *arg == literal)?;
    let Some(summary) = summary_of(flow, body, call) else { return Some(Run { at, moment, sure: false }) };
    let param = summary.params.get(position).or(summary.params.last())?;
    match param.called {
        Often::Always => Some(Run { at, moment, sure: true }),
        Often::Sometimes => Some(Run { at, moment, sure: false }),
        Often::Never if param.kept && !param.spawned => Some(Run { at, moment, sure: false }),
        Often::Never => None,
    }
}

/// What is known of the function that is called.
pub(crate) fn summary_of<'f>(flow: Flow<'f>, body: &Body, call: &Call) -> Option<&'f Summary> {
    match call.callee {
        Callee::Func(function) => flow.knowledge().function(function),
        Callee::Interface(name) => {
            let receiver = body.list(call.args).first()?;
            flow.knowledge().method(body.inst(*receiver).ty, name)
        }
        _ => None,
    }
}
