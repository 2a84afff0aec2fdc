//! The table of differences: what each of them is, and what was thought of it by somebody who read it.
//!
//! In: the differences of a run, and the table as it is. Out: the table again, one row for each difference of the run:
//! `rule,suite,place,what,why,verdict`. Reasons and verdicts are kept; they are written by hand, and empty for what is new.

use crate::report::Difference;
use std::collections::BTreeMap;
use std::path::Path;

const HEAD: &str = "rule,suite,place,what,why,verdict";
/// The verdict of a finding that was read and is right, though the other linter does not ask for it.
const RIGHT: &str = "ours right";

/// Writes the table anew, in the order of rule, suite and place.
///
/// # Errors
/// If the file cannot be read or written.
pub fn write(path: &Path, differences: &[Difference]) -> Result<(), String> {
    let wrong = |error: std::io::Error| format!("{}: {error}", path.display());
    let old = if path.exists() { std::fs::read_to_string(path).map_err(wrong)? } else { String::new() };
    std::fs::write(path, render(&old, differences)).map_err(wrong)
}

fn render(old: &str, differences: &[Difference]) -> String {
    let known: BTreeMap<String, (String, String)> = old.lines().skip(1).filter_map(thoughts).collect();
    let mut rows: Vec<String> = differences.iter().map(|difference| row(difference, &known)).collect();
    rows.sort();
    rows.insert(0, HEAD.to_owned());
    rows.join("\n") + "\n"
}

fn row(difference: &Difference, known: &BTreeMap<String, (String, String)>) -> String {
    let what = if difference.what == "reviewed" { "unexpected" } else { difference.what };
    let key = [&difference.rule, &difference.suite, &difference.place, what].map(quoted).join(",");
    let (why, verdict) = match known.get(&key) {
        _ if difference.what == "reviewed" => (difference.reason.as_str(), RIGHT),
        Some((why, verdict)) => (why.as_str(), verdict.as_str()),
        None => ("", ""),
    };
    format!("{key},{},{}", quoted(why), quoted(verdict))
}

/// The first four fields of a row as they stand, and its reason and verdict.
fn thoughts(row: &str) -> Option<(String, (String, String))> {
    let fields = fields(row);
    let [key @ .., why, verdict] = fields.as_slice() else { return None };
    let key: Vec<String> = key.iter().map(quoted).collect();
    Some((key.join(","), (why.clone(), verdict.clone())))
}

/// The fields of a line of CSV (RFC 4180), quotes removed.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut is_quoted = false;
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        let field = fields.len() - 1;
        match character {
            '"' if is_quoted && characters.peek() == Some(&'"') => fields[field].extend(characters.next()),
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => fields.push(String::new()),
            _ => fields[field].push(character),
        }
    }
    fields
}

/// A field as CSV writes it (RFC 4180).
fn quoted(field: impl AsRef<str>) -> String {
    let field = field.as_ref();
    if field.contains([',', '"', '\n']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn difference(what: &'static str, line: u32, reason: &str) -> Difference {
        Difference {
            what,
            rule: "r".to_owned(),
            suite: "s".to_owned(),
            place: format!("a.go:{line}"),
            code: String::new(),
            reason: reason.to_owned(),
        }
    }

    #[test]
    fn reasons_are_kept_and_rows_that_went_are_dropped() {
        let old =
            format!("{HEAD}\nr,s,a.go:1,missing,\"a taste, it \"\"says\"\"\",theirs a taste\nr,s,a.go:9,missing,x,y\n");
        let rows =
            [difference("unexpected", 2, ""), difference("missing", 1, ""), difference("reviewed", 3, "it, too")];
        let new = render(&old, &rows);
        assert_eq!(
            new,
            format!(
                "{HEAD}\nr,s,a.go:1,missing,\"a taste, it \"\"says\"\"\",theirs a taste\nr,s,a.go:2,unexpected,,\n\
                 r,s,a.go:3,unexpected,\"it, too\",ours right\n"
            )
        );
        assert_eq!(render(&new, &rows), new);
    }
}
