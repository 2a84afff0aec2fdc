//! Applying fixes: chooses fixes that do not touch each other, puts them in, and checks again until nothing is left to do.
//!
//! In: a job and how far fixes are trusted. Out: the new content of each file that changes, written if asked for, and the
//! outcome of checking what is left. A fix whose result does not parse is dropped and told. Files are replaced as a
//! whole: written beside and renamed, with the permissions they had.

use super::imports;
use crate::check::{Run, Worker, read, skipped};
use crate::conditions::Facts;
use crate::finding::{Edit, Finding, FixEdits, Outcome};
use crate::job::{Job, Target};
use crate::wanted::Wanted;
use crate::whole_file;
use rulec_gofront::{File, Reader};
use rulec_plan::manifest::Applicability;
use rustc_hash::FxHashSet;
use std::path::Path;
use std::time::Instant;

/// After so many rounds over a file, fixes that still come up are left: they undo each other.
const MAX_ROUNDS: usize = 10;

/// Which fixes are applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FixLevel {
    /// Those that keep the meaning of the program.
    Safe,
    /// All of them.
    All,
}

impl FixLevel {
    fn takes(self, applicability: Applicability) -> bool {
        self == FixLevel::All || applicability == Applicability::Safe
    }
}

/// What came of fixing.
#[derive(Clone, Debug, Default)]
pub struct FixOutcome {
    /// What checking finds in the fixed files.
    pub outcome: Outcome,
    /// The files that change, in the order of their paths.
    pub changes: Vec<Change>,
    /// Files that could not be written, and fixes that had to be dropped.
    pub failures: Vec<Failure>,
    /// Fingerprints of the findings that were not to be fixed.
    pub spared: FxHashSet<String>,
}

impl FixOutcome {
    /// What came of fixing different files, as of one.
    pub fn of_all(parts: impl IntoIterator<Item = FixOutcome>) -> FixOutcome {
        let mut all = FixOutcome::default();
        let mut outcomes = Vec::new();
        for part in parts {
            outcomes.push(part.outcome);
            all.changes.extend(part.changes);
            all.failures.extend(part.failures);
            all.spared.extend(part.spared);
        }
        all.outcome = Outcome::of_all(outcomes);
        all.changes.sort_by(|a, b| a.path.cmp(&b.path));
        all.failures.sort_by(|a, b| (&a.path, &a.reason).cmp(&(&b.path, &b.reason)));
        all
    }
}

/// What came of fixing one buffer; see [`FixOutcome`].
#[derive(Clone, Debug)]
pub struct FixedSource {
    /// What checking finds in the fixed buffer.
    pub outcome: Outcome,
    /// The buffer before and after.
    pub change: Change,
    /// Fixes that had to be dropped.
    pub failures: Vec<Failure>,
    /// Fingerprints of the findings that were not to be fixed.
    pub spared: FxHashSet<String>,
}

/// Says of a finding, as it was before anything is fixed, that its fix is not wanted.
pub type Spares<'a> = &'a (dyn Fn(&Finding) -> bool + Sync);

/// A file before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// As displayed.
    pub path: String,
    /// The content before.
    pub before: Vec<u8>,
    /// The content after.
    pub after: Vec<u8>,
    /// How many fixes were applied.
    pub applied: usize,
}

/// Something that could not be fixed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// As displayed.
    pub path: String,
    /// Why.
    pub reason: String,
}

/// Checks the files of a job and fixes what can be fixed at this level; `write` says whether the files are changed.
pub fn fix(job: &Job, level: FixLevel, spares: Spares<'_>, write: bool) -> FixOutcome {
    let start = Instant::now();
    let wanted = Wanted::of(job, job.files);
    let run = Run::new(job, &wanted, job.files);
    let files: Vec<&Target> = job.files.iter().collect();
    let fixed = run.in_parallel(&files, |worker, target| {
        let fixed = fix_target(&run, worker, target, level, spares, write);
        job.progress.file_done(&target.display);
        fixed
    });
    let mut all = FixOutcome::of_all(fixed);
    run.finish(&mut all.outcome, start);
    all
}

/// The change as a unified diff with three lines of context, `a/` and `b/` before the path.
pub fn unified_diff(change: &Change) -> String {
    let (before, after) = (String::from_utf8_lossy(&change.before), String::from_utf8_lossy(&change.after));
    let relative = change.path.trim_start_matches('/');
    let diff = similar::TextDiff::from_lines(before.as_ref(), after.as_ref());
    diff.unified_diff().context_radius(3).header(&format!("a/{relative}"), &format!("b/{relative}")).to_string()
}

/// Does with one buffer what [`fix`] does with a file.
pub fn fix_source(job: &Job, target: &Target, source: &[u8], level: FixLevel, spares: Spares<'_>) -> FixedSource {
    let targets = std::slice::from_ref(target);
    let wanted = Wanted::of(job, targets);
    let run = Run::new(job, &wanted, targets);
    let mut fixing = Fixing::new(&run, target, source, level, spares);
    let mut outcome = fixing.finish(&mut Worker::new());
    outcome.finish();
    FixedSource { outcome, change: fixing.change(), failures: fixing.failures, spared: fixing.spared }
}

/// What a text becomes with all fixes of this level, within a run that is there already; nothing if the run is stopped.
pub(crate) fn fixed_in(run: &Run, target: &Target, source: &[u8], level: FixLevel) -> Option<Change> {
    let mut fixing = Fixing::new(run, target, source, level, &|_| false);
    let outcome = fixing.finish(&mut Worker::new());
    (!outcome.interrupted).then(|| fixing.change())
}

fn fix_target(
    run: &Run,
    worker: &mut Worker,
    target: &Target,
    level: FixLevel,
    spares: Spares<'_>,
    write: bool,
) -> FixOutcome {
    if run.is_interrupted() {
        return FixOutcome { outcome: Outcome { interrupted: true, ..Outcome::default() }, ..FixOutcome::default() };
    }
    let source = match read(&target.path) {
        Ok(source) => source,
        Err(reason) => return FixOutcome { outcome: skipped(target, reason), ..FixOutcome::default() },
    };
    let mut fixing = Fixing::new(run, target, &source, level, spares);
    let mut outcome = fixing.finish(worker);
    let change = fixing.change();
    let mut failures = fixing.failures;
    let mut changes = Vec::new();
    if change.applied > 0 {
        match if write { replace_file(&target.path, &change.after) } else { Ok(()) } {
            Ok(()) => changes.push(change),
            Err(reason) => {
                // What was found before is what remains.
                outcome = run.guarded(worker, target, |worker| run.check_bytes(worker, target, &source));
                failures.push(Failure { path: target.display.to_string(), reason });
            }
        }
    }
    FixOutcome { outcome, changes, failures, spared: fixing.spared }
}

/// One file while it is being fixed.
struct Fixing<'a, 'j> {
    run: &'a Run<'j>,
    target: &'a Target,
    level: FixLevel,
    before: Vec<u8>,
    now: Vec<u8>,
    applied: usize,
    /// Fingerprints of findings whose fixes are not tried again.
    dropped: FxHashSet<String>,
    spares: Spares<'a>,
    /// Fingerprints of findings that are not to be fixed.
    spared: FxHashSet<String>,
    failures: Vec<Failure>,
    reader: Reader,
}

impl<'a, 'j> Fixing<'a, 'j> {
    fn new(run: &'a Run<'j>, target: &'a Target, source: &[u8], level: FixLevel, spares: Spares<'a>) -> Fixing<'a, 'j> {
        Fixing {
            run,
            target,
            level,
            before: source.to_vec(),
            now: source.to_vec(),
            applied: 0,
            dropped: FxHashSet::default(),
            spares,
            spared: FxHashSet::default(),
            failures: Vec::new(),
            reader: Reader::new(),
        }
    }

    fn change(&self) -> Change {
        Change {
            path: self.target.display.to_string(),
            before: self.before.clone(),
            after: self.now.clone(),
            applied: self.applied,
        }
    }

    /// Works in rounds until no fix is left; the outcome is that of the last check.
    fn finish(&mut self, worker: &mut Worker) -> Outcome {
        let mut outcome = self.check(worker);
        let spared = outcome.findings.iter().filter(|finding| (self.spares)(finding));
        self.spared = spared.map(|finding| finding.fingerprint.clone()).collect();
        for _ in 0..MAX_ROUNDS {
            let chosen = choose(&outcome.findings, self.level, |finding| self.leaves(finding));
            if chosen.is_empty() {
                return outcome;
            }
            if self.round(&chosen) {
                outcome = self.check(worker);
            }
        }
        outcome
    }

    /// Whether the fix of a finding is not tried.
    fn leaves(&self, finding: &Finding) -> bool {
        self.dropped.contains(&finding.fingerprint) || self.spared.contains(&finding.fingerprint)
    }

    fn check(&self, worker: &mut Worker) -> Outcome {
        self.run.guarded(worker, self.target, |worker| self.run.check_bytes(worker, self.target, &self.now))
    }

    /// Applies the chosen fixes; those that break the file are dropped. Says whether the file changed.
    fn round(&mut self, chosen: &[&Finding]) -> bool {
        if let Some(after) = self.tried(chosen) {
            self.now = after;
            self.applied += chosen.len();
            return true;
        }
        // One of them breaks the file: the others are put in one by one.
        let mut good: Vec<&Finding> = Vec::new();
        for finding in chosen {
            good.push(finding);
            if self.tried(&good).is_none() {
                good.pop();
                self.dropped.insert(finding.fingerprint.clone());
                self.failures.push(Failure {
                    path: self.target.display.to_string(),
                    reason: format!(
                        "{}:{}: the fix of {} does not give Go code",
                        finding.start.line, finding.start.column, finding.rule_id
                    ),
                });
            }
        }
        let after = self.tried(&good).filter(|_| !good.is_empty());
        self.applied += after.as_ref().map_or(0, |_| good.len());
        after.map(|after| self.now = after).is_some()
    }

    /// The file with the fixes put in, if it still parses as well as before.
    fn tried(&mut self, chosen: &[&Finding]) -> Option<Vec<u8>> {
        let edits = merged(chosen.iter().filter_map(|finding| finding.fix.as_ref()));
        let after = applied(&self.now, &edits)?;
        let before_file = self.parsed(&self.now.clone())?;
        let after_file = self.parsed(&after)?;
        if after_file.coverage.bad.len() > before_file.coverage.bad.len() {
            return None;
        }
        self.without_unused_imports(&before_file, after_file, after)
    }

    fn parsed(&mut self, source: &[u8]) -> Option<File> {
        self.reader.read(source, self.run.vocabulary()).ok()
    }

    /// Several fixes together can take the last uses of an import that none of them takes alone.
    fn without_unused_imports(&mut self, before: &File, after_file: File, after: Vec<u8>) -> Option<Vec<u8>> {
        let edits = self.edits_of_unused_imports(before, &after_file, &after)?;
        if edits.is_empty() {
            return Some(after);
        }
        let cleaned = applied(&after, &edits)?;
        self.parsed(&cleaned).map(|_| cleaned)
    }

    /// What removes the imports that were used before and are not now.
    fn edits_of_unused_imports(&self, before: &File, after_file: &File, after: &[u8]) -> Option<Vec<Edit>> {
        let old = Facts::new(before, &self.now, &self.target.display);
        let new = Facts::new(after_file, after, &self.target.display);
        let used: Vec<&[u8]> =
            imports::specs_by_use(&old, true).iter().map(|spec| imports::path_of(&old, *spec)).collect();
        let mut unused = imports::specs_by_use(&new, false);
        // What could not be parsed may hold further uses.
        unused.retain(|_| new.file.coverage.is_full());
        unused.retain(|spec| used.contains(&imports::path_of(&new, *spec)));
        if unused.is_empty() {
            return Some(Vec::new());
        }
        imports::without(&new, &unused).ok()
    }
}

/// The findings whose fixes can go in together: the first by position wins, the rest waits for the next round.
fn choose(findings: &[Finding], level: FixLevel, leaves: impl Fn(&Finding) -> bool) -> Vec<&Finding> {
    let takes = |finding: &&Finding| {
        let fix = finding.fix.as_ref();
        fix.is_some_and(|fix| level.takes(fix.applicability)) && !leaves(finding)
    };
    let mut candidates: Vec<&Finding> = findings.iter().filter(takes).collect();
    candidates.sort_by_key(|finding| {
        let first = finding.fix.iter().flat_map(|fix| &fix.edits).find(|edit| !edit.import);
        (first.map_or(0, |edit| edit.start), finding.start, finding.rule_id.clone(), finding.message.clone())
    });
    let mut chosen: Vec<&Finding> = Vec::new();
    let mut taken: Vec<&Edit> = Vec::new();
    for finding in candidates {
        let Some(fix) = &finding.fix else { continue };
        let fits = fix
            .edits
            .iter()
            .all(|edit| taken.iter().all(|other| (edit.import && *other == edit) || !collide(edit, other)));
        if fits {
            taken.extend(&fix.edits);
            chosen.push(finding);
        }
    }
    chosen
}

/// Whether two edits touch: two insertions at one place do, and an insertion at the edge of a range.
fn collide(a: &Edit, b: &Edit) -> bool {
    a.start <= b.end
        && b.start <= a.end
        && !(a.start < a.end && b.start < b.end && (a.end == b.start || b.end == a.start))
}

/// All edits in order, shared ones once.
fn merged<'f>(fixes: impl Iterator<Item = &'f FixEdits>) -> Vec<Edit> {
    let mut seen = FxHashSet::default();
    let mut edits = Vec::new();
    for fix in fixes {
        for edit in &fix.edits {
            // Insertions of one fix at one place stay in their order, and are not the same edit twice.
            if !edit.import || seen.insert(edit.clone()) {
                edits.push(edit.clone());
            }
        }
    }
    edits.sort_by_key(|edit| (edit.start, edit.end));
    edits
}

/// The text after the edits, which ascend and do not overlap.
pub(crate) fn applied(source: &[u8], edits: &[Edit]) -> Option<Vec<u8>> {
    let mut text = Vec::with_capacity(source.len());
    let mut at = 0;
    for edit in edits {
        text.extend_from_slice(source.get(at..edit.start as usize)?);
        text.extend_from_slice(edit.text.as_bytes());
        at = edit.end as usize;
    }
    text.extend_from_slice(source.get(at..)?);
    Some(text)
}

/// Replaces a file as a whole, unless its permissions forbid to write it.
fn replace_file(path: &Path, content: &[u8]) -> Result<(), String> {
    let shown = |error: std::io::Error| error.to_string();
    // The file that a link leads to is the one to replace.
    let path = path.canonicalize().map_err(shown)?;
    if std::fs::metadata(&path).map_err(shown)?.permissions().readonly() {
        return Err("the file is read-only".to_owned());
    }
    let folder = path.parent().ok_or("the file is in no folder")?;
    if std::fs::metadata(folder).map_err(shown)?.permissions().readonly() {
        return Err("the folder is read-only".to_owned());
    }
    whole_file::write(&path, |out| out.write_all(content)).map_err(shown)
}
