//! Commands that this rulec lacks since it was built without the compiler.
//!
//! In: how the arguments were refused. Out: what to tell who asked for such a command: not that there is none, but where it is.

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Commands and subcommands that read rule files.
const COMMANDS: [&str; 10] = ["build", "catalogue", "diff", "expand", "fmt", "lint", "lsp", "migrate", "new", "test"];

/// What to say if the arguments were refused since they name one of these commands.
pub fn message(refusal: &Error) -> Option<String> {
    if refusal.kind() != ErrorKind::InvalidSubcommand {
        return None;
    }
    let Some(ContextValue::String(command)) = refusal.get(ContextKind::InvalidSubcommand) else { return None };
    COMMANDS.contains(&command.as_str()).then(|| {
        format!(
            "`{command}` reads rule files, and this rulec has no compiler: it checks Go code with packs \
             (`rulec check --pack FILE`); a rulec built with all its features has the command"
        )
    })
}
