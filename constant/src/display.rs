//! Values as people write them, for messages.
//!
//! In: a [`Value`]. Out: short text. Floats show that they are some: `2.0`.
//!
//! **Absent:** exactness: see `exact` for text that can be compared.

use crate::exact::quote;
use crate::real::Real;
use crate::value::Value;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{ToPrimitive, Zero};
use std::fmt;

/// Decimal fractions of more digits are shown as fractions or rounded.
const MAX_PLACES: usize = 30;
/// Whole floats of more bits are shown with an exponent, `1e+30`.
const MAX_WHOLE_BITS: u64 = 70;
/// Fractions of more bits, above or below the line, are shown rounded.
const MAX_FRACTION_BITS: u64 = 20;

impl fmt::Display for Value {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Unknown => out.write_str("unknown"),
            Value::Bool(truth) => write!(out, "{truth}"),
            Value::String(text) => out.write_str(&quote(&text.bytes())),
            Value::Real(real) => write!(out, "{real}"),
            Value::Complex(complex) => write!(out, "({} + {}i)", complex.re(), complex.im()),
        }
    }
}

impl fmt::Display for Real {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(int) = self.as_int() {
            return write!(out, "{int}");
        }
        let exact = self.as_ratio().and_then(|ratio| plain_decimal(ratio).or_else(|| short_fraction(ratio)));
        out.write_str(&exact.unwrap_or_else(|| rounded(self)))
    }
}

/// `12.375`, if the number has such an end and is not too long.
fn plain_decimal(ratio: &BigRational) -> Option<String> {
    if ratio.numer().bits() > MAX_WHOLE_BITS + ratio.denom().bits() {
        return None;
    }
    let mut scale = BigInt::from(1);
    for places in 0..=MAX_PLACES {
        if (&scale % ratio.denom()).is_zero() {
            let digits = ratio.numer() * (scale / ratio.denom());
            let sign = if digits.sign() == num_bigint::Sign::Minus { "-" } else { "" };
            let digits = format!("{:0>width$}", digits.magnitude().to_string(), width = places + 1);
            let (whole, fraction) = digits.split_at(digits.len() - places);
            return Some(format!("{sign}{whole}.{}", if fraction.is_empty() { "0" } else { fraction }));
        }
        scale *= 10;
    }
    None
}

fn short_fraction(ratio: &BigRational) -> Option<String> {
    let is_short = ratio.numer().bits() <= MAX_FRACTION_BITS && ratio.denom().bits() <= MAX_FRACTION_BITS;
    is_short.then(|| ratio.to_string())
}

fn rounded(real: &Real) -> String {
    let near = real.to_f64();
    if near.is_normal() {
        return exponential(near, 0);
    }
    match real.as_float() {
        // Beyond float64: six digits are what is left of the logarithm's once the exponent is taken off.
        Some(float) if float.sign() != 0 => {
            let (mantissa, _) = float.parts();
            let top = float.top() as f64;
            let leading = (mantissa.magnitude() >> mantissa.bits().saturating_sub(53)).to_f64().unwrap_or(1.0);
            let fraction = leading / 2f64.powi(mantissa.bits().min(53) as i32);
            let log = fraction.log10() + top * std::f64::consts::LOG10_2;
            let exponent = log.floor();
            exponential(f64::from(float.sign()) * 10f64.powf(log - exponent), exponent as i64)
        }
        _ => real.as_ratio().map_or_else(|| "0.0".to_owned(), near_zero),
    }
}

/// `1.5e+30`, with `more` added to the exponent; six significant digits.
fn exponential(number: f64, more: i64) -> String {
    let text = format!("{number:.5e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
    format!("{mantissa}e{:+}", exponent.parse::<i64>().unwrap_or(0) + more)
}

/// A fraction that is too large or too near to zero for a `float64`.
fn near_zero(ratio: &BigRational) -> String {
    crate::float::Float::of_ratio(ratio).map_or_else(|| "0.0".to_owned(), |float| rounded(&Real::of_float(float)))
}
