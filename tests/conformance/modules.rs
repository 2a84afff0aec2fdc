//! Files of the modules that suites name, by the ordinary Go module client, each checked against its SHA-256.
//!
//! Not every module proxy serves single commits. Where the client gets none, releases are asked for, the newest one and those
//! that the table `config.toml` names: since each file is checked, they give the very files that were meant, or the suite is
//! left out. A module that no proxy at hand serves may come from a clone of its repository instead (`--clone`), which is then
//! asked for the same versions.

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
    /// By module, releases to look into besides the newest one.
    releases: BTreeMap<String, Vec<String>>,
    /// By module, the git directory that stands for the module client.
    clones: BTreeMap<String, PathBuf>,
    known: RefCell<BTreeMap<String, Result<PathBuf, String>>>,
}

/// Where the files of one version of a module are.
enum Version<'a> {
    /// In a folder, as the module client unpacks them.
    Folder(PathBuf),
    /// In a git directory, at a revision.
    Revision(&'a Path, &'a str),
}

impl Modules {
    /// `releases` are those to ask for, by module, where neither the commit nor the newest release has the files;
    /// `clones` are git directories, by module.
    pub fn new(releases: BTreeMap<String, Vec<String>>, clones: BTreeMap<String, PathBuf>) -> Modules {
        Modules { releases, clones, known: RefCell::default() }
    }

    /// Copies the files and fixtures of a suite below `target`, under their paths in the module. All come from one version.
    ///
    /// # Errors
    /// If no version can be fetched that has each file as it was meant; tells what is wrong with the first one.
    pub fn copy(&self, suite: &Suite, target: &Path) -> Result<(), String> {
        let releases = self.releases.get(&suite.module).into_iter().flatten().map(String::as_str);
        let mut wrong = Err(format!("{}: no version", suite.module));
        for (index, version) in [suite.commit.as_str(), LATEST].into_iter().chain(releases).enumerate() {
            let files = self.version(&suite.module, version).and_then(|version| files(suite, &version));
            match files {
                Ok(files) => return files.iter().try_for_each(|(path, bytes)| write(target, path, bytes)),
                // That a proxy serves no commits says less than what is wrong with a release.
                Err(error) if index < 2 && !error.contains(NOT_SERVED) || index == 0 => wrong = Err(error),
                Err(_) => {}
            }
        }
        wrong
    }

    fn version<'a>(&'a self, module: &str, version: &'a str) -> Result<Version<'a>, String> {
        if let Some(clone) = self.clones.get(module) {
            return Ok(Version::Revision(clone, if version == LATEST { "HEAD" } else { version }));
        }
        let version = format!("{module}@{version}");
        let folder = self.known.borrow_mut().entry(version.clone()).or_insert_with(|| download(&version)).clone();
        folder.map(Version::Folder)
    }
}

/// The module client's word for the newest release.
const LATEST: &str = "latest";

/// What the errors of versions have in common that the module client cannot get.
const NOT_SERVED: &str = "is not served";

impl Version<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        match self {
            Version::Folder(folder) => std::fs::read(folder.join(path)).map_err(|error| format!("{path}: {error}")),
            Version::Revision(clone, revision) => {
                let mut command = Command::new("git");
                command.arg("--git-dir").arg(clone).args(["cat-file", "blob", &format!("{revision}:{path}")]);
                let output = command.output().map_err(|error| format!("git cannot be run: {error}"))?;
                let told = || format!("{path}: {}", first_line(&String::from_utf8_lossy(&output.stderr)));
                if output.status.success() { Ok(output.stdout) } else { Err(told()) }
            }
        }
    }
}

/// Paths and contents of all that a suite needs, if `version` has each file as it was meant.
fn files<'a>(suite: &'a Suite, version: &Version) -> Result<Vec<(&'a str, Vec<u8>)>, String> {
    let read = |(path, digest): (&'a String, &String)| {
        if !is_inside(Path::new(path)) {
            return Err(format!("{path} leads out of the module"));
        }
        let bytes = version.read(path)?;
        if !sha256(&bytes).starts_with(digest.as_str()) {
            return Err(format!("{path} is not the file that was meant: its SHA-256 differs"));
        }
        Ok((path.as_str(), bytes))
    };
    suite.files.iter().chain(&suite.fixtures).map(read).collect()
}

fn write(target: &Path, path: &str, bytes: &[u8]) -> Result<(), String> {
    let copy = target.join(path);
    let parent = copy.parent().unwrap_or(target);
    std::fs::create_dir_all(parent)
        .and_then(|()| std::fs::write(&copy, bytes))
        .map_err(|error| format!("{}: {error}", copy.display()))
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
        .map_err(|_| format!("{version} {NOT_SERVED}: {}", String::from_utf8_lossy(&output.stderr).trim()))?;
    match answer {
        Answer { dir: Some(dir), error: None } => Ok(dir),
        Answer { error: Some(error), .. } => Err(format!("{version} {NOT_SERVED}: {}", first_line(&error))),
        Answer { .. } => Err(format!("{version} {NOT_SERVED}")),
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
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
