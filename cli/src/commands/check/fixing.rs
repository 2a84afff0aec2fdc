//! `--fix`, `--fix-unsafe` and `--diff`.

use super::Checked;
use super::adoption::Adoption;
use super::files::Input;
use rulec_report::Notice;
use rulec_runtime::fix::{Change, Failure, FixLevel, FixOutcome, FixedSource, Spares, fix, fix_source, unified_diff};
use rulec_runtime::job::Job;

/// Which fixes are applied, and how.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Fixes")]
pub struct FixArguments {
    /// Apply the fixes that keep what the code means, or mend it for certain. Reports what remains.
    #[arg(long)]
    fix: bool,

    /// Apply all fixes, suggestions and those that may change what the code does included.
    #[arg(long)]
    fix_unsafe: bool,

    /// Print what `--fix` or `--fix-unsafe` would change as a unified diff, and change nothing; reports go to standard error.
    #[arg(long)]
    diff: bool,
}

impl FixArguments {
    /// Whether fixes are worked out at all.
    pub fn is_wanted(&self) -> bool {
        self.fix || self.fix_unsafe || self.diff
    }

    /// Whether standard output shows code instead of the report.
    pub fn prints_text(&self, stream: bool) -> bool {
        self.diff || stream && self.is_wanted()
    }

    fn level(&self) -> FixLevel {
        if self.fix_unsafe { FixLevel::All } else { FixLevel::Safe }
    }
}

/// Checks and fixes the files of a job. Under `--diff` the outcome is that of the files as they would be.
pub fn fixed(arguments: &FixArguments, job: &Job<'_>, input: &Input, adoption: &Adoption<'_>) -> FixOutcome {
    let level = arguments.level();
    let spares: Spares<'_> = &|finding| adoption.spares(finding);
    match input {
        Input::Files(_) => fix(job, level, spares, !arguments.diff),
        Input::Stream { target, source } => {
            let FixedSource { outcome, change, failures, spared } = fix_source(job, target, source, level, spares);
            FixOutcome { outcome, changes: vec![change], failures, spared }
        }
    }
}

/// What a run has come to that has fixed this.
pub fn checked(arguments: &FixArguments, fixed: FixOutcome, input: &Input, notices: &mut Vec<Notice>) -> Checked {
    let FixOutcome { outcome, changes, failures, spared } = fixed;
    notices.extend(failures.into_iter().map(notice));
    let differs = arguments.diff && changes.iter().any(|change| change.applied > 0);
    let text = match input {
        Input::Stream { .. } if !arguments.diff => changes.into_iter().flat_map(|change| change.after).collect(),
        _ if arguments.diff => changes.iter().filter(|change| change.applied > 0).flat_map(diff).collect(),
        _ => Vec::new(),
    };
    Checked { outcome, text, differs, spared: Some(spared), ..Checked::default() }
}

fn diff(change: &Change) -> Vec<u8> {
    unified_diff(change).into_bytes()
}

/// A file that cannot be written, or a fix that breaks the file: neither may pass for success.
fn notice(failure: Failure) -> Notice {
    Notice::error(format!("not fixed: {}", failure.reason)).about(failure.path)
}
