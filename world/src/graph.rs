//! The units that are needed, and the order in which they are declared: what a unit imports comes before it.
//!
//! In: packages to begin with, and a [`Source`]. Out: [`Graph`], in rounds; the units of a round do not depend on each
//! other. Imports that go in a circle are cut at one place, always the same, and the import there is unknown.

use crate::source::{Import, PackageKey, PackageSource, Part, Source};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// One part of a package.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct UnitKey {
    pub(crate) package: PackageKey,
    pub(crate) part: Part,
}

impl UnitKey {
    pub(crate) fn base(package: PackageKey) -> UnitKey {
        UnitKey { package, part: Part::Base }
    }
}

/// A unit to be declared.
#[derive(Debug)]
pub(crate) struct UnitNode {
    pub(crate) key: UnitKey,
    /// `None` for a package of the standard library without source.
    pub(crate) source: Option<Arc<PackageSource>>,
    /// What its imports mean, sorted by path.
    pub(crate) imports: Vec<(String, Import)>,
    /// What has to be declared before, as numbers of units; declared ones are left out.
    needs: Vec<usize>,
}

/// The units that are needed and not declared yet.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    pub(crate) units: Vec<UnitNode>,
    numbers: FxHashMap<UnitKey, usize>,
}

impl Graph {
    /// All that the tests and the packages in `roots` need, those for which `is_declared` says yes left out.
    pub(crate) fn new(
        source: &dyn Source,
        roots: impl IntoIterator<Item = PackageKey>,
        is_declared: &dyn Fn(&UnitKey) -> bool,
    ) -> Graph {
        let mut graph = Graph::default();
        let mut queue = Vec::new();
        for package in roots {
            let all = [Part::Base, Part::Tests, Part::External];
            let keys = all.map(|part| UnitKey { package: package.clone(), part });
            queue.extend(keys.into_iter().filter_map(|key| graph.add(source, key, is_declared)));
        }
        while let Some(unit) = queue.pop() {
            for key in graph.needed_by(unit) {
                let new = graph.add(source, key.clone(), is_declared);
                queue.extend(new);
                if let Some(number) = graph.numbers.get(&key) {
                    graph.units[unit].needs.push(*number);
                }
            }
        }
        graph
    }

    /// The number of a unit if it is new.
    fn add(&mut self, source: &dyn Source, key: UnitKey, is_declared: &dyn Fn(&UnitKey) -> bool) -> Option<usize> {
        if self.numbers.contains_key(&key) || is_declared(&key) {
            return None;
        }
        let package = source.package(&key.package);
        if key.part != Part::Base && package.as_ref().is_none_or(|package| package.part(key.part).next().is_none()) {
            return None;
        }
        let number = self.units.len();
        let mut paths: Vec<&str> = Vec::new();
        if let Some(package) = &package {
            paths.extend(package.part(key.part).flat_map(|file| &file.imports).map(String::as_str));
        }
        paths.sort_unstable();
        paths.dedup();
        let imports = paths.into_iter().map(|path| (path.to_owned(), source.resolve(&key.package, path))).collect();
        self.numbers.insert(key.clone(), number);
        self.units.push(UnitNode { key, source: package, imports, needs: Vec::new() });
        Some(number)
    }

    fn needed_by(&self, unit: usize) -> Vec<UnitKey> {
        let UnitNode { key, imports, .. } = &self.units[unit];
        let own = |part| UnitKey { package: key.package.clone(), part };
        let mut needed = match key.part {
            Part::Base => Vec::new(),
            Part::Tests => vec![own(Part::Base)],
            Part::External => vec![own(Part::Base), own(Part::Tests)],
        };
        needed.extend(imports.iter().filter_map(|(_, import)| match import {
            Import::Package(package) => Some(UnitKey::base(package.clone())),
            _ => None,
        }));
        needed
    }

    /// The numbers of the units in rounds, each of which needs earlier rounds only. Imports that go in a circle are
    /// cut: they are [`Import::Missing`] from then on.
    pub(crate) fn rounds(&mut self) -> Vec<Vec<usize>> {
        let mut waiting: Vec<usize> = vec![0; self.units.len()];
        let mut needed_by: Vec<Vec<usize>> = vec![Vec::new(); self.units.len()];
        for (number, unit) in self.units.iter_mut().enumerate() {
            unit.needs.sort_unstable();
            unit.needs.dedup();
            waiting[number] = unit.needs.len();
            unit.needs.iter().for_each(|need| needed_by[*need].push(number));
        }
        let mut rounds = Vec::new();
        let mut ready: Vec<usize> = (0..self.units.len()).filter(|unit| waiting[*unit] == 0).collect();
        let mut left = self.units.len();
        loop {
            while !ready.is_empty() {
                let mut next = Vec::new();
                left -= ready.len();
                for unit in &ready {
                    // It waits for nothing any more, and never will.
                    waiting[*unit] = usize::MAX;
                    for user in &needed_by[*unit] {
                        waiting[*user] -= 1;
                        next.extend((waiting[*user] == 0).then_some(*user));
                    }
                }
                rounds.push(std::mem::replace(&mut ready, next));
            }
            if left == 0 {
                return rounds;
            }
            let (unit, need) = self.circle(&waiting);
            self.cut(unit, need);
            needed_by[need].retain(|user| *user != unit);
            waiting[unit] -= 1;
            ready.extend((waiting[unit] == 0).then_some(unit));
        }
    }

    /// A unit and one that it needs, both on a circle of units that wait for each other: of all units there the one
    /// with the smallest key.
    fn circle(&self, waiting: &[usize]) -> (usize, usize) {
        let is_left = |unit: &usize| waiting[*unit] != usize::MAX;
        let waits_for = |unit: usize| self.units[unit].needs.iter().copied().find(is_left);
        let mut seen = FxHashSet::default();
        let first = (0..self.units.len()).filter(is_left).min_by_key(|unit| &self.units[*unit].key);
        let mut at = first.unwrap_or_default();
        while seen.insert(at) {
            at = waits_for(at).unwrap_or(at);
        }
        let mut circle = vec![at];
        let mut next = waits_for(at).unwrap_or(at);
        while next != at {
            circle.push(next);
            next = waits_for(next).unwrap_or(at);
        }
        let unit = circle.into_iter().min_by_key(|unit| &self.units[*unit].key).unwrap_or(at);
        (unit, waits_for(unit).unwrap_or(unit))
    }

    fn cut(&mut self, unit: usize, need: usize) {
        let needed = self.units[need].key.package.clone();
        let unit = &mut self.units[unit];
        unit.needs.retain(|own| *own != need);
        for (path, import) in &mut unit.imports {
            if *import == Import::Package(needed.clone()) {
                *import = Import::Missing(format!("the imports of `{path}` come back to it: break the import cycle"));
            }
        }
    }
}
