//! The pack that rule files belong to: the nearest folder with `pack.toml`.
//!
//! In: the paths of a command. Out: [`Project`], and where the rule files of it are. The first path decides; a path that is the
//! folder itself stands for the rule files that `pack.toml` names.

use crate::rule_files;
use rulec_grammar::diagnostic::{Diagnostic, FileId, Sink};
use rulec_release::pack_toml::{self, PackToml};
use rulec_report::{Notice, Source};
use std::path::{Path, PathBuf};

/// A folder with `pack.toml`.
#[derive(Debug)]
pub struct Project {
    /// The folder, as paths from the working folder start.
    pub folder: PathBuf,
    /// What the file says; `None` if it has no name or no version.
    pub toml: Option<PackToml>,
    /// Its text.
    pub source: Source,
    /// What is wrong with it.
    pub diagnostics: Vec<Diagnostic>,
}

impl Project {
    /// The pack that the first of the paths belongs to, if there is one. The text of its file gets this number.
    ///
    /// # Errors
    /// If its `pack.toml` cannot be read.
    pub fn around(paths: &[PathBuf], file: FileId) -> Result<Option<Project>, Notice> {
        let Some(folder) = folder_around(paths) else { return Ok(None) };
        let path = folder.join(pack_toml::FILE_NAME);
        let shown = path.strip_prefix("./").unwrap_or(&path).display().to_string();
        let text = rule_files::text(&path).map_err(|reason| Notice::error(reason).about(&shown))?;
        let mut sink = Sink::new();
        let toml = pack_toml::read(&text, file, &mut sink);
        Ok(Some(Project { folder, toml, source: Source::new(shown, text), diagnostics: sink.into_sorted() }))
    }

    /// The rule files and folders that paths mean.
    pub fn rule_paths(&self, paths: &[PathBuf]) -> Vec<PathBuf> {
        let own = self.toml.iter().flat_map(|toml| &toml.rule_paths);
        let own: Vec<PathBuf> = own.map(|path| without_dot(&self.folder.join(&path.value))).collect();
        let of_path = |path: &PathBuf| match path.canonicalize().ok() == self.folder.canonicalize().ok() {
            true => own.clone(),
            false => vec![path.clone()],
        };
        paths.iter().flat_map(of_path).collect()
    }
}

/// The nearest folder with `pack.toml`, from the first path upwards.
pub fn folder_around(paths: &[PathBuf]) -> Option<PathBuf> {
    let path = paths.first()?;
    let has_toml = |folder: &&Path| folder.join(pack_toml::FILE_NAME).is_file();
    if let Some(folder) = path.ancestors().filter(|folder| !folder.as_os_str().is_empty()).find(has_toml) {
        return Some(folder.to_owned());
    }
    // Above the working folder, paths as written lead no further.
    let absolute = std::path::absolute(path).ok()?;
    absolute.ancestors().find(has_toml).map(Path::to_owned)
}

fn without_dot(path: &Path) -> PathBuf {
    path.strip_prefix("./").unwrap_or(path).to_owned()
}
