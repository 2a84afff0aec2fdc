//! The commands, one to a file: its arguments and what it does. Those that read rule files are there with the feature
//! `compiler`; [`crate::lacking`] speaks for them where it is missing.

#[cfg(feature = "compiler")]
pub mod build;
pub mod cache;
#[cfg(feature = "compiler")]
pub mod catalogue;
pub mod check;
pub mod completions;
#[cfg(feature = "compiler")]
pub mod expand;
pub mod explain;
#[cfg(feature = "compiler")]
pub mod fmt;
pub mod init;
pub mod inspect;
#[cfg(feature = "compiler")]
pub mod lint;
pub mod list;
#[cfg(feature = "compiler")]
pub mod lsp;
pub mod man;
#[cfg(feature = "compiler")]
pub mod migrate;
#[cfg(feature = "compiler")]
pub mod new;
pub mod pack;
pub mod schema;
#[cfg(feature = "compiler")]
pub mod test;

use crate::arguments::Command;
use crate::console::Console;
use crate::status::{Failure, Status};

/// Runs a command.
///
/// # Errors
/// What ended it early.
pub fn run(command: &Command, console: &Console) -> Result<Status, Failure> {
    match command {
        Command::Check(arguments) => check::run(arguments, console),
        #[cfg(feature = "compiler")]
        Command::Test(arguments) => test::run(arguments, console),
        #[cfg(feature = "compiler")]
        Command::Lint(arguments) => lint::run(arguments, console),
        #[cfg(feature = "compiler")]
        Command::Fmt(arguments) => fmt::run(arguments, console),
        Command::List(arguments) => list::run(arguments, console),
        Command::Explain(arguments) => explain::run(arguments, console),
        #[cfg(feature = "compiler")]
        Command::Expand(arguments) => expand::run(arguments, console),
        Command::Inspect(arguments) => inspect::run(arguments, console),
        #[cfg(feature = "compiler")]
        Command::New(arguments) => new::run(arguments, console),
        Command::Init(arguments) => init::run(arguments, console),
        Command::Schema(arguments) => schema::run(arguments, console),
        #[cfg(feature = "compiler")]
        Command::Build(arguments) => build::run(arguments, console),
        Command::Pack(arguments) => pack::run(arguments, console),
        Command::Man(arguments) => man::run(arguments, console),
        #[cfg(feature = "compiler")]
        Command::Migrate(arguments) => migrate::run(arguments, console),
        Command::Cache(arguments) => cache::run(arguments, console),
        #[cfg(feature = "compiler")]
        Command::Catalogue(arguments) => catalogue::run(arguments, console),
        #[cfg(feature = "compiler")]
        Command::Lsp(arguments) => lsp::run(arguments, console),
        Command::Completions(arguments) => completions::run(arguments, console),
    }
}
