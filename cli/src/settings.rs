//! The configuration of a run: `rulec.toml`, and which rules are on where.

use crate::arguments::{RuleArguments, SelectArguments};
use crate::rules::{Loaded, RulePack};
use crate::{linters, rule_files};
use rulec_config::{Candidate, CommandLine, Config, Layers, Selection, UnknownSelector};
use rulec_grammar::diagnostic::{Diagnostic, FileId, Severity, Sink};
use rulec_program::normalised;
use rulec_report::{Notice, Source};
use rulec_runtime::discover;
use rulec_runtime::finding::RuleRef;
use rulec_runtime::job::{OptionValue, RuleSetting};
use rulec_runtime::suppress::Suppressions;
use std::path::{Path, PathBuf};
use std::{env, io};

/// A configuration, if there is one, with those that it extends, and its mistakes.
#[derive(Debug, Default)]
pub struct Configuration {
    /// What it says.
    pub layers: Layers,
    /// Its texts; always the first of the sources of a run.
    pub sources: Vec<Source>,
    /// Mistakes in it.
    pub diagnostics: Vec<Diagnostic>,
    /// Why it could not be read.
    pub notices: Vec<Notice>,
    /// Its folder, absolute; the working folder if there is none.
    pub folder: PathBuf,
    /// The working folder, absolute.
    pub cwd: PathBuf,
}

impl Configuration {
    /// Reads the configuration that the arguments name, or the nearest one in the working folder or above it.
    ///
    /// # Errors
    /// If there is no working folder.
    pub fn load(arguments: &RuleArguments) -> Result<Configuration, String> {
        let cwd = working_folder()?;
        Configuration::of_folder(arguments, &cwd)
    }

    /// Reads the configuration that holds for the files of a folder: the one that the arguments name, or the nearest one in
    /// the folder or above it. Paths are shown relative to the working folder.
    ///
    /// # Errors
    /// If there is no working folder.
    pub fn of_folder(arguments: &RuleArguments, folder: &Path) -> Result<Configuration, String> {
        let cwd = working_folder()?;
        Ok(Configuration::at(path_for(arguments, folder, &cwd).as_deref(), &cwd))
    }

    /// Reads the configuration at a path; without one nothing is configured. Paths are shown relative to the working folder.
    pub fn at(path: Option<&Path>, cwd: &Path) -> Configuration {
        let mut configuration =
            Configuration { folder: cwd.to_owned(), cwd: cwd.to_owned(), ..Configuration::default() };
        if let Some(path) = path {
            configuration.read(path);
        }
        configuration
    }

    fn read(&mut self, path: &Path) {
        let mut sink = Sink::new();
        let mut texts = Texts { sources: &mut self.sources, cwd: &self.cwd };
        match rulec_config::load(path, &mut texts, &mut sink) {
            Ok(layers) => self.layers = layers,
            Err(reason) => self.notices.push(Notice::error(reason).about(discover::display(path, &self.cwd))),
        }
        self.diagnostics = sink.into_sorted();
        self.folder = path.parent().unwrap_or(path).to_owned();
    }

    /// A path that is relative to the folder of one of the layers, as it is shown.
    pub fn display(&self, config: &Config, path: &str) -> PathBuf {
        PathBuf::from(discover::display(&config.folder.join(path), &self.cwd))
    }

    /// What comments may waive: those of golangci-lint are understood unless the configuration says otherwise.
    pub fn suppressions(&self) -> Suppressions {
        Suppressions {
            require_reason: self.layers.setting(|config| config.suppressions.require_reason).unwrap_or(false),
            nolint: self.layers.setting(|config| config.suppressions.nolint).unwrap_or(true).then(linters::known),
        }
    }

    /// Whether something is wrong with it.
    pub fn is_broken(&self) -> bool {
        !self.notices.is_empty() || self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Decides which rules are on. Mistakes in the configuration are added to those of `loaded`; `None` if the command
    /// line names rules that do not exist, which is added too.
    pub fn select(&self, arguments: &SelectArguments, loaded: &mut Loaded) -> Option<Selection> {
        let (selection, unknown) = self.selection(arguments, loaded);
        let is_known = unknown.is_empty();
        loaded.notices.extend(unknown.iter().map(|unknown| Notice::error(unknown.to_string())));
        is_known.then_some(selection)
    }

    /// The same, with what the command line names and these rules do not have.
    pub fn selection(&self, arguments: &SelectArguments, loaded: &mut Loaded) -> (Selection, Vec<UnknownSelector>) {
        let mut sink = Sink::new();
        let line = CommandLine { select: &arguments.select, ignore: &arguments.ignore };
        let candidates: Vec<_> =
            loaded.rules().map(|found| Candidate { rule: found.meta, added: found.pack.added }).collect();
        let selection = rulec_config::select(&self.layers, line, &candidates, &mut sink);
        let unknown = rulec_config::unknown_selectors(line, &candidates);
        loaded.diagnostics.extend(sink.into_sorted());
        (selection, unknown)
    }
}

/// Where the configuration is that holds for the files of a folder: the one that the arguments name, or the nearest one in the
/// folder or above it, or else in the working folder or above that.
pub fn path_for(arguments: &RuleArguments, folder: &Path, cwd: &Path) -> Option<PathBuf> {
    let nearest = || rulec_config::find(folder).or_else(|| rulec_config::find(cwd));
    named(arguments, cwd).unwrap_or_else(nearest)
}

/// The configuration that the arguments say holds for all files, or that none does; nothing if they leave it to be found.
pub fn named(arguments: &RuleArguments, cwd: &Path) -> Option<Option<PathBuf>> {
    match &arguments.config {
        _ if arguments.no_config => Some(None),
        Some(path) => Some(Some(normalised(&cwd.join(path)))),
        None => None,
    }
}

/// Files on disk, shown relative to the working folder.
struct Texts<'a> {
    sources: &'a mut Vec<Source>,
    cwd: &'a Path,
}

impl rulec_config::Sources for Texts<'_> {
    fn open(&mut self, path: &Path) -> Result<(FileId, String), String> {
        let text = rule_files::text(path)?;
        let file = FileId(self.sources.len() as u32);
        self.sources.push(Source::new(discover::display(path, self.cwd), text.clone()));
        Ok((file, text))
    }
}

/// The working folder, absolute.
///
/// # Errors
/// What to tell the user if it was removed.
pub fn working_folder() -> Result<PathBuf, String> {
    env::current_dir().map_err(|error: io::Error| format!("there is no working folder: {error}"))
}

/// The settings for all files, by program and rule.
pub fn rule_settings(selection: &Selection, loaded: &Loaded) -> Vec<Vec<RuleSetting>> {
    let mut settings = selection.settings.iter();
    let of_pack = |pack: &RulePack| {
        // Facts stand behind the rules, and have no settings: they are off.
        let rules = pack.plan.rules.iter().filter(|rule| rule.meta.fact.is_none()).count();
        let mine = settings.by_ref().take(rules);
        mine.map(|setting| RuleSetting { enabled: setting.on, severity: setting.severity }).collect()
    };
    loaded.packs.iter().map(of_pack).collect()
}

/// The values of options that the configuration sets.
pub fn option_values(selection: &Selection, loaded: &Loaded) -> Vec<OptionValue> {
    let of_rule = |(found, setting): (crate::rules::Found<'_>, &rulec_config::Setting)| {
        let rule = RuleRef { program: found.program, rule: found.index };
        let values = setting.options.iter();
        values.map(|(option, value)| OptionValue { rule, option: *option, value: value.clone() }).collect::<Vec<_>>()
    };
    loaded.rules().zip(&selection.settings).flat_map(of_rule).collect()
}

/// Changes settings to those for the file with this absolute path.
pub fn adjust(selection: &Selection, path: &Path, settings: &mut [Vec<RuleSetting>]) {
    let here = selection.on_path(path);
    for (rule, setting) in settings.iter_mut().flatten().enumerate() {
        let severity = here.severity(rule);
        setting.enabled = severity.is_some();
        setting.severity = severity.unwrap_or(setting.severity);
    }
}
