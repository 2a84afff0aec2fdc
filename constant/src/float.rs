//! Binary floats of 512 bits, and rounding to fewer bits.
//!
//! In: integers and fractions of any length. Out: the nearest float, ties to even. Nothing where its exponent is beyond
//! 32 bits, zero where it is that small: the range of `math/big.Float`.
//!
//! **Absent:** no infinities, no negative zero, no NaN.

use num_bigint::{BigInt, BigUint};
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};
use std::cmp::Ordering;

/// The bits of a mantissa.
pub(crate) const PRECISION: u64 = 512;

/// `mantissa` × 2^`exponent`. The mantissa is odd and has at most 512 bits; zero has exponent 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Float {
    mantissa: BigInt,
    exponent: i64,
}

/// Which way a number goes that lies between two floats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rounding {
    NearestEven,
    TowardsZero,
    AwayFromZero,
}

impl Float {
    /// The nearest float to `mantissa` × 2^`exponent`.
    pub(crate) fn new(mantissa: BigInt, exponent: i64) -> Option<Float> {
        Float::rounded(mantissa, exponent, false)
    }

    /// As [`Float::new`]; with `more`, the absolute value is a little above the one given, by less than one of its last
    /// bit. The mantissa must then have more bits than a float.
    fn rounded(mantissa: BigInt, exponent: i64, more: bool) -> Option<Float> {
        let bits = mantissa.bits();
        debug_assert!(!more || bits > PRECISION, "what is cut off must lie below the last bit of the result");
        let drop = bits.saturating_sub(PRECISION);
        let magnitude = shortened(mantissa.magnitude(), drop, more, Rounding::NearestEven);
        Float::normal(mantissa.is_negative(), magnitude, exponent + drop as i64)
    }

    fn normal(negative: bool, magnitude: BigUint, exponent: i64) -> Option<Float> {
        let zeros = magnitude.trailing_zeros().unwrap_or(0);
        let top = exponent + magnitude.bits() as i64;
        if magnitude.is_zero() || top < i64::from(i32::MIN) {
            return Some(Float { mantissa: BigInt::ZERO, exponent: 0 });
        }
        if top > i64::from(i32::MAX) {
            return None;
        }
        let mantissa = BigInt::from(magnitude >> zeros);
        Some(Float { mantissa: if negative { -mantissa } else { mantissa }, exponent: exponent + zeros as i64 })
    }

    /// The nearest float to a fraction.
    pub(crate) fn of_ratio(ratio: &BigRational) -> Option<Float> {
        Float::quotient_of(ratio.numer(), ratio.denom(), 0)
    }

    /// The nearest float to `numerator / denominator` × 2^`exponent`; the denominator is not zero.
    fn quotient_of(numerator: &BigInt, denominator: &BigInt, exponent: i64) -> Option<Float> {
        let (quotient, exponent_of_quotient, more) =
            long_quotient(numerator.magnitude(), denominator.magnitude(), PRECISION + 2);
        let quotient = BigInt::from(quotient);
        let negative = numerator.is_negative() != denominator.is_negative();
        Float::rounded(if negative { -quotient } else { quotient }, exponent + exponent_of_quotient, more)
    }

    /// The nearest float to `mantissa` × 10^`exponent`, whatever the exponent: nothing is computed to more than a few
    /// hundred bits.
    pub(crate) fn of_decimal(mantissa: &BigInt, exponent: i64) -> Option<Float> {
        let (power, scale) = power_of_five(exponent.unsigned_abs());
        let power = BigInt::from(power);
        if exponent >= 0 {
            Float::new(mantissa * power, scale + exponent)
        } else {
            Float::quotient_of(mantissa, &power, exponent - scale)
        }
    }

    /// The mantissa, odd or zero, and its exponent of two.
    pub(crate) fn parts(&self) -> (&BigInt, i64) {
        (&self.mantissa, self.exponent)
    }

    /// The exponent that [0.5, 1) is scaled by to give the absolute value; 0 for zero.
    pub(crate) fn top(&self) -> i64 {
        if self.mantissa.is_zero() { 0 } else { self.exponent + self.mantissa.bits() as i64 }
    }

    pub(crate) fn sign(&self) -> i32 {
        self.mantissa.signum().to_i32().unwrap_or(0)
    }

    pub(crate) fn negated(&self) -> Float {
        Float { mantissa: -&self.mantissa, exponent: self.exponent }
    }

    pub(crate) fn plus(&self, other: &Float) -> Option<Float> {
        let (high, low) = if self.top() >= other.top() { (self, other) } else { (other, self) };
        if self.sign() == 0 || other.sign() == 0 {
            return Some(if self.sign() == 0 { other.clone() } else { self.clone() });
        }
        // So far below the last bit of the other that it cannot change it, not even where a borrow doubles the precision.
        if high.top() - low.top() > PRECISION as i64 + 2 {
            return Some(high.clone());
        }
        let exponent = self.exponent.min(other.exponent);
        let scaled = |float: &Float| &float.mantissa << (float.exponent - exponent).unsigned_abs();
        Float::new(scaled(self) + scaled(other), exponent)
    }

    pub(crate) fn times(&self, other: &Float) -> Option<Float> {
        Float::new(&self.mantissa * &other.mantissa, self.exponent + other.exponent)
    }

    /// The quotient; nothing for a division by zero.
    pub(crate) fn over(&self, other: &Float) -> Option<Float> {
        if other.mantissa.is_zero() {
            return None;
        }
        Float::quotient_of(&self.mantissa, &other.mantissa, self.exponent - other.exponent)
    }

    /// The number rounded to `bits`, if it is whole then.
    pub(crate) fn whole(&self, bits: u64, rounding: Rounding) -> Option<BigInt> {
        let drop = self.mantissa.bits().saturating_sub(bits);
        let magnitude = shortened(self.mantissa.magnitude(), drop, false, rounding);
        let exponent = self.exponent + drop as i64;
        let magnitude = if exponent >= 0 {
            magnitude << exponent.unsigned_abs()
        } else {
            let zeros = magnitude.trailing_zeros().unwrap_or(u64::MAX);
            if zeros < exponent.unsigned_abs() {
                return None;
            }
            magnitude >> exponent.unsigned_abs()
        };
        let whole = BigInt::from(magnitude);
        Some(if self.mantissa.is_negative() { -whole } else { whole })
    }
}

impl Ord for Float {
    fn cmp(&self, other: &Float) -> Ordering {
        let by_sign = self.sign().cmp(&other.sign());
        if by_sign.is_ne() || self.sign() == 0 {
            return by_sign;
        }
        let by_size = self.top().cmp(&other.top());
        if by_size.is_ne() {
            return if self.sign() < 0 { by_size.reverse() } else { by_size };
        }
        // Equal tops: the exponents differ by less than the precision.
        let exponent = self.exponent.min(other.exponent);
        let scaled = |float: &Float| &float.mantissa << (float.exponent - exponent).unsigned_abs();
        scaled(self).cmp(&scaled(other))
    }
}

impl PartialOrd for Float {
    fn partial_cmp(&self, other: &Float) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A floating-point type of Go (IEEE 754).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Format {
    /// Bits of the mantissa, the hidden one included.
    bits: i64,
    /// The exponent of the last bit of the smallest numbers.
    lowest: i64,
    /// All numbers are below 2 to this power.
    top: i64,
}

impl Format {
    pub(crate) const FLOAT32: Format = Format { bits: 24, lowest: -149, top: 128 };
    pub(crate) const FLOAT64: Format = Format { bits: 53, lowest: -1074, top: 1024 };

    /// The nearest number of this type to `numerator / denominator` × 2^`exponent`, as a mantissa and an exponent of two.
    /// Nothing if it is too large. The denominator is not zero.
    pub(crate) fn nearest(self, numerator: &BigInt, denominator: &BigInt, exponent: i64) -> Option<(BigInt, i64)> {
        let (quotient, shift, more) =
            long_quotient(numerator.magnitude(), denominator.magnitude(), self.bits as u64 + 2);
        let exponent = exponent + shift;
        let last_bit = (exponent + quotient.bits() as i64 - self.bits).max(self.lowest);
        // The quotient has at least two bits more than the type, so something is always dropped.
        let drop = u64::try_from(last_bit - exponent).unwrap_or(0);
        let magnitude = shortened(&quotient, drop, more, Rounding::NearestEven);
        if last_bit + magnitude.bits() as i64 > self.top && !magnitude.is_zero() {
            return None;
        }
        let mantissa = BigInt::from(magnitude);
        Some((if numerator.is_negative() != denominator.is_negative() { -mantissa } else { mantissa }, last_bit))
    }
}

/// 5^`exponent` as a mantissa of up to 640 bits and an exponent of two. What is cut off on the way lies more than a hundred
/// bits below the last one of a float.
fn power_of_five(exponent: u64) -> (BigUint, i64) {
    const BITS: u64 = PRECISION + 128;
    let cut = |(mantissa, scale): (BigUint, i64)| {
        let drop = mantissa.bits().saturating_sub(BITS);
        (mantissa >> drop, scale + drop as i64)
    };
    let mut power = (BigUint::one(), 0);
    for bit in (0..u64::BITS - exponent.leading_zeros()).rev() {
        power = cut((&power.0 * &power.0, power.1 * 2));
        if exponent >> bit & 1 == 1 {
            power = cut((power.0 * 5u8, power.1));
        }
    }
    power
}

/// The quotient with at least `bits` bits, the exponent of two it is scaled by, and whether it is a little too small.
fn long_quotient(numerator: &BigUint, denominator: &BigUint, bits: u64) -> (BigUint, i64, bool) {
    if numerator.is_zero() {
        return (BigUint::ZERO, 0, false);
    }
    let shift = (bits + denominator.bits()).saturating_sub(numerator.bits()) + 1;
    let (quotient, rest) = (numerator << shift).div_rem(denominator);
    (quotient, -(shift as i64), !rest.is_zero())
}

/// `magnitude` without its lowest `drop` bits, rounded. `more` says that a fraction of its last bit was cut off before.
fn shortened(magnitude: &BigUint, drop: u64, more: bool, rounding: Rounding) -> BigUint {
    if drop == 0 {
        return magnitude.clone();
    }
    if drop > magnitude.bits() + 1 {
        // All of it is less than half of the last bit that stays.
        let up = rounding == Rounding::AwayFromZero && (more || !magnitude.is_zero());
        return BigUint::from(u8::from(up));
    }
    let kept = magnitude >> drop;
    let below_half_is_zero = magnitude.trailing_zeros().is_none_or(|zeros| zeros + 1 >= drop) && !more;
    let half = magnitude.bit(drop - 1);
    let up = match rounding {
        Rounding::TowardsZero => false,
        Rounding::AwayFromZero => half || !below_half_is_zero,
        Rounding::NearestEven => half && (!below_half_is_zero || kept.bit(0)),
    };
    if up { kept + BigUint::one() } else { kept }
}
