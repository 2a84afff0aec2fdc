//! The format `checkstyle`: the XML of Checkstyle's reports, which many services read. Lines and columns count from 1, columns
//! in bytes.

use crate::problems::{Problem, problems};
use crate::xml::Escaped;
use crate::{Format, Report};
use std::io;

/// See the module.
pub struct Checkstyle;

impl Format for Checkstyle {
    fn name(&self) -> &'static str {
        "checkstyle"
    }

    fn write(&self, report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<checkstyle version=\"5.0\">")?;
        let problems = problems(report);
        for of_file in problems.chunk_by(|a, b| a.path == b.path) {
            // What is about no file has no place here; it is on standard error.
            let Some(path) = of_file.first().and_then(|first| first.path) else { continue };
            writeln!(out, "  <file name=\"{}\">", Escaped(path))?;
            of_file.iter().try_for_each(|problem| write_error(problem, out))?;
            writeln!(out, "  </file>")?;
        }
        writeln!(out, "</checkstyle>")
    }

    fn findings_only(&self) -> bool {
        true
    }
}

fn write_error(problem: &Problem<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let severity = problem.severity.text();
    write!(out, "    <error ")?;
    if let Some((start, _)) = problem.place {
        write!(out, "line=\"{}\" column=\"{}\" ", start.line, start.column)?;
    }
    let (message, source) = (Escaped(problem.message), Escaped(problem.rule));
    writeln!(out, "severity=\"{severity}\" message=\"{message}\" source=\"{source}\"/>")
}
