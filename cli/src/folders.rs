//! Folders of the user in which rulec keeps things.
//!
//! Source: XDG Base Directory Specification; Apple's File System Programming Guide; Known Folders of Windows.

use rulec_world::Cache;
use std::env;
use std::path::PathBuf;

/// Where secrets of this machine and records of what was built here are; `None` if that cannot be found out.
pub fn data() -> Option<PathBuf> {
    of("RULEC_DATA_DIR", "XDG_DATA_HOME", ".local/share")
}

/// Where the user says what to trust; `None` if that cannot be found out.
pub fn configuration() -> Option<PathBuf> {
    of("RULEC_CONFIG_DIR", "XDG_CONFIG_HOME", ".config")
}

/// Where things are that can be made again; `None` if that cannot be found out.
pub fn cache() -> Option<PathBuf> {
    Cache::of_this_user().map(|cache| cache.folder().to_owned())
}

fn of(own: &str, of_system: &str, below_home: &str) -> Option<PathBuf> {
    let variable = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(folder) = variable(own) {
        return Some(folder);
    }
    // A relative path there means nothing, says the specification.
    if let Some(folder) = variable(of_system).filter(|folder| folder.is_absolute()) {
        return Some(folder.join("rulec"));
    }
    let folder = if cfg!(windows) {
        variable("LOCALAPPDATA")?
    } else if cfg!(target_os = "macos") {
        variable("HOME")?.join("Library").join("Application Support")
    } else {
        variable("HOME")?.join(below_home)
    };
    Some(folder.join("rulec"))
}
