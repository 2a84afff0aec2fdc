//! The keys under which results are kept: hashes over all that decides them.

use super::Level;
use crate::check::Run;
use crate::job::{Job, RuleSetting, Target};
use rulec_world::ContentHash;
use std::path::Path;

/// The code that checks: what it made of the same files may have been something else.
const CODE: &str = env!("RULEC_CHECKING_CODE");

/// Makes keys for one job.
pub(super) struct Keys {
    /// All that is the same for all files: rules, their settings and options, how they are run.
    job: ContentHash,
    /// Whether settings differ between files.
    by_path: bool,
}

/// Puts a key together; what is added is told apart from what comes before and after it.
struct Key(blake3::Hasher);

impl Key {
    fn of(what: &str) -> Key {
        let mut key = Key(blake3::Hasher::new());
        key.add(what);
        key
    }

    fn add(&mut self, part: impl AsRef<[u8]>) {
        let part = part.as_ref();
        self.0.update(&(part.len() as u64).to_le_bytes());
        self.0.update(part);
    }

    fn finish(&self) -> ContentHash {
        *self.0.finalize().as_bytes()
    }
}

/// A byte for each rule: none while it is off, or the severity of its findings.
fn in_short(settings: &[Vec<RuleSetting>]) -> Vec<u8> {
    let byte = |setting: &RuleSetting| if setting.enabled { 1 + setting.severity as u8 } else { 0 };
    settings.iter().flatten().map(byte).collect()
}

impl Keys {
    /// The keys for a job.
    pub(super) fn new(job: &Job) -> Keys {
        let mut key = Key::of("rules and how they are run");
        key.add(CODE);
        key.add(env!("CARGO_PKG_VERSION"));
        key.add(job.rules.digest());
        // Where they differ between files, they are in the keys of these.
        if job.policy.is_none() {
            key.add(in_short(job.settings));
        }
        key.add(format!("{:?} {:?} {:?} {:?}", job.generated, job.prefilter, job.reasons, job.platform));
        Keys { job: key.finish(), by_path: job.policy.is_some() }
    }

    /// Of what a file is and how it is shown and checked; none if it cannot be read.
    pub(super) fn of_file(&self, run: &Run, target: &Target) -> Option<ContentHash> {
        let source = run.read(target).ok()?;
        let mut key = Key::of("file");
        key.add(blake3::hash(&source).as_bytes());
        key.add(&*target.display);
        key.add(target.path.to_string_lossy().as_bytes());
        key.add([u8::from(target.explicit)]);
        if self.by_path {
            key.add(in_short(&run.settings(target)));
        }
        Some(key.finish())
    }

    /// Of the files of a folder.
    pub(super) fn of_folder(&self, run: &Run, folder: &Path, files: &[ContentHash]) -> ContentHash {
        let mut key = Key::of("folder");
        key.add(format!("{:?} {:?}", run.import_path(folder), run.go_of_module(folder)));
        files.iter().for_each(|file| key.add(file));
        key.finish()
    }

    /// Of the results of a folder that hang on this around it.
    pub(super) fn at(&self, level: Level, files: ContentHash, around: &[u8]) -> ContentHash {
        let mut key = Key::of("results of a folder");
        key.add(self.job);
        key.add([level as u8]);
        key.add(files);
        key.add(around);
        key.finish()
    }

    /// Of a run over these folders, in a program like this.
    pub(super) fn of_run(&self, folders: &[ContentHash], census: &ContentHash) -> ContentHash {
        let mut key = Key::of("results of a run");
        key.add(self.job);
        folders.iter().for_each(|folder| key.add(folder));
        key.add(census);
        key.finish()
    }

    /// Of how far runs with these rules go.
    pub(super) fn of_level(&self) -> ContentHash {
        let mut key = Key::of("level");
        key.add(self.job);
        key.finish()
    }
}
