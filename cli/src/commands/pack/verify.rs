//! `rulec pack verify`: everything that can be checked of a pack without running it.

use crate::commands::pack::inspect::standing_words;
use crate::console::Console;
use crate::status::{Failure, Status};
use crate::trust::{Standing, Trust};
use rulec_pack::Container;
use std::fs;
use std::io::Write;
use std::path::PathBuf;

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub struct VerifyArguments {
    /// The pack.
    pack: PathBuf,

    /// Refuse it unless a trusted key has signed it.
    #[arg(long)]
    require_signed: bool,
}

/// Checks hashes, signatures, manifest, sources, plan and entry points.
pub fn run(arguments: &VerifyArguments, console: &Console) -> Result<Status, Failure> {
    let display = arguments.pack.display();
    let about = |what: String| Failure::Message(format!("{display}: {what}"));
    let bytes = fs::read(&arguments.pack).map_err(|error| about(format!("cannot be read: {error}")))?;
    let pack = rulec_pack::file::read(&bytes).map_err(|error| about(error.to_string()))?;
    pack.check_manifest().map_err(|error| about(error.to_string()))?;
    let container = Container::of_bytes(bytes).map_err(|error| about(error.to_string()))?;
    let standing = Trust::of_this_user().standing(&container).map_err(Failure::Message)?;
    if arguments.require_signed && !matches!(standing, Standing::Signed(_)) {
        return Err(about("no key that is trusted here has signed it".to_owned()));
    }
    let rules = pack.plan.rules.iter().filter(|rule| rule.meta.fact.is_none()).count();
    let mut out = console.out();
    let words = standing_words(standing);
    writeln!(out, "{display}: sound: {rules} {}, {words}", if rules == 1 { "rule" } else { "rules" })?;
    out.flush()?;
    Ok(Status::Clean)
}
