//! Literals as texts: what the source of a literal says, whatever way it is spelled.
//!
//! In: the bytes of one literal token. Out: the text its node gets, so that `0x1F` and `31`, or `"a"` and a raw `a`,
//! are equal syntax to rules. Go files and patterns both come through here.
//!
//! **Absent:** no arithmetic and no types; constant folding starts from these texts.

/// More digits than any constant a Go compiler takes; converting them would cost the square of their number.
const MAX_DIGITS: usize = 4096;

/// The value of an integer literal in decimal, of any size: `0o600` gives `384`.
///
/// Digits may be separated by `_`. `None` for what is no integer literal, and for more than 4096 digits.
pub fn int_text(source: &[u8]) -> Option<Vec<u8>> {
    let (base, digits) = match source {
        [b'0', b'x' | b'X', digits @ ..] => (16, digits),
        [b'0', b'o' | b'O', digits @ ..] => (8, digits),
        [b'0', b'b' | b'B', digits @ ..] => (2, digits),
        [b'0', digits @ ..] if !digits.is_empty() => (8, digits),
        _ => (10, source),
    };
    let digits: Vec<u32> = without_underscores(digits).map(|byte| digit_value(byte, base)).collect::<Option<_>>()?;
    if digits.is_empty() || digits.len() > MAX_DIGITS {
        return None;
    }
    Some(decimal(&digits, base))
}

/// The code point of a character literal in decimal: `'a'` gives `97`. `None` for what is no character literal.
pub fn char_text(source: &[u8]) -> Option<Vec<u8>> {
    let body = source.strip_prefix(b"'")?.strip_suffix(b"'")?;
    let (value, rest) = match body {
        [b'\\', b'\'', rest @ ..] => (u32::from(b'\''), rest),
        [b'\\', b'"', ..] => return None,
        [b'\\', ..] => {
            let (escape, rest) = escape(body)?;
            (escape.value, rest)
        }
        _ => first_char(body)?,
    };
    rest.is_empty().then(|| value.to_string().into_bytes())
}

/// The bytes that a string literal stands for, interpreted or raw. `None` for what is no string literal.
pub fn string_text(source: &[u8]) -> Option<Vec<u8>> {
    if let Some(raw) = source.strip_prefix(b"`") {
        let body = raw.strip_suffix(b"`")?;
        return Some(body.iter().copied().filter(|byte| *byte != b'\r').collect());
    }
    let mut body = source.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    let mut value = Vec::with_capacity(body.len());
    while let Some(&byte) = body.first() {
        if byte != b'\\' {
            value.push(byte);
            body = &body[1..];
            continue;
        }
        if body.get(1) == Some(&b'\'') {
            return None;
        }
        let (escape, rest) = escape(body)?;
        escape.write_to(&mut value);
        body = rest;
    }
    Some(value)
}

/// How many bytes the string literal takes with which a text starts, interpreted on one line or raw. `None` if it starts with none,
/// or with one that is not closed.
pub fn string_len(text: &str) -> Option<usize> {
    let quote = text.chars().next().filter(|first| matches!(first, '"' | '`'))?;
    let mut escaped = false;
    let (end, last) = text.char_indices().skip(1).find(|(_, c)| {
        let ends = *c == quote && !escaped || *c == '\n' && quote == '"';
        escaped = *c == '\\' && !escaped && quote == '"';
        ends
    })?;
    (last == quote).then_some(end + 1)
}

/// The spelling of a floating-point literal, lower-cased and without `_`. Equal values may be spelled in ways that
/// stay different texts: `1.0` and `1.00`.
pub fn float_text(source: &[u8]) -> Option<Vec<u8>> {
    let text: Vec<u8> = without_underscores(source).map(|byte| byte.to_ascii_lowercase()).collect();
    (!text.is_empty()).then_some(text)
}

/// The spelling of an imaginary literal, lower-cased and without `_`, the `i` included.
pub fn imag_text(source: &[u8]) -> Option<Vec<u8>> {
    float_text(source).filter(|text| text.ends_with(b"i"))
}

fn without_underscores(source: &[u8]) -> impl Iterator<Item = u8> {
    source.iter().copied().filter(|byte| *byte != b'_')
}

fn digit_value(byte: u8, base: u32) -> Option<u32> {
    char::from(byte).to_digit(base)
}

/// Decimal digits of a number given by its digits in `base`, the first one most significant.
fn decimal(digits: &[u32], base: u32) -> Vec<u8> {
    const LIMB: u64 = 1_000_000_000;
    // Limbs of nine decimal digits, the least significant first.
    let mut limbs = vec![0u64];
    for digit in digits {
        let mut carry = u64::from(*digit);
        for limb in &mut limbs {
            carry += *limb * u64::from(base);
            *limb = carry % LIMB;
            carry /= LIMB;
        }
        if carry > 0 {
            limbs.push(carry);
        }
    }
    let mut text = limbs.pop().unwrap_or(0).to_string();
    for limb in limbs.iter().rev() {
        text.push_str(&format!("{limb:09}"));
    }
    text.into_bytes()
}

/// What one escape sequence stands for.
struct Escape {
    value: u32,
    /// `\x…` and octal escapes are single bytes in a string; the others are characters.
    is_byte: bool,
}

impl Escape {
    fn write_to(&self, out: &mut Vec<u8>) {
        match char::from_u32(self.value) {
            Some(character) if !self.is_byte => out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
            _ => out.push(self.value as u8),
        }
    }
}

/// Reads the escape sequence that `source` starts with; the rest comes back with it.
fn escape(source: &[u8]) -> Option<(Escape, &[u8])> {
    let (&letter, rest) = source.get(1..)?.split_first()?;
    let simple = |value: u8| Some((Escape { value: u32::from(value), is_byte: false }, rest));
    match letter {
        b'a' => simple(0x07),
        b'b' => simple(0x08),
        b'f' => simple(0x0c),
        b'n' => simple(b'\n'),
        b'r' => simple(b'\r'),
        b't' => simple(b'\t'),
        b'v' => simple(0x0b),
        b'\\' | b'\'' | b'"' => simple(letter),
        b'x' => numeric(rest, 2, 16, true),
        b'u' => numeric(rest, 4, 16, false),
        b'U' => numeric(rest, 8, 16, false),
        b'0'..=b'7' => numeric(&source[1..], 3, 8, true),
        _ => None,
    }
}

/// Reads exactly `count` digits of `base`. Bytes must be below 256, characters must be Unicode scalar values.
fn numeric(source: &[u8], count: usize, base: u32, is_byte: bool) -> Option<(Escape, &[u8])> {
    let (digits, rest) = source.split_at_checked(count)?;
    let mut value = 0u32;
    for &digit in digits {
        value = value * base + digit_value(digit, base)?;
    }
    let valid = if is_byte { value < 256 } else { char::from_u32(value).is_some() };
    valid.then_some((Escape { value, is_byte }, rest))
}

/// The first character of UTF-8 text; the rest comes back with it.
fn first_char(source: &[u8]) -> Option<(u32, &[u8])> {
    let head = &source[..source.len().min(4)];
    let valid = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&head[..error.valid_up_to()]).ok()?,
    };
    let character = valid.chars().next()?;
    Some((u32::from(character), &source[character.len_utf8()..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: Option<Vec<u8>>) -> String {
        text.map_or("none".to_owned(), |bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    #[test]
    fn integers_are_decimal_whatever_their_base() {
        for (source, value) in [
            ("0", "0"),
            ("42", "42"),
            ("0o600", "384"),
            ("0600", "384"),
            ("0b1_01", "5"),
            ("0x_1F", "31"),
            ("1_000", "1000"),
            ("0xFFFFFFFFFFFFFFFFFFFFFFFF", "79228162514264337593543950335"),
            ("1000000000", "1000000000"),
            ("1000000000000000000000000001", "1000000000000000000000000001"),
            ("089", "none"),
            ("0x", "none"),
            ("", "none"),
            ("1.5", "none"),
        ] {
            assert_eq!(shown(int_text(source.as_bytes())), value, "{source}");
        }
    }

    #[test]
    fn an_integer_beyond_every_compiler_is_refused_quickly() {
        assert_eq!(int_text(&vec![b'9'; MAX_DIGITS + 1]), None);
        assert_eq!(int_text(&vec![b'9'; MAX_DIGITS]).map(|text| text.len()), Some(MAX_DIGITS));
    }

    #[test]
    fn characters_are_code_points() {
        for (source, value) in [
            ("'a'", "97"),
            (r"'\''", "39"),
            (r"'\x41'", "65"),
            (r"'\101'", "65"),
            (r"'\u00e9'", "233"),
            ("'é'", "233"),
            ("'\u{1F600}'", "128512"),
            (r"'\U0001F600'", "128512"),
            ("'ab'", "none"),
            ("''", "none"),
            ("'", "none"),
            (r"'\ud800'", "none"),
            (r"'\400'", "none"),
            (r#"'\"'"#, "none"),
        ] {
            assert_eq!(shown(char_text(source.as_bytes())), value, "{source}");
        }
    }

    #[test]
    fn strings_are_their_bytes() {
        for (source, value) in [
            (r#""""#, &b""[..]),
            (r#""a\tb""#, b"a\tb"),
            (r#""\xff""#, b"\xff"),
            (r#""\377\\""#, b"\xff\\"),
            (r#""\u00e9""#, "é".as_bytes()),
            ("`a\r\n\\n`", b"a\n\\n"),
        ] {
            assert_eq!(string_text(source.as_bytes()).as_deref(), Some(value), "{source}");
        }
        for source in [r#""\'""#, r#""\q""#, r#""\"#, "`a", "a", r#""\u12""#] {
            assert_eq!(string_text(source.as_bytes()), None, "{source}");
        }
    }

    #[test]
    fn floats_keep_their_spelling() {
        assert_eq!(shown(float_text(b"1_0.5E+3")), "10.5e+3");
        assert_eq!(shown(imag_text(b"0X1P-2i")), "0x1p-2i");
        assert_eq!(imag_text(b"1.5"), None);
    }
}
