//! Old code: which findings count as known, so that only new ones fail.
//!
//! In: `--baseline`, `--since` and `--diff-base`, and what a run found. Out: the findings that count; what was taken out is
//! counted in [`rulec_runtime::finding::Withheld`], so that every report says so. A baseline that cannot be read, or a
//! revision that git does not know, stops the run: to report everything or nothing instead would be a lie.

mod changes;
mod known;

use super::files::{FileArguments, Input};
use crate::areas::{Areas, Told};
use changes::Changed;
use known::Known;
use rulec_git::Base;
use rulec_report::Notice;
use rulec_runtime::finding::{Finding, Outcome};
use std::collections::HashSet;
use std::hash::BuildHasher;
use std::path::PathBuf;

/// What counts as old.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Old code")]
pub struct AdoptionArguments {
    /// Leave out the findings that this file lists.
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,

    /// Write what is found into the baseline, and take out what is gone.
    #[arg(long, requires = "baseline", conflicts_with_all = ["since", "diff_base", "diff", "stdin_filename"])]
    write_baseline: bool,

    /// Only findings in what changed since a revision of git; what is not committed has changed, too.
    #[arg(long, value_name = "REV", conflicts_with_all = ["diff_base", "stdin_filename"])]
    since: Option<String>,

    /// The same since the last commit that is also in REV: what a branch adds to it.
    #[arg(long, value_name = "REV", conflicts_with = "stdin_filename")]
    diff_base: Option<String>,
}

/// What a run is.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    pub files: &'a FileArguments,
    pub areas: &'a Areas,
    pub input: &'a Input,
}

/// What counts as old in this run.
pub struct Adoption<'a> {
    known: Option<Known<'a>>,
    changed: Option<Changed<'a>>,
}

impl<'a> Adoption<'a> {
    /// Reads the baseline and asks git.
    ///
    /// # Errors
    /// Why that cannot be done.
    pub fn new(
        arguments: &AdoptionArguments,
        run: Surroundings<'a>,
        notices: &mut Vec<Notice>,
    ) -> Result<Adoption<'a>, Notice> {
        let baseline = arguments.baseline.as_deref();
        let known = baseline.map(|path| Known::new(path, arguments.write_baseline, run)).transpose()?;
        let revision = arguments.since.as_deref().map(|revision| (revision, Base::Revision));
        let revision = revision.or(arguments.diff_base.as_deref().map(|revision| (revision, Base::MergeBase)));
        let changed = revision.map(|(revision, base)| Changed::new(revision, base, run, notices)).transpose()?;
        Ok(Adoption { known, changed })
    }

    /// Whether a finding counts as old; for fixes, before anything is changed.
    pub fn spares(&self, finding: &Finding) -> bool {
        self.known.as_ref().is_some_and(|known| known.may_list(finding))
            || self.changed.as_ref().is_some_and(|changed| !changed.concerns(finding))
    }

    /// Takes out the findings that count as old, and writes the baseline if that is asked for. `spared` are the
    /// fingerprints of those that were not to be fixed, if anything was fixed: lines are not what they were, then.
    pub fn apply<S: BuildHasher>(&self, outcome: &mut Outcome, spared: Option<&HashSet<String, S>>, told: &mut Told) {
        if let Some(known) = &self.known {
            known.apply(outcome, told);
        }
        if let Some(changed) = &self.changed {
            let before = outcome.findings.len();
            outcome.findings.retain(|finding| match spared {
                Some(spared) => !spared.contains(&finding.fingerprint),
                None => changed.concerns(finding),
            });
            outcome.withheld.changes = Some(changed.summary(before - outcome.findings.len()));
        }
    }
}
