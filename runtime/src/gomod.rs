//! Which module a folder belongs to, and for which Go version it is written.
//!
//! In: folders. Out: [`Module`] of the nearest `go.mod` upwards. Each folder is looked at once. Only the `module` and
//! `go` lines are read; a go.mod that cannot be read or understood counts as absent.

use rustc_hash::FxHashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a go.mod says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module {
    /// The folder of the go.mod.
    pub folder: PathBuf,
    /// The module path.
    pub path: String,
    /// The version of the `go` line.
    pub go: Option<GoVersion>,
}

impl Module {
    /// The import path of the package in `folder`, which lies in the module.
    pub fn import_path(&self, folder: &Path) -> Option<String> {
        let below = folder.strip_prefix(&self.folder).ok()?;
        // The standard library is a module called `std`, whose name is no part of its import paths.
        let head = (self.path != "std").then(|| self.path.clone());
        let parts = below.components().map(|part| part.as_os_str().to_string_lossy().into_owned());
        Some(head.into_iter().chain(parts).collect::<Vec<_>>().join("/"))
    }
}

/// A language version: `1.22`. Patch releases do not change the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GoVersion {
    /// 1, so far.
    pub major: u32,
    /// 22 of `1.22`.
    pub minor: u32,
}

impl GoVersion {
    /// Reads `1.22`, `go1.22`, `1.22.3` or `1.23rc1`.
    pub fn parse(text: &str) -> Option<GoVersion> {
        let text = text.strip_prefix("go").unwrap_or(text);
        let (major, rest) = text.split_once('.').unwrap_or((text, "0"));
        let minor = &rest[..rest.bytes().take_while(u8::is_ascii_digit).count()];
        Some(GoVersion { major: major.parse().ok()?, minor: minor.parse().ok()? })
    }
}

impl std::fmt::Display for GoVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// The modules of folders, looked up once each.
#[derive(Debug, Default)]
pub struct Modules {
    of_folder: FxHashMap<PathBuf, Option<Arc<Module>>>,
}

impl Modules {
    /// The module that the absolute path `folder` belongs to.
    pub fn find(&mut self, folder: &Path) -> Option<Arc<Module>> {
        let mut unknown = Vec::new();
        let mut found = None;
        for ancestor in folder.ancestors() {
            if let Some(known) = self.of_folder.get(ancestor) {
                found = known.clone();
                break;
            }
            unknown.push(ancestor);
            if let Some(module) = read(ancestor) {
                found = Some(Arc::new(module));
                break;
            }
        }
        for ancestor in unknown {
            self.of_folder.insert(ancestor.to_owned(), found.clone());
        }
        found
    }
}

fn read(folder: &Path) -> Option<Module> {
    let text = std::fs::read_to_string(folder.join("go.mod")).ok()?;
    parse(folder, &text)
}

/// The module that a go.mod with this text in `folder` declares.
pub fn parse(folder: &Path, text: &str) -> Option<Module> {
    let mut path = None;
    let mut go = None;
    for line in text.lines() {
        let line = line.split_once("//").map_or(line, |(code, _)| code);
        let mut words = line.split_whitespace();
        match (words.next(), words.next()) {
            (Some("module"), Some(name)) => path = path.or(Some(name.trim_matches(['"', '`']).to_owned())),
            (Some("go"), Some(version)) => go = go.or_else(|| GoVersion::parse(version)),
            _ => {}
        }
    }
    Some(Module { folder: folder.to_owned(), path: path?, go })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_language_versions() {
        for (text, shown) in [("1.22", "1.22"), ("go1.9", "1.9"), ("1.22.3", "1.22"), ("1.23rc1", "1.23"), ("2", "2.0")]
        {
            assert_eq!(GoVersion::parse(text).map(|version| version.to_string()).as_deref(), Some(shown), "{text}");
        }
        assert_eq!(GoVersion::parse("x"), None);
        assert!(GoVersion::parse("1.9") < GoVersion::parse("1.10"));
    }

    #[test]
    fn a_module_gives_import_paths_to_its_folders() {
        let text = "// Deprecated: no\nmodule \"example.com/m\" // why\n\ngo 1.21.4\n\nrequire go.uber.org/x v1.0.0\n";
        let module = parse(Path::new("/w"), text).unwrap();
        assert_eq!(module.go, GoVersion::parse("1.21"));
        assert_eq!(module.import_path(Path::new("/w/a/b")).as_deref(), Some("example.com/m/a/b"));
        assert_eq!(module.import_path(Path::new("/w")).as_deref(), Some("example.com/m"));
        assert_eq!(module.import_path(Path::new("/v")), None);
        let std = parse(Path::new("/go/src"), "module std\n").unwrap();
        assert_eq!(std.import_path(Path::new("/go/src/net/http")).as_deref(), Some("net/http"));
    }

    #[test]
    fn the_nearest_go_mod_counts() {
        let dir = tempfile::tempdir().unwrap();
        let inner = dir.path().join("a/b/c");
        std::fs::create_dir_all(&inner).unwrap();
        std::fs::write(dir.path().join("go.mod"), "module outer\n").unwrap();
        std::fs::write(dir.path().join("a/b/go.mod"), "module inner\ngo 1.20\n").unwrap();
        let mut modules = Modules::default();
        assert_eq!(modules.find(&inner).unwrap().path, "inner");
        assert_eq!(modules.find(&dir.path().join("a")).unwrap().path, "outer");
        assert_eq!(modules.find(&inner).unwrap().path, "inner");
    }
}
