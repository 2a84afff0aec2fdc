//! Findings in what changed.
//!
//! Whole files are checked; a finding is of interest if a changed line is in its place or in one that it points to. A rule
//! that asks about paths judges a function by all of its body: its findings are of interest if anything in the
//! declaration around them changed, so that a `defer` which was taken out does not go unnoticed.

use super::Surroundings;
use crate::areas::Areas;
use rulec_git::{Base, Change, Changes, Fault, Hunk, Repository};
use rulec_report::Notice;
use rulec_runtime::declaration_lines;
use rulec_runtime::finding::{Finding, Position, UnchangedFindings};
use std::collections::HashMap;
use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// What changed since a revision.
pub struct Changed<'a> {
    revision: String,
    changes: Changes,
    areas: &'a Areas,
    /// Where the files are that findings name, without links to folders.
    files: HashMap<Arc<str>, PathBuf>,
    /// The lines of declarations, by file, of those that somebody asked for.
    declarations: Mutex<HashMap<Arc<str>, Declarations>>,
}

/// The lines of each declaration of a file.
type Declarations = Arc<[RangeInclusive<u32>]>;

impl<'a> Changed<'a> {
    /// Asks git.
    pub fn new(
        revision: &str,
        base: Base,
        run: Surroundings<'a>,
        notices: &mut Vec<Notice>,
    ) -> Result<Changed<'a>, Notice> {
        let changes = ask(revision, base, run).map_err(|fault| Notice::error(fault.to_string()))?;
        let files = resolved(run);
        let elsewhere = files.values().filter(|path| changes.of(path) == Change::Elsewhere).count();
        if elsewhere > 0 {
            let (files, have) = if elsewhere == 1 { ("file is", "its") } else { ("files are", "their") };
            notices.push(Notice::warning(format!(
                "{elsewhere} {files} not in the git repository of this folder: all of {have} findings are shown"
            )));
        }
        let declarations = Mutex::default();
        Ok(Changed { revision: revision.to_owned(), changes, areas: run.areas, files, declarations })
    }

    /// Whether a finding has to do with what changed.
    pub fn concerns(&self, finding: &Finding) -> bool {
        let Some(path) = self.files.get(&finding.path) else { return true };
        let hunks = match self.changes.of(path) {
            Change::New | Change::Elsewhere => return true,
            Change::Nothing => return false,
            Change::Lines(hunks) => hunks,
        };
        let touched =
            |lines: &RangeInclusive<u32>| hunks.iter().any(|hunk: &Hunk| hunk.touches(*lines.start(), *lines.end()));
        let places = finding.related.iter().map(|related| lines(related.start, related.end));
        if touched(&lines(finding.start, finding.end)) || places.into_iter().any(|lines| touched(&lines)) {
            return true;
        }
        let rule = self.areas.of(&finding.path).and_then(|area| area.rule(&finding.rule_id));
        let is_about_function = rule.is_some_and(|(_, meta)| meta.needs_flow);
        let around = |lines: &&RangeInclusive<u32>| lines.contains(&finding.start.line);
        is_about_function && self.declarations(&finding.path, path).iter().find(around).is_some_and(touched)
    }

    /// What is told of the findings that do not.
    pub fn summary(&self, outside: usize) -> UnchangedFindings {
        UnchangedFindings { revision: self.revision.clone(), base: self.changes.base().to_owned(), outside }
    }

    fn declarations(&self, display: &Arc<str>, path: &Path) -> Declarations {
        // Nothing is done while the lock is held that could leave the map half changed.
        let lock = || self.declarations.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(display) {
            return known.clone();
        }
        let read: Declarations = fs::read(path).map(|source| declaration_lines(&source)).unwrap_or_default().into();
        lock().entry(display.clone()).or_insert(read).clone()
    }
}

/// The repository is that of the working folder, or if there is none, of the first file.
fn ask(revision: &str, base: Base, run: Surroundings<'_>) -> Result<Changes, Fault> {
    let repository = Repository::around(run.areas.cwd()).or_else(|fault| {
        let first = run.input.targets().first().and_then(|target| target.path.parent());
        first.map_or(Err(fault.clone()), Repository::around).map_err(|_| fault)
    })?;
    repository.changes(revision, base)
}

fn resolved(run: Surroundings<'_>) -> HashMap<Arc<str>, PathBuf> {
    let mut folders: HashMap<&Path, PathBuf> = HashMap::new();
    let mut files = HashMap::new();
    for target in run.input.targets() {
        let (Some(folder), Some(name)) = (target.path.parent(), target.path.file_name()) else { continue };
        let resolved = folders.entry(folder);
        let resolved = resolved.or_insert_with(|| folder.canonicalize().unwrap_or_else(|_| folder.to_owned()));
        files.insert(target.display.clone(), resolved.join(name));
    }
    files
}

/// The lines of a place; `end` is one past its last byte.
fn lines(start: Position, end: Position) -> RangeInclusive<u32> {
    let last = if end.column == 1 { end.line.saturating_sub(1) } else { end.line };
    start.line..=last.max(start.line)
}
