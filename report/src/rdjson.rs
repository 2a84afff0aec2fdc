//! The format `rdjson`: the Reviewdog Diagnostic Format, which reviewdog turns into comments on pull requests.
//!
//! Source: the protocol buffers of reviewdog's `proto/rdf`. Columns count bytes of UTF-8, as ours do; ends are exclusive. A
//! suggestion is one edit, and reviewdog takes each of several for an alternative, so a fix is offered if its edits can be
//! said as one.

use crate::each::each;
use crate::problems::{Problem, problems, single_edit};
use crate::{Format, Report};
use rulec_plan::manifest::Severity;
use rulec_runtime::finding::{Finding, Position};
use serde::Serialize;
use std::io;

/// See the module.
pub struct RdJson;

impl Format for RdJson {
    fn name(&self) -> &'static str {
        "rdjson"
    }

    fn write(&self, report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        #[derive(Serialize)]
        struct Document<D> {
            source: Source,
            diagnostics: D,
        }
        let mut problems = problems(report);
        problems.retain(|problem| problem.path.is_some());
        let diagnostics = each(&problems, Diagnostic::new);
        serde_json::to_writer(&mut *out, &Document { source: Source { name: "rulec" }, diagnostics })?;
        out.write_all(b"\n")
    }

    fn findings_only(&self) -> bool {
        true
    }
}

#[derive(Serialize)]
struct Source {
    name: &'static str,
}

#[derive(Serialize)]
struct Diagnostic<'a> {
    message: &'a str,
    location: Location<'a>,
    severity: &'static str,
    code: Code<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion>,
    #[serde(rename = "relatedLocations", skip_serializing_if = "Vec::is_empty")]
    related: Vec<Related<'a>>,
}

#[derive(Serialize)]
struct Code<'a> {
    value: &'a str,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<Range>,
}

#[derive(Serialize)]
struct Range {
    start: Place,
    end: Place,
}

#[derive(Serialize)]
struct Place {
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct Suggestion {
    range: Range,
    text: String,
}

#[derive(Serialize)]
struct Related<'a> {
    message: &'a str,
    location: Location<'a>,
}

impl<'a> Diagnostic<'a> {
    fn new(problem: &Problem<'a>) -> Diagnostic<'a> {
        let severity = match problem.severity {
            Severity::Error => "ERROR",
            Severity::Warning => "WARNING",
            Severity::Info => "INFO",
        };
        let related = problem.finding.map_or(&[][..], |finding| &finding.related);
        let related = related.iter().map(|related| Related {
            message: &related.message,
            location: Location { path: &related.path, range: Some(range(related.start, related.end)) },
        });
        Diagnostic {
            message: problem.message,
            location: Location {
                path: problem.path.unwrap_or_default(),
                range: problem.place.map(|(start, end)| range(start, end)),
            },
            severity,
            code: Code { value: problem.rule },
            suggestions: problem.finding.and_then(suggestion).into_iter().collect(),
            related: related.collect(),
        }
    }
}

fn suggestion(finding: &Finding) -> Option<Suggestion> {
    let (start, end, text) = single_edit(finding)?;
    Some(Suggestion { range: range(start, end), text })
}

fn range(start: Position, end: Position) -> Range {
    let place = |position: Position| Place { line: position.line, column: position.column };
    Range { start: place(start), end: place(end) }
}
