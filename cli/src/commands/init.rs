//! `rulec init`: a `rulec.toml` to start from.

use crate::console::Console;
use crate::status::{Failure, Status};
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub struct InitArguments {
    /// The folder.
    #[arg(default_value = ".")]
    folder: PathBuf,
}

/// Writes the file, unless there is one.
pub fn run(arguments: &InitArguments, console: &Console) -> Result<Status, Failure> {
    let path = arguments.folder.join("rulec.toml");
    let display = path.strip_prefix("./").unwrap_or(&path).display();
    let created = OpenOptions::new().write(true).create_new(true).open(&path);
    created.and_then(|mut file| file.write_all(TEMPLATE.as_bytes())).map_err(|error| {
        Failure::Message(match error.kind() {
            ErrorKind::AlreadyExists => format!("{display} exists already; it is left as it is"),
            _ => format!("{display} cannot be written: {error}"),
        })
    })?;
    let mut out = console.out();
    writeln!(out, "wrote {display}; `rulec check` reads it")?;
    out.flush()?;
    Ok(Status::Clean)
}

const TEMPLATE: &str = r#"# What rulec checks here. Every key may be left out; `rulec list` shows the rules.

# Rules that are on. A selector is a rule, a family, a tag, a severity, a level or a glob.
select = ["recommended"]

# Rules that are off, of those selected.
ignore = []

# Rule files of your own, relative to this file; `rulec new rule NAME` starts one.
# rule-paths = ["rules/"]

# How bad findings are: "error", "warning" or "info".
[severity]
# "stdlib.http.*" = "error"

# Options of a rule; `rulec explain RULE` shows what it has.
# [rules.file-mode]
# max = 0o644

# Which files are checked besides those named on the command line.
[files]
exclude = []
tests = true
# vendor = false
# testdata = false
# generated = false
# gitignore = true

# What differs for some paths.
# [[per-path]]
# paths = ["internal/legacy/**"]
# ignore = ["pedantic"]
"#;
