//! The configuration of a run: `rulec.toml`, and which rules are on where.

use crate::arguments::{RuleArguments, SelectArguments};
use crate::rule_files;
use crate::rules::Loaded;
use rulec_config::{Candidate, CommandLine, Config, Selection};
use rulec_grammar::diagnostic::{Diagnostic, FileId, Severity, Sink};
use rulec_report::{Notice, Source};
use rulec_runtime::finding::RuleRef;
use rulec_runtime::job::{OptionValue, PathPolicy, RuleSetting};
use std::path::{Path, PathBuf};
use std::{env, io};

/// A configuration, if there is one, and its mistakes.
#[derive(Debug, Default)]
pub struct Configuration {
    /// What it says.
    pub config: Option<Config>,
    /// Its text; always the first of the sources of a run.
    pub source: Option<Source>,
    /// Mistakes in it.
    pub diagnostics: Vec<Diagnostic>,
    /// Why it could not be read.
    pub notices: Vec<Notice>,
    /// Its folder, absolute.
    folder: PathBuf,
    /// The working folder, absolute.
    pub cwd: PathBuf,
}

impl Configuration {
    /// Reads the configuration that the arguments name, or the nearest one.
    ///
    /// # Errors
    /// If there is no working folder.
    pub fn load(arguments: &RuleArguments) -> Result<Configuration, String> {
        let cwd = working_folder()?;
        let mut configuration = Configuration { folder: cwd.clone(), cwd, ..Configuration::default() };
        if let Some(path) = configuration.path_for(arguments, &configuration.cwd) {
            configuration.read(&path);
        }
        Ok(configuration)
    }

    /// Reads the configuration that holds for the files of a folder: the one that the arguments name, or the nearest one in
    /// the folder or above it. Paths are shown relative to the working folder.
    ///
    /// # Errors
    /// If there is no working folder.
    pub fn of_folder(arguments: &RuleArguments, folder: &Path) -> Result<Configuration, String> {
        let cwd = working_folder()?;
        let mut configuration = Configuration { folder: folder.to_owned(), cwd, ..Configuration::default() };
        if let Some(path) = configuration.path_for(arguments, folder) {
            configuration.read(&path);
        }
        Ok(configuration)
    }

    /// Where the configuration is that holds in a folder.
    pub fn path_for(&self, arguments: &RuleArguments, folder: &Path) -> Option<PathBuf> {
        match &arguments.config {
            _ if arguments.no_config => None,
            Some(path) => Some(self.cwd.join(path)),
            None => rulec_config::find(folder),
        }
    }

    /// Whether the globs of the configuration let a file through that was met while walking.
    pub fn includes(&self, display: &str) -> bool {
        let Some(files) = self.config.as_ref().map(|config| &config.files) else { return true };
        let path = self.relative(display);
        (files.include.is_empty() || files.include.fit(&path)) && !files.exclude.fit(&path)
    }

    fn read(&mut self, path: &Path) {
        let display = rulec_runtime::discover::display(path, &self.cwd);
        match rule_files::text(path) {
            Ok(text) => {
                let mut sink = Sink::new();
                self.config = Some(rulec_config::read(&text, FileId(0), &mut sink));
                self.diagnostics = sink.into_sorted();
                self.source = Some(Source::new(display, text));
            }
            Err(reason) => self.notices.push(Notice::error(reason).about(display)),
        }
        self.folder = path.parent().unwrap_or(path).to_owned();
    }

    /// The folder of the configuration.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A path that is relative to the configuration's folder, as it is shown.
    pub fn display(&self, path: &str) -> PathBuf {
        PathBuf::from(rulec_runtime::discover::display(&self.folder.join(path), &self.cwd))
    }

    /// The path relative to the configuration's folder, with `/`, of a path that is relative to the working folder.
    pub fn relative(&self, display: &str) -> String {
        let absolute = self.cwd.join(display);
        let relative = absolute.strip_prefix(&self.folder).unwrap_or(&absolute);
        relative.to_string_lossy().replace('\\', "/")
    }

    /// Whether something is wrong with it.
    pub fn is_broken(&self) -> bool {
        !self.notices.is_empty() || self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Decides which rules are on. Mistakes in the configuration are added to those of `loaded`; `None` if the command
    /// line names rules that do not exist, which is added too.
    pub fn select(&self, arguments: &SelectArguments, loaded: &mut Loaded) -> Option<Selection> {
        let mut sink = Sink::new();
        let line = CommandLine { select: &arguments.select, ignore: &arguments.ignore };
        let candidates: Vec<_> =
            loaded.rules().map(|found| Candidate { rule: found.meta, added: found.pack.added }).collect();
        let selection = rulec_config::select(self.config.as_ref(), line, &candidates, &mut sink);
        loaded.diagnostics.extend(sink.into_sorted());
        match selection {
            Ok(selection) => Some(selection),
            Err(unknown) => {
                loaded.notices.extend(unknown.iter().map(|unknown| Notice::error(unknown.to_string())));
                None
            }
        }
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
    let of_pack = |pack: &crate::rules::RulePack| {
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

/// `[[per-path]]` for the runtime.
pub struct Policy<'a> {
    /// What is on where.
    pub selection: &'a Selection,
    /// Where paths start.
    pub configuration: &'a Configuration,
}

impl PathPolicy for Policy<'_> {
    fn adjust(&self, path: &str, settings: &mut [Vec<RuleSetting>]) {
        let path = self.configuration.relative(path);
        for (rule, setting) in settings.iter_mut().flatten().enumerate() {
            let severity = self.selection.at(&path, rule);
            setting.enabled = severity.is_some();
            setting.severity = severity.unwrap_or(setting.severity);
        }
    }
}
