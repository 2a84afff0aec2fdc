//! `rulec pack verify`: everything that can be checked of a pack without running it.

#[cfg(feature = "compiler")]
use crate::commands::pack::diff::difference;
use crate::commands::pack::inspect::standing_words;
use crate::console::Console;
use crate::status::{Failure, Status};
use crate::trust::{Standing, Trust};
use rulec_pack::Container;
use std::fs;
use std::io::Write;
#[cfg(feature = "compiler")]
use std::path::Path;
use std::path::PathBuf;

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub struct VerifyArguments {
    /// The pack.
    pack: PathBuf,

    /// Refuse it unless a trusted key has signed it.
    #[arg(long)]
    require_signed: bool,

    /// Refuse it if its version is too small a step from this earlier one, for what changed.
    #[cfg(feature = "compiler")]
    #[arg(long, value_name = "OLD")]
    against: Option<PathBuf>,
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
    #[cfg(feature = "compiler")]
    if let Some(old) = &arguments.against {
        return verify_step(old, &arguments.pack, console);
    }
    Ok(Status::Clean)
}

/// Whether the version says how much changed.
#[cfg(feature = "compiler")]
fn verify_step(old: &Path, new: &Path, console: &Console) -> Result<Status, Failure> {
    let Some(difference) = difference(old, new, console)? else { return Ok(Status::Usage) };
    let mut out = console.out();
    match difference.too_small() {
        None => writeln!(out, "{}: the version fits what changed since {}", new.display(), old.display())?,
        Some(complaint) => {
            for reason in difference.reasons() {
                writeln!(out, "  {reason}")?;
            }
            out.flush()?;
            console.error(&complaint);
            return Ok(Status::Findings);
        }
    }
    out.flush()?;
    Ok(Status::Clean)
}
