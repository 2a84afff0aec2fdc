//! Files that were looked at for their functions and are checked afterwards: what was found out of them is held until then, so
//! that none of them is read, typed and lowered twice.
//!
//! In: a file of a package that is checked, with all that was made of it. Out: the same, once, to whoever checks it. Holding is
//! bounded by the bytes of the files: what is beyond is read again.

use rulec_flow::FileFlow;
use rulec_gofront::File;
use rulec_types::check::Recorded;
use rulec_types::{Name, Ty};
use rustc_hash::FxHashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// A file with what was made of it.
#[derive(Debug)]
pub struct HeldFile {
    /// Its content.
    pub content: Vec<u8>,
    /// Its tree and names.
    pub file: File,
    /// What was made of these.
    pub made: Made,
}

/// What was made of a file beyond its tree.
#[derive(Debug)]
pub struct Made {
    /// What was found out of its expressions; none if it has no types.
    pub recorded: Option<Recorded>,
    /// Its bodies.
    pub lowered: Lowered,
}

/// The bodies of a file, and what they hang on beside the package and its imports.
#[derive(Clone, Debug)]
pub struct Lowered {
    /// The bodies.
    pub flow: Arc<FileFlow>,
    /// The methods of interfaces that it calls. Which functions they are shows only in the whole program: if all of them never
    /// return, the bodies have to be made again.
    pub methods: Vec<(Ty, Name)>,
}

/// The files that are held.
#[derive(Debug)]
pub(crate) struct Held {
    by_name: Mutex<FxHashMap<Name, HeldFile>>,
    /// How many bytes of files more may be held.
    room_bytes: AtomicUsize,
}

impl Held {
    pub(crate) fn new(room_bytes: usize) -> Held {
        Held { by_name: Mutex::default(), room_bytes: AtomicUsize::new(room_bytes) }
    }

    /// Whether so many bytes still fit; they are taken then.
    pub(crate) fn takes(&self, bytes: usize) -> bool {
        let room = |room: usize| room.checked_sub(bytes);
        self.room_bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, room).is_ok()
    }

    pub(crate) fn put(&self, name: Name, file: HeldFile) {
        self.by_name.lock().unwrap_or_else(PoisonError::into_inner).insert(name, file);
    }

    pub(crate) fn take(&self, name: Name) -> Option<HeldFile> {
        self.by_name.lock().unwrap_or_else(PoisonError::into_inner).remove(&name)
    }
}
