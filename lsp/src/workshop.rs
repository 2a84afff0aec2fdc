//! What the server needs to know of rules and configurations, from whoever starts it.

use rulec_compiler::{Compiled, OtherPack, SourceFile};
use rulec_grammar::diagnostic::Diagnostic;
use rulec_runtime::RuleSet;
use rulec_runtime::job::{PathPolicy, Platform, RuleSetting};
use rulec_world::Packages;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Finds rules and configurations.
pub trait Workshop: Send + Sync {
    /// The client works in this folder: relative paths start there from now on. Called once at most, first of all.
    fn enter(&self, root: &Path);

    /// The project that a file in this folder belongs to. Compiles rules: slow.
    fn project(&self, folder: &Path) -> Project;

    /// What decides about a folder: two folders with equal keys are of one project. Cheap.
    fn project_key(&self, folder: &Path) -> PathBuf;

    /// The rule files that a rule file is compiled with, itself included, and the name of their pack; what cannot be read is
    /// left out.
    fn rule_files(&self, path: &Path) -> (Vec<SourceFile>, String);

    /// The packs whose modules rule files of one pack can use, the stock rules among them. The paths of their files are absolute:
    /// files of a project, or files that [`Workshop::lay_out`] puts there.
    fn usable(&self, files: &[SourceFile]) -> Arc<Vec<OtherPack>>;

    /// Compiles rule files of one pack against those that they can use.
    fn compile(&self, files: &[SourceFile], pack: &str) -> Compiled;

    /// Puts a file of [`Workshop::usable`] where its path says, to be read only, unless it is there. Says whether it can be opened.
    fn lay_out(&self, path: &Path) -> bool;

    /// Whether a path is one at which [`Workshop::lay_out`] puts files: nobody writes there.
    fn is_laid_out(&self, path: &Path) -> bool;

    /// Configurations, locks, packs or rule files changed on disk: what is known of them may be out of date.
    fn forget(&self);

    /// These packages, with the cache of this user if there is one.
    fn cached(&self, packages: Packages) -> Packages;
}

/// What holds for the files of one configuration.
pub struct Project {
    /// Where displayed paths start, absolute.
    pub root: PathBuf,
    /// The rules, ready to run; why there are none otherwise.
    pub rules: Result<RuleSet, String>,
    /// For each program, for each of its rules: whether it runs, and how bad its findings are.
    pub settings: Vec<Vec<RuleSetting>>,
    /// What differs in some files.
    pub policy: Option<Box<dyn PathPolicy + Send + Sync>>,
    /// Whether files that say they are generated are checked.
    pub generated: bool,
    /// For which Go version and platform.
    pub platform: Platform,
    /// Whether a file, by its displayed path, is left out of checks.
    pub excludes: Box<dyn Fn(&str) -> bool + Send + Sync>,
    /// The configuration, if there is one.
    pub configuration: Option<FileFaults>,
    /// What else is wrong, for people.
    pub notices: Vec<String>,
}

/// The mistakes of one file.
pub struct FileFaults {
    /// The file, absolute.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
    /// The mistakes; their places are in this text.
    pub diagnostics: Vec<Diagnostic>,
}
