//! What was loaded in a run, so that configurations which name the same rules share plan and machine code.
//!
//! In: a key over all that decides what is loaded, and how to load it. Out: the packs, with their texts and mistakes, as of the first
//! time. Other things that went wrong are told that time alone.

use super::{Loaded, RulePack};
use rulec_grammar::diagnostic::{Diagnostic, FileId};
use rulec_report::Source;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What was loaded, by key.
#[derive(Clone, Default)]
pub struct Shelf(Arc<Mutex<BTreeMap<[u8; 32], Arc<Added>>>>);

/// What loading has added; files are numbered from `first_source`.
struct Added {
    packs: Vec<RulePack>,
    sources: Vec<Source>,
    diagnostics: Vec<Diagnostic>,
    first_source: usize,
}

impl Shelf {
    /// A key of parts, which are told apart.
    pub(super) fn key(parts: &[&str]) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        for part in parts {
            hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
        }
        *hasher.finalize().as_bytes()
    }
}

impl Loaded {
    /// Loads something, or takes over what was loaded under the same key.
    pub(super) fn once_by(&mut self, key: [u8; 32], load: impl FnOnce(&mut Loaded)) {
        // Nothing is done while the lock is held that could leave the map half changed.
        let known = self.shelf.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(known) = known {
            return self.take_over(&known);
        }
        let (packs, first_source, diagnostics) = (self.packs.len(), self.sources.len(), self.diagnostics.len());
        load(self);
        let added = Added {
            packs: self.packs.iter().skip(packs).cloned().collect(),
            sources: self.sources.iter().skip(first_source).cloned().collect(),
            diagnostics: self.diagnostics.iter().skip(diagnostics).cloned().collect(),
            first_source,
        };
        self.shelf.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::new(added));
    }

    fn take_over(&mut self, added: &Added) {
        let here = self.sources.len();
        let moved = |source: usize| (source + here).saturating_sub(added.first_source);
        self.sources.extend(added.sources.iter().cloned());
        let numbered = |file: FileId| FileId(moved(file.0 as usize) as u32);
        self.diagnostics.extend(added.diagnostics.iter().map(|diagnostic| renumbered(diagnostic, numbered)));
        let pack = |pack: &RulePack| RulePack { first_source: moved(pack.first_source), ..pack.clone() };
        self.packs.extend(added.packs.iter().map(pack));
    }
}

/// The diagnostic with other numbers for its files.
pub fn renumbered(diagnostic: &Diagnostic, number: impl Fn(FileId) -> FileId) -> Diagnostic {
    let mut renumbered = diagnostic.clone();
    renumbered.file = number(renumbered.file);
    renumbered.related.iter_mut().for_each(|(file, _, _)| *file = number(*file));
    renumbered
}
