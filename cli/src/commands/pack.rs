//! `rulec pack`: what packs are, whose are trusted, which versions go together, and what changed between them.

#[cfg(feature = "compiler")]
mod diff;
mod index;
mod inspect;
mod keys;
mod lock;
mod verify;

use crate::console::Console;
use crate::status::{Failure, Status};

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub struct PackArguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Show what a pack is and what it holds.
    Inspect(inspect::InspectArguments),
    /// Check all of a pack: hashes, signatures, plan, machine code.
    Verify(verify::VerifyArguments),
    /// Tell what changed between two versions of a pack, and which version step that asks for.
    #[cfg(feature = "compiler")]
    Diff(diff::DiffArguments),
    /// Choose the packs that `pack.toml` or `rulec.toml` names, and write `rulec.lock`.
    Lock(lock::LockArguments),
    /// Add packs to an index folder.
    Index(index::IndexArguments),
    /// Make a pair of keys to sign packs with.
    Keygen(keys::KeygenArguments),
    /// Sign a pack.
    Sign(keys::SignArguments),
    /// Say whose packs may run machine code here.
    Trust(keys::TrustArguments),
}

/// Does it.
pub fn run(arguments: &PackArguments, console: &Console) -> Result<Status, Failure> {
    match &arguments.what {
        What::Inspect(arguments) => inspect::run(arguments, console),
        What::Verify(arguments) => verify::run(arguments, console),
        #[cfg(feature = "compiler")]
        What::Diff(arguments) => diff::run(arguments, console),
        What::Lock(arguments) => lock::run(arguments, console),
        What::Index(arguments) => index::run(arguments, console),
        What::Keygen(arguments) => keys::generate(arguments, console),
        What::Sign(arguments) => keys::sign(arguments, console),
        What::Trust(arguments) => keys::trust(arguments, console),
    }
}
