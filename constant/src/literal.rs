//! Values of literals.
//!
//! In: the kind and the text of a literal's node in the canonical tree: decimal digits for integers, the decimal code
//! point for characters, the bytes of a string, and for floating-point and imaginary literals their spelling in lower case
//! without `_`. Out: a [`Value`]. A spelling as in the source, `0x1F` or `1_000.5E3`, is taken as well.
//!
//! Source: Go specification, "Integer literals", "Floating-point literals", "Imaginary literals".
//!
//! **Absent:** escapes and quotes: the tree holds strings and characters decoded.

use crate::complex::Complex;
use crate::float::Float;
use crate::real::{self, Real};
use crate::value::Value;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Zero};
use rulec_tree::Op;
use rulec_tree::literal::{float_text, int_text};

/// Longer literals are given up, as `go/types` does.
const MAX_BYTES: usize = 10_000;

impl Value {
    /// The value of a literal; unknown for what is no literal, for integers of more than 512 bits and for what has more
    /// than 10,000 characters.
    pub fn of_literal(kind: rulec_tree::Kind, text: &[u8]) -> Value {
        match kind {
            rulec_tree::Kind::String => Value::string(text),
            _ if text.len() > MAX_BYTES => Value::Unknown,
            // Adding nothing applies the limit of integers.
            rulec_tree::Kind::Int | rulec_tree::Kind::Char => int(text).binary(Op::Add, &Value::from(0)),
            rulec_tree::Kind::Float => Value::of_real(float(text)),
            rulec_tree::Kind::Imag => imaginary(text).map_or(Value::Unknown, Value::Complex),
            _ => Value::Unknown,
        }
    }
}

fn int(text: &[u8]) -> Value {
    let digits = int_text(text).and_then(|digits| BigInt::parse_bytes(&digits, 10));
    digits.map_or(Value::Unknown, Value::from)
}

fn imaginary(text: &[u8]) -> Option<Complex> {
    let number = text.strip_suffix(b"i")?;
    Complex::new(Real::ZERO, float(number)?)
}

/// A number in any notation, `0x1p-2`, `0b11`, `.5` and `0123` (which is decimal here) among them.
fn float(text: &[u8]) -> Option<Real> {
    let text = float_text(text)?;
    let (base, mark, number) = match text.as_slice() {
        [b'0', b'x', number @ ..] => (16, Some(b'p'), number),
        [b'0', b'o', number @ ..] => (8, None, number),
        [b'0', b'b', number @ ..] => (2, None, number),
        number => (10, Some(b'e'), number),
    };
    let (mantissa, exponent) = match number.iter().position(|byte| Some(*byte) == mark) {
        Some(at) => (&number[..at], decimal_exponent(&number[at + 1..])?),
        None => (number, 0),
    };
    let mut digits = mantissa.to_vec();
    let mut fraction_digits = 0;
    if let Some(point) = mantissa.iter().position(|byte| *byte == b'.') {
        digits.remove(point);
        fraction_digits = (digits.len() - point) as i64;
    }
    if !digits.iter().all(|byte| char::from(*byte).is_digit(base)) {
        return None;
    }
    let mantissa = BigInt::parse_bytes(&digits, base)?;
    if mantissa.is_zero() {
        return Some(Real::of_long_ratio(BigRational::zero()));
    }
    if base == 10 {
        decimal(mantissa, exponent - fraction_digits)
    } else {
        // No fraction but a hexadecimal one has got past the digits above.
        binary(mantissa, exponent - 4 * fraction_digits)
    }
}

/// Nothing for what is no integer and for exponents that no number reaches.
fn decimal_exponent(text: &[u8]) -> Option<i64> {
    let exponent = std::str::from_utf8(text).ok()?.parse::<i64>().ok()?;
    (exponent.unsigned_abs() <= 1 << 40).then_some(exponent)
}

/// `mantissa` × 10^`exponent`
fn decimal(mantissa: BigInt, exponent: i64) -> Option<Real> {
    if i32::try_from(mantissa.bits() as i64 + exponent).is_err() {
        return None;
    }
    let float = Float::of_decimal(&mantissa, exponent)?;
    if !real::is_in_ratio_range(&float) {
        return Some(Real::of_float(float));
    }
    Some(scaled(mantissa, &BigInt::from(10), exponent, &float))
}

/// `mantissa` × 2^`exponent`
fn binary(mantissa: BigInt, exponent: i64) -> Option<Real> {
    if i32::try_from(mantissa.bits() as i64 + exponent).is_err() {
        return None;
    }
    let float = Float::new(mantissa.clone(), exponent)?;
    if !real::is_in_ratio_range(&float) {
        return Some(Real::of_float(float));
    }
    Some(scaled(mantissa, &BigInt::from(2), exponent, &float))
}

/// `mantissa` × `base`^`exponent` as a fraction; zero if it is as a float.
fn scaled(mantissa: BigInt, base: &BigInt, exponent: i64, float: &Float) -> Real {
    if float.sign() == 0 {
        return Real::of_long_ratio(BigRational::zero());
    }
    // The number is below 2^4096 and above 2^-4096, and its mantissa has 10,000 digits at most: so the exponent is small.
    let power = num_traits::pow(base.clone(), exponent.unsigned_abs() as usize);
    Real::of_long_ratio(if exponent < 0 {
        BigRational::new(mantissa, power)
    } else {
        BigRational::new(mantissa * power, BigInt::one())
    })
}
