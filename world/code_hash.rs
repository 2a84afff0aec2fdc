//! A hash over the code of some crates, for build scripts: what is kept in a cache is of no use to other code.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Hands the hash of what is in the `src` folders of these crates of the workspace to the crate that is built, as the environment
/// variable `variable`.
pub fn emit(variable: &str, crates: &[&str]) -> io::Result<()> {
    let own = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let workspace = own.parent().unwrap_or(&own);
    let mut hasher = blake3::Hasher::new();
    for name in crates {
        let source = workspace.join(name).join("src");
        println!("cargo::rerun-if-changed={}", source.display());
        let mut files = Vec::new();
        collect(&source, &mut files)?;
        files.sort();
        for file in files {
            let content = fs::read(&file)?;
            hasher.update(&(content.len() as u64).to_le_bytes());
            hasher.update(&content);
        }
    }
    println!("cargo::rustc-env={variable}={}", hasher.finalize().to_hex());
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
