//! Whether a value can be nil at a place.
//!
//! First what the branches on the way there and the dereferences before tell, then how the value came to be: `new`,
//! literals, zero values, results of functions with a summary, and phis as their operands where their edges are taken.
//!
//! *Always* and *sometimes* are claims that there is a path on which it is nil; a report may rest on them. So a phi that
//! is nil on one way in is *sometimes* nil only if nothing between it and the place can have told the ways apart: every
//! condition there has to be computed from other things than the conditions, calls and phis that the ways differ by, and
//! nobody unknown may have looked at the value. What does not pass is unknown.

use super::constant::Constants;
use super::guards::{Fact, Point};
use super::made::leaves_out;
use super::numbering::summary_of;
use super::{Located, Values, support};
use crate::ir::{BlockId, Call, Callee, List, Op, Value};
use crate::summary::{Nilness, ResultSummary};
use rulec_constant::Value as Constant;
use rulec_tree::Tri;
use rulec_types::{Builtin, Ty};

/// How many values in a row one question follows.
const MAX_DEPTH: u32 = 24;

/// How many values one question may look at.
const MAX_STEPS: u32 = 2_000;

impl<'a> Values<'a> {
    /// Whether a value can be nil just before the instruction `at` of the same body; unknown where no path leads.
    pub fn nil_at(&self, value: Value, at: Value) -> Nilness {
        self.nil_if(value, at, false)
    }

    /// The same, but a function that returns nil on some of its paths is taken to do so here, unless an error or a boolean
    /// beside the result was asked for and tells when it does.
    pub fn possibly_nil_at(&self, value: Value, at: Value) -> Nilness {
        self.nil_if(value, at, true)
    }

    fn nil_if(&self, value: Value, at: Value, believes_callees: bool) -> Nilness {
        let Some(constants) = self.constants_in(self.body.block_of(at)) else { return Nilness::Unknown };
        let mut question = Question { constants, believes_callees, steps: 0, open: Vec::new() };
        let found = question.nil(self, value, Point::Before(at)).unwrap_or(Nilness::Unknown);
        let is_filled = || self.len_at(value, at).low.is_some_and(|least| least > 0);
        match found {
            Nilness::Unknown | Nilness::Never => found,
            // A slice that is known to have elements is not nil, however it was made.
            _ if self.typed.is_slice(self.body.inst(value).ty) && is_filled() => Nilness::Never,
            _ if self.is_ruled_out(at) => Nilness::Unknown,
            claim => claim,
        }
    }

    /// The same as [`Values::nil_at`] for the value as one of type `ty`: a pointer that is put into an interface makes one that is not nil,
    /// whatever the pointer is.
    pub fn nil_as(&self, value: Value, at: Value, ty: Ty) -> Nilness {
        let from = self.body.inst(value).ty;
        match self.typed.is_interface(ty) {
            Tri::Yes if self.typed.boxes(from, ty) => Nilness::Never,
            Tri::Yes if self.typed.is_interface(from) == Tri::Unknown && from != Ty::UNTYPED_NIL => Nilness::Unknown,
            _ => self.nil_at(value, at),
        }
    }
}

/// The state of one question.
struct Question<'a> {
    /// Those of the build that has the place that is asked about.
    constants: &'a Constants,
    steps: u32,
    /// Whether what functions return on some of their paths is taken to come from this call.
    believes_callees: bool,
    /// Phis that are being looked at.
    open: Vec<Value>,
}

/// What a value is where it is asked for; none if the place is never reached.
type Found = Option<Nilness>;

impl<'a> Question<'a> {
    fn nil(&mut self, values: &Values<'a>, value: Value, point: Point) -> Found {
        self.steps += 1;
        if self.steps > MAX_STEPS || self.open.len() as u32 > MAX_DEPTH {
            return Some(Nilness::Unknown);
        }
        match guarded(values, value, point) {
            Guarded::Nil => Some(Nilness::Always),
            Guarded::NotNil => Some(Nilness::Never),
            Guarded::Impossible => None,
            Guarded::Open => self.made(values, values.root(value), point),
        }
    }

    /// Follows the value that an instruction hands on.
    fn handed(&mut self, values: &Values<'a>, by: Value, value: Value, point: Point) -> Found {
        self.open.push(by);
        let found = self.nil(values, value, point);
        self.open.pop();
        found
    }

    fn made(&mut self, values: &Values<'a>, value: Value, point: Point) -> Found {
        let body = values.body;
        let ty = body.inst(value).ty;
        Some(match body.op(value) {
            Op::Nil => Nilness::Always,
            Op::Zero => zero(values, ty),
            Op::New(_) | Op::Addr(_) | Op::Closure(_) | Op::Func(_) | Op::MethodValue { .. } => Nilness::Never,
            Op::Make(_) | Op::Composite(_) | Op::Const(_) => Nilness::Never,
            Op::Load(_) if values.is_left_out(value) => zero(values, ty),
            Op::Field(x, field) if leaves_out(body, values.root(x), field) => zero(values, ty),
            Op::Assign(_, x) | Op::Read(_, x) | Op::Narrow(x) => return self.put(values, value, x, point),
            Op::Convert(x) => return self.converted(values, value, x, point),
            Op::Phi(_, list) | Op::Join(list) => return self.joined(values, value, body.list(list), point),
            Op::Assert { comma: false, .. } if values.typed.is_interface(ty) == Tri::Yes => Nilness::Never,
            Op::Slice(x, bounds) => return self.sliced(values, value, (x, bounds), point),
            Op::Call(call) => return self.called(values, value, value, body.call(call), 0, point),
            Op::Extract(tuple, number) => return self.extracted(values, value, tuple, number, point),
            Op::Captured(var) => self.captured(values, var),
            Op::Param(number) => self.given(values, value, number),
            _ => Nilness::Unknown,
        })
    }

    /// A value that is handed on into a variable of another type: out of an interface it may be a nil pointer.
    fn put(&mut self, values: &Values<'a>, value: Value, x: Value, point: Point) -> Found {
        let (from, to) = (values.body.inst(x).ty, values.body.inst(value).ty);
        if values.typed.boxes(from, to) {
            return Some(Nilness::Never);
        }
        match (values.typed.is_interface(from), values.typed.is_interface(to)) {
            (Tri::Yes, Tri::No) => Some(Nilness::Unknown),
            _ => self.handed(values, value, x, point),
        }
    }

    /// What a function literal is given that has no other name than a variable which is only ever called, and is called once.
    fn given(&mut self, values: &Values<'a>, param: Value, number: u32) -> Nilness {
        let Some(call) = values.only_call() else { return Nilness::Unknown };
        let outer = values.within(call.body);
        let args = outer.body.call_at(call.value).filter(|call| !call.spread).map(|call| outer.body.list(call.args));
        let Some(arg) = args.and_then(|args| args.get(number as usize)).copied() else { return Nilness::Unknown };
        let (from, to) = (outer.body.inst(arg).ty, values.body.inst(param).ty);
        if outer.typed.boxes(from, to) || values.typed.is_slice(to) && !outer.typed.is_slice(from) {
            return Nilness::Unknown;
        }
        // Branches of the literal may be about the same as those around it.
        proven(self.outside(values, Located { body: call.body, value: arg }, call.value))
    }

    fn converted(&mut self, values: &Values<'a>, value: Value, x: Value, point: Point) -> Found {
        let (from, to) = (values.body.inst(x).ty, values.body.inst(value).ty);
        if values.typed.boxes(from, to) {
            return Some(Nilness::Never);
        }
        let (of_nil, to_nil) = (values.typed.has_nil(from), values.typed.has_nil(to));
        match (of_nil, to_nil) {
            // Strings to slices.
            (Tri::No, Tri::Yes) if values.typed.is_string(from) => Some(Nilness::Never),
            // Slices to pointers to arrays: a nil slice is too short for any but an empty one.
            (Tri::Yes, Tri::Yes)
                if values.typed.is_slice(from) && values.typed.converted_len(to).is_some_and(|len| len > 0) =>
            {
                Some(Nilness::Never)
            }
            (Tri::Yes, Tri::Yes) => self.handed(values, value, x, point),
            _ if values.body.op(values.root(x)) == Op::Nil => Some(Nilness::Always),
            _ => Some(Nilness::Unknown),
        }
    }

    fn sliced(&mut self, values: &Values<'a>, value: Value, (x, bounds): (Value, List), point: Point) -> Found {
        if values.typed.is_slice(values.body.inst(x).ty) && !reaches_into(values, bounds) {
            // A slice of a nil slice is nil, and no other is.
            return self.handed(values, value, x, point);
        }
        Some(Nilness::Never)
    }

    fn joined(&mut self, values: &Values<'a>, phi: Value, operands: &[Value], point: Point) -> Found {
        let block = values.body.block_of(phi);
        let preds = &values.body.block(block).preds;
        let mut joined = None;
        let mut nil_from = Vec::new();
        for (operand, pred) in operands.iter().zip(preds) {
            let source = values.root(*operand);
            if source == phi || self.open.contains(&source) || !self.constants.may_go(values.body, *pred, block) {
                continue;
            }
            let found = self.operand(values, phi, *operand, *pred, block);
            if matches!(found, Some(Nilness::Always | Nilness::Sometimes)) {
                nil_from.push(*pred);
            }
            joined = join(joined, found);
        }
        if matches!(joined, Some(Nilness::Sometimes)) || !nil_from.is_empty() && joined == Some(Nilness::Unknown) {
            let proven = nil_from.iter().any(|pred| support::reaches_freely(values, phi, *pred, point));
            joined = Some(if proven { Nilness::Sometimes } else { Nilness::Unknown });
        }
        joined
    }

    fn operand(&mut self, values: &Values<'a>, phi: Value, operand: Value, pred: BlockId, block: BlockId) -> Found {
        // A value that is put into an interface where ways meet.
        let (from, to) = (values.body.inst(operand).ty, values.body.inst(phi).ty);
        if values.typed.boxes(from, to) {
            return Some(Nilness::Never);
        }
        self.handed(values, phi, operand, Point::Between(pred, block))
    }

    fn called(
        &mut self,
        values: &Values<'a>,
        value: Value,
        call_value: Value,
        call: &Call,
        number: u32,
        point: Point,
    ) -> Found {
        if call.callee == Callee::Builtin(Builtin::Append) {
            return match *values.body.list(call.args) {
                [_, _, ..] if !call.spread => Some(Nilness::Never),
                [x, ..] => Some(match self.handed(values, value, x, point)? {
                    Nilness::Never => Nilness::Never,
                    _ => Nilness::Unknown,
                }),
                [] => Some(Nilness::Unknown),
            };
        }
        let Some(summary) = summary_of(values.body, values.knowledge, call) else { return Some(Nilness::Unknown) };
        let Some(result) = summary.results.get(number as usize) else { return Some(Nilness::Unknown) };
        let last = summary.results.len() as u32 - 1;
        if number < last
            && let Some(outcome) = outcome_of(values, call_value, last, point)
        {
            return Some(self.told(with_outcome(result, outcome, self.believes_callees)));
        }
        // What nobody asks about on the way is believed to be what it can be.
        let tells = number < last && may_tell(values, call_value, last);
        let is_believed = |result| is_told_by_nothing(result, !tells) || is_nil_in_failure_only(result);
        let unchecked = number < last
            && is_nil_in_failure_only(result)
            && is_checked_later(values, call_value, last)
            && support::may_be_any(values, call_value, value, point);
        Some(match result.nil {
            Nilness::Sometimes if unchecked || self.believes_callees && is_believed(result) => Nilness::Sometimes,
            nil => proven(nil),
        })
    }

    /// What a result is by what its function returns.
    fn told(&self, nil: Nilness) -> Nilness {
        if self.believes_callees { nil } else { proven(nil) }
    }

    fn extracted(&mut self, values: &Values<'a>, value: Value, tuple: Value, number: u32, point: Point) -> Found {
        let body = values.body;
        let failed = || outcome_of(values, tuple, 1, point) == Some(Outcome::False);
        let nilable = values.typed.has_nil(body.inst(value).ty) == Tri::Yes;
        Some(match body.op(tuple) {
            Op::Call(call) => return self.called(values, value, tuple, body.call(call), number, point),
            // The zero value.
            Op::Assert { comma: true, .. } | Op::Lookup { comma: true, .. } | Op::Receive { comma: true, .. }
                if number == 0 && nilable && failed() =>
            {
                Nilness::Always
            }
            Op::Assert { comma: true, .. }
                if number == 0
                    && values.typed.is_interface(body.inst(value).ty) == Tri::Yes
                    && outcome_of(values, tuple, 1, point) == Some(Outcome::True) =>
            {
                Nilness::Never
            }
            _ => Nilness::Unknown,
        })
    }

    /// A captured variable with one definition is what that one is where the literal is made.
    fn captured(&mut self, values: &Values<'a>, var: crate::ir::VarId) -> Nilness {
        let (Some(made), Some(definition)) = (values.captures().made(values.id), values.only_definition(var)) else {
            return Nilness::Unknown;
        };
        if made.body != definition.body {
            return Nilness::Unknown;
        }
        self.outside(values, definition, made.value)
    }

    /// What a value of a body further out is, just before an instruction of that.
    fn outside(&mut self, values: &Values<'a>, of: Located, at: Value) -> Nilness {
        let outer = values.within(of.body);
        let Some(constants) = outer.constants_in(outer.body.block_of(at)) else { return Nilness::Unknown };
        if self.open.len() as u32 > MAX_DEPTH {
            return Nilness::Unknown;
        }
        let mut question = Question { constants, open: Vec::new(), ..*self };
        let found = question.nil(&outer, of.value, Point::Before(at));
        self.steps = question.steps;
        found.unwrap_or(Nilness::Unknown)
    }
}

/// What the facts at a point say of a value.
enum Guarded {
    Nil,
    NotNil,
    /// Both: nothing ever gets there.
    Impossible,
    /// Nothing.
    Open,
}

fn guarded(values: &Values<'_>, value: Value, point: Point) -> Guarded {
    let (mut nil, mut not_nil) = (false, false);
    for fact in values.facts_at(value, point) {
        nil |= fact == Fact::Nil;
        not_nil |= fact == Fact::NotNil;
    }
    match (nil, not_nil) {
        (true, true) => Guarded::Impossible,
        (true, false) => Guarded::Nil,
        (false, true) => Guarded::NotNil,
        (false, false) => Guarded::Open,
    }
}

/// What the last result of a call is known to be: an error or a boolean.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    NoError,
    Error,
    True,
    False,
}

fn outcome_of(values: &Values<'_>, tuple: Value, last: u32, point: Point) -> Option<Outcome> {
    let is_last = |user: &&Value| matches!(values.body.op(**user), Op::Extract(_, number) if number == last);
    let told = values.uses_of(tuple).iter().filter(is_last).flat_map(|last| values.facts_at(*last, point));
    let mut outcome = None;
    for fact in told {
        outcome = outcome.or(match fact {
            Fact::Nil => Some(Outcome::NoError),
            Fact::NotNil => Some(Outcome::Error),
            Fact::True => Some(Outcome::True),
            Fact::False => Some(Outcome::False),
            Fact::Compares(..) => None,
        });
    }
    outcome
}

/// Whether the function that makes a call looks at its last result somewhere, and does not go on with an unknown function
/// where that is an error.
fn is_checked_later(values: &Values<'_>, tuple: Value, last: u32) -> bool {
    let is_last = |user: &&Value| matches!(values.body.op(**user), Op::Extract(_, number) if number == last);
    let bad = values.uses_of(tuple).iter().filter(is_last).flat_map(|last| {
        let root = values.root(*last);
        [Fact::NotNil, Fact::False].into_iter().flat_map(move |bad| values.guards().entered_with(root, bad))
    });
    let blocks: Vec<BlockId> = bad.collect();
    !blocks.is_empty() && !blocks.into_iter().any(|block| support::may_end_in(values, block))
}

/// Whether slicing with these bounds panics if there are no elements: one of them is known to be more than 0.
fn reaches_into(values: &Values<'_>, bounds: List) -> bool {
    let is_positive = |bound: &Value| values.constant(*bound).and_then(Constant::as_i64).is_some_and(|bound| bound > 0);
    values.body.list(bounds).iter().any(is_positive)
}

/// The zero value of a type.
fn zero(values: &Values<'_>, ty: Ty) -> Nilness {
    if values.typed.has_nil(ty) == Tri::Yes { Nilness::Always } else { Nilness::Unknown }
}

/// That a function returns nil on some path does not tell that it does so for these arguments.
fn proven(nil: Nilness) -> Nilness {
    if nil == Nilness::Sometimes { Nilness::Unknown } else { nil }
}

/// Whether the last of several results can tell of the others: an error or another interface, a boolean, or what is not known.
fn may_tell(values: &Values<'_>, tuple: Value, last: u32) -> bool {
    let Some(ty) = values.typed.part_of(values.body.inst(tuple).ty, last) else { return true };
    values.typed.is_interface(ty) != Tri::No || values.typed.is_bool(ty)
}

/// Whether a result that is sometimes nil is so even where no error is returned with it, and not only where the boolean
/// beside it is false. What stands beside a last result of which nothing is known is not known.
fn is_told_by_nothing(result: &ResultSummary, is_alone: bool) -> bool {
    let is_nil = |nil| matches!(nil, Nilness::Sometimes | Nilness::Always);
    is_alone || is_nil(result.nil_without_error) || is_nil(result.nil_if_ok)
}

/// Whether the function returns nil on some paths, and never on those on which it returns no error or true.
fn is_nil_in_failure_only(result: &ResultSummary) -> bool {
    result.nil == Nilness::Sometimes
        && (result.nil_without_error == Nilness::Never || result.nil_if_ok == Nilness::Never)
}

/// What a result is, now that the last one is known.
///
/// What is nil beside an error or `false` alone is believed to be so where there is one.
fn with_outcome(result: &ResultSummary, outcome: Outcome, believes_callees: bool) -> Nilness {
    let only = match outcome {
        Outcome::NoError => result.nil_without_error,
        Outcome::True => result.nil_if_ok,
        Outcome::Error | Outcome::False if believes_callees && is_nil_in_failure_only(result) => Nilness::Sometimes,
        Outcome::Error | Outcome::False => Nilness::Unknown,
    };
    match (only, result.nil) {
        (Nilness::Unknown, sure @ (Nilness::Never | Nilness::Always)) => sure,
        (only, _) => only,
    }
}

/// What a value is that is one of two; what is never reached does not count.
fn join(a: Found, b: Found) -> Found {
    match (a, b) {
        (None, one) | (one, None) => one,
        (Some(a), Some(b)) if a == b => Some(a),
        (Some(Nilness::Unknown), Some(_)) | (Some(_), Some(Nilness::Unknown)) => Some(Nilness::Unknown),
        _ => Some(Nilness::Sometimes),
    }
}
