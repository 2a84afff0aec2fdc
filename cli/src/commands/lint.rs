//! `rulec lint`: all errors and warnings of rules.

use crate::console::Console;
use crate::rules::Loaded;
use crate::status::{Failure, Status};
use rulec_grammar::diagnostic::Severity;
use rulec_report::{Report, View};
use rulec_runtime::finding::Outcome;
use std::io::Write;
use std::path::PathBuf;

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub struct LintArguments {
    /// Rule files and folders.
    #[arg(default_value = ".", value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// How to write what was found: `json` is the format of `rulec check`, with `diagnostics` alone.
    #[arg(long, value_enum, default_value_t)]
    format: LintFormat,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum LintFormat {
    #[default]
    Text,
    Json,
}

/// Checks the rules.
pub fn run(arguments: &LintArguments, console: &Console) -> Result<Status, Failure> {
    let mut loaded = Loaded::of_paths(&arguments.paths);
    loaded.diagnostics.sort_by_key(|diagnostic| (diagnostic.file, diagnostic.span.start));
    let status = if loaded.has_errors() { Status::Usage } else { Status::Clean };
    match arguments.format {
        LintFormat::Text => {
            console.diagnostics(&loaded.diagnostics, &loaded.sources, &loaded.notices);
            let mut out = console.out();
            writeln!(out, "{}", summary(&loaded))?;
            out.flush()?;
        }
        LintFormat::Json => write_json(&loaded, status, console)?,
    }
    Ok(status)
}

/// `2 errors, 1 warning in 14 rule files; 12 rules are sound`.
fn summary(loaded: &Loaded) -> String {
    let count = |severity| {
        let faults = loaded.diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
        faults + loaded.notices.iter().filter(|notice| notice.severity == severity).count()
    };
    let counted = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let faults = match (count(Severity::Error), count(Severity::Warning)) {
        (0, 0) => "no mistakes".to_owned(),
        (errors, 0) => counted(errors, "error"),
        (0, warnings) => counted(warnings, "warning"),
        (errors, warnings) => format!("{}, {}", counted(errors, "error"), counted(warnings, "warning")),
    };
    let (files, rules) = (loaded.packs.iter().map(|pack| pack.files.len()).sum(), loaded.rules().count());
    format!("{faults} in {}; {} without errors", counted(files, "rule file"), counted(rules, "rule"))
}

fn write_json(loaded: &Loaded, status: Status, console: &Console) -> Result<(), Failure> {
    let report = Report {
        outcome: &Outcome::default(),
        diagnostics: &loaded.diagnostics,
        sources: &loaded.sources,
        notices: &loaded.notices,
        rules: &[],
        exit_code: status as u8,
        version: env!("CARGO_PKG_VERSION"),
        profile: &[],
        view: View { color: false, quiet: false, timings: false, undecided: false, statistics: false },
    };
    let mut out = console.out();
    if let Some(format) = rulec_report::format("json") {
        format.write(&report, &mut out)?;
    }
    out.flush()?;
    Ok(())
}
