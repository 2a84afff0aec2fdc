//! The binary `rulec`: arguments in, calls of the other crates, text and an exit status out.
//!
//! A command is one file in [`commands`]. What several commands share: [`arguments`] (options), [`rules`] (rule files and
//! packs to checked rules), [`settings`] (the configuration and what is selected), [`console`] (where text goes),
//! [`whole_file`] (how files are written).
//!
//! Without the feature `compiler` it is the *runner*: it checks Go code with packs and reads no rule files. Commands that do are
//! not there ([`commands`]), and `rules/not_compiling.rs` stands for what they share. There are no stock rules.
//!
//! **Absent:** analysis of any kind.

// What several modules share is not all used where the commands are missing that write packs.
#![cfg_attr(not(feature = "compiler"), allow(dead_code))]

mod areas;
mod arguments;
mod commands;
mod console;
mod dependencies;
mod interrupt;
#[cfg(not(feature = "compiler"))]
mod lacking;
mod laid_out;
mod linters;
mod packs;
mod progress;
mod project;
mod rule_files;
mod rules;
mod settings;
mod status;
mod stock;
mod trust;
mod vettool;

use clap::Parser;
use console::{Color, Console};
use rulec_runtime::whole_file;
use status::{Failure, Status};
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::process::ExitCode;

/// Trees, bodies and findings are millions of small pieces that several threads make and drop: a sixth of a run's time with
/// the allocator of the C library.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let given: Vec<_> = std::env::args_os().collect();
    if let Some(call) = vettool::call(&given) {
        return finish(Color::default(), |console| vettool::run(&call, console));
    }
    let arguments = match arguments::Arguments::try_parse_from(given) {
        Ok(arguments) => arguments,
        Err(shown) => return usage(&shown),
    };
    finish(arguments.color, |console| commands::run(&arguments.command, console))
}

/// Does the work, and turns its end into an exit status.
fn finish(color: Color, work: impl FnOnce(&Console) -> Result<Status, Failure>) -> ExitCode {
    let console = Console::new(color);
    panic::set_hook(Box::new(move |panic| console.error(&fault(panic))));
    match panic::catch_unwind(AssertUnwindSafe(|| work(&console))) {
        Ok(Ok(status)) => status.into(),
        Ok(Err(failure)) => report_failure(&failure, &console).into(),
        // The panic hook has said what happened.
        Err(_) => Status::Internal.into(),
    }
}

/// What is said of a panic, caught or not.
fn fault(panic: &PanicHookInfo<'_>) -> String {
    let text = panic.payload_as_str().unwrap_or("of unknown cause");
    let place =
        panic.location().map_or_else(String::new, |location| format!(" at {}:{}", location.file(), location.line()));
    format!("internal error: {text}{place}; this is a fault of rulec, please report it")
}

/// Help and version are no mistakes.
fn usage(shown: &clap::Error) -> ExitCode {
    #[cfg(not(feature = "compiler"))]
    if let Some(message) = lacking::message(shown) {
        return report_failure(&Failure::Message(message), &Console::new(Color::default())).into();
    }
    // A closed pipe is all that can go wrong, and then nobody reads.
    let _ = shown.print();
    if shown.use_stderr() { Status::Usage.into() } else { Status::Clean.into() }
}

fn report_failure(failure: &Failure, console: &Console) -> Status {
    match failure {
        Failure::Pipe => Status::Clean,
        Failure::Message(message) => {
            console.error(message);
            Status::Usage
        }
    }
}
