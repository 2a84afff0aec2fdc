//! `rulec man FOLDER`: a manual page for rulec and for each of its commands.

use crate::arguments::Arguments;
use crate::console::Console;
use crate::status::{Failure, Status};
use crate::whole_file;
use clap::CommandFactory;
use clap_mangen::Man;
use std::fs;
use std::io::Write;
use std::path::PathBuf;

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub struct ManArguments {
    /// Where the pages go; it is made if it is not there.
    folder: PathBuf,
}

/// Writes the pages: `rulec.1`, `rulec-check.1`, `rulec-pack-diff.1`.
pub fn run(arguments: &ManArguments, console: &Console) -> Result<Status, Failure> {
    let display = arguments.folder.display();
    let cannot = |error: std::io::Error| Failure::Message(format!("{display} cannot be written: {error}"));
    fs::create_dir_all(&arguments.folder).map_err(cannot)?;
    let mut root = Arguments::command();
    // Names of commands below others, and the options that all of them take.
    root.build();
    let (mut commands, mut pages) = (vec![root], 0);
    while let Some(command) = commands.pop() {
        if command.is_hide_set() || command.get_name() == "help" {
            continue;
        }
        let man = Man::new(command.clone());
        whole_file::write(&arguments.folder.join(man.get_filename()), |file| man.render(file)).map_err(cannot)?;
        pages += 1;
        commands.extend(command.get_subcommands().cloned());
    }
    let mut out = console.out();
    writeln!(out, "wrote {pages} pages into {display}")?;
    out.flush()?;
    Ok(Status::Clean)
}
