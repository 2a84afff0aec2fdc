//! Values as exact text, the way `constant.Value.ExactString` writes them.
//!
//! In: a [`Value`]. Out: text that keeps every bit of it.
//!
//! **Absent:** reading these texts back: see `wire`.

use crate::float::Float;
use crate::real::Real;
use crate::value::Value;

impl Value {
    /// The value as `go/constant` writes it exactly: `true`, `"a\n"`, `31`, `1/3`, `0x.8p+5000`, `(1 + 2i)`, `unknown`.
    /// Whole numbers have no fraction, also those of floats.
    pub fn exact_string(&self) -> String {
        match self {
            Value::Unknown => "unknown".to_owned(),
            Value::Bool(truth) => truth.to_string(),
            Value::String(text) => quote(&text.bytes()),
            Value::Real(real) => exact_real(real),
            Value::Complex(complex) => format!("({} + {}i)", exact_real(complex.re()), exact_real(complex.im())),
        }
    }
}

fn exact_real(real: &Real) -> String {
    if let Some(ratio) = real.as_ratio() {
        return if ratio.is_integer() { ratio.numer().to_string() } else { ratio.to_string() };
    }
    if let Some(float) = real.as_float() {
        return exact_float(float);
    }
    real.as_int().map_or_else(String::new, |int| int.to_string())
}

/// A hexadecimal fraction whose first bit is 1, and a decimal exponent of two.
fn exact_float(float: &Float) -> String {
    let (mantissa, _) = float.parts();
    if float.sign() == 0 {
        return "0".to_owned();
    }
    let sign = if float.sign() < 0 { "-" } else { "" };
    let padding = mantissa.bits().next_multiple_of(4) - mantissa.bits();
    format!("{sign}0x.{:x}p{:+}", mantissa.magnitude() << padding, float.top())
}

/// A Go string literal of these bytes, as `strconv.Quote` writes it.
///
/// Characters count as printable by the Unicode version of the Rust library, which may be newer than Go's.
pub fn quote(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() + 2);
    out.push('"');
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            quote_char(&mut out, character);
        }
        for byte in chunk.invalid() {
            out.push_str(&format!("\\x{byte:02x}"));
        }
    }
    out.push('"');
    out
}

fn quote_char(out: &mut String, character: char) {
    match character {
        '"' | '\\' => out.extend(['\\', character]),
        '\x07' => out.push_str("\\a"),
        '\x08' => out.push_str("\\b"),
        '\x0c' => out.push_str("\\f"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\x0b' => out.push_str("\\v"),
        ' '..='~' => out.push(character),
        '\0'..='\x1f' | '\x7f' => out.push_str(&format!("\\x{:02x}", u32::from(character))),
        _ if is_printable(character) => out.push(character),
        '\u{10000}'.. => out.push_str(&format!("\\U{:08x}", u32::from(character))),
        _ => out.push_str(&format!("\\u{:04x}", u32::from(character))),
    }
}

/// Letters, marks, numbers, punctuation and symbols.
fn is_printable(character: char) -> bool {
    // What Rust's debug format leaves as it is; combining marks would be escaped as well at the start of a text.
    let mut text = [0; 5];
    text[0] = b'a';
    let len = 1 + character.encode_utf8(&mut text[1..]).len();
    std::str::from_utf8(&text[..len]).is_ok_and(|text| text.escape_debug().nth(1) == Some(character))
}
