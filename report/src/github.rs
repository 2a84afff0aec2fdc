//! The format `github`: workflow commands, which GitHub Actions shows as annotations of the changed files.
//!
//! GitHub shows ten errors, ten warnings and ten notices of a step; the worst come first, and a last line says if there are
//! more. Columns are in UTF-16 units and given only for places of one line, since GitHub refuses others.

use crate::problems::{Problem, problems};
use crate::{Format, Report};
use rulec_plan::manifest::Severity;
use std::fmt::{self, Display, Formatter, Write};
use std::io;

/// See the module.
pub struct GitHub;

impl Format for GitHub {
    fn name(&self) -> &'static str {
        "github"
    }

    fn write(&self, report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        let mut problems = problems(report);
        problems.sort_by_key(|problem| std::cmp::Reverse(problem.severity));
        problems.iter().try_for_each(|problem| write_command(problem, out))?;
        let counts = [Severity::Error, Severity::Warning, Severity::Info]
            .map(|severity| problems.iter().filter(|problem| problem.severity == severity).count());
        if counts.iter().any(|count| *count > SHOWN_BY_GITHUB) {
            let [errors, warnings, notices] = counts;
            let shown = format!("GitHub shows the first {SHOWN_BY_GITHUB} of each as annotations");
            writeln!(out, "rulec: {errors} errors, {warnings} warnings, {notices} notices; {shown}, all are above")?;
        }
        Ok(())
    }

    fn findings_only(&self) -> bool {
        true
    }
}

/// Annotations of each severity that GitHub keeps of one step.
const SHOWN_BY_GITHUB: usize = 10;

fn write_command(problem: &Problem<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let command = match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    write!(out, "::{command} title={}", Property(&format!("rulec ({})", problem.rule)))?;
    if let Some(path) = problem.path {
        write!(out, ",file={}", Property(path))?;
    }
    if let Some((start, end)) = problem.place {
        // The end of a place is the start of the line behind it, if it takes whole lines.
        let is_behind = end.column == 1 && end.line > start.line;
        write!(out, ",line={},endLine={}", start.line, if is_behind { end.line - 1 } else { end.line })?;
        if start.line == end.line {
            write!(out, ",col={},endColumn={}", start.utf16, end.utf16.saturating_sub(1).max(start.utf16))?;
        }
    }
    // The log shows the message alone, so the place stands in it, too.
    let mut message = problem.path.unwrap_or_default().to_owned();
    if let Some((start, _)) = problem.place {
        // Writing to a text cannot fail.
        let _ = write!(message, ":{}:{}", start.line, start.column);
    }
    if !message.is_empty() {
        message.push_str(": ");
    }
    writeln!(out, "::{}", Data(&format!("{message}{} [{}]", problem.message, problem.rule)))
}

/// The message of a command: line breaks would end it.
struct Data<'a>(&'a str);

/// The value of a property: `,` and `:` would end it as well.
struct Property<'a>(&'a str);

impl Display for Data<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        escape(self.0, "%\r\n", out)
    }
}

impl Display for Property<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        escape(self.0, "%\r\n:,", out)
    }
}

fn escape(text: &str, special: &str, out: &mut Formatter<'_>) -> fmt::Result {
    text.chars().try_for_each(|character| match special.contains(character) {
        true => write!(out, "%{:02X}", character as u32),
        false => out.write_char(character),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_breaks_out() {
        assert_eq!(Property("a,b:c%\r\n::error::x").to_string(), "a%2Cb%3Ac%25%0D%0A%3A%3Aerror%3A%3Ax");
        assert_eq!(Data("a,b:c%\r\n::error::x").to_string(), "a,b:c%25%0D%0A::error::x");
    }
}
