//! The data: `open.jsonl`, one suite to a line.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// One test package of another linter, and the lines that it is to report.
#[derive(Debug, Deserialize)]
pub struct Suite {
    /// Linter and folder.
    #[serde(rename = "suite")]
    pub name: String,
    /// The linter.
    pub linter: String,
    /// The rules, by last segment, that the suite tests.
    pub rules: Vec<String>,
    /// Module path.
    pub module: String,
    /// `gopath`: import paths are those of folders below the `testdata/src` that the files are in.
    #[serde(default)]
    pub layout: String,
    /// Commit of the module.
    pub commit: String,
    /// Files that are checked: path in the module and the first 16 hex digits of the SHA-256.
    pub files: BTreeMap<String, String>,
    /// Files that stand beside them, likewise.
    pub fixtures: BTreeMap<String, String>,
    /// Options of that linter that are not its defaults, in words.
    pub config: String,
    /// What is to be reported.
    pub expect: Vec<Expectation>,
}

impl Suite {
    /// The folder whose `src` holds the packages by their import paths, if they are laid out that way.
    pub fn gopath(&self) -> Option<&str> {
        let path = self.files.keys().next().filter(|_| self.layout == "gopath")?;
        path.split_once("/src/").map(|(folder, _)| folder)
    }
}

/// A line that is to be reported.
#[derive(Debug, Deserialize)]
pub struct Expectation {
    /// The check that reports it.
    pub check: String,
    /// Path in the module.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
}

/// Reads all suites.
///
/// # Errors
/// If the file cannot be read, or a line is not a suite; tells which.
pub fn read(path: &Path) -> Result<Vec<Suite>, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let place = |number: usize, error| format!("{}:{}: {error}", path.display(), number + 1);
    lines.map(|(number, line)| serde_json::from_str(line).map_err(|error| place(number, error))).collect()
}
