//! Running the two that are compared: `gotypes`, which is built for it, and `rulec`.
//!
//! In: a corpus. Out: what they write, on disk. Both see the same environment, so that build constraints choose the same
//! files.

use crate::corpora::{Corpus, ENVIRONMENT, go};
use crate::lines::{Event, Events, Spilled, open};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufReader, Read, Seek};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The program that says what go/types says, in a folder of its own that is removed in the end.
pub struct Judge {
    folder: tempfile::TempDir,
}

/// What `gotypes` tells at its end.
#[derive(Debug, Deserialize)]
pub struct Told {
    /// Packages written, tests counted apart.
    pub packages: u64,
    /// Lines written.
    pub lines: u64,
    /// Packages with mistakes, and how many.
    pub error_packages: Option<BTreeMap<String, u64>>,
    /// How long it took.
    pub seconds: f64,
}

impl Judge {
    /// Builds it.
    ///
    /// # Errors
    /// If Go is not installed.
    pub fn build() -> Result<Judge, String> {
        let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
        let program = folder.path().join("gotypes");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../gotypes");
        go(&source, &["build", "-o", &program.to_string_lossy(), "."])?;
        Ok(Judge { folder })
    }

    /// Writes what go/types says of a corpus, or of one in `sample` packages of it, to a file.
    ///
    /// # Errors
    /// If it does not end well.
    pub fn write(&self, corpus: &Corpus, sample: u32, to: &Path) -> Result<Told, String> {
        let to = std::path::absolute(to).map_err(|error| format!("{}: {error}", to.display()))?;
        let mut command = Command::new(self.folder.path().join("gotypes"));
        command.arg("-C").arg(&corpus.folder).arg("-o").arg(&to).args(["-sample", &sample.to_string()]);
        let output = command.arg(corpus.pattern).envs(ENVIRONMENT).output();
        let output = output.map_err(|error| format!("gotypes: {error}"))?;
        let said = String::from_utf8_lossy(&output.stderr);
        let last = said.lines().last().unwrap_or_default();
        match serde_json::from_str(last) {
            Ok(told) if output.status.success() => Ok(told),
            _ => Err(format!("gotypes: {}", said.trim())),
        }
    }
}

/// `rulec`, and how it is run.
#[derive(Clone, Debug)]
pub struct Rulec {
    /// The binary.
    pub program: PathBuf,
    /// Options beside those that are always given.
    pub options: Vec<String>,
    /// Whether the module cache is hidden from it.
    pub without_dependencies: bool,
}

/// How a run of `rulec` ended.
#[derive(Debug)]
pub struct Ended {
    /// What it wrote.
    pub lines: Spilled,
    /// Its exit status; `None` if a signal ended it.
    pub status: Option<i32>,
    /// The last that it wrote to standard error.
    pub said: String,
    /// How long it took.
    pub took: Duration,
}

impl Rulec {
    /// Runs `rulec inspect types` in a folder.
    ///
    /// # Errors
    /// If it cannot be run. Ending badly is no error here: see [`Ended::status`].
    pub fn inspect(&self, folder: &Path, paths: &[String]) -> Result<Ended, String> {
        let fault = |error: std::io::Error| format!("{}: {error}", self.program.display());
        let program = std::path::absolute(&self.program).map_err(fault)?;
        let empty = tempfile::tempdir().map_err(fault)?;
        let mut said = tempfile::tempfile().map_err(fault)?;
        let mut command = Command::new(program);
        command.current_dir(folder).args(["inspect", "types", "--format", "jsonl"]).args(&self.options).args(paths);
        command.envs(ENVIRONMENT).stdin(Stdio::null()).stdout(Stdio::piped());
        if self.without_dependencies {
            command.env("GOMODCACHE", empty.path());
        }
        let started = Instant::now();
        let mut child = command.stderr(said.try_clone().map_err(fault)?).spawn().map_err(fault)?;
        let lines = match child.stdout.take() {
            Some(stdout) => Spilled::read(BufReader::with_capacity(1 << 20, stdout)).map_err(fault)?,
            None => return Err("rulec has no standard output".to_owned()),
        };
        let status = child.wait().map_err(fault)?;
        Ok(Ended { lines, status: status.code(), said: tail(&mut said).map_err(fault)?, took: started.elapsed() })
    }
}

/// The last lines of what was said.
fn tail(said: &mut std::fs::File) -> std::io::Result<String> {
    const LINES: usize = 8;
    let mut text = Vec::new();
    said.rewind()?;
    said.read_to_end(&mut text)?;
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.trim().lines().collect();
    Ok(lines[lines.len().saturating_sub(LINES)..].join("\n"))
}

/// The folders to name so that `rulec` walks to every file of the truth.
///
/// # Errors
/// If the file cannot be read.
pub fn folders_of(truth: &Path) -> Result<Vec<String>, String> {
    let mut folders = BTreeSet::new();
    let mut events = Events::new(open(truth)?);
    while let Some(event) = events.next()? {
        if let Event::File(block) = event {
            let folder = block.path.rsplit_once('/').map_or(".", |(folder, _)| folder);
            folders.insert(folder.to_owned());
        }
    }
    Ok(uncovered(&folders))
}

/// The folders that a walk from the others does not come to.
fn uncovered(folders: &BTreeSet<String>) -> Vec<String> {
    let is_walked = |below: &str| below.split('/').all(|part| !is_filtered(part));
    let is_covered = |folder: &String| {
        let mut above = folder.as_str();
        loop {
            let rest = match above.rsplit_once('/') {
                Some((parent, _)) => (parent, &folder[parent.len() + 1..]),
                None if above == "." => return false,
                None => (".", folder.as_str()),
            };
            if folders.contains(rest.0) && is_walked(rest.1) {
                return true;
            }
            above = rest.0;
        }
    };
    folders.iter().filter(|folder| !is_covered(folder)).cloned().collect()
}

/// Whether a walk leaves out folders of this name.
fn is_filtered(name: &str) -> bool {
    matches!(name, "vendor" | "testdata") || name.starts_with(['.', '_'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_that_a_walk_comes_to_are_not_named() {
        let of = |names: &[&str]| uncovered(&names.iter().map(|name| (*name).to_owned()).collect());
        assert_eq!(of(&["a", "a/b", "a/b/c", "ab"]), ["a", "ab"]);
        assert_eq!(of(&[".", "a", "vendor/x", "a/testdata/y", "a/testdata/y/z"]), [".", "a/testdata/y", "vendor/x"]);
        assert_eq!(of(&["a/_b/c"]), ["a/_b/c"]);
    }
}
