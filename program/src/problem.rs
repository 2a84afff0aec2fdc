//! What is wrong with a program's layout: each mistake has one function, which owns its wording.
//!
//! In: names and places. Out: [`Problem`]s, and the reasons of missing packages. A message names what, where, and what
//! to do about it.

use std::path::{Path, PathBuf};

/// Something wrong with a go.mod, a folder or a file; the rest is used all the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file or folder.
    pub path: PathBuf,
    /// Line and column in the file, both counted from 1, the column in bytes. `None` if all of it is meant.
    pub position: Option<(u32, u32)>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some((line, column)) = self.position {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.message)?;
        self.help.as_ref().map_or(Ok(()), |help| write!(f, " ({help})"))
    }
}

impl Problem {
    fn of(path: &Path, message: String) -> Problem {
        Problem { path: path.to_owned(), position: None, message, help: None }
    }

    fn help(mut self, help: impl Into<String>) -> Problem {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn malformed(path: &Path, position: (u32, u32), message: String, help: &str) -> Problem {
        let help = (!help.is_empty()).then(|| help.to_owned());
        Problem { path: path.to_owned(), position: Some(position), message, help }
    }

    pub(crate) fn unreadable(path: &Path, error: &std::io::Error) -> Problem {
        let message = match error.kind() {
            std::io::ErrorKind::NotFound => "does not exist".to_owned(),
            std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
            std::io::ErrorKind::NotADirectory => "is not a folder".to_owned(),
            std::io::ErrorKind::InvalidData => "is not UTF-8 text".to_owned(),
            _ => error.to_string(),
        };
        Problem::of(path, message)
    }

    pub(crate) fn two_packages(file: &Path, own: &str, other: &str) -> Problem {
        Problem::of(file, format!("package `{own}` in a folder of package `{other}`")).help(
            "one folder holds one package, and its external tests; move the file, or exclude it by `//go:build ignore`",
        )
    }

    pub(crate) fn no_package_clause(file: &Path) -> Problem {
        Problem::of(file, "no package clause can be read".to_owned()).help("a Go file starts with `package NAME`")
    }

    pub(crate) fn bad_constraint(file: &Path, line: u32) -> Problem {
        let message = "the `//go:build` line cannot be read, so the file is left out".to_owned();
        Problem::malformed(file, (line, 1), message, "write tags with `&&`, `||`, `!` and parentheses between them")
    }

    pub(crate) fn several_constraints(file: &Path, line: u32) -> Problem {
        let message = "a second `//go:build` line, so the file is left out".to_owned();
        Problem::malformed(file, (line, 1), message, "join them by `&&`")
    }

    pub(crate) fn cgo_in_test(file: &Path) -> Problem {
        Problem::of(file, "a test imports \"C\", which Go does not support".to_owned())
            .help("call C from a file that is no test")
    }

    pub(crate) fn used_folder_missing(go_work: &Path, position: (u32, u32), dir: &str) -> Problem {
        let message = format!("`use {dir}`: there is no go.mod in that folder");
        Problem::malformed(go_work, position, message, "remove the line, or set GOWORK=off")
    }

    pub(crate) fn outside_of_workspace(go_work: &Path, module_dir: &Path) -> Problem {
        Problem::of(go_work, format!("the module in {} is not used by this workspace", module_dir.display()))
            .help("it is read on its own; run `go work use .` there, or set GOWORK=off")
    }

    pub(crate) fn no_modules_txt(vendor: &Path) -> Problem {
        Problem::of(vendor, "has no modules.txt, so the modules of its packages are not known".to_owned())
            .help("run `go mod vendor`")
    }

    pub(crate) fn no_replacement(go_mod: &Path, module: &str, dir: &Path) -> Problem {
        Problem::of(go_mod, format!("`{module}` is replaced by {}, which has no go.mod", dir.display()))
            .help("correct the `replace` line")
    }

    pub(crate) fn no_goroot(dir: &Path) -> Problem {
        Problem::of(dir, "holds no Go distribution: there is no src/runtime in it".to_owned())
            .help("name the folder that `go env GOROOT` prints")
    }
}

/// Why the package of an import path is missing.
pub(crate) mod missing {
    use super::*;

    pub(crate) fn not_in_std(import: &str, goroot: &Path) -> String {
        format!("package \"{import}\" is not in the standard library ({})", goroot.join("src").display())
    }

    pub(crate) fn outside_of_modules(import: &str, dir: &Path) -> String {
        format!(
            "{} is outside of any module, so \"{import}\" cannot be found (run `go mod init` there, or give `--gopath`)",
            dir.display()
        )
    }

    pub(crate) fn not_in_gopath(import: &str, gopath: &Path) -> String {
        format!("there is no package \"{import}\" below {}", gopath.join("src").display())
    }

    pub(crate) fn no_module_requires(import: &str, go_mod: &Path) -> String {
        format!("no module that {} requires can hold \"{import}\" (run `go get {import}`)", go_mod.display())
    }

    pub(crate) fn not_in_module(import: &str, module: &str, version: Option<&str>) -> String {
        match version {
            Some(version) => format!("module {module}@{version} has no package \"{import}\""),
            None => format!("module {module} has no package \"{import}\""),
        }
    }

    pub(crate) fn not_in_cache(module: &str, version: &str) -> String {
        format!("module {module}@{version} is not in the module cache (run `go mod download`)")
    }

    pub(crate) fn no_cache() -> String {
        "there is no module cache (set GOMODCACHE, or run `go mod download`)".to_owned()
    }

    pub(crate) fn replaced_by_nothing(module: &str, dir: &Path) -> String {
        format!("module {module} is replaced by {}, which does not exist (correct the `replace` line)", dir.display())
    }

    pub(crate) fn not_vendored(import: &str, vendor: &Path) -> String {
        format!("package \"{import}\" is not in {} (run `go mod vendor`)", vendor.display())
    }

    pub(crate) fn ambiguous(import: &str, modules: &[String]) -> String {
        format!("package \"{import}\" is in several modules: {}", modules.join(" and "))
    }

    pub(crate) fn relative_nowhere(import: &str, dir: &Path) -> String {
        format!("there are no Go files in {}, which the import \"{import}\" names", dir.display())
    }

    pub(crate) fn malformed(import: &str) -> String {
        format!("\"{import}\" is not an import path")
    }
}
