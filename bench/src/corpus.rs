//! Go files to measure with: those of `corpus.toml`, of any folder, or the small ones of the test suite.

use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Files, held in memory and on disk.
pub struct Corpus {
    /// As named in `corpus.toml`.
    pub name: String,
    /// Path and content, sorted by path.
    pub files: Vec<(PathBuf, Vec<u8>)>,
}

/// An entry of `corpus.toml`.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Entry {
    /// What records call it.
    pub name: String,
    /// Module path; `std` is the source of the Go distribution.
    pub module: String,
    /// Version of the module or of the distribution.
    pub version: String,
    /// How many Go files it has.
    pub files: usize,
    /// Their size.
    pub bytes: u64,
}

#[derive(Deserialize)]
struct Listed {
    corpus: Vec<Entry>,
}

/// The entries of `corpus.toml`.
///
/// # Errors
/// If the file is missing or makes no sense.
pub fn entries() -> Result<Vec<Entry>, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus.toml");
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let listed: Listed = toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(listed.corpus)
}

impl Entry {
    /// Where its source is on this machine; the Go command knows, and fetches modules that are not there yet.
    ///
    /// # Errors
    /// If Go is not installed, or has no such version.
    pub fn folder(&self) -> Result<PathBuf, String> {
        if self.module == "std" {
            let version = go(&["env", "GOVERSION"])?;
            if version != self.version {
                return Err(format!("{version} is installed, not {}", self.version));
            }
            return Ok(PathBuf::from(go(&["env", "GOROOT"])?).join("src"));
        }
        let module = format!("{}@{}", self.module, self.version);
        let answer = go(&["mod", "download", "-json", &module])?;
        let line = answer.lines().find_map(|line| line.trim().strip_prefix("\"Dir\": \""));
        let folder = line.and_then(|rest| rest.split('"').next());
        folder.map(PathBuf::from).ok_or_else(|| format!("the Go command does not say where {module} is"))
    }

    /// Reads it.
    ///
    /// # Errors
    /// As [`Entry::folder`], and if the files are not those that `corpus.toml` counts.
    pub fn read(&self) -> Result<Corpus, String> {
        let corpus = Corpus::of_folder(&self.name, &self.folder()?);
        if corpus.files.len() != self.files || corpus.bytes() != self.bytes {
            let (files, bytes) = (corpus.files.len(), corpus.bytes());
            return Err(format!("{}: {files} files and {bytes} bytes, not what corpus.toml counts", self.name));
        }
        Ok(corpus)
    }
}

fn go(arguments: &[&str]) -> Result<String, String> {
    let output = Command::new("go").args(arguments).current_dir(std::env::temp_dir()).output();
    let output = output.map_err(|error| format!("go: {error}"))?;
    if !output.status.success() {
        return Err(format!("go {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

impl Corpus {
    /// All Go files below a folder, read.
    pub fn of_folder(name: &str, folder: &Path) -> Corpus {
        let read = |path: PathBuf| std::fs::read(&path).ok().map(|content| (path, content));
        Corpus { name: name.to_owned(), files: go_files(folder).into_iter().filter_map(read).collect() }
    }

    /// The Go files of the test suite: small, and there on every machine.
    pub fn small() -> Corpus {
        Corpus::of_folder("small", &Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/suite"))
    }

    /// The size of all files.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|(_, content)| content.len() as u64).sum()
    }
}

/// All Go files below a folder, whatever their names, sorted. Symbolic links are not followed.
pub fn go_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(path),
                Ok(kind) if kind.is_file() && path.extension().is_some_and(|extension| extension == "go") => {
                    files.push(path);
                }
                _ => {}
            }
        }
    }
    files.sort();
    files
}
