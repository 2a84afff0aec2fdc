//! What Go's operators do with constants.
//!
//! In: an operator and its operands. Out: a value; [`Value::Unknown`] where Go has none. Operands held in different ways
//! meet in the more general one: an integer and a float are computed with as floats.
//!
//! **Absent:** no check that operands are of one type: `1 + 2.5` computes whatever types they have.

use crate::complex::Complex;
use crate::real::{self, Real};
use crate::value::Value;
use num_bigint::BigInt;
use num_traits::One;
use rulec_tree::Op;
use std::cmp::Ordering;

/// Integers of more bits are an overflow.
const MAX_INT_BITS: u64 = 512;
/// The most that a constant may be shifted by: enough for the smallest `float64`.
const MAX_SHIFT: u64 = 1023 - 1 + 52;

impl Value {
    /// `op self` for `+ - ^ !`.
    ///
    /// `unsigned_bits` is the size of the operand's type where that is unsigned, else `None`: `^uint8(1)` is 254, `^1` is -2.
    pub fn unary(&self, op: Op, unsigned_bits: Option<u32>) -> Value {
        match (op, self) {
            (Op::Not, Value::Bool(truth)) => Value::Bool(!truth),
            (Op::Add, Value::Real(_) | Value::Complex(_)) => self.clone(),
            (Op::Sub, Value::Real(real)) => limited(real.negated()),
            (Op::Sub, Value::Complex(complex)) => complex.negated().map_or(Value::Unknown, Value::Complex),
            (Op::Xor, Value::Real(real)) => limited(complement(real, unsigned_bits)),
            _ => Value::Unknown,
        }
    }

    /// `self op right` for `+ - * / % & | ^ &^ && ||`, comparisons and shifts.
    ///
    /// `/` divides exactly, whatever the operands; see [`Value::whole_quotient`]. Integers of more than 512 bits,
    /// strings of more than 64 MiB and divisions by zero are unknown.
    pub fn binary(&self, op: Op, right: &Value) -> Value {
        match op {
            Op::Shl | Op::Shr => self.shift(op, right),
            Op::Eq | Op::Ne | Op::Lt | Op::Le | Op::Gt | Op::Ge => {
                self.compare(op, right).map_or(Value::Unknown, Value::Bool)
            }
            _ => match (self, right) {
                (Value::Real(a), Value::Real(b)) => limited(a.binary(op, b)),
                (Value::Bool(a), Value::Bool(b)) => match op {
                    Op::LogAnd => Value::Bool(*a && *b),
                    Op::LogOr => Value::Bool(*a || *b),
                    _ => Value::Unknown,
                },
                (Value::String(a), Value::String(b)) if op == Op::Add => {
                    a.join(b).map_or(Value::Unknown, Value::String)
                }
                _ => match (self.complex(), right.complex()) {
                    (Some(a), Some(b)) => a.binary(op, &b).map_or(Value::Unknown, Value::Complex),
                    _ => Value::Unknown,
                },
            },
        }
    }

    /// The quotient of two integers, cut off towards zero: `/` where the operands' type is one of integers.
    pub fn whole_quotient(&self, right: &Value) -> Value {
        match (self, right) {
            (Value::Real(a), Value::Real(b)) => limited(a.whole_quotient(b)),
            _ => Value::Unknown,
        }
    }

    /// `self << count` or `self >> count`. Both must be whole numbers, whatever way they are held. Counts below 0 and
    /// above 1074 are unknown, as `go/types` has it.
    pub fn shift(&self, op: Op, count: &Value) -> Value {
        let (Value::Real(int), Some(count)) = (self.to_int(), count.to_int().as_u64()) else { return Value::Unknown };
        if count > MAX_SHIFT {
            return Value::Unknown;
        }
        limited(real::shifted(&int, op, count))
    }

    /// Whether `self op right` for `== != < <= > >=`. Nothing where the two cannot be compared like that.
    pub fn compare(&self, op: Op, right: &Value) -> Option<bool> {
        match (self, right) {
            (Value::Bool(a), Value::Bool(b)) => equality(op, a == b),
            (Value::String(a), Value::String(b)) => ordering(op, a.bytes().cmp(&b.bytes())),
            (Value::Real(a), Value::Real(b)) => ordering(op, a.order(b)?),
            _ => {
                let (a, b) = (self.complex()?, right.complex()?);
                equality(op, a.re().order(b.re())?.is_eq() && a.im().order(b.im())?.is_eq())
            }
        }
    }

    /// A number as a complex one.
    pub(crate) fn complex(&self) -> Option<Complex> {
        match self {
            Value::Complex(complex) => Some(complex.clone()),
            Value::Real(real) => Complex::new(real.clone(), Real::ZERO),
            _ => None,
        }
    }
}

fn limited(real: Option<Real>) -> Value {
    Value::of_real(real.filter(|real| real.as_int().is_none_or(|int| int.bits() <= MAX_INT_BITS)))
}

fn complement(real: &Real, unsigned_bits: Option<u32>) -> Option<Real> {
    let int = !real.as_int()?.into_owned();
    Some(Real::from(match unsigned_bits {
        Some(bits) => int & ((BigInt::one() << bits) - 1),
        None => int,
    }))
}

fn equality(op: Op, equal: bool) -> Option<bool> {
    match op {
        Op::Eq => Some(equal),
        Op::Ne => Some(!equal),
        _ => None,
    }
}

fn ordering(op: Op, ordering: Ordering) -> Option<bool> {
    match op {
        Op::Lt => Some(ordering.is_lt()),
        Op::Le => Some(ordering.is_le()),
        Op::Gt => Some(ordering.is_gt()),
        Op::Ge => Some(ordering.is_ge()),
        _ => equality(op, ordering.is_eq()),
    }
}
