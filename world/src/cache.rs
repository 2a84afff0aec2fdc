//! Summaries of packages on disk, so that a package that did not change is not read and declared again.
//!
//! In: a [`Key`] over all that decides what a package declares. Out: the bytes that were kept under it. A file that was cut
//! off, changed, or written by another version is as good as none. Any number of processes may use one folder at the same
//! time: files come into being by renaming, and are never changed. A folder that cannot be written to keeps nothing, which
//! is no mistake.
//!
//! **Absent:** it does not know what a summary is, and nothing that is told to users hangs on it.
//!
//! What somebody else carries from run to run goes beside the folder: [`parcel`].
//!
//! A file is `types/AB/HASH` in the folder, `HASH` being the key and `AB` the start of it. It starts with [`MAGIC`] and the
//! hash of key and content, which follows.

pub mod parcel;

use crate::folders::UserFolder;
use parcel::Parcel;
use std::fs::{self, File, FileTimes};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

/// The first bytes of a file; to be changed with its layout.
const MAGIC: [u8; 8] = *b"RULECT01";

/// How much is kept before the oldest files go, and how much is left then; in bytes.
const MAX_BYTES: u64 = 1 << 30;
const KEPT_BYTES: u64 = MAX_BYTES / 4 * 3;

/// How often the size is looked at, and after which time a use makes a file young again.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The code that reads and declares: what it made of the same files may have been something else.
const CODE: &str = env!("RULEC_DECLARING_CODE");

/// What decides the declarations of a unit, as a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key(pub(crate) [u8; 32]);

/// Puts a key together. Whatever is added is told apart from what comes before and after it.
#[derive(Default)]
pub(crate) struct KeyWriter(blake3::Hasher);

impl KeyWriter {
    pub(crate) fn new(configuration: &str, word_bytes: u8, go_minor: Option<u32>) -> KeyWriter {
        let mut key = KeyWriter(blake3::Hasher::new());
        key.text(CODE);
        key.text(env!("CARGO_PKG_VERSION"));
        key.number(rulec_types::summary::VERSION);
        key.text(configuration);
        key.number(word_bytes.into());
        key.number(go_minor.map_or(u64::MAX, u64::from));
        key
    }

    pub(crate) fn number(&mut self, number: u64) {
        self.0.update(&number.to_le_bytes());
    }

    pub(crate) fn content(&mut self, content: &[u8]) {
        self.number(content.len() as u64);
        self.0.update(content);
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.content(text.as_bytes());
    }

    pub(crate) fn of_import(&mut self, path: &str, key: &Key) {
        self.text(path);
        self.content(&key.0);
    }

    pub(crate) fn missing(&mut self, path: &str) {
        self.text(path);
        self.content(&[]);
    }

    pub(crate) fn finish(&self) -> Key {
        Key(*self.0.finalize().as_bytes())
    }
}

/// A folder of summaries.
#[derive(Debug)]
pub struct Cache {
    folder: PathBuf,
    is_writable: AtomicBool,
    /// What is looked at before the folder, and hears of all that is used.
    parcel: Option<Arc<Parcel>>,
}

impl Cache {
    /// The one of this user: in `$RULEC_CACHE_DIR`, or else where the system has caches. None if that cannot be found
    /// out.
    pub fn of_this_user() -> Option<Cache> {
        UserFolder::CACHE.path().map(Cache::at)
    }

    /// The one in this folder, which need not exist.
    pub fn at(folder: impl Into<PathBuf>) -> Cache {
        Cache { folder: folder.into(), is_writable: AtomicBool::new(true), parcel: None }
    }

    /// The same with a parcel: what is in there need not be in the folder.
    #[must_use]
    pub fn with_parcel(self, parcel: Arc<Parcel>) -> Cache {
        Cache { parcel: Some(parcel), ..self }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What was kept under this key.
    pub(crate) fn read(&self, key: &Key) -> Option<Vec<u8>> {
        let Some(parcel) = &self.parcel else { return self.read_file(key) };
        let content = parcel.get(&key.0).or_else(|| self.read_file(key))?;
        parcel.note(key.0, &content);
        Some(content)
    }

    fn read_file(&self, key: &Key) -> Option<Vec<u8>> {
        let mut file = File::open(self.place_of(key)).ok()?;
        let mut head = [0; MAGIC.len() + 32];
        file.read_exact(&mut head).ok()?;
        let mut content = Vec::new();
        let metadata = file.metadata().ok()?;
        content.reserve_exact(usize::try_from(metadata.len()).ok()?.saturating_sub(head.len()));
        file.read_to_end(&mut content).ok()?;
        if head != head_of(key, &content) {
            return None;
        }
        let is_old = |time: SystemTime| time.elapsed().is_ok_and(|age| age > DAY);
        if metadata.modified().is_ok_and(is_old) {
            // Where this is refused, the file merely looks older than it is.
            let _ = file.set_times(FileTimes::new().set_modified(SystemTime::now()));
        }
        Some(content)
    }

    /// Keeps bytes under a key.
    pub(crate) fn write(&self, key: &Key, content: &[u8]) {
        if let Some(parcel) = &self.parcel {
            parcel.note(key.0, content);
        }
        if self.is_writable.load(Ordering::Relaxed) && self.try_write(key, content).is_err() {
            self.is_writable.store(false, Ordering::Relaxed);
        }
    }

    fn try_write(&self, key: &Key, content: &[u8]) -> io::Result<()> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let place = self.place_of(key);
        let folder = place.parent().unwrap_or(&self.folder);
        let temporary =
            folder.join(format!("{TEMPORARY}{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
        let create = || File::create_new(&temporary);
        let mut file = create().or_else(|error| match error.kind() {
            io::ErrorKind::NotFound => fs::create_dir_all(folder).and_then(|()| create()),
            // Left behind by a process that had the same number.
            io::ErrorKind::AlreadyExists => File::create(&temporary),
            _ => Err(error),
        })?;
        let written = file.write_all(&head_of(key, content)).and_then(|()| file.write_all(content));
        drop(file);
        let done = written.and_then(|()| fs::rename(&temporary, &place));
        if done.is_err() {
            // It is found by age later, if it cannot be removed now.
            let _ = fs::remove_file(&temporary);
        }
        done
    }

    fn place_of(&self, key: &Key) -> PathBuf {
        let name = blake3::Hash::from(key.0).to_hex();
        self.types().join(&name[..2]).join(name.as_str())
    }

    fn types(&self) -> PathBuf {
        self.folder.join("types")
    }

    /// Removes the files that were not used for longest if there are too many, at most once a day.
    pub(crate) fn trim(&self) {
        self.trim_to(MAX_BYTES, KEPT_BYTES);
    }

    fn trim_to(&self, max_bytes: u64, kept_bytes: u64) {
        let stamp = self.types().join("trimmed");
        let is_recent = |time: SystemTime| time.elapsed().is_ok_and(|age| age < DAY);
        if fs::metadata(&stamp).and_then(|stamp| stamp.modified()).is_ok_and(is_recent) {
            return;
        }
        // Before the work, so that others do not do it as well. An unwritable folder is left as it is.
        if fs::write(&stamp, []).is_err() {
            return;
        }
        let mut kept = self.kept();
        kept.sort_unstable();
        let mut bytes: u64 = kept.iter().map(|kept| kept.bytes).sum();
        let target = if bytes > max_bytes { kept_bytes } else { u64::MAX };
        for file in kept {
            let is_left_behind = file.is_temporary && file.used.elapsed().is_ok_and(|age| age > DAY);
            if bytes > target || is_left_behind {
                bytes -= file.bytes;
                // Another process may have done it.
                let _ = fs::remove_file(&file.path);
            }
        }
    }

    /// All files of summaries.
    fn kept(&self) -> Vec<Kept> {
        let below = |folder: &Path| fs::read_dir(folder).into_iter().flatten().flatten();
        let folders = below(&self.types()).filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
        let files = folders.flat_map(|folder| below(&folder.path()).collect::<Vec<_>>());
        let kept = files.filter_map(|entry| {
            let metadata = entry.metadata().ok()?;
            let is_temporary = entry.file_name().to_string_lossy().starts_with(TEMPORARY);
            Some(Kept { used: metadata.modified().ok()?, bytes: metadata.len(), is_temporary, path: entry.path() })
        });
        kept.collect()
    }

    /// Removes all that is kept, and nothing else that may be in the folder. Returns how many bytes that were.
    ///
    /// # Errors
    /// What could not be removed.
    pub fn clean(&self) -> io::Result<u64> {
        let bytes = self.kept().iter().map(|kept| kept.bytes).sum();
        match fs::remove_dir_all(self.types()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(bytes),
        }
    }
}

/// How names of files start that are being written.
const TEMPORARY: &str = "new-";

/// A file, ordered by its last use, give or take a day.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Kept {
    used: SystemTime,
    path: PathBuf,
    bytes: u64,
    is_temporary: bool,
}

fn head_of(key: &Key, content: &[u8]) -> [u8; MAGIC.len() + 32] {
    let mut hasher = blake3::Hasher::new_keyed(&key.0);
    hasher.update(content);
    let mut head = [0; MAGIC.len() + 32];
    let (magic, hash) = head.split_at_mut(MAGIC.len());
    magic.copy_from_slice(&MAGIC);
    hash.copy_from_slice(hasher.finalize().as_bytes());
    head
}

#[cfg(test)]
mod tests;
