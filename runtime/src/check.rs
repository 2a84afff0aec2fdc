//! Checking: from a [`Job`] to its [`Outcome`], file by file, in parallel.
//!
//! A file goes through the stages in one thread: read, scan for what rules need, parse, run the rules, make findings,
//! suppress. Then all of it is dropped but the findings. A panic in one file is caught and reported with the file's name.
//! The outcome does not depend on how many threads there are.

mod matching;

use crate::conditions::{Facts, Stop};
use crate::finding::{InternalError, Outcome, RuleRef, Skipped, Undecided};
use crate::findings::{self, Found, position};
use crate::flow::around::{Around, OfFile};
use crate::incremental::Asked;
use crate::job::{Job, RuleSetting, Target};
use crate::profile::{Profile, Shared};
use crate::suppress;
use crate::wanted::Wanted;
use rayon::prelude::*;
use rulec_calls::{Functions, HeldFile, Made, Options};
use rulec_gofront::{BuildContext, File, LastRead, Reader, Refusal};
use rulec_plan::manifest::RuleMeta;
use rulec_program::{GoVersion, Loader, Module};
use rulec_tree::Vocabulary;
use rustc_hash::{FxHashMap, FxHashSet};
use std::borrow::Cow;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

/// Larger files are skipped, with this as the reason.
pub const MAX_FILE_BYTES: u64 = 64 << 20;

/// Deep syntax is handled without recursion but for types, which follow it as deep as a bound allows. With a stack that is
/// large enough for that, `rulec-types` need not make one for each declaration. What is not used costs addresses only.
pub const STACK_BYTES: usize = 96 << 20;

/// Checks all files of a job.
pub fn check(job: &Job) -> Outcome {
    let start = Instant::now();
    let wanted = Wanted::of(job, job.files);
    let run = Run::holding(job, &wanted);
    let files: Vec<&Target> = job.files.iter().collect();
    let outcomes = run.in_parallel(&files, |worker, target| run.check_target(worker, target).0);
    let mut outcome = Outcome::default();
    outcomes.into_iter().for_each(|one| outcome.absorb(one));
    run.finish(&mut outcome, start);
    outcome
}

/// Checks one buffer as if it were the content of `target`, which need not exist. Its folder decides about go.mod.
pub fn check_source(job: &Job, target: &Target, source: &[u8]) -> Outcome {
    let start = Instant::now();
    let targets = std::slice::from_ref(target);
    let wanted = Wanted::of(job, targets);
    let run = Run::new(job, &wanted, targets);
    let mut outcome = run.guarded(&mut Worker::new(), target, |worker| run.check_bytes(worker, target, source));
    run.finish(&mut outcome, start);
    outcome
}

/// What all files of a run share.
pub(crate) struct Run<'a> {
    job: &'a Job<'a>,
    modules: FxHashMap<PathBuf, Option<Arc<Module>>>,
    build: Option<BuildContext>,
    go_version: Option<GoVersion>,
    /// What is known of functions, found out at the first question.
    functions: Option<Functions<'a>>,
    stop: Option<Stop<'a>>,
    pool: OnceLock<Option<rayon::ThreadPool>>,
}

/// A file that was read, and which rules are on in it.
#[derive(Clone, Copy)]
pub(crate) struct Read<'f> {
    target: &'f Target,
    pub(crate) facts: &'f Facts<'f>,
    settings: &'f [Vec<RuleSetting>],
    active: &'f [Vec<bool>],
}

impl Read<'_> {
    /// All of its rows.
    pub(crate) fn whole(&self) -> Range<u32> {
        0..self.facts.tree().len() as u32
    }
}

/// What a thread needs again for each file.
pub(crate) struct Worker {
    reader: Reader,
    /// What was read last of the file in hand, where states of one file are read one after the other.
    last: Option<LastRead>,
}

impl Worker {
    pub(crate) fn new() -> Worker {
        Worker { reader: Reader::new(), last: None }
    }

    /// A worker for a file of which `last` was read.
    pub(crate) fn again(&mut self, last: LastRead) {
        self.last = Some(last);
    }

    /// What was read last since [`Worker::again`].
    pub(crate) fn take_last(&mut self) -> LastRead {
        self.last.take().unwrap_or_default()
    }

    fn read(&mut self, source: &[u8], vocabulary: &Arc<Vocabulary>) -> Result<File, Refusal> {
        match &mut self.last {
            Some(last) => self.reader.read_again(last, source, vocabulary),
            None => self.reader.read(source, vocabulary),
        }
    }
}

/// What was made of a file when its package was looked at, if that is held.
type Held = Option<(File, Made)>;

/// How many bytes of files are held between the first look at their functions and their check. What is held of a file takes
/// 10 to 25 times as much memory.
const HELD_BYTES: usize = 96 << 20;

impl<'a> Run<'a> {
    /// A run over these files of a job.
    pub(crate) fn new(job: &'a Job<'a>, wanted: &'a Wanted<'a>, targets: &[Target]) -> Run<'a> {
        Run::with_held(job, wanted, targets, 0)
    }

    /// A run that goes over all files of a job once: what is found out of them while packages are looked at is held for it.
    pub(crate) fn holding(job: &'a Job<'a>, wanted: &'a Wanted<'a>) -> Run<'a> {
        Run::with_held(job, wanted, job.files, HELD_BYTES)
    }

    fn with_held(job: &'a Job<'a>, wanted: &'a Wanted<'a>, targets: &[Target], held_bytes: usize) -> Run<'a> {
        let loader = Loader::new(job.platform.config());
        let mut of_folder = FxHashMap::default();
        for target in targets {
            if let Some(folder) = target.path.parent()
                && !of_folder.contains_key(folder)
            {
                of_folder.insert(folder.to_owned(), loader.module_of(folder));
            }
        }
        let options = Options { models: job.rules.models(), facts: wanted, tests: true, held_bytes };
        let go_version = job.platform.go_version.as_deref().and_then(GoVersion::parse);
        Run {
            job,
            modules: of_folder,
            build: job.platform.is_given().then(|| loader.build_context().clone()),
            go_version,
            functions: job.packages.map(|packages| Functions::new(packages, options)),
            stop: None,
            pool: OnceLock::new(),
        }
    }

    /// The same run, but files in hand are given up when `stop` says so: their outcome is that they were interrupted.
    pub(crate) fn stopped_by(self, stop: Stop<'a>) -> Run<'a> {
        Run { stop: Some(stop), ..self }
    }

    /// Works on these files, on the threads that the job asks for; results come in the order of the files.
    pub(crate) fn in_parallel<T: Send>(
        &self,
        files: &[&Target],
        work: impl Fn(&mut Worker, &Target) -> T + Sync,
    ) -> Vec<T> {
        let all = || files.par_iter().map_init(Worker::new, |worker, target| work(worker, target)).collect();
        // Where the system gives no more threads, this one is left.
        let alone = || {
            let mut worker = Worker::new();
            files.iter().map(|target| work(&mut worker, target)).collect()
        };
        match self.pool() {
            Some(pool) => pool.install(all),
            None => alone(),
        }
    }

    /// The threads that the job asks for; none if the system gives no more.
    pub(crate) fn pool(&self) -> Option<&rayon::ThreadPool> {
        let build =
            || rayon::ThreadPoolBuilder::new().num_threads(self.job.threads).stack_size(STACK_BYTES).build().ok();
        self.pool.get_or_init(build).as_ref()
    }

    /// What files are read over.
    pub(crate) fn vocabulary(&self) -> &Arc<Vocabulary> {
        self.job.rules.vocabulary()
    }

    pub(crate) fn is_interrupted(&self) -> bool {
        self.job.interrupt.load(Ordering::Relaxed)
    }

    pub(crate) fn finish(&self, outcome: &mut Outcome, start: Instant) {
        let sorting = Instant::now();
        outcome.finish();
        outcome.summary.rules = self.job.settings.iter().flatten().filter(|setting| setting.enabled).count();
        outcome.summary.stages.report_ms += ms_since(sorting);
        outcome.summary.elapsed_ms = ms_since(start);
    }

    /// Checks a file, and says what that hangs on beside the file itself.
    pub(crate) fn check_target(&self, worker: &mut Worker, target: &Target) -> (Outcome, Asked) {
        let mut asked = Asked::default();
        if self.is_interrupted() {
            return (Outcome { interrupted: true, ..Outcome::default() }, asked);
        }
        let outcome = self.guarded(worker, target, |worker| {
            let start = Instant::now();
            match self.read_or_take(target) {
                Ok((source, held)) => {
                    let read_ms = ms_since(start);
                    let mut outcome = self.check_asking(worker, target, &source, held, &mut asked);
                    outcome.summary.stages.read_ms += read_ms;
                    outcome
                }
                Err(reason) => skipped(target, reason),
            }
        });
        self.job.progress.file_done(&target.display);
        (outcome, asked)
    }

    /// The content of a file, with all that was made of it when its package was looked at.
    fn read_or_take(&self, target: &Target) -> Result<(Vec<u8>, Held), String> {
        match self.functions.as_ref().and_then(|functions| functions.take_held(&target.path)) {
            Some(HeldFile { content, file, made }) => Ok((content, Some((file, made)))),
            None => Ok((self.read(target)?, None)),
        }
    }

    /// The content of a file, which is noted if results are kept; or why the file is skipped.
    pub(crate) fn read(&self, target: &Target) -> Result<Vec<u8>, String> {
        let source = read(&target.path)?;
        if let Some(packages) = self.job.packages.filter(|packages| packages.world().keeps()) {
            packages.world().note_content(&target.path, &source);
        }
        Ok(source)
    }

    /// Runs the analysis of one file; a panic becomes an internal error.
    pub(crate) fn guarded(
        &self,
        worker: &mut Worker,
        target: &Target,
        analysis: impl FnOnce(&mut Worker) -> Outcome,
    ) -> Outcome {
        catch_unwind(AssertUnwindSafe(|| analysis(worker))).unwrap_or_else(|panic| {
            // What the panic left half done is not used again.
            *worker = Worker::new();
            let text =
                panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
            internal_error(target, format!("panic: {}", text.unwrap_or("of unknown cause")))
        })
    }

    /// Checks one file with these bytes.
    pub(crate) fn check_bytes(&self, worker: &mut Worker, target: &Target, source: &[u8]) -> Outcome {
        self.check_asking(worker, target, source, None, &mut Asked::default())
    }

    /// The same, and notes what the outcome hangs on beside these bytes.
    fn check_asking(
        &self,
        worker: &mut Worker,
        target: &Target,
        source: &[u8],
        held: Held,
        asked: &mut Asked,
    ) -> Outcome {
        let around = self.around(target);
        let surroundings = around.as_ref().map(|around| around as &dyn Around);
        let analysis = |read: &Read<'_>, outcome: &mut Outcome| {
            self.analyse(read, read.whole(), outcome);
            *asked = Asked::of(read.facts, around.as_ref());
        };
        self.check_by(worker, (target, source, held), surroundings, analysis).0
    }

    /// Reads a file, unless it is held, and leaves to `analysis` what is to be found in it, unless it is skipped or left out. Gives
    /// back what was read.
    pub(crate) fn check_by(
        &self,
        worker: &mut Worker,
        (target, source, held): (&Target, &[u8], Held),
        around: Option<&dyn Around>,
        analysis: impl FnOnce(&Read<'_>, &mut Outcome),
    ) -> (Outcome, Option<File>) {
        let start = Instant::now();
        if self.build.as_ref().is_some_and(|build| !build.takes_file_name(&target.display)) {
            return (Outcome::default(), None);
        }
        // The text before the package clause says it, so that a file that is left out need not be parsed.
        if !self.job.generated && !target.explicit && rulec_gofront::says_generated(source) {
            return (Outcome::default(), None);
        }
        let settings = self.settings(target);
        let mut active = self.active(target, &settings);
        let mut outcome = Outcome::default();
        outcome.summary.files = 1;
        outcome.summary.bytes = source.len() as u64;
        if !self.needs_parsing(source, &mut active) && self.job.prefilter {
            outcome.summary.lines = line_count(source);
            outcome.summary.prefiltered = 1;
            outcome.summary.stages.read_ms = ms_since(start);
            return (outcome, None);
        }
        let scanned = Instant::now();
        outcome.summary.stages.read_ms = ms_between(start, scanned);
        let (file, made) = match held {
            Some((file, made)) => (file, Some(made)),
            None => match self.shared(Shared::Parsing, || worker.read(source, self.job.rules.vocabulary())) {
                Ok(file) => (file, None),
                Err(refusal) => return (skipped(target, refusal.to_string()), None),
            },
        };
        outcome.summary.stages.parse_ms = ms_since(scanned);
        if self.is_left_out(&file) {
            return (Outcome::default(), None);
        }
        outcome.summary.lines = line_count(source);
        let facts = self.facts(target, source, (&file, made), around);
        if file.generated {
            self.switch_off(&mut active, |meta| meta.skip_generated);
        }
        analysis(&Read { target, facts: &facts, settings: &settings, active: &active }, &mut outcome);
        drop(facts);
        (outcome, Some(file))
    }

    pub(crate) fn settings(&self, target: &Target) -> Cow<'_, [Vec<RuleSetting>]> {
        let Some(policy) = self.job.policy else { return Cow::Borrowed(self.job.settings) };
        let mut settings = self.job.settings.to_vec();
        policy.adjust(&target.display, &mut settings);
        Cow::Owned(settings)
    }

    /// The rules that are on for the file.
    fn active(&self, target: &Target, settings: &[Vec<RuleSetting>]) -> Vec<Vec<bool>> {
        let is_test = target.display.ends_with("_test.go");
        let programs = settings.iter().enumerate().take(self.job.rules.program_count());
        let of_program = |(program, settings): (usize, &Vec<RuleSetting>)| {
            let rules = self.job.rules.plan(program).rules.iter().zip(settings);
            let is_active = |(rule, setting): (&rulec_plan::ir::RulePlan, &RuleSetting)| {
                let fits = if is_test { !rule.meta.skip_tests } else { !rule.meta.only_tests };
                setting.enabled && fits && rule.meta.fact.is_none()
            };
            rules.map(is_active).collect()
        };
        programs.map(of_program).collect()
    }

    /// Whether more has to be known of a file than its text shows. Rules that its text does not allow to match are switched
    /// off.
    fn needs_parsing(&self, source: &[u8], active: &mut [Vec<bool>]) -> bool {
        let prefilter = self.job.rules.prefilter();
        let allowed = prefilter.scan(source);
        active.iter_mut().enumerate().for_each(|(program, rules)| prefilter.narrow(&allowed, program, rules));
        active.iter().flatten().any(|active| *active)
            || allowed.may_suppress()
            || self.build.is_some()
            // Whether it is Go text at all is for the reader to say.
            || std::str::from_utf8(source).is_err()
            || source.contains(&0)
    }

    /// Whether the file is not part of the build that is checked.
    fn is_left_out(&self, file: &File) -> bool {
        let excluded = |build: &BuildContext| file.build.as_ref().is_some_and(|constraint| !constraint.eval(build));
        self.build.as_ref().is_some_and(excluded)
    }

    /// What the rules find that start in these rows: the whole file, or whole declarations. Of declarations it is what those rules
    /// say that look no further; what hangs on the whole file may be missing.
    pub(crate) fn analyse(&self, read: &Read<'_>, rows: Range<u32>, outcome: &mut Outcome) {
        let start = Instant::now();
        let Read { target, facts, settings, active } = *read;
        let is_whole = rows == read.whole();
        self.note_bad_regions(target, facts, outcome);
        if let Some(profile) = self.job.profile {
            self.prepare_for(profile, target, facts);
        }
        let prepared = Instant::now();
        outcome.summary.stages.front_ms = ms_between(start, prepared);
        let mut found = Found { with_reasons: self.job.reasons, ..Found::default() };
        let mut exhausted = Vec::new();
        let mut report_ms = 0.0;
        for (program, active) in active.iter().enumerate().filter(|(_, active)| active.contains(&true)) {
            let (matches, report) = match self.run_rules(program, rows.clone(), facts, active) {
                Ok(result) => result,
                Err(_) if facts.is_stopped() => {
                    outcome.interrupted = true;
                    return;
                }
                Err(trap) => return outcome.absorb(internal_error(target, trap.0)),
            };
            exhausted.extend(report.exhausted.into_iter().map(|rule| RuleRef { program, rule }));
            let reporting = Instant::now();
            let settings = &settings[program];
            self.shared(Shared::Reporting, || {
                findings::collect(self.job.rules, program, settings, &matches, facts, &target.display, &mut found);
            });
            report_ms += ms_since(reporting);
        }
        outcome.summary.stages.match_ms = ms_since(prepared) - report_ms;
        let reporting = Instant::now();
        let Found { mut findings, mut undecided, .. } = found;
        // Nothing is known of types in a file that is not part of the build: to say so once for each rule is enough.
        if self.job.packages.is_some() && !undecided.is_empty() && facts.types().is_err() {
            let mut said = FxHashSet::default();
            undecided.retain(|one| said.insert(one.rule));
        }
        undecided.extend(exhausted.iter().map(|rule| self.out_of_steps(target, *rule, facts)));
        findings::set_fingerprints(facts, &mut findings);
        let is_settled = |rule: RuleRef| is_whole && self.is_settled(target, settings, facts.file, &exhausted, rule);
        outcome.suppressed =
            suppress::apply(facts, self.job.rules.names(), &target.display, is_settled, &mut findings, &mut undecided);
        outcome.summary.types = facts.type_coverage();
        outcome.findings = findings;
        outcome.undecided = undecided;
        outcome.summary.stages.report_ms = report_ms + ms_since(reporting);
    }

    /// Does something that rules share, and notes what it costs.
    fn shared<T>(&self, what: Shared, work: impl FnOnce() -> T) -> T {
        match self.job.profile {
            Some(profile) => profile.shared(what, work),
            None => work(),
        }
    }

    /// Gets ready what rules share, so that a profile shows it by itself.
    fn prepare_for(&self, profile: &Profile, target: &Target, facts: &Facts) {
        if self.functions.is_none() {
            return;
        }
        // What cannot be known of this file is told where rules ask for it.
        profile.shared(Shared::Types, || facts.types().is_ok());
        profile.shared(Shared::Functions, || {
            facts.around().map(|around| around.package(&target.path));
            facts.bodies();
        });
    }

    /// What is known of functions around a file.
    pub(crate) fn around<'f>(&'f self, target: &'f Target) -> Option<OfFile<'f, 'a>> {
        self.functions.as_ref().map(|functions| OfFile::new(functions, &target.path))
    }

    /// What is known of functions, if there are packages.
    pub(crate) fn functions(&self) -> Option<&Functions<'a>> {
        self.functions.as_ref()
    }

    /// What is known of a file before rules run over it; what was made of it already is not made again.
    pub(crate) fn facts<'f>(
        &'f self,
        target: &'f Target,
        source: &'f [u8],
        (file, made): (&'f File, Option<Made>),
        around: Option<&'f dyn Around>,
    ) -> Facts<'f> {
        let mut facts = Facts::new(file, source, &target.display);
        let (recorded, lowered) = made.map_or((None, None), |made| (made.recorded, Some(made.lowered)));
        if let Some(packages) = self.job.packages {
            facts = facts.with_types(packages, &target.path, recorded);
        }
        facts = facts.with_lowered(lowered);
        if let Some(around) = around {
            around.meet(&target.path, file, source);
            facts = facts.with_surroundings(around, self.job.rules);
        }
        facts.stop = self.stop;
        facts.folder = target.path.parent();
        facts.import_path = facts.folder.and_then(|folder| self.import_path(folder));
        let of_module = facts.folder.and_then(|folder| self.go_of_module(folder));
        let raised = file.build.as_ref().and_then(|build| build.go_minor()).map(|minor| GoVersion { major: 1, minor });
        // A build constraint raises the version of its file; alone it does not tell the version.
        facts.go_version =
            self.go_version.or_else(|| of_module.map(|version| raised.map_or(version, |raised| version.max(raised))));
        facts
    }

    fn module(&self, folder: &Path) -> Option<&Module> {
        self.modules.get(folder).and_then(Option::as_deref)
    }

    /// The import path of the package in a folder of the run, where a go.mod or `--gopath` tells.
    pub(crate) fn import_path(&self, folder: &Path) -> Option<String> {
        match self.module(folder) {
            Some(module) => module.import_path(folder),
            None => self.path_in_gopath(folder),
        }
    }

    /// The language version of the module that a folder of the run belongs to.
    pub(crate) fn go_of_module(&self, folder: &Path) -> Option<GoVersion> {
        self.module(folder).and_then(|module| module.go)
    }

    fn path_in_gopath(&self, folder: &Path) -> Option<String> {
        let sources = self.job.platform.gopath.as_ref()?.join("src");
        let below = folder.strip_prefix(sources).ok()?;
        let parts: Vec<_> = below.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        (!parts.is_empty()).then(|| parts.join("/"))
    }

    fn note_bad_regions(&self, target: &Target, facts: &Facts, outcome: &mut Outcome) {
        let bad = &facts.file.coverage.bad;
        outcome.summary.parse_errors = usize::from(!bad.is_empty());
        outcome.partial.extend(bad.iter().map(|region| {
            let (line, column) = facts.file.lines.position(region.at);
            Skipped {
                path: target.display.to_string(),
                reason: format!("{line}:{column}: {} in {}", region.reason, region.what),
            }
        }));
    }

    fn switch_off(&self, active: &mut [Vec<bool>], is_off: impl Fn(&RuleMeta) -> bool) {
        for (program, active) in active.iter_mut().enumerate() {
            for (rule, active) in self.job.rules.plan(program).rules.iter().zip(active) {
                *active &= !is_off(&rule.meta);
            }
        }
    }

    /// Whether all that a rule could report in the file is known: only then can a suppression of it be unused.
    fn is_settled(
        &self,
        target: &Target,
        settings: &[Vec<RuleSetting>],
        file: &File,
        exhausted: &[RuleRef],
        rule: RuleRef,
    ) -> bool {
        let meta = self.job.rules.meta(rule);
        let is_test = target.display.ends_with("_test.go");
        let fits = if is_test { !meta.skip_tests } else { !meta.only_tests };
        let enabled = settings.get(rule.program).and_then(|settings| settings.get(rule.rule.0 as usize));
        enabled.is_some_and(|setting| setting.enabled)
            && fits
            && !(file.generated && meta.skip_generated)
            && file.coverage.is_full()
            && !exhausted.contains(&rule)
    }

    fn out_of_steps(&self, target: &Target, rule: RuleRef, facts: &Facts) -> Undecided {
        Undecided {
            rule,
            rule_id: self.job.rules.identity(rule).id.clone(),
            path: target.display.clone(),
            start: position(facts, 0),
            end: position(facts, 0),
            reason: "the rule used up its steps in this file: findings may be missing".to_owned(),
        }
    }
}

/// The content of a file, or why it is skipped.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, String> {
    let metadata = std::fs::metadata(path).map_err(|error| error.to_string())?;
    if metadata.len() > MAX_FILE_BYTES {
        return Err(format!("the file has {} bytes; at most {MAX_FILE_BYTES} are read", metadata.len()));
    }
    std::fs::read(path).map_err(|error| error.to_string())
}

pub(crate) fn skipped(target: &Target, reason: String) -> Outcome {
    Outcome { skipped: vec![Skipped { path: target.display.to_string(), reason }], ..Outcome::default() }
}

fn internal_error(target: &Target, message: String) -> Outcome {
    let error = InternalError { path: target.display.to_string(), message };
    Outcome { internal_errors: vec![error], ..Outcome::default() }
}

fn line_count(source: &[u8]) -> u64 {
    let breaks = source.iter().filter(|byte| **byte == b'\n').count() as u64;
    breaks + u64::from(source.last().is_some_and(|last| *last != b'\n'))
}

fn ms_since(start: Instant) -> f64 {
    ms_between(start, Instant::now())
}

fn ms_between(start: Instant, end: Instant) -> f64 {
    end.duration_since(start).as_secs_f64() * 1000.0
}
