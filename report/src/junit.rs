//! The format `junit`: a failed test for each finding, for services that show tests.
//!
//! Each file with findings is a suite. Mistakes in rule files and faults of rulec are tests with errors, files that were not
//! checked are skipped tests. A run that found nothing is one test that passed: services take a report without tests for a
//! failure. Elements and attributes are those of the schema that Jenkins publishes for its JUnit reader, and no others.

use crate::problems::{INTERNAL, Problem, problems};
use crate::xml::Escaped;
use crate::{Format, Report};
use rulec_plan::manifest::Severity;
use rulec_runtime::finding::Skipped;
use std::io;

/// See the module.
pub struct JUnit;

impl Format for JUnit {
    fn name(&self) -> &'static str {
        "junit"
    }

    fn write(&self, report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        let problems = problems(report);
        let outcome = report.outcome;
        let skipped: Vec<&Skipped> = outcome.skipped.iter().chain(&outcome.partial).collect();
        let passed = usize::from(problems.is_empty());
        let errors = problems.iter().filter(|problem| is_error(problem)).count();
        writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
        write!(out, "<testsuites name=\"rulec\" tests=\"{}\" ", problems.len() + skipped.len() + passed)?;
        write!(out, "failures=\"{}\" errors=\"{errors}\"", problems.len() - errors)?;
        if report.view.timings {
            write!(out, " time=\"{:.3}\"", outcome.summary.elapsed_ms / 1000.0)?;
        }
        writeln!(out, ">")?;
        for of_file in problems.chunk_by(|a, b| a.path == b.path) {
            write_suite(of_file, out)?;
        }
        if passed > 0 {
            writeln!(out, "  <testsuite name=\"rulec\" tests=\"1\" failures=\"0\" errors=\"0\">")?;
            writeln!(out, "    <testcase name=\"no findings\" classname=\"rulec\"/>\n  </testsuite>")?;
        }
        write_skipped(&skipped, out)?;
        writeln!(out, "</testsuites>")
    }

    fn findings_only(&self) -> bool {
        true
    }
}

/// Whether the test could not be done, rather than that it failed.
fn is_error(problem: &Problem<'_>) -> bool {
    problem.finding.is_none() && (problem.severity == Severity::Error || problem.rule == INTERNAL)
}

fn write_suite(of_file: &[Problem<'_>], out: &mut dyn io::Write) -> io::Result<()> {
    let path = of_file.first().and_then(|first| first.path).unwrap_or("rulec");
    let errors = of_file.iter().filter(|problem| is_error(problem)).count();
    let (tests, failures) = (of_file.len(), of_file.len() - errors);
    let name = Escaped(path);
    writeln!(out, "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\">")?;
    for problem in of_file {
        let element = if is_error(problem) { "error" } else { "failure" };
        let rule = Escaped(problem.rule);
        let place = problem.place.map(|(start, _)| format!(":{}:{}", start.line, start.column)).unwrap_or_default();
        let message = Escaped(problem.message);
        writeln!(out, "    <testcase name=\"{rule}{place}\" classname=\"{name}\">")?;
        write!(out, "      <{element} message=\"{message}\" type=\"{rule}\">{name}{place}: {message}")?;
        if let Some(finding) = problem.finding {
            write!(out, "\n{}", Escaped(&finding.snippet.text))?;
        }
        writeln!(out, "</{element}>\n    </testcase>")?;
    }
    writeln!(out, "  </testsuite>")
}

fn write_skipped(skipped: &[&Skipped], out: &mut dyn io::Write) -> io::Result<()> {
    if skipped.is_empty() {
        return Ok(());
    }
    let count = skipped.len();
    writeln!(
        out,
        "  <testsuite name=\"not checked\" tests=\"{count}\" failures=\"0\" errors=\"0\" skipped=\"{count}\">"
    )?;
    for one in skipped {
        let (path, reason) = (Escaped(&one.path), Escaped(&one.reason));
        writeln!(out, "    <testcase name=\"{path}\" classname=\"not checked\">")?;
        writeln!(out, "      <skipped>{reason}</skipped>\n    </testcase>")?;
    }
    writeln!(out, "  </testsuite>")
}
