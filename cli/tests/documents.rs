//! The documents tell the truth: pages that are made from the code are up to date, what they name exists, rules in them
//! compile and pass their examples, and output shown in them is what the binary prints.
//!
//! `UPDATE=1 cargo test -p rulec-cli --test documents` rewrites generated pages and the output of commands.

#[path = "documents/commands.rs"]
mod commands;
#[path = "documents/generated.rs"]
mod generated;
#[path = "documents/json.rs"]
mod json;
#[path = "documents/markdown.rs"]
mod markdown;
#[path = "documents/paths.rs"]
mod paths;
#[path = "documents/rules.rs"]
mod rules;
#[path = "documents/schema.rs"]
mod schema;
#[path = "documents/service.rs"]
mod service;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

/// A page of Markdown.
pub struct Page {
    /// Relative to the repository.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every page that is written for readers: those at the top and all below `docs/`.
pub fn pages() -> Vec<Page> {
    let mut names: Vec<PathBuf> = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(PathBuf::from).to_vec();
    let mut folders = vec![PathBuf::from("docs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root().join(&folder)).expect("the folder of documents") {
            let entry = entry.expect("an entry of a folder");
            let name = folder.join(entry.file_name());
            if entry.path().is_dir() {
                folders.push(name);
            } else if name.extension().is_some_and(|extension| extension == "md") {
                names.push(name);
            }
        }
    }
    names.sort();
    let page = |name: PathBuf| Page {
        text: fs::read_to_string(root().join(&name)).unwrap_or_else(|error| panic!("{}: {error}", name.display())),
        name: name.to_string_lossy().replace('\\', "/"),
    };
    names.into_iter().map(page).collect()
}

/// Whether pages are to be rewritten.
pub fn updating() -> bool {
    env::var_os("UPDATE").is_some_and(|value| value == "1")
}

/// Runs the binary in a folder of the repository.
pub fn rulec(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rulec"));
    command.args(arguments).current_dir(folder).env_remove("CLICOLOR_FORCE");
    command.env("RULEC_CACHE_DIR", concat!(env!("CARGO_TARGET_TMPDIR"), "/cache"));
    // What a page shows must not hang on what else was downloaded to this machine.
    command.env("GOMODCACHE", concat!(env!("CARGO_TARGET_TMPDIR"), "/no-modules"));
    command.output().expect("the binary runs")
}

/// What a terminal shows of an output: mistakes and remarks first.
pub fn shown(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout)
}

/// Fails with all complaints, if there are any.
pub fn report(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}
