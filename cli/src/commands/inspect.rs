//! `rulec inspect`: what is known of Go files.

use crate::console::Console;
use crate::settings::working_folder;
use crate::status::{Failure, Status};
use rulec_gofront::inspect::{self, Format};
use rulec_gofront::{File, Reader};
use rulec_runtime::discover::{Filters, discover};
use rulec_tree::Vocabulary;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub struct InspectArguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// The syntax tree that rules match: one node to a line.
    Tree(FileArguments),
    /// What each identifier means: one to a line.
    Names(FileArguments),
}

#[derive(Debug, clap::Args)]
struct FileArguments {
    /// Files, folders or Go patterns.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// For people, or for programs.
    #[arg(long, value_enum, default_value_t)]
    format: FormatName,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum FormatName {
    #[default]
    Text,
    Jsonl,
}

type Writer = fn(&File, &str, Format) -> String;

/// Prints it, file by file.
pub fn run(arguments: &InspectArguments, console: &Console) -> Result<Status, Failure> {
    let (files, write): (_, Writer) = match &arguments.what {
        What::Tree(files) => (files, inspect::tree),
        What::Names(files) => (files, inspect::names),
    };
    let format = match files.format {
        FormatName::Text => Format::Text,
        FormatName::Jsonl => Format::Jsonl,
    };
    let discovered = discover(&files.paths, &Filters::default(), &working_folder().map_err(Failure::Message)?);
    for error in &discovered.errors {
        console.error(&error.to_string());
    }
    let mut out = console.out();
    let mut reader = Reader::new();
    let vocabulary = Arc::new(Vocabulary::default());
    for target in &discovered.targets {
        let source = fs::read(&target.path).map_err(|error| error.to_string());
        let file = source.and_then(|source| reader.read(&source, &vocabulary).map_err(|refusal| refusal.to_string()));
        match file {
            Ok(file) => {
                warn_of_gaps(&file, &target.display, console);
                out.write_all(write(&file, &target.display, format).as_bytes())?;
            }
            Err(reason) => console.warning(&format!("{}: {reason}", target.display)),
        }
    }
    out.flush()?;
    Ok(if discovered.errors.is_empty() { Status::Clean } else { Status::Usage })
}

/// What does not parse is not in the output: says so.
fn warn_of_gaps(file: &File, path: &str, console: &Console) {
    for bad in &file.coverage.bad {
        let (line, column) = file.lines.position(bad.at);
        console.warning(&format!("{path}:{line}:{column}: {} in {}", bad.reason, bad.what));
    }
}
