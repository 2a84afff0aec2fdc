//! Where reports go, and in which formats.

use super::{CheckArguments, Checked, Undecided};
use crate::areas::{Areas, Told};
use crate::console::Console;
use crate::status::{Failure, Status};
use crate::whole_file;
use rulec_plan::manifest::RuleMeta;
use rulec_report::{FORMATS, Format, Report, View, write_rest};
use std::collections::HashSet;
use std::io::{self, Write};
use std::path::PathBuf;

/// What is reported, and how.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Output")]
pub struct OutputArguments {
    /// The format.
    #[arg(long, default_value = "text", value_parser = format_names(), value_name = "FORMAT")]
    format: String,

    /// Write the report to a file instead of standard output; as FORMAT=FILE, write one more in that format [repeatable].
    #[arg(long, value_name = "[FORMAT=]FILE", value_parser = destination)]
    output: Vec<Destination>,

    /// Findings only: no summary, no notes, no progress.
    #[arg(short, long)]
    quiet: bool,

    /// Show how many findings there are of each rule, family and severity.
    #[arg(long)]
    statistics: bool,

    /// Show where the time goes, by rule; takes longer than a run without.
    #[arg(long, conflicts_with_all = ["no_timings", "quiet", "fix", "fix_unsafe", "diff"])]
    profile: bool,

    /// Leave out times, so that equal runs give equal reports.
    #[arg(long)]
    no_timings: bool,
}

impl OutputArguments {
    /// Whether the report says where the time goes.
    pub fn wants_profile(&self) -> bool {
        self.profile
    }

    /// Whether nothing but findings is wanted.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }
}

fn format_names() -> clap::builder::PossibleValuesParser {
    FORMATS.iter().map(|format| format.name()).collect::<Vec<_>>().into()
}

/// A value of `--output`.
#[derive(Clone, Debug)]
struct Destination {
    /// The name of its format; that of `--format` if not given.
    format: Option<String>,
    path: PathBuf,
}

fn destination(text: &str) -> Result<Destination, String> {
    let (format, path) = match text.split_once('=') {
        Some((name, path)) if rulec_report::format(name).is_some() => (Some(name.to_owned()), path),
        _ => (None, text),
    };
    if path.is_empty() {
        return Err("the name of the file is missing".to_owned());
    }
    Ok(Destination { format, path: PathBuf::from(path) })
}

/// Writes all reports.
pub fn write(
    arguments: &CheckArguments,
    console: &Console,
    (areas, told): (&Areas, &Told),
    checked: &Checked,
    status: Status,
) -> Result<(), Failure> {
    let output = &arguments.output;
    let view = View {
        color: false,
        quiet: output.quiet,
        timings: !output.no_timings,
        undecided: arguments.undecided != Undecided::Ignore,
        statistics: output.statistics,
    };
    let rules = if told.is_unusable { Vec::new() } else { rules_on(areas) };
    let report = Report {
        outcome: &checked.outcome,
        diagnostics: &told.diagnostics,
        sources: &told.sources,
        notices: &told.notices,
        rules: &rules,
        exit_code: status as u8,
        version: env!("CARGO_PKG_VERSION"),
        profile: &checked.profile,
        view,
    };
    console.diagnostics(&told.diagnostics, &told.sources, &told.notices);
    for error in &checked.outcome.internal_errors {
        let place = if error.path.is_empty() { String::new() } else { format!("{}: ", error.path) };
        console.error(&format!("{place}internal error: {}", error.message));
    }
    for destination in &output.output {
        to_file(destination, &output.format, &report, console)?;
    }
    if output.output.iter().all(|destination| destination.format.is_some()) {
        to_stdout(arguments, &report, checked, console)?;
    }
    Ok(())
}

/// The rules that are on for any file, each once.
fn rules_on(areas: &Areas) -> Vec<&RuleMeta> {
    let mut seen = HashSet::new();
    let mut rules = Vec::new();
    for area in areas.in_use() {
        let on = area.loaded.rules().enumerate().filter(|(number, _)| area.selection.anywhere(*number));
        rules.extend(on.map(|(_, found)| found.meta).filter(|meta| seen.insert(meta.id.as_str())));
    }
    rules
}

fn to_file(destination: &Destination, default: &str, report: &Report<'_>, console: &Console) -> Result<(), Failure> {
    let name = destination.format.as_deref().unwrap_or(default);
    let Some(format) = rulec_report::format(name) else { return Ok(()) };
    let report = colored(*report, console.colored_elsewhere());
    let written = whole_file::write(&destination.path, |out| format.write(&report, out));
    written.map_err(|error| Failure::Message(format!("{} cannot be written: {error}", destination.path.display())))
}

/// The report; under `--diff` or with fixed standard input, that text, and the report on standard error.
fn to_stdout(
    arguments: &CheckArguments,
    report: &Report<'_>,
    checked: &Checked,
    console: &Console,
) -> Result<(), Failure> {
    let Some(format) = rulec_report::format(&arguments.output.format) else { return Ok(()) };
    let mut out = console.out();
    if arguments.fix.prints_text(arguments.files.is_stream()) {
        out.write_all(&checked.text)?;
        out.flush()?;
        console.on_stderr(|screen| write_all(format, report, screen));
        return Ok(());
    }
    format.write(&colored(*report, console.colored()), &mut out)?;
    out.flush()?;
    if format.findings_only() && !report.view.quiet {
        console.on_stderr(|screen| write_rest(report, screen));
    }
    Ok(())
}

fn write_all(format: &dyn Format, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    format.write(report, out)
}

fn colored(report: Report<'_>, color: bool) -> Report<'_> {
    Report { view: View { color, ..report.view }, ..report }
}
