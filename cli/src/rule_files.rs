//! Rule files on disk.
//!
//! In: paths of `.rule` files and folders. Out: their texts, each with its family: the name of its folder if that lies
//! below the path given, the file's own name without `.rule` otherwise.

use ignore::WalkBuilder;
use rulec_grammar::source::SourceFile;
use rulec_report::Notice;
use std::fs;
use std::path::{Path, PathBuf};

/// What was read, and what could not be.
#[derive(Debug, Default)]
pub struct Read {
    /// The files, in the order of their paths, each once.
    pub files: Vec<SourceFile>,
    /// Paths that do not exist, are no rule files, or cannot be read.
    pub mistakes: Vec<Notice>,
}

/// Reads all rule files that the paths mean. A path without any is a mistake.
pub fn read(paths: &[PathBuf]) -> Read {
    let mut read = Read::default();
    for root in paths {
        let found = find(root);
        if found.is_empty() {
            read.mistakes.push(nothing_at(root));
        }
        for path in found {
            let display = path.display().to_string();
            if read.files.iter().any(|file| file.path == display) {
                continue;
            }
            match text(&path) {
                Ok(text) => read.files.push(SourceFile { family: family(root, &path), path: display, text }),
                Err(reason) => read.mistakes.push(Notice::error(reason).about(display)),
            }
        }
    }
    read
}

/// The `.rule` files that a path means, sorted. A path named explicitly need not end in `.rule`.
pub fn find(root: &Path) -> Vec<PathBuf> {
    if !root.is_dir() {
        return if root.exists() { vec![root.to_owned()] } else { Vec::new() };
    }
    let mut paths: Vec<PathBuf> = WalkBuilder::new(root)
        .require_git(false)
        .build()
        .flatten()
        .map(ignore::DirEntry::into_path)
        .filter(|path| path.extension().is_some_and(|extension| extension == "rule") && path.is_file())
        .map(|path| path.strip_prefix("./").map(Path::to_path_buf).unwrap_or(path))
        .collect();
    paths.sort();
    paths
}

/// The text of a rule file, or why there is none.
pub fn text(path: &Path) -> Result<String, String> {
    let bytes = fs::read(path).map_err(|error| format!("cannot be read: {error}"))?;
    String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..offset].iter().filter(|&&byte| byte == b'\n').count() + 1;
        format!("is not UTF-8: invalid byte in line {line}, at offset {offset}")
    })
}

/// The mistake of a path that holds no rule files.
pub fn nothing_at(root: &Path) -> Notice {
    let message =
        if root.is_dir() { "there are no `.rule` files in this folder" } else { "there is no such file or folder" };
    Notice::error(message).about(root.display().to_string())
}

fn family(root: &Path, path: &Path) -> String {
    let below = path.strip_prefix(root.strip_prefix("./").unwrap_or(root)).ok();
    let folder = below.and_then(Path::parent).and_then(Path::file_name);
    let name = folder.or(path.file_stem()).unwrap_or_default();
    identifier(&name.to_string_lossy())
}

/// The name with all characters replaced that ids do not have.
pub fn identifier(name: &str) -> String {
    name.chars().map(|c| if c.is_alphanumeric() || c == '_' || c == '-' { c } else { '-' }).collect()
}
