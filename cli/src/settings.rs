//! The configuration of a run: `rulec.toml`, and which rules are on where.

use crate::arguments::{RuleArguments, SelectArguments};
use crate::rules::Loaded;
use crate::{linters, rule_files};
use rulec_config::{Candidate, CommandLine, Config, Layers, Selection};
use rulec_grammar::diagnostic::{Diagnostic, FileId, Severity, Sink};
use rulec_program::normalised;
use rulec_report::{Notice, Source};
use rulec_runtime::discover;
use rulec_runtime::finding::RuleRef;
use rulec_runtime::job::{OptionValue, PathPolicy, RuleSetting};
use rulec_runtime::suppress::Suppressions;
use std::collections::{BTreeSet, HashSet};
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
    /// It was looked for, and not named or declined by the arguments.
    is_searched: bool,
}

impl Configuration {
    /// Reads the configuration that the arguments name, or the nearest one in the working folder or above it.
    ///
    /// # Errors
    /// If there is no working folder.
    pub fn load(arguments: &RuleArguments) -> Result<Configuration, String> {
        Configuration::load_for(arguments, &[])
    }

    /// The same for files and folders that are checked: the nearest one to all of them, or else to the working folder.
    ///
    /// # Errors
    /// If there is no working folder.
    pub fn load_for(arguments: &RuleArguments, paths: &[PathBuf]) -> Result<Configuration, String> {
        let cwd = working_folder()?;
        let mut configuration = Configuration { folder: cwd.clone(), cwd, ..Configuration::default() };
        configuration.is_searched = arguments.config.is_none() && !arguments.no_config;
        let nearest = common_folder(paths, &configuration.cwd);
        let nearest = nearest.and_then(|folder| configuration.path_for(arguments, &folder));
        if let Some(path) = nearest.or_else(|| configuration.path_for(arguments, &configuration.cwd)) {
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
            Some(path) => Some(normalised(&self.cwd.join(path))),
            None => rulec_config::find(folder),
        }
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

    /// The configurations between a file and this one, which are nearer to it and are not read; none if the arguments say
    /// which configuration holds.
    pub fn nested<'p>(&self, files: impl Iterator<Item = &'p Path>) -> Vec<PathBuf> {
        let folders: BTreeSet<&Path> = files.filter_map(Path::parent).collect();
        let mut nested = BTreeSet::new();
        if !self.is_searched {
            return Vec::new();
        }
        let mut seen: HashSet<&Path> = HashSet::new();
        for folder in folders {
            let inner = folder.ancestors().take_while(|inner| inner.starts_with(&self.folder) && *inner != self.folder);
            // What is above a folder that was seen was seen as well.
            for inner in inner.take_while(|inner| seen.insert(inner)) {
                nested.extend(rulec_config::find_in(inner));
            }
        }
        nested.into_iter().collect()
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
        let mut sink = Sink::new();
        let line = CommandLine { select: &arguments.select, ignore: &arguments.ignore };
        let candidates: Vec<_> =
            loaded.rules().map(|found| Candidate { rule: found.meta, added: found.pack.added }).collect();
        let selection = rulec_config::select(&self.layers, line, &candidates, &mut sink);
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

/// The folder in which all of these files, folders and Go patterns are.
fn common_folder(paths: &[PathBuf], cwd: &Path) -> Option<PathBuf> {
    let folder = |path: &PathBuf| {
        let is_pattern = path.file_name().is_some_and(|name| name == "...");
        let base = if is_pattern { path.parent().unwrap_or(Path::new("")) } else { path };
        let absolute = normalised(&cwd.join(base));
        if absolute.is_dir() { absolute } else { absolute.parent().map(Path::to_owned).unwrap_or(absolute) }
    };
    paths.iter().map(folder).reduce(|common, folder| {
        let both = common.components().zip(folder.components());
        both.take_while(|(a, b)| a == b).map(|(part, _)| part).collect()
    })
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
        let here = self.selection.on_path(&self.configuration.cwd.join(path));
        for (rule, setting) in settings.iter_mut().flatten().enumerate() {
            let severity = here.severity(rule);
            setting.enabled = severity.is_some();
            setting.severity = severity.unwrap_or(setting.severity);
        }
    }
}
