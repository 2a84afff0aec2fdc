//! What has been read from disk: each folder and each go.mod once.
//!
//! In: paths. Out: shared [`Listing`]s, [`Folder`]s and [`GoMod`]s. Threads that ask for the same path wait for one of
//! them to read it; others are not held up.

use crate::config::Config;
use crate::folder::{self, Folder, Listing};
use crate::gomod::{self, GoMod};
use crate::overlay::Overlay;
use crate::problem::Problem;
use crate::version;
use rulec_gofront::BuildContext;
use rustc_hash::FxHashMap;
use std::borrow::Borrow;
use std::collections::BTreeSet;
use std::hash::Hash;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

/// Values made once for each key.
#[derive(Debug)]
pub(crate) struct Cache<K, V> {
    slots: RwLock<FxHashMap<K, Arc<OnceLock<V>>>>,
}

impl<K, V> Default for Cache<K, V> {
    fn default() -> Self {
        Cache { slots: RwLock::default() }
    }
}

impl<K: Hash + Eq, V: Clone> Cache<K, V> {
    /// The value of `key`, which `make` makes if it is not there. `make` must not ask for the same key.
    pub fn get<Q>(&self, key: &Q, make: impl FnOnce() -> V) -> V
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
    {
        // A thread that panicked while it held the lock left the map whole: nothing in between can panic half-way.
        let known = self.slots.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned();
        let slot = known.unwrap_or_else(|| {
            let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
            slots.entry(key.to_owned()).or_default().clone()
        });
        slot.get_or_init(make).clone()
    }
}

/// What has been read, and for which configuration.
#[derive(Debug)]
pub(crate) struct Store {
    pub context: BuildContext,
    pub goroot: Option<PathBuf>,
    pub modcache: Option<PathBuf>,
    pub overlay: Overlay,
    listings: Cache<PathBuf, Arc<Listing>>,
    folders: Cache<PathBuf, Arc<Folder>>,
    go_mods: Cache<PathBuf, Option<Arc<GoMod>>>,
    problems: Mutex<BTreeSet<Problem>>,
}

impl Store {
    pub fn new(config: &Config) -> Store {
        let (goroot, problem) = config.goroot_dir();
        Store {
            context: config.build_context(goroot.as_deref()),
            goroot,
            modcache: config.modcache_dir(),
            overlay: config.overlay.clone(),
            listings: Cache::default(),
            folders: Cache::default(),
            go_mods: Cache::default(),
            problems: Mutex::new(problem.into_iter().collect()),
        }
    }

    pub fn listing(&self, dir: &Path) -> Arc<Listing> {
        self.listings.get(dir, || Arc::new(folder::list(dir)))
    }

    pub fn has_go_files(&self, dir: &Path) -> bool {
        !self.listing(dir).go_files.is_empty()
    }

    pub fn folder(&self, dir: &Path) -> Arc<Folder> {
        self.folders.get(dir, || Arc::new(folder::read(dir, &self.listing(dir), (&self.context, &self.overlay))))
    }

    /// The go.mod or go.work at `path`; `None` if it does not exist, or cannot be read, which is told.
    pub fn go_mod(&self, path: &Path) -> Option<Arc<GoMod>> {
        self.go_mods.get(path, || match std::fs::read(path) {
            Ok(bytes) => Some(Arc::new(gomod::parse(path, &String::from_utf8_lossy(&bytes)))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => {
                self.tell(Problem::unreadable(path, &error));
                None
            }
        })
    }

    /// The go.mod of a version in the module cache.
    pub fn cached_go_mod(&self, path: &str, version: &str) -> Option<Arc<GoMod>> {
        let escaped = version::escape(version);
        let downloads = self.modcache.as_ref()?.join("cache/download").join(version::escape(path)).join("@v");
        let unpacked = || self.go_mod(&self.cached_dir(path, version)?.join("go.mod"));
        self.go_mod(&downloads.join(format!("{escaped}.mod"))).or_else(unpacked)
    }

    /// Where the module cache has the files of a version, if it has them.
    pub fn cached_dir(&self, path: &str, version: &str) -> Option<PathBuf> {
        Some(self.modcache.as_ref()?.join(format!("{}@{}", version::escape(path), version::escape(version))))
    }

    pub fn tell(&self, problem: Problem) {
        self.problems.lock().unwrap_or_else(PoisonError::into_inner).insert(problem);
    }

    /// What has been told so far.
    pub fn problems(&self) -> Vec<Problem> {
        self.problems.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}
