//! Findings that a baseline lists.

use super::Surroundings;
use crate::areas::{Area, Told};
use crate::commands::check::files::{is_for_a_platform, with_generated};
use crate::whole_file;
use rulec_baseline::{Baseline, Entry, Standing};
use rulec_program::normalised;
use rulec_report::Notice;
use rulec_runtime::discover::{display, escaped};
use rulec_runtime::finding::{Finding, GoneFinding, KnownFindings, Outcome};
use rulec_runtime::job::Target;
use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// A baseline and what the run looks at.
pub struct Known<'a> {
    path: PathBuf,
    /// Its folder.
    folder: PathBuf,
    display: String,
    baseline: Baseline,
    /// Its entries by fingerprint.
    by_fingerprint: HashMap<String, Vec<usize>>,
    is_written: bool,
    run: Surroundings<'a>,
    /// The files of the run by their paths relative to the baseline's folder, and these by the paths that findings have.
    targets: HashMap<String, &'a Target>,
    relative: HashMap<Arc<str>, String>,
    /// Paths of entries whose files are no more.
    gone: HashSet<String>,
}

impl<'a> Known<'a> {
    /// Reads the baseline.
    pub fn new(path: &Path, is_written: bool, run: Surroundings<'a>) -> Result<Known<'a>, Notice> {
        let cwd = run.areas.cwd();
        let shown = display(path, cwd);
        let path = normalised(&cwd.join(path));
        let refusal = |reason: String| Notice::error(reason).about(&shown);
        let baseline = match fs::read(&path) {
            Ok(bytes) => Baseline::read(&bytes).map_err(|reason| refusal(reason.to_string()))?,
            Err(error) if error.kind() == ErrorKind::NotFound && is_written => Baseline::default(),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(refusal("there is no such baseline; `--write-baseline` writes it".to_owned()));
            }
            Err(error) => return Err(refusal(format!("the baseline cannot be read: {error}"))),
        };
        let folder = path.parent().unwrap_or(&path).to_owned();
        let mut by_fingerprint: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, entry) in baseline.entries().iter().enumerate() {
            by_fingerprint.entry(entry.fingerprint.clone()).or_default().push(index);
        }
        let paths: HashSet<&String> = baseline.entries().iter().map(|entry| &entry.path).collect();
        let gone = paths.into_iter().filter(|path| is_gone(&folder, path)).cloned().collect();
        let all = run.input.all();
        let relative: HashMap<Arc<str>, String> =
            all.iter().map(|target| (target.display.clone(), below(&folder, &target.path))).collect();
        let targets = all.iter().map(|target| (below(&folder, &target.path), target)).collect();
        Ok(Known { path, folder, display: shown, baseline, by_fingerprint, is_written, run, targets, relative, gone })
    }

    /// Whether the baseline lists the finding, here or where it may have been. It is for fixes, which come one by one: of
    /// several findings for one entry, all may be listed.
    pub fn may_list(&self, finding: &Finding) -> bool {
        if self.is_written {
            return false;
        }
        let path = self.path_of(finding);
        let indices = self.by_fingerprint.get(finding.fingerprint_anywhere()).into_iter().flatten();
        let mut entries = indices.filter_map(|index| self.baseline.entries().get(*index));
        let folder = |path: &str| path.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned());
        entries.any(|entry| folder(&entry.path) == folder(&path) || self.gone.contains(&entry.path))
    }

    /// Takes out the findings that are listed, or writes the list.
    pub fn apply(&self, outcome: &mut Outcome, told: &mut Told) {
        let found: Vec<Entry> = outcome.findings.iter().map(|finding| self.entry(finding)).collect();
        let unsure = self.unsure(outcome);
        let standing = |entry: &Entry| self.standing(entry, &unsure);
        let comparison = self.baseline.compare(&found, standing);
        let mut written = None;
        if self.is_written {
            match self.write(&self.baseline.updated(&found, standing), outcome, told) {
                Ok(count) => written = Some(count),
                // What was found is still found.
                Err(reason) => return told.notices.push(Notice::error(reason).about(&self.display)),
            }
        }
        let gone = comparison.unmatched.iter().filter_map(|index| self.baseline.entries().get(*index));
        let gone = gone.filter(|entry| standing(entry) != Standing::NotLookedAt).map(gone_finding).collect();
        let (known, new) = outcome.findings.drain(..).zip(comparison.known).partition(|(_, is_known)| *is_known);
        let bare = |findings: Vec<(Finding, bool)>| findings.into_iter().map(|(finding, _)| finding).collect();
        if written.is_none() {
            outcome.findings = bare(new);
        }
        let path = self.display.clone();
        outcome.withheld.baseline = Some(KnownFindings { path, known: bare(known), gone, written });
    }

    fn write(&self, updated: &Baseline, outcome: &Outcome, told: &Told) -> Result<usize, String> {
        if outcome.interrupted {
            return Err("the baseline was not written: the run was interrupted".to_owned());
        }
        if told.has_errors() {
            return Err(
                "the baseline was not written: there are mistakes, and what the rules would have found is not known"
                    .to_owned(),
            );
        }
        let bytes = updated.to_bytes();
        let written = whole_file::write(&self.path, |out| out.write_all(&bytes));
        written.map_err(|error| format!("the baseline cannot be written: {error}"))?;
        Ok(updated.entries().len())
    }

    fn path_of(&self, finding: &Finding) -> String {
        self.relative.get(&finding.path).cloned().unwrap_or_else(|| finding.path.to_string())
    }

    fn entry(&self, finding: &Finding) -> Entry {
        Entry {
            path: self.path_of(finding),
            rule: finding.rule_id.to_string(),
            function: finding.function.clone(),
            fingerprint: finding.fingerprint_anywhere().to_owned(),
        }
    }

    /// The files, relative to the baseline, of which not everything was looked at.
    fn unsure(&self, outcome: &Outcome) -> HashSet<String> {
        let left_out = outcome.skipped.iter().chain(&outcome.partial).map(|skipped| skipped.path.as_str());
        let failed = outcome.internal_errors.iter().map(|error| error.path.as_str());
        left_out.chain(failed).filter_map(|path| self.relative.get(path)).cloned().collect()
    }

    fn standing(&self, entry: &Entry, unsure: &HashSet<String>) -> Standing {
        if self.gone.contains(&entry.path) {
            return Standing::Gone;
        }
        let target = self.targets.get(&entry.path);
        let area = match target {
            Some(target) => self.run.areas.of(&target.display),
            None => self.run.areas.around(&normalised(&self.folder.join(&entry.path))),
        };
        // What rules there are for files elsewhere is not known.
        let Some(area) = area else { return Standing::NotLookedAt };
        let rule = area.rule(&entry.rule);
        if rule.is_none() && !entry.rule.starts_with("rulec.") {
            return Standing::Gone;
        }
        let Some(target) = target.filter(|_| !unsure.contains(&entry.path)) else { return Standing::NotLookedAt };
        let is_on = rule.is_none_or(|(rule, _)| area.selection.on_path(&target.path).severity(rule).is_some());
        if is_on && !self.may_be_left_out(target, area) { Standing::LookedAt } else { Standing::NotLookedAt }
    }

    /// Whether the file may have been left out for what it says.
    fn may_be_left_out(&self, target: &Target, area: &Area) -> bool {
        let files = self.run.files;
        is_for_a_platform(files)
            || !with_generated(files, &area.configuration) && !target.explicit && says_generated(&target.path)
    }
}

/// Whether a file says near its start that it is generated.
fn says_generated(path: &Path) -> bool {
    let mut start = Vec::new();
    let read = fs::File::open(path).and_then(|file| file.take(1 << 16).read_to_end(&mut start));
    read.is_ok() && rulec_gofront::says_generated(&start)
}

fn gone_finding(entry: &Entry) -> GoneFinding {
    GoneFinding { path: entry.path.clone(), rule_id: entry.rule.clone(), function: entry.function.clone() }
}

/// Names that are not UTF-8 were escaped, and then nothing can be said.
fn is_gone(folder: &Path, path: &str) -> bool {
    !path.contains('%') && !folder.join(path).exists()
}

/// The path relative to a folder, with `/` and `..` where it has to leave it.
fn below(folder: &Path, path: &Path) -> String {
    let (mut folder, mut path) = (folder.components().peekable(), path.components().peekable());
    while folder.peek().is_some() && folder.peek() == path.peek() {
        folder.next();
        path.next();
    }
    let up = folder.map(|_| Component::ParentDir);
    let relative: PathBuf = up.chain(path).collect();
    escaped(&relative)
}
