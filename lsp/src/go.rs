//! Go files: which are open, what is known of them, and when they are checked again.
//!
//! A change is checked at once with the packages that are loaded: first the declarations that changed, then all of the file. If
//! it is more than they were loaded with, they are loaded again in the background as soon as the text rests, and all open files of the
//! project are checked with what is known then. A file that changes while it is checked is checked once more, in its last
//! state: nothing queues up.
//!
//! Packages are those of the files that are open, and what they import; so what is told of a file is what `rulec check` tells
//! of its folder.

mod analysis;
mod moved;
mod show;

use crate::text::Text;
use crate::workshop::{Project, Workshop};
use analysis::{Analysis, Ask, Checked, Complete, Event, Extent};
use crossbeam_channel::Sender;
use gen_lsp_types::{CodeAction, Diagnostic, Uri};
use rulec_runtime::finding::Finding;
use rulec_tree::Span;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

/// How long a text rests before packages are loaded again. A load that takes longer waits as long as it took.
const REST: Duration = Duration::from_millis(400);

/// What happens beside the messages of the client.
pub(crate) enum GoEvent {
    /// A project was read.
    Project { key: PathBuf, project: Box<Project> },
    /// An analysis tells something.
    Analysis(Event),
}

/// All Go files that are open.
pub(crate) struct GoFiles {
    workshop: Arc<dyn Workshop>,
    events: Sender<GoEvent>,
    projects: BTreeMap<PathBuf, State>,
    files: BTreeMap<PathBuf, GoFile>,
    analyses: u64,
}

/// A project, and its packages.
#[derive(Default)]
struct State {
    project: Option<Arc<Project>>,
    /// It is being read; `again` if something has changed since.
    reading: bool,
    again: bool,
    current: Option<Analysis>,
    loading: Option<Analysis>,
    /// When packages are to be loaded again.
    due: Option<Instant>,
    /// How long that took last.
    took: Duration,
}

struct GoFile {
    uri: Uri,
    version: i32,
    text: Text,
    /// The project.
    key: PathBuf,
    /// The version whose findings are on their way; `again` if the text has changed since.
    checking: Option<i32>,
    again: bool,
    shown: Option<Shown>,
    /// What the last complete check has found.
    complete: Option<Arc<Complete>>,
    /// The text of a version with all safe fixes.
    fixed: Option<(i32, String)>,
}

/// The findings of a version.
struct Shown {
    version: i32,
    text: Text,
    findings: Vec<Finding>,
}

/// What an event changes for the client.
#[derive(Default)]
pub(crate) struct AnalysisNews {
    /// Files whose findings are new.
    pub(crate) files: Vec<PathBuf>,
    /// The project whose configuration was read.
    pub(crate) project: Option<PathBuf>,
}

impl GoFiles {
    pub(crate) fn new(workshop: Arc<dyn Workshop>, events: Sender<GoEvent>) -> GoFiles {
        GoFiles { workshop, events, projects: BTreeMap::new(), files: BTreeMap::new(), analyses: 0 }
    }

    // What the client does.

    pub(crate) fn open(&mut self, path: PathBuf, uri: Uri, version: i32, text: Text) {
        let key = self.workshop.project_key(path.parent().unwrap_or(&path));
        let file = GoFile {
            uri,
            version,
            text,
            key: key.clone(),
            checking: None,
            again: false,
            shown: None,
            complete: None,
            fixed: None,
        };
        self.files.insert(path.clone(), file);
        self.read_project(&key, false);
        self.changed(&path);
    }

    pub(crate) fn change(&mut self, path: &Path, version: i32, text: Text) {
        let Some(file) = self.files.get_mut(path) else { return };
        (file.version, file.text) = (version, text);
        self.changed(path);
    }

    /// What was saved is on disk: others may see it now.
    pub(crate) fn saved(&mut self, path: &Path) {
        if let Some(state) = self.files.get(path).and_then(|file| self.projects.get_mut(&file.key)) {
            state.due = state.due.map(|_| Instant::now());
        }
    }

    pub(crate) fn close(&mut self, path: &Path) {
        let Some(file) = self.files.remove(path) else { return };
        if !self.files.values().any(|other| other.key == file.key) {
            // The next file that is opened starts anew.
            self.projects.remove(&file.key);
        }
    }

    /// Files changed on disk that packages may be made of.
    pub(crate) fn sources_changed(&mut self) {
        for state in self.projects.values_mut() {
            state.due = Some(Instant::now() + REST);
        }
    }

    /// Configurations or rule files changed on disk.
    pub(crate) fn rules_changed(&mut self) {
        let keys: Vec<PathBuf> = self.projects.keys().cloned().collect();
        for (path, file) in &mut self.files {
            file.key = self.workshop.project_key(path.parent().unwrap_or(path));
        }
        let wanted: BTreeSet<PathBuf> = self.files.values().map(|file| file.key.clone()).collect();
        self.projects.retain(|key, _| wanted.contains(key));
        for key in wanted {
            self.read_project(&key, keys.contains(&key));
        }
    }

    /// Whether a configuration on disk is not the one that was read: what clients that watch no files do not tell.
    pub(crate) fn has_old_configuration(&self) -> bool {
        let key_of = |path: &Path| self.workshop.project_key(path.parent().unwrap_or(path));
        let configurations = self.projects.values().filter_map(|state| state.project.as_ref()?.configuration.as_ref());
        self.files.iter().any(|(path, file)| key_of(path) != file.key)
            || configurations.into_iter().any(|own| fs::read_to_string(&own.path).is_ok_and(|text| text != own.text))
    }

    // What happens in the background.

    pub(crate) fn event(&mut self, event: GoEvent) -> AnalysisNews {
        match event {
            GoEvent::Project { key, project } => self.project_read(key, *project),
            GoEvent::Analysis(Event::Ready { analysis, took }) => {
                self.ready(analysis, took);
                AnalysisNews::default()
            }
            GoEvent::Analysis(Event::Fixed { path, version, text }) => {
                if let Some(file) = self.files.get_mut(&path) {
                    file.fixed = Some((version, text));
                }
                AnalysisNews::default()
            }
            GoEvent::Analysis(Event::Checked(checked)) => {
                let new = self.checked(*checked);
                AnalysisNews { files: new.into_iter().collect(), project: None }
            }
        }
    }

    /// When [`GoFiles::tick`] has something to do.
    pub(crate) fn next_due(&self) -> Option<Instant> {
        let waits = |state: &&State| state.loading.is_none();
        self.projects.values().filter(waits).filter_map(|state| state.due).min()
    }

    /// Starts to load packages where it is time.
    pub(crate) fn tick(&mut self) {
        let now = Instant::now();
        let is_due = |state: &State| state.loading.is_none() && state.due.is_some_and(|due| due <= now);
        let due: Vec<PathBuf> =
            self.projects.iter().filter(|(_, state)| is_due(state)).map(|(key, _)| key.clone()).collect();
        for key in due {
            self.load(&key);
        }
    }

    fn read_project(&mut self, key: &Path, is_known: bool) {
        let state = self.projects.entry(key.to_owned()).or_default();
        if state.reading {
            state.again |= is_known;
            return;
        }
        if state.project.is_some() && !is_known {
            return;
        }
        let folder = self.files.iter().find(|(_, file)| file.key == key).and_then(|(path, _)| path.parent());
        let Some(folder) = folder.map(Path::to_owned) else { return };
        let (workshop, events, key) = (self.workshop.clone(), self.events.clone(), key.to_owned());
        state.reading = true;
        thread::spawn(move || {
            let project = Box::new(workshop.project(&folder));
            drop(events.send(GoEvent::Project { key, project }));
        });
    }

    fn project_read(&mut self, key: PathBuf, project: Project) -> AnalysisNews {
        let Some(state) = self.projects.get_mut(&key) else { return AnalysisNews::default() };
        state.reading = false;
        state.project = Some(Arc::new(project));
        // What was loaded was loaded for other rules.
        (state.current, state.loading) = (None, None);
        if std::mem::take(&mut state.again) {
            self.read_project(&key, true);
        }
        for file in self.files.values_mut().filter(|file| file.key == key) {
            (file.checking, file.complete) = (None, None);
        }
        self.load(&key);
        AnalysisNews { files: Vec::new(), project: Some(key) }
    }

    fn load(&mut self, key: &Path) {
        let Some(state) = self.projects.get_mut(key) else { return };
        state.due = None;
        let Some(project) = state.project.clone().filter(|project| project.rules.is_ok()) else { return };
        let own = || self.files.iter().filter(|(_, file)| file.key == key);
        let files: BTreeSet<PathBuf> = own().map(|(path, _)| path.clone()).collect();
        if files.is_empty() {
            return;
        }
        let texts = own().map(|(path, file)| (path.clone(), Arc::from(file.text.as_str().as_bytes()))).collect();
        self.analyses += 1;
        let (analyses, done) = crossbeam_channel::unbounded();
        let events = self.events.clone();
        thread::spawn(move || {
            for event in done {
                drop(events.send(GoEvent::Analysis(event)));
            }
        });
        let started = Analysis::start(self.analyses, (self.workshop.clone(), project), files, texts, analyses);
        // A machine that gives no more threads may do so later.
        match started {
            Ok(analysis) => state.loading = Some(analysis),
            Err(_) => state.due = Some(Instant::now() + REST),
        }
    }

    fn ready(&mut self, number: u64, took: Duration) {
        let Some((key, state)) =
            self.projects.iter_mut().find(|(_, state)| state.loading.as_ref().is_some_and(|own| own.number == number))
        else {
            return;
        };
        state.current = state.loading.take();
        state.took = took;
        let own: Vec<PathBuf> =
            self.files.iter().filter(|(_, file)| file.key == *key).map(|(path, _)| path.clone()).collect();
        for path in own {
            if let Some(file) = self.files.get_mut(&path) {
                // The analysis that was asked before answers to nobody.
                file.checking = None;
            }
            self.changed(&path);
        }
    }

    /// Has the file checked in its present state, and packages loaded again if they were loaded with another.
    fn changed(&mut self, path: &Path) {
        let Some(file) = self.files.get_mut(path) else { return };
        let Some(state) = self.projects.get_mut(&file.key) else { return };
        let is_of = |analysis: &Option<Analysis>| {
            analysis.as_ref().is_some_and(|own| own.covers(path) && own.is_of(path, file.text.as_str()))
        };
        if state.project.is_some() && !is_of(&state.current) && !is_of(&state.loading) {
            state.due = Some(Instant::now() + REST.max(state.took));
        }
        let Some(current) = state.current.as_ref().filter(|current| current.covers(path)) else { return };
        if file.checking.is_some() {
            file.again = true;
            return;
        }
        (file.checking, file.again) = (Some(file.version), false);
        let (text, complete) = (file.text.shared(), file.complete.clone());
        current.ask(Ask { path: path.to_owned(), version: file.version, text, complete });
    }

    /// Takes in what came of a check; the path of the file if its findings are new.
    fn checked(&mut self, checked: Checked) -> Option<PathBuf> {
        let file = self.files.get_mut(&checked.path)?;
        let state = self.projects.get(&file.key)?;
        if state.current.as_ref().is_none_or(|current| current.number != checked.analysis) {
            return None;
        }
        // With the first of its findings a check is out of the way: the rest is given up if something is asked.
        file.checking = file.checking.filter(|version| *version != checked.version);
        if checked.version != file.version {
            if file.checking.is_none() && std::mem::take(&mut file.again) {
                self.changed(&checked.path);
            }
            return None;
        }
        if checked.extent == Extent::Exact {
            let complete = Complete { text: file.text.shared(), findings: checked.findings.clone() };
            file.complete = Some(Arc::new(complete));
        }
        let is_new = file.shown.as_ref().is_none_or(|shown| {
            shown.version != checked.version || !are_shown_alike(&shown.findings, &checked.findings)
        });
        file.shown = Some(Shown { version: file.version, text: file.text.clone(), findings: checked.findings });
        is_new.then_some(checked.path)
    }

    // What is known.

    pub(crate) fn has(&self, path: &Path) -> bool {
        self.files.contains_key(path)
    }

    pub(crate) fn text(&self, path: &Path) -> Option<&Text> {
        Some(&self.files.get(path)?.text)
    }

    /// The diagnostics of a file as the client has it now, with its version; none while they are not known.
    pub(crate) fn diagnostics(&self, path: &Path) -> Option<(Uri, i32, Vec<Diagnostic>)> {
        let file = self.files.get(path)?;
        let project = self.projects.get(&file.key)?.project.as_ref();
        if project.is_some_and(|project| project.rules.is_err()) {
            return Some((file.uri.clone(), file.version, Vec::new()));
        }
        let shown = file.shown.as_ref().filter(|shown| shown.version == file.version)?;
        let root = project.map_or(Path::new("/"), |project| &project.root);
        let all = shown.findings.iter().map(|finding| show::diagnostic(finding, &file.uri, &shown.text, root));
        Some((file.uri.clone(), shown.version, all.collect()))
    }

    /// What can be done about findings in a range.
    pub(crate) fn actions(&self, path: &Path, at: Span) -> Vec<CodeAction> {
        let Some((file, shown)) = self.shown(path) else { return Vec::new() };
        let project = self.projects.get(&file.key).and_then(|state| state.project.as_ref());
        let root = project.map_or(Path::new("/"), |project| &project.root);
        let mut actions = show::actions(&shown.findings, at, &file.uri, &shown.text, root);
        let fixed = file.fixed.as_ref().filter(|(version, _)| *version == shown.version);
        actions.extend(match fixed {
            Some((_, fixed)) => show::replace_all(fixed, &file.uri, &shown.text),
            None => show::fix_all(&shown.findings, &file.uri, &shown.text),
        });
        actions
    }

    /// What the rules say that report at an offset, and where.
    pub(crate) fn hover(&self, path: &Path, offset: u32) -> Option<(Span, String)> {
        let (file, shown) = self.shown(path)?;
        let rules = self.projects.get(&file.key)?.project.as_ref()?.rules.as_ref().ok()?;
        let here = shown.findings.iter().filter(|finding| {
            let span = finding.span();
            span.start <= offset && offset <= span.end
        });
        let told: Vec<(Span, String)> = here
            .map(|finding| (finding.span(), show::explanation(finding, finding.rule.map(|rule| rules.meta(rule)))))
            .collect();
        let span = told.iter().map(|(span, _)| *span).min_by_key(|span| span.end - span.start)?;
        let texts: Vec<String> = told.into_iter().map(|(_, text)| text).collect();
        Some((span, texts.join("\n---\n\n")))
    }

    fn shown(&self, path: &Path) -> Option<(&GoFile, &Shown)> {
        let file = self.files.get(path)?;
        Some((file, file.shown.as_ref().filter(|shown| shown.version == file.version)?))
    }

    /// A project that was read.
    pub(crate) fn project(&self, key: &Path) -> Option<Arc<Project>> {
        self.projects.get(key)?.project.clone()
    }
}

/// Whether two lists of findings look the same to whoever sees them. Lines and columns of those that moved are out of date,
/// and not looked at.
fn are_shown_alike(one: &[Finding], other: &[Finding]) -> bool {
    let is_alike = |(one, other): (&Finding, &Finding)| {
        let place = |finding: &Finding| (finding.span(), finding.severity, finding.rule);
        let related = |finding: &Finding| -> Vec<(String, u32, u32)> {
            let all = finding.related.iter();
            all.map(|own| (own.message.clone(), own.start.offset, own.end.offset)).collect()
        };
        place(one) == place(other)
            && (&one.rule_id, &one.message, &one.fix) == (&other.rule_id, &other.message, &other.fix)
            && related(one) == related(other)
    };
    one.len() == other.len() && one.iter().zip(other).all(is_alike)
}
