//! Durations as texts.
//!
//! In: a text such as `1m30s`, or nanoseconds. Out: the other, exactly. Rules, `rulec.toml` and annotations in Go code all come
//! through here. **Absent:** signs in texts that are read; who takes negative durations reads the `-` himself.

/// Nanoseconds of a duration: numbers with units, `1h30m`, `1.5s`; what is left of a nanosecond is dropped. `None` for other
/// texts, for a number without a unit, and beyond 64 bits.
///
/// Source: Go's `time.ParseDuration`.
pub fn nanoseconds(text: &str) -> Option<i64> {
    let mut rest = text;
    let mut total: i64 = 0;
    while !rest.is_empty() {
        let number_end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, behind) = rest.split_at(number_end);
        let unit_end = behind.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(behind.len());
        let (unit, behind) = behind.split_at(unit_end);
        total = total.checked_add(scaled(number, unit_nanoseconds(unit)?)?)?;
        rest = behind;
    }
    (!text.is_empty()).then_some(total)
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

/// The text of a duration, as Go's `time.Duration.String` writes it: `1m30s`, `1.5ms`, `0s`.
pub fn text(nanoseconds: i128) -> String {
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let total = nanoseconds.unsigned_abs();
    let decimal = |unit: u128, name: &str| {
        let fraction = format!("{:0>width$}", total % unit, width = unit.ilog10() as usize);
        let fraction = fraction.trim_end_matches('0');
        let point = if fraction.is_empty() || unit == 1 { String::new() } else { format!(".{fraction}") };
        format!("{sign}{}{point}{name}", total / unit)
    };
    const SECOND: u128 = 1_000_000_000;
    match total {
        0 => "0s".to_owned(),
        1..1_000 => decimal(1, "ns"),
        1_000..1_000_000 => decimal(1_000, "µs"),
        1_000_000..SECOND => decimal(1_000_000, "ms"),
        _ => {
            let (hours, minutes) = (total / (3600 * SECOND), total / (60 * SECOND) % 60);
            let rest = total % (60 * SECOND);
            let fraction = format!("{:09}", rest % SECOND);
            let fraction = fraction.trim_end_matches('0');
            let point = if fraction.is_empty() { "" } else { "." };
            let seconds = format!("{}{point}{fraction}s", rest / SECOND);
            match (hours, minutes) {
                (0, 0) => format!("{sign}{seconds}"),
                (0, _) => format!("{sign}{minutes}m{seconds}"),
                _ => format!("{sign}{hours}h{minutes}m{seconds}"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_exact() {
        for (text, expected) in [
            ("500ms", Some(500_000_000)),
            ("1m30s", Some(90_000_000_000)),
            ("1.5s", Some(1_500_000_000)),
            (".5s", Some(500_000_000)),
            ("0.1s", Some(100_000_000)),
            ("", None),
            ("-2h", None),
            ("5", None),
            ("s", None),
            ("5x", None),
            ("1.2.3s", None),
            ("9999999999999h", None),
        ] {
            assert_eq!(nanoseconds(text), expected, "{text}");
        }
    }
}
