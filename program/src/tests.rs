//! Programs written down as text: each test is a tree of files and what is asked about it.

mod imports;
mod layout;
mod selection;

use crate::{Config, Environment, GoVersion, Goroot, Loader, PackageDir, Resolution, Role};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A folder with files, and a loader that looks at nothing else.
pub(super) struct Program {
    dir: tempfile::TempDir,
    pub loader: Loader,
}

impl Program {
    /// Files in the form `-- NAME --`, each followed by its text. Those below `mod/` are the module cache, those below
    /// `goroot/` the Go distribution, if there are any.
    pub fn new(text: &str) -> Program {
        Program::with(text, |_, _| {})
    }

    /// Like [`Program::new`], with a configuration changed by `change`, which gets the folder.
    pub fn with(text: &str, change: impl FnOnce(&mut Config, &Path)) -> Program {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        let mut config = Config {
            goos: Some("linux".to_owned()),
            goarch: Some("amd64".to_owned()),
            cgo: Some(true),
            go_version: GoVersion::parse("1.26"),
            modcache: Some(root.join("mod")),
            goroot: Goroot::None,
            ..Config::default()
        };
        for file in text.split("-- ").skip(1) {
            let (name, text) = file.split_once(" --\n").unwrap();
            let path = root.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        if root.join("goroot").is_dir() {
            config.goroot = Goroot::Dir(root.join("goroot"));
        }
        change(&mut config, &root);
        Program { dir, loader: Loader::new(config) }
    }

    pub fn root(&self) -> PathBuf {
        self.dir.path().canonicalize().unwrap()
    }

    pub fn at(&self, dir: &str) -> Arc<PackageDir> {
        self.loader.package_at(&self.root().join(dir))
    }

    /// What the imports mean in the package in `dir`: `PATH=FOLDER` with the folder relative to the root, or another
    /// answer.
    pub fn resolve(&self, dir: &str, imports: &[&str]) -> Vec<String> {
        let from = self.at(dir);
        imports.iter().map(|import| self.shown(&self.loader.resolve(&from, import))).collect()
    }

    pub fn shown(&self, resolution: &Resolution) -> String {
        match resolution {
            Resolution::Dir(package) => self.relative(&package.dir),
            Resolution::Std(path) => format!("std {path}"),
            Resolution::Unsafe => "unsafe".to_owned(),
            Resolution::C => "C".to_owned(),
            Resolution::Missing { reason } => reason.replace(&format!("{}/", self.root().display()), ""),
        }
    }

    pub fn relative(&self, path: &Path) -> String {
        path.strip_prefix(self.root()).unwrap_or(path).display().to_string()
    }

    /// What is wrong with modules and workspaces.
    pub fn problems(&self) -> Vec<String> {
        let root = format!("{}/", self.root().display());
        self.loader.problems().iter().map(|problem| problem.to_string().replace(&root, "")).collect()
    }
}

/// The files of a package: `name`, with `[i]` or `[x]` for tests, and `(why)` for those left out.
pub(super) fn files(package: &PackageDir) -> Vec<String> {
    let shown = package.files().iter().map(|file| {
        let name = file.path.file_name().unwrap_or_default().to_string_lossy();
        let role = match file.role {
            Role::Go => "",
            Role::InternalTest => "[i]",
            Role::ExternalTest => "[x]",
        };
        let why = file.excluded.as_ref().map_or_else(String::new, |why| format!(" ({why})"));
        format!("{name}{role}{why}")
    });
    shown.collect()
}

/// An environment of these variables alone.
pub(super) fn environment(variables: &[(&str, &str)]) -> Environment {
    variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}
