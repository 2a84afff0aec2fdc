//! Findings, mistakes of rule files and faults of rulec in one form, for formats that have one list for all.
//!
//! In: a report. Out: [`Problem`]s, findings first. What is suppressed, skipped or undecided is not among them.

use crate::Report;
use rulec_grammar::diagnostic;
use rulec_plan::manifest::Severity;
use rulec_runtime::finding::{Finding, Position, Snippet};

/// Something to show at a place.
#[derive(Clone, Copy, Debug)]
pub struct Problem<'a> {
    /// The rule's id, the code of a mistake, or [`INTERNAL`] or [`USAGE`].
    pub rule: &'a str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, on one line.
    pub message: &'a str,
    /// As displayed; nothing for what is about no file.
    pub path: Option<&'a str>,
    /// First byte and one past the last one; nothing for what is about no text.
    pub place: Option<(Position, Position)>,
    /// The finding that it is.
    pub finding: Option<&'a Finding>,
}

/// Stands for a rule where rulec failed.
pub const INTERNAL: &str = "rulec.internal-error";
/// Stands for a rule where something is wrong with arguments, paths or packs.
pub const USAGE: &str = "rulec.usage";

/// All problems of a report.
pub fn problems<'a>(report: &Report<'a>) -> Vec<Problem<'a>> {
    let findings = report.outcome.findings.iter().map(|finding| Problem {
        rule: &finding.rule_id,
        severity: finding.severity,
        message: &finding.message,
        path: Some(&finding.path),
        place: Some((finding.start, finding.end)),
        finding: Some(finding),
    });
    let sources = report.sources;
    let diagnostics = report.diagnostics.iter().map(|diagnostic| {
        let source = sources.get(diagnostic.file.0 as usize);
        let place = source.map(|source| (source.position(diagnostic.span.start), source.position(diagnostic.span.end)));
        Problem {
            rule: diagnostic.code.text(),
            severity: severity(diagnostic.severity),
            message: &diagnostic.message,
            path: source.map(|source| source.path.as_str()),
            place,
            finding: None,
        }
    });
    let plain = |rule, severity, message, path| Problem { rule, severity, message, path, place: None, finding: None };
    let notices = report.notices.iter();
    let notices = notices.map(|one| plain(USAGE, severity(one.severity), one.message.as_str(), one.path.as_deref()));
    let internal = report.outcome.internal_errors.iter().map(|error| {
        let path = (!error.path.is_empty()).then_some(error.path.as_str());
        plain(INTERNAL, Severity::Error, error.message.as_str(), path)
    });
    findings.chain(diagnostics).chain(notices).chain(internal).collect()
}

/// The severity of a diagnostic as one of findings.
pub fn severity(severity: diagnostic::Severity) -> Severity {
    match severity {
        diagnostic::Severity::Error => Severity::Error,
        diagnostic::Severity::Warning => Severity::Warning,
    }
}

/// The one edit that a fix comes to, for formats that know no other: its place and what stands there afterwards. `None` if
/// the edits are so far apart that the text between them is not known.
pub fn single_edit(finding: &Finding) -> Option<(Position, Position, String)> {
    let fix = finding.fix.as_ref()?;
    let mut edits = fix.edits.iter().zip(&fix.places);
    let (first, &(start, mut end)) = edits.next()?;
    let mut text = first.text.clone();
    for (edit, &(from, to)) in edits {
        text.push_str(&between(&finding.snippet, end, from)?);
        text.push_str(&edit.text);
        end = to;
    }
    Some((start, end, text))
}

/// The text between two places, if the snippet has all of it.
fn between(snippet: &Snippet, from: Position, to: Position) -> Option<String> {
    let lines: Vec<&str> = snippet.text.split('\n').collect();
    let line = |number: u32| {
        let line = lines.get(number.checked_sub(snippet.line)? as usize)?;
        // A line as long as that may have been cut.
        (line.len() < Snippet::MAX_LINE_BYTES).then_some(*line)
    };
    let column = |position: Position| Some(position.column.checked_sub(1)? as usize);
    if from.line == to.line {
        return Some(line(from.line)?.get(column(from)?..column(to)?)?.to_owned());
    }
    let mut text = line(from.line)?.get(column(from)?..)?.to_owned();
    for number in from.line + 1..to.line {
        text.push('\n');
        text.push_str(line(number)?);
    }
    text.push('\n');
    text.push_str(line(to.line)?.get(..column(to)?)?);
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_between_two_places() {
        let snippet = Snippet { line: 7, text: "abc\ndéf\nghi".to_owned() };
        let at = |line, column| Position { line, column, ..Position::default() };
        assert_eq!(between(&snippet, at(7, 2), at(7, 3)).as_deref(), Some("b"));
        assert_eq!(between(&snippet, at(7, 3), at(9, 2)).as_deref(), Some("c\ndéf\ng"));
        assert_eq!(between(&snippet, at(3, 1), at(7, 2)), None, "above the lines shown");
        assert_eq!(between(&snippet, at(8, 3), at(8, 4)), None, "within a character");
        let long = Snippet { line: 1, text: "x".repeat(Snippet::MAX_LINE_BYTES) };
        assert_eq!(between(&long, at(1, 1), at(1, 2)), None, "the line may have been cut");
    }
}
