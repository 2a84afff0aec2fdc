//! The format `markdown`: what a pull request brings, for the summary of a job.
//!
//! It says how many findings are new, lists the worst of them, what is gone, and what was left out and why. It stays below
//! what such pages take: GitHub shows one megabyte of a step. All that comes from code is escaped.

use crate::{Format, Report};
use rulec_grammar::diagnostic::Severity as Grade;
use rulec_plan::manifest::Severity;
use rulec_runtime::finding::{Finding, GoneFinding, Outcome};
use std::io::{self, Write};

/// See the module.
pub struct Markdown;

/// How many findings are listed, the worst first, and how many of those that are gone.
const MAX_ROWS: usize = 200;

/// Longer messages are cut, in characters.
const MAX_MESSAGE: usize = 300;

impl Format for Markdown {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn write(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        let outcome = report.outcome;
        writeln!(out, "## rulec: {}\n", headline(outcome))?;
        writeln!(out, "{}.\n", overview(report).join(" · "))?;
        write_findings(&outcome.findings, out)?;
        if let Some(known) = &outcome.withheld.baseline {
            write_gone(&known.gone, out)?;
        }
        write_faults(report, out)
    }
}

/// `3 new findings`; new, if something says which are old.
fn headline(outcome: &Outcome) -> String {
    let withheld = &outcome.withheld;
    let new = if withheld.baseline.is_some() || withheld.changes.is_some() { "new " } else { "" };
    match outcome.findings.len() {
        0 => format!("no {new}findings"),
        1 => format!("1 {new}finding"),
        count => format!("{count} {new}findings"),
    }
}

/// How bad they are, how much was checked, and what is not listed.
fn overview(report: &Report<'_>) -> Vec<String> {
    let outcome = report.outcome;
    let grades = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Info, "info")];
    let mut parts: Vec<String> = Vec::new();
    for (severity, name) in grades {
        let count = outcome.findings.iter().filter(|finding| finding.severity == severity).count();
        parts.extend((count > 0).then(|| format!("**{}**", counted(count, name))));
    }
    parts.push(format!("{} checked", counted(outcome.summary.files, "file")));
    if let Some(known) = &outcome.withheld.baseline {
        parts.push(format!("{} in the baseline {}", counted(known.known.len(), "finding"), code(&known.path)));
        parts.push(format!("{} gone", known.gone.len()));
        parts.extend(known.written.map(|count| format!("the baseline was written: {}", counted(count, "finding"))));
    }
    if let Some(unchanged) = &outcome.withheld.changes {
        let since =
            format!("{} ({})", code(&unchanged.revision), code(unchanged.base.get(..12).unwrap_or(&unchanged.base)));
        parts.push(format!("{} outside of what changed since {since}", counted(unchanged.outside, "finding")));
    }
    let optional = [
        (outcome.suppressed.len(), "suppressed"),
        (outcome.undecided.len(), "undecided"),
        (outcome.skipped.len(), "skipped files"),
        (outcome.partial.len(), "places not checked"),
    ];
    parts.extend(optional.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")));
    parts
}

fn write_findings(findings: &[Finding], out: &mut dyn Write) -> io::Result<()> {
    if findings.is_empty() {
        return Ok(());
    }
    let mut worst: Vec<&Finding> = findings.iter().collect();
    worst.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    writeln!(out, "| | Place | Finding | Rule |\n|---|---|---|---|")?;
    for finding in worst.iter().take(MAX_ROWS) {
        let place = format!("{}:{}:{}", finding.path, finding.start.line, finding.start.column);
        let (severity, message) = (finding.severity.text(), text(&finding.message));
        writeln!(out, "| {severity} | {} | {message} | {} |", code(&place), code(&finding.rule_id))?;
    }
    writeln!(out)?;
    if worst.len() > MAX_ROWS {
        writeln!(out, "… and {} more.\n", worst.len() - MAX_ROWS)?;
    }
    Ok(())
}

fn write_gone(gone: &[GoneFinding], out: &mut dyn Write) -> io::Result<()> {
    if gone.is_empty() {
        return Ok(());
    }
    writeln!(out, "<details><summary>{} gone</summary>\n", counted(gone.len(), "finding"))?;
    for GoneFinding { path, rule_id, function } in gone.iter().take(MAX_ROWS) {
        let function = function.iter().map(|function| format!(" in {}", code(function))).collect::<String>();
        writeln!(out, "- {} {}{function}", code(path), code(rule_id))?;
    }
    if gone.len() > MAX_ROWS {
        writeln!(out, "- … and {} more", gone.len() - MAX_ROWS)?;
    }
    writeln!(out, "\nThey are still in the baseline; `--write-baseline` takes them out.\n\n</details>\n")
}

/// What makes the rest unsure: nobody must take such a run for a clean one.
fn write_faults(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let outcome = report.outcome;
    let diagnostics = report.diagnostics.iter().filter(|one| one.severity == Grade::Error).count();
    let mistakes = diagnostics + report.notices.iter().filter(|one| one.severity == Grade::Error).count();
    let mut faults = Vec::new();
    faults.extend(
        (mistakes > 0).then(|| format!("{} in rules, configuration or arguments", counted(mistakes, "mistake"))),
    );
    let internal = outcome.internal_errors.len();
    faults.extend((internal > 0).then(|| counted(internal, "internal error")));
    faults.extend(outcome.interrupted.then(|| "the run was interrupted: not all files were checked".to_owned()));
    if faults.is_empty() {
        return Ok(());
    }
    writeln!(out, "> [!WARNING]\n> {}; the log tells more.\n", faults.join(", "))
}

fn counted(count: usize, one: &str) -> String {
    format!("{count} {one}{}", if count == 1 { "" } else { "s" })
}

/// Code in HTML: unlike in backticks, everything can be written there.
fn code(text: &str) -> String {
    let mut escaped = String::from("<code>");
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            // Markdown is read within, and a bar would end the cell.
            _ if is_markup(char) => escaped.push_str(&format!("&#{};", u32::from(char))),
            _ if char.is_control() => escaped.push('\u{fffd}'),
            _ => escaped.push(char),
        }
    }
    escaped + "</code>"
}

/// Plain text on one line, of bounded length.
fn text(text: &str) -> String {
    let mut escaped = String::new();
    for (index, char) in text.chars().enumerate() {
        if index == MAX_MESSAGE {
            escaped.push('…');
            break;
        }
        if is_markup(char) || "<>&".contains(char) {
            escaped.push('\\');
        }
        escaped.push(if char.is_control() { ' ' } else { char });
    }
    escaped
}

/// What Markdown, or GitHub's form of it, gives a meaning.
fn is_markup(char: char) -> bool {
    "\\`*_{}[]|#~@$!".contains(char)
}
