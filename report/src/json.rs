//! The format `json`: one object with everything, for programs. Its shape is a contract; see `docs/`.
//!
//! Every key is always there: `null` or `[]` when there is nothing to say, except for the times, which
//! `--no-timings` omits.

use crate::diagnostics::{Notice, Source};
use crate::statistics::{Count, statistics};
use crate::{Format, Report};
use rulec_grammar::diagnostic::Diagnostic;
use rulec_plan::manifest::{Applicability, Severity};
use rulec_runtime::finding::{
    Finding, FixEdits, GoneFinding, KnownFindings, Outcome, Position, Related, Stages, UnchangedFindings, Undecided,
};
use rulec_runtime::profile::Row;
use serde::Serialize;
use std::io;

/// See the module.
pub struct Json;

impl Format for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn write(&self, report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        serde_json::to_writer(&mut *out, &Document::new(report))?;
        out.write_all(b"\n")
    }
}

/// Raised when a key changes its meaning or goes away; new keys do not raise it.
const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    version: &'a str,
    findings: Vec<FindingRow<'a>>,
    diagnostics: Vec<DiagnosticRow<'a>>,
    internal_errors: Vec<PathMessage<'a>>,
    undecided: usize,
    undecided_list: Vec<UndecidedRow<'a>>,
    skipped: Vec<PathReason<'a>>,
    baseline: Option<BaselineRow<'a>>,
    changes: Option<ChangesRow<'a>>,
    profile: Vec<ProfileRow<'a>>,
    statistics: Vec<Count<'a>>,
    summary: SummaryRow,
}

impl<'a> Document<'a> {
    fn new(report: &Report<'a>) -> Document<'a> {
        let outcome = report.outcome;
        let listed = if report.view.undecided { &outcome.undecided[..] } else { &[] };
        let placed = report.diagnostics.iter().map(|diagnostic| DiagnosticRow::new(diagnostic, report.sources));
        let internal = outcome.internal_errors.iter();
        Document {
            schema: SCHEMA,
            version: report.version,
            findings: outcome.findings.iter().map(FindingRow::new).collect(),
            diagnostics: placed.chain(report.notices.iter().map(DiagnosticRow::notice)).collect(),
            internal_errors: internal.map(|e| PathMessage { path: &e.path, message: &e.message }).collect(),
            undecided: outcome.undecided.len(),
            undecided_list: listed.iter().map(UndecidedRow::new).collect(),
            skipped: not_checked(outcome),
            baseline: outcome.withheld.baseline.as_ref().map(BaselineRow::new),
            changes: outcome.withheld.changes.as_ref().map(ChangesRow::new),
            profile: report.profile.iter().map(ProfileRow::new).collect(),
            statistics: if report.view.statistics { statistics(&outcome.findings) } else { Vec::new() },
            summary: SummaryRow::new(outcome, report.view.timings),
        }
    }
}

/// Findings that a baseline lists.
#[derive(Serialize)]
struct BaselineRow<'a> {
    path: &'a str,
    known: usize,
    gone: Vec<GoneRow<'a>>,
    written: Option<usize>,
}

impl<'a> BaselineRow<'a> {
    fn new(known: &'a KnownFindings) -> BaselineRow<'a> {
        let gone = known.gone.iter().map(|GoneFinding { path, rule_id, function }| GoneRow {
            rule: rule_id,
            path,
            function: function.as_deref(),
        });
        BaselineRow { path: &known.path, known: known.known.len(), gone: gone.collect(), written: known.written }
    }
}

#[derive(Serialize)]
struct GoneRow<'a> {
    rule: &'a str,
    path: &'a str,
    function: Option<&'a str>,
}

/// Findings outside of what changed.
#[derive(Serialize)]
struct ChangesRow<'a> {
    revision: &'a str,
    base: &'a str,
    outside: usize,
}

impl<'a> ChangesRow<'a> {
    fn new(unchanged: &'a UnchangedFindings) -> ChangesRow<'a> {
        let UnchangedFindings { revision, base, outside } = unchanged;
        ChangesRow { revision, base, outside: *outside }
    }
}

/// An element of `profile`.
#[derive(Serialize)]
struct ProfileRow<'a> {
    kind: &'static str,
    name: &'a str,
    ms: f64,
}

impl<'a> ProfileRow<'a> {
    fn new(row: &'a Row) -> ProfileRow<'a> {
        ProfileRow { kind: row.subject.as_str(), name: &row.name, ms: rounded(row.ms) }
    }
}

/// Files left out, and parts of files left out.
fn not_checked(outcome: &Outcome) -> Vec<PathReason<'_>> {
    let whole = outcome.skipped.iter().map(|file| PathReason { path: &file.path, reason: file.reason.clone() });
    let parts = outcome.partial.iter();
    let parts = parts.map(|file| PathReason { path: &file.path, reason: format!("in part: {}", file.reason) });
    let mut rows: Vec<_> = whole.chain(parts).collect();
    rows.sort_by(|a, b| (a.path, &a.reason).cmp(&(b.path, &b.reason)));
    rows
}

/// An element of `findings`.
#[derive(Serialize)]
pub struct FindingRow<'a> {
    rule: &'a str,
    severity: Severity,
    tags: &'a [String],
    message: &'a str,
    path: &'a str,
    start: PositionRow,
    end: PositionRow,
    function: Option<&'a str>,
    related: Vec<RelatedRow<'a>>,
    fix: Option<FixRow<'a>>,
    fingerprint: &'a str,
}

impl<'a> FindingRow<'a> {
    /// The row of a finding.
    pub fn new(finding: &'a Finding) -> FindingRow<'a> {
        FindingRow {
            rule: &finding.rule_id,
            severity: finding.severity,
            tags: &finding.tags,
            message: &finding.message,
            path: &finding.path,
            start: finding.start.into(),
            end: finding.end.into(),
            function: finding.function.as_deref(),
            related: finding.related.iter().map(RelatedRow::new).collect(),
            fix: finding.fix.as_ref().map(FixRow::new),
            fingerprint: &finding.fingerprint,
        }
    }
}

#[derive(Serialize)]
struct RelatedRow<'a> {
    message: &'a str,
    path: &'a str,
    start: PositionRow,
    end: PositionRow,
}

impl<'a> RelatedRow<'a> {
    fn new(related: &'a Related) -> RelatedRow<'a> {
        let Related { message, path, start, end, .. } = related;
        RelatedRow { message, path, start: (*start).into(), end: (*end).into() }
    }
}

#[derive(Serialize)]
struct FixRow<'a> {
    applicability: Applicability,
    edits: Vec<EditRow<'a>>,
}

impl<'a> FixRow<'a> {
    fn new(fix: &'a FixEdits) -> FixRow<'a> {
        let edits = fix.edits.iter().map(|edit| EditRow { start: edit.start, end: edit.end, text: &edit.text });
        FixRow { applicability: fix.applicability, edits: edits.collect() }
    }
}

#[derive(Serialize)]
struct EditRow<'a> {
    start: u32,
    end: u32,
    text: &'a str,
}

#[derive(Serialize)]
struct PositionRow {
    line: u32,
    column: u32,
    offset: u32,
}

impl From<Position> for PositionRow {
    fn from(position: Position) -> PositionRow {
        let Position { line, column, offset, utf16: _ } = position;
        PositionRow { line, column, offset }
    }
}

/// An element of `diagnostics`. What is not about a text has neither code nor place.
#[derive(Serialize)]
struct DiagnosticRow<'a> {
    code: Option<&'static str>,
    severity: &'static str,
    message: &'a str,
    path: Option<&'a str>,
    start: Option<PositionRow>,
    end: Option<PositionRow>,
}

impl<'a> DiagnosticRow<'a> {
    fn new(diagnostic: &'a Diagnostic, sources: &'a [Source]) -> DiagnosticRow<'a> {
        let source = sources.get(diagnostic.file.0 as usize);
        DiagnosticRow {
            code: Some(diagnostic.code.text()),
            severity: diagnostic.severity.text(),
            message: &diagnostic.message,
            path: source.map(|source| source.path.as_str()),
            start: source.map(|source| source.position(diagnostic.span.start).into()),
            end: source.map(|source| source.position(diagnostic.span.end).into()),
        }
    }

    fn notice(notice: &'a Notice) -> DiagnosticRow<'a> {
        let Notice { severity, message, path } = notice;
        DiagnosticRow { code: None, severity: severity.text(), message, path: path.as_deref(), start: None, end: None }
    }
}

#[derive(Serialize)]
struct PathMessage<'a> {
    path: &'a str,
    message: &'a str,
}

#[derive(Serialize)]
struct PathReason<'a> {
    path: &'a str,
    reason: String,
}

#[derive(Serialize)]
struct UndecidedRow<'a> {
    rule: &'a str,
    path: &'a str,
    start: PositionRow,
    end: PositionRow,
    reason: &'a str,
}

impl<'a> UndecidedRow<'a> {
    fn new(one: &'a Undecided) -> UndecidedRow<'a> {
        let Undecided { rule_id, path, start, end, reason, .. } = one;
        UndecidedRow { rule: rule_id, path, start: (*start).into(), end: (*end).into(), reason }
    }
}

#[derive(Serialize)]
struct SummaryRow {
    files: usize,
    bytes: u64,
    lines: u64,
    rules: usize,
    parse_errors: usize,
    suppressed: usize,
    /// The share of expressions whose type is known, in the declarations in which rules asked for some; null if none did.
    types_known: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    elapsed_ms: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stages_ms: Option<StagesRow>,
}

impl SummaryRow {
    fn new(outcome: &Outcome, timings: bool) -> SummaryRow {
        let summary = &outcome.summary;
        SummaryRow {
            files: summary.files,
            bytes: summary.bytes,
            lines: summary.lines,
            rules: summary.rules,
            parse_errors: summary.parse_errors,
            suppressed: outcome.suppressed.len(),
            types_known: summary.types.share().map(|share| (share * 10_000.0).floor() / 10_000.0),
            elapsed_ms: timings.then(|| rounded(summary.elapsed_ms)),
            stages_ms: timings.then(|| summary.stages.into()),
        }
    }
}

#[derive(Serialize)]
struct StagesRow {
    read: f64,
    parse: f64,
    front: f64,
    #[serde(rename = "match")]
    matching: f64,
    report: f64,
}

impl From<Stages> for StagesRow {
    fn from(stages: Stages) -> StagesRow {
        let Stages { read_ms, parse_ms, front_ms, match_ms, report_ms } = stages;
        StagesRow {
            read: rounded(read_ms),
            parse: rounded(parse_ms),
            front: rounded(front_ms),
            matching: rounded(match_ms),
            report: rounded(report_ms),
        }
    }
}

/// Microseconds are more than the clock is good for.
fn rounded(ms: f64) -> f64 {
    (ms * 1000.0).round() / 1000.0
}
