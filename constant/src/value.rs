//! A constant's value and how to take it apart.
//!
//! In: values of Rust. Out: a [`Value`], its [`Kind`] and, where it fits, values of Rust again.
//!
//! **Absent:** no arithmetic: see `operations`.

use crate::complex::Complex;
use crate::real::Real;
use crate::text::Text;
use num_bigint::BigInt;
use num_traits::ToPrimitive;
use std::borrow::Cow;

/// The value of a constant. Cloning is cheap: what is large is shared.
///
/// `==` asks whether two values are the same and held in the same way, which is stricter than Go's `==`:
/// the `1` of an integer and of a float differ. Go's comparison is [`Value::compare`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Value {
    /// No value is known.
    #[default]
    Unknown,
    /// A truth value.
    Bool(bool),
    /// A string of any bytes.
    String(Text),
    /// An integer or a floating-point number.
    Real(Real),
    /// A complex number, also one whose imaginary part is zero.
    Complex(Complex),
}

/// What a value is, apart from the type it may have. A float may well be a whole number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// No value is known.
    Unknown,
    /// A truth value.
    Bool,
    /// A string.
    String,
    /// An integer; characters are integers too.
    Int,
    /// A floating-point number.
    Float,
    /// A complex number.
    Complex,
}

impl Value {
    /// What kind of value this is.
    pub fn kind(&self) -> Kind {
        match self {
            Value::Unknown => Kind::Unknown,
            Value::Bool(_) => Kind::Bool,
            Value::String(_) => Kind::String,
            Value::Real(real) if real.is_int() => Kind::Int,
            Value::Real(_) => Kind::Float,
            Value::Complex(_) => Kind::Complex,
        }
    }

    /// Whether no value is known.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Value::Unknown)
    }

    /// A string of these bytes.
    pub fn string(bytes: &[u8]) -> Value {
        Value::String(Text::new(bytes))
    }

    /// The truth value.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(truth) => Some(*truth),
            _ => None,
        }
    }

    /// The bytes of a string. What concatenation made is put together on each call.
    pub fn as_bytes(&self) -> Option<Cow<'_, [u8]>> {
        match self {
            Value::String(text) => Some(text.bytes()),
            _ => None,
        }
    }

    /// The integer, if it is [one](Kind::Int) and fits.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Value::Real(real) => real.as_small(),
            _ => None,
        }
    }

    /// The integer, if it is [one](Kind::Int) and fits.
    pub fn as_u64(&self) -> Option<u64> {
        self.as_int()?.to_u64()
    }

    /// The integer, if it is [one](Kind::Int).
    pub fn as_int(&self) -> Option<Cow<'_, BigInt>> {
        match self {
            Value::Real(real) => real.as_int(),
            _ => None,
        }
    }

    /// The nearest `float64` to an integer or a float: infinite or zero for what is out of its range.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Value::Real(real) => Some(real.to_f64()),
            _ => None,
        }
    }

    /// How many bits the absolute value of an integer takes, 0 for the integer 0.
    pub fn bit_len(&self) -> Option<u64> {
        self.as_int().map(|int| int.bits())
    }

    /// -1, 0 or 1 for numbers below, equal to or above zero. For complex numbers 0 if they are zero, else something else.
    pub fn sign(&self) -> Option<i32> {
        match self {
            Value::Real(real) => Some(real.sign()),
            Value::Complex(complex) => Some(complex.re().sign() | complex.im().sign()),
            _ => None,
        }
    }

    /// The value of a computation that may have none.
    pub(crate) fn of_real(real: Option<Real>) -> Value {
        real.map_or(Value::Unknown, Value::Real)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Value {
        Value::Bool(truth)
    }
}

impl From<i64> for Value {
    fn from(int: i64) -> Value {
        Value::Real(Real::from(int))
    }
}

impl From<BigInt> for Value {
    fn from(int: BigInt) -> Value {
        Value::Real(Real::from(int))
    }
}
