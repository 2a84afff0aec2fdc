//! The format `sarif`: SARIF 2.1.0, one run, for services and editors that show findings of many tools.
//!
//! Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0"; section numbers refer to it.
//!
//! Results come with the worst first, since services show a few thousand and drop the rest. What comments waive and what a baseline
//! lists is there with its `suppressions`; then all results have that list, as section 3.27.23 asks. With a baseline, all of them
//! have a `baselineState` (section 3.27.24); what is gone is no result, since services that do not read the state would show it.
//! Mistakes in rule files are notifications about the configuration, what was skipped and faults of rulec are notifications about
//! the run. Columns are UTF-16 units.

mod rules;

use crate::each::each;
use crate::problems::severity;
use crate::{Format, Report, uri};
use rulec_plan::manifest::{Applicability, Severity};
use rulec_runtime::finding::{Finding, FixEdits, Outcome, Position, Related, Suppressed};
use rules::Rules;
use serde::Serialize;
use std::io;

/// See the module.
pub struct Sarif;

impl Format for Sarif {
    fn name(&self) -> &'static str {
        "sarif"
    }

    fn write(&self, report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        let rules = Rules::new(report);
        let found = found(report.outcome);
        let has_suppressions = found.iter().any(|(_, standing)| *standing != Standing::Live);
        let has_baseline = report.outcome.withheld.baseline.is_some();
        let run = Run {
            tool: Tool {
                driver: Driver {
                    name: "rulec",
                    version: report.version,
                    semantic_version: report.version,
                    rules: rules.descriptors(),
                },
            },
            invocations: [Invocation::new(report)],
            original_uri_base_ids: Bases { root: Base { description: text("the working folder of the run") } },
            column_kind: "utf16CodeUnits",
            results: each(&found, |&(finding, standing)| ResultRow {
                suppressions: has_suppressions.then(|| Suppression::new(standing).into_iter().collect()),
                baseline_state: has_baseline.then(|| standing.in_baseline()),
                ..ResultRow::new(finding, rules.index(&finding.rule_id))
            }),
        };
        serde_json::to_writer(&mut *out, &Log { schema: SCHEMA, version: "2.1.0", runs: [run] })?;
        out.write_all(b"\n")
    }
}

/// Why a finding counts or does not; in the order in which they come.
#[derive(Clone, Copy, PartialEq)]
enum Standing<'a> {
    Live,
    /// A comment waives it.
    Waived(&'a Suppressed),
    /// It is known by the baseline that is displayed like this.
    Known(&'a str),
}

impl Standing<'_> {
    fn rank(self) -> u8 {
        match self {
            Standing::Live => 0,
            Standing::Waived(_) => 1,
            Standing::Known(_) => 2,
        }
    }

    /// A baseline lists nothing that comments waive.
    fn in_baseline(self) -> &'static str {
        match self {
            Standing::Live | Standing::Waived(_) => "new",
            Standing::Known(_) => "unchanged",
        }
    }
}

/// All that was found, in the order of results.
fn found(outcome: &Outcome) -> Vec<(&Finding, Standing<'_>)> {
    let live = outcome.findings.iter().map(|finding| (finding, Standing::Live));
    let waived = outcome.suppressed.iter().map(|suppressed| (&suppressed.finding, Standing::Waived(suppressed)));
    let baseline = outcome.withheld.baseline.iter();
    let known = baseline.flat_map(|known| known.known.iter().map(|finding| (finding, Standing::Known(&known.path))));
    let mut found: Vec<_> = live.chain(waived).chain(known).collect();
    found.sort_by_key(|(finding, standing)| (standing.rank(), std::cmp::Reverse(finding.severity)));
    found
}

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The name under which paths are relative to the working folder: services take it for the root of the repository.
const ROOT: &str = "%SRCROOT%";

#[derive(Serialize)]
struct Log<'a, R> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a, R>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a, R> {
    tool: Tool<'a>,
    invocations: [Invocation<'a>; 1],
    original_uri_base_ids: Bases,
    column_kind: &'static str,
    results: R,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'a> {
    name: &'static str,
    version: &'a str,
    semantic_version: &'a str,
    rules: Vec<rules::Descriptor<'a>>,
}

#[derive(Serialize)]
struct Bases {
    #[serde(rename = "%SRCROOT%")]
    root: Base,
}

#[derive(Serialize)]
struct Base {
    description: Message<'static>,
}

#[derive(Serialize)]
struct Message<'a> {
    text: &'a str,
}

fn text(text: &str) -> Message<'_> {
    Message { text }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation<'a> {
    execution_successful: bool,
    exit_code: u8,
    tool_execution_notifications: Vec<Notification<'a>>,
    tool_configuration_notifications: Vec<Notification<'a>>,
}

#[derive(Serialize)]
struct Notification<'a> {
    level: &'static str,
    message: Owned,
    #[serde(skip_serializing_if = "Option::is_none")]
    descriptor: Option<Reference<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<Location<'a>>,
}

#[derive(Serialize)]
struct Owned {
    text: String,
}

#[derive(Serialize)]
struct Reference<'a> {
    id: &'a str,
}

impl<'a> Invocation<'a> {
    fn new(report: &Report<'a>) -> Invocation<'a> {
        let outcome = report.outcome;
        let note = |level, message: String, path: &str| Notification {
            level,
            message: Owned { text: message },
            descriptor: None,
            locations: (!path.is_empty()).then(|| Location::new(path, None)).into_iter().collect(),
        };
        let internal = outcome.internal_errors.iter();
        let internal = internal.map(|one| note("error", format!("internal error: {}", one.message), &one.path));
        let skipped = outcome.skipped.iter();
        let skipped = skipped.map(|one| note("warning", format!("not checked: {}", one.reason), &one.path));
        let partial = outcome.partial.iter();
        let partial = partial.map(|one| note("warning", format!("checked in part: {}", one.reason), &one.path));
        let listed = if report.view.undecided { &outcome.undecided[..] } else { &[] };
        let undecided = listed.iter().map(|one| Notification {
            locations: vec![Location::new(&one.path, Some((one.start, one.end)))],
            ..note("note", format!("undecided: {}: {}", one.rule_id, one.reason), "")
        });
        let diagnostics = report.diagnostics.iter().map(|diagnostic| {
            let source = report.sources.get(diagnostic.file.0 as usize);
            let location = source.map(|source| {
                let place = (source.position(diagnostic.span.start), source.position(diagnostic.span.end));
                Location::new(&source.path, Some(place))
            });
            Notification {
                descriptor: Some(Reference { id: diagnostic.code.text() }),
                locations: location.into_iter().collect(),
                ..note(level(severity(diagnostic.severity)), diagnostic.message.clone(), "")
            }
        });
        let notices = report.notices.iter().map(|notice| {
            note(level(severity(notice.severity)), notice.message.clone(), notice.path.as_deref().unwrap_or_default())
        });
        Invocation {
            // Findings are no failure of the tool.
            execution_successful: report.exit_code < 2,
            exit_code: report.exit_code,
            tool_execution_notifications: internal.chain(skipped).chain(partial).chain(undecided).collect(),
            tool_configuration_notifications: diagnostics.chain(notices).collect(),
        }
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultRow<'a> {
    rule_id: &'a str,
    rule_index: usize,
    level: &'static str,
    message: Message<'a>,
    locations: [Location<'a>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    code_flows: Vec<CodeFlow<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Fix<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    partial_fingerprints: Option<Fingerprints<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressions: Option<Vec<Suppression<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline_state: Option<&'static str>,
}

impl<'a> ResultRow<'a> {
    fn new(finding: &'a Finding, rule_index: usize) -> ResultRow<'a> {
        let mut place = Location::new(&finding.path, Some((finding.start, finding.end)));
        let function = finding.function.as_deref();
        place.logical_locations = function.map(|name| [Logical { fully_qualified_name: name, kind: "function" }]);
        let (steps, places): (Vec<&Related>, Vec<&Related>) = finding.related.iter().partition(|related| related.step);
        ResultRow {
            rule_id: &finding.rule_id,
            rule_index,
            level: level(finding.severity),
            message: text(&finding.message),
            locations: [place],
            related_locations: places.into_iter().map(Location::of_related).collect(),
            code_flows: CodeFlow::new(steps).into_iter().collect(),
            fixes: finding.fix.iter().map(|fix| Fix::new(finding, fix)).collect(),
            partial_fingerprints: (!finding.fingerprint.is_empty())
                .then_some(Fingerprints { rulec: &finding.fingerprint }),
            suppressions: None,
            baseline_state: None,
        }
    }
}

#[derive(Serialize)]
struct Fingerprints<'a> {
    #[serde(rename = "rulec/v1")]
    rulec: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    physical_location: Physical,
    #[serde(skip_serializing_if = "Option::is_none")]
    logical_locations: Option<[Logical<'a>; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message<'a>>,
}

impl<'a> Location<'a> {
    fn new(path: &str, place: Option<(Position, Position)>) -> Location<'a> {
        let region = place.map(|(start, end)| Region::new(start, end));
        let physical_location = Physical { artifact_location: Artifact::new(path), region };
        Location { physical_location, logical_locations: None, message: None }
    }

    fn of_related(related: &'a Related) -> Location<'a> {
        let location = Location::new(&related.path, Some((related.start, related.end)));
        Location { message: Some(text(&related.message)), ..location }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

impl Artifact {
    fn new(path: &str) -> Artifact {
        let uri = uri::of_path(path);
        // An absolute URI is relative to nothing.
        let uri_base_id = (!uri.starts_with("file:")).then_some(ROOT);
        Artifact { uri, uri_base_id }
    }
}

/// Lines and columns count from 1; the end column is that behind the last character (section 3.30.8).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

impl Region {
    fn new(start: Position, end: Position) -> Region {
        Region { start_line: start.line, start_column: start.utf16, end_line: end.line, end_column: end.utf16 }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Logical<'a> {
    fully_qualified_name: &'a str,
    kind: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CodeFlow<'a> {
    thread_flows: [ThreadFlow<'a>; 1],
}

#[derive(Serialize)]
struct ThreadFlow<'a> {
    locations: Vec<Step<'a>>,
}

#[derive(Serialize)]
struct Step<'a> {
    location: Location<'a>,
}

impl<'a> CodeFlow<'a> {
    fn new(steps: Vec<&'a Related>) -> Option<CodeFlow<'a>> {
        let locations: Vec<_> = steps.into_iter().map(|step| Step { location: Location::of_related(step) }).collect();
        (!locations.is_empty()).then_some(CodeFlow { thread_flows: [ThreadFlow { locations }] })
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fix<'a> {
    description: Message<'static>,
    artifact_changes: [Change<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Change<'a> {
    artifact_location: Artifact,
    replacements: Vec<Replacement<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement<'a> {
    deleted_region: Region,
    inserted_content: Message<'a>,
}

impl<'a> Fix<'a> {
    fn new(finding: &'a Finding, fix: &'a FixEdits) -> Fix<'a> {
        let description = match fix.applicability {
            Applicability::Safe => "a fix that is safe to apply",
            Applicability::Suggest => "a suggestion, to be looked at",
            Applicability::Unsafe => "a fix that may change what the code does",
        };
        let replacements = fix.edits.iter().zip(&fix.places);
        let replacements = replacements.map(|(edit, &(start, end))| Replacement {
            deleted_region: Region::new(start, end),
            inserted_content: text(&edit.text),
        });
        let artifact_location = Artifact::new(&finding.path);
        let change = Change { artifact_location, replacements: replacements.collect() };
        Fix { description: text(description), artifact_changes: [change] }
    }
}

#[derive(Serialize)]
struct Suppression<'a> {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    justification: Option<&'a str>,
    location: Location<'a>,
}

impl<'a> Suppression<'a> {
    fn new(standing: Standing<'a>) -> Option<Suppression<'a>> {
        match standing {
            Standing::Live => None,
            Standing::Waived(suppressed) => {
                let location = Location::new(&suppressed.finding.path, Some((suppressed.start, suppressed.end)));
                Some(Suppression { kind: "inSource", justification: suppressed.reason.as_deref(), location })
            }
            Standing::Known(baseline) => {
                let justification = Some("listed in the baseline");
                Some(Suppression { kind: "external", justification, location: Location::new(baseline, None) })
            }
        }
    }
}
