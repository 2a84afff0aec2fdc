//! The variables that the go command would see: those of the process, and the ones that `go env -w` keeps.
//!
//! In: the process environment and `~/.config/go/env`. Out: [`Environment`], and the folders and flags it asks for.
//!
//! **Absent:** no `go` command is run.
//!
//! Source: `go help environment`, `go help gopath`, `go help modules`.

use rustc_hash::FxHashMap;
use std::path::{Path, PathBuf};

/// Variables and their values. [`Environment::default`] has none: nothing of this machine is looked at then.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    variables: FxHashMap<String, String>,
}

/// What matters here; nothing else is looked at.
const VARIABLES: &[&str] = &[
    "CGO_ENABLED",
    "GO111MODULE",
    "GOARCH",
    "GOENV",
    "GOEXPERIMENT",
    "GOFLAGS",
    "GOMODCACHE",
    "GOOS",
    "GOPATH",
    "GOROOT",
    "GOWORK",
    "HOME",
    "PATH",
    "XDG_CONFIG_HOME",
];

impl Environment {
    /// That of this process, completed by what `go env -w` has stored.
    pub fn current() -> Environment {
        let own = VARIABLES.iter().filter_map(|name| Some(((*name).to_owned(), std::env::var(name).ok()?)));
        let mut environment: Environment = own.collect();
        if let Some(stored) = environment.stored_in().and_then(|path| std::fs::read_to_string(path).ok()) {
            environment.complete(&stored);
        }
        environment
    }

    /// The value of a variable that is set and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The value that GOFLAGS has for a flag: of `-mod=mod`, `mod` for the name `mod`. The last one counts.
    pub fn flag(&self, name: &str) -> Option<&str> {
        let flags = self.get("GOFLAGS")?.split_whitespace();
        let values = flags.filter_map(|flag| flag.strip_prefix('-')?.trim_start_matches('-').split_once('='));
        values.filter(|(key, _)| *key == name).map(|(_, value)| value).next_back()
    }

    /// The first folder of GOPATH; `~/go` if it is not set.
    pub fn gopath(&self) -> Option<PathBuf> {
        match self.get("GOPATH") {
            Some(list) => std::env::split_paths(list).find(|path| path.is_absolute()),
            None => Some(Path::new(self.get("HOME")?).join("go")),
        }
    }

    /// The folder of the module cache, whether it exists or not.
    pub fn modcache(&self) -> Option<PathBuf> {
        match self.get("GOMODCACHE") {
            Some(dir) => Some(PathBuf::from(dir)),
            None => Some(self.gopath()?.join("pkg").join("mod")),
        }
    }

    /// The root of a Go distribution: `$GOROOT`, or that of the `go` on the PATH, or the usual folder.
    pub fn goroot(&self) -> Option<PathBuf> {
        if let Some(dir) = self.get("GOROOT") {
            return Some(PathBuf::from(dir));
        }
        let on_path = std::env::split_paths(self.get("PATH").unwrap_or_default())
            .filter(|dir| dir.is_absolute())
            .filter_map(|dir| dir.join("go").canonicalize().ok())
            .filter_map(|command| Some(command.parent()?.parent()?.to_owned()))
            .find(|root| is_goroot(root));
        // Without HOME and PATH this is not a machine to look around on, but an empty environment.
        let usual = || self.get("PATH").map(|_| PathBuf::from("/usr/local/go")).filter(|root| is_goroot(root));
        on_path.or_else(usual)
    }

    /// The file of `go env -w`.
    fn stored_in(&self) -> Option<PathBuf> {
        match self.get("GOENV") {
            Some("off") => None,
            Some(path) => Some(PathBuf::from(path)),
            None => {
                let config = match (self.get("XDG_CONFIG_HOME"), self.get("HOME")) {
                    (Some(config), _) if cfg!(not(target_os = "macos")) => PathBuf::from(config),
                    (_, Some(home)) if cfg!(target_os = "macos") => {
                        Path::new(home).join("Library").join("Application Support")
                    }
                    (_, Some(home)) => Path::new(home).join(".config"),
                    _ => return None,
                };
                Some(config.join("go").join("env"))
            }
        }
    }

    /// Adds the `NAME=value` lines of variables that are not set.
    fn complete(&mut self, stored: &str) {
        for line in stored.lines() {
            if let Some((name, value)) = line.split_once('=')
                && VARIABLES.contains(&name)
                && self.get(name).is_none()
            {
                self.variables.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

impl FromIterator<(String, String)> for Environment {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(variables: I) -> Environment {
        Environment { variables: variables.into_iter().collect() }
    }
}

/// Whether the folder holds the sources of a Go distribution.
pub(crate) fn is_goroot(dir: &Path) -> bool {
    dir.join("src").join("runtime").is_dir()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn folders_follow_the_variables() {
        let home = environment(&[("HOME", "/h")]);
        assert_eq!(home.modcache(), Some(PathBuf::from("/h/go/pkg/mod")));
        let path = environment(&[("HOME", "/h"), ("GOPATH", "/a:/b")]);
        assert_eq!(path.modcache(), Some(PathBuf::from("/a/pkg/mod")));
        let cache = environment(&[("GOMODCACHE", "/m"), ("GOPATH", "/a")]);
        assert_eq!(cache.modcache(), Some(PathBuf::from("/m")));
        assert_eq!(Environment::default().modcache(), None);
        assert_eq!(Environment::default().goroot(), None);
    }

    #[test]
    fn flags_are_found_and_the_last_one_counts() {
        let flags = environment(&[("GOFLAGS", "-mod=mod -tags=a,b --mod=vendor -trimpath modx=1")]);
        assert_eq!(flags.flag("mod"), Some("vendor"));
        assert_eq!(flags.flag("tags"), Some("a,b"));
        assert_eq!(flags.flag("modx"), None);
        assert_eq!(flags.flag("trimpath"), None);
    }

    #[test]
    fn stored_variables_complete_those_of_the_process() {
        let mut variables = environment(&[("GOFLAGS", "-mod=mod"), ("GOPATH", "")]);
        variables.complete("# c\nGOFLAGS=-tags=x\nGOPATH=/p\nEDITOR=vi\nGOWORK=off\n");
        assert_eq!(variables.get("GOFLAGS"), Some("-mod=mod"));
        assert_eq!(variables.get("GOPATH"), Some("/p"));
        assert_eq!(variables.get("GOWORK"), Some("off"));
        assert_eq!(variables.get("EDITOR"), None);
    }

    #[test]
    fn the_distribution_of_the_command_on_the_path_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap().join("lib/go");
        std::fs::create_dir_all(root.join("src/runtime")).unwrap();
        std::fs::create_dir_all(root.join("bin")).unwrap();
        std::fs::write(root.join("bin/go"), "").unwrap();
        let bin = dir.path().join("bin");
        std::fs::create_dir(&bin).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(root.join("bin/go"), bin.join("go")).unwrap();
        let path = format!("/nowhere:{}", bin.display());
        assert_eq!(environment(&[("PATH", &path)]).goroot(), Some(root));
    }
}
