//! What a caller asks for: rules, settings, files and how to go about it.
//!
//! Plain data and three small traits for what differs between callers. Start at [`Job`].

use crate::finding::RuleRef;
use crate::profile::Profile;
use crate::rules::RuleSet;
use rulec_plan::ir::Constant;
use rulec_plan::manifest::Severity;
use rulec_program::{Config, GoVersion};
use rulec_world::Packages;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Rules, files and settings of one run.
pub struct Job<'a> {
    /// The rules, linked and prepared.
    pub rules: &'a RuleSet,
    /// For each program, for each of its rules: whether it runs, and how bad its findings are.
    pub settings: &'a [Vec<RuleSetting>],
    /// What differs in some files.
    pub policy: Option<&'a dyn PathPolicy>,
    /// The files. [`crate::discover::discover`] finds them.
    pub files: &'a [Target],
    /// How many threads; 0 for one per core.
    pub threads: usize,
    /// Check files that say they are generated, even where not named explicitly.
    pub generated: bool,
    /// Skip parsing of files whose text shows that no rule can match. Switched off, every file is parsed, so that
    /// [`crate::Outcome::partial`] covers all of them.
    pub prefilter: bool,
    /// For which Go version and platform.
    pub platform: &'a Platform,
    /// The packages of the files, for rules that ask for types. Without them, every type is unknown.
    pub packages: Option<&'a Packages>,
    /// Find out why matches are left undecided. Without it, [`crate::finding::Undecided::reason`] is empty.
    pub reasons: bool,
    /// Notes where the time goes.
    pub profile: Option<&'a Profile>,
    /// Hears how far the run is.
    pub progress: &'a dyn Progress,
    /// Set by someone else to end the run after the files in hand.
    pub interrupt: &'a AtomicBool,
}

/// Whether a rule runs, and how bad its findings are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleSetting {
    /// It runs.
    pub enabled: bool,
    /// The severity of its findings.
    pub severity: Severity,
}

/// The value of an option, instead of its default.
#[derive(Clone, Debug, PartialEq)]
pub struct OptionValue {
    /// Whose option.
    pub rule: RuleRef,
    /// Index into the options of the rule's [`rulec_plan::manifest::RuleMeta`].
    pub option: u32,
    /// A constant of the option's type.
    pub value: Constant,
}

/// What differs between files: `[[per-path]]` of a configuration.
pub trait PathPolicy: Sync {
    /// Changes the settings for the file with this display path; `settings` come as they are for all files.
    fn adjust(&self, path: &str, settings: &mut [Vec<RuleSetting>]);
}

/// A file to check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Where to read it.
    pub path: PathBuf,
    /// How it is shown.
    pub display: Arc<str>,
    /// Named by the user rather than met while walking: checked even if generated.
    pub explicit: bool,
}

/// For which Go version and platform files are checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Platform {
    /// Operating system; with this, `goarch` or `tags` given, files that build constraints exclude are left out.
    pub goos: Option<String>,
    /// Architecture.
    pub goarch: Option<String>,
    /// Build tags.
    pub tags: Vec<String>,
    /// `1.22`: instead of what go.mod says.
    pub go_version: Option<String>,
    /// Import paths are those of folders below `DIR/src`, for files there that no go.mod covers.
    pub gopath: Option<PathBuf>,
}

impl Platform {
    /// Where packages are looked for on this machine, for this version and platform.
    pub fn config(&self) -> Config {
        Config {
            goos: self.goos.clone(),
            goarch: self.goarch.clone(),
            tags: self.tags.clone(),
            gopath: self.gopath.clone(),
            go_version: self.go_version.as_deref().and_then(GoVersion::parse),
            ..Config::of_this_machine()
        }
    }

    /// Whether build constraints are to be looked at.
    pub fn is_given(&self) -> bool {
        self.goos.is_some() || self.goarch.is_some() || !self.tags.is_empty()
    }
}

/// Hears how far a run is. Called from several threads.
pub trait Progress: Sync {
    /// One more file is done.
    fn file_done(&self, path: &str);
}

/// A [`Progress`] that says nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Quiet;

impl Progress for Quiet {
    fn file_done(&self, _path: &str) {}
}
