//! In which range whole numbers and lengths lie.
//!
//! In: a body, its constants and the facts along its branches. Out: a range for each integer value where it is made, found
//! by going over the blocks until nothing changes any more, bounds that keep moving set to those of the type, and then
//! twice more to take back what was given away. Where a value is used, the comparisons on the way there narrow it.
//!
//! What overflows may be anything that the type can hold. `int` has 64 bits unless the types say otherwise.
//!
//! Source: Cousot, Cousot, *Static determination of dynamic properties of programs*, 1976.

use super::Values;
use super::guards::{Fact, Point, implied, only_way_into};
use super::interval::{Interval, Range};
use crate::ir::{Callee, Op, Value, When};
use rulec_constant::Value as Constant;
use rulec_types::{Builtin, Ty, TypeData};
use rustc_hash::FxHashMap;
use std::cell::Cell;

/// After so many rounds a bound that still moves is set to that of its type.
const ROUNDS_BEFORE_WIDENING: u32 = 3;

/// How many rounds there may be; if something still changes then, nothing is known.
const MAX_ROUNDS: u32 = 24;

/// How many rounds take back what widening gave away.
const NARROWING_ROUNDS: u32 = 2;

/// How many values in a row a length is followed through.
const MAX_DEPTH: u32 = 24;

/// How many values one question about a length may look at.
const MAX_STEPS: u32 = 500;

/// How many blocks back branches are looked at that may never be taken.
const MAX_BRANCHES: u32 = 64;

/// What is left of the steps of a question about a length.
#[derive(Clone, Copy)]
struct Budget<'b> {
    depth: u32,
    steps: &'b Cell<u32>,
}

impl<'b> Budget<'b> {
    fn new(steps: &'b Cell<u32>) -> Budget<'b> {
        Budget { depth: 0, steps }
    }

    fn deeper(self) -> Budget<'b> {
        self.steps.set(self.steps.get() + 1);
        Budget { depth: self.depth + 1, ..self }
    }

    fn is_spent(self) -> bool {
        self.depth > MAX_DEPTH || self.steps.get() > MAX_STEPS
    }
}

/// The ranges of the integer values of a body.
#[derive(Debug, Default)]
pub(super) struct Ranges {
    of: FxHashMap<Value, Range>,
    /// The root of `len(x)` by the root of `x`.
    lengths: FxHashMap<Value, Value>,
}

impl Ranges {
    pub(super) fn new(values: &Values<'_>) -> Ranges {
        let mut ranges = Ranges { of: FxHashMap::default(), lengths: lengths(values) };
        let order = values.graph().reverse_postorder();
        let numbers: Vec<Value> = order
            .iter()
            .flat_map(|block| values.body.insts_of(*block))
            .filter(|value| limits(values, values.body.inst(*value).ty).is_some())
            .collect();
        let mut settled = false;
        for round in 0..MAX_ROUNDS {
            settled = !ranges.rise(values, &numbers, round >= ROUNDS_BEFORE_WIDENING);
            if settled {
                break;
            }
        }
        if !settled {
            ranges.of.clear();
            return ranges;
        }
        for _ in 0..NARROWING_ROUNDS {
            for value in &numbers {
                let Some(limits) = limits(values, values.body.inst(*value).ty) else { continue };
                if let Some(found) = ranges.made(values, *value, limits) {
                    ranges.of.insert(*value, found);
                }
            }
        }
        ranges
    }

    /// Computes all ranges again from the ones before, which they only ever add to. Whether something changed.
    fn rise(&mut self, values: &Values<'_>, numbers: &[Value], widen: bool) -> bool {
        let mut changed = false;
        for value in numbers {
            let Some(limits) = limits(values, values.body.inst(*value).ty) else { continue };
            let Some(found) = self.made(values, *value, limits) else { continue };
            let before = self.of.get(value).copied();
            let mut now = before.map_or(found, |before| before.hull(found));
            if let Some(before) = before.filter(|_| widen) {
                now.low = if now.low < before.low { limits.low } else { now.low };
                now.high = if now.high > before.high { limits.high } else { now.high };
            }
            if before != Some(now) {
                self.of.insert(*value, now);
                changed = true;
            }
        }
        changed
    }

    /// The range of what an instruction makes of the ranges of its operands; none if those are not computed yet.
    fn made(&self, values: &Values<'_>, value: Value, limits: Range) -> Option<Range> {
        let body = values.body;
        if let Some(constant) = values.constant(value).and_then(number) {
            return Some(Range::of(constant));
        }
        let here = Point::Before(value);
        let fit = |found: Option<Range>| found.filter(|found| limits.contains(*found)).unwrap_or(limits);
        match body.op(value) {
            Op::Assign(_, x) | Op::Read(_, x) | Op::Narrow(x) => self.known(values, x, here),
            Op::Convert(x) => {
                let from = self.known(values, x, here);
                let is_whole = super::range::limits(values, body.inst(x).ty).is_some();
                if is_whole { from.map(|from| fit(Some(from))) } else { Some(limits) }
            }
            Op::Phi(_, list) | Op::Join(list) => self.joined(values, value, body.list(list)),
            Op::Unary(op, x) => {
                let x = self.known(values, x, here)?;
                // `^x` of an unsigned type is what is missing to its greatest number.
                let signed = limits.low < 0 || op != rulec_tree::Op::Xor;
                Some(if signed { fit(x.unary(op)) } else { fit(Range::new(limits.high - x.high, limits.high - x.low)) })
            }
            Op::Binary(op, x, y) => {
                let (x, y) = (self.known(values, x, here)?, self.known(values, y, here)?);
                Some(fit(x.binary(op, y)))
            }
            Op::Call(call) => self.called(values, value, body.call(call), limits),
            Op::Extract(range, 0) => match body.op(range) {
                Op::Range(x) => Some(self.key(values, x, value).and_then(|key| key.meet(limits)).unwrap_or(limits)),
                _ => Some(limits),
            },
            _ => Some(limits),
        }
    }

    /// The keys of a range over a number, slice, array or string.
    fn key(&self, values: &Values<'_>, x: Value, at: Value) -> Option<Range> {
        let here = Point::Before(at);
        let ty = values.body.inst(x).ty;
        let count = match limits(values, ty) {
            Some(_) => self.known(values, x, here)?,
            None if values.typed.has_fixed_len(ty) => self.length(values, x, here, Budget::new(&Cell::new(0))),
            None => return None,
        };
        Range::new(0, (count.high - 1).max(0))
    }

    fn joined(&self, values: &Values<'_>, phi: Value, operands: &[Value]) -> Option<Range> {
        let block = values.body.block_of(phi);
        let ways = operands.iter().zip(&values.body.block(block).preds);
        let ways = ways.filter(|(_, pred)| values.may_go(**pred, block));
        ways.filter_map(|(operand, pred)| self.known(values, *operand, Point::Between(*pred, block)))
            .reduce(Range::hull)
    }

    fn called(&self, values: &Values<'_>, value: Value, call: &crate::ir::Call, limits: Range) -> Option<Range> {
        let here = Point::Before(value);
        let args = values.body.list(call.args);
        match (call.callee, args) {
            (Callee::Builtin(Builtin::Len), [x]) => Some(self.length(values, *x, here, Budget::new(&Cell::new(0)))),
            (Callee::Builtin(Builtin::Cap), [x]) => {
                Range::new(self.length(values, *x, here, Budget::new(&Cell::new(0))).low, Range::LENGTHS.high)
            }
            (Callee::Builtin(Builtin::Copy), _) => Some(Range::LENGTHS),
            (Callee::Builtin(Builtin::Min | Builtin::Max), args) if !args.is_empty() => {
                let least = call.callee == Callee::Builtin(Builtin::Min);
                let ranges: Option<Vec<Range>> = args.iter().map(|arg| self.known(values, *arg, here)).collect();
                let pick = |a: Range, b: Range| match least {
                    true => Range { low: a.low.min(b.low), high: a.high.min(b.high) },
                    false => Range { low: a.low.max(b.low), high: a.high.max(b.high) },
                };
                ranges?.into_iter().reduce(pick)
            }
            _ => Some(limits),
        }
    }

    /// The range of a value at a point, as far as it is known so far; none if it has not been computed yet, or nobody gets there.
    fn known(&self, values: &Values<'_>, value: Value, point: Point) -> Option<Range> {
        let root = values.root(value);
        let base = match (self.of.get(&value), self.of.get(&root)) {
            (Some(a), Some(b)) => a.meet(*b).unwrap_or(*a),
            (Some(one), None) | (None, Some(one)) => *one,
            (None, None) => match values.constant(value).and_then(number) {
                Some(constant) => Range::of(constant),
                None => return None,
            },
        };
        self.narrowed(values, base, values.facts_at(root, point))
    }

    /// What is left of a range by the comparisons that are known of its value: nothing where nobody gets.
    fn narrowed(&self, values: &Values<'_>, base: Range, facts: Vec<Fact>) -> Option<Range> {
        let mut narrowed = base;
        for fact in facts {
            let Fact::Compares(op, other) = fact else { continue };
            let Some(other) = self.found(values, other) else { continue };
            narrowed = narrowed.comparing(op, other)?;
        }
        Some(narrowed)
    }

    /// The range of a value where it is made.
    fn found(&self, values: &Values<'_>, root: Value) -> Option<Range> {
        self.of.get(&root).copied().or_else(|| values.constant(root).and_then(number).map(Range::of))
    }

    /// The range of the length of a string, slice, array, map or channel at a point.
    fn length(&self, values: &Values<'_>, value: Value, point: Point, budget: Budget<'_>) -> Range {
        let root = values.root(value);
        let made = self.length_made(values, root, point, budget);
        // Maps and channels change under the same value.
        let is_fixed = values.typed.has_fixed_len(values.body.inst(root).ty);
        let told = self.lengths.get(&root).copied().filter(|_| is_fixed);
        let narrowed = told.and_then(|len| self.narrowed(values, made, values.facts_at(len, point))).unwrap_or(made);
        let is_nil = values.facts_at(root, point).contains(&Fact::Nil);
        if is_nil { Range::of(0) } else { narrowed }
    }

    fn length_made(&self, values: &Values<'_>, value: Value, point: Point, budget: Budget<'_>) -> Range {
        let body = values.body;
        let ty = body.inst(value).ty;
        if let Some(Constant::String(text)) = values.constant(value) {
            return Range::of(text.len() as i128);
        }
        if let Some(len) = array_len(values, ty) {
            return Range::of(i128::from(len));
        }
        if budget.is_spent() {
            return Range::LENGTHS;
        }
        if !values.typed.has_fixed_len(ty) && !matches!(body.op(value), Op::Nil | Op::Zero) {
            return Range::LENGTHS;
        }
        let of = |x: Value| self.length(values, x, point, budget.deeper());
        match body.op(value) {
            Op::Nil | Op::Zero => Range::of(0),
            Op::Assign(_, x) | Op::Read(_, x) | Op::Narrow(x) => of(x),
            Op::Convert(x) if self.keeps_length(values, x, ty) => of(x),
            Op::Composite(list) => match body.list(list).len() {
                0 => Range::of(0),
                // Elements may have numbers that leave some out.
                count => Range { low: count as i128, ..Range::LENGTHS },
            },
            Op::Make(list) => match body.list(list) {
                [len, ..] => self.known(values, *len, Point::Before(value)).unwrap_or(Range::LENGTHS),
                [] => Range::LENGTHS,
            }
            .meet(Range::LENGTHS)
            .unwrap_or(Range::LENGTHS),
            Op::Binary(rulec_tree::Op::Add, x, y) => of(x)
                .binary(rulec_tree::Op::Add, of(y))
                .and_then(|sum| sum.meet(Range::LENGTHS))
                .unwrap_or(Range::LENGTHS),
            Op::Slice(x, bounds) => self.sliced(values, value, x, body.list(bounds), budget),
            Op::Phi(_, list) | Op::Join(list) => self.length_joined(values, value, body.list(list), budget),
            Op::Call(call) => {
                let call = body.call(call);
                match (call.callee, body.list(call.args)) {
                    (Callee::Builtin(Builtin::Append), [x, more @ ..]) => {
                        let before = self.length(values, *x, Point::Before(value), budget.deeper());
                        let added = if call.spread { 0 } else { more.len() as i128 };
                        let high = if call.spread { Range::LENGTHS.high } else { before.high + added };
                        Range::new(before.low + added, high.min(Range::LENGTHS.high)).unwrap_or(Range::LENGTHS)
                    }
                    _ => Range::LENGTHS,
                }
            }
            _ => Range::LENGTHS,
        }
    }

    /// `x[low:high]`: `high` minus `low`, which are the length of `x` and 0 if they are left out.
    fn sliced(&self, values: &Values<'_>, value: Value, x: Value, bounds: &[Value], budget: Budget<'_>) -> Range {
        let point = Point::Before(value);
        let bound = |x: Value| self.known(values, x, point).and_then(|bound| bound.meet(Range::LENGTHS));
        let low = bounds.first().map_or(Some(Range::of(0)), |low| bound(*low));
        let high = match bounds.get(1) {
            Some(high) => bound(*high),
            None => Some(self.length(values, x, point, budget.deeper())),
        };
        match (low, high) {
            (Some(low), Some(high)) => {
                Range::new((high.low - low.high).max(0), (high.high - low.low).max(0)).unwrap_or(Range::LENGTHS)
            }
            _ => Range::LENGTHS,
        }
    }

    fn length_joined(&self, values: &Values<'_>, phi: Value, operands: &[Value], budget: Budget<'_>) -> Range {
        let block = values.body.block_of(phi);
        let mut joined: Option<Range> = None;
        for (operand, pred) in operands.iter().zip(&values.body.block(block).preds) {
            if !values.may_go(*pred, block) || values.root(*operand) == phi {
                continue;
            }
            let found = self.length(values, *operand, Point::Between(*pred, block), budget.deeper());
            if found == Range::LENGTHS {
                return found;
            }
            joined = Some(joined.map_or(found, |joined| joined.hull(found)));
        }
        joined.unwrap_or(Range::LENGTHS)
    }

    /// Whether a conversion is one between strings and slices of bytes, or to another name of the type.
    fn keeps_length(&self, values: &Values<'_>, x: Value, to: Ty) -> bool {
        let from = values.body.inst(x).ty;
        let bytes = |ty| values.typed.0.is_some_and(|types| types.is_byte_slice(ty));
        values.typed.same_underlying(from, to)
            || values.typed.is_string(from) && (bytes(to) || values.typed.is_string(to))
            || bytes(from) && values.typed.is_string(to)
    }
}

impl Values<'_> {
    /// The range of an integer value just before the instruction `at` of the same body. No bound is told that is no
    /// more than what the type `int`, `int64`, `uint` or `uint64` has, but for the 0 of the unsigned ones.
    pub fn range_at(&self, value: Value, at: Value) -> Interval {
        let Some(limits) = limits(self, self.body.inst(value).ty) else {
            return match self.constant(value).and_then(number) {
                Some(constant) => Interval { low: Some(constant), high: Some(constant) },
                None => Interval::default(),
            };
        };
        let found = self.ranges().known(self, value, Point::Before(at)).unwrap_or(limits);
        told(found)
    }

    /// The range of the length of a value just before the instruction `at` of the same body. Where no path leads, nothing is said of
    /// how long it can be.
    pub fn len_at(&self, value: Value, at: Value) -> Interval {
        let found = told(self.length_at(value, Point::Before(at)));
        let is_unreached = || self.constants_in(self.body.block_of(at)).is_none() || self.is_ruled_out(at);
        if found.high.is_some() && is_unreached() { Interval { high: None, ..found } } else { found }
    }

    fn length_at(&self, value: Value, point: Point) -> Range {
        self.ranges().length(self, value, point, Budget::new(&Cell::new(0)))
    }

    /// Whether a branch that every way to an instruction takes is never taken: below `len(x) > 0` or `range x` for an `x` without
    /// elements.
    pub(super) fn is_ruled_out(&self, at: Value) -> bool {
        let dominators = self.graph().dominators();
        let mut block = Some(self.body.block_of(at));
        for _ in 0..MAX_BRANCHES {
            let Some(here) = block else { return false };
            if only_way_into(self, here).is_some_and(|when| self.is_never_taken(when)) {
                return true;
            }
            block = dominators.immediate(here);
        }
        false
    }

    fn is_never_taken(&self, when: When) -> bool {
        if let When::Next(range) = when {
            return match self.body.op(range) {
                Op::Range(x) if self.typed.has_fixed_len(self.body.inst(x).ty) => {
                    self.length_at(x, Point::Before(range)).high == 0
                }
                _ => false,
            };
        }
        implied(self, when).into_iter().any(|(value, fact)| match fact {
            Fact::Compares(op, other) => {
                let ranges = self.ranges();
                let both = ranges.found(self, value).zip(ranges.found(self, other));
                both.is_some_and(|(one, other)| one.comparing(op, other).is_none())
            }
            Fact::NotNil => matches!(self.body.op(value), Op::Nil | Op::Zero),
            _ => false,
        })
    }
}

/// A range without the bounds that go without saying.
fn told(range: Range) -> Interval {
    let low = (range.low > Range::ALL.low).then_some(range.low);
    let high = (range.high < i128::from(i64::MAX)).then_some(range.high);
    Interval { low, high }
}

/// What an integer type can hold; none for other types.
fn limits(values: &Values<'_>, ty: Ty) -> Option<Range> {
    let types = values.typed.0.filter(|types| !types.is_type_param(ty))?;
    let basic = types.basic(ty).filter(|basic| basic.is_integer())?;
    let bits = types.size_of(ty).filter(|bytes| *bytes <= 8)? as u32 * 8;
    Some(match basic.is_unsigned() {
        true => Range { low: 0, high: (1i128 << bits) - 1 },
        false => Range { low: -(1i128 << (bits - 1)), high: (1i128 << (bits - 1)) - 1 },
    })
}

fn number(constant: &Constant) -> Option<i128> {
    let is_whole = constant.kind() == rulec_constant::Kind::Int;
    let number = constant.as_i64().map(i128::from).or_else(|| constant.as_u64().map(i128::from));
    number.filter(|_| is_whole)
}

/// The length of an array type, or of the array that a pointer type points to.
fn array_len(values: &Values<'_>, ty: Ty) -> Option<u64> {
    let types = values.typed.0.filter(|types| !types.is_type_param(ty))?;
    let data = match types.under(ty) {
        TypeData::Pointer(elem) => types.under(*elem),
        data => data,
    };
    match data {
        TypeData::Array { len, .. } => *len,
        _ => None,
    }
}

/// The root of `len(x)` for each root `x` whose length is asked for.
fn lengths(values: &Values<'_>) -> FxHashMap<Value, Value> {
    let mut lengths = FxHashMap::default();
    for number in 0..values.body.insts.len() as u32 {
        let Op::Call(call) = values.body.op(Value(number)) else { continue };
        let call = values.body.call(call);
        if let (Callee::Builtin(Builtin::Len), [x]) = (call.callee, values.body.list(call.args)) {
            lengths.insert(values.root(*x), values.root(Value(number)));
        }
    }
    lengths
}
