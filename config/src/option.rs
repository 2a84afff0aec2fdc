//! Values of rule options as `rulec.toml` writes them.

use rulec_plan::ir::Constant;
use rulec_plan::manifest::OptionType;
use toml::de::DeValue;

/// A value as written.
#[derive(Clone, Debug, PartialEq)]
pub enum Written {
    /// An integer.
    Int(i64),
    /// A string.
    Str(String),
    /// A truth value.
    Bool(bool),
    /// A list.
    List(Vec<Written>),
    /// A table, a float, a date, or an integer beyond 64 bits: no option has such a value.
    Other,
}

impl From<&DeValue<'_>> for Written {
    fn from(value: &DeValue<'_>) -> Written {
        match value {
            DeValue::String(text) => Written::Str(text.to_string()),
            DeValue::Boolean(truth) => Written::Bool(*truth),
            DeValue::Integer(digits) => {
                i64::from_str_radix(digits.as_str(), digits.radix()).map_or(Written::Other, Written::Int)
            }
            DeValue::Array(items) => Written::List(items.iter().map(|item| scalar(item.get_ref())).collect()),
            DeValue::Float(_) | DeValue::Datetime(_) | DeValue::Table(_) => Written::Other,
        }
    }
}

/// A list holds no lists: no option has such a value.
fn scalar(value: &DeValue<'_>) -> Written {
    if value.is_array() { Written::Other } else { Written::from(value) }
}

/// The value as the rule's plan wants it.
///
/// # Errors
/// What is expected instead, if it is of another type: `an integer`.
pub fn read(value: &Written, ty: OptionType) -> Result<Constant, &'static str> {
    match (ty, value) {
        (OptionType::Int, &Written::Int(int)) => Ok(Constant::Int(int)),
        (OptionType::String, Written::Str(text)) => Ok(Constant::Str(text.clone())),
        (OptionType::Bool, &Written::Bool(truth)) => Ok(Constant::Bool(truth)),
        (OptionType::Duration, Written::Str(text)) => duration(text).map(Constant::Duration).ok_or(expected(ty)),
        (OptionType::Strings, Written::List(items)) => list(items, OptionType::String).ok_or(expected(ty)),
        (OptionType::Ints, Written::List(items)) => list(items, OptionType::Int).ok_or(expected(ty)),
        _ => Err(expected(ty)),
    }
}

fn expected(ty: OptionType) -> &'static str {
    match ty {
        OptionType::Int => "an integer of 64 bits",
        OptionType::String => "a string",
        OptionType::Bool => "`true` or `false`",
        OptionType::Duration => "a duration in quotes, such as \"1m30s\"",
        OptionType::Strings => "a list of strings",
        OptionType::Ints => "a list of integers",
    }
}

fn list(items: &[Written], ty: OptionType) -> Option<Constant> {
    items.iter().map(|item| read(item, ty).ok()).collect::<Option<_>>().map(Constant::List)
}

/// Nanoseconds of a duration as Go writes it: numbers with units, `1h30m`, `1.5s`; no value beyond 64 bits.
fn duration(text: &str) -> Option<i64> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    if rest.is_empty() {
        return None;
    }
    let mut total: i64 = 0;
    while !rest.is_empty() {
        let number_end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, behind) = rest.split_at(number_end);
        let unit_end = behind.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(behind.len());
        let (unit, behind) = behind.split_at(unit_end);
        let amount = scaled(number, unit_nanoseconds(unit)?)?;
        total = total.checked_add(amount)?;
        rest = behind;
    }
    Some(if negative { -total } else { total })
}

fn unit_nanoseconds(unit: &str) -> Option<i64> {
    Some(match unit {
        "ns" => 1,
        "us" | "µs" | "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    })
}

/// A decimal number times a unit, rounded down to whole nanoseconds.
fn scaled(number: &str, unit: i64) -> Option<i64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.len() > 18 {
        return None;
    }
    let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let part: i128 = if fraction.is_empty() { 0 } else { fraction.parse::<i64>().ok()?.into() };
    let part = part * i128::from(unit) / 10_i128.pow(fraction.len() as u32);
    whole.checked_mul(unit)?.checked_add(i64::try_from(part).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (text, nanoseconds) in [
            ("500ms", Some(500_000_000)),
            ("1m30s", Some(90_000_000_000)),
            ("1.5s", Some(1_500_000_000)),
            ("-2h", Some(-7_200_000_000_000)),
            (".5s", Some(500_000_000)),
            ("", None),
            ("-", None),
            ("5", None),
            ("s", None),
            ("5x", None),
            ("1.2.3s", None),
            ("9999999999999h", None),
        ] {
            assert_eq!(duration(text), nanoseconds, "{text}");
        }
    }
}
