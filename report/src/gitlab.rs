//! The format `gitlab`: GitLab's code quality report, a JSON list.
//!
//! Source: GitLab documentation, "Code Quality", section "Code Quality report format". Mistakes without a file cannot be said
//! in it.

use crate::each::each;
use crate::problems::{Problem, problems};
use crate::{Format, Report};
use rulec_plan::manifest::Severity;
use serde::Serialize;
use std::io;

/// See the module.
pub struct GitLab;

impl Format for GitLab {
    fn name(&self) -> &'static str {
        "gitlab"
    }

    fn write(&self, report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        let mut problems = problems(report);
        problems.retain(|problem| problem.path.is_some());
        serde_json::to_writer_pretty(&mut *out, &each(&problems, Issue::new))?;
        out.write_all(b"\n")
    }

    fn findings_only(&self) -> bool {
        true
    }
}

#[derive(Serialize)]
struct Issue<'a> {
    description: &'a str,
    check_name: &'a str,
    /// Unique in the report: GitLab drops what has the fingerprint of another issue.
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

impl<'a> Issue<'a> {
    fn new(problem: &Problem<'a>) -> Issue<'a> {
        let severity = match problem.severity {
            Severity::Error => "critical",
            Severity::Warning => "minor",
            Severity::Info => "info",
        };
        let (begin, end) = problem.place.map_or((1, 1), |(start, end)| (start.line, end.line));
        let fingerprint = match problem.finding {
            Some(finding) => finding.fingerprint.clone(),
            None => fingerprint(problem),
        };
        let location = Location { path: problem.path.unwrap_or_default(), lines: Lines { begin, end } };
        Issue { description: problem.message, check_name: problem.rule, fingerprint, severity, location }
    }
}

/// What tells a mistake in a rule file, or a fault of rulec, from others.
fn fingerprint(problem: &Problem<'_>) -> String {
    let offset = problem.place.map_or(0, |(start, _)| start.offset).to_string();
    let mut hasher = blake3::Hasher::new();
    for part in [problem.rule, problem.path.unwrap_or_default(), problem.message, &offset] {
        // Lengths keep parts apart.
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().to_hex()[..32].to_owned()
}
