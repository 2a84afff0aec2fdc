//! Things by number, in the order in which they were met.

use rustc_hash::FxHashMap;
use std::hash::Hash;

/// A table in which each thing has one number; numbers never change their meaning.
#[derive(Debug)]
pub(crate) struct Numbered<T> {
    all: Vec<T>,
    numbers: FxHashMap<T, u32>,
}

impl<T> Default for Numbered<T> {
    fn default() -> Numbered<T> {
        Numbered { all: Vec::new(), numbers: FxHashMap::default() }
    }
}

impl<T: Copy + Eq + Hash> Numbered<T> {
    /// The number of a thing: a new one if it was not met before.
    pub(crate) fn number(&mut self, thing: T) -> u32 {
        let all = &mut self.all;
        *self.numbers.entry(thing).or_insert_with(|| {
            all.push(thing);
            all.len() as u32 - 1
        })
    }

    /// The thing with a number.
    pub(crate) fn get(&self, number: u32) -> Option<T> {
        self.all.get(number as usize).copied()
    }

    /// All things, by number.
    pub(crate) fn into_all(self) -> Vec<T> {
        self.all
    }
}

impl<T: Copy + Eq + Hash> FromIterator<T> for Numbered<T> {
    /// A table that gives the things back by these numbers, even where some are equal.
    fn from_iter<I: IntoIterator<Item = T>>(things: I) -> Numbered<T> {
        let all: Vec<T> = things.into_iter().collect();
        let numbers = (0..).zip(&all).map(|(number, thing)| (*thing, number)).collect();
        Numbered { all, numbers }
    }
}
