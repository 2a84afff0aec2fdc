//! Exit statuses, and what ends a command early.

use std::io;
use std::process::ExitCode;

/// The exit status. Of several, the greatest counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Nothing at or above the fail level; all examples pass; all files are formatted.
    Clean = 0,
    /// Findings at or above the fail level, failed examples, files that are not formatted.
    Findings = 1,
    /// Wrong usage; a broken rule, pack or configuration.
    Usage = 2,
    /// A fault of rulec.
    Internal = 3,
    /// Ended by Ctrl-C.
    Interrupted = 130,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> ExitCode {
        ExitCode::from(status as u8)
    }
}

/// Why a command ended before it was done.
#[derive(Debug)]
pub enum Failure {
    /// Nobody reads the output any more: not a mistake.
    Pipe,
    /// What the user has to know; exit status 2.
    Message(String),
}

impl From<io::Error> for Failure {
    /// An error of writing output.
    fn from(error: io::Error) -> Failure {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::Pipe,
            _ => Failure::Message(format!("the output could not be written: {error}")),
        }
    }
}
