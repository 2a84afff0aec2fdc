//! Checking what may have changed: results are kept by content, and a run takes those that still hold.
//!
//! In: a [`Job`] whose packages have a cache. Out: the same [`Outcome`] as [`crate::check`]'s, byte by byte. Results are kept
//! for the files of a folder together, under a hash over all that decides them: the rules with their settings and options, the
//! code of this program, the files themselves, and what their check has really asked for. That has three [`Level`]s: nothing,
//! types, or what functions do. Questions that go beyond the package and its imports are kept beside the result with hashes of
//! their answers, and are asked again.
//!
//! A run goes up in four steps, and stops where nothing is left to do:
//! 1. what needs nothing but files: they are read and hashed;
//! 2. if all packages with all that they import are as they were in a run before ([`World::census`](rulec_world::World::census)),
//!    the results of that run: no package is declared;
//! 3. the packages are declared and their functions summed up, from the cache where nothing changed, and results are looked for by
//!    what came of it: so a change that others cannot see ends here;
//! 4. the rest is checked.
//!
//! Nothing is kept of files that changed while they were read, of files that cannot be read, and of internal errors. The decision is
//! written down in `docs/decisions/0026-results-are-kept-by-what-they-asked.md`.

mod keys;
mod record;

use crate::check::{Run, check};
use crate::finding::Outcome;
use crate::job::{Job, Target};
use crate::wanted::Wanted;
use keys::Keys;
pub(crate) use record::{Asked, Level};
use record::{Record, RunRecord};
use rulec_calls::Known;
use rulec_world::{ContentHash, PackageKey, Packages, threads};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

/// What came of a run.
#[derive(Debug, Default)]
pub struct Checked {
    /// As [`crate::check`] has it.
    pub outcome: Outcome,
    /// As [`Packages::problems`] has them.
    pub problems: Vec<String>,
}

/// Checks all files of a job, or takes over what is known of them. Without a cache, and while a profile is taken, all are checked.
pub fn check_incrementally(job: &Job) -> Checked {
    match job.packages.filter(|packages| packages.world().keeps() && job.profile.is_none()) {
        Some(packages) => checked_with(job, packages),
        None => Checked { outcome: check(job), problems: job.packages.map_or_else(Vec::new, Packages::problems) },
    }
}

fn checked_with(job: &Job, packages: &Packages) -> Checked {
    let start = Instant::now();
    let wanted = Wanted::of(job, job.files);
    let run = Run::holding(job, &wanted);
    let mut work = Work::new(job, &run, packages);
    work.take_alone();
    work.take_run();
    work.take_by_packages();
    work.check_rest();
    let problems = work.keep_run();
    let mut outcome = work.into_outcome();
    run.finish(&mut outcome, start);
    Checked { outcome, problems }
}

/// The files of a folder.
struct Group<'j> {
    /// Their numbers in the job.
    members: Vec<usize>,
    folder: &'j Path,
    /// A hash over what they are and how they are checked; none if one of them cannot be read.
    files: Option<ContentHash>,
    /// What came of them.
    result: Option<FolderResult>,
}

struct FolderResult {
    level: Level,
    /// In the order of the files.
    outcomes: Vec<Outcome>,
    /// Where they are kept, if they may be.
    key: Option<ContentHash>,
}

struct Work<'j, 'r> {
    job: &'r Job<'j>,
    run: &'r Run<'j>,
    packages: &'r Packages,
    keys: Keys,
    groups: Vec<Group<'r>>,
    /// How far runs with these rules had to go before.
    usual: Level,
    /// Where the results of all files together are, and what was found there.
    key_of_run: Option<ContentHash>,
    before: Option<RunRecord>,
}

impl<'j, 'r> Work<'j, 'r> {
    fn new(job: &'r Job<'j>, run: &'r Run<'j>, packages: &'r Packages) -> Work<'j, 'r> {
        let keys = Keys::new(job);
        let all: Vec<&Target> = job.files.iter().collect();
        let hashes = run.in_parallel(&all, |_, target| keys.of_file(run, target));
        let mut by_folder: BTreeMap<&Path, Vec<usize>> = BTreeMap::new();
        for (number, target) in job.files.iter().enumerate() {
            by_folder.entry(target.path.parent().unwrap_or(Path::new(""))).or_default().push(number);
        }
        let groups = by_folder.into_iter().map(|(folder, members)| {
            let of_members: Option<Vec<ContentHash>> = members.iter().map(|number| hashes[*number]).collect();
            let files = of_members.map(|hashes| keys.of_folder(run, folder, &hashes));
            Group { members, folder, files, result: None }
        });
        let groups = groups.collect();
        let usual = packages.world().read_kept(keys.of_level());
        let usual = usual.and_then(|level| postcard::from_bytes(&level).ok()).unwrap_or(Level::Alone);
        Work { job, run, packages, keys, groups, usual, key_of_run: None, before: None }
    }

    fn is_done(&self) -> bool {
        self.groups.iter().all(|group| group.result.is_some())
    }

    fn package_of(&self, group: &Group<'_>) -> Option<PackageKey> {
        let first = self.job.files.get(*group.members.first()?)?;
        Some(self.packages.world().source().package_of(&first.path))
    }

    /// Looks for results that need nothing but files.
    fn take_alone(&mut self) {
        self.take(|work, group| Some(work.keys.at(Level::Alone, group.files?, &[])), None);
    }

    /// Looks for a run in which all packages were like this.
    fn take_run(&mut self) {
        if self.is_done() || self.usual == Level::Alone {
            return;
        }
        self.key_of_run = self.find_key_of_run();
        let Some(before) = self.key_of_run.and_then(|key| RunRecord::read(self.packages.world(), key)) else { return };
        let by_folder: BTreeMap<&Path, ContentHash> =
            before.groups.iter().map(|(folder, key)| (folder.as_path(), *key)).collect();
        self.take(|_, group| by_folder.get(group.folder).copied(), None);
        self.before = Some(before);
    }

    /// The key of a run over these files; none if one of them cannot be read.
    fn find_key_of_run(&self) -> Option<ContentHash> {
        let world = self.packages.world();
        let files: Option<Vec<ContentHash>> = self.groups.iter().map(|group| group.files).collect();
        let census = world.census(self.packages.roots(), self.packages.threads());
        Some(self.keys.of_run(&files?, &census))
    }

    /// Declares packages, sums up functions if that was needed before, and looks for results by what came of it.
    fn take_by_packages(&mut self) {
        if self.is_done() || self.usual == Level::Alone {
            return;
        }
        let (packages, run, usual) = (self.packages, self.run, self.usual);
        let prepare = || {
            packages.prepare();
            run.functions().filter(|_| usual == Level::Program).map(|functions| functions.known())
        };
        let known = match run.pool() {
            Some(pool) => pool.install(prepare),
            None => prepare(),
        };
        let world = packages.world();
        self.take(
            |work, group| {
                Some(work.keys.at(Level::Types, group.files?, &world.package_digest(&work.package_of(group)?)?))
            },
            None,
        );
        if let Some(known) = known {
            self.take(
                |work, group| Some(work.keys.at(Level::Program, group.files?, &known.key(&work.package_of(group)?)?)),
                Some(known),
            );
        }
    }

    /// Takes over what is kept under the keys of groups, where that still holds. Without `known`, what was asked of other packages
    /// must be the same for other reasons.
    fn take(
        &mut self,
        key: impl Fn(&Work<'_, '_>, &Group<'_>) -> Option<ContentHash> + Sync,
        known: Option<&Known<'_>>,
    ) {
        let this = &*self;
        let open: Vec<usize> = (0..self.groups.len()).filter(|number| self.groups[*number].result.is_none()).collect();
        let found = threads::map(
            this.packages.threads(),
            &open,
            || (),
            |(), number| {
                let group = &this.groups[*number];
                let key = key(this, group)?;
                let record = Record::read(this.packages.world(), key)?;
                let package = || this.package_of(group);
                let is_whole = record.outcomes.len() == group.members.len();
                (is_whole && record.holds(this.packages.world(), package, known)).then_some(FolderResult {
                    level: record.level,
                    outcomes: record.outcomes,
                    key: Some(key),
                })
            },
        );
        for (number, result) in open.into_iter().zip(found) {
            let group = &mut self.groups[number];
            if result.is_some() {
                let files = &self.job.files;
                group.members.iter().for_each(|member| self.job.progress.file_done(&files[*member].display));
            }
            group.result = result;
        }
    }

    /// Checks the files of which nothing is known, and keeps what comes of it.
    fn check_rest(&mut self) {
        let open: Vec<usize> = (0..self.groups.len()).filter(|number| self.groups[*number].result.is_none()).collect();
        let members = open.iter().flat_map(|number| &self.groups[*number].members);
        let targets: Vec<&Target> = members.map(|member| &self.job.files[*member]).collect();
        let mut checked =
            self.run.in_parallel(&targets, |worker, target| self.run.check_target(worker, target)).into_iter();
        let results: Vec<(Vec<Outcome>, Vec<Asked>)> =
            open.iter().map(|number| checked.by_ref().take(self.groups[*number].members.len()).unzip()).collect();
        let works: Vec<_> = open.iter().copied().zip(results).collect();
        let this = &*self;
        let kept = threads::map(
            this.packages.threads(),
            &works,
            || (),
            |(), (number, (outcomes, asked))| this.keep(&this.groups[*number], outcomes, asked),
        );
        for ((number, (outcomes, asked)), key) in works.into_iter().zip(kept) {
            let level = asked.iter().map(|asked| asked.level).max().unwrap_or(Level::Alone);
            self.groups[number].result = Some(FolderResult { level, outcomes, key });
        }
    }

    /// Keeps the results of a folder, if they may be kept. Gives back their key.
    fn keep(&self, group: &Group<'_>, outcomes: &[Outcome], asked: &[Asked]) -> Option<ContentHash> {
        let world = self.packages.world();
        let is_whole = |outcome: &Outcome| !outcome.interrupted && outcome.internal_errors.is_empty();
        let files = group.files.filter(|_| outcomes.iter().all(is_whole) && world.is_settled())?;
        let package = self.package_of(group)?;
        let record = Record::new(outcomes, asked, world, &package, self.run.functions())?;
        let around = match record.level {
            Level::Alone => Vec::new(),
            Level::Types => world.package_digest(&package)?.to_vec(),
            Level::Program => self.run.functions()?.known().key(&package)?.to_vec(),
        };
        let key = self.keys.at(record.level, files, &around);
        world.write_kept(key, &postcard::to_allocvec(&record).ok()?);
        Some(key)
    }

    /// Keeps which results belong to this run. Gives back what is wrong with the packages, if anybody asked about them.
    fn keep_run(&self) -> Vec<String> {
        let world = self.packages.world();
        let results = || self.groups.iter().map(|group| (group.folder, group.result.as_ref()));
        let level = results().flat_map(|(_, result)| result).map(|result| result.level).max().unwrap_or_default();
        if level == Level::Alone {
            world.trim();
            return Vec::new();
        }
        if let Some(before) = self.before.as_ref().filter(|_| !self.packages.are_prepared()) {
            return before.problems.clone();
        }
        if level > self.usual
            && let Ok(bytes) = postcard::to_allocvec(&level)
        {
            world.write_kept(self.keys.of_level(), &bytes);
        }
        let problems = self.packages.problems();
        let groups: Option<_> = results().map(|(folder, result)| Some((folder.to_owned(), result?.key?))).collect();
        if let Some(groups) = groups
            && let Some(key) = self.key_of_run.or_else(|| self.find_key_of_run())
            && world.is_settled()
        {
            RunRecord { groups, problems: problems.clone() }.write(world, key);
        }
        problems
    }

    /// The outcomes of all files, in their order.
    fn into_outcome(self) -> Outcome {
        let mut by_file: Vec<Option<Outcome>> = self.job.files.iter().map(|_| None).collect();
        for group in self.groups {
            let outcomes = group.result.into_iter().flat_map(|result| result.outcomes);
            group.members.iter().zip(outcomes).for_each(|(member, outcome)| by_file[*member] = Some(outcome));
        }
        let mut all = Outcome::default();
        by_file.into_iter().flatten().for_each(|one| all.absorb(one));
        all
    }
}
