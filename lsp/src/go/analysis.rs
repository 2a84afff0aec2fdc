//! One load of packages, and the checks that use it.
//!
//! In: a project, files, and the texts that stand for them. Out: [`Event`]s: that all is loaded, then what is found in each text
//! that is to be checked: at once with what is new in the declarations that changed, and then in full. A new text ends
//! the check of the one before; what is left over is done when nothing else is asked. An analysis lives in a thread of its own, since
//! what is loaded refers to itself; it ends when nobody can ask any more, after the check in hand.

use super::moved::{Change, with_kept, with_part};
use crate::workshop::{Project, Workshop};
use crossbeam_channel::{Receiver, Sender, TryRecvError, unbounded};
use rulec_plan::manifest::Applicability;
use rulec_program::Overlay;
use rulec_runtime::finding::{Finding, Outcome};
use rulec_runtime::job::{Job, PathPolicy, Quiet, Target};
use rulec_runtime::session::{Loaded, Part};
use rulec_runtime::{RuleSet, STACK_BYTES, Session, discover, with_session};
use rulec_world::Packages;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// What an analysis tells.
pub(crate) enum Event {
    /// Everything is loaded.
    Ready {
        /// Which analysis.
        analysis: u64,
        /// How long it took.
        took: Duration,
    },
    /// A text was checked.
    Checked(Box<Checked>),
    /// What a text that was checked becomes with all safe fixes.
    Fixed {
        /// The file.
        path: PathBuf,
        /// The version of its text.
        version: i32,
        /// The text with the fixes.
        text: String,
    },
}

/// What is found in a text.
pub(crate) struct Checked {
    /// Which analysis.
    pub(crate) analysis: u64,
    /// The file.
    pub(crate) path: PathBuf,
    /// The version of its text.
    pub(crate) version: i32,
    /// The findings, by place; those of declarations that did not change may be those of the text before, moved.
    pub(crate) findings: Vec<Finding>,
    /// Whether all that is known was looked at, and how complete that is.
    pub(crate) extent: Extent,
}

/// How much was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// The declarations that changed. All of the file follows, unless it changes again.
    Part,
    /// All of the file.
    Whole,
    /// All of the file, in the state in which packages were loaded with it: nothing is missing.
    Exact,
}

/// What a complete check found in a text.
pub(crate) struct Complete {
    pub(crate) text: Arc<str>,
    pub(crate) findings: Vec<Finding>,
}

/// A text to be checked.
pub(crate) struct Ask {
    pub(crate) path: PathBuf,
    pub(crate) version: i32,
    pub(crate) text: Arc<str>,
    /// What the last complete check of the file has found.
    pub(crate) complete: Option<Arc<Complete>>,
}

/// A file that was asked about.
struct Asked {
    loaded: Loaded,
    /// The text that was told about last, and what was told.
    told: Option<(Arc<str>, Vec<Finding>)>,
    /// What was given up because of a newer text, of this file or another.
    left: Option<Ask>,
}

/// A load of packages that is there or on its way.
pub(crate) struct Analysis {
    pub(crate) number: u64,
    asks: Sender<Ask>,
    files: BTreeSet<PathBuf>,
    texts: BTreeMap<PathBuf, Arc<[u8]>>,
}

impl Analysis {
    /// Starts to load the packages of these files, with these texts in the place of some.
    pub(crate) fn start(
        number: u64,
        (workshop, project): (Arc<dyn Workshop>, Arc<Project>),
        files: BTreeSet<PathBuf>,
        texts: BTreeMap<PathBuf, Arc<[u8]>>,
        events: Sender<Event>,
    ) -> std::io::Result<Analysis> {
        let (asks, asked) = unbounded();
        let work =
            Work { number, workshop, project, files: files.clone(), overlay: Overlay::new(texts.clone()), events };
        thread::Builder::new().name("analysis".to_owned()).stack_size(STACK_BYTES).spawn(move || work.run(&asked))?;
        Ok(Analysis { number, asks, files, texts })
    }

    /// Asks for a check. Nothing comes of it if the analysis has failed.
    pub(crate) fn ask(&self, ask: Ask) {
        drop(self.asks.send(ask));
    }

    /// Whether the package of a file is loaded.
    pub(crate) fn covers(&self, path: &Path) -> bool {
        self.files.iter().any(|file| file.parent() == path.parent())
    }

    /// Whether packages were loaded with this text of a file.
    pub(crate) fn is_of(&self, path: &Path, text: &str) -> bool {
        self.texts.get(path).is_some_and(|own| **own == *text.as_bytes())
    }
}

struct Work {
    number: u64,
    workshop: Arc<dyn Workshop>,
    project: Arc<Project>,
    files: BTreeSet<PathBuf>,
    overlay: Overlay,
    events: Sender<Event>,
}

impl Work {
    fn run(&self, asked: &Receiver<Ask>) {
        let start = Instant::now();
        let Ok(rules) = &self.project.rules else { return };
        let targets: Vec<Target> = self.files.iter().map(|path| self.target(path)).collect();
        let mut config = self.project.platform.config();
        config.overlay = self.overlay.clone();
        let packages = Packages::of_disk(config, self.files.iter().cloned().collect(), 0);
        let packages = self.workshop.cached(packages.with_declarations(rules.declarations()));
        // The first check of a file is the base of all others: it is not given up.
        let may_stop = AtomicBool::new(false);
        let stop = || may_stop.load(Ordering::Relaxed) && !asked.is_empty();
        with_session(&self.job(rules, &targets, &packages), &stop, |session| {
            session.prepare();
            drop(self.events.send(Event::Ready { analysis: self.number, took: start.elapsed() }));
            let mut files = BTreeMap::new();
            while let Some(ask) = next(asked, &mut files) {
                let has_told = files.get(&ask.path).is_some_and(|file: &Asked| file.told.is_some());
                may_stop.store(has_told, Ordering::Relaxed);
                self.check(session, &mut files, ask, asked);
            }
        });
    }

    fn job<'j>(&'j self, rules: &'j RuleSet, files: &'j [Target], packages: &'j Packages) -> Job<'j> {
        static NEVER: AtomicBool = AtomicBool::new(false);
        Job {
            rules,
            settings: &self.project.settings,
            policy: self.project.policy.as_deref().map(|policy| policy as &dyn PathPolicy),
            files,
            threads: 1,
            generated: self.project.generated,
            prefilter: true,
            platform: &self.project.platform,
            packages: Some(packages),
            reasons: false,
            profile: None,
            progress: &Quiet,
            interrupt: &NEVER,
        }
    }

    fn target(&self, path: &Path) -> Target {
        let display = discover::display(path, &self.project.root);
        Target { path: path.to_owned(), display: Arc::from(display), explicit: false }
    }

    /// Checks a text, and tells what is found.
    fn check(&self, session: &Session<'_>, files: &mut BTreeMap<PathBuf, Asked>, ask: Ask, asked: &Receiver<Ask>) {
        let target = self.target(&ask.path);
        if (self.project.excludes)(&target.display) {
            return self.tell(&ask, Vec::new(), Extent::Exact);
        }
        if !files.contains_key(&ask.path) {
            let before = self.overlay.read(&ask.path).unwrap_or_default();
            match session.load(target, before) {
                Ok(loaded) => drop(files.insert(ask.path.clone(), Asked { loaded, told: None, left: None })),
                // What is no Go file has no findings.
                Err(_) => return self.tell(&ask, Vec::new(), Extent::Exact),
            }
        }
        let Some(Asked { loaded, told, left }) = files.get_mut(&ask.path) else { return };
        let first = |part: Part<'_>| {
            let base = told.as_ref().filter(|(before, _)| before.as_bytes() == part.before && *before != ask.text);
            let Some((before, found)) = base else { return };
            let outcome = Outcome { findings: part.findings, undecided: part.undecided, ..Outcome::default() };
            let change = Change::between(before, &ask.text);
            let findings = with_part(with_complete(outcome, &ask), part.then, found, &change);
            self.tell(&ask, findings.clone(), Extent::Part);
            *told = Some((ask.text.clone(), findings));
        };
        let exact = Session::is_exact(loaded, ask.text.as_bytes());
        let Some(outcome) = session.check(loaded, ask.text.as_bytes(), first) else {
            *left = Some(ask);
            return;
        };
        let has_fixes = exact && outcome.findings.iter().any(has_safe_fix);
        let findings = if exact { outcome.findings } else { with_complete(outcome, &ask) };
        *told = Some((ask.text.clone(), findings.clone()));
        self.tell(&ask, findings, if exact { Extent::Exact } else { Extent::Whole });
        // Fixes are applied in rounds, which takes a while: whoever types does not wait for that.
        if has_fixes && asked.is_empty() {
            self.tell_fixed(session, loaded, ask);
        }
    }

    fn tell(&self, ask: &Ask, findings: Vec<Finding>, extent: Extent) {
        let (analysis, path, version) = (self.number, ask.path.clone(), ask.version);
        drop(self.events.send(Event::Checked(Box::new(Checked { analysis, path, version, findings, extent }))));
    }

    fn tell_fixed(&self, session: &Session<'_>, loaded: &Loaded, ask: Ask) {
        let fixed = session.fixed(loaded, ask.text.as_bytes());
        if let Some(text) = fixed.and_then(|change| String::from_utf8(change.after).ok()) {
            drop(self.events.send(Event::Fixed { path: ask.path, version: ask.version, text }));
        }
    }
}

/// What to check next: what is asked, and without that what was given up. Nothing when nobody can ask any more.
fn next(asked: &Receiver<Ask>, files: &mut BTreeMap<PathBuf, Asked>) -> Option<Ask> {
    let ask = match asked.try_recv() {
        Ok(ask) => ask,
        Err(TryRecvError::Empty) => match files.values_mut().find_map(|file| file.left.take()) {
            Some(left) => return Some(left),
            None => asked.recv().ok()?,
        },
        Err(TryRecvError::Disconnected) => return None,
    };
    // Its text is not that of the file any more.
    if let Some(file) = files.get_mut(&ask.path) {
        file.left = None;
    }
    Some(ask)
}

/// What was found, with what the last complete check has found where that may still hold.
fn with_complete(outcome: Outcome, ask: &Ask) -> Vec<Finding> {
    match &ask.complete {
        Some(complete) => with_kept(outcome, &complete.findings, &Change::between(&complete.text, &ask.text)),
        None => outcome.findings,
    }
}

fn has_safe_fix(finding: &Finding) -> bool {
    finding.fix.as_ref().is_some_and(|fix| fix.applicability == Applicability::Safe)
}
