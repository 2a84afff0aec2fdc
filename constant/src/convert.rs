//! From one kind of value to another, and into the basic types.
//!
//! In: a value and a kind or a [`Target`]. Out: the value as one of that kind or type; nothing or unknown if it has no such
//! value.
//!
//! **Absent:** no declared types: their underlying types are what counts. How large `int` is, the caller says.

use crate::complex::Complex;
use crate::float::Format;
use crate::real::Real;
use crate::text::Text;
use crate::value::{Kind, Value};
use rulec_tree::Op;

/// A basic type, as far as it decides which constants it can represent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// `bool`, typed or not.
    Bool,
    /// `string`, typed or not.
    String,
    /// An integer type of some bits.
    Int {
        /// At most 64.
        bits: u32,
        /// Whether negative numbers are among them.
        signed: bool,
    },
    /// `float32`
    Float32,
    /// `float64`
    Float64,
    /// `complex64`
    Complex64,
    /// `complex128`
    Complex128,
    /// Untyped integers and runes.
    UntypedInt,
    /// Untyped floats.
    UntypedFloat,
    /// Untyped complex numbers.
    UntypedComplex,
}

impl Target {
    /// The predeclared type of that name. `word_bits` is the size of `int`, `uint` and `uintptr`.
    pub fn of_name(name: &[u8], word_bits: u32) -> Option<Target> {
        let int = |bits, signed| Some(Target::Int { bits, signed });
        match name {
            b"bool" => Some(Target::Bool),
            b"string" => Some(Target::String),
            b"int" => int(word_bits, true),
            b"int8" => int(8, true),
            b"int16" => int(16, true),
            b"int32" | b"rune" => int(32, true),
            b"int64" => int(64, true),
            b"uint" | b"uintptr" => int(word_bits, false),
            b"uint8" | b"byte" => int(8, false),
            b"uint16" => int(16, false),
            b"uint32" => int(32, false),
            b"uint64" => int(64, false),
            b"float32" => Some(Target::Float32),
            b"float64" => Some(Target::Float64),
            b"complex64" => Some(Target::Complex64),
            b"complex128" => Some(Target::Complex128),
            _ => None,
        }
    }
}

impl Value {
    /// The value as the type `target` holds it: integers must be exact and in range, floats are rounded. Nothing if the
    /// type cannot represent it. The unknown value stays unknown, as it may be any.
    ///
    /// Source: Go specification, "Representability".
    pub fn represented(&self, target: Target) -> Option<Value> {
        if self.is_unknown() {
            return Some(Value::Unknown);
        }
        match target {
            Target::Bool => (self.kind() == Kind::Bool).then(|| self.clone()),
            Target::String => (self.kind() == Kind::String).then(|| self.clone()),
            Target::UntypedInt => known(self.to_int()),
            Target::Int { bits, signed } => known(self.to_int()).filter(|int| fits(int, bits, signed)),
            Target::Float32 => self.rounded(Format::FLOAT32),
            Target::Float64 => self.rounded(Format::FLOAT64),
            Target::Complex64 => self.rounded_complex(Format::FLOAT32),
            Target::Complex128 => self.rounded_complex(Format::FLOAT64),
            Target::UntypedFloat => known(self.to_float()).map(|_| self.clone()),
            Target::UntypedComplex => known(self.to_complex()).map(|_| self.clone()),
        }
    }

    fn rounded(&self, format: Format) -> Option<Value> {
        match self.to_float() {
            Value::Real(real) => real.rounded(format).map(Value::Real),
            _ => None,
        }
    }

    fn rounded_complex(&self, format: Format) -> Option<Value> {
        let complex = self.complex()?;
        let (re, im) = (complex.re().rounded(format)?, complex.im().rounded(format)?);
        Complex::new(re, im).map(Value::Complex)
    }

    /// The same number as an integer; unknown if it is not whole.
    pub fn to_int(&self) -> Value {
        match self {
            Value::Real(real) => Value::of_real(real.to_int()),
            Value::Complex(complex) if complex.im().sign() == 0 => Value::of_real(complex.re().to_int()),
            _ => Value::Unknown,
        }
    }

    /// The same number as a float; unknown if it has an imaginary part.
    pub fn to_float(&self) -> Value {
        match self {
            Value::Real(real) => Value::of_real(real.to_float()),
            Value::Complex(complex) if complex.im().sign() == 0 => Value::of_real(complex.re().to_float()),
            _ => Value::Unknown,
        }
    }

    /// The same number as a complex one.
    pub fn to_complex(&self) -> Value {
        self.complex().map_or(Value::Unknown, Value::Complex)
    }

    /// `real(self)`: an integer or a float.
    pub fn real(&self) -> Value {
        self.complex().map_or(Value::Unknown, |complex| Value::Real(complex.re().clone()))
    }

    /// `imag(self)`: an integer or a float.
    pub fn imag(&self) -> Value {
        self.complex().map_or(Value::Unknown, |complex| Value::Real(complex.im().clone()))
    }

    /// `complex(re, im)` of floats. Both must be real numbers, whatever way they are held.
    pub fn make_complex(re: &Value, im: &Value) -> Value {
        let (Value::Real(re), Value::Real(im)) = (re.to_float(), im.to_float()) else { return Value::Unknown };
        // As a sum with zero, which turns literals that are too long for fractions into floats.
        let parts = re.binary(Op::Add, &Real::ZERO).zip(im.binary(Op::Add, &Real::ZERO));
        parts.and_then(|(re, im)| Complex::new(re, im)).map_or(Value::Unknown, Value::Complex)
    }

    /// `string(self)` for an integer: its character in UTF-8, U+FFFD for what is none.
    ///
    /// Source: Go specification, "Conversions to and from a string type".
    pub fn to_char_string(&self) -> Value {
        if self.kind() != Kind::Int {
            return Value::Unknown;
        }
        let code = self.as_u64().and_then(|code| u32::try_from(code).ok());
        let character = code.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER);
        Value::String(Text::new(character.encode_utf8(&mut [0; 4]).as_bytes()))
    }
}

fn known(value: Value) -> Option<Value> {
    (!value.is_unknown()).then_some(value)
}

fn fits(int: &Value, bits: u32, signed: bool) -> bool {
    let bits = u64::from(bits);
    let Some(int) = int.as_int() else { return false };
    match (signed, int.sign() == num_bigint::Sign::Minus) {
        (false, negative) => !negative && int.bits() <= bits,
        (true, false) => int.bits() < bits,
        // There is one more number below zero than above: -128 fits eight bits, 128 does not.
        (true, true) => (int.into_owned() + 1u8).bits() < bits,
    }
}
