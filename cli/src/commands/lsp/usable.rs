//! The packs that rule files can use, chosen once for a folder and kept until something changes that decides about them.
//!
//! In: rule files. Out: packs whose files have paths that an editor can open. To choose them may run `git` and read folders, which is
//! too much for each letter that is typed; whether a configuration, `pack.toml` or `rulec.lock` has changed is seen from times and
//! sizes of files. Packs in folders can change as well: somebody who watches files says so ([`UsablePacks::forget`]).

use crate::laid_out::{self, placed};
use crate::rules::usable_by;
use crate::stock;
use rulec_compiler::{OtherPack, SourceFile};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

/// The files that decide which packs are chosen, in the folder of rule files or above it.
const DECIDING: [&str; 3] =
    [rulec_config::FILE_NAME, rulec_release::pack_toml::FILE_NAME, rulec_release::lock::FILE_NAME];

/// What was chosen so far.
#[derive(Default)]
pub struct UsablePacks {
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    /// By the folder of rule files.
    chosen: BTreeMap<PathBuf, Chosen>,
    /// All packs of which files can be laid out, by their folders.
    laid_out: BTreeMap<PathBuf, Arc<OtherPack>>,
}

struct Chosen {
    stamps: Vec<Stamp>,
    packs: Arc<Vec<OtherPack>>,
}

/// When a file was changed, and its size in bytes; nothing if there is none.
type Stamp = Option<(SystemTime, u64)>;

impl UsablePacks {
    /// The packs that rule files of one folder can use.
    pub fn of(&self, files: &[SourceFile]) -> Arc<Vec<OtherPack>> {
        let first = files.first().map(|file| Path::new(&file.path));
        let folder = first.and_then(Path::parent).unwrap_or(Path::new("."));
        let stamps = stamps(folder);
        let mut known = self.known();
        if let Some(chosen) = known.chosen.get(folder).filter(|chosen| chosen.stamps == stamps) {
            return chosen.packs.clone();
        }
        let (packs, root) = usable_by(files);
        let is_there = |file: &SourceFile| {
            let path = root.join(&file.path);
            let text = fs::read_to_string(&path).ok()?;
            (text == file.text).then(|| path.canonicalize().ok()).flatten()
        };
        let packs: Vec<OtherPack> = packs.into_iter().map(|pack| placed(pack, is_there)).collect();
        packs.iter().for_each(|pack| known.remember(pack));
        let packs = Arc::new(packs);
        known.chosen.insert(folder.to_owned(), Chosen { stamps, packs: packs.clone() });
        packs
    }

    /// Something that decides has changed, or may have.
    pub fn forget(&self) {
        self.known().chosen.clear();
    }

    /// The pack that a file is laid out of.
    pub fn laid_out(&self, path: &Path) -> Option<Arc<OtherPack>> {
        let folder = folder_of(path)?;
        let mut known = self.known();
        if known.laid_out.is_empty() {
            // An editor may open in the morning what it had open in the evening.
            let stock = OtherPack { name: stock::PACK.to_owned(), files: stock::sources() };
            known.remember(&placed(stock, |_| None));
        }
        known.laid_out.get(&folder).cloned()
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn remember(&mut self, pack: &OtherPack) {
        if let Some(folder) = pack.files.iter().find_map(|file| folder_of(Path::new(&file.path))) {
            self.laid_out.entry(folder).or_insert_with(|| Arc::new(pack.clone()));
        }
    }
}

/// The folder of the pack that a path lies in; none if files are not laid out there.
fn folder_of(path: &Path) -> Option<PathBuf> {
    let all = laid_out::folder()?;
    let pack = path.strip_prefix(&all).ok()?.components().next()?;
    Some(all.join(pack))
}

/// The state of all files that decide about a folder.
fn stamps(folder: &Path) -> Vec<Stamp> {
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let stamp = |path: PathBuf| {
        let metadata = fs::metadata(path).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    };
    let above = absolute.ancestors();
    above.flat_map(|folder| DECIDING.iter().map(move |name| stamp(folder.join(name)))).collect()
}
