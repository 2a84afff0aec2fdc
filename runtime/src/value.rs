//! Values that rules compute with: numbers, strings, lists and a few opaque things, compared exactly.
//!
//! In: constants of a plan and answers of host functions. Out: comparisons in three-valued logic and the text for messages.
//! Numbers are exact; what does not fit is *unknown* to whoever made it, never rounded here.

use crate::conditions::{Directive, Form, RegexpPart};
use crate::flow::{EventSet, Rows, Trace};
use regex_automata::meta::Regex;
use rulec_plan::host::Tri;
use rulec_program::GoVersion;
use rulec_tree::{Node, SymbolId, duration};
use rulec_types::Ty;
use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

/// A value that is known.
#[derive(Clone, Debug)]
pub enum Value {
    /// An integer.
    Int(i128),
    /// A number that need not be whole.
    Ratio(Ratio),
    /// A duration in nanoseconds.
    Duration(i128),
    /// A string: any bytes.
    Str(Vec<u8>),
    /// A truth value.
    Bool(bool),
    /// A list.
    List(Vec<Value>),
    /// A table, each key once.
    Table(Vec<(Vec<u8>, Value)>),
    /// A set of symbols, sorted.
    Symbols(Vec<SymbolId>),
    /// A regular expression.
    Regex(Regex),
    /// A language version.
    Version(GoVersion),
    /// A directive of a format.
    Directive(Arc<Directive>),
    /// A part of a regular expression of Go's.
    Regexp(Arc<RegexpPart>),
    /// The identifier that declares an object of the file.
    Declaration(Node),
    /// A type of the file's world.
    Type(Ty),
    /// A pattern of types.
    Form(Form),
    /// Rows of the file.
    Rows(Arc<Rows>),
    /// What may happen on a path.
    Events(Arc<EventSet>),
    /// A way on which something happens, if there is one.
    Trace(Arc<Trace>),
}

impl Value {
    /// A string's text, what is no UTF-8 in it replaced.
    pub fn text(&self) -> Option<Cow<'_, str>> {
        match self {
            Value::Str(bytes) => Some(String::from_utf8_lossy(bytes)),
            _ => None,
        }
    }

    /// A string's text, if it is UTF-8.
    pub fn utf8(&self) -> Option<&str> {
        match self {
            Value::Str(bytes) => std::str::from_utf8(bytes).ok(),
            _ => None,
        }
    }

    /// Whether both are equal. Values of different types are not.
    pub fn equals(&self, other: &Value) -> Tri {
        match (self, other) {
            (Value::List(a), Value::List(b)) => {
                if a.len() != b.len() {
                    return Tri::No;
                }
                a.iter().zip(b).map(|(a, b)| a.equals(b)).fold(Tri::Yes, and)
            }
            (Value::Declaration(a), Value::Declaration(b)) => Tri::of(a == b),
            (Value::Bool(a), Value::Bool(b)) => Tri::of(a == b),
            (Value::Directive(a), Value::Directive(b)) => Tri::of(a == b),
            (Value::Regexp(a), Value::Regexp(b)) => Tri::of(a.text == b.text),
            _ => match self.compare(other) {
                Comparison::Known(ordering) => Tri::of(ordering == Ordering::Equal),
                Comparison::Unknown => Tri::Unknown,
                Comparison::Unlike => Tri::No,
            },
        }
    }

    /// Whether this comes before `other`, or may equal it.
    pub fn is_below(&self, other: &Value, or_equal: bool) -> Tri {
        match self.compare(other) {
            Comparison::Known(Ordering::Less) => Tri::Yes,
            Comparison::Known(Ordering::Equal) => Tri::of(or_equal),
            Comparison::Known(Ordering::Greater) => Tri::No,
            Comparison::Unknown | Comparison::Unlike => Tri::Unknown,
        }
    }

    /// Whether the list `self` holds `value`, or the table has it as a key.
    pub fn holds(&self, value: &Value) -> Tri {
        match self {
            Value::Table(entries) => match value {
                Value::Str(key) => Tri::of(entries.iter().any(|(other, _)| other == key)),
                _ => Tri::No,
            },
            Value::List(values) => values.iter().map(|one| one.equals(value)).fold(Tri::No, or),
            _ => Tri::Unknown,
        }
    }

    fn compare(&self, other: &Value) -> Comparison {
        match (self, other) {
            (Value::Str(a), Value::Str(b)) => Comparison::Known(a.cmp(b)),
            (Value::Version(a), Value::Version(b)) => Comparison::Known(a.cmp(b)),
            (Value::Version(a), Value::Str(b)) => {
                parsed_version(b).map_or(Comparison::Unknown, |b| Comparison::Known(a.cmp(&b)))
            }
            (Value::Str(a), Value::Version(b)) => {
                parsed_version(a).map_or(Comparison::Unknown, |a| Comparison::Known(a.cmp(b)))
            }
            _ => match (self.number(), other.number()) {
                (Some(a), Some(b)) => a.compare(b).map_or(Comparison::Unknown, Comparison::Known),
                _ => Comparison::Unlike,
            },
        }
    }

    /// The number that it is, durations in nanoseconds.
    pub fn number(&self) -> Option<Ratio> {
        match self {
            Value::Int(value) | Value::Duration(value) => Some(Ratio::whole(*value)),
            Value::Ratio(ratio) => Some(*ratio),
            _ => None,
        }
    }

    /// About how much memory it takes that nothing else holds, in bytes.
    pub fn size_bytes(&self) -> usize {
        let content = match self {
            Value::Str(bytes) => bytes.len(),
            Value::List(values) => values.iter().map(Value::size_bytes).sum(),
            Value::Table(entries) => entries.iter().map(|(key, value)| key.len() + value.size_bytes()).sum(),
            Value::Symbols(symbols) => std::mem::size_of_val(&symbols[..]),
            Value::Rows(rows) => rows.size_bytes(),
            _ => 0,
        };
        size_of::<Value>() + content
    }

    /// As messages show it.
    pub fn shown(&self) -> String {
        match self {
            Value::Int(value) => value.to_string(),
            Value::Ratio(ratio) => ratio.shown(),
            Value::Duration(nanoseconds) => duration::text(*nanoseconds),
            Value::Str(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            Value::Bool(truth) => truth.to_string(),
            Value::List(values) => values.iter().map(Value::shown).collect::<Vec<_>>().join(", "),
            Value::Table(entries) => {
                let entry =
                    |(key, value): &(Vec<u8>, Value)| format!("{}: {}", String::from_utf8_lossy(key), value.shown());
                entries.iter().map(entry).collect::<Vec<_>>().join(", ")
            }
            Value::Regex(_) => "a regular expression".to_owned(),
            Value::Symbols(_) => "a set of symbols".to_owned(),
            Value::Version(version) => version.to_string(),
            Value::Directive(directive) => directive.text.clone(),
            Value::Regexp(part) => part.text.clone(),
            Value::Declaration(_) => "a declaration".to_owned(),
            Value::Type(_) => "a type".to_owned(),
            Value::Form(form) => form.shown(),
            Value::Rows(_) => "rows".to_owned(),
            Value::Events(_) => "events".to_owned(),
            Value::Trace(_) => "a way".to_owned(),
        }
    }
}

enum Comparison {
    Known(Ordering),
    /// Both could be compared, but the answer is out of reach.
    Unknown,
    /// They are of types that have no order between them.
    Unlike,
}

fn parsed_version(text: &[u8]) -> Option<GoVersion> {
    GoVersion::parse(std::str::from_utf8(text).ok()?)
}

/// Kleene's *and*.
pub fn and(a: Tri, b: Tri) -> Tri {
    match (a, b) {
        (Tri::No, _) | (_, Tri::No) => Tri::No,
        (Tri::Yes, Tri::Yes) => Tri::Yes,
        _ => Tri::Unknown,
    }
}

/// Kleene's *or*.
pub fn or(a: Tri, b: Tri) -> Tri {
    and(a.not(), b.not()).not()
}

/// A fraction in lowest terms, with a positive denominator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ratio {
    numerator: i128,
    denominator: i128,
}

impl Ratio {
    /// A whole number.
    pub fn whole(value: i128) -> Ratio {
        Ratio { numerator: value, denominator: 1 }
    }

    /// `numerator / denominator`; nothing for a denominator of zero or what does not fit.
    pub fn new(numerator: i128, denominator: i128) -> Option<Ratio> {
        let divisor = greatest_common_divisor(numerator.checked_abs()?, denominator.checked_abs()?);
        if denominator == 0 {
            return None;
        }
        let sign = denominator.signum();
        Some(Ratio { numerator: numerator / divisor * sign, denominator: denominator / divisor * sign })
    }

    /// Reads a Go floating-point literal without `_`, lower-cased: `1.5e3`, `.5`, `0x1p-2`.
    pub fn parse(text: &str) -> Option<Ratio> {
        let (digits, base, exponent_mark) = match text.strip_prefix("0x") {
            Some(digits) => (digits, 16, 'p'),
            None => (text, 10, 'e'),
        };
        let (mantissa, exponent) = digits.split_once(exponent_mark).unwrap_or((digits, "0"));
        let exponent: i32 = exponent.parse().ok()?;
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let fraction = fraction.trim_end_matches('0');
        let all: String = [whole, fraction].concat();
        let numerator = if all.is_empty() { 0 } else { i128::from_str_radix(&all, base).ok()? };
        let denominator = i128::from(base).checked_pow(u32::try_from(fraction.len()).ok()?)?;
        let scale = i128::from(if base == 16 { 2 } else { 10 }).checked_pow(exponent.unsigned_abs())?;
        match exponent {
            0.. => Ratio::new(numerator.checked_mul(scale)?, denominator),
            _ => Ratio::new(numerator, denominator.checked_mul(scale)?),
        }
    }

    /// The integer that it is, if it is one.
    pub fn integer(self) -> Option<i128> {
        (self.denominator == 1).then_some(self.numerator)
    }

    /// The sum.
    pub fn plus(self, other: Ratio) -> Option<Ratio> {
        let left = self.numerator.checked_mul(other.denominator)?;
        let right = other.numerator.checked_mul(self.denominator)?;
        Ratio::new(left.checked_add(right)?, self.denominator.checked_mul(other.denominator)?)
    }

    /// The product.
    pub fn times(self, other: Ratio) -> Option<Ratio> {
        let numerator = self.numerator.checked_mul(other.numerator)?;
        Ratio::new(numerator, self.denominator.checked_mul(other.denominator)?)
    }

    /// The quotient; nothing for a division by zero.
    pub fn over(self, other: Ratio) -> Option<Ratio> {
        self.times(Ratio::new(other.denominator, other.numerator)?)
    }

    /// The negative.
    pub fn negated(self) -> Option<Ratio> {
        Some(Ratio { numerator: self.numerator.checked_neg()?, denominator: self.denominator })
    }

    /// Their order; nothing if it is out of reach.
    pub fn compare(self, other: Ratio) -> Option<Ordering> {
        let left = self.numerator.checked_mul(other.denominator)?;
        let right = other.numerator.checked_mul(self.denominator)?;
        Some(left.cmp(&right))
    }

    /// Whether a `float64` or, with 24 bits, a `float32` holds it exactly.
    pub fn fits_float(self, mantissa_bits: u32) -> bool {
        let is_power_of_two = self.denominator & (self.denominator - 1) == 0;
        let magnitude = self.numerator.unsigned_abs();
        let significant = magnitude >> magnitude.trailing_zeros().min(127);
        is_power_of_two && significant < 1 << mantissa_bits
    }

    fn shown(self) -> String {
        let mut scale: i128 = 1;
        for places in 0..=30 {
            if scale % self.denominator == 0 {
                let Some(digits) = self.numerator.checked_mul(scale / self.denominator) else { break };
                let sign = if digits < 0 { "-" } else { "" };
                let digits = format!("{:0>width$}", digits.unsigned_abs(), width = places + 1);
                let (whole, fraction) = digits.split_at(digits.len() - places);
                return format!("{sign}{whole}.{}", if fraction.is_empty() { "0" } else { fraction });
            }
            scale *= 10;
        }
        format!("{}/{}", self.numerator, self.denominator)
    }
}

fn greatest_common_divisor(mut a: i128, mut b: i128) -> i128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floating_point_literals_are_exact() {
        for (text, shown) in [
            ("1.5", "1.5"),
            (".5", "0.5"),
            ("1.", "1.0"),
            ("1e3", "1000.0"),
            ("1.0e-3", "0.001"),
            ("0x1p-2", "0.25"),
            ("0x1.8p1", "3.0"),
            ("2.50", "2.5"),
        ] {
            assert_eq!(Ratio::parse(text).map(Ratio::shown).as_deref(), Some(shown), "{text}");
        }
        for text in ["1e400", "1e-400", "x", "1e"] {
            assert_eq!(Ratio::parse(text), None, "{text}");
        }
        assert!(Ratio::parse("0.1").unwrap() != Ratio::parse("0.10000000000000000001").unwrap());
    }

    #[test]
    fn thirds_are_fractions() {
        let third = Ratio::whole(1).over(Ratio::whole(3)).unwrap();
        assert_eq!(third.shown(), "1/3");
        assert_eq!(third.times(Ratio::whole(-3)).unwrap().integer(), Some(-1));
        assert!(!third.fits_float(53));
        assert!(Ratio::parse("0.375").unwrap().fits_float(24));
        assert_eq!(Ratio::whole(1).over(Ratio::whole(0)), None);
    }

    #[test]
    fn values_of_different_types_are_neither_equal_nor_ordered() {
        let (one, text) = (Value::Int(1), Value::Str(b"1".to_vec()));
        assert_eq!(one.equals(&text), Tri::No);
        assert_eq!(one.is_below(&text, true), Tri::Unknown);
        assert_eq!(Value::Duration(5).equals(&Value::Int(5)), Tri::Yes);
        assert_eq!(
            Value::Version(GoVersion { major: 1, minor: 9 }).is_below(&Value::Str(b"1.10".to_vec()), false),
            Tri::Yes
        );
        assert_eq!(Value::List(vec![one.clone(), text.clone()]).holds(&text), Tri::Yes);
        assert_eq!(Value::List(vec![one]).holds(&text), Tri::No);
    }

    #[test]
    fn durations_read_as_go_prints_them() {
        for (nanoseconds, shown) in [
            (0, "0s"),
            (1, "1ns"),
            (1_500, "1.5µs"),
            (20_000_000, "20ms"),
            (90_000_000_000, "1m30s"),
            (3_600_000_000_000, "1h0m0s"),
            (1_500_000_000, "1.5s"),
            (-2_000_000, "-2ms"),
        ] {
            assert_eq!(Value::Duration(nanoseconds).shown(), shown);
        }
    }
}
