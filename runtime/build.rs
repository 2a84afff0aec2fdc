//! A hash over the code that decides what a check finds: results that are kept in a cache are of no use to other code.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// The crates whose code decides it: from rule text to machine code, and from Go text to findings.
const CRATES: &[&str] = &[
    "calls", "compiler", "constant", "flow", "gofront", "grammar", "pack", "plan", "program", "runtime", "tree",
    "types", "world",
];

fn main() -> io::Result<()> {
    let own = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let workspace = own.parent().unwrap_or(&own);
    let mut hasher = blake3::Hasher::new();
    for name in CRATES {
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
    println!("cargo::rustc-env=RULEC_CHECKING_CODE={}", hasher.finalize().to_hex());
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
