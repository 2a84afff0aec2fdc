//! `rulec pack lock`: chooses the packs that a `pack.toml` or `rulec.toml` names, and writes `rulec.lock` beside it.

use crate::console::Console;
use crate::dependencies::Locking;
use crate::rules::Loaded;
use crate::settings::working_folder;
use crate::status::{Failure, Status};
use crate::whole_file;
use rulec_release::lock;
use rulec_runtime::discover::display;
use std::io::Write;
use std::path::PathBuf;

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub struct LockArguments {
    /// The folder; the nearest `pack.toml` in it or above it counts, or else the nearest `rulec.toml`.
    #[arg(default_value = ".")]
    folder: PathBuf,

    /// Take the highest versions that fit, also of packs that are locked to others.
    #[arg(long)]
    update: bool,
}

/// Writes the lock.
pub fn run(arguments: &LockArguments, console: &Console) -> Result<Status, Failure> {
    let locking = if arguments.update { Locking::Ignore } else { Locking::Renew };
    let loaded = Loaded::for_lock(&arguments.folder, locking);
    console.diagnostics(&loaded.diagnostics, &loaded.sources, &loaded.notices);
    if loaded.has_errors() {
        return Ok(Status::Usage);
    }
    let (new, mut out) = (&loaded.needed.lock, console.out());
    let before = loaded.needed.before.clone().unwrap_or_default();
    let path = loaded.needed.folder.join(lock::FILE_NAME);
    let display = display(&path, &working_folder().map_err(Failure::Message)?);
    let changes = before.changes(new);
    if changes.is_empty() && loaded.needed.before.is_some() {
        writeln!(out, "{display} is up to date: {}", counted(new.packs.len()))?;
    } else {
        let text = new.text().map_err(Failure::Message)?;
        whole_file::write(&path, |file| file.write_all(text.as_bytes()))
            .map_err(|error| Failure::Message(format!("{display} cannot be written: {error}")))?;
        writeln!(out, "wrote {display}: {}", counted(new.packs.len()))?;
        for change in changes {
            writeln!(out, "  {change}")?;
        }
    }
    out.flush()?;
    Ok(Status::Clean)
}

fn counted(packs: usize) -> String {
    format!("{packs} {}", if packs == 1 { "pack" } else { "packs" })
}
