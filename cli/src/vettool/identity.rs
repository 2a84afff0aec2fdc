//! The identity of a run: a hash of all that decides findings besides the files that are checked.
//!
//! In: the executable, and the configuration of the module around the working folder. Out: digits. What Go kept under another
//! identity is not used.

use crate::arguments::RuleArguments;
use crate::rules::Loaded;
use crate::settings::{Configuration, working_folder};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// The identity of rulec as it would check the module around the working folder.
///
/// # Errors
/// What cannot be read, or what is wrong with the configuration.
pub fn of_this_run() -> Result<String, String> {
    let executable = env::current_exe().map_err(|error| format!("the executable is not known: {error}"))?;
    let code = fs::read(&executable).map_err(|error| format!("{}: {error}", executable.display()))?;
    let mut hasher = blake3::Hasher::new();
    let mut add = |bytes: &[u8]| {
        // Lengths keep parts apart.
        hasher.update(&(bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    };
    add(&code);
    if let Some(path) = configuration_of(&working_folder()?) {
        let text = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        add(&text);
        // The stock rules are in the executable; the rules of the project are not.
        let arguments = RuleArguments { config: Some(path.clone()), no_stock: true, ..RuleArguments::default() };
        let configuration = Configuration::load(&arguments)?;
        let loaded = Loaded::new(&arguments, &configuration);
        for source in &loaded.sources {
            add(source.path.as_bytes());
            add(source.text.as_bytes());
        }
        for pack in &loaded.packs {
            add(format!("{:?}", pack.plan).as_bytes());
        }
    }
    Ok(hasher.finalize().to_hex().to_string())
}

/// The configuration of the module that a folder belongs to: the nearest one in the module's folder or above it. Those of
/// folders within the module are not looked at, since Go asks for one identity of all its packages.
pub fn configuration_of(folder: &Path) -> Option<PathBuf> {
    let module = folder.ancestors().find(|above| above.join("go.mod").is_file());
    rulec_config::find(module.unwrap_or(folder))
}
