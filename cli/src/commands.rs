//! The commands, one to a file: its arguments and what it does.

pub mod build;
pub mod cache;
pub mod catalogue;
pub mod check;
pub mod completions;
pub mod expand;
pub mod explain;
pub mod fmt;
pub mod init;
pub mod inspect;
pub mod lint;
pub mod list;
pub mod lsp;
pub mod man;
pub mod migrate;
pub mod new;
pub mod pack;
pub mod schema;
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
        Command::Test(arguments) => test::run(arguments, console),
        Command::Lint(arguments) => lint::run(arguments, console),
        Command::Fmt(arguments) => fmt::run(arguments, console),
        Command::List(arguments) => list::run(arguments, console),
        Command::Explain(arguments) => explain::run(arguments, console),
        Command::Expand(arguments) => expand::run(arguments, console),
        Command::Inspect(arguments) => inspect::run(arguments, console),
        Command::New(arguments) => new::run(arguments, console),
        Command::Init(arguments) => init::run(arguments, console),
        Command::Schema(arguments) => schema::run(arguments, console),
        Command::Build(arguments) => build::run(arguments, console),
        Command::Pack(arguments) => pack::run(arguments, console),
        Command::Man(arguments) => man::run(arguments, console),
        Command::Migrate(arguments) => migrate::run(arguments, console),
        Command::Cache(arguments) => cache::run(arguments, console),
        Command::Catalogue(arguments) => catalogue::run(arguments, console),
        Command::Lsp(arguments) => lsp::run(arguments, console),
        Command::Completions(arguments) => completions::run(arguments, console),
    }
}
