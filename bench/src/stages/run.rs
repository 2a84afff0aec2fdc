//! Running: from paths to findings, as `rulec check` does it. Reading, parsing and the front end are part of it.

use crate::corpus::Corpus;
use crate::{Sample, sample};
use rulec_runtime::finding::Outcome;
use rulec_runtime::job::{Job, Platform, Quiet, Target};
use rulec_runtime::{RuleSet, check};
use rulec_world::Packages;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

/// Checks every file, on one thread, with all rules on; what came of it, too. The result that is hashed is every finding.
pub fn measure(corpus: &Corpus, rules: &RuleSet) -> (Sample, Outcome) {
    let targets = targets(corpus.files.iter().map(|(path, _)| path));
    let mut outcome = Outcome::default();
    let sample = sample(|| {
        outcome = check_all(&targets, rules, 1);
        Vec::new()
    });
    let result = crate::sample(|| findings(&outcome)).result;
    (Sample { result, ..sample }, outcome)
}

/// Checks files on so many threads with all rules on, whatever their level.
pub fn check_all(targets: &[Target], rules: &RuleSet, threads: usize) -> Outcome {
    let settings = rules.settings(|_| true);
    let platform = Platform::default();
    let packages =
        Packages::of_disk(platform.config(), targets.iter().map(|target| target.path.clone()).collect(), threads);
    check(&Job {
        rules,
        settings: &settings,
        policy: None,
        files: targets,
        threads,
        generated: true,
        prefilter: true,
        platform: &platform,
        packages: Some(&packages),
        reasons: false,
        profile: None,
        progress: &Quiet,
        interrupt: &AtomicBool::new(false),
    })
}

/// Files as targets.
pub fn targets<'p>(paths: impl Iterator<Item = &'p PathBuf>) -> Vec<Target> {
    let target = |path: &PathBuf| {
        let display = path.to_string_lossy().as_ref().into();
        Target { path: path.clone(), display, explicit: true }
    };
    paths.map(target).collect()
}

fn findings(outcome: &Outcome) -> Vec<u8> {
    let lines = outcome
        .findings
        .iter()
        .map(|one| format!("{} {} {} {}\n", one.path, one.start.offset, one.rule_id, one.message));
    lines.collect::<String>().into_bytes()
}
