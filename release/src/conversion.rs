//! How the value of an option becomes the value that a new version wants: a small set, and all of it declared.
//!
//! In: `convert` of a migration, and a value as `rulec.toml` has it. Out: the value to write. A conversion is exact, or it says
//! why it cannot be made: 1,500 milliseconds are no whole number of seconds.

use rulec_config::Written;
use rulec_config::table::{TableReader, Value, span_of};
use rulec_grammar::ast::Name;
use rulec_grammar::codes::{E0803, E0811};
use rulec_grammar::words::nearest;
use rulec_tree::duration;
use serde::{Deserialize, Serialize};

/// From old values to new ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Conversion {
    /// A span of time in another notation.
    Time {
        /// As it was.
        from: TimeForm,
        /// As it shall be.
        to: TimeForm,
    },
    /// Words for words; every other value stays.
    Values(Vec<(String, String)>),
    /// A value becomes a list of this one value.
    List,
    /// `true` becomes `false`, and the other way round.
    Negate,
    /// A number becomes its digits in a string.
    Text,
    /// A string of digits becomes the number.
    Number,
}

/// How a span of time is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimeForm {
    /// A whole number.
    Nanoseconds,
    /// A whole number.
    Microseconds,
    /// A whole number.
    Milliseconds,
    /// A whole number.
    Seconds,
    /// A whole number.
    Minutes,
    /// A whole number.
    Hours,
    /// A string as options of the type `duration` have: `"1m30s"`.
    Duration,
    /// A string as ISO 8601 has it, without years and months, which have no fixed length: `"PT1M30S"`.
    Iso8601,
}

/// What becomes of one value.
#[derive(Clone, Debug, PartialEq)]
pub enum Converted {
    /// It becomes this.
    To(Written),
    /// It is as it shall be already.
    Already,
}

const FORMS: [(&str, TimeForm); 8] = [
    ("nanoseconds", TimeForm::Nanoseconds),
    ("microseconds", TimeForm::Microseconds),
    ("milliseconds", TimeForm::Milliseconds),
    ("seconds", TimeForm::Seconds),
    ("minutes", TimeForm::Minutes),
    ("hours", TimeForm::Hours),
    ("duration", TimeForm::Duration),
    ("iso8601", TimeForm::Iso8601),
];

const WORDS: [(&str, Conversion); 4] = [
    ("list", Conversion::List),
    ("negate", Conversion::Negate),
    ("text", Conversion::Text),
    ("number", Conversion::Number),
];

/// Reads `convert`: a word, `{ from = "milliseconds", to = "iso8601" }`, or `{ values = { old = "new" } }`.
pub(crate) fn read(reader: &mut TableReader<'_>, value: Value<'_, '_>) -> Option<Conversion> {
    if value.get_ref().is_str() {
        let word = reader.string(value)?;
        let known = WORDS.iter().find(|(name, _)| *name == word.value).map(|(_, conversion)| conversion.clone());
        if known.is_none() {
            unknown_word(reader, &word, "conversion", &WORDS.map(|(name, _)| name));
        }
        return known;
    }
    let (mut from, mut to, mut values) = (None, None, None);
    for (key, value) in reader.entries(value) {
        match key.value.as_str() {
            "from" => from = time_form(reader, value),
            "to" => to = time_form(reader, value),
            "values" => values = Some(read_values(reader, value)),
            _ => reader.unknown_key(&key, "a conversion", &["from", "to", "values"]),
        }
    }
    match (from, to, values) {
        (Some(from), Some(to), None) => Some(Conversion::Time { from, to }),
        (None, None, Some(values)) => Some(Conversion::Values(values)),
        _ => {
            let message = "a conversion has `from` and `to`, or `values`";
            reader.sink.error(E0803, reader.file, span_of(value.span()), message);
            None
        }
    }
}

fn read_values(reader: &mut TableReader<'_>, value: Value<'_, '_>) -> Vec<(String, String)> {
    let mut values: Vec<(String, String)> = Vec::new();
    for (old, value) in reader.entries(value) {
        let Some(new) = reader.string(value) else { continue };
        values.push((old.value, new.value));
    }
    if let Some((_, both)) = values.iter().find(|(_, new)| values.iter().any(|(old, _)| old == new)) {
        let message = format!("`{both}` is an old value and a new one, so nobody could tell which one is meant");
        reader.sink.error(E0811, reader.file, span_of(value.span()), message);
        return Vec::new();
    }
    values
}

fn time_form(reader: &mut TableReader<'_>, value: Value<'_, '_>) -> Option<TimeForm> {
    let word = reader.string(value)?;
    let known = FORMS.iter().find(|(name, _)| *name == word.value).map(|(_, form)| *form);
    if known.is_none() {
        unknown_word(reader, &word, "notation of time", &FORMS.map(|(name, _)| name));
    }
    known
}

fn unknown_word(reader: &mut TableReader<'_>, word: &Name, what: &str, known: &[&str]) {
    let message = format!("there is no {what} `{}`", word.value);
    let fault = reader.sink.error(E0803, reader.file, word.span, message);
    fault.help(match nearest(&word.value, known.iter().copied()) {
        Some(near) => format!("there is `{near}`"),
        None => format!("there are {}", known.join(", ")),
    });
}

impl Conversion {
    /// Whether an old value can be told from a new one, so that the option may keep its name.
    pub fn tells_old_from_new(&self) -> bool {
        match self {
            Conversion::Time { from, to } => from.unit().is_none() || to.unit().is_none(),
            Conversion::Values(_) | Conversion::List | Conversion::Text | Conversion::Number => true,
            Conversion::Negate => false,
        }
    }

    /// What becomes of a value. `renamed`: the option had another name, so the value is an old one in any case.
    ///
    /// # Errors
    /// Why this value cannot be converted.
    pub fn apply(&self, value: &Written, renamed: bool) -> Result<Converted, String> {
        let to = |value: Written| Ok(Converted::To(value));
        match (self, value) {
            (Conversion::Time { to: form, .. }, value) if !renamed && form.read(value).is_some() => {
                Ok(Converted::Already)
            }
            (Conversion::Time { from, to: form }, value) => {
                let nanoseconds = from.read(value).ok_or_else(|| format!("it is no time in {}", from.name()))?;
                form.write(nanoseconds).map_or_else(|| Err(format!("it is no whole number of {}", form.name())), to)
            }
            (Conversion::Values(values), Written::Str(text)) => match values.iter().find(|(old, _)| old == text) {
                Some((_, new)) => to(Written::Str(new.clone())),
                None if renamed => to(value.clone()),
                None => Ok(Converted::Already),
            },
            (Conversion::Values(_), Written::List(items)) => {
                let done: Result<Vec<_>, String> = items.iter().map(|item| self.word(item)).collect();
                let done = Written::List(done?);
                if !renamed && done == *value { Ok(Converted::Already) } else { to(done) }
            }
            (Conversion::Values(_), _) => Err("it is no string".to_owned()),
            (Conversion::List, Written::List(_)) if !renamed => Ok(Converted::Already),
            (Conversion::List, Written::List(_) | Written::Table(_) | Written::Other) => {
                Err("it is no single value".to_owned())
            }
            (Conversion::List, value) => to(Written::List(vec![value.clone()])),
            (Conversion::Negate, Written::Bool(truth)) => to(Written::Bool(!truth)),
            (Conversion::Negate, _) => Err("it is neither `true` nor `false`".to_owned()),
            (Conversion::Text, Written::Str(_)) if !renamed => Ok(Converted::Already),
            (Conversion::Text, Written::Int(number)) => to(Written::Str(number.to_string())),
            (Conversion::Text, _) => Err("it is no number".to_owned()),
            (Conversion::Number, Written::Int(_)) if !renamed => Ok(Converted::Already),
            (Conversion::Number, Written::Str(text)) => text
                .parse()
                .map_or_else(|_| Err("it is no whole number of 64 bits".to_owned()), |number| to(Written::Int(number))),
            (Conversion::Number, _) => Err("it is no string of digits".to_owned()),
        }
    }
}

impl Conversion {
    /// The word for a word of a list.
    fn word(&self, item: &Written) -> Result<Written, String> {
        match (self, item) {
            (Conversion::Values(values), Written::Str(text)) => {
                let new = values.iter().find(|(old, _)| old == text).map_or(text, |(_, new)| new);
                Ok(Written::Str(new.clone()))
            }
            _ => Err("it is no list of strings".to_owned()),
        }
    }
}

impl TimeForm {
    fn name(self) -> &'static str {
        FORMS.iter().find(|(_, form)| *form == self).map_or("", |(name, _)| name)
    }

    /// Nanoseconds of one, if it is written as a number.
    fn unit(self) -> Option<i64> {
        match self {
            TimeForm::Nanoseconds => Some(1),
            TimeForm::Microseconds => Some(1_000),
            TimeForm::Milliseconds => Some(1_000_000),
            TimeForm::Seconds => Some(1_000_000_000),
            TimeForm::Minutes => Some(60_000_000_000),
            TimeForm::Hours => Some(3_600_000_000_000),
            TimeForm::Duration | TimeForm::Iso8601 => None,
        }
    }

    /// Nanoseconds of a value in this notation.
    fn read(self, value: &Written) -> Option<i64> {
        match (self.unit(), value) {
            (Some(unit), Written::Int(number)) => number.checked_mul(unit),
            (None, Written::Str(text)) => {
                let (negative, text) = text.strip_prefix('-').map_or((false, text.as_str()), |rest| (true, rest));
                let nanoseconds = if self == TimeForm::Duration { duration::nanoseconds(text) } else { iso8601(text) };
                nanoseconds.map(|nanoseconds| if negative { -nanoseconds } else { nanoseconds })
            }
            _ => None,
        }
    }

    fn write(self, nanoseconds: i64) -> Option<Written> {
        match (self.unit(), self) {
            (Some(unit), _) => (nanoseconds % unit == 0).then(|| Written::Int(nanoseconds / unit)),
            (None, TimeForm::Duration) => Some(Written::Str(duration::text(nanoseconds.into()))),
            (None, _) => Some(Written::Str(to_iso8601(nanoseconds))),
        }
    }
}

/// Nanoseconds of `P1DT2H3M4.5S` or `P2W`; years and months have no fixed length and are not read.
///
/// Source: ISO 8601-1:2019, 5.5.2.
fn iso8601(text: &str) -> Option<i64> {
    let rest = text.strip_prefix('P')?;
    let (days, time) = rest.split_once('T').map_or((rest, None), |(days, time)| (days, Some(time)));
    if rest.is_empty() || time == Some("") {
        return None;
    }
    const DAY: i64 = 86_400_000_000_000;
    let of_days = components(days, &[('W', 7 * DAY), ('D', DAY)])?;
    let of_time =
        components(time.unwrap_or(""), &[('H', 3_600_000_000_000), ('M', 60_000_000_000), ('S', 1_000_000_000)])?;
    of_days.checked_add(of_time)
}

/// The sum of numbers with letters behind them, which stand in this order, each at most once.
fn components(text: &str, units: &[(char, i64)]) -> Option<i64> {
    let (mut rest, mut total, mut units) = (text, 0_i64, units.iter());
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let letter = rest[end..].chars().next()?;
        let (_, unit) = units.find(|(name, _)| *name == letter)?;
        let (whole, fraction) = rest[..end].split_once('.').unwrap_or((&rest[..end], ""));
        let part = fraction_of(fraction, *unit)?;
        total = total.checked_add(whole.parse::<i64>().ok()?.checked_mul(*unit)?)?.checked_add(part)?;
        rest = &rest[end + letter.len_utf8()..];
    }
    Some(total)
}

/// The part of a unit that the digits behind a point are; none if that is no whole number of nanoseconds.
fn fraction_of(digits: &str, unit: i64) -> Option<i64> {
    if digits.is_empty() {
        return Some(0);
    }
    let scale = 10_i128.checked_pow(u32::try_from(digits.len()).ok()?)?;
    let product = digits.parse::<i128>().ok()?.checked_mul(unit.into())?;
    (product % scale == 0).then(|| i64::try_from(product / scale).ok()).flatten()
}

fn to_iso8601(nanoseconds: i64) -> String {
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let total = nanoseconds.unsigned_abs();
    let (seconds, rest) = (total / 1_000_000_000, total % 1_000_000_000);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let fraction = format!("{rest:09}");
    let fraction = fraction.trim_end_matches('0');
    let part = |number: u64, letter: char| if number == 0 { String::new() } else { format!("{number}{letter}") };
    let seconds = match fraction.is_empty() {
        true if total == 0 => "0S".to_owned(),
        true => part(seconds, 'S'),
        false => format!("{seconds}.{fraction}S"),
    };
    format!("{sign}PT{}{}{seconds}", part(hours, 'H'), part(minutes, 'M'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Written {
        Written::Str(text.to_owned())
    }

    #[test]
    fn times() {
        use TimeForm::{Duration, Iso8601, Milliseconds, Seconds};
        for (from, value, to, expected) in [
            (Milliseconds, Written::Int(30_000), Iso8601, Ok(text("PT30S"))),
            (Milliseconds, Written::Int(5_400_500), Iso8601, Ok(text("PT1H30M0.5S"))),
            (Milliseconds, Written::Int(0), Iso8601, Ok(text("PT0S"))),
            (Milliseconds, Written::Int(-90_000), Iso8601, Ok(text("-PT1M30S"))),
            (Milliseconds, Written::Int(1_500), Duration, Ok(text("1.5s"))),
            (Duration, text("1m30s"), Iso8601, Ok(text("PT1M30S"))),
            (Iso8601, text("P1DT2H"), Duration, Ok(text("26h0m0s"))),
            (Milliseconds, Written::Int(2_000), Seconds, Ok(Written::Int(2))),
            (Milliseconds, Written::Int(1_500), Seconds, Err("it is no whole number of seconds")),
            (Milliseconds, text("x"), Seconds, Err("it is no time in milliseconds")),
            (Milliseconds, Written::Int(i64::MAX), Iso8601, Err("it is no time in milliseconds")),
        ] {
            let done = Conversion::Time { from, to }.apply(&value, true);
            assert_eq!(done, expected.map(Converted::To).map_err(str::to_owned), "{value:?}");
        }
    }

    #[test]
    fn iso_texts() {
        for (text, expected) in [
            ("PT30S", Some(30_000_000_000)),
            ("P2W", Some(14 * 86_400_000_000_000)),
            ("PT0.000000001S", Some(1)),
            ("PT1.5H", Some(5_400_000_000_000)),
            ("PT0.0000000001S", None),
            ("P1Y", None),
            ("P", None),
            ("PT", None),
            ("PT1S1H", None),
            ("PT1S1S", None),
            ("30s", None),
            ("PT9999999999999H", None),
        ] {
            assert_eq!(iso8601(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_converted_stays_under_the_same_name() {
        let time = Conversion::Time { from: TimeForm::Milliseconds, to: TimeForm::Iso8601 };
        let values = Conversion::Values(vec![("strict".to_owned(), "all".to_owned())]);
        for (conversion, old, new) in [
            (time, Written::Int(30_000), text("PT30S")),
            (values, text("strict"), text("all")),
            (Conversion::List, text("a"), Written::List(vec![text("a")])),
            (Conversion::Text, Written::Int(5), text("5")),
            (Conversion::Number, text("5"), Written::Int(5)),
        ] {
            assert!(conversion.tells_old_from_new());
            assert_eq!(conversion.apply(&old, false), Ok(Converted::To(new.clone())));
            assert_eq!(conversion.apply(&new, false), Ok(Converted::Already));
        }
        let number = Conversion::Time { from: TimeForm::Milliseconds, to: TimeForm::Seconds };
        assert!(!number.tells_old_from_new() && !Conversion::Negate.tells_old_from_new());
        assert_eq!(Conversion::Negate.apply(&Written::Bool(true), true), Ok(Converted::To(Written::Bool(false))));
    }
}
