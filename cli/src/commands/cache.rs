//! `rulec cache`: what is kept on disk from run to run.

use crate::console::Console;
use crate::status::{Failure, Status};
use crate::vettool::vetx;
use crate::{laid_out, packs};
use rulec_world::{Cache, Packages};
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub struct CacheArguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Remove all of it.
    Clean,
}

/// Whether a command uses the cache.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct UseArguments {
    /// Neither read nor write what is kept from run to run: results of files, and what is known of packages.
    #[arg(long)]
    no_cache: bool,
}

impl UseArguments {
    /// These packages, with the cache of this user if it is wanted and there is one.
    pub fn apply(self, packages: Packages) -> Packages {
        match Cache::of_this_user().filter(|_| !self.no_cache) {
            Some(cache) => packages.with_cache(cache),
            None => packages,
        }
    }
}

/// What calls by others than people carry from run to run.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct ParcelArguments {
    /// A file that rulec has left for `go vet`: what it holds of packages is not found again.
    #[arg(long, hide = true, value_name = "FILE")]
    vetx: Vec<PathBuf>,
}

impl ParcelArguments {
    /// The cache of this user, if it is wanted and there is one, with what the files hold.
    pub fn apply(&self, packages: Packages, cache: UseArguments) -> Packages {
        match Cache::of_this_user().filter(|_| !cache.no_cache) {
            Some(cache) if !self.vetx.is_empty() => {
                packages.with_cache(cache.with_parcel(Arc::new(vetx::open(&self.vetx))))
            }
            _ => cache.apply(packages),
        }
    }
}

/// Does it.
pub fn run(arguments: &CacheArguments, console: &Console) -> Result<Status, Failure> {
    let What::Clean = arguments.what;
    let Some(cache) = Cache::of_this_user() else {
        return Err(Failure::Message("there is no folder for caches (set RULEC_CACHE_DIR)".to_owned()));
    };
    let folder = cache.folder().display();
    let cleaned = cache.clean().and_then(|bytes| Ok(bytes + packs::clean()? + laid_out::clean()?));
    let bytes = cleaned.map_err(|error| Failure::Message(format!("{folder}: {error}")))?;
    let mut out = console.out();
    writeln!(out, "{folder}: {bytes} bytes removed")?;
    out.flush()?;
    Ok(Status::Clean)
}
