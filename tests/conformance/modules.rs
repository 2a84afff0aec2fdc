//! Files of the modules that suites name, by the ordinary Go module client, each checked against its SHA-256.
//!
//! Not every module proxy serves single commits. Where the client gets none, the newest release is asked for: since
//! each file is checked, it gives the very file that was meant, or the suite is left out.

use crate::suites::Suite;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

/// Whether `go` can be run.
pub fn is_go_installed() -> bool {
    Command::new("go").arg("version").output().is_ok_and(|output| output.status.success())
}

/// The folders of modules already asked for.
#[derive(Default)]
pub struct Modules {
    known: RefCell<BTreeMap<String, Result<PathBuf, String>>>,
}

impl Modules {
    /// Copies the files and fixtures of a suite below `target`, under their paths in the module.
    ///
    /// # Errors
    /// If the module cannot be fetched, or a file is missing or not the one meant; tells which.
    pub fn copy(&self, suite: &Suite, target: &Path) -> Result<(), String> {
        let folder = self.folder(&suite.module, &suite.commit)?;
        for (path, digest) in suite.files.iter().chain(&suite.fixtures) {
            if !is_inside(Path::new(path)) {
                return Err(format!("{path} leads out of the module"));
            }
            let bytes = std::fs::read(folder.join(path)).map_err(|error| format!("{path}: {error}"))?;
            if !sha256(&bytes).starts_with(digest.as_str()) {
                return Err(format!("{path} is not the file that was meant: its SHA-256 differs"));
            }
            let copy = target.join(path);
            let parent = copy.parent().unwrap_or(target);
            std::fs::create_dir_all(parent)
                .and_then(|()| std::fs::write(&copy, &bytes))
                .map_err(|error| format!("{}: {error}", copy.display()))?;
        }
        Ok(())
    }

    fn folder(&self, module: &str, commit: &str) -> Result<PathBuf, String> {
        let mut known = self.known.borrow_mut();
        let commit = format!("{module}@{commit}");
        let get = || download(&commit).or_else(|no| download(&format!("{module}@latest")).map_err(|_| no));
        known.entry(commit.clone()).or_insert_with(get).clone()
    }
}

fn download(version: &str) -> Result<PathBuf, String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Answer {
        dir: Option<PathBuf>,
        error: Option<String>,
    }
    let mut command = Command::new("go");
    // Away from any go.mod, which could replace or forbid the version.
    command.current_dir(std::env::temp_dir()).args(["mod", "download", "-json", version]).env("GOFLAGS", "-mod=mod");
    let output = command.output().map_err(|error| format!("go cannot be run: {error}"))?;
    let answer: Answer = serde_json::from_slice(&output.stdout)
        .map_err(|_| format!("{version} is not served: {}", String::from_utf8_lossy(&output.stderr).trim()))?;
    match answer {
        Answer { dir: Some(dir), error: None } => Ok(dir),
        Answer { error, .. } => Err(error.unwrap_or_else(|| format!("{version} is not served"))),
    }
}

fn is_inside(path: &Path) -> bool {
    path.components().all(|part| matches!(part, Component::Normal(_)))
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut hex, byte| {
        // Writing to a string does not fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
