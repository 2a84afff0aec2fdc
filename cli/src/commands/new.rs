//! `rulec new rule NAME`: a rule to start from, with examples that pass.

use crate::console::Console;
use crate::status::{Failure, Status};
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub struct NewArguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Start a rule: writes `NAME.rule`.
    Rule {
        /// The name: words of lower-case letters and digits, with hyphens between.
        name: String,
        /// The folder; `rules` if there is one, else the working folder.
        #[arg(long, value_name = "FOLDER")]
        dir: Option<PathBuf>,
    },
}

/// Writes the file, unless there is one.
pub fn run(arguments: &NewArguments, console: &Console) -> Result<Status, Failure> {
    let What::Rule { name, dir } = &arguments.what;
    if !is_rule_name(name) {
        let message =
            format!("`{name}` is no name of a rule: those are words of a to z and 0 to 9 with hyphens between");
        return Err(Failure::Message(message));
    }
    let path = folder(dir.as_deref()).join(format!("{name}.rule"));
    write(&path, &TEMPLATE.replace("NAME", name)).map_err(Failure::Message)?;
    let mut out = console.out();
    writeln!(out, "wrote {0}; `rulec test {0}` runs its examples", path.display())?;
    out.flush()?;
    Ok(Status::Clean)
}

fn is_rule_name(name: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    name.starts_with(|c: char| c.is_ascii_lowercase()) && name.split('-').all(is_word)
}

fn folder(given: Option<&Path>) -> PathBuf {
    match given {
        Some(folder) => folder.to_owned(),
        None if Path::new("rules").is_dir() => PathBuf::from("rules"),
        None => PathBuf::new(),
    }
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    let display = path.display();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.map_or(Ok(()), fs::create_dir_all).map_err(|error| format!("{display} cannot be written: {error}"))?;
    let created = OpenOptions::new().write(true).create_new(true).open(path);
    created.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => format!("{display} exists already; it is left as it is"),
        _ => format!("{display} cannot be written: {error}"),
    })
}

const TEMPLATE: &str = r#"use "log"

/// Says in one sentence what is wrong.
///
/// ## Why
///
/// What happens if the code stays as it is.
///
/// ## Instead
///
/// What to write.
rule NAME {
    severity warning
    tags [logging]

    match expr { log.$(Fatal, Fatalf, Fatalln)(...) } @call
    inside func $_

    report at @call "this ends the process without running deferred calls; return an error"

    test bad {
        func load(path string) {
            log.Fatalf("cannot load %s", path) // want "without running deferred calls"
        }
    }

    test good {
        func load(path string) {
            log.Printf("loading %s", path)
        }
    }
}
"#;
