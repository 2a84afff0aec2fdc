//! `rulec check`: applies rules to Go code.
//!
//! The run is: files and their configurations ([`files`]), the rules of each ([`crate::areas`]), the check itself, once for all
//! files with the same rules ([`parts`]), fixes ([`fixing`]), what counts as old ([`adoption`]), reports ([`output`]), status. Whatever
//! goes wrong after the arguments were read ends up in the report, so that `--format json` writes one object in every case.

mod adoption;
mod files;
mod fixing;
mod output;
mod parts;

pub use parts::rule_set;

use crate::areas::{Areas, Configurations, Told};
use crate::arguments::{EngineName, RuleArguments, SelectArguments};
use crate::commands::cache::{ParcelArguments, UseArguments};
use crate::console::Console;
use crate::interrupt;
use crate::rules::code_not_run;
use crate::settings::working_folder;
use crate::status::{Failure, Status};
use adoption::{Adoption, AdoptionArguments, Surroundings};
use files::{FileArguments, Found};
use fixing::FixArguments;
use output::OutputArguments;
use rulec_plan::manifest::Severity;
use rulec_report::Notice;
use rulec_runtime::finding::{InternalError, Outcome};
use rulec_runtime::profile::Row;
use std::collections::BTreeSet;
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

    #[command(flatten)]
    parcel: ParcelArguments,
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
}

/// Checks the files, applies fixes, writes the reports.
pub fn run(arguments: &CheckArguments, console: &Console) -> Result<Status, Failure> {
    interrupt::listen();
    let started = Instant::now();
    let cwd = working_folder().map_err(Failure::Message)?;
    let mut configurations = Configurations::new(&arguments.rules, &cwd);
    let found = files::find(&arguments.files, &mut configurations);
    let files = found.input.all().iter().zip(found.configurations.iter().copied());
    let (areas, mut told) = Areas::new(configurations, &arguments.select, files);
    let mut checked = Checked::default();
    if !told.is_unusable {
        checked = guarded(|| analyse(arguments, &areas, found, &mut told));
    }
    checked.outcome.summary.elapsed_ms = started.elapsed().as_secs_f64() * 1000.0;
    let status = status(arguments, &told, &checked);
    output::write(arguments, console, (&areas, &told), &checked, status)?;
    Ok(status)
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

fn analyse(arguments: &CheckArguments, areas: &Areas, found: Found, told: &mut Told) -> Checked {
    if arguments.engine == EngineName::Native {
        told.notices.extend(code_not_run(&areas.packs()));
    }
    let parts = match parts::of(arguments, areas, &found.input) {
        Ok(parts) => parts,
        Err(reason) => {
            told.notices.push(Notice::error(reason));
            return Checked::default();
        }
    };
    told.notices.extend(found.notices);
    let run = Surroundings { files: &arguments.files, areas, input: &found.input };
    let adoption = match Adoption::new(&arguments.adoption, run, &mut told.notices) {
        Ok(adoption) => adoption,
        Err(notice) => {
            told.notices.push(notice);
            return Checked::default();
        }
    };
    let mut checked = parts::check(arguments, &parts, &found.input, &adoption, &mut told.notices);
    checked.outcome.summary.rules = rules_on(areas);
    checked.outcome.skipped.extend(found.skipped);
    checked.outcome.skipped.sort();
    adoption.apply(&mut checked.outcome, checked.spared.as_ref(), told);
    checked
}

/// How many rules are on where no path says otherwise.
fn rules_on(areas: &Areas) -> usize {
    let mut on = BTreeSet::new();
    for area in areas.in_use() {
        let rules = area.loaded.rules().zip(&area.selection.settings).filter(|(_, setting)| setting.on);
        on.extend(rules.map(|(found, _)| found.meta.id.as_str()));
    }
    on.len()
}

fn status(arguments: &CheckArguments, told: &Told, checked: &Checked) -> Status {
    let outcome = &checked.outcome;
    let when = |condition, status| if condition { status } else { Status::Clean };
    let fails = outcome.findings.iter().any(|finding| arguments.fail_on.reached_by(finding.severity));
    let undecided = arguments.undecided == Undecided::Fail && !outcome.undecided.is_empty();
    let skipped = arguments.fail_on_skipped && !(outcome.skipped.is_empty() && outcome.partial.is_empty());
    when(fails || undecided || skipped || checked.differs, Status::Findings)
        .max(when(told.has_errors(), Status::Usage))
        .max(when(!outcome.internal_errors.is_empty(), Status::Internal))
        .max(when(outcome.interrupted, Status::Interrupted))
}
