//! One load of packages, and the checks that use it.
//!
//! In: a project, files, and the texts that stand for them. Out: [`Event`]s: that all is loaded, then one for each text that is to
//! be checked. An analysis lives in a thread of its own, since what is loaded refers to itself; it ends when nobody can ask any
//! more, after the check in hand.

use crate::workshop::{Project, Workshop};
use crossbeam_channel::{Receiver, Sender, unbounded};
use rulec_plan::manifest::Applicability;
use rulec_program::Overlay;
use rulec_runtime::finding::Outcome;
use rulec_runtime::job::{Job, PathPolicy, Quiet, Target};
use rulec_runtime::session::Loaded;
use rulec_runtime::{RuleSet, STACK_BYTES, Session, discover, with_session};
use rulec_world::Packages;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
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

/// What came of a check.
pub(crate) struct Checked {
    /// Which analysis.
    pub(crate) analysis: u64,
    /// The file.
    pub(crate) path: PathBuf,
    /// The version of its text.
    pub(crate) version: i32,
    /// The findings; why there are none, for what is no Go file.
    pub(crate) outcome: Result<Outcome, String>,
    /// Whether the text is the one that packages were loaded with, so that nothing is missing.
    pub(crate) exact: bool,
}

/// A text to be checked.
struct Ask {
    path: PathBuf,
    version: i32,
    text: Arc<str>,
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
    pub(crate) fn ask(&self, path: &Path, version: i32, text: Arc<str>) {
        drop(self.asks.send(Ask { path: path.to_owned(), version, text }));
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
        with_session(&self.job(rules, &targets, &packages), |session| {
            session.prepare();
            drop(self.events.send(Event::Ready { analysis: self.number, took: start.elapsed() }));
            let mut files = BTreeMap::new();
            for ask in asked {
                let (path, version, text) = (ask.path.clone(), ask.version, ask.text.clone());
                let checked = self.check(session, &mut files, ask);
                let has_fixes = checked.exact && checked.outcome.as_ref().is_ok_and(has_safe_fix);
                drop(self.events.send(Event::Checked(Box::new(checked))));
                // Fixes are applied in rounds, which takes a while: whoever types does not wait for that.
                if let Some(loaded) = files.get(&path).filter(|_| has_fixes && asked.is_empty()) {
                    let after = session.fixed(loaded, text.as_bytes()).after;
                    if let Ok(text) = String::from_utf8(after) {
                        drop(self.events.send(Event::Fixed { path, version, text }));
                    }
                }
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

    fn check(&self, session: &Session<'_>, files: &mut BTreeMap<PathBuf, Loaded>, ask: Ask) -> Checked {
        let mut checked = Checked {
            analysis: self.number,
            path: ask.path,
            version: ask.version,
            outcome: Ok(Outcome::default()),
            exact: true,
        };
        let target = self.target(&checked.path);
        if (self.project.excludes)(&target.display) {
            return checked;
        }
        if !files.contains_key(&checked.path) {
            let before = self.overlay.read(&checked.path).unwrap_or_default();
            match session.load(target, before) {
                Ok(loaded) => drop(files.insert(checked.path.clone(), loaded)),
                Err(refusal) => checked.outcome = Err(refusal.to_string()),
            }
        }
        if let Some(loaded) = files.get_mut(&checked.path) {
            checked.exact = Session::is_exact(loaded, ask.text.as_bytes());
            checked.outcome = Ok(session.check(loaded, ask.text.as_bytes()));
        }
        checked
    }
}

fn has_safe_fix(outcome: &Outcome) -> bool {
    let fixes = outcome.findings.iter().filter_map(|finding| finding.fix.as_ref());
    fixes.into_iter().any(|fix| fix.applicability == Applicability::Safe)
}
