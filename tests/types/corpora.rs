//! The Go projects of `corpora.toml`: where they are, and how they come there with all that they import.
//!
//! In: a name. Out: a folder in which both `go list` and `rulec` find every package. A module is copied out of the module
//! cache, since that is read-only and lies below no `go.mod` that could be mended.

use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::Command;

/// An entry of `corpora.toml`.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// What it is called.
    pub name: String,
    /// Module path; `std` and `cmd` are those of the Go distribution.
    pub module: String,
    /// Version of the module or of the distribution.
    pub version: String,
    /// The version of modules that it replaces by folders.
    pub siblings: Option<String>,
}

/// A project that is there.
#[derive(Clone, Debug)]
pub struct Corpus {
    /// What it is called.
    pub name: String,
    /// Its version; empty for a folder that is none of `corpora.toml`.
    pub version: String,
    /// Paths are relative to this folder.
    pub folder: PathBuf,
    /// Its packages, as the Go command names them.
    pub pattern: &'static str,
}

#[derive(Deserialize)]
struct Listed {
    corpus: Vec<Entry>,
}

/// The entry with this name.
///
/// # Errors
/// If there is none.
pub fn entry(name: &str) -> Result<Entry, String> {
    let listed: Listed = toml::from_str(include_str!("corpora.toml")).map_err(|error| error.to_string())?;
    let names: Vec<String> = listed.corpus.iter().map(|entry| entry.name.clone()).collect();
    let found = listed.corpus.into_iter().find(|entry| entry.name == name);
    found.ok_or_else(|| format!("there is no corpus `{name}`, only {}", names.join(", ")))
}

impl Entry {
    /// Makes it ready below `corpora`, with all that it imports in the module cache. Quick if that has been done.
    ///
    /// # Errors
    /// If Go is not installed or of another version, or the module cannot be fetched.
    pub fn ready(&self, corpora: &Path) -> Result<Corpus, String> {
        let corpus =
            |folder, pattern| Corpus { name: self.name.clone(), version: self.version.clone(), folder, pattern };
        if matches!(self.module.as_str(), "std" | "cmd") {
            let version = go(&std::env::temp_dir(), &["env", "GOVERSION"])?;
            if version != self.version {
                return Err(format!("{version} is installed, not {}", self.version));
            }
            let source = PathBuf::from(go(&std::env::temp_dir(), &["env", "GOROOT"])?).join("src");
            let of_cmd = self.module == "cmd";
            return Ok(corpus(if of_cmd { source.join("cmd") } else { source }, if of_cmd { "./..." } else { "std" }));
        }
        let folder = corpora.join(format!("{}@{}", self.name, self.version));
        if !folder.exists() {
            self.fetch(&folder)?;
        }
        Ok(corpus(folder, "./..."))
    }

    fn fetch(&self, folder: &Path) -> Result<(), String> {
        let module = format!("{}@{}", self.module, self.version);
        let answer = go(&std::env::temp_dir(), &["mod", "download", "-json", &module])?;
        let downloaded: Downloaded = serde_json::from_str(&answer).map_err(|error| format!("{module}: {error}"))?;
        // Only what is whole gets the name by which it is found again.
        let parent = folder.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(parent).map_err(|error| format!("{}: {error}", parent.display()))?;
        let copy = tempfile::tempdir_in(parent).map_err(|error| format!("{}: {error}", parent.display()))?;
        copy_folder(&downloaded.dir, copy.path())?;
        self.replace_siblings(copy.path())?;
        // Fetches what is imported, and only that. What cannot be had stays missing.
        go(copy.path(), &["list", "-e", "-deps", "-test", "-f", "{{with .Error}}{{end}}", "./..."])?;
        std::fs::rename(copy.keep(), folder).map_err(|error| format!("{}: {error}", folder.display()))
    }

    fn replace_siblings(&self, folder: &Path) -> Result<(), String> {
        let Some(version) = &self.siblings else { return Ok(()) };
        let answer = go(folder, &["mod", "edit", "-json"])?;
        let manifest: Manifest = serde_json::from_str(&answer).map_err(|error| format!("go.mod: {error}"))?;
        for replaced in manifest.replace.iter().filter(|replaced| replaced.new.path.starts_with('.')) {
            let path = &replaced.old.path;
            go(folder, &["mod", "edit", &format!("-replace={path}={path}@{version}")])?;
        }
        Ok(())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Downloaded {
    dir: PathBuf,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Manifest {
    #[serde(default)]
    replace: Vec<Replaced>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Replaced {
    old: Version,
    new: Version,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Version {
    path: String,
}

/// Copies all but vendored packages and work files, writable.
fn copy_folder(from: &Path, to: &Path) -> Result<(), String> {
    let fault = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    let mut folders = vec![(from.to_owned(), to.to_owned())];
    while let Some((from, to)) = folders.pop() {
        std::fs::create_dir_all(&to).map_err(|error| fault(&to, error))?;
        for entry in std::fs::read_dir(&from).map_err(|error| fault(&from, error))? {
            let entry = entry.map_err(|error| fault(&from, error))?;
            let (path, name) = (entry.path(), entry.file_name());
            let kind = entry.file_type().map_err(|error| fault(&path, error))?;
            if kind.is_dir() && name != "vendor" {
                folders.push((path, to.join(name)));
            } else if kind.is_file() && name != "go.work" && name != "go.work.sum" {
                let text = std::fs::read(&path).map_err(|error| fault(&path, error))?;
                std::fs::write(to.join(&name), text).map_err(|error| fault(&path, error))?;
            }
        }
    }
    Ok(())
}

/// What both the Go command and rulec are to see, whatever is set outside: modules as `go.mod` has them, and cgo.
pub const ENVIRONMENT: [(&str, &str); 4] =
    [("GOFLAGS", "-mod=mod"), ("GOWORK", "off"), ("CGO_ENABLED", "1"), ("GO111MODULE", "on")];

/// Runs the Go command.
///
/// # Errors
/// If it cannot be run or does not end well.
pub fn go(folder: &Path, arguments: &[&str]) -> Result<String, String> {
    let mut command = Command::new("go");
    command.current_dir(folder).args(arguments).envs(ENVIRONMENT);
    let output = command.output().map_err(|error| format!("go: {error}"))?;
    if !output.status.success() {
        return Err(format!("go {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_found_by_name() {
        assert_eq!(entry("kubernetes").unwrap().siblings.as_deref(), Some("v0.36.3"));
        assert!(entry("none").unwrap_err().contains("prometheus"));
    }
}
