//! Values of Go's constants: what a constant expression computes, exactly.
//!
//! In: texts of literals as the tree holds them, operators, and the basic type a value is converted to. Out: a [`Value`].
//! What has no value (division by zero, operands that do not fit together, numbers beyond Go's limits) is
//! [`Value::Unknown`], which every operation hands on. No input panics and none takes unbounded time or memory.
//!
//! Numbers are exact until they get too long: integers end at 512 bits, fractions whose numerator or denominator has 4096
//! bits or more go on as binary floats of 512 bits. These are the limits of `go/types` and `go/constant`, whose values
//! and texts these are; see the Go specification, "Constants" and "Constant expressions".
//!
//! **Absent:** no types. Which operands may meet, what an untyped operand becomes and whether a quotient is one of
//! integers is for the caller to know.
//!
//! Read in this order: `value`, `operations` and `complex` (what operators do), `convert` (from kind to kind and into basic
//! types), then `real` and `float` (the numbers), `literal`, `exact` and `display` (texts in and out), `text` (strings)
//! and `wire` (how values are stored).

mod value;

mod complex;
mod convert;
mod operations;

mod float;
mod real;

mod display;
mod exact;
mod literal;
mod text;
mod wire;

pub use complex::Complex;
pub use convert::Target;
pub use exact::quote;
pub use real::Real;
pub use text::Text;
pub use value::{Kind, Value};
