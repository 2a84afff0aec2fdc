//! The format `text`: findings with their source lines, for people.

use crate::diagnostics::emit;
use crate::screen::Screen;
use crate::snippets::Excerpt;
use crate::statistics::{Count, statistics};
use crate::{Format, Report};
use codespan_reporting::diagnostic::{Diagnostic as Shown, Label, Severity as Shade};
use codespan_reporting::term::termcolor::Color;
use rulec_plan::manifest::{Applicability, Severity};
use rulec_runtime::finding::{Coverage, Finding, KnownFindings, Related, Snippet};
use rulec_runtime::profile::Row;
use std::io::{self, Write};

/// See the module.
pub struct Text;

type Out<'o> = Screen<&'o mut dyn Write>;

impl Format for Text {
    fn name(&self) -> &'static str {
        "text"
    }

    fn write(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        let mut out = Screen::new(out, report.view.color);
        for finding in &report.outcome.findings {
            write_finding(finding, &mut out)?;
        }
        write_rest(report, &mut out)
    }
}

fn write_finding(finding: &Finding, out: &mut Out<'_>) -> io::Result<()> {
    let (here, elsewhere): (Vec<&Related>, Vec<&Related>) =
        finding.related.iter().partition(|related| related.path == finding.path);
    let snippets = std::iter::once(&finding.snippet).chain(here.iter().map(|related| &related.snippet));
    let excerpt = Excerpt::new(&finding.path, snippets);
    let mut labels = vec![Label::primary((), excerpt.range(finding.start, finding.end))];
    for related in here {
        labels.push(Label::secondary((), excerpt.head(related.start, related.end)).with_message(&related.message));
    }
    let shown = Shown::new(shade(finding.severity))
        .with_code(&finding.rule_id)
        .with_message(&finding.message)
        .with_labels(labels)
        .with_notes(notes(finding, &elsewhere));
    emit(&shown, &excerpt, out)
}

fn shade(severity: Severity) -> Shade {
    match severity {
        Severity::Error => Shade::Error,
        Severity::Warning => Shade::Warning,
        Severity::Info => Shade::Note,
    }
}

fn notes(finding: &Finding, elsewhere: &[&Related]) -> Vec<String> {
    let place = |related: &&Related| {
        format!("{}:{}:{}: {}", related.path, related.start.line, related.start.column, related.message)
    };
    let mut notes: Vec<String> = elsewhere.iter().map(place).collect();
    if let Some(fix) = &finding.fix {
        let how = match fix.applicability {
            Applicability::Safe => "`--fix` applies it",
            Applicability::Suggest => "a suggestion; `--fix-unsafe` applies it",
            Applicability::Unsafe => "may change what the code does; `--fix-unsafe` applies it",
        };
        notes.push(match replacement(finding) {
            Some(text) => format!("fix: {text} ({how})"),
            None => format!("fix: there is one ({how})"),
        });
    }
    notes.extend(finding.fix_withheld.iter().map(|reason| format!("no fix here: {reason}")));
    notes
}

/// What a fix of one edit puts in place, if that fits on a line.
fn replacement(finding: &Finding) -> Option<String> {
    let mut edits = finding.fix.as_ref()?.edits.iter().filter(|edit| !edit.import);
    let edit = edits.next().filter(|_| edits.next().is_none())?;
    let text = edit.text.trim();
    if text.contains('\n') || text.chars().count() > 60 {
        return None;
    }
    match (text.is_empty(), edit.start == edit.end) {
        (true, _) => Some("remove it".to_owned()),
        (false, true) => Some(format!("insert `{text}`")),
        (false, false) => {
            let old = snippet_text(&finding.snippet, finding, edit.start, edit.end);
            Some(match old {
                Some(old) => format!("replace `{old}` with `{text}`"),
                None => format!("replace it with `{text}`"),
            })
        }
    }
}

/// The bytes from `start` to `end` if they stand in the first line of the snippet.
fn snippet_text<'s>(snippet: &'s Snippet, finding: &Finding, start: u32, end: u32) -> Option<&'s str> {
    let line = snippet.text.split('\n').next()?;
    let line_start = finding.start.offset.checked_sub(finding.start.column.checked_sub(1)?)?;
    let range = start.checked_sub(line_start)? as usize..end.checked_sub(line_start)? as usize;
    line.get(range).filter(|old| old.chars().count() <= 60)
}

/// What is not findings: skipped, undecided, statistics, the summary.
pub fn write_rest(report: &Report<'_>, out: &mut Out<'_>) -> io::Result<()> {
    let outcome = report.outcome;
    if report.view.undecided {
        for one in &outcome.undecided {
            out.bold(Some(Color::Cyan), "undecided")?;
            let (line, column) = (one.start.line, one.start.column);
            writeln!(out, "[{}]: {}:{line}:{column}: not known: {}", one.rule_id, one.path, one.reason)?;
        }
    }
    if report.view.quiet {
        return Ok(());
    }
    for skipped in &outcome.skipped {
        note(out, &format!("{} was not checked: {}", skipped.path, skipped.reason))?;
    }
    for partial in &outcome.partial {
        note(out, &format!("{} was checked in part: {}", partial.path, partial.reason))?;
    }
    if let Some(known) = &outcome.withheld.baseline {
        write_gone(known, out)?;
    }
    if report.view.statistics {
        write_statistics(&outcome.findings, out)?;
    }
    write_profile(report.profile, out)?;
    writeln!(out, "{}", summary(report))
}

/// A few of the findings of a baseline that are no more, and how many there are.
fn write_gone(known: &KnownFindings, out: &mut Out<'_>) -> io::Result<()> {
    if let Some(count) = known.written {
        let taken = if known.gone.is_empty() { String::new() } else { format!(", {} taken out", known.gone.len()) };
        return note(out, &format!("{} lists {} now{taken}", known.path, counted(count, "finding", "findings")));
    }
    for gone in known.gone.iter().take(MAX_GONE) {
        let function = gone.function.iter().map(|function| format!(" in {function}")).collect::<String>();
        note(out, &format!("{}: {} is gone{function}", gone.path, gone.rule_id))?;
    }
    if known.gone.is_empty() {
        return Ok(());
    }
    let gone = counted(known.gone.len(), "finding is", "findings are");
    note(out, &format!("{gone} gone and still in {}; `--write-baseline` takes them out", known.path))
}

/// How many findings that are gone are listed one by one.
const MAX_GONE: usize = 10;

fn note(out: &mut Out<'_>, text: &str) -> io::Result<()> {
    out.bold(Some(Color::Green), "note")?;
    writeln!(out, ": {text}")
}

fn write_statistics(findings: &[Finding], out: &mut Out<'_>) -> io::Result<()> {
    let rows = statistics(findings);
    let width = rows.iter().map(|row| row.count).max().map_or(0, |most| most.to_string().len());
    for Count { kind, name, count, fixable } in rows {
        let kind = if kind == "rule" { String::new() } else { format!("{kind} ") };
        let fixes = if fixable > 0 { format!("  ({fixable} with a fix)") } else { String::new() };
        writeln!(out, "{count:>width$}  {kind}{name}{fixes}")?;
    }
    Ok(())
}

/// The rows that matter, with their shares of the whole, and the sum of the others.
fn write_profile(rows: &[Row], out: &mut Out<'_>) -> io::Result<()> {
    let all: f64 = rows.iter().map(|row| row.ms).sum();
    let (large, small): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.ms * 1000.0 >= all);
    let mut write = |ms: f64, name: &str| writeln!(out, "{ms:>10.1} ms  {:>5.1} %  {name}", 100.0 * ms / all);
    for row in large {
        write(row.ms, &format!("{} {}", row.subject.as_str(), row.name))?;
    }
    if !small.is_empty() {
        write(small.iter().map(|row| row.ms).sum(), &format!("{} others", small.len()))?;
    }
    Ok(())
}

/// `12 findings (3 errors, 9 warnings) in 240 files, 2 files checked in part, 0.31 s`.
pub fn summary(report: &Report<'_>) -> String {
    let outcome = report.outcome;
    let count = |severity| outcome.findings.iter().filter(|finding| finding.severity == severity).count();
    let kinds = [
        (count(Severity::Error), "error", "errors"),
        (count(Severity::Warning), "warning", "warnings"),
        (count(Severity::Info), "info", "infos"),
    ];
    let kinds: Vec<_> =
        kinds.into_iter().filter(|kind| kind.0 > 0).map(|(count, one, many)| counted(count, one, many)).collect();
    let kinds = if kinds.is_empty() { String::new() } else { format!(" ({})", kinds.join(", ")) };
    let findings = match outcome.findings.len() {
        0 => "no findings".to_owned(),
        count => counted(count, "finding", "findings"),
    };
    let mut parts = vec![format!("{findings}{kinds} in {}", counted(outcome.summary.files, "file", "files"))];
    let types = outcome.summary.types;
    let fixable = outcome.findings.iter().filter(|finding| is_safe(finding)).count();
    let known = outcome.withheld.baseline.as_ref().map_or(0, |known| known.known.len());
    let outside = outcome.withheld.changes.as_ref().map_or(0, |unchanged| unchanged.outside);
    let optional = [
        (fixable, format!("{fixable} fixable with `--fix`")),
        (outcome.summary.parse_errors, format!("{} checked in part", files(outcome.summary.parse_errors))),
        (outcome.skipped.len(), format!("{} skipped", files(outcome.skipped.len()))),
        (outcome.suppressed.len(), format!("{} suppressed", outcome.suppressed.len())),
        (known, format!("{known} in the baseline")),
        (outside, format!("{outside} outside of what changed")),
        (outcome.undecided.len(), format!("{} undecided", outcome.undecided.len())),
        (usize::from(types.known < types.all), format!("types known for {:.1} %", share_known(types))),
        (usize::from(outcome.interrupted), "interrupted: not all files were checked".to_owned()),
    ];
    parts.extend(optional.into_iter().filter(|(count, _)| *count > 0).map(|(_, text)| text));
    if report.view.timings {
        parts.push(format!("{:.2} s", outcome.summary.elapsed_ms / 1000.0));
    }
    parts.join(", ")
}

/// In per cent; rounded down, since 100 would say that nothing is unknown.
fn share_known(types: Coverage) -> f64 {
    (types.share().unwrap_or(1.0) * 1000.0).floor() / 10.0
}

fn is_safe(finding: &Finding) -> bool {
    finding.fix.as_ref().is_some_and(|fix| fix.applicability == Applicability::Safe)
}

fn files(count: usize) -> String {
    counted(count, "file", "files")
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
