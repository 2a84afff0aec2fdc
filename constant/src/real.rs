//! Integers and floating-point numbers: four ways to hold a number, from the cheapest to the one without limits.
//!
//! In: two numbers and an operator. Out: a number, held as the more general of the two; integers that fit 64 bits are
//! held inline, fractions that get too long become floats of 512 bits. Nothing where there is no result.
//!
//! **Absent:** no complex numbers, and integers have no limit here: whoever keeps results sets one.

use crate::float::{Float, Format, PRECISION, Rounding};
use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};
use rulec_tree::Op;
use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

/// Fractions end, and integers are floats no more exactly, where this many bits begin.
const MAX_RATIO_BITS: u64 = 4096;
/// [`Real::to_int`] takes floats for whole that differ from an integer in this many of their last bits.
const NOISE_BITS: u64 = 4;

/// An integer or a floating-point number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Real(Form);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Form {
    Small(i64),
    /// Beyond 64 bits.
    Big(Arc<BigInt>),
    /// In lowest terms, perhaps whole; shorter than [`MAX_RATIO_BITS`] unless a literal is written that long.
    Ratio(Arc<BigRational>),
    Float(Arc<Float>),
}

impl From<i64> for Real {
    fn from(int: i64) -> Real {
        Real(Form::Small(int))
    }
}

impl From<BigInt> for Real {
    fn from(int: BigInt) -> Real {
        Real(int.to_i64().map_or_else(|| Form::Big(Arc::new(int)), Form::Small))
    }
}

impl Real {
    pub(crate) const ZERO: Real = Real(Form::Small(0));

    /// A floating-point number; it becomes a float of 512 bits if it is too long for a fraction.
    pub(crate) fn of_ratio(ratio: BigRational) -> Option<Real> {
        if ratio.numer().bits() < MAX_RATIO_BITS && ratio.denom().bits() < MAX_RATIO_BITS {
            return Some(Real::of_long_ratio(ratio));
        }
        Float::of_ratio(&ratio).map(Real::of_float)
    }

    /// A fraction of any length: literals and stored values are taken as they are.
    pub(crate) fn of_long_ratio(ratio: BigRational) -> Real {
        Real(Form::Ratio(Arc::new(ratio)))
    }

    pub(crate) fn of_float(float: Float) -> Real {
        Real(Form::Float(Arc::new(float)))
    }

    /// Whether it is held as an integer.
    pub fn is_int(&self) -> bool {
        matches!(self.0, Form::Small(_) | Form::Big(_))
    }

    pub(crate) fn as_small(&self) -> Option<i64> {
        match self.0 {
            Form::Small(int) => Some(int),
            _ => None,
        }
    }

    pub(crate) fn as_int(&self) -> Option<Cow<'_, BigInt>> {
        match &self.0 {
            Form::Small(int) => Some(Cow::Owned(BigInt::from(*int))),
            Form::Big(int) => Some(Cow::Borrowed(int)),
            Form::Ratio(_) | Form::Float(_) => None,
        }
    }

    /// The fraction that it is held as, if it is.
    pub(crate) fn as_ratio(&self) -> Option<&BigRational> {
        match &self.0 {
            Form::Ratio(ratio) => Some(ratio),
            _ => None,
        }
    }

    /// The float that it is held as, if it is.
    pub(crate) fn as_float(&self) -> Option<&Float> {
        match &self.0 {
            Form::Float(float) => Some(float),
            _ => None,
        }
    }

    /// -1, 0 or 1.
    pub fn sign(&self) -> i32 {
        match &self.0 {
            Form::Small(int) => int.signum() as i32,
            Form::Big(int) => int.signum().to_i32().unwrap_or(0),
            Form::Ratio(ratio) => ratio.numer().signum().to_i32().unwrap_or(0),
            Form::Float(float) => float.sign(),
        }
    }

    /// The same number as an integer, if it is whole or differs from a whole number by what rounding may have done.
    pub(crate) fn to_int(&self) -> Option<Real> {
        match &self.0 {
            Form::Small(_) | Form::Big(_) => Some(self.clone()),
            Form::Ratio(ratio) => ratio.is_integer().then(|| Real::from(ratio.numer().clone())),
            Form::Float(float) => {
                if !is_in_ratio_range(float) {
                    return None;
                }
                let whole = float
                    .whole(PRECISION, Rounding::NearestEven)
                    .or_else(|| float.whole(PRECISION - NOISE_BITS, Rounding::TowardsZero))
                    .or_else(|| float.whole(PRECISION - NOISE_BITS, Rounding::AwayFromZero));
                whole.map(Real::from)
            }
        }
    }

    /// The same number as a floating-point number.
    pub(crate) fn to_float(&self) -> Option<Real> {
        match &self.0 {
            Form::Small(int) => Real::of_ratio(BigRational::from_integer(BigInt::from(*int))),
            Form::Big(int) => Real::of_ratio(BigRational::from_integer(BigInt::clone(int))),
            Form::Ratio(_) | Form::Float(_) => Some(self.clone()),
        }
    }

    /// The number rounded to a floating-point type of Go, which holds it exactly then. Nothing if it is too large.
    pub(crate) fn rounded(&self, format: Format) -> Option<Real> {
        let (mantissa, exponent) = self.nearest(format)?;
        let scale = BigInt::one() << exponent.unsigned_abs();
        Real::of_ratio(if exponent < 0 {
            BigRational::new(mantissa, scale)
        } else {
            BigRational::from_integer(mantissa * scale)
        })
    }

    /// The nearest `float64`: infinite or zero for what is out of its range.
    pub fn to_f64(&self) -> f64 {
        let Some((mantissa, exponent)) = self.nearest(Format::FLOAT64) else {
            return f64::INFINITY.copysign(f64::from(self.sign()));
        };
        // Both factors are exact, and so is the product, which the type can hold. Two steps, as 2^-1074 is no normal number.
        let half = exponent as i32 / 2;
        mantissa.to_f64().unwrap_or(0.0) * 2f64.powi(half) * 2f64.powi(exponent as i32 - half)
    }

    fn nearest(&self, format: Format) -> Option<(BigInt, i64)> {
        match &self.0 {
            Form::Small(int) => format.nearest(&BigInt::from(*int), &BigInt::one(), 0),
            Form::Big(int) => format.nearest(int, &BigInt::one(), 0),
            Form::Ratio(ratio) => format.nearest(ratio.numer(), ratio.denom(), 0),
            Form::Float(float) => {
                let (mantissa, exponent) = float.parts();
                format.nearest(mantissa, &BigInt::one(), exponent)
            }
        }
    }

    pub(crate) fn negated(&self) -> Option<Real> {
        match &self.0 {
            Form::Small(int) => Some(int.checked_neg().map_or_else(|| Real::from(-BigInt::from(*int)), Real::from)),
            Form::Big(int) => Some(Real::from(-BigInt::clone(int))),
            // A literal may be longer than what computing gives.
            Form::Ratio(ratio) => Real::of_ratio(-BigRational::clone(ratio)),
            Form::Float(float) => Some(Real::of_float(float.negated())),
        }
    }

    /// `self op right` for `+ - * /` and, between integers, `% & | ^ &^`. Integers divided give a fraction.
    pub(crate) fn binary(&self, op: Op, right: &Real) -> Option<Real> {
        if let (Form::Small(a), Form::Small(b)) = (&self.0, &right.0)
            && let Some(int) = small_binary(op, *a, *b)
        {
            return Some(Real::from(int));
        }
        match (&self.0, &right.0) {
            (Form::Float(_), _) | (_, Form::Float(_)) => {
                float_binary(op, &*self.float()?, &*right.float()?).map(Real::of_float)
            }
            (Form::Ratio(_), _) | (_, Form::Ratio(_)) => {
                ratio_binary(op, &*self.ratio()?, &*right.ratio()?).and_then(Real::of_ratio)
            }
            _ => {
                let (a, b) = (self.as_int()?, right.as_int()?);
                match op {
                    Op::Div if b.is_zero() => None,
                    Op::Div => Real::of_ratio(BigRational::new(a.into_owned(), b.into_owned())),
                    _ => int_binary(op, &a, &b).map(Real::from),
                }
            }
        }
    }

    /// The quotient of two integers, cut off towards zero.
    pub(crate) fn whole_quotient(&self, right: &Real) -> Option<Real> {
        if let (Form::Small(a), Form::Small(b)) = (&self.0, &right.0) {
            // The lowest int64 by -1 overflows into itself, as it does in the computations of `go/constant`.
            return (*b != 0).then(|| Real::from(a.wrapping_div(*b)));
        }
        let (a, b) = (self.as_int()?, right.as_int()?);
        // Truncating: `/` of big integers is that.
        (!b.is_zero()).then(|| Real::from(&*a / &*b))
    }

    /// The order of two numbers of whatever form. Nothing where one is beyond every limit.
    pub(crate) fn order(&self, right: &Real) -> Option<Ordering> {
        match (&self.0, &right.0) {
            (Form::Small(a), Form::Small(b)) => Some(a.cmp(b)),
            (Form::Float(_), _) | (_, Form::Float(_)) => Some(self.float()?.cmp(&right.float()?)),
            (Form::Ratio(_), _) | (_, Form::Ratio(_)) => {
                let (a, b) = (self.ratio()?, right.ratio()?);
                // Not the library's order of fractions, which recurses over them.
                Some((a.numer() * b.denom()).cmp(&(b.numer() * a.denom())))
            }
            _ => Some(self.as_int()?.cmp(&right.as_int()?)),
        }
    }

    /// An integer or a fraction as a fraction.
    fn ratio(&self) -> Option<Cow<'_, BigRational>> {
        match &self.0 {
            Form::Ratio(ratio) => Some(Cow::Borrowed(ratio)),
            _ => self.as_int().map(|int| Cow::Owned(BigRational::from_integer(int.into_owned()))),
        }
    }

    /// Any number as a float of 512 bits.
    fn float(&self) -> Option<Cow<'_, Float>> {
        match &self.0 {
            Form::Float(float) => Some(Cow::Borrowed(float)),
            Form::Ratio(ratio) => Float::of_ratio(ratio).map(Cow::Owned),
            _ => self.as_int().and_then(|int| Float::new(int.into_owned(), 0)).map(Cow::Owned),
        }
    }
}

/// Whether a float is in the range where fractions are used; only there literals become fractions and floats integers.
pub(crate) fn is_in_ratio_range(float: &Float) -> bool {
    float.top().unsigned_abs() < MAX_RATIO_BITS
}

/// Nothing where the result does not fit, and for the other operators.
fn small_binary(op: Op, a: i64, b: i64) -> Option<i64> {
    match op {
        Op::Add => a.checked_add(b),
        Op::Sub => a.checked_sub(b),
        Op::Mul => a.checked_mul(b),
        Op::Rem => (b != 0).then(|| a.wrapping_rem(b)),
        Op::And => Some(a & b),
        Op::Or => Some(a | b),
        Op::Xor => Some(a ^ b),
        Op::AndNot => Some(a & !b),
        _ => None,
    }
}

fn int_binary(op: Op, a: &BigInt, b: &BigInt) -> Option<BigInt> {
    match op {
        Op::Add => Some(a + b),
        Op::Sub => Some(a - b),
        Op::Mul => Some(a * b),
        // The sign of a remainder is that of the dividend.
        Op::Rem => (!b.is_zero()).then(|| a % b),
        Op::And => Some(a & b),
        Op::Or => Some(a | b),
        Op::Xor => Some(a ^ b),
        Op::AndNot => Some(a & !b),
        _ => None,
    }
}

fn ratio_binary(op: Op, a: &BigRational, b: &BigRational) -> Option<BigRational> {
    match op {
        Op::Add => Some(a + b),
        Op::Sub => Some(a - b),
        Op::Mul => Some(a * b),
        Op::Div => (!b.is_zero()).then(|| a / b),
        _ => None,
    }
}

fn float_binary(op: Op, a: &Float, b: &Float) -> Option<Float> {
    match op {
        Op::Add => a.plus(b),
        Op::Sub => a.plus(&b.negated()),
        Op::Mul => a.times(b),
        Op::Div => a.over(b),
        _ => None,
    }
}

/// `int` shifted by `count` bits: to the left, or to the right with its sign.
pub(crate) fn shifted(int: &Real, op: Op, count: u64) -> Option<Real> {
    match (op, &int.0) {
        (Op::Shr, Form::Small(small)) => Some(Real::from(small >> count.min(63))),
        // Rounds towards negative infinity, as a shift of two's complement does.
        (Op::Shr, Form::Big(big)) => Some(Real::from(big.div_floor(&(BigInt::one() << count)))),
        (Op::Shl, _) => Some(Real::from(int.as_int()?.into_owned() << count)),
        _ => None,
    }
}
