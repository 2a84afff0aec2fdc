//! Rules set up to be tried on single files.
//!
//! In: a plan and what runs it. Out: what its rules find in a text. Files are held in memory, unless an example has
//! several: then they stand in a temporary folder, so that questions about other files have answers.

use crate::sample::{GoFile, Settings};
use rulec_compiler::native::{self, NativeOptions};
use rulec_grammar::ast::ExampleFile;
use rulec_pack::{Code, Engine, Executable};
use rulec_plan::Plan;
use rulec_plan::ir::RuleIndex;
use rulec_runtime::finding::{Outcome, RuleRef};
use rulec_runtime::fix::{FixLevel, FixedSource, fix_source};
use rulec_runtime::job::{Job, OptionValue, Quiet, RuleSetting, Target};
use rulec_runtime::{RuleSet, check_source};
use rulec_world::{MemoryFile, Packages};
use std::fmt;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::{fs, io};
use tempfile::TempDir;

/// One plan, ready to run.
pub struct Bench {
    plan: Arc<Plan>,
    /// `None`: the interpreter runs the plan.
    code: Option<Code>,
    /// With all options at their defaults.
    rules: RuleSet,
}

/// Why rules cannot be tried.
#[derive(Debug)]
pub struct BenchError(String);

impl fmt::Display for BenchError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for BenchError {}

impl Bench {
    /// A bench that runs machine code, made here.
    ///
    /// # Errors
    /// If the plan cannot be compiled, or the system gives no executable memory.
    pub fn native(plan: Arc<Plan>) -> Result<Bench, BenchError> {
        let code = native::compile(&plan, &NativeOptions::JIT).map_err(|error| BenchError(error.to_string()))?;
        Bench::new(plan, Some(code))
    }

    /// A bench that runs the interpreter.
    ///
    /// # Errors
    /// If the plan is not one that the compiler made.
    pub fn interpreted(plan: Arc<Plan>) -> Result<Bench, BenchError> {
        Bench::new(plan, None)
    }

    fn new(plan: Arc<Plan>, code: Option<Code>) -> Result<Bench, BenchError> {
        let rules = rule_set(&plan, code.as_ref(), &[])?;
        Ok(Bench { plan, code, rules })
    }

    /// The rules.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// What some rules find in a file. `folder` is where the file stands; it need not exist.
    pub(crate) fn check(&self, trial: &Trial<'_>, folder: &Path, file: &GoFile) -> Outcome {
        self.with_job(trial, folder, file, |job| check_source(job, &target(folder, file), file.text.as_bytes()))
    }

    /// What remains when all fixes are applied to a file, the file then, and fixes that had to be dropped.
    pub(crate) fn fix(&self, trial: &Trial<'_>, folder: &Path, file: &GoFile) -> FixedSource {
        self.with_job(trial, folder, file, |job| {
            fix_source(job, &target(folder, file), file.text.as_bytes(), FixLevel::All, &|_| false)
        })
    }

    fn with_job<T>(&self, trial: &Trial<'_>, folder: &Path, file: &GoFile, work: impl FnOnce(&Job<'_>) -> T) -> T {
        let rules = trial.rules.as_ref().unwrap_or(&self.rules);
        let packages = trial.packages(folder, file).with_declarations(rules.declarations());
        work(&Job {
            rules,
            settings: &[self.settings(trial.enabled)],
            policy: None,
            files: &[],
            threads: 1,
            generated: true,
            prefilter: true,
            platform: &trial.settings.platform,
            packages: Some(&packages),
            reasons: true,
            profile: None,
            progress: &Quiet,
            interrupt: &AtomicBool::new(false),
        })
    }

    /// Prepares to try some rules.
    ///
    /// # Errors
    /// Names an option that none of the rules has.
    pub(crate) fn trial<'t>(
        &self,
        enabled: &'t [RuleIndex],
        settings: &'t Settings,
        files: &'t [GoFile],
    ) -> Result<Trial<'t>, String> {
        let mut options = Vec::new();
        for (name, value) in &settings.options {
            options.push(self.option(enabled, name, value)?);
        }
        let rules = match &options[..] {
            [] => None,
            options => Some(rule_set(&self.plan, self.code.as_ref(), options).map_err(|error| error.to_string())?),
        };
        Ok(Trial { rules, enabled, settings, files })
    }

    fn option(
        &self,
        enabled: &[RuleIndex],
        name: &str,
        value: &rulec_plan::ir::Constant,
    ) -> Result<OptionValue, String> {
        enabled
            .iter()
            .find_map(|&rule| {
                let options = &self.plan.rules.get(rule.0 as usize)?.meta.options;
                let option = options.iter().position(|option| option.name == *name)? as u32;
                Some(OptionValue { rule: RuleRef { program: 0, rule }, option, value: value.clone() })
            })
            .ok_or_else(|| format!("the rule has no option `{name}`"))
    }

    fn settings(&self, enabled: &[RuleIndex]) -> Vec<RuleSetting> {
        let rules = self.plan.rules.iter().enumerate();
        rules
            .map(|(index, rule)| RuleSetting {
                enabled: enabled.contains(&RuleIndex(index as u32)),
                severity: rule.meta.severity,
            })
            .collect()
    }
}

fn target(folder: &Path, file: &GoFile) -> Target {
    Target { path: folder.join(&file.path), display: Arc::from(file.path.as_str()), explicit: true }
}

fn rule_set(plan: &Arc<Plan>, code: Option<&Code>, options: &[OptionValue]) -> Result<RuleSet, BenchError> {
    let engine = match code {
        Some(code) => Engine::Native(Executable::map(code).map_err(|error| BenchError(error.to_string()))?),
        None => Engine::Interp,
    };
    RuleSet::new(vec![(Arc::clone(plan), engine)], options).map_err(|error| BenchError(error.to_string()))
}

/// Some rules with the settings of one example.
pub(crate) struct Trial<'t> {
    /// With the options of the example; `None` if it sets none.
    rules: Option<RuleSet>,
    /// The rules that are on.
    pub enabled: &'t [RuleIndex],
    /// The example's settings.
    settings: &'t Settings,
    /// All Go files of the example.
    files: &'t [GoFile],
}

impl Trial<'_> {
    /// The packages that the files of the example make up, `file` as it is now among them.
    fn packages(&self, folder: &Path, file: &GoFile) -> Packages {
        let others = self.files.iter().filter(|other| other.path != file.path);
        let files = others.chain(std::iter::once(file)).map(|file| MemoryFile {
            import_path: self.settings.import_path(&file.path),
            path: folder.join(&file.path),
            content: file.text.clone().into_bytes(),
        });
        let minor = |version: &str| version.split('.').nth(1)?.parse().ok();
        Packages::of_memory(files.collect(), self.settings.platform.go_version.as_deref().and_then(minor))
    }
}

/// Where the files of an example stand.
pub(crate) enum Folder {
    /// Nowhere: a path that does not exist.
    Nowhere(PathBuf),
    /// In a folder that is removed in the end.
    Temporary(TempDir),
}

impl Folder {
    /// A place for the files of an example.
    ///
    /// # Errors
    /// If a temporary folder is needed and cannot be filled.
    pub fn of(files: &[ExampleFile]) -> io::Result<Folder> {
        if files.len() < 2 {
            return Ok(Folder::Nowhere(PathBuf::from("/rulec/example")));
        }
        let folder = tempfile::tempdir()?;
        for file in files {
            let Some(name) = &file.path else { continue };
            let path = folder.path().join(below(&name.value)?);
            path.parent().map_or(Ok(()), fs::create_dir_all)?;
            fs::write(path, &file.text.value)?;
        }
        Ok(Folder::Temporary(folder))
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        match self {
            Folder::Nowhere(path) => path,
            Folder::Temporary(folder) => folder.path(),
        }
    }
}

/// The name as a path that stays below its folder.
fn below(name: &str) -> io::Result<&Path> {
    let path = Path::new(name);
    if path.components().all(|part| matches!(part, Component::Normal(_))) {
        return Ok(path);
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, format!("`{name}` is not a path below the example's folder")))
}
