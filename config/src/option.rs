//! Values of rule options as `rulec.toml` writes them.

use rulec_plan::ir::Constant;
use rulec_plan::manifest::OptionType;
use rulec_tree::duration;
use toml::de::{DeString, DeValue};

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
    /// A table of values that are neither lists nor tables, in the order of its keys.
    Table(Vec<(String, Written)>),
    /// A float, a date, an integer beyond 64 bits, or something nested: no option has such a value.
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
            DeValue::Table(entries) => {
                let entry = |(key, value): (&toml::Spanned<DeString<'_>>, &toml::Spanned<DeValue<'_>>)| {
                    (key.get_ref().to_string(), scalar(value.get_ref()))
                };
                Written::Table(entries.iter().map(entry).collect())
            }
            DeValue::Float(_) | DeValue::Datetime(_) => Written::Other,
        }
    }
}

/// A list or table holds no lists and tables: no option has such a value.
fn scalar(value: &DeValue<'_>) -> Written {
    if value.is_array() || value.is_table() { Written::Other } else { Written::from(value) }
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
        (OptionType::StringTable, Written::Table(entries)) => table(entries, OptionType::String).ok_or(expected(ty)),
        (OptionType::IntTable, Written::Table(entries)) => table(entries, OptionType::Int).ok_or(expected(ty)),
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
        OptionType::StringTable => "a table of strings; `false` takes a key away",
        OptionType::IntTable => "a table of integers; `false` takes a key away",
    }
}

fn list(items: &[Written], ty: OptionType) -> Option<Constant> {
    items.iter().map(|item| read(item, ty).ok()).collect::<Option<_>>().map(Constant::List)
}

fn table(entries: &[(String, Written)], ty: OptionType) -> Option<Constant> {
    let entry = |(key, value): &(String, Written)| match value {
        Written::Bool(false) => Some((key.clone(), Constant::Bool(false))),
        value => Some((key.clone(), read(value, ty).ok()?)),
    };
    entries.iter().map(entry).collect::<Option<_>>().map(Constant::Table)
}

/// Nanoseconds of a duration, which may be negative.
fn duration(text: &str) -> Option<i64> {
    match text.strip_prefix('-') {
        Some(rest) => duration::nanoseconds(rest).map(|nanoseconds| -nanoseconds),
        None => duration::nanoseconds(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (text, nanoseconds) in [
            ("1m30s", Some(90_000_000_000)),
            ("-2h", Some(-7_200_000_000_000)),
            ("", None),
            ("-", None),
            ("--1s", None),
        ] {
            assert_eq!(duration(text), nanoseconds, "{text}");
        }
    }
}
