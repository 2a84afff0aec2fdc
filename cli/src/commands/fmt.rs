//! `rulec fmt`: formats `.rule` files.

use crate::console::Console;
use crate::rule_files;
use crate::status::{Failure, Status};
use crate::whole_file;
use rulec_grammar::diagnostic::Diagnostic;
use rulec_report::Source;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub struct FmtArguments {
    /// Rule files and folders; `-` formats standard input to standard output.
    #[arg(default_value = ".", value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Change nothing; list the files that are not formatted and exit with status 1 if there are any.
    #[arg(long)]
    check: bool,
}

/// Formats the files; those with syntax errors are left as they are, and their mistakes shown.
pub fn run(arguments: &FmtArguments, console: &Console) -> Result<Status, Failure> {
    if arguments.paths == [Path::new("-")] {
        return stream(arguments.check, console);
    }
    let mut status = Status::Clean;
    let mut out = console.out();
    for root in &arguments.paths {
        let files = rule_files::find(root);
        if files.is_empty() {
            console.diagnostics(&[], &[], &[rule_files::nothing_at(root)]);
            status = status.max(Status::Usage);
        }
        for file in files {
            status = status.max(one(&file, arguments.check, &mut out, console)?);
        }
    }
    out.flush()?;
    Ok(status)
}

fn one(path: &Path, check: bool, out: &mut impl Write, console: &Console) -> Result<Status, Failure> {
    let display = path.display().to_string();
    let text = match rule_files::text(path) {
        Ok(text) => text,
        Err(reason) => return Ok(mistake(console, &display, &reason)),
    };
    let formatted = match rulec_grammar::format(&text) {
        Ok(formatted) => formatted,
        Err(diagnostics) => return Ok(broken(console, &display, &text, &diagnostics)),
    };
    if formatted == text {
        return Ok(Status::Clean);
    }
    if check {
        writeln!(out, "{display} is not formatted")?;
        return Ok(Status::Findings);
    }
    if let Err(error) = whole_file::write(path, |out| out.write_all(formatted.as_bytes())) {
        return Ok(mistake(console, &display, &format!("cannot be written: {error}")));
    }
    writeln!(out, "formatted {display}")?;
    Ok(Status::Clean)
}

fn stream(check: bool, console: &Console) -> Result<Status, Failure> {
    let mut text = String::new();
    if let Err(error) = io::stdin().lock().read_to_string(&mut text) {
        return Ok(mistake(console, "standard input", &format!("cannot be read: {error}")));
    }
    match rulec_grammar::format(&text) {
        Ok(formatted) if check => Ok(if formatted == text { Status::Clean } else { Status::Findings }),
        Ok(formatted) => {
            let mut out = console.out();
            out.write_all(formatted.as_bytes())?;
            out.flush()?;
            Ok(Status::Clean)
        }
        Err(diagnostics) => Ok(broken(console, "standard input", &text, &diagnostics)),
    }
}

fn mistake(console: &Console, path: &str, reason: &str) -> Status {
    console.error(&format!("{path}: {reason}"));
    Status::Usage
}

fn broken(console: &Console, path: &str, text: &str, diagnostics: &[Diagnostic]) -> Status {
    console.diagnostics(diagnostics, &[Source::new(path, text)], &[]);
    Status::Usage
}
