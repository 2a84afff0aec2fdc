//! Findings that a project knows already, so that only new ones count.
//!
//! In: the bytes of a baseline file, and what a run found ([`Found`]). Out: which of it is known and which entries are gone
//! ([`Baseline::compare`]), and the bytes of the file as it should be ([`Baseline::updated`]). An entry holds no line
//! numbers: it is found again by its path and a fingerprint of rule, enclosing declaration, code and ordinal, and where the
//! path changed, by the fingerprint alone ([`Standing`]). The bytes are the same for the same entries: sorted, one to a line, so that
//! a version control system merges them.
//!
//! Opens no files, and does not know how findings are found.

#![warn(missing_docs)]

mod file;
mod matching;

pub use file::Refusal;
pub use matching::{Comparison, Standing};

/// A finding that is known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entry {
    /// Relative to the folder of the baseline file, with `/`.
    pub path: String,
    /// The id of the rule.
    pub rule: String,
    /// The function around it, for people.
    pub function: Option<String>,
    /// What stays the same when lines move or the file is renamed, in hexadecimal.
    pub fingerprint: String,
}

/// What a run found is written as entries, too.
pub type Found = Entry;

/// The content of a baseline file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// Sorted.
    entries: Vec<Entry>,
}

impl Baseline {
    /// A baseline of these entries.
    pub fn new(mut entries: Vec<Entry>) -> Baseline {
        entries.sort();
        Baseline { entries }
    }

    /// The entries, sorted by path, rule, function and fingerprint.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The baseline after a run: what it found, and the entries about which it can say nothing.
    #[must_use]
    pub fn updated(&self, found: &[Found], standing: impl Fn(&Entry) -> Standing) -> Baseline {
        let comparison = self.compare(found, &standing);
        let kept = comparison.unmatched.into_iter().map(|index| &self.entries[index]);
        let kept = kept.filter(|entry| standing(entry) == Standing::NotLookedAt);
        Baseline::new(found.iter().chain(kept).cloned().collect())
    }
}
