//! Folders of the user in which rulec keeps things.
//!
//! In: the variables of the environment. Out: the path of a folder, which need not exist. Nothing is read or made.
//!
//! Source: XDG Base Directory Specification; Apple's File System Programming Guide; Known Folders of Windows.

use std::env;
use std::path::PathBuf;

/// A folder of the user, and how it is found.
#[derive(Clone, Copy, Debug)]
pub struct UserFolder {
    /// The variable that names it, whatever the system says.
    own: &'static str,
    /// The variable of the XDG specification that names the folder it is in.
    xdg: &'static str,
    /// Where the folder it is in is below the user's home, elsewhere than on macOS and Windows.
    below_home: &'static str,
    /// What the folder it is in is called on macOS.
    in_library: &'static str,
}

impl UserFolder {
    /// What can be made again.
    pub const CACHE: UserFolder =
        UserFolder { own: "RULEC_CACHE_DIR", xdg: "XDG_CACHE_HOME", below_home: ".cache", in_library: "Caches" };
    /// Secrets of this machine, and records of what was built here.
    pub const DATA: UserFolder = UserFolder {
        own: "RULEC_DATA_DIR",
        xdg: "XDG_DATA_HOME",
        below_home: ".local/share",
        in_library: "Application Support",
    };
    /// What the user says is to be trusted.
    pub const CONFIGURATION: UserFolder = UserFolder {
        own: "RULEC_CONFIG_DIR",
        xdg: "XDG_CONFIG_HOME",
        below_home: ".config",
        in_library: "Application Support",
    };

    /// Where it is; `None` if that cannot be found out.
    pub fn path(&self) -> Option<PathBuf> {
        self.with(&|name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from))
    }

    /// Where it is for a user with these variables.
    fn with(&self, variable: &dyn Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
        if let Some(folder) = variable(self.own) {
            return Some(folder);
        }
        // A relative path there means nothing, says the specification.
        if let Some(folder) = variable(self.xdg).filter(|folder| folder.is_absolute()) {
            return Some(folder.join("rulec"));
        }
        let folder = if cfg!(windows) {
            variable("LOCALAPPDATA")?
        } else if cfg!(target_os = "macos") {
            variable("HOME")?.join("Library").join(self.in_library)
        } else {
            variable("HOME")?.join(self.below_home)
        };
        Some(folder.join("rulec"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsString;

    #[test]
    fn a_folder_follows_the_variables() {
        let found = |folder: UserFolder, variables: &[(&str, &str)]| {
            folder.with(&|name| {
                variables.iter().find(|(own, _)| *own == name).map(|(_, value)| OsString::from(value).into())
            })
        };
        let cache = UserFolder::CACHE;
        assert_eq!(found(cache, &[("RULEC_CACHE_DIR", "here"), ("XDG_CACHE_HOME", "/x")]), Some("here".into()));
        assert_eq!(found(cache, &[("RULEC_DATA_DIR", "there")]), None);
        if cfg!(unix) {
            assert_eq!(found(cache, &[("XDG_CACHE_HOME", "/x"), ("HOME", "/h")]), Some("/x/rulec".into()));
        }
        if cfg!(target_os = "linux") {
            let home = [("XDG_CACHE_HOME", "x"), ("HOME", "/h")];
            let folders = [UserFolder::CACHE, UserFolder::DATA, UserFolder::CONFIGURATION];
            let below_home = ["/h/.cache/rulec", "/h/.local/share/rulec", "/h/.config/rulec"];
            assert_eq!(folders.map(|folder| found(folder, &home)), below_home.map(|path| Some(path.into())));
        }
    }
}
