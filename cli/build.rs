//! Embeds the stock rules: writes a table of `include_str!` lines, one for each `.rule` file below `stdlib-rules/`. Without the feature
//! `compiler` nobody reads them, and there is no table.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let crate_folder = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let root = crate_folder.join("../stdlib-rules");
    println!("cargo::rerun-if-changed={}", root.display());
    let mut files = rule_files(&root)?;
    files.sort();
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let mut items = String::new();
    if cfg!(feature = "compiler") {
        items += &table(&root, &files);
        items += &hash(&root, &files)?;
    }
    fs::write(out.join("stock.rs"), items)
}

/// The `.rule` files below a folder, which need not exist: then there are no stock rules.
fn rule_files(root: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = if root.is_dir() { vec![root.to_owned()] } else { Vec::new() };
    while let Some(folder) = folders.pop() {
        println!("cargo::rerun-if-changed={}", folder.display());
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rule") {
                files.push(path);
            }
        }
    }
    Ok(files)
}

/// A hash over names and texts, by which a pack of these rules is found again.
fn hash(root: &Path, files: &[PathBuf]) -> io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    for file in files {
        for part in [relative(root, file).into_bytes(), fs::read(file)?] {
            hasher.update(&(part.len() as u64).to_le_bytes()).update(&part);
        }
    }
    Ok(format!("const HASH: [u8; 32] = {:?};\n", hasher.finalize().as_bytes()))
}

fn relative(root: &Path, file: &Path) -> String {
    file.strip_prefix(root).unwrap_or(file).to_string_lossy().replace('\\', "/")
}

fn table(root: &Path, files: &[PathBuf]) -> String {
    let mut table = String::from("const FILES: &[(&str, &str)] = &[\n");
    for file in files {
        let _ = writeln!(table, "    ({:?}, include_str!({:?})),", relative(root, file), file.to_string_lossy());
    }
    table + "];\n"
}
