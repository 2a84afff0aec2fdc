//! One commit, whatever the working tree has.
//!
//! The repository may be a stranger's: only commands are used that read objects, none that would run filters, hooks or
//! anything else that its configuration names.

use crate::Fault;
use crate::program::{Git, path_of};
use std::fs;
use std::path::{Component, Path, PathBuf};

/// The commit that a revision of the repository in a folder means.
///
/// # Errors
/// If there is no `git`, no repository, or no such revision.
pub fn commit(repository: &Path, revision: &str) -> Result<String, Fault> {
    let asked = format!("{revision}^{{commit}}");
    let output = Git::at(repository).offline(&["rev-parse", "--verify", "--quiet", "--end-of-options", &asked])?;
    if output.succeeded {
        return Ok(output.line());
    }
    Err(match output.err.is_empty() {
        true => Fault(format!("{} has no revision `{revision}`", repository.display())),
        false => unreadable(repository, &output.complaint()),
    })
}

/// Writes those files of a commit into a folder that `wanted` takes, by their paths from the top. Links and submodules are left
/// out.
///
/// # Errors
/// What git says, and what the file system says.
pub fn write_files(
    repository: &Path,
    commit: &str,
    folder: &Path,
    wanted: impl Fn(&Path) -> bool,
) -> Result<(), Fault> {
    let git = Git::at(repository);
    let listed = git.offline(&["ls-tree", "-r", "-z", "--full-tree", commit])?;
    if !listed.succeeded {
        return Err(unreadable(repository, &listed.complaint()));
    }
    for (object, path) in listed.out.split(|byte| *byte == 0).filter_map(file) {
        if !wanted(&path) {
            continue;
        }
        let content = git.offline(&["cat-file", "blob", &object])?;
        if !content.succeeded {
            return Err(unreadable(repository, &content.complaint()));
        }
        let place = folder.join(&path);
        let written = place.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&place, &content.out));
        written.map_err(|error| Fault(format!("{} cannot be written: {error}", place.display())))?;
    }
    Ok(())
}

fn unreadable(repository: &Path, complaint: &str) -> Fault {
    Fault(format!("git cannot read {}: {complaint}", repository.display()))
}

/// Object and path of `100644 blob OBJECT\tPATH`, if it is a file whose path stays below the folder.
fn file(entry: &[u8]) -> Option<(String, PathBuf)> {
    let tab = entry.iter().position(|byte| *byte == b'\t')?;
    let (words, path) = (std::str::from_utf8(&entry[..tab]).ok()?, path_of(&entry[tab + 1..]));
    let mut words = words.split(' ');
    let (mode, _, object) = (words.next()?, words.next()?, words.next()?);
    let stays = path.components().all(|part| matches!(part, Component::Normal(_)));
    (mode.starts_with("100") && stays).then(|| (object.to_owned(), path))
}
