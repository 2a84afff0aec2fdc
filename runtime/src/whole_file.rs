//! Writing files so that nobody ever sees half of one: written beside and renamed into place.
//!
//! In: a path, and what writes the content. Out: the old file or the new one, whenever the process ends. Pipes and devices
//! (`/dev/stdout`) are written through. A link stays, and the file that it leads to is replaced; permissions stay as well.
//! What a killed process left beside goes with the next write of the same file.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Writes a file as a whole.
///
/// # Errors
/// Those of the file system and of `write`; the file is then as it was.
pub fn write(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    // What a link leads to; a path without a file is where it will be.
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let metadata = fs::metadata(&path).ok();
    if let Some(metadata) = &metadata
        && !metadata.is_file()
    {
        return filled(OpenOptions::new().write(true).open(&path)?, write).map(|_| ());
    }
    remove_leftovers(&path);
    let (beside, file) = new_file_beside(&path)?;
    let written = filled(file, write).and_then(|file| {
        if let Some(metadata) = &metadata {
            file.set_permissions(metadata.permissions())?;
        }
        file.sync_all()?;
        fs::rename(&beside, &path)
    });
    if written.is_err() {
        // What cannot be removed either does not change what is told.
        let _ = fs::remove_file(&beside);
    }
    written
}

fn filled(file: File, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<File> {
    let mut out = BufWriter::with_capacity(1 << 16, file);
    write(&mut out)?;
    out.into_inner().map_err(io::IntoInnerError::into_error)
}

/// Removes the files beside that processes left which are no more. That it cannot be done is no mistake.
fn remove_leftovers(path: &Path) {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name().and_then(|name| name.to_str())) else { return };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let prefix = format!(".{name}.");
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let file = entry.file_name();
        let number = file.to_str().and_then(|file| file.strip_prefix(&prefix)?.strip_suffix(".tmp")?.split_once('-'));
        let is_left = number.is_some_and(|(process, _)| process.parse().is_ok_and(|process| is_gone(process, &entry)));
        if is_left {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Whether a process is no more: the system says so, or its file is an hour old.
fn is_gone(process: u32, file: &fs::DirEntry) -> bool {
    let all = Path::new("/proc");
    if all.join("self").exists() {
        return !all.join(process.to_string()).exists();
    }
    let age = file.metadata().and_then(|metadata| metadata.modified()).ok().and_then(|time| time.elapsed().ok());
    age.is_some_and(|age| age > Duration::from_secs(60 * 60))
}

/// A hidden file in the same folder, of a name that no other process and no other call uses.
fn new_file_beside(path: &Path) -> io::Result<(PathBuf, File)> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let name =
        path.file_name().ok_or_else(|| io::Error::new(ErrorKind::InvalidInput, "the name of a file is missing"))?;
    loop {
        let mut beside = std::ffi::OsString::from(".");
        beside.push(name);
        beside.push(format!(".{}-{}.tmp", process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
        let beside = path.with_file_name(beside);
        match OpenOptions::new().write(true).create_new(true).open(&beside) {
            Ok(file) => return Ok((beside, file)),
            // What a killed process of the same number left behind.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_leaves_the_old_file_and_nothing_beside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        write(&path, |out| out.write_all(b"old")).unwrap();
        let failed = write(&path, |out| out.write_all(b"half").and(Err(io::Error::other("no more"))));
        assert_eq!(failed.unwrap_err().to_string(), "no more");
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert_eq!(write(&folder.path().join("no/such"), |_| Ok(())).unwrap_err().kind(), ErrorKind::NotFound);
    }

    #[test]
    fn what_dead_processes_left_goes_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        // No process has this number: it is above what systems give.
        let others = [".a.x.tmp", ".a.1.tmp", ".b.4194999-0.tmp", "a.4194999-0.tmp"];
        let mine = format!(".a.{}-99999.tmp", process::id());
        for name in others.iter().copied().chain([".a.4194999-0.tmp", &mine]) {
            fs::write(at(name), "").unwrap();
        }
        write(&at("a"), |_| Ok(())).unwrap();
        assert!(others.iter().all(|name| at(name).exists()) && at(&mine).exists());
        assert_eq!(at(".a.4194999-0.tmp").exists(), !Path::new("/proc/self").exists());
    }

    #[cfg(unix)]
    #[test]
    fn links_and_permissions_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("a"), folder.path().join("b"));
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        symlink("a", &link).unwrap();
        write(&link, |out| out.write_all(b"new")).unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        write(Path::new("/dev/null"), |out| out.write_all(b"gone")).unwrap();
    }
}
