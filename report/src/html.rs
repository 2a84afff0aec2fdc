//! The format `html`: one page that shows findings with their source lines, and filters them. It loads nothing from
//! elsewhere, so it can be kept as an artefact of a run and opened from a disk.
//!
//! In: a report. Out: a page that holds the findings as JSON, a style sheet and a script (`html/report.css`,
//! `html/report.js`), which makes elements for as many findings as are looked at. What is in the JSON reaches the page as text
//! only, never as markup.

use crate::each::each;
use crate::problems::{Problem, problems};
use crate::text::summary;
use crate::{Format, Report};
use rulec_plan::manifest::{Applicability, RuleMeta, family};
use rulec_runtime::finding::{Finding, FixEdits, Outcome, Position, Related, Snippet};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::io;

/// See the module.
pub struct Html;

impl Format for Html {
    fn name(&self) -> &'static str {
        "html"
    }

    fn write(&self, report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        let (head, tail) = PAGE.split_once(DATA).unwrap_or((PAGE, ""));
        let (before_style, behind_style) = head.split_once(STYLE).unwrap_or((head, ""));
        let (before_script, behind_script) = tail.split_once(SCRIPT).unwrap_or((tail, ""));
        out.write_all(before_style.as_bytes())?;
        out.write_all(include_bytes!("html/report.css"))?;
        out.write_all(behind_style.as_bytes())?;
        write_data(report, &mut InScript(out))?;
        out.write_all(before_script.as_bytes())?;
        out.write_all(include_bytes!("html/report.js"))?;
        out.write_all(behind_script.as_bytes())
    }
}

const PAGE: &str = include_str!("html/report.html");
/// Where the parts go in the page.
const STYLE: &str = "/*STYLE*/";
const DATA: &str = "/*DATA*/";
const SCRIPT: &str = "/*SCRIPT*/";

/// Writes JSON that stands in a script element: nothing in it may end the element.
struct InScript<'o>(&'o mut dyn io::Write);

impl io::Write for InScript<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for part in bytes.split_inclusive(|byte| *byte == b'<') {
            match part.split_last() {
                Some((b'<', before)) => {
                    self.0.write_all(before)?;
                    // In JSON, `<` stands in strings only.
                    self.0.write_all(b"\\u003c")?;
                }
                _ => self.0.write_all(part)?,
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn write_data(report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    #[derive(Serialize)]
    struct Data<'a, F, W, K> {
        version: &'a str,
        summary: String,
        rules: BTreeMap<&'a str, Rule<'a>>,
        findings: F,
        suppressed: W,
        known: K,
        notes: Vec<Note<'a>>,
    }
    let outcome = report.outcome;
    let rows: Vec<Problem<'_>> = problems(report);
    let baseline = outcome.withheld.baseline.iter();
    let known: Vec<(&Finding, &str)> =
        baseline.flat_map(|known| known.known.iter().map(|finding| (finding, known.path.as_str()))).collect();
    let data = Data {
        version: report.version,
        summary: summary(report),
        rules: rules(report),
        findings: each(&rows, Row::new),
        suppressed: each(&outcome.suppressed, |suppressed| Waived {
            row: Row::of_finding(&suppressed.finding),
            reason: suppressed.reason.clone(),
        }),
        known: each(&known, |(finding, baseline)| Known { row: Row::of_finding(finding), baseline }),
        notes: notes(outcome),
    };
    serde_json::to_writer(out, &data)?;
    Ok(())
}

/// What is told about a rule.
#[derive(Serialize)]
struct Rule<'a> {
    doc: &'a str,
    tags: &'a [String],
}

/// The rules that found something.
fn rules<'a>(report: &Report<'a>) -> BTreeMap<&'a str, Rule<'a>> {
    let found: BTreeSet<&str> = report.outcome.all_found().map(|finding| &*finding.rule_id).collect();
    let told = |rule: &&'a RuleMeta| (rule.id.as_str(), Rule { doc: &rule.doc, tags: &rule.tags });
    let known = report.rules.iter().filter(|rule| found.contains(rule.id.as_str())).map(told);
    let engine = rulec_runtime::suppress::RULES.iter().filter(|(id, _)| found.contains(id));
    known.chain(engine.map(|&(id, doc)| (id, Rule { doc, tags: &[] }))).collect()
}

/// A file that was not checked, or not all of it.
#[derive(Serialize)]
struct Note<'a> {
    path: &'a str,
    text: String,
}

fn notes(outcome: &Outcome) -> Vec<Note<'_>> {
    let skipped = outcome.skipped.iter();
    let skipped = skipped.map(|one| Note { path: &one.path, text: format!("not checked: {}", one.reason) });
    let partial = outcome.partial.iter();
    let partial = partial.map(|one| Note { path: &one.path, text: format!("checked in part: {}", one.reason) });
    skipped.chain(partial).collect()
}

#[derive(Serialize)]
struct Waived<'a> {
    #[serde(flatten)]
    row: Row<'a>,
    reason: Option<String>,
}

#[derive(Serialize)]
struct Known<'a> {
    #[serde(flatten)]
    row: Row<'a>,
    /// The baseline that lists it.
    baseline: &'a str,
}

/// A finding, or a mistake of a rule file.
#[derive(Serialize)]
struct Row<'a> {
    rule: &'a str,
    family: &'a str,
    severity: &'static str,
    message: &'a str,
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<Place>,
    #[serde(skip_serializing_if = "Option::is_none")]
    function: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    excerpt: Option<Excerpt<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related: Vec<Step<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<Fix<'a>>,
}

/// Lines, and columns in UTF-16 units, since the script counts so.
#[derive(Serialize)]
struct Place {
    line: u32,
    column: u32,
    #[serde(rename = "endLine")]
    end_line: u32,
    #[serde(rename = "endColumn")]
    end_column: u32,
    /// The column that is shown, in bytes as elsewhere.
    shown: u32,
}

#[derive(Serialize)]
struct Excerpt<'a> {
    line: u32,
    text: &'a str,
}

#[derive(Serialize)]
struct Step<'a> {
    message: &'a str,
    path: &'a str,
    place: Place,
    excerpt: Excerpt<'a>,
    step: bool,
}

#[derive(Serialize)]
struct Fix<'a> {
    applicability: Applicability,
    edits: Vec<Edit<'a>>,
}

#[derive(Serialize)]
struct Edit<'a> {
    place: Place,
    text: &'a str,
}

impl<'a> Row<'a> {
    fn new(problem: &Problem<'a>) -> Row<'a> {
        match problem.finding {
            Some(finding) => Row::of_finding(finding),
            None => Row {
                rule: problem.rule,
                family: family(problem.rule),
                severity: problem.severity.text(),
                message: problem.message,
                path: problem.path.unwrap_or_default(),
                place: problem.place.map(|(start, end)| Place::new(start, end)),
                function: None,
                excerpt: None,
                related: Vec::new(),
                fix: None,
            },
        }
    }

    fn of_finding(finding: &'a Finding) -> Row<'a> {
        Row {
            rule: &finding.rule_id,
            family: family(&finding.rule_id),
            severity: finding.severity.text(),
            message: &finding.message,
            path: &finding.path,
            place: Some(Place::new(finding.start, finding.end)),
            function: finding.function.as_deref(),
            excerpt: Some(Excerpt::new(&finding.snippet)),
            related: finding.related.iter().map(Step::new).collect(),
            fix: finding.fix.as_ref().map(Fix::new),
        }
    }
}

impl Place {
    fn new(start: Position, end: Position) -> Place {
        let (line, end_line) = (start.line, end.line);
        Place { line, column: start.utf16, end_line, end_column: end.utf16, shown: start.column }
    }
}

impl<'a> Excerpt<'a> {
    fn new(snippet: &'a Snippet) -> Excerpt<'a> {
        Excerpt { line: snippet.line, text: &snippet.text }
    }
}

impl<'a> Step<'a> {
    fn new(related: &'a Related) -> Step<'a> {
        Step {
            message: &related.message,
            path: &related.path,
            place: Place::new(related.start, related.end),
            excerpt: Excerpt::new(&related.snippet),
            step: related.step,
        }
    }
}

impl<'a> Fix<'a> {
    fn new(fix: &'a FixEdits) -> Fix<'a> {
        let edits = fix.edits.iter().zip(&fix.places);
        let edits = edits.map(|(edit, &(start, end))| Edit { place: Place::new(start, end), text: &edit.text });
        Fix { applicability: fix.applicability, edits: edits.collect() }
    }
}
