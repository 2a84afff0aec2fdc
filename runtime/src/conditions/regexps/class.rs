//! Characters and classes of characters: escapes, and what stands in brackets.

use super::parser::{Input, Parsed, invalid, leaf};
use super::{Refusal, RegexpKind, RegexpPart};
use std::sync::Arc;

/// The classes between `[:` and `:]`.
const POSIX: [(&str, &[(u32, u32)]); 14] = [
    ("alnum", &[(0x30, 0x39), (0x41, 0x5a), (0x61, 0x7a)]),
    ("alpha", &[(0x41, 0x5a), (0x61, 0x7a)]),
    ("ascii", &[(0, 0x7f)]),
    ("blank", &[(0x09, 0x09), (0x20, 0x20)]),
    ("cntrl", &[(0, 0x1f), (0x7f, 0x7f)]),
    ("digit", DIGITS),
    ("graph", &[(0x21, 0x7e)]),
    ("lower", &[(0x61, 0x7a)]),
    ("print", &[(0x20, 0x7e)]),
    ("punct", &[(0x21, 0x2f), (0x3a, 0x40), (0x5b, 0x60), (0x7b, 0x7e)]),
    ("space", &[(0x09, 0x0d), (0x20, 0x20)]),
    ("upper", &[(0x41, 0x5a)]),
    ("word", WORD),
    ("xdigit", &[(0x30, 0x39), (0x41, 0x46), (0x61, 0x66)]),
];

/// `\d`
const DIGITS: &[(u32, u32)] = &[(0x30, 0x39)];
/// `\s`
const SPACES: &[(u32, u32)] = &[(0x09, 0x0a), (0x0c, 0x0d), (0x20, 0x20)];
/// `\w`
const WORD: &[(u32, u32)] = &[(0x30, 0x39), (0x41, 0x5a), (0x5f, 0x5f), (0x61, 0x7a)];

/// One character, as ranges.
pub(super) fn one(character: char) -> Vec<(u32, u32)> {
    vec![(character.into(), character.into())]
}

/// All code points that are not in the ranges, which are sorted.
fn others(ranges: &[(u32, u32)]) -> Vec<(u32, u32)> {
    let starts = std::iter::once(0).chain(ranges.iter().map(|(_, high)| high + 1));
    let ends = ranges.iter().map(|(low, _)| low.checked_sub(1)).chain([Some(u32::from(char::MAX))]);
    starts.zip(ends).filter_map(|(start, end)| end.filter(|end| start <= *end).map(|end| (start, end))).collect()
}

/// The general categories of Unicode; other names are those of scripts.
const CATEGORIES: &str =
    " C Cc Cf Co Cs L Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P Pc Pd Pe Pf Pi Po Ps S Sc Sk Sm So Z Zl Zp Zs Any ";

/// `[a-z]`, the place at its beginning.
pub(super) fn bracketed(input: &mut Input<'_>) -> Parsed<RegexpPart> {
    let start = input.at;
    input.bump();
    input.eat("^");
    let mut parts = Vec::new();
    // A bracket that closes stands for itself in the first place.
    while parts.is_empty() || input.peek() != Some(']') {
        if input.peek().is_none() {
            return Err(invalid("missing closing ]", input.since(start)));
        }
        parts.push(Arc::new(member(input)?));
    }
    input.bump();
    Ok(RegexpPart { parts, ..leaf(RegexpKind::Class, input, start) })
}

/// A character, range or class in brackets.
fn member(input: &mut Input<'_>) -> Parsed<RegexpPart> {
    let start = input.at;
    if input.rest().starts_with("[:")
        && let Some(len) = input.rest().find(":]")
    {
        let name = input.rest().get(2..len).unwrap_or_default();
        let positive = name.strip_prefix('^').unwrap_or(name);
        input.at += len + 2;
        let part = leaf(RegexpKind::Class, input, start);
        let Some((_, ranges)) = POSIX.iter().find(|(known, _)| *known == positive) else {
            return Err(invalid("invalid character class range", &part.text));
        };
        let runes = if positive == name { ranges.to_vec() } else { others(ranges) };
        return Ok(RegexpPart { runes: Some(runes), ..part });
    }
    let first = character(input)?;
    let Some(low) = only(&first) else { return Ok(first) };
    let is_range = input.rest().starts_with('-') && !input.rest().starts_with("-]") && input.rest().len() > 1;
    if !is_range {
        return Ok(first);
    }
    input.bump();
    match only(&character(input)?) {
        Some(high) if low <= high => {
            Ok(RegexpPart { runes: Some(vec![(low, high)]), ..leaf(RegexpKind::Range, input, start) })
        }
        _ => Err(invalid("invalid character class range", input.since(start))),
    }
}

/// The code point of a part that is a character.
fn only(part: &RegexpPart) -> Option<u32> {
    let runes = part.runes.as_ref().filter(|_| part.kind == RegexpKind::Char)?;
    runes.first().map(|(low, _)| *low)
}

fn character(input: &mut Input<'_>) -> Parsed<RegexpPart> {
    let start = input.at;
    match input.peek() {
        Some('\\') => escape(input),
        Some(one) => {
            input.bump();
            Ok(RegexpPart { runes: Some(self::one(one)), ..leaf(RegexpKind::Char, input, start) })
        }
        None => Err(invalid("missing closing ]", input.text)),
    }
}

/// A character or class with a backslash, the place before it.
pub(super) fn escape(input: &mut Input<'_>) -> Parsed<RegexpPart> {
    let start = input.at;
    input.bump();
    let one = match input.bump() {
        None => return Err(invalid("trailing backslash at end of expression", "")),
        Some(class @ ('d' | 'D' | 's' | 'S' | 'w' | 'W')) => {
            let ranges = match class {
                'd' | 'D' => DIGITS,
                's' | 'S' => SPACES,
                _ => WORD,
            };
            let runes = if class.is_lowercase() { ranges.to_vec() } else { others(ranges) };
            return Ok(RegexpPart { runes: Some(runes), ..leaf(RegexpKind::Class, input, start) });
        }
        Some('p' | 'P') => return unicode(input, start),
        Some('a') => '\x07',
        Some('f') => '\x0c',
        Some('n') => '\n',
        Some('r') => '\r',
        Some('t') => '\t',
        Some('v') => '\x0b',
        Some('x') => hexadecimal(input).ok_or_else(|| invalid("invalid escape sequence", input.since(start)))?,
        // A digit from 1 on by itself would refer to a capture, which Go has not.
        Some(digit @ '1'..='7') if !input.peek().is_some_and(|next| ('0'..='7').contains(&next)) => {
            return Err(invalid("invalid escape sequence", &format!("\\{digit}")));
        }
        Some(digit @ '0'..='7') => octal(input, digit),
        Some(one) if one.is_ascii() && !one.is_ascii_alphanumeric() => one,
        Some(_) => return Err(invalid("invalid escape sequence", input.since(start))),
    };
    Ok(RegexpPart { runes: Some(self::one(one)), ..leaf(RegexpKind::Char, input, start) })
}

/// `\pL`, `\p{Greek}`, the place behind the letter.
fn unicode(input: &mut Input<'_>, start: usize) -> Parsed<RegexpPart> {
    let name = match input.eat("{") {
        true => {
            let rest = input.rest();
            let Some(name) = rest.find('}').and_then(|len| rest.get(..len)) else {
                return Err(invalid("invalid character class range", input.since(start)));
            };
            input.at += name.len() + 1;
            name.trim_start_matches('^').to_owned()
        }
        false => input.bump().map_or_else(String::new, String::from),
    };
    if name.is_empty() {
        return Err(invalid("invalid character class range", input.since(start)));
    }
    if CATEGORIES.contains(&format!(" {name} ")) {
        return Ok(leaf(RegexpKind::Class, input, start));
    }
    // It may be a script, or a name that a newer version of Unicode has.
    Err(Refusal::Unknown)
}

/// `7F` or `{10FFFF}`.
fn hexadecimal(input: &mut Input<'_>) -> Option<char> {
    let digits = match input.eat("{") {
        true => {
            let len = input.rest().find('}')?;
            let digits = input.rest().get(..len)?;
            input.at += len + 1;
            digits
        }
        false => {
            let digits = input.rest().get(..2)?;
            input.at += 2;
            digits
        }
    };
    let is_number = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    u32::from_str_radix(digits, 16).ok().filter(|_| is_number).and_then(char::from_u32)
}

/// Up to three octal digits, the first of which was read.
fn octal(input: &mut Input<'_>, first: char) -> char {
    let mut number = first.to_digit(8).unwrap_or_default();
    for _ in 0..2 {
        let Some(digit) = input.peek().and_then(|next| next.to_digit(8)) else { break };
        input.bump();
        number = number * 8 + digit;
    }
    char::from_u32(number).unwrap_or_default()
}
