//! Checking states of files again and again, with one load of packages: what an editor needs.
//!
//! In: a [`Job`] whose packages are loaded once, and texts of its files, one after the other. Out: an [`Outcome`] for each text.
//! For the text that the packages were loaded from, it is that of [`crate::check`]. For any other text of the file, types and
//! facts of other declarations are those of the packages as they were loaded, and what hangs on who calls whom in the
//! declarations that changed is undecided; see [`crate::flow::edited`].
//!
//! Never: a file is not read from disk, and packages are not loaded again. Whoever wants that makes another session.

use crate::check::{Run, Worker};
use crate::finding::Outcome;
use crate::fix::{Change, FixLevel, fixed_in};
use crate::flow::edited::{Before, Edited};
use crate::job::{Job, Target};
use crate::wanted::Wanted;
use rulec_gofront::{File, LastRead, Reader, Refusal};
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
}

/// Opens a session for the files of a job, for as long as `work` takes. The stack has to be [`crate::STACK_BYTES`] large.
pub fn with_session<T>(job: &Job<'_>, work: impl FnOnce(&Session<'_>) -> T) -> T {
    let wanted = Wanted::of(job, job.files);
    work(&Session { job, run: Run::new(job, &wanted, job.files) })
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
        Ok(Loaded { target, source, file, last })
    }

    /// Checks a text as the content of a file. The outcome is in order, and complete if [`Session::is_exact`].
    pub fn check(&self, loaded: &mut Loaded, source: &[u8]) -> Outcome {
        let start = Instant::now();
        let mut worker = Worker::new();
        worker.again(std::mem::take(&mut loaded.last));
        let Loaded { target, source: before, file, .. } = &*loaded;
        let of_file = self.run.around(target);
        let mut outcome = match (&of_file, self.job.packages) {
            (Some(around), Some(packages)) if before != source => {
                let name = packages.world().store().name(&target.path.to_string_lossy());
                let before = Before { path: &target.path, name, file, source: before };
                let run = self.run.with_around(Box::new(Edited::new(around, before)));
                run.guarded(&mut worker, target, |worker| run.check_bytes(worker, target, source))
            }
            _ => self.run.guarded(&mut worker, target, |worker| self.run.check_bytes(worker, target, source)),
        };
        loaded.last = worker.take_last();
        self.run.finish(&mut outcome, start);
        outcome
    }

    /// What a text of a file becomes with all safe fixes, applied in rounds as `rulec check --fix` does.
    pub fn fixed(&self, loaded: &Loaded, source: &[u8]) -> Change {
        fixed_in(&self.run, &loaded.target, source, FixLevel::Safe)
    }

    /// Whether a text of the file is checked with all that is known.
    pub fn is_exact(loaded: &Loaded, source: &[u8]) -> bool {
        loaded.source == source
    }
}
