//! Values as they are stored.
//!
//! In: a [`Value`], or anything that claims to be a stored one. Out: the same value, kept in the same way, or an error:
//! what comes from a file is checked, so that no stored value breaks what computing relies on.
//!
//! **Absent:** no version: whoever stores values knows the version of the file.

use crate::complex::Complex;
use crate::float::Float;
use crate::real::Real;
use crate::value::Value;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, Zero};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Numbers are stored up to this many bytes: more than any literal has.
const MAX_BYTES: usize = 8192;

#[derive(Serialize, Deserialize)]
enum Stored {
    Unknown,
    Bool(bool),
    String(Vec<u8>),
    Real(StoredReal),
    Complex(StoredReal, StoredReal),
}

/// Integers beyond 64 bits are bytes in two's complement, the lowest first.
#[derive(Serialize, Deserialize)]
enum StoredReal {
    Small(i64),
    Big(Vec<u8>),
    Ratio(Vec<u8>, Vec<u8>),
    Float(Vec<u8>, i64),
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let stored = match self {
            Value::Unknown => Stored::Unknown,
            Value::Bool(truth) => Stored::Bool(*truth),
            Value::String(text) => Stored::String(text.bytes().into_owned()),
            Value::Real(real) => Stored::Real(stored(real)),
            Value::Complex(complex) => Stored::Complex(stored(complex.re()), stored(complex.im())),
        };
        stored.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
        let value = match Stored::deserialize(deserializer)? {
            Stored::Unknown => Some(Value::Unknown),
            Stored::Bool(truth) => Some(Value::Bool(truth)),
            Stored::String(bytes) => Some(Value::string(&bytes)),
            Stored::Real(real) => loaded(&real).map(Value::Real),
            Stored::Complex(re, im) => {
                loaded(&re).zip(loaded(&im)).and_then(|(re, im)| Complex::new(re, im)).map(Value::Complex)
            }
        };
        value.ok_or_else(|| D::Error::custom("no value of a constant"))
    }
}

fn stored(real: &Real) -> StoredReal {
    if let Some(int) = real.as_small() {
        return StoredReal::Small(int);
    }
    if let Some(ratio) = real.as_ratio() {
        return StoredReal::Ratio(ratio.numer().to_signed_bytes_le(), ratio.denom().to_signed_bytes_le());
    }
    if let Some(float) = real.as_float() {
        let (mantissa, exponent) = float.parts();
        return StoredReal::Float(mantissa.to_signed_bytes_le(), exponent);
    }
    StoredReal::Big(real.as_int().map_or_else(Vec::new, |int| int.to_signed_bytes_le()))
}

fn loaded(stored: &StoredReal) -> Option<Real> {
    match stored {
        StoredReal::Small(int) => Some(Real::from(*int)),
        StoredReal::Big(int) => big(int).map(Real::from),
        StoredReal::Ratio(numerator, denominator) => {
            let (numerator, denominator) = (big(numerator)?, big(denominator)?);
            let ratio = (!denominator.is_zero()).then(|| BigRational::new(numerator.clone(), denominator.clone()))?;
            let is_lowest = !denominator.is_negative() && *ratio.numer() == numerator && *ratio.denom() == denominator;
            is_lowest.then(|| Real::of_long_ratio(ratio))
        }
        StoredReal::Float(mantissa, exponent) => {
            let mantissa = big(mantissa)?;
            let float = i32::try_from(*exponent / 2).ok().and_then(|_| Float::new(mantissa.clone(), *exponent))?;
            (float.parts() == (&mantissa, *exponent)).then(|| Real::of_float(float))
        }
    }
}

fn big(bytes: &[u8]) -> Option<BigInt> {
    (bytes.len() <= MAX_BYTES).then(|| BigInt::from_signed_bytes_le(bytes))
}
