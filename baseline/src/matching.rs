//! Which findings a baseline knows.

use crate::{Baseline, Entry, Found};
use std::collections::BTreeMap;

/// What a run can say of an entry that it did not find at its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The rule ran over all of the file: what it found there is gone, or has moved.
    LookedAt,
    /// The file or the rule is no more.
    Gone,
    /// The file was not checked, or not all of it, or the rule was off.
    NotLookedAt,
}

/// What is known and what is not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// For each finding, whether an entry stands for it. Each entry stands for one.
    pub known: Vec<bool>,
    /// Indices of the entries that stand for none.
    pub unmatched: Vec<usize>,
}

impl Baseline {
    /// Compares what was found with the entries.
    ///
    /// First, entries of the same path are taken. Then, for what is left, entries of the same fingerprint from which the
    /// finding can have moved: those in another file of its folder, since a package declares a name once, and those whose
    /// file is gone, since it may have been renamed. The first in the order of paths is taken.
    pub fn compare(&self, found: &[Found], standing: impl Fn(&Entry) -> Standing) -> Comparison {
        let mut open: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, entry) in self.entries().iter().enumerate() {
            open.entry(&entry.fingerprint).or_default().push(index);
        }
        let mut take = |one: &Found, fits: &dyn Fn(&Entry) -> bool| {
            let indices = open.get_mut(one.fingerprint.as_str());
            let taken = indices.and_then(|indices| {
                let place = indices.iter().position(|index| fits(&self.entries()[*index]))?;
                Some(indices.remove(place))
            });
            taken.is_some()
        };
        let mut known: Vec<bool> = found.iter().map(|one| take(one, &|entry| entry.path == one.path)).collect();
        let moved_within = |one: &Found, entry: &Entry| {
            folder(&entry.path) == folder(&one.path) && standing(entry) != Standing::NotLookedAt
        };
        let renamed = |entry: &Entry| standing(entry) == Standing::Gone;
        for (one, known) in found.iter().zip(&mut known).filter(|(_, known)| !**known) {
            *known = take(one, &|entry| moved_within(one, entry)) || take(one, &renamed);
        }
        let mut unmatched: Vec<usize> = open.into_values().flatten().collect();
        unmatched.sort_unstable();
        Comparison { known, unmatched }
    }
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: &str, fingerprint: &str) -> Entry {
        Entry { path: path.into(), rule: "a.b.c".into(), function: None, fingerprint: fingerprint.into() }
    }

    /// Files called `gone…` are gone, those called `other…` were not looked at.
    fn standing(entry: &Entry) -> Standing {
        match entry.path.rsplit('/').next().unwrap_or_default() {
            name if name.starts_with("gone") => Standing::Gone,
            name if name.starts_with("other") => Standing::NotLookedAt,
            _ => Standing::LookedAt,
        }
    }

    #[test]
    fn the_same_path_comes_first_and_each_entry_counts_once() {
        let baseline = Baseline::new(vec![entry("p/a.go", "1"), entry("p/b.go", "1")]);
        let comparison =
            baseline.compare(&[entry("p/b.go", "1"), entry("p/b.go", "1"), entry("q/b.go", "1")], standing);
        // The second was in a.go before; the third is nowhere.
        assert_eq!(comparison, Comparison { known: vec![true, true, false], unmatched: vec![] });
    }

    #[test]
    fn findings_move_within_a_folder_and_with_a_renamed_file() {
        let cases = [
            ("p/a.go", "p/b.go", true),
            ("p/a.go", "q/a.go", false),
            ("p/gone.go", "q/new.go", true),
            ("p/other.go", "p/b.go", false),
            ("p/other.go", "p/other.go", true),
        ];
        for (was, is, known) in cases {
            let comparison = Baseline::new(vec![entry(was, "1")]).compare(&[entry(is, "1")], standing);
            assert_eq!((comparison.known, comparison.unmatched.is_empty()), (vec![known], known), "{was} {is}");
        }
        let different = Baseline::new(vec![entry("p/gone.go", "1")]).compare(&[entry("p/a.go", "2")], standing);
        assert_eq!(different.unmatched, [0]);
    }

    #[test]
    fn an_update_drops_what_is_gone_and_keeps_what_was_not_looked_at() {
        let before = ["p/a.go", "p/gone.go", "p/other.go", "p/b.go"].map(|path| entry(path, path));
        let after =
            Baseline::new(before.to_vec()).updated(&[entry("p/b.go", "p/b.go"), entry("p/c.go", "9")], standing);
        let paths: Vec<_> = after.entries().iter().map(|entry| entry.path.as_str()).collect();
        assert_eq!(paths, ["p/b.go", "p/c.go", "p/other.go"]);
    }
}
