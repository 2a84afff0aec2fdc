//! The parts of a tree of files that different configurations hold for.
//!
//! In: the arguments of a command, the folders that it comes across, and files with the number of their configuration. Out:
//! [`Configurations`], each found and read once; then [`Areas`], which have the rules of each and which of them are on, and
//! [`Told`], what is wrong with any of them. A mistake that several have in common is told once.
//!
//! Never: no Go file is read, and nothing is checked.

use crate::arguments::{RuleArguments, SelectArguments};
use crate::rules::{Loaded, RulePack, Shelf, renumbered};
use crate::settings::{Configuration, named};
use rulec_config::{Selection, UnknownSelector};
use rulec_grammar::diagnostic::{Diagnostic, FileId, Severity};
use rulec_plan::manifest::RuleMeta;
use rulec_report::{Notice, Source};
use rulec_runtime::job::Target;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The configurations that a run comes across.
pub struct Configurations<'a> {
    arguments: &'a RuleArguments,
    cwd: PathBuf,
    all: Vec<Configuration>,
    /// Their numbers by where they are; without a path, nothing is configured.
    by_path: BTreeMap<Option<PathBuf>, usize>,
    /// The nearest one of each folder that somebody asked about.
    nearest: HashMap<PathBuf, Option<PathBuf>>,
}

impl<'a> Configurations<'a> {
    /// None yet. Where there is none near a file, that of the working folder holds.
    pub fn new(arguments: &'a RuleArguments, cwd: &Path) -> Configurations<'a> {
        Configurations {
            arguments,
            cwd: cwd.to_owned(),
            all: Vec::new(),
            by_path: BTreeMap::new(),
            nearest: HashMap::new(),
        }
    }

    /// The working folder, absolute.
    pub fn cwd(&self) -> &Path {
        &self.cwd
    }

    /// Whether folders have configurations of their own: the arguments do not say which one holds for all.
    pub fn are_searched(&self) -> bool {
        named(self.arguments, &self.cwd).is_none()
    }

    /// The number of the configuration that holds for the files of an absolute folder; it is read if nobody has done so.
    pub fn of_folder(&mut self, folder: &Path) -> usize {
        let path = match named(self.arguments, &self.cwd) {
            Some(named) => named,
            None => self.nearest(folder).or_else(|| self.nearest(&self.cwd.clone())),
        };
        if let Some(number) = self.by_path.get(&path) {
            return *number;
        }
        self.all.push(Configuration::at(path.as_deref(), &self.cwd));
        self.by_path.insert(path, self.all.len() - 1);
        self.all.len() - 1
    }

    /// The configuration with this number.
    pub fn get(&self, number: usize) -> &Configuration {
        &self.all[number]
    }

    fn nearest(&mut self, folder: &Path) -> Option<PathBuf> {
        let mut found = None;
        let mut below = Vec::new();
        for above in folder.ancestors() {
            if let Some(known) = self.nearest.get(above) {
                found.clone_from(known);
                break;
            }
            below.push(above.to_owned());
            found = rulec_config::find_in(above);
            if found.is_some() {
                break;
            }
        }
        self.nearest.extend(below.into_iter().map(|folder| (folder, found.clone())));
        found
    }
}

/// What one configuration holds for.
pub struct Area {
    /// The configuration.
    pub configuration: Configuration,
    /// Its rules.
    pub loaded: Loaded,
    /// Which of them are on.
    pub selection: Selection,
    /// The rules by id: their numbers among [`Loaded::rules`], and where their packs have them.
    rules: HashMap<String, (usize, usize, usize)>,
}

impl Area {
    /// The rule with this id, with its number in the selection.
    pub fn rule(&self, id: &str) -> Option<(usize, &RuleMeta)> {
        let (number, program, index) = *self.rules.get(id)?;
        Some((number, &self.loaded.packs.get(program)?.plan.rules.get(index)?.meta))
    }
}

/// The areas of a run.
pub struct Areas {
    cwd: PathBuf,
    all: Vec<Area>,
    /// The numbers of configurations by where they are.
    by_path: BTreeMap<Option<PathBuf>, usize>,
    /// The area of each file, by how the file is shown.
    of_file: HashMap<Arc<str>, usize>,
}

/// What there is to tell of configurations and rules, as [`Loaded`] has it of one configuration.
#[derive(Default)]
pub struct Told {
    /// The texts that diagnostics are about.
    pub sources: Vec<Source>,
    /// Mistakes in them.
    pub diagnostics: Vec<Diagnostic>,
    /// What else went wrong.
    pub notices: Vec<Notice>,
    /// A configuration has a mistake: what it would have said is not known.
    pub is_unusable: bool,
}

impl Told {
    /// Whether anything is wrong with rule files, packs or configurations.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
            || self.notices.iter().any(|notice| notice.severity == Severity::Error)
    }
}

impl Areas {
    /// Loads the rules of configurations, of which there is one at least. Files come with the number of their configuration.
    pub fn new<'t>(
        configurations: Configurations<'_>,
        select: &SelectArguments,
        files: impl Iterator<Item = (&'t Target, usize)>,
    ) -> (Areas, Told) {
        let (shelf, rules) = (Shelf::default(), configurations.arguments);
        let mut told = Told::default();
        let mut unknown: Option<Vec<UnknownSelector>> = None;
        let mut all = Vec::new();
        for configuration in configurations.all {
            let mut loaded = Loaded::sharing(rules, &configuration, &shelf);
            let (selection, here) = configuration.selection(select, &mut loaded);
            told.is_unusable |= is_broken(&configuration, &loaded);
            // What the rules of one configuration know is known.
            unknown = Some(match unknown {
                None => here,
                Some(before) => before.into_iter().filter(|one| here.iter().any(|other| one.is_same(other))).collect(),
            });
            all.push(Area { rules: by_id(&loaded), configuration, loaded, selection });
        }
        let unknown = unknown.unwrap_or_default();
        told.is_unusable |= !unknown.is_empty();
        told.take(all.iter().map(|area| &area.loaded));
        told.notices.extend(unknown.iter().map(|unknown| Notice::error(unknown.to_string())));
        let of_file = files.map(|(target, number)| (target.display.clone(), number)).collect();
        (Areas { cwd: configurations.cwd, all, by_path: configurations.by_path, of_file }, told)
    }

    /// The working folder, absolute.
    pub fn cwd(&self) -> &Path {
        &self.cwd
    }

    /// The packs of all areas, each once.
    pub fn packs(&self) -> Vec<&RulePack> {
        let mut packs: Vec<&RulePack> = Vec::new();
        for pack in self.all.iter().flat_map(|area| &area.loaded.packs) {
            if !packs.iter().any(|known| known.is_same(pack)) {
                packs.push(pack);
            }
        }
        packs
    }

    /// The area that a file of the run is in, by how the file is shown.
    pub fn of(&self, display: &str) -> Option<&Area> {
        self.all.get(*self.of_file.get(display)?)
    }

    /// The area that a file with this absolute path would be in, if its configuration is one of those of the run.
    pub fn around(&self, path: &Path) -> Option<&Area> {
        let number = match &self.all[..] {
            [_] => 0,
            _ => *self.by_path.get(&rulec_config::find(path.parent().unwrap_or(path)))?,
        };
        self.all.get(number)
    }

    /// The areas in which files are; where there are no files, the first.
    pub fn in_use(&self) -> Vec<&Area> {
        let used: HashSet<usize> = self.of_file.values().copied().collect();
        let is_used = |number: &usize| used.contains(number) || used.is_empty() && *number == 0;
        self.all.iter().enumerate().filter(|(number, _)| is_used(number)).map(|(_, area)| area).collect()
    }
}

/// Mistakes in the configuration stop the run: what it would have said is not known. Mistakes in rules do not.
fn is_broken(configuration: &Configuration, loaded: &Loaded) -> bool {
    let in_it = |diagnostic: &&Diagnostic| configuration.layers.iter().any(|config| config.file == diagnostic.file);
    let mut of_it = loaded.diagnostics.iter().filter(in_it);
    configuration.is_broken() || of_it.any(|diagnostic| diagnostic.severity == Severity::Error)
}

fn by_id(loaded: &Loaded) -> HashMap<String, (usize, usize, usize)> {
    let rules = loaded.rules().enumerate();
    rules.map(|(number, found)| (found.meta.id.clone(), (number, found.program, found.index.0 as usize))).collect()
}

impl Told {
    /// Takes in what is told of each: texts and mistakes that several have in common once.
    fn take<'l>(&mut self, all: impl Iterator<Item = &'l Loaded>) {
        let mut numbers: HashMap<(&str, &str), FileId> = HashMap::new();
        for loaded in all {
            let number = |source: &'l Source| {
                *numbers.entry((&source.path, &source.text)).or_insert_with(|| {
                    self.sources.push(source.clone());
                    FileId(self.sources.len() as u32 - 1)
                })
            };
            let here: Vec<FileId> = loaded.sources.iter().map(number).collect();
            let numbered = |file: FileId| here.get(file.0 as usize).copied().unwrap_or(file);
            for diagnostic in &loaded.diagnostics {
                let diagnostic = renumbered(diagnostic, numbered);
                if !self.diagnostics.contains(&diagnostic) {
                    self.diagnostics.push(diagnostic);
                }
            }
            for notice in &loaded.notices {
                if !self.notices.contains(notice) {
                    self.notices.push(notice.clone());
                }
            }
        }
    }
}
