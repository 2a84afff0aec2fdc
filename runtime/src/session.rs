//! Checking states of files again and again, with one load of packages: what an editor needs.
//!
//! In: a [`Job`] whose packages are loaded once, and texts of its files, one after the other. Out: an [`Outcome`] for each text.
//! For the text that the packages were loaded from, it is that of [`crate::check`]. For any other text of the file, types and
//! facts of other declarations are those of the packages as they were loaded, and what hangs on who calls whom in the
//! declarations that changed is undecided; see [`crate::flow::edited`].
//!
//! A check tells early what it finds in the declarations that differ from the text before ([`Part`]): that is where somebody is
//! typing. It is given up as soon as nobody waits for the rest.
//!
//! Never: a file is not read from disk, and packages are not loaded again. Whoever wants that makes another session.

use crate::check::{Read, Run, Worker};
use crate::finding::{Finding, Outcome, Undecided};
use crate::fix::{Change, FixLevel, fixed_in};
use crate::flow::around::Around;
use crate::flow::edited::{Before, Edited};
use crate::flow::row_map::Changed;
use crate::job::{Job, Target};
use crate::wanted::Wanted;
use rulec_gofront::{File, LastRead, Reader, Refusal};
use rulec_tree::Span;
use std::time::Instant;

/// Packages that stay loaded, with the rules that are on.
pub struct Session<'a> {
    job: &'a Job<'a>,
    run: Run<'a>,
}

/// A file of a session as it was when its package was loaded, and what was read of it last.
pub struct Loaded {
    target: Target,
    source: Vec<u8>,
    file: File,
    last: LastRead,
    /// The text that was checked last, if that was read.
    seen: Option<(Vec<u8>, File)>,
}

/// What a check finds in the declarations that differ from the text that was checked before. What rules find that look at the
/// whole file may be missing.
#[derive(Clone, Debug, PartialEq)]
pub struct Part<'s> {
    /// The text before.
    pub before: &'s [u8],
    /// Where the texts differ, before and now, in whole declarations.
    pub then: Span,
    /// See `then`.
    pub now: Span,
    /// What starts there, in order.
    pub findings: Vec<Finding>,
    /// What is not known there.
    pub undecided: Vec<Undecided>,
}

/// Opens a session for the files of a job, for as long as `work` takes. The stack has to be [`crate::STACK_BYTES`] large. A check
/// is given up when `stop` says yes.
pub fn with_session<T>(job: &Job<'_>, stop: &(dyn Fn() -> bool + Sync), work: impl FnOnce(&Session<'_>) -> T) -> T {
    let wanted = Wanted::of(job, job.files);
    work(&Session { job, run: Run::new(job, &wanted, job.files).stopped_by(stop) })
}

/// Loads the packages of a job and finds what is known of their functions, as runs ask for it that check these packages or others
/// which import them: what comes of it is in the cache then. The stack has to be [`crate::STACK_BYTES`] large.
pub fn prepare(job: &Job<'_>) {
    let mut wanted = Wanted::of(job, job.files);
    Run::new(job, &wanted, job.files).functions().map(rulec_calls::Functions::known);
    if std::mem::take(&mut wanted.rules_ask_of_goroutines) {
        // Packages further below are not asked.
        Run::new(job, &wanted, job.files).functions().map(rulec_calls::Functions::known);
    }
}

impl Session<'_> {
    /// Loads packages and finds what is known of functions, so that checks need not wait for that.
    pub fn prepare(&self) {
        if let Some(packages) = self.job.packages {
            packages.prepare();
        }
        if let Some(functions) = self.run.functions() {
            functions.known();
        }
    }

    /// A file as its package was loaded with it.
    ///
    /// # Errors
    /// Why it is no Go file.
    pub fn load(&self, target: Target, source: Vec<u8>) -> Result<Loaded, Refusal> {
        let mut last = LastRead::default();
        let file = Reader::new().read_again(&mut last, &source, self.run.vocabulary())?;
        Ok(Loaded { target, source, file, last, seen: None })
    }

    /// Checks a text as the content of a file. `first` hears what is found where the text differs from the one that was checked
    /// before, if that was read. The outcome is in order, and complete if [`Session::is_exact`]; there is none if the check
    /// was given up.
    pub fn check(&self, loaded: &mut Loaded, source: &[u8], first: impl FnOnce(Part<'_>)) -> Option<Outcome> {
        let start = Instant::now();
        let mut worker = Worker::new();
        worker.again(std::mem::take(&mut loaded.last));
        let seen = loaded.seen.take();
        let Loaded { target, source: before, file, .. } = &*loaded;
        let of_file = self.run.around(target);
        let edited = match (&of_file, self.job.packages) {
            (Some(around), Some(packages)) if before != source => {
                let name = packages.world().store().name(&target.path.to_string_lossy());
                Some(Edited::new(around, Before { path: &target.path, name, file, source: before }))
            }
            _ => None,
        };
        let around = match &edited {
            Some(edited) => Some(edited as &dyn Around),
            None => of_file.as_ref().map(|around| around as &dyn Around),
        };
        let mut read = None;
        let mut outcome = self.run.guarded(&mut worker, target, |worker| {
            let (outcome, file) = self.run.check_by(worker, (target, source, None), around, |read, outcome| {
                if let Some((before, file)) = &seen {
                    self.tell_first(read, (before, file), first);
                }
                self.run.analyse(read, read.whole(), outcome);
            });
            read = file;
            outcome
        });
        loaded.last = worker.take_last();
        loaded.seen = read.map(|file| (source.to_vec(), file));
        self.run.finish(&mut outcome, start);
        (!outcome.interrupted).then_some(outcome)
    }

    fn tell_first(&self, read: &Read<'_>, (before, file): (&[u8], &File), first: impl FnOnce(Part<'_>)) {
        let changed = Changed::between((file, before), (read.facts.file, read.facts.source));
        let mut outcome = Outcome::default();
        if !changed.rows.is_empty() {
            self.run.analyse(read, changed.rows, &mut outcome);
        }
        if outcome.interrupted || !outcome.internal_errors.is_empty() {
            return;
        }
        let is_there = |offset: u32| changed.now.start <= offset && offset < changed.now.end;
        outcome.findings.retain(|finding| is_there(finding.start.offset));
        outcome.undecided.retain(|one| is_there(one.start.offset));
        outcome.finish();
        let Outcome { findings, undecided, .. } = outcome;
        first(Part { before, then: changed.then, now: changed.now, findings, undecided });
    }

    /// What a text of a file becomes with all safe fixes, applied in rounds as `rulec check --fix` does; nothing if that was
    /// given up.
    pub fn fixed(&self, loaded: &Loaded, source: &[u8]) -> Option<Change> {
        fixed_in(&self.run, &loaded.target, source, FixLevel::Safe)
    }

    /// Whether a text of the file is checked with all that is known.
    pub fn is_exact(loaded: &Loaded, source: &[u8]) -> bool {
        loaded.source == source
    }
}
