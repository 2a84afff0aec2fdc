//! Runs the `git` program.

use crate::Fault;
use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// `git` in a folder.
pub(crate) struct Git<'a> {
    folder: &'a Path,
}

/// What it said.
pub(crate) struct Output {
    pub(crate) succeeded: bool,
    pub(crate) out: Vec<u8>,
    pub(crate) err: String,
}

/// A hook of git, and whoever calls from one, sets these for one repository; we ask about others as well, and find each by
/// its folder. The last ones change what paths mean.
const CLEARED: [&str; 14] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
    "GIT_DIFF_OPTS",
    "GIT_EXTERNAL_DIFF",
    "GIT_LITERAL_PATHSPECS",
    "GIT_GLOB_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_ICASE_PATHSPECS",
];

impl<'a> Git<'a> {
    pub(crate) fn at(folder: &'a Path) -> Git<'a> {
        Git { folder }
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Result<Output, Fault> {
        self.output(self.command(arguments))
    }

    /// The same with a path behind the arguments, which is meant as it is written.
    pub(crate) fn with_path(&self, arguments: &[&str], path: &Path) -> Result<Output, Fault> {
        let mut command = self.command(arguments);
        command.arg(path).env("GIT_LITERAL_PATHSPECS", "1");
        self.output(command)
    }

    /// The same for a repository that nobody here vouches for: whatever its configuration says, nothing is fetched for it.
    pub(crate) fn offline(&self, arguments: &[&str]) -> Result<Output, Fault> {
        let mut command = self.command(arguments);
        command.env("GIT_NO_LAZY_FETCH", "1").env("GIT_ALLOW_PROTOCOL", "none");
        self.output(command)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        // Nothing that the repository's configuration names is run, and names come as they are.
        command.args(["--no-pager", "-c", "core.quotepath=off", "-c", "core.fsmonitor=false"]).args(arguments);
        CLEARED.iter().for_each(|name| _ = command.env_remove(name));
        command.env("LC_ALL", "C").env("GIT_OPTIONAL_LOCKS", "0").env("GIT_TERMINAL_PROMPT", "0");
        command.current_dir(self.folder).stdin(Stdio::null());
        command
    }

    fn output(&self, mut command: Command) -> Result<Output, Fault> {
        let output = command.output().map_err(|error| match error.kind() {
            ErrorKind::NotFound if self.folder.is_dir() => {
                Fault("the program `git` was not found; it has to be installed".to_owned())
            }
            _ => Fault(format!("the program `git` could not be run in {}: {error}", self.folder.display())),
        })?;
        let err = String::from_utf8_lossy(&output.stderr).into_owned();
        Ok(Output { succeeded: output.status.success(), out: output.stdout, err })
    }
}

impl Output {
    /// The only line of the output.
    pub(crate) fn line(&self) -> String {
        String::from_utf8_lossy(&self.out).trim_end().to_owned()
    }

    /// What git complained about, on one line.
    pub(crate) fn complaint(&self) -> String {
        let lines = self.err.lines().map(|line| line.trim().trim_start_matches("fatal: "));
        let text = lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
        if text.is_empty() { "git gives no reason".to_owned() } else { text }
    }
}

/// The path that git writes as these bytes.
#[cfg(unix)]
pub(crate) fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(OsStr::from_bytes(bytes))
}

/// The path that git writes as these bytes: UTF-8 with `/`.
#[cfg(not(unix))]
pub(crate) fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(OsStr::new(String::from_utf8_lossy(bytes).as_ref()))
}
