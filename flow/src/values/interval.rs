//! Intervals of whole numbers, and what Go's operators make of them.
//!
//! Numbers are exact: no integer type of Go needs more than 64 bits, so that sums and products of any two fit 128.

use rulec_tree::Op;

/// The numbers between two bounds, both included. A bound that is not there is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Interval {
    /// The least.
    pub low: Option<i128>,
    /// The greatest.
    pub high: Option<i128>,
}

/// The numbers from `low` to `high`; never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) low: i128,
    pub(super) high: i128,
}

impl Range {
    /// The numbers that all integer types together can hold.
    pub(super) const ALL: Range = Range { low: i64::MIN as i128, high: u64::MAX as i128 };

    /// What lengths can be.
    pub(super) const LENGTHS: Range = Range { low: 0, high: i64::MAX as i128 };

    pub(super) fn of(number: i128) -> Range {
        Range { low: number, high: number }
    }

    /// From `low` to `high`, if there is anything between them.
    pub(super) fn new(low: i128, high: i128) -> Option<Range> {
        (low <= high).then_some(Range { low, high })
    }

    /// All numbers of either and those between.
    pub(super) fn hull(self, other: Range) -> Range {
        Range { low: self.low.min(other.low), high: self.high.max(other.high) }
    }

    pub(super) fn meet(self, other: Range) -> Option<Range> {
        Range::new(self.low.max(other.low), self.high.min(other.high))
    }

    pub(super) fn contains(self, other: Range) -> bool {
        self.low <= other.low && other.high <= self.high
    }

    fn is_single(self) -> bool {
        self.low == self.high
    }

    /// The numbers of this range that can compare like this with one of the other.
    pub(super) fn comparing(self, op: Op, other: Range) -> Option<Range> {
        match op {
            Op::Lt => Range::new(self.low, self.high.min(other.high - 1)),
            Op::Le => Range::new(self.low, self.high.min(other.high)),
            Op::Gt => Range::new(self.low.max(other.low + 1), self.high),
            Op::Ge => Range::new(self.low.max(other.low), self.high),
            Op::Eq => self.meet(other),
            Op::Ne if other.is_single() => {
                let low = self.low + i128::from(self.low == other.low);
                let high = self.high - i128::from(self.high == other.high);
                Range::new(low, high)
            }
            _ => Some(self),
        }
    }

    /// The results of an operator, before they are made to fit a type; none if nothing is known of them.
    pub(super) fn binary(self, op: Op, other: Range) -> Option<Range> {
        let (a, b) = (self, other);
        match op {
            Op::Add => Range::new(a.low + b.low, a.high + b.high),
            Op::Sub => Range::new(a.low - b.high, a.high - b.low),
            Op::Mul => corners(a, b, i128::checked_mul),
            Op::Div => a.divided(b),
            Op::Rem => a.remainder(b),
            Op::And => a.and(b),
            Op::Or | Op::Xor if a.low >= 0 && b.low >= 0 => Range::new(0, all_ones(a.high.max(b.high))),
            Op::AndNot if a.low >= 0 => Range::new(0, a.high),
            Op::Shl if a.low >= 0 && b.low >= 0 && b.high < 63 => Range::new(a.low << b.low, a.high << b.high),
            Op::Shr if b.low >= 0 => {
                let shift = |number: i128, by: i128| number >> by.min(100);
                let low = shift(a.low, if a.low < 0 { b.low } else { b.high });
                let high = shift(a.high, if a.high < 0 { b.high } else { b.low });
                Range::new(low, high)
            }
            _ => None,
        }
    }

    /// Quotients; division by zero panics and has none.
    fn divided(self, by: Range) -> Option<Range> {
        let positive = Range::new(by.low.max(1), by.high);
        let negative = Range::new(by.low, by.high.min(-1));
        let parts = [positive, negative].into_iter().flatten().filter_map(|by| corners(self, by, i128::checked_div));
        parts.reduce(Range::hull)
    }

    /// Remainders: as near to zero as the divisor is, with the sign of the dividend.
    fn remainder(self, by: Range) -> Option<Range> {
        let most = by.low.abs().max(by.high.abs()).max(1) - 1;
        let low = if self.low < 0 { self.low.max(-most) } else { 0 };
        let high = if self.high > 0 { self.high.min(most) } else { 0 };
        Range::new(low, high)
    }

    fn and(self, other: Range) -> Option<Range> {
        match (self.low >= 0, other.low >= 0) {
            (true, true) => Range::new(0, self.high.min(other.high)),
            (true, false) => Range::new(0, self.high),
            (false, true) => Range::new(0, other.high),
            (false, false) => None,
        }
    }

    /// The results of `-x` and `^x` of a signed type, and `+x`.
    pub(super) fn unary(self, op: Op) -> Option<Range> {
        match op {
            Op::Add => Some(self),
            Op::Sub => Range::new(-self.high, -self.low),
            Op::Xor => Range::new(-self.high - 1, -self.low - 1),
            _ => None,
        }
    }
}

/// The hull of what an operation that rises or falls in both operands makes of the bounds.
fn corners(a: Range, b: Range, of: fn(i128, i128) -> Option<i128>) -> Option<Range> {
    let all = [of(a.low, b.low)?, of(a.low, b.high)?, of(a.high, b.low)?, of(a.high, b.high)?];
    Range::new(*all.iter().min()?, *all.iter().max()?)
}

/// The least number of ones alone that is not below a number.
fn all_ones(number: i128) -> i128 {
    (1i128 << (128 - number.leading_zeros())) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Go computes, if it does.
    fn compute(op: Op, a: i128, b: i128) -> Option<i128> {
        Some(match op {
            Op::Add => a + b,
            Op::Sub => a - b,
            Op::Mul => a * b,
            Op::Div => a.checked_div(b)?,
            Op::Rem => a.checked_rem(b)?,
            Op::And => a & b,
            Op::Or => a | b,
            Op::Xor => a ^ b,
            Op::AndNot => a & !b,
            Op::Shl => (b >= 0).then(|| a << b)?,
            Op::Shr => (b >= 0).then(|| a >> b)?,
            _ => return None,
        })
    }

    const OPERATORS: &[Op] =
        &[Op::Add, Op::Sub, Op::Mul, Op::Div, Op::Rem, Op::And, Op::Or, Op::Xor, Op::AndNot, Op::Shl, Op::Shr];

    #[test]
    fn every_result_lies_in_the_range_of_results() {
        let ranges = (-6..=6).flat_map(|low| (low..=6).map(move |high| Range { low, high }));
        let ranges: Vec<Range> = ranges.collect();
        for a in &ranges {
            for b in &ranges {
                for op in OPERATORS {
                    let Some(all) = a.binary(*op, *b) else { continue };
                    for x in a.low..=a.high {
                        for y in b.low..=b.high {
                            let result = compute(*op, x, y);
                            let holds = result.is_none_or(|result| all.contains(Range::of(result)));
                            assert!(holds, "{x} {} {y} is {result:?}, not in {all:?}", op.text());
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_comparison_leaves_what_can_compare_like_that() {
        let ranges: Vec<Range> = (-3..=3).flat_map(|low| (low..=3).map(move |high| Range { low, high })).collect();
        let holds = |op, x: i128, y: i128| match op {
            Op::Lt => x < y,
            Op::Le => x <= y,
            Op::Gt => x > y,
            Op::Ge => x >= y,
            Op::Eq => x == y,
            _ => x != y,
        };
        for a in &ranges {
            for b in &ranges {
                for op in [Op::Lt, Op::Le, Op::Gt, Op::Ge, Op::Eq, Op::Ne] {
                    let can = |x: &i128| (b.low..=b.high).any(|y| holds(op, *x, y));
                    let left: Vec<i128> = (a.low..=a.high).filter(can).collect();
                    let exact = left.first().and_then(|low| Range::new(*low, *left.last()?));
                    assert_eq!(a.comparing(op, *b), exact, "{a:?} {} {b:?}", op.text());
                }
            }
        }
    }
}
