//! `rulec completions SHELL`: a script that completes commands and options.

use crate::arguments::Arguments;
use crate::console::Console;
use crate::status::{Failure, Status};
use clap::CommandFactory;
use clap_complete::Shell;
use std::io::Write;

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub struct CompletionsArguments {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,
}

/// Prints the script.
pub fn run(arguments: &CompletionsArguments, console: &Console) -> Result<Status, Failure> {
    // The generator panics when its writer fails, so it writes to memory.
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "rulec", &mut script);
    let mut out = console.out();
    out.write_all(&script)?;
    out.flush()?;
    Ok(Status::Clean)
}
