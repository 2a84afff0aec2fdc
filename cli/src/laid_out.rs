//! Rule files that are part of the binary or of packs, laid out where an editor can open them.
//!
//! In: packs. Out: paths below the cache folder, and files there that are to be read and not written. A pack is in a folder of
//! its name and a hash of what it holds, so that packs of two versions are two folders. Nothing is read from there but by people.

use rulec_grammar::source::{OtherPack, SourceFile};
use rulec_pack::signature::hex;
use rulec_runtime::whole_file;
use rulec_world::folders::UserFolder;
use std::path::{Component, Path, PathBuf};
use std::{fs, io};

/// How many bytes of the hash are part of the folder's name.
const HASH_BYTES: usize = 8;

/// Where files are laid out; nowhere if there is no folder for what is kept.
pub fn folder() -> Option<PathBuf> {
    // A path that does not start at the root would mean something else to an editor.
    UserFolder::CACHE.path().and_then(|folder| std::path::absolute(folder).ok()).map(|folder| folder.join("sources"))
}

/// The same pack, with the paths at which its files are laid out. `is_there` says which are on disk already, and where; where
/// nothing can be kept, the others stay as they are.
pub fn placed(pack: OtherPack, is_there: impl Fn(&SourceFile) -> Option<PathBuf>) -> OtherPack {
    let mut hasher = blake3::Hasher::new();
    for file in &pack.files {
        for part in [&file.path, &file.text] {
            hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
        }
    }
    let hash = hex(&hasher.finalize().as_bytes()[..HASH_BYTES]);
    let own = folder().map(|folder| folder.join(format!("{}-{hash}", pack.name)));
    let files = pack.files.into_iter().map(|file| {
        let path = is_there(&file).or_else(|| Some(own.as_ref()?.join(below(&file.path))));
        let path = path.map_or_else(|| file.path.clone(), |path| path.to_string_lossy().into_owned());
        SourceFile { path, ..file }
    });
    OtherPack { files: files.collect(), name: pack.name }
}

/// A path without the parts that lead elsewhere.
fn below(path: &str) -> PathBuf {
    Path::new(path).components().filter(|part| matches!(part, Component::Normal(_))).collect()
}

/// Writes a file, to be read only, unless it is there.
///
/// # Errors
/// Those of the file system.
pub fn lay_out(file: &SourceFile) -> io::Result<()> {
    let path = Path::new(&file.path);
    if fs::read(path).is_ok_and(|content| content == file.text.as_bytes()) {
        return Ok(());
    }
    fs::create_dir_all(path.parent().unwrap_or(path))?;
    whole_file::write(path, |out| out.write_all(file.text.as_bytes()))?;
    let mut permissions = fs::metadata(path)?.permissions();
    permissions.set_readonly(true);
    fs::set_permissions(path, permissions)
}

/// Removes what was laid out. Returns how many bytes that were.
///
/// # Errors
/// What could not be removed.
pub fn clean() -> io::Result<u64> {
    let Some(folder) = folder() else { return Ok(0) };
    let files = ignore::WalkBuilder::new(&folder).standard_filters(false).build().flatten();
    let bytes =
        files.filter_map(|file| file.metadata().ok()).filter(fs::Metadata::is_file).map(|file| file.len()).sum();
    match fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_laid_out_elsewhere() {
        assert_eq!(below("../../a/./b.rule"), Path::new("a/b.rule"));
        assert_eq!(below("/etc/passwd"), Path::new("etc/passwd"));
        let file = |path: &str| SourceFile { path: path.to_owned(), family: String::new(), text: String::new() };
        let pack = OtherPack { name: "p".to_owned(), files: vec![file("../x/a.rule"), file("b.rule")] };
        let placed = placed(pack, |file| (file.path == "b.rule").then(|| PathBuf::from("/there/b.rule")));
        assert_eq!(placed.files[1].path, "/there/b.rule");
        if let Some(folder) = folder() {
            assert!(Path::new(&placed.files[0].path).starts_with(folder), "{}", placed.files[0].path);
        }
    }
}
