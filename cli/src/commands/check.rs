//! `rulec check`: applies rules to Go code.
//!
//! The run is: configuration and rules ([`crate::rules`], [`crate::settings`]), files ([`files`]), the check itself, fixes
//! ([`fixing`]), reports ([`output`]), status. Whatever goes wrong after the arguments were read ends up in the report, so
//! that `--format json` writes one object in every case.

mod adoption;
mod files;
mod fixing;
mod output;

use crate::arguments::{EngineName, RuleArguments, SelectArguments};
use crate::commands::cache::UseArguments;
use crate::console::Console;
use crate::interrupt::{self, INTERRUPTED};
use crate::progress::Bar;
use crate::rules::{Loaded, code_not_run};
use crate::settings::{Configuration, Policy, option_values, rule_settings};
use crate::status::{Failure, Status};
use adoption::{Adoption, AdoptionArguments, Surroundings};
use files::{FileArguments, Input};
use fixing::FixArguments;
use output::OutputArguments;
use rulec_config::Selection;
use rulec_plan::manifest::Severity;
use rulec_report::Notice;
use rulec_runtime::finding::{InternalError, Outcome};
use rulec_runtime::job::{Job, PathPolicy, RuleSetting};
use rulec_runtime::profile::Row;
use rulec_runtime::{Profile, RuleSet, check_incrementally, check_source};
use rulec_world::Packages;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub struct CheckArguments {
    #[command(flatten)]
    files: FileArguments,

    #[command(flatten)]
    rules: RuleArguments,

    #[command(flatten)]
    select: SelectArguments,

    #[command(flatten)]
    adoption: AdoptionArguments,

    #[command(flatten)]
    fix: FixArguments,

    #[command(flatten)]
    output: OutputArguments,

    /// What to do with matches that hang on something that is not known.
    #[arg(long, value_enum, default_value_t, value_name = "WHAT")]
    undecided: Undecided,

    /// Exit with status 1 if there are findings of this severity or a higher one.
    #[arg(long, value_enum, default_value_t, value_name = "SEVERITY")]
    fail_on: FailOn,

    /// Exit with status 1 if a file was not checked, or not all of it.
    #[arg(long)]
    fail_on_skipped: bool,

    /// How many threads to use; one for each core if not given.
    #[arg(short, long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    jobs: usize,

    /// What runs the rules.
    #[arg(long, value_enum, default_value_t)]
    engine: EngineName,

    #[command(flatten)]
    cache: UseArguments,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Undecided {
    /// Count them.
    #[default]
    Ignore,
    /// List them.
    List,
    /// List them, and exit with status 1 if there are any.
    Fail,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum FailOn {
    #[default]
    Error,
    Warning,
    Info,
    Never,
}

impl FailOn {
    fn reached_by(self, severity: Severity) -> bool {
        match self {
            FailOn::Error => severity >= Severity::Error,
            FailOn::Warning => severity >= Severity::Warning,
            FailOn::Info => severity >= Severity::Info,
            FailOn::Never => false,
        }
    }
}

/// Fingerprints, as the runtime gathers them.
type Spared = rustc_hash::FxHashSet<String>;

/// What a run has come to.
#[derive(Default)]
struct Checked {
    outcome: Outcome,
    /// A unified diff, or the text of standard input with its fixes: what `--diff` and `--fix` print.
    text: Vec<u8>,
    /// There is something to change, under `--diff`.
    differs: bool,
    /// Fingerprints of the findings that fixes leave alone, if there were fixes.
    spared: Option<Spared>,
    /// Where the time went, under `--profile`.
    profile: Vec<Row>,
    /// Whether each rule of [`Loaded::rules`] was on for any file.
    rules_on: Vec<bool>,
}

/// Checks the files, applies fixes, writes the reports.
pub fn run(arguments: &CheckArguments, console: &Console) -> Result<Status, Failure> {
    interrupt::listen();
    let started = Instant::now();
    let configuration =
        Configuration::load_for(&arguments.rules, arguments.files.places()).map_err(Failure::Message)?;
    let mut loaded = Loaded::new(&arguments.rules, &configuration);
    let selection = configuration.select(&arguments.select, &mut loaded);
    let is_usable = selection.is_some() && !has_broken_configuration(&configuration, &loaded);
    let mut checked = Checked::default();
    if let Some(selection) = selection.filter(|_| is_usable) {
        checked = guarded(|| analyse(arguments, &configuration, &selection, &mut loaded));
        checked.rules_on = (0..loaded.rules().count()).map(|rule| selection.anywhere(rule)).collect();
    }
    checked.outcome.summary.elapsed_ms = started.elapsed().as_secs_f64() * 1000.0;
    let status = status(arguments, &loaded, &checked);
    output::write(arguments, console, &loaded, &checked, status)?;
    Ok(status)
}

/// Mistakes in the configuration stop the run: what it would have said is not known. Mistakes in rules do not.
fn has_broken_configuration(configuration: &Configuration, loaded: &Loaded) -> bool {
    let is_error = |severity| severity == rulec_grammar::diagnostic::Severity::Error;
    let in_it = |diagnostic: &&rulec_grammar::diagnostic::Diagnostic| {
        configuration.layers.iter().any(|config| config.file == diagnostic.file)
    };
    configuration.is_broken() || loaded.diagnostics.iter().filter(in_it).any(|diagnostic| is_error(diagnostic.severity))
}

/// A panic here is a fault of rulec; it is reported like those in files.
fn guarded(analysis: impl FnOnce() -> Checked) -> Checked {
    catch_unwind(AssertUnwindSafe(analysis)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        let message = format!("panic: {}", text.unwrap_or("of unknown cause"));
        let error = InternalError { path: String::new(), message };
        Checked { outcome: Outcome { internal_errors: vec![error], ..Outcome::default() }, ..Checked::default() }
    })
}

fn analyse(
    arguments: &CheckArguments,
    configuration: &Configuration,
    selection: &Selection,
    loaded: &mut Loaded,
) -> Checked {
    if arguments.engine == EngineName::Native {
        loaded.notices.extend(code_not_run(&loaded.packs));
    }
    let rules = match rule_set(arguments.engine, selection, loaded) {
        Ok(rules) => rules.with_suppressions(configuration.suppressions()),
        Err(reason) => {
            loaded.notices.push(Notice::error(reason));
            return Checked::default();
        }
    };
    let settings = rule_settings(selection, loaded);
    let found = files::find(&arguments.files, configuration, &mut loaded.notices);
    let policy = Policy { selection, configuration };
    let policy: Option<&dyn PathPolicy> = if selection.depends_on_path() { Some(&policy) } else { None };
    let run = Surroundings { files: &arguments.files, configuration, selection, rules: &rules, input: &found.input };
    let adoption = match Adoption::new(&arguments.adoption, run, loaded) {
        Ok(adoption) => adoption,
        Err(notice) => {
            loaded.notices.push(notice);
            return Checked::default();
        }
    };
    let mut checked = check_all(arguments, run, &settings, policy, &adoption, loaded);
    checked.outcome.skipped.extend(found.skipped);
    checked.outcome.skipped.sort();
    adoption.apply(&mut checked.outcome, checked.spared.as_ref(), loaded);
    checked
}

fn check_all(
    arguments: &CheckArguments,
    run: Surroundings<'_>,
    settings: &[Vec<RuleSetting>],
    policy: Option<&dyn PathPolicy>,
    adoption: &Adoption<'_>,
    loaded: &mut Loaded,
) -> Checked {
    let Surroundings { configuration, rules, input, .. } = run;
    let profile = arguments.output.wants_profile().then(|| Profile::new(rules));
    let bar = Bar::new(!arguments.output.is_quiet());
    let platform = files::platform(&arguments.files);
    let paths = input.targets().iter().map(|target| target.path.clone()).collect();
    let packages = Packages::of_disk(platform.config(), paths, arguments.jobs).with_declarations(rules.declarations());
    let packages = arguments.cache.apply(packages);
    let job = Job {
        rules,
        settings,
        policy,
        files: input.targets(),
        threads: arguments.jobs,
        generated: files::with_generated(&arguments.files, configuration),
        prefilter: !arguments.fail_on_skipped,
        platform: &platform,
        packages: Some(&packages),
        reasons: arguments.undecided != Undecided::Ignore,
        profile: profile.as_ref(),
        progress: &bar,
        interrupt: &INTERRUPTED,
    };
    if arguments.fix.is_wanted() {
        return fixing::run(&arguments.fix, &job, input, adoption, &mut loaded.notices);
    }
    let (outcome, problems) = match input {
        Input::Files(_) => {
            let checked = check_incrementally(&job);
            (checked.outcome, checked.problems)
        }
        Input::Stream { target, source } => (check_source(&job, target, source), packages.problems()),
    };
    loaded.notices.extend(problems.into_iter().map(Notice::warning));
    let profile = profile.map_or_else(Vec::new, |profile| profile.rows(rules));
    Checked { outcome, profile, ..Checked::default() }
}

/// The rules of all packs, ready to run.
///
/// # Errors
/// What to tell the user where they cannot be run.
pub fn rule_set(engine: EngineName, selection: &Selection, loaded: &Loaded) -> Result<RuleSet, String> {
    let mut parts = Vec::new();
    for pack in &loaded.packs {
        parts.push((pack.plan.clone(), pack.engine(engine)?));
    }
    RuleSet::new(parts, &option_values(selection, loaded)).map_err(|error| error.to_string())
}

fn status(arguments: &CheckArguments, loaded: &Loaded, checked: &Checked) -> Status {
    let outcome = &checked.outcome;
    let when = |condition, status| if condition { status } else { Status::Clean };
    let fails = outcome.findings.iter().any(|finding| arguments.fail_on.reached_by(finding.severity));
    let undecided = arguments.undecided == Undecided::Fail && !outcome.undecided.is_empty();
    let skipped = arguments.fail_on_skipped && !(outcome.skipped.is_empty() && outcome.partial.is_empty());
    when(fails || undecided || skipped || checked.differs, Status::Findings)
        .max(when(loaded.has_errors(), Status::Usage))
        .max(when(!outcome.internal_errors.is_empty(), Status::Internal))
        .max(when(outcome.interrupted, Status::Interrupted))
}
